"""Does booking stay fast as its database grows? A mixed load, slot search and memory on 10,000 and 1,000,000 bookings."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from devkit.bench.disk import in_memory
from devkit.bench.filling import FilledSupervisor
from devkit.bench.filling_sql import SESSIONS
from devkit.bench.mixed import (
    INSTANCES,
    SECONDS,
    Run,
    connected,
    figures_alone,
    figures_in_memory,
    figures_on_disk,
    mixed,
    p95,
    spread,
)
from devkit.bench.names import service_id, session_id, tenant_id
from devkit.bench.open_loop import OpenLoop, Request
from devkit.bench.report import Figure
from devkit.bench.window import Window, encoded
from devkit.demo.world import private_world
from shared import subjects
from shared.ids import derive
from shared.messages.booking import FindSlots, SettleSession
from usher.embedded.postgres import OPTIONS

SMALL, BIG = 2, 200
SHARED_BUFFERS = "2GB"
"""Of the measured server: more than the big database, as its operator would set it; the embedded default is less."""
ROOM_IN_MEMORY = 6 * 1024**3
"""Bytes that the big database needs while it is filled and measured, with its log."""
SLOT_QUERIES = 200
SLOT_QUERIES_PER_SECOND = 10
SLOT_TARGET_MS = 20.0

Say = Callable[[str], None]


async def measure(
    *, small: int = SMALL, big: int = BIG, seconds: float = SECONDS, say: Say = print
) -> list[Figure]:
    """All figures of a growing database. `small` and `big`: tenants; `seconds` of mixed load on each; `say`: the log."""
    async with running(small) as supervisor:
        few = await mixed(supervisor, small, seconds)
    async with running(big, salon=True) as supervisor:
        many = await mixed(supervisor, big, seconds)
        figures = figures_on_disk(few, many, seconds)
        figures += figures_alone(await alone(supervisor, big, seconds), many)
        others = await slot_search(supervisor) + await memory(supervisor, big)
    return figures + await without_disk(small, big, seconds, say) + others


async def without_disk(small: int, big: int, seconds: float, say: Say) -> list[Figure]:
    """The mixed load on the same two databases in memory; nothing where there is no room for them."""
    folder = in_memory(ROOM_IN_MEMORY)
    if folder is None:
        room = ROOM_IN_MEMORY / 1024**3
        say(f"  no memory file system with {room:g} GiB free: the figures without disk are left out")
        return []
    async with running(small, within=folder) as supervisor:
        few = await mixed(supervisor, small, seconds)
    async with running(big, salon=True, within=folder) as supervisor:
        many = await mixed(supervisor, big, seconds)
        one = await alone(supervisor, big, seconds)
    return figures_in_memory(few, many) + figures_alone(one, many, in_memory=True)


async def alone(supervisor: FilledSupervisor, tenants: int, seconds: float) -> Run:
    """The same load on one instance; the others are gone afterwards."""
    for number in range(2, INSTANCES + 1):
        await supervisor.kill(f"booking-{number}")
    return await mixed(supervisor, tenants, seconds, seed=2 * tenants)


@asynccontextmanager
async def running(
    tenants: int, *, salon: bool = False, within: Path | None = None
) -> AsyncIterator[FilledSupervisor]:
    """Booking on a filled database, in a folder that is gone afterwards. `within`: where (else for temporary files)."""
    OPTIONS["shared_buffers"] = SHARED_BUFFERS
    with TemporaryDirectory(prefix="usher-bench-", dir=within, ignore_cleanup_errors=True) as folder:
        # Nobody confirms what a lone service sends: repeats would only disturb the measurement.
        world = private_world(
            Path(folder), resend_after_seconds=3600.0, log_level="warning", booking_instances=INSTANCES
        )
        async with FilledSupervisor(world, tenants, salon=salon) as supervisor:
            yield supervisor


async def slot_search(supervisor: FilledSupervisor) -> list[Figure]:
    """Slots of four weeks with 20 staff members, 12 rooms and buffers: through the bus, and the pure part of it."""
    client = await connected(supervisor)
    day = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    queries = [
        FindSlots(
            tenant_id=tenant_id(0),
            service_id=service_id(0, 4),
            starts_from=day + timedelta(hours=n % 72),
            starts_before=day + timedelta(days=28, hours=n % 72),
        )
        for n in range(SLOT_QUERIES)
    ]
    subject = subjects.query("booking", FindSlots.name)
    requests = [Request("slots", subject, query.encode()) for query in queries]
    try:
        await OpenLoop(client, SLOT_QUERIES_PER_SECOND).run(requests[:20])
        answers = await OpenLoop(client, SLOT_QUERIES_PER_SECOND).run(requests)
    finally:
        await client.close()
    pure = await pure_search(supervisor, queries)
    found = answers.milliseconds["slots"]
    return [
        Figure(
            "slot_search_p95",
            p95(found),
            "ms",
            p95(pure),
            "the pure search alone, in another process",
            note=f"{SLOT_QUERIES} searches of 28 days at {SLOT_QUERIES_PER_SECOND}/s, 20 staff members with hours and breaks, "
            f"12 rooms, buffers, three quarters booked, the first 20 slots shown: {spread(found)}; pure: {spread(pure)}",
            at_most=SLOT_TARGET_MS,
        )
    ]


async def pure_search(supervisor: FilledSupervisor, queries: Sequence[FindSlots]) -> list[float]:
    """Milliseconds of the search itself, everything having been read."""
    from services.booking import slot_world
    from services.booking.domain.availability import Interval, find_slots
    from shared.db import Database

    database = await Database.open(supervisor.settings.database_url or "", name="bench")
    now = datetime.now(UTC)
    taken = []
    try:
        for query in queries:
            window = Interval(query.starts_from, query.starts_before)
            async with database.tenant(query.tenant_id) as connection:
                world = await slot_world.load(connection, query.tenant_id, query.service_id, window, now=now)
            if world is None:
                raise LookupError("the salon is not there")
            started = time.perf_counter()
            slots = find_slots(world.request(window, now))
            taken.append(1000 * (time.perf_counter() - started))
            if not slots:
                raise LookupError("the salon has no slot left")
    finally:
        await database.close()
    return taken


async def memory(supervisor: FilledSupervisor, tenants: int) -> list[Figure]:
    """Resident memory of the instance before and after every session was settled once."""
    pid = supervisor.child("booking").pid
    before = resident(pid)
    if before is None:
        return []  # this system does not tell
    commands = [
        encoded(
            SettleSession(
                tenant_id=tenant_id(tenant),
                command_id=derive("bench settle", tenant, session),
                session_id=session_id(tenant, session),
            )
        )
        for tenant in range(1, tenants + 1)
        for session in range(SESSIONS)
    ]
    client = await connected(supervisor)
    try:
        seconds = await Window(client, 512).run(commands)
    finally:
        await client.close()
    after = resident(pid) or 0.0
    return [
        Figure(
            "memory_100k_sessions",
            after,
            "MiB",
            before,
            "the same instance before",
            note=f"resident memory after `settle_session` on each of {len(commands):,} sessions, which reads its bookings and "
            f"queue and keeps its state (at most 100,000 sessions and bookings together, the oldest dropped first): "
            f"{len(commands) / seconds:,.0f} sessions/s",
        )
    ]


def resident(pid: int | None) -> float | None:
    """Resident memory of a process in MiB; None where the system does not tell."""
    status = Path(f"/proc/{pid}/status")
    if pid is None or not status.exists():
        return None
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024
