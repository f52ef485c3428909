"""A person gets everything that is stored about them, and is forgotten: nothing names them, the books still add up."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import orjson
import pytest

from services.booking.domain.events import CustomerErased, IdentityLinked
from services.booking.domain.money import pass_postings, postings
from services.booking.domain.money.postings import Cause
from services.booking.people import owed, person_ids
from services.booking.people_export import EXPORTED, export_customer
from services.booking.people_merge import (
    ERASED_CHANNEL,
    apply_customer_erased,
    apply_identity_linked,
    scrub_outcomes,
)
from shared.db import Database
from shared.messages.booking import Contact, CustomerExported
from shared.messages.people import ForgetPerson, MergePeople
from tests.integration.booking.people_shop import NOW, Shop, open_shop

DAY = timedelta(days=1)
PERSONAL = {"full_name": "Canary Full", "notes": "Canary notes", "language": "pt", "timezone": "Europe/Lisbon",
            "tier": "canary-tier", "blocked_reason": "Canary rude", "marketing_consent_at": NOW}  # fmt: skip
USER = "351955555555"


@pytest.fixture
async def shop(db: Database) -> Shop:
    return await open_shop(db)


async def erase(shop: Shop, customer_id: UUID) -> bool:
    async with shop.db.tenant(shop.tenant_id) as connection:
        done = await apply_customer_erased(connection, shop.tenant_id, CustomerErased(customer_id, NOW))
        if not done:
            await connection.execute("ROLLBACK; BEGIN")  # as the store does on a conflict
        return done


async def export(shop: Shop, customer_id: UUID) -> CustomerExported:
    async with shop.db.tenant(shop.tenant_id) as connection:
        return await export_customer(connection, shop.tenant_id, customer_id)


async def busy_customer(shop: Shop) -> tuple[UUID, UUID]:
    """Somebody with something in every table, and their past booking."""
    customer = await shop.customer(USER, **PERSONAL)
    booking = await shop.booking(await shop.session(-DAY), customer, status="attended")
    await shop.booking(await shop.session(2 * DAY), customer, status="cancelled")
    await shop.entry(await shop.session(DAY), customer)
    await shop.execute(
        "INSERT INTO booking.standing_requests (tenant_id, id, customer_id, wish, status, created_at)"
        " VALUES ($1, $2, $3, $4, 'open', now())",
        uuid4(), customer, orjson.dumps({"contact": USER, "note": "Canary wish"}).decode(),
    )  # fmt: skip
    await shop.execute(
        "INSERT INTO booking.passes (tenant_id, id, customer_id, name, kind, terms, created_at)"
        " VALUES ($1, $2, $3, 'Ten', 'pack', '{}', now())",
        pack := uuid4(), customer,
    )  # fmt: skip
    payment = uuid4()
    await shop.execute(
        "INSERT INTO booking.payments (tenant_id, id, booking_id, session_id, customer_id, amount, currency,"
        " description, return_url, expires_at, created_at)"
        " VALUES ($1, $2, $3, $4, $5, 1500, 'EUR', 'Yoga', '', now(), now())",
        payment, booking, uuid4(), customer,
    )  # fmt: skip
    await shop.execute(
        "INSERT INTO booking.refunds (tenant_id, id, payment_id, amount) VALUES ($1, $2, $3, 500)",
        uuid4(),
        payment,
    )
    await shop.execute(
        "INSERT INTO booking.dead_letters (tenant_id, id, subject, payload, reason, tries)"
        " VALUES ($1, $2, 'cmd', $3, 'Poison', 5)",
        uuid4(), orjson.dumps({"contact": {"customer_id": str(customer), "name": "Canary"}}),
    )  # fmt: skip
    await shop.post(postings.booking_charged(Cause(uuid4(), NOW, customer, booking), 1_500, "EUR"))
    await shop.post(
        pass_postings.pack_sold(Cause(uuid4(), NOW, customer, pass_id=pack), 10, 0, "EUR", "cash")
    )
    return customer, booking


async def dump(shop: Shop, *, but: frozenset[str] = frozenset()) -> str:
    """All that the tenant's tables say. (Who else must forget is in the outbox until it was done: a test of its own.)"""
    but = but | {"outbox"}
    tables = await shop.rows(
        "SELECT table_name FROM information_schema.columns"
        " WHERE table_schema = 'booking' AND column_name = 'tenant_id' AND $1::uuid IS NOT NULL"
    )
    said = []
    for table in sorted(str(row["table_name"]) for row in tables):
        if table not in but:
            rows = await shop.rows(
                f"SELECT to_jsonb(x)::text AS row FROM booking.{table} x WHERE tenant_id = $1"
            )
            said += [str(row["row"]) for row in rows]
            if table == "dead_letters":
                payloads = await shop.rows("SELECT payload FROM booking.dead_letters WHERE tenant_id = $1")
                said += [repr(row["payload"]) for row in payloads]
    return "\n".join(said)


