"""What is a command's asker told? The outcome as JSON, made from what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never
from uuid import UUID

from services.booking.domain import results, wire
from services.booking.domain.decisions import Decided
from services.booking.domain.events import BookingChanged
from services.booking.domain.refusals import WITH_ALTERNATIVES, WITH_SLOTS, Refused
from services.booking.domain.state import SessionState
from services.booking.domain.world import Draft
from shared.messages.booking import (
    BookingView,
    CommandOutcome,
    Refusal,
    SeriesDate,
    SessionView,
    WaitlistEntryView,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of a command, as JSON. `refused`: the same as a value, when another session or slot may do instead."""

    text: str
    refused: CommandOutcome | None = None

    @classmethod
    def of(cls, outcome: CommandOutcome) -> Answer:
        """The answer with this outcome."""
        elsewhere = outcome.refusal is not None and outcome.refusal.code in WITH_ALTERNATIVES | WITH_SLOTS
        return cls(outcome.model_dump_json(exclude_none=True), outcome if elsewhere else None)

    @classmethod
    def stored(cls, text: str) -> Answer:
        """The answer that was stored when the command came for the first time."""
        return cls.of(CommandOutcome.model_validate_json(text))


def shown_view(decided: Decided) -> str:
    """The booking that the asker is shown, as a `BookingView` in JSON; empty when it is something else."""
    result = decided.result
    if not isinstance(result, results.BookingShown):
        return ""
    event = result.event
    session_id = event.session_id if isinstance(event, BookingChanged) else event.to_session_id
    return wire.booking_json(_state(decided.draft, session_id), event.booking)


def answer_to(command_id: UUID, decided: Decided, view: str) -> Answer:
    """The answer to a command, with the sessions as they are after it; `view` is its `shown_view`."""
    result, draft = decided.result, decided.draft
    if view:
        return Answer(wire.outcome_json(command_id, view))
    if isinstance(result, Refused):
        return Answer.of(wire.refusal_outcome(command_id, result))
    return Answer.of(_outcome(command_id, draft, result))


def _outcome(command_id: UUID, draft: Draft, result: results.Result) -> CommandOutcome:
    match result:
        case results.EntryShown(event, booked):
            state = _state(draft, event.session_id)
            return CommandOutcome(
                command_id=command_id,
                entry=WaitlistEntryView.model_validate_json(wire.entry_json(state, event.entry)),
                booking=BookingView.model_validate_json(wire.booking_json(state, booked.booking))
                if booked
                else None,
            )
        case results.SessionShown(session_id):
            return CommandOutcome(command_id=command_id, session=wire.session_view(_state(draft, session_id)))
        case results.SeriesShown(lines, refused):
            refusal: Refusal | None = wire.refusal_of(refused) if refused else None
            dates = tuple(_date(draft, line) for line in lines)
            return CommandOutcome(command_id=command_id, series=dates, refusal=refusal)
        case results.RequestShown(request_id):
            return CommandOutcome(command_id=command_id, request_id=request_id)
        case results.PassShown(after):
            zone = getattr(draft.world.extras.get(command_id), "timezone", "UTC")
            return CommandOutcome(command_id=command_id, bought=after.view(draft.now, zone))
        case results.Done(word):
            return CommandOutcome(command_id=command_id, done=word)
        case results.BookingShown() | Refused():
            raise AssertionError("answered before")
        case _:
            assert_never(result)


def _date(draft: Draft, line: results.SeriesLine) -> SeriesDate:
    def view(session_id: UUID | None) -> SessionView | None:
        return None if session_id is None else wire.session_view(_state(draft, session_id))

    shown = view(line.session_id)
    return SeriesDate(
        local=shown.local if shown else f"{line.local_start:%a %d %b, %H:%M}",
        session=shown,
        booking_id=line.booking_id,
        conflict=line.conflict,
        nearest=view(line.nearest),
    )


def _state(draft: Draft, session_id: UUID) -> SessionState:
    state = draft.session(session_id)
    if state is None:
        raise KeyError(f"an answer about a session that is not there: {session_id}")
    return state
