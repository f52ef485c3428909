"""Does the audit find each invariant that is broken, and nothing where all is well?

Breaches are planted by the owner of the database, in a transaction that is rolled back, with the constraint or trigger
that prevents them taken away first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.booking.audit import Breach, UnknownTenant, audit, audit_tenant
from services.booking.audit_checks import CHECKS
from shared.db import Database
from shared.settings import Settings
from tests.integration.booking.conftest import Studio, running

NOW = datetime.now(UTC)


@dataclass
class Planted:
    """A studio with two coming yoga sessions, seen by the owner of the tables inside a transaction."""

    studio: Studio
    owner: asyncpg.Connection
    first: UUID
    second: UUID

    async def without(self, table: str, *constraints: str) -> None:
        """Take constraints away (until the transaction ends)."""
        for constraint in constraints:
            await self.owner.execute(f"ALTER TABLE booking.{table} DROP CONSTRAINT {constraint}")

    async def customer(self) -> UUID:
        customer = uuid4()
        await self.owner.execute(
            "INSERT INTO booking.customers (tenant_id, id) VALUES ($1, $2)", self.studio.tenant_id, customer
        )
        return customer

    async def booking(
        self,
        session: UUID,
        *,
        status: str = "confirmed",
        customer: UUID | None = None,
        seats: int = 1,
        **values: object,
    ) -> UUID:
        """A booking, with the session's seats taken as they should be."""
        booking = uuid4()
        who = customer or await self.customer()
        ended = NOW if status in ("cancelled", "expired") else None
        await self.owner.execute(
            "INSERT INTO booking.bookings (tenant_id, id, session_id, customer_id, party_size, price, total, currency,"
            " status, reference, contact, booked_at, cancelled_at, expires_at)"
            " VALUES ($1, $2, $3, $4, $5, 1500, 1500, 'EUR', $6, 'ABC234', '{}', now(), $7, $8)",
            self.studio.tenant_id, booking, session, who, seats, status, ended, values.pop("expires_at", None),
        )  # fmt: skip
        for name, value in values.items():
            await self.owner.execute(f"UPDATE booking.bookings SET {name} = $2 WHERE id = $1", booking, value)
        if ended is None:
            await self.owner.execute(
                "UPDATE booking.sessions SET seats_taken = seats_taken + $2 WHERE id = $1", session, seats
            )
        return booking

    async def entry(self, session: UUID, *, status: str, joined: timedelta, **values: object) -> UUID:
        """Somebody in the queue since `joined` ago."""
        entry = uuid4()
        await self.owner.execute(
            "INSERT INTO booking.waitlist_entries (tenant_id, id, session_id, customer_id, party_size, status, contact,"
            " joined_at) VALUES ($1, $2, $3, $4, 1, $5, '{}', $6)",
            self.studio.tenant_id, entry, session, await self.customer(), status, NOW - joined,
        )  # fmt: skip
        for name, value in values.items():
            await self.owner.execute(
                f"UPDATE booking.waitlist_entries SET {name} = $2 WHERE id = $1", entry, value
            )
        return entry

    async def payment(self, **values: object) -> UUID:
        payment = uuid4()
        await self.owner.execute(
            "INSERT INTO booking.payments (tenant_id, id, booking_id, session_id, customer_id, amount, currency,"
            " description, return_url, expires_at, created_at, status)"
            " VALUES ($1, $2, $3, $3, $3, 1500, 'EUR', '', '', now(), now(), 'captured')",
            self.studio.tenant_id, payment, uuid4(),
        )  # fmt: skip
        for name, value in values.items():
            await self.owner.execute(f"UPDATE booking.payments SET {name} = $2 WHERE id = $1", payment, value)
        return payment

    async def entries(self, *rows: tuple[str, str, int], pass_id: UUID | None = None) -> UUID:
        """A transaction of the ledger."""
        transaction = uuid4()
        for line, (account, unit, amount) in enumerate(rows):
            await self.owner.execute(
                "INSERT INTO booking.ledger_entries (tenant_id, transaction_id, line, at, kind, account, unit, amount,"
                " pass_id) VALUES ($1, $2, $3, now(), 'credit_used', $4, $5, $6, $7)",
                self.studio.tenant_id, transaction, line, account, unit, amount, pass_id,
            )  # fmt: skip
        return transaction

    async def found(self, now: datetime = NOW) -> list[Breach]:
        return await audit_tenant(self.owner, self.studio.tenant_id, self.studio.slug, now)  # type: ignore[arg-type]  # not pooled

    async def only(self, check: str, subject: UUID, *words: str, now: datetime = NOW) -> None:
        """The audit says exactly one line: this one."""
        (breach,) = await self.found(now)
        assert (breach.tenant, breach.check, breach.subject) == (self.studio.slug, check, str(subject))
        assert all(word in breach.text for word in words), breach.text


