"""What can happen to a session? Facts, in the past tense."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.booking.domain.state import Booking


@dataclass(frozen=True, slots=True)
class BookingConfirmed:
    """A customer holds `booking.party_size` seats."""

    event_id: UUID
    at: datetime
    booking: Booking


@dataclass(frozen=True, slots=True)
class BookingCancelled:
    """The customer gave the seats of `booking` back."""

    event_id: UUID
    at: datetime
    booking: Booking


Event = BookingConfirmed | BookingCancelled
