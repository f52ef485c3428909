"""What can happen? Facts, in the past tense: each says what changed, and is all that is written and told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.booking.domain.state import Booking, Entry, SessionFacts
from shared.messages.booking import By

if TYPE_CHECKING:
    from services.booking.domain.money.ledger import Transaction
    from services.booking.domain.pass_state import PassState


@dataclass(frozen=True, slots=True)
class BookingChanged:
    """A booking was made, moved on, or given up. `was`: before (None: it is new).

    `name` is the event's word on the bus (`shared.messages.booking`); an empty one is told to nobody. `previous` are the
    facts of the session it was moved from, or of the same session before it changed.
    """

    event_id: UUID
    at: datetime
    name: str
    session_id: UUID
    booking: Booking
    was: Booking | None = None
    by: By = "customer"
    reason: str | None = None
    previous: SessionFacts | None = None
    changed: tuple[str, ...] = ()
    from_waitlist: bool = False
    amount: int = 0  # of a payment that changed, in minor units


@dataclass(frozen=True, slots=True)
class BookingMoved:
    """A booking went from one session to another: the new place was taken, then the old one freed, at once."""

    event_id: UUID
    at: datetime
    from_facts: SessionFacts
    to_session_id: UUID
    booking: Booking
    was: Booking
    by: By = "customer"


@dataclass(frozen=True, slots=True)
class EntryChanged:
    """A waitlist entry was made, offered a place, or ended. An empty `name` is told to nobody."""

    event_id: UUID
    at: datetime
    name: str
    session_id: UUID
    entry: Entry
    was: Entry | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FactsChanged:
    """The session itself changed: staff, room, capacity, time, or it was cancelled."""

    event_id: UUID
    at: datetime
    session_id: UUID
    facts: SessionFacts


@dataclass(frozen=True, slots=True)
class SessionSettled:
    """A moment passed at which nothing had to change: the next one is worked out."""

    at: datetime
    session_id: UUID


@dataclass(frozen=True, slots=True)
class SessionMade:
    """An appointment got its session: it exists from the first booking on."""

    facts: SessionFacts


@dataclass(frozen=True, slots=True)
class Posted:
    """Money or credits moved between accounts of the ledger."""

    transaction: Transaction


@dataclass(frozen=True, slots=True)
class PassChanged:
    """A pass was sold, used, given credits back, paused or blocked. `after` carries its balance and next version.

    `new`: just sold. The write rests on the version before (`after.version - 1`).
    """

    after: PassState
    new: bool = False


@dataclass(frozen=True, slots=True)
class PromoUsed:
    """A promo code was used (+1) or given back (−1)."""

    tenant_id: UUID
    promo_id: UUID
    change: int
    expected: int  # uses before it


@dataclass(frozen=True, slots=True)
class PaymentAsked:
    """The card processor is to take `amount` (minor units) for a booking."""

    payment_id: UUID
    session_id: UUID
    booking_id: UUID
    customer_id: UUID
    amount: int
    currency: str
    expires_at: datetime
    description: str = ""


@dataclass(frozen=True, slots=True)
class PaymentDropped:
    """A payment is no longer wanted: void it if nothing was taken yet."""

    payment_id: UUID


@dataclass(frozen=True, slots=True)
class RefundAsked:
    """The card processor is to give `amount` (minor units) of a booking's payments back, of `payment_id` first."""

    refund_id: UUID
    payment_id: UUID
    booking_id: UUID
    amount: int


@dataclass(frozen=True, slots=True)
class StandingChanged:
    """A standing request was made or ended (`open`, `fulfilled`, `withdrawn`, `expired`). `wish` is JSON, when new."""

    request_id: UUID
    customer_id: UUID
    status: str
    at: datetime
    wish: str | None = None


@dataclass(frozen=True, slots=True)
class CustomerChanged:
    """Columns of a customer got new values (`None` clears)."""

    customer_id: UUID
    values: tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class IdentityLinked:
    """A channel identity belongs to this customer; one met under it before (`merged`) is now the same person."""

    customer_id: UUID
    channel: str
    user_id: str
    merged: UUID | None = None


@dataclass(frozen=True, slots=True)
class CustomerErased:
    """The person is forgotten; what they did stays, without them."""

    customer_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class RowsWritten:
    """Rows of the catalogue that changed with a decision (schedules): statement name and its arguments."""

    statement: str
    rows: tuple[tuple[object, ...], ...] = field(default=())


Rare = (
    PassChanged | PromoUsed | PaymentAsked | PaymentDropped | RefundAsked | StandingChanged | CustomerChanged
    | IdentityLinked | CustomerErased | RowsWritten
)  # fmt: skip
"""What is rare enough to be written one by one."""

Event = (
    BookingChanged | BookingMoved | EntryChanged | FactsChanged | SessionSettled | SessionMade | Posted | Rare
)  # fmt: skip
