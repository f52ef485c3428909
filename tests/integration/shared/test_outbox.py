"""From one service to another: nothing is lost when NATS is, nothing has two effects, and an empty outbox means arrived."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest

from shared import subjects
from shared.actors.delivery import Delivery
from shared.actors.mailboxes import Mailboxes
from shared.actors.partitions import PartitionedConsumer
from shared.bus import Bus
from shared.db import Database
from shared.errors import Transient
from shared.outbox import DeadLetters, Outgoing, Receipts, Sender, TableOutbox
from shared.settings import Settings
from tests.integration.conftest import eventually
from usher.embedded import EmbeddedServers

SCHEMA = "notifier"  # any schema with an outbox and dead letters will do


@dataclass
class Receiver:
    """A service that counts the effects of the messages it gets; `fail` makes it raise that often, `poison` always.

    A message that was put aside is tried again when it was on its way twice, so poison has to stay poison.
    """

    effects: list[bytes] = field(default_factory=list)
    fail: list[Exception] = field(default_factory=list)
    poison: bytes = b""

    async def handle(self, delivery: Delivery) -> None:
        if delivery.data == self.poison:
            raise ValueError("bad luck")
        if self.fail:
            raise self.fail.pop(0)
        if delivery.data not in self.effects:
            self.effects.append(delivery.data)


@dataclass
class Pair:
    """A sender with its outbox and a receiver on the other side of the bus."""

    db: Database
    outbox: TableOutbox
    sender: Sender
    receiver: Receiver
    tenant: UUID
    key: UUID

    async def hand_over(self, payload: bytes, *, publish: bool = True) -> Outgoing:
        message = Outgoing(
            self.tenant, uuid4(), subjects.event("probe", self.tenant, self.key, "noted"), payload
        )
        async with self.db.tenant(self.tenant) as connection:
            await self.outbox.add(connection, [message])
        if publish:
            await self.sender.publish([message])
        return message

    async def waiting(self) -> int:
        async with self.db.tenant(self.tenant) as connection:
            return int(await connection.fetchval(f"SELECT count(*) FROM {SCHEMA}.outbox"))

    async def dead(self) -> list[str]:
        async with self.db.tenant(self.tenant) as connection:
            return [
                row["reason"] for row in await connection.fetch(f"SELECT reason FROM {SCHEMA}.dead_letters")
            ]

    async def drained(self) -> bool:
        return await self.waiting() == 0


@pytest.fixture
async def pair(database: Settings) -> AsyncIterator[Pair]:
    settings = database
    assert settings.database_url and settings.nats_url
    name = uuid4().hex[:8]
    sending = await Bus.connect(settings.nats_url, f"s{name}")
    receiving = await Bus.connect(settings.nats_url, f"r{name}")
    db = await Database.open(settings.database_url)
    outbox = TableOutbox(db, SCHEMA, resend_after=0.3)
    sender = Sender(sending, outbox, interval=0.05)
    await sender.start()
    receiver = Receiver()
    tenant = uuid4()

    async def only_ours(delivery: Delivery) -> None:
        if str(tenant) in delivery.subject:
            await receiver.handle(delivery)

    mailboxes = Mailboxes(
        receiving.service,
        subjects.EVENTS,
        only_ours,
        Receipts(receiving),
        DeadLetters(db, SCHEMA),
        max_tries=2,
    )
    consumer = PartitionedConsumer(
        receiving,
        subjects.EVENTS,
        settings.database_url,
        mailboxes.accept,
        interval=0.05,
        released=mailboxes.forget,
    )
    consumer.start()
    yield Pair(db, outbox, sender, receiver, tenant, uuid4())
    await consumer.stop()
    await mailboxes.stop()
    await sender.stop()
    await receiving.close()
    await sending.close()
    await db.close()


async def test_a_message_has_its_effect_and_leaves_the_outbox(pair: Pair) -> None:
    await pair.hand_over(b"one")

    await eventually(pair.drained)

    assert pair.receiver.effects == [b"one"]


async def test_a_message_that_was_committed_but_never_published_arrives_all_the_same(pair: Pair) -> None:
    await pair.hand_over(b"crashed before publishing", publish=False)

    await eventually(pair.drained)

    assert pair.receiver.effects == [b"crashed before publishing"]


async def test_the_same_row_added_twice_is_one_message(pair: Pair) -> None:
    message = await pair.hand_over(b"once", publish=False)
    async with pair.db.tenant(pair.tenant) as connection:
        await pair.outbox.add(connection, [message])

    assert await pair.waiting() <= 1
    await eventually(pair.drained)


async def test_a_failure_that_passes_is_repeated_until_it_works(pair: Pair) -> None:
    pair.receiver.fail = [Transient("away"), Transient("away"), Transient("away"), Transient("away")]
    await pair.hand_over(b"patience")

    await eventually(pair.drained)

    assert pair.receiver.effects == [b"patience"]
    assert await pair.dead() == []


async def test_a_poisonous_message_is_put_aside_and_the_next_of_its_key_goes_on(pair: Pair) -> None:
    pair.receiver.poison = b"poison"
    await pair.hand_over(b"poison")
    await pair.hand_over(b"good")

    await eventually(pair.drained)

    assert pair.receiver.effects == [b"good"]
    [reason] = await pair.dead()
    assert "bad luck" in reason


@pytest.mark.chaos
async def test_nothing_is_lost_when_nats_loses_everything_between_publishing_and_receiving(
    pair: Pair, servers: EmbeddedServers
) -> None:
    await pair.hand_over(b"before")
    await eventually(pair.drained)

    await asyncio.to_thread(servers.nats.kill)
    for n in range(20):
        await pair.hand_over(f"while away {n}".encode())
    await asyncio.to_thread(servers.nats.wipe)
    await asyncio.to_thread(servers.nats.start)

    await eventually(pair.drained, within=30)
    assert sorted(pair.receiver.effects) == sorted(
        [b"before", *(f"while away {n}".encode() for n in range(20))]
    )
