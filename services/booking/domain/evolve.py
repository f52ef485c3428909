"""What is the session after this fact? `evolve` is total: it never refuses, `decide` already has."""

from __future__ import annotations

from typing import assert_never

from services.booking.domain.events import BookingCancelled, BookingConfirmed, Event
from services.booking.domain.state import SessionState


def evolve(state: SessionState, event: Event) -> SessionState:
    """The state after `event`: seats, bookings, and the version grown by one."""
    booking = event.booking
    match event:
        case BookingConfirmed():
            return SessionState(
                state.facts,
                state.version + 1,
                state.seats_taken + booking.party_size,
                state.bookings.insert(booking.customer_id, booking),
            )
        case BookingCancelled():
            return SessionState(
                state.facts,
                state.version + 1,
                state.seats_taken - booking.party_size,
                state.bookings.discard(booking.customer_id),
            )
        case _:
            assert_never(event)
