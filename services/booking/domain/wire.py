"""How do the domain's facts read on the bus? Events and outcomes as JSON, put together from parts made once.

Building and encoding the messages of `shared.messages.booking` for every command would cost more than deciding and
storing it; a property test holds that what is written here reads as exactly those messages.
"""

from __future__ import annotations

import json
from uuid import UUID

from services.booking.domain.events import BookingChanged, BookingMoved, EntryChanged
from services.booking.domain.refusals import Refused
from services.booking.domain.state import PLAIN, Booking, Entry, Rendered, SessionFacts, SessionState
from shared.messages import booking as messages
from shared.messages.booking import BusinessView, CommandOutcome, NextMove, Refusal, SessionView

_SEATS_LEFT = '"seats_left":0}'


def render(session: SessionView, business: BusinessView) -> Rendered:
    """The parts that stay the same while the session's version stands (`seats_left` does not)."""
    text = session.model_copy(update={"seats_left": 0}).model_dump_json(exclude_none=True)
    if not text.endswith(_SEATS_LEFT):
        raise AssertionError("seats_left must stay the last field of SessionView")
    return Rendered(text[: -len("0}")], business.model_dump_json(exclude_none=True))


def session_json(facts: SessionFacts, seats_left: int) -> str:
    """The session as a `SessionView`."""
    return f"{facts.rendered.session}{seats_left}}}"


def session_view(state: SessionState) -> SessionView:
    """The session as the contract's value."""
    return SessionView.model_validate_json(session_json(state.facts, state.seats_left))


def booking_json(state: SessionState, booking: Booking) -> str:
    """A booking of this session as a `BookingView`; `state` is the one after what happened."""
    text = (
        f'{{"booking_id":"{booking.booking_id}","reference":"{booking.reference}","status":"{booking.status}",'
        f'"party_size":{booking.party_size},"total":{booking.total},'
        f'"session":{state.facts.rendered.session}{state.seats_left}}},'
        f'"booked_at":"{booking.booked_at.isoformat()}"'
    )
    if booking.terms is PLAIN and booking.expires_at is None:
        return text + "}"
    return f"{text}{_terms(booking)}}}"


def event_json(state: SessionState, event: BookingChanged | BookingMoved, view: str = "") -> str:
    """A booking's event as the message of its name; `state` is the one after it, `view` its `booking_json` if known."""
    booking = event.booking
    text = (
        f'{{"tenant_id":"{state.facts.tenant_id}","event_id":"{event.event_id}","at":"{event.at.isoformat()}",'
        f'"booking":{view or booking_json(state, booking)},"contact":{booking.contact},"business":{state.facts.rendered.business}'
    )
    return f"{text}{_more(event)}}}"


def entry_json(state: SessionState, entry: Entry) -> str:
    """A waitlist entry as a `WaitlistEntryView`."""
    position = next((n for n, e in enumerate(state.queue, 1) if e.entry_id == entry.entry_id), None)
    more = f',"position":{position}' if position is not None and entry.status == "waiting" else ""
    if entry.offer_expires_at is not None and entry.status == "offered":
        more += f',"offer_expires_at":"{entry.offer_expires_at.isoformat()}"'
    return (
        f'{{"entry_id":"{entry.entry_id}","session":{session_json(state.facts, state.seats_left)},'
        f'"party_size":{entry.party_size},"status":"{entry.status}"{more}}}'
    )


def entry_event_json(state: SessionState, event: EntryChanged) -> str:
    """A waitlist entry's event as the message of its name."""
    entry = event.entry
    more = f',"reason":{json.dumps(event.reason)}' if event.reason else ""
    if event.name == messages.OfferMade.name and entry.booking_id is None:
        more += ',"held":false'
    return (
        f'{{"tenant_id":"{state.facts.tenant_id}","event_id":"{event.event_id}","at":"{event.at.isoformat()}",'
        f'"entry":{entry_json(state, entry)},"contact":{entry.contact},"business":{state.facts.rendered.business}{more}}}'
    )


def outcome_json(command_id: UUID, booking: str) -> str:
    """The `CommandOutcome` of a command that led to this booking."""
    return f'{{"command_id":"{command_id}","booking":{booking}}}'


def refusal_outcome(command_id: UUID, refused: Refused) -> CommandOutcome:
    """The outcome of a command that was refused, without the alternatives that are looked up when it is sent."""
    return CommandOutcome(command_id=command_id, refusal=refusal_of(refused))


def refusal_of(refused: Refused) -> Refusal:
    """The refusal as the contract's value."""
    moves = tuple(NextMove(move=move) for move in refused.moves)
    return Refusal(code=refused.code, sentence=refused.sentence, next=moves)


def with_moves(outcome: CommandOutcome, moves: tuple[NextMove, ...]) -> CommandOutcome:
    """The refusal with these as its first next moves."""
    if outcome.refusal is None:
        return outcome
    refusal = outcome.refusal.model_copy(update={"next": moves + outcome.refusal.next})
    return outcome.model_copy(update={"refusal": refusal})


def _terms(booking: Booking) -> str:
    terms = booking.terms
    parts = [f',"method":"{terms.method}"'] if terms is not PLAIN else []
    if terms.attendees:
        parts.append(f',"attendees":{json.dumps(terms.attendees)}')
    for name, value in (
        ("paid", terms.paid), ("fee", terms.fee), ("refund", terms.refunded), ("credits", terms.credits),
    ):  # fmt: skip
        if value:
            parts.append(f',"{name}":{value}')
    if booking.expires_at is not None:
        parts.append(f',"expires_at":"{booking.expires_at.isoformat()}"')
    if terms.pay_link is not None:
        parts.append(f',"pay_link":{json.dumps(terms.pay_link)}')
    return "".join(parts)


def _more(event: BookingChanged | BookingMoved) -> str:
    if isinstance(event, BookingMoved):
        return f',"previous":{session_json(event.from_facts, 0)}'
    text = f',"cancelled_by":"{event.by}"' if event.name == messages.BookingCancelled.name else ""
    if event.reason is not None:
        text += f',"reason":{json.dumps(event.reason)}'
    if event.from_waitlist:
        text += ',"from_waitlist":true'
    if event.previous is not None:
        text += f',"previous":{session_json(event.previous, 0)},"changed":{json.dumps(event.changed)}'
    if event.name == messages.PaymentChanged.name:
        text += f',"status":{json.dumps(event.reason)},"amount":{event.amount}'
    return text
