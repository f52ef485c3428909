"""What timetable does an .ics file hold? Its events become schedules of ours; what those cannot say is a problem line.

Pure: bytes in, values out. Matching names with services, staff and rooms is the caller's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

from services.booking.domain.rule import InvalidSchedule, parse_rule
from services.booking.domain.schedule import Schedule, local_of, local_starts, parse_dates
from services.booking.ics_events import Event, InvalidTimetable, Problem, Unusable, components, read_event

__all__ = [
    "ImportedSchedule",
    "ImportedSession",
    "ImportedTimetable",
    "InvalidTimetable",
    "Problem",
    "read_timetable",
]

ONCE = "FREQ=DAILY;COUNT=1"
"""The rule of what takes place on one date only."""

_COMPARED = 200  # dates compared when a rule counts in another zone: more than three years of weeks
_NOBODY = UUID(int=0)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ImportedSession:
    """One session that differs from its schedule. Local starts are naive, in the business's zone; None = as the schedule."""

    original_start: datetime
    starts_at: datetime
    duration: timedelta | None
    summary: str
    location: str | None
    staff_name: str | None


@dataclass(frozen=True, slots=True)
class ImportedSchedule:
    """What the document's `schedules` need of one event. Times are wall-clock times in the business's zone.

    `duration` None: as the service. `excluded`, `extra`: as in `Schedule`. `line`: where the event begins in the file.
    """

    line: int
    uid: str
    summary: str
    location: str | None
    staff_name: str | None
    rrule: str
    starts_on: date
    starts_at_local: time
    duration: timedelta | None
    excluded: tuple[datetime | date, ...]
    extra: tuple[datetime, ...]
    edited: tuple[ImportedSession, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class ImportedTimetable:
    """A whole file. `problems`: events that were left out altogether, in the file's order."""

    schedules: tuple[ImportedSchedule, ...]
    problems: tuple[Problem, ...]


def read_timetable(data: bytes, timezone: str) -> ImportedTimetable:
    """The schedules of an .ics file for a business in `timezone` (IANA). Raises `InvalidTimetable`."""
    problems: list[Problem] = []
    events: dict[str, list[Event]] = {}
    for line, component in components(data):
        try:
            event = read_event(component, line, timezone)
        except (Unusable, OverflowError) as error:
            problems.append(Problem(line, f"left out: {error}"))
        else:
            events.setdefault(event.uid, []).append(event)
    schedules: list[ImportedSchedule] = []
    for same in events.values():
        try:
            schedules.append(_schedule(same, timezone, problems))
        except (Unusable, InvalidSchedule, OverflowError) as error:
            problems.append(Problem(same[0].line, f"left out: {error}"))
    return ImportedTimetable(tuple(schedules), tuple(sorted(problems, key=lambda p: p.line)))


def _schedule(events: Sequence[Event], timezone: str, left_out: list[Problem]) -> ImportedSchedule:
    """One schedule of all events with one UID: the general one, and those that change single sessions."""
    general = [event for event in events if event.of is None]
    if not general:
        raise Unusable("it changes a session (RECURRENCE-ID) of an event that is not in the file")
    event = max(general, key=lambda e: (e.sequence, e.line))
    left_out += [
        Problem(e.line, f"left out: the event at line {event.line} has the same UID and is newer")
        for e in general
        if e is not event
    ]
    if event.cancelled:
        raise Unusable("it was cancelled (STATUS)")
    schedule = _general(event, timezone)
    newest: dict[datetime | date, Event] = {}
    for change in sorted(events, key=lambda e: (e.sequence, e.line)):
        if change.of is not None:
            newest[change.of] = change
    for of, change in newest.items():
        original = of if isinstance(of, datetime) else datetime.combine(of, schedule.starts_at_local)
        schedule = _with_change(schedule, original, change, timezone)
    return schedule


def _general(event: Event, timezone: str) -> ImportedSchedule:
    problems = list(event.problems)
    rule = event.rules[0] if event.rules else ONCE
    if len(event.rules) > 1:
        problems.append(Problem(event.line, "it has several rules (RRULE): only the first was taken"))
    parse_rule(rule, event.start)
    problems += _zone_problems(event, rule, timezone)
    excluded = parse_dates(event.excluded, timezone)
    added = {m if isinstance(m, datetime) else datetime.combine(m, event.start.time()) for m in event.added}
    # In a calendar file an exclusion wins over an added date, and the first date counts even off the rule.
    extra = {moment for moment in added if moment not in excluded and moment.date() not in excluded}
    schedule = ImportedSchedule(
        line=event.line,
        uid=event.uid,
        summary=event.summary,
        location=event.location,
        staff_name=event.staff_name,
        rrule=rule,
        starts_on=event.start.date(),
        starts_at_local=event.start.time(),
        duration=event.duration,
        excluded=excluded,
        extra=tuple(sorted(extra)),
        edited=(),
        problems=tuple(problems),
    )
    is_excluded = event.start in excluded or event.start.date() in excluded
    if not is_excluded and not _takes_place(schedule, event.start, timezone):
        return replace(schedule, extra=tuple(sorted(extra | {event.start})))
    return schedule


def _with_change(
    schedule: ImportedSchedule, original: datetime, change: Event, timezone: str
) -> ImportedSchedule:
    """The schedule with the session at `original` edited or cancelled, or with the problem that it cannot be."""
    problems = [*schedule.problems, *(() if change.cancelled else change.problems)]
    if change.and_following:
        text = "it changes this and all following sessions (RANGE): make the rest a schedule of its own"
        return replace(schedule, problems=(*problems, Problem(change.line, text)))
    if not _takes_place(schedule, original, timezone):
        text = f"it changes a session that there is not, at {original:%Y-%m-%d %H:%M}"
        return replace(schedule, problems=(*problems, Problem(change.line, text)))
    if change.cancelled:
        return replace(
            schedule,
            excluded=parse_dates([*schedule.excluded, original], timezone),
            extra=tuple(moment for moment in schedule.extra if moment != original),
            problems=tuple(problems),
        )
    session = ImportedSession(
        original_start=original,
        starts_at=change.start,
        duration=change.duration,
        summary=change.summary,
        location=change.location,
        staff_name=change.staff_name,
    )
    if session.summary != schedule.summary:
        text = f"a session of {schedule.summary!r} is called {session.summary!r}: it stays the former"
        problems.append(Problem(change.line, text))
    edited = tuple(sorted((*schedule.edited, session), key=lambda s: s.original_start))
    return replace(schedule, edited=edited, problems=tuple(problems))


def _takes_place(schedule: ImportedSchedule, start: datetime, timezone: str) -> bool:
    """Whether there is a session at this naive local start."""
    as_ours = Schedule(
        tenant_id=_NOBODY,
        schedule_id=_NOBODY,
        service_id=_NOBODY,
        staff_id=None,
        rrule=schedule.rrule,
        starts_on=schedule.starts_on,
        starts_at_local=schedule.starts_at_local,
        duration=schedule.duration or _DAY,
        capacity=1,
        timezone=timezone,
        excluded=schedule.excluded,
        extra=schedule.extra,
    )
    return start in local_starts(as_ours, start.date(), start.date() + _DAY)


def _zone_problems(event: Event, rule: str, timezone: str) -> list[Problem]:
    """Whether a rule that counts in another zone (or in UTC) means the same dates in the business's. Raises `Unusable`."""
    if event.source is None or getattr(event.source, "key", None) == timezone:
        return []
    zone = ZoneInfo(timezone)
    bare = ";".join(part for part in rule.split(";") if not part.upper().startswith("UNTIL="))
    theirs = [
        local_of(start.replace(tzinfo=event.source), zone.key)
        for start in islice(parse_rule(bare, event.source_start), _COMPARED)
    ]
    ours = list(islice(parse_rule(bare, event.start), _COMPARED))
    different = next(((a, b) for a, b in zip(theirs, ours, strict=False) if a != b), None)
    if different is None:
        return []
    if different[0].date() != different[1].date():
        raise Unusable(
            f"its rule counts days in {event.source}, which are other days in {timezone}: enter it by hand"
        )
    text = (
        f"it repeats by the clock of {event.source}: {different[0]:%Y-%m-%d} would be at {different[0]:%H:%M} in "
        f"{timezone}; taken as {different[1]:%H:%M} all year"
    )
    return [Problem(event.line, text)]
