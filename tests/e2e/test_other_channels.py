"""Through every other front door: a person books and cancels by Telegram, Twilio, web chat, Messenger and more."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import aiohttp
import asyncpg
import pytest
import pytest_asyncio

from devkit.demo.chats import Chat, Heard, TelegramChat, get, post
from devkit.demo.play import pdf_problem, until_quiet
from devkit.demo.visitor import Visitor, tapped
from devkit.demo.world import DemoSupervisor, World
from shared import subjects
from shared.bus import Bus
from shared.ids import tenant_id_of
from shared.messages.booking import CancelSession
from tests.e2e.channels_world import BUSINESS, Outside, People, outside, world_on_all_channels
from tests.integration.conftest import eventually

VOICES = Path(__file__).parents[2] / "devkit" / "voices"
CHANNELS = ("telegram", "twilio_sms", "twilio_whatsapp", "webchat", "messenger", "instagram", "echo")
FILES = {"telegram": 1, "webchat": 1, "messenger": 2, "instagram": 2}
"""Messages in which a receipt comes, where files are shown; Messenger says its caption ahead."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def there() -> AsyncIterator[Outside]:
    async with outside() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(there: Outside) -> AsyncIterator[tuple[World, DemoSupervisor]]:
    """A world of its own: the other tests have no use for so many processes."""
    folder = Path(tempfile.mkdtemp(prefix="usher-e2e-channels-"))
    world = world_on_all_channels(folder, there)
    log = (folder / "log.txt").open("a", buffering=1)
    async with DemoSupervisor(world, on_line=lambda name, line: print(f"{name}: {line}", file=log)) as all_of:
        yield world, all_of
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def people(http: aiohttp.ClientSession, world: World, there: Outside) -> AsyncIterator[People]:
    made = People(http, world, there)
    yield made
    for chat in made.chats:
        await chat.close()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def bookings_of(database: asyncpg.Connection, *chats: Chat) -> list[asyncpg.Record]:
    return await database.fetch(
        "SELECT b.* FROM booking.bookings b JOIN booking.sessions s ON s.id = b.session_id"
        " WHERE b.status = 'confirmed' AND b.contact -> 'address' ->> 'user_id' = ANY($1) ORDER BY s.starts_at",
        [chat.customer for chat in chats],
    )


async def book(chat: Chat, day: str, files: int = 1) -> list[Heard]:
    await chat.say(f"I want yoga {day} at 7pm")
    await chat.answers()
    await chat.tap(yes(chat))
    return await chat.answers(1 + files)


def yes(chat: Chat) -> str:
    """The choice that books: by its id where a tap has one, else by its title."""
    return next(choice[1] for choice in chat.seen[-1].choices if "Yes" in choice[1])


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_person_books_gets_the_confirmation_and_the_receipt_and_nothing_more(
    people: People, database: asyncpg.Connection, database_url: str, channel: str
) -> None:
    ana = await people.meet(channel)
    await ana.say("I want yoga tomorrow at 7pm")
    [found] = await ana.answers()
    await ana.tap(yes(ana))
    confirmation, *receipt = await ana.answers(1 + FILES.get(channel, 1))

    assert "Vinyasa Yoga" in found.text and "19:00" in found.text and "€15.00" in found.text
    assert found.kind == ("interactive" if channel in FILES else "text")
    assert "booked" in confirmation.text.lower()
    if channel in FILES:
        assert receipt[-1].kind == "document"
        assert pdf_problem(await ana.file(receipt[-1])) is None
    else:
        assert "receipt" in receipt[-1].text
    [booking] = await bookings_of(database, ana)
    assert booking["tenant_id"] == tenant_id_of(BUSINESS)
    await until_quiet(database_url)
    assert await ana.poll() == []


