"""How long do answers take under a mixed load, on a small and on a big database, and how much of it is the disk's?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import quantiles

import nats
from nats.aio.client import Client

from devkit.bench.disk import Syncs, probing
from devkit.bench.filling import FilledSupervisor, Size
from devkit.bench.mix import GROUPS, SHARES, Mix
from devkit.bench.open_loop import Answers, OpenLoop
from devkit.bench.report import Figure

PER_SECOND = 200
SECONDS = 30
WARM_UP_SECONDS = 20
"""So that every tenant was asked for before: caches of 200 tenants fill, and pages are touched for the first time."""

WHAT_IT_TAKES = {
    "commands": "a batch reads sessions with their bookings and queues and, at the same time, customers; then one statement "
    "writes it all and commits: two round trips one after another and one fsync, and a command waits for those of its own "
    "session and customer; a slow disk or busy cores show here first",
}
TARGETS_MS = {"commands": 10.0, "session_queries": 5.0, "slot_queries": 5.0}
WITHOUT_DISK = "_without_disk"
INSTANCES = 2
"""Processes of booking under the mixed load; one alone is measured beside them."""
_SMALL = "the same load on 1/100 of the database"
_NOT_DURABLE = (
    "all data (PostgreSQL's and NATS's) lay in memory, so these figures lack what durability costs on this disk: no sync "
    "waited for it"
)


@dataclass(frozen=True)
class Run:
    """One measured load: its answers, the database it ran on, and what the disk did meanwhile."""

    answers: Answers
    size: Size
    disk: Syncs

    def of(self, kinds: Iterable[str]) -> list[float]:
        """Milliseconds of all answers of these kinds."""
        return [each for kind in kinds for each in self.answers.milliseconds[kind]]


async def mixed(
    supervisor: FilledSupervisor, tenants: int, seconds: float = SECONDS, *, seed: int | None = None
) -> Run:
    """The answers to `seconds` of mixed load, after some that are not counted. `seed`: another load than the first."""
    mix = Mix(tenants, seed=seed or tenants)
    client = await connected(supervisor)
    try:
        await OpenLoop(client, PER_SECOND).run(mix.requests(PER_SECOND * WARM_UP_SECONDS))
        requests = mix.requests(int(PER_SECOND * seconds))
        async with probing(supervisor.settings.data_dir, seconds) as probe:
            answers = await OpenLoop(client, PER_SECOND).run(requests)
            return Run(answers, supervisor.size, await probe.found())
    finally:
        await client.close()


def figures_on_disk(few: Run, many: Run, seconds: float) -> list[Figure]:
    """Every group's p95 and that of all together; the peer is the small database."""
    shares = ", ".join(f"{share} % {kind}" for kind, share in SHARES.items())
    refused = ", ".join(f"{count} × {what}" for what, count in sorted(many.answers.refused.items())) or "none"
    told = (
        f"{PER_SECOND}/s for {seconds:g} s after {WARM_UP_SECONDS} s to warm up, due times fixed in advance, counted from the "
        f"due time to the answer, through NATS to {INSTANCES} instances of booking (USHER_BOOKING_INSTANCES): {shares}; "
        f"peer: {few.size}; ours: {many.size}; "
        f"refused: {refused}"
    )
    everything = p95(many.of(SHARES)), p95(few.of(SHARES))
    return [
        *(_figure(group, few, many) for group in GROUPS),
        Figure("mixed_p95", everything[0], "ms", everything[1], _SMALL, note=told),
    ]


def figures_in_memory(few: Run, many: Run) -> list[Figure]:
    """The p95 of what has a target, with all data in memory."""
    return [_figure(group, few, many, in_memory=True) for group in TARGETS_MS]


def figures_alone(one: Run, many: Run, *, in_memory: bool = False) -> list[Figure]:
    """What one instance alone does on the big database, against several right before it."""
    return [
        Figure(
            f"{group}_p95_one_instance{WITHOUT_DISK if in_memory else ''}",
            p95(one.of(GROUPS[group])),
            "ms",
            p95(many.of(GROUPS[group])),
            f"{INSTANCES} instances on the same big database{', in memory too' if in_memory else ''}",
            note=f"{spread(one.of(GROUPS[group]))}"
            + (f"; the disk meanwhile: {one.disk}" if group == "commands" else ""),
            at_most=TARGETS_MS[group],
        )
        for group in TARGETS_MS
    ]


def _figure(group: str, few: Run, many: Run, *, in_memory: bool = False) -> Figure:
    kinds = GROUPS[group]
    here, there = many.of(kinds), few.of(kinds)
    lines = "; ".join(f"{kind}: {spread(many.answers.milliseconds[kind])}" for kind in kinds)
    notes = [f"{spread(here)} on the big database, {spread(there)} on the small one ({lines})"]
    if group == "commands":
        where = "the disk (here memory) itself" if in_memory else "the disk itself"
        notes.append(f"{where} meanwhile: {many.disk} (big), {few.disk} (small)")
    if in_memory:
        notes.append(_NOT_DURABLE)
    elif group in WHAT_IT_TAKES:
        notes.append(WHAT_IT_TAKES[group])
    return Figure(
        f"{group}_p95{WITHOUT_DISK if in_memory else ''}",
        p95(here),
        "ms",
        p95(there),
        f"{_SMALL}, in memory too" if in_memory else _SMALL,
        note="; ".join(notes),
        at_most=TARGETS_MS.get(group),
    )


async def connected(supervisor: FilledSupervisor) -> Client:
    """A client of the measured NATS."""
    return await nats.connect(supervisor.settings.nats_url or "", pending_size=64 * 1024 * 1024)


def p95(milliseconds: list[float]) -> float:
    """The 95th percentile."""
    return quantiles(milliseconds, n=100)[94]


def spread(milliseconds: list[float]) -> str:
    """How they spread, in words."""
    cuts = quantiles(milliseconds, n=100)
    return f"p50 {cuts[49]:.1f}, p95 {cuts[94]:.1f}, p99 {cuts[98]:.1f} ms"
