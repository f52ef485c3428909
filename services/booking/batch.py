"""What do these waiting commands lead to, decided in turn? The outcomes, and the rows that one transaction must write.

Pure: states and outcomes come in, rows come out; `store` reads and writes them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.booking.domain import wire
from services.booking.domain.decide import Command, decide
from services.booking.domain.events import Event
from services.booking.domain.evolve import evolve
from services.booking.domain.refusals import WITH_ALTERNATIVES, Refused
from services.booking.domain.state import Booking, SessionFacts, SessionState
from shared import subjects
from shared.messages.booking import BookSession, CommandOutcome
from shared.messages.conversation import ChannelAddress
from shared.outbox import Outgoing

SessionKey = tuple[UUID, UUID]
"""Tenant and session."""

CommandKey = tuple[UUID, UUID]
"""Tenant and command."""


def key_of(command: Command) -> CommandKey:
    """What a command's outcome is stored under."""
    return (command.tenant_id, command.command_id)


def session_of(command: Command) -> SessionKey:
    """The session a command is about."""
    return (command.tenant_id, command.session_id)


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of a command, as JSON. `refused`: the same as a value, when another session may do instead."""

    text: str
    refused: CommandOutcome | None = None

    @classmethod
    def of(cls, outcome: CommandOutcome) -> Answer:
        """The answer with this outcome."""
        elsewhere = outcome.refusal is not None and outcome.refusal.code in WITH_ALTERNATIVES
        return cls(outcome.model_dump_json(exclude_none=True), outcome if elsewhere else None)

    @classmethod
    def stored(cls, text: str) -> Answer:
        """The answer that was stored when the command came for the first time."""
        return cls.of(CommandOutcome.model_validate_json(text))


@dataclass(slots=True)
class BookingRow:
    """A booking made in this batch; `cancelled_at` when it was also cancelled in it."""

    facts: SessionFacts
    booking: Booking
    address: ChannelAddress
    cancelled_at: datetime | None = None


@dataclass(slots=True)
class Batch:
    """Decides commands one after another on top of `states` (None: no such session) and collects what to write.

    `before` are the versions that the decisions rest on: a write is only valid while all of them stand.
    """

    states: dict[SessionKey, SessionState | None]
    before: dict[SessionKey, int] = field(default_factory=dict)
    answers: dict[CommandKey, Answer] = field(default_factory=dict)
    booked: dict[UUID, BookingRow] = field(default_factory=dict)
    cancelled: dict[UUID, tuple[UUID, datetime]] = field(default_factory=dict)
    outgoing: dict[CommandKey, Outgoing] = field(default_factory=dict)

    def decide(self, command: Command, now: datetime) -> None:
        """Decide one command after all earlier ones; one that was already decided here keeps its answer."""
        key = key_of(command)
        if key in self.answers:
            return
        session = session_of(command)
        state = self.states[session]
        if state is not None:
            self.before.setdefault(session, state.version)
        decided = decide(state, command, now)
        if isinstance(decided, Refused):
            self.answers[key] = Answer.of(wire.refusal_outcome(command.command_id, decided))
        else:
            assert state is not None  # noqa: S101  # nothing happens to a session that is not there
            self._apply(key, session, command, evolve(state, decided), decided)

    def _apply(
        self, key: CommandKey, session: SessionKey, command: Command, state: SessionState, event: Event
    ) -> None:
        self.states[session] = state
        booking = event.booking
        tenant_id, command_id = key
        if isinstance(command, BookSession):
            self.booked[booking.booking_id] = BookingRow(state.facts, booking, command.contact.address)
        elif (row := self.booked.get(booking.booking_id)) is not None:
            row.cancelled_at = event.at
        else:
            self.cancelled[booking.booking_id] = (tenant_id, event.at)
        view = wire.booking_json(state, event)
        self.answers[key] = Answer(wire.outcome_json(command_id, view))
        self.outgoing[key] = Outgoing(
            tenant_id,
            event.event_id,
            subjects.event("booking", tenant_id, booking.booking_id, wire.event_name(event)),
            wire.event_json(state, event, view).encode(),
        )
