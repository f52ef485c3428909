"""What does a booking look like as a calendar file (iCalendar, RFC 5545; METHOD as in RFC 5546)?

One event per booking: the same UID for ever and on every channel, and a SEQUENCE that grows with each change, so that
the newest file replaces the older ones wherever they were saved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vText

from services.notifier.domain.local import is_link, one_line
from services.notifier.domain.parts import Voice, compose, filename, price, reference, voice_of, what
from shared.messages.booking import (
    BookingCancelled,
    BookingConfirmed,
    BookingEvent,
    BookingExpired,
    BookingRescheduled,
    BookingStatus,
    SessionChanged,
    SessionView,
)

CalendarEvent = BookingConfirmed | BookingRescheduled | SessionChanged | BookingCancelled | BookingExpired
"""The events that can change what stands in a customer's calendar."""

Method = Literal["REQUEST", "CANCEL"]

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """A file for the customer's calendar. `mime` names the method, as mail programs want it."""

    filename: str
    mime: str
    content: bytes


def uid_of(booking_id: UUID) -> str:
    """The calendar's id of a booking: from its id alone, so that every channel and every version has the same."""
    return f"{booking_id}@usher"


def method_of(event: BookingEvent) -> Method | None:
    """Whether the event puts the booking into the calendar (or changes it there), or takes it out; None: neither.

    A place that only waits for a payment or an approval is in nobody's calendar.
    """
    match event:
        case BookingConfirmed() | BookingRescheduled() | SessionChanged():
            return "REQUEST" if event.booking.status is BookingStatus.CONFIRMED else None
        case BookingCancelled() | BookingExpired():
            return "CANCEL"
        case _:
            return None


def calendar_file(event: CalendarEvent, sequence: int) -> CalendarFile:
    """The file that tells a calendar this event. `sequence` counts the booking's files before this one.

    The same event and number give the same bytes. Raises ValueError for an event that changes no calendar.
    """
    method = method_of(event)
    if method is None:
        raise ValueError(f"{event.name} of a {event.booking.status} booking is not for calendars")
    calendar = Calendar()
    calendar.add("prodid", "-//Usher//Bookings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(_entry(event, method, sequence))
    name = filename(voice_of(event).wording.calendar_name, event.booking)
    return CalendarFile(name, f"text/calendar; charset=utf-8; method={method}", calendar.to_ical())


def all_day(first: date, last: date) -> tuple[date, date]:
    """DTSTART and DTEND of whole days, both given inclusive: DTEND is the day after the last one."""
    return first, last + _DAY


def _entry(event: CalendarEvent, method: Method, sequence: int) -> Event:
    voice, booking = voice_of(event), event.booking
    starts, ends = _span(booking.session)
    entry = Event()
    entry.add("uid", uid_of(booking.booking_id))
    entry.add("sequence", sequence)
    entry.add("dtstamp", event.at.astimezone(UTC))
    entry.add("dtstart", starts)
    entry.add("dtend", ends)
    entry.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    entry.add("summary", what(voice))
    entry.add(
        "description",
        compose([price(voice, booking), reference(voice, booking)], voice.wording.how_to_cancel),
    )
    if place := _location(voice):
        entry.add("location", place)
    if is_link(booking.session.room):
        entry.add("url", booking.session.room)
    entry.add("transp", "TRANSPARENT" if method == "CANCEL" else "OPAQUE")
    _people(entry, event, voice)
    return entry


def _span(session: SessionView) -> tuple[date, date]:
    """Start and end: instants in UTC (exact in every hour that exists twice), or dates when it lasts whole days there."""
    zone = ZoneInfo(session.timezone)
    start, end = session.starts_at.astimezone(zone), session.ends_at.astimezone(zone)
    if start.time() == end.time() == time() and start < end:
        return all_day(start.date(), end.date() - _DAY)
    return _utc(session.starts_at), _utc(session.ends_at)


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def _location(voice: Voice) -> str:
    """The link of an online session, else the room and the address."""
    room, address = voice.session.room, one_line(voice.business.address or "")
    if is_link(room):
        return str(room)
    return ", ".join(filter(None, (one_line(room or ""), address)))


def _people(entry: Event, event: CalendarEvent, voice: Voice) -> None:
    """RFC 5546 wants an organiser and an attendee. Both are named by our ids: no address of anybody is in the file, and
    nobody's mail program asks for an answer that no one would read."""
    organiser = vCalAddress(f"urn:uuid:{event.tenant_id}")
    organiser.params["CN"] = vText(voice.name)
    entry.add("organizer", organiser)
    attendee = vCalAddress(f"urn:uuid:{event.contact.customer_id}")
    attendee.params["PARTSTAT"] = vText("ACCEPTED")
    attendee.params["RSVP"] = vText("FALSE")
    entry.add("attendee", attendee)
