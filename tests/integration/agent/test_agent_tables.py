"""The agent's tables: what the code thinks they are, and who may see their rows."""

from __future__ import annotations

import json
from uuid import uuid4

import asyncpg
import pytest

from shared.db import Database
from shared.settings import Settings

_TABLES = {
    *("conversations", "turns", "turn_steps", "outbox", "dead_letters"),
    *("tenant_models", "model_answers", "preferences", "handoffs", "people", "operators", "handoff_rules"),
}


_WITH_ROWS = (
    *("conversations", "turns", "turn_steps", "preferences", "handoffs"),
    *("people", "operators", "handoff_rules"),
)


async def test_every_table_forces_row_security_by_tenant(database: Settings) -> None:
    owner = await asyncpg.connect(database.database_owner_url)
    rows = await owner.fetch(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS forced,"
        "       EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant') AS policy,"
        "       EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id'"
        "               AND a.attnotnull) AS tenant"
        " FROM pg_class c WHERE c.relnamespace = 'agent'::regnamespace AND c.relkind IN ('r', 'p')"
        " AND c.relname <> 'alembic_version'"
    )
    await owner.close()

    assert {row["relname"] for row in rows} >= _TABLES
    assert all(row["forced"] and row["policy"] and row["tenant"] for row in rows)


@pytest.mark.parametrize("table", sorted(_WITH_ROWS))
async def test_without_a_tenant_nothing_is_seen_and_another_tenant_sees_nothing(
    db: Database, table: str
) -> None:
    tenant_id, row_id = uuid4(), uuid4()
    async with db.tenant(tenant_id) as connection:
        more = (json.dumps({"channel": "whatsapp"}),) if "$3" in _FILL[table] else ()
        await connection.execute(_FILL[table], tenant_id, row_id, *more)

    async with db.tenant() as connection:
        assert await connection.fetchval(f"SELECT count(*) FROM agent.{table}") == 0
    async with db.tenant(uuid4()) as connection:
        assert await connection.fetchval(f"SELECT count(*) FROM agent.{table}") == 0
    async with db.tenant(tenant_id) as connection:
        assert await connection.fetchval(f"SELECT count(*) FROM agent.{table}") == 1


async def test_a_row_of_another_tenant_cannot_be_written(db: Database) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with db.tenant(uuid4()) as connection:
            await connection.execute(_FILL["turns"], uuid4(), uuid4(), "{}")


_FILL = {
    "conversations": "INSERT INTO agent.conversations (tenant_id, conversation_id, address) VALUES ($1, $2, $3)",
    "turns": "INSERT INTO agent.turns (tenant_id, message_id, conversation_id, input) VALUES ($1, $2, $2, $3)",
    "preferences": "INSERT INTO agent.preferences (tenant_id, customer_id, key, value, said_at)"
    " VALUES ($1, $2, 'time', 'mornings', now())",
    "handoffs": "INSERT INTO agent.handoffs (tenant_id, handoff_id, conversation_id, reason, began_at, until)"
    " VALUES ($1, $2, $2, 'asked', now(), now())",
    "people": "INSERT INTO agent.people (tenant_id, customer_id, at) VALUES ($1, $2, now())",
    "operators": "INSERT INTO agent.operators (tenant_id, channel, account_id, user_id, slug)"
    " VALUES ($1, 'whatsapp', 'a', $2::uuid::text, 'casa')",
    "handoff_rules": "INSERT INTO agent.handoff_rules (tenant_id, stuck)"
    " SELECT $1, 1 WHERE $2::uuid IS NOT NULL",
    "turn_steps": "INSERT INTO agent.turn_steps (tenant_id, message_id, key, payload) VALUES ($1, $2, 'k', $3)",
}
