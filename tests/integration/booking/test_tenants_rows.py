"""Does the database itself keep tenants apart? Every table of every service, walked through the catalogue."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from shared.db import SYSTEM_ROLE, Database
from shared.ids import derive
from shared.migrate import SERVICES_WITH_TABLES
from shared.settings import Settings
from tests.integration.booking.tenants_scenario import Business, superuser, tables, two_businesses

# Read and routed for all tenants: outboxes and dead letters (relays, operators), what arrives and leaves by the gateway,
# payments that are due, and which tenants there are. Nothing of it is a person, a booking or a conversation.
SYSTEM_SEES = {
    *(f"{schema}.{name}" for schema in SERVICES_WITH_TABLES for name in ("outbox", "dead_letters")),
    "gateway.channel_accounts", "gateway.inbox", "gateway.quarantine", "gateway.deliveries",
    "gateway.account_notices", "gateway.raw_bodies", "gateway.conversations",
    "booking.payments", "booking.refunds", "booking.tenants",
} - {"gateway.outbox"}  # fmt: skip

POLICIES = """
SELECT schemaname || '.' || tablename AS name, policyname, roles::text[] AS roles, cmd, qual, with_check FROM pg_policies
WHERE schemaname = ANY ($1)
"""


@pytest.fixture
async def owner(database: Settings) -> AsyncIterator[asyncpg.Connection]:
    async with superuser(database) as connection:
        yield connection


@pytest.fixture(scope="module")
async def both(quick: Settings) -> AsyncIterator[tuple[Business, Business]]:
    async with two_businesses(quick) as businesses:
        yield businesses


@pytest.fixture
async def ours(both: tuple[Business, Business], owner: asyncpg.Connection) -> Business:
    """A business that has a row in every table there is."""
    empty = [t for t in await tables(owner) if not await count(owner, t, both[0])]
    assert empty == [], "fill these too: otherwise seeing nothing in them means nothing"
    return both[0]


async def count(connection: asyncpg.Connection, table: str, business: Business) -> int:
    return int(
        await connection.fetchval(f"SELECT count(*) FROM {table} WHERE tenant_id = $1", business.tenant_id)
    )


async def test_every_table_of_every_service_forces_row_security_on_its_tenant(
    owner: asyncpg.Connection,
) -> None:
    rows = await owner.fetch(
        "SELECT n.nspname || '.' || c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS forced"
        " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY ($1) AND c.relname <> 'alembic_version'",
        list(SERVICES_WITH_TABLES),
    )
    assert len(rows) > 30
    assert [row["name"] for row in rows if not row["forced"]] == []

    policies = await owner.fetch(POLICIES, list(SERVICES_WITH_TABLES))
    by_tenant = {p["name"] for p in policies if p["policyname"] == "tenant" and p["cmd"] == "ALL"}
    assert by_tenant == {row["name"] for row in rows}
    for policy in policies:
        if policy["roles"] == [SYSTEM_ROLE]:
            continue
        # Permissive policies add up: a single one that does not look at the tenant would open the table.
        assert "tenant_id = ANY" in policy["qual"] and "app.tenants" in policy["qual"], dict(policy)
        assert policy["with_check"] == policy["qual"], dict(policy)


async def test_nothing_else_leads_around_row_security(owner: asyncpg.Connection, database: Settings) -> None:
    # Views read with their owner's rights, and so do functions that are SECURITY DEFINER.
    others = await owner.fetch(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = ANY ($1) AND c.relkind IN ('v', 'm', 'f')"
        " UNION ALL SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname = ANY ($1) AND p.prosecdef",
        list(SERVICES_WITH_TABLES),
    )
    assert [row[0] for row in others] == []

    service = await asyncpg.connect(database.database_url)
    role = await service.fetchrow("SELECT * FROM pg_roles WHERE rolname = current_user")
    owned = await service.fetchval("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
    await service.close()
    assert role is not None
    assert not (role["rolsuper"] or role["rolbypassrls"] or role["rolcreaterole"])
    assert owned == 0


async def test_who_names_no_tenant_sees_no_row_of_any_table(
    ours: Business, owner: asyncpg.Connection, database: Settings
) -> None:
    every = await tables(owner)
    forgetful = await asyncpg.connect(database.database_url)  # a service that did not say whose rows it wants
    seen = {table: await forgetful.fetchval(f"SELECT count(*) FROM {table}") for table in every}
    await forgetful.close()

    assert seen == dict.fromkeys(every, 0)


async def test_another_tenant_sees_no_row_and_can_neither_change_nor_delete_one(
    ours: Business, owner: asyncpg.Connection, db: Database
) -> None:
    stranger = derive("stranger", ours.tenant_id)
    for table in await tables(owner):
        async with db.tenant(stranger) as connection:
            assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0, table
        for statement in (
            f"UPDATE {table} SET tenant_id = tenant_id WHERE tenant_id = $1",
            f"DELETE FROM {table} WHERE tenant_id = $1",
        ):
            assert await touched(db, stranger, statement, ours) == 0, statement
    assert [t for t in await tables(owner) if not await count(owner, t, ours)] == []


async def touched(db: Database, as_tenant: object, statement: str, business: Business) -> int:
    """How many rows the statement reached; none where the role may not do such a thing at all."""
    try:
        async with db.tenant(as_tenant) as connection:  # type: ignore[arg-type]
            return int((await connection.execute(statement, business.tenant_id)).rsplit(" ", 1)[-1])
    except asyncpg.InsufficientPrivilegeError:
        return 0


async def test_no_row_can_be_put_among_another_tenants(
    ours: Business, owner: asyncpg.Connection, db: Database
) -> None:
    stranger = derive("stranger", ours.tenant_id)
    for table in await tables(owner):
        row = await owner.fetchval(
            f"SELECT to_jsonb(t)::text FROM {table} t WHERE tenant_id = $1 LIMIT 1", ours.tenant_id
        )
        copied = f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM jsonb_populate_record(NULL::{table}, $1::jsonb)"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with db.tenant(stranger) as connection:
                await connection.execute(copied, row)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):  # nor can a row of one's own be given away
            async with db.tenant(ours.tenant_id) as connection:
                await connection.execute(f"UPDATE {table} SET tenant_id = $1", stranger)


async def test_the_role_that_spans_tenants_sees_when_sessions_are_due_and_nothing_else_of_them(
    ours: Business, owner: asyncpg.Connection, db: Database
) -> None:
    columns = await owner.fetch(
        "SELECT column_name, privilege_type FROM information_schema.column_privileges"
        " WHERE grantee = $1 AND table_schema = 'booking' AND table_name = 'sessions'",
        SYSTEM_ROLE,
    )
    assert {tuple(row) for row in columns} == {(name, "SELECT") for name in ("tenant_id", "id", "due_at")}

    async with db.system() as connection:
        found = await connection.fetch(
            "SELECT tenant_id, id, due_at FROM booking.sessions WHERE due_at IS NOT NULL"
        )
    assert ours.tenant_id in {row["tenant_id"] for row in found}
    for statement in ("SELECT capacity FROM booking.sessions", "UPDATE booking.sessions SET due_at = now()"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with db.system() as connection:
                await connection.execute(statement)


async def test_the_role_that_spans_tenants_reaches_no_other_table(
    ours: Business, owner: asyncpg.Connection, db: Database
) -> None:
    reached = set()
    for table in await tables(owner):
        try:
            async with db.system() as connection:
                await connection.fetch(f"SELECT * FROM {table} LIMIT 1")
        except asyncpg.InsufficientPrivilegeError:
            continue
        reached.add(table)
    assert reached == SYSTEM_SEES
