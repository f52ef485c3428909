"""May this booking move to another session? The new place first, then the old one freed: both, or neither."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from services.booking.domain import refusals
from services.booking.domain.decisions import eligible, freeing, paying, settling
from services.booking.domain.decisions.booking import Wish
from services.booking.domain.events import BookingMoved, PaymentAsked
from services.booking.domain.money.difference import reschedule_difference
from services.booking.domain.refusals import Refused
from services.booking.domain.results import BookingShown, Result
from services.booking.domain.state import Booking, SessionState
from services.booking.domain.world import Draft
from shared.messages import booking as msg
from shared.messages.booking import BookingStatus, By


def reschedule_booking(draft: Draft, command: msg.RescheduleBooking) -> Result:
    """Move a booking to another session of the timetable."""
    target, source = draft.session(command.session_id), draft.session(command.from_session_id)
    if target is None:
        return refusals.NO_SUCH_SESSION
    if source is None:
        return refusals.NO_SUCH_BOOKING
    booking = own_booking(draft, source, command.booking_id, command.customer_id, command.by)
    if isinstance(booking, Refused):
        return booking
    if command.session_id == command.from_session_id:
        return refusals.invalid("This is the session that the booking is for already.")
    return move(draft, source, target, booking, command.by)


def own_booking(
    draft: Draft, source: SessionState, booking_id: UUID, customer_id: UUID, by: By
) -> Booking | Refused:
    """The booking that may be moved away. For a customer the deadlines of both ends count, the old start's here."""
    booking = source.booking(booking_id)
    if booking is None or (by == "customer" and booking.customer_id != customer_id):
        return refusals.NO_SUCH_BOOKING
    if booking.lapsed(draft.now) or booking.status is not BookingStatus.CONFIRMED:
        return refusals.wrong_state("Only a confirmed booking can be moved.")
    if by == "customer" and draft.now > source.facts.starts_at - source.facts.cancellation_deadline:
        return refusals.too_late_to_cancel(source)
    notice = source.facts.policy.minimum_notice_minutes
    if by == "customer" and (source.facts.starts_at - draft.now).total_seconds() < notice * 60:
        return refusals.too_soon(source.facts, notice)
    return booking


def move(draft: Draft, source: SessionState, target: SessionState, booking: Booking, by: By) -> Result:
    """Take the new place, free the old one, settle the difference."""
    due = target.due_at is not None and target.due_at <= draft.now
    if due or (source.due_at is not None and source.due_at <= draft.now):
        for state in (source, target):
            settling.settle(draft, state.facts.session_id)
        source, target = _again(draft, source), _again(draft, target)
    if booking.customer_id in target.bookings:
        return refusals.already_booked(target, target.bookings[booking.customer_id])
    leaving = frozenset({source.facts.session_id})
    account = draft.account(booking.customer_id)
    refused = (
        eligible.open_session(target, draft.now, by)
        or eligible.room(target, booking.party_size, by)
        or eligible.person(account, target.facts, booking.party_size, by, draft.now, leaving=leaving)
    )
    if refused is not None:
        return refused
    moved = _priced(draft, source, target, booking, by)
    if isinstance(moved, Refused):
        return moved
    event = BookingMoved(draft.new_id(), draft.now, source.facts, target.facts.session_id, moved, booking, by)
    draft.emit(event)
    freeing.freed(draft, source.facts.session_id, booking)
    return BookingShown(event)


def _priced(
    draft: Draft, source: SessionState, target: SessionState, booking: Booking, by: By
) -> Booking | Refused:
    """The booking as it will be. A pass or a price that was paid in full stays; otherwise the new price counts:
    what was paid too much goes back, what is missing is asked for (by card) or owed at the business."""
    terms = replace(booking.terms, moved_from=source.facts.session_id)
    if terms.method == "pass":
        return replace(booking, price=target.facts.price, terms=terms)
    method = terms.method if terms.method != "gift_card" else None
    wish = Wish(
        booking.customer_id,
        booking.contact,
        booking.party_size,
        terms.attendees,
        method or "at_business",
        by=by,
    )
    priced = paying.price(draft, target, wish)
    if isinstance(priced, Refused):
        return priced
    paid = terms.paid - terms.refunded
    change = reschedule_difference(
        booking.total, priced.total, paid, prepaid=terms.method == "card" and paid > 0
    )
    if change.refund:
        terms = paying.pay_back(draft, target.facts, booking, terms, change.refund)
    if change.due and terms.method == "card":
        payment_id = draft.new_id()
        draft.emit(
            PaymentAsked(
                payment_id,
                target.facts.session_id,
                booking.booking_id,
                booking.customer_id,
                change.due,
                target.facts.business.currency,
                target.facts.starts_at,
                f"Change to {target.facts.local}",
            )
        )
    return replace(
        booking, price=target.facts.price, total=priced.total, terms=replace(terms, quote=priced.terms.quote)
    )


def _again(draft: Draft, state: SessionState) -> SessionState:
    found = draft.session(state.facts.session_id)
    if found is None:
        raise KeyError(f"no session {state.facts.session_id}")
    return found
