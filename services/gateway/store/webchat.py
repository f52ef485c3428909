"""What has a visitor's page to show, and how far has it come? The table deliveries, as web chat reads it.

A delivery is there for pages from `sent` on. Deliveries of a conversation are sent one after the other in the order of
their positions, so a page's last position says all it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.gateway.domain.states import RANKS, State
from services.gateway.store.deliveries import Conversation
from shared.db import Database


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message of a conversation: `payload` is a `MessageSent`, `at` when it came (aware)."""

    position: int
    id: UUID
    payload: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a page that has come back finds: the conversation's newest position, what it has not got (the newest of it,
    in order), and whether more of it lies before these."""

    newest: int
    messages: list[StoredMessage]
    more: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A page has, or its person has read, the messages after `after` up to `until`."""

    tenant_id: UUID
    conversation_id: UUID
    after: int
    until: int
    state: State


# `channel = 'webchat'` is the condition of the index deliveries_webchat_idx.
_OF_PAGES: Final = "conversation_id = $1 AND channel = 'webchat' AND state IN ('sent', 'delivered', 'read')"

_NEWEST: Final = f"SELECT coalesce(max(position), 0) FROM gateway.deliveries WHERE {_OF_PAGES}"  # noqa: S608
_AFTER: Final = f"""
SELECT position, id, payload, created_at FROM gateway.deliveries
WHERE {_OF_PAGES} AND position > $2 ORDER BY position LIMIT $3
"""  # noqa: S608
_LAST: Final = f"""
SELECT position, id, payload, created_at FROM gateway.deliveries
WHERE {_OF_PAGES} AND position > $2 AND position < $3 ORDER BY position DESC LIMIT $4
"""  # noqa: S608
_ONE: Final = f"SELECT payload FROM gateway.deliveries WHERE {_OF_PAGES} AND tenant_id = $2 AND id = $3"  # noqa: S608
_BEHIND: Final = """
SELECT c FROM unnest($1::uuid[], $2::bigint[]) AS watched(c, p)
WHERE EXISTS (SELECT 1 FROM gateway.deliveries WHERE conversation_id = c AND channel = 'webchat' AND position > p
              AND state IN ('sent', 'delivered', 'read'))
"""
_SENT: Final = """
UPDATE gateway.deliveries SET state = 'sent', rank = 20, reason = NULL, updated_at = now()
WHERE tenant_id = $1 AND id = $2 AND channel = 'webchat' AND rank < 20 RETURNING position
"""
_WAS_SENT: Final = """
SELECT position FROM gateway.deliveries
WHERE tenant_id = $1 AND id = $2 AND channel = 'webchat' AND state IN ('sent', 'delivered', 'read')
"""
# A state that was reached already stays: ranks only grow.
_MARK: Final = """
UPDATE gateway.deliveries d SET state = m.s, rank = m.r, updated_at = now()
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::smallint[]) AS m(c, a, u, s, r)
WHERE d.conversation_id = m.c AND d.channel = 'webchat' AND d.position > m.a AND d.position <= m.u
  AND d.state IN ('sent', 'delivered') AND d.rank < m.r
"""
_NO_END: Final = 2**63 - 1


class WebChatStore:
    """Web chat's reads and writes, one short transaction per call. All raise transient errors of the database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def arrive(self, conversation: Conversation, last: int | None, most: int) -> Arrival:
        """What a page finds that has everything up to `last` (None: nothing)."""
        tenant_id, conversation_id = conversation
        async with self._db.reading(tenant_id) as connection:
            newest = int(await connection.fetchval(_NEWEST, conversation_id))
            # A position we never gave: the database was put back to an earlier state.
            after = min(last or 0, newest)
            if after == newest:
                return Arrival(newest, [], more=False)
            rows = await connection.fetch(_LAST, conversation_id, after, _NO_END, most + 1)
        return Arrival(newest, _messages(reversed(rows[:most])), more=len(rows) > most)

    async def following(self, conversation: Conversation, after: int, most: int) -> list[StoredMessage]:
        """The next messages after a position, in order."""
        tenant_id, conversation_id = conversation
        async with self._db.reading(tenant_id) as connection:
            return _messages(await connection.fetch(_AFTER, conversation_id, after, most))

    async def before(
        self, conversation: Conversation, before: int, most: int
    ) -> tuple[list[StoredMessage], bool]:
        """The last messages before a position, in order, and whether there are still earlier ones."""
        tenant_id, conversation_id = conversation
        async with self._db.reading(tenant_id) as connection:
            rows = await connection.fetch(_LAST, conversation_id, 0, before, most + 1)
        return _messages(reversed(rows[:most])), len(rows) > most

    async def payload(self, conversation: Conversation, delivery_id: UUID) -> bytes | None:
        """The `MessageSent` of one message of the conversation; None when pages have none of this id."""
        tenant_id, conversation_id = conversation
        async with self._db.reading(tenant_id) as connection:
            found: bytes | None = await connection.fetchval(_ONE, conversation_id, tenant_id, delivery_id)
        return found

    async def behind(self, watched: Sequence[tuple[Conversation, int]]) -> set[UUID]:
        """Which of these conversations have messages after the position given with each."""
        tenants = {tenant_id for (tenant_id, _), _ in watched}
        async with self._db.reading(*tenants) as connection:
            rows = await connection.fetch(
                _BEHIND,
                [conversation_id for (_, conversation_id), _ in watched],
                [position for _, position in watched],
            )
        return {row["c"] for row in rows}

    async def sent(self, tenant_id: UUID, delivery_id: UUID) -> int | None:
        """Store that pages may have this delivery: its position. None: there is none, or it was refused."""
        async with self._db.tenant(tenant_id) as connection:
            position: int | None = await connection.fetchval(_SENT, tenant_id, delivery_id)
            if position is None:  # sent before
                position = await connection.fetchval(_WAS_SENT, tenant_id, delivery_id)
        return position

    async def mark(self, marks: Sequence[Mark]) -> None:
        """Store what pages have and what was read."""
        async with self._db.tenant(*{mark.tenant_id for mark in marks}) as connection:
            await connection.execute(
                _MARK,
                [mark.conversation_id for mark in marks],
                [mark.after for mark in marks],
                [mark.until for mark in marks],
                [mark.state for mark in marks],
                [RANKS[mark.state] for mark in marks],
            )


def _messages(rows: Iterable[asyncpg.Record]) -> list[StoredMessage]:
    return [StoredMessage(row["position"], row["id"], row["payload"], row["created_at"]) for row in rows]
