"""Who else has to know that customers became one, or that somebody is forgotten? Jobs in the outbox, due at once.

They commit with what they tell of, and stay until whoever keeps words of people has confirmed them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from shared import subjects
from shared.db import Connection
from shared.ids import NewId, fresh
from shared.messages.people import ForgetPerson, Identity, MergePeople

REMEMBER_PREFERENCES: Final = ("agent",)
"""Services that know customers by their id."""
KEEP_WORDS: Final = ("agent", "gateway", "notifier")
"""Services that keep what people wrote or were written."""

LED_HERE: Final = """
SELECT now() AS at, ARRAY(SELECT id FROM booking.customers WHERE tenant_id = $1 AND merged_into = $2 ORDER BY id) AS ids
"""

IDENTITIES: Final = """
SELECT channel, user_id FROM booking.customer_identities
WHERE tenant_id = $1 AND customer_id = ANY($2::uuid[]) ORDER BY channel, user_id
"""

PUT: Final = """
INSERT INTO booking.outbox (tenant_id, id, subject, payload, next_attempt_at) VALUES ($1, $2, $3, $4, now())
"""


async def tell_merged(
    connection: Connection, tenant_id: UUID, survivor: UUID, *, new_id: NewId = fresh
) -> None:
    """Tell who has become this customer; to be called when all of them lead there."""
    row = await connection.fetchrow(LED_HERE, tenant_id, survivor)
    if row is None or not row["ids"]:
        return
    job = MergePeople(tenant_id=tenant_id, merged=tuple(row["ids"]), survivor=survivor, at=row["at"])
    await _put(connection, job, REMEMBER_PREFERENCES, new_id)


async def identities_of(
    connection: Connection, tenant_id: UUID, customer_ids: Sequence[UUID]
) -> list[Identity]:
    """Under which names channels know these customers."""
    rows = await connection.fetch(IDENTITIES, tenant_id, list(customer_ids))
    return [Identity(channel=row["channel"], user_id=row["user_id"]) for row in rows]


async def tell_forgotten(
    connection: Connection,
    tenant_id: UUID,
    customer_ids: Sequence[UUID],
    identities: Sequence[Identity],
    *,
    new_id: NewId = fresh,
) -> None:
    """Tell that this person is to be forgotten. Their ids are in the outbox until it was done everywhere."""
    at = await connection.fetchval("SELECT now()")
    job = ForgetPerson(
        tenant_id=tenant_id, customer_ids=tuple(customer_ids), identities=tuple(identities), at=at
    )
    await _put(connection, job, KEEP_WORDS, new_id)


async def _put(
    connection: Connection, job: MergePeople | ForgetPerson, services: Sequence[str], new_id: NewId
) -> None:
    for service in services:
        subject = subjects.job(service, job.name, job.tenant_id)
        await connection.execute(PUT, job.tenant_id, new_id(), subject, job.encode())
