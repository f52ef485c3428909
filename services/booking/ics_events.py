"""What does each VEVENT of a calendar file (RFC 5545) say? Bytes → plain values in the business's zone, with line numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import TypeVar

from icalendar import Calendar, Component
from icalendar.prop import vCalAddress, vDDDLists, vDDDTypes, vRecur, vText

from services.booking.domain.schedule import local_of
from shared.errors import UsherError

MOST_BYTES = 5_000_000
MOST_EVENTS = 5_000

_BORDER = re.compile(r"^(BEGIN|END):VEVENT\s*$", re.IGNORECASE)
_NEWLINE = re.compile(r"\r?\n")
_UTC_UNTIL = re.compile(r"UNTIL=[^;]*", re.IGNORECASE)


class InvalidTimetable(UsherError):
    """The file is not a calendar that can be read."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be taken over. `line`: where its VEVENT begins in the file, from 1."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}"


class Unusable(Exception):
    """This event cannot be taken over; the message says why."""


@dataclass(frozen=True, slots=True)
class Event:
    """One VEVENT. All local times are naive wall-clock times in the business's zone; a plain date is a whole day.

    `source`: the zone that its start was given in (None: none, so the business's). `rules`: bare RRULE values with
    UNTIL in local time. `of`: the original start of the one session that this changes (RECURRENCE-ID).
    """

    line: int
    uid: str
    sequence: int
    cancelled: bool
    start: datetime
    source_start: datetime
    source: tzinfo | None
    duration: timedelta | None
    rules: tuple[str, ...]
    added: tuple[datetime | date, ...]
    excluded: tuple[datetime | date, ...]
    of: datetime | date | None
    and_following: bool
    summary: str
    location: str | None
    staff_name: str | None
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class _Reading:
    """One component while it is read, with the problems met so far."""

    component: Component
    line: int
    zone: str
    problems: list[Problem] = field(default_factory=list)

    def problem(self, text: str) -> None:
        self.problems.append(Problem(self.line, text))


_P = TypeVar("_P", vCalAddress, vDDDLists, vDDDTypes, vRecur, vText)


def components(data: bytes) -> list[tuple[int, Component]]:
    """The file's VEVENTs, each with the line that it begins at. Raises `InvalidTimetable`."""
    if len(data) > MOST_BYTES:
        raise InvalidTimetable(f"The file is larger than {MOST_BYTES // 1_000_000} MB: export fewer months.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidTimetable(f"The file must be UTF-8 text; byte {error.start} is not.") from error
    lines = _event_lines(text)
    try:
        calendars = Calendar.from_ical(text, multiple=True)
        found = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        OverflowError,
        RecursionError,
    ) as error:
        raise InvalidTimetable(f"The file is not an iCalendar file (RFC 5545): {error}") from error
    if not any(calendar.name == "VCALENDAR" for calendar in calendars) or len(found) != len(lines):
        raise InvalidTimetable(
            "The file is not a whole iCalendar file: it must go from BEGIN:VCALENDAR to END:VCALENDAR."
        )
    if len(found) > MOST_EVENTS:
        raise InvalidTimetable(f"The file has more than {MOST_EVENTS} events: export fewer months.")
    return list(zip(lines, found, strict=True))


def read_event(component: Component, line: int, zone: str) -> Event:
    """The values of one VEVENT in the business's zone (IANA). Raises `Unusable`, or `OverflowError` for absurd years."""
    reading = _Reading(component, line, zone)
    for name, message in component.errors:
        if name in ("DTSTART", "RRULE", "RECURRENCE-ID"):
            raise Unusable(f"its {name} cannot be read: {message}")
        reading.problem(f"{name or 'a line'} was left out, as it cannot be read: {message}")
    start = next((p.dt for p in _all(component, "DTSTART", vDDDTypes)), None)
    if start is None:
        raise Unusable("it has no start (DTSTART)")
    if not isinstance(start, datetime):
        raise Unusable("it lasts all day and has no time of day; if nobody works then, enter it as a closure")
    changed = next(iter(_all(component, "RECURRENCE-ID", vDDDTypes)), None)
    summary = _text(component, "SUMMARY")
    if summary is None:
        raise Unusable("it has no name (SUMMARY), so no service can be told")
    local = local_of(start, zone)
    return Event(
        line=line,
        uid=_text(component, "UID") or f"line {line}",
        sequence=_sequence(component),
        cancelled=(_text(component, "STATUS") or "").upper() == "CANCELLED",
        start=local,
        source_start=start.replace(tzinfo=None),
        source=_source(reading, start),
        duration=_duration(reading, start),
        rules=tuple(_rule(recur, zone) for recur in _all(component, "RRULE", vRecur)),
        added=tuple(_dates(reading, "RDATE")),
        excluded=tuple(_dates(reading, "EXDATE")),
        of=_local(changed.dt, zone) if changed is not None else None,
        and_following=changed is not None and "RANGE" in changed.params,
        summary=summary,
        location=_text(component, "LOCATION"),
        staff_name=_staff_name(reading),
        problems=tuple(reading.problems),
    )


