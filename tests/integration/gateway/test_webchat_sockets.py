"""Web chat over real sockets, PostgreSQL and NATS: nothing is lost and nothing comes twice, whatever is cut."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from uuid import uuid4

import aiohttp
import pytest

from services.gateway.channels.webchat import WebChat as Adapter
from services.gateway.webchat.limits import Limits
from shared.bus import Bus
from shared.db import Database
from shared.settings import Settings
from tests.integration.conftest import eventually
from tests.integration.gateway.webchat_rig import SITE, Instance, Page, Site, instance
from usher.embedded import EmbeddedServers


@pytest.fixture
async def chat_db(database: Settings) -> AsyncIterator[Database]:
    opened = await Database.open(database.database_url or "", size=6, name="test")
    yield opened
    await opened.close()


@pytest.fixture
async def chat_http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        yield session


@pytest.fixture
def site(chat_db: Database) -> Site:
    return Site.new(chat_db)


@pytest.fixture
async def gateway(site: Site, bus: Bus) -> AsyncIterator[Instance]:
    async with instance(site, bus) as running:
        yield running


@pytest.fixture
def page(chat_http: aiohttp.ClientSession, site: Site) -> Page:
    return Page(chat_http, site)


# --- what comes from the visitor --------------------------------------------------------------------------


async def test_a_new_visitor_gets_a_token_and_what_they_say_is_confirmed_when_it_is_in_the_inbox(
    site: Site, gateway: Instance, page: Page
) -> None:
    url = f"{gateway.url}/webchat/{site.account.account_id}/visitors"
    async with page.http.post(url, headers={"Origin": SITE}) as response:
        token = (await response.json())["token"]
        assert response.headers["Access-Control-Allow-Origin"] == SITE

    welcome = await page.open(gateway.url, token=token)
    client_id = str(uuid4())
    await page.say(type="message", id=client_id, text="Yoga tomorrow?")

    assert welcome["type"] == "welcome"
    assert await page.hear() == {"type": "stored", "id": client_id}
    [item] = site.received
    assert item.provider_id == f"{item.user_id}:{client_id}"
    assert item.content.model_dump() == {"kind": "text", "text": "Yoga tomorrow?"}


async def test_a_tapped_choice_arrives_as_a_choice(site: Site, gateway: Instance, page: Page) -> None:
    await page.open(gateway.url)
    await page.say(type="choice", id=str(uuid4()), choice_id="slot:7", title="Tue 19:00")

    assert (await page.hear())["type"] == "stored"
    assert site.received[0].content.model_dump() == {
        "kind": "choice",
        "choice_id": "slot:7",
        "title": "Tue 19:00",
    }


async def test_what_is_sent_again_after_every_cut_is_stored_once_and_in_order(
    site: Site, bus: Bus, page: Page
) -> None:
    said = [(str(uuid4()), f"message {n}") for n in range(12)]
    dice, cuts = random.Random(4), 0

    async with instance(site, bus, Limits(messages_per_minute=6000)) as gateway:
        for client_id, text in said:
            confirmed = False
            while not confirmed:
                if page.ws is None:
                    await page.open(gateway.url)
                await page.say(type="message", id=client_id, text=text)
                if dice.random() < 0.5:
                    page.drop()  # whether it was stored nobody knows
                    page.ws, cuts = None, cuts + 1
                else:
                    frame = await page.until("stored")
                    confirmed = frame == {"type": "stored", "id": client_id}

    assert cuts > 5
    assert [item.content.model_dump()["text"] for item in site.received] == [text for _, text in said]


async def test_what_cannot_be_stored_now_is_not_confirmed_and_may_be_sent_again(
    site: Site, gateway: Instance, page: Page
) -> None:
    await page.open(gateway.url)
    client_id = str(uuid4())
    site.is_away = True
    await page.say(type="message", id=client_id, text="Hello")
    refused = await page.hear()
    site.is_away = False
    await page.say(type="message", id=client_id, text="Hello")

    assert (refused["code"], refused["id"]) == ("try_later", client_id)
    assert (await page.hear())["type"] == "stored"
    assert len(site.received) == 1


async def test_a_visitor_who_writes_too_much_is_told_to_slow_down_and_loses_nothing(
    site: Site, bus: Bus, page: Page
) -> None:
    async with instance(site, bus, Limits(messages_per_minute=3)) as gateway:
        await page.open(gateway.url)
        answers = []
        for n in range(4):
            await page.say(type="message", id=str(uuid4()), text=f"{n}")
            answers.append(await page.hear())

        assert [answer["type"] for answer in answers] == ["stored", "stored", "stored", "error"]
        assert answers[3]["code"] == "slow_down"
        assert 0 < answers[3]["after"] <= 20
        page.drop()
        await page.open(gateway.url)  # a new socket is no new allowance
        await page.say(type="message", id=str(uuid4()), text="again")
        assert (await page.hear())["code"] == "slow_down"


# --- what goes to the visitor -----------------------------------------------------------------------------


async def test_a_reply_reaches_the_open_page_of_its_conversation_and_no_other(
    site: Site, gateway: Instance, page: Page, chat_http: aiohttp.ClientSession
) -> None:
    other = Page(chat_http, site)
    await page.open(gateway.url)
    await other.open(gateway.url)

    await gateway.deliver(page.visitor, "for you")
    await gateway.deliver(other.visitor, "for the other")

    await page.hears("for you")
    await other.hears("for the other")
    assert (page.texts, other.texts) == (["for you"], ["for the other"])


async def test_all_pages_of_a_person_get_what_another_instance_delivers(
    site: Site, gateway: Instance, bus: Bus, page: Page, chat_http: aiohttp.ClientSession
) -> None:
    second = Page(chat_http, site, page.visitor)
    async with instance(site, bus) as other:
        await page.open(gateway.url)
        await second.open(other.url)

        for n in range(20):
            await (gateway, other)[n % 2].deliver(page.visitor, f"{n}")

        await page.hears("19")
        await second.hears("19")
    assert page.texts == second.texts == [str(n) for n in range(20)]


async def test_through_random_cuts_every_message_comes_once_and_in_order(
    site: Site, gateway: Instance, bus: Bus, page: Page
) -> None:
    total, dice = 300, random.Random(8)
    async with instance(site, bus) as other:

        async def deliver() -> None:
            for n in range(total):
                await (gateway, other)[dice.randrange(2)].deliver(page.visitor, f"{n}")

        delivering = asyncio.create_task(deliver())
        cuts = 0
        while len(page.got) < total:
            await page.open((gateway, other)[dice.randrange(2)].url)
            for _ in range(dice.randrange(1, 25)):
                await page.hear()
                if len(page.got) == total:
                    break
                if page.last and dice.random() < 0.3:
                    await page.say(type="ack", position=page.last)
            page.drop()
            cuts += 1
        await delivering

    assert cuts > 10
    assert page.texts == [str(n) for n in range(total)]


async def test_without_a_bus_a_page_still_gets_what_another_instance_delivers(
    site: Site, gateway: Instance, page: Page
) -> None:
    async with instance(site, None) as alone:
        await page.open(alone.url)

        await gateway.deliver(page.visitor, "one", "two", "three")

        await page.hears("one", "two", "three")
    assert page.texts == ["one", "two", "three"]


async def test_through_the_loss_of_nats_every_page_gets_everything_once(
    servers: EmbeddedServers,
    site: Site,
    gateway: Instance,
    bus: Bus,
    page: Page,
    chat_http: aiohttp.ClientSession,
) -> None:
    near = Page(chat_http, site, page.visitor)
    async with instance(site, bus) as other:
        await page.open(other.url)
        await near.open(gateway.url)
        await gateway.deliver(page.visitor, "before")
        await page.hears("before")
        await asyncio.to_thread(servers.nats.kill)
        try:
            await eventually(lambda: not bus.connected)
            await gateway.deliver(page.visitor, "meanwhile")
            await page.hears("meanwhile")
        finally:
            await asyncio.to_thread(servers.nats.start)
        await eventually(lambda: bus.connected)
        await gateway.deliver(page.visitor, "after")
        await page.hears("after")
        await near.hears("after")

    assert page.texts == near.texts == ["before", "meanwhile", "after"]


async def test_what_is_not_sent_yet_or_was_refused_is_not_shown(
    site: Site, gateway: Instance, page: Page
) -> None:
    pending, refused = site.message(page.visitor, "pending"), site.message(page.visitor, "refused")
    await site.store(refused, pending)
    async with site.db.tenant(site.account.tenant_id) as connection:
        await connection.execute(
            "UPDATE gateway.deliveries SET state = 'rejected', rank = 25 WHERE id = $1", refused.message_id
        )

    await page.open(gateway.url)
    assert (await gateway.call(refused)).status == 410
    await gateway.call(pending)

    await page.hears("pending")
    assert page.texts == ["pending"]


async def test_a_call_made_twice_shows_its_message_once(site: Site, gateway: Instance, page: Page) -> None:
    await page.open(gateway.url)
    [message] = await gateway.deliver(page.visitor, "once")
    await gateway.call(message)
    await gateway.deliver(page.visitor, "after")

    await page.hears("after")
    assert page.texts == ["once", "after"]


async def test_a_page_that_missed_very_much_gets_the_newest_and_asks_for_the_rest(
    site: Site, gateway: Instance, page: Page
) -> None:
    messages = [site.message(page.visitor, f"{n}") for n in range(260)]
    await site.store(*messages)
    for message in messages:
        await gateway.call(message)

    welcome = await page.open(gateway.url)
    await page.hears("259")
    await page.say(type="older", before=page.got[0]["position"])
    older = await page.hear()
    await page.say(type="older", before=older["messages"][0]["position"])
    oldest = await page.hear()

    assert welcome["more"] and older["more"] and not oldest["more"]
    texts = [frame["text"] for frame in (*oldest["messages"], *older["messages"], *page.got)]
    assert texts == [str(n) for n in range(260)]


async def test_a_position_that_was_never_given_does_not_hide_what_comes(
    site: Site, gateway: Instance, page: Page
) -> None:
    await gateway.deliver(page.visitor, "before")
    page.last = 2**60  # the database was put back to an earlier state

    welcome = await page.open(gateway.url)
    await gateway.deliver(page.visitor, "after")

    assert welcome["position"] < page.last
    await page.hears("after")


async def test_acknowledgements_move_deliveries_forward_and_never_back(
    site: Site, gateway: Instance, page: Page
) -> None:
    await page.open(gateway.url)
    await gateway.deliver(page.visitor, "one", "two", "three")
    await page.hears("three")
    first, second, third = (frame["position"] for frame in page.got)

    await page.say(type="ack", position=third)
    await page.say(type="ack", position=second, read=True)

    async def are(*states: str) -> bool:
        return await site.states(page.visitor) == list(states)

    await eventually(lambda: are("read", "read", "delivered"))  # type: ignore[arg-type]  # an awaitable check
    await page.open(gateway.url)
    await page.say(type="ack", position=first)
    await page.say(type="ack", position=2**60, read=True)  # of what it never got it says nothing
    await eventually(lambda: are("read", "read", "read"))  # type: ignore[arg-type]  # an awaitable check


async def test_typing_is_shown_where_the_conversation_is_open(
    site: Site, gateway: Instance, page: Page
) -> None:
    await page.open(gateway.url)
    call = Adapter().seen(page.visitor, "whatever", site.account)
    assert call is not None
    assert (await gateway.chat.local(call)).status == 200

    assert await page.hear() == {"type": "typing"}


async def test_a_page_that_does_not_read_is_cut_off_and_others_are_not_held_up(
    site: Site, bus: Bus, page: Page, chat_http: aiohttp.ClientSession
) -> None:
    async with instance(site, bus, Limits(write_seconds=0.2)) as gateway:
        await page.open(gateway.url)
        assert page.ws is not None
        connection = page.ws._response.connection
        assert connection is not None and connection.transport is not None
        connection.transport.pause_reading()
        reader = Page(chat_http, site)
        await reader.open(gateway.url)

        big = [site.message(page.visitor, "x" * 500_000) for _ in range(40)]
        await site.store(*big)
        for message in big:
            await gateway.call(message)
        await gateway.deliver(reader.visitor, "hello")
        await reader.hears("hello")

        pages = gateway.chat._hub.pages
        await eventually(lambda: not pages(site.conversation(page.visitor)))


async def test_a_page_that_does_not_answer_a_ping_is_closed(site: Site, bus: Bus, page: Page) -> None:
    async with instance(site, bus, Limits(ping_seconds=0.1)) as gateway:
        url = f"{gateway.url}/webchat/{site.account.account_id}/socket"
        page.ws = await page.http.ws_connect(url, origin=SITE, autoping=False)
        await page.say(type="hello", token=site.token(page.visitor))
        pages = gateway.chat._hub.pages
        await eventually(lambda: pages(site.conversation(page.visitor)))

        await eventually(lambda: not pages(site.conversation(page.visitor)))


async def test_when_the_gateway_stops_pages_are_told_to_come_back(site: Site, bus: Bus, page: Page) -> None:
    async with instance(site, bus) as gateway:
        await page.open(gateway.url)
        stopping = asyncio.create_task(gateway.chat.stop())
        assert await page.hear() == {"type": "closed", "code": 1012}
        await stopping
