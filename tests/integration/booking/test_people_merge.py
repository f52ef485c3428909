"""Two customers are one person: what they have comes together, once, and nothing of it is lost or rewritten."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.booking.domain.decisions.customers import Linking
from services.booking.domain.events import CustomerChanged, IdentityLinked
from services.booking.domain.money import postings
from services.booking.domain.money.postings import Cause
from services.booking.loader import Loader
from services.booking.people import (
    apply_customer_changed,
    load_passes,
    owed,
    person_ids,
    survivors,
)
from services.booking.people_extras import load_linking
from services.booking.people_merge import apply_identity_linked
from shared.db import Database
from shared.messages.booking import LinkIdentity
from tests.integration.booking.people_shop import NOW, Shop, open_shop

DAY = timedelta(days=1)


@pytest.fixture
async def shop(db: Database) -> Shop:
    return await open_shop(db)


async def linking(shop: Shop, customer_id: UUID, channel: str, user_id: str) -> Linking:
    command = LinkIdentity(
        tenant_id=shop.tenant_id,
        command_id=uuid4(),
        customer_id=customer_id,
        channel=channel,
        user_id=user_id,
    )
    async with shop.db.tenant(shop.tenant_id) as connection:
        return await load_linking(connection, shop.tenant_id, command)


async def link(shop: Shop, into: UUID, channel: str, user_id: str, merged: UUID | None = None) -> bool:
    event = IdentityLinked(into, channel, user_id, merged)
    async with shop.db.tenant(shop.tenant_id) as connection:
        done = await apply_identity_linked(connection, shop.tenant_id, event)
        if not done:
            await connection.execute("ROLLBACK; BEGIN")  # as the store does on a conflict
        return done


async def test_an_identity_leads_to_whom_it_was_met_under_or_linked_to(shop: Shop) -> None:
    ana = await shop.customer("351900000001")
    ben = await shop.customer("77", "telegram")
    assert (await linking(shop, ana, "telegram", "77")).owner_id == ben
    assert (await linking(shop, ana, "telegram", "78")).owner_id is None
    assert await link(shop, ana, "telegram", "78")
    assert (await linking(shop, ben, "telegram", "78")).owner_id == ana


async def test_an_identity_is_found_in_any_case_where_its_channel_tells_none_apart(shop: Shop) -> None:
    """Case 46."""
    ana = await shop.customer("351900000001")
    assert await link(shop, ana, "email", "ana@example.com")
    assert (await linking(shop, ana, "EMAIL", " Ana@Example.COM")).owner_id == ana


async def test_who_writes_under_a_linked_identity_for_the_first_time_is_the_customer_it_was_linked_to(
    shop: Shop,
) -> None:
    ana = await shop.customer("351900000001")
    assert await link(shop, ana, "telegram", "77")
    asked = (shop.tenant_id, shop.customer_id("77", "telegram"))
    accounts, merged = await Loader(shop.db).accounts([asked], NOW)
    assert merged == {asked: ana}
    assert (shop.tenant_id, ana) in accounts


async def test_everything_of_the_merged_customer_is_the_survivors(shop: Shop) -> None:
    ana, ben = await shop.customer("351900000001"), await shop.customer("77", "telegram")
    session = await shop.session(DAY)
    booking = await shop.booking(session, ben)
    gone = await shop.booking(await shop.session(2 * DAY), ben, status="cancelled")
    entry = await shop.entry(await shop.session(3 * DAY), ben)
    await shop.execute(
        "INSERT INTO booking.standing_requests (tenant_id, id, customer_id, wish, status, created_at)"
        " VALUES ($1, $2, $3, '{}', 'open', now())",
        request := uuid4(), ben,
    )  # fmt: skip
    version = await shop.column("sessions", "version", session)
    assert await link(shop, ana, "telegram", "77", ben)
    for table, row in (("bookings", booking), ("bookings", gone), ("waitlist_entries", entry),
                       ("standing_requests", request)):  # fmt: skip
        assert await shop.column(table, "customer_id", row) == ana
    (row,) = await shop.rows(
        "SELECT contact ->> 'customer_id' AS told FROM booking.bookings WHERE tenant_id = $1 AND id = $2", booking
    )  # fmt: skip
    assert row["told"] == str(ana)
    assert await shop.column("sessions", "version", session) == version + 1  # states kept in memory are stale
    async with shop.db.tenant(shop.tenant_id) as connection:
        assert await survivors(connection, shop.tenant_id, [ana, ben]) == {ben: ana}
        assert sorted(await person_ids(connection, shop.tenant_id, ana)) == sorted([ana, ben])


async def test_what_is_owed_follows_the_bookings_and_no_entry_is_rewritten(shop: Shop) -> None:
    ana, ben = await shop.customer("351900000001"), await shop.customer("77", "telegram")
    for customer in (ana, ben):
        booking = await shop.booking(await shop.session(-DAY), customer, status="attended")
        await shop.post(postings.booking_charged(Cause(uuid4(), NOW, customer, booking), 1_500, "EUR"))
    ledger = "SELECT * FROM booking.ledger_entries WHERE tenant_id = $1 ORDER BY transaction_id, line"
    before = await shop.rows(ledger)
    assert await link(shop, ana, "telegram", "77", ben)
    async with shop.db.tenant(shop.tenant_id) as connection:
        assert await owed(connection, shop.tenant_id, ana, "EUR") == 3_000
        assert await owed(connection, shop.tenant_id, ana, "USD") == 0
    assert await shop.rows(ledger) == before


async def test_the_survivors_word_counts_and_a_block_of_either_stays(shop: Shop) -> None:
    ana = await shop.customer("351900000001", full_name="Ana", tier=None, notes="one")
    ben = await shop.customer(
        "77", "telegram", full_name="A.", tier="gold", notes="two", blocked_at=NOW, blocked_reason="rude",
        marketing_consent_at=NOW,
    )  # fmt: skip
    assert await link(shop, ana, "telegram", "77", ben)
    (kept,) = await shop.rows("SELECT * FROM booking.customers WHERE tenant_id = $1 AND id = $2", ana)
    assert (kept["full_name"], kept["tier"], kept["notes"]) == ("Ana", "gold", "one\ntwo")
    assert (kept["blocked_at"], kept["blocked_reason"]) == (NOW, "rude")
    assert kept["marketing_consent_at"] is None
    (left,) = await shop.rows("SELECT * FROM booking.customers WHERE tenant_id = $1 AND id = $2", ben)
    assert (left["name"], left["phone"], left["full_name"], left["notes"]) == (None, None, None, None)


async def test_a_chain_of_merges_leads_to_the_last(shop: Shop) -> None:
    ana, ben, eva = [await shop.customer(f"35190000000{n}") for n in range(3)]
    assert await link(shop, ben, "whatsapp", "351900000000", ana)
    assert await link(shop, eva, "whatsapp", "351900000001", ben)
    async with shop.db.tenant(shop.tenant_id) as connection:
        assert await survivors(connection, shop.tenant_id, [ana, ben, eva]) == {ana: eva, ben: eva}


async def test_places_that_one_person_cannot_both_have_are_named(shop: Shop) -> None:
    ana, ben = await shop.customer("351900000001"), await shop.customer("77", "telegram")
    both = await shop.session(DAY)
    for customer in (ana, ben):
        await shop.booking(both, customer)
    other = await shop.service("Pilates")
    await shop.booking(await shop.session(2 * DAY), ana)
    await shop.booking(await shop.session(2 * DAY + timedelta(minutes=30), other), ben)
    found = (await linking(shop, ana, "telegram", "77")).clashes
    assert len(found) == 2
    assert found[0].ours == found[0].theirs
    assert (found[1].ours[:4], found[1].theirs[:7]) == ("Yoga", "Pilates")


async def test_bookings_that_touch_may_overlap_or_are_over_do_not_clash(shop: Shop) -> None:
    ana, ben = await shop.customer("351900000001"), await shop.customer("77", "telegram")
    await shop.booking(await shop.session(DAY), ana)
    await shop.booking(await shop.session(DAY + timedelta(hours=1)), ben)
    free = await shop.service("Open gym", '{"overlap": true}')
    await shop.booking(await shop.session(DAY, free), ben)
    past = await shop.session(-DAY)
    for customer in (ana, ben):
        await shop.booking(past, customer, status="attended")
    cancelled = await shop.session(3 * DAY)
    await shop.booking(cancelled, ana)
    await shop.booking(cancelled, ben, status="cancelled")
    assert (await linking(shop, ana, "telegram", "77")).clashes == ()


async def test_two_places_in_a_past_session_stay_two_and_both_are_the_persons(shop: Shop) -> None:
    ana, ben = await shop.customer("351900000001"), await shop.customer("77", "telegram")
    past = await shop.session(-DAY)
    first, second = [await shop.booking(past, each, status="attended") for each in (ana, ben)]
    assert await link(shop, ana, "telegram", "77", ben)
    assert await shop.column("bookings", "customer_id", first) == ana
    assert await shop.column("bookings", "customer_id", second) == ben
    await shop.post(postings.booking_charged(Cause(uuid4(), NOW, ben, second), 1_500, "EUR"))
    async with shop.db.tenant(shop.tenant_id) as connection:
        assert await owed(connection, shop.tenant_id, ana, "EUR") == 1_500


async def test_a_clash_that_came_up_after_the_decision_undoes_the_merge(shop: Shop) -> None:
    ana, ben = await shop.customer("351900000001"), await shop.customer("77", "telegram")
    session = await shop.session(DAY)
    for customer in (ana, ben):
        await shop.booking(session, customer)
    version = await shop.column("sessions", "version", session)
    assert not await link(shop, ana, "telegram", "77", ben)
    assert await shop.column("customers", "merged_into", ben) is None
    assert await shop.column("sessions", "version", session) == version


async def test_a_customer_who_was_merged_meanwhile_is_not_merged_again(shop: Shop) -> None:
    ana, ben, eva = [await shop.customer(f"35190000000{n}") for n in range(3)]
    assert await link(shop, ana, "whatsapp", "351900000001", ben)
    assert not await link(shop, eva, "whatsapp", "351900000001", ben)


async def test_one_person_waits_once_and_not_for_what_they_have(shop: Shop) -> None:
    ana, ben = await shop.customer("351900000001"), await shop.customer("77", "telegram")
    twice, booked, offered = [await shop.session(n * DAY) for n in (1, 2, 3)]
    late = await shop.entry(twice, ana, minutes=5)
    early = await shop.entry(twice, ben)
    await shop.booking(booked, ana)
    needless = await shop.entry(booked, ben)
    waiting = await shop.entry(offered, ana)
    hold = await shop.booking(offered, ben, status="held")
    offer = await shop.entry(offered, ben, status="offered", minutes=5, booking_id=hold)
    assert await link(shop, ana, "telegram", "77", ben)
    states = {each: await shop.column("waitlist_entries", "status", each) for each in (late, early, needless,
                                                                                       waiting, offer)}  # fmt: skip
    assert states == {
        late: "withdrawn",
        early: "waiting",
        needless: "withdrawn",
        waiting: "withdrawn",
        offer: "offered",
    }
    assert await shop.column("waitlist_entries", "customer_id", early) == ana


async def test_a_change_of_a_customer_writes_what_it_names_and_keeps_the_first_consent(shop: Shop) -> None:
    ana = await shop.customer("351900000001", language="en")
    async with shop.db.tenant(shop.tenant_id) as connection:
        for at in (NOW - DAY, NOW):
            values = (("full_name", "Ana"), ("marketing_consent_at", at), ("blocked_at", at))
            assert await apply_customer_changed(connection, shop.tenant_id, CustomerChanged(ana, values))
    (row,) = await shop.rows("SELECT * FROM booking.customers WHERE tenant_id = $1 AND id = $2", ana)
    assert (row["full_name"], row["language"], row["version"]) == ("Ana", "en", 3)
    assert (row["marketing_consent_at"], row["blocked_at"]) == (NOW - DAY, NOW - DAY)
    async with shop.db.tenant(shop.tenant_id) as connection:
        gone = CustomerChanged(ana, (("marketing_consent_at", None), ("full_name", None)))
        assert await apply_customer_changed(connection, shop.tenant_id, gone)
    assert await shop.column("customers", "marketing_consent_at", ana) is None
    assert await shop.column("customers", "full_name", ana) is None


async def test_another_tenants_customer_is_not_changed_nor_found(shop: Shop, db: Database) -> None:
    """Case 62."""
    other = await open_shop(db)
    ana = await shop.customer("351900000001")
    async with db.tenant(other.tenant_id) as connection:
        event = CustomerChanged(ana, (("notes", "mine"),))
        assert not await apply_customer_changed(connection, other.tenant_id, event)
        assert await load_passes(connection, other.tenant_id, [ana]) == {}
        assert await person_ids(connection, other.tenant_id, ana) == []
