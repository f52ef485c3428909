"""When can a service be booked, and may it be booked at this very time? Both are answered from the same free starts.

A start is free for a staff member when hours, limits and bookings leave it; what a search lists and what a booking is
allowed can therefore not differ.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from services.booking.domain.availability.bounds import bookable_minutes, searched_minutes
from services.booking.domain.availability.intervals import blocked_starts, full_ranges, merge, subtract
from services.booking.domain.availability.limits import days_with_room
from services.booking.domain.availability.request import (
    Busy,
    NoSlot,
    Resource,
    Slot,
    SlotRequest,
    StaffCalendar,
)
from services.booking.domain.availability.times import (
    Minutes,
    ceil_minute,
    datetime_of,
    day_minutes,
    grid_minutes,
    local_day,
)
from services.booking.domain.availability.working import working_minutes

_DAY = timedelta(days=1)


def find_slots(request: SlotRequest) -> tuple[Slot, ...]:
    """Every slot on the grid that starts in the window, soonest first, with who can do it and what they would use."""
    start, end = searched_minutes(request)
    if start >= end:
        return ()
    first, last = local_day(start, request.zone), local_day(end - 1, request.zone)
    grid = grid_minutes(first, last, request.rules.step_minutes, request.zone)
    low, high = bisect_left(grid, start), bisect_left(grid, end)
    able: list[list[UUID]] = [[] for _ in range(high - low)]
    for staff in request.staff:
        for since, until in _free_starts(request, staff, first, last):
            for at in range(bisect_left(grid, since, low, high), bisect_left(grid, until, low, high)):
                able[at - low].append(staff.staff_id)
    pick = _resource_picker(request)
    duration = request.rules.duration_minutes
    slots: list[Slot] = []
    for minute, staff_ids in zip(grid[low:high], able, strict=True):
        if staff_ids and (resource_ids := pick(minute)) is not None:
            slots.append(Slot(minute, minute + duration, tuple(staff_ids), resource_ids))
    return tuple(slots)


def may_book_slot(request: SlotRequest, start: datetime, staff_id: UUID | None = None) -> Slot | NoSlot:
    """The slot at `start` with this staff member (None: any of the request's), or why there is none.

    The rules are those of `find_slots`; what only narrows a search (grid, window, customer's day) is not asked. Where
    each staff member has another reason, the one that came nearest to a slot is given.
    """
    minute = ceil_minute(start)
    since, until = bookable_minutes(request)
    if not since <= minute < until:
        return NoSlot.OUTSIDE_WINDOW
    if datetime_of(minute) != start:
        return NoSlot.OUTSIDE_HOURS
    able: list[UUID] = []
    reasons = {NoSlot.OUTSIDE_HOURS}
    for staff in request.staff:
        if staff_id is not None and staff.staff_id != staff_id:
            continue
        reason = _refusal(request, staff, minute)
        if reason is None:
            able.append(staff.staff_id)
        else:
            reasons.add(reason)
    if not able:
        return max(reasons, key=_NEARNESS.index)
    resource_ids = _resource_picker(request)(minute)
    if resource_ids is None:
        return NoSlot.RESOURCE_TAKEN
    return Slot(minute, minute + request.rules.duration_minutes, tuple(able), resource_ids)


_NEARNESS = (NoSlot.OUTSIDE_HOURS, NoSlot.LIMIT_REACHED, NoSlot.SLOT_TAKEN)


def _free_starts(request: SlotRequest, staff: StaffCalendar, first: date, last: date) -> list[Minutes]:
    """The starts that hours, limits and bookings leave."""
    hours = _hours_starts(request, staff, first, last)
    blocked = _blocked(request, staff.busy)
    if not staff.availability.limits.is_unlimited:
        blocked = merge([*blocked, *_limited_days(request, staff, first, last)])
    return subtract(hours, blocked)


def _refusal(request: SlotRequest, staff: StaffCalendar, minute: int) -> NoSlot | None:
    """Why this staff member cannot start at `minute`; None when they can."""
    day = local_day(minute, request.zone)
    if not _contains(_hours_starts(request, staff, day, day), minute):
        return NoSlot.OUTSIDE_HOURS
    if _contains(_limited_days(request, staff, day, day), minute):
        return NoSlot.LIMIT_REACHED
    return NoSlot.SLOT_TAKEN if _contains(_blocked(request, staff.busy), minute) else None


def _hours_starts(request: SlotRequest, staff: StaffCalendar, first: date, last: date) -> list[Minutes]:
    """The starts from which the whole duration (not the buffers) lies within working hours."""
    shorter = request.rules.duration_minutes - 1
    return [
        (since, until - shorter)
        for since, until in working_minutes(staff.availability, staff.location, request.zone, first, last)
        if since < until - shorter
    ]


def _limited_days(request: SlotRequest, staff: StaffCalendar, first: date, last: date) -> list[Minutes]:
    """The days on which this staff member's limits are reached, merged."""
    limits = staff.availability.limits
    if limits.is_unlimited:
        return []
    today = local_day(ceil_minute(request.now), request.zone)
    days = [first + n * _DAY for n in range((last - first).days + 1)]
    room = days_with_room(limits, staff.booked, days, request.rules.duration_minutes, today)
    return merge(day_minutes(day, day, request.zone) for day in days if day not in room)


def _blocked(request: SlotRequest, busy: Iterable[Busy], capacity: int = 1) -> list[Minutes]:
    """The starts that would overlap what is there. The buffers of both sides add up, or none count."""
    rules, now = request.rules, request.now
    # Spelled out in comprehensions: this runs for every booking of every staff member.
    if request.except_sessions:
        busy = [one for one in busy if one.session_id not in request.except_sessions]
    live = [one for one in busy if one.until is None or one.until > now]
    if request.ignore_buffers:
        before, after = 0, 0
        taken = [(one.start, one.end) for one in live]
    else:
        before, after = rules.buffer_before_minutes, rules.buffer_after_minutes
        taken = [
            (one.start, one.end) if one.ignores_buffers else (one.start - one.before, one.end + one.after)
            for one in live
        ]
    return blocked_starts(full_ranges(taken, capacity), before, rules.duration_minutes + after)


def _resource_picker(request: SlotRequest) -> Callable[[int], tuple[UUID, ...] | None]:
    """For a start: one free resource for each need, in the order of the needs; None when there are not enough."""
    needed = {resource_id for need in request.needs for resource_id in need}
    resources = [one for one in request.resources if one.resource_id in needed]
    edges = [_starts_of(request, resource) for resource in resources]
    place = {one.resource_id: at for at, one in enumerate(resources)}
    needs = [[place[one] for one in need if one in place] for need in request.needs]

    def pick_one(minute: int) -> tuple[UUID, ...] | None:
        for at in needs[0]:
            if bisect_right(edges[at], minute) % 2 == 0:
                return (resources[at].resource_id,)
        return None

    def pick(minute: int) -> tuple[UUID, ...] | None:
        blocked = [bisect_right(edge, minute) % 2 for edge in edges]
        chosen = match_needs([[at for at in need if not blocked[at]] for need in needs])
        return None if chosen is None else tuple(resources[at].resource_id for at in chosen)

    return pick_one if len(needs) == 1 else pick  # most services need one room


def _starts_of(request: SlotRequest, resource: Resource) -> list[int]:
    """The edges of the blocked starts in one sorted list: past an odd number of them it is blocked."""
    blocked = _blocked(request, resource.busy, resource.capacity)
    return [edge for both in blocked for edge in both]


def match_needs(needs: Sequence[Sequence[int]]) -> tuple[int, ...] | None:
    """A different one for each need, the earlier listed ones first where there is a choice; None when impossible."""
    holder: dict[int, int] = {}

    def settle(need: int, tried: set[int]) -> bool:
        for one in needs[need]:
            if one not in tried:
                tried.add(one)
                if one not in holder or settle(holder[one], tried):
                    holder[one] = need
                    return True
        return False

    if not all(settle(need, set()) for need in range(len(needs))):
        return None
    return tuple(sorted(holder, key=holder.__getitem__))


def _contains(ranges: Iterable[Minutes], minute: int) -> bool:
    return any(since <= minute < until for since, until in ranges)
