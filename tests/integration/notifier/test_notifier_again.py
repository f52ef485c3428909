"""Somebody wants their receipt again: they get the one that was made, once for each time they ask."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest

from services.agent.bookings import BusBookings
from services.media.app import Media
from services.notifier.app import Notifier
from shared.messages.conversation import DocumentBody
from shared.messages.receipts import SendReceipt
from shared.settings import Settings
from tests.integration.media.conftest import HeldEngine, running
from tests.integration.notifier.conftest import World
from tests.unit.notifier.factories import confirmed


@pytest.fixture
async def media(quick: Settings) -> AsyncIterator[Media]:
    """Media with real receipts; nobody speaks here."""
    async with running(Media(quick, HeldEngine())) as service:
        yield service


def asked(world: World, booking_id: UUID) -> SendReceipt:
    contact = confirmed(tenant_id=world.tenant_id).contact
    return SendReceipt(tenant_id=world.tenant_id, request_id=uuid4(), booking_id=booking_id, contact=contact)


async def test_a_receipt_that_was_sent_is_sent_again_once_for_each_request(
    notifier: Notifier, media: Media, world: World
) -> None:
    event = confirmed(tenant_id=world.tenant_id)
    await world.say(event)
    await world.told("booking_confirmed", "receipt")
    bookings = BusBookings(world.bus, every=0.5, deadline=10)
    job = asked(world, event.booking.booking_id)

    assert (await bookings.send_receipt(job)).status == "sent"
    assert (await bookings.send_receipt(job)).status == "sent"
    await world.told("booking_confirmed", "receipt", "receipt")
    assert (await bookings.send_receipt(asked(world, event.booking.booking_id))).status == "sent"
    await world.told("booking_confirmed", "receipt", "receipt", "receipt")
    await world.drained()

    _, first, *again = world.delivered
    assert isinstance(first.body, DocumentBody)
    assert [message.body for message in again] == [first.body, first.body]
    assert len({message.message_id for message in world.delivered}) == 4


async def test_a_receipt_that_is_being_made_comes_by_itself_and_where_there_is_none_that_is_said(
    notifier: Notifier, world: World
) -> None:
    event = confirmed(tenant_id=world.tenant_id)
    await world.say(event)
    await world.told("booking_confirmed")
    bookings = BusBookings(world.bus, every=0.5, deadline=10)

    assert (await bookings.send_receipt(asked(world, event.booking.booking_id))).status == "coming"
    assert (await bookings.send_receipt(asked(world, uuid4()))).status == "none"
    stranger = asked(world, event.booking.booking_id).model_copy(update={"tenant_id": uuid4()})
    assert (await bookings.send_receipt(stranger)).status == "none"
    assert world.purposes == ["booking_confirmed"]