async def test_everything_stored_about_a_person_is_exported_as_json(shop: Shop) -> None:
    customer, booking = await busy_customer(shop)
    stranger = await shop.customer("351900000009")
    await shop.booking(await shop.session(-DAY), stranger, status="attended")
    exported = await export(shop, customer)
    assert exported.found
    assert all(exported.data[table] for table in EXPORTED), exported.data
    assert orjson.loads(orjson.dumps(exported.data)) == exported.data
    assert {row["id"] for row in exported.data["bookings"]} > {str(booking)}
    assert len(exported.data["sessions"]) == 2
    text = exported.model_dump_json()
    for canary in ("Canary Full", "Canary notes", "Canary Attendee", "Canary wish", "Canary rude"):
        assert canary in text
    assert str(stranger) not in text
    assert str(shop.tenant_id) not in text


async def test_the_export_of_nobody_says_so(shop: Shop) -> None:
    assert await export(shop, uuid4()) == CustomerExported(found=False)


async def test_every_table_that_points_at_customers_is_exported(shop: Shop) -> None:
    rows = await shop.rows(
        "SELECT DISTINCT table_name FROM information_schema.columns WHERE table_schema = 'booking'"
        " AND column_name IN ('customer_id', 'contact', 'attendees') AND $1::uuid IS NOT NULL"
    )
    assert {str(row["table_name"]) for row in rows} <= set(EXPORTED)


async def test_nothing_names_a_forgotten_person_any_more(shop: Shop) -> None:
    customer, booking = await busy_customer(shop)
    before = await dump(shop)
    traces = ("Canary", "canary", USER, str(customer))
    assert all(trace in before for trace in traces)
    assert await erase(shop, customer)
    after = await dump(shop, but=frozenset({"ledger_entries"}))
    assert not [trace for trace in traces if trace in after], after
    assert await shop.column("bookings", "status", booking) == "attended"
    (row,) = await shop.rows("SELECT contact FROM booking.bookings WHERE tenant_id = $1 AND id = $2", booking)
    nobody = Contact.model_validate_json(str(row["contact"]))
    assert nobody.address.channel == ERASED_CHANNEL
    assert nobody.customer_id == await shop.column("bookings", "customer_id", booking) != customer


async def test_the_ledger_of_a_forgotten_person_stays_as_it_was_and_is_nobodys(shop: Shop) -> None:
    customer, _ = await busy_customer(shop)
    ledger = "SELECT * FROM booking.ledger_entries WHERE tenant_id = $1 ORDER BY transaction_id, line"
    before = await shop.rows(ledger)
    assert await erase(shop, customer)
    assert await shop.rows(ledger) == before
    await shop.customer(USER)  # the same phone again: somebody new, who owes nothing and sees nothing
    async with shop.db.tenant(shop.tenant_id) as connection:
        assert await owed(connection, shop.tenant_id, customer, "EUR") == 0
    exported = await export(shop, customer)
    assert {table: len(rows) for table, rows in exported.data.items() if rows} == {
        "customers": 1,
        "customer_identities": 1,
    }


async def test_whoever_waits_stops_waiting_when_forgotten(shop: Shop) -> None:
    customer, _ = await busy_customer(shop)
    assert await erase(shop, customer)
    for table in ("waitlist_entries", "standing_requests"):
        (row,) = await shop.rows(f"SELECT status FROM booking.{table} WHERE tenant_id = $1")
        assert row["status"] == "withdrawn"


