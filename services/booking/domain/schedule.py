"""When do the sessions of a schedule take place? An RRULE at wall-clock time in the business's zone → instants.

A time that the clocks skip (02:30 on the night of the spring change) takes place as much later as they skip (03:30);
one that they repeat takes place the first time. The id follows from the original local start, so it never moves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from services.booking.domain.rule import InvalidSchedule as InvalidSchedule
from services.booking.domain.rule import has_own_times
from services.booking.domain.rule import parse_rule as parse_rule
from shared.ids import derive

MOST_OCCURRENCES = 2_000
"""A window that yields more is a mistake in the rule."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A repeating session. `starts_at_local` is wall-clock time in `timezone` (IANA); the rule counts from `starts_on`.

    - `times`: more start times on each day of the rule (COUNT then counts days). Not together with BYHOUR.
    - `until`: the last local day of the rule, itself included. Added dates may lie behind it.
    - `excluded`: what the rule leaves out: a naive local start is that one session, a plain date the whole day.
    - `extra`: added naive local starts. No exclusion takes one away.
    - `series_id`: what ids follow from; None = `schedule_id`. Schedules that were split share it; `split_from` is
      the schedule that this one continues.
    - `first_times`: (start time now, start time that ids follow from) after the whole schedule was moved.
    """

    tenant_id: UUID
    schedule_id: UUID
    service_id: UUID
    staff_id: UUID | None
    rrule: str
    starts_on: date
    starts_at_local: time
    duration: timedelta
    capacity: int
    timezone: str
    until: date | None = None
    times: tuple[time, ...] = ()
    excluded: tuple[datetime | date, ...] = ()
    extra: tuple[datetime, ...] = ()
    resource_ids: tuple[UUID, ...] = ()
    series_id: UUID | None = None
    split_from: UUID | None = None
    first_times: tuple[tuple[time, time], ...] = ()

    @property
    def series(self) -> UUID:
        """The series that this schedule is (a part of)."""
        return self.series_id or self.schedule_id


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One dated session of a schedule. The local starts are naive, in the schedule's zone; the instants are UTC.

    `original_start` is the local start that the id follows from; it differs from `local_start` once the whole
    schedule was moved to another time of day.
    """

    session_id: UUID
    local_start: datetime
    starts_at: datetime
    ends_at: datetime
    original_start: datetime


def parse_times(texts: Iterable[str]) -> tuple[time, ...]:
    """Start times such as "09:00", each once, earliest first. Raises `InvalidSchedule` for "25:00"."""
    found = set()
    for text in texts:
        try:
            at = time.fromisoformat(text)
        except ValueError as error:
            raise InvalidSchedule(f"{text!r} is not a time of day such as 09:30: {error}") from error
        if at.tzinfo is not None:
            raise InvalidSchedule(f"{text!r} must be a wall-clock time without an offset, such as 09:30.")
        found.add(at)
    return tuple(sorted(found))


def parse_dates(given: Iterable[str | date | datetime], timezone: str) -> tuple[datetime | date, ...]:
    """Exclusions or added dates as a schedule keeps them, each once: naive local starts, and plain dates for days.

    One with an offset becomes the wall-clock time in `timezone` (IANA). Raises `InvalidSchedule`.
    """
    found: set[datetime | date] = set()
    for value in given:
        try:
            moment = value if not isinstance(value, str) else _moment(value)
            found.add(local_of(moment, timezone) if isinstance(moment, datetime) else moment)
        except (ValueError, OverflowError) as error:
            raise InvalidSchedule(
                f"{value!r} is not a date such as 2026-12-24 or 2026-12-24T19:00: {error}"
            ) from error
    return tuple(sorted(found, key=lambda m: m.isoformat()))


def local_of(moment: datetime, timezone: str) -> datetime:
    """The naive wall-clock time of a moment: one with an offset in `timezone` (IANA), a naive one as it is."""
    return moment if moment.tzinfo is None else moment.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)


