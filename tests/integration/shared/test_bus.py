"""Asking, answering and reading streams on the real NATS, through restarts and through the loss of its whole store."""

from __future__ import annotations

import asyncio
import json
from uuid import uuid4

import pytest
from nats.aio.subscription import Subscription
from nats.js.api import AckPolicy

from shared import subjects
from shared.actors.delivery import Delivery
from shared.actors.partitions import PartitionedConsumer
from shared.bus import Bus, QueryFailed
from shared.errors import Unanswered
from shared.messages.booking import BookingsFound, CommandOutcome, FindSessions, MyBookings
from shared.messages.media import VoiceTranscribed
from shared.pull import PullConsumer
from shared.settings import Settings
from tests.integration.conftest import eventually
from usher.embedded import EmbeddedServers


def unique_service() -> str:
    return f"probe{uuid4().hex[:8]}"


async def test_a_query_is_answered_by_the_service_that_registered_it(settings: Settings) -> None:
    assert settings.nats_url
    owner = await Bus.connect(settings.nats_url, unique_service())

    async def found(question: MyBookings) -> BookingsFound:
        return BookingsFound()

    owner.answer("my_bookings", MyBookings, found)
    await owner.start()
    question = MyBookings(tenant_id=uuid4(), customer_id=uuid4())

    answer = await owner.query(subjects.query(owner.service, "my_bookings"), question, BookingsFound)

    assert answer == BookingsFound()
    await owner.close()


async def test_a_question_that_cannot_be_read_is_refused_at_once(settings: Settings) -> None:
    assert settings.nats_url
    owner = await Bus.connect(settings.nats_url, unique_service())

    async def found(question: FindSessions) -> BookingsFound:
        return BookingsFound()

    owner.answer("find_sessions", FindSessions, found)
    await owner.start()
    wrong = MyBookings(tenant_id=uuid4(), customer_id=uuid4())

    with pytest.raises(QueryFailed, match="find_sessions"):
        await owner.query(subjects.query(owner.service, "find_sessions"), wrong, BookingsFound)
    await owner.close()


async def test_a_query_that_nobody_answers_says_so(bus: Bus) -> None:
    with pytest.raises(Unanswered):
        await bus.query("qry.nobody.here", MyBookings(tenant_id=uuid4(), customer_id=uuid4()), BookingsFound)


