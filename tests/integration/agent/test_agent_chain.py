"""From INBOUND to OUTBOUND on real servers: each message answered exactly once, whatever happens in between."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

from nats.aio.msg import Msg

from services.agent.app import AgentService
from services.agent.bookings import BusBookings
from services.agent.reply import reply_id
from services.booking.app import BookingService
from shared import subjects
from shared.actors.delivery import Delivery
from shared.actors.jobs import JobConsumer
from shared.bus import HEADER_FROM, HEADER_ID, Bus
from shared.db import Database
from shared.messages.booking import (
    BookingQuoted,
    Catalogue,
    GetCatalogue,
    QuoteBooking,
    QuoteLineView,
    QuoteView,
)
from shared.messages.conversation import FetchMedia, MediaFetched, TextContent, VoiceContent
from shared.messages.media import FileRef, TranscribeVoice, VoiceTranscribed
from shared.settings import Settings
from tests.integration.agent.conftest import Customer, Gateway, agent_running, booking_running
from tests.integration.conftest import eventually
from usher.embedded import EmbeddedServers


async def booked(db: Database, tenant_id: UUID) -> int:
    """Confirmed bookings of the tenant."""
    async with db.tenant(tenant_id) as connection:
        return int(
            await connection.fetchval("SELECT count(*) FROM booking.bookings WHERE status = 'confirmed'")
        )


async def waiting(db: Database, tenant_id: UUID) -> int:
    """Replies that nobody has confirmed."""
    async with db.tenant(tenant_id) as connection:
        return int(await connection.fetchval("SELECT count(*) FROM agent.outbox"))


async def test_a_class_is_found_asked_about_and_booked(
    agent: AgentService, booking: BookingService, customer: Customer, db: Database
) -> None:
    reply = await customer.answered("I want yoga tomorrow at 7pm")
    assert reply.startswith("Yoga, ")
    assert reply.endswith("19:00–20:00 with Ana, €15.00, 10 spots left. Shall I book it?")

    await customer.say("yes please")
    assert await booked(db, customer.gateway.tenant_id) == 1
    assert len(customer.replies) == 1  # the confirmation is the notifier's

    assert (await customer.answered("my bookings")).startswith("You have one booking: Yoga, ")
    assert (await customer.answered("cancel my booking")).startswith("Shall I cancel Yoga, ")
    await customer.say("yes")
    assert await booked(db, customer.gateway.tenant_id) == 0
    await eventually(lambda: waiting_is_over(db, customer))


async def waiting_is_over(db: Database, customer: Customer) -> bool:
    return await waiting(db, customer.gateway.tenant_id) == 0


async def test_a_message_delivered_again_gets_no_second_turn_and_no_other_reply(
    agent: AgentService, booking: BookingService, customer: Customer, db: Database
) -> None:
    message = customer.message(TextContent(text="yoga tomorrow at 7pm"))
    for attempt in range(3):
        # Each is handled on its own: those that wait at the same time are one delivery to the agent.
        before = customer.gateway.receipts.count(message.message_id)
        await customer.gateway.hand_over(message, attempt)
        await eventually(lambda b=before: customer.gateway.receipts.count(message.message_id) > b)

    [reply] = customer.gateway.sent[customer.conversation_id]
    assert reply.message_id == reply_id(message.message_id, 0)
    async with db.tenant(message.tenant_id) as connection:
        turns = await connection.fetch("SELECT status, finished_at IS NOT NULL AS ended FROM agent.turns")
    assert [(turn["status"], turn["ended"]) for turn in turns] == [("done", True)]


async def test_a_conversation_goes_on_with_another_agent(
    quick: Settings, booking: BookingService, customer: Customer, db: Database
) -> None:
    async with agent_running(quick):
        await customer.answered("yoga tomorrow at 7pm")
    async with agent_running(quick):
        await customer.say("yes")

    assert await booked(db, customer.gateway.tenant_id) == 1


async def test_an_agent_that_stops_while_a_booking_is_under_way_leaves_it_to_the_next(
    quick: Settings, customer: Customer, db: Database
) -> None:
    async with agent_running(quick), booking_running(quick):
        await customer.answered("yoga tomorrow at 7pm")
        catalogue = await BusBookings(customer.gateway.bus, every=1, deadline=5).catalogue(
            customer.gateway.tenant_id
        )
    message = customer.message(TextContent(text="yes"))
    commands: list[str] = []

    async def on_command(msg: Msg) -> None:
        commands.append((msg.headers or {})[HEADER_ID])

    async def answer(_question: GetCatalogue) -> Catalogue:
        return catalogue

    async def no_quote(_question: QuoteBooking) -> BookingQuoted:
        return BookingQuoted()

    async def price(_question: QuoteBooking) -> BookingQuoted:
        line = QuoteLineView(label="Yoga", amount=1500)
        return BookingQuoted(quote=QuoteView(lines=(line,), total=1500, due_now=0, currency="EUR"))

    await customer.gateway.bus.nc.subscribe(f"cmd.booking.{message.tenant_id}.>", cb=on_command)
    # A booking service that answers questions and leaves commands where they are.
    half = await Bus.connect(quick.nats_url or "", "booking")
    half.answer("get_catalogue", GetCatalogue, answer)
    half.answer("quote_booking", QuoteBooking, no_quote)
    half.answer("quote_booking", QuoteBooking, price)
    await half.start()
    async with agent_running(quick):
        await customer.gateway.hand_over(message)
        await eventually(lambda: commands)
    await half.close()
    async with agent_running(quick), booking_running(quick):
        await eventually(lambda: message.message_id in customer.gateway.receipts)

    assert len(set(commands)) == 1
    assert await booked(db, customer.gateway.tenant_id) == 1
    assert len(customer.replies) == 1


async def test_a_reply_survives_the_loss_of_the_whole_nats_store(
    quick: Settings,
    servers: EmbeddedServers,
    agent: AgentService,
    booking: BookingService,
    customer: Customer,
    db: Database,
) -> None:
    customer.gateway.confirming = False
    message = await customer.say("yoga tomorrow at 7pm")
    servers.nats.kill()
    servers.nats.wipe()
    servers.nats.start()
    before = customer.gateway.deliveries
    await eventually(lambda: customer.gateway.deliveries > before, within=30)

    [reply] = customer.gateway.sent[customer.conversation_id]
    assert reply.message_id == reply_id(message.message_id, 0)
    await customer.gateway.confirm(reply)
    await eventually(lambda: waiting_is_over(db, customer))
    customer.gateway.confirming = True
    await customer.say("yes")
    assert await booked(db, customer.gateway.tenant_id) == 1


async def test_two_agents_keep_each_conversation_in_order_and_answer_each_message_once(
    quick: Settings, booking: BookingService, gateway: Gateway
) -> None:
    customers = [Customer(gateway, f"3519{uuid4().int % 10**8:08d}") for _ in range(8)]
    lines = ["hello", "where are you?", "how much is yoga?", "yoga tomorrow at 7pm", "my bookings"]
    each_alone = quick.model_copy(update={"debounce_seconds": 0.0})
    async with agent_running(each_alone), agent_running(each_alone):
        for line in lines:
            for customer in customers:
                await gateway.hand_over(customer.message(TextContent(text=line)))
        await eventually(lambda: all(len(c.replies) == len(lines) for c in customers), within=60)

    for customer in customers:
        starts = [reply[:12] for reply in customer.replies]
        assert starts == ["Hello, this ", customer.replies[1][:12], "Yoga, 60 min", starts[3], "You have no "]
        ids_seen = [m.message_id for m in gateway.sent[customer.conversation_id]]
        assert len(ids_seen) == len(set(ids_seen)) == len(lines)


async def test_a_message_nobody_can_read_goes_to_the_dead_letters_and_the_next_is_answered(
    agent: AgentService, booking: BookingService, customer: Customer, db: Database
) -> None:
    bus, tenant_id = customer.gateway.bus, customer.gateway.tenant_id
    await bus.publish(
        subjects.inbound("whatsapp", tenant_id, customer.conversation_id),
        b'{"not": "a message"}',
        msg_id=str(uuid4()),
        headers={HEADER_ID: str(uuid4()), HEADER_FROM: "probe"},
    )
    assert (await customer.answered("hello")).startswith("Hello, this is Casa Test!")

    async with db.tenant(tenant_id) as connection:
        assert await connection.fetchval("SELECT count(*) FROM agent.dead_letters") == 1


async def test_text_with_characters_that_postgres_refuses_is_answered(
    agent: AgentService, booking: BookingService, customer: Customer
) -> None:
    assert (await customer.answered("hello \x00 there \\u0000")).startswith("Hello, this is Casa Test!")


async def test_a_voice_note_is_fetched_written_down_and_answered_and_fetched_again_when_it_was_lost(
    quick: Settings, agent: AgentService, booking: BookingService, customer: Customer
) -> None:
    fetched: list[FetchMedia] = []
    jobs: list[TranscribeVoice] = []
    doors = await Bus.connect(quick.nats_url or "", "gateway")
    media = await Bus.connect(quick.nats_url or "", "media")

    async def fetch(question: FetchMedia) -> MediaFetched:
        fetched.append(question)
        if len(fetched) == 1:
            return MediaFetched(error="the provider is busy")
        return MediaFetched(file=FileRef(bucket="b", key="k", mime="audio/ogg", size=1, sha256="00"))

    async def transcribe(_partition: int, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            if delivery.name != TranscribeVoice.name or delivery.tenant_id != customer.gateway.tenant_id:
                await delivery.ack()  # left over from another test
                continue
            jobs.append(TranscribeVoice.decode(delivery.data))
            lost = VoiceTranscribed(missing=True)
            answer = (
                lost if len(jobs) == 1 else VoiceTranscribed(text="yoga tomorrow at seven p m", engine="test")
            )
            await media.reply_to(delivery.headers, answer.model_dump_json().encode())
            await delivery.ack()

    doors.answer("fetch_media", FetchMedia, fetch)
    await doors.start()
    consumer = JobConsumer(media, transcribe)
    consumer.start()
    try:
        await customer.send(customer.message(VoiceContent(media_id="m1", mime="audio/ogg")))
        await eventually(lambda: customer.replies)
    finally:
        await consumer.stop()
        await media.close()
        await doors.close()

    assert customer.replies[0].startswith("Yoga, ")
    assert [question.media_id for question in fetched] == ["m1"] * 3  # busy, lost, there
    assert "Yoga" in jobs[0].vocabulary
    assert "Ana" in jobs[0].vocabulary


async def test_a_service_says_what_it_misses(quick: Settings, servers: EmbeddedServers) -> None:
    async with agent_running(quick) as service:
        assert await service.ready() == {"postgres": True, "nats": True}
        servers.nats.kill()
        try:
            await eventually(lambda: _without_nats(service))
        finally:
            servers.nats.start()
        await eventually(lambda: _all_there(service))


async def _without_nats(service: AgentService) -> bool:
    return await service.ready() == {"postgres": True, "nats": False}


async def _all_there(service: AgentService) -> bool:
    return all((await service.ready()).values())


async def test_customers_who_write_at_the_same_moment_are_answered_in_parallel(
    agent: AgentService, booking: BookingService, gateway: Gateway, db: Database
) -> None:
    customers = [Customer(gateway, f"3519{uuid4().int % 10**8:08d}") for _ in range(15)]
    await asyncio.gather(*(c.answered("yoga tomorrow at 7pm") for c in customers))
    await asyncio.gather(*(c.say("yes") for c in customers))
    await eventually(lambda: sum(len(c.replies) == 2 for c in customers) == 5)

    assert await booked(db, gateway.tenant_id) == 10
    told = [c.replies[1] for c in customers if len(c.replies) == 2]
    assert all("shall I book it?" in reply for reply in told)
