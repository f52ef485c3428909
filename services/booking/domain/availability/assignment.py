"""Who takes a booking when any staff member will do? The one who had the fewest, then the one whose turn was longest ago."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.booking.domain.availability.limits import DayCount, WeekStart, week_of

_LONG_AGO = float("-inf")


@dataclass(frozen=True, slots=True)
class Workload:
    """What one staff member has: bookings by local day, and when they were last given one (None: never)."""

    booked: tuple[DayCount, ...] = ()
    last_assigned_at: datetime | None = None


_NONE_YET = Workload()


def assign(
    candidates: Iterable[UUID],
    workloads: Mapping[UUID, Workload],
    day: date,
    *,
    today: date,
    week_starts_on: WeekStart = "mon",
) -> UUID | None:
    """The candidate with the fewest bookings on `day`, then in its week, then least recently assigned, then by id.

    `day` is the local day of the booking in the business's zone. A candidate without a workload has none. The same
    input gives the same answer in whatever order the candidates come; None when there are none.
    """
    week = week_of(day, week_starts_on, today)

    def turn(staff_id: UUID) -> tuple[int, int, float, UUID]:
        load = workloads.get(staff_id, _NONE_YET)
        on_day = sum(count.bookings for count in load.booked if count.day == day)
        in_week = sum(
            count.bookings for count in load.booked if week_of(count.day, week_starts_on, today) == week
        )
        last = _LONG_AGO if load.last_assigned_at is None else load.last_assigned_at.timestamp()
        return on_day, in_week, last, staff_id

    return min(candidates, key=turn, default=None)
