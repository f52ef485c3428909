"""What happens outside the 24 hours, to who has opted out, to a list with a second page, to several answers of one turn?"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from services.gateway.app import Gateway
from services.gateway.store.deliveries import DeliveryStore, NewDelivery
from shared.messages.conversation import Choice, MessageSent, PageBody
from shared.settings import Settings
from tests.integration.conftest import eventually
from tests.integration.gateway import bodies
from tests.integration.gateway.conftest import World, start, until
from tests.integration.gateway.graph import Graph
from tests.integration.gateway.outbound_rig import row_of, said, wrote

ANA, BEN = "351910000001", "351910000002"
YESTERDAY = timedelta(hours=30)
TEMPLATES = {"*": {"name": "news", "language": "en", "parameters": ["text"]}}
Starts = Callable[..., Awaitable[Gateway]]


@pytest.fixture
async def starts(quick: Settings, world: World) -> AsyncIterator[Starts]:
    """Starts gateways, with these settings of the account."""
    running: list[Gateway] = []

    async def one(**settings: object) -> Gateway:
        async with world.db.tenant(world.tenant_id) as connection:
            await connection.execute(
                "UPDATE gateway.channel_accounts SET settings = $1", json.dumps(settings)
            )
        running.append(await start(quick))
        return running[-1]

    yield one
    for gateway in running:
        await gateway.stop()


def named(world: World, text: str, purpose: str = "reminder", person: str = ANA) -> MessageSent:
    return world.message(text, person).model_copy(update={"purpose": purpose})


# --- the window -----------------------------------------------------------------------------------------


async def test_what_is_held_goes_out_in_order_and_first_when_the_person_writes(
    world: World, graph: Graph, starts: Starts
) -> None:
    await starts()
    await wrote(world, [ANA], YESTERDAY)
    first, second = named(world, "first"), named(world, "second")
    await world.send(first, second)
    held = await world.becomes(first, "held")
    await world.becomes(second, "held")
    assert (held["reason"], graph.calls) == ("held: no template for reminder", 0)

    await world.say(bodies.text(ANA, "wamid.in", "hello?", at=int(time.time())))
    await world.heard("wamid.in")
    answer = world.message("answer", reply_to="wamid.in")
    await world.send(answer)
    for message in (first, second, answer):
        await world.becomes(message, "sent")

    assert [taken.words for taken in graph.taken] == ["first", "second", "answer"]


async def test_what_is_held_goes_out_by_itself_when_the_person_writes(
    world: World, graph: Graph, starts: Starts
) -> None:
    await starts()
    message = named(world, "patience")
    await world.send(message)
    await world.becomes(message, "held")

    await world.say(bodies.text(ANA, "wamid.in", "hello?", at=int(time.time())))

    await world.becomes(message, "sent")
    assert [taken.words for taken in graph.taken] == ["patience"]


async def test_what_is_held_does_not_hold_up_what_has_a_template(
    world: World, graph: Graph, starts: Starts
) -> None:
    await starts(templates={"receipt": {"name": "receipt", "language": "en", "parameters": ["text"]}})
    held, later = named(world, "held"), named(world, "later", "receipt")

    await world.send(held, later)
    await world.becomes(later, "sent")

    assert (await row_of(world, held))["state"] == "held"
    template = graph.taken[0].body["template"]
    assert isinstance(template, dict)
    assert template["components"] == [{"type": "body", "parameters": [{"type": "text", "text": "later"}]}]


async def test_a_provider_that_says_that_the_window_is_closed_gets_the_template(
    world: World, graph: Graph, starts: Starts
) -> None:
    await starts(templates=TEMPLATES)
    await wrote(world, [ANA])
    graph.refuse(400, 131047)
    message, later = named(world, "news"), named(world, "later")

    await world.send(message, later)
    await world.becomes(message, "sent")
    await world.becomes(later, "sent")

    assert [taken.body["type"] for taken in graph.taken] == ["template", "text"]
    assert graph.taken[0].tracker == str(message.message_id)


async def test_a_provider_that_says_so_about_a_message_without_a_template_is_not_asked_again(
    world: World, graph: Graph, starts: Starts
) -> None:
    await starts()
    await wrote(world, [ANA], timedelta(minutes=5))
    graph.refuse(400, 131047)
    message = named(world, "news")

    await world.send(message)
    row = await world.becomes(message, "held")
    later = named(world, "later", person=BEN)
    await wrote(world, [BEN])
    await world.send(later)
    await world.becomes(later, "sent")

    assert row["reason"] == "held: no template for reminder (131047 No)"
    assert graph.calls == 2
    await world.say(bodies.text(ANA, "wamid.in", "hello?", at=int(time.time())))
    await world.becomes(message, "sent")


async def test_a_failure_that_is_reported_later_is_followed_by_one_template(
    world: World, graph: Graph, starts: Starts
) -> None:
    await starts(templates=TEMPLATES)
    await wrote(world, [ANA])
    message = named(world, "news")
    await world.send(message)
    await world.becomes(message, "sent")

    errors = [{"code": 131047, "title": "Re-engagement message"}]
    report = bodies.status(graph.taken[0].wamid, "failed", errors=errors)
    await world.status(report)
    await eventually(lambda: len(graph.taken) == 2)
    await world.status(report)
    sent = named(world, "afterwards")
    await world.send(sent)
    await world.becomes(sent, "sent")

    assert [taken.body["type"] for taken in graph.taken] == ["text", "template", "text"]
    assert (await row_of(world, message))["state"] == "failed"
    states = sorted(row["state"] for row in await world.rows("deliveries"))
    assert states == ["failed", "sent", "sent"]


# --- consent --------------------------------------------------------------------------------------------


async def test_who_opted_out_on_another_channel_gets_nothing_but_answers(
    world: World, graph: Graph, starts: Starts
) -> None:
    await starts()
    await said(world, "+351910000001", channel="twilio_sms", phone="+351910000001", ago=timedelta(hours=2))
    await wrote(world, [ANA], timedelta(hours=1))
    news = named(world, "news")
    news = news.model_copy(update={"to": news.to.model_copy(update={"phone": "+351910000001"})})
    answer = world.message("answer", reply_to="wamid.in")

    await world.send(news, answer)
    row = await world.becomes(news, "rejected")
    await world.becomes(answer, "sent")

    assert row["reason"].startswith("opted out on twilio_sms at 2")
    assert [taken.words for taken in graph.taken] == ["answer"]


async def test_what_somebody_does_after_a_stop_is_confirmed_and_nothing_more(
    world: World, graph: Graph, starts: Starts
) -> None:
    await starts()
    await said(world, ANA, ago=timedelta(hours=2))
    await wrote(world, [ANA], timedelta(hours=1))
    confirmation = named(world, "booked").model_copy(update={"purpose": "booking_confirmed"})
    offer = named(world, "a place").model_copy(update={"purpose": "offer_made"})

    await world.send(confirmation, offer)
    await world.becomes(confirmation, "sent")
    await world.becomes(offer, "rejected")

    assert [taken.words for taken in graph.taken] == ["booked"]


async def test_a_stop_that_comes_while_a_message_waits_is_honoured(
    world: World, graph: Graph, starts: Starts
) -> None:
    await starts()
    message = named(world, "news")
    await world.send(message)
    await world.becomes(message, "held")

    await said(world, ANA)
    await wrote(world, [ANA])

    assert (await world.becomes(message, "rejected"))["reason"].startswith("opted out on whatsapp")
    assert graph.calls == 0


async def write(world: World, message: MessageSent, **more: object) -> str:
    """What becomes of a message that is stored; of no partition, so nobody sends it."""
    row = NewDelivery(
        message.tenant_id,
        message.message_id,
        99,
        message.conversation_id,
        "whatsapp",
        message.purpose,
        message.encode(),
        message.to.account_id,
        message.to.user_id,
        **more,  # type: ignore[arg-type]  # the fields that a test is about
    )
    await DeliveryStore(world.db).write([row], [])
    return str((await row_of(world, message))["state"])


async def test_yes_on_this_very_channel_opens_it_again_and_nothing_else_does(world: World) -> None:
    await said(world, "sms", channel="twilio_sms", phone="+1", ago=timedelta(hours=2))

    assert await write(world, named(world, "1"), phone="+1") == "rejected"
    await said(world, "sms", channel="telegram", phone="+1", allowed=True)
    assert await write(world, named(world, "2"), phone="+1") == "rejected"
    await said(world, ANA, allowed=True)
    assert await write(world, named(world, "3"), phone="+1") == "pending"


async def test_who_wants_no_marketing_hears_of_their_bookings(world: World) -> None:
    await said(world, ANA, scope="marketing")

    assert await write(world, named(world, "1"), marketing=True) == "rejected"
    assert await write(world, named(world, "2")) == "pending"


async def test_a_customer_is_recognised_on_all_channels(world: World) -> None:
    customer = uuid4()
    await wrote(world, [ANA])
    await said(world, "someone", channel="telegram")
    on_telegram = named(world, "x", person="someone")
    row = NewDelivery(
        world.tenant_id, on_telegram.message_id, 99, uuid4(), "telegram", "reminder", b"{}", "1", "someone",
        customer_id=customer,
    )  # fmt: skip
    await DeliveryStore(world.db).write([row], [])  # here the customer of the refusal becomes known

    assert await write(world, named(world, "1"), customer_id=customer) == "rejected"
    assert await write(world, named(world, "2")) == "rejected"  # the conversation knows the customer by now


async def test_an_answer_to_something_older_than_the_refusal_is_none(world: World) -> None:
    await wrote(world, [ANA], timedelta(hours=3))
    await said(world, ANA, ago=timedelta(hours=2))

    assert await write(world, named(world, "1"), answers=True) == "rejected"
    await wrote(world, [ANA], timedelta(hours=1))
    assert await write(world, named(world, "2"), answers=True) == "pending"


async def test_outside_the_window_nothing_is_stored_as_sending(world: World) -> None:
    await wrote(world, [ANA], timedelta(seconds=3600))

    assert await write(world, named(world, "1"), ready=True, free=3500.0) == "pending"
    assert await write(world, named(world, "2", person=BEN), ready=True, free=3500.0) == "pending"
    await wrote(world, [BEN], timedelta(seconds=10))
    other = named(world, "3", person="351910000003")
    await wrote(world, ["351910000003"], timedelta(seconds=10))
    assert await write(world, other, ready=True, free=3500.0) == "sending"


# --- pauses ---------------------------------------------------------------------------------------------


async def test_a_suspected_account_stops_whole_and_the_operator_is_told(
    world: World, graph: Graph, starts: Starts
) -> None:
    gateway = await starts()
    await wrote(world, [ANA, BEN])
    graph.refuse(400, 131048)
    message = named(world, "first")
    await world.send(message)

    async def noticed() -> bool:
        return bool(await world.rows("account_notices"))

    await until(noticed)
    other = named(world, "other", person=BEN)
    await world.send(other)

    async def paused() -> bool:
        row = await world.delivery(other)
        return row is not None

    await until(paused)
    [account] = await world.rows("channel_accounts")
    [notice] = await world.rows("account_notices")
    assert (notice["severity"], account["pause_reason"]) == ("critical", "131048 No")
    assert (graph.calls, (await row_of(world, other))["state"]) == (1, "pending")

    async with world.db.tenant(world.tenant_id) as connection:
        await connection.execute("UPDATE gateway.channel_accounts SET paused_until = NULL")
    for one in (message, other):
        await world.becomes(one, "sent")
    assert gateway is not None


# --- pages and several in one ---------------------------------------------------------------------------


async def test_more_shows_the_rest_of_the_choices(world: World, graph: Graph, starts: Starts) -> None:
    await starts()
    await wrote(world, [ANA])
    choices = tuple(Choice(choice_id=f"c{n}", title=f"Choice {n}") for n in range(12))
    shown = world.message("When?", choices=choices)
    asked = world.message(PageBody(of=shown.message_id, offset=9), reply_to="wamid.tap")
    stranger = world.message(PageBody(of=shown.message_id, offset=9), BEN, reply_to="wamid.tap")

    await world.send(shown, asked, stranger)
    await world.becomes(asked, "sent")
    await world.becomes(stranger, "rejected")

    first, second = (json.dumps(taken.body["interactive"]) for taken in graph.taken)
    assert f'"more:{shown.message_id}:9"' in first
    assert ["c8" in second, "c9" in second, "c11" in second] == [False, True, True]


def turn(world: World, *texts: str) -> list[MessageSent]:
    return [world.message(text, reply_to="wamid.in") for text in texts]


async def test_the_answers_of_one_turn_go_out_as_one_request(
    world: World, graph: Graph, starts: Starts
) -> None:
    await wrote(world, [ANA])
    messages = turn(world, "one", "two", "three")
    await world.send(*messages)
    await starts()

    for message in messages:
        row = await world.becomes(message, "sent")
        assert row["provider_id"] == graph.taken[0].wamid
    assert [taken.words for taken in graph.taken] == ["one\n\ntwo\n\nthree"]

    assert await world.status(bodies.status(graph.taken[0].wamid, "read")) == 200
    for message in messages:
        await world.becomes(message, "read")


async def test_the_echo_of_a_lost_answer_is_good_for_all_that_went_out_with_it(
    world: World, graph: Graph, starts: Starts
) -> None:
    await wrote(world, [ANA])
    graph.take_and_break_off()
    messages = turn(world, "one", "two")
    await world.send(*messages)
    await starts()
    await eventually(lambda: len(graph.taken) == 1)

    await world.status(bodies.status(graph.taken[0].wamid, "delivered", tracker=graph.taken[0].tracker))

    for message in messages:
        await world.becomes(message, "delivered")
    await asyncio.sleep(0)
    assert [taken.words for taken in graph.taken] == ["one\n\ntwo"]
