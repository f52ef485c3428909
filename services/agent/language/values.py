"""Which pieces of time can a phrase mean, before they are put together?

Pure frozen values. Dates and clocks are local to the customer; nothing here knows about words or languages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum
from typing import TypeAlias

from dateutil.relativedelta import relativedelta


class Grain(StrEnum):
    """How exact an answer is: the unit the customer spoke in."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Open(StrEnum):
    """The side on which a time is open: "after 6" has no end, "before noon" has no start."""

    AFTER = "after"
    BEFORE = "before"


class Unit(IntEnum):
    """Units of duration, smallest first."""

    SECOND = 0
    MINUTE = 1
    HOUR = 2
    DAY = 3
    WEEK = 4
    MONTH = 5
    YEAR = 6


class Part(IntEnum):
    """Parts of the day people name instead of a clock time."""

    MORNING = 0
    AFTERNOON = 1
    EVENING = 2
    NIGHT = 3
    LUNCH = 4
    AFTER_WORK = 5
    EARLY_MORNING = 6
    LATE_MORNING = 7
    LATE_NIGHT = 8
    AFTER_SCHOOL = 9
    SMALL_HOURS = 10


# Hours [from, to) of each part; 24 is the next midnight. Wide on purpose (the bounds Duckling uses): a class at
# 06:30 is a morning class, and a window that is too wide only shows one class more.
PART_HOURS: dict[Part, tuple[int, int]] = {
    Part.MORNING: (4, 12),
    Part.AFTERNOON: (12, 19),
    Part.EVENING: (18, 24),
    Part.NIGHT: (18, 24),
    Part.LUNCH: (12, 14),
    Part.AFTER_WORK: (17, 21),
    Part.EARLY_MORNING: (4, 9),
    Part.LATE_MORNING: (9, 12),
    Part.LATE_NIGHT: (21, 24),
    Part.AFTER_SCHOOL: (15, 21),
    Part.SMALL_HOURS: (0, 6),
}


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day. `settled` is False while "at 7" may still be morning or evening; hour 24 ends a day."""

    hour: int
    minute: int = 0
    settled: bool = True

    @property
    def minutes(self) -> int:
        """Minutes since midnight, 0..1440."""
        return self.hour * 60 + self.minute

    def on(self, day: date) -> datetime:
        """This time on that day, as naive local time."""
        return datetime.combine(day, datetime.min.time()) + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Day:
    """One or several whole days, [start, end). `drift` is the period by which an unfinished date may move on.

    A weekday drifts by WEEK, a day of month by MONTH, a date without a year by YEAR, a full date by None.
    """

    start: date
    end: date
    grain: Grain = Grain.DAY
    drift: Unit | None = None

    @staticmethod
    def one(day: date, drift: Unit | None = None) -> Day:
        """The single day `day`."""
        return Day(day, day + timedelta(days=1), Grain.DAY, drift)

    @property
    def single(self) -> bool:
        """Whether this is one calendar day."""
        return self.end - self.start == timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of the day: from `start` to `end`; one of them is None when that side is open."""

    start: Clock | None
    end: Clock | None


@dataclass(frozen=True, slots=True)
class Edge:
    """A date that only bounds: from `start` on (open=AFTER), or up to `end` exclusive (open=BEFORE)."""

    day: Day
    open: Open
    inclusive: bool = True
    weak: bool = False  # only an end when a beginning was said: "check out friday"


@dataclass(frozen=True, slots=True)
class Moment:
    """An exact instant counted from the reference: "in half an hour"."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one exact time to another: "monday 5pm to tuesday noon", "the next two hours"."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Length:
    """A duration in calendar units; `minutes` holds everything shorter than a day, `seconds` the rest."""

    months: int = 0
    days: int = 0
    minutes: int = 0
    seconds: int = 0

    def __add__(self, other: Length) -> Length:
        """Both durations one after the other."""
        return Length(
            self.months + other.months,
            self.days + other.days,
            self.minutes + other.minutes,
            self.seconds + other.seconds,
        )

    @property
    def whole_days(self) -> bool:
        """Whether it is counted in days or longer, so that a time of day means nothing."""
        return not self.minutes and not self.seconds

    def after(self, start: datetime) -> datetime:
        """`start` moved on by this duration, on the calendar."""
        return start + relativedelta(
            months=self.months, days=self.days, minutes=self.minutes, seconds=self.seconds
        )


@dataclass(frozen=True, slots=True)
class PartOfDay:
    """A named part of the day, not yet tied to a date."""

    part: Part


@dataclass(frozen=True, slots=True)
class Nothing:
    """Words that were understood and mean no time for us: "the second one"; `but` are times that are refused.

    `unable`: because somebody cannot come then ("monday doesn't work"), which may also be why they cancel.
    """

    but: tuple[Value, ...] = ()
    unable: bool = False


Value: TypeAlias = Clock | Day | Window | Edge | Moment | Stretch | Length | PartOfDay | Nothing
