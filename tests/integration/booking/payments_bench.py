"""What the payment tests share: the two tables, a studio's payments on them, and processors that die or wait."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg

from services.booking.payments import desk, store
from services.booking.payments.ddl import PAYMENTS, REFUNDS, SYSTEM_PRIVILEGES
from services.booking.payments.desk import NewPayment, RefundAnswer
from services.booking.payments.emulator import Emulator
from services.booking.payments.emulator_script import Card, Chances
from services.booking.payments.port import (
    CardProcessor,
    Created,
    PaymentRequest,
    RefundRequest,
    RefundState,
    Snapshot,
)
from services.booking.payments.progress import Payment, Refund
from services.booking.payments.reports import Change
from services.booking.payments.runner import PaymentRunner, Times
from shared.db import SYSTEM_ROLE, Database
from shared.settings import Settings
from tests.unit.booking.payments.clock import StandingClock

_MINE = "tenant_id = ANY (string_to_array(nullif(current_setting('app.tenants', true), ''), ',')::uuid[])"


async def payment_tables(settings: Settings) -> AsyncIterator[None]:
    """Both tables, empty. Made here (and dropped again) as long as no migration makes them."""
    owner = await asyncpg.connect(settings.database_owner_url)
    made = await owner.fetchval("SELECT to_regclass('booking.payments') IS NULL")
    if made:
        role = (settings.database_url or "").partition("://")[2].partition(":")[0]
        for statement in (*PAYMENTS, *REFUNDS):
            await owner.execute(statement)
        for table in ("booking.payments", "booking.refunds"):
            await owner.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            await owner.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            await owner.execute(f"CREATE POLICY tenant ON {table} USING ({_MINE}) WITH CHECK ({_MINE})")
            await owner.execute(f"CREATE POLICY system ON {table} TO {SYSTEM_ROLE} USING (true)")
            await owner.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO "{role}"')
            await owner.execute(f"GRANT {SYSTEM_PRIVILEGES} ON {table} TO {SYSTEM_ROLE}")
    await owner.execute("TRUNCATE booking.payments, booking.refunds")
    yield
    if made:
        await owner.execute("DROP TABLE booking.refunds, booking.payments")
    else:
        await owner.execute("TRUNCATE booking.payments, booking.refunds")
    await owner.close()


class Died(BaseException):
    """The process was killed here: nothing of ours catches it."""


class Through:
    """A processor that passes everything on; the base of those that do something on the way."""

    def __init__(self, bank: CardProcessor) -> None:
        self.bank = bank

    async def create(self, request: PaymentRequest) -> Created:
        return await self.bank.create(request)

    async def capture(self, reference: str) -> Snapshot:
        return await self.bank.capture(reference)

    async def void(self, reference: str) -> Snapshot:
        return await self.bank.void(reference)

    async def refund(self, request: RefundRequest) -> RefundState:
        return await self.bank.refund(request)

    async def status(self, reference: str) -> Snapshot:
        return await self.bank.status(reference)


class Waiting(Through):
    """A processor that is slow to create and to say how things stand: it answers once it is let."""

    def __init__(self, bank: CardProcessor) -> None:
        super().__init__(bank)
        self.asked = asyncio.Event()
        self.let = asyncio.Event()

    async def create(self, request: PaymentRequest) -> Created:
        await self._until_let()
        return await self.bank.create(request)

    async def status(self, reference: str) -> Snapshot:
        await self._until_let()
        return await self.bank.status(reference)

    async def _until_let(self) -> None:
        self.asked.set()
        await self.let.wait()


class DyingBefore(Through):
    """The process dies as it is about to call."""

    async def create(self, request: PaymentRequest) -> Created:
        raise Died

    async def refund(self, request: RefundRequest) -> RefundState:
        raise Died


class DyingAfter(Through):
    """The process dies between the call and storing what it said."""

    async def create(self, request: PaymentRequest) -> Created:
        await self.bank.create(request)
        raise Died

    async def capture(self, reference: str) -> Snapshot:
        await self.bank.capture(reference)
        raise Died

    async def refund(self, request: RefundRequest) -> RefundState:
        await self.bank.refund(request)
        raise Died


@dataclass
class Till:
    """One tenant's payments, a bank (the emulator) and a runner, all on one clock."""

    db: Database
    chances: Chances = field(default_factory=Chances)
    seed: int = 1
    tenant_id: UUID = field(default_factory=uuid4)
    clock: StandingClock = field(default_factory=StandingClock)
    changes: list[Change] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bank = Emulator(self.clock, random.Random(self.seed), chances=self.chances)
        self.runner = self.another()

    def another(self, processor: CardProcessor | None = None, times: Times | None = None) -> PaymentRunner:
        """A runner in another process; its processor may be a bad one."""

        async def on_change(change: Change) -> None:
            self.changes.append(change)

        return PaymentRunner(self.db, processor or self.bank, self.clock, on_change, times)

    def new(self, **changes: object) -> NewPayment:
        asked = NewPayment(
            tenant_id=self.tenant_id,
            id=uuid4(),
            booking_id=uuid4(),
            session_id=uuid4(),
            customer_id=uuid4(),
            amount=1500,
            currency="EUR",
            description="Yoga, Tuesday 19:00",
            return_url="https://studio.example/thanks",
            expires_at=self.clock() + timedelta(minutes=30),
        )
        return replace(asked, **changes)  # type: ignore[arg-type]  # the caller names fields of NewPayment

    async def ask(self, **changes: object) -> UUID:
        """A committed request for a payment."""
        asked = self.new(**changes)
        async with self.db.tenant(self.tenant_id) as connection:
            await desk.add_payments(connection, [asked], self.clock())
        return asked.id

    async def link(self, **changes: object) -> tuple[UUID, str]:
        """A payment whose link the customer has."""
        payment_id = await self.ask(**changes)
        await self.runner.run_once()
        link = (await self.payment(payment_id)).link
        assert link
        return payment_id, link

    async def paid(self, card: Card = Card.GOOD, **changes: object) -> UUID:
        """A payment that the customer made and we know of."""
        payment_id, link = await self.link(**changes)
        self.bank.pay(link, card)
        await self.news()
        return payment_id

    async def news(self) -> None:
        """The callbacks that are due arrive."""
        await self.bank.deliver(self.runner.record_callback)

    async def give_up(self, payment_id: UUID) -> None:
        async with self.db.tenant(self.tenant_id) as connection:
            await desk.give_up(connection, self.tenant_id, payment_id, self.clock())

    async def take(self, payment_id: UUID) -> None:
        async with self.db.tenant(self.tenant_id) as connection:
            await desk.take(connection, self.tenant_id, payment_id, self.clock())

    async def refund(self, payment_id: UUID, amount: int, refund_id: UUID | None = None) -> RefundAnswer:
        async with self.db.tenant(self.tenant_id) as connection:
            return await desk.request_refund(
                connection, self.tenant_id, refund_id or uuid4(), payment_id, amount, self.clock()
            )

    async def retry(self, refund_id: UUID) -> RefundAnswer:
        async with self.db.tenant(self.tenant_id) as connection:
            return await desk.retry_refund(connection, self.tenant_id, refund_id, self.clock())

    async def payment(self, payment_id: UUID) -> Payment:
        async with self.db.tenant(self.tenant_id) as connection:
            found = await store.read_payment(connection, (self.tenant_id, payment_id))
        assert found is not None
        return found

    async def refund_row(self, refund_id: UUID) -> Refund:
        async with self.db.tenant(self.tenant_id) as connection:
            found = await store.read_refund(connection, (self.tenant_id, refund_id))
        assert found is not None
        return found

    async def refunds_of(self, payment_id: UUID) -> int:
        async with self.db.tenant(self.tenant_id) as connection:
            return int(
                await connection.fetchval(
                    "SELECT count(*) FROM booking.refunds WHERE payment_id = $1", payment_id
                )
            )

    def calls(self, operation: str) -> list[object]:
        """What the bank was asked to do, each time it worked on it."""
        return [asked for name, asked in self.bank.calls if name == operation]
