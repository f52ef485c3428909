"""Working through jobs: any free instance takes the next one; no order, no ownership."""

from __future__ import annotations

import asyncio

from nats.errors import Error as NatsError

from shared import subjects
from shared.actors.delivery import Delivery
from shared.actors.partitions import OnBatch
from shared.bus import Bus
from shared.pull import PullConsumer
from shared.tasks import ended, spawn


class JobConsumer:
    """Competing consumers of this service's jobs (or alarms). `handle(-1, deliveries)` must not wait for long."""

    def __init__(
        self,
        bus: Bus,
        handle: OnBatch,
        *,
        stream: str = subjects.JOBS,
        filter_subject: str = "",
        batch: int = 4,
        ack_wait: float = 30.0,
    ) -> None:
        """`filter_subject`: what of the stream is ours (unsaid: the jobs of this service)."""
        self._bus = bus
        self._handle = handle
        self._consumer = PullConsumer(
            bus,
            stream,
            subjects.durable(bus.service, stream),
            filter_subject or f"job.{bus.service}.>",
            batch=batch,
            ack_wait=ack_wait,
        )
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin taking jobs, in the background."""
        self._task = spawn(self._run(), name=f"{self._bus.service} jobs or alarms")

    async def stop(self) -> None:
        """Stop taking jobs; those not acknowledged are taken by another instance."""
        if self._task:
            await ended(self._task)

    async def _run(self) -> None:
        while True:
            try:
                await self._consumer.open(takeover=False)
                break
            except (NatsError, TimeoutError, OSError):
                await asyncio.sleep(0.25)
                if self._bus.connected:
                    await self._bus.provision()
        try:
            while True:
                messages = await self._consumer.take()
                await self._handle(-1, [Delivery(self._bus, message, -1) for message in messages])
        finally:
            await self._consumer.close()
