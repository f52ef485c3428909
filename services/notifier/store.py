"""Where is kept what was told to whom? Every SQL statement of the notifier; each method is one transaction.

Each returns the messages to publish now that they are committed, in the order in which people must get them.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.notifier.domain import calendar
from services.notifier.domain.order import ENDS, Told, outdated
from services.notifier.domain.plan import CONFIRMED, Notice, about, notice_id, plan
from services.notifier.domain.receipts import (
    RECEIPT,
    ReceiptRequest,
    notice_again,
    plan_receipt,
    receipt_notice,
)
from services.notifier.forgetting import lock_name
from shared import subjects
from shared.db import Connection, Database
from shared.messages.booking import BookingConfirmed, BookingEvent
from shared.messages.conversation import DocumentBody
from shared.messages.media import ReceiptReady
from shared.messages.receipts import ReceiptSent, SendReceipt
from shared.outbox import Outgoing, TableOutbox

# Who was forgotten after it happened is not told of it any more (`forgetting.py`).
_INSERT_NOTICE = """
    INSERT INTO notifier.notifications
        (tenant_id, id, event_id, booking_id, recipient_id, purpose, conversation_id, body, entry_id, event_at)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10
    WHERE NOT EXISTS (SELECT FROM notifier.forgotten f
        WHERE f.tenant_id = $1 AND f.customer_id = $5 AND f.at >= $10)
    ON CONFLICT DO NOTHING RETURNING id"""

# One SELECT for each of the two ids, so that each finds its index. The lock: the recipient is not forgotten meanwhile, or
# it is known when the notice is inserted.
_TOLD = """
    SELECT pg_advisory_xact_lock_shared(hashtextextended('notifier.forgotten' || $4, 0)),
           EXISTS (SELECT 1 FROM notifier.notifications
                   WHERE tenant_id = $1 AND booking_id = $2 AND purpose = ANY($3::text[]))
           OR EXISTS (SELECT 1 FROM notifier.notifications
                      WHERE tenant_id = $1 AND entry_id = $2 AND purpose = ANY($3::text[])) AS over,
           (SELECT changed_at FROM notifier.calendars WHERE tenant_id = $1 AND booking_id = $2) AS changed_at"""

_INTO_CALENDAR = """
    INSERT INTO notifier.calendars AS c (tenant_id, booking_id, changed_at) VALUES ($1, $2, $3)
    ON CONFLICT (tenant_id, booking_id) DO UPDATE
    SET sequence = c.sequence + 1, changed_at = greatest(c.changed_at, excluded.changed_at)"""

_OUT_OF_CALENDAR = """
    UPDATE notifier.calendars SET sequence = sequence + 1, changed_at = greatest(changed_at, $3)
    WHERE tenant_id = $1 AND booking_id = $2"""

_INSERT_RECEIPT = """
    INSERT INTO notifier.receipts (tenant_id, receipt_id, booking_id, event_id, data)
    VALUES ($1, $2, $3, $4, $5::jsonb) ON CONFLICT DO NOTHING"""

_RECEIPT_IS_READY = """
    UPDATE notifier.receipts SET state = 'ready', ready_at = now()
    WHERE tenant_id = $1 AND receipt_id = $2 AND state = 'requested' RETURNING data"""

# What was sent before, whatever asked for it: the file, its name, what was said with it.
_NEWEST_RECEIPT = """
    SELECT r.state, r.data,
        (SELECT n.body FROM notifier.notifications n WHERE n.tenant_id = $1 AND n.booking_id = $2
            AND n.purpose = $3 AND n.body ? 'file' ORDER BY n.created_at DESC LIMIT 1) AS body
    FROM notifier.receipts r WHERE r.tenant_id = $1 AND r.booking_id = $2
    ORDER BY r.created_at DESC LIMIT 1 FOR SHARE OF r"""

_DELETE_OUTGOING = "DELETE FROM notifier.outbox WHERE tenant_id = $1 AND id = $2"

_UNCONFIRMED = "SELECT tenant_id, id, subject, payload FROM notifier.outbox WHERE tenant_id = $1 AND id = $2"


class NotifierStore:
    """The notifier's tables. Raises asyncpg's errors; see `shared.db.is_transient`."""

    def __init__(self, db: Database, outbox: TableOutbox) -> None:
        self._db = db
        self._outbox = outbox

    async def tell(self, event: BookingEvent) -> Sequence[Outgoing]:
        """Store what this event calls for: messages, a receipt's job. Nothing when it was told before."""
        async with self._db.tenant(event.tenant_id) as connection:
            if outdated(event, await self._told(connection, event)):
                # It got lost and came again after what followed it was told: "booked" would be untrue.
                return []
            outgoing = [
                outgoing_notice(notice) for notice in plan(event) if await self._insert(connection, notice)
            ]
            if outgoing:
                await self._count_change(connection, event)
            if outgoing and isinstance(event, BookingConfirmed):
                outgoing.append(await self._ask_for_receipt(connection, plan_receipt(event)))
            await self._outbox.add(connection, outgoing)
        return outgoing

    async def receipt_ready(self, ready: ReceiptReady) -> Sequence[Outgoing]:
        """Store the receipt's message and close its job. Nothing when that was done, or nobody asked here.

        A confirmation that the gateway has not acknowledged comes first once more: it must not arrive later.
        """
        async with self._db.tenant(ready.tenant_id) as connection:
            data = await connection.fetchval(_RECEIPT_IS_READY, ready.tenant_id, ready.reply_token)
            if data is None:
                return []
            request = ReceiptRequest.model_validate_json(data)
            await connection.execute(_DELETE_OUTGOING, ready.tenant_id, request.job_id)
            notice = receipt_notice(request, ready.file)
            if not await self._insert(connection, notice):
                return []
            outgoing = outgoing_notice(notice)
            await self._outbox.add(connection, [outgoing])
            earlier = await self._unconfirmed_confirmation(connection, request)
        return [*earlier, outgoing]

    async def send_again(self, job: SendReceipt) -> tuple[ReceiptSent, Sequence[Outgoing]]:
        """Store the message of a receipt that was sent before, for whoever asks now; nothing new for the same request."""
        async with self._db.tenant(job.tenant_id) as connection:
            row = await connection.fetchrow(_NEWEST_RECEIPT, job.tenant_id, job.booking_id, RECEIPT)
            if row is None:
                return ReceiptSent(status="none"), []
            if row["body"] is None or row["state"] == "requested":
                return ReceiptSent(status="coming"), []
            request = ReceiptRequest.model_validate_json(row["data"])
            notice = notice_again(job, request, DocumentBody.model_validate_json(row["body"]))
            if not await self._insert(connection, notice):
                return ReceiptSent(status="sent"), []
            outgoing = outgoing_notice(notice)
            await self._outbox.add(connection, [outgoing])
        return ReceiptSent(status="sent"), [outgoing]

    async def _insert(self, connection: Connection, notice: Notice) -> bool:
        inserted = await connection.fetchval(
            _INSERT_NOTICE,
            notice.tenant_id,
            notice.id,
            notice.event_id,
            notice.booking_id,
            notice.contact.customer_id,
            notice.purpose,
            notice.contact.conversation_id,
            notice.body.model_dump_json(exclude_none=True),
            notice.entry_id,
            notice.at,
        )
        return inserted is not None

    async def _told(self, connection: Connection, event: BookingEvent) -> Told:
        recipient = lock_name(event.tenant_id, event.contact.customer_id)
        row = await connection.fetchrow(_TOLD, event.tenant_id, about(event), ENDS, recipient)
        return Told(row["over"], row["changed_at"]) if row else Told()

    async def _count_change(self, connection: Connection, event: BookingEvent) -> None:
        """Count what changes in the customer's calendar: the SEQUENCE of its next file (`domain/calendar.py`).

        In the transaction that tells the event for the first time, so a repeat counts nothing.
        """
        statement = {"REQUEST": _INTO_CALENDAR, "CANCEL": _OUT_OF_CALENDAR}.get(
            calendar.method_of(event) or ""
        )
        if statement:
            await connection.execute(statement, event.tenant_id, about(event), event.at)

    async def _ask_for_receipt(self, connection: Connection, request: ReceiptRequest) -> Outgoing:
        tenant_id = request.job.tenant_id
        await connection.execute(
            _INSERT_RECEIPT,
            tenant_id,
            request.receipt_id,
            request.booking_id,
            request.event_id,
            request.model_dump_json(exclude_none=True),
        )
        return Outgoing(
            tenant_id,
            request.job_id,
            subjects.job("media", request.job.name, tenant_id),
            request.job.encode(),
        )

    async def _unconfirmed_confirmation(
        self, connection: Connection, request: ReceiptRequest
    ) -> Sequence[Outgoing]:
        confirmation_id = notice_id(request.event_id, request.contact.customer_id, CONFIRMED)
        row = await connection.fetchrow(_UNCONFIRMED, request.job.tenant_id, confirmation_id)
        return [Outgoing(row["tenant_id"], row["id"], row["subject"], row["payload"])] if row else []


def outgoing_notice(notice: Notice) -> Outgoing:
    """A notice on its way to the gateway."""
    subject = subjects.outbound(
        notice.contact.address.channel, notice.tenant_id, notice.contact.conversation_id
    )
    return Outgoing(notice.tenant_id, notice.id, subject, notice.message.encode())
