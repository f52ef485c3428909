"""What becomes of what we know of people who turn out to be one, or who are to be forgotten? PostgreSQL, in one transaction.

Doing it again, late or in another order comes to the same: each row has a time, and what is newer stays. What a person
says after they were forgotten is a new person's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from shared.db import Connection, Database
from shared.messages.people import ForgetPerson, MergePeople

KEPT_FOR = timedelta(days=30)
"""How long it is known that a customer was forgotten: so that a merge from before, which comes late, is not believed."""

PERSON: Final = """coalesce((SELECT w.person_id FROM agent.people w
    WHERE w.tenant_id = $1 AND w.customer_id = {customer}), {customer})"""
"""SQL: whose preferences a customer's are. `{customer}`: a parameter; $1 is the tenant."""

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('agent.people' || k, 0)) FROM unnest($1::text[]) AS k"

_LEAD = """
    INSERT INTO agent.people AS p (tenant_id, customer_id, person_id, at)
    SELECT $1, m, $3, $4 FROM unnest($2::uuid[]) AS m
    ON CONFLICT (tenant_id, customer_id) DO UPDATE SET person_id = excluded.person_id, at = excluded.at
    WHERE p.at < excluded.at RETURNING customer_id"""

_MOVE = """
    WITH moved AS (
        DELETE FROM agent.preferences WHERE tenant_id = $1 AND customer_id = ANY($2::uuid[])
        RETURNING key, value, said_at),
    newest AS (SELECT DISTINCT ON (key) key, value, said_at FROM moved ORDER BY key, said_at DESC)
    INSERT INTO agent.preferences AS p (tenant_id, customer_id, key, value, said_at)
    SELECT $1, $3, key, value, said_at FROM newest
    ON CONFLICT (tenant_id, customer_id, key) DO UPDATE SET value = excluded.value, said_at = excluded.said_at
    WHERE p.said_at < excluded.said_at"""

_FORGET = """
    INSERT INTO agent.people AS p (tenant_id, customer_id, at) SELECT $1, m, $3 FROM unnest($2::uuid[]) AS m
    ON CONFLICT (tenant_id, customer_id) DO UPDATE SET person_id = NULL, at = excluded.at WHERE p.at < excluded.at"""

_THEIR_CONVERSATIONS = """
    SELECT DISTINCT c.conversation_id FROM unnest($2::text[], $3::text[]) AS i (channel, user_id)
    JOIN agent.conversations c ON c.tenant_id = $1 AND c.address ->> 'channel' = i.channel
        AND c.address ->> 'user_id' = i.user_id"""

# Their ids stay: a message that comes once more is answered no second time.
_WORDS = """
    WITH gone AS (
        UPDATE agent.turns SET status = 'erased', input = '{"kind": "erased"}', message = NULL, messages = NULL,
            replies = NULL
        WHERE tenant_id = $1 AND conversation_id = ANY($2::uuid[]) AND started_at <= $3 AND status <> 'erased'
        RETURNING message_id)
    DELETE FROM agent.turn_steps s USING gone WHERE s.tenant_id = $1 AND s.message_id = gone.message_id"""

_CALLS = (
    "DELETE FROM agent.handoffs WHERE tenant_id = $1 AND conversation_id = ANY($2::uuid[]) AND began_at <= $3"
)

_NAMES = """
    DELETE FROM agent.conversations c WHERE tenant_id = $1 AND conversation_id = ANY($2::uuid[])
        AND NOT EXISTS (SELECT FROM agent.turns t WHERE t.tenant_id = $1
            AND t.conversation_id = c.conversation_id AND t.started_at > $3)"""

# Who has written again since keeps the conversation, but not what was kept of it in short.
_SUMMARIES = """
    UPDATE agent.conversations c SET summary = NULL, summary_seq = NULL
    WHERE tenant_id = $1 AND conversation_id = ANY($2::uuid[]) AND EXISTS (
        SELECT FROM agent.turns t WHERE t.tenant_id = $1 AND t.conversation_id = c.conversation_id
            AND t.seq >= c.summary_seq AND t.started_at <= $3)"""

