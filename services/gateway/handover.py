"""What happens to new inbox rows? Statuses move the deliveries they are about, messages go to the bus.

Statuses in the transaction of their insert, messages in the background: the provider has its answer by then. Whatever is
not done when the process dies is found again in the inbox, by the relay (`shared.outbox.Sender`) and by the sweep for
statuses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final, Protocol
from uuid import UUID

from services.gateway.inbound import InboxRow, StatusReport
from services.gateway.store.inbox import Added
from shared.db import is_transient
from shared.outbox import OutboxStore, Outgoing
from shared.telemetry import DELIVERIES, get_logger, span

MOST_KEPT: Final = 20_000
"""Messages or statuses that wait in memory; more are left to the relay or the sweep."""
GATHER_SECONDS: Final = 0.25
LONGEST_PAUSE_SECONDS: Final = 2.0
_BATCH: Final = 500

log = get_logger("gateway")


class Publish(Protocol):
    """`shared.outbox.Sender`, as far as it is needed here."""

    async def publish(self, messages: Iterable[Outgoing], attempt: int = 0) -> None:
        """Publish committed messages without waiting for the server."""


class Reports(Protocol):
    """Where rows are kept and statuses are applied (see `store.inbox`)."""

    async def add(self, rows: Sequence[InboxRow]) -> Added:
        """Store rows, and apply the statuses among them, in one transaction."""

    async def due_statuses(self, limit: int) -> list[StatusReport]:
        """Statuses that were left behind."""

    async def apply(self, reports: Sequence[StatusReport]) -> list[str]:
        """Move the deliveries they are about."""


class Publisher:
    """Publishes new messages in inbox order."""

    def __init__(self) -> None:
        self._waiting: list[Outgoing] = []
        self._some_wait = asyncio.Event()

    def offer(self, rows: Iterable[InboxRow]) -> None:
        """Publish these soon."""
        if len(self._waiting) < MOST_KEPT:
            self._waiting += [Outgoing(r.tenant_id, r.id, r.subject, r.payload) for r in rows if r.subject]
            self._some_wait.set()

    async def run(self, sender: Publish) -> None:
        """Publish what is offered, for ever."""
        while True:
            await self._some_wait.wait()
            self._some_wait.clear()
            batch, self._waiting = self._waiting, []
            with span("gateway publish"):
                await sender.publish(batch)


class StatusApplier:
    """Stores rows, statuses applied (`add`); applies those that could not be at once, and those that were left behind."""

    def __init__(self, store: Reports, channel: str, *, sweep_every: float) -> None:
        self._store = store
        self._channel = channel
        self._sweep_every = sweep_every
        self._waiting: list[StatusReport] = []
        self._some_wait = asyncio.Event()

    async def add(self, rows: Sequence[InboxRow]) -> frozenset[UUID]:
        """Store them in one transaction; the ids of the new ones."""
        added = await self._store.add(rows)
        self._count(added.reached)
        if added.waiting and len(self._waiting) < MOST_KEPT:
            self._waiting += added.waiting
            self._some_wait.set()
        return added.new

    async def run(self) -> None:
        """Apply what could not be applied with its insert, for ever."""
        while True:
            await self._some_wait.wait()
            self._some_wait.clear()
            batch, self._waiting = self._waiting, []
            for start in range(0, len(batch), _BATCH):
                await self._apply(batch[start : start + _BATCH])

    async def sweep(self) -> None:
        """Look for statuses that were left behind, for ever."""
        while True:
            due: list[StatusReport] = []
            try:
                due = await self._store.due_statuses(_BATCH)
            except Exception as error:
                if not is_transient(error):
                    raise
            if due:
                await self._apply(due)
            if len(due) < _BATCH:
                await asyncio.sleep(self._sweep_every)

    async def _apply(self, reports: list[StatusReport]) -> None:
        try:
            reached = await self._store.apply(reports)
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("statuses_wait", error=str(error) or type(error).__name__, statuses=len(reports))
            return  # they are in the inbox: the sweep finds them
        self._count(reached)

    def _count(self, reached: Iterable[str]) -> None:
        for state in reached:
            DELIVERIES.labels(self._channel, state).inc()


class Unhurried:
    """The inbox as the outbox of what goes to the agent (`shared.outbox.OutboxStore`), asked less often.

    Nobody waits for a receipt: those of `gather` seconds share one statement (lost ones only cause a repeat). Nothing
    becomes due sooner than `resend_after` seconds after its insert: with nothing due, there is a longer pause.
    """

    def __init__(self, store: OutboxStore, *, resend_after: float) -> None:
        self._store = store
        self._gather = min(GATHER_SECONDS, resend_after / 4)
        self._pause = pause(resend_after)
        self._not_before = 0.0

    async def due(self, limit: int) -> Sequence[tuple[Outgoing, int]]:
        """See `OutboxStore.due`; empty without a look while there was nothing a moment ago."""
        now = asyncio.get_running_loop().time()
        if now < self._not_before:
            return []
        found = await self._store.due(limit)
        if not found:
            self._not_before = now + self._pause
        return found

    async def confirmed(self, receipts: Sequence[tuple[UUID, UUID]]) -> None:
        """See `OutboxStore.confirmed`. Those that come meanwhile share the next statement."""
        await asyncio.sleep(self._gather)
        await self._store.confirmed(receipts)


def pause(resend_after: float) -> float:
    """Seconds between two looks for rows that are due `resend_after` seconds after their insert at the earliest."""
    return min(LONGEST_PAUSE_SECONDS, resend_after / 5)
