"""Who writes bookings? One actor per instance: the commands of all its partitions, in order, written in groups.

Partition readers put commands into one mailbox; the writer takes what waits and commits it in one transaction; while
the answers go out it works on the next. Safety does not rest on being the only writer: see `store`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from services.booking.mailbox import Mailbox, Unreadable, Waiting
from services.booking.replies import Replies
from services.booking.writer import Abandoned, Writer, Written
from shared import subjects
from shared.actors.delivery import Delivery
from shared.tasks import spawn
from shared.telemetry import BATCH_SIZE, HANDLE_SECONDS, HANDLED, get_logger

_ACKNOWLEDGE_AFTER_SECONDS = 0.02


class BookingActor:
    """`accept`, `claimed` and `released` are the hooks of a `PartitionedConsumer` that acknowledges cumulatively."""

    def __init__(
        self,
        mailbox: Mailbox,
        writer: Writer,
        replies: Replies,
        committed: Callable[[Written], Awaitable[None]],
    ) -> None:
        """`committed` hears of every batch after its answers: alarms to set, payments to make."""
        self._committed = committed
        self._mailbox = mailbox
        self._writer = writer
        self._replies = replies
        self._owned: set[int] = set()
        self._stopping = False
        self._writing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._answering: asyncio.Task[None] | None = None
        self._acknowledging: asyncio.Task[None] | None = None
        self._handled_up_to: dict[int, Delivery] = {}
        self._log = get_logger("booking")
        self._handled = HANDLED.labels("booking", subjects.COMMANDS, "ok")
        self._seconds = HANDLE_SECONDS.labels("booking", subjects.COMMANDS)

    def start(self) -> None:
        """Begin to write what is accepted."""
        self._task = spawn(self._run(), name="booking writer")

    async def stop(self) -> None:
        """Finish the batch under way (give it up when the database is away) and its answers."""
        self._stopping = True
        for partition in list(self._owned):
            self._mailbox.close(partition)
        async with self._writing:
            if self._task is not None:
                self._task.cancel()
                await asyncio.gather(self._task, return_exceptions=True)
        if self._answering is not None:
            await asyncio.gather(self._answering, return_exceptions=True)
        await self._acknowledge_now()
        await self._replies.stop()

    @property
    def alive(self) -> bool:
        """True while the writer runs."""
        return self._task is not None and not self._task.done()

    async def claimed(self, partition: int) -> None:
        """The partition is ours: its commands will come."""
        self._owned.add(partition)
        self._mailbox.open(partition)

    async def released(self, partition: int) -> None:
        """The partition goes to another instance, where what waits comes again: forget it and its states."""
        self._owned.discard(partition)
        self._mailbox.close(partition)
        async with self._writing:
            self._writer.states.drop_partition(partition)

    async def accept(self, partition: int, deliveries: Sequence[Delivery]) -> None:
        """Queue what has arrived; returns when there is room for more."""
        await self._mailbox.put(partition, deliveries)

    async def _run(self) -> None:
        while True:
            batch = await self._mailbox.take()
            async with self._writing:
                try:
                    await self._settle(batch)
                except Abandoned:
                    self._log.info("batch_abandoned", commands=len(batch))

    async def _settle(self, batch: Sequence[Waiting | Unreadable]) -> None:
        started = time.monotonic()
        partitions = {each.delivery.partition for each in batch}

        def ours() -> bool:
            return not self._stopping and not partitions.isdisjoint(self._owned)

        commands = [each for each in batch if isinstance(each, Waiting)]
        written = await self._writer.write(commands, ours)
        for each in batch:
            if isinstance(each, Unreadable):
                await self._writer.bury(each, ours)
        BATCH_SIZE.observe(len(batch))
        self._handled.inc(len(batch))
        self._seconds.observe(time.monotonic() - started)
        # While these answers go out the next batch is decided and written; never more than one batch of answers waits.
        if self._answering is not None:
            await self._answering
        self._answering = spawn(self._finish(batch, commands, written), name="booking answers")

    async def _finish(
        self, batch: Sequence[Waiting | Unreadable], commands: Sequence[Waiting], written: Written
    ) -> None:
        await self._replies.send(commands, written)
        await self._committed(written)
        # One acknowledgement covers all earlier commands of its partition, so a few milliseconds' worth share one.
        self._handled_up_to.update({each.delivery.partition: each.delivery for each in batch})
        if self._acknowledging is None or self._acknowledging.done():
            self._acknowledging = spawn(self._acknowledge(), name="booking acknowledgements")

    async def _acknowledge(self) -> None:
        await asyncio.sleep(_ACKNOWLEDGE_AFTER_SECONDS)
        await self._acknowledge_now()

    async def _acknowledge_now(self) -> None:
        deliveries, self._handled_up_to = self._handled_up_to, {}
        for delivery in deliveries.values():
            await delivery.ack()
