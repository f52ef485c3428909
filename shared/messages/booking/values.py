"""What booking's messages are made of: sessions, bookings, money, refusals as others see them.

Money is integer minor units of `currency`. Instants are aware datetimes; `local` strings are ready to show.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from shared.messages.conversation import ChannelAddress
from shared.messages.envelope import Value

By = Literal["customer", "business", "system"]
"""Who wants something: rules of notice, deadlines and fees bind the customer only."""

Method = Literal["at_business", "card", "cash", "pass", "gift_card"]
"""How a booking is paid. `at_business`: on site, nothing now; `pass`: credits of a pack, or a membership."""


class Contact(Value):
    """Who books and where they are told about it. Comes from the verified channel, never from a model.

    `language` (BCP 47) is what they were writing in; None: the business's.
    """

    customer_id: UUID
    conversation_id: UUID
    address: ChannelAddress
    language: str | None = None


class SessionView(Value):
    """One dated class or appointment as a customer sees it. `local` is e.g. `Mon 23 Nov, 19:00–20:00` in the
    business's zone; `seats_left` is what the public can book now."""

    session_id: UUID
    service_id: UUID
    service_name: str
    staff_id: UUID | None = None
    staff_name: str | None = None
    room: str | None = None
    level: str | None = None
    starts_at: datetime
    ends_at: datetime
    timezone: str
    local: str
    price: int
    currency: str
    capacity: int
    seats_left: int


class SlotView(Value):
    """A free start time of an appointment: computed, never stored. Any of `staff_ids` can do it."""

    service_id: UUID
    service_name: str
    staff_ids: tuple[UUID, ...]
    starts_at: datetime
    ends_at: datetime
    timezone: str
    local: str
    local_for_customer: str | None = None
    price: int
    currency: str


class BookingStatus(StrEnum):
    """Where a booking stands. The first four take seats."""

    HELD = "held"
    PENDING_PAYMENT = "pending_payment"
    PENDING_APPROVAL = "pending_approval"
    CONFIRMED = "confirmed"
    ATTENDED = "attended"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class QuoteLineView(Value):
    """One line of a price, with the reason it is there. `amount` may be negative."""

    label: str
    reason: str | None = None
    amount: int


class QuoteView(Value):
    """A price with its reasons. `due_now` is the deposit, or all of it, or nothing."""

    lines: tuple[QuoteLineView, ...]
    total: int
    due_now: int
    currency: str
    method: Method = "at_business"
    credits: int = 0  # of the pass that pays, instead of money
    expires_at: datetime | None = None


class CancellationQuoteView(Value):
    """What a cancellation would cost and give back, said before it is done."""

    refund: int
    fee: int
    credits_returned: int = 0
    currency: str
    reason: str
    until: datetime | None = None  # how long these terms hold


class BookingView(Value):
    """A booking with its session, as its customer sees it."""

    booking_id: UUID
    reference: str
    status: BookingStatus
    party_size: int
    total: int
    session: SessionView
    booked_at: datetime
    attendees: tuple[str, ...] = ()
    method: Method | None = None
    paid: int | None = None
    fee: int | None = None
    refund: int | None = None
    credits: int | None = None
    expires_at: datetime | None = None  # of a hold, an offer, or a payment that is awaited
    pay_link: str | None = None


class WaitlistEntryView(Value):
    """A place in the queue of a full session. `position` counts from 1; an offer has a `booking_id` to accept."""

    entry_id: UUID
    session: SessionView
    party_size: int
    status: str
    position: int | None = None
    offer_expires_at: datetime | None = None


class PassView(Value):
    """A pack, membership or gift card. `left` are credits (pack) or minor units (gift card)."""

    pass_id: UUID
    name: str
    kind: Literal["pack", "membership", "gift_card"]
    left: int | None = None
    valid_until: datetime | None = None
    paused: bool = False
    code: str | None = None


class RefusalCode(StrEnum):
    """Why a command was refused: stable, machine-readable."""

    SESSION_FULL = "session_full"
    SLOT_TAKEN = "slot_taken"
    ALREADY_BOOKED = "already_booked"
    BOOKED_ELSEWHERE = "booked_elsewhere"
    ALREADY_WAITING = "already_waiting"
    SESSION_STARTED = "session_started"
    SESSION_CANCELLED = "session_cancelled"
    SEATS_FREE = "seats_free"
    WAITLIST_CLOSED = "waitlist_closed"
    OUTSIDE_WINDOW = "outside_window"
    OUTSIDE_HOURS = "outside_hours"
    LIMIT_REACHED = "limit_reached"
    HOLD_EXPIRED = "hold_expired"
    OFFER_EXPIRED = "offer_expired"
    TOO_LATE_TO_CANCEL = "too_late_to_cancel"
    FEE_CHANGED = "fee_changed"
    NO_CREDIT = "no_credit"
    PASS_NOT_VALID = "pass_not_valid"  # noqa: S105  # a code, not a password
    PROMO_NOT_VALID = "promo_not_valid"
    PAYMENT_NEEDED = "payment_needed"
    CUSTOMER_BLOCKED = "customer_blocked"
    HAS_BOOKINGS = "has_bookings"
    WRONG_STATE = "wrong_state"
    NOT_FOUND = "not_found"
    INVALID = "invalid"


class NextMove(Value):
    """What the customer can do instead: `book` names a session (or a slot) that has room."""

    move: Literal[
        "book",
        "book_slot",
        "join_waitlist",
        "pay",
        "confirm_fee",
        "my_bookings",
        "my_passes",
        "contact_business",
    ]
    session: SessionView | None = None
    slot: SlotView | None = None


class Refusal(Value):
    """A refusal is data: a code, a sentence for people (English), and the next legal moves."""

    code: RefusalCode
    sentence: str
    next: tuple[NextMove, ...] = ()


class SeriesDate(Value):
    """One date of a customer's series: the session that was (or could be) booked, or why not."""

    local: str
    session: SessionView | None = None
    booking_id: UUID | None = None
    conflict: str | None = None
    nearest: SessionView | None = None


class CommandOutcome(Value):
    """What became of a command: what was done (the fields that apply), or the `refusal`."""

    command_id: UUID
    booking: BookingView | None = None
    refusal: Refusal | None = None
    entry: WaitlistEntryView | None = None
    session: SessionView | None = None
    series: tuple[SeriesDate, ...] | None = None
    request_id: UUID | None = None
    bought: PassView | None = None
    done: str | None = None  # what changed, for commands that make none of the above


class BusinessView(Value):
    """The tenant as customers know it. `language` is BCP 47 (`en`, `pt-PT`); `timezone` IANA."""

    business_name: str
    timezone: str
    language: str
    currency: str
    address: str | None = None
    phone: str | None = None
    description: str | None = None
    opening_hours: str | None = None
