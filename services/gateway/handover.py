"""What happens to new inbox rows? Statuses move the deliveries they are about, messages go to the bus.

Statuses in the transaction of their insert, messages in the background: the provider has its answer by then. Whatever is
not done when the process dies is found again in the inbox, by the relay (`shared.outbox.Sender`) and by the sweep for
statuses.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import count
from typing import Final, Protocol
from uuid import UUID

from services.gateway.inbound import InboxRow, StatusReport
from services.gateway.raw import RawBody
from services.gateway.store.held import Held
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

    async def add(self, rows: Sequence[InboxRow], raws: Sequence[RawBody] = ()) -> Added:
        """Store rows and bodies, and apply the statuses among them, in one transaction."""

    async def release(self) -> None:
        """Edits whose message has come are due from now on."""

    async def due_statuses(self, limit: int) -> list[StatusReport]:
        """Statuses that were left behind."""

    async def apply(self, reports: Sequence[StatusReport]) -> list[tuple[str, str]]:
        """Move the deliveries they are about; channel and state of those that moved."""


class Publisher:
    """Publishes new messages in inbox order; those of a sender that is too fast later, in their order, too."""

    def __init__(self) -> None:
        self._waiting: list[Outgoing] = []
        self._later: list[tuple[float, int, Outgoing]] = []
        self._some_wait = asyncio.Event()
        self._held: OrderedDict[UUID, None] = OrderedDict()  # what is, or lately was, in `_later`
        self._next = count()
        self._resumed = asyncio.Event()

    def resume(self, left: Sequence[Held]) -> int:
        """Take over what another instance held back, by its turns, and what of the same people it perhaps did not publish.
        At the start, and when one has ended: what this one holds back, or did, is known here. How many still wait."""
        now = asyncio.get_running_loop().time()
        theirs = {one.conversation_id for one in left if one.late and one.message.id not in self._held}
        waiting = 0
        for one in left:
            if one.conversation_id in theirs and self._hold(now + one.wait, one.message):
                waiting += one.late and one.wait > 0
        self._resumed.set()
        self._some_wait.set()
        return waiting

    async def begin(self, sender: Publish) -> None:
        """Publish what was left behind and whose turn has come meanwhile: it is older than all that will be published."""
        await self._resumed.wait()
        if due := self._due():
            await sender.publish(due)

    def offer(self, rows: Iterable[InboxRow]) -> None:
        """Publish these soon, or when their delay is over. What waits for another message is the relay's."""
        for row in rows:
            if row.subject is None or row.after_id is not None:
                continue
            message = Outgoing(row.tenant_id, row.id, row.subject, row.payload)
            if not row.delay:
                if len(self._waiting) < MOST_KEPT:
                    self._waiting.append(message)
            elif len(self._later) < MOST_KEPT:
                self._hold(row.not_before, message)
        self._some_wait.set()

    async def run(self, sender: Publish) -> None:
        """Publish what is offered, for ever."""
        while True:
            await self._until_some()
            self._some_wait.clear()
            batch, self._waiting = self._waiting, []
            # A sender's next message may come just when a late one's delay is over: the late one goes first.
            batch = self._due() + batch
            if batch:
                with span("gateway publish"):
                    await sender.publish(batch)

    def _hold(self, until: float, message: Outgoing) -> bool:
        """Keep it back until then; False when it is, or was."""
        if message.id in self._held:
            return False
        self._held[message.id] = None
        if len(self._held) > 2 * MOST_KEPT:
            self._held.popitem(last=False)
        heapq.heappush(self._later, (until, next(self._next), message))
        return True

    async def _until_some(self) -> None:
        if not self._later:
            await self._some_wait.wait()
            return
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._later[0][0]):
                await self._some_wait.wait()

    def _due(self) -> list[Outgoing]:
        now = asyncio.get_running_loop().time()
        due = []
        while self._later and self._later[0][0] <= now:
            due.append(heapq.heappop(self._later)[2])
        return due


class StatusApplier:
    """Stores rows, statuses applied (`add`); applies those that could not be at once, and those that were left behind."""

    def __init__(self, store: Reports, *, sweep_every: float) -> None:
        self._store = store
        self._sweep_every = sweep_every
        self._waiting: list[StatusReport] = []
        self._some_wait = asyncio.Event()

    async def add(self, rows: Sequence[InboxRow], raws: Sequence[RawBody] = ()) -> Mapping[UUID, InboxRow]:
        """Store them in one transaction; the new ones by id, as they are stored."""
        added = await self._store.add(rows, raws)
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
        """Look for statuses that were left behind, and for edits whose message has come, for ever."""
        while True:
            due: list[StatusReport] = []
            try:
                await self._store.release()
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

    def _count(self, reached: Iterable[tuple[str, str]]) -> None:
        for channel, state in reached:
            DELIVERIES.labels(channel, state).inc()


class Inbox(OutboxStore, Protocol):
    """The inbox as the outbox of what goes to the agent."""

    async def left(self, after: int, limit: int) -> Sequence[tuple[Outgoing, int]]:
        """Messages of the last two minutes behind this position that nobody confirmed, with theirs, in their order."""


class Unhurried:
    """The inbox as the outbox of what goes to the agent (`shared.outbox.OutboxStore`), asked less often.

    Nobody waits for a receipt: those of `gather` seconds share one statement (lost ones only cause a repeat). Nothing
    becomes due sooner than `resend_after` seconds after its insert: with nothing due, there is a longer pause.
    """

    def __init__(self, store: Inbox, *, resend_after: float) -> None:
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

    async def left(self, after: int, limit: int) -> Sequence[tuple[Outgoing, int]]:
        """See `Inbox.left`."""
        return await self._store.left(after, limit)

    async def confirmed(self, receipts: Sequence[tuple[UUID, UUID]]) -> None:
        """See `OutboxStore.confirmed`. Those that come meanwhile share the next statement."""
        await asyncio.sleep(self._gather)
        await self._store.confirmed(receipts)


def pause(resend_after: float) -> float:
    """Seconds between two looks for rows that are due `resend_after` seconds after their insert at the earliest."""
    return min(LONGEST_PAUSE_SECONDS, resend_after / 5)
