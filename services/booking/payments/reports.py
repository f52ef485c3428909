"""Who hears of a change, and until when? `on_change` does, again and again, until somebody says that it was taken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.booking.payments import store
from services.booking.payments.port import PaymentStatus, RefundStatus
from services.booking.payments.progress import Payment, Refund
from shared.db import Database


@dataclass(frozen=True, slots=True)
class PaymentChanged:
    """How a payment stands now (not what happened: changes that nobody took in time are told as one).

    `amount`, `captured` and `refunded` are minor units; `link` is where the customer pays; `reason` is the processor's
    code when it failed, or when a card was declined while the link is still open (`status` is `created` then).
    """

    tenant_id: UUID
    payment_id: UUID
    booking_id: UUID
    session_id: UUID
    status: PaymentStatus
    amount: int
    currency: str
    captured: int
    refunded: int
    link: str | None
    reason: str | None
    revision: int


@dataclass(frozen=True, slots=True)
class RefundChanged:
    """A refund is done or has failed; a done one may still fail later, when the bank sends it back."""

    tenant_id: UUID
    refund_id: UUID
    payment_id: UUID
    booking_id: UUID
    session_id: UUID
    status: RefundStatus
    amount: int
    currency: str
    reason: str | None
    revision: int


Change = PaymentChanged | RefundChanged
"""What `on_change` gets. `revision` grows with every change of the row, so an older one can be told apart."""

OnChange = Callable[[Change], Awaitable[None]]
"""Passes a change on. It may fail or be lost: the change comes again until `reported`."""


class Reporter:
    """Tells about changes that nobody has taken yet, after growing pauses."""

    def __init__(
        self, db: Database, on_change: OnChange, *, again: timedelta, longest: timedelta, limit: int
    ) -> None:
        """`again` is the first pause before the same change is told again, `longest` the last one."""
        self._db = db
        self._on_change = on_change
        self._again = again
        self._longest = longest
        self._limit = limit

    async def report(self, now: datetime) -> int:
        """Tell what is due; returns how many changes were told. Raises what `on_change` raises."""
        pauses = (self._again, self._longest)
        payments = await store.payment_reports(self._db, now, self._limit, *pauses)
        for payment in payments:
            await self._on_change(payment_changed(payment))
        refunds = await store.refund_reports(self._db, now, self._limit, *pauses)
        for refund in refunds:
            async with self._db.tenant(refund.tenant_id) as connection:
                found = await store.read_payment(connection, (refund.tenant_id, refund.payment_id))
            if found is not None:
                await self._on_change(refund_changed(refund, found))
        return len(payments) + len(refunds)

    async def reported(self, change: Change) -> None:
        """The change was taken for good; a later one of the same row is still told."""
        async with self._db.tenant(change.tenant_id) as connection:
            if isinstance(change, PaymentChanged):
                key, table = (change.tenant_id, change.payment_id), "payments"
            else:
                key, table = (change.tenant_id, change.refund_id), "refunds"
            await store.settle_report(connection, table, key, change.revision)


def payment_changed(payment: Payment) -> PaymentChanged:
    """How the payment stands now."""
    return PaymentChanged(
        tenant_id=payment.tenant_id,
        payment_id=payment.id,
        booking_id=payment.booking_id,
        session_id=payment.session_id,
        status=payment.status,
        amount=payment.amount,
        currency=payment.currency,
        captured=payment.captured,
        refunded=payment.refunded,
        link=payment.link,
        reason=payment.error,
        revision=payment.revision,
    )


def refund_changed(refund: Refund, payment: Payment) -> RefundChanged:
    """How the refund stands now."""
    return RefundChanged(
        tenant_id=refund.tenant_id,
        refund_id=refund.id,
        payment_id=payment.id,
        booking_id=payment.booking_id,
        session_id=payment.session_id,
        status=refund.status,
        amount=refund.amount,
        currency=payment.currency,
        reason=refund.error,
        revision=refund.revision,
    )