def occurrences(schedule: Schedule, first: date, before: date) -> tuple[Occurrence, ...]:
    """The sessions whose local day is in [`first`, `before`), soonest first.

    Raises `InvalidSchedule` when the rule cannot be read or yields more than `MOST_OCCURRENCES`.
    """
    zone = ZoneInfo(schedule.timezone)
    found: dict[datetime, Occurrence] = {}
    for local_start in local_starts(schedule, first, before):
        starts_at = instant_of(local_start, zone)
        original = datetime.combine(local_start, first_time_of(schedule, local_start.time()))
        # A skipped 02:00 falls on 03:00, where the same schedule may have its next session: that is one session.
        found.setdefault(
            starts_at,
            Occurrence(
                session_id=session_id_of(schedule.series, original),
                local_start=local_start,
                starts_at=starts_at,
                ends_at=starts_at + schedule.duration,
                original_start=original,
            ),
        )
    return tuple(sorted(found.values(), key=lambda o: o.starts_at))


def local_starts(schedule: Schedule, first: date, before: date) -> tuple[datetime, ...]:
    """The naive local starts with a day in [`first`, `before`), each once, earliest first.

    Raises `InvalidSchedule` like `occurrences`.
    """
    slots, days = set(), set()
    for moment in schedule.excluded:
        if isinstance(moment, datetime):
            slots.add(local_of(moment, schedule.timezone))
        else:
            days.add(moment)
    kept = {
        start
        for start in _rule_starts(schedule, first, before)
        if start not in slots and start.date() not in days
    }
    extra = {local_of(moment, schedule.timezone) for moment in schedule.extra}
    kept |= {start for start in extra if first <= start.date() < before}
    if len(kept) > MOST_OCCURRENCES:
        raise _too_many(schedule, first, before)
    return tuple(sorted(kept))


def start_times(schedule: Schedule) -> tuple[time, ...]:
    """The start times of each day of the rule, earliest first; the first one only, when the rule says them itself."""
    return tuple(sorted({schedule.starts_at_local, *schedule.times}))


def first_time_of(schedule: Schedule, now: time) -> time:
    """The time of day that the ids of sessions follow from which start at `now`.

    A start time that was given up and comes back is another session than before.
    """
    names = dict(schedule.first_times)
    if now in names:
        return names[now]
    taken = set(names.values())
    while now in taken:
        now = (datetime.combine(date.min, now) + timedelta(microseconds=1)).time()
    return now


def instant_of(local: datetime, zone: ZoneInfo) -> datetime:
    """The UTC instant of a naive wall-clock time: shifted forward in a gap, the first one when ambiguous."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def session_id_of(series_id: UUID, original_start: datetime) -> UUID:
    """A session's id, from its series (its schedule, unless that was split) and its original naive local start."""
    return derive("session", series_id, original_start.isoformat())


def _rule_starts(schedule: Schedule, first: date, before: date) -> set[datetime]:
    rule = parse_rule(schedule.rrule, datetime.combine(schedule.starts_on, schedule.starts_at_local))
    if schedule.times and has_own_times(schedule.rrule):
        raise InvalidSchedule(f"Give start times either as `times` or in {schedule.rrule!r}, not in both.")
    if schedule.until is not None and schedule.until < before:
        before = schedule.until + timedelta(days=1)
    end = datetime.combine(before, time())
    found: set[datetime] = set()
    for start in rule.xafter(datetime.combine(first, time()), inc=True):
        if start >= end:
            break
        found.add(start)
        found.update(datetime.combine(start, at) for at in schedule.times)
        if len(found) > MOST_OCCURRENCES:
            raise _too_many(schedule, first, before)
    return found


def _too_many(schedule: Schedule, first: date, before: date) -> InvalidSchedule:
    days = (before - first).days
    return InvalidSchedule(
        f"{schedule.rrule!r} gives more than {MOST_OCCURRENCES} sessions in {days} days: "
        "take away start times or dates."
    )


def _moment(text: str) -> datetime | date:
    return date.fromisoformat(text) if len(text) <= len("2026-12-24") else datetime.fromisoformat(text)
