"""How do the domain's facts read on the bus? Domain values → messages, and messages → bytes."""

from __future__ import annotations

from typing import assert_never

from services.booking.domain.events import BookingCancelled, BookingConfirmed, Event
from services.booking.domain.refusals import Refused
from services.booking.domain.state import Booking, SessionState
from shared.messages import booking as messages
from shared.messages.booking import BookingStatus, BookingView, CommandOutcome, NextMove, Refusal, SessionView


def session_view(state: SessionState) -> SessionView:
    """The session as a customer sees it."""
    facts = state.facts
    return SessionView(
        session_id=facts.session_id,
        service_id=facts.service_id,
        service_name=facts.service_name,
        staff_id=facts.staff_id,
        staff_name=facts.staff_name,
        starts_at=facts.starts_at,
        ends_at=facts.ends_at,
        timezone=facts.business.timezone,
        local=facts.local,
        price=facts.price,
        currency=facts.business.currency,
        capacity=facts.capacity,
        seats_left=state.seats_left,
    )


def booking_view(state: SessionState, booking: Booking, status: BookingStatus) -> BookingView:
    """The booking with its session in `state` (the one after the event)."""
    return BookingView(
        booking_id=booking.booking_id,
        reference=booking.reference,
        status=status,
        party_size=booking.party_size,
        total=booking.total,
        session=session_view(state),
        booked_at=booking.booked_at,
    )


def event_message(state: SessionState, event: Event) -> messages.BookingEvent:
    """The event as other services read it; `state` is the one after it."""
    match event:
        case BookingConfirmed():
            kind: type[messages.BookingConfirmed | messages.BookingCancelled] = messages.BookingConfirmed
            status = BookingStatus.CONFIRMED
        case BookingCancelled():
            kind, status = messages.BookingCancelled, BookingStatus.CANCELLED
        case _:
            assert_never(event)
    return kind(
        tenant_id=state.facts.tenant_id,
        event_id=event.event_id,
        at=event.at,
        booking=booking_view(state, event.booking, status),
        contact=event.booking.contact,
        business=state.facts.business,
    )


def refusal_message(refused: Refused) -> Refusal:
    """The refusal, without the alternatives that are looked up when it is sent."""
    return Refusal(
        code=refused.code,
        sentence=refused.sentence,
        next=tuple(NextMove(move=move) for move in refused.moves),
    )


def with_alternatives(outcome: CommandOutcome, sessions: tuple[SessionView, ...]) -> CommandOutcome:
    """The refusal with other sessions to book as its first next moves."""
    if outcome.refusal is None:
        return outcome
    moves = tuple(NextMove(move="book", session=session) for session in sessions)
    refusal = outcome.refusal.model_copy(update={"next": moves + outcome.refusal.next})
    return outcome.model_copy(update={"refusal": refusal})
