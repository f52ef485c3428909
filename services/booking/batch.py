"""What do these waiting commands lead to, decided in turn? The outcomes, and the rows that one transaction must write.

Pure: states and outcomes come in, rows come out; `store` reads and writes them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.booking.domain import wire
from services.booking.domain.decide import Command, decide
from services.booking.domain.events import BookingCancelled, BookingConfirmed
from services.booking.domain.evolve import evolve
from services.booking.domain.state import Booking, SessionState
from shared import subjects
from shared.messages.booking import BookingStatus, CommandOutcome
from shared.outbox import Outgoing

SessionKey = tuple[UUID, UUID]
"""Tenant and session."""

CommandKey = tuple[UUID, UUID]
"""Tenant and command."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of a command as bytes to send. `refused`: the same, when other sessions may be worth a look."""

    payload: bytes
    refused: CommandOutcome | None = None


@dataclass(slots=True)
class BookingRow:
    """A booking made in this batch; `cancelled_at` when it was cancelled in the same one."""

    state: SessionState
    booking: Booking
    cancelled_at: datetime | None = None


@dataclass(slots=True)
class Batch:
    """Decides commands one after another on top of `states` (None: no such session) and collects what to write.

    `before` are the versions that decisions rest on; a write is only valid while all of them still stand.
    """

    states: dict[SessionKey, SessionState | None]
    before: dict[SessionKey, int] = field(default_factory=dict)
    answers: dict[CommandKey, Answer] = field(default_factory=dict)
    booked: dict[UUID, BookingRow] = field(default_factory=dict)
    cancelled: dict[UUID, tuple[UUID, datetime]] = field(default_factory=dict)
    outgoing: list[Outgoing] = field(default_factory=list)

    def decide(self, command: Command, now: datetime) -> Answer:
        """The outcome of one command, seen after all earlier ones; a repeated command gets its first outcome."""
        command_key = (command.tenant_id, command.command_id)
        if (answered := self.answers.get(command_key)) is not None:
            return answered
        key = (command.tenant_id, command.session_id)
        state = self.states[key]
        if state is not None:
            self.before.setdefault(key, state.version)
        decision = decide(state, command, now)
        if decision.refusal is not None:
            outcome = CommandOutcome(
                command_id=command.command_id, refusal=wire.refusal_message(decision.refusal)
            )
        else:
            assert state is not None and decision.event is not None  # noqa: S101  # decide answers one or the other
            outcome = self._apply(key, evolve(state, decision.event), command.command_id, decision.event)
        answer = Answer(outcome.model_dump_json(exclude_none=True).encode(), outcome if outcome.refusal else None)
        self.answers[command_key] = answer
        return answer

    def _apply(
        self,
        key: SessionKey,
        state: SessionState,
        command_id: UUID,
        event: BookingConfirmed | BookingCancelled,
    ) -> CommandOutcome:
        self.states[key] = state
        booking = event.booking
        if isinstance(event, BookingConfirmed):
            self.booked[booking.booking_id] = BookingRow(state, booking)
        elif (row := self.booked.get(booking.booking_id)) is not None:
            row.cancelled_at = event.at
        else:
            self.cancelled[booking.booking_id] = (key[0], event.at)
        message = wire.event_message(state, event)
        self.outgoing.append(
            Outgoing(
                key[0],
                event.event_id,
                subjects.event("booking", key[0], booking.booking_id, message.name),
                message.encode(),
            )
        )
        return CommandOutcome(command_id=command_id, booking=message.booking)


def status_of(row: BookingRow) -> BookingStatus:
    """The status that the row is written with."""
    return BookingStatus.CONFIRMED if row.cancelled_at is None else BookingStatus.CANCELLED
