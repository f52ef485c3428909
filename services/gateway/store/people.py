"""Who is who, and who wants to hear from the business? The tables identities and consents, as the intake writes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from services.gateway.channels import ConsentChanged
from services.gateway.inbound import InboxRow
from services.gateway.people import Claim, Person
from shared.db import Connection
from shared.ids import conversation_id_of

# Two instances that meet the same person at the same time must agree: one waits for the other, here.
_LOCK: Final = """
SELECT pg_advisory_xact_lock(h) FROM (SELECT DISTINCT hashtextextended(k, 7) AS h FROM unnest($1::text[]) k ORDER BY 1) s
"""

# Why OFFSET 0: see `inbox_sql`, `elsewhere`.
# A conversation keeps the name under which it was begun: the person's own id when there is one under it, else the other's.
_CLAIM: Final = """
WITH pair AS (
    SELECT p.*, coalesce(mine.user_id, CASE WHEN NOT p.forced AND c.conversation_id IS NULL THEN theirs.user_id END, p.u)
                AS begun_as
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bool[], $7::uuid[])
         AS p(t, ch, a, u, alias, forced, own)
    LEFT JOIN LATERAL (SELECT user_id FROM gateway.identities k
                       WHERE k.tenant_id = t AND k.channel = ch AND k.account_id = a AND k.alias = u
                       OFFSET 0) mine ON true
    LEFT JOIN LATERAL (SELECT user_id FROM gateway.identities k
                       WHERE k.tenant_id = t AND k.channel = ch AND k.account_id = a AND k.alias = p.alias
                       OFFSET 0) theirs ON true
    LEFT JOIN gateway.conversations c ON c.tenant_id = t AND c.conversation_id = own
), told AS (
    SELECT DISTINCT ON (t, ch, a, alias) t, ch, a, alias, begun_as FROM (
        SELECT t, ch, a, alias, begun_as, 0 AS rank FROM pair
        UNION ALL SELECT t, ch, a, u, begun_as, 1 FROM pair WHERE begun_as <> u
    ) both_ways ORDER BY t, ch, a, alias, rank
), kept AS (
    INSERT INTO gateway.identities AS known (tenant_id, channel, account_id, alias, user_id)
    SELECT * FROM told ORDER BY t, ch, a, alias
    ON CONFLICT (tenant_id, channel, account_id, alias) DO UPDATE
    SET user_id = excluded.user_id, learned_at = now() WHERE known.user_id <> excluded.user_id
)
SELECT t, ch, a, alias, begun_as FROM told UNION SELECT t, ch, a, u, begun_as FROM pair
"""

# Whoever was known as the id that is somebody else's now goes along.
_ALONG: Final = """
UPDATE gateway.identities i SET user_id = now.user_id, learned_at = now()
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS changed(t, ch, a, alias)
JOIN gateway.identities now ON now.tenant_id = t AND now.channel = ch AND now.account_id = a AND now.alias = changed.alias
WHERE i.tenant_id = t AND i.channel = ch AND i.account_id = a AND i.user_id = changed.alias
  AND i.alias <> changed.alias AND i.user_id <> now.user_id
"""

# The last word of a person counts, by the provider's clock. It is kept under every id that they are known by here.
_AGREE: Final = """
WITH given AS (
    SELECT g.*, coalesce(g.said_at, now()) AS at FROM
    unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bool[], $7::text[], $8::uuid[], $9::text[],
           $10::timestamptz[]) WITH ORDINALITY AS g(t, ch, a, u, scope, allowed, phone, conv, source, said_at, n)
), named AS (
    SELECT DISTINCT ON (t, ch, who, scope) g.*, who.who FROM given g
    CROSS JOIN LATERAL (
        SELECT g.u AS who UNION
        SELECT k.user_id FROM gateway.identities k
        WHERE k.tenant_id = g.t AND k.channel = g.ch AND k.account_id = g.a AND k.alias = g.u
    ) who
    ORDER BY t, ch, who, scope, at DESC, n DESC
)
INSERT INTO gateway.consents AS old (tenant_id, channel, user_id, scope, allowed, phone, customer_id, source, at)
SELECT n.t, n.ch, n.who, n.scope, n.allowed, coalesce(n.phone, c.phone), c.customer_id, n.source, n.at
FROM named n LEFT JOIN gateway.conversations c ON c.tenant_id = n.t AND c.conversation_id = n.conv
ORDER BY n.t, n.ch, n.who, n.scope
ON CONFLICT (tenant_id, channel, user_id, scope) DO UPDATE
SET allowed = excluded.allowed, phone = coalesce(excluded.phone, old.phone),
    customer_id = coalesce(excluded.customer_id, old.customer_id), source = excluded.source, at = excluded.at
WHERE old.at <= excluded.at
"""


async def claim(connection: Connection, claims: Sequence[Claim]) -> dict[Person, str]:
    """Tell the table who is who; after which id each of these persons' conversations is named."""
    keys = [f"{c.channel}|{c.account_id}|{one}" for c in claims for one in (c.user_id, c.alias)]
    await connection.execute(_LOCK, keys)
    found = await connection.fetch(
        _CLAIM,
        [c.tenant_id for c in claims],
        [c.channel for c in claims],
        [c.account_id for c in claims],
        [c.user_id for c in claims],
        [c.alias for c in claims],
        [c.forced for c in claims],
        [c.conversation_id for c in claims],
    )
    forced = [c for c in claims if c.forced]
    if forced:
        await connection.execute(
            _ALONG,
            [c.tenant_id for c in forced],
            [c.channel for c in forced],
            [c.account_id for c in forced],
            [c.alias for c in forced],
        )
    return {(UUID(int=r["t"].int), r["ch"], r["a"], r["alias"]): r["begun_as"] for r in found}


async def agree(connection: Connection, rows: Sequence[InboxRow]) -> None:
    """Keep what persons said about hearing from the business (rows with `ConsentChanged` news)."""
    told = [(row, row.news) for row in rows if isinstance(row.news, ConsentChanged)]
    if not told:
        return
    await connection.execute(
        _AGREE,
        [row.tenant_id for row, _ in told],
        [row.channel for row, _ in told],
        [row.account_id for row, _ in told],
        [news.user_id for _, news in told],
        [news.scope for _, news in told],
        [news.allowed for _, news in told],
        [news.phone for _, news in told],
        [
            row.conversation_id
            or conversation_id_of(row.tenant_id, row.channel, row.account_id, news.user_id)
            for row, news in told
        ],
        ["word" if row.user_id else row.provider_id.partition(":")[0][:40] for row, _ in told],
        [row.at for row, _ in told],
    )
