"""Which minute is that? Between aware datetimes, wall-clock times in a zone and whole minutes since the epoch.

Slot search counts in epoch minutes (plain ints): comparing and adding them costs a tenth of what datetimes do.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import shared  # noqa: F401  (its import puts the tzdata package before the machine's own zone files)

DAY = 24 * 60
"""Minutes of an ordinary day."""

Minutes = tuple[int, int]
"""A half-open range [from, until) of epoch minutes."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Interval:
    """A half-open stretch of time, [start, end): two aware datetimes."""

    start: datetime
    end: datetime

    @property
    def minutes(self) -> Minutes:
        """The whole minutes in it."""
        return ceil_minute(self.start), floor_minute(self.end)


def floor_minute(moment: datetime) -> int:
    """The epoch minute an aware datetime is in."""
    return (moment - _EPOCH) // _MINUTE


def ceil_minute(moment: datetime) -> int:
    """The first epoch minute that does not begin before an aware datetime."""
    return -((_EPOCH - moment) // _MINUTE)


def datetime_of(minute: int) -> datetime:
    """The UTC datetime at which an epoch minute begins."""
    return _EPOCH + timedelta(minutes=minute)


def local_day(minute: int, zone: str) -> date:
    """The calendar day in `zone` on which an epoch minute falls."""
    return datetime_of(minute).astimezone(ZoneInfo(zone)).date()


@lru_cache(maxsize=65_536)
def wall_minute(day: date, minutes: int, zone: str) -> int:
    """The epoch minute of wall-clock time `minutes` after midnight of `day` (1500 = 01:00 of the next day).

    A time that the clocks repeat is the first one. A time that they skip is the moment at which they go on: nobody
    works through an hour that does not exist.
    """
    naive = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)
    there = ZoneInfo(zone)
    earlier, later = sorted(floor_minute(naive.replace(tzinfo=there, fold=fold)) for fold in (0, 1))
    if datetime_of(earlier).astimezone(there).replace(tzinfo=None) == naive:
        return earlier
    return _change_between(earlier, later, zone)


def day_start(day: date, zone: str) -> int:
    """The epoch minute at which `day` begins in `zone`."""
    return wall_minute(day, 0, zone)


def day_minutes(first: date, last: date, zone: str) -> Minutes:
    """The epoch minutes of the days `first` to `last`, both included, in `zone`."""
    return day_start(first, zone), day_start(last + timedelta(days=1), zone)


@lru_cache(maxsize=64)
def grid_minutes(first: date, last: date, step: int, zone: str) -> tuple[int, ...]:
    """Every epoch minute of the days `first` to `last` whose wall-clock time is a multiple of `step` minutes.

    Counted from local midnight, so 15 means :00, :15, :30, :45 whatever the hours and whoever the staff.
    """
    found: list[int] = []
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    for day in days:
        start, end = day_minutes(day, day, zone)
        edges = [start, end]
        if utc_offset(start, zone) != utc_offset(end - 1, zone):
            edges.insert(1, _change_between(start, end - 1, zone))
        midnight = (day.toordinal() - _EPOCH_ORDINAL) * DAY
        for since, until in pairwise(edges):
            wall = since + utc_offset(since, zone) - midnight
            found.extend(range(since + (-wall) % step, until, step))
    return tuple(found)


def is_on_grid(minute: int, step: int, zone: str) -> bool:
    """Is the wall-clock time of an epoch minute a multiple of `step` minutes, counted from local midnight?"""
    return (minute + utc_offset(minute, zone)) % DAY % step == 0


def utc_offset(minute: int, zone: str) -> int:
    """How many minutes `zone` is ahead of UTC at an epoch minute."""
    offset = datetime_of(minute).astimezone(ZoneInfo(zone)).utcoffset()
    return 0 if offset is None else offset // _MINUTE


def _change_between(start: int, end: int, zone: str) -> int:
    """The first epoch minute in (`start`, `end`] that has not the offset of `start`."""
    before = utc_offset(start, zone)
    later = range(start + 1, end + 1)
    return start + 1 + bisect_left(later, True, key=lambda minute: utc_offset(minute, zone) != before)
