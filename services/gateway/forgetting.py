"""What does the gateway do when booking says that a person is to be forgotten? It takes the job, and confirms it when done."""

from __future__ import annotations

from services.gateway.store.forgetting import Forgetting
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

_JOBS_TAKEN = 2


class ForgetJobs:
    """Works through `forget_person` jobs, from `start` to `stop`."""

    def __init__(self, bus: Bus, db: Database, *, max_tries: int) -> None:
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
        get_logger("gateway").info("person_forgotten", tenant_id=str(job.tenant_id))