_TOKENS = """
    DELETE FROM agent.mcp_tokens m USING unnest($2::text[], $3::text[]) AS i (channel, user_id)
    WHERE m.tenant_id = $1 AND m.scope = 'customer' AND m.created_at <= $4
        AND m.address ->> 'channel' = i.channel AND m.address ->> 'user_id' = i.user_id"""

_LETTERS = """
    DELETE FROM agent.dead_letters d USING unnest($2::text[]) AS trace
    WHERE d.tenant_id = $1 AND d.created_at <= $3
        AND (position(trace IN d.subject) > 0 OR position(convert_to(trace, 'UTF8') IN d.payload) > 0)"""


async def locked(connection: Connection, tenant_id: UUID, customer_ids: Sequence[UUID]) -> None:
    """Wait until nobody else changes what is known of these customers; until the end of the transaction."""
    await connection.execute(_LOCK, sorted(f"{tenant_id}/{customer_id}" for customer_id in customer_ids))


class People:
    """What booking decides about people, done to what the agent keeps. Raises what `shared.db.is_transient` knows."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def merge(self, job: MergePeople) -> None:
        """What the merged said of themselves goes to the survivor, from now on too. Of two values the one said later
        stays. Nothing when a newer merge or erasure of them is known."""
        async with self._db.tenant(job.tenant_id) as connection:
            await locked(connection, job.tenant_id, [*job.merged, job.survivor])
            rows = await connection.fetch(_LEAD, job.tenant_id, list(job.merged), job.survivor, job.at)
            if rows:
                merged = [row["customer_id"] for row in rows]
                await connection.execute(_MOVE, job.tenant_id, merged, job.survivor)

    async def forget(self, job: ForgetPerson) -> Sequence[UUID]:
        """Drop the words of this person's turns, their journal, summaries, preferences, names, calls to the business, MCP
        tokens and dead letters. The conversations in which there were some."""
        tenant_id, at = job.tenant_id, job.at
        channels = [one.channel for one in job.identities]
        users = [one.user_id for one in job.identities]
        async with self._db.tenant(tenant_id) as connection:
            await locked(connection, tenant_id, job.customer_ids)
            await self._forget_customers(connection, job)
            rows = await connection.fetch(_THEIR_CONVERSATIONS, tenant_id, channels, users)
            conversations = [row["conversation_id"] for row in rows]
            for statement in (_WORDS, _CALLS, _NAMES, _SUMMARIES):
                await connection.execute(statement, tenant_id, conversations, at)
            await connection.execute(_TOKENS, tenant_id, channels, users, at)
            traces = [str(each) for each in (*job.customer_ids, *conversations)]
            await connection.execute(_LETTERS, tenant_id, traces, at)
        return conversations

    @staticmethod
    async def _forget_customers(connection: Connection, job: ForgetPerson) -> None:
        who = (job.tenant_id, list(job.customer_ids))
        await connection.execute(
            "DELETE FROM agent.people WHERE tenant_id = $1 AND person_id IS NULL AND at < $2",
            job.tenant_id,
            job.at - KEPT_FOR,
        )
        await connection.execute(_FORGET, *who, job.at)
        await connection.execute(
            "DELETE FROM agent.preferences WHERE tenant_id = $1 AND customer_id = ANY($2::uuid[]) AND said_at <= $3",
            *who,
            job.at,
        )


async def unless_forgotten(
    connection: Connection, tenant_id: UUID, customer_id: UUID, said_at: datetime
) -> UUID | None:
    """Whose preference it is that this customer said then; None when that is forgotten. Locks the customer."""
    await locked(connection, tenant_id, [customer_id])
    row = await connection.fetchrow(
        "SELECT person_id, at FROM agent.people WHERE tenant_id = $1 AND customer_id = $2",
        tenant_id,
        customer_id,
    )
    if row is None:
        return customer_id
    if row["person_id"] is None:
        return customer_id if row["at"] < said_at else None
    return UUID(str(row["person_id"]))
