"""What goes into a slot search, and what comes out? Frozen values; instants are epoch minutes where there are many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.booking.domain.availability.hours import Availability
from services.booking.domain.availability.limits import DayCount
from services.booking.domain.availability.location import LocationHours
from services.booking.domain.availability.rules import SlotRules
from services.booking.domain.availability.times import (
    Interval,
    Minutes,
    ceil_minute,
    datetime_of,
    floor_minute,
    local_day,
)


@dataclass(frozen=True, slots=True)
class Busy:
    """Something that takes up a staff member or a resource: epoch minutes [start, end) and its own buffers.

    `session_id`: the session (class or appointment) it belongs to, if it is one of ours. `until`: a hold, which is
    nothing any more from that instant on. `ignores_buffers`: it was squeezed in, its own buffers do not count.
    """

    start: int
    end: int
    before: int = 0
    after: int = 0
    session_id: UUID | None = None
    until: datetime | None = None
    ignores_buffers: bool = False

    @classmethod
    def between(
        cls,
        start: datetime,
        end: datetime,
        *,
        before: int = 0,
        after: int = 0,
        session_id: UUID | None = None,
        until: datetime | None = None,
        ignores_buffers: bool = False,
    ) -> Busy:
        """From aware datetimes, rounded outwards to whole minutes. Raises `ValueError` when it ends before it starts."""
        if end < start:
            raise ValueError(f"busy from {start} to {end} ends before it starts")
        return cls(floor_minute(start), ceil_minute(end), before, after, session_id, until, ignores_buffers)

    @property
    def during(self) -> Minutes:
        """The minutes of the thing itself."""
        return self.start, self.end

    @property
    def busy(self) -> Minutes:
        """The minutes with its buffers."""
        if self.ignores_buffers:
            return self.during
        return self.start - self.before, self.end + self.after

    def is_live(self, now: datetime) -> bool:
        """Does it (still) take up anything? A hold that ends now does not."""
        return self.until is None or self.until > now


@dataclass(frozen=True, slots=True)
class StaffCalendar:
    """One eligible staff member: working hours, where they work, what they are busy with, what counts to their limits.

    `busy` in any order. `booked` as `count_by_day` gives it: whole weeks around the window where there are limits.
    """

    staff_id: UUID
    availability: Availability
    busy: tuple[Busy, ...] = ()
    booked: tuple[DayCount, ...] = ()
    location: LocationHours | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A room or a piece of equipment that `capacity` bookings can use at once. `busy` in any order."""

    resource_id: UUID
    busy: tuple[Busy, ...] = ()
    capacity: int = 1


@dataclass(frozen=True, slots=True)
class CustomerDay:
    """A calendar day as the customer sees it, in their own zone (IANA)."""

    day: date
    zone: str


@dataclass(frozen=True, slots=True)
class Moving:
    """The booking that is being moved: where it starts now."""

    starts_at: datetime


@dataclass(frozen=True, slots=True)
class SlotRequest:
    """One search. `zone` is the business's (IANA), `now` an aware instant, `window` where starts may lie.

    Each of `needs` names resources of which any one will do; two needs never get the same unit. `except_sessions`: own
    appointment and own hold, which are not in one's own way. `customer_day` leaves only starts on that day of theirs.
    `ignore_buffers` is for the business itself: buffers are nothing then, real overlaps still are refused.
    """

    rules: SlotRules
    zone: str
    now: datetime
    window: Interval
    staff: tuple[StaffCalendar, ...]
    resources: tuple[Resource, ...] = ()
    needs: tuple[tuple[UUID, ...], ...] = ()
    except_sessions: frozenset[UUID] = frozenset()
    customer_day: CustomerDay | None = None
    moving: Moving | None = None
    ignore_buffers: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """A free time: epoch minutes, the staff who can do it in the request's order, one free resource for each need."""

    start: int
    end: int
    staff_ids: tuple[UUID, ...]
    resource_ids: tuple[UUID, ...]

    @property
    def starts_at(self) -> datetime:
        """When it starts, in UTC."""
        return datetime_of(self.start)

    @property
    def ends_at(self) -> datetime:
        """When it ends, in UTC, without buffers."""
        return datetime_of(self.end)


class NoSlot(StrEnum):
    """Why a time cannot be booked."""

    OUTSIDE_WINDOW = "outside_window"  # too soon or too far ahead
    OUTSIDE_HOURS = "outside_hours"  # nobody eligible works then (or the start is no whole minute)
    LIMIT_REACHED = "limit_reached"
    SLOT_TAKEN = "slot_taken"
    RESOURCE_TAKEN = "resource_taken"


def count_by_day(
    busy: Iterable[Busy], zone: str, now: datetime, except_sessions: frozenset[UUID] = frozenset()
) -> tuple[DayCount, ...]:
    """What counts to somebody's limits: their live bookings by the local day on which each starts, soonest first.

    Only our own sessions count, not an outside calendar's; neither what is excepted nor an expired hold does.
    """
    days: dict[date, tuple[int, int]] = {}
    for one in busy:
        if one.session_id is None or one.session_id in except_sessions or not one.is_live(now):
            continue
        day = local_day(one.start, zone)
        bookings, minutes = days.get(day, (0, 0))
        days[day] = (bookings + 1, minutes + one.end - one.start)
    return tuple(DayCount(day, *days[day]) for day in sorted(days))
