"""How is the rare written? Passes, promo codes, payments, requests, people: one statement for each event, in order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never
from uuid import UUID

from services.booking import people, people_merge
from services.booking import statements as sql
from services.booking.domain import events as ev
from services.booking.payments import desk
from shared.db import Connection
from shared.ids import derive
from shared.telemetry import get_logger

_log = get_logger("booking")

RETURN_URL = ""
"""Where a checkout leads back to; a chat needs none."""


async def write_others(
    connection: Connection,
    events: Sequence[tuple[UUID, ev.Rare]],
    now: datetime,
    *,
    promo: str,
    pass_guard: str,
) -> bool:
    """Write these events' rows; False when one of them rests on something that has changed since."""
    for tenant_id, event in events:
        if not await _write(connection, tenant_id, event, now, promo, pass_guard):
            return False
    return True


async def _write(
    connection: Connection, tenant_id: UUID, event: ev.Rare, now: datetime, promo: str, pass_guard: str
) -> bool:
    match event:
        case ev.PromoUsed(promo_id=promo_id, change=change, expected=expected):
            done = await connection.execute(promo, tenant_id, promo_id, expected, change)
            return done == "UPDATE 1"
        case ev.PaymentAsked():
            await desk.add_payments(connection, [_payment(tenant_id, event)], now)
        case ev.PaymentDropped(payment_id):
            await desk.give_up(connection, tenant_id, payment_id, now)
        case ev.RefundAsked():
            await _refund(connection, tenant_id, event, now)
        case ev.StandingChanged():
            await connection.execute(
                sql.PUT_STANDING, tenant_id, event.request_id, event.customer_id, event.wish or "{}", event.status,
                event.at,
            )  # fmt: skip
        case ev.PassChanged():
            return await people.apply_pass_changed(connection, tenant_id, event, now, guard=pass_guard)
        case ev.CustomerChanged():
            return await people.apply_customer_changed(connection, tenant_id, event)
        case ev.IdentityLinked():
            return await people_merge.apply_identity_linked(connection, tenant_id, event)
        case ev.CustomerErased():
            return await people_merge.apply_customer_erased(connection, tenant_id, event)
        case ev.RowsWritten(statement, rows):
            await connection.executemany(statement, rows)
        case _:
            assert_never(event)
    return True


async def _refund(connection: Connection, tenant_id: UUID, event: ev.RefundAsked, now: datetime) -> None:
    """Spread a refund over the booking's payments (a difference was paid by one of its own), each as far as it goes."""
    rows = await connection.fetch(sql.REFUNDABLE, tenant_id, event.booking_id, event.payment_id)
    missing = event.amount
    for row in rows:
        part = min(missing, row["refundable"])
        if part > 0:
            refund_id = derive("refund", event.refund_id, row["id"])
            answer = await desk.request_refund(connection, tenant_id, refund_id, row["id"], part, now)
            if isinstance(answer, desk.RefundRefused):
                _log.error("refund_refused", payment=str(row["id"]), code=answer.code)
                continue
            missing -= part
    if missing:
        _log.error(
            "refund_not_covered", booking=str(event.booking_id), missing=missing
        )  # `usher audit` shows it


def _payment(tenant_id: UUID, event: ev.PaymentAsked) -> desk.NewPayment:
    return desk.NewPayment(
        tenant_id=tenant_id,
        id=event.payment_id,
        booking_id=event.booking_id,
        session_id=event.session_id,
        customer_id=event.customer_id,
        amount=event.amount,
        currency=event.currency,
        description=event.description,
        return_url=RETURN_URL,
        expires_at=event.expires_at,
    )