async def test_messages_of_one_key_arrive_in_the_order_they_were_published(
    bus: Bus, settings: Settings
) -> None:
    assert settings.database_owner_url
    service = unique_service()
    reader = await Bus.connect(settings.nats_url or "", service)
    tenant, keys = uuid4(), [uuid4() for _ in range(5)]
    seen: dict[str, list[bytes]] = {str(key): [] for key in keys}

    async def handle(_partition: int, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            if delivery.key in seen:
                seen[delivery.key].append(delivery.data)
            await delivery.ack()

    consumer = PartitionedConsumer(
        reader, subjects.INBOUND, settings.database_owner_url, handle, interval=0.05
    )
    consumer.start()
    for n in range(40):
        for key in keys:
            await bus.publish(subjects.inbound("test", tenant, key), str(n).encode(), msg_id=f"{key}:{n}")

    await eventually(lambda: all(len(lines) == 40 for lines in seen.values()))

    assert all(lines == [str(n).encode() for n in range(40)] for lines in seen.values())
    await consumer.stop()
    await reader.close()


async def test_a_lone_message_is_taken_without_waiting_for_a_full_batch(bus: Bus) -> None:
    tenant, key = uuid4(), uuid4()
    consumer = PullConsumer(bus, subjects.JOBS, f"lone{uuid4().hex[:6]}", f"job.lone.{key}.>", batch=512)
    await consumer.open(takeover=False)
    await bus.publish(subjects.job("lone", str(key), tenant), b"one", msg_id=str(uuid4()))

    async with asyncio.timeout(5):  # the standing request itself runs for 30 s
        messages = await consumer.take()

    assert [m.data for m in messages] == [b"one"]
    await consumer.close()


async def test_what_was_taken_but_not_acknowledged_comes_first_after_a_takeover(bus: Bus) -> None:
    tenant, key = uuid4(), uuid4()
    durable, wanted = f"over{uuid4().hex[:6]}", f"evt.*.over.{tenant}.>"
    first = PullConsumer(bus, subjects.EVENTS, durable, wanted)
    await first.open(takeover=True)
    for n in range(3):
        await bus.publish(subjects.event("over", tenant, key, "noted"), str(n).encode(), msg_id=f"{key}:{n}")
    taken = await first.take(1)
    while len(taken) < 3:
        taken += await first.take(3)
    await Delivery(bus, taken[0], 0).ack()
    await bus.nc.flush()
    await first.close()

    second = PullConsumer(bus, subjects.EVENTS, durable, wanted)
    await second.open(takeover=True)
    again = await second.take()
    while len(again) < 2:
        again += await second.take()

    assert [m.data for m in again] == [b"1", b"2"]
    await second.close()


async def asked_elsewhere(bus: Bus, durable: str, *, batch: int, seconds: int) -> Subscription:
    """What somebody else gets who asks for the next messages of this consumer and is not heard of again."""
    inbox = bus.nc.new_inbox()
    elsewhere = await bus.nc.subscribe(inbox)
    request = {"batch": batch, "expires": seconds * 10**9}
    subject = f"$JS.API.CONSUMER.MSG.NEXT.{subjects.EVENTS}.{durable}"
    await bus.nc.publish(subject, json.dumps(request).encode(), reply=inbox)
    await bus.nc.flush()
    return elsewhere


async def taken_by(consumer: PullConsumer, bus: Bus, count: int) -> list[bytes]:
    """The next so many, each group acknowledged by its last."""
    taken: list[bytes] = []
    while len(taken) < count:
        messages = await consumer.take()
        taken += [message.data for message in messages]
        await Delivery(bus, messages[-1], 0).ack()
    return taken


async def test_a_takeover_waits_until_no_request_of_the_last_owner_stands_so_that_it_gets_nothing(
    bus: Bus,
) -> None:
    # A frozen owner's, say: it would be served first, and nobody would know what it was sent.
    tenant, key = uuid4(), uuid4()
    durable, wanted = f"left{uuid4().hex[:6]}", f"evt.*.left.{tenant}.>"
    last = PullConsumer(bus, subjects.EVENTS, durable, wanted, ack_policy=AckPolicy.ALL)
    await last.open(takeover=True)
    await last.close()
    frozen = await asked_elsewhere(bus, durable, batch=512, seconds=2)

    consumer = PullConsumer(bus, subjects.EVENTS, durable, wanted, ack_policy=AckPolicy.ALL)
    await consumer.open(takeover=True)
    for n in range(20):
        await bus.publish(subjects.event("left", tenant, key, "noted"), str(n).encode(), msg_id=f"{key}:{n}")

    assert await taken_by(consumer, bus, 20) == [str(n).encode() for n in range(20)]
    first = await frozen.next_msg(timeout=10)
    assert (first.headers or {}).get("Status") == "408"  # it has run out, and was sent no message before
    await frozen.unsubscribe()
    await consumer.close()


async def test_what_was_delivered_elsewhere_is_not_covered_by_the_acknowledgement_of_what_came_behind_it(
    bus: Bus,
) -> None:
    tenant, key = uuid4(), uuid4()
    durable, wanted = f"gone{uuid4().hex[:6]}", f"evt.*.gone.{tenant}.>"
    consumer = PullConsumer(bus, subjects.EVENTS, durable, wanted, batch=1, ack_policy=AckPolicy.ALL)
    await consumer.open(takeover=True)
    elsewhere = await asked_elsewhere(bus, durable, batch=1, seconds=20)  # between our first two requests

    for n in range(5):
        await bus.publish(subjects.event("gone", tenant, key, "noted"), str(n).encode(), msg_id=f"{key}:{n}")

    assert await taken_by(consumer, bus, 5) == [str(n).encode() for n in range(5)]
    assert (await elsewhere.next_msg(timeout=10)).data == b"1"
    await elsewhere.unsubscribe()
    await consumer.close()


async def test_asking_goes_on_until_somebody_answers(bus: Bus) -> None:
    tenant, command_id = uuid4(), uuid4()
    consumer = PullConsumer(bus, subjects.COMMANDS, f"late{uuid4().hex[:6]}", f"cmd.*.late.{tenant}.>")
    question = MyBookings(tenant_id=tenant, customer_id=uuid4())
    asking = asyncio.create_task(
        bus.ask(
            subjects.command("late", tenant, uuid4(), "look"),
            question,
            CommandOutcome,
            ask_id=command_id,
            every=0.2,
            deadline=20,
        )
    )
    await consumer.open(takeover=False)
    asked = await consumer.take()
    while len(asked) < 3:  # the first questions stay unanswered
        asked += await consumer.take()
    delivery = Delivery(bus, asked[-1], 0)
    await bus.reply_to(delivery.headers, CommandOutcome(command_id=command_id).model_dump_json().encode())

    outcome = await asking

    assert outcome.command_id == command_id
    assert {Delivery(bus, m, 0).message_id for m in asked} == {str(command_id)}
    await consumer.close()


async def test_a_question_without_an_answer_ends_at_its_deadline(bus: Bus) -> None:
    tenant = uuid4()
    with pytest.raises(Unanswered, match="my_bookings"):
        await bus.ask(
            subjects.command("nobody", tenant, uuid4(), "look"),
            MyBookings(tenant_id=tenant, customer_id=uuid4()),
            VoiceTranscribed,
            ask_id=uuid4(),
            every=0.05,
            deadline=0.2,
        )


@pytest.mark.chaos
async def test_reading_goes_on_after_nats_was_killed_and_its_store_deleted(
    servers: EmbeddedServers, settings: Settings
) -> None:
    assert settings.database_owner_url
    service = unique_service()
    bus = await Bus.connect(settings.nats_url or "", service)
    tenant, key = uuid4(), uuid4()
    seen: list[bytes] = []

    async def handle(_partition: int, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            if delivery.key == str(key):
                seen.append(delivery.data)
            await delivery.ack()

    consumer = PartitionedConsumer(bus, subjects.INBOUND, settings.database_owner_url, handle, interval=0.05)
    consumer.start()
    await bus.publish(subjects.inbound("test", tenant, key), b"before", msg_id=f"{key}:before")
    await eventually(lambda: b"before" in seen)

    await asyncio.to_thread(servers.nats.kill)
    await asyncio.to_thread(servers.nats.wipe)
    await asyncio.to_thread(servers.nats.start)
    await eventually(lambda: bus.connected)
    await bus.provision()
    await bus.publish(subjects.inbound("test", tenant, key), b"after", msg_id=f"{key}:after")

    await eventually(lambda: b"after" in seen)
    await consumer.stop()
    await bus.close()
