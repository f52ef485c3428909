"""Is an event still true when it arrives? One that got lost and came again may have been overtaken by later ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.messages.booking import (
    BookingCancelled,
    BookingEvent,
    BookingExpired,
    BookingNoShow,
    OfferLapsed,
    PaymentChanged,
    WaitlistClosed,
)

ENDS = (BookingCancelled.name, BookingExpired.name, BookingNoShow.name, OfferLapsed.name, WaitlistClosed.name)
"""Events after which nothing is true any more that was said before: the booking or entry never comes back."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was told so far of a booking or entry: that it is over, and when (by booking's clock) what was told last of
    its session had happened (None: nothing yet)."""

    over: bool = False
    changed_at: datetime | None = None


def outdated(event: BookingEvent, told: Told) -> bool:
    """Whether telling this event now would be untrue: "booked" after "cancelled", an old time after the new one.

    An end and money are always told. Only clearly older news is dropped: booking's instances are as near in time as
    their machines' clocks.
    """
    if event.name in ENDS or isinstance(event, PaymentChanged):
        return False
    return told.over or (told.changed_at is not None and event.at < told.changed_at)