async def test_a_booking_that_came_in_after_the_decision_keeps_the_person(shop: Shop) -> None:
    customer, _ = await busy_customer(shop)
    await shop.booking(await shop.session(DAY), customer)
    assert not await erase(shop, customer)
    assert await shop.column("customers", "full_name", customer) == "Canary Full"


async def test_forgetting_a_person_twice_changes_nothing_the_second_time(shop: Shop) -> None:
    customer, _ = await busy_customer(shop)
    assert await erase(shop, customer)
    once = await dump(shop)
    assert not await erase(shop, customer)
    assert await dump(shop) == once


async def test_all_that_a_person_was_merged_from_is_forgotten_with_them(shop: Shop) -> None:
    ana, ben = await shop.customer(USER), await shop.customer("77", "telegram")
    past = await shop.session(-DAY)
    for each in (ana, ben):
        await shop.booking(past, each, status="attended")  # two in one session: they stay two
    async with shop.db.tenant(shop.tenant_id) as connection:
        event = IdentityLinked(ana, "telegram", "77", ben)
        assert await apply_identity_linked(connection, shop.tenant_id, event)
    assert await erase(shop, ana)
    async with shop.db.tenant(shop.tenant_id) as connection:
        assert await person_ids(connection, shop.tenant_id, ben) == []
    rest = await dump(shop)
    assert not [trace for trace in (str(ana), str(ben), "canary", USER) if trace in rest]


async def test_others_are_told_whom_to_forget_and_nobody_is_told_when_nothing_was_done(shop: Shop) -> None:
    ana, ben = await shop.customer(USER), await shop.customer("77", "telegram")
    linked = IdentityLinked(ana, "telegram", "77", ben)
    async with shop.db.tenant(shop.tenant_id) as connection:
        assert await apply_identity_linked(connection, shop.tenant_id, linked)
    assert await erase(shop, ana)
    assert not await erase(shop, ana)
    sent = await shop.rows(
        "SELECT subject, payload FROM booking.outbox WHERE tenant_id = $1 AND next_attempt_at <= now()"
        " ORDER BY created_at, subject"
    )
    merge, *forget = (bytes(row["payload"]) for row in sent)
    told = MergePeople.decode(merge)
    assert (told.merged, told.survivor) == ((ben,), ana)
    assert len(set(forget)) == 1
    job = ForgetPerson.decode(forget[0])
    assert set(job.customer_ids) == {ana, ben}
    assert {(one.channel, one.user_id) for one in job.identities} == {("whatsapp", USER), ("telegram", "77")}
    assert [row["subject"] for row in sent] == [
        f"job.agent.merge_people.{shop.tenant_id}",
        f"job.agent.forget_person.{shop.tenant_id}",
        f"job.gateway.forget_person.{shop.tenant_id}",
        f"job.notifier.forget_person.{shop.tenant_id}",
    ]


async def test_outcomes_of_later_commands_lose_the_attendees_in_the_daily_sweep(shop: Shop) -> None:
    customer, booking = await busy_customer(shop)
    for about in (booking, uuid4()):
        document = {"booking": {"booking_id": str(about), "attendees": ["Canary Later"]}}
        await shop.execute(
            "INSERT INTO booking.command_outcomes (tenant_id, command_id, outcome) VALUES ($1, $2, $3)",
            uuid4(), orjson.dumps(document).decode(),
        )  # fmt: skip
    assert await erase(shop, customer)
    async with shop.db.tenant(shop.tenant_id) as connection:
        assert await scrub_outcomes(connection, shop.tenant_id) == 1  # the other is another person's
        assert await scrub_outcomes(connection, shop.tenant_id) == 0


async def test_another_tenant_cannot_have_a_person_forgotten_or_exported(shop: Shop, db: Database) -> None:
    """Case 62."""
    customer, _ = await busy_customer(shop)
    other = await open_shop(db)
    assert not await erase(other, customer)
    assert not (await export(other, customer)).found
    assert await shop.column("customers", "full_name", customer) == "Canary Full"
