"""What is true right now? The frozen values that decisions are made from: sessions, accounts, and what they hold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from rpds import HashTrieMap

from services.booking.domain.availability.limits import WeekStart
from services.booking.domain.policy import DEFAULT_POLICY, ServicePolicy
from shared.messages.booking import BookingStatus, BusinessView, Method

if TYPE_CHECKING:
    from services.booking.domain.pass_state import PassState

SEATED = frozenset(
    {
        BookingStatus.HELD,
        BookingStatus.PENDING_PAYMENT,
        BookingStatus.PENDING_APPROVAL,
        BookingStatus.CONFIRMED,
        BookingStatus.ATTENDED,
        BookingStatus.NO_SHOW,
    }
)
"""Statuses that take seats."""

TENTATIVE = frozenset({BookingStatus.HELD, BookingStatus.PENDING_PAYMENT, BookingStatus.PENDING_APPROVAL})
"""Statuses that end by themselves at `expires_at`."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a booking is paid and where it comes from. Amounts in minor units; `quote` is a `QuoteView` as JSON.

    `due_now` must be paid before it is confirmed; `paid` has come in, `refunded` of it went back; `fee` is kept or owed.
    """

    method: Method = "at_business"
    due_now: int = 0
    paid: int = 0
    refunded: int = 0
    fee: int = 0
    pass_id: UUID | None = None
    credits: int = 0
    promo_id: UUID | None = None
    quote: str | None = None
    payment_id: UUID | None = None
    pay_link: str | None = None
    attendees: tuple[str, ...] = ()
    entry_id: UUID | None = None
    series_id: UUID | None = None
    moved_from: UUID | None = None


PLAIN = Terms()
"""Paid on site, asked for directly: most bookings, which share this one object."""


@dataclass(frozen=True, slots=True)
class Booking:
    """A booking that takes seats. `price` is the service's per seat, `total` what was quoted; both in minor units.

    `contact` is the `Contact` as JSON: it is only handed on, and there may be very many of them.
    """

    booking_id: UUID
    customer_id: UUID
    party_size: int
    price: int
    reference: str
    booked_at: datetime
    contact: str
    total: int = 0
    status: BookingStatus = BookingStatus.CONFIRMED
    expires_at: datetime | None = None
    terms: Terms = PLAIN

    def lapsed(self, now: datetime) -> bool:
        """True when it was tentative for too long: it counts for nothing, whether or not an alarm rang."""
        return self.expires_at is not None and self.status in TENTATIVE and self.expires_at <= now


@dataclass(frozen=True, slots=True)
class Entry:
    """Someone in the queue. `booking_id` is the hold that an offer made for them (none: not offered, or a broadcast)."""

    entry_id: UUID
    customer_id: UUID
    party_size: int
    priority: int
    joined_at: datetime
    contact: str
    status: str = "waiting"  # waiting, offered; then accepted, declined, expired, withdrawn
    method: Method | None = None
    booking_id: UUID | None = None
    offered_at: datetime | None = None
    offer_expires_at: datetime | None = None
    request_id: UUID | None = None

    @property
    def order(self) -> tuple[int, datetime, UUID]:
        """Who is first: priority, then the time of joining."""
        return (-self.priority, self.joined_at, self.entry_id)


@dataclass(frozen=True, slots=True)
class Rendered:
    """The parts of a session's messages that stay the same, as JSON (see `wire`). `session` lacks its last value."""

    session: str
    business: str


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What a session is, apart from who is in it. Instants are aware; `local` is ready to show."""

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
    policy: ServicePolicy = DEFAULT_POLICY
    kind: str = "class"
    resource_ids: tuple[UUID, ...] = ()
    room: str | None = None
    level: str | None = None
    held_back: int = 0
    buffers: tuple[int, int] = (0, 0)  # minutes before and after
    ignores_buffers: bool = False
    overrides: tuple[str, ...] = ()
    cancel_reason: str | None = None
    week_starts_on: WeekStart = "mon"  # of the business, for limits per week


@dataclass(frozen=True, slots=True)
class SessionState:
    """A session with its seated bookings by customer and its queue in order. `version` counts changes of its row.

    `due_at`: the next moment at which something must be done without being asked (none: never).
    """

    facts: SessionFacts
    version: int
    seats_taken: int
    bookings: HashTrieMap[UUID, Booking]
    queue: tuple[Entry, ...] = ()
    due_at: datetime | None = None

    @property
    def seats_left(self) -> int:
        """Seats that the public can still book (walk-in seats are kept back)."""
        return max(0, self.facts.capacity - self.facts.held_back - self.seats_taken)

    @property
    def seats_free(self) -> int:
        """Seats that nobody takes, those for walk-ins included."""
        return self.facts.capacity - self.seats_taken

    def booking(self, booking_id: UUID) -> Booking | None:
        """The seated booking with this id."""
        return next((b for b in self.bookings.values() if b.booking_id == booking_id), None)

    def entry(self, entry_id: UUID) -> Entry | None:
        """The entry of the queue with this id."""
        return next((e for e in self.queue if e.entry_id == entry_id), None)

    def entry_of(self, customer_id: UUID) -> Entry | None:
        """The customer's entry in the queue."""
        return next((e for e in self.queue if e.customer_id == customer_id), None)


NO_BOOKINGS: HashTrieMap[UUID, Booking] = HashTrieMap()


@dataclass(frozen=True, slots=True)
class Commitment:
    """A booking that takes a customer's time. `made_on`: the local day of the session, for limits."""

    booking_id: UUID
    session_id: UUID
    service_id: UUID
    starts_at: datetime
    ends_at: datetime
    local_day: date


@dataclass(frozen=True, slots=True)
class Account:
    """A customer as the rules see them. `version` 0: not stored yet. Passes carry their balances."""

    tenant_id: UUID
    customer_id: UUID
    version: int = 0
    blocked: bool = False
    erased: bool = False
    tier: str | None = None
    commitments: tuple[Commitment, ...] = ()
    has_passes: bool = False
    passes: tuple[PassState, ...] = ()
    late_cancels: int = 0  # of this calendar month
    promo_uses: tuple[tuple[UUID, int], ...] = ()
    open_requests: frozenset[UUID] = frozenset()

    def at_the_same_time(
        self, starts_at: datetime, ends_at: datetime, but: frozenset[UUID]
    ) -> Commitment | None:
        """A commitment that overlaps [starts_at, ends_at), other than those sessions."""
        for each in self.commitments:
            if each.starts_at < ends_at and starts_at < each.ends_at and each.session_id not in but:
                return each
        return None

    def with_commitment(self, added: Commitment) -> Account:
        """The account with one more commitment."""
        return replace(self, commitments=(*self.commitments, added))

    def without(self, booking_id: UUID) -> Account:
        """The account without the commitment of this booking."""
        kept = tuple(c for c in self.commitments if c.booking_id != booking_id)
        return self if len(kept) == len(self.commitments) else replace(self, commitments=kept)
