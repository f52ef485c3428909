"""From the confirmed booking to the PDF: notifier and media together, through lost stores and dead workers."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import AsyncIterator

import pytest
from pypdf import PdfReader

from services.media.app import Media
from services.media.receipt import build_receipt
from services.notifier.app import Notifier, build
from shared.files import Files
from shared.messages.conversation import DocumentBody
from shared.messages.media import ReceiptData
from shared.settings import Settings
from tests.integration.conftest import eventually
from tests.integration.media.conftest import HeldEngine, running
from tests.integration.notifier.conftest import World
from tests.unit.notifier.factories import confirmed
from usher.embedded import EmbeddedServers


@pytest.fixture
async def media(quick: Settings) -> AsyncIterator[Media]:
    """Media with real receipts; nobody speaks here."""
    async with running(Media(quick, HeldEngine())) as service:
        yield service


async def test_a_confirmed_booking_gets_its_confirmation_and_then_a_pdf_that_opens(
    notifier: Notifier, media: Media, world: World
) -> None:
    await world.say(confirmed(tenant_id=world.tenant_id))

    await world.told("booking_confirmed", "receipt")
    await world.drained()
    body = world.delivered[1].body
    assert isinstance(body, DocumentBody)
    pdf = PdfReader(io.BytesIO(await Files(world.bus).get(body.file) or b""))
    assert len(pdf.pages) == 1
    assert "Vinyasa Yoga" in pdf.pages[0].extract_text()


async def test_losing_the_whole_bus_while_a_receipt_is_built_only_delays_it(
    notifier: Notifier, quick: Settings, world: World, servers: EmbeddedServers
) -> None:
    event = confirmed(tenant_id=world.tenant_id)
    await world.say(event)
    await world.told("booking_confirmed")
    first = world.delivered[0].message_id

    await asyncio.to_thread(_lose_the_bus, servers)

    async with running(Media(quick, HeldEngine())):
        await world.told("booking_confirmed", "receipt")
        await world.drained()
        await world.settled()
    assert world.delivered[0].message_id == first
    assert world.purposes == ["booking_confirmed", "receipt"]
    assert await world.count("notifications") == 2


async def test_losing_the_whole_bus_after_the_event_was_handled_loses_no_message(
    notifier: Notifier, media: Media, world: World, servers: EmbeddedServers
) -> None:
    world.confirms = False  # the gateway has seen nothing when the bus is lost
    await world.say(confirmed(tenant_id=world.tenant_id))
    await world.told("booking_confirmed", "receipt")
    ids = [message.message_id for message in world.delivered]
    world.published.clear()

    await asyncio.to_thread(_lose_the_bus, servers)
    world.confirms = True

    await world.told("booking_confirmed", "receipt")
    await world.drained()
    assert [message.message_id for message in world.delivered] == ids


async def test_a_receipt_whose_media_dies_before_it_is_ready_is_built_by_another(
    notifier: Notifier, quick: Settings, world: World
) -> None:
    begun, let_go = threading.Event(), threading.Event()

    def held(data: ReceiptData) -> bytes:
        begun.set()
        let_go.wait(timeout=60)
        return build_receipt(data)

    async with running(Media(quick, HeldEngine(), held)):
        await world.say(confirmed(tenant_id=world.tenant_id))
        await eventually(begun.is_set)
    let_go.set()  # the thread outlives its cancelled job; what it made goes nowhere
    assert world.purposes == ["booking_confirmed"]

    async with running(Media(quick, HeldEngine())):
        await world.told("booking_confirmed", "receipt")
        await world.drained()


async def test_two_notifiers_tell_each_event_once(notifier: Notifier, quick: Settings, world: World) -> None:
    second = build(quick)
    await second.start()
    events = [confirmed(tenant_id=world.tenant_id) for _ in range(20)]
    try:
        await asyncio.gather(*(world.say(event) for event in events for _ in range(2)))
        await eventually(lambda: len(world.delivered) == len(events))
        await world.settled()
    finally:
        await second.stop()
    assert await world.count("notifications") == len(events)


async def test_the_notifier_goes_on_after_postgres_was_killed(
    notifier: Notifier, world: World, servers: EmbeddedServers
) -> None:
    await asyncio.to_thread(servers.postgres.kill)
    await world.say(confirmed(tenant_id=world.tenant_id))
    assert (await notifier.ready())["database"] is False

    await asyncio.to_thread(servers.postgres.start)

    await world.told("booking_confirmed")


def _lose_the_bus(servers: EmbeddedServers) -> None:
    servers.nats.kill()
    servers.nats.wipe()
    servers.nats.start()
