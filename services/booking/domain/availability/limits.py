"""How much may a staff member be booked per day and week, and is a start far enough ahead?

A booking counts whole on the local day, and in the week, on which it starts: one over midnight takes nothing from the
next day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WeekStart = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "today"]


class Limits(BaseModel):
    """The most bookings and booked minutes (without buffers) of a day and of a week.

    `week_starts_on`: a weekday, or `today` for stretches of seven days counted from today.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    bookings_per_day: int | None = Field(None, ge=0)
    minutes_per_day: int | None = Field(None, ge=0)
    bookings_per_week: int | None = Field(None, ge=0)
    minutes_per_week: int | None = Field(None, ge=0)
    week_starts_on: WeekStart = "mon"

    @property
    def is_unlimited(self) -> bool:
        """Does it limit nothing?"""
        return (
            self.bookings_per_day is None
            and self.minutes_per_day is None
            and self.bookings_per_week is None
            and self.minutes_per_week is None
        )


@dataclass(frozen=True, slots=True)
class DayCount:
    """What one staff member has on one local day (the business's zone): bookings, and their minutes without buffers."""

    day: date
    bookings: int
    minutes: int


def days_with_room(
    limits: Limits, booked: Iterable[DayCount], days: Iterable[date], duration: int, today: date
) -> frozenset[date]:
    """The `days` on which one more booking of `duration` minutes keeps within the limits.

    `booked` must hold every day of the weeks that `days` are in; days without bookings may be left out.
    """
    by_day: dict[int, DayCount] = {}
    by_week: dict[int, DayCount] = {}
    anchor = _anchor(limits.week_starts_on, today)
    for count in booked:
        ordinal = count.day.toordinal()
        _add(by_day, ordinal, count)
        _add(by_week, (ordinal - anchor) // 7, count)

    def has_room(day: date) -> bool:
        ordinal = day.toordinal()
        return _fits(
            by_day.get(ordinal), limits.bookings_per_day, limits.minutes_per_day, duration
        ) and _fits(
            by_week.get((ordinal - anchor) // 7), limits.bookings_per_week, limits.minutes_per_week, duration
        )

    return frozenset(day for day in days if has_room(day))


def week_of(day: date, week_starts_on: WeekStart, today: date) -> date:
    """The first day of the week that `day` is in."""
    return day - timedelta(days=(day.toordinal() - _anchor(week_starts_on, today)) % 7)


def keeps_notice(start: datetime, now: datetime, notice_minutes: int) -> bool:
    """Is `start` still at least `notice_minutes` away? Also asked before a booking is moved or cancelled."""
    return start - now >= timedelta(minutes=notice_minutes)


def _anchor(week_starts_on: WeekStart, today: date) -> int:
    """The ordinal of some day on which a week starts."""
    if week_starts_on == "today":
        return today.toordinal()
    return WEEKDAYS.index(week_starts_on) + 1  # date.fromordinal(1) was a Monday


def _add(counts: dict[int, DayCount], key: int, more: DayCount) -> None:
    before = counts.get(key)
    if before is not None:
        more = DayCount(more.day, before.bookings + more.bookings, before.minutes + more.minutes)
    counts[key] = more


def _fits(count: DayCount | None, most: int | None, most_minutes: int | None, duration: int) -> bool:
    bookings, minutes = (0, 0) if count is None else (count.bookings, count.minutes)
    return (most is None or bookings < most) and (most_minutes is None or minutes + duration <= most_minutes)
