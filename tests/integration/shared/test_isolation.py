"""Tenants never see each other: the database itself refuses, for every table of every service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from shared.db import Database
from shared.migrate import SERVICES_WITH_TABLES, MigrationFailed, migrate, pending
from shared.outbox import Outgoing, TableOutbox
from shared.settings import Settings


@pytest.fixture
async def db(database: Settings) -> AsyncIterator[Database]:
    opened = await Database.open(database.database_url or "")
    yield opened
    await opened.close()


@pytest.fixture
async def owner(settings: Settings, db: Database) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(settings.database_owner_url)
    yield connection
    await connection.close()


async def tables(owner: asyncpg.Connection) -> list[asyncpg.Record]:
    return await owner.fetch(
        "SELECT n.nspname AS schema, c.relname AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced"
        " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY($1) AND c.relname <> 'alembic_version'",
        list(SERVICES_WITH_TABLES),
    )


async def test_every_table_has_forced_row_level_security_and_a_tenant(owner: asyncpg.Connection) -> None:
    found = await tables(owner)

    assert len(found) > 10
    assert [f"{t['schema']}.{t['name']}" for t in found if not (t["enabled"] and t["forced"])] == []
    without = await owner.fetch(
        "SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY($1) AND c.relname <> 'alembic_version' AND NOT EXISTS"
        " (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnotnull)",
        list(SERVICES_WITH_TABLES),
    )
    assert [row["name"] for row in without] == []


async def test_a_transaction_without_a_tenant_sees_no_row_of_any_table(
    db: Database, owner: asyncpg.Connection
) -> None:
    outbox, tenant = TableOutbox(db, "notifier", resend_after=3600), uuid4()
    async with db.tenant(tenant) as connection:
        await outbox.add(connection, [Outgoing(tenant, uuid4(), "evt.test.x.y.z", b"{}")])

    async with db.tenant() as nobody:
        for table in await tables(owner):
            assert await nobody.fetchval(f"SELECT count(*) FROM {table['schema']}.{table['name']}") == 0

    async with db.tenant(tenant) as connection:
        assert await connection.fetchval("SELECT count(*) FROM notifier.outbox") == 1


async def test_one_tenant_neither_sees_nor_writes_rows_of_another(db: Database) -> None:
    outbox, mine, theirs = TableOutbox(db, "notifier", resend_after=3600), uuid4(), uuid4()
    async with db.tenant(theirs) as connection:
        await outbox.add(connection, [Outgoing(theirs, uuid4(), "evt.test.x.y.z", b"{}")])

    async with db.tenant(mine) as connection:
        assert (
            await connection.fetchval("SELECT count(*) FROM notifier.outbox WHERE tenant_id = $1", theirs)
            == 0
        )
        assert (
            await connection.execute("DELETE FROM notifier.outbox WHERE tenant_id = $1", theirs) == "DELETE 0"
        )
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with db.tenant(mine) as connection:
            await outbox.add(connection, [Outgoing(theirs, uuid4(), "evt.test.x.y.z", b"{}")])


async def test_a_transaction_may_name_several_tenants(db: Database) -> None:
    outbox, one, two = TableOutbox(db, "notifier", resend_after=3600), uuid4(), uuid4()
    async with db.tenant(one, two) as connection:
        await outbox.add(
            connection, [Outgoing(tenant, uuid4(), "evt.test.x.y.z", b"{}") for tenant in (one, two)]
        )
        assert await connection.fetchval("SELECT count(DISTINCT tenant_id) FROM notifier.outbox") == 2


async def test_the_tenant_does_not_stay_on_a_pooled_connection(settings: Settings, db: Database) -> None:
    single = await Database.open(settings.database_url or "", size=1)
    tenant = uuid4()
    async with single.tenant(tenant) as connection:
        await TableOutbox(single, "notifier", resend_after=3600).add(
            connection, [Outgoing(tenant, uuid4(), "evt.test.x.y.z", b"{}")]
        )
    async with single.tenant() as connection:
        assert await connection.fetchval("SELECT count(*) FROM notifier.outbox") == 0
    await single.close()


async def test_a_reader_sees_its_tenants_and_leaves_none_on_the_connection(settings: Settings) -> None:
    single, mine, theirs = await Database.open(settings.database_url or "", size=1), uuid4(), uuid4()
    async with single.tenant(mine, theirs) as connection:
        await TableOutbox(single, "notifier", resend_after=3600).add(
            connection, [Outgoing(tenant, uuid4(), "evt.test.x.y.z", b"{}") for tenant in (mine, theirs)]
        )
    tenants = "SELECT tenant_id FROM notifier.outbox ORDER BY tenant_id"

    async with single.reading(mine) as reader:
        assert [row["tenant_id"] for row in await reader.fetch(tenants)] == [mine]
        assert await reader.fetchval("SELECT count(*) FROM notifier.outbox WHERE tenant_id = $1", theirs) == 0
    async with single.reading(mine, theirs) as reader:
        assert [row["tenant_id"] for row in await reader.fetch(tenants)] == sorted([mine, theirs])
    async with single.reading() as reader:
        assert await reader.fetchrow(tenants) is None
    async with single.single() as connection:
        assert await connection.fetch(tenants) == []
    await single.close()


async def test_every_table_can_be_read_by_a_statement_that_says_whose_rows_it_is_about(
    db: Database, owner: asyncpg.Connection
) -> None:
    """Whatever the plan is, also that of a table PostgreSQL knows nothing of yet: the tenant is set before a row is read."""
    outbox, tenant = TableOutbox(db, "notifier", resend_after=3600), uuid4()
    async with db.tenant(tenant) as connection:
        await outbox.add(connection, [Outgoing(tenant, uuid4(), "evt.test.x.y.z", b"{}")])

    async with db.reading(tenant) as reader:
        for table in await tables(owner):
            name = f"{table['schema']}.{table['name']}"
            joined = (
                "SELECT o.id FROM notifier.outbox o"
                f" LEFT JOIN {name} x ON x.tenant_id = o.tenant_id WHERE o.tenant_id = $1"
            )
            assert await reader.fetchval(joined, tenant) is not None


async def test_the_system_role_reaches_nothing_that_holds_people(
    db: Database, owner: asyncpg.Connection
) -> None:
    readable = await owner.fetch(
        "SELECT table_schema || '.' || table_name AS name FROM information_schema.role_table_grants"
        " WHERE grantee = 'usher_system' AND privilege_type = 'SELECT'"
    )

    names = {row["name"] for row in readable}
    assert names.isdisjoint(
        {"booking.bookings", "booking.customers", "agent.turns", "notifier.notifications"}
    )
    assert "notifier.outbox" in names


async def test_migrating_again_changes_nothing_and_nothing_is_pending(
    settings: Settings, db: Database
) -> None:
    assert settings.database_url and settings.database_owner_url
    first = await migrate(settings.database_owner_url, settings.database_url)
    again = await migrate(settings.database_owner_url, settings.database_url)

    assert first == again
    assert set(first) == set(SERVICES_WITH_TABLES)
    assert await pending(settings.database_url) == []


async def test_services_may_not_connect_as_the_owner(settings: Settings, db: Database) -> None:
    assert settings.database_owner_url
    with pytest.raises(MigrationFailed, match="bypasses row-level security"):
        await migrate(settings.database_owner_url, settings.database_owner_url)
