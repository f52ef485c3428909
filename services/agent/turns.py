"""What happens with a message, or several at once? One turn: resumed where it was cut off, and ended once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

import orjson
from pydantic_ai.messages import ModelMessage

from services.agent.gather import received
from services.agent.groups import Group
from services.agent.intake import Canned, Prompt, Silence, heard, read
from services.agent.journal import Journal
from services.agent.memory import TURNS, Memory, Turn, dump
from services.agent.metrics import TURN_SECONDS, TURNS_TOTAL
from services.agent.reply import Reply, message_of
from services.agent.speaker import Spoken, by_hand, canned, overheard
from services.agent.store import ClosedTurn, TurnStore
from services.agent.takeover import is_theirs, takeover
from services.agent.tools import Bookings
from services.agent.voice import Voice
from shared import subjects
from shared.actors.delivery import Delivery
from shared.db import is_transient
from shared.errors import Unanswered, outline
from shared.messages.conversation import EchoContent, MessageReceived, VoiceContent
from shared.outbox import Outgoing
from shared.telemetry import get_logger

TOO_SLOW = "Sorry, that is taking too long. Please try again in a minute."
UNREACHABLE = "Sorry, I cannot reach the calendar just now. Please try again in a minute."
FAILED = "Sorry, something went wrong on my side. Please say that again, or call us."

TRANSCRIPT = "transcript"
"""The step that writes a voice note down."""

Publish = Callable[[Sequence[Outgoing]], Awaitable[None]]
Clock = Callable[[], datetime]


class Speaker(Protocol):
    """Whatever answers a prompt: the agent with its model (`services.agent.speaker`)."""

    async def answer(
        self, prompt: Prompt, message: MessageReceived, history: list[ModelMessage], journal: Journal
    ) -> Spoken:
        """The answer to the customer's words. Raises `ModelFailed` or what the tools raise."""


