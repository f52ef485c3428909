"""What does the agent do when booking says that customers are one person, or that somebody is to be forgotten?"""

from __future__ import annotations

from services.agent.memory import Memory
from services.agent.people import People
from shared.actors.delivery import Delivery
from shared.errors import Poison
from shared.messages.people import ForgetPerson, MergePeople
from shared.telemetry import get_logger

JOBS_TAKEN = 4
"""Jobs that one instance takes at once."""


class PeopleJobs:
    """Handles `merge_people` and `forget_person` jobs; whoever sent one is told when it is done."""

    def __init__(self, people: People, memory: Memory) -> None:
        self._people = people
        self._memory = memory

    async def handle(self, delivery: Delivery) -> None:
        """Do it. Raises what is transient, `Poison` or `ValidationError` for what is no such job."""
        match delivery.name:
            case MergePeople.name:
                merge = MergePeople.decode(delivery.data)
                _check(merge, delivery)
                await self._people.merge(merge)
            case ForgetPerson.name:
                forget = ForgetPerson.decode(delivery.data)
                _check(forget, delivery)
                for conversation_id in await self._people.forget(forget):
                    self._memory.forget(conversation_id)
                get_logger("agent").info("person_forgotten", tenant_id=str(forget.tenant_id))
            case _:
                raise Poison(f"the agent knows no job {delivery.name}")


def _check(job: MergePeople | ForgetPerson, delivery: Delivery) -> None:
    if job.tenant_id != delivery.tenant_id:
        raise Poison(f"{delivery.subject} holds a job of another tenant")