@pytest.mark.parametrize("channel", CHANNELS)
async def test_the_second_of_several_is_booked_by_a_tap_or_by_its_number(
    people: People, database: asyncpg.Connection, channel: str
) -> None:
    ben = await people.meet(channel)
    await ben.say("what is on tomorrow?")
    [found] = await ben.answers()
    await ben.choose(found, found.choices[1])
    confirmation, *_ = await ben.answers(1 + FILES.get(channel, 1))

    assert len(found.choices) == 3, found
    assert "Boxing" in found.choices[1][1]
    assert "booked" in confirmation.text.lower() and "Boxing" in confirmation.text
    assert len(await bookings_of(database, ben)) == 1


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_cancelled_booking_is_gone_and_said_so(
    people: People, database: asyncpg.Connection, channel: str
) -> None:
    eve = await people.meet(channel)
    await book(eve, "in two days", FILES.get(channel, 1))
    await eve.say("cancel my booking")
    await eve.answers()
    await eve.tap(yes(eve))
    [cancelled] = await eve.answers()

    assert "cancel" in cancelled.text.lower()
    assert await bookings_of(database, eve) == []


async def test_in_telegram_every_tap_is_answered_so_that_no_button_keeps_waiting(
    people: People, world: World
) -> None:
    tom = await people.meet("telegram")
    await book(tom, "in three days")

    async def answered() -> bool:
        state = await get(people.http, f"{world.settings.telegram_api_url}/_control/state")
        return bool(state["taps"]) and all(state["taps"].values())

    await eventually(answered)  # type: ignore[arg-type]  # mypy cannot solve its union for an awaitable


async def test_in_messenger_a_lost_answer_is_found_out_by_its_echo_and_nothing_is_sent_twice(
    people: People, database_url: str, world: World
) -> None:
    mia = await people.meet("messenger")
    assert world.messenger is not None
    faults = f"http://127.0.0.1:{world.messenger.port}/_control/faults"
    await post(people.http, faults, {"lose_answers": 1, "only_to": mia.customer})
    await mia.say("I want yoga in nine days at 7pm")
    [found] = await mia.answers()
    await mia.tap(yes(mia))
    confirmation, *_ = await mia.answers(3)
    await until_quiet(database_url)

    assert "Vinyasa Yoga" in found.text and "booked" in confirmation.text.lower()
    assert await mia.poll() == []
    assert (await get(people.http, faults))["lose_answers"] == 0


async def test_a_page_that_is_cut_off_again_and_again_books_once_and_gets_everything_once(
    people: People, database: asyncpg.Connection, database_url: str
) -> None:
    vera = await people.meet("webchat")
    assert isinstance(vera, Visitor)
    await vera.say("I want yoga in four days at 7pm")
    await vera.drop()  # the answer comes to nobody, or was on its way
    await vera.open()
    [found] = await vera.answers()
    tap = tapped(found.choices[0])
    tap_id = await vera.send(tap)
    await vera.drop()  # whether it was stored the page does not know
    await vera.open()
    await vera.send(tap, tap_id)
    await vera.until_told(tap_id)
    await vera.drop()
    await until_quiet(database_url)
    await vera.open()
    confirmation, receipt = await vera.answers(2)

    assert "booked" in confirmation.text.lower()
    assert pdf_problem(await vera.file(receipt)) is None
    assert len(await bookings_of(database, vera)) == 1
    assert await vera.poll() == []
    assert vera.positions == sorted(set(vera.positions))
    assert len(vera.positions) == 3


@pytest.mark.parametrize("channel", ["webchat", "messenger"])
async def test_a_voice_note_books_as_typing_does(
    people: People, database: asyncpg.Connection, channel: str
) -> None:
    zoe = await people.meet(channel)
    await zoe.speak((VOICES / "yoga-tomorrow-at-seven.ogg").read_bytes())
    [found] = await zoe.answers(within=90.0)
    await zoe.speak((VOICES / "yes-please.ogg").read_bytes())
    confirmation, *_ = await zoe.answers(1 + FILES[channel], within=90.0)

    assert "Vinyasa Yoga" in found.text and "19:00" in found.text
    assert "booked" in confirmation.text.lower()
    assert len(await bookings_of(database, zoe)) == 1


async def test_a_voice_note_that_a_page_sends_again_and_again_is_heard_once(
    people: People, database: asyncpg.Connection, database_url: str
) -> None:
    yara = await people.meet("webchat")
    assert isinstance(yara, Visitor)
    audio, upload_id = (VOICES / "yoga-tomorrow-at-seven.ogg").read_bytes(), str(uuid4())
    await asyncio.gather(*(yara.upload(audio, upload_id) for _ in range(3)))
    [found] = await yara.answers(within=90.0)
    await yara.upload(audio, upload_id)
    await until_quiet(database_url)

    assert "Vinyasa Yoga" in found.text
    assert await yara.poll() == []