@pytest.fixture
async def planted(studio: Studio, quick: Settings) -> AsyncIterator[Planted]:
    owner = await asyncpg.connect(quick.database_owner_url)
    transaction = owner.transaction()
    await transaction.start()
    first, second = (await studio.sessions())[:2]
    yield Planted(studio, owner, first, second)
    await transaction.rollback()
    await owner.close()


async def test_a_studio_that_was_booked_through_the_service_is_clean(
    quick: Settings, studio: Studio, db: Database
) -> None:
    async with running(quick):
        first, second = (await studio.sessions())[:2]
        for number in range(1, 5):
            assert (await studio.book(first, studio.contact(number), party=number)).booking
        cancelled = (await studio.book(second, studio.contact(9))).booking
        assert cancelled is not None
        await studio.cancel(second, cancelled.booking_id, studio.contact(9))

    assert await audit(db, studio.slug) == ()


async def test_the_audit_needs_nothing_but_the_url_that_services_use(quick: Settings, studio: Studio) -> None:
    assert await audit(quick.database_url or "", studio.slug) == ()


async def test_without_a_tenant_all_are_looked_at(
    quick: Settings, studio: Studio, other_studio: Studio, db: Database
) -> None:
    for each in (studio, other_studio):
        async with db.tenant(each.tenant_id) as connection:
            await connection.execute(
                "UPDATE booking.sessions SET seats_taken = 2 WHERE id = $1", (await each.sessions())[0]
            )

    found = await audit(db)

    assert {studio.slug, other_studio.slug} <= {breach.tenant for breach in found if breach.check == "seats"}
    for each in (studio, other_studio):
        async with db.tenant(each.tenant_id) as connection:
            await connection.execute("UPDATE booking.sessions SET seats_taken = 0")


async def test_an_unknown_tenant_is_said(db: Database) -> None:
    with pytest.raises(UnknownTenant, match="no tenant 'nobody'"):
        await audit(db, "nobody")


async def test_the_audit_cannot_write(db: Database, studio: Studio) -> None:
    statements = " ".join(check.statement.upper() for check in CHECKS)
    assert not any(f"{word} " in statements for word in ("INSERT INTO", "UPDATE BOOKING", "DELETE FROM"))


async def test_seats_that_no_booking_takes_are_found(planted: Planted) -> None:
    await planted.owner.execute("UPDATE booking.sessions SET seats_taken = 3 WHERE id = $1", planted.first)
    await planted.only("seats", planted.first, "3 seats taken", "add up to 0")


async def test_more_seats_than_there_are_is_found(planted: Planted) -> None:
    await planted.without("sessions", "sessions_seats_taken_check")
    await planted.booking(planted.first, seats=11)
    await planted.only("capacity", planted.first, "11 of 10 seats")


async def test_a_place_in_a_cancelled_session_is_found(planted: Planted) -> None:
    booking = await planted.booking(planted.first)
    await planted.owner.execute(
        "UPDATE booking.sessions SET status = 'cancelled' WHERE id = $1", planted.first
    )
    await planted.only("cancelled", planted.first, str(booking), "confirmed")


