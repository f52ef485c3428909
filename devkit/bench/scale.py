"""Does booking stay fast as its database grows? A mixed load, slot search and memory on 10,000 and 1,000,000 bookings."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

import nats
from nats.aio.client import Client

from devkit.bench.filling import FilledSupervisor
from devkit.bench.filling_sql import SESSIONS
from devkit.bench.mix import GROUPS, SHARES, Mix
from devkit.bench.names import service_id, session_id, tenant_id
from devkit.bench.open_loop import Answers, OpenLoop, Request
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
PER_SECOND = 200
SECONDS = 20
WARM_UP_SECONDS = 5
SLOT_QUERIES = 200
SLOT_QUERIES_PER_SECOND = 10
WHAT_IT_TAKES = {
    "commands": "a batch reads sessions, bookings, queues and customers, then writes and commits: about 12 round trips one "
    "after another and one fsync, and a command waits for the batch before its own; a slow disk or busy cores show here first",
}
TARGETS_MS = {"commands": 10.0, "session_queries": 5.0, "slot_queries": 5.0}
SLOT_TARGET_MS = 20.0


async def measure(*, small: int = SMALL, big: int = BIG, seconds: float = SECONDS) -> list[Figure]:
    """All figures of a growing database. `small` and `big`: tenants; `seconds` of mixed load on each."""
    async with running(small) as supervisor:
        small_size = str(supervisor.size)
        few = await mixed(supervisor, small, seconds)
    async with running(big, salon=True) as supervisor:
        big_size = str(supervisor.size)
        many = await mixed(supervisor, big, seconds)
        sizes = f"peer: {small_size}; ours: {big_size}"
        figures = _mixed_figures(few, many, seconds, sizes)
        figures += await slot_search(supervisor)
        figures += await memory(supervisor, big)
    return figures


@asynccontextmanager
async def running(tenants: int, *, salon: bool = False) -> AsyncIterator[FilledSupervisor]:
    """Booking on a filled database, in a folder that is gone afterwards."""
    OPTIONS["shared_buffers"] = SHARED_BUFFERS
    with TemporaryDirectory(prefix="usher-bench-", ignore_cleanup_errors=True) as folder:
        # Nobody confirms what a lone service sends: repeats would only disturb the measurement.
        world = private_world(Path(folder), resend_after_seconds=3600.0, log_level="warning")
        async with FilledSupervisor(world, tenants, salon=salon) as supervisor:
            yield supervisor


async def mixed(supervisor: FilledSupervisor, tenants: int, seconds: float) -> Answers:
    """The answers to `seconds` of mixed load, after some that are not counted."""
    mix = Mix(tenants, seed=tenants)
    client = await _connected(supervisor)
    try:
        await OpenLoop(client, PER_SECOND).run(mix.requests(PER_SECOND * WARM_UP_SECONDS))
        return await OpenLoop(client, PER_SECOND).run(mix.requests(int(PER_SECOND * seconds)))
    finally:
        await client.close()


def _mixed_figures(few: Answers, many: Answers, seconds: float, sizes: str) -> list[Figure]:
    figures = []
    for group, kinds in GROUPS.items():
        here, there = _group(many, kinds), _group(few, kinds)
        lines = "; ".join(f"{kind}: {_spread(many.milliseconds[kind])}" for kind in kinds)
        figures.append(
            Figure(
                f"{group}_p95",
                _p95(here),
                "ms",
                _p95(there),
                "the same load on 1/100 of the database",
                note="; ".join(
                    (
                        f"{_spread(here)} on the big database, {_spread(there)} on the small one ({lines})",
                        *((WHAT_IT_TAKES[group],) if group in WHAT_IT_TAKES else ()),
                    )
                ),
                at_most=TARGETS_MS.get(group),
            )
        )
    shares = ", ".join(f"{share} % {kind}" for kind, share in SHARES.items())
    refused = ", ".join(f"{count} × {what}" for what, count in sorted(many.refused.items())) or "none"
    told = (
        f"{PER_SECOND}/s for {seconds:g} s, due times fixed in advance, counted from the due time to the answer, through "
        f"NATS to one instance: {shares}; {sizes}; refused: {refused}"
    )
    everything = _group(many, SHARES), _group(few, SHARES)
    figures.append(
        Figure(
            "mixed_p95",
            _p95(everything[0]),
            "ms",
            _p95(everything[1]),
            "the same load on 1/100 of the database",
            note=told,
        )
    )
    return figures


async def slot_search(supervisor: FilledSupervisor) -> list[Figure]:
    """Slots of four weeks with 20 staff members, 12 rooms and buffers: through the bus, and the pure part of it."""
    client = await _connected(supervisor)
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
            _p95(found),
            "ms",
            _p95(pure),
            "the pure search alone, in another process",
            note=f"{SLOT_QUERIES} searches of 28 days at {SLOT_QUERIES_PER_SECOND}/s, 20 staff members with hours and breaks, "
            f"12 rooms, buffers, three quarters booked, the first 20 slots shown: {_spread(found)}; pure: {_spread(pure)}",
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
    client = await _connected(supervisor)
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


async def _connected(supervisor: FilledSupervisor) -> Client:
    return await nats.connect(supervisor.settings.nats_url or "", pending_size=64 * 1024 * 1024)


def _group(answers: Answers, kinds: Sequence[str] | dict[str, int]) -> list[float]:
    return [each for kind in kinds for each in answers.milliseconds[kind]]


def _p95(milliseconds: Sequence[float]) -> float:
    return quantiles(milliseconds, n=100)[94]


def _spread(milliseconds: Sequence[float]) -> str:
    cuts = quantiles(milliseconds, n=100)
    return f"p50 {cuts[49]:.1f}, p95 {cuts[94]:.1f}, p99 {cuts[98]:.1f} ms"
