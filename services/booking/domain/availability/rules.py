"""What does a service ask of a slot? Duration, buffers, the grid of starts, minimum notice and booking horizon."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from services.booking.domain.availability.hours import Configured
from services.booking.domain.availability.times import DAY

_YEAR = 366


class DaysAhead(Configured):
    """Bookable today and on the `days` days after it, in the business's zone."""

    kind: Literal["days"] = "days"
    days: int = Field(ge=0, le=2 * _YEAR)


class BookableDaysAhead(Configured):
    """Bookable on the first `days` days from today on which an eligible staff member works long enough.

    Bookings do not matter to it: a horizon that grew as days fill up would take back slots when somebody cancels.
    """

    kind: Literal["bookable_days"] = "bookable_days"
    days: int = Field(ge=1, le=_YEAR)


class BetweenDates(Configured):
    """Bookable on the days `from` to `until`, both included, in the business's zone."""

    kind: Literal["dates"] = "dates"
    first: date = Field(alias="from")
    until: date

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.until < self.first:
            raise ValueError(f"until {self.until} is before from {self.first}")
        return self


Horizon = Annotated[DaysAhead | BookableDaysAhead | BetweenDates, Field(discriminator="kind")]


class SlotRules(Configured):
    """A service's slots, in minutes. Starts are multiples of `step_minutes` from local midnight.

    Buffers keep the staff and the rooms busy around a booking. They may lie outside working hours, and those of two
    neighbours add up.
    """

    duration_minutes: int = Field(gt=0, le=DAY)
    buffer_before_minutes: int = Field(0, ge=0, le=DAY)
    buffer_after_minutes: int = Field(0, ge=0, le=DAY)
    step_minutes: int = Field(15, gt=0, le=DAY)
    notice_minutes: int = Field(0, ge=0, le=_YEAR * DAY)
    horizon: Horizon | None = None
