"""How do sessions, slots and bookings read to people? Prices and times by CLDR, in the customer's language."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import lru_cache
from typing import TypedDict
from uuid import UUID
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton, format_time
from babel.units import format_unit

from services.agent.tools.slot_ids import Slot, slot_id
from services.agent.tools.spec import Result
from services.agent.tools.words import words_of
from shared.messages.booking import BookingView, SessionView, SlotView, WaitlistEntryView
from shared.money import format_money


class SessionLine(Result):
    """A session ready to be shown; `starts` is local (ISO 8601), `local`, `day` and `clock` for people."""

    session_id: UUID
    service: str
    staff: str | None = None
    level: str | None = None
    room: str | None = None
    starts: str
    local: str
    day: str
    clock: str
    price: str
    price_minor: int
    currency: str
    spots_left: int
    line: str


class SlotLine(Result):
    """A free start of an appointment, ready to be shown; without `staff` it is whoever is free."""

    slot_id: str
    service: str
    staff: str | None = None
    starts: str
    local: str
    local_for_you: str | None = None
    day: str
    clock: str
    price: str
    price_minor: int
    currency: str
    line: str


class TermsLine(Result):
    """What cancelling would cost and give back now; `sentence` says it."""

    allowed: bool = True
    fee: str
    fee_minor: int
    refund: str
    refund_minor: int
    credits_returned: int = 0
    currency: str
    reason: str | None = None
    until: str | None = None
    sentence: str


class BookingLine(Result):
    """A booking ready to be shown. `total` is for the whole party."""

    booking_id: UUID
    session_id: UUID
    reference: str
    status: str
    service: str
    staff: str | None = None
    starts: str
    local: str
    day: str
    clock: str
    party_size: int
    total: str
    total_minor: int
    currency: str
    line: str
    pay_link: str | None = None
    terms: TermsLine | None = None


class WaitingLine(Result):
    """A place in the queue of a full session, ready to be shown; an `offered` one can be answered."""

    entry_id: UUID
    session_id: UUID
    service: str
    staff: str | None = None
    starts: str
    local: str
    day: str
    clock: str
    party_size: int
    status: str
    position: int | None = None
    offer_until: str | None = None
    price: str
    price_minor: int
    currency: str
    line: str


class When(TypedDict):
    """The fields that say when, in every line."""

    starts: str
    local: str
    day: str
    clock: str


@lru_cache(maxsize=256)
def locale_of(language: str) -> Locale:
    """The locale of a BCP 47 tag, as booking chooses it; international English if CLDR lacks it."""
    for tag in ("en-GB",) if language.lower() == "en" else (language, language.split("-")[0]):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse("en_GB")


def clock_text(moment: datetime | time, language: str) -> str:
    """A time of day for people: `19:00`, or `7:00 PM` where that is the custom."""
    return _clock(moment.time() if isinstance(moment, datetime) else moment, language)


def day_text(day: date, language: str) -> str:
    """A day for people: `Mon 23 Nov`."""
    return _plain(format_skeleton("MMMEd", day, locale=locale_of(language)))


@lru_cache(maxsize=65_536)
def _when(starts_at: datetime, ends_at: datetime, timezone: str, language: str) -> tuple[str, str, str, str]:
    """Local start (ISO), the whole, day, clock: worked out once for each session and language."""
    zone = ZoneInfo(timezone)
    start, end = starts_at.astimezone(zone).replace(tzinfo=None), ends_at.astimezone(zone)
    day, clock = day_text(start.date(), language), _clock(start.time(), language)
    local = f"{day} {clock}–{_clock(end.time(), language)}"
    return start.isoformat(timespec="minutes"), local, day, clock


@lru_cache(maxsize=8_192)
def _clock(moment: time, language: str) -> str:
    return _plain(format_time(moment, "short", locale=locale_of(language)))


def _plain(text: str) -> str:
    # CLDR separates "7:00 PM" by a narrow space that many phones draw badly.
    return text.replace("\u202f", " ")


def when_of(view: SessionView | SlotView, language: str) -> When:
    """When it is, for people."""
    starts, local, day, clock = _when(view.starts_at, view.ends_at, view.timezone, language)
    return When(starts=starts, local=local, day=day, clock=clock)


def local_start(view: SessionView | SlotView) -> datetime:
    """The start as naive wall-clock time of the business."""
    return view.starts_at.astimezone(ZoneInfo(view.timezone)).replace(tzinfo=None)


def money(minor: int, currency: str, language: str) -> str:
    """A price for people; nothing is `free`."""
    return format_money(minor, currency, language) if minor else words_of(language).free


def session_line(session: SessionView, language: str) -> SessionLine:
    """A session as `Vinyasa Yoga, Mon 23 Nov 19:00–20:00 with Ana, €15.00, 4 spots left`."""
    words, when = words_of(language), when_of(session, language)
    price = money(session.price, session.currency, language)
    spots = words.one_left if session.seats_left == 1 else words.left.format(session.seats_left)
    what = _what(session.service_name, when, session.staff_name, language)
    return SessionLine(
        session_id=session.session_id,
        service=session.service_name,
        staff=session.staff_name,
        level=session.level,
        room=session.room,
        **when,
        price=price,
        price_minor=session.price,
        currency=session.currency,
        spots_left=session.seats_left,
        line=f"{what}, {price}, {spots if session.seats_left > 0 else words.full}",
    )


def slot_line(slot: SlotView, staff_id: UUID | None, staff_name: str | None, language: str) -> SlotLine:
    """A slot as `Haircut, Tue 24 Nov 10:00–10:45 with Rita, €35.00`; no `staff_id`: whoever is free."""
    when = when_of(slot, language)
    price = money(slot.price, slot.currency, language)
    elsewhere = slot.local_for_customer
    yours = f" ({words_of(language).your_time}: {elsewhere})" if elsewhere else ""
    what = _what(slot.service_name, when, staff_name, language)
    return SlotLine(
        slot_id=slot_id(Slot(slot.service_id, slot.starts_at, staff_id)),
        service=slot.service_name,
        staff=staff_name,
        **when,
        local_for_you=elsewhere,
        price=price,
        price_minor=slot.price,
        currency=slot.currency,
        line=f"{what}{yours}, {price}",
    )


def booking_line(booking: BookingView, language: str, terms: TermsLine | None = None) -> BookingLine:
    """A booking as `Vinyasa Yoga, Mon 23 Nov 19:00–20:00 with Ana (for 2)`."""
    session, when = booking.session, when_of(booking.session, language)
    party = f" ({words_of(language).party.format(booking.party_size)})" if booking.party_size > 1 else ""
    return BookingLine(
        booking_id=booking.booking_id,
        session_id=session.session_id,
        reference=booking.reference,
        status=booking.status.value,
        service=session.service_name,
        staff=session.staff_name,
        **when,
        party_size=booking.party_size,
        total=format_money(booking.total, session.currency, language),
        total_minor=booking.total,
        currency=session.currency,
        line=_what(session.service_name, when, session.staff_name, language) + party,
        pay_link=booking.pay_link,
        terms=terms,
    )


def waiting_line(entry: WaitlistEntryView, language: str) -> WaitingLine:
    """A place in a queue as `Yoga, Mon 23 Nov 19:00–20:00, number 2 in the queue`."""
    session, words, when = entry.session, words_of(language), when_of(entry.session, language)
    until = _instant(entry.offer_expires_at, session.timezone, language)
    line = _what(session.service_name, when, session.staff_name, language)
    price = money(session.price * entry.party_size, session.currency, language)
    if until:
        line += f", {price}, {words.until.format(until)}"
    elif entry.position:
        line += f", {words.place.format(entry.position)}"
    return WaitingLine(
        entry_id=entry.entry_id,
        session_id=session.session_id,
        service=session.service_name,
        staff=session.staff_name,
        **when,
        party_size=entry.party_size,
        status=entry.status,
        position=entry.position,
        offer_until=until,
        price=price,
        price_minor=session.price,
        currency=session.currency,
        line=line,
    )


@lru_cache(maxsize=1024)
def minutes_text(minutes: int, language: str) -> str:
    """`60 minutes`."""
    return format_unit(minutes, "minute", locale=locale_of(language))


def instant_text(moment: datetime, timezone: str, language: str) -> str:
    """An instant for people: `Mon 23 Nov 19:00`."""
    local = moment.astimezone(ZoneInfo(timezone))
    return f"{day_text(local.date(), language)} {clock_text(local, language)}"


def _instant(moment: datetime | None, timezone: str, language: str) -> str | None:
    return instant_text(moment, timezone, language) if moment else None


def _what(service: str, when: When, staff: str | None, language: str) -> str:
    by = f" {words_of(language).with_staff.format(staff)}" if staff else ""
    return f"{service}, {when['local']}{by}"
