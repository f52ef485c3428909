"""Do holds, waitlists, payments, passes and fees work through the bus and the database, also when alarms are late?"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.booking.app import BookingService
from shared import subjects
from shared.bus import Bus
from shared.ids import derive
from shared.messages import booking as msg
from shared.messages.booking import BookingStatus, CommandOutcome, Contact, RefusalCode
from shared.settings import Settings
from tests.integration.booking.conftest import Studio, until


@dataclass
class Clock:
    """The real time, and as much later as a test wants."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def forward(self, **span: float) -> None:
        self.ahead += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def engine(quick: Settings, clock: Clock) -> AsyncIterator[BookingService]:
    """A booking service whose time the test moves; it looks for overdue sessions often."""
    settings = quick.model_copy(update={"alarm_sweep_seconds": 0.05})
    service = BookingService(settings, clock=clock)
    await service.start()
    yield service
    await service.stop()


@pytest.fixture
async def asleep(quick: Settings, clock: Clock) -> AsyncIterator[BookingService]:
    """A booking service whose alarms never ring."""
    settings = quick.model_copy(update={"alarm_sweep_seconds": 3600})
    service = BookingService(settings, clock=clock)
    await service.start()
    yield service
    await service.stop()


@dataclass
class Desk:
    """What people and staff of one studio ask for."""

    studio: Studio
    bus: Bus

    async def ask(self, kind: type[msg.Command], **fields: object) -> CommandOutcome:
        command = kind.model_validate(
            {"tenant_id": self.studio.tenant_id, "command_id": uuid4(), **fields}, strict=False
        )
        subject = subjects.command("booking", self.studio.tenant_id, command.key, command.name)
        return await self.bus.ask(
            subject, command, CommandOutcome, ask_id=command.command_id, every=1, deadline=60
        )

    async def policy(self, **policy: object) -> None:
        """Give the `Private` lesson this policy."""
        async with self.studio.db.tenant(self.studio.tenant_id) as connection:
            await connection.execute(
                "UPDATE booking.services SET policy = $1 WHERE name = 'Private'", json.dumps(policy)
            )

    async def private(self) -> UUID:
        return (await self.studio.sessions("Private"))[0]

    async def book(self, session_id: UUID, contact: Contact, **fields: object) -> CommandOutcome:
        return await self.ask(msg.BookSession, session_id=session_id, contact=contact, **fields)

    async def join(self, session_id: UUID, contact: Contact, **fields: object) -> CommandOutcome:
        return await self.ask(msg.JoinWaitlist, session_id=session_id, contact=contact, **fields)

    async def status_of(self, booking_id: UUID) -> str | None:
        async with self.studio.db.tenant(self.studio.tenant_id) as connection:
            found: str | None = await connection.fetchval(
                "SELECT status FROM booking.bookings WHERE id = $1", booking_id
            )
        return found

    async def status(self, session_id: UUID, contact: Contact) -> list[str]:
        """The statuses of the customer's bookings of a session, oldest first."""
        async with self.studio.db.tenant(self.studio.tenant_id) as connection:
            rows = await connection.fetch(
                "SELECT status FROM booking.bookings WHERE session_id = $1 AND customer_id = $2 ORDER BY booked_at, id",
                session_id,
                contact.customer_id,
            )
        return [row["status"] for row in rows]

    async def ledger(self) -> dict[tuple[str, str], int]:
        """The balance of each account and unit."""
        async with self.studio.db.tenant(self.studio.tenant_id) as connection:
            rows = await connection.fetch(
                "SELECT account, unit, sum(amount)::int AS amount FROM booking.ledger_entries GROUP BY account, unit"
            )
        return {(row["account"], row["unit"].split(":")[0]): row["amount"] for row in rows if row["amount"]}


@pytest.fixture
def desk(studio: Studio, bus: Bus) -> Desk:
    return Desk(studio, bus)


