"""What integration tests share: a bus on the real NATS, a schema with an outbox, and waiting for a condition."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import asyncpg
import pytest

from shared.bus import Bus
from shared.migrate import migrate
from shared.settings import Settings
from shared.streams import stream_configs

T = TypeVar("T")


async def eventually(
    check: Callable[[], Awaitable[T]] | Callable[[], T], *, within: float = 20.0, every: float = 0.02
) -> T:
    """The first truthy value of `check`; fails with the last one when there is none within `within` seconds."""
    until = time.monotonic() + within
    while True:
        value = check()
        if asyncio.iscoroutine(value):
            value = await value
        if value:
            return value  # type: ignore[return-value]
        if time.monotonic() > until:
            pytest.fail(f"not within {within} s; last seen: {value!r}")
        await asyncio.sleep(every)


@pytest.fixture(scope="session")
async def database(settings: Settings) -> Settings:
    """Settings whose database is migrated."""
    assert settings.database_owner_url
    assert settings.database_url
    await migrate(settings.database_owner_url, settings.database_url)
    return settings


@pytest.fixture(scope="module", autouse=True)
async def empty_streams(request: pytest.FixtureRequest) -> None:
    """What the tests of other modules left in the streams, or to be sent again, is not this module's business."""
    if request.path.parent == Path(__file__).parent:
        return  # the tests of the servers themselves
    settings: Settings = request.getfixturevalue("settings")
    bus = await Bus.connect(settings.nats_url or "", "sweeper")
    for config in stream_configs():
        await bus.js.purge_stream(config.name or "")
    await bus.close()
    await _send_nothing_again(settings.database_owner_url or "")


async def _send_nothing_again(owner_url: str) -> None:
    """Nobody is there any more to confirm it, and hundreds of rows are sent again each second after a while."""
    connection = await asyncpg.connect(owner_url)
    try:
        outboxes = await connection.fetch(
            "SELECT c.oid::regclass::text AS name FROM pg_class c WHERE c.relname = 'outbox' AND c.relkind = 'r'"
        )
        for outbox in outboxes:
            await connection.execute(f"DELETE FROM {outbox['name']}")
        if await connection.fetchval("SELECT to_regclass('gateway.inbox') IS NOT NULL"):
            await connection.execute("UPDATE gateway.inbox SET handled_at = now() WHERE handled_at IS NULL")
    finally:
        await connection.close()


@pytest.fixture
async def bus(settings: Settings) -> AsyncIterator[Bus]:
    """A bus of a service called `probe`."""
    assert settings.nats_url
    bus = await Bus.connect(settings.nats_url, "probe")
    await bus.start()
    yield bus
    await bus.close()
