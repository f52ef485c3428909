"""What is to be delivered, and how far has each delivery come? The table deliveries.

Every change by a sender is conditional on `attempts`, which grows with each try: of two senders that believe they own a
conversation, one loses.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.gateway.domain.states import State
from shared.db import Connection, Database


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A message to be delivered, as it came from the bus.

    `ready`: it needs no preparation, and its sender will call at once. With nothing before it in its conversation it is
    then stored as `sending`, as if by `DeliveryStore.sending`.
    """

    tenant_id: UUID
    id: UUID
    partition: int
    conversation_id: UUID
    channel: str
    purpose: str
    payload: bytes
    ready: bool = False


@dataclass(frozen=True, slots=True)
class Success:
    """The provider took the whole message, under its id."""

    tenant_id: UUID
    id: UUID
    provider_id: str | None


@dataclass(frozen=True, slots=True)
class OpenDelivery:
    """A delivery that still needs us.

    Ages are seconds by the database's clock: `age` since it came, `sending_for` since the last call began, `wait` until
    the next try. `part` is how many of the message's requests are done. `claimed_at`: the state `sending` was stored for
    whoever holds this, not before this instant of the event loop's clock, and the call has not begun.
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
    claimed_at: float | None = None


Conversation = tuple[UUID, UUID]
"""(tenant id, conversation id)"""

# The numbers are `domain.states.RANKS`; below 20 (sent) there is still something for us to do.
# One that is ready, with nothing before it, is stored as `sending` at once: that is all that has to be on disk before the
# call.
_ADD: Final = """
INSERT INTO gateway.deliveries (tenant_id, id, partition, conversation_id, channel, purpose, payload,
                                state, rank, attempts, sending_at)
SELECT t, i, p, c, ch, pu, b, CASE WHEN go THEN 'sending' ELSE 'pending' END, CASE WHEN go THEN 10 ELSE 0 END,
       CASE WHEN go THEN 1 ELSE 0 END, CASE WHEN go THEN now() END
FROM (
    SELECT *, ready AND row_number() OVER (PARTITION BY t, c ORDER BY n) = 1
              AND NOT EXISTS (SELECT 1 FROM gateway.deliveries d WHERE d.conversation_id = c AND d.rank < 20) AS go
    FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::uuid[], $5::text[], $6::text[], $7::bytea[], $8::bool[])
         WITH ORDINALITY AS given(t, i, p, c, ch, pu, b, ready, n)
) new
ORDER BY n
ON CONFLICT DO NOTHING
RETURNING id, state
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
UPDATE gateway.deliveries d SET state = CASE WHEN rank < 20 THEN 'sent' ELSE state END,
       rank = greatest(rank, 20), reason = CASE WHEN rank < 20 THEN NULL ELSE reason END,
       provider_id = coalesce(provider_id, s.p), updated_at = now()
FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS s(t, i, p)
WHERE tenant_id = s.t AND id = s.i
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

    async def write(self, new: Sequence[NewDelivery], sent: Sequence[Success]) -> frozenset[UUID]:
        """Write successes and new deliveries (in this order; what is known already stays as it is) in one transaction.

        The ids of the new ones that are stored as `sending`: whoever gets them makes the call.
        """
        sent = sorted(sent, key=lambda one: (one.tenant_id, one.id))  # nobody waits for anybody in a circle
        async with self._db.tenant(
            *{one.tenant_id for one in new}, *(one.tenant_id for one in sent)
        ) as connection:
            if sent:
                await connection.execute(
                    _SENT,
                    [one.tenant_id for one in sent],
                    [one.id for one in sent],
                    [one.provider_id for one in sent],
                )
            rows = await connection.fetch(_ADD, *_columns(new)) if new else []
        return frozenset(row["id"] for row in rows if row["state"] == "sending")

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


def _columns(new: Sequence[NewDelivery]) -> Iterable[object]:
    return (
        [delivery.tenant_id for delivery in new],
        [delivery.id for delivery in new],
        [delivery.partition for delivery in new],
        [delivery.conversation_id for delivery in new],
        [delivery.channel for delivery in new],
        [delivery.purpose for delivery in new],
        [delivery.payload for delivery in new],
        [delivery.ready for delivery in new],
    )
