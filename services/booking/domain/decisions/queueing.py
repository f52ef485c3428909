"""What does one step of a waitlist entry look like? The few changes that every rule of the queue is made of."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from services.booking.domain.events import BookingChanged, EntryChanged, PaymentDropped
from services.booking.domain.state import TENTATIVE, Booking, Entry, SessionState
from services.booking.domain.world import Draft
from shared.messages import booking as msg
from shared.messages.booking import BookingStatus, By


def known(draft: Draft, session_id: UUID) -> SessionState:
    """The session, which must be loaded: `KeyError` otherwise."""
    state = draft.session(session_id)
    if state is None:
        raise KeyError(f"the queue of a session that is not loaded: {session_id}")
    return state


def seen(draft: Draft, customer_id: UUID) -> bool:
    """True when the customer was loaded: nobody gets a place whose blocks and bookings were not looked at."""
    key = (draft.tenant_id, customer_id)
    return key in draft.accounts or key in draft.world.accounts


def change(
    draft: Draft, session_id: UUID, was: Entry, entry: Entry, name: str = "", reason: str = ""
) -> EntryChanged:
    """The entry `was` is now `entry`; told under `name`, if any."""
    event = EntryChanged(draft.new_id(), draft.now, name, session_id, entry, was, reason)
    draft.emit(event)
    return event


def end(
    draft: Draft, session_id: UUID, entry: Entry, status: str, name: str = "", reason: str = ""
) -> EntryChanged:
    """The entry leaves the queue as `accepted`, `declined`, `expired` or `withdrawn`."""
    return change(
        draft, session_id, entry, replace(entry, status=status, offer_expires_at=None), name, reason
    )


def wait_again(draft: Draft, session_id: UUID, entry: Entry) -> EntryChanged:
    """The entry's offer is over, but not its wait: it is back at its old place, and nobody is told."""
    return change(draft, session_id, entry, replace(entry, status="waiting", offer_expires_at=None))


def kept(state: SessionState, entry: Entry) -> Booking | None:
    """The place that the entry's offer keeps: held, or accepted and waiting for payment or approval."""
    booking = state.bookings.get(entry.customer_id)
    if entry.status != "offered" or booking is None or booking.booking_id != entry.booking_id:
        return None
    return booking if booking.status in TENTATIVE else None


def release(
    draft: Draft, session_id: UUID, booking: Booking, status: BookingStatus, by: By, reason: str | None = None
) -> None:
    """The place that an offer kept is free again. A mere hold ends silently; a payment that was asked is dropped."""
    if booking.terms.payment_id is not None and booking.status is BookingStatus.PENDING_PAYMENT:
        draft.emit(PaymentDropped(booking.terms.payment_id))
    told = msg.BookingExpired.name if status is BookingStatus.EXPIRED else msg.BookingCancelled.name
    name = "" if booking.status is BookingStatus.HELD else told
    after = replace(booking, status=status, expires_at=None)
    draft.emit(BookingChanged(draft.new_id(), draft.now, name, session_id, after, booking, by, reason))
