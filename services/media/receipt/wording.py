"""What does a receipt say? From its data to the finished lines, in the customer's language and the business's time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval, format_time, get_timezone_gmt
from babel.numbers import format_decimal

from services.media.receipt.labels import LABELS, Labels
from shared.messages.media import ReceiptData
from shared.money import format_money


@dataclass(frozen=True)
class Wording:
    """Everything on the page, as shown. `details`, `amounts` and, below the total, `payment`: label and value, from top
    to bottom.

    `language`: of the labels (ISO 639). `names_language`: the customer's, which names are likely written in.
    """

    language: str
    names_language: str
    labels: Labels
    business: str
    contact: tuple[str, ...]
    number: str
    issued: str
    details: tuple[tuple[str, str], ...]
    amounts: tuple[tuple[str, str], ...]
    total: str
    payment: tuple[tuple[str, str], ...] = ()


def word(data: ReceiptData) -> Wording:
    """Every line of the receipt. Raises ZoneInfoNotFoundError for a time zone that is not an IANA name."""
    locale = _locale(data.locale)
    labels = LABELS[locale.language]
    zone = ZoneInfo(data.timezone)
    day, time = _when(data.starts_at.astimezone(zone), data.ends_at.astimezone(zone), data.timezone, locale)
    people = format_decimal(data.party_size, locale=locale)
    details = (
        (labels.customer, data.customer_name),
        (labels.service, data.service_name),
        *(((labels.staff, data.staff_name),) if data.staff_name else ()),
        (labels.date, day),
        (labels.time, time),
        (labels.people, people),
        (labels.reference, data.booking_reference),
        # A receipt is only asked for when a booking was confirmed; a later cancellation has its own message.
        (labels.status, labels.confirmed),
    )
    price = format_money(data.unit_price, data.currency, locale)
    return Wording(
        language=locale.language,
        names_language=data.locale.replace("_", "-").partition("-")[0].lower(),
        labels=labels,
        business=data.business_name,
        contact=tuple(filter(None, (data.business_address, data.business_phone))),
        number=f"{labels.number} {data.number}",
        issued=f"{labels.issued} {format_date(data.issued_at.astimezone(zone), 'long', locale=locale)}",
        details=details,
        amounts=((labels.price, f"{people} × {price}"), (labels.tax, labels.no_tax)),
        total=format_money(data.total, data.currency, locale),
        payment=_payment(data, labels, locale),
    )


def _payment(data: ReceiptData, labels: Labels, locale: Locale) -> tuple[tuple[str, str], ...]:
    """What of the total was paid and what is open; nothing when there was nothing to pay, or nothing is known of it."""
    if data.paid is None or not (data.total or data.paid):
        return ()
    paid = (labels.paid, format_money(data.paid, data.currency, locale))
    return (paid, (labels.open, format_money(data.open, data.currency, locale))) if data.open else (paid,)


def _locale(tag: str) -> Locale:
    """The locale to write in: the one of a BCP 47 tag where we have its labels, else English as that region writes it.

    Labels and dates are never in two languages, which would also mix two writing directions in one line.
    """
    asked = next(filter(None, map(_known, (tag, tag.replace("_", "-").partition("-")[0]))), None)
    if asked and asked.language in LABELS:
        return asked
    return (asked and _known(f"en-{asked.territory}")) or Locale("en")


def _known(tag: str) -> Locale | None:
    try:
        return Locale.parse(tag.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return None


def _when(start: datetime, end: datetime, timezone: str, locale: Locale) -> tuple[str, str]:
    """The day, and the hours with the zone: "Monday, November 23, 2026", "7:00 – 8:00 PM (Europe/Lisbon, GMT)"."""
    day = format_date(start, "full", locale=locale)
    if start.date() == end.date() and start.utcoffset() == end.utcoffset():
        hour = "Hm" if "H" in str(locale.time_formats["short"].pattern) else "hm"
        naive = (start.replace(tzinfo=None, fold=0), end.replace(tzinfo=None, fold=0))
        hours = format_interval(*naive, hour, locale=locale)
    else:
        hours = " – ".join((format_time(start, "short", locale=locale), _moment(end, locale)))
    return day, f"{hours} ({timezone}, {get_timezone_gmt(start, locale=locale)})"


def _moment(at: datetime, locale: Locale) -> str:
    return f"{format_date(at, 'medium', locale=locale)} {format_time(at, 'short', locale=locale)}"
