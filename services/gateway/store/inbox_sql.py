"""How is what comes in written? The inbox's statements: one round trip each, and no two instances wait in a circle."""

from __future__ import annotations

from typing import Final

AFTER_SECONDS: Final = 300
"""An edit waits so long for the message it is about."""

# Arrays of what hardly any row has come empty when none has it: `unnest` fills up with NULL. What all rows have alike
# ($1, $3, $4, $5, $16; $19, $21, $22 of the bodies) comes once. Texts ($6, $7, $14, $17) and payloads ($8) come as one
# each, with $27 between them: asyncpg takes longer over an array's elements than PostgreSQL over finding them. Each
# saves time per row.
#
# Nearly every row is new: so the statements come in two forms. The first one takes that for granted, which costs a tenth
# less, and is refused whole when a row or a body is there already (`unique_violation`); the other one, AGAIN, leaves
# those out.
#
# `here` says whose rows these are, as `shared.db` does with every transaction, so that the statement can be a transaction
# by itself: no row is checked or looked up before one of `here` is there.
#
# Persons are sorted, so that two instances that meet the same ones never wait for each other in a circle. `elsewhere` are
# those whose conversation is named after another id than was believed: nothing is stored then, and the caller comes again
# (its last time with $26 false). All of an account are looked up together, which takes half as long as one by one, those
# of whom more is believed (few) one by one. OFFSET 0: a plan that was made before the table's first ANALYZE would rather
# read all persons of the tenant.
_PERSONS: Final = """
here AS MATERIALIZED (
    SELECT set_config('app.tenants', $25, true) AS tenants
), said AS MATERIALIZED (
    SELECT coalesce(t, ($1::uuid[])[1]) AS t, i, coalesce(ch, ($4::text[])[1]) AS ch,
           coalesce(a, ($5::text[])[1]) AS a, u, coalesce(b, u) AS b,
           CASE WHEN cardinality($16::timestamptz[]) = 1 THEN ($16::timestamptz[])[1] ELSE at END AS at, phone
    FROM here, unnest($1::uuid[], $13::uuid[], $4::text[], $5::text[], string_to_array($14, $27, ''), $15::text[],
                      $16::timestamptz[], string_to_array($17, $27, ''))
         AS p(t, i, ch, a, u, b, at, phone)
    WHERE i IS NOT NULL
), elsewhere AS MATERIALIZED (
    SELECT g.t, g.ch, g.a, k.alias AS u, k.user_id
    FROM (SELECT t, ch, a, array_agg(u) AS us FROM said WHERE u = b GROUP BY t, ch, a) g CROSS JOIN LATERAL (
        SELECT k.alias, k.user_id FROM gateway.identities k
        WHERE k.tenant_id = g.t AND k.channel = g.ch AND k.account_id = g.a AND k.alias = ANY (g.us)
          AND k.user_id <> k.alias
        OFFSET 0) k
    UNION SELECT s.t, s.ch, s.a, s.u, k.user_id FROM said s CROSS JOIN LATERAL (
        SELECT k.user_id FROM gateway.identities k
        WHERE k.tenant_id = s.t AND k.channel = s.ch AND k.account_id = s.a AND k.alias = s.u
        OFFSET 0) k
    WHERE s.u <> s.b AND k.user_id <> s.b
), seen AS (
    INSERT INTO gateway.conversations AS c (tenant_id, conversation_id, channel, account_id, user_id,
                                            last_inbound_at, phone)
    SELECT DISTINCT ON (t, i) t, i, ch, a, u, at, phone FROM said
    WHERE at IS NOT NULL AND {may}
    ORDER BY t, i, at DESC
    ON CONFLICT (tenant_id, conversation_id) DO UPDATE
    SET last_inbound_at = greatest(excluded.last_inbound_at, c.last_inbound_at),
        user_id = CASE WHEN excluded.last_inbound_at < c.last_inbound_at THEN c.user_id ELSE excluded.user_id END,
        phone = coalesce(excluded.phone, c.phone)
    WHERE c.last_inbound_at < excluded.last_inbound_at OR (c.phone IS NULL AND excluded.phone IS NOT NULL)
), kept AS (
    INSERT INTO gateway.raw_bodies (tenant_id, id, channel, account_id, url, content_type, body)
    SELECT $24::uuid, id, coalesce(ch, ($19::text[])[1]), a, coalesce(url, ($21::text[])[1]),
           coalesce(kind, ($22::text[])[1]), body
    FROM here, unnest($18::uuid[], $19::text[], $20::text[], $21::text[], $22::text[], $23::bytea[])
         AS r(id, ch, a, url, kind, body)
    WHERE {may}
    ORDER BY id
    {repeats}
)
"""
_MAY: Final = "(NOT $26::boolean OR NOT EXISTS (SELECT FROM elsewhere))"

