"""How are deliveries written and read? The statements of `store.deliveries`.

The numbers are `domain.states.RANKS`; below 20 (sent) there is still something for us to do.
"""

from __future__ import annotations

from typing import Final

from services.gateway.store.forgotten import REFUSAL

# The latest word against writing to a person, if any: on this channel, by phone or as the same customer on another one.
# Whoever said yes again on this very channel later is written to on it; and who writes to us is answered. Three look-ups,
# each by an index of its own: an OR of them would read all that the tenant has. Row-level security lets an index be asked
# for what leaks nothing only: CASE does not, COALESCE might.
_WORDS: Final = """
    (SELECT * FROM gateway.consents
     WHERE tenant_id = {tenant} AND channel = {channel} AND user_id = ANY(ARRAY[{user}, {canonical}]) LIMIT 9)
    UNION ALL (SELECT * FROM gateway.consents WHERE tenant_id = {tenant} AND phone = {phone} LIMIT 99)
    UNION ALL (SELECT * FROM gateway.consents WHERE tenant_id = {tenant} AND customer_id = {customer} LIMIT 99)
"""
_FORBIDDEN: Final = f"""
    SELECT 'opted out on ' || no.channel || ' at ' || to_char(no.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')
           AS reason
    FROM ({_WORDS}) no
    WHERE NOT no.allowed AND (no.scope = 'all' OR {{marketing}})
      AND NOT ({{answers}} AND coalesce({{heard}} > no.at, false))
      AND NOT EXISTS (SELECT 1 FROM gateway.consents yes
                      WHERE yes.tenant_id = {{tenant}} AND yes.channel = {{channel}}
                        AND yes.user_id = ANY(ARRAY[{{user}}, {{canonical}}]) AND yes.scope = no.scope AND yes.allowed
                        AND yes.at > no.at)
    ORDER BY no.at DESC LIMIT 1
"""  # noqa: S608  # made of constants

# One row by its key, whatever the planner believes of the table: without the LIMIT it might read all of a tenant's.
_PERSON: Final = """
    SELECT user_id, phone, customer_id, last_inbound_at FROM gateway.conversations
    WHERE tenant_id = {tenant} AND conversation_id = {conversation} LIMIT 1
"""

# One that is ready, with nothing before it, with nobody against it and within the window, is stored as `sending` at once:
# that is all that has to be on disk before the call.
ADD: Final = f"""
WITH given AS MATERIALIZED (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::uuid[], $5::text[], $6::text[], $7::bytea[],
                         $8::text[], $9::text[], $10::bool[], $11::bool[], $12::bool[], $13::float8[], $14::text[],
                         $15::uuid[], $16::timestamptz[])
         WITH ORDINALITY AS one(t, i, p, c, ch, pu, b, a, u, ready, answers, marketing, free, phone, customer, at, n)
)
INSERT INTO gateway.deliveries (tenant_id, id, partition, conversation_id, channel, purpose, payload, account_id, user_id,
                                answers, published_at, state, rank, attempts, sending_at, reason)
SELECT t, i, p, c, ch, pu, b, a, u, answers, at,
       CASE WHEN reason IS NOT NULL THEN 'rejected' WHEN go THEN 'sending' ELSE 'pending' END,
       CASE WHEN reason IS NOT NULL THEN 25 WHEN go THEN 10 ELSE 0 END,
       CASE WHEN go THEN 1 ELSE 0 END, CASE WHEN go THEN now() END, reason
FROM (
    SELECT g.*, coalesce(gone.reason, word.reason) AS reason,
           g.ready AND gone.reason IS NULL AND word.reason IS NULL
           AND (g.free IS NULL OR coalesce(k.last_inbound_at > now() - make_interval(secs => g.free), false))
           AND row_number() OVER (PARTITION BY g.t, g.c ORDER BY g.n) = 1
           AND (SELECT true FROM gateway.deliveries d WHERE d.conversation_id = g.c AND d.rank < 20 LIMIT 1) IS NULL AS go
    FROM given g
    LEFT JOIN LATERAL ({_PERSON.format(tenant="g.t", conversation="g.c")}) k ON true
    LEFT JOIN LATERAL ({
    REFUSAL.format(
        tenant="g.t",
        conversation="g.c",
        published="coalesce(g.at, now())",
        answers="g.answers",
        purpose="g.pu",
        heard="k.last_inbound_at",
    )
}) gone ON true
    LEFT JOIN LATERAL ({
    _FORBIDDEN.format(
        tenant="g.t",
        channel="g.ch",
        user="g.u",
        canonical="k.user_id",
        phone="CASE WHEN g.phone IS NULL THEN k.phone ELSE g.phone END",
        customer="CASE WHEN g.customer IS NULL THEN k.customer_id ELSE g.customer END",
        heard="k.last_inbound_at",
        answers="g.answers",
        marketing="g.marketing",
    )
}) word ON true
) new
ORDER BY n
ON CONFLICT DO NOTHING
RETURNING tenant_id, id, conversation_id, state, channel, purpose, reason
"""  # noqa: S608  # made of constants

