"""On real servers: short messages get one turn, exactly once through a restart, and a person of the business may take over."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from nats.aio.msg import Msg

from services.agent.app import AgentService
from services.agent.bookings import BusBookings
from services.agent.groups import Group
from services.agent.reply import reply_id
from services.agent.store import SCHEMA, PostgresTurns
from services.agent.takeover import Takeover
from services.booking.app import BookingService
from shared.bus import HEADER_ID, Bus
from shared.db import Database
from shared.messages.booking import BookingQuoted, Catalogue, GetCatalogue, QuoteBooking
from shared.messages.conversation import (
    ChoiceContent,
    Content,
    EchoContent,
    EditContent,
    MessageReceived,
    RevokeContent,
    TextBody,
    TextContent,
)
from shared.outbox import TableOutbox
from shared.settings import Settings
from tests.integration.agent.conftest import Customer, agent_running, booking_running
from tests.integration.conftest import eventually

LINES = ("hi", "I want yoga tomorrow", "at 7pm")


@pytest.fixture(scope="session")
def patient(quick: Settings) -> Settings:
    """Settings whose agent waits for more so long that a slow machine's messages still come within it."""
    return quick.model_copy(update={"debounce_seconds": 2.0})


async def said_together(customer: Customer, *contents: Content | str) -> list[MessageReceived]:
    """Several messages one after the other, without waiting for answers; then until all are confirmed."""
    messages = [customer.message(TextContent(text=c) if isinstance(c, str) else c) for c in contents]
    for message in messages:
        await customer.gateway.hand_over(message)
    await eventually(lambda: {m.message_id for m in messages} <= set(customer.gateway.receipts))
    return messages


async def states(db: Database, customer: Customer) -> list[str]:
    async with db.tenant(customer.gateway.tenant_id) as connection:
        rows = await connection.fetch("SELECT status FROM agent.turns ORDER BY seq")
    return [row["status"] for row in rows]


async def bookings(db: Database, customer: Customer) -> int:
    async with db.tenant(customer.gateway.tenant_id) as connection:
        return int(
            await connection.fetchval("SELECT count(*) FROM booking.bookings WHERE status = 'confirmed'")
        )


async def test_three_short_messages_get_one_turn_and_each_is_confirmed(
    patient: Settings, booking: BookingService, customer: Customer, db: Database
) -> None:
    async with agent_running(patient):
        messages = await said_together(customer, *LINES)
        await eventually(lambda: customer.replies)
        assert sorted(await states(db, customer)) == ["done", "joined", "joined"]

        [reply] = customer.gateway.sent[customer.conversation_id]
        assert customer.replies[0].startswith("Yoga, ")
        assert reply.in_reply_to == messages[-1].provider_id
        assert reply.message_id == reply_id(messages[0].message_id, 0)
        assert reply.customer_id is not None

        for message in (messages[1], messages[2], messages[0]):  # published again, one by one
            before = customer.gateway.receipts.count(message.message_id)
            await customer.gateway.hand_over(message, 1)
            await eventually(
                lambda m=message, b=before: customer.gateway.receipts.count(m.message_id) > b,
            )
    assert len(customer.gateway.sent[customer.conversation_id]) == 1
    assert sorted(await states(db, customer)) == ["done", "joined", "joined"]


async def test_messages_that_come_while_a_turn_is_running_and_has_written_nothing_become_part_of_it(
    quick: Settings, customer: Customer, db: Database
) -> None:
    async with agent_running(quick):
        # No booking service yet: the first turn waits for the catalogue.
        first = customer.message(TextContent(text="hello!"))
        await customer.gateway.hand_over(first)
        await eventually(lambda: states(db, customer))
        later = [customer.message(TextContent(text=text)) for text in LINES]
        for message in later:
            await customer.gateway.hand_over(message)
        async with booking_running(quick):
            wanted = {m.message_id for m in (first, *later)}
            await eventually(lambda: wanted <= set(customer.gateway.receipts))
            await eventually(lambda: customer.replies)

    [sent] = customer.gateway.sent[customer.conversation_id]
    assert sent.message_id == reply_id(first.message_id, 0)
    assert sent.in_reply_to == later[-1].provider_id
    assert customer.replies[0].startswith("Yoga, ")
    assert sorted(await states(db, customer)) == ["done", "joined", "joined", "joined"]


async def test_a_group_whose_agent_stops_in_the_middle_is_ended_once_by_the_next_in_whatever_order_it_comes(
    patient: Settings, customer: Customer, db: Database
) -> None:
    async with agent_running(patient), booking_running(patient):
        await customer.answered("yoga tomorrow at 7pm")
        catalogue = await BusBookings(customer.gateway.bus, every=1, deadline=5).catalogue(
            customer.gateway.tenant_id
        )
    messages = [customer.message(TextContent(text=text)) for text in ("yes", "please")]
    commands: list[str] = []

    async def on_command(msg: Msg) -> None:
        commands.append((msg.headers or {})[HEADER_ID])

    async def answer(_question: GetCatalogue) -> Catalogue:
        return catalogue

    async def no_quote(_question: QuoteBooking) -> BookingQuoted:
        return BookingQuoted()

    await customer.gateway.bus.nc.subscribe(f"cmd.booking.{messages[0].tenant_id}.>", cb=on_command)
    # A booking service that answers questions and leaves commands where they are.
    half = await Bus.connect(patient.nats_url or "", "booking")
    half.answer("get_catalogue", GetCatalogue, answer)
    half.answer("quote_booking", QuoteBooking, no_quote)
    await half.start()
    async with agent_running(patient):
        for message in messages:
            await customer.gateway.hand_over(message)
        await eventually(lambda: commands)
    await half.close()
    await customer.gateway.hand_over(messages[1], 1)
    async with agent_running(patient), booking_running(patient):
        await eventually(lambda: {m.message_id for m in messages} <= set(customer.gateway.receipts))

    assert len(set(commands)) == 1
    assert await bookings(db, customer) == 1
    assert len(customer.replies) == 1
    assert sorted(await states(db, customer)) == ["done", "done", "joined"]


