"""What does the customer read? One short message per fact, in the business's language and time zone."""

from __future__ import annotations

from babel import Locale

from services.notifier.domain.local import (
    locale_for,
    one_line,
    show_day,
    show_hours,
    show_money,
    show_places,
    show_zone,
)
from services.notifier.domain.wording import Wording, wording_for
from shared.messages.booking import BookingCancelled, BookingConfirmed, BookingEvent


def confirmation(event: BookingConfirmed) -> str:
    """The text that says a place is held: what, when, where, how many, how much, and how to cancel."""
    wording, locale = words_of(event)
    booking = event.booking
    total = show_money(booking.total, booking.session.currency, wording, locale)
    lines = [
        wording.booked,
        _what(event, wording),
        _when(event, wording, locale),
        wording.price.format(places=show_places(booking.party_size, wording, locale), total=total),
        one_line(event.business.address or ""),
        wording.reference.format(reference=one_line(booking.reference)),
    ]
    return "\n".join(line for line in lines if line) + f"\n\n{wording.how_to_cancel}"


def cancellation(event: BookingCancelled) -> str:
    """The text that says a place was given back, and by whom when it was not the customer."""
    wording, locale = words_of(event)
    said = {
        "customer": wording.cancelled_by_customer,
        "business": wording.cancelled_by_business.format(business=one_line(event.business.business_name)),
        "system": wording.cancelled_by_system,
    }[event.cancelled_by]
    lines = [
        said,
        _what(event, wording),
        _when(event, wording, locale),
        wording.reference.format(reference=one_line(event.booking.reference)),
    ]
    return "\n".join(lines) + f"\n\n{wording.book_again}"


def receipt_caption(event: BookingConfirmed) -> str:
    """The caption of the receipt's document."""
    return words_of(event)[0].receipt_caption.format(
        service=one_line(event.booking.session.service_name), reference=one_line(event.booking.reference)
    )


def receipt_filename(event: BookingConfirmed) -> str:
    """The receipt's file name: letters, digits and dashes of the reference only (`receipt-ABC123.pdf`)."""
    reference = "".join(c for c in event.booking.reference if (c.isascii() and c.isalnum()) or c == "-")
    return words_of(event)[0].receipt_name.format(reference=reference)


def words_of(event: BookingEvent) -> tuple[Wording, Locale]:
    """The words and the locale that fit the event's business (English where its language has no table)."""
    wording = wording_for(event.business.language)
    return wording, locale_for(wording, event.business.language, event.booking.session.timezone)


def _what(event: BookingEvent, wording: Wording) -> str:
    session = event.booking.session
    service = one_line(session.service_name)
    if not session.staff_name:
        return service
    return wording.with_staff.format(service=service, staff=one_line(session.staff_name))


def _when(event: BookingEvent, wording: Wording, locale: Locale) -> str:
    session = event.booking.session
    return wording.when.format(
        day=show_day(session.starts_at, session.timezone, locale, seen_from=event.at),
        hours=show_hours(session.starts_at, session.ends_at, session.timezone, locale),
        zone=show_zone(session.timezone, wording, locale),
    )