def refused(outcome: CommandOutcome, code: RefusalCode) -> msg.Refusal:
    assert outcome.refusal is not None, outcome
    assert outcome.refusal.code == code
    return outcome.refusal


def booked(outcome: CommandOutcome, status: BookingStatus = BookingStatus.CONFIRMED) -> msg.BookingView:
    assert outcome.booking is not None, outcome
    assert outcome.booking.status is status
    return outcome.booking


async def test_a_hold_keeps_the_place_until_it_lapses_and_then_others_get_it(
    engine: BookingService, desk: Desk, clock: Clock
) -> None:
    session_id, ana, bea = await desk.private(), desk.studio.contact(1), desk.studio.contact(2)
    held = booked(await desk.book(session_id, ana, hold=True), BookingStatus.HELD)
    assert held.expires_at is not None
    refused(await desk.book(session_id, bea), RefusalCode.SESSION_FULL)

    clock.forward(minutes=11)

    async def lapsed() -> bool:
        return await desk.status_of(held.booking_id) == "expired"

    await until(lapsed)
    booked(await desk.book(session_id, bea))
    refused(
        await desk.ask(
            msg.ConfirmHold, session_id=session_id, booking_id=held.booking_id, customer_id=ana.customer_id
        ),
        RefusalCode.HOLD_EXPIRED,
    )


async def test_a_hold_whose_alarm_is_late_has_ended_all_the_same(
    asleep: BookingService, desk: Desk, clock: Clock
) -> None:
    session_id, ana, bea = await desk.private(), desk.studio.contact(1), desk.studio.contact(2)
    held = booked(await desk.book(session_id, ana, hold=True), BookingStatus.HELD)
    clock.forward(minutes=11)

    booked(await desk.book(session_id, bea))

    assert await desk.status_of(held.booking_id) == "expired"
    assert await desk.studio.seats(session_id) == (1, 1)


async def test_a_confirmed_hold_stays_and_its_price_stands(
    engine: BookingService, desk: Desk, clock: Clock
) -> None:
    session_id, ana = await desk.private(), desk.studio.contact(1)
    held = booked(await desk.book(session_id, ana, hold=True), BookingStatus.HELD)
    booked(
        await desk.ask(
            msg.ConfirmHold, session_id=session_id, booking_id=held.booking_id, customer_id=ana.customer_id
        )
    )
    clock.forward(minutes=11)
    refused(await desk.book(session_id, desk.studio.contact(2)), RefusalCode.SESSION_FULL)
    assert await desk.status(session_id, ana) == ["confirmed"]


async def test_a_cancelled_place_goes_to_the_first_in_line_in_the_same_moment(
    engine: BookingService, desk: Desk
) -> None:
    session_id = await desk.private()
    ana, bea, carla = (desk.studio.contact(n) for n in (1, 2, 3))
    first = booked(await desk.book(session_id, ana))
    assert (await desk.join(session_id, bea)).entry is not None
    third = await desk.join(session_id, carla)
    assert third.entry is not None
    assert third.entry.position == 2

    await desk.studio.cancel(session_id, first.booking_id, ana)

    assert await desk.status(session_id, bea) == ["confirmed"]
    refused(await desk.book(session_id, desk.studio.contact(4)), RefusalCode.SESSION_FULL)
    assert await desk.studio.count("waitlist_entries", "status = 'waiting'") == 1
    assert (
        await desk.studio.count("outbox", "convert_from(payload, 'UTF8') LIKE '%from_waitlist\":true%'") <= 1
    )


