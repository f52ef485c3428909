"""What was offered last in a conversation? The table deliveries, as answers by number need it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from shared.db import Database
from shared.messages.conversation import MessageSent

MOST: Final = 10

# What has not been sent was not seen. A message that offers something has a choice's id in its bytes.
_LAST: Final = """
SELECT payload FROM gateway.deliveries
WHERE conversation_id = $1 AND rank >= 10 AND state NOT IN ('rejected', 'failed')
  AND created_at > now() - interval '24 hours' AND position('"choice_id"'::bytea IN payload) > 0
ORDER BY deliveries.position DESC LIMIT $2
"""


class OfferStore:
    """Reads what was sent with choices."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def last(self, conversation: tuple[UUID, UUID]) -> Sequence[MessageSent]:
        """The last messages of (tenant id, conversation id) that offered choices in 24 hours, the newest first."""
        tenant_id, conversation_id = conversation
        async with self._db.reading(tenant_id) as connection:
            rows = await connection.fetch(_LAST, conversation_id, MOST)
        return [MessageSent.decode(row["payload"]) for row in rows]
