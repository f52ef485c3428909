"""Does saving transactions cost a guarantee? Statuses applied with their insert, deliveries stored as `sending` at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from services.gateway.app import Gateway
from services.gateway.store.deliveries import DeliveryStore, NewDelivery, Success
from shared.messages.conversation import MessageSent
from shared.settings import Settings
from tests.integration.conftest import eventually
from tests.integration.gateway import bodies
from tests.integration.gateway.conftest import World, start
from tests.integration.gateway.graph import Graph
from tests.integration.gateway.outbound_rig import wrote

pytestmark = pytest.mark.usefixtures("gateway")


@pytest.fixture
async def gateway(quick: Settings, world: World) -> AsyncIterator[Gateway]:
    """A running gateway; everybody has written a moment ago."""
    await wrote(world, [f"35191000000{n}" for n in range(1, 4)])
    service = await start(quick)
    yield service
    await service.stop()


def new(message: MessageSent, *, ready: bool = True) -> NewDelivery:
    return NewDelivery(
        message.tenant_id,
        message.message_id,
        3,
        message.conversation_id,
        "whatsapp",
        message.purpose,
        message.encode(),
        message.to.account_id,
        message.to.user_id,
        ready=ready,
    )


# --- statuses -------------------------------------------------------------------------------------------


async def test_a_status_is_applied_and_handled_when_its_webhook_is_answered(
    world: World, graph: Graph
) -> None:
    message = world.message("Hello")
    await world.send(message)
    await world.becomes(message, "sent")

    assert await world.status(bodies.status(graph.taken[0].wamid, "delivered")) == 200

    row = await world.delivery(message)
    assert row is not None
    assert row["state"] == "delivered"
    assert [one["handled_at"] is not None for one in await world.rows("inbox")] == [True]


async def test_of_several_statuses_in_one_webhook_the_furthest_counts_whatever_their_order(
    world: World, graph: Graph
) -> None:
    message = world.message("Hello")
    await world.send(message)
    await world.becomes(message, "sent")
    wamid = graph.taken[0].wamid

    await world.status(*(bodies.status(wamid, state) for state in ("read", "sent", "delivered")))

    row = await world.delivery(message)
    assert row is not None
    assert row["state"] == "read"
    assert all(one["handled_at"] is not None for one in await world.rows("inbox"))


async def test_a_status_that_comes_before_its_delivery_is_known_is_applied_later(
    world: World, graph: Graph
) -> None:
    gate = asyncio.Event()
    graph.hold(gate)
    message = world.message("fast")
    await world.send(message)
    await eventually(lambda: len(graph.taken) == 1)

    # It names the provider's id only, which is not known before the answer.
    assert await world.status(bodies.status(graph.taken[0].wamid, "delivered")) == 200
    assert [one["handled_at"] for one in await world.rows("inbox")] == [None]
    gate.set()

    await world.becomes(message, "delivered")
    await world.all_handled()


async def test_a_webhook_does_not_wait_for_a_delivery_that_somebody_else_is_changing(
    world: World, graph: Graph
) -> None:
    message = world.message("Hello")
    await world.send(message)
    await world.becomes(message, "sent")

    async with world.db.tenant(world.tenant_id) as connection:
        await connection.execute(
            "SELECT 1 FROM gateway.deliveries WHERE id = $1 FOR UPDATE", message.message_id
        )
        assert await world.status(bodies.status(graph.taken[0].wamid, "delivered")) == 200
        row = await world.delivery(message)
        assert row is not None
        assert row["state"] == "sent"

    await world.becomes(message, "delivered")
    await world.all_handled()


# --- deliveries -----------------------------------------------------------------------------------------


async def test_a_crash_between_storing_and_calling_waits_for_the_echo_and_then_sends_once(
    gateway: Gateway, world: World, graph: Graph, quick: Settings
) -> None:
    await gateway.stop()
    message, later = world.message("once"), world.message("later")
    store = DeliveryStore(world.db)
    assert await store.write([new(message), new(later)], []) == {message.message_id}  # and there it dies

    service = await start(quick)
    row = await world.becomes(message, "sent")
    await world.becomes(later, "sent")

    assert row["attempts"] == 2
    assert (row["updated_at"] - row["created_at"]).total_seconds() >= quick.whatsapp_echo_wait_seconds
    assert [taken.words for taken in graph.taken] == ["once", "later"]
    await service.stop()


async def test_a_crash_after_the_call_is_made_good_by_the_echo_and_nothing_is_sent_twice(
    gateway: Gateway, world: World, graph: Graph, quick: Settings
) -> None:
    await gateway.stop()
    message = world.message("taken before the crash")
    await DeliveryStore(world.db).write([new(message)], [])

    service = await start(quick)
    await world.status(bodies.status("wamid.echo", "sent", tracker=str(message.message_id)))
    await world.becomes(message, "sent")
    later = world.message("later")
    await world.send(later)
    await world.becomes(later, "sent")

    assert [taken.words for taken in graph.taken] == ["later"]
    await service.stop()


async def test_only_what_is_ready_and_has_nothing_before_it_is_stored_as_sending(world: World) -> None:
    store = DeliveryStore(world.db)
    first, second = world.message("1", "351910000001"), world.message("2", "351910000001")
    document, other = world.message("3", "351910000002"), world.message("4", "351910000003")
    rows = [
        replace(new(one), partition=99) for one in (first, second, other)
    ]  # of no partition: nobody else sends

    unready = replace(new(document, ready=False), partition=99)
    assert await store.write([*rows, unready], []) == {first.message_id, other.message_id}
    assert await store.write(rows, []) == frozenset()  # repeats are nobody's to send

    third = replace(new(world.message("5", "351910000001")), partition=99)
    assert await store.write([third], [Success(world.tenant_id, first.message_id, "wamid.1")]) == frozenset()
    fourth = replace(new(world.message("6", "351910000003")), partition=99)
    sent = Success(world.tenant_id, other.message_id, "wamid.2")
    assert await store.write([fourth], [sent]) == {fourth.id}