async def test_an_offer_nobody_takes_goes_to_the_next_when_its_time_is_over(
    engine: BookingService, desk: Desk, clock: Clock
) -> None:
    await desk.policy(waitlist={"promote_without_asking": False, "claim_minutes": 30})
    session_id = await desk.private()
    ana, bea, carla = (desk.studio.contact(n) for n in (1, 2, 3))
    first = booked(await desk.book(session_id, ana))
    entry = (await desk.join(session_id, bea)).entry
    await desk.join(session_id, carla)
    assert entry is not None
    await desk.studio.cancel(session_id, first.booking_id, ana)
    assert await desk.status(session_id, bea) == ["held"]

    clock.forward(minutes=31)

    async def moved_on() -> bool:
        return await desk.status(session_id, carla) == ["held"]

    await until(moved_on)
    assert await desk.status(session_id, bea) == ["expired"]
    late = await desk.ask(
        msg.AnswerOffer,
        session_id=session_id,
        entry_id=entry.entry_id,
        customer_id=bea.customer_id,
        accept=True,
    )
    refused(late, RefusalCode.OFFER_EXPIRED)


async def test_a_card_payment_confirms_the_place_and_the_ledger_has_it(
    engine: BookingService, desk: Desk
) -> None:
    await desk.policy(pricing={"prepayment": {"due": "all"}})
    session_id, ana = await desk.private(), desk.studio.contact(1)
    pending = booked(await desk.book(session_id, ana), BookingStatus.PENDING_PAYMENT)

    async def link() -> str | None:
        async with desk.studio.db.tenant(desk.studio.tenant_id) as connection:
            found: str | None = await connection.fetchval(
                "SELECT pay_link FROM booking.bookings WHERE id = $1", pending.booking_id
            )
        return found

    await until(link)
    engine.card_processor.pay(await link() or "")

    async def confirmed() -> bool:
        return await desk.status_of(pending.booking_id) == "confirmed"

    await until(confirmed)
    assert await desk.ledger() == {("card_clearing", "EUR"): 5000, ("deposits", "EUR"): -5000}

    cancelled = await desk.studio.cancel(session_id, pending.booking_id, ana)
    assert booked(cancelled, BookingStatus.CANCELLED).refund == 5000

    async def refunded() -> bool:
        return await desk.studio.count("refunds", "status = 'done'") == 1

    await until(refunded)
    assert await desk.ledger() == {}


async def test_money_that_comes_after_the_place_was_given_up_goes_back(
    engine: BookingService, desk: Desk, clock: Clock
) -> None:
    await desk.policy(pricing={"prepayment": {"due": "all"}}, payment_minutes=15)
    session_id, ana, bea = await desk.private(), desk.studio.contact(1), desk.studio.contact(2)
    pending = booked(await desk.book(session_id, ana), BookingStatus.PENDING_PAYMENT)

    async def row(column: str) -> object:
        async with desk.studio.db.tenant(desk.studio.tenant_id) as connection:
            return await connection.fetchval(
                f"SELECT {column} FROM booking.bookings WHERE id = $1", pending.booking_id
            )

    async def link() -> object:
        return await row("pay_link")

    await until(link)
    address = str(await link())
    engine.card_processor.callbacks.held = True
    engine.card_processor.pay(address)
    clock.forward(minutes=16)

    async def expired() -> bool:
        return await row("status") == "expired"

    await until(expired)
    booked(await desk.book(session_id, bea), BookingStatus.PENDING_PAYMENT)
    engine.card_processor.callbacks.held = False

    async def refunded() -> bool:
        return await desk.studio.count("refunds", "status = 'done'") == 1

    await until(refunded)
    assert await row("status") == "expired"
    assert await desk.ledger() == {}