async def two_at_once(planted: Planted, minutes: int, *, ignores_buffers: bool = False) -> UUID:
    """The second session begins so many minutes after the first; both are an hour long, with the same teacher."""
    await planted.without("occupancies", "occupancies_during_excl", "occupancies_busy_excl")
    await planted.owner.execute(
        "UPDATE booking.sessions s SET starts_at = f.starts_at + $3, ends_at = f.ends_at + $3, ignores_buffers = $4,"
        " buffer_before_minutes = 15 FROM booking.sessions f WHERE s.id = $2 AND f.id = $1",
        planted.first, planted.second, timedelta(minutes=minutes), ignores_buffers,
    )  # fmt: skip
    staff: UUID = await planted.owner.fetchval(
        "SELECT staff_id FROM booking.sessions WHERE id = $1", planted.first
    )
    return staff


async def test_a_teacher_in_two_sessions_at_once_is_found(planted: Planted) -> None:
    staff = await two_at_once(planted, 30)
    await planted.only("overlap", staff, str(planted.first), str(planted.second))


async def test_buffers_that_overlap_are_found(planted: Planted) -> None:
    staff = await two_at_once(planted, 70)
    await planted.only("overlap", staff, str(planted.first), str(planted.second))


async def test_buffers_that_were_ignored_on_purpose_are_no_breach(planted: Planted) -> None:
    await two_at_once(planted, 70, ignores_buffers=True)
    assert await planted.found() == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("DELETE FROM booking.occupancies WHERE session_id = $1", "is not occupied by it"),
        ("UPDATE booking.occupancies SET during = tstzrange(lower(during), upper(during) - interval '5 minutes')"
         " WHERE session_id = $1", "at another time"),
        ("INSERT INTO booking.occupancies (tenant_id, session_id, resource_id, during, busy) SELECT tenant_id,"
         " session_id, gen_random_uuid(), during, busy FROM booking.occupancies WHERE session_id = $1", "for nothing"),
    ],
)  # fmt: skip
async def test_a_calendar_that_does_not_follow_its_session_is_found(
    planted: Planted, change: str, words: str
) -> None:
    await planted.owner.execute(change, planted.first)
    await planted.only("occupancies", planted.first, words)


async def test_two_places_of_one_customer_in_a_session_are_found(planted: Planted) -> None:
    await planted.owner.execute("DROP INDEX booking.bookings_session_id_customer_id_key")
    customer = await planted.customer()
    for _ in range(2):
        await planted.booking(planted.first, customer=customer)
    found = await planted.found()
    assert [(b.check, b.subject) for b in found] == [
        ("one_place", str(planted.first)),
        ("two_places", str(customer)),  # which it also is
    ]


async def at_the_same_time(planted: Planted) -> UUID:
    """One customer in two sessions (without a teacher) that overlap."""
    customer = await planted.customer()
    await planted.owner.execute(
        "UPDATE booking.sessions s SET staff_id = NULL, starts_at = f.starts_at, ends_at = f.ends_at, local_start = NULL"
        " FROM booking.sessions f WHERE s.id = $2 AND f.id = $1",
        planted.first, planted.second,
    )  # fmt: skip
    for session in (planted.first, planted.second):
        await planted.booking(session, customer=customer)
    return customer


async def test_somebody_in_two_places_at_once_is_found(planted: Planted) -> None:
    customer = await at_the_same_time(planted)
    await planted.only("two_places", customer, "starts at", "before another place ends")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE booking.services SET policy = '{\"overlap\": true}' WHERE name = 'Yoga'",
        "UPDATE booking.sessions SET overrides = '{starts_at}'",
        "UPDATE booking.bookings SET status = 'held', expires_at = now() - interval '30 seconds'",
    ],
    ids=["the service allows it", "the session was moved", "the holds are over"],
)
async def test_two_places_that_may_be_are_no_breach(planted: Planted, change: str) -> None:
    await at_the_same_time(planted)
    await planted.owner.execute(
        f"{change} {'AND' if 'WHERE' in change else 'WHERE'} tenant_id = $1", planted.studio.tenant_id
    )
    assert await planted.found(datetime.now(UTC)) == []


