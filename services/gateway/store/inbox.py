"""What has come in, and which of it nobody has handled yet? The tables inbox, conversations and quarantine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID

from services.gateway.inbound import InboxRow, StatusReport, decode_status
from services.gateway.routing import Quarantined
from shared.db import Database
from shared.ids import derive
from shared.outbox import Outgoing

PARKED_TRIES: Final = 4
"""How often a status of a message that we do not know is tried again before it is left alone."""

# One statement, one round trip. People are sorted, so that two instances that meet the same ones never wait for each
# other in a circle.
_SEEN: Final = """
    INSERT INTO gateway.conversations AS c (tenant_id, conversation_id, channel, account_id, user_id, last_inbound_at)
    SELECT t, i, ch, a, u, max(at)
    FROM unnest($11::uuid[], $12::uuid[], $13::text[], $14::text[], $15::text[], $16::timestamptz[])
         AS person(t, i, ch, a, u, at)
    GROUP BY t, i, ch, a, u
    ORDER BY i
    ON CONFLICT (tenant_id, conversation_id) DO UPDATE SET last_inbound_at = excluded.last_inbound_at
    WHERE c.last_inbound_at < excluded.last_inbound_at
"""

_STORED: Final = """
    INSERT INTO gateway.inbox (tenant_id, id, kind, channel, account_id, provider_id, subject, payload, raw,
                               next_attempt_at, handled_at)
    SELECT t, i, k, c, a, p, s, b, r, now() + make_interval(secs => $10),
           CASE WHEN k = 'event' OR i = ANY({settled}) THEN now() END
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bytea[],
                $9::bytea[]) WITH ORDINALITY AS new(t, i, k, c, a, p, s, b, r, n)
    ORDER BY n
    ON CONFLICT DO NOTHING
    RETURNING id, handled_at IS NOT NULL AS settled
"""

# Which deliveries the reports are about, and how far these move: {reports} are the parameters,
# {locked} says what becomes of rows that somebody else has locked.
_MATCHED: Final = """
report AS MATERIALIZED (
    SELECT * FROM unnest({reports}) AS r(tenant_id, inbox_id, delivery_id, provider_id, state, rank, part, reason)
), matched AS MATERIALIZED (
    SELECT r.*, coalesce(by_id.id, by_provider.id) AS found
    FROM report r
    LEFT JOIN gateway.deliveries by_id ON by_id.tenant_id = r.tenant_id AND by_id.id = r.delivery_id
    LEFT JOIN gateway.deliveries by_provider ON by_id.id IS NULL AND by_provider.tenant_id = r.tenant_id
                                             AND by_provider.provider_id = r.provider_id
), locked AS MATERIALIZED (
    SELECT d.tenant_id, d.id AS found FROM gateway.deliveries d
    WHERE (d.tenant_id, d.id) IN (SELECT tenant_id, found FROM matched WHERE found IS NOT NULL)
    ORDER BY d.tenant_id, d.id FOR NO KEY UPDATE {locked}
), furthest AS (
    SELECT DISTINCT ON (tenant_id, found) * FROM matched JOIN locked USING (tenant_id, found) WHERE part IS NULL
    ORDER BY tenant_id, found, rank DESC
), parts AS (
    SELECT tenant_id, found, max(part) + 1 AS part FROM matched JOIN locked USING (tenant_id, found)
    WHERE part IS NOT NULL
    GROUP BY tenant_id, found
), moved AS (
    UPDATE gateway.deliveries d SET state = f.state, rank = f.rank, reason = coalesce(f.reason, d.reason),
           provider_id = coalesce(d.provider_id, f.provider_id), updated_at = now()
    FROM furthest f WHERE d.tenant_id = f.tenant_id AND d.id = f.found AND d.rank < f.rank
    RETURNING f.state
), echoed AS (
    UPDATE gateway.deliveries d SET part = p.part, updated_at = now()
    FROM parts p WHERE d.tenant_id = p.tenant_id AND d.id = p.found AND d.part < p.part
      AND NOT EXISTS (SELECT 1 FROM furthest f WHERE f.tenant_id = p.tenant_id AND f.found = p.found)
)
"""


def _matched(first: int, locked: str) -> str:
    types = ("uuid", "uuid", "uuid", "text", "text", "smallint", "smallint", "text")
    reports = ", ".join(f"${first + n}::{kind}[]" for n, kind in enumerate(types))
    return _MATCHED.format(reports=reports, locked=locked)


_STORED_AS_IT_IS: Final = _STORED.format(settled="'{}'::uuid[]")
_INSERT: Final = f"WITH seen AS ({_SEEN}) {_STORED_AS_IT_IS}"

# With statuses among the rows: what they say is applied in the same statement, and they are stored as handled. A webhook
# never waits for a delivery that somebody else is changing: such a status stays unhandled, and is applied afterwards.
# Applying a repeated status again changes nothing.
_STORED_AS_APPLIED: Final = _STORED.format(
    settled="ARRAY(SELECT inbox_id FROM matched JOIN locked USING (tenant_id, found))"
)
_INSERT_AND_APPLY: Final = f"""
WITH {_matched(17, "SKIP LOCKED")}, seen AS ({_SEEN}), stored AS ({_STORED_AS_APPLIED})
SELECT id, settled, NULL AS state FROM stored UNION ALL SELECT NULL, NULL, state FROM moved
"""  # noqa: S608  # made of constants

_DUE: Final = """
UPDATE gateway.inbox o SET attempts = attempts + 1,
       next_attempt_at = now() + make_interval(secs => $2 * least(16, 2 ^ o.attempts))
FROM (SELECT tenant_id, id FROM gateway.inbox
      WHERE kind = $3 AND handled_at IS NULL AND next_attempt_at <= now()
      ORDER BY next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED) due