async def test_the_fee_is_said_before_it_is_taken(engine: BookingService, desk: Desk, clock: Clock) -> None:
    await desk.policy(
        cancellation=[{"late_cancel_fee": {"fixed": 1000}, "late_within": "24h", "tiers": [
            {"at_least": "24h", "refund_basis_points": 10000}, {"at_least": "0h", "refund_basis_points": 0}]}]
    )  # fmt: skip
    session_id, ana = await desk.private(), desk.studio.contact(1)
    made = booked(await desk.book(session_id, ana))
    starts_at = made.session.starts_at
    clock.ahead = starts_at - timedelta(hours=5) - datetime.now(UTC)

    quote = await desk.bus.query(
        subjects.query("booking", "quote_cancellation"),
        msg.QuoteCancellation(
            tenant_id=desk.studio.tenant_id, customer_id=ana.customer_id, booking_id=made.booking_id
        ),
        msg.CancellationQuoted,
    )
    assert quote.quote is not None
    assert (quote.quote.fee, quote.quote.refund) == (1000, 0)

    said = refused(await desk.studio.cancel(session_id, made.booking_id, ana), RefusalCode.FEE_CHANGED)
    assert "€10" in said.sentence
    assert [move.move for move in said.next] == ["confirm_fee"]
    done = await desk.ask(
        msg.CancelBooking,
        session_id=session_id,
        booking_id=made.booking_id,
        customer_id=ana.customer_id,
        fee_shown=1000,
    )
    assert booked(done, BookingStatus.CANCELLED).fee == 1000
    assert await desk.ledger() == {("receivable", "EUR"): 1000, ("fees", "EUR"): -1000}


async def test_a_pass_pays_and_its_credit_comes_back_with_the_place(
    engine: BookingService, desk: Desk
) -> None:
    async with desk.studio.db.tenant(desk.studio.tenant_id) as connection:
        await connection.execute(
            "INSERT INTO booking.pass_products (tenant_id, id, key, name, kind, price, terms)"
            " VALUES ($1, $2, 'five', 'Five classes', 'pack', 6000, $3)",
            desk.studio.tenant_id,
            derive("product", desk.studio.tenant_id),
            json.dumps({"kind": "pack", "name": "Five classes", "price": 6000, "credits": 2}),
        )
    first, second, third = (await desk.studio.sessions())[:3]
    ana = desk.studio.contact(1)
    booked(await desk.book(first, ana))  # who has booked is known
    sold = await desk.ask(msg.SellPass, customer_id=ana.customer_id, product="five")
    assert sold.bought is not None
    assert sold.bought.left == 2

    one = booked(await desk.book(second, ana))
    assert (one.method, one.credits, one.total) == ("pass", 1, 0)
    refused(await desk.book(third, ana, party_size=2, method="pass"), RefusalCode.NO_CREDIT)
    await desk.studio.cancel(second, one.booking_id, ana)

    balances = await desk.bus.query(
        subjects.query("booking", "my_balances"),
        msg.MyBalances(tenant_id=desk.studio.tenant_id, customer_id=ana.customer_id),
        msg.Balances,
    )
    assert [each.left for each in balances.passes] == [2]


async def test_whoever_has_a_gift_cards_code_pays_with_it_and_a_refund_goes_back_onto_it(
    engine: BookingService, desk: Desk
) -> None:
    async with desk.studio.db.tenant(desk.studio.tenant_id) as connection:
        await connection.execute(
            "INSERT INTO booking.pass_products (tenant_id, id, key, name, kind, price, terms)"
            " VALUES ($1, $2, 'card', 'Gift card', 'gift_card', 6000, $3)",
            desk.studio.tenant_id,
            derive("product", desk.studio.tenant_id),
            json.dumps({"kind": "gift_card", "name": "Gift card"}),
        )
    first, second = (await desk.studio.sessions("Private"))[:2]
    ana, bea = desk.studio.contact(1), desk.studio.contact(2)
    booked(await desk.book(second, ana))
    sold = (await desk.ask(msg.SellPass, customer_id=ana.customer_id, product="card")).bought
    assert sold is not None
    assert sold.code is not None
    before = await desk.ledger()

    wrong = await desk.book(first, bea, gift_code="ABCD-EFGH-JKMN-PQRS", method="gift_card")
    refused(wrong, RefusalCode.PASS_NOT_VALID)
    paid = booked(await desk.book(first, bea, gift_code=sold.code.lower()))
    assert (paid.method, paid.paid, paid.total) == ("gift_card", 5000, 5000)
    refused(
        await desk.book((await desk.studio.sessions("Private"))[2], bea, gift_code=sold.code),
        RefusalCode.NO_CREDIT,
    )
    assert (
        booked(await desk.studio.cancel(first, paid.booking_id, bea), BookingStatus.CANCELLED).refund == 5000
    )
    assert await desk.ledger() == before


