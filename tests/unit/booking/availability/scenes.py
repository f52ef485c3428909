"""A salon to search slots in: short spellings for requests, staff and busy times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from services.booking.domain.availability import (
    Availability,
    Busy,
    Interval,
    Resource,
    Slot,
    SlotRequest,
    SlotRules,
    StaffCalendar,
)

ANA, BEA, CAL = UUID(int=0xA), UUID(int=0xB), UUID(int=0xC)
RED_ROOM, BLUE_ROOM = UUID(int=0x10), UUID(int=0x11)
MONDAY = date(2026, 11, 23)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_MORNING = {day: ["09:00-12:00"] for day in DAYS}


def utc(text: str) -> datetime:
    """`2026-11-23 09:00` (UTC unless it says another offset)."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def at(clock: str, day: date = MONDAY) -> datetime:
    """A time of the Monday, in UTC."""
    return utc(f"{day} {clock}")


def availability(weekly: object = None, **more: object) -> Availability:
    """Hours as a document gives them; every day 09:00-12:00 unless said."""
    return Availability.model_validate({"weekly": EVERY_MORNING if weekly is None else weekly, **more})


def every_day(*blocks: str) -> dict[str, list[str]]:
    """The same blocks on each weekday."""
    return {day: list(blocks) for day in DAYS}


def busy(start: str, end: str, **more: object) -> Busy:
    """Busy on the Monday between two UTC times."""
    return Busy.between(at(start), at(end), **more)  # type: ignore[arg-type]


def staff(*taken: Busy, who: UUID = ANA, hours: Availability | None = None, **more: object) -> StaffCalendar:
    """A staff member; mornings unless said."""
    return StaffCalendar(who, hours or availability(), tuple(taken), **more)  # type: ignore[arg-type]


def room(*taken: Busy, which: UUID = RED_ROOM, capacity: int = 1) -> Resource:
    """A room and what it is taken by."""
    return Resource(which, tuple(taken), capacity)


def request(
    *people: StaffCalendar,
    minutes: int = 60,
    zone: str = "UTC",
    now: str = "2026-11-20 08:00",
    first: date = MONDAY,
    days: int = 1,
    rules: Mapping[str, object] | None = None,
    **more: object,
) -> SlotRequest:
    """A search over `days` UTC days from the Monday for a service of `minutes`, on a grid of half hours."""
    start = datetime.combine(first, datetime.min.time(), UTC)
    return SlotRequest(
        rules=SlotRules.model_validate({"duration_minutes": minutes, "step_minutes": 30, **(rules or {})}),
        zone=zone,
        now=utc(now),
        window=Interval(start, start + timedelta(days=days)),
        staff=people or (staff(),),
        **more,  # type: ignore[arg-type]
    )


def clocks(slots: Iterable[Slot]) -> list[str]:
    """The starts as UTC times of day."""
    return [f"{slot.starts_at:%H:%M}" for slot in slots]


def moments(slots: Iterable[Slot]) -> list[str]:
    """The starts as UTC days and times."""
    return [f"{slot.starts_at:%m-%d %H:%M}" for slot in slots]


def spans(intervals: Iterable[Interval]) -> list[str]:
    """Intervals as `11-23 09:00/12:00` in UTC."""
    return [f"{one.start:%m-%d %H:%M}/{one.end:%H:%M}" for one in intervals]


def days(first: date, count: int) -> Interval:
    """A window of whole UTC days."""
    start = datetime.combine(first, datetime.min.time(), UTC)
    return Interval(start, start + timedelta(days=count))
