"""Which partitions this instance works on: its fair share, claimed by PostgreSQL advisory locks on one connection.

When the process or the connection dies the claims die with it; no clock and no heartbeat of our own. Ownership makes
work orderly, not safe: safety rests on conditional writes and stored outcomes (docs/adr/0003).
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable
from math import ceil

import asyncpg

from shared.db import FROZEN_AFTER_MS, is_transient
from shared.tasks import spawn
from shared.telemetry import PARTITIONS_OWNED, get_logger

_MEMBER_KEY = 1_000_000
"""Lock object that every member holds in share mode; partitions use their own number."""

OnChange = Callable[[int], Awaitable[None]]


def fair_share(partitions: int, members: int) -> int:
    """How many partitions one of `members` instances should own, at most."""
    return ceil(partitions / max(1, members))


class PartitionOwnership:
    """Claims partitions of `group` (a service and a stream) and gives the surplus back when others join.

    `claimed(partition)` is awaited after a claim, `released(partition)` before it is given back (or after it was
    lost with the connection).
    """

    def __init__(
        self, url: str, group: str, partitions: int, claimed: OnChange, released: OnChange, *, interval: float
    ) -> None:
        self._url = url
        self._group = group
        self._class = zlib.crc32(group.encode()) - 2**31  # advisory locks take a signed 32-bit number
        self._partitions = partitions
        self._claimed = claimed
        self._released = released
        self._interval = interval
        self._owned: set[int] = set()
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._log = get_logger(group.split(":", 1)[0]).bind(group=group)
        self._metric = PARTITIONS_OWNED.labels(*group.split(":", 1))

    @property
    def owned(self) -> frozenset[int]:
        """The partitions that are ours now."""
        return frozenset(self._owned)

    def start(self) -> None:
        """Begin claiming, in the background."""
        self._task = spawn(self._run(), name=f"ownership {self._group}")

    async def stop(self) -> None:
        """Give everything back and stop."""
        self._stopping.set()
        if self._task:
            await self._task

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                await self._session()
            except Exception as error:
                if not is_transient(error) and not isinstance(error, asyncpg.PostgresError):
                    raise
                self._log.warning("ownership_lost", error=str(error) or type(error).__name__)
            finally:
                await self._drop_all()
            await self._pause(0.25)

    async def _session(self) -> None:
        connection = await asyncpg.connect(
            self._url,
            timeout=5,
            command_timeout=5,
            server_settings={
                "application_name": f"own {self._group}"[:60],
                "idle_session_timeout": str(FROZEN_AFTER_MS),
            },
        )
        try:
            await connection.execute("SELECT pg_advisory_lock_shared($1, $2)", self._class, _MEMBER_KEY)
            while not self._stopping.is_set():
                await self._balance(connection)
                await self._pause(self._interval)
            await self._drop_all()
        finally:
            await connection.close(timeout=1)

    async def _balance(self, connection: asyncpg.Connection) -> None:
        members = await connection.fetchval(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted"
            " AND classid::bigint = $1 AND objid::bigint = $2",
            self._class % 2**32,
            _MEMBER_KEY,
        )
        share = fair_share(self._partitions, members)
        for partition in sorted(self._owned, reverse=True)[: max(0, len(self._owned) - share)]:
            await self._released(partition)
            self._owned.discard(partition)
            await connection.execute("SELECT pg_advisory_unlock($1, $2)", self._class, partition)
        for partition in range(self._partitions):
            if len(self._owned) >= share:
                break
            if partition not in self._owned and await connection.fetchval(
                "SELECT pg_try_advisory_lock($1, $2)", self._class, partition
            ):
                self._owned.add(partition)
                await self._claimed(partition)
        self._metric.set(len(self._owned))

    async def _drop_all(self) -> None:
        for partition in sorted(self._owned):
            await self._released(partition)
        self._owned.clear()
        self._metric.set(0)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return
