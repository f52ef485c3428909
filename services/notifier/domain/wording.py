"""Which words does a language use? One table per language; a new language is a new table, nothing else.

Templates are filled with `str.format`: only the tables hold braces, what is put in is never read as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language.

    `language` is BCP 47 without a region, `locale` the CLDR locale where the business's country does not
    speak it, `places` a template (`{count}`) per CLDR plural category, `other` always.
    """

    language: str
    locale: str
    booked: str
    with_staff: str
    when: str
    at_zone: str
    places: Mapping[str, str]
    price: str
    free: str
    reference: str
    how_to_cancel: str
    cancelled_by_customer: str
    cancelled_by_business: str
    cancelled_by_system: str
    book_again: str
    receipt_caption: str
    receipt_name: str
    guest: str


EN = Wording(
    language="en",
    locale="en_GB",
    booked="You're booked ✓",
    with_staff="{service} with {staff}",
    when="{day}, {hours} ({zone})",
    at_zone="{city} time",
    places={"one": "{count} place", "other": "{count} places"},
    price="{places}, {total}",
    free="free",
    reference="Reference {reference}",
    how_to_cancel='Reply "cancel" if you can\'t make it.',
    cancelled_by_customer="Your booking is cancelled.",
    cancelled_by_business="{business} had to cancel your booking. Sorry about that!",
    cancelled_by_system="Your booking was cancelled.",
    book_again="Want another time? Just tell me.",
    receipt_caption="Your receipt for {service}, reference {reference}.",
    receipt_name="receipt-{reference}.pdf",
    guest="Guest",
)

PT = Wording(
    language="pt",
    locale="pt_PT",
    booked="Reserva confirmada ✓",
    with_staff="{service} com {staff}",
    when="{day}, {hours} ({zone})",
    at_zone="hora de {city}",
    places={"one": "{count} lugar", "other": "{count} lugares"},
    price="{places}, {total}",
    free="grátis",
    reference="Referência {reference}",
    how_to_cancel='Responda "cancelar" se não puder vir.',
    cancelled_by_customer="A sua reserva foi cancelada.",
    cancelled_by_business="{business} teve de cancelar a sua reserva. Pedimos desculpa!",
    cancelled_by_system="A sua reserva foi cancelada.",
    book_again="Quer outro horário? É só dizer.",
    receipt_caption="O seu recibo de {service}, referência {reference}.",
    receipt_name="recibo-{reference}.pdf",
    guest="Cliente",
)

WORDINGS: Mapping[str, Wording] = {wording.language: wording for wording in (EN, PT)}
"""Every language we speak, by its BCP 47 tag."""


def wording_for(language: str) -> Wording:
    """The words for a BCP 47 tag (`pt-PT`, `pt`): the tag's own table, else its language's, else English."""
    tag = language.replace("_", "-").lower()
    return WORDINGS.get(tag) or WORDINGS.get(tag.partition("-")[0]) or EN
