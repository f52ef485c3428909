"""Where are conversations and turns kept? PostgreSQL, schema `agent`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from asyncpg import Record

from services.agent.groups import Group
from services.agent.journal import Step, StepStore
from services.agent.takeover import Takeover
from shared.db import Connection, Database
from shared.errors import Transient
from shared.messages.conversation import ChannelAddress, MessageReceived
from shared.outbox import Outgoing, TableOutbox

SCHEMA = "agent"

_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


@dataclass(frozen=True, slots=True)
class OpenedTurn:
    """A turn as it was found: `done` or not, its stored steps, and the conversation so far.

    `history` holds the message histories (JSON) of the last turns, oldest first; empty when it was not asked
    for.
    `unconfirmed` are replies of a turn that is done and that the gateway has not confirmed. `message` stands for all
    messages of the turn, whichever was asked for; `answers` are the ids of those asked for that this turn answers.
    `human_until` (aware): a person of the business has taken over until then.
    """

    done: bool
    steps: dict[str, str]
    message: MessageReceived
    answers: frozenset[UUID]
    history: tuple[str, ...] = ()
    human_until: datetime | None = None
    unconfirmed: tuple[Outgoing, ...] = ()


@dataclass(frozen=True, slots=True)
class ClosedTurn:
    """How a turn ended: its message history (JSON) and what was said (JSON)."""

    messages: str
    replies: str
    language: str | None = None


class TurnStore(StepStore, Protocol):
    """The turns' store. Every method may raise what `shared.db.is_transient` knows."""

    async def open(self, group: Group, change: Takeover, *, history: int) -> OpenedTurn:
        """Begin the turn of these messages, with what they change about who answers; and their conversation's last
        `history` turns.

        If any of them has a turn already, nothing is begun, and the oldest such turn is found. So no message is ever
        part of two.
        """

    async def close(
        self, message: MessageReceived, turn: ClosedTurn, outgoing: Sequence[Outgoing], at: datetime
    ) -> None:
        """End the turn and put its replies into the outbox, at once; nothing if it has ended already."""

    async def address(self, tenant_id: UUID, channel: str, user_id: str) -> ChannelAddress | None:
        """Where the newest conversation with this person takes place."""


class PostgresTurns:
    """The turns' store in PostgreSQL."""

    def __init__(self, db: Database, outbox: TableOutbox) -> None:
        self._db = db
        self._outbox = outbox

    async def open(self, group: Group, change: Takeover, *, history: int) -> OpenedTurn:
        """See `TurnStore.open`."""
        message = group.message
        members = frozenset(member.message_id for member in group.members)
        async with self._db.tenant(message.tenant_id) as connection:
            begun = await _begin(connection, group, message, change, history)
            if begun.messages == len(members):
                return OpenedTurn(False, {}, message, members, begun.history, begun.human_until)
            if begun.messages:
                # Another instance was faster with some of them. Undo, and look again.
                raise Transient("Another agent has begun to answer some of these messages.")
            row = await _known(connection, message.tenant_id, list(members))
            if row["message"] is not None:
                message = MessageReceived.model_validate_json(row["message"])
            else:  # a turn of one message
                message = next(m for m in group.members if m.message_id == row["message_id"])
            answers = frozenset(row["answers"])
            if row["status"] == "done":
                unconfirmed = await _unconfirmed(connection, message)
                return OpenedTurn(True, {}, message, answers, unconfirmed=unconfirmed)
            steps = await _steps(connection, message)
            return OpenedTurn(False, steps, message, answers, begun.history, begun.human_until)

    async def add_steps(self, tenant_id: UUID, message_id: UUID, steps: Sequence[Step]) -> None:
        """See `StepStore.add_steps`."""
        async with self._db.tenant(tenant_id) as connection:
            await connection.execute(
                "INSERT INTO agent.turn_steps (tenant_id, message_id, key, payload)"
                " SELECT $1, $2, k, p::jsonb FROM unnest($3::text[], $4::text[]) AS s(k, p) ON CONFLICT DO "
                "NOTHING",
                tenant_id,
                message_id,
                [step.key for step in steps],
                [_clean(step.payload) for step in steps],
            )

    async def close(
        self, message: MessageReceived, turn: ClosedTurn, outgoing: Sequence[Outgoing], at: datetime
    ) -> None:
        """See `TurnStore.close`."""
        async with self._db.tenant(message.tenant_id) as connection:
            closed = await connection.fetchval(
                "WITH spoken AS (UPDATE agent.conversations SET language = $6::text"
                "   WHERE tenant_id = $1 AND conversation_id = $7 AND $6::text IS NOT NULL AND language IS "
                "DISTINCT FROM $6::text)"
                " UPDATE agent.turns SET status = 'done', messages = $3::jsonb, replies = $4::jsonb, "
                "finished_at = $5"
                " WHERE tenant_id = $1 AND message_id = $2 AND status = 'open' RETURNING true",
                message.tenant_id,
                message.message_id,
                _clean(turn.messages),
                _clean(turn.replies),
                at,
                turn.language,
                message.conversation_id,
            )
            # A twin that was frozen while its partition moved must not answer a second time.
            if closed:
                await self._outbox.add(connection, outgoing)

    async def address(self, tenant_id: UUID, channel: str, user_id: str) -> ChannelAddress | None:
        """See `TurnStore.address`."""
        async with self._db.tenant(tenant_id) as connection:
            found = await connection.fetchval(
                "SELECT c.address FROM agent.conversations c LEFT JOIN agent.turns t USING (tenant_id, "
                "conversation_id)"
                " WHERE c.tenant_id = $1 AND c.address->>'channel' = $2 AND c.address->>'user_id' = $3"
                " ORDER BY t.seq DESC NULLS LAST LIMIT 1",
                tenant_id,
                channel,
                user_id,
            )
        return ChannelAddress.model_validate_json(found) if found else None


