"""Who came? And which bookings does the business accept? Decisions of the staff."""

from __future__ import annotations

from dataclasses import replace

from services.booking.domain import refusals
from services.booking.domain.decisions import booking as booking_decisions
from services.booking.domain.decisions import eligible, freeing, paying
from services.booking.domain.events import BookingChanged, Posted
from services.booking.domain.money import postings
from services.booking.domain.results import BookingShown, Result
from services.booking.domain.state import Booking, SessionState, Terms
from services.booking.domain.world import Draft
from shared.messages import booking as msg
from shared.messages.booking import BookingStatus

_MARKS = {
    "attended": BookingStatus.ATTENDED,
    "no_show": BookingStatus.NO_SHOW,
    "unknown": BookingStatus.CONFIRMED,
}


def mark_attendance(draft: Draft, command: msg.MarkAttendance) -> Result:
    """Mark who came. A mark can be corrected; a no-show fee that was charged is then let go."""
    state = draft.session(command.session_id)
    booking = state.booking(command.booking_id) if state is not None else None
    if state is None or booking is None:
        return refusals.NO_SUCH_BOOKING
    facts = state.facts
    wanted = _MARKS[command.attendance]
    if booking.status not in (BookingStatus.CONFIRMED, BookingStatus.ATTENDED, BookingStatus.NO_SHOW):
        return refusals.wrong_state("Only a confirmed booking can be marked.")
    if wanted is BookingStatus.NO_SHOW and draft.now < facts.starts_at:
        return refusals.wrong_state(f"{refusals.named(facts)} has not started yet.")
    waives = command.waive_fee and booking.terms.fee > 0
    if booking.status is wanted and not waives:
        return BookingShown(BookingChanged(draft.new_id(), draft.now, "", facts.session_id, booking, booking))
    terms = _undo(draft, state, booking)
    before = replace(booking, terms=terms)
    if wanted is BookingStatus.ATTENDED:
        terms = paying.earn(draft, facts, before)
    elif wanted is BookingStatus.NO_SHOW:
        terms = paying.no_show(draft, facts, before, waived=command.waive_fee)
    name = msg.BookingNoShow.name if wanted is BookingStatus.NO_SHOW and booking.status is not wanted else ""
    after = replace(booking, status=wanted, terms=terms)
    event = BookingChanged(draft.new_id(), draft.now, name, facts.session_id, after, booking, "business")
    draft.emit(event)
    return BookingShown(event)


def decide_approval(draft: Draft, command: msg.DecideApproval) -> Result:
    """Accept or decline a booking that awaits approval; its time is looked at again, its place was kept for it."""
    state = draft.session(command.session_id)
    booking = state.booking(command.booking_id) if state is not None else None
    if state is None or booking is None:
        return refusals.NO_SUCH_BOOKING
    if booking.status is not BookingStatus.PENDING_APPROVAL or booking.lapsed(draft.now):
        return refusals.wrong_state("This booking does not await approval.")
    if command.approve:
        refused = eligible.open_session(state, draft.now, "business")
        if refused is not None:
            return refused
        return booking_decisions.settle_terms(draft, state, booking, booking, approved=True)
    after = replace(booking, status=BookingStatus.CANCELLED, expires_at=None)
    event = BookingChanged(
        draft.new_id(),
        draft.now,
        msg.BookingCancelled.name,
        command.session_id,
        after,
        booking,
        "business",
        "declined",
    )
    draft.emit(event)
    freeing.freed(draft, command.session_id, booking)
    return BookingShown(event)


def _undo(draft: Draft, state: SessionState, booking: Booking) -> Terms:
    """Take back what the mark before had charged, by entries of the opposite sign."""
    terms, currency = booking.terms, state.facts.business.currency
    cause = postings.Cause(draft.new_id(), draft.now, booking.customer_id, booking.booking_id)
    kept = terms.paid - terms.refunded
    if booking.status is BookingStatus.ATTENDED:
        if booking.total:
            draft.emit(Posted(postings.charge_reversed(cause, booking.total, currency)))
        if kept:
            draft.emit(Posted(paying.deposit_again(cause, kept, currency, "receivable")))
    elif booking.status is BookingStatus.NO_SHOW and terms.fee:
        if terms.fee > kept:
            draft.emit(Posted(postings.fee_waived(cause, terms.fee - kept, currency)))
        if kept:
            draft.emit(Posted(paying.deposit_again(cause, kept, currency, "fees")))
        terms = replace(terms, fee=0)
    return terms
