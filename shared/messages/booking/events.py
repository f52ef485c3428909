"""What has happened, for those who tell people about it. Every event names whom to tell and how they are reached."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.messages.booking.values import (
    BookingView,
    BusinessView,
    By,
    Contact,
    SessionView,
    WaitlistEntryView,
)
from shared.messages.envelope import Message


class _Told(Message):
    event_id: UUID
    at: datetime


class _OfBooking(_Told):
    booking: BookingView
    contact: Contact
    business: BusinessView


class BookingConfirmed(_OfBooking):
    """A customer holds a place. `from_waitlist`: it was given by promotion, not by a request of this moment."""

    name: ClassVar[str] = "booking_confirmed"

    from_waitlist: bool = False


class BookingPending(_OfBooking):
    """A place is kept and waits: for the payment (`booking.pay_link` once there is one) or the business's approval."""

    name: ClassVar[str] = "booking_pending"


class BookingCancelled(_OfBooking):
    """A customer's place was given back. `booking.refund` and `booking.fee` say what became of the money."""

    name: ClassVar[str] = "booking_cancelled"

    cancelled_by: By = "customer"
    reason: str | None = None


class BookingRescheduled(_OfBooking):
    """A booking moved from `previous` to `booking.session`."""

    name: ClassVar[str] = "booking_rescheduled"

    previous: SessionView


class BookingExpired(_OfBooking):
    """A place that waited for a payment or an approval was given up. (Plain holds lapse silently.)"""

    name: ClassVar[str] = "booking_expired"

    reason: str


class BookingNoShow(_OfBooking):
    """The customer did not come; `booking.fee` was charged for it (none: nothing, or it was waived)."""

    name: ClassVar[str] = "booking_no_show"


class SessionChanged(_OfBooking):
    """Something that matters to who is booked: `changed` names the fields (staff, room, time)."""

    name: ClassVar[str] = "session_changed"

    previous: SessionView
    changed: tuple[str, ...]


class PaymentChanged(_OfBooking):
    """A payment failed, was disputed, or a refund came through or failed."""

    name: ClassVar[str] = "payment_changed"

    status: str
    amount: int


class _OfEntry(_Told):
    entry: WaitlistEntryView
    contact: Contact
    business: BusinessView


class OfferMade(_OfEntry):
    """A place came free for a waitlist entry: held until `entry.offer_expires_at` (a broadcast one is not held)."""

    name: ClassVar[str] = "offer_made"

    held: bool = True


class OfferLapsed(_OfEntry):
    """An offer was not taken in time."""

    name: ClassVar[str] = "offer_lapsed"


class WaitlistClosed(_OfEntry):
    """No place came free (or the session was cancelled): the entry ends."""

    name: ClassVar[str] = "waitlist_closed"

    reason: str


BookingEvent = (
    BookingConfirmed | BookingPending | BookingCancelled | BookingRescheduled | BookingExpired | BookingNoShow
    | SessionChanged | PaymentChanged | OfferMade | OfferLapsed | WaitlistClosed
)  # fmt: skip

EVENTS: tuple[type[Message], ...] = (
    BookingConfirmed, BookingPending, BookingCancelled, BookingRescheduled, BookingExpired, BookingNoShow,
    SessionChanged, PaymentChanged, OfferMade, OfferLapsed, WaitlistClosed,
)  # fmt: skip
