"""Where are conversations and turns kept? PostgreSQL, schema `agent`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from services.agent import handoffs
from services.agent.groups import Group
from services.agent.handoff import Handoff
from services.agent.journal import Step
from services.agent.jsonb import clean
from services.agent.models.costs import store_spent
from services.agent.opened import MOST_PREFERENCES, ClosedTurn, OpenedTurn, Past, TurnStore
from services.agent.operator_list import told_of
from services.agent.people import PERSON
from services.agent.takeover import Takeover
from shared import ids
from shared.db import Connection, Database
from shared.errors import Transient
from shared.messages.conversation import ChannelAddress, MessageReceived
from shared.outbox import Outgoing, TableOutbox

SCHEMA = "agent"
_OVER = frozenset({"done", "erased"})

__all__ = ["SCHEMA", "ClosedTurn", "OpenedTurn", "PostgresTurns", "TurnStore"]


class PostgresTurns:
    """The turns' store in PostgreSQL."""

    def __init__(self, db: Database, outbox: TableOutbox) -> None:
        self._db = db
        self._outbox = outbox
        self._due = TableOutbox(db, SCHEMA, resend_after=0.0)  # at once: the relay publishes it

    async def open(
        self, group: Group, change: Takeover, *, known: Sequence[int] = (), most: int = 0
    ) -> OpenedTurn:
        """See `TurnStore.open`."""
        message = group.message
        members = frozenset(member.message_id for member in group.members)
        async with self._db.tenant(message.tenant_id) as connection:
            begun = await _begin(connection, group, message, change, known, most)
            if begun.messages == len(members):
                await handoffs.apply(connection, message, change)
                return OpenedTurn(False, {}, message, members, begun.place, begun.past)
            if begun.messages:
                # Another instance was faster with some of them. Undo, and look again.
                raise Transient("Another agent has begun to answer some of these messages.")
            row = await _known(connection, message.tenant_id, list(members))
            if row["message"] is not None:
                message = MessageReceived.model_validate_json(row["message"])
            else:  # a turn of one message, or one whose words are forgotten
                message = next((m for m in group.members if m.message_id == row["message_id"]), message)
            answers = frozenset(row["answers"])
            if row["status"] in _OVER:
                unconfirmed = await _unconfirmed(connection, message)
                return OpenedTurn(True, {}, message, answers, row["seq"], unconfirmed=unconfirmed)
            steps = await _steps(connection, message)
            return OpenedTurn(False, steps, message, answers, row["seq"], begun.past)

    async def regroup(self, group: Group) -> None:
        """See `TurnStore.regroup`."""
        message = group.message
        async with self._db.tenant(message.tenant_id) as connection:
            await connection.execute(
                _REGROUP,
                message.tenant_id,
                message.message_id,
                message.conversation_id,
                [member.message_id for member in group.members[1:]],
                [clean(m.content.model_dump_json(exclude_none=True)) for m in group.members[1:]],
                clean(message.encode().decode()),
            )

    async def add_steps(self, tenant_id: UUID, message_id: UUID, steps: Sequence[Step]) -> None:
        """See `StepStore.add_steps`."""
        async with self._db.tenant(tenant_id) as connection:
            await connection.execute(
                "INSERT INTO agent.turn_steps (tenant_id, message_id, key, payload)"
                " SELECT $1, $2, k, p::jsonb FROM unnest($3::text[], $4::text[]) AS s(k, p)"
                " WHERE NOT EXISTS (SELECT FROM agent.turns t WHERE t.tenant_id = $1 AND t.message_id = $2"
                "   AND t.status = 'erased') ON CONFLICT DO NOTHING",
                tenant_id,
                message_id,
                [step.key for step in steps],
                [clean(step.payload) for step in steps],
            )
            await store_spent(
                connection, tenant_id, message_id, [(step.key, step.spent) for step in steps if step.spent]
            )

    async def summarise(self, tenant_id: UUID, conversation_id: UUID, upto: int, summary: str) -> None:
        """See `TurnStore.summarise`."""
        async with self._db.tenant(tenant_id) as connection:
            await connection.execute(
                "UPDATE agent.conversations SET summary = $3, summary_seq = $4 WHERE tenant_id = $1"
                " AND conversation_id = $2 AND coalesce(summary_seq, 0) < $4 AND NOT EXISTS ("
                "   SELECT FROM agent.turns t WHERE t.tenant_id = $1 AND t.conversation_id = $2 AND t.seq = $4"
                "   AND t.status = 'erased')",
                tenant_id,
                conversation_id,
                summary.replace("\x00", ""),
                upto,
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
                clean(turn.messages),
                clean(turn.replies),
                at,
                turn.language,
                message.conversation_id,
            )
            # A twin that was frozen while its partition moved must not answer a second time.
            if closed:
                await self._outbox.add(connection, outgoing)
                if turn.handoff is not None:
                    await self._call(connection, message, turn.handoff)

    async def _call(self, connection: Connection, message: MessageReceived, handoff: Handoff) -> None:
        conversation = (message.tenant_id, message.conversation_id)
        if await handoffs.begin(connection, *conversation, handoff):
            await self._due.add(connection, await told_of(connection, *conversation, handoff))

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


