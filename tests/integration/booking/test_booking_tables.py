"""Are the tables what the code believes, and does every one of them keep tenants apart?"""

from __future__ import annotations

import asyncpg

from services.booking.app import BookingService
from services.booking.tables import metadata
from shared.db import Database
from shared.settings import Settings
from tests.integration.booking.conftest import Studio

ALEMBIC = "alembic_version"  # Alembic's own: a revision, no tenant's data


async def test_every_table_forces_row_level_security(database: Settings) -> None:
    connection = await asyncpg.connect(database.database_owner_url)
    try:
        rows = await connection.fetch(
            "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS forced,"
            " (SELECT count(*) FROM pg_policies p WHERE p.schemaname = 'booking' AND p.tablename = c.relname) AS policies"
            " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'booking' AND c.relkind IN ('r', 'p') AND c.relname <> $1",
            ALEMBIC,
        )
    finally:
        await connection.close()
    assert {row["relname"] for row in rows} == {table.name for table in metadata.tables.values()}
    assert [row["relname"] for row in rows if not row["forced"] or not row["policies"]] == []


async def test_a_tenant_sees_its_own_rows_and_nobody_elses(
    booking: BookingService, quick: Settings, studio: Studio, other_studio: Studio, db: Database
) -> None:
    await other_studio.book((await other_studio.sessions())[0], other_studio.contact(1))
    filled = [
        "tenants", "staff", "services", "service_staff", "schedules", "sessions", "customers",
        "customer_identities", "bookings", "command_outcomes", "outbox",
    ]  # fmt: skip
    theirs = f"tenant_id = '{other_studio.tenant_id}'"
    assert all([await other_studio.count(table, theirs) for table in filled])
    assert [await studio.count(table, theirs) for table in filled] == [0] * len(filled)

    connection = await asyncpg.connect(quick.database_url)  # a service that forgot to say whose rows it wants
    try:
        for table in metadata.tables:
            assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0, table
    finally:
        await connection.close()


async def test_a_tenant_cannot_write_into_another(studio: Studio, other_studio: Studio, db: Database) -> None:
    statement = "UPDATE booking.sessions SET seats_taken = capacity WHERE tenant_id = $1"
    async with db.tenant(studio.tenant_id) as connection:
        assert await connection.execute(statement, other_studio.tenant_id) == "UPDATE 0"
