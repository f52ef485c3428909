"""Between which instants may a booking start? Minimum notice, booking horizon, the window and the customer's day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import assert_never

from services.booking.domain.availability.limits import keeps_notice
from services.booking.domain.availability.request import SlotRequest
from services.booking.domain.availability.rules import BetweenDates, BookableDaysAhead, DaysAhead
from services.booking.domain.availability.times import (
    Minutes,
    ceil_minute,
    day_minutes,
    local_day,
)
from services.booking.domain.availability.working import working_minutes

_CHUNK = 28  # days looked at together, so that the expansion of working hours is one cached call
_FURTHEST = 366

_NOTHING: Minutes = (0, 0)
_ENDLESS = 2**62


def bookable_minutes(request: SlotRequest) -> Minutes:
    """The epoch minutes at which a booking may start by notice and horizon; empty when the one moved is too near."""
    rules = request.rules
    if request.moving and not keeps_notice(request.moving.starts_at, request.now, rules.notice_minutes):
        return _NOTHING
    earliest = ceil_minute(request.now) + rules.notice_minutes
    start, end = _horizon(request, earliest)
    return max(start, earliest), end


def searched_minutes(request: SlotRequest) -> Minutes:
    """The epoch minutes in which starts are looked for: the bookable ones within window and customer's day."""
    window = ceil_minute(request.window.start), ceil_minute(request.window.end)
    parts = [bookable_minutes(request), window]
    if request.customer_day is not None:
        day = request.customer_day
        parts.append(day_minutes(day.day, day.day, day.zone))
    return max(start for start, _ in parts), min(end for _, end in parts)


def _horizon(request: SlotRequest, earliest: int) -> Minutes:
    horizon = request.rules.horizon
    today = local_day(ceil_minute(request.now), request.zone)
    match horizon:
        case None:
            return 0, _ENDLESS
        case DaysAhead():
            return day_minutes(today, today + timedelta(days=horizon.days), request.zone)
        case BetweenDates():
            return day_minutes(horizon.first, horizon.until, request.zone)
        case BookableDaysAhead():
            return day_minutes(today, _nth_bookable_day(request, horizon.days, today, earliest), request.zone)
        case _:
            assert_never(horizon)


def _nth_bookable_day(request: SlotRequest, count: int, today: date, earliest: int) -> date:
    """The day on which the `count`th bookable day is reached, at most a year ahead."""
    left = count
    day = today
    furthest = today + timedelta(days=_FURTHEST)
    while day < furthest:
        last = day + timedelta(days=_CHUNK - 1)
        possible = _days_with_starts(request, day, last, earliest)
        for bookable in sorted(possible):
            left -= 1
            if left == 0:
                return bookable
        day = last + timedelta(days=1)
    return furthest


def _days_with_starts(request: SlotRequest, first: date, last: date, earliest: int) -> set[date]:
    """The days on which somebody works long enough for the service, bookings aside."""
    start, end = day_minutes(first, last, request.zone)
    start = max(start, earliest)
    found: set[date] = set()
    hours = {
        working_minutes(staff.availability, staff.location, request.zone, first, last)
        for staff in request.staff
    }
    for since, until in (part for working in hours for part in working):
        opens, closes = max(since, start), min(until - request.rules.duration_minutes, end - 1)
        if opens <= closes:
            day, final = local_day(opens, request.zone), local_day(closes, request.zone)
            while day <= final:
                found.add(day)
                day += timedelta(days=1)
    return found
