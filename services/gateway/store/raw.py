"""Which request bodies are kept? The table raw_bodies, for replays and for its own end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from services.gateway.raw import RawBody
from shared.db import Database

# `received_at` has an index; what is deleted is the oldest.
_FORGET: Final = """
DELETE FROM gateway.raw_bodies WHERE (tenant_id, id) IN (
    SELECT tenant_id, id FROM gateway.raw_bodies WHERE received_at < now() - $1::interval
    ORDER BY received_at LIMIT $2)
"""

_PAGE: Final = """
SELECT id, channel, account_id, url, content_type, body, received_at FROM gateway.raw_bodies
WHERE (received_at, id) > ($1, $2) AND received_at < $3 AND ($4::text IS NULL OR channel = $4)
ORDER BY received_at, id LIMIT $5
"""


@dataclass(frozen=True, slots=True)
class KeptBody:
    """A stored body, still sealed, and when it came."""

    raw: RawBody
    received_at: datetime


class RawStore:
    """Reads and forgets bodies of all tenants."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def forget(self, older_than: timedelta, limit: int) -> int:
        """Delete the oldest that are older than this; how many it were."""
        async with self._db.system() as connection:
            done = await connection.execute(_FORGET, older_than, limit)
        return int(done.split()[-1])

    async def page(
        self, after: tuple[datetime, UUID], until: datetime, channel: str | None, limit: int
    ) -> Sequence[KeptBody]:
        """The bodies that came after this (instant, id) and before `until`, in the order in which they came."""
        async with self._db.system() as connection:
            rows = await connection.fetch(_PAGE, *after, until, channel, limit)
        return [
            KeptBody(
                RawBody(
                    UUID(int=row["id"].int),
                    row["channel"],
                    row["account_id"],
                    row["url"],
                    row["content_type"],
                    row["body"],
                ),
                row["received_at"],
            )
            for row in rows
        ]
