"""What is said to a message? Its words go to the model; a polite word when there is no answer in time or anything fails."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services.agent import phrases
from services.agent.business import language_of_business
from services.agent.intake import Canned, Prompt, Silence, heard, read
from services.agent.journal import TRANSCRIPT, Journal
from services.agent.known import Known
from services.agent.phrases import Phrase
from services.agent.reply import Reply
from services.agent.running import Running
from services.agent.speaker import Spoken, by_hand, canned, overheard
from services.agent.tools import Bookings
from services.agent.typing_sign import TypingSign, nobody
from services.agent.voice import Voice
from shared.actors.mailboxes import ChooseAgain
from shared.db import is_transient
from shared.errors import Unanswered, outline
from shared.messages.conversation import EchoContent, MessageReceived, VoiceContent
from shared.telemetry import get_logger


class Speaker(Protocol):
    """Whatever answers a prompt: the agent with its model (`services.agent.speaker`)."""

    async def answer(
        self, prompt: Prompt, message: MessageReceived, known: Known, journal: Journal
    ) -> Spoken:
        """The answer to the customer's words. Raises `ModelFailed` or what the tools raise."""


@dataclass(frozen=True, slots=True)
class Answering:
    """Answers messages. `deadline` in seconds bounds one try."""

    speaker: Speaker
    bookings: Bookings
    voice: Voice
    deadline: float
    running: Running = field(default_factory=Running)
    typing: TypingSign = field(default_factory=lambda: TypingSign(nobody))

    async def speak(
        self, message: MessageReceived, members: Sequence[MessageReceived], known: Known, journal: Journal
    ) -> Spoken:
        """The answer to `message`, which stands for these members (none: the try may not be given up).

        Raises `ChooseAgain` when the customer wrote more before anything was written, and what is transient.
        """
        try:
            async with asyncio.timeout(self.deadline) as limit:
                with self.typing.on(message):
                    if not members:
                        return await self._answer(message, known, journal)
                    with self.running.turn(members, journal, limit):
                        spoken = await self._answer(message, known, journal)
            if not journal.abandoned:
                return spoken
        except Exception as error:  # noqa: BLE001  # whatever it is, `_excuse` answers it or raises it again
            if not journal.abandoned:
                return await self._excuse(message, known, journal, error, expired=limit.expired())
        await journal.quiet()
        raise ChooseAgain

    async def listen_in(self, message: MessageReceived, journal: Journal) -> Spoken:
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

    async def apology(
        self, message: MessageReceived, known: Known, phrase: Phrase, error: Exception
    ) -> Spoken:
        """That we cannot answer, in the conversation's language."""
        get_logger("agent").error("turn_failed", message_id=str(message.message_id), error=outline(error))
        text = phrases.of(phrase, await self.language(message, known))
        return canned("[a message that could not be answered]", text, outcome="apology")

    async def language(self, message: MessageReceived, known: Known) -> str:
        """What to speak when no model is asked: what was spoken last, else the business's language."""
        if known.language:
            return known.language
        return await language_of_business(self.bookings, message.tenant_id)

    async def _excuse(
        self, message: MessageReceived, known: Known, journal: Journal, error: Exception, *, expired: bool
    ) -> Spoken:
        if journal.undecided and is_transient(error):
            # A booking was sent and nobody knows its outcome: ask again (with its id) rather than say a
            # wrong thing. The delivery is tried again until there is an outcome.
            raise Unanswered("A command has no outcome yet.") from error
        if expired:
            return await self.apology(message, known, Phrase.TOO_SLOW, error)
        if isinstance(error, Unanswered):
            return await self.apology(message, known, Phrase.UNREACHABLE, error)
        if is_transient(error):
            raise error
        return await self.apology(message, known, Phrase.FAILED, error)

    async def _answer(self, message: MessageReceived, known: Known, journal: Journal) -> Spoken:
        if isinstance(message.content, EchoContent):
            return by_hand(message.content.text)
        meant = read(message.content)
        if isinstance(meant, VoiceContent):
            meant = await self._listen(message, meant, journal)
        match meant:
            case Prompt():
                return await self.speaker.answer(meant, message, known, journal)
            case Canned():
                text = meant.reply(await self.language(message, known))
                return canned(meant.said, text, outcome="canned", stuck=meant.stuck)
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
