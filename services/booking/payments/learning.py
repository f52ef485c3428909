"""How does news about a payment get into its row? Under the row's lock, through the pure rules, so order does not matter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.booking.payments import store
from services.booking.payments.port import RefundState, RefundStatus
from services.booking.payments.progress import (
    Learnt,
    Pauses,
    Payment,
    Refund,
    advance,
    advance_refund,
    due_after_change,
    refund_due,
    settled,
)
from shared.db import Connection, Database
from shared.ids import derive


class Ledger:
    """Writes what the processor says, whoever brings it (an answer, a look, a callback)."""

    def __init__(self, db: Database, clock: Callable[[], datetime], pauses: Pauses) -> None:
        self._db = db
        self._clock = clock
        self._pauses = pauses

    async def learn(self, key: store.Key, news: Learnt | None, refunds: tuple[RefundState, ...] = ()) -> bool:
        """Add news about one payment and its refunds; true when anything changed."""
        async with self._db.tenant(key[0]) as connection:
            payment = await store.read_payment(connection, key, lock=True)
            if payment is None:
                return False
            changed = [await self._learn_refund(connection, payment, state) for state in refunds]
            known = payment if news is None else advance(payment, news)
            if any(changed):
                known = settled(replace(known, refunded=await store.refunded_total(connection, key)))
            if known != payment:
                await self._write(connection, payment, known)
            return known != payment or any(changed)

    async def _write(self, connection: Connection, before: Payment, known: Payment) -> None:
        now = self._clock()
        # A decline or a changed total needs no call; only a new status starts the pauses from the beginning.
        if known.status is not before.status:
            known = replace(known, attempts=0)
            known = replace(known, next_attempt_at=due_after_change(known, now, self._pauses))
        await store.write_payment(connection, known, report_due_at=now)

    async def _learn_refund(self, connection: Connection, payment: Payment, state: RefundState) -> bool:
        now = self._clock()
        refund_id = state.refund_id or foreign_refund_id(payment.id, state.reference)
        refund = await store.read_refund(connection, (payment.tenant_id, refund_id))
        if refund is None:
            # Made in the processor's own console: it counts, or we would give the same money back twice.
            refund = Refund(payment.tenant_id, refund_id, payment.id, state.amount, round=state.round)
        if refund.payment_id != payment.id:
            return False
        known = advance_refund(refund, state)
        if known == refund:
            return False
        known = replace(known, attempts=0)
        known = replace(known, next_attempt_at=refund_due(known, now, self._pauses, failed=False))
        is_news = known.status in (RefundStatus.DONE, RefundStatus.FAILED)
        await store.write_refund(connection, known, report_due_at=now if is_news else None)
        return True


def foreign_refund_id(payment_id: UUID, reference: str) -> UUID:
    """The id of a refund that nobody asked for through us."""
    return derive("refund", payment_id, reference)
