"""How are the few words around times and prices said in each language? A table; a new language is one more row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Words:
    """Pieces of the lines that tools render. `{}` (or a name) is where the value goes."""

    with_staff: str
    one_left: str
    left: str
    full: str
    party: str
    free: str
    fee: str
    no_fee: str
    refund: str
    credits: str
    not_allowed: str
    place: str
    until: str
    your_time: str
    now_costs: str


_EN = Words(
    with_staff="with {}",
    one_left="1 spot left",
    left="{} spots left",
    full="full",
    party="for {}",
    free="free",
    fee="Cancelling it costs {}.",
    no_fee="Cancelling it costs nothing.",
    refund="You get {} back.",
    credits="Credits back: {}.",
    not_allowed="It can no longer be cancelled here.",
    place="number {} in the queue",
    until="until {}",
    your_time="your time",
    now_costs="The price is {} now.",
)

_WORDS = {
    "en": _EN,
    "es": Words(
        with_staff="con {}",
        one_left="queda 1 plaza",
        left="quedan {} plazas",
        full="completo",
        party="para {}",
        free="gratis",
        fee="Cancelarla cuesta {}.",
        no_fee="Cancelarla no cuesta nada.",
        refund="Te devolvemos {}.",
        credits="Créditos que recuperas: {}.",
        not_allowed="Ya no se puede cancelar aquí.",
        place="número {} en la lista de espera",
        until="hasta {}",
        your_time="tu hora",
        now_costs="El precio es ahora {}.",
    ),
    "pt": Words(
        with_staff="com {}",
        one_left="resta 1 lugar",
        left="restam {} lugares",
        full="esgotado",
        party="para {}",
        free="grátis",
        fee="Cancelar custa {}.",
        no_fee="Cancelar não custa nada.",
        refund="Devolvemos {}.",
        credits="Créditos devolvidos: {}.",
        not_allowed="Já não pode ser cancelada aqui.",
        place="número {} na lista de espera",
        until="até {}",
        your_time="a tua hora",
        now_costs="O preço é agora {}.",
    ),
    "fr": Words(
        with_staff="avec {}",
        one_left="il reste 1 place",
        left="il reste {} places",
        full="complet",
        party="pour {}",
        free="gratuit",
        fee="L’annulation coûte {}.",
        no_fee="L’annulation est gratuite.",
        refund="Nous vous rendons {}.",
        credits="Crédits rendus : {}.",
        not_allowed="Elle ne peut plus être annulée ici.",
        place="numéro {} sur la liste d’attente",
        until="jusqu’à {}",
        your_time="votre heure",
        now_costs="Le prix est maintenant de {}.",
    ),
    "de": Words(
        with_staff="mit {}",
        one_left="1 Platz frei",
        left="{} Plätze frei",
        full="ausgebucht",
        party="für {}",
        free="kostenlos",
        fee="Die Absage kostet {}.",
        no_fee="Die Absage kostet nichts.",
        refund="Sie bekommen {} zurück.",
        credits="Gutschrift: {}.",
        not_allowed="Hier kann nicht mehr abgesagt werden.",
        place="Nummer {} auf der Warteliste",
        until="bis {}",
        your_time="Ihre Zeit",
        now_costs="Der Preis ist jetzt {}.",
    ),
    "it": Words(
        with_staff="con {}",
        one_left="resta 1 posto",
        left="restano {} posti",
        full="al completo",
        party="per {}",
        free="gratis",
        fee="Annullarla costa {}.",
        no_fee="Annullarla non costa nulla.",
        refund="Ti restituiamo {}.",
        credits="Crediti restituiti: {}.",
        not_allowed="Non si può più annullare qui.",
        place="numero {} in lista d’attesa",
        until="fino a {}",
        your_time="la tua ora",
        now_costs="Il prezzo ora è {}.",
    ),
}


@lru_cache(maxsize=256)
def words_of(language: str) -> Words:
    """The words of a BCP 47 language; English where we have none."""
    return _WORDS.get(language.split("-")[0].lower(), _EN)


def spoken(customer: str | None, business: str) -> str:
    """The language to render in: the customer's, with the business's region where the language is the same."""
    if not customer or customer.split("-")[0].lower() == business.split("-")[0].lower():
        return business
    return customer
