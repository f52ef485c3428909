"""How is a database filled with a million bookings in a minute? By the server itself, two halves at a time."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

import asyncpg

from devkit.bench import filling_sql as sql
from devkit.bench.names import tenant_id
from devkit.demo.world import DemoSupervisor, World

_AT_ONCE = 2


@dataclass(frozen=True)
class Size:
    """What a database holds, how large it is on disk (bytes) and how long filling it took (seconds)."""

    tenants: int
    sessions: int
    bookings: int
    customers: int
    bytes: int
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.bookings:,} bookings, {self.sessions:,} sessions, {self.tenants} tenants, {self.customers:,} customers "
            f"({self.bytes / 1024**2:,.0f} MiB, filled in {self.seconds:.0f} s)"
        )


class FilledSupervisor(DemoSupervisor):
    """A demo whose database is filled before the services start; `size` is what it holds then."""

    size: Size

    def __init__(self, world: World, tenants: int, *, salon: bool = False) -> None:
        """Only booking runs. `tenants`: each has 500 sessions and about 5,000 bookings. `salon`: and one for slots."""
        super().__init__(world, services=("booking",))
        self._tenants = tenants
        self._salon = salon

    async def start_children(self) -> None:
        """Fill, then start."""
        self.size = await fill(self.settings.database_owner_url or "", self._tenants, salon=self._salon)
        await super().start_children()


_PREWARM = """
SELECT sum(pg_prewarm(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'booking' AND c.relkind IN ('r', 'i')
"""


async def fill(owner_url: str, tenants: int, *, salon: bool = False) -> Size:
    """Fill an empty, migrated database; the owner must be a superuser (an embedded server's is)."""
    started = time.monotonic()
    now = datetime.now(UTC)
    await asyncio.gather(*(_part(owner_url, first, last, now) for first, last in _parts(tenants)))
    connection = await asyncpg.connect(owner_url)
    try:
        if salon:
            await _salon(connection, now)
        # As the server's own housekeeping would leave it: no hints to be set and nothing to be flushed by the measured.
        await connection.execute("VACUUM (ANALYZE)")
        await connection.execute("CHECKPOINT")
        # As a server that has run for a while: its pages in memory, nothing left in the system's write cache.
        await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
        await connection.execute(_PREWARM)
        await asyncio.to_thread(os.sync)
        return await _size(connection, time.monotonic() - started)
    finally:
        await connection.close()


def _parts(tenants: int) -> list[tuple[int, int]]:
    """Tenants 1 to `tenants` in contiguous parts, first and last."""
    edges = [tenants * n // _AT_ONCE for n in range(_AT_ONCE + 1)]
    return [(first + 1, last) for first, last in pairwise(edges) if last > first]


async def _part(owner_url: str, first: int, last: int, now: datetime) -> None:
    connection = await asyncpg.connect(owner_url)
    try:
        async with _without_triggers(connection):
            for statement in sql.FILL:
                await connection.execute(statement, first, last, now)
            await connection.execute(sql.OCCUPY, [tenant_id(n) for n in range(first, last + 1)])
    finally:
        await connection.close()


async def _salon(connection: asyncpg.Connection[asyncpg.Record], now: datetime) -> None:
    async with _without_triggers(connection):
        for statement in sql.SALON:
            wanted = (tenant_id(0), now) if "$2" in statement else (tenant_id(0),)
            await connection.execute(statement, *wanted)
        await connection.execute(sql.OCCUPY, [tenant_id(0)])


class _without_triggers:  # noqa: N801  # used like a function
    """A transaction in which foreign keys are not looked up row by row, and nobody's calendar is kept."""

    def __init__(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        self._connection = connection
        self._transaction = connection.transaction()

    async def __aenter__(self) -> None:
        await self._transaction.start()
        await self._connection.execute("SET LOCAL session_replication_role = replica")

    async def __aexit__(self, kind: object, *_: object) -> None:
        await (self._transaction.rollback() if kind else self._transaction.commit())


async def _size(connection: asyncpg.Connection[asyncpg.Record], seconds: float) -> Size:
    row = await connection.fetchrow(
        "SELECT (SELECT count(*) FROM booking.tenants) AS tenants, (SELECT count(*) FROM booking.sessions) AS sessions,"
        " (SELECT count(*) FROM booking.bookings) AS bookings, (SELECT count(*) FROM booking.customers) AS customers,"
        " pg_database_size(current_database()) AS bytes"
    )
    assert row is not None  # an aggregate has one row
    return Size(**dict(row), seconds=seconds)