async def test_a_transaction_that_does_not_add_up_is_found(planted: Planted) -> None:
    transaction = await planted.entries(("receivable", "EUR", 1500), ("revenue", "EUR", -1400))
    await planted.only("ledger", transaction, "off by 100 EUR")


@pytest.mark.parametrize("account", ["credits_held", "gift_held"])
async def test_a_balance_below_nothing_is_found(planted: Planted, account: str) -> None:
    pass_id = uuid4()
    await planted.entries((account, "credit:x", -1), ("credits_used", "credit:x", 1), pass_id=pass_id)
    await planted.only("balances", pass_id, f"{account} is -1")


async def queue(planted: Planted, **values: object) -> UUID:
    """Somebody waits although a seat is free, and somebody who joined later has got one."""
    waiting = await planted.entry(planted.first, status="waiting", joined=timedelta(hours=2), **values)
    booking = await planted.booking(planted.first)
    await planted.entry(
        planted.first,
        status="accepted",
        joined=timedelta(hours=1),
        booking_id=booking,
        offered_at=NOW,
        ended_at=NOW,
    )
    return waiting


async def test_a_place_that_went_past_somebody_who_waits_is_found(planted: Planted) -> None:
    waiting = await queue(planted)
    await planted.only("queue_order", waiting, "waits for 1 of 9 free seats", str(planted.first))


@pytest.mark.parametrize(
    "values",
    [{"party_size": 10}, {"offered_at": NOW}, {"method": "pass"}],
    ids=["too many", "had a turn", "pass"],
)
async def test_somebody_who_could_not_be_given_the_place_is_passed_over_rightly(
    planted: Planted, values: dict[str, object]
) -> None:
    await queue(planted, **values)
    assert await planted.found() == []


async def test_waiting_shortly_before_the_start_is_no_breach(planted: Planted) -> None:
    await queue(planted)
    starts: datetime = await planted.owner.fetchval(
        "SELECT starts_at FROM booking.sessions WHERE id = $1", planted.first
    )
    assert await planted.found(starts - timedelta(minutes=30)) == []


async def test_an_offer_that_keeps_no_place_is_found(planted: Planted) -> None:
    booking = await planted.booking(planted.first, status="expired")
    entry = await planted.entry(
        planted.first, status="offered", joined=timedelta(hours=1), booking_id=booking, offered_at=NOW
    )
    await planted.only("offers", entry, str(booking))


async def test_an_offer_whose_place_is_held_is_no_breach(planted: Planted) -> None:
    until = NOW + timedelta(minutes=30)
    booking = await planted.booking(planted.first, status="held", expires_at=until)
    await planted.entry(
        planted.first,
        status="offered",
        joined=timedelta(hours=1),
        booking_id=booking,
        offered_at=NOW,
        offer_expires_at=until,
    )
    assert await planted.found() == []


@pytest.mark.parametrize("status", ["held", "pending_payment", "pending_approval"])
async def test_a_hold_past_its_end_is_found_after_a_grace(planted: Planted, status: str) -> None:
    booking = await planted.booking(planted.first, status=status, expires_at=NOW)
    assert await planted.found(NOW + timedelta(seconds=59)) == []
    await planted.only("holds", booking, status, "61 seconds", now=NOW + timedelta(seconds=61))


async def test_a_hold_without_an_end_is_found(planted: Planted) -> None:
    await planted.without("bookings", "bookings_expires_at_check")
    booking = await planted.booking(planted.first, status="held")
    await planted.only("holds", booking, "held without an end")


@pytest.mark.parametrize(("uses", "most", "bookings"), [(1, None, 0), (2, 1, 2), (0, 5, 1)])
async def test_a_promo_code_that_was_used_otherwise_than_it_says_is_found(
    planted: Planted, uses: int, most: int | None, bookings: int
) -> None:
    promo = uuid4()
    await planted.owner.execute(
        "INSERT INTO booking.promo_codes (tenant_id, id, code, rule, max_uses, uses) VALUES ($1, $2, 'X', '{}', $3, $4)",
        planted.studio.tenant_id, promo, most, uses,
    )  # fmt: skip
    for _ in range(bookings):
        await planted.booking(planted.first, promo_id=promo)
    await planted.booking(planted.first, status="cancelled", promo_id=promo)  # gave its use back
    await planted.only("promo_uses", promo, f"{uses} uses, {bookings} bookings")


