"""Which messages of people who write too fast still wait for their turn? Read from the inbox when a gateway has ended.

With them goes what it may not have published: of a person it is older than what waits, and must not come behind it.
"""

from __future__ import annotations

from typing import Final, NamedTuple
from uuid import UUID

from shared.db import Database
from shared.outbox import Outgoing

# Repeats of what was published a short while ago are none to the stream, by their Nats-Msg-Id: it knows it for two minutes.
_STREAM_KNOWS: Final = 110.0

# A row that was held back is due later than `resend_after` after it came; both instants are of one transaction. What the
# relay has tried already (`attempts`), or what waits for the message it is about (`after_id`), is no business of this.
_HELD: Final = """
SELECT tenant_id, id, subject, payload,
       extract(epoch FROM next_attempt_at - now())::float8 - $1::float8 AS wait,
       next_attempt_at > received_at + make_interval(secs => $1::float8 + 0.001) AS late
FROM gateway.inbox
WHERE kind = 'message' AND handled_at IS NULL AND after_id IS NULL AND attempts = 0
  AND (next_attempt_at > received_at + make_interval(secs => $1::float8 + 0.001)
       OR next_attempt_at > now() + make_interval(secs => $1::float8 - $3::float8))
ORDER BY next_attempt_at, position LIMIT $2
"""


class Held(NamedTuple):
    """A message that waits, with its conversation; `wait`: seconds until its turn (none is left when not positive).

    `late`: it was held back. If not, it is one that perhaps was not published.
    """

    message: Outgoing
    conversation_id: UUID
    wait: float
    late: bool


class HeldStore:
    """What waits in the inbox, whichever instance put it there."""

    def __init__(self, db: Database, *, resend_after: float) -> None:
        self._db = db
        self._resend_after = resend_after

    async def held(self, limit: int) -> list[Held]:
        """The messages held back whose arrival nobody confirmed, and those whose turn has just been, by their turns."""
        async with self._db.system() as connection:
            rows = await connection.fetch(_HELD, self._resend_after, limit, _STREAM_KNOWS)
        return [
            Held(
                Outgoing(row["tenant_id"], row["id"], row["subject"], row["payload"]),
                UUID(row["subject"].rpartition(".")[2]),
                row["wait"],
                row["late"],
            )
            for row in rows
        ]
