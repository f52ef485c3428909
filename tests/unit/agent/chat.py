"""A customer who chats with the agent in unit tests, and the agent as one process."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic_ai.models import Model

from services.agent.answering import Answering
from services.agent.handoff import Rules
from services.agent.memory import Memory
from services.agent.model import build_agent
from services.agent.models.source import Always
from services.agent.offline import OfflineModel
from services.agent.operator_chat import OperatorsApart
from services.agent.operator_words import Operator
from services.agent.runs import Runner, runner_of
from services.agent.speaker import AgentSpeaker
from services.agent.summaries import Summaries
from services.agent.tenant_rules import SameRules
from services.agent.tools.spec import Ports
from services.agent.turns import Turns
from shared import ids
from shared.messages.booking import BookSession
from shared.messages.conversation import (
    ChannelAddress,
    ChoiceContent,
    Content,
    MessageReceived,
    MessageSent,
    TextBody,
    TextContent,
    VoiceContent,
)
from shared.outbox import Outgoing
from tests.unit.agent.ledger import Ledger
from tests.unit.agent.scissors import Scissors
from tests.unit.agent.studio import NOW, TENANT, Studio


class Deaf:
    """A `Voice` that says what it was told to."""

    def __init__(self, words: str | None = None) -> None:
        self.said = words
        self.asked = 0

    async def words(
        self, message: MessageReceived, content: VoiceContent, vocabulary: tuple[str, ...]
    ) -> str | None:
        self.asked += 1
        return self.said


class Listed:
    """The operators of the business that a chat is with."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat

    async def of(self, tenant_id: UUID) -> list[Operator]:
        return self._chat.operators


class Chat:
    """A customer's conversation with the agent."""

    def __init__(
        self,
        studio: Studio,
        *,
        model: Model | None = None,
        ledger: Ledger | None = None,
        voice: Deaf | None = None,
        deadline: float = 20.0,
        tool_calls: int = 8,
        now: datetime = NOW,
    ) -> None:
        self.studio = studio
        self.ledger = ledger or Ledger()
        self.model = model or OfflineModel()
        self.voice = voice or Deaf()
        self.rules = Rules()
        self.summaries: Summaries | None = None
        self.operators: list[Operator] = []
        self.now = now
        self.published: list[MessageSent] = []
        self._deadline = deadline
        self._tool_calls = tool_calls
        self._agent = build_agent()
        self._sent = 0
        self.turns = self.restarted()

    def cut_at(self, moment: int | None) -> Scissors:
        """Die at this moment from now on (1 is the first), or not at all."""
        scissors = self.ledger.scissors = self.studio.scissors = Scissors(moment)
        return scissors

    @property
    def ports(self) -> Ports:
        """What the tools reach."""
        return Ports(self.studio, self.ledger, self.ledger)

    def restarted(self) -> Turns:
        """The agent as a new process: only the ledger is left."""
        speaker = AgentSpeaker(
            self.runner(), Always(self.model), self.ports, lambda: self.now, self._tool_calls
        )
        self.turns = Turns(
            store=self.ledger,
            answering=Answering(
                OperatorsApart(speaker, Listed(self), self.studio), self.studio, self.voice, self._deadline
            ),
            memory=Memory(),
            publish=self._publish,
            clock=lambda: self.now,
            rules=SameRules(self.rules),
            summaries=self.summaries,
        )
        return self.turns

    def runner(self) -> Runner:
        """What runs the model."""
        return runner_of(self._agent)

    @property
    def booked(self) -> list[UUID]:
        """The sessions that booking was asked to book, in order."""
        return [c.session_id for c in self.studio.commands if isinstance(c, BookSession)]

    def message(self, content: Content) -> MessageReceived:
        """The customer's next message."""
        self._sent += 1
        address = ChannelAddress(channel="whatsapp", account_id="100", user_id="351911", name="Maria")
        return MessageReceived(
            tenant_id=TENANT,
            message_id=ids.derive("message", self._sent),
            conversation_id=ids.conversation_id_of(TENANT, "whatsapp", "100", "351911"),
            sender=address,
            provider_id=f"wamid.{self._sent}",
            sent_at=self.now,
            content=content,
        )

    async def say(self, text: str) -> TextBody | None:
        """Type something; the reply, or None when there is none."""
        return await self.send(self.message(TextContent(text=text)))

    async def tap(self, reply: TextBody | None, title: str) -> TextBody | None:
        """Tap a choice of a reply."""
        assert reply is not None
        choice = next(c for c in reply.choices if c.title.startswith(title))
        return await self.send(self.message(ChoiceContent(choice_id=choice.choice_id, title=choice.title)))

    async def send(self, message: MessageReceived) -> TextBody | None:
        """Deliver a message; the reply, or None."""
        return await self.send_together(message)

    async def send_together(self, *messages: MessageReceived) -> TextBody | None:
        """Deliver messages that came within a moment; the reply, or None."""
        before = len(self.published)
        await self.turns.run(*messages)
        replies = self.published[before:]
        assert len(replies) <= 1
        if not replies:
            return None
        body = replies[0].body
        assert isinstance(body, TextBody)
        return body

    async def _publish(self, outgoing: Sequence[Outgoing]) -> None:
        self.published += [MessageSent.decode(o.payload) for o in outgoing if o.subject.startswith("out.")]
