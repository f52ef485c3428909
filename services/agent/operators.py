"""What can a person of the business do with conversations? See them, write in them, give them back to the agent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextContent,
    TextPart,
    ToolCallPart,
    UserPromptPart,
)

from services.agent import handoffs
from services.agent.handoff import Handoff
from services.agent.jsonb import clean
from services.agent.memory import dump, load
from services.agent.speaker import by_hand
from shared import ids, subjects
from shared.db import Database
from shared.errors import UsherError
from shared.messages.conversation import ChannelAddress, MessageSent, TextBody
from shared.outbox import Outgoing, TableOutbox

PURPOSE = "human_reply"


class NoConversation(UsherError):
    """There is no such conversation: `usher conversation list` shows those there are."""


@dataclass(frozen=True, slots=True)
class Line:
    """One conversation of the list. `human_until` (aware): the agent is silent until then, because of `reason`."""

    conversation_id: UUID
    channel: str
    name: str | None
    language: str | None
    last_at: datetime | None
    human_until: datetime | None
    reason: str | None
    note: str | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said. `who`: customer, agent, human or system."""

    at: datetime
    who: str
    text: str


_LIST = """
    SELECT c.conversation_id, c.address->>'channel' AS channel, c.address->>'name' AS name, c.language, t.last_at,
        CASE WHEN c.human_until > $2 THEN c.human_until END AS human_until,
        h.reason, h.note, h.began_at
    FROM agent.conversations c
    LEFT JOIN LATERAL (SELECT max(started_at) AS last_at FROM agent.turns t
        WHERE t.tenant_id = c.tenant_id AND t.conversation_id = c.conversation_id) t ON true
    LEFT JOIN LATERAL (SELECT reason, note, began_at FROM agent.handoffs h
        WHERE h.tenant_id = c.tenant_id AND h.conversation_id = c.conversation_id AND h.ended_at IS NULL
            AND h.until > $2 ORDER BY began_at DESC LIMIT 1) h ON true
    WHERE c.tenant_id = $1 AND (NOT $3::boolean OR c.human_until > $2)
    ORDER BY h.began_at NULLS LAST, t.last_at DESC NULLS LAST LIMIT $4"""


class Operators:
    """Conversations of one tenant, for the people who work there. `now` is aware everywhere."""

    def __init__(self, db: Database, tenant_id: UUID, *, hours: float) -> None:
        """`hours`: how long the agent is silent after a reply by hand."""
        self._db = db
        self._tenant_id = tenant_id
        self._lasting = timedelta(hours=hours)
        self._outbox = TableOutbox(
            db, "agent", resend_after=0.0
        )  # due at once: the agent's relay publishes it

    async def listed(self, now: datetime, *, waiting: bool, limit: int = 100) -> Sequence[Line]:
        """Conversations, those that wait for a person first (the longest-waiting before all); `waiting`: only those."""
        async with self._db.reading(self._tenant_id) as connection:
            rows = await connection.fetch(_LIST, self._tenant_id, now, waiting, limit)
        return [Line(*row) for row in rows]

    async def shown(self, conversation_id: UUID, *, turns: int = 20) -> Sequence[Said]:
        """What was said in the last turns, oldest first. Raises `NoConversation`."""
        await self._address(conversation_id)
        async with self._db.reading(self._tenant_id) as connection:
            rows = await connection.fetch(
                "SELECT started_at, status, input->>'purpose' AS purpose, messages::text AS messages FROM agent.turns"
                " WHERE tenant_id = $1 AND conversation_id = $2 AND messages IS NOT NULL ORDER BY seq DESC LIMIT $3",
                self._tenant_id,
                conversation_id,
                turns,
            )
        return [
            said
            for row in reversed(rows)
            for said in _said(row["started_at"], row["purpose"], load(row["messages"]))
        ]

    async def reply(self, conversation_id: UUID, text: str, now: datetime) -> UUID:
        """Write to the customer, in their channel; the agent is silent from now on. The message's id.

        Raises `NoConversation`.
        """
        address = await self._address(conversation_id)
        message = MessageSent(
            tenant_id=self._tenant_id,
            message_id=ids.fresh(),
            conversation_id=conversation_id,
            to=address,
            purpose=PURPOSE,
            body=TextBody(text=text),
            customer_id=ids.customer_id_of(self._tenant_id, address.channel, address.user_id),
        )
        handoff = Handoff(ids.derive("handoff", message.message_id), "operator", now, now + self._lasting)
        subject = subjects.outbound(address.channel, self._tenant_id, conversation_id)
        async with self._db.tenant(self._tenant_id) as connection:
            await handoffs.begin(connection, self._tenant_id, conversation_id, handoff)
            await connection.execute(
                "INSERT INTO agent.turns (tenant_id, message_id, conversation_id, status, input, messages, replies,"
                "   finished_at) VALUES ($1, $2, $3, 'notice', jsonb_build_object('kind', 'notice', 'purpose', $4::text),"
                "   $5::jsonb, '[]', $6)",
                self._tenant_id,
                message.message_id,
                conversation_id,
                PURPOSE,
                clean(dump(by_hand(text).messages)),
                now,
            )
            outgoing = Outgoing(self._tenant_id, message.message_id, subject, message.encode())
            await self._outbox.add(connection, [outgoing])
        return message.message_id

    async def hand_back(self, conversation_id: UUID, now: datetime) -> bool:
        """Let the agent answer again; whether a person was to. Raises `NoConversation`."""
        await self._address(conversation_id)
        async with self._db.tenant(self._tenant_id) as connection:
            return await handoffs.end(connection, self._tenant_id, conversation_id, "operator", now)

    async def _address(self, conversation_id: UUID) -> ChannelAddress:
        async with self._db.reading(self._tenant_id) as connection:
            found = await connection.fetchval(
                "SELECT address FROM agent.conversations WHERE tenant_id = $1 AND conversation_id = $2",
                self._tenant_id,
                conversation_id,
            )
        if found is None:
            raise NoConversation
        return ChannelAddress.model_validate_json(found)


def _said(at: datetime, purpose: str | None, turn: Sequence[ModelMessage]) -> Sequence[Said]:
    """A turn as what people read in it; tools are left out."""
    lines: list[Said] = []
    for message in turn:
        if isinstance(message, ModelRequest):
            words = " ".join(_words(part) for part in message.parts if isinstance(part, UserPromptPart))
            if words and purpose is None and not words.startswith("[a person of the business"):
                lines.append(Said(at, "customer", words))
        elif isinstance(message, ModelResponse):
            lines += [Said(at, _who(message), text) for text in _texts(message) if text]
    return lines


def _who(response: ModelResponse) -> str:
    source = (response.metadata or {}).get("from")
    if source is None:
        return "agent"
    return "human" if source == "human" else "system"


def _words(part: UserPromptPart) -> str:
    content = [part.content] if isinstance(part.content, str) else part.content
    return " ".join(item.content if isinstance(item, TextContent) else str(item) for item in content)


def _texts(response: ModelResponse) -> Sequence[str]:
    texts = []
    for part in response.parts:
        if isinstance(part, TextPart):
            texts.append(part.content)
        elif isinstance(part, ToolCallPart) and part.tool_name == "reply":
            try:
                texts.append(str(part.args_as_dict().get("text", "")))
            except ValueError:
                continue
    return texts