async def test_a_booking_moves_and_its_old_place_goes_to_who_waits(
    engine: BookingService, desk: Desk
) -> None:
    first, second = (await desk.studio.sessions("Private"))[:2]
    ana, bea = desk.studio.contact(1), desk.studio.contact(2)
    made = booked(await desk.book(first, ana))
    await desk.join(first, bea)

    moved = booked(
        await desk.ask(
            msg.RescheduleBooking,
            session_id=second,
            from_session_id=first,
            booking_id=made.booking_id,
            customer_id=ana.customer_id,
        )
    )

    assert (moved.booking_id, moved.reference, moved.session.session_id) == (
        made.booking_id,
        made.reference,
        second,
    )
    assert await desk.status(first, bea) == ["confirmed"]
    assert await desk.studio.seats(first) == (1, 1)
    assert await desk.studio.seats(second) == (1, 1)


async def test_nobody_is_booked_into_two_places_at_once(engine: BookingService, desk: Desk) -> None:
    yoga, private = (await desk.studio.sessions())[0], await desk.private()
    async with desk.studio.db.tenant(desk.studio.tenant_id) as connection:
        await connection.execute(
            "UPDATE booking.sessions p SET starts_at = y.starts_at, ends_at = y.ends_at, version = p.version + 1"
            " FROM booking.sessions y WHERE p.id = $1 AND y.id = $2",
            private,
            yoga,
        )
    ana = desk.studio.contact(1)
    booked(await desk.book(yoga, ana))
    said = refused(await desk.book(private, ana), RefusalCode.BOOKED_ELSEWHERE)
    assert "another booking at that time" in said.sentence
    booked(await desk.book(private, desk.studio.contact(2)))


async def test_a_session_the_business_cancels_tells_and_refunds_everyone(
    engine: BookingService, desk: Desk
) -> None:
    session_id = (await desk.studio.sessions())[0]
    people = [desk.studio.contact(n) for n in range(3)]
    for contact in people:
        booked(await desk.book(session_id, contact))
    outcome = await desk.ask(msg.CancelSession, session_id=session_id, reason="The teacher is ill")
    assert outcome.session is not None

    for contact in people:
        assert await desk.status(session_id, contact) == ["cancelled"]
    refused(await desk.book(session_id, desk.studio.contact(9)), RefusalCode.SESSION_CANCELLED)
    assert await desk.studio.seats(session_id) == (0, 0)


async def test_raising_the_capacity_promotes_and_lowering_drops_nobody(
    engine: BookingService, desk: Desk
) -> None:
    session_id = await desk.private()
    ana, bea = desk.studio.contact(1), desk.studio.contact(2)
    booked(await desk.book(session_id, ana))
    await desk.join(session_id, bea)

    await desk.ask(msg.ChangeSession, session_id=session_id, capacity=2)
    assert await desk.status(session_id, bea) == ["confirmed"]

    said = refused(
        await desk.ask(msg.ChangeSession, session_id=session_id, capacity=1), RefusalCode.HAS_BOOKINGS
    )
    assert "2 places are taken" in said.sentence
    assert await desk.status(session_id, ana) == ["confirmed"]


async def test_who_was_there_is_marked_at_the_end_and_owes_the_price(
    engine: BookingService, desk: Desk, clock: Clock
) -> None:
    session_id, ana = await desk.private(), desk.studio.contact(1)
    made = booked(await desk.book(session_id, ana))
    clock.ahead = made.session.ends_at + timedelta(minutes=1) - datetime.now(UTC)

    async def attended() -> bool:
        return await desk.status(session_id, ana) == ["attended"]

    await until(attended)
    assert await desk.ledger() == {("receivable", "EUR"): 5000, ("revenue", "EUR"): -5000}
    await desk.ask(
        msg.MarkAttendance, session_id=session_id, booking_id=made.booking_id, attendance="no_show"
    )
    assert await desk.status(session_id, ana) == ["no_show"]
    assert await desk.ledger() == {}


