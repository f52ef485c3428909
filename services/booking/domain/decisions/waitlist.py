"""May this customer join the queue, leave it, or take what they were offered? Who gets what is `promotion`'s question;
its functions are also offered here, since this is what the rest of the engine knows of the waitlist."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.booking.domain import refusals
from services.booking.domain.decisions import booking, promotion, queueing, waiting
from services.booking.domain.decisions.promotion import close, follow, given_up, lapse_offers, serve
from services.booking.domain.decisions.waiting import why_waiting
from services.booking.domain.events import BookingChanged, EntryChanged
from services.booking.domain.refusals import Refused
from services.booking.domain.results import BookingShown, EntryShown, Result
from services.booking.domain.state import Entry, SessionState
from services.booking.domain.world import Draft
from shared.messages import booking as msg
from shared.messages.booking import BookingStatus

__all__ = [
    "EndedEntry",
    "answer_offer",
    "close",
    "follow",
    "given_up",
    "join_waitlist",
    "lapse_offers",
    "leave_waitlist",
    "serve",
    "why_waiting",
]


@dataclass(frozen=True, slots=True)
class EndedEntry:
    """What `LeaveWaitlist` and `AnswerOffer` need (as extra) when the entry is no longer in the queue: how it ended."""

    customer_id: UUID
    status: str  # accepted, declined, expired, withdrawn


def join_waitlist(draft: Draft, command: msg.JoinWaitlist) -> Result:
    """Queue for a session that has no room for the party now. Once per customer and session."""
    state = draft.session(command.session_id)
    if state is None:
        return refusals.NO_SUCH_SESSION
    customer_id = command.contact.customer_id
    mine = state.bookings.get(customer_id)
    if mine is not None:
        return refusals.already_booked(state, mine)
    waits = state.entry_of(customer_id)
    if waits is not None:
        return refusals.already_waiting(state.facts, waits)
    account = draft.account(customer_id)
    refused = waiting.stopped(state, draft.now) or waiting.may_wait(
        account, state.facts, command.party_size, command.method
    )
    if refused is not None:
        return refused
    if command.party_size <= state.seats_left:
        return refusals.seats_free(state.facts)
    entry = Entry(
        draft.new_id(),
        customer_id,
        command.party_size,
        command.priority,
        draft.now,
        command.contact.model_dump_json(exclude_none=True),
        method=command.method,
    )
    event = EntryChanged(entry.entry_id, draft.now, "", state.facts.session_id, entry)
    draft.emit(event)
    return EntryShown(event)


def leave_waitlist(draft: Draft, command: msg.LeaveWaitlist) -> Result:
    """Leave the queue; a place that was kept goes to the next in line."""
    state = draft.session(command.session_id)
    if state is None:
        return refusals.NO_SUCH_SESSION
    entry = _own(state, command.entry_id, command.customer_id)
    if entry is None:
        return _gone(draft, state, command.entry_id, command.customer_id)
    if _has_place(state, entry):
        return refusals.wrong_state("You already have this place: cancel the booking if you do not want it.")
    return EntryShown(promotion.leave(draft, command.session_id, entry))


def answer_offer(draft: Draft, command: msg.AnswerOffer) -> Result:
    """Take or decline what was offered. The first answer counts; one that comes too late is told so."""
    state = draft.session(command.session_id)
    if state is None:
        return refusals.NO_SUCH_SESSION
    entry = _own(state, command.entry_id, command.customer_id)
    if entry is None:
        return _gone(draft, state, command.entry_id, command.customer_id)
    if _has_place(state, entry):
        return refusals.wrong_state("You already have this place.")
    if entry.offered_at is None:
        return refusals.wrong_state("No place has been offered to you yet: you are still waiting.")
    if (
        entry.status == "offered"
        and entry.offer_expires_at is not None
        and entry.offer_expires_at <= draft.now
    ):
        return refusals.offer_expired(state.facts)
    if not command.accept:
        if entry.status != "offered":
            return refusals.wrong_state("The place has gone to somebody else: you are still waiting.")
        return EntryShown(promotion.leave(draft, command.session_id, entry, "declined"))
    if draft.account(entry.customer_id).blocked:
        return refusals.BLOCKED
    return _accept(draft, state, entry, command)


def _accept(draft: Draft, state: SessionState, entry: Entry, command: msg.AnswerOffer) -> Result:
    held = queueing.kept(state, entry)
    if held is not None and held.status is not BookingStatus.HELD:
        return refusals.wrong_state(
            "You have already taken this place: it waits for its payment or approval."
        )
    shown: Refused | Result
    if held is not None:
        shown = booking.firm_up(draft, state, held, command.method, None)
    elif entry.status == "offered" and entry.booking_id is not None:
        return refusals.offer_expired(state.facts)
    else:
        # Told to many at once, or offered before: no place is kept, so it is whoever comes first.
        shown = booking.place(draft, state, waiting.wish_of(entry, command.method))
    if not isinstance(shown, BookingShown) or not isinstance(shown.event, BookingChanged):
        return shown
    event = promotion.took(draft, command.session_id, entry, shown.event)
    promotion.serve(draft, command.session_id)
    return EntryShown(event, shown.event)


def _own(state: SessionState, entry_id: UUID, customer_id: UUID) -> Entry | None:
    entry = state.entry(entry_id)
    return entry if entry is not None and entry.customer_id == customer_id else None


def _has_place(state: SessionState, entry: Entry) -> bool:
    mine = state.bookings.get(entry.customer_id)
    return mine is not None and mine.status is BookingStatus.CONFIRMED


def _gone(draft: Draft, state: SessionState, entry_id: UUID, customer_id: UUID) -> Refused:
    """Why an entry is not in the queue: it may have ended a moment ago, in this decision, or long before."""
    ended = draft.world.extras.get(draft.command_id)
    status, whose = (ended.status, ended.customer_id) if isinstance(ended, EndedEntry) else ("", None)
    for event in draft.events:
        if isinstance(event, EntryChanged) and event.entry.entry_id == entry_id:
            status, whose = event.entry.status, event.entry.customer_id
    if whose != customer_id:
        return refusals.NO_SUCH_ENTRY
    if state.facts.cancelled:
        return refusals.cancelled(state)
    if draft.now >= state.facts.starts_at:
        return refusals.started(state)
    if status == "expired":
        return refusals.offer_expired(state.facts)
    if status == "accepted":
        return refusals.wrong_state("You already have this place.")
    return refusals.wrong_state("You have left this waitlist; join it again if you want to wait.")