def _event_lines(text: str) -> list[int]:
    """The lines (from 1) at which a VEVENT begins. Raises `InvalidTimetable` where one is not closed."""
    found: list[int] = []
    is_open = False
    for number, line in enumerate(_NEWLINE.split(text), start=1):
        if border := _BORDER.match(line):
            begins = border[1].upper() == "BEGIN"
            if begins == is_open:
                at = found[-1] if is_open else number
                raise InvalidTimetable(f"The event at line {at} does not go from BEGIN:VEVENT to END:VEVENT.")
            is_open = begins
            if begins:
                found.append(number)
    if is_open:
        raise InvalidTimetable(f"The event at line {found[-1]} has no END:VEVENT: the file is cut off.")
    return found


def _all(component: Component, name: str, kind: type[_P]) -> list[_P]:
    """Every property of this name that could be read."""
    given = component.get(name)
    return [value for value in (given if isinstance(given, list) else [given]) if isinstance(value, kind)]


def _text(component: Component, name: str) -> str | None:
    return next((str(v).strip() or None for v in _all(component, name, vText)), None)


def _sequence(component: Component) -> int:
    given = component.get("SEQUENCE")
    return given if isinstance(given, int) else 0


def _local(moment: object, zone: str) -> datetime | date | None:
    if isinstance(moment, datetime):
        return local_of(moment, zone)
    return moment if isinstance(moment, date) else None


def _source(reading: _Reading, start: datetime) -> tzinfo | None:
    named = [p.params.get("TZID") for p in _all(reading.component, "DTSTART", vDDDTypes)]
    if start.tzinfo is None and named[0]:
        reading.problem(f"nobody knows the time zone {named[0]!r}: its times were taken as {reading.zone}")
    return start.tzinfo


def _duration(reading: _Reading, start: datetime) -> timedelta | None:
    """How long it takes; None (with a problem) when the service must say it."""
    ends = [p.dt for p in _all(reading.component, "DTEND", vDDDTypes)]
    lengths = [p.dt for p in _all(reading.component, "DURATION", vDDDTypes)]
    length: timedelta | None = None
    if ends and isinstance(ends[0], datetime):
        alike = (ends[0].tzinfo is None) == (start.tzinfo is None)
        zone = "UTC" if alike else reading.zone
        length = local_of(ends[0], zone) - local_of(start, zone)
    elif lengths and isinstance(lengths[0], timedelta):
        length = lengths[0]
    if length is None:
        reading.problem("it has no end (DTEND or DURATION): the service's duration is used")
    elif not timedelta() < length <= timedelta(days=1):
        reading.problem(f"it would last {length}: the service's duration is used")
        length = None
    return length


def _rule(recur: vRecur, zone: str) -> str:
    """The bare RRULE with UNTIL as local time."""
    text: str = recur.to_ical().decode()  # type: ignore[no-untyped-call]
    until = recur.get("UNTIL")
    moment = _local(until[0] if isinstance(until, list) else until, zone) if until else None
    if isinstance(moment, datetime):
        return _UTC_UNTIL.sub(f"UNTIL={moment:%Y%m%dT%H%M%S}", text)
    return text


def _dates(reading: _Reading, name: str) -> Iterator[datetime | date]:
    for listed in _all(reading.component, name, vDDDLists):
        for given in listed.dts:
            moment = given.dt
            if isinstance(moment, tuple):  # a period: its start counts
                reading.problem(f"{name} gives a period: its start was taken, its length was not")
                moment = moment[0]
            local = _local(moment, reading.zone)
            if local is not None:
                yield local


def _staff_name(reading: _Reading) -> str | None:
    """CONTACT, the attendee in the chair, the organizer, or the only attendee; never an address."""
    attendees = _all(reading.component, "ATTENDEE", vCalAddress)
    chairs = [a for a in attendees if str(a.params.get("ROLE", "")).upper() == "CHAIR"]
    organizers = _all(reading.component, "ORGANIZER", vCalAddress)
    contact = _text(reading.component, "CONTACT")
    if contact is not None:
        return contact
    for candidates in (chairs, organizers, attendees if len(attendees) == 1 else []):
        for person in candidates:
            if name := str(person.params.get("CN", "")).strip():
                return name if "@" not in name else None
    if attendees:
        reading.problem("it does not say who of its attendees gives it: no staff member was taken")
    return None