_BEGIN = f"""
    WITH begun AS (
        INSERT INTO agent.turns (tenant_id, message_id, conversation_id, status, turn_id, input, message)
        SELECT $1, m.id, $3, CASE WHEN m.id = $2 THEN 'open' ELSE 'joined' END, nullif($2, m.id), m.input::jsonb,
            CASE WHEN m.id = $2 THEN $6::jsonb END
        FROM unnest($4::uuid[], $5::text[]) AS m(id, input)
        WHERE NOT EXISTS (SELECT FROM agent.turns t WHERE t.tenant_id = $1 AND t.message_id = ANY($4::uuid[]))
        ON CONFLICT DO NOTHING RETURNING message_id, seq),
    met AS (
        INSERT INTO agent.conversations AS c (tenant_id, conversation_id, address, human_until)
        SELECT $1, $3, $7::jsonb, $8::timestamptz FROM begun WHERE message_id = $2
        ON CONFLICT (tenant_id, conversation_id) DO UPDATE SET
            address = CASE WHEN $8::timestamptz IS NULL THEN excluded.address ELSE c.address END,
            human_until = CASE WHEN $9::boolean THEN NULL ELSE greatest(c.human_until, $8::timestamptz) END
        WHERE c.address IS DISTINCT FROM excluded.address OR $8::timestamptz IS NOT NULL
            OR ($9::boolean AND c.human_until IS NOT NULL)),
    talk AS MATERIALIZED (
        SELECT human_until, language, summary, summary_seq FROM agent.conversations
        WHERE tenant_id = $1 AND conversation_id = $3),
    past AS MATERIALIZED (
        SELECT t.seq, CASE WHEN t.seq <> ALL($11::bigint[]) THEN t.messages::text END AS messages FROM agent.turns t
        WHERE t.tenant_id = $1 AND t.conversation_id = $3 AND t.status IN ('done', 'notice')
            AND t.message_id <> ALL($4::uuid[]) AND t.seq > coalesce((SELECT summary_seq FROM talk), 0)
        ORDER BY t.seq DESC LIMIT $10),
    likes AS MATERIALIZED (
        SELECT p.key, p.value, p.said_at FROM agent.preferences p WHERE p.tenant_id = $1
            AND p.customer_id = {PERSON.format(customer="$12::uuid")}
        ORDER BY p.said_at DESC, p.key LIMIT $13)
    SELECT (SELECT count(*) FROM begun) AS messages, (SELECT seq FROM begun WHERE message_id = $2) AS place,
        (SELECT human_until FROM talk) AS human_until, (SELECT language FROM talk) AS language,
        (SELECT summary FROM talk) AS summary,
        ARRAY(SELECT seq FROM past ORDER BY seq) AS places, ARRAY(SELECT messages FROM past ORDER BY seq) AS turns,
        ARRAY(SELECT key FROM likes) AS keys, ARRAY(SELECT value FROM likes) AS likes"""  # noqa: S608  # made of constants
"""All in one round trip. What it reads is as it was before, so `human_until` does not yet know of this message."""

_REGROUP = """
    WITH turn AS (
        UPDATE agent.turns SET message = $6::jsonb
        WHERE tenant_id = $1 AND message_id = $2 AND status = 'open' RETURNING message_id),
    joined AS (
        INSERT INTO agent.turns (tenant_id, message_id, conversation_id, status, turn_id, input)
        SELECT $1, m.id, $3, 'joined', $2, m.input::jsonb FROM turn, unnest($4::uuid[], $5::text[]) AS m(id, input)
        ON CONFLICT DO NOTHING)
    DELETE FROM agent.turn_steps s USING turn WHERE s.tenant_id = $1 AND s.message_id = turn.message_id"""

_KNOWN = """
    SELECT t.message_id, t.seq, t.status, t.message::text AS message,
        ARRAY(SELECT m.message_id FROM agent.turns m WHERE m.tenant_id = $1 AND m.message_id = ANY($2::uuid[])
            AND coalesce(m.turn_id, m.message_id) = t.message_id) AS answers
    FROM agent.turns k
    JOIN agent.turns t ON t.tenant_id = k.tenant_id AND t.message_id = coalesce(k.turn_id, k.message_id)
    WHERE k.tenant_id = $1 AND k.message_id = ANY($2::uuid[]) ORDER BY t.seq LIMIT 1"""


@dataclass(frozen=True, slots=True)
class _Begun:
    """How many of the messages were stored now, the turn's place, and the conversation as it was before."""

    messages: int
    place: int
    past: Past


async def _begin(
    connection: Connection,
    group: Group,
    message: MessageReceived,
    change: Takeover,
    known: Sequence[int],
    most: int,
) -> _Begun:
    row = await connection.fetchrow(
        _BEGIN,
        message.tenant_id,
        message.message_id,
        message.conversation_id,
        [member.message_id for member in group.members],
        [clean(member.content.model_dump_json(exclude_none=True)) for member in group.members],
        clean(message.encode().decode()) if len(group.members) > 1 else None,
        clean(message.sender.model_dump_json(exclude_none=True)),
        change.until,
        change.over,
        most,
        known,
        ids.customer_id_of(message.tenant_id, message.sender.channel, message.sender.user_id),
        MOST_PREFERENCES,
    )
    if row is None:
        raise AssertionError("a SELECT without FROM has one row")
    return _Begun(row["messages"], row["place"] or 0, _past(row))


def _past(row: Record) -> Past:
    read = {place: turn for place, turn in zip(row["places"], row["turns"], strict=True) if turn is not None}
    likes = tuple(zip(row["keys"], row["likes"], strict=True))
    return Past(tuple(row["places"]), read, row["summary"], likes, row["language"], row["human_until"])


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
