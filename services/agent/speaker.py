"""How does a prompt become an answer? The agent's model and tools, run once, with what the turn knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from pydantic_ai.messages import ModelRequest, ModelResponse, TextContent, TextPart, ToolCallPart
from pydantic_ai.models import Model
from pydantic_ai.toolsets import AbstractToolset

from services.agent.facts import Facts, facts_of
from services.agent.handoff import APOLOGY
from services.agent.intake import Prompt
from services.agent.journal import Journal
from services.agent.known import Known
from services.agent.memory import Turn
from services.agent.models.source import ModelSource
from services.agent.offline import OfflineModel
from services.agent.offline.plan import hear
from services.agent.replay import TurnDeps
from services.agent.reply import Reply
from services.agent.runs import Ask, Runner
from services.agent.tenant_tools import TenantTools
from services.agent.tools import TurnContext
from services.agent.tools.spec import Ports
from shared import ids
from shared.messages.booking import Contact
from shared.messages.conversation import MessageReceived

TALK_TO_HUMAN = "talk_to_human"


@dataclass(frozen=True, slots=True)
class Spoken:
    """The answer of a turn, its messages for the history, and how it came about (a metric's label)."""

    reply: Reply
    messages: Turn
    outcome: str = "answered"
    language: str | None = None
    said: str = ""

    @property
    def stuck(self) -> bool:
        """Whether the answer is of no help."""
        return self.outcome == "apology" or self.reply.stuck

    @property
    def called(self) -> bool:
        """Whether the model called a person of the business."""
        return any(
            isinstance(part, ToolCallPart) and part.tool_name == TALK_TO_HUMAN
            for message in self.messages
            for part in message.parts
        )

    def with_words(self, text: str) -> Spoken:
        """The same answer with something said after it, in the history as well."""
        reply = self.reply.model_copy(update={"text": f"{self.reply.text}\n\n{text}".strip()})
        return replace(self, reply=reply, messages=[*self.messages, ModelResponse(parts=[TextPart(text)])])


def canned(said: str, text: str, *, outcome: str, stuck: bool = False) -> Spoken:
    """An answer without a model, in the history like any other. `stuck`: it is of no help."""
    metadata = {APOLOGY: True} if stuck or outcome == "apology" else None
    turn: Turn = [
        ModelRequest.user_text_prompt(said),
        ModelResponse(parts=[TextPart(text)], metadata=metadata),
    ]
    return Spoken(Reply(text=text, stuck=stuck), turn, outcome)


def overheard(said: str) -> Spoken:
    """No answer to what the person said to somebody of the business, but a place in the history."""
    return Spoken(Reply(), [ModelRequest.user_text_prompt(said)], "human")


def by_hand(text: str | None) -> Spoken:
    """No answer to what somebody of the business wrote by hand; in the history it was said by the business."""
    turn: Turn = [
        ModelRequest.user_text_prompt("[a person of the business took over and wrote by hand]"),
        ModelResponse(
            parts=[TextPart(text or "[sent: something without words]")], metadata={"from": "human"}
        ),
    ]
    return Spoken(Reply(), turn, "human")


def context_of(message: MessageReceived, now: datetime, language: str | None = None) -> TurnContext:
    """Who asks: the verified sender of the message. `now` aware; `language`: what they speak (BCP 47)."""
    sender = message.sender
    return TurnContext(
        tenant_id=message.tenant_id,
        contact=Contact(
            customer_id=ids.customer_id_of(message.tenant_id, sender.channel, sender.user_id),
            conversation_id=message.conversation_id,
            address=sender,
            language=language,
        ),
        said_at=message.sent_at,
        now=now,
        language=language,
    )


@dataclass(frozen=True, slots=True)
class AgentSpeaker:
    """Answers with a model, our tools and the business's own. At most `tool_calls` calls in a turn."""

    runner: Runner
    models: ModelSource
    ports: Ports
    clock: Callable[[], datetime]
    tool_calls: int
    tenant_tools: TenantTools | None = None

    async def answer(
        self, prompt: Prompt, message: MessageReceived, known: Known, journal: Journal
    ) -> Spoken:
        """See `Speaker.answer`.

        Raises pydantic-ai's `AgentRunError`s when a limit is passed or the model's answers fit nothing.
        """
        facts = facts_of(await self.ports.bookings.catalogue(message.tenant_id), message.sent_at, known)
        language = _language(prompt, facts)
        context = context_of(message, self.clock(), language or known.language)
        said = _content(prompt)
        deps = TurnDeps(context, facts, self.ports, journal, known.history, said)
        model = await self.models.of(message.tenant_id)
        toolsets = await self._toolsets(message.tenant_id, model)
        ran = await self.runner.run(Ask(said, known, model, deps, self.tool_calls, toolsets))
        return Spoken(ran.reply, ran.messages, language=language, said=prompt.text)

    async def _toolsets(self, tenant_id: UUID, model: Model) -> Sequence[AbstractToolset[TurnDeps]]:
        """The business's own tools; our own model knows none of them."""
        if self.tenant_tools is None or isinstance(model, OfflineModel):
            return ()
        own = await self.tenant_tools.of(tenant_id)
        return (own,) if own is not None else ()


def _content(prompt: Prompt) -> TextContent:
    metadata = {"choice_id": prompt.choice_id} if prompt.choice_id else None
    return TextContent(prompt.text, metadata=metadata)


def _language(prompt: Prompt, facts: Facts) -> str | None:
    """The language the customer writes in; a tapped title is ours."""
    if prompt.choice_id is not None:
        return None
    return hear(prompt.text, facts).language
