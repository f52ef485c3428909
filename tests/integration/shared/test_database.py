"""Transactions when the server dies under them, or their task is cancelled: never a leak, always an error worth a repeat."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest

from shared.db import Database, is_transient
from shared.outbox import Outgoing, TableOutbox
from shared.settings import Settings
from tests.integration.conftest import eventually
from usher.embedded import EmbeddedServers


def row(tenant: UUID) -> Outgoing:
    return Outgoing(tenant, uuid4(), "evt.test.x.y.z", b"{}")


@pytest.mark.chaos
async def test_every_transaction_under_way_fails_transiently_when_the_server_is_killed(
    servers: EmbeddedServers, database: Settings
) -> None:
    db = await Database.open(database.database_url or "", size=8)
    outbox, tenant = TableOutbox(db, "notifier", resend_after=3600), uuid4()
    entered = 0

    async def work() -> None:
        nonlocal entered
        async with db.tenant(tenant) as connection:
            await outbox.add(connection, [row(tenant)])
            entered += 1
            await connection.execute("SELECT pg_sleep(30)")

    working = [asyncio.create_task(work()) for _ in range(8)]
    await eventually(lambda: entered == 8)
    await asyncio.to_thread(servers.postgres.kill)
    errors = await asyncio.gather(*working, return_exceptions=True)
    await asyncio.to_thread(servers.postgres.start)

    assert all(isinstance(error, Exception) and is_transient(error) for error in errors), errors
    await eventually(db.ping)
    async with db.tenant(tenant) as connection:
        assert await connection.fetchval("SELECT count(*) FROM notifier.outbox") == 0
    await db.close()


async def test_a_cancelled_transaction_leaves_nothing_behind_on_its_connection(database: Settings) -> None:
    db = await Database.open(database.database_url or "", size=1)
    outbox, tenant = TableOutbox(db, "notifier", resend_after=3600), uuid4()
    entered = asyncio.Event()

    async def work() -> None:
        async with db.tenant(tenant) as connection:
            await outbox.add(connection, [row(tenant)])
            entered.set()
            await connection.execute("SELECT pg_sleep(30)")

    task = asyncio.create_task(work())
    await entered.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    async with db.tenant() as connection:  # the only connection of the pool
        assert await connection.fetchval("SELECT current_setting('app.tenants', true)") in (None, "")
    async with db.tenant(tenant) as connection:
        assert await connection.fetchval("SELECT count(*) FROM notifier.outbox") == 0
    await db.close()


async def test_a_body_that_raises_is_rolled_back(database: Settings) -> None:
    db = await Database.open(database.database_url or "", size=1)
    outbox, tenant = TableOutbox(db, "notifier", resend_after=3600), uuid4()

    with pytest.raises(ValueError, match="no"):
        async with db.tenant(tenant) as connection:
            await outbox.add(connection, [row(tenant)])
            raise ValueError("no")

    async with db.tenant(tenant) as connection:
        assert await connection.fetchval("SELECT count(*) FROM notifier.outbox") == 0
    await db.close()