async def test_an_edit_takes_the_place_of_a_message_that_waits_and_a_revocation_drops_one(
    patient: Settings, booking: BookingService, customer: Customer
) -> None:
    async with agent_running(patient):
        first = customer.message(TextContent(text="I want yoga"))
        second = customer.message(TextContent(text="and pilates"))
        third = customer.message(EditContent(provider_id=first.provider_id, text="where are you"))
        fourth = customer.message(RevokeContent(provider_id=second.provider_id))
        for message in (first, second, third, fourth):
            await customer.gateway.hand_over(message)
        await eventually(
            lambda: {m.message_id for m in (first, second, third, fourth)} <= set(customer.gateway.receipts)
        )
        await eventually(lambda: customer.replies)

    [reply] = customer.gateway.sent[customer.conversation_id]
    assert reply.in_reply_to == first.provider_id
    assert "yoga" not in customer.replies[0].lower()


async def test_the_agent_is_silent_after_a_message_by_hand_even_after_a_restart_and_answers_a_tap(
    quick: Settings, booking: BookingService, customer: Customer, db: Database
) -> None:
    async with agent_running(quick):
        await customer.answered("yoga tomorrow at 7pm")
        body = customer.gateway.sent[customer.conversation_id][0].body
        assert isinstance(body, TextBody)
        await customer.send(customer.message(EchoContent(text="Hi, Ana here: shall I move you to eight?")))
    async with agent_running(quick):
        await customer.say("yes")
        await customer.say("where are you?")
        assert len(customer.replies) == 1
        assert await bookings(db, customer) == 0
        async with db.tenant(customer.gateway.tenant_id) as connection:
            kept = "\n".join(
                row["messages"] for row in await connection.fetch("SELECT messages FROM agent.turns")
            )
        assert "shall I move you to eight?" in kept
        assert "where are you?" in kept

        choice = body.choices[0]
        await customer.send(customer.message(ChoiceContent(choice_id=choice.choice_id, title=choice.title)))
        assert await bookings(db, customer) == 1
        assert (await customer.answered("my bookings")).startswith("You have one booking")


async def test_the_agent_answers_again_when_the_time_of_a_takeover_is_over(
    agent: AgentService, booking: BookingService, customer: Customer
) -> None:
    echo = customer.message(EchoContent(text="Ana here"))
    await customer.send(echo.model_copy(update={"sent_at": echo.sent_at - timedelta(hours=12, seconds=5)}))

    assert (await customer.answered("hello")).startswith("Hello, this is Casa Test!")


async def test_a_message_by_hand_does_not_change_where_the_person_is_reached(
    agent: AgentService, booking: BookingService, customer: Customer, db: Database
) -> None:
    await customer.answered("hello")
    echo = customer.message(EchoContent(text="Ana here"))
    nameless = echo.sender.model_copy(update={"name": None})
    await customer.send(echo.model_copy(update={"sender": nameless}))

    async with db.tenant(customer.gateway.tenant_id) as connection:
        assert await connection.fetchval("SELECT address ->> 'name' FROM agent.conversations") == "Maria"


async def test_of_two_agents_with_different_groups_of_the_same_messages_one_wins_whole(
    customer: Customer, db: Database
) -> None:
    store = PostgresTurns(db, TableOutbox(db, SCHEMA, resend_after=10))
    one, two, three = (customer.message(TextContent(text=text)) for text in LINES)
    first = await store.open(Group((one, two)), Takeover())
    second = await store.open(Group((two, three)), Takeover())
    third = await store.open(Group((three,)), Takeover())

    assert first.answers == {one.message_id, two.message_id}
    assert second.answers == {two.message_id}
    assert second.message == first.message
    assert second.message.message_id == one.message_id
    assert third.answers == {three.message_id}
    assert third.message == three


async def test_a_state_that_no_turn_can_have_is_refused_by_the_table(
    customer: Customer, db: Database
) -> None:
    message = customer.message(TextContent(text="hi"))
    for status, turn_id in (("joined", None), ("open", uuid4()), ("done", None), ("lost", None)):
        with pytest.raises(Exception, match="violates check constraint"):
            async with db.tenant(message.tenant_id) as connection:
                await connection.execute(
                    "INSERT INTO agent.turns (tenant_id, message_id, conversation_id, input, status, turn_id)"
                    " VALUES ($1, $2, $2, '{}', $3, $4)",
                    message.tenant_id,
                    message.message_id,
                    status,
                    turn_id,
                )