async def test_an_answer_with_a_booking_that_is_not_there_is_found(planted: Planted) -> None:
    command, booking = uuid4(), uuid4()
    await planted.owner.execute(
        "INSERT INTO booking.command_outcomes (tenant_id, command_id, outcome)"
        " VALUES ($1, $2, jsonb_build_object('booking', jsonb_build_object('booking_id', $3::uuid)))",
        planted.studio.tenant_id, command, booking,
    )  # fmt: skip
    await planted.only("outcomes", command, str(booking))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"captured": 1000, "refunded": 1500}, "1500 given back of 1000"),
        ({"captured": 1500, "refunded": 500}, "refunds add up to 0"),
        ({"status": "created"}, "nobody will look again"),
        ({"status": "created", "next_attempt_at": NOW - timedelta(minutes=11)}, "nobody has looked since"),
        ({"report_due_at": NOW - timedelta(minutes=11)}, "nobody has looked since"),
    ],
)
async def test_a_payment_that_does_not_add_up_or_waits_for_nobody_is_found(
    planted: Planted, values: dict[str, object], words: str
) -> None:
    await planted.only("payments", await planted.payment(**values), words)


@pytest.mark.parametrize(
    ("due", "words"),
    [(None, "nobody will look again"), (NOW - timedelta(minutes=11), "nobody has looked since")],
)
async def test_a_refund_that_is_forgotten_is_found(
    planted: Planted, due: datetime | None, words: str
) -> None:
    refund = uuid4()
    await planted.owner.execute(
        "INSERT INTO booking.refunds (tenant_id, id, payment_id, amount, next_attempt_at) VALUES ($1, $2, $3, 500, $4)",
        planted.studio.tenant_id, refund, await planted.payment(captured=1500), due,
    )  # fmt: skip
    await planted.only("refunds", refund, words)


async def test_a_booking_that_gave_back_more_than_was_paid_is_found(planted: Planted) -> None:
    booking = await planted.booking(planted.first, paid=500, refunded=600)
    await planted.only("paid", booking, "600 given back of 500")


async def message(planted: Planted, table: str, columns: Sequence[str], *values: object) -> UUID:
    row = uuid4()
    places = ", ".join(f"${n}" for n in range(3, 3 + len(values)))
    await planted.owner.execute(
        f"INSERT INTO booking.{table} (tenant_id, id, subject, payload, {', '.join(columns)})"
        f" VALUES ($1, $2, 'some.subject', '', {places})",
        planted.studio.tenant_id, row, *values,
    )  # fmt: skip
    return row


async def test_an_event_that_nobody_took_is_found_after_a_grace(planted: Planted) -> None:
    row = await message(planted, "outbox", ["created_at", "next_attempt_at"], NOW, NOW)
    assert await planted.found(NOW + timedelta(seconds=59)) == []
    await planted.only("outbox", row, "some.subject", now=NOW + timedelta(seconds=61))


async def test_a_dead_letter_is_a_warning(planted: Planted) -> None:
    row = await message(planted, "dead_letters", ["reason", "tries"], "no such thing", 5)
    (breach,) = await planted.found()
    assert (breach.check, breach.subject, breach.warning) == ("dead_letters", str(row), True)
    assert str(breach).startswith(f"warning {planted.studio.slug} dead_letters {row}: given up after 5 tries")


async def test_very_many_breaches_of_one_kind_are_counted(planted: Planted) -> None:
    for _ in range(103):
        await planted.entries(("receivable", "EUR", 1))
    found = await planted.found()
    assert len(found) == 101
    assert found[-1].text == "and 3 more like these"


def test_every_check_has_a_name_of_its_own_and_says_what_must_hold() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    assert all(check.holds.endswith(".") for check in CHECKS)
