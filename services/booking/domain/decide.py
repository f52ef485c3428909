"""May this command be done, and what happens then? `decide` answers with values; it changes nothing."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from services.booking.domain import refusals
from services.booking.domain.events import BookingCancelled, BookingConfirmed, Event
from services.booking.domain.reference import reference_of
from services.booking.domain.refusals import Refused
from services.booking.domain.state import Booking, SessionState
from shared.messages.booking import BookSession, CancelBooking

Command = BookSession | CancelBooking


Decision = Event | Refused
"""What follows from a command: something happens, or it is refused."""


def decide(state: SessionState | None, command: Command, now: datetime) -> Decision:
    """What becomes of `command` in this state (None: there is no such session of this tenant).

    A booking and its event bear the id of the command they follow from, so deciding again decides the same.
    """
    if state is None:
        return refusals.NO_SUCH_SESSION
    match command:
        case BookSession():
            return _book(state, command, now)
        case CancelBooking():
            return _cancel(state, command, now)
        case _:
            assert_never(command)


def _book(state: SessionState, command: BookSession, now: datetime) -> Decision:
    facts = state.facts
    contact = command.contact
    held = state.bookings.get(contact.customer_id)
    if held is not None:
        return refusals.already_booked(state, held)
    if facts.cancelled:
        return refusals.cancelled(state)
    if now >= facts.starts_at:
        return refusals.started(state)
    if command.party_size > state.seats_left:
        return refusals.full(state, command.party_size)
    booking = Booking(
        booking_id=command.command_id,
        customer_id=contact.customer_id,
        party_size=command.party_size,
        price=facts.price,
        reference=reference_of(command.command_id),
        booked_at=now,
        contact=contact.model_dump_json(exclude_none=True),
    )
    return BookingConfirmed(command.command_id, now, booking)


def _cancel(state: SessionState, command: CancelBooking, now: datetime) -> Decision:
    booking = state.bookings.get(command.customer_id)
    if booking is None or booking.booking_id != command.booking_id:
        return refusals.NO_SUCH_BOOKING
    if now > state.facts.starts_at - state.facts.cancellation_deadline:
        return refusals.too_late_to_cancel(state)
    return BookingCancelled(command.command_id, now, booking)