async def test_too_few_people_cancel_the_session_by_itself(
    engine: BookingService, desk: Desk, clock: Clock
) -> None:
    await desk.policy(minimum={"seats": 2, "hours_before": 2})
    session_id, ana = await desk.private(), desk.studio.contact(1)
    made = booked(await desk.book(session_id, ana))
    clock.ahead = made.session.starts_at - timedelta(hours=2) + timedelta(seconds=1) - datetime.now(UTC)

    async def cancelled() -> bool:
        return await desk.status(session_id, ana) == ["cancelled"]

    await until(cancelled)


async def test_a_standing_request_waits_in_every_full_class_that_matches_also_in_new_ones(
    engine: BookingService, desk: Desk, clock: Clock
) -> None:
    sessions = await desk.studio.sessions("Private")
    ana, bea = desk.studio.contact(1), desk.studio.contact(2)
    taken = [booked(await desk.book(session_id, ana)) for session_id in sessions]
    last = datetime.now(UTC).date() + timedelta(days=40)
    async with desk.studio.db.tenant(desk.studio.tenant_id) as connection:
        service_id = await connection.fetchval("SELECT id FROM booking.services WHERE name = 'Private'")
    wish = await desk.ask(
        msg.RequestStanding,
        contact=bea,
        service_ids=[service_id],
        first_day=datetime.now(UTC).date() + timedelta(days=2),
        last_day=last,
    )
    assert wish.request_id is not None
    waits = "request_id IS NOT NULL AND status = 'waiting'"
    before = await desk.studio.count("waitlist_entries", waits)
    assert before >= len(sessions) - 2

    # A week later the timetable goes on; a new class has room, so its first place is theirs.
    clock.forward(days=7)
    await engine.horizon.extend()

    async def promoted() -> bool:
        return (
            await desk.studio.count("bookings", f"customer_id = '{bea.customer_id}' AND status = 'confirmed'")
            == 1
        )

    await until(promoted)
    assert await desk.studio.count("standing_requests", "status = 'fulfilled'") == 1
    assert taken


async def test_an_alarm_that_nats_holds_rings_at_its_time(
    asleep: BookingService, desk: Desk, clock: Clock
) -> None:
    session_id, ana = await desk.private(), desk.studio.contact(1)
    held = booked(await desk.book(session_id, ana, hold=True), BookingStatus.HELD)
    clock.forward(
        minutes=9, seconds=59
    )  # a second before the end of the hold, which NATS counts by its own clock

    await asleep.alarms.set({(desk.studio.tenant_id, session_id): datetime.now(UTC) + timedelta(seconds=1)})
    clock.forward(seconds=2)

    async def lapsed() -> bool:
        return await desk.status_of(held.booking_id) == "expired"

    await until(lapsed)


async def test_one_tenants_ids_are_unknown_to_another(
    engine: BookingService, desk: Desk, other_studio: Studio
) -> None:
    session_id, ana = await desk.private(), desk.studio.contact(1)
    made = booked(await desk.book(session_id, ana))
    stranger = Desk(other_studio, desk.bus)

    refused(await stranger.book(session_id, other_studio.contact(1)), RefusalCode.NOT_FOUND)
    cancel = await stranger.ask(
        msg.CancelBooking, session_id=session_id, booking_id=made.booking_id, customer_id=ana.customer_id
    )
    refused(cancel, RefusalCode.NOT_FOUND)
    details = await desk.bus.query(
        subjects.query("booking", "get_session"),
        msg.GetSession(tenant_id=other_studio.tenant_id, session_id=session_id, for_business=True),
        msg.SessionDetails,
    )
    assert details.session is None
    assert details.attendees == ()
