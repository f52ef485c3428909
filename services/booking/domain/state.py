"""What is true of one session right now? The frozen values that decisions are made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from rpds import HashTrieMap

from shared.messages.booking import BusinessView

NO_BOOKINGS: HashTrieMap[UUID, Booking] = HashTrieMap()


@dataclass(frozen=True, slots=True)
class Booking:
    """A confirmed booking. `price` is per seat, in minor units of the tenant's currency.

    `contact` is the `Contact` as JSON: it is only handed on, and there may be very many of them.
    """

    booking_id: UUID
    customer_id: UUID
    party_size: int
    price: int
    reference: str
    booked_at: datetime
    contact: str

    @property
    def total(self) -> int:
        """The price of all seats, in minor units."""
        return self.price * self.party_size


@dataclass(frozen=True, slots=True)
class Rendered:
    """The parts of a session's messages that stay the same, as JSON (see `wire`). `session` lacks its last value."""

    session: str
    business: str


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What does not change while the session's version stands. Instants are aware; `local` is ready to show."""

    tenant_id: UUID
    session_id: UUID
    service_id: UUID
    service_name: str
    staff_id: UUID | None
    staff_name: str | None
    starts_at: datetime
    ends_at: datetime
    local: str
    price: int
    capacity: int
    cancelled: bool
    cancellation_deadline: timedelta  # before the start
    business: BusinessView
    rendered: Rendered


@dataclass(frozen=True, slots=True)
class SessionState:
    """A session with its confirmed bookings by customer. `version` counts the events applied to its row."""

    facts: SessionFacts
    version: int
    seats_taken: int
    bookings: HashTrieMap[UUID, Booking]

    @property
    def seats_left(self) -> int:
        """Seats that can still be booked."""
        return self.facts.capacity - self.seats_taken
