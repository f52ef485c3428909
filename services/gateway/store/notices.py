"""What has the channel said about our accounts? The table account_notices, and the pauses that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.gateway.channels import AccountNotice
from services.gateway.inbound import InboxRow
from shared.db import Connection, Database

# News of a business account are about all of the tenant's accounts that belong to it.
_NOTE: Final = """
WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                         $8::timestamptz[], $9::bool[], $10::bool[])
         WITH ORDINALITY AS g(t, i, ch, a, owner, severity, summary, said_at, pauses, clears, n)
), kept AS (
    INSERT INTO gateway.account_notices (tenant_id, id, channel, account_id, severity, summary, at)
    SELECT t, i, ch, a, severity, summary, coalesce(said_at, now()) FROM given ORDER BY n
    ON CONFLICT DO NOTHING
), last AS (
    SELECT DISTINCT ON (c.tenant_id, c.channel, c.account_id) c.tenant_id, c.channel, c.account_id, g.pauses, g.summary
    FROM given g JOIN gateway.channel_accounts c ON c.tenant_id = g.t AND c.channel = g.ch
                 AND (c.account_id = g.a OR c.owner_id = g.owner)
    WHERE g.pauses OR g.clears
    ORDER BY c.tenant_id, c.channel, c.account_id, coalesce(g.said_at, now()) DESC, g.n DESC
)
UPDATE gateway.channel_accounts c
SET paused_until = CASE WHEN l.pauses THEN 'infinity'::timestamptz END,
    pause_reason = CASE WHEN l.pauses THEN l.summary END, updated_at = now()
FROM last l WHERE c.tenant_id = l.tenant_id AND c.channel = l.channel AND c.account_id = l.account_id
"""


@dataclass(frozen=True, slots=True)
class Notice:
    """News of an account. `severity`: info, warning or critical; `at` aware."""

    tenant_id: UUID
    channel: str
    account_id: str
    severity: str
    summary: str
    at: datetime


_RECENT: Final = """
SELECT tenant_id, channel, account_id, severity, summary, at FROM gateway.account_notices
WHERE ($1::uuid IS NULL OR tenant_id = $1) AND at >= $2 ORDER BY at DESC LIMIT $3
"""


async def recent(
    db: Database, since: datetime, *, tenant_id: UUID | None = None, limit: int = 100
) -> list[Notice]:
    """What the channels have said since then, the newest first; of one tenant, or of all and the operator's own."""
    async with db.system() as connection:
        rows = await connection.fetch(_RECENT, tenant_id, since, limit)
    return [Notice(UUID(int=row["tenant_id"].int), *tuple(row)[1:]) for row in rows]


async def note(connection: Connection, rows: Sequence[InboxRow]) -> None:
    """Keep the news of new rows for the operator; accounts that they stop are paused until somebody, or news, resumes
    them."""
    told = [(row, row.news) for row in rows if isinstance(row.news, AccountNotice)]
    if not told:
        return
    await connection.execute(
        _NOTE,
        [row.tenant_id for row, _ in told],
        [row.id for row, _ in told],
        [row.channel for row, _ in told],
        [row.account_id for row, _ in told],
        [row.owner_id for row, _ in told],
        [news.severity for _, news in told],
        [news.summary[:500] for _, news in told],
        [row.at for row, _ in told],
        [news.pauses for _, news in told],
        [news.clears for _, news in told],
    )
