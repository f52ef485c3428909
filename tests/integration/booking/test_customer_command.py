"""`usher customer` on real servers: staff find a person, hand out what is stored of them, block them, forget them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner

from services.booking.app import BookingService
from services.booking.people_find import find_customers
from services.notifier.app import build as build_notifier
from shared.bus import Bus
from shared.db import Database
from shared.settings import Settings
from tests.integration.booking.conftest import Studio, until
from tests.integration.booking.people_shop import open_shop
from usher.customers import CustomerDesk, CustomerError
from usher.customers_cli import app
from usher.environment import child_environment

Usher = Callable[..., Awaitable[str]]


@pytest.fixture
def usher(quick: Settings, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Usher:
    """Runs `usher customer …` for the studio; its output, or what it said when it must fail with that."""
    for name, value in child_environment(quick, {}).items():
        monkeypatch.setenv(name, value)

    async def invoke(*arguments: str, fails: str = "", typed: str = "", tenant: str = "") -> str:
        command = [*arguments, "--tenant", tenant or studio.slug]
        result = await asyncio.to_thread(CliRunner().invoke, app, command, input=typed)
        said = result.output + str(result.exception or "")
        if fails:
            assert result.exit_code != 0, said
            assert fails in said
        else:
            assert result.exit_code == 0, said
        return said if fails else result.stdout

    return invoke


async def met(studio: Studio, number: int) -> tuple[UUID, UUID, UUID]:
    """Somebody who has booked: their id, the session and the booking."""
    who, (session_id, *_) = studio.contact(number), await studio.sessions()
    outcome = await studio.book(session_id, who)
    assert outcome.booking
    return who.customer_id, session_id, outcome.booking.booking_id


async def test_a_customer_is_found_by_parts_and_shown_by_the_whole_within_their_business_only(
    booking: BookingService, studio: Studio, usher: Usher
) -> None:
    ana, _, _ = await met(studio, 71)
    await met(studio, 72)
    phone = "+3519 0000 0071"
    [one] = json.loads(await usher("find", "0000 0071", "--json"))
    assert (one["customer_id"], one["name"]) == (str(ana), "Customer 71")
    assert len((await usher("find", "customer 7")).splitlines()) == 2
    assert "nobody" in await usher("find", "%")
    for who in (phone, str(ana), "customer 71", "351900000071"):
        shown = json.loads(await usher("show", who, "--json"))
        assert shown["customer_id"] == str(ana)
        assert [each["service"] for each in shown["coming"]] == ["Yoga"]
    assert "Yoga" in await usher("show", phone)
    await usher("show", "0000 0071", fails="usher customer find")  # no whole number
    await usher("find", "customer", fails="There is no business", tenant=f"no-{uuid4().hex[:8]}")


async def test_all_that_is_stored_is_exported_to_a_new_file_or_standard_output(
    booking: BookingService, studio: Studio, usher: Usher, tmp_path: Path
) -> None:
    ana, _, booking_id = await met(studio, 71)
    printed = json.loads(await usher("export", str(ana)))
    assert [row["id"] for row in printed["bookings"]] == [str(booking_id)]
    out = tmp_path / "ana.json"
    await usher("export", str(ana), "--out", str(out))
    assert json.loads(out.read_text(encoding="utf-8")) == printed
    assert out.stat().st_mode & 0o077 == 0
    await usher("export", str(ana), "--out", str(out), fails="exists already")
    await usher("export", str(uuid4()), fails="No customer")


async def test_who_is_blocked_books_no_more_until_they_are_let_back_in(
    booking: BookingService, studio: Studio, usher: Usher
) -> None:
    ana, *_ = await met(studio, 71)
    await usher("block", str(ana), "--reason", "three no-shows")
    assert "three no-shows" in await usher("show", str(ana))
    later = (await studio.sessions())[1]
    refused = await studio.book(later, studio.contact(71))
    assert refused.refusal
    await usher("unblock", str(ana))
    assert "blocked" not in await usher("show", str(ana))
    assert (await studio.book(later, studio.contact(71))).booking


async def test_a_customer_is_forgotten_only_when_it_is_confirmed_and_nothing_is_coming(
    booking: BookingService, studio: Studio, usher: Usher
) -> None:
    ana, session_id, booking_id = await met(studio, 71)
    said = await usher("erase", str(ana), "--yes", fails="1 coming booking")
    assert "Yoga" in said
    assert "--operator" in said
    await studio.cancel(session_id, booking_id, studio.contact(71))

    await usher("erase", str(ana), fails="--yes")  # nobody to ask
    await usher("erase", str(ana), fails="was not typed", typed="yes\n")
    assert "Customer 71" in await usher("find", "customer 71")
    assert "forgotten" in await usher("erase", str(ana), typed="erase\n")
    assert "nobody" in await usher("find", "customer 71")
    await usher("erase", str(ana), "--yes", fails="No customer")
    async with studio.db.tenant(studio.tenant_id) as connection:
        rows = await connection.fetch("SELECT subject FROM booking.outbox WHERE subject LIKE 'job.%'")
    assert sorted(row["subject"].split(".")[1] for row in rows) == ["agent", "gateway", "notifier"]


async def test_the_notifier_forgets_who_is_erased_and_bookings_job_for_it_is_done(
    booking: BookingService, quick: Settings, studio: Studio, usher: Usher
) -> None:
    notifier = build_notifier(quick)
    await notifier.start()
    try:
        ana, session_id, booking_id = await met(studio, 71)
        told = "SELECT string_agg(body::text, ' ') FROM notifier.notifications WHERE recipient_id = $1"
        await until(lambda: value(studio, f"SELECT ({told}) LIKE '%Yoga%'", ana))
        await studio.cancel(session_id, booking_id, studio.contact(71))
        await usher("erase", str(ana), "--yes")
        await until(
            lambda: value(
                studio, "SELECT count(*) = 0 FROM booking.outbox WHERE subject LIKE 'job.notifier.%'"
            )
        )
        assert not await value(studio, f"SELECT ({told}) LIKE '%Yoga%'", ana)
        assert await value(studio, "SELECT count(*) = 0 FROM notifier.receipts")
        assert await value(studio, "SELECT count(*) = 0 FROM notifier.outbox")
    finally:
        await notifier.stop()


async def value(studio: Studio, query: str, *arguments: object) -> object:
    async with studio.db.tenant(studio.tenant_id) as connection:
        return await connection.fetchval(query, *arguments)


async def test_when_booking_does_not_run_that_is_said_with_what_to_do(bus: Bus, db: Database) -> None:
    customer = uuid4()
    desk = CustomerDesk(db, bus, f"studio-{uuid4().hex[:12]}", deadline=0.2)
    with pytest.raises(CustomerError, match="is it running"):
        await desk.export(customer)
    with pytest.raises(CustomerError, match="the same command again is safe"):
        await desk.block(customer, reason=None)


async def test_somebody_merged_is_found_as_who_they_have_become_and_a_pattern_means_itself(
    db: Database,
) -> None:
    shop = await open_shop(db)
    ana = await shop.customer("351911111111", full_name="Ana_100%")
    ben = await shop.customer("77", "telegram", merged_into=ana)
    await shop.customer("351922222222", full_name="Anax1000")
    async with db.tenant(shop.tenant_id) as connection:
        for text in ("na_100%", str(ben), "77", "1111 1111"):
            found = await find_customers(connection, shop.tenant_id, text)
            assert [one.customer_id for one in found] == [ana], text
        assert await find_customers(connection, shop.tenant_id, "") == []
        assert len(await find_customers(connection, shop.tenant_id, "name", limit=1)) == 1
    async with db.tenant(uuid4()) as connection:
        assert await find_customers(connection, shop.tenant_id, "ana") == []
