"""May this booking be cancelled, and on which terms? The fee is known to the customer before it is taken."""

from __future__ import annotations

from dataclasses import replace

from services.booking.domain import refusals
from services.booking.domain.decisions import freeing, paying
from services.booking.domain.events import BookingChanged, PaymentDropped
from services.booking.domain.money.cancellation import CancellationQuote
from services.booking.domain.refusals import Refused
from services.booking.domain.results import BookingShown, Result
from services.booking.domain.state import Booking, SessionState
from services.booking.domain.world import Draft
from shared.messages import booking as msg
from shared.messages.booking import BookingStatus, By
from shared.money import format_money

_OVER = (BookingStatus.ATTENDED, BookingStatus.NO_SHOW)


def cancel_booking(draft: Draft, command: msg.CancelBooking) -> Result:
    """Give a place back; whoever waits gets it in the same decision."""
    state = draft.session(command.session_id)
    if state is None:
        return refusals.NO_SUCH_SESSION
    booking = (
        state.booking(command.booking_id)
        if command.by != "customer"
        else state.bookings.get(command.customer_id)
    )
    if booking is None or booking.booking_id != command.booking_id:
        return refusals.NO_SUCH_BOOKING
    terms = quote(draft, state, booking, command.by, waived=command.waive_fee and command.by == "business")
    if isinstance(terms, Refused):
        return terms
    fee = terms.keeps + terms.due
    if command.by == "customer" and fee > (command.fee_shown or 0):
        return refusals.fee(fee_sentence(state, fee, terms))
    return BookingShown(cancel(draft, state, booking, terms, command.by))


def quote(
    draft: Draft, state: SessionState, booking: Booking, by: By, *, waived: bool = False
) -> CancellationQuote | Refused:
    """What cancelling costs and gives back now, or why it cannot be cancelled."""
    facts = state.facts
    if booking.status in _OVER:
        return refusals.wrong_state("This booking is over; it cannot be cancelled any more.")
    terms = paying.cancellation(draft, facts, booking, by, waived=waived)
    late = draft.now > facts.starts_at - facts.cancellation_deadline
    if by == "customer" and booking.status is not BookingStatus.HELD and (late or not terms.possible):
        return refusals.too_late_to_cancel(state)
    if not terms.possible:
        return refusals.wrong_state(f"This booking {terms.label}.")
    return terms


def cancel(
    draft: Draft, state: SessionState, booking: Booking, terms: CancellationQuote, by: By
) -> BookingChanged:
    """Cancel on these terms: money and credits go back as they say, then the queue is served."""
    facts = state.facts
    after_terms = booking.terms
    if booking.status in (BookingStatus.CONFIRMED, BookingStatus.PENDING_APPROVAL):
        after_terms = paying.give_back(draft, facts, booking, terms)
    elif booking.status is BookingStatus.PENDING_PAYMENT and booking.terms.payment_id is not None:
        draft.emit(PaymentDropped(booking.terms.payment_id))
    after = replace(booking, status=BookingStatus.CANCELLED, expires_at=None, terms=after_terms)
    name = "" if booking.status is BookingStatus.HELD else msg.BookingCancelled.name
    # `late` is counted against the free late cancellations of the month.
    reason = "late" if terms.leniency else None
    event = BookingChanged(draft.new_id(), draft.now, name, facts.session_id, after, booking, by, reason)
    draft.emit(event)
    freeing.freed(draft, facts.session_id, booking)
    return event


def fee_sentence(state: SessionState, fee: int, terms: CancellationQuote) -> str:
    """The fee in words, to be shown before it is agreed to."""
    business = state.facts.business
    amount = format_money(fee, business.currency, "en")
    back = f" {format_money(terms.refund, business.currency, 'en')} comes back." if terms.refund else ""
    return f"Cancelling {refusals.named(state.facts)} costs {amount} now ({terms.label}).{back}"
