"""What does the operator see of deliveries, and put back? How many are where, and which need a look; no words, no names."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from shared.db import Database
from shared.errors import UsherError

NEEDS_A_LOOK: Final = ("held", "rejected", "failed")
MOST: Final = 200

_COUNTS: Final = """
SELECT channel, account_id, state, count(*) AS number FROM gateway.deliveries
WHERE ($1::uuid IS NULL OR tenant_id = $1) AND created_at >= $2
GROUP BY channel, account_id, state ORDER BY channel, account_id, state
"""

_LINES: Final = """
SELECT tenant_id, id, channel, account_id, user_id, purpose, state, reason, created_at, attempts FROM gateway.deliveries
WHERE ($1::uuid IS NULL OR tenant_id = $1) AND created_at >= $2 AND state = ANY($3::text[])
ORDER BY created_at DESC LIMIT $4
"""

_FOUND: Final = """
SELECT tenant_id, id FROM gateway.deliveries
WHERE ($1::uuid IS NULL OR tenant_id = $1) AND (id = ANY($2::uuid[]) OR $3 AND state = 'held')
  AND state IN ('held', 'rejected', 'failed')
"""

# As if it had just come; `attempts` grows, so that whoever still believes to be trying it loses.
_BACK: Final = """
UPDATE gateway.deliveries SET state = 'pending', rank = 0, part = 0, attempts = attempts + 1, reason = NULL, merged_into = NULL,
       created_at = now(), next_attempt_at = now(), updated_at = now()
WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND state IN ('held', 'rejected', 'failed')
"""


class NoSuchDelivery(UsherError):
    """There is no such delivery that is held, rejected or failed: `usher deliveries` lists them."""


@dataclass(frozen=True, slots=True)
class Count:
    """So many deliveries of an account are in this state."""

    channel: str
    account_id: str
    state: str
    number: int


@dataclass(frozen=True, slots=True)
class Line:
    """A delivery as the operator sees it: `to` is masked."""

    id: UUID
    tenant_id: UUID
    channel: str
    account_id: str
    to: str
    purpose: str
    state: str
    reason: str
    since: datetime
    attempts: int


def masked(user_id: str) -> str:
    """A person's id with all but its end left out."""
    return f"…{user_id[-2:]}" if len(user_id) > 4 else "…"


class DeliveryReports:
    """Reads deliveries of all tenants, or of one, since an instant. All raise transient errors of the database."""

    def __init__(self, db: Database, tenant_id: UUID | None, since: datetime) -> None:
        self._db = db
        self._tenant_id = tenant_id
        self._since = since

    async def counts(self) -> list[Count]:
        """How many are in which state, by channel and account."""
        async with self._db.system() as connection:
            rows = await connection.fetch(_COUNTS, self._tenant_id, self._since)
        return [Count(**dict(row)) for row in rows]

    async def lines(self, states: Collection[str] = NEEDS_A_LOOK) -> list[Line]:
        """The newest in these states, 200 at most."""
        async with self._db.system() as connection:
            rows = await connection.fetch(_LINES, self._tenant_id, self._since, list(states), MOST)
        return [
            Line(
                row["id"],
                row["tenant_id"],
                row["channel"],
                row["account_id"],
                masked(row["user_id"]),
                row["purpose"],
                row["state"],
                row["reason"] or "",
                row["created_at"],
                row["attempts"],
            )
            for row in rows
        ]

    async def put_back(self, ids: Collection[UUID], *, all_held: bool = False) -> int:
        """Have these tried again, and all that is held; how many that are. Raises `NoSuchDelivery`."""
        async with self._db.system() as connection:
            rows = await connection.fetch(_FOUND, self._tenant_id, list(ids), all_held)
        if missing := set(ids) - {row["id"] for row in rows}:
            raise NoSuchDelivery(
                f"{NoSuchDelivery.__doc__} Not among them: {', '.join(map(str, sorted(missing)))}."
            )
        by_tenant: dict[UUID, list[UUID]] = {}
        for row in rows:
            by_tenant.setdefault(row["tenant_id"], []).append(row["id"])
        for tenant_id, found in by_tenant.items():
            async with self._db.tenant(tenant_id) as connection:
                await connection.execute(_BACK, tenant_id, found)
        return len(rows)