WHERE o.tenant_id = due.tenant_id AND o.id = due.id
RETURNING o.tenant_id, o.id, o.position, o.subject, o.payload, o.attempts
"""

_CONFIRMED: Final = """
UPDATE gateway.inbox o SET handled_at = now()
FROM unnest($1::uuid[], $2::uuid[]) AS receipt(t, i)
WHERE o.tenant_id = receipt.t AND o.id = receipt.i AND o.handled_at IS NULL
"""

_STATUSES: Final = f"""
WITH {_matched(1, "")}, settled AS (
    UPDATE gateway.inbox o SET handled_at = now() FROM matched m
    WHERE o.tenant_id = m.tenant_id AND o.id = m.inbox_id AND o.handled_at IS NULL
      AND (m.found IS NOT NULL OR o.attempts >= $9)
)
SELECT state FROM moved
"""  # noqa: S608  # made of constants

_QUARANTINE: Final = """
INSERT INTO gateway.quarantine (tenant_id, id, channel, account_id, reason, body)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bytea[])
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of rows: the ids of the new ones, the new statuses not applied yet, the states that were reached."""

    new: frozenset[UUID]
    waiting: tuple[StatusReport, ...] = ()
    reached: tuple[str, ...] = ()


class InboxStore:
    """The inbox. It is also the outbox of what goes to the agent: a message row stays unhandled until its receipt."""

    def __init__(self, db: Database, *, resend_after: float) -> None:
        self._db = db
        self._resend_after = resend_after

    async def add(self, rows: Sequence[InboxRow]) -> Added:
        """Write all rows in one transaction, in their order, and apply the statuses among them."""
        reports = [decode_status(row.tenant_id, row.id, row.payload) for row in rows if row.kind == "status"]
        async with self._db.tenant(*{row.tenant_id for row in rows}) as connection:
            if not reports:
                found = await connection.fetch(_INSERT, *self._columns(rows))
                return Added(frozenset(row["id"] for row in found))
            found = await connection.fetch(_INSERT_AND_APPLY, *self._columns(rows), *_columns(reports))
        new = {row["id"]: row["settled"] for row in found if row["id"]}
        return Added(
            frozenset(new),
            tuple(report for report in reports if new.get(report.inbox_id) is False),
            tuple(row["state"] for row in found if row["state"]),
        )

    def _columns(self, rows: Sequence[InboxRow]) -> Iterable[object]:
        messages = [row for row in rows if row.kind == "message"]
        return (
            [row.tenant_id for row in rows],
            [row.id for row in rows],
            [row.kind for row in rows],
            [row.channel for row in rows],
            [row.account_id for row in rows],
            [row.provider_id for row in rows],
            [row.subject for row in rows],
            [row.payload for row in rows],
            [row.raw for row in rows],
            self._resend_after,
            [row.tenant_id for row in messages],
            [row.conversation_id for row in messages],
            [row.channel for row in messages],
            [row.account_id for row in messages],
            [row.user_id for row in messages],
            [row.sent_at for row in messages],
        )

    async def due(self, limit: int) -> Sequence[tuple[Outgoing, int]]:
        """See `OutboxStore.due`: messages whose turn nobody confirmed, in inbox order."""
        async with self._db.system() as connection:
            rows = await connection.fetch(_DUE, limit, self._resend_after, "message")
        rows.sort(key=lambda row: row["position"])
        return [
            (Outgoing(row["tenant_id"], row["id"], row["subject"], row["payload"]), row["attempts"])
            for row in rows
        ]

    async def confirmed(self, receipts: Sequence[tuple[UUID, UUID]]) -> None:
        """See `OutboxStore.confirmed`: the rows are marked handled and stay, as the deduplication."""
        async with self._db.system() as connection:
            await connection.execute(
                _CONFIRMED, [tenant for tenant, _ in receipts], [row for _, row in receipts]
            )

    async def due_statuses(self, limit: int) -> list[StatusReport]:
        """Statuses that a crash left behind, or whose message was not known yet."""
        async with self._db.system() as connection:
            rows = await connection.fetch(_DUE, limit, self._resend_after, "status")
        rows.sort(key=lambda row: row["position"])
        return [decode_status(row["tenant_id"], row["id"], row["payload"]) for row in rows]

    async def apply(self, reports: Sequence[StatusReport]) -> list[str]:
        """Move the deliveries that these statuses are about, never backwards; the states that were reached.

        A status whose delivery is not known stays unhandled and comes again (`due_statuses`), a few times.
        """
        async with self._db.tenant(*{report.tenant_id for report in reports}) as connection:
            rows = await connection.fetch(_STATUSES, *_columns(reports), PARKED_TRIES)
        return [row["state"] for row in rows]

    async def quarantine(self, things: Sequence[Quarantined]) -> None:
        """Keep signed bytes that cannot be read, or that nobody owns; the same bytes again change nothing."""
        async with self._db.tenant(*{thing.tenant_id for thing in things}) as connection:
            await connection.execute(
                _QUARANTINE,
                [thing.tenant_id for thing in things],
                [
                    derive("quarantine", t.channel, t.account_id or "", sha256(t.body).hexdigest())
                    for t in things
                ],
                [thing.channel for thing in things],
                [thing.account_id for thing in things],
                [thing.reason[:500] for thing in things],
                [thing.body for thing in things],
            )


def _columns(reports: Sequence[StatusReport]) -> Iterable[object]:
    return (
        [report.tenant_id for report in reports],
        [report.inbox_id for report in reports],
        [report.delivery_id for report in reports],
        [report.provider_id for report in reports],
        [report.state for report in reports],
        [report.rank for report in reports],
        [report.part for report in reports],
        [report.reason for report in reports],
    )
