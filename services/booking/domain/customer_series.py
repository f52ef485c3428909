"""Which sessions does "every Tuesday at 7" mean? A customer's recurring wish matched with what there is, all conflicts named."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

from services.booking.domain.rule import InvalidSchedule, parse_rule
from services.booking.domain.schedule import instant_of, local_of

MOST_DATES = 104
"""A wish for more dates than two years of weeks is a slip."""

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Every(StrEnum):
    """How often a customer wants to come."""

    WEEK = "week"
    TWO_WEEKS = "two_weeks"
    MONTH = "month"


class Conflict(StrEnum):
    """Why a wanted date cannot be booked as it is."""

    NO_SESSION = "no_session"
    FULL = "full"
    ALREADY_BOOKED = "already_booked"
    ELSEWHERE = "elsewhere"  # the customer has another booking at that time
    OUTSIDE_HORIZON = "outside_horizon"


@dataclass(frozen=True, slots=True)
class OfferedSession:
    """A session that is open for booking. Instants are UTC."""

    session_id: UUID
    service_id: UUID
    starts_at: datetime
    ends_at: datetime
    seats_left: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What the customer asked for. Exactly one of `count` (dates) and `until` (the last day, included) is given.

    `rule`: a bare RRULE, as from `rule_for`; it counts from the day `first`, at the wall-clock time `at` in `timezone`.
    """

    service_id: UUID
    rule: str
    first: date
    at: time
    timezone: str
    count: int | None = None
    until: date | None = None
    party_size: int = 1


@dataclass(frozen=True, slots=True)
class Calendar:
    """What the customer has booked already: sessions, and the spans (start, end; UTC) that they are busy in."""

    session_ids: frozenset[UUID] = frozenset()
    busy: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class WishedDate:
    """One wanted date: a naive local start with the session to book, or a conflict and the nearest way out that day."""

    local_start: datetime
    session: OfferedSession | None
    conflict: Conflict | None
    alternative: OfferedSession | None


def rule_for(every: Every, first: date) -> str:
    """The rule of "every week (two weeks, month) like this day". A month later is the same weekday: the second Tuesday.

    The fifth of a month is its last one, as not every month has five.
    """
    day = _WEEKDAYS[first.weekday()]
    if every is Every.WEEK:
        return f"FREQ=WEEKLY;BYDAY={day}"
    if every is Every.TWO_WEEKS:
        return f"FREQ=WEEKLY;INTERVAL=2;BYDAY={day}"
    nth = (first.day - 1) // 7 + 1
    return f"FREQ=MONTHLY;BYDAY={-1 if nth == 5 else nth}{day}"


def expand_customer_series(
    wish: Wish, sessions: Sequence[OfferedSession], calendar: Calendar, *, now: datetime, before: date
) -> tuple[WishedDate, ...]:
    """The wanted dates in order, each with its session or its conflict. Dates that have passed at `now` do not count.

    `sessions`: those that may be offered, in any order. `before`: the local day up to (and without) which there are
    sessions. Raises `InvalidSchedule` for a rule that cannot be used or more than `MOST_DATES` dates.
    """
    zone = ZoneInfo(wish.timezone)
    offered = [s for s in sessions if s.service_id == wish.service_id and s.starts_at > now]
    by_start: dict[datetime, list[OfferedSession]] = {}
    by_day: dict[date, list[OfferedSession]] = {}
    for session in sorted(offered, key=lambda s: (s.starts_at, s.session_id)):
        by_start.setdefault(session.starts_at, []).append(session)
        by_day.setdefault(local_of(session.starts_at, wish.timezone).date(), []).append(session)
    found: list[WishedDate] = []
    for local_start in _wanted(wish, now, zone):
        starts_at = instant_of(local_start, zone)
        there = by_start.get(starts_at, [])
        free = next((s for s in there if _conflict(s, wish, calendar) is None), None)
        if free is not None:
            found.append(WishedDate(local_start, free, None, None))
            continue
        missing = Conflict.NO_SESSION if local_start.date() < before else Conflict.OUTSIDE_HORIZON
        conflict = _conflict(there[0], wish, calendar) if there else missing
        nearest = _nearest(by_day.get(local_start.date(), ()), starts_at, wish, calendar, conflict)
        found.append(WishedDate(local_start, None, conflict, nearest))
    return tuple(found)


def _wanted(wish: Wish, now: datetime, zone: ZoneInfo) -> list[datetime]:
    """The naive local starts of the wish that are still to come."""
    if (wish.count is None) == (wish.until is None):
        raise InvalidSchedule("Say how many times, or until which day: one of the two.")
    rule = parse_rule(wish.rule, datetime.combine(wish.first, wish.at))
    start = max(
        datetime.combine(wish.first, time()), now.astimezone(zone).replace(tzinfo=None) - timedelta(days=1)
    )
    coming = (s for s in rule.xafter(start, inc=True) if instant_of(s, zone) > now)
    found: list[datetime] = []
    for local_start in islice(coming, min(wish.count or MOST_DATES + 1, MOST_DATES + 1)):
        if wish.until is not None and local_start.date() > wish.until:
            break
        found.append(local_start)
    if len(found) > MOST_DATES:
        raise InvalidSchedule(f"More than {MOST_DATES} dates: say fewer, or an earlier last day.")
    return found


def _conflict(session: OfferedSession, wish: Wish, calendar: Calendar) -> Conflict | None:
    if session.session_id in calendar.session_ids:
        return Conflict.ALREADY_BOOKED
    if any(start < session.ends_at and session.starts_at < end for start, end in calendar.busy):
        return Conflict.ELSEWHERE
    return Conflict.FULL if session.seats_left < wish.party_size else None


def _nearest(
    day: Collection[OfferedSession],
    wanted: datetime,
    wish: Wish,
    calendar: Calendar,
    conflict: Conflict | None,
) -> OfferedSession | None:
    """The open session of that day whose start is closest, the earlier of two; none when they come that day anyway."""
    if conflict is Conflict.ALREADY_BOOKED:
        return None
    free = [s for s in day if _conflict(s, wish, calendar) is None]
    return min(free, key=lambda s: (abs(s.starts_at - wanted), s.starts_at, s.session_id), default=None)
