"""Does each message reach the person once, in order, whatever the provider does? Against a Graph API over real HTTP."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from nats.aio.msg import Msg

from services.gateway.app import Gateway
from shared.bus import Bus
from shared.files import Files
from shared.messages.conversation import Choice, DocumentBody, MessageSent
from shared.messages.media import BuildReceipt, FileRef, ReceiptData
from shared.settings import Settings
from tests.integration.conftest import eventually
from tests.integration.gateway import bodies
from tests.integration.gateway.conftest import World, another, start, until
from tests.integration.gateway.graph import Graph
from tests.integration.gateway.outbound_rig import wrote
from usher.embedded import EmbeddedServers
from usher.embedded.ports import choose

pytestmark = pytest.mark.usefixtures("gateway")
PEOPLE = ["351910000001", "351910000002", *(str(351930000000 + n) for n in range(20))]


@pytest.fixture
async def gateway(quick: Settings, world: World) -> AsyncIterator[Gateway]:
    """A running gateway; everybody has written a moment ago."""
    await wrote(world, PEOPLE)
    service = await start(quick)
    yield service
    await service.stop()


async def test_a_message_is_sent_with_our_id_and_its_row_follows_the_statuses(
    world: World, graph: Graph
) -> None:
    message = world.message("Hello", choices=(Choice(choice_id="y", title="Yes"),), reply_to="wamid.q")

    await world.send(message)
    row = await world.becomes(message, "sent")

    [taken] = graph.taken
    assert taken.tracker == str(message.message_id)
    assert taken.body["context"] == {"message_id": "wamid.q"}
    assert (row["provider_id"], row["attempts"], row["purpose"]) == (taken.wamid, 1, "reply")
    await world.status(bodies.status(taken.wamid, "delivered"))
    await world.becomes(message, "delivered")
    await world.status(bodies.status(taken.wamid, "read", tracker=taken.tracker))
    await world.becomes(message, "read")
    await world.all_handled()


async def test_a_message_that_is_published_again_is_sent_once(world: World, graph: Graph) -> None:
    first, last = world.message("once"), world.message("last")

    await world.send(first, first)
    await world.becomes(first, "sent")
    await world.send(first, last)
    await world.becomes(last, "sent")

    assert [taken.words for taken in graph.taken] == ["once", "last"]


async def test_each_conversation_gets_its_messages_in_order_while_one_is_held_up(
    world: World, graph: Graph
) -> None:
    graph.refuse(500, 131000)
    graph.refuse(429, 130429, headers={"Retry-After": "0.2"})
    slow = [world.message(str(n), "351910000001") for n in range(5)]
    quick = [world.message(str(n), "351910000002") for n in range(5)]

    await world.send(*(message for pair in zip(slow, quick, strict=True) for message in pair))
    for message in (slow[-1], quick[-1]):
        await world.becomes(message, "sent")

    for person in ("351910000001", "351910000002"):
        assert [taken.words for taken in graph.taken if taken.to == person] == ["0", "1", "2", "3", "4"]


async def test_a_refused_message_is_rejected_with_its_reason_and_the_next_goes_on(
    world: World, graph: Graph
) -> None:
    graph.refuse(400, 131026)
    refused, later = world.message("too late"), world.message("later")

    await world.send(refused, later)
    row = await world.becomes(refused, "rejected")
    await world.becomes(later, "sent")

    assert row["reason"].startswith("131026 No")
    assert [taken.words for taken in graph.taken] == ["later"]


async def test_an_answer_that_got_lost_is_made_good_by_the_echo_and_nothing_is_sent_twice(
    world: World, graph: Graph
) -> None:
    graph.take_and_break_off()
    message, later = world.message("once"), world.message("later")
    await world.send(message, later)
    await eventually(lambda: len(graph.taken) == 1)
    await world.becomes(message, "sending")

    assert (
        await world.status(bodies.status(graph.taken[0].wamid, "sent", tracker=graph.taken[0].tracker)) == 200
    )

    row = await world.becomes(message, "sent")
    await world.becomes(later, "sent")
    assert row["provider_id"] == graph.taken[0].wamid
    assert [taken.words for taken in graph.taken] == ["once", "later"]


async def test_without_an_echo_it_is_sent_again(world: World, graph: Graph) -> None:
    graph.break_off()
    message = world.message("again")

    await world.send(message)
    row = await world.becomes(message, "sent")

    assert row["attempts"] == 2
    assert graph.calls == 2
    assert [taken.words for taken in graph.taken] == ["again"]


async def test_a_bad_gateway_may_have_taken_it_so_the_echo_is_waited_for(world: World, graph: Graph) -> None:
    graph.refuse(502, None)
    message = world.message("maybe")
    await world.send(message)
    await world.becomes(message, "sending")

    await world.status(bodies.status("wamid.echo", "delivered", tracker=str(message.message_id)))

    row = await world.becomes(message, "delivered")
    assert (row["provider_id"], graph.calls) == ("wamid.echo", 1)


async def test_a_provider_that_cannot_be_reached_is_tried_again_at_once(world: World, graph: Graph) -> None:
    await graph.stop()
    message = world.message("patience")
    await world.send(message)

    async def tried() -> bool:
        row = await world.delivery(message)
        return row is not None and row["attempts"] > 0 and row["state"] == "pending"

    await until(tried)
    await graph.start(graph.port)

    await world.becomes(message, "sent")
    assert [taken.words for taken in graph.taken] == ["patience"]


async def test_a_status_never_takes_a_delivery_back(world: World, graph: Graph) -> None:
    message = world.message("Hello")
    await world.send(message)
    await world.becomes(message, "sent")
    wamid = graph.taken[0].wamid

    await world.status(bodies.status(wamid, "read"))
    await world.becomes(message, "read")
    late = [bodies.status(wamid, state) for state in ("delivered", "failed", "sent")]
    await world.status(*late)
    await world.all_handled()

    assert (await world.becomes(message, "read"))["rank"] == 40


async def test_a_status_that_comes_before_the_answer_is_kept(world: World, graph: Graph) -> None:
    gate = asyncio.Event()
    graph.hold(gate)
    message = world.message("fast")
    await world.send(message)
    await eventually(lambda: len(graph.taken) == 1)

    await world.status(bodies.status(graph.taken[0].wamid, "delivered", tracker=graph.taken[0].tracker))
    await world.becomes(message, "delivered")
    gate.set()

    later = world.message("later")
    await world.send(later)
    await world.becomes(later, "sent")
    await world.becomes(message, "delivered")


async def test_a_failure_is_reported_with_its_reason(world: World, graph: Graph) -> None:
    message = world.message("Hello")
    await world.send(message)
    await world.becomes(message, "sent")

    errors = [{"code": 131026, "title": "Message undeliverable"}]
    await world.status(bodies.status(graph.taken[0].wamid, "failed", errors=errors))

    assert (await world.becomes(message, "failed"))["reason"] == "131026 Message undeliverable"


async def test_a_status_of_an_unknown_message_hurts_no_other_and_is_laid_to_rest(
    world: World, graph: Graph
) -> None:
    message = world.message("Hello")
    await world.send(message)
    await world.becomes(message, "sent")

    unknown = [
        bodies.status("wamid.unknown", "delivered"),
        bodies.status("wamid.stranger", "read", tracker=str(uuid4())),
    ]
    await world.status(unknown[0], bodies.status(graph.taken[0].wamid, "delivered"), unknown[1])

    await world.becomes(message, "delivered")
    await world.all_handled()


async def test_a_text_of_several_parts_arrives_whole_and_in_order(world: World, graph: Graph) -> None:
    graph.refuse(500, 131000)
    message = world.message("first " * 700 + "second " * 600)

    await world.send(message)
    await world.becomes(message, "sent")

    words = " ".join(taken.words for taken in graph.taken).split()
    assert words == ["first"] * 700 + ["second"] * 600
    assert graph.taken[-1].tracker == str(message.message_id)
    assert graph.taken[0].tracker == f"{message.message_id}:0"


async def test_a_lost_answer_to_an_earlier_part_is_made_good_by_its_echo(world: World, graph: Graph) -> None:
    graph.take_and_break_off()
    message = world.message("first " * 700 + "second " * 100)
    await world.send(message)
    await eventually(lambda: len(graph.taken) == 1)  # `sending` is stored before the call
    await world.becomes(message, "sending")

    await world.status(bodies.status(graph.taken[0].wamid, "sent", tracker=graph.taken[0].tracker))

    await world.becomes(message, "sent")
    assert [taken.tracker for taken in graph.taken] == [f"{message.message_id}:0", str(message.message_id)]


async def test_an_unreadable_message_becomes_a_dead_letter_and_the_next_goes_on(
    world: World, graph: Graph
) -> None:
    good = world.message("good")
    await world.publish(good.conversation_id, b'{"message_id": "nonsense"}', uuid4())
    await world.publish(uuid4(), good.encode(), uuid4())  # not the conversation of its subject
    await world.send(good)

    await world.becomes(good, "sent")
    reasons = sorted(row["reason"] for row in await world.rows("dead_letters"))
    assert len(reasons) == 2
    assert reasons[0].startswith("The message is not of the tenant")
    assert reasons[1].startswith("unreadable: ")
    assert len(graph.taken) == 1


# --- documents ------------------------------------------------------------------------------------------


def receipt(world: World) -> BuildReceipt:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    data = ReceiptData(
        receipt_id=uuid4(),
        number="R-1",
        business_name="Casa Yoga",
        customer_name="Ana",
        service_name="Yoga",
        starts_at=now,
        ends_at=now,
        timezone="Europe/Lisbon",
        unit_price=1500,
        total=1500,
        currency="EUR",
        booking_reference="ABC",
        issued_at=now,
    )
    return BuildReceipt(tenant_id=world.tenant_id, receipt=data, reply_token=uuid4())


def document(world: World, file: FileRef) -> MessageSent:
    return world.message(DocumentBody(file=file, filename="receipt.pdf", caption="Thank you"))


def reference(data: bytes, job: BuildReceipt | None = None) -> FileRef:
    digest = hashlib.sha256(data).hexdigest()
    return FileRef(
        bucket="usher_files",
        key=f"receipt/{uuid4()}",
        mime="application/pdf",
        size=len(data),
        sha256=digest,
        job=job,
    )


async def test_a_document_goes_up_first_and_is_sent_by_its_id(world: World, graph: Graph, bus: Bus) -> None:
    file = await Files(bus).put(f"receipt/{uuid4()}", b"%PDF-1.4 hello", "application/pdf")
    message = document(world, file)

    await world.send(message)
    row = await world.becomes(message, "sent")

    assert graph.uploads[row["media_id"]] == b"%PDF-1.4 hello"
    assert graph.taken[0].body["document"] == {
        "id": row["media_id"],
        "filename": "receipt.pdf",
        "caption": "Thank you",
    }


async def test_a_retry_of_a_document_does_not_upload_again(world: World, graph: Graph, bus: Bus) -> None:
    graph.refuse(500, 131000)
    message = document(world, await Files(bus).put(f"receipt/{uuid4()}", b"%PDF", "application/pdf"))

    await world.send(message)
    await world.becomes(message, "sent")

    assert len(graph.uploads) == 1


async def test_a_receipt_that_the_store_has_lost_is_built_again_and_sent(
    world: World, graph: Graph, bus: Bus
) -> None:
    job = receipt(world)
    file = reference(b"%PDF-1.4 rebuilt", job)
    built: list[BuildReceipt] = []

    async def media(msg: Msg) -> None:
        found = BuildReceipt.decode(msg.data)
        built.append(found)
        await Files(bus).put(file.key, b"%PDF-1.4 rebuilt", file.mime)

    await bus.nc.subscribe(f"job.media.build_receipt.{world.tenant_id}", cb=media)
    message = document(world, file)

    await world.send(message)
    await world.becomes(message, "sent")

    assert built[0] == job
    assert list(graph.uploads.values()) == [b"%PDF-1.4 rebuilt"]


async def test_a_lost_file_that_nobody_can_build_is_rejected(world: World) -> None:
    message = document(world, reference(b"gone"))

    await world.send(message)

    assert "lost" in (await world.becomes(message, "rejected"))["reason"]


# --- takeover -------------------------------------------------------------------------------------------


async def test_the_next_gateway_takes_up_what_was_left_and_waits_for_the_echo_of_what_is_unclear(
    gateway: Gateway, world: World, graph: Graph, quick: Settings
) -> None:
    graph.take_and_break_off()
    unclear, waiting = world.message("unclear"), world.message("waiting")
    await world.send(unclear, waiting)
    await eventually(lambda: len(graph.taken) == 1)
    await gateway.stop()

    async with another(quick):
        await world.status(bodies.status(graph.taken[0].wamid, "delivered", tracker=graph.taken[0].tracker))
        await world.becomes(unclear, "delivered")
        await world.becomes(waiting, "sent")

    assert [taken.words for taken in graph.taken] == ["unclear", "waiting"]


async def test_stopping_lets_the_call_under_way_finish(gateway: Gateway, world: World, graph: Graph) -> None:
    gate = asyncio.Event()
    graph.hold(gate)
    message = world.message("finish")
    await world.send(message)
    await eventually(lambda: len(graph.taken) == 1)

    stopping = asyncio.create_task(gateway.stop())
    gate.set()
    await stopping

    await world.becomes(message, "sent")


async def test_two_gateways_share_the_work_and_each_message_is_sent_once_in_order(
    world: World, graph: Graph, quick: Settings
) -> None:
    people = [str(351930000000 + n) for n in range(20)]
    messages = [world.message(str(n), person) for n in range(5) for person in people]

    async with another(quick.model_copy(update={"http_port": choose()})):
        await world.send(*messages)
        for message in messages[-len(people) :]:
            await world.becomes(message, "sent")

    for person in people:
        assert [taken.words for taken in graph.taken if taken.to == person] == ["0", "1", "2", "3", "4"]


async def test_messages_get_through_the_loss_of_nats_and_a_crash_of_postgresql(
    world: World, graph: Graph, servers: EmbeddedServers
) -> None:
    before, after = world.message("before"), world.message("after")
    await world.send(before)
    await world.becomes(before, "sent")

    await asyncio.to_thread(servers.nats.kill)
    await asyncio.to_thread(servers.nats.wipe)
    await asyncio.to_thread(servers.nats.start)
    await asyncio.to_thread(servers.postgres.kill)
    await asyncio.to_thread(servers.postgres.start)
    await world.bus.provision()
    await eventually(lambda: world.bus.connected)
    await world.send(after)

    await world.becomes(after, "sent")
    assert [taken.words for taken in graph.taken] == ["before", "after"]
