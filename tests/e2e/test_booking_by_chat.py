"""Through the front door: a customer writes, and gets exactly what they should."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import pytest

from devkit.demo.play import pdf_problem, until_quiet
from devkit.demo.world import DemoSupervisor
from devkit.phone import Phone
from shared.ids import tenant_id_of
from tests.e2e.conftest import NEW_YORK
from usher.embedded.ports import choose
from usher.supervisor import service_child

VOICES = Path(__file__).parents[2] / "devkit" / "voices"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def bookings_of(database: asyncpg.Connection, phone: Phone) -> list[asyncpg.Record]:
    return await database.fetch(
        "SELECT * FROM booking.bookings WHERE contact -> 'address' ->> 'user_id' = $1 AND status = 'confirmed'",
        phone.customer,
    )


async def test_a_typed_request_becomes_one_confirmed_booking_and_a_receipt(
    new_phone: Callable[..., Phone], database: asyncpg.Connection, database_url: str
) -> None:
    ana = new_phone()
    await ana.say("I want yoga tomorrow at 7pm")
    [found] = await ana.answers()
    await ana.say("yes please")
    confirmation, receipt = await ana.answers(2)

    assert "Vinyasa Yoga" in (found.content.text or "") and "19:00" in (found.content.text or "")
    assert found.content.buttons
    assert "booked" in (confirmation.content.text or "").lower()
    assert receipt.content.type == "document"
    assert pdf_problem(await ana.file(receipt)) is None
    assert len(await bookings_of(database, ana)) == 1
    await until_quiet(database_url)
    assert await ana.poll() == []


async def test_a_tapped_button_books_in_the_businesss_own_time_and_currency(
    new_phone: Callable[..., Phone], database: asyncpg.Connection
) -> None:
    chloe = new_phone(NEW_YORK)
    await chloe.say("haircut tomorrow at 10am please")
    [found] = await chloe.answers()
    await chloe.tap("book:")
    confirmation, _receipt = await chloe.answers(2)

    assert "$65.00" in (found.content.text or "")
    assert "10:00" in (confirmation.content.text or "")
    [booking] = await bookings_of(database, chloe)
    assert booking["tenant_id"] == tenant_id_of("e2e-new-york")


async def test_a_voice_note_books_as_typing_does(
    new_phone: Callable[..., Phone], database: asyncpg.Connection
) -> None:
    bruno = new_phone()
    await bruno.speak((VOICES / "yoga-tomorrow-at-seven.ogg").read_bytes())
    [found] = await bruno.answers(within=60)
    await bruno.speak((VOICES / "yes-please.ogg").read_bytes())
    await bruno.answers(2, within=60)

    assert "Vinyasa Yoga" in (found.content.text or "")
    assert len(await bookings_of(database, bruno)) == 1


async def test_a_cancelled_booking_is_gone_and_said_so(
    new_phone: Callable[..., Phone], database: asyncpg.Connection
) -> None:
    eve = new_phone()
    await eve.say("yoga in two days at 7pm")
    await eve.answers()
    await eve.tap("book:")
    await eve.answers(2)
    await eve.say("cancel my booking")
    await eve.answers()
    await eve.tap("cancel:")
    [cancelled] = await eve.answers()

    assert "cancel" in (cancelled.content.text or "").lower()
    assert await bookings_of(database, eve) == []


@pytest.mark.parametrize(("instances", "activity"), [(1, "pilates"), (2, "boxing")])
async def test_of_fifty_customers_ten_get_the_ten_seats_and_forty_are_offered_the_next_step(
    new_phone: Callable[..., Phone],
    database: asyncpg.Connection,
    supervisor: DemoSupervisor,
    instances: int,
    activity: str,
) -> None:
    if instances == 2:
        await supervisor.add(
            service_child(supervisor.settings, "booking", name="booking-2", ops_port=choose())
        )
    phones = [new_phone() for _ in range(50)]

    async def ask(phone: Phone) -> None:
        await phone.say(f"I want {activity} tomorrow")
        [found] = await phone.answers(within=60)
        assert found.content.buttons, found.content.text

    await asyncio.gather(*(ask(phone) for phone in phones))
    await asyncio.gather(*(phone.tap("book:") for phone in phones))
    answers = await asyncio.gather(*(phone.answers(within=60) for phone in phones))

    texts = [answer.content.text or "" for [answer] in answers]
    confirmed = [text for text in texts if "reference" in text.lower()]
    refused = [answer for [answer] in answers if "full" in (answer.content.text or "").lower()]
    assert (len(confirmed), len(refused)) == (10, 40), texts
    assert all(answer.content.buttons or answer.content.sections for answer in refused)
    row = await database.fetchrow(
        """SELECT s.seats_taken, s.capacity, (SELECT count(*) FROM booking.bookings b
                  WHERE b.session_id = s.id AND b.status = 'confirmed') AS confirmed
           FROM booking.sessions s JOIN booking.services v ON v.id = s.service_id
           WHERE v.name ILIKE '%' || $1 || '%' AND s.seats_taken > 0""",
        activity,
    )
    assert row is not None
    assert (row["seats_taken"], row["capacity"], row["confirmed"]) == (10, 10, 10)
    if instances == 2:
        await supervisor.kill("booking-2")
