"""Passes in the tables: sold, changed under a condition, with balances that are sums of the ledger; and from CSV files."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.booking.csv_import import ImportRefused, import_customers
from services.booking.csv_passes import import_passes
from services.booking.domain.decisions.passes import sell_pass
from services.booking.domain.events import PassChanged, Posted
from services.booking.domain.money import pass_postings
from services.booking.domain.money.passes import GiftCard, Membership, Pack
from services.booking.domain.money.postings import Cause
from services.booking.domain.pass_state import CODE_LETTERS, PassState, spelled
from services.booking.domain.results import PassShown
from services.booking.domain.state import Account
from services.booking.domain.world import Draft, World
from services.booking.people import (
    apply_pass_changed,
    load_gift_card,
    load_passes,
    load_passes_by_id,
)
from services.booking.people_extras import load_pausing, load_selling, new_code
from shared.db import Database
from shared.messages.booking import PausePass, SellPass
from tests.integration.booking.people_shop import NOW, Shop, open_shop

DAY = timedelta(days=1)


@pytest.fixture
async def shop(db: Database) -> Shop:
    return await open_shop(db)


async def sell(shop: Shop, customer: UUID, product: str) -> PassState:
    """Decide and write a sale, as the store does."""
    command = SellPass(tenant_id=shop.tenant_id, command_id=uuid4(), customer_id=customer, product=product)
    async with shop.db.tenant(shop.tenant_id) as connection:
        extra = await load_selling(connection, shop.tenant_id, command)
        account = Account(shop.tenant_id, customer, 1)
        world = World(accounts={(shop.tenant_id, customer): account}, extras={command.command_id: extra})
        draft = Draft(world, shop.tenant_id, command.command_id, NOW)
        result = sell_pass(draft, command)
        assert isinstance(result, PassShown), result
        for event in draft.events:
            if isinstance(event, PassChanged):
                assert await apply_pass_changed(connection, shop.tenant_id, event, NOW)
    for event in draft.events:
        if isinstance(event, Posted):
            await shop.post(event.transaction)
    return result.after


async def stored(shop: Shop, customer: UUID) -> tuple[PassState, ...]:
    async with shop.db.tenant(shop.tenant_id) as connection:
        return (await load_passes(connection, shop.tenant_id, [customer])).get(customer, ())


@pytest.mark.parametrize("product", ["ten", "month", "gift"])
async def test_a_pass_that_was_sold_is_loaded_as_it_was_decided(shop: Shop, product: str) -> None:
    ana = await shop.customer("351900000001")
    sold = await sell(shop, ana, product)
    assert await stored(shop, ana) == (sold,)


async def test_a_balance_is_the_sum_of_the_ledger(shop: Shop) -> None:
    ana = await shop.customer("351900000001")
    sold = await sell(shop, ana, "ten")
    for credits_ in (1, 3):
        await shop.post(
            pass_postings.credit_used(Cause(uuid4(), NOW, ana, pass_id=sold.pass_id), credits_, 0, "EUR")
        )
    (held,) = (state.held for state in await stored(shop, ana))
    assert isinstance(held, Pack)
    assert held.credits_left == 6


async def test_a_membership_knows_the_bookings_under_it_that_are_firm(shop: Shop) -> None:
    ana = await shop.customer("351900000001")
    sold = await sell(shop, ana, "month")
    for days, status in ((1, "confirmed"), (2, "held"), (3, "cancelled"), (-1, "attended")):
        await shop.booking(await shop.session(days * DAY), ana, status=status, pass_id=sold.pass_id)
    (held,) = (state.held for state in await stored(shop, ana))
    assert isinstance(held, Membership)
    assert [use.starts_at for use in held.uses] == [NOW - DAY, NOW + DAY]
    command = PausePass(
        tenant_id=shop.tenant_id, command_id=uuid4(), customer_id=ana, pass_id=sold.pass_id,
        first_day=NOW.date(), last_day=NOW.date(),
    )  # fmt: skip
    async with shop.db.tenant(shop.tenant_id) as connection:
        pausing = await load_pausing(connection, shop.tenant_id, command)
    assert (pausing.timezone, pausing.booked) == ("Europe/Lisbon", (NOW - DAY, NOW + DAY, NOW + 2 * DAY))


async def test_only_one_of_two_changes_of_the_same_pass_is_written(shop: Shop) -> None:
    """Case 62. With the guard switched off both are, so this would show a lost change."""
    ana = await shop.customer("351900000001")
    for guard, second in (("p.version = w.expected", False), ("true", True)):
        state = await sell(shop, ana, "ten")
        after = state.changed(state.held)
        async with shop.db.tenant(shop.tenant_id) as connection:
            event = PassChanged(after)
            assert await apply_pass_changed(connection, shop.tenant_id, event, NOW, guard=guard)
            assert await apply_pass_changed(connection, shop.tenant_id, event, NOW, guard=guard) is second


async def test_a_gift_card_is_found_by_its_code_however_it_is_typed(shop: Shop) -> None:
    ana = await shop.customer("351900000001")
    sold = await sell(shop, ana, "gift")
    assert sold.code is not None
    async with shop.db.tenant(shop.tenant_id) as connection:
        assert await load_gift_card(connection, shop.tenant_id, spelled(sold.code).lower()) == sold
        assert await load_gift_card(connection, shop.tenant_id, new_code()) is None
        assert await load_gift_card(connection, shop.tenant_id, "%") is None
        found = await load_passes_by_id(connection, shop.tenant_id, [sold.pass_id, uuid4()])
    assert found == {sold.pass_id: sold}


async def test_codes_are_long_random_and_unique(shop: Shop) -> None:
    codes = {new_code() for _ in range(1_000)}
    assert len(codes) == 1_000
    assert all(len(code) == 16 and set(code) <= set(CODE_LETTERS) for code in codes)
    sold = await sell(shop, await shop.customer("351900000001"), "gift")
    async with shop.db.tenant(shop.tenant_id) as connection:
        assert isinstance(sold.held, GiftCard)
        twin = replace(sold, held=replace(sold.held, pass_id=uuid4()))
        with pytest.raises(asyncpg.UniqueViolationError):
            await apply_pass_changed(connection, shop.tenant_id, PassChanged(twin, new=True), NOW)
        await connection.execute("ROLLBACK; BEGIN")


async def test_another_tenants_passes_are_not_there(shop: Shop, db: Database) -> None:
    """Case 62."""
    ana = await shop.customer("351900000001")
    sold = await sell(shop, ana, "gift")
    other = await open_shop(db)
    assert await stored(other, ana) == ()
    async with db.tenant(other.tenant_id) as connection:
        assert await load_gift_card(connection, other.tenant_id, sold.code or "") is None
        assert await load_passes_by_id(connection, other.tenant_id, [sold.pass_id]) == {}
    async with db.tenant(other.tenant_id) as connection:  # also when it names the right tenant
        assert await load_gift_card(connection, shop.tenant_id, sold.code or "") is None


CUSTOMERS = "external_id;phone;name;consent;blocked\nc-1;+351912345678;Ana;yes;\nc-2;;Ben;;yes\n"


async def test_customers_of_a_file_are_stored_once_however_often_it_is_imported(shop: Shop) -> None:
    plan = await import_customers(shop.db, shop.tenant_id, CUSTOMERS, now=NOW)
    assert (plan.added, plan.changed, plan.unchanged) == (2, 0, 0)
    everything = "SELECT * FROM booking.customers WHERE tenant_id = $1 ORDER BY id"
    first = await shop.rows(everything)
    again = await import_customers(shop.db, shop.tenant_id, CUSTOMERS, now=NOW + DAY)
    assert (again.steps, again.unchanged) == ((), 2)
    assert await shop.rows(everything) == first
    ana = shop.customer_id("351912345678")
    assert await shop.column("customers", "full_name", ana) == "Ana"
    assert await shop.column("customers", "marketing_consent_at", ana) == NOW


async def test_a_changed_file_changes_what_it_names_and_nothing_else(shop: Shop) -> None:
    await import_customers(shop.db, shop.tenant_id, CUSTOMERS, now=NOW)
    changed = "external_id,name,consent\nc-1,Ana Maria,no\n"
    plan = await import_customers(shop.db, shop.tenant_id, changed, now=NOW)
    assert (plan.added, plan.changed) == (0, 1)
    ana = shop.customer_id("351912345678")
    (row,) = await shop.rows("SELECT * FROM booking.customers WHERE tenant_id = $1 AND id = $2", ana)
    assert (row["full_name"], row["phone"], row["marketing_consent_at"], row["version"]) == (
        "Ana Maria",
        "+351912345678",
        None,
        2,
    )


async def test_a_mistake_in_a_file_leaves_nothing_half_imported(shop: Shop) -> None:
    bad = CUSTOMERS + "c-3;12;Eva;;\n"
    with pytest.raises(ImportRefused):
        await import_customers(shop.db, shop.tenant_id, bad, now=NOW)
    count = "SELECT count(*) AS n FROM booking.customers WHERE tenant_id = $1"
    assert await shop.rows(count) == [{"n": 0}]
    plan = await import_customers(shop.db, shop.tenant_id, bad, now=NOW, dry_run=True)
    assert (plan.added, len(plan.problems)) == (2, 1)
    assert await shop.rows(count) == [{"n": 0}]
    await import_customers(shop.db, shop.tenant_id, bad, now=NOW, skip_bad=True)
    assert await shop.rows(count) == [{"n": 2}]


async def test_thousands_of_customers_are_imported_in_one_go(shop: Shop) -> None:
    rows = "".join(f"+3519{number:08d},Customer {number}\n" for number in range(12_345_678, 12_350_678))
    plan = await import_customers(shop.db, shop.tenant_id, "phone,name\n" + rows, now=NOW)
    assert plan.added == 5_000
    assert await shop.rows("SELECT count(*) AS n FROM booking.customers WHERE tenant_id = $1") == [
        {"n": 5_000}
    ]


async def test_passes_of_a_file_come_with_their_balances_and_are_stored_once(shop: Shop) -> None:
    await import_customers(shop.db, shop.tenant_id, CUSTOMERS, now=NOW)
    text = "external_id,product,credits,code,value\nc-1,ten,4,,\nc-1,month,,,\nc-2,gift,,OLD-CARD-1,2500\n"
    plan = await import_passes(shop.db, shop.tenant_id, text, now=NOW)
    assert not plan.problems
    ana = shop.customer_id("351912345678")
    held = {type(state.held): state.held for state in await stored(shop, ana)}
    assert isinstance(pack := held[Pack], Pack)
    assert pack.credits_left == 4
    assert Membership in held
    async with shop.db.tenant(shop.tenant_id) as connection:
        card = await load_gift_card(connection, shop.tenant_id, "old card l")
    assert card is not None
    assert isinstance(card.held, GiftCard)
    assert card.held.left == 2_500
    again = await import_passes(shop.db, shop.tenant_id, text, now=NOW)
    assert (again.steps, again.unchanged) == ((), 3)
    with pytest.raises(ImportRefused):
        await import_passes(shop.db, shop.tenant_id, "external_id,product\nc-9,month\n", now=NOW)
