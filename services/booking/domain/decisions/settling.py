"""What is due by itself? Lapsed holds and offers, too few attendees, the start, the end: done when the alarm rings, or
before the next command on the session, whichever comes first."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from services.booking.domain import refusals
from services.booking.domain.decisions import freeing, paying, standing, waitlist
from services.booking.domain.events import BookingChanged, FactsChanged, PaymentDropped, SessionSettled
from services.booking.domain.results import Done, Result
from services.booking.domain.state import Booking, SessionState
from services.booking.domain.world import Draft
from shared.ids import derive
from shared.messages import booking as msg
from shared.messages.booking import BookingStatus


def lapse_id(state: SessionState) -> UUID:
    """The id under which what is due at this version happens: whoever does it, and however often, it is the same."""
    return derive("settle", state.facts.session_id, state.version)


def settle_session(draft: Draft, command: msg.SettleSession) -> Result:
    """The alarm's command. Settling what is settled already changes nothing."""
    if draft.session(command.session_id) is None:
        return refusals.NO_SUCH_SESSION
    settle(draft, command.session_id)
    new = draft.world.extras.get(command.command_id)
    if isinstance(new, standing.Admission) and new.requests:
        standing.admit(draft, command.session_id, new.requests)
    return Done("settled")


def settle(draft: Draft, session_id: UUID) -> None:
    """Do all that is due in the session at `draft.now`."""
    state = _state(draft, session_id)
    if state.due_at is None or state.due_at > draft.now:
        return
    for booking in sorted(state.bookings.values(), key=lambda b: (b.booked_at, b.booking_id)):
        if booking.lapsed(draft.now) and booking.terms.entry_id is None:
            expire(draft, session_id, booking)
    waitlist.lapse_offers(draft, session_id)
    facts = state.facts
    if not facts.cancelled and _too_few(_state(draft, session_id), draft.now):
        cancel_all(draft, session_id, "too few people", by="system")
    if facts.starts_at <= draft.now:
        waitlist.close(draft, session_id, "started")
    else:
        waitlist.serve(draft, session_id)
    if facts.ends_at <= draft.now:
        _finish(draft, session_id)
    freeing.vacate(draft, session_id)
    _looked_at(draft, session_id)


def expire(draft: Draft, session_id: UUID, booking: Booking) -> None:
    """A tentative booking ends by its time. One that waited for payment or approval is told; a plain hold is not."""
    reasons = {BookingStatus.PENDING_PAYMENT: "not_paid", BookingStatus.PENDING_APPROVAL: "not_approved"}
    reason = reasons.get(booking.status)
    if booking.terms.payment_id is not None and booking.status is BookingStatus.PENDING_PAYMENT:
        draft.emit(PaymentDropped(booking.terms.payment_id))
    name = msg.BookingExpired.name if reason else ""
    after = replace(booking, status=BookingStatus.EXPIRED, expires_at=None)
    draft.emit(BookingChanged(draft.new_id(), draft.now, name, session_id, after, booking, "system", reason))


def cancel_all(draft: Draft, session_id: UUID, reason: str | None, by: msg.By) -> None:
    """The session does not take place: everyone is told and refunded in full, the queue ends."""
    state = _state(draft, session_id)
    facts = replace(state.facts, cancelled=True, cancel_reason=reason)
    draft.emit(FactsChanged(draft.new_id(), draft.now, session_id, facts))
    for booking in sorted(state.bookings.values(), key=lambda b: (b.booked_at, b.booking_id)):
        terms = paying.give_back(draft, facts, booking, paying.full_refund(facts, booking, draft.now))
        after = replace(booking, status=BookingStatus.CANCELLED, expires_at=None, terms=terms)
        name = "" if booking.status is BookingStatus.HELD else msg.BookingCancelled.name
        draft.emit(BookingChanged(draft.new_id(), draft.now, name, session_id, after, booking, by, reason))
    waitlist.close(draft, session_id, "cancelled")


def _too_few(state: SessionState, now: datetime) -> bool:
    minimum = state.facts.policy.minimum
    if minimum is None or now >= state.facts.starts_at:
        return False
    return (
        now >= state.facts.starts_at - timedelta(hours=minimum.hours_before)
        and state.seats_taken < minimum.seats
    )


def _finish(draft: Draft, session_id: UUID) -> None:
    state = _state(draft, session_id)
    if not state.facts.policy.mark_attended:
        return
    for booking in sorted(state.bookings.values(), key=lambda b: (b.booked_at, b.booking_id)):
        if booking.status is BookingStatus.CONFIRMED:
            terms = paying.earn(draft, state.facts, booking)
            after = replace(booking, status=BookingStatus.ATTENDED, terms=terms)
            draft.emit(BookingChanged(draft.new_id(), draft.now, "", session_id, after, booking, "system"))


def _looked_at(draft: Draft, session_id: UUID) -> None:
    # A moment that passed without anything to do (a check that found enough people) must not ring again.
    state = _state(draft, session_id)
    if state.due_at is not None and state.due_at <= draft.now:
        draft.emit(SessionSettled(draft.now, session_id))


def _state(draft: Draft, session_id: UUID) -> SessionState:
    state = draft.session(session_id)
    if state is None:
        raise KeyError(f"no session {session_id} to settle")
    return state
