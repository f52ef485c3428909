"""At which instants does a staff member work? Availability and the location's days, turned into UTC late."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache

from services.booking.domain.availability.hours import Availability, Block, TimeOff, WeeklyHours
from services.booking.domain.availability.intervals import intersect, merge, subtract
from services.booking.domain.availability.location import LocationHours
from services.booking.domain.availability.times import (
    Interval,
    Minutes,
    datetime_of,
    day_minutes,
    local_day,
    wall_minute,
)

_ALWAYS_OPEN = LocationHours()
_AROUND = timedelta(days=3)  # a block may go on for a day, and another zone may be a day ahead or behind


def working_intervals(
    availability: Availability, location: LocationHours | None, zone: str, window: Interval
) -> tuple[Interval, ...]:
    """When somebody works within `window`: UTC, soonest first, neither overlapping nor touching.

    `zone` is the business's (IANA): the wall clock of the hours, save while travelling.
    """
    start, end = window.minutes
    if start >= end:
        return ()
    days = local_day(start, zone), local_day(end, zone)
    within = intersect(working_minutes(availability, location, zone, *days), [(start, end)])
    return tuple(Interval(datetime_of(since), datetime_of(until)) for since, until in within)


@lru_cache(maxsize=1024)
def working_minutes(
    availability: Availability, location: LocationHours | None, zone: str, first: date, last: date
) -> tuple[Minutes, ...]:
    """The same as epoch minutes: at least those of the business's days `first` to `last`, perhaps some around them."""
    days = _days(first - _AROUND, last + _AROUND)
    zones = {day: availability.zone_on(day, zone) for day in days}
    working = merge(
        part for day in days for part in _of_day(availability, day, zones[day])
    )  # blocks may overlap, within a day and over midnight
    location = location or _ALWAYS_OPEN
    if location.opening is not None:
        opening = location.opening
        working = intersect(working, merge(p for day in days for p in _parts(opening, day, zone)))
    off = [_off(away, availability, zone) for away in availability.time_off]
    off += [_off(closure, None, zone) for closure in location.closures]
    off += [day_minutes(day, day, zone) for day in days if location.is_holiday(day)]
    return tuple(subtract(working, merge(off)))


def _of_day(availability: Availability, day: date, zone: str) -> list[Minutes]:
    """The work that begins on `day`: its override, or its weekly hours without their breaks."""
    override = availability.override_of.get(day)
    if override is not None:
        return _at(override, day, zone)
    return subtract(
        merge(_parts(availability.weekly, day, zone)), merge(_parts(availability.breaks, day, zone))
    )


def _parts(weekly: WeeklyHours, day: date, zone: str) -> list[Minutes]:
    return _at(weekly.days[day.weekday()], day, zone)


def _at(blocks: Iterable[Block], day: date, zone: str) -> list[Minutes]:
    # A block that ends before it starts, or that the clocks skip, comes out empty: merging drops it.
    return [(wall_minute(day, block.start, zone), wall_minute(day, block.end, zone)) for block in blocks]


def _off(away: TimeOff, availability: Availability | None, home: str) -> Minutes:
    """When a local stretch is, in the zone in which the staff member is on each of its ends."""

    def minute(point: date, *, days_later: int = 0) -> int:
        day = point.date() if isinstance(point, datetime) else point
        zone = home if availability is None else availability.zone_on(day, home)
        time_of_day = point.hour * 60 + point.minute if isinstance(point, datetime) else 0
        return wall_minute(day + timedelta(days=days_later), time_of_day, zone)

    is_days = not isinstance(away.until, datetime)
    return minute(away.first), minute(away.until, days_later=1 if is_days else 0)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