# What a message tells of the person, where it is news; also for who has said no.
LEARNED: Final = """
WITH given AS MATERIALIZED (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[])
         AS one(t, c, ch, u, phone, customer)
), people AS (
    UPDATE gateway.conversations k
    SET phone = coalesce(k.phone, g.phone), customer_id = coalesce(g.customer, k.customer_id)
    FROM given g WHERE k.tenant_id = g.t AND k.conversation_id = g.c
)
UPDATE gateway.consents s SET customer_id = g.customer FROM given g
WHERE s.tenant_id = g.t AND s.channel = g.ch AND s.user_id = g.u AND g.customer IS NOT NULL
"""

# What is held counts again when the person has written (since it was tried, when it was), and now and then, because a
# template may have been added. Providers' instants are whole seconds, about. $2, $3: how long each channel's window is.
_DUE: Final = """(d.state <> 'held' OR d.next_attempt_at <= now() OR EXISTS (
        SELECT 1 FROM gateway.conversations w
        JOIN unnest($2::text[], $3::float8[]) AS free(channel, seconds) ON free.channel = d.channel
        WHERE w.tenant_id = d.tenant_id AND w.conversation_id = d.conversation_id
          AND w.last_inbound_at > greatest(d.sending_at - interval '2 seconds', now() - make_interval(secs => free.seconds))))"""

# What goes out with another one (`merged_into`) waits until that is settled. $4: purposes that are marketing.
NEXT: Final = f"""
SELECT d.tenant_id, d.id, d.conversation_id, d.channel, d.payload, d.state, d.part, d.attempts, d.media_id,
       extract(epoch FROM now() - d.created_at)::float8 AS age,
       coalesce(extract(epoch FROM now() - d.sending_at), 0)::float8 AS sending_for,
       extract(epoch FROM d.next_attempt_at - now())::float8 AS wait,
       now() AS read_at,
       CASE WHEN d.state = 'held' AND k.last_inbound_at <= d.sending_at - interval '2 seconds' THEN NULL
            ELSE k.last_inbound_at END AS last_inbound_at,
       coalesce(gone.reason, word.reason) AS forbidden, d.merged_into,
       EXISTS (SELECT 1 FROM gateway.deliveries f WHERE f.conversation_id = d.conversation_id AND f.rank < 20
               AND f.position > d.position) AS has_followers
FROM (SELECT * FROM gateway.deliveries d
      WHERE d.conversation_id = $1 AND d.rank < 20 AND {_DUE}
        AND (d.merged_into IS NULL OR EXISTS (
            SELECT 1 FROM gateway.deliveries l
            WHERE l.tenant_id = d.tenant_id AND l.id = d.merged_into AND l.rank >= 20))
      ORDER BY d.position LIMIT 1) d
LEFT JOIN LATERAL ({_PERSON.format(tenant="d.tenant_id", conversation="d.conversation_id")}) k ON true
LEFT JOIN LATERAL ({
    REFUSAL.format(
        tenant="d.tenant_id",
        conversation="d.conversation_id",
        published="coalesce(d.published_at, d.created_at)",
        answers="d.answers",
        purpose="d.purpose",
        heard="k.last_inbound_at",
    )
}) gone ON true
LEFT JOIN LATERAL ({
    _FORBIDDEN.format(
        tenant="d.tenant_id",
        channel="d.channel",
        user="d.user_id",
        canonical="k.user_id",
        phone="k.phone",
        customer="k.customer_id",
        heard="k.last_inbound_at",
        answers="d.answers",
        marketing="d.purpose = ANY($4::text[])",
    )
}) word ON true
"""  # noqa: S608  # made of constants

