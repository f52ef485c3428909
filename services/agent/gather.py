"""Which of a conversation's waiting messages does the mailbox hand over together, and when?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from pydantic import ValidationError

from services.agent import debounce
from services.agent.groups import first_group
from shared.actors.delivery import Delivery
from shared.actors.mailboxes import Waiting
from shared.errors import Poison
from shared.messages.conversation import MessageReceived

LOOK_AT = 50
"""Waiting messages that are looked at, at most: whoever sends more is answered in several turns."""


def received(delivery: Delivery) -> MessageReceived:
    """The message of a delivery of INBOUND.

    Raises `Poison` or pydantic's `ValidationError` for what is no message, or another conversation's.
    """
    message = MessageReceived.decode(delivery.data)
    if message.tenant_id != delivery.tenant_id or str(message.conversation_id) != delivery.key:
        raise Poison("a message whose subject names another tenant or conversation")
    return message


class Gather:
    """The mailboxes' `Groups`: short messages that come within `seconds` of each other get one turn.

    With 0 seconds every message gets its own.
    """

    def __init__(self, answer: Callable[[Sequence[Delivery]], Awaitable[None]], seconds: float) -> None:
        self._answer = answer
        self._seconds = seconds

    def choose(self, waiting: Sequence[Waiting]) -> tuple[Sequence[Delivery], float]:
        """See `Groups.choose`."""
        known = self._readable(waiting) if self._seconds > 0 else []
        if not known:
            return [waiting[0].delivery], 0.0
        places = first_group(known)
        group = [waiting[n].delivery for n in places]
        if len(known) < len(waiting) or (len(group) > 1 and waiting[places[-1]].behind):
            # They came while we were busy answering: they have waited already.
            return group, 0.0
        patience = debounce.wait(known, waiting[0].seconds, waiting[-1].seconds, seconds=self._seconds)
        return group, patience

    async def handle(self, deliveries: Sequence[Delivery]) -> None:
        """See `Groups.handle`."""
        await self._answer(deliveries)

    def _readable(self, waiting: Sequence[Waiting]) -> list[MessageReceived]:
        """The messages up to the first that cannot be read (which gets no group, but the dead letters)."""
        known: list[MessageReceived] = []
        for one in waiting[:LOOK_AT]:
            try:
                known.append(received(one.delivery))
            except (Poison, ValidationError):
                break
        return known