# An edit that comes before its message waits for it (`after_id` says so until it is there). Which messages are `there` is
# looked up by their ids, once: as a condition of each row it was a look at all rows of the tenant.
_STORED: Final = """
there AS MATERIALIZED (
    SELECT o.id FROM here CROSS JOIN LATERAL (
        SELECT id FROM gateway.inbox
        WHERE here.tenants IS NOT NULL AND tenant_id = ANY ($1::uuid[]) AND id = ANY ($12::uuid[])
        OFFSET 0) o
), stored AS (
    INSERT INTO gateway.inbox (tenant_id, id, kind, channel, account_id, provider_id, subject, payload, raw,
                               next_attempt_at, handled_at, after_id)
    SELECT t, i, k, c, a, coalesce(p, ''), s, convert_to(coalesce(b, ''), 'UTF8'), coalesce(r, ''),
           now() + make_interval(secs => $10 + coalesce(d, 0) + CASE WHEN waits THEN {after} ELSE 0 END),
           CASE WHEN k = 'event' OR i = ANY({settled}) THEN now() END,
           CASE WHEN waits THEN about END
    FROM (
        SELECT coalesce(t, ($1::uuid[])[1]) AS t, i, coalesce(k, ($3::text[])[1]) AS k, coalesce(c, ($4::text[])[1]) AS c,
               coalesce(a, ($5::text[])[1]) AS a, p, s, b, r, d, about, n,
               about IS NOT NULL AND about <> ALL ($2::uuid[]) AND about NOT IN (SELECT id FROM there) AS waits
        FROM here, unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], string_to_array($6, $27),
                          string_to_array($7, $27, ''), string_to_array(convert_from($8::bytea, 'UTF8'), $27),
                          $9::bytea[], $11::float8[], $12::uuid[])
             WITH ORDINALITY AS given(t, i, k, c, a, p, s, b, r, d, about, n)
        WHERE {may}
        OFFSET 0
    ) new
    ORDER BY n
    {repeats}
    RETURNING id, handled_at IS NOT NULL AS settled, after_id IS NOT NULL AS waits
)
"""

# Nearly always every row is new, and nothing more is to be said of it: then their number is the whole answer.
_ANSWER: Final = """
SELECT count(*) AS new, NULL::uuid AS id, NULL::boolean AS settled, NULL::boolean AS waits, NULL::text AS channel,
       NULL::text AS state, NULL::uuid AS tenant_id, NULL::text AS account_id, NULL::text AS alias,
       NULL::text AS begun_as FROM stored
UNION ALL SELECT NULL, id, settled, waits, NULL, NULL, NULL, NULL, NULL, NULL FROM stored
          WHERE settled OR waits OR (SELECT count(*) FROM stored) < cardinality($2::uuid[])
UNION ALL SELECT NULL, NULL, NULL, NULL, ch, NULL, t, a, u, user_id FROM elsewhere
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
    RETURNING d.channel, f.state
), merged AS (
    UPDATE gateway.deliveries d SET state = f.state, rank = f.rank, updated_at = now()
    FROM furthest f WHERE d.tenant_id = f.tenant_id AND d.merged_into = f.found AND d.rank < f.rank
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


def _insert(repeats: str) -> str:
    who = _PERSONS.format(may=_MAY, repeats=repeats)
    stored = _STORED.format(settled="'{}'::uuid[]", after=AFTER_SECONDS, may=_MAY, repeats=repeats)
    return f"WITH {who}, {stored} {_ANSWER}"


def _insert_and_apply(repeats: str) -> str:
    who = _PERSONS.format(may=_MAY, repeats=repeats)
    settled = "ARRAY(SELECT inbox_id FROM matched JOIN locked USING (tenant_id, found))"
    stored = _STORED.format(settled=settled, after=AFTER_SECONDS, may=_MAY, repeats=repeats)
    return f"""
