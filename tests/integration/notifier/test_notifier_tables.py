"""The notifier's tables: what the code thinks they are, and who may see their rows."""

from __future__ import annotations

from uuid import uuid4

import asyncpg
import pytest

from shared.db import Database
from shared.settings import Settings

_TABLES = {"notifications", "receipts", "calendars", "forgotten", "outbox", "dead_letters"}


async def test_every_table_forces_row_security_by_tenant(database: Settings) -> None:
    owner = await asyncpg.connect(database.database_owner_url)
    rows = await owner.fetch(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS forced,"
        "       EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant') AS policy,"
        "       EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id'"
        "               AND a.attnotnull) AS tenant"
        " FROM pg_class c WHERE c.relnamespace = 'notifier'::regnamespace AND c.relkind IN ('r', 'p')"
        " AND c.relname <> 'alembic_version'"
    )
    await owner.close()

    assert {row["relname"] for row in rows} == _TABLES
    assert all(row["forced"] and row["policy"] and row["tenant"] for row in rows)


@pytest.mark.parametrize("table", sorted(_TABLES))
async def test_without_a_tenant_nothing_is_seen_and_another_tenant_sees_nothing(
    db: Database, database: Settings, table: str
) -> None:
    tenant_id = uuid4()
    owner = await asyncpg.connect(database.database_owner_url)
    await owner.execute(_FILL[table], tenant_id, uuid4())
    await owner.close()

    async with db.tenant() as connection:
        assert await connection.fetchval(f"SELECT count(*) FROM notifier.{table}") == 0
    async with db.tenant(uuid4()) as connection:
        assert await connection.fetchval(f"SELECT count(*) FROM notifier.{table}") == 0
    async with db.tenant(tenant_id) as connection:
        assert await connection.fetchval(f"SELECT count(*) FROM notifier.{table}") == 1


async def test_a_row_of_another_tenant_cannot_be_written(db: Database) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with db.tenant(uuid4()) as connection:
            await connection.execute(_FILL["receipts"], uuid4(), uuid4())


_FILL = {
    "notifications": "INSERT INTO notifier.notifications VALUES ($1, $2, $2, $2, $2, 'receipt', $2, '{}')",
    "calendars": "INSERT INTO notifier.calendars VALUES ($1, $2, 0, now())",
    "receipts": "INSERT INTO notifier.receipts VALUES ($1, $2, $2, $2, 'requested', '{}')",
    "forgotten": "INSERT INTO notifier.forgotten VALUES ($1, $2, now())",
    # Never due, so that no relay sends it.
    "outbox": "INSERT INTO notifier.outbox VALUES ($1, $2, 'out.x', '', now(), 0, 'infinity')",
    "dead_letters": "INSERT INTO notifier.dead_letters VALUES ($1, $2, 'evt.x', '', 'a reason', 1)",
}


async def test_a_notification_is_about_a_booking_or_an_entry_and_never_about_both_or_neither(
    db: Database,
) -> None:
    for booking_id, entry_id in ((uuid4(), uuid4()), (None, None)):
        tenant_id = uuid4()
        with pytest.raises(asyncpg.CheckViolationError, match="notifications_about_check"):
            async with db.tenant(tenant_id) as connection:
                await connection.execute(
                    "INSERT INTO notifier.notifications (tenant_id, id, event_id, booking_id, entry_id,"
                    " recipient_id, purpose, conversation_id, body)"
                    " VALUES ($1, $2, $2, $3, $4, $2, 'x', $2, '{}')",
                    tenant_id,
                    uuid4(),
                    booking_id,
                    entry_id,
                )
