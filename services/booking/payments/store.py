"""How payments and refunds are read, claimed and written: the SQL of this package's runner."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from services.booking.payments.port import PaymentStatus, RefundStatus
from services.booking.payments.progress import Payment, Refund, Wish
from shared.db import Connection, Database

Key = tuple[UUID, UUID]
"""A tenant's id and a row's id."""

_PAYMENT = (
    "tenant_id", "id", "booking_id", "session_id", "customer_id", "method", "amount", "currency", "description",
    "return_url", "auto_capture", "expires_at", "created_at", "wish", "status", "reference", "link", "captured",
    "refunded", "error", "declined_at", "attempts", "next_attempt_at", "revision",
)  # fmt: skip
_REFUND = (
    "tenant_id", "id", "payment_id", "amount", "status", "round", "reference", "error", "attempts",
    "next_attempt_at", "revision",
)  # fmt: skip

# FOR UPDATE SKIP LOCKED: two runners never claim the same row, and neither waits for the other. The claim is a
# lease and holds no lock during the call: a runner that dies leaves a row that is due again when the lease ends.
_CLAIM = (
    "UPDATE booking.{table} p SET attempts = p.attempts + 1, next_attempt_at = $1::timestamptz + $3::interval"
    " FROM (SELECT tenant_id, id FROM booking.{table} WHERE next_attempt_at <= $1"
    "       ORDER BY next_attempt_at LIMIT $2 FOR UPDATE SKIP LOCKED) d"
    " WHERE p.tenant_id = d.tenant_id AND p.id = d.id RETURNING {columns}"
)
_CLAIM_REPORTS = (
    "UPDATE booking.{table} p SET report_attempts = p.report_attempts + 1,"
    " report_due_at = $1::timestamptz"
    " + least($3::interval * 2 ^ least(p.report_attempts, 20), $4::interval)"
    " FROM (SELECT tenant_id, id FROM booking.{table} WHERE report_due_at <= $1"
    "       ORDER BY report_due_at LIMIT $2 FOR UPDATE SKIP LOCKED) d"
    " WHERE p.tenant_id = d.tenant_id AND p.id = d.id RETURNING {columns}"
)


def _columns(names: tuple[str, ...]) -> str:
    return ", ".join(f"p.{name}" for name in names)


def payment_of(row: asyncpg.Record) -> Payment:
    """The value of a row of `booking.payments`."""
    values = {name: row[name] for name in _PAYMENT}
    return Payment(**values | {"wish": Wish(row["wish"]), "status": PaymentStatus(row["status"])})


def refund_of(row: asyncpg.Record) -> Refund:
    """The value of a row of `booking.refunds`."""
    return Refund(**{name: row[name] for name in _REFUND} | {"status": RefundStatus(row["status"])})


async def claim_payments(db: Database, now: datetime, limit: int, lease: timedelta) -> list[Payment]:
    """Payments that are due, of all tenants; nobody else gets them until the lease ends."""
    sql = _CLAIM.format(table="payments", columns=_columns(_PAYMENT))
    async with db.system() as connection:
        return [payment_of(row) for row in await connection.fetch(sql, now, limit, lease)]


async def claim_refunds(db: Database, now: datetime, limit: int, lease: timedelta) -> list[Refund]:
    """Refunds that are due, of all tenants; nobody else gets them until the lease ends."""
    sql = _CLAIM.format(table="refunds", columns=_columns(_REFUND))
    async with db.system() as connection:
        return [refund_of(row) for row in await connection.fetch(sql, now, limit, lease)]


async def payment_reports(
    db: Database, now: datetime, limit: int, pause: timedelta, longest: timedelta
) -> list[Payment]:
    """Payments whose last change nobody took yet; their next report is put off, longer each time."""
    sql = _CLAIM_REPORTS.format(table="payments", columns=_columns(_PAYMENT))
    async with db.system() as connection:
        return [payment_of(row) for row in await connection.fetch(sql, now, limit, pause, longest)]


async def refund_reports(
    db: Database, now: datetime, limit: int, pause: timedelta, longest: timedelta
) -> list[Refund]:
    """Refunds whose last change nobody took yet; their next report is put off, longer each time."""
    sql = _CLAIM_REPORTS.format(table="refunds", columns=_columns(_REFUND))
    async with db.system() as connection:
        return [refund_of(row) for row in await connection.fetch(sql, now, limit, pause, longest)]


async def tenant_of(db: Database, payment_id: UUID) -> UUID | None:
    """Whose payment this is; callbacks do not say."""
    async with db.system() as connection:
        found: UUID | None = await connection.fetchval(
            "SELECT tenant_id FROM booking.payments WHERE id = $1", payment_id
        )
    return found


async def read_payment(connection: Connection, key: Key, *, lock: bool = False) -> Payment | None:
    """One payment; with `lock` nobody else changes it until the transaction ends."""
    row = await connection.fetchrow(
        f"SELECT {_columns(_PAYMENT)} FROM booking.payments p WHERE tenant_id = $1 AND id = $2"  # noqa: S608
        + (" FOR UPDATE" if lock else ""),
        *key,
    )
    return payment_of(row) if row else None


async def read_refund(connection: Connection, key: Key) -> Refund | None:
    """One refund. Whoever wants to change it locks its payment first, so refunds need no lock of their own."""
    row = await connection.fetchrow(
        f"SELECT {_columns(_REFUND)} FROM booking.refunds p WHERE tenant_id = $1 AND id = $2",  # noqa: S608
        *key,
    )
    return refund_of(row) if row else None


async def write_payment(connection: Connection, payment: Payment, report_due_at: datetime) -> None:
    """Store what was learnt, one revision further, to be reported from `report_due_at` on."""
    await connection.execute(
        "UPDATE booking.payments SET status = $3, reference = $4, link = $5, captured = $6, refunded = $7,"
        " error = $8, declined_at = $9, attempts = $10, next_attempt_at = $11, revision = revision + 1,"
        " report_attempts = 0, report_due_at = $12 WHERE tenant_id = $1 AND id = $2",
        payment.tenant_id,
        payment.id,
        payment.status,
        payment.reference,
        payment.link,
        payment.captured,
        payment.refunded,
        payment.error,
        payment.declined_at,
        payment.attempts,
        payment.next_attempt_at,
        report_due_at,
    )


async def write_refund(connection: Connection, refund: Refund, report_due_at: datetime | None) -> None:
    """Store what was learnt of a refund, one revision further."""
    await connection.execute(
        "INSERT INTO booking.refunds AS r (tenant_id, id, payment_id, amount, status, round, reference, error,"
        " attempts, next_attempt_at, revision, report_due_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11)"
        " ON CONFLICT (tenant_id, id) DO UPDATE SET status = $5, round = $6, reference = $7, error = $8,"
        " attempts = $9, next_attempt_at = $10, revision = r.revision + 1, report_attempts = 0,"
        " report_due_at = $11",
        refund.tenant_id,
        refund.id,
        refund.payment_id,
        refund.amount,
        refund.status,
        refund.round,
        refund.reference,
        refund.error,
        refund.attempts,
        refund.next_attempt_at,
        report_due_at,
    )


async def refunded_total(connection: Connection, key: Key, *, with_open: bool = False) -> int:
    """What has been given back of a payment; with `with_open` also what is on its way."""
    statuses = [RefundStatus.DONE]
    if with_open:
        statuses += [RefundStatus.REQUESTED, RefundStatus.PENDING]
    total = await connection.fetchval(
        "SELECT coalesce(sum(amount), 0)::bigint FROM booking.refunds"
        " WHERE tenant_id = $1 AND payment_id = $2 AND status = ANY ($3)",
        *key,
        statuses,
    )
    return int(total)


async def put_off(
    connection: Connection, table: str, row: Payment | Refund, until: datetime | None, error: str | None
) -> None:
    """Set when a claimed row is due again, unless somebody else did so since the claim."""
    keep = " AND declined_at IS NULL" if table == "payments" else ""
    await connection.execute(
        f"UPDATE booking.{table} SET next_attempt_at = $4,"  # noqa: S608
        f" error = CASE WHEN $5::text IS NOT NULL{keep} THEN $5 ELSE error END"
        " WHERE tenant_id = $1 AND id = $2 AND next_attempt_at = $3",
        row.tenant_id,
        row.id,
        row.next_attempt_at,
        until,
        error,
    )


async def settle_report(connection: Connection, table: str, key: Key, revision: int) -> None:
    """The change with this revision was taken; a later one stays to be reported."""
    await connection.execute(
        f"UPDATE booking.{table} SET report_due_at = NULL"  # noqa: S608
        " WHERE tenant_id = $1 AND id = $2 AND revision = $3",
        *key,
        revision,
    )
