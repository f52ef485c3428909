"""Why not, in words, and what else can be done? Every refusal of a booking command is made here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from services.booking.domain.state import Booking, SessionState
from shared.messages.booking import RefusalCode

Move = Literal["my_bookings", "contact_business"]

WITH_ALTERNATIVES = frozenset(
    {RefusalCode.SESSION_FULL, RefusalCode.SESSION_STARTED, RefusalCode.SESSION_CANCELLED}
)
"""Refusals whose next move is another session; which one has room is looked up when the answer is sent."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A command changed nothing: a stable code, a sentence for people, and what can be done instead."""

    code: RefusalCode
    sentence: str
    moves: tuple[Move, ...] = ()


NO_SUCH_SESSION = Refused(RefusalCode.NOT_FOUND, "There is no such session.")
NO_SUCH_BOOKING = Refused(
    RefusalCode.NOT_FOUND, "You have no such booking that could be cancelled.", ("my_bookings",)
)


def full(state: SessionState, party_size: int) -> Refused:
    """No room for the whole party."""
    left = state.seats_left
    name = _named(state)
    if left <= 0:
        return Refused(RefusalCode.SESSION_FULL, f"{name} is full.")
    places = "is only 1 place" if left == 1 else f"are only {left} places"
    return Refused(RefusalCode.SESSION_FULL, f"There {places} left in {name}, not {party_size}.")


def started(state: SessionState) -> Refused:
    """Booking closes when the session starts."""
    return Refused(RefusalCode.SESSION_STARTED, f"{_named(state)} has already started.")


def cancelled(state: SessionState) -> Refused:
    """The business cancelled the session."""
    return Refused(RefusalCode.SESSION_CANCELLED, f"{_named(state)} does not take place.")


def already_booked(state: SessionState, booking: Booking) -> Refused:
    """One booking per customer and session."""
    places = "a place" if booking.party_size == 1 else f"{booking.party_size} places"
    return Refused(
        RefusalCode.ALREADY_BOOKED,
        f"You already have {places} in {_named(state)} (reference {booking.reference}).",
        ("my_bookings",),
    )


def too_late_to_cancel(state: SessionState) -> Refused:
    """The cancellation deadline of the service has passed."""
    minutes = int(state.facts.cancellation_deadline.total_seconds()) // 60
    return Refused(
        RefusalCode.TOO_LATE_TO_CANCEL,
        f"{_named(state)} could be cancelled until {_duration(minutes)} before the start.",
        ("contact_business",),
    )


def _named(state: SessionState) -> str:
    return f"{state.facts.service_name}, {state.facts.local},"


def _duration(minutes: int) -> str:
    if minutes % 60:
        return f"{minutes} minutes"
    return "1 hour" if minutes == 60 else f"{minutes // 60} hours"
