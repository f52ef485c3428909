"""What becomes of what the notifier told people who are to be forgotten? It has no words any more; that it was told stays.

So an event that comes once more is told no second time. One that comes late is told not at all: it is known for a while
who was forgotten, and when. Whoever writes again after that is somebody new, and is told what happens from then on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from services.notifier.domain.receipts import RECEIPT, receipt_job_id
from shared.db import Database
from shared.files import Files, receipt_key
from shared.messages.conversation import TextBody
from shared.messages.people import ForgetPerson

KEPT_FOR: Final = timedelta(days=30)
"""How long it is known that a customer was forgotten: an event from before that comes late is not told."""

NOTHING: Final = TextBody(text="").model_dump_json(exclude_none=True)
"""The body of a notification whose words are gone."""

# Against `_TOLD` of the store: who is being told of something has been told of it before, or is not told at all.
_LOCK: Final = """
SELECT pg_advisory_xact_lock(hashtextextended('notifier.forgotten' || k, 0)) FROM unnest($1::text[]) AS k
"""

_DROP_OLD: Final = "DELETE FROM notifier.forgotten WHERE tenant_id = $1 AND at < $2"

_REMEMBER: Final = """
INSERT INTO notifier.forgotten AS f (tenant_id, customer_id, at) SELECT $1, c, $3 FROM unnest($2::uuid[]) AS c
ON CONFLICT (tenant_id, customer_id) DO UPDATE SET at = excluded.at WHERE f.at < excluded.at
"""

# A receipt is issued at the time of its event. Before the notifications: what is being sent of one now is in them then.
_RECEIPTS: Final = """
DELETE FROM notifier.receipts WHERE tenant_id = $1
    AND (data #>> '{contact,customer_id}')::uuid = ANY($2::uuid[])
    AND (data #>> '{job,receipt,issued_at}')::timestamptz <= $3
RETURNING receipt_id, booking_id
"""

# A receipt that somebody else was sent, too, is made from the same words.
_WORDS: Final = """
UPDATE notifier.notifications SET body = $4::jsonb
WHERE tenant_id = $1 AND (
    (recipient_id = ANY($2::uuid[]) AND coalesce(event_at, created_at) <= $3)
    OR (purpose = $5 AND booking_id = ANY($6::uuid[])))
RETURNING id
"""

_NOT_ARRIVED: Final = "DELETE FROM notifier.outbox WHERE tenant_id = $1 AND id = ANY($2::uuid[])"

_LETTERS: Final = """
DELETE FROM notifier.dead_letters d USING unnest($2::text[]) AS trace
WHERE d.tenant_id = $1 AND d.created_at <= $3
    AND (position(trace IN d.subject) > 0 OR position(convert_to(trace, 'UTF8') IN d.payload) > 0)
"""


class Forgetting:
    """Forgets people. Raises `Transient`, and what `shared.db.is_transient` knows."""

    def __init__(self, db: Database, files: Files) -> None:
        self._db = db
        self._files = files

    async def forget(self, job: ForgetPerson) -> None:
        """Take the words out of what this person was told of before `job.at`, their receipts (and the files of them) out
        of the store, and what has not arrived yet out of the outbox; doing it again changes nothing.

        It reads all that the tenant's customers were told: there is no index by person.
        """
        tenant_id, people, at = job.tenant_id, list(job.customer_ids), job.at
        async with self._db.tenant(tenant_id) as connection:
            await connection.execute(_LOCK, sorted(lock_name(tenant_id, customer) for customer in people))
            await connection.execute(_DROP_OLD, tenant_id, at - KEPT_FOR)
            await connection.execute(_REMEMBER, tenant_id, people, at)
            receipts = await connection.fetch(_RECEIPTS, tenant_id, people, at)
            bookings = [row["booking_id"] for row in receipts]
            told = await connection.fetch(_WORDS, tenant_id, people, at, NOTHING, RECEIPT, bookings)
            made = [row["receipt_id"] for row in receipts]
            waiting = [*(row["id"] for row in told), *map(receipt_job_id, made)]
            await connection.execute(_NOT_ARRIVED, tenant_id, waiting)
            await connection.execute(_LETTERS, tenant_id, [str(each) for each in (*people, *made)], at)
            # Before the rows are gone for good: which files there are is known from them alone.
            await self._drop_files(made)

    async def _drop_files(self, receipts: Sequence[UUID]) -> None:
        for receipt_id in receipts:
            await self._files.delete(receipt_key(receipt_id))


def lock_name(tenant_id: UUID, customer_id: UUID) -> str:
    """What is locked (as `'notifier.forgotten' || name`) while a customer is told something or forgotten."""
    return f"{tenant_id}/{customer_id}"