@dataclass(frozen=True, slots=True)
class Turns:
    """Runs turns. `deadline` in seconds bounds one try; `publish` is called after the commit. `takeover_hours`: how
    long a person of the business answers after they have written by hand."""

    store: TurnStore
    speaker: Speaker
    bookings: Bookings
    voice: Voice
    memory: Memory
    publish: Publish
    clock: Clock
    deadline: float
    takeover_hours: float

    async def handle(self, delivery: Delivery) -> None:
        """A delivery of INBOUND. Returns when the turn has ended and its replies are committed.

        Raises what is transient (the delivery is tried again), and `Poison` for what is no message.
        """
        await self.run(received(delivery))

    async def handle_together(self, deliveries: Sequence[Delivery]) -> None:
        """Deliveries of one conversation that get one turn; as `handle`."""
        await self.run(*(received(delivery) for delivery in deliveries))

    async def run(self, *messages: MessageReceived) -> None:
        """The turn of these messages, or what is left of it.

        One turn, unless some were part of another before a restart: that one is ended first, and they are left out.
        """
        left = list(messages)
        while left:
            answered = await self._turn(Group(tuple(left)))
            left = [message for message in left if message.message_id not in answered]

    async def _turn(self, group: Group) -> Collection[UUID]:
        """End the turn of this group, or the one that some of it had before; the ids it answers."""
        history = self.memory.recall(group.message.conversation_id)
        change = takeover(group.message, self.takeover_hours)
        opened = await self.store.open(group, change, history=TURNS if history is None else 0)
        if opened.done:
            # Its answer is committed; what the gateway has not confirmed is published again.
            await self.publish(opened.unconfirmed)
            return opened.answers
        message = opened.message
        if history is None:
            history = self.memory.learn(message.conversation_id, opened.history)
        journal = Journal(self.store, message.tenant_id, message.message_id, opened.steps)
        with TURN_SECONDS.time():
            # What we had begun to do is ended by us, whoever has taken over meanwhile.
            begun = opened.steps.keys() - {TRANSCRIPT}
            if is_theirs(message, opened.human_until) and not begun:
                spoken = await self._listen_in(message, journal)
            else:
                spoken = await self._speak(message, history, journal)
        await self._end(message, spoken)
        return opened.answers

    async def _listen_in(self, message: MessageReceived, journal: Journal) -> Spoken:
        """Nothing to say: a person of the business answers. What was said is kept, so that we know it afterwards."""
        if isinstance(message.content, EchoContent):
            return by_hand(message.content.text)
        meant = read(message.content)
        if isinstance(meant, VoiceContent):
            try:
                async with asyncio.timeout(self.deadline):
                    meant = await self._listen(message, meant, journal)
            except Exception as error:  # noqa: BLE001  # nobody waits for us: its words are left out
                get_logger("agent").warning("voice_left_out", error=outline(error))
                return overheard("[sent: a voice note]")
        match meant:
            case Prompt():
                return overheard(meant.text)
            case Canned():
                return overheard(meant.said)
            case Silence():
                return Spoken(reply=Reply(), messages=[], outcome="silent")

    async def _speak(self, message: MessageReceived, history: list[ModelMessage], journal: Journal) -> Spoken:
        """The answer; a polite one when there is none in time or anything fails."""
        try:
            async with asyncio.timeout(self.deadline) as limit:
                return await self._answer(message, history, journal)
        except Exception as error:
            if journal.undecided and is_transient(error):
                # A booking was sent and nobody knows its outcome: ask again (with its id) rather than say a
                # wrong thing. The delivery is tried again until there is an outcome.
                raise Unanswered("A command has no outcome yet.") from error
            if limit.expired():
                return self._apology(message, TOO_SLOW, error)
            if isinstance(error, Unanswered):
                return self._apology(message, UNREACHABLE, error)
            if is_transient(error):
                raise
            return self._apology(message, FAILED, error)

    async def _answer(
        self, message: MessageReceived, history: list[ModelMessage], journal: Journal
    ) -> Spoken:
        if isinstance(message.content, EchoContent):
            return by_hand(message.content.text)
        meant = read(message.content)
        if isinstance(meant, VoiceContent):
            meant = await self._listen(message, meant, journal)
        match meant:
            case Prompt():
                return await self.speaker.answer(meant, message, history, journal)
            case Canned():
                return canned(meant.said, meant.reply, outcome="canned")
            case Silence():
                return Spoken(reply=Reply(), messages=[], outcome="silent")

    async def _listen(
        self, message: MessageReceived, content: VoiceContent, journal: Journal
    ) -> Prompt | Canned:
        """The words of a voice note, written down once."""

        async def write_down() -> str | None:
            catalogue = await self.bookings.catalogue(message.tenant_id)
            names = (*(s.name for s in catalogue.services), *(p.name for p in catalogue.staff))
            return await self.voice.words(message, content, names)

        return heard(await journal.once(TRANSCRIPT, write_down))

    def _apology(self, message: MessageReceived, text: str, error: Exception) -> Spoken:
        get_logger("agent").error("turn_failed", message_id=str(message.message_id), error=outline(error))
        return canned("[a message that could not be answered]", text, outcome="apology")

    async def _end(self, message: MessageReceived, spoken: Spoken) -> None:
        try:
            outgoing = await self._close(message, spoken)
        except Exception as error:
            if is_transient(error):
                raise
            # An answer that is no message or cannot be stored would end in the dead letters, without a word.
            spoken = self._apology(message, FAILED, error)
            outgoing = await self._close(message, spoken)
        TURNS_TOTAL.labels(spoken.outcome).inc()
        await self.publish(outgoing)

    async def _close(self, message: MessageReceived, spoken: Spoken) -> list[Outgoing]:
        """End the turn with this answer; what is to be published then."""
        replies = [] if spoken.reply.silent else [message_of(spoken.reply, message, 0)]
        subject = subjects.outbound(message.sender.channel, message.tenant_id, message.conversation_id)
        outgoing = [Outgoing(message.tenant_id, r.message_id, subject, r.encode()) for r in replies]
        turn: Turn = spoken.messages
        closed = ClosedTurn(
            messages=dump(turn),
            replies=orjson.dumps([r.model_dump(mode="json", exclude_none=True) for r in replies]).decode(),
            language=spoken.language,
        )
        try:
            await self.store.close(message, closed, outgoing, self.clock())
        except BaseException:
            self.memory.forget(message.conversation_id)
            raise
        self.memory.add(message.conversation_id, turn)
        return outgoing
