"""How does a prompt become an answer? The agent's model and tools, run once, with what the turn knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, TextContent, TextPart
from pydantic_ai.models import Model

from services.agent.facts import Facts, facts_of
from services.agent.intake import Prompt
from services.agent.journal import Journal
from services.agent.memory import Turn
from services.agent.offline.plan import hear
from services.agent.replay import TurnDeps
from services.agent.reply import Reply
from services.agent.runs import Ask, Runner
from services.agent.tools import Bookings, TurnContext
from shared import ids
from shared.messages.booking import Contact
from shared.messages.conversation import MessageReceived


@dataclass(frozen=True, slots=True)
class Spoken:
    """The answer of a turn, its messages for the history, and how it came about (a metric's label)."""

    reply: Reply
    messages: Turn
    outcome: str = "answered"
    language: str | None = None


def canned(said: str, text: str, *, outcome: str) -> Spoken:
    """An answer without a model, in the history like any other."""
    turn: Turn = [ModelRequest.user_text_prompt(said), ModelResponse(parts=[TextPart(text)])]
    return Spoken(Reply(text=text), turn, outcome)


def overheard(said: str) -> Spoken:
    """No answer to what the person said to somebody of the business, but a place in the history."""
    return Spoken(Reply(), [ModelRequest.user_text_prompt(said)], "human")


def by_hand(text: str | None) -> Spoken:
    """No answer to what somebody of the business wrote by hand; in the history it was said by the business."""
    turn: Turn = [
        ModelRequest.user_text_prompt("[a person of the business took over and wrote by hand]"),
        ModelResponse(parts=[TextPart(text or "[sent: something without words]")]),
    ]
    return Spoken(Reply(), turn, "human")


def context_of(message: MessageReceived, now: datetime) -> TurnContext:
    """Who asks: the verified sender of the message. `now` aware."""
    sender = message.sender
    return TurnContext(
        tenant_id=message.tenant_id,
        contact=Contact(
            customer_id=ids.customer_id_of(message.tenant_id, sender.channel, sender.user_id),
            conversation_id=message.conversation_id,
            address=sender,
        ),
        said_at=message.sent_at,
        now=now,
    )


@dataclass(frozen=True, slots=True)
class AgentSpeaker:
    """Answers with a model and our tools. At most `tool_calls` calls in a turn."""

    runner: Runner
    model: Model
    bookings: Bookings
    clock: Callable[[], datetime]
    tool_calls: int

    async def answer(
        self, prompt: Prompt, message: MessageReceived, history: list[ModelMessage], journal: Journal
    ) -> Spoken:
        """See `Speaker.answer`.

        Raises pydantic-ai's `AgentRunError`s when a limit is passed or the model's answers fit nothing.
        """
        context = context_of(message, self.clock())
        facts = facts_of(await self.bookings.catalogue(message.tenant_id), message.sent_at)
        deps = TurnDeps(context, facts, self.bookings, journal)
        ran = await self.runner.run(Ask(_content(prompt), history, self.model, deps, self.tool_calls))
        return Spoken(ran.reply, ran.messages, language=_language(prompt, facts))


def _content(prompt: Prompt) -> TextContent:
    metadata = {"choice_id": prompt.choice_id} if prompt.choice_id else None
    return TextContent(prompt.text, metadata=metadata)


def _language(prompt: Prompt, facts: Facts) -> str | None:
    """The language the customer writes in; a tapped title is ours."""
    if prompt.choice_id is not None:
        return None
    return hear(prompt.text, facts).language