async def test_stop_by_sms_ends_what_is_sent_to_that_person_on_every_channel_until_start(
    people: People, database: asyncpg.Connection, database_url: str, supervisor: DemoSupervisor
) -> None:
    phone = people.new_phone()
    sms, whatsapp = await people.meet("twilio_sms", phone), await people.meet("whatsapp", phone)
    other = await people.meet("whatsapp")
    for chat in (sms, whatsapp, other):
        await book(chat, "in five days")
    await book(sms, "in six days")
    await book(whatsapp, "in six days")
    first, later = [one["session_id"] for one in await bookings_of(database, sms)]

    await sms.say("STOP")
    await until_quiet(database_url)
    await cancelled_by_the_business(supervisor, first)
    [told] = await other.answers()
    await until_quiet(database_url)

    assert "cancel" in told.text.lower()
    assert await sms.poll() == await whatsapp.poll() == []
    assert await refused(database, sms, whatsapp) == {"twilio_sms", "whatsapp"}

    await sms.say("START")
    await sms.answers()
    await cancelled_by_the_business(supervisor, later)

    for chat in (sms, whatsapp):
        [told] = await chat.answers()
        assert "cancel" in told.text.lower()


async def test_who_blocks_the_bot_is_not_written_to_until_they_let_it_back(
    people: People, database: asyncpg.Connection, database_url: str, supervisor: DemoSupervisor, world: World
) -> None:
    uma = await people.meet("telegram")
    assert isinstance(uma, TelegramChat)
    await book(uma, "in seven days")
    await book(uma, "in eight days")
    first, second = [one["session_id"] for one in await bookings_of(database, uma)]

    await uma.do("block", {})
    await eventually(lambda: consent_of(database, uma))  # type: ignore[arg-type]  # mypy cannot solve its union for an awaitable
    before = await calls(people.http, world)
    await cancelled_by_the_business(supervisor, first)
    await eventually(lambda: refused(database, uma))  # type: ignore[arg-type]  # mypy cannot solve its union for an awaitable
    await until_quiet(database_url)

    assert await refused(database, uma) == {"telegram"}
    assert await calls(people.http, world) == before, "Telegram was asked to send to who had blocked the bot"
    await uma.do("start", {})
    await uma.answers()  # the greeting
    await cancelled_by_the_business(supervisor, second)
    [told] = await uma.answers()
    assert "cancel" in told.text.lower()


async def cancelled_by_the_business(supervisor: DemoSupervisor, session_id: UUID) -> None:
    """The business says that a session does not take place."""
    command = CancelSession(tenant_id=tenant_id_of(BUSINESS), command_id=uuid4(), session_id=session_id)
    bus = await Bus.connect(supervisor.settings.nats_url or "", "the business")
    try:
        subject = subjects.command("booking", command.tenant_id, command.key, command.name)
        await bus.publish(subject, command.encode(), msg_id=str(command.command_id))
    finally:
        await bus.close()


async def refused(database: asyncpg.Connection, *chats: Chat) -> set[str]:
    """The channels on which something was not sent to these persons because they had opted out."""
    rows = await database.fetch(
        "SELECT DISTINCT channel FROM gateway.deliveries WHERE state = 'rejected' AND reason LIKE 'opted out%'"
        " AND user_id = ANY($1)",
        [chat.customer for chat in chats],
    )
    return {row["channel"] for row in rows}


async def consent_of(database: asyncpg.Connection, chat: Chat) -> bool:
    """Whether it is stored that this person wants no messages."""
    return bool(
        await database.fetchval(
            "SELECT count(*) FROM gateway.consents WHERE user_id = $1 AND NOT allowed", chat.customer
        )
    )


async def calls(http: aiohttp.ClientSession, world: World) -> int:
    """How many messages Telegram was asked to send, taken or not."""
    state = await get(http, f"{world.settings.telegram_api_url}/_control/state")
    return sum(count for name, count in state["calls"].items() if name.startswith("send"))