WITH {_matched(28, "SKIP LOCKED")}, {who}, {stored} {_ANSWER}
UNION ALL SELECT NULL, NULL, NULL, NULL, channel, state, NULL, NULL, NULL, NULL FROM moved
"""  # noqa: S608  # made of constants


_LEFT_OUT: Final = "ON CONFLICT DO NOTHING"
INSERT: Final = _insert("")
INSERT_AGAIN: Final = _insert(_LEFT_OUT)

# With statuses among the rows: what they say is applied in the same statement, and they are stored as handled. A webhook
# never waits for a delivery that somebody else is changing: such a status stays unhandled, and is applied afterwards.
# Applying a repeated status again changes nothing.
INSERT_AND_APPLY: Final = _insert_and_apply("")
INSERT_AND_APPLY_AGAIN: Final = _insert_and_apply(_LEFT_OUT)

DUE: Final = """
UPDATE gateway.inbox o SET attempts = attempts + 1,
       next_attempt_at = now() + make_interval(secs => $2 * least(16, 2 ^ o.attempts))
FROM (SELECT tenant_id, id FROM gateway.inbox
      WHERE kind = $3 AND handled_at IS NULL AND next_attempt_at <= now()
      ORDER BY next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED) due
WHERE o.tenant_id = due.tenant_id AND o.id = due.id
RETURNING o.tenant_id, o.id, o.position, o.subject, o.payload, o.attempts, o.channel, o.account_id
"""

CONFIRMED: Final = """
UPDATE gateway.inbox o SET handled_at = now()
FROM unnest($1::uuid[], $2::uuid[]) AS receipt(t, i)
WHERE o.tenant_id = receipt.t AND o.id = receipt.i AND o.handled_at IS NULL
"""

# Few wait, and only those are in the index.
RELEASE: Final = """
UPDATE gateway.inbox o SET next_attempt_at = least(o.next_attempt_at, now()), after_id = NULL
FROM gateway.inbox original
WHERE o.after_id IS NOT NULL AND o.handled_at IS NULL
  AND original.tenant_id = o.tenant_id AND original.id = o.after_id
"""

STATUSES: Final = f"""
WITH {_matched(1, "")}, settled AS (
    UPDATE gateway.inbox o SET handled_at = now() FROM matched m
    WHERE o.tenant_id = m.tenant_id AND o.id = m.inbox_id AND o.handled_at IS NULL
      AND (m.found IS NOT NULL OR o.attempts >= $9)
)
SELECT channel, state FROM moved
"""  # noqa: S608  # made of constants

# "All until then": only what was taken by the provider can have been seen.
WATERMARKS: Final = """
WITH mark AS MATERIALIZED (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[], $6::smallint[])
         AS m(tenant_id, inbox_id, conversation_id, at, state, rank)
), matched AS MATERIALIZED (
    SELECT DISTINCT ON (d.tenant_id, d.id) d.tenant_id, d.id, m.state, m.rank
    FROM mark m JOIN gateway.deliveries d ON d.conversation_id = m.conversation_id AND d.tenant_id = m.tenant_id
    WHERE d.state IN ('sent', 'delivered') AND d.rank < m.rank AND d.created_at <= m.at
    ORDER BY d.tenant_id, d.id, m.rank DESC
), locked AS MATERIALIZED (
    SELECT d.tenant_id, d.id FROM gateway.deliveries d WHERE (d.tenant_id, d.id) IN (SELECT tenant_id, id FROM matched)
    ORDER BY d.tenant_id, d.id FOR NO KEY UPDATE
), moved AS (
    UPDATE gateway.deliveries d SET state = m.state, rank = m.rank, updated_at = now()
    FROM matched m JOIN locked l USING (tenant_id, id)
    WHERE d.tenant_id = m.tenant_id AND d.id = m.id AND d.rank < m.rank AND d.state IN ('sent', 'delivered')
    RETURNING d.channel, d.state
), settled AS (
    UPDATE gateway.inbox o SET handled_at = now() FROM mark m
    WHERE o.tenant_id = m.tenant_id AND o.id = m.inbox_id AND o.handled_at IS NULL
)
SELECT channel, state FROM moved
"""

QUARANTINE: Final = """
INSERT INTO gateway.quarantine (tenant_id, id, channel, account_id, reason, body)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bytea[])
ON CONFLICT DO NOTHING
"""

# What an instance that ended had stored and perhaps not published. Younger than the stream's duplicate window, so that the
# same Nats-Msg-Id makes it no repeat where it was.
LEFT: Final = """
SELECT tenant_id, id, position, subject, payload FROM gateway.inbox
WHERE kind = 'message' AND handled_at IS NULL AND after_id IS NULL AND position > $1
  AND received_at > now() - interval '110 s' AND next_attempt_at <= now() + make_interval(secs => $3)
ORDER BY position LIMIT $2
"""
