"""What does the notifier do besides telling events? Receipts again for whoever asks, and people are forgotten.

Who asks for a receipt asks again until there is an answer; who has somebody forgotten is told when it is done.
"""

from __future__ import annotations

from services.notifier.again import AskerKeepsIt, ReceiptsAgain
from services.notifier.forgetting import Forgetting
from shared import subjects
from shared.actors.delivery import Delivery
from shared.actors.jobs import JobConsumer
from shared.actors.mailboxes import Mailboxes
from shared.bus import Bus
from shared.db import Database
from shared.errors import Poison
from shared.messages.people import ForgetPerson
from shared.outbox import DeadLetters, Receipts
from shared.telemetry import get_logger

_JOBS_TAKEN = 16


class ForgetJobs:
    """Handles `forget_person` jobs."""

    def __init__(self, forgetting: Forgetting) -> None:
        self._forgetting = forgetting

    async def handle(self, delivery: Delivery) -> None:
        """Do one. Raises what is transient, `Poison` or `ValidationError` for what is no such job."""
        job = ForgetPerson.decode(delivery.data)
        if job.tenant_id != delivery.tenant_id:
            raise Poison(f"{delivery.subject} holds a job of another tenant")
        await self._forgetting.forget(job)
        get_logger("notifier").info("person_forgotten", tenant_id=str(job.tenant_id))


class Jobs:
    """Works through the notifier's jobs, from `start` to `stop`."""

    def __init__(
        self, bus: Bus, db: Database, again: ReceiptsAgain, forgetting: Forgetting, *, max_tries: int
    ) -> None:
        keeper, receipts, letters = AskerKeepsIt(), Receipts(bus), DeadLetters(db, bus.service)
        forget = ForgetJobs(forgetting).handle
        self._asked = Mailboxes(bus.service, subjects.JOBS, again.handle, keeper, keeper, max_tries=max_tries)
        self._told = Mailboxes(
            bus.service, subjects.JOBS, forget, receipts, letters, max_tries=max_tries, concurrency=1
        )
        self._consumer = JobConsumer(bus, self._accept, batch=_JOBS_TAKEN)

    def start(self) -> None:
        """Begin to take jobs, in the background."""
        self._consumer.start()

    async def stop(self) -> None:
        """Take no more; what is under way comes again."""
        await self._consumer.stop()
        await self._asked.stop()
        await self._told.stop()

    async def _accept(self, partition: int, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            lane = self._told if delivery.name == ForgetPerson.name else self._asked
            await lane.accept(partition, [delivery])
