"""What happens to new inbox rows after their commit? Messages go to the bus, statuses to the deliveries they are about.

Both in the background: the provider has its answer by then. Whatever is not done when the process dies is found again in
the inbox, by the relay (`shared.outbox.Sender`) and by the sweep for statuses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from services.gateway.inbound import InboxRow, StatusReport, decode_status
from shared.db import is_transient
from shared.outbox import Outgoing
from shared.telemetry import DELIVERIES, get_logger, span

MOST_KEPT: Final = 20_000
"""Messages or statuses that wait in memory; more are left to the relay or the sweep."""
_BATCH: Final = 500

log = get_logger("gateway")


class Publish(Protocol):
    """`shared.outbox.Sender`, as far as it is needed here."""

    async def publish(self, messages: Iterable[Outgoing], attempt: int = 0) -> None:
        """Publish committed messages without waiting for the server."""


class Reports(Protocol):
    """Where statuses are kept and applied."""

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
    """Applies new statuses, and those that were left behind."""

    def __init__(self, store: Reports, channel: str, *, sweep_every: float) -> None:
        self._store = store
        self._channel = channel
        self._sweep_every = sweep_every
        self._waiting: list[StatusReport] = []
        self._some_wait = asyncio.Event()

    def offer(self, rows: Iterable[InboxRow]) -> None:
        """Apply these soon."""
        if len(self._waiting) < MOST_KEPT:
            self._waiting += [decode_status(r.tenant_id, r.id, r.payload) for r in rows if r.kind == "status"]
            self._some_wait.set()

    async def run(self) -> None:
        """Apply what is offered, for ever."""
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
        for state in reached:
            DELIVERIES.labels(self._channel, state).inc()
