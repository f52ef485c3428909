"""Who writes the summary of a long conversation, and when? The model if it can, our own rules if not; never in a turn's way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Protocol

import orjson
from pydantic_ai.messages import ModelMessage, ModelRequest
from pydantic_ai.models import ModelRequestParameters

from services.agent.journal import Step
from services.agent.known import Known
from services.agent.memory import MOST_TURNS, TURNS, Turn
from services.agent.metrics import SUMMARIES
from services.agent.models.costs import Spent, spent_of
from services.agent.models.settings import TurnSettings
from services.agent.models.source import ModelSource
from services.agent.offline import OfflineModel
from services.agent.opened import TurnStore
from services.agent.summary import TOKENS, in_short, shorten, transcript
from shared.db import is_transient
from shared.errors import outline
from shared.messages.conversation import MessageReceived
from shared.tasks import ended, spawn
from shared.telemetry import get_logger

SECONDS = 20.0
VERSION = "summary_v1"


@dataclass(frozen=True, slots=True)
class Written:
    """A summary, and what it cost."""

    text: str
    spent: tuple[Spent, ...] = ()


class Writer(Protocol):
    """Whoever writes a summary."""

    async def write(self, message: MessageReceived, before: str | None, turns: Sequence[Turn]) -> Written:
        """What is to be known of these turns and what was known before. May raise whatever a model raises."""


class ByRules:
    """Our own rules: what was done, told and preferred."""

    async def write(self, message: MessageReceived, before: str | None, turns: Sequence[Turn]) -> Written:
        """See `Writer.write`."""
        return Written(in_short(before, turns))


@dataclass(frozen=True, slots=True)
class ModelWriter:
    """The model that answers for the business; where that is our own, our rules."""

    models: ModelSource

    async def write(self, message: MessageReceived, before: str | None, turns: Sequence[Turn]) -> Written:
        """See `Writer.write`. Raises what the model raises."""
        model = await self.models.of(message.tenant_id)
        if isinstance(model, OfflineModel):
            return Written(in_short(before, turns))
        settings = TurnSettings(
            usher_tenant_id=message.tenant_id,
            usher_conversation_id=message.conversation_id,
            max_tokens=TOKENS,
        )
        response = await model.request(question(before, turns), settings, ModelRequestParameters())
        return Written(response.text or "", spent_of(response))


class Summaries:
    """Keeps conversations short: `consider` each after its turn. What it begins goes on in the background."""

    def __init__(self, store: TurnStore, writer: Writer, *, seconds: float = SECONDS) -> None:
        self._store = store
        self._writer = writer
        self._seconds = seconds
        self._tasks: set[asyncio.Task[None]] = set()

    def consider(self, message: MessageReceived, known: Known) -> None:
        """Begin a summary when the turns that are shown become too many."""
        if len(known.turns) < MOST_TURNS:
            return
        task = spawn(self._summarise(message, known), name="summary")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Wait until what was begun has ended."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def stop(self) -> None:
        """End what was begun; it is begun again after a later turn."""
        await ended(*self._tasks)

    async def _summarise(self, message: MessageReceived, known: Known) -> None:
        places = sorted(known.turns)[:-TURNS]
        turns = [known.turns[place] for place in places]
        written = await self._written(message, known.summary, turns)
        text = shorten(written.text)
        try:
            if written.spent:  # among the steps of the turn that brought it about, where costs are recorded
                step = Step("summary", orjson.dumps(text).decode(), written.spent)
                await self._store.add_steps(message.tenant_id, message.message_id, [step])
            await self._store.summarise(message.tenant_id, message.conversation_id, places[-1], text)
        except Exception as error:
            if not is_transient(error):
                raise
            get_logger("agent").info("summary_not_kept", error=outline(error))

    async def _written(self, message: MessageReceived, before: str | None, turns: Sequence[Turn]) -> Written:
        try:
            async with asyncio.timeout(self._seconds):
                written = await self._writer.write(message, before, turns)
            if written.text.strip():
                SUMMARIES.labels("written").inc()
                return written
        except Exception as error:  # noqa: BLE001  # whatever a model's adapter raises: our own rules always can
            get_logger("agent").info("summary_by_rules", error=outline(error))
        SUMMARIES.labels("by_rules").inc()
        return Written(in_short(before, turns))


def question(before: str | None, turns: Sequence[Turn]) -> list[ModelMessage]:
    """What a model is asked: the summary so far and what was said since, as data."""
    prompt = (files("services.agent") / "prompts" / f"{VERSION}.md").read_text(encoding="utf-8")
    text = f"<before>\n{before or 'nothing'}\n</before>\n<conversation>\n{transcript(turns)}\n</conversation>"
    return [ModelRequest.user_text_prompt(text, instructions=prompt)]
