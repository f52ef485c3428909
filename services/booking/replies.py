"""Who is told what after a commit? Askers get their outcome, other services the events, refusals a way on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID

from services.booking.alternatives import Alternatives
from services.booking.answers import Answer
from services.booking.batch import key_of
from services.booking.domain import wire
from services.booking.domain.refusals import WITH_ALTERNATIVES, WITH_SLOTS
from services.booking.mailbox import Waiting
from services.booking.slot_queries import Slots
from services.booking.writer import Written
from shared.bus import HEADER_REPLY, Bus
from shared.db import is_transient
from shared.errors import Transient
from shared.messages.booking import BookingCommand, BookSlot, CommandOutcome, NextMove, RescheduleToSlot
from shared.outbox import Outgoing, Sender
from shared.tasks import spawn
from shared.telemetry import span

_TRACE_HEADER = "traceparent"


class Replies:
    """Sends answers and events. Whatever gets lost is asked for or sent again, so nothing here is awaited twice."""

    def __init__(self, bus: Bus, sender: Sender, alternatives: Alternatives, slots: Slots) -> None:
        self._bus = bus
        self._sender = sender
        self._alternatives = alternatives
        self._slots = slots
        self._looking: set[asyncio.Task[None]] = set()

    async def send(self, batch: Sequence[Waiting], written: Written) -> None:
        """Answer the askers of this batch and publish what it led to."""
        elsewhere: list[tuple[Waiting, CommandOutcome]] = []
        untraced: list[Outgoing] = []
        for waiting in batch:
            key = key_of(waiting.command)
            headers = waiting.delivery.headers
            if (events := written.outgoing.pop(key, None)) is not None:
                if _TRACE_HEADER in headers:
                    with span(f"booking {waiting.command.name}", headers):
                        await self._sender.publish(events)
                else:
                    untraced.extend(events)
            answer = written.answers.get(key)
            if answer is None or HEADER_REPLY not in headers:
                continue  # it is among the dead letters, or nobody waits for it
            if answer.refused is not None and _has_others(waiting.command, answer.refused):
                elsewhere.append((waiting, answer.refused))
            else:
                await self._reply(waiting, answer)
        await self._sender.publish(untraced)
        if elsewhere:
            # On the side: the next batch does not wait for these reads.
            task = spawn(self._refuse(elsewhere), name="booking refusals")
            self._looking.add(task)
            task.add_done_callback(self._looking.discard)

    async def stop(self) -> None:
        """Let the refusals under way go out."""
        await asyncio.gather(*self._looking, return_exceptions=True)

    async def _reply(self, waiting: Waiting, answer: Answer) -> None:
        try:
            await self._bus.reply_to(waiting.delivery.headers, answer.text.encode())
        except Transient:
            return  # it is stored: the asker asks again

    async def _refuse(self, refused: Sequence[tuple[Waiting, CommandOutcome]]) -> None:
        for waiting, outcome in refused:
            moves = await self._instead(waiting.command)
            await self._reply(waiting, Answer.of(wire.with_moves(outcome, moves)))

    async def _instead(self, command: BookingCommand) -> tuple[NextMove, ...]:
        if isinstance(command, BookSlot | RescheduleToSlot):
            try:
                return await self._slots.alternatives(command)
            except Exception as error:
                if not is_transient(error):
                    raise
                return ()
        party_size = getattr(command, "party_size", 1)
        session_id: UUID = getattr(command, "session_id")  # noqa: B009  # only commands of sessions get here
        found = await self._alternatives.of((command.tenant_id, session_id, party_size))
        return tuple(NextMove(move="book", session=session) for session in found)


def _has_others(command: BookingCommand, outcome: CommandOutcome) -> bool:
    """Whether another slot (of an appointment) or another session may do instead."""
    code = outcome.refusal.code if outcome.refusal is not None else None
    if isinstance(command, BookSlot | RescheduleToSlot):
        return code in WITH_SLOTS
    return code in WITH_ALTERNATIVES and hasattr(command, "session_id")
