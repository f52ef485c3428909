"""Who is forgotten in booking is forgotten by the notifier: what they were told has no words, and their receipts are gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from nats.aio.msg import Msg

from services.agent.bookings import BusBookings
from services.media.app import Media
from services.notifier.app import Notifier
from services.notifier.forgetting import lock_name
from services.notifier.store import NotifierStore
from shared import subjects
from shared.bus import HEADER_FROM, HEADER_ID
from shared.db import Database
from shared.files import Files
from shared.messages.booking import BookingConfirmed
from shared.messages.conversation import DocumentBody
from shared.messages.people import ForgetPerson
from shared.messages.receipts import SendReceipt
from shared.outbox import TableOutbox
from shared.settings import Settings
from tests.integration.conftest import eventually
from tests.integration.media.conftest import HeldEngine, running
from tests.integration.notifier.conftest import World, until
from tests.unit.notifier.factories import NOW, confirmed, contact

TABLES = ("notifications", "receipts", "calendars", "outbox", "dead_letters")
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
async def media(quick: Settings) -> AsyncIterator[Media]:
    async with running(Media(quick, HeldEngine())) as service:
        yield service


def booked(world: World, name: str, customer_id: UUID | None = None) -> BookingConfirmed:
    who = contact(name=name).model_copy(update={"customer_id": customer_id or uuid4()})
    return confirmed(tenant_id=world.tenant_id, who=who)


def job(event: BookingConfirmed, *, at: datetime = LATER, tenant_id: UUID | None = None) -> ForgetPerson:
    return ForgetPerson(
        tenant_id=tenant_id or event.tenant_id, customer_ids=(event.contact.customer_id,), at=at
    )


async def kept(world: World) -> str:
    """All that the notifier's tables say of the tenant, bytes as they are."""
    said = []
    async with world.db.tenant(world.tenant_id) as connection:
        for table in TABLES:
            said += [repr(dict(row)) for row in await connection.fetch(f"SELECT * FROM notifier.{table}")]
    return "\n".join(said)


async def tell(world: World, *jobs: ForgetPerson, times: int = 1) -> None:
    """Send jobs as booking's outbox does, one after the other, and wait until each is confirmed."""
    confirmed_ids: list[str] = []

    async def on_receipt(msg: Msg) -> None:
        confirmed_ids.extend(msg.data.decode().split())

    subscription = await world.bus.nc.subscribe(subjects.receipts("probe"), cb=on_receipt)
    for one in jobs:
        job_id = uuid4()
        for n in range(times):
            before = len(confirmed_ids)
            await world.bus.publish(
                subjects.job("notifier", one.name, one.tenant_id),
                one.encode(),
                msg_id=f"{job_id}:{n}",
                headers={HEADER_ID: str(job_id), HEADER_FROM: "probe"},
            )
            await eventually(lambda before=before: len(confirmed_ids) > before)
        assert f"{one.tenant_id}/{job_id}" in confirmed_ids
    await subscription.unsubscribe()


async def test_a_forgotten_persons_words_receipt_and_file_are_gone_and_others_keep_theirs(
    notifier: Notifier, media: Media, world: World
) -> None:
    ana, bea = booked(world, "Canary Ana"), booked(world, "Canary Bea")
    for number, event in enumerate((ana, bea), start=1):
        await world.say(event)
        await eventually(lambda number=number: world.purposes.count("receipt") == number)
    await world.drained()
    before = await kept(world)
    assert "Canary Ana" in before
    files = [message.body.file for message in world.delivered if isinstance(message.body, DocumentBody)]
    assert all([await Files(world.bus).get(file) for file in files])

    await tell(world, job(ana), times=2)

    after = await kept(world)
    assert "Canary Ana" not in after
    assert "Canary Bea" in after
    found = [await Files(world.bus).get(file) is not None for file in files]
    assert found == [str(ana.booking.booking_id) != str(b.booking.booking_id) for b in (ana, bea)]
    async with world.db.tenant(world.tenant_id) as connection:
        texts = await connection.fetch(
            "SELECT DISTINCT body::text AS body FROM notifier.notifications WHERE recipient_id = $1",
            ana.contact.customer_id,
        )
    assert len(texts) == 1
    assert "Vinyasa" not in texts[0]["body"]

    # What comes once more is told no second time, and there is no receipt to be sent again.
    await world.say(ana)
    await world.settled()
    assert sorted(world.purposes) == ["booking_confirmed"] * 2 + ["receipt"] * 2
    again = SendReceipt(
        tenant_id=world.tenant_id, request_id=uuid4(), booking_id=ana.booking.booking_id, contact=ana.contact
    )
    assert (await BusBookings(world.bus, every=0.5, deadline=10).send_receipt(again)).status == "none"
    assert "Canary Ana" not in await kept(world)


async def test_what_has_not_arrived_is_not_sent_any_more_and_its_receipt_is_not_asked_for(
    notifier: Notifier, world: World
) -> None:
    world.confirms = False
    event = booked(world, "Canary Ana")
    await world.say(event)
    await world.waits_for("job.media", "out.whatsapp")
    await tell(world, job(event))
    await world.waits_for()
    assert "Canary" not in await kept(world)


async def test_an_event_from_before_that_comes_late_is_not_told_and_one_from_after_is(
    notifier: Notifier, world: World
) -> None:
    late = booked(world, "Canary late")
    await tell(world, job(late))
    await world.say(late)
    await world.settled()
    assert world.purposes == []
    assert "Canary" not in await kept(world)
    anew = booked(world, "Canary anew", late.contact.customer_id).model_copy(
        update={"at": LATER + timedelta(seconds=1)}
    )
    await world.say(anew)
    await world.told("booking_confirmed")
    # The same job once more, and an older one: nothing of the new person is forgotten.
    await tell(world, job(late), job(late, at=NOW - timedelta(days=1)))
    assert "Canary anew" in await kept(world)
    async with world.db.tenant(world.tenant_id) as connection:
        [body] = await connection.fetch("SELECT body::text AS text FROM notifier.notifications")
    assert "Vinyasa" in body["text"]
    await world.say(late.model_copy(update={"event_id": uuid4()}))
    await world.settled()
    assert world.purposes == ["booking_confirmed"]


async def test_nothing_is_forgotten_by_another_tenants_word(notifier: Notifier, world: World) -> None:
    event = booked(world, "Canary Ana")
    await world.say(event)
    await world.told("booking_confirmed")
    await tell(world, job(event, tenant_id=uuid4()))
    assert "Canary Ana" in await kept(world)


async def test_an_event_that_is_told_while_its_person_is_forgotten_waits_and_is_not_told(
    world: World, db: Database
) -> None:
    event = booked(world, "Canary Ana")
    store = NotifierStore(db, TableOutbox(db, "notifier", resend_after=3600))
    name = lock_name(world.tenant_id, event.contact.customer_id)
    async with db.tenant(world.tenant_id) as erasing:
        await erasing.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('notifier.forgotten' || $1, 0))", name
        )
        telling = asyncio.create_task(store.tell(event))
        await until(lambda: waits_for_lock(db, name))
        await erasing.execute(
            "INSERT INTO notifier.forgotten VALUES ($1, $2, $3)",
            world.tenant_id,
            event.contact.customer_id,
            LATER,
        )
    assert not await telling
    assert "Canary" not in await kept(world)


async def waits_for_lock(db: Database, name: str) -> bool:
    async with db.tenant() as connection:
        return bool(
            await connection.fetchval(
                "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                " AND (classid::bigint << 32 | objid::bigint) = hashtextextended('notifier.forgotten' || $1, 0))",
                name,
            )
        )
