"""Which messages reach the conversation, how often and in which order? A reader of INBOUND that does as the agent does.

The same durables, mailboxes, receipts and dead letters; only what a turn is differs: here it is an entry in memory under
the message's id, as it is a row under that id in the agent's `turns`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Self
from uuid import UUID

from services.agent.store import SCHEMA
from shared import subjects
from shared.actors.delivery import Delivery
from shared.actors.mailboxes import Mailboxes
from shared.actors.partitions import PartitionedConsumer
from shared.bus import Bus
from shared.db import Database
from shared.errors import Poison
from shared.messages.conversation import MessageReceived
from shared.outbox import DeadLetters, Receipts
from shared.settings import Settings
from tests.e2e.meta_load import Update
from tests.e2e.meta_sender import Fate


class Hearing:
    """`async with Hearing(settings) as heard: …`. `turns`: provider's id by message id, in the order of the effects."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.turns: dict[UUID, str] = {}
        self.conversations: dict[UUID, list[str]] = {}
        self.redelivered = 0

    async def __aenter__(self) -> Self:
        """Read from the first message on."""
        url = self._settings.database_url or ""
        self._db = await Database.open(url, size=2, name="agent")
        self._bus = await Bus.connect(self._settings.nats_url or "", "agent")
        await self._bus.start()
        dead_letters = DeadLetters(self._db, SCHEMA)
        self._mailboxes = Mailboxes(
            "agent", subjects.INBOUND, self._handle, Receipts(self._bus), dead_letters
        )
        self._consumer = PartitionedConsumer(
            self._bus, subjects.INBOUND, url, self._mailboxes.accept, released=self._mailboxes.forget
        )
        self._consumer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop reading."""
        await self._consumer.stop()
        await self._mailboxes.stop()
        await self._bus.close()
        await self._db.close()

    async def _handle(self, delivery: Delivery) -> None:
        message = MessageReceived.decode(delivery.data)
        if message.tenant_id != delivery.tenant_id or str(message.conversation_id) != delivery.key:
            raise Poison("a message whose subject names another tenant or conversation")
        if message.message_id in self.turns:
            self.redelivered += 1
            return
        self.turns[message.message_id] = message.provider_id
        self.conversations.setdefault(message.conversation_id, []).append(message.provider_id)


def overtaken(heard: Iterable[str], fates: Mapping[str, Fate]) -> list[tuple[str, str]]:
    """Pairs of a conversation's messages that were heard the wrong way round: the later one, the earlier one.

    Only those count that were accepted at their first try; one is earlier when it was accepted before the other was
    posted, or stood before it in the same webhook.
    """
    wrong: list[tuple[str, str]] = []
    soonest: tuple[float, str] | None = None  # of those heard later: the first to be accepted
    first: dict[int, tuple[int, str]] = {}  # of those heard later, by webhook: the first one in it
    for key in reversed([key for key in heard if fates[key].at_first_try]):
        fate = fates[key]
        webhook, place = fate.place
        if soonest is not None and soonest[0] <= fate.begun:
            wrong.append((key, soonest[1]))
        if first.get(webhook, (place, key))[0] < place:
            wrong.append((key, first[webhook][1]))
        if fate.accepted is not None and (soonest is None or fate.accepted < soonest[0]):
            soonest = (fate.accepted, key)
        first[webhook] = min(first.get(webhook, (place, key)), (place, key))
    return wrong


def by_key(fates: Mapping[Update, Fate]) -> dict[str, Fate]:
    """The fates of the messages by the provider's id."""
    return {update.key: fate for update, fate in fates.items() if update.kind == "message"}
