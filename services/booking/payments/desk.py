"""What may the booking rules ask of a payment? Each runs in the caller's transaction; the runner acts after its commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.booking.payments import store
from services.booking.payments.port import RefundStatus
from services.booking.payments.progress import Payment, Refund
from shared.db import Connection


@dataclass(frozen=True, slots=True)
class NewPayment:
    """A card payment to ask the customer for; `amount` is in minor units of `currency`.

    Everything in it goes to the processor under `id` and must be the same whenever that id is used.
    """

    tenant_id: UUID
    id: UUID
    booking_id: UUID
    session_id: UUID
    customer_id: UUID
    amount: int
    currency: str
    description: str
    return_url: str
    expires_at: datetime
    auto_capture: bool = True
    method: str = "card"


class RefundRefusal(StrEnum):
    """Why no refund was requested."""

    PAYMENT_UNKNOWN = "payment_unknown"
    REFUND_UNKNOWN = "refund_unknown"
    REFUND_PENDING = "refund_pending"  # wait for its end
    REFUND_DONE = "refund_done"  # the money went back
    REFUND_DIFFERS = "refund_differs"  # same id, other payment or amount: use a new id
    REFUND_EXCEEDS = "refund_exceeds"  # more than is left of what was captured


@dataclass(frozen=True, slots=True)
class RefundAccepted:
    """It will be sent to the processor."""

    refund_id: UUID


@dataclass(frozen=True, slots=True)
class RefundStored:
    """This refund was settled before; here is how. A failed one needs an explicit `retry_refund`."""

    refund_id: UUID
    status: RefundStatus
    reference: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class RefundRefused:
    """Nothing was requested."""

    code: RefundRefusal


RefundAnswer = RefundAccepted | RefundStored | RefundRefused


async def add_payments(connection: Connection, payments: Sequence[NewPayment], now: datetime) -> None:
    """Ask for these payments; an id that exists changes nothing."""
    if not payments:
        return
    await connection.execute(
        "INSERT INTO booking.payments (tenant_id, id, booking_id, session_id, customer_id, method, amount, currency,"
        " description, return_url, auto_capture, expires_at, created_at, next_attempt_at)"
        " SELECT r.*, $13, $13 FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[],"
        " $7::bigint[], $8::text[], $9::text[], $10::text[], $11::boolean[], $12::timestamptz[]) AS r"
        " ON CONFLICT DO NOTHING",
        [p.tenant_id for p in payments],
        [p.id for p in payments],
        [p.booking_id for p in payments],
        [p.session_id for p in payments],
        [p.customer_id for p in payments],
        [p.method for p in payments],
        [p.amount for p in payments],
        [p.currency for p in payments],
        [p.description for p in payments],
        [p.return_url for p in payments],
        [p.auto_capture for p in payments],
        [p.expires_at for p in payments],
        now,
    )


async def give_up(connection: Connection, tenant_id: UUID, payment_id: UUID, now: datetime) -> None:
    """The booking no longer wants this payment: close its link or release the money. Captured money stays.

    (A capture that wins the race is reported like any other; the session's actor then decides on a refund.)
    """
    await connection.execute(
        "UPDATE booking.payments SET wish = 'void', next_attempt_at = $3"
        " WHERE tenant_id = $1 AND id = $2 AND wish <> 'void'"
        " AND status IN ('requested', 'created', 'authorised')",
        tenant_id,
        payment_id,
        now,
    )


async def take(connection: Connection, tenant_id: UUID, payment_id: UUID, now: datetime) -> None:
    """Capture the money as soon as it is authorised (for payments without `auto_capture`); giving up is final."""
    await connection.execute(
        "UPDATE booking.payments SET wish = 'capture',"
        " next_attempt_at = CASE WHEN status = 'authorised' THEN $3 ELSE next_attempt_at END"
        " WHERE tenant_id = $1 AND id = $2 AND wish = 'pay'",
        tenant_id,
        payment_id,
        now,
    )


async def request_refund(
    connection: Connection, tenant_id: UUID, refund_id: UUID, payment_id: UUID, amount: int, now: datetime
) -> RefundAnswer:
    """Give `amount` (minor units) of a payment back, once per `refund_id`.

    Raises ValueError unless `amount` is positive.
    """
    if amount <= 0:
        raise ValueError(f"A refund must be positive, not {amount}.")
    payment = await store.read_payment(connection, (tenant_id, payment_id), lock=True)
    if payment is None:
        return RefundRefused(RefundRefusal.PAYMENT_UNKNOWN)
    before = await store.read_refund(connection, (tenant_id, refund_id))
    if before is not None:
        return _again(before, payment_id, amount)
    if amount > await _left(connection, payment):
        return RefundRefused(RefundRefusal.REFUND_EXCEEDS)
    new = Refund(tenant_id, refund_id, payment_id, amount, next_attempt_at=now)
    await store.write_refund(connection, new, report_due_at=None)
    return RefundAccepted(refund_id)


async def retry_refund(
    connection: Connection, tenant_id: UUID, refund_id: UUID, now: datetime
) -> RefundAccepted | RefundRefused:
    """Send a failed refund again, under a new key. Somebody must ask for it: a failure is never retried by itself."""
    found = await store.read_refund(connection, (tenant_id, refund_id))
    if found is None:
        return RefundRefused(RefundRefusal.REFUND_UNKNOWN)
    payment = await store.read_payment(connection, (tenant_id, found.payment_id), lock=True)
    refund = await store.read_refund(connection, (tenant_id, refund_id))  # as it is under the lock
    if payment is None or refund is None:
        return RefundRefused(RefundRefusal.REFUND_UNKNOWN)
    if refund.status is RefundStatus.DONE:
        return RefundRefused(RefundRefusal.REFUND_DONE)
    if refund.status is not RefundStatus.FAILED:
        return RefundRefused(RefundRefusal.REFUND_PENDING)
    if refund.amount > await _left(connection, payment):
        return RefundRefused(RefundRefusal.REFUND_EXCEEDS)
    again = replace(
        refund,
        status=RefundStatus.REQUESTED,
        round=refund.round + 1,
        reference=None,
        error=None,
        attempts=0,
        next_attempt_at=now,
    )
    await store.write_refund(connection, again, report_due_at=None)
    return RefundAccepted(refund_id)


def _again(before: Refund, payment_id: UUID, amount: int) -> RefundAnswer:
    if (before.payment_id, before.amount) != (payment_id, amount):
        return RefundRefused(RefundRefusal.REFUND_DIFFERS)
    if before.status in (RefundStatus.DONE, RefundStatus.FAILED):
        return RefundStored(before.id, before.status, before.reference, before.error)
    return RefundRefused(RefundRefusal.REFUND_PENDING)


async def _left(connection: Connection, payment: Payment) -> int:
    key = (payment.tenant_id, payment.id)
    return payment.captured - await store.refunded_total(connection, key, with_open=True)
