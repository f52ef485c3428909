"""Events become messages, each exactly once, on the real bus and database."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from nats.aio.msg import Msg

from services.notifier.app import Notifier, build
from services.notifier.domain.receipts import plan_receipt
from shared import subjects
from shared.bus import Bus
from shared.db import Database
from shared.messages.booking import BookingConfirmed
from shared.messages.conversation import DocumentBody, TextBody
from shared.messages.media import BuildReceipt, FileRef, ReceiptReady
from shared.settings import Settings
from tests.integration.conftest import eventually
from tests.integration.notifier.conftest import World
from tests.unit.notifier.factories import booking_view, cancelled, confirmed, contact


def ready_for(event: BookingConfirmed) -> ReceiptReady:
    """What media says when it has built the receipt of this event."""
    job = plan_receipt(event).job
    receipt_id = job.receipt.receipt_id
    file = FileRef(
        bucket=subjects.FILES, key=f"receipt-{receipt_id}.pdf", mime="application/pdf", size=9, sha256="ab"
    )
    return ReceiptReady(
        tenant_id=event.tenant_id, receipt_id=receipt_id, reply_token=job.reply_token, file=file
    )


async def test_a_confirmed_booking_is_told_to_its_customer_and_its_receipt_asked_for(
    notifier: Notifier, world: World
) -> None:
    jobs: list[BuildReceipt] = []

    async def on_job(msg: Msg) -> None:
        jobs.append(BuildReceipt.decode(msg.data))

    await world.bus.nc.subscribe(subjects.job("media", "build_receipt", world.tenant_id), cb=on_job)
    event = confirmed(tenant_id=world.tenant_id)

    await world.say(event)

    await world.told("booking_confirmed")
    (message,) = world.delivered
    assert message.to == event.contact.address
    assert message.conversation_id == event.contact.conversation_id
    assert isinstance(message.body, TextBody)
    assert "Vinyasa Yoga" in message.body.text
    await eventually(lambda: jobs)
    assert jobs[0] == plan_receipt(event).job


async def test_an_event_that_comes_twice_is_told_once(notifier: Notifier, world: World) -> None:
    event = confirmed(tenant_id=world.tenant_id)

    await asyncio.gather(*(world.say(event) for _ in range(5)))
    await world.told("booking_confirmed")
    await world.say(event)

    await world.settled()
    assert world.purposes == ["booking_confirmed"]
    assert await world.count("notifications") == 1
    assert await world.count("receipts") == 1


async def test_the_receipt_follows_its_confirmation_once_however_often_media_says_it_is_ready(
    notifier: Notifier, world: World
) -> None:
    event = confirmed(tenant_id=world.tenant_id)
    await world.say(event)
    await world.told("booking_confirmed")

    for _ in range(3):
        await world.say_ready(ready_for(event))

    await world.told("booking_confirmed", "receipt")
    await world.settled()
    assert world.purposes == ["booking_confirmed", "receipt"]
    assert await world.count("notifications") == 2
    body = world.delivered[1].body
    assert isinstance(body, DocumentBody)
    assert body.filename == "receipt-ABC123.pdf"
    assert body.file.job == plan_receipt(event).job
    await world.drained()


async def test_a_receipts_job_is_asked_again_until_the_receipt_is_ready(
    notifier: Notifier, world: World
) -> None:
    asked: list[bytes] = []

    async def on_job(msg: Msg) -> None:
        asked.append(msg.data)

    await world.bus.nc.subscribe(subjects.job("media", "build_receipt", world.tenant_id), cb=on_job)
    event = confirmed(tenant_id=world.tenant_id)

    await world.say(event)

    await eventually(lambda: len(asked) >= 2)
    assert len(set(asked)) == 1
    await world.waits_for("job.media")
    await world.say_ready(ready_for(event))
    await world.drained()


async def test_a_receipt_never_overtakes_a_confirmation_that_got_lost(
    notifier: Notifier, world: World
) -> None:
    event = confirmed(tenant_id=world.tenant_id)
    world.confirms = False
    await world.say(event)
    await world.told("booking_confirmed")
    world.published.clear()  # as if the first publication had been lost with the bus

    await world.say_ready(ready_for(event))

    await world.told("booking_confirmed", "receipt")


async def test_a_cancellation_is_told(notifier: Notifier, world: World) -> None:
    event = confirmed(tenant_id=world.tenant_id)
    await world.say(event)
    await world.say(cancelled(event, "business"))

    await world.told("booking_confirmed", "booking_cancelled")
    body = world.delivered[1].body
    assert isinstance(body, TextBody)
    assert body.text.startswith("Casa Yoga had to cancel")


async def test_a_confirmation_that_comes_after_its_cancellation_is_not_told(
    notifier: Notifier, world: World
) -> None:
    event = confirmed(tenant_id=world.tenant_id)
    await world.say(cancelled(event))
    await world.told("booking_cancelled")

    await world.say(event)

    await world.settled()
    assert world.purposes == ["booking_cancelled"]
    assert await world.count("receipts") == 0


async def test_each_tenant_is_told_its_own_and_sees_its_own(
    notifier: Notifier, world: World, bus: Bus, db: Database
) -> None:
    other = World(bus, db)
    await other.listen()
    who = contact()  # the same person books with both

    await world.say(confirmed(booking_view(service="Yoga"), who=who, tenant_id=world.tenant_id))
    await other.say(confirmed(booking_view(service="Haircut"), who=who, tenant_id=other.tenant_id))

    await world.told("booking_confirmed")
    await other.told("booking_confirmed")
    assert world.delivered[0].message_id != other.delivered[0].message_id
    assert await world.count("notifications") == await other.count("notifications") == 1


async def test_events_of_no_concern_are_confirmed_and_change_nothing(
    notifier: Notifier, world: World
) -> None:
    receipts: list[str] = []

    async def on_receipt(msg: Msg) -> None:
        receipts.extend(msg.data.decode().split())

    await world.bus.nc.subscribe(subjects.receipts("booking"), cb=on_receipt)
    message_id = uuid4()

    await world.publish(
        subjects.event("booking", world.tenant_id, uuid4(), "session_moved"), b"{}", message_id
    )

    await eventually(lambda: f"{world.tenant_id}/{message_id}" in receipts)
    assert await world.count("notifications") == 0


async def test_an_event_that_cannot_be_read_is_kept_and_the_next_one_is_told(
    notifier: Notifier, world: World
) -> None:
    event = confirmed(tenant_id=world.tenant_id)
    subject = subjects.event("booking", world.tenant_id, event.booking.booking_id, event.name)

    await world.publish(subject, b'{"nonsense": true}', uuid4())
    await world.say(event)

    await world.told("booking_confirmed")
    assert await world.count("dead_letters") == 1


async def test_an_event_that_belongs_to_another_tenant_than_its_subject_is_told_to_nobody(
    notifier: Notifier, world: World
) -> None:
    foreign = confirmed(tenant_id=uuid4())
    subject = subjects.event("booking", world.tenant_id, foreign.booking.booking_id, foreign.name)

    await world.publish(subject, foreign.encode(), foreign.event_id)

    await world.settled()
    assert await world.count("dead_letters") == 1
    assert world.published == []


async def test_a_receipt_that_nobody_asked_for_is_ignored(notifier: Notifier, world: World) -> None:
    await world.say_ready(ready_for(confirmed(tenant_id=world.tenant_id)))

    await world.settled()
    assert world.published == []
    assert await world.count("dead_letters") == 0


async def test_a_running_notifier_is_ready_and_a_stopped_one_is_not(
    notifier: Notifier, quick: Settings
) -> None:
    assert await notifier.ready() == {"bus": True, "database": True}
    assert await build(quick).ready() == {"bus": False, "database": False}