OPEN: Final = f"""
SELECT DISTINCT d.tenant_id, d.conversation_id, d.partition FROM gateway.deliveries d
WHERE d.rank < 20 AND d.partition = ANY($1::smallint[]) AND {_DUE}
"""  # noqa: S608  # made of constants

SENDING: Final = """
UPDATE gateway.deliveries SET state = 'sending', rank = 10, attempts = attempts + 1,
       sending_at = now(), updated_at = now()
WHERE tenant_id = $1 AND id = $2 AND attempts = $3 AND part = $4 AND rank < 20
"""

AGAIN: Final = """
UPDATE gateway.deliveries SET state = 'pending', rank = 0, part = greatest(part, $4), reason = $5,
       next_attempt_at = now() + make_interval(secs => $6), updated_at = now()
WHERE tenant_id = $1 AND id = $2 AND attempts = $3 AND rank < 20
"""

HELD: Final = """
UPDATE gateway.deliveries SET state = 'held', rank = 5, reason = $4,
       next_attempt_at = now() + make_interval(secs => $5), updated_at = now()
WHERE tenant_id = $1 AND id = $2 AND attempts = $3 AND rank < 20
"""

# Another body from here on, from its first part.
REPLACED: Final = """
UPDATE gateway.deliveries SET state = 'pending', rank = 0, part = 0, payload = $4, reason = $5, next_attempt_at = now(),
       updated_at = now()
WHERE tenant_id = $1 AND id = $2 AND attempts = $3 AND rank < 20
"""

# A status may have come before this answer: then only the provider's id is still news.
SENT: Final = """
UPDATE gateway.deliveries d SET state = CASE WHEN rank < 20 THEN 'sent' ELSE state END,
       rank = greatest(rank, 20), reason = CASE WHEN rank < 20 THEN NULL ELSE reason END,
       provider_id = coalesce(provider_id, s.p), updated_at = now()
FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS s(t, i, p)
WHERE tenant_id = s.t AND id = s.i
"""

REJECTED: Final = """
UPDATE gateway.deliveries SET state = 'rejected', rank = 25, reason = $4, updated_at = now()
WHERE tenant_id = $1 AND id = $2 AND attempts = $3 AND rank < 20
"""

OPTED_OUT: Final = """
INSERT INTO gateway.consents AS old (tenant_id, channel, user_id, scope, allowed, phone, customer_id, source, at)
VALUES ($1, $2, $3, $4, false, $5, $6, 'provider', now())
ON CONFLICT (tenant_id, channel, user_id, scope) DO UPDATE
SET allowed = false, source = 'provider', at = now(), phone = coalesce(excluded.phone, old.phone),
    customer_id = coalesce(excluded.customer_id, old.customer_id)
WHERE old.allowed AND old.at < now()
"""

UPLOADED: Final = "UPDATE gateway.deliveries SET media_id = $3 WHERE tenant_id = $1 AND id = $2"

FOLLOWERS: Final = """
SELECT f.id, f.payload, f.state, f.attempts, f.merged_into FROM gateway.deliveries f
WHERE f.conversation_id = $1 AND f.rank < 20
  AND f.position > (SELECT position FROM gateway.deliveries WHERE tenant_id = $2 AND id = $3)
ORDER BY f.position LIMIT 8
"""

MERGED: Final = """
UPDATE gateway.deliveries SET merged_into = $2, updated_at = now()
WHERE tenant_id = $1 AND id = ANY($3::uuid[]) AND attempts = 0 AND state = 'pending' AND merged_into IS NULL
"""

LED: Final = """
UPDATE gateway.deliveries SET payload = $4, updated_at = now()
WHERE tenant_id = $1 AND id = $2 AND attempts = $3 AND state = 'pending'
"""

FOLLOWED: Final = """
UPDATE gateway.deliveries f SET state = l.state, rank = l.rank, reason = l.reason, provider_id = l.provider_id,
       updated_at = now()
FROM gateway.deliveries l
WHERE l.tenant_id = $1 AND l.id = $2 AND l.rank >= 20
  AND f.tenant_id = l.tenant_id AND f.merged_into = l.id AND f.rank < 20
"""

PAYLOAD: Final = """
SELECT payload FROM gateway.deliveries WHERE tenant_id = $1 AND conversation_id = $2 AND id = $3
"""

FAILED: Final = """
SELECT tenant_id, id, partition, conversation_id, channel, payload, account_id, reason, updated_at
FROM gateway.deliveries WHERE state = 'failed' AND updated_at > $1 ORDER BY updated_at LIMIT $2
"""
