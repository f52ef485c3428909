"""Where are conversations and turns kept? PostgreSQL, schema `agent`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.agent.journal import Step, StepStore
from shared.db import Connection, Database
from shared.messages.conversation import ChannelAddress, MessageReceived
from shared.outbox import Outgoing, TableOutbox

SCHEMA = "agent"

_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


@dataclass(frozen=True, slots=True)
class OpenedTurn:
    """A turn as it was found: `done` or not, its stored steps, and the conversation so far.

    `history` holds the message histories (JSON) of the last turns, oldest first; empty when it was not asked
    for.
    `unconfirmed` are replies of a turn that is done and that the gateway has not confirmed.
    """

    done: bool
    steps: dict[str, str]
    history: tuple[str, ...] = ()
    unconfirmed: tuple[Outgoing, ...] = ()


@dataclass(frozen=True, slots=True)
class ClosedTurn:
    """How a turn ended: its message history (JSON) and what was said (JSON)."""

    messages: str
    replies: str
    language: str | None = None


class TurnStore(StepStore, Protocol):
    """The turns' store. Every method may raise what `shared.db.is_transient` knows."""

    async def open(self, message: MessageReceived, *, history: int) -> OpenedTurn:
        """Begin the turn of a message, or find it; with the last `history` turns of its conversation."""

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

    async def open(self, message: MessageReceived, *, history: int) -> OpenedTurn:
        """See `TurnStore.open`."""
        async with self._db.tenant(message.tenant_id) as connection:
            first, turns = await _begin(connection, message, history)
            if first:
                return OpenedTurn(done=False, steps={}, history=turns)
            status = await connection.fetchval(
                "SELECT status FROM agent.turns WHERE tenant_id = $1 AND message_id = $2",
                message.tenant_id,
                message.message_id,
            )
            if status == "done":
                return OpenedTurn(done=True, steps={}, unconfirmed=await _unconfirmed(connection, message))
            rows = await connection.fetch(
                "SELECT key, payload FROM agent.turn_steps WHERE tenant_id = $1 AND message_id = $2",
                message.tenant_id,
                message.message_id,
            )
            return OpenedTurn(done=False, steps={row["key"]: row["payload"] for row in rows}, history=turns)

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


async def _begin(
    connection: Connection, message: MessageReceived, history: int
) -> tuple[bool, tuple[str, ...]]:
    """Whether this is the first time the turn is opened, and the last turns' messages, in one round trip."""
    row = await connection.fetchrow(
        "WITH begun AS (INSERT INTO agent.turns (tenant_id, message_id, conversation_id, input)"
        "   VALUES ($1, $2, $3, $4::jsonb) ON CONFLICT DO NOTHING RETURNING true),"
        " met AS (INSERT INTO agent.conversations AS c (tenant_id, conversation_id, address)"
        "   SELECT $1, $3, $5::jsonb FROM begun"
        "   ON CONFLICT (tenant_id, conversation_id) DO UPDATE SET address = excluded.address"
        "   WHERE c.address IS DISTINCT FROM excluded.address)"
        " SELECT EXISTS (SELECT FROM begun) AS first,"
        "   ARRAY(SELECT t.messages::text FROM agent.turns t WHERE t.tenant_id = $1 AND t.conversation_id = $3"
        "     AND t.status = 'done' AND t.message_id <> $2 ORDER BY t.seq DESC LIMIT $6) AS history",
        message.tenant_id,
        message.message_id,
        message.conversation_id,
        _clean(message.content.model_dump_json(exclude_none=True)),
        _clean(message.sender.model_dump_json(exclude_none=True)),
        history,
    )
    if row is None:
        raise AssertionError("a SELECT without FROM has one row")
    return row["first"], tuple(reversed(row["history"]))


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
