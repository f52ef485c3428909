"""When do the sessions of a schedule take place? An RRULE at wall-clock time in the business's zone → instants.

A time that the clocks skip (02:30 on the night of the spring change) takes place as much later as they skip (03:30);
one that they repeat takes place the first time. The id follows from the local start, so it never moves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from shared.errors import UsherError
from shared.ids import derive

MOST_OCCURRENCES = 2_000
"""A window that yields more is a mistake in the rule."""

_FREQUENCY = re.compile(r"(?:^|;)FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(?:;|$)")


class InvalidSchedule(UsherError):
    """The rule of a schedule cannot be used."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A repeating session. `starts_at_local` is wall-clock time in `timezone` (IANA); the rule counts from `starts_on`."""

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


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One dated session of a schedule. `local_start` is naive, in the schedule's zone; the instants are UTC."""

    session_id: UUID
    local_start: datetime
    starts_at: datetime
    ends_at: datetime


def parse_rule(text: str, first: datetime) -> rrule:
    """The rule counted from `first` (naive local). Raises `InvalidSchedule` with what is wrong."""
    if "\n" in text or ":" in text:
        raise InvalidSchedule(f"{text!r} is not a bare RRULE value such as FREQ=WEEKLY;BYDAY=MO,WE.")
    try:
        rule = rrulestr(text, dtstart=first)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidSchedule(f"{text!r} is not an RRULE (RFC 5545): {error}") from error
    if not isinstance(rule, rrule) or not _FREQUENCY.search(text):
        raise InvalidSchedule(
            f"{text!r} must repeat DAILY, WEEKLY, MONTHLY or YEARLY (BYHOUR for several a day)."
        )
    return rule


def occurrences(schedule: Schedule, first: date, before: date) -> tuple[Occurrence, ...]:
    """The sessions whose local day is in [`first`, `before`), soonest first.

    Raises `InvalidSchedule` when the rule cannot be read or yields more than `MOST_OCCURRENCES`.
    """
    rule = parse_rule(schedule.rrule, datetime.combine(schedule.starts_on, schedule.starts_at_local))
    zone = ZoneInfo(schedule.timezone)
    found: dict[datetime, Occurrence] = {}
    last = datetime.combine(before, time()) - timedelta(microseconds=1)
    for local_start in rule.xafter(datetime.combine(first, time()), inc=True):
        if local_start > last:
            break
        starts_at = instant_of(local_start, zone)
        # A skipped 02:00 falls on 03:00, where the same schedule may have its next session: that is one session.
        found.setdefault(
            starts_at,
            Occurrence(
                session_id=session_id_of(schedule.schedule_id, local_start),
                local_start=local_start,
                starts_at=starts_at,
                ends_at=starts_at + schedule.duration,
            ),
        )
        if len(found) > MOST_OCCURRENCES:
            raise InvalidSchedule(
                f"{schedule.rrule!r} gives more than {MOST_OCCURRENCES} sessions in {before - first}."
            )
    return tuple(found.values())


def instant_of(local: datetime, zone: ZoneInfo) -> datetime:
    """The UTC instant of a naive wall-clock time: shifted forward in a gap, the first one when ambiguous."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def session_id_of(schedule_id: UUID, local_start: datetime) -> UUID:
    """A session's id, from its schedule and its naive local start."""
    return derive("session", schedule_id, local_start.isoformat())
