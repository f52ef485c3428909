"""Who writes bookings? One actor per instance: the commands of all its partitions, each session's in order, in groups.

Partition readers put commands into one mailbox. A few lanes take from it: each commits what it took in one transaction
and, while the answers go out, works on the next. What shares a session or customer is never under way in two lanes, so a
command waits for those of its own session and not for everybody's. Safety does not rest on that: see `store`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from services.booking.acknowledging import Acknowledgements
from services.booking.mailbox import Mailbox, Unreadable, Waiting
from services.booking.replies import Replies
from services.booking.writer import Abandoned, Writer, Written
from shared import subjects
from shared.actors.delivery import Delivery
from shared.tasks import spawn
from shared.telemetry import BATCH_SIZE, HANDLE_SECONDS, HANDLED, get_logger

_ACKNOWLEDGE_AFTER_SECONDS = 0.02


class _Lane:
    """One batch under way at a time, and one whose answers go out. `writing` is held while a batch is under way."""

    def __init__(self) -> None:
        self.writing = asyncio.Lock()
        self.task: asyncio.Task[None] | None = None
        self.answering: asyncio.Task[None] | None = None


class BookingActor:
    """`accept`, `claimed` and `released` are the hooks of a `PartitionedConsumer` that acknowledges cumulatively."""

    def __init__(
        self,
        mailbox: Mailbox,
        writer: Writer,
        replies: Replies,
        committed: Callable[[Written], Awaitable[None]],
        *,
        lanes: int = 2,
    ) -> None:
        """`committed` hears of every batch after its answers: alarms to set, payments to make. `lanes`: batches at once."""
        self._committed = committed
        self._mailbox = mailbox
        self._writer = writer
        self._replies = replies
        self._owned: set[int] = set()
        self._stopping = False
        self._lanes = [_Lane() for _ in range(lanes)]
        self._latest: asyncio.Task[None] | None = None  # the answers of the batch that was committed last
        self._acknowledging: asyncio.Task[None] | None = None
        self._acknowledgements = Acknowledgements()
        self._log = get_logger("booking")
        self._handled = HANDLED.labels("booking", subjects.COMMANDS, "ok")
        self._seconds = HANDLE_SECONDS.labels("booking", subjects.COMMANDS)

    def start(self) -> None:
        """Begin to write what is accepted."""
        for number, lane in enumerate(self._lanes):
            lane.task = spawn(self._run(lane), name=f"booking writer {number}")

    async def stop(self) -> None:
        """Finish the batches under way (give them up when the database is away) and their answers."""
        self._stopping = True
        for partition in list(self._owned):
            self._mailbox.close(partition)
        for lane in self._lanes:
            async with lane.writing:
                if lane.task is not None:
                    lane.task.cancel()
                    await asyncio.gather(lane.task, return_exceptions=True)
        if self._latest is not None:
            await asyncio.gather(self._latest, return_exceptions=True)
        await self._acknowledge_now()
        await self._replies.stop()

    @property
    def alive(self) -> bool:
        """True while all lanes run."""
        return all(lane.task is not None and not lane.task.done() for lane in self._lanes)

    async def claimed(self, partition: int) -> None:
        """The partition is ours: its commands will come."""
        self._owned.add(partition)
        self._mailbox.open(partition)

    async def released(self, partition: int) -> None:
        """The partition goes to another instance, where what waits comes again: forget it and its states."""
        self._owned.discard(partition)
        self._mailbox.close(partition)
        for lane in self._lanes:
            async with (
                lane.writing
            ):  # what was under way is over; nothing of this partition is taken any more
                pass
        self._writer.states.drop_partition(partition)
        self._acknowledgements.forget(partition)

    async def accept(self, partition: int, deliveries: Sequence[Delivery]) -> None:
        """Queue what has arrived; returns when there is room for more."""
        self._acknowledgements.arrived(partition, deliveries)
        await self._mailbox.put(partition, deliveries)

    async def _run(self, lane: _Lane) -> None:
        while True:
            batch = await self._mailbox.take()
            async with lane.writing:
                try:
                    await self._settle(lane, batch)
                except Abandoned:
                    self._log.info("batch_abandoned", commands=len(batch))
                finally:
                    self._mailbox.over(batch)

    async def _settle(self, lane: _Lane, batch: Sequence[Waiting | Unreadable]) -> None:
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
        if lane.answering is not None:
            await lane.answering
        # Answers go out in the order of the commits: two of one session never change places.
        finish = self._finish(self._latest, batch, commands, written)
        lane.answering = self._latest = spawn(finish, name="booking answers")

    async def _finish(
        self,
        before: asyncio.Task[None] | None,
        batch: Sequence[Waiting | Unreadable],
        commands: Sequence[Waiting],
        written: Written,
    ) -> None:
        if before is not None:
            await asyncio.wait([before])
        await self._replies.send(commands, written)
        await self._committed(written)
        # One acknowledgement covers all earlier commands of its partition, so a few milliseconds' worth share one.
        self._acknowledgements.handled(each.delivery for each in batch)
        if self._acknowledging is None or self._acknowledging.done():
            self._acknowledging = spawn(self._acknowledge(), name="booking acknowledgements")

    async def _acknowledge(self) -> None:
        await asyncio.sleep(_ACKNOWLEDGE_AFTER_SECONDS)
        await self._acknowledge_now()

    async def _acknowledge_now(self) -> None:
        for delivery in self._acknowledgements.due():
            await delivery.ack()
