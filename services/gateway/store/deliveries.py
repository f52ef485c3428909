"""What is to be delivered, and how far has each delivery come? The table deliveries.

Every change by a sender is conditional on `attempts`, which grows with each try: of two senders that believe they own a
conversation, one loses.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.gateway.domain.states import State
from shared.db import Connection, Database


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A message to be delivered, as it came from the bus."""

    tenant_id: UUID
    id: UUID
    partition: int
    conversation_id: UUID
    channel: str
    purpose: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class OpenDelivery:
    """A delivery that still needs us.

    Ages are seconds by the database's clock: `age` since it came, `sending_for` since the last call began, `wait` until
    the next try. `part` is how many of the message's requests are done.
    """

    tenant_id: UUID
    id: UUID
    conversation_id: UUID
    channel: str
    payload: bytes
    state: State
    part: int
    attempts: int
    media_id: str | None
    age: float
    sending_for: float
    wait: float


Conversation = tuple[UUID, UUID]
"""(tenant id, conversation id)"""

# The numbers are `domain.states.RANKS`; below 20 (sent) there is still something for us to do.
_ADD: Final = """
INSERT INTO gateway.deliveries (tenant_id, id, partition, conversation_id, channel, purpose, payload)
SELECT t, i, p, c, ch, pu, b
FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::uuid[], $5::text[], $6::text[], $7::bytea[])
     WITH ORDINALITY AS new(t, i, p, c, ch, pu, b, n)
ORDER BY n
ON CONFLICT DO NOTHING
"""

_NEXT: Final = """
SELECT tenant_id, id, conversation_id, channel, payload, state, part, attempts, media_id,
       extract(epoch FROM now() - created_at)::float8 AS age,
       coalesce(extract(epoch FROM now() - sending_at), 0)::float8 AS sending_for,
       extract(epoch FROM next_attempt_at - now())::float8 AS wait
FROM gateway.deliveries WHERE conversation_id = $1 AND rank < 20 ORDER BY position LIMIT 1
"""

_OPEN: Final = """
SELECT DISTINCT tenant_id, conversation_id, partition FROM gateway.deliveries
WHERE rank < 20 AND partition = ANY($1::smallint[])
"""

_SENDING: Final = """
UPDATE gateway.deliveries SET state = 'sending', rank = 10, attempts = attempts + 1,
       sending_at = now(), updated_at = now()
WHERE tenant_id = $1 AND id = $2 AND attempts = $3 AND part = $4 AND rank < 20
"""

_AGAIN: Final = """
UPDATE gateway.deliveries SET state = 'pending', rank = 0, part = greatest(part, $4), reason = $5,
       next_attempt_at = now() + make_interval(secs => $6), updated_at = now()
WHERE tenant_id = $1 AND id = $2 AND attempts = $3 AND rank < 20
"""

# A status may have come before this answer: then only the provider's id is still news.
_SENT: Final = """
UPDATE gateway.deliveries SET state = CASE WHEN rank < 20 THEN 'sent' ELSE state END,
       rank = greatest(rank, 20), reason = CASE WHEN rank < 20 THEN NULL ELSE reason END,
       provider_id = coalesce(provider_id, $3), updated_at = now()
WHERE tenant_id = $1 AND id = $2
"""

_REJECTED: Final = """
UPDATE gateway.deliveries SET state = 'rejected', rank = 25, reason = $4, updated_at = now()
WHERE tenant_id = $1 AND id = $2 AND attempts = $3 AND rank < 20
"""

_UPLOADED: Final = "UPDATE gateway.deliveries SET media_id = $3 WHERE tenant_id = $1 AND id = $2"


class DeliveryStore:
    """Deliveries, one short transaction per call. All raise transient errors of the database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, deliveries: Sequence[NewDelivery]) -> None:
        """Write what is to be delivered, in this order; what is known already stays as it is."""
        async with self._db.tenant(*{delivery.tenant_id for delivery in deliveries}) as connection:
            await connection.execute(
                _ADD,
                [delivery.tenant_id for delivery in deliveries],
                [delivery.id for delivery in deliveries],
                [delivery.partition for delivery in deliveries],
                [delivery.conversation_id for delivery in deliveries],
                [delivery.channel for delivery in deliveries],
                [delivery.purpose for delivery in deliveries],
                [delivery.payload for delivery in deliveries],
            )

    async def next_open(self, conversation: Conversation) -> OpenDelivery | None:
        """The oldest delivery of the conversation that still needs us."""
        tenant_id, conversation_id = conversation
        async with self._db.tenant(tenant_id) as connection:
            row = await connection.fetchrow(_NEXT, conversation_id)
        return OpenDelivery(**dict(row)) if row else None

    async def open_conversations(self, partitions: Collection[int]) -> list[tuple[Conversation, int]]:
        """Conversations of these partitions that have something to deliver, with their partition."""
        async with self._db.system() as connection:
            rows = await connection.fetch(_OPEN, list(partitions))
        return [((row["tenant_id"], row["conversation_id"]), row["partition"]) for row in rows]

    async def sending(self, row: OpenDelivery) -> bool:
        """Store that the call begins. False: somebody else was faster, or a status came; read the row again."""
        async with self._db.tenant(row.tenant_id) as connection:
            return await _changed(connection, _SENDING, row.tenant_id, row.id, row.attempts, row.part)

    async def again(
        self, row: OpenDelivery, after: float, reason: str | None, *, part: int | None = None
    ) -> None:
        """Store that the next try is due `after` seconds from now (of request number `part`).

        `row.attempts` is the count of the try that this is about.
        """
        async with self._db.tenant(row.tenant_id) as connection:
            await connection.execute(
                _AGAIN, row.tenant_id, row.id, row.attempts, row.part if part is None else part, reason, after
            )

    async def sent(self, row: OpenDelivery, provider_id: str | None) -> None:
        """Store that the provider took the whole message, under this id."""
        async with self._db.tenant(row.tenant_id) as connection:
            await connection.execute(_SENT, row.tenant_id, row.id, provider_id)

    async def rejected(self, row: OpenDelivery, reason: str) -> None:
        """Store that it will never be sent."""
        async with self._db.tenant(row.tenant_id) as connection:
            await connection.execute(_REJECTED, row.tenant_id, row.id, row.attempts, reason[:500])

    async def uploaded(self, row: OpenDelivery, media_id: str) -> None:
        """Store the provider's id of the message's file."""
        async with self._db.tenant(row.tenant_id) as connection:
            await connection.execute(_UPLOADED, row.tenant_id, row.id, media_id)


async def _changed(connection: Connection, statement: str, *values: object) -> bool:
    done: str = await connection.execute(statement, *values)
    return done != "UPDATE 0"
