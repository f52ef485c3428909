"""How do sessions and bookings read to people? Prices by CLDR, times as booking rendered them."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_time

from services.agent.tools.spec import Result
from shared.messages.booking import BookingView, SessionView
from shared.money import format_money

_CLOCK = re.compile(r"\d{1,2}:\d\d(?:\s?[AaPp]\.?[Mm]\.?)?$")


class SessionLine(Result):
    """A session ready to be shown; `starts` is local (ISO 8601), `local`, `day` and `clock` for people."""

    session_id: UUID
    service: str
    staff: str | None = None
    starts: str
    local: str
    day: str
    clock: str
    price: str
    price_minor: int
    currency: str
    spots_left: int
    line: str


class BookingLine(Result):
    """A booking ready to be shown. `total` is for the whole party."""

    booking_id: UUID
    reference: str
    service: str
    staff: str | None = None
    starts: str
    local: str
    day: str
    clock: str
    party_size: int
    total: str
    line: str


@lru_cache(maxsize=256)
def _locale(language: str) -> Locale:
    """The locale of a BCP 47 tag, as booking chooses it; international English if CLDR lacks it."""
    for tag in ("en-GB",) if language.lower() == "en" else (language, language.split("-")[0]):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse("en_GB")


def short_local(session: SessionView) -> str:
    """`Mon 23 Nov 19:00–20:00`: booking's local string without its comma."""
    return session.local.replace(", ", " ", 1)


def clock_text(moment: datetime, language: str) -> str:
    """A time of day for people: `19:00`, or `7:00 PM` where that is the custom."""
    # CLDR separates "7:00 PM" by a narrow space that many phones draw badly.
    return format_time(moment, "short", locale=_locale(language)).replace("\u202f", " ")


def _day_and_clock(session: SessionView) -> dict[str, str]:
    """`Mon 23 Nov` and `19:00`, out of booking's local string."""
    start = short_local(session).split("–")[0]
    found = _CLOCK.search(start)
    clock = found.group() if found else ""
    return {"day": start.removesuffix(clock).rstrip(", "), "clock": clock}


def local_start(session: SessionView) -> datetime:
    """The session's start as naive wall-clock time of the business."""
    return session.starts_at.astimezone(ZoneInfo(session.timezone)).replace(tzinfo=None)


def session_line(session: SessionView, language: str) -> SessionLine:
    """A session as `Vinyasa Yoga, Mon 23 Nov 19:00–20:00 with Ana, €15.00, 4 spots left`."""
    price = format_money(session.price, session.currency, language)
    spots = "1 spot left" if session.seats_left == 1 else f"{session.seats_left} spots left"
    what = _what(session)
    return SessionLine(
        session_id=session.session_id,
        service=session.service_name,
        staff=session.staff_name,
        starts=local_start(session).isoformat(timespec="minutes"),
        local=short_local(session),
        **_day_and_clock(session),
        price=price,
        price_minor=session.price,
        currency=session.currency,
        spots_left=session.seats_left,
        line=f"{what}, {price}, {spots if session.seats_left > 0 else 'full'}",
    )


def booking_line(booking: BookingView, language: str) -> BookingLine:
    """A booking as `Vinyasa Yoga, Mon 23 Nov 19:00–20:00 with Ana (for 2)`."""
    party = f" (for {booking.party_size})" if booking.party_size > 1 else ""
    return BookingLine(
        booking_id=booking.booking_id,
        reference=booking.reference,
        service=booking.session.service_name,
        staff=booking.session.staff_name,
        starts=local_start(booking.session).isoformat(timespec="minutes"),
        local=short_local(booking.session),
        **_day_and_clock(booking.session),
        party_size=booking.party_size,
        total=format_money(booking.total, booking.session.currency, language),
        line=_what(booking.session) + party,
    )


def _what(session: SessionView) -> str:
    staff = f" with {session.staff_name}" if session.staff_name else ""
    return f"{session.service_name}, {short_local(session)}{staff}"
