"""Reading the partitions that this instance owns: a pull consumer and a loop for each, started and stopped with ownership."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from nats.errors import Error as NatsError
from nats.js.api import AckPolicy

from shared import subjects
from shared.actors.delivery import Delivery
from shared.actors.ownership import PartitionOwnership
from shared.bus import Bus
from shared.pull import PullConsumer
from shared.tasks import ended, finished, spawn
from shared.telemetry import get_logger

OnBatch = Callable[[int, list[Delivery]], Awaitable[None]]
OnPartition = Callable[[int], Awaitable[None]]


async def _nothing(_partition: int) -> None:
    return


class PartitionedConsumer:
    """A service's share of an ordered stream.

    `handle(partition, deliveries)` gets what has arrived, in stream order, one call at a time per partition; it
    acknowledges by itself. `claimed`/`released` are awaited around a partition's life (load state, forget state).
    """

    def __init__(
        self,
        bus: Bus,
        stream: str,
        url: str,
        handle: OnBatch,
        *,
        interval: float = 0.5,
        batch: int = 512,
        ack_wait: float = 30.0,
        ack_policy: AckPolicy = AckPolicy.EXPLICIT,
        claimed: OnPartition = _nothing,
        released: OnPartition = _nothing,
    ) -> None:
        self._bus = bus
        self._stream = stream
        self._handle = handle
        self._batch = batch
        self._ack_wait = ack_wait
        self._ack_policy = ack_policy
        self._on_claimed = claimed
        self._on_released = released
        self._loops: dict[int, asyncio.Task[None]] = {}
        self._log = get_logger(bus.service).bind(stream=stream)
        self._ownership = PartitionOwnership(
            url,
            f"{bus.service}:{stream}",
            subjects.PARTITIONS,
            self._claimed,
            self._released,
            interval=interval,
        )

    @property
    def owned(self) -> frozenset[int]:
        """Partitions read by this instance."""
        return self._ownership.owned

    def start(self) -> None:
        """Begin claiming partitions and reading them."""
        self._ownership.start()

    async def stop(self) -> None:
        """Finish the batches under way, then give the partitions back."""
        await self._ownership.stop()

    async def _claimed(self, partition: int) -> None:
        await self._on_claimed(partition)
        self._loops[partition] = spawn(
            self._read(partition), name=f"{self._bus.service} {self._stream} {partition}"
        )

    async def _released(self, partition: int) -> None:
        task = self._loops.pop(partition, None)
        if task is not None:
            await ended(task)
        await self._on_released(partition)

    async def _read(self, partition: int) -> None:
        consumer = PullConsumer(
            self._bus,
            self._stream,
            subjects.durable(self._bus.service, self._stream, partition),
            subjects.partition_filter(self._stream, partition),
            batch=self._batch,
            ack_wait=self._ack_wait,
            ack_policy=self._ack_policy,
        )
        await self._open(consumer)
        try:
            while True:
                messages = await consumer.take(self._batch)
                deliveries = [Delivery(self._bus, message, partition) for message in messages]
                # A batch under way is finished even when the partition is being released.
                work = asyncio.ensure_future(self._handle(partition, deliveries))
                try:
                    await asyncio.shield(work)
                except asyncio.CancelledError:
                    await finished(work)
                    raise
        finally:
            await consumer.close()

    async def _open(self, consumer: PullConsumer) -> None:
        while True:
            try:
                await consumer.open(takeover=True)
            except (NatsError, TimeoutError, OSError) as error:
                self._log.info("consumer_not_ready", error=str(error) or type(error).__name__)
                await asyncio.sleep(0.25)
                if self._bus.connected:
                    await self._bus.provision()
            else:
                return
