"""Which numbers are no times? A date read out of a phone number is worse than one missed; in every language."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.agent.language import understand
from services.agent.language.lexicon import LANGUAGES

SAID: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "phone": ("my number is {}", "call me on {}", "phone: {}", "{} is my mobile"),
        "price": ("it costs {}", "{} for the massage?", "is it {}?"),
        "address": ("I live at {} baker street", "number {} high road", "we are at {} Oxford Street"),
        "order": ("order {}", "my booking number is {}", "invoice no. {}", "ref {}"),
        "count": ("we are {} people", "{} tickets please", "my son is {} years old", "I have {} kids"),
    },
    "es": {
        "phone": ("mi número es {}", "llámame al {}", "tel: {}", "mi móvil es el {}"),
        "price": ("cuesta {}", "¿son {}?", "{} por el masaje?"),
        "address": ("vivo en la calle Mayor {}", "calle Alcalá, {}", "avenida de América {}"),
        "order": ("pedido {}", "mi número de reserva es el {}", "factura n.º {}", "ref {}"),
        "count": ("somos {} personas", "{} entradas por favor", "mi hijo tiene {} años", "tengo {} hijos"),
    },
    "pt": {
        "phone": ("o meu número é {}", "ligue para {}", "tel: {}", "meu celular é {}"),
        "price": ("custa {}", "são {}?", "{} pela massagem?"),
        "address": ("moro na rua Augusta {}", "rua do Ouro, {}", "avenida da Liberdade {}"),
        "order": ("pedido {}", "o número da reserva é {}", "fatura n.º {}", "ref {}"),
        "count": ("somos {} pessoas", "{} bilhetes por favor", "meu filho tem {} anos", "tenho {} filhos"),
    },
    "fr": {
        "phone": ("mon numéro est le {}", "appelez-moi au {}", "tél : {}", "mon portable : {}"),
        "price": ("ça coûte {}", "c'est {} ?", "{} pour le massage ?"),
        "address": ("j'habite au {} rue de la Paix", "{} avenue Foch", "{}, boulevard Voltaire"),
        "order": ("commande {}", "mon numéro de réservation est {}", "facture n° {}", "réf {}"),
        "count": ("nous sommes {} personnes", "{} billets svp", "mon fils a {} ans", "j'ai {} enfants"),
    },
    "de": {
        "phone": ("meine Nummer ist {}", "ruf mich an unter {}", "Tel: {}", "mein Handy ist {}"),
        "price": ("es kostet {}", "sind das {}?", "{} für die Massage?"),
        "address": ("ich wohne in der Hauptstraße {}", "Lindenweg {}", "Bahnhofstr. {}"),
        "order": ("Bestellung {}", "meine Buchungsnummer ist {}", "Rechnung Nr. {}", "Ref {}"),
        "count": ("wir sind {} Personen", "{} Karten bitte", "mein Sohn ist {} Jahre alt", "ich habe {} Kinder"),
    },
    "it": {
        "phone": ("il mio numero è {}", "chiamami al {}", "tel: {}", "il mio cellulare è {}"),
        "price": ("costa {}", "sono {}?", "{} per il massaggio?"),
        "address": ("abito in via Roma {}", "via Garibaldi, {}", "piazza Dante {}"),
        "order": ("ordine {}", "il numero di prenotazione è {}", "fattura n. {}", "rif {}"),
        "count": ("siamo {} persone", "{} biglietti per favore", "mio figlio ha {} anni", "ho {} figli"),
    },
}  # fmt: skip

PHONES = (
    r"\+[1-9][0-9]{1,2} [0-9]{3} [0-9]{3} [0-9]{3}",
    r"\+[1-9][0-9] [0-9]{2,3} [0-9]{6,8}",
    r"6[0-9]{2} [0-9]{2} [0-9]{2} [0-9]{2}",
    r"[69][0-9]{2} [0-9]{3} [0-9]{3}",
    r"9[0-9] [0-9]{3} [0-9]{2} [0-9]{2}",
    r"0[1-9]( [0-9]{2}){4}",
    r"0[1-9](\.[0-9]{2}){4}",
    r"01[5-7][0-9] [0-9]{7,8}",
    r"0[0-9]{2,4}/[0-9]{5,8}",
    r"\(1[1-9]\) 9[0-9]{4}-[0-9]{4}",
    r"3[0-9]{2} [0-9]{7}",
    r"[2-9][0-9]{2}-[0-9]{3}-[0-9]{4}",
    r"555 [0-9]{4}",
    r"[0-9]{9,11}",
)
PRICES = (r"[1-9][0-9]?€", r"€[1-9][0-9]?", r"[1-9][0-9]?,[0-9]{2} ?€", r"\$[1-9][0-9]?\.[0-9]{2}", r"[1-9][0-9]? euros?",
          r"[1-9][0-9]\.[0-9]{2} EUR")  # fmt: skip
NUMBERS: dict[str, tuple[str, ...]] = {
    "phone": PHONES,
    "price": PRICES,
    "address": (r"[1-9][0-9]{0,2}",),
    "order": (r"[1-9][0-9]{4,5}", r"[A-Z]{2}[0-9]{4}", r"[1-9][0-9]{2}-[0-9]{4}", r"#[0-9]{4}"),
    "count": (r"[2-9]", r"1[0-9]"),
}
references = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2040, 12, 31))


@pytest.mark.parametrize("kind", NUMBERS)
@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=25)
@given(data=st.data(), reference=references)
def test_numbers_that_are_no_times_are_left_alone(
    language: str, kind: str, data: st.DataObject, reference: datetime
) -> None:
    sentence = data.draw(st.sampled_from(SAID[language][kind]))
    number = data.draw(
        st.sampled_from(NUMBERS[kind]).flatmap(lambda form: st.from_regex(form, fullmatch=True))
    )
    understood = understand(sentence.format(number), reference, language=language)
    assert (understood.start, understood.end) == (None, None), understood.time_words