_BEGIN = """
    WITH begun AS (
        INSERT INTO agent.turns (tenant_id, message_id, conversation_id, status, turn_id, input, message)
        SELECT $1, m.id, $3, CASE WHEN m.id = $2 THEN 'open' ELSE 'joined' END, nullif($2, m.id), m.input::jsonb,
            CASE WHEN m.id = $2 THEN $6::jsonb END
        FROM unnest($4::uuid[], $5::text[]) AS m(id, input)
        WHERE NOT EXISTS (SELECT FROM agent.turns t WHERE t.tenant_id = $1 AND t.message_id = ANY($4::uuid[]))
        ON CONFLICT DO NOTHING RETURNING message_id),
    met AS (
        INSERT INTO agent.conversations AS c (tenant_id, conversation_id, address, human_until)
        SELECT $1, $3, $7::jsonb, $8::timestamptz FROM begun WHERE message_id = $2
        ON CONFLICT (tenant_id, conversation_id) DO UPDATE SET
            address = CASE WHEN $8::timestamptz IS NULL THEN excluded.address ELSE c.address END,
            human_until = CASE WHEN $9::boolean THEN NULL ELSE greatest(c.human_until, $8::timestamptz) END
        WHERE c.address IS DISTINCT FROM excluded.address OR $8::timestamptz IS NOT NULL
            OR ($9::boolean AND c.human_until IS NOT NULL))
    SELECT (SELECT count(*) FROM begun) AS messages,
        (SELECT human_until FROM agent.conversations WHERE tenant_id = $1 AND conversation_id = $3) AS human_until,
        ARRAY(SELECT t.messages::text FROM agent.turns t WHERE t.tenant_id = $1 AND t.conversation_id = $3
            AND t.status = 'done' AND t.message_id <> ALL($4::uuid[]) ORDER BY t.seq DESC LIMIT $10) AS history"""
"""All in one round trip. What it reads is as it was before, so `human_until` does not yet know of this message."""

_KNOWN = """
    SELECT t.message_id, t.status, t.message::text AS message,
        ARRAY(SELECT m.message_id FROM agent.turns m WHERE m.tenant_id = $1 AND m.message_id = ANY($2::uuid[])
            AND coalesce(m.turn_id, m.message_id) = t.message_id) AS answers
    FROM agent.turns k
    JOIN agent.turns t ON t.tenant_id = k.tenant_id AND t.message_id = coalesce(k.turn_id, k.message_id)
    WHERE k.tenant_id = $1 AND k.message_id = ANY($2::uuid[]) ORDER BY t.seq LIMIT 1"""


@dataclass(frozen=True, slots=True)
class _Begun:
    """How many of the messages were stored now, and the conversation as it was before."""

    messages: int
    history: tuple[str, ...]
    human_until: datetime | None


async def _begin(
    connection: Connection, group: Group, message: MessageReceived, change: Takeover, history: int
) -> _Begun:
    row = await connection.fetchrow(
        _BEGIN,
        message.tenant_id,
        message.message_id,
        message.conversation_id,
        [member.message_id for member in group.members],
        [_clean(member.content.model_dump_json(exclude_none=True)) for member in group.members],
        _clean(message.encode().decode()) if len(group.members) > 1 else None,
        _clean(message.sender.model_dump_json(exclude_none=True)),
        change.until,
        change.over,
        history,
    )
    if row is None:
        raise AssertionError("a SELECT without FROM has one row")
    return _Begun(row["messages"], tuple(reversed(row["history"])), row["human_until"])


async def _known(connection: Connection, tenant_id: UUID, message_ids: list[UUID]) -> Record:
    """The oldest turn that any of these messages is part of, and which of them are."""
    row = await connection.fetchrow(_KNOWN, tenant_id, message_ids)
    if row is None:
        raise AssertionError("what could not be inserted is there")
    return row


async def _steps(connection: Connection, message: MessageReceived) -> dict[str, str]:
    rows = await connection.fetch(
        "SELECT key, payload FROM agent.turn_steps WHERE tenant_id = $1 AND message_id = $2",
        message.tenant_id,
        message.message_id,
    )
    return {row["key"]: row["payload"] for row in rows}


async def _unconfirmed(connection: Connection, message: MessageReceived) -> tuple[Outgoing, ...]:
    """Replies of this turn that are still in the outbox."""
    rows = await connection.fetch(
        "SELECT o.id, o.subject, o.payload FROM agent.turns t"
        " CROSS JOIN LATERAL jsonb_array_elements(t.replies) r"
        " JOIN agent.outbox o ON o.tenant_id = t.tenant_id AND o.id = (r->>'message_id')::uuid"
        " WHERE t.tenant_id = $1 AND t.message_id = $2",
        message.tenant_id,
        message.message_id,
    )
    return tuple(Outgoing(message.tenant_id, row["id"], row["subject"], row["payload"]) for row in rows)


def _clean(json: str) -> str:
    """JSON without NUL characters, which PostgreSQL's jsonb refuses."""
    return _NUL.sub(r"\1", json)
