"""What does the gateway do when booking says that a person is to be forgotten? It takes the job, and confirms it when done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Final
from uuid import UUID

from nats.errors import Error as NatsError

from services.gateway.store.forgetting import Forgetting
from shared import subjects
from shared.actors.delivery import Delivery
from shared.actors.jobs import JobConsumer
from shared.actors.mailboxes import Mailboxes
from shared.bus import Bus
from shared.db import Database, is_transient
from shared.errors import Poison
from shared.messages.people import ForgetPerson
from shared.outbox import DeadLetters, Receipts
from shared.telemetry import get_logger

SWEEP_SECONDS: Final = 300.0
PATIENCE_SECONDS: Final = 2.0
"""Deliveries wait so long for jobs at a start: a job in turn may wait for a delivery."""
_LOOK_SECONDS: Final = 0.05
_JOBS_TAKEN: Final = 2

log = get_logger("gateway")


class ForgetJobs:
    """Works through `forget_person` jobs, from `start` to `stop`."""

    def __init__(self, bus: Bus, db: Database, *, max_tries: int) -> None:
        self._bus = bus
        self._forgetting = Forgetting(db)
        self._mailboxes = Mailboxes(
            bus.service,
            subjects.JOBS,
            self.handle,
            Receipts(bus),
            DeadLetters(db, bus.service),
            max_tries=max_tries,
        )
        self._jobs = JobConsumer(bus, self._mailboxes.accept, batch=_JOBS_TAKEN)

    def start(self) -> None:
        """Begin to take jobs, in the background."""
        self._jobs.start()

    async def caught_up(self) -> None:
        """Return when no job waits any more, so that nobody is written to who was forgotten while we were away; or when
        that takes too long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    if not await self._some_wait():
                        return
                    await asyncio.sleep(_LOOK_SECONDS)

    async def sweep(self, tenants: Callable[[], Collection[UUID]], every: float = SWEEP_SECONDS) -> None:
        """Finish what came in between, and no longer know who was forgotten long ago, now and then, for ever."""
        while True:
            try:
                await self._forgetting.sweep(tenants())
            except Exception as error:
                if not is_transient(error):
                    raise
            await asyncio.sleep(every)

    async def stop(self) -> None:
        """Take no more; what is under way comes again."""
        await self._jobs.stop()
        await self._mailboxes.stop()

    async def handle(self, delivery: Delivery) -> None:
        """Do one. Raises what is transient, `Poison` or `ValidationError` for what is no such job."""
        if delivery.name != ForgetPerson.name:
            raise Poison(f"the gateway knows no job {delivery.name}")
        job = ForgetPerson.decode(delivery.data)
        if job.tenant_id != delivery.tenant_id:
            raise Poison(f"{delivery.subject} holds a job of another tenant")
        await self._forgetting.forget(job)
        log.info("person_forgotten", tenant_id=str(job.tenant_id))

    async def _some_wait(self) -> bool:
        durable = subjects.durable(self._bus.service, subjects.JOBS)
        try:
            info = await self._bus.js.consumer_info(subjects.JOBS, durable)
        except (NatsError, OSError):  # not made yet, or the server is away
            return True
        return bool(info.num_pending or info.num_ack_pending)
