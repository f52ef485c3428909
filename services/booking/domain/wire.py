"""How do the domain's facts read on the bus? Events and outcomes as JSON, put together from parts made once.

Building and encoding the messages of `shared.messages.booking` for every command would cost more than deciding and
storing it; a property test holds that what is written here reads as exactly those messages.
"""

from __future__ import annotations

from typing import assert_never
from uuid import UUID

from services.booking.domain.events import BookingCancelled, BookingConfirmed, Event
from services.booking.domain.refusals import Refused
from services.booking.domain.state import Rendered, SessionState
from shared.messages import booking as messages
from shared.messages.booking import (
    BookingStatus,
    BusinessView,
    CommandOutcome,
    NextMove,
    Refusal,
    SessionView,
)

_SEATS_LEFT = '"seats_left":0}'


def render(session: SessionView, business: BusinessView) -> Rendered:
    """The parts that stay the same while the session's version stands (`seats_left` does not)."""
    text = session.model_copy(update={"seats_left": 0}).model_dump_json(exclude_none=True)
    if not text.endswith(_SEATS_LEFT):
        raise AssertionError("seats_left must stay the last field of SessionView")
    return Rendered(text[: -len("0}")], business.model_dump_json(exclude_none=True))


def booking_json(state: SessionState, event: Event) -> str:
    """The event's booking as a `BookingView`; `state` is the one after the event."""
    match event:
        case BookingConfirmed():
            status = BookingStatus.CONFIRMED
        case BookingCancelled():
            status = BookingStatus.CANCELLED
        case _:
            assert_never(event)
    booking = event.booking
    return (
        f'{{"booking_id":"{booking.booking_id}","reference":"{booking.reference}","status":"{status}",'
        f'"party_size":{booking.party_size},"total":{booking.total},'
        f'"session":{state.facts.rendered.session}{state.seats_left}}},'
        f'"booked_at":"{booking.booked_at.isoformat()}"}}'
    )


def event_json(state: SessionState, event: Event, booking: str) -> str:
    """The event as `BookingConfirmed` or `BookingCancelled`; `booking` is its `booking_json`."""
    return (
        f'{{"tenant_id":"{state.facts.tenant_id}","event_id":"{event.event_id}","at":"{event.at.isoformat()}",'
        f'"booking":{booking},"contact":{event.booking.contact},"business":{state.facts.rendered.business}}}'
    )


def event_name(event: Event) -> str:
    """The event's word: subject token and message name."""
    match event:
        case BookingConfirmed():
            return messages.BookingConfirmed.name
        case BookingCancelled():
            return messages.BookingCancelled.name
        case _:
            assert_never(event)


def outcome_json(command_id: UUID, booking: str) -> str:
    """The `CommandOutcome` of a command that was done."""
    return f'{{"command_id":"{command_id}","booking":{booking}}}'


def refusal_outcome(command_id: UUID, refused: Refused) -> CommandOutcome:
    """The outcome of a command that was refused, without the alternatives that are looked up when it is sent."""
    moves = tuple(NextMove(move=move) for move in refused.moves)
    return CommandOutcome(
        command_id=command_id, refusal=Refusal(code=refused.code, sentence=refused.sentence, next=moves)
    )


def with_alternatives(outcome: CommandOutcome, sessions: tuple[SessionView, ...]) -> CommandOutcome:
    """The refusal with other sessions to book as its first next moves."""
    if outcome.refusal is None:
        return outcome
    moves = tuple(NextMove(move="book", session=session) for session in sessions)
    refusal = outcome.refusal.model_copy(update={"next": moves + outcome.refusal.next})
    return outcome.model_copy(update={"refusal": refusal})
