"""The SQL of the writing path. Most batches need `WRITE` alone; the others run only when there is something for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from shared.db import SEES, here

SEATED: Final = "('held', 'pending_payment', 'pending_approval', 'confirmed', 'attended', 'no_show')"
"""Statuses that take seats, as the indexes of bookings have them."""

PLAIN_BOOKING: Final = ("id", "customer_id", "party_size", "price", "total", "reference", "booked_at", "contact", "status",
    "expires_at")  # fmt: skip
"""Of a booking that is paid on site and was asked for directly, what commands are decided by."""

BOOKING: Final = (*PLAIN_BOOKING, "method", "due_now", "paid", "refunded", "fee", "pass_id", "credits", "promo_id", "quote",
    "payment_id", "pay_link", "attendees", "entry_id", "series_id", "moved_from")  # fmt: skip
"""Of any booking, what commands are decided by."""

_IS_PLAIN: Final = """b.method = 'at_business' AND (b.due_now, b.paid, b.refunded, b.fee, b.credits) = (0, 0, 0, 0, 0)
                AND num_nonnulls(b.pass_id, b.promo_id, b.quote, b.payment_id, b.pay_link, b.attendees, b.entry_id,
                                 b.series_id, b.moved_from) = 0"""

ENTRY: Final = ("id", "customer_id", "party_size", "priority", "joined_at", "contact", "status", "method", "booking_id",
    "offered_at", "offer_expires_at", "request_id")  # fmt: skip
"""Of a waitlist entry, what commands are decided by."""

COMMITMENT: Final = ("id", "session_id", "service_id", "starts_at", "ends_at", "timezone")
"""Of what a customer is committed to, what commands are decided by."""


def _of(table: str, names: Sequence[str]) -> str:
    return ", ".join(f"{table}.{name}" for name in names)


# `LATERAL (... OFFSET 0)`: one look into an index per key, whatever the planner believes of a table's size. On a new
# table it believes that there is nothing, and would read all of a tenant's customers for each key.
_SESSIONS: Final = """
SELECT s.tenant_id, s.id, s.service_id, s.staff_id, s.starts_at, s.ends_at, s.capacity, s.seats_taken, s.version,
       s.status, s.kind, s.resource_ids, s.held_back, s.buffer_before_minutes, s.buffer_after_minutes,
       s.ignores_buffers, s.overrides, s.cancel_reason, s.due_at,
       v.name AS service_name, v.price, v.cancellation_deadline_minutes, v.level, v.policy, w.name AS staff_name,
       r.name AS room, t.name AS business_name, t.timezone, t.language, t.currency, t.address, t.phone,
       t.description, t.opening_hours, coalesce(t.settings ->> 'week_starts_on', 'mon') AS week_starts_on,
       {WITH}
FROM unnest($1::uuid[], $2::uuid[]) AS k (tenant_id, id)
CROSS JOIN LATERAL (SELECT * FROM booking.sessions s WHERE s.tenant_id = k.tenant_id AND s.id = k.id OFFSET 0) AS s
JOIN booking.services v ON v.tenant_id = s.tenant_id AND v.id = s.service_id
JOIN booking.tenants t ON t.tenant_id = s.tenant_id
LEFT JOIN booking.staff w ON w.tenant_id = s.tenant_id AND w.id = s.staff_id
LEFT JOIN booking.resources r ON r.tenant_id = s.tenant_id AND r.id = s.resource_ids[1] AND r.kind = 'room'
"""

LOAD_FACTS: Final = _SESSIONS.replace("{WITH}", "s.tenant_id")
"""Sessions without who is in them."""

# One statement sees one moment, and costs one round trip. Records come without names: in the order of these columns.
LOAD_SESSIONS: Final = _SESSIONS.replace(
    "{WITH}",
    f"""CASE WHEN s.seats_taken > 0 THEN ARRAY(
           SELECT CASE WHEN {_IS_PLAIN} THEN ROW({_of("b", PLAIN_BOOKING)}) ELSE ROW({_of("b", BOOKING)}) END
           FROM booking.bookings b
           WHERE b.tenant_id = k.tenant_id AND b.session_id = k.id AND b.status IN {SEATED}) END AS bookings,
       ARRAY(SELECT ROW({_of("e", ENTRY)}) FROM booking.waitlist_entries e
             WHERE e.tenant_id = k.tenant_id AND e.session_id = k.id AND e.status IN ('waiting', 'offered')) AS queue""",  # noqa: S608
)
"""Sessions with their `bookings` (columns `PLAIN_BOOKING` or `BOOKING`; NULL: there are none) and `queue` (columns `ENTRY`)."""

LOAD_OUTCOMES: Final = """
SELECT o.tenant_id, o.command_id, o.outcome
FROM unnest($1::uuid[], $2::uuid[]) AS k (tenant_id, id)
JOIN booking.command_outcomes o ON o.tenant_id = k.tenant_id AND o.command_id = k.id
"""

# Commitments are those that still take the customer's time, and those of the last days, which count for limits of a week.
LOAD_ACCOUNTS: Final = f"""
SELECT k.id AS asked, c.tenant_id, c.id, c.version, c.tier, c.blocked_at, c.erased_at,
       EXISTS (SELECT 1 FROM booking.passes p WHERE p.tenant_id = c.tenant_id AND p.customer_id = c.id) AS has_passes,
       EXISTS (SELECT FROM booking.standing_requests r
               WHERE r.tenant_id = c.tenant_id AND r.customer_id = c.id AND r.status = 'open')
       OR EXISTS (SELECT FROM booking.bookings b WHERE b.tenant_id = c.tenant_id AND b.customer_id = c.id
                  AND (b.promo_id IS NOT NULL OR b.cancel_reason = 'late')) AS has_more,
       ARRAY(
           SELECT ROW(b.id, b.session_id, s.service_id, s.starts_at, s.ends_at, t.timezone)
           FROM booking.bookings b
           CROSS JOIN LATERAL (
               SELECT * FROM booking.sessions s WHERE s.tenant_id = b.tenant_id AND s.id = b.session_id
               AND s.ends_at > $3::timestamptz - interval '8 days' OFFSET 0
           ) AS s
           JOIN booking.tenants t ON t.tenant_id = b.tenant_id
           WHERE b.tenant_id = c.tenant_id AND b.customer_id = c.id AND b.status IN {SEATED}
             AND (b.expires_at IS NULL OR b.expires_at > $3::timestamptz)
       ) AS commitments
FROM unnest($1::uuid[], $2::uuid[]) AS k (tenant_id, id)
CROSS JOIN LATERAL (
    SELECT coalesce(a.merged_into, a.id) AS id FROM booking.customers a
    WHERE a.tenant_id = k.tenant_id AND a.id = k.id OFFSET 0
) AS a
CROSS JOIN LATERAL (SELECT * FROM booking.customers c WHERE c.tenant_id = k.tenant_id AND c.id = a.id OFFSET 0) AS c
"""  # noqa: S608
"""Customers by what they were known as, with their `commitments` (columns `COMMITMENT`)."""

LOAD_STANDING: Final = f"""
SELECT r.tenant_id, r.customer_id, r.id, NULL::uuid AS promo_id, 0::bigint AS times
FROM unnest($1::uuid[], $2::uuid[]) AS k (tenant_id, id)
CROSS JOIN LATERAL (
    SELECT * FROM booking.standing_requests r
    WHERE r.tenant_id = k.tenant_id AND r.customer_id = k.id AND r.status = 'open' OFFSET 0
) AS r
UNION ALL
SELECT b.tenant_id, b.customer_id, NULL, b.promo_id, count(*)
FROM unnest($1::uuid[], $2::uuid[]) AS k (tenant_id, id)
CROSS JOIN LATERAL (
    SELECT * FROM booking.bookings b
    WHERE b.tenant_id = k.tenant_id AND b.customer_id = k.id AND b.status IN {SEATED} AND b.promo_id IS NOT NULL OFFSET 0
) AS b
GROUP BY b.tenant_id, b.customer_id, b.promo_id
UNION ALL
SELECT b.tenant_id, b.customer_id, NULL, NULL, count(*)
FROM unnest($1::uuid[], $2::uuid[]) AS k (tenant_id, id)
CROSS JOIN LATERAL (
    SELECT * FROM booking.bookings b
    WHERE b.tenant_id = k.tenant_id AND b.customer_id = k.id AND b.cancelled_by = 'customer'
      AND b.cancel_reason = 'late' AND b.cancelled_at >= date_trunc('month', $3::timestamptz) OFFSET 0
) AS b
GROUP BY b.tenant_id, b.customer_id
"""  # noqa: S608

# What of a card payment was captured, as the ledger has it.
LOAD_RECORDED: Final = """
SELECT coalesce(sum(amount), 0)::bigint FROM booking.ledger_entries
WHERE tenant_id = $1 AND booking_id = $2 AND reason = $3 AND account = 'card_clearing' AND amount > 0
"""

# A booking's card payments and what of each can still go back; the one that is named first.
REFUNDABLE: Final = """
SELECT p.id, p.captured - coalesce(sum(r.amount) FILTER (WHERE r.status <> 'failed'), 0)::bigint AS refundable
FROM booking.payments p
LEFT JOIN booking.refunds r ON r.tenant_id = p.tenant_id AND r.payment_id = p.id
WHERE p.tenant_id = $1 AND (p.booking_id = $2 OR p.id = $3) AND p.captured > 0
GROUP BY p.tenant_id, p.id, p.captured, p.created_at ORDER BY p.id <> $3, p.created_at DESC
"""

LOAD_PROMOS: Final = """
SELECT p.tenant_id, p.id, p.code, p.rule, p.uses, p.max_uses
FROM unnest($1::uuid[], $2::text[]) AS k (tenant_id, code)
JOIN booking.promo_codes p ON p.tenant_id = k.tenant_id AND p.code = k.code AND p.active
UNION
SELECT p.tenant_id, p.id, p.code, p.rule, p.uses, p.max_uses
FROM unnest($3::uuid[], $4::uuid[]) AS k (tenant_id, id)
JOIN booking.promo_codes p ON p.tenant_id = k.tenant_id AND p.id = k.id
"""

UPDATE_BOOKINGS: Final = """
UPDATE booking.bookings b SET
    session_id = w.session_id, status = w.status, party_size = w.party_size, price = w.price, total = w.total,
    expires_at = w.expires_at, cancelled_at = w.cancelled_at, cancelled_by = w.cancelled_by,
    cancel_reason = w.cancel_reason, attendees = w.attendees, method = w.method, pass_id = w.pass_id,
    credits = w.credits, paid = w.paid, refunded = w.refunded, fee = w.fee, due_now = w.due_now, quote = w.quote,
    promo_id = w.promo_id, payment_id = w.payment_id, pay_link = w.pay_link, entry_id = w.entry_id,
    series_id = w.series_id, moved_from = w.moved_from
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::int[], $6::int[], $7::int[], $8::timestamptz[],
            $9::timestamptz[], $10::text[], $11::text[], $12::jsonb[], $13::text[], $14::uuid[], $15::int[], $16::int[],
            $17::int[], $18::int[], $19::int[], $20::jsonb[], $21::uuid[], $22::uuid[], $23::text[], $24::uuid[],
            $25::uuid[], $26::uuid[])
    AS w (tenant_id, id, session_id, status, party_size, price, total, expires_at, cancelled_at, cancelled_by,
          cancel_reason, attendees, method, pass_id, credits, paid, refunded, fee, due_now, quote, promo_id,
          payment_id, pay_link, entry_id, series_id, moved_from)
WHERE b.tenant_id = w.tenant_id AND b.id = w.id
"""

VERSION_STANDS: Final = "s.version = w.expected"
"""The condition that makes a late writer lose a session. `test_negative_control` shows what happens without it."""

ACCOUNT_STANDS: Final = "c.version = excluded.version - 1"
"""The condition that makes a late writer lose a customer: their time, their limits."""

PASS_STANDS: Final = "p.version = w.expected"  # noqa: S105  # a condition, not a password
"""The condition that makes a late writer lose a pass: its last credit."""

PROMO_STANDS: Final = "p.uses = w.expected"
"""The condition that makes a late writer lose a promo code: its last use."""

# Sessions that were only refused on are not updated, but the refusal counts only while their version stands too.
# When it has not written as many rows as it must ($42) it fails by a division by zero: all of it is undone, and it can
# be a transaction by itself, of the tenants in $41.
WRITE: Final = f"""
WITH {here(41)}, changed AS (
    UPDATE booking.sessions s SET seats_taken = w.seats_taken, version = w.version, due_at = w.due_at
    FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::int[], $6::timestamptz[])
        AS w (tenant_id, id, expected, version, seats_taken, due_at)
    WHERE s.tenant_id = w.tenant_id AND s.id = w.id AND {VERSION_STANDS} AND {SEES}
    RETURNING 1
), unchanged AS (
    SELECT 1 FROM unnest($7::uuid[], $8::uuid[], $9::bigint[]) AS w (tenant_id, id, expected)
    JOIN booking.sessions s ON s.tenant_id = w.tenant_id AND s.id = w.id AND {VERSION_STANDS}
    WHERE {SEES}
), people AS (
    INSERT INTO booking.customers AS c (tenant_id, id, version, name, phone)
    SELECT * FROM unnest($10::uuid[], $11::uuid[], $12::bigint[], $13::text[], $14::text[]) WHERE {SEES}
    ON CONFLICT (tenant_id, id) DO UPDATE SET version = excluded.version,
        name = coalesce(excluded.name, c.name), phone = coalesce(excluded.phone, c.phone)
    WHERE {ACCOUNT_STANDS}
    RETURNING 1
), identities AS (
    INSERT INTO booking.customer_identities (tenant_id, customer_id, channel, user_id)
    SELECT * FROM unnest($15::uuid[], $16::uuid[], $17::text[], $18::text[]) WHERE {SEES}
    ON CONFLICT DO NOTHING
), booked AS (
    INSERT INTO booking.bookings (tenant_id, id, session_id, customer_id, party_size, price, total, currency,
                                  status, reference, contact, booked_at, expires_at, cancelled_at)
    SELECT * FROM unnest($19::uuid[], $20::uuid[], $21::uuid[], $22::uuid[], $23::int[], $24::int[], $25::int[],
                         $26::text[], $27::text[], $28::text[], $29::jsonb[], $30::timestamptz[], $31::timestamptz[],
                         $32::timestamptz[])
    WHERE {SEES}
), answered AS (
    INSERT INTO booking.command_outcomes (tenant_id, command_id, outcome)
    SELECT * FROM unnest($33::uuid[], $34::uuid[], $35::jsonb[]) WHERE {SEES}
    ON CONFLICT DO NOTHING RETURNING 1
), told AS (
    INSERT INTO booking.outbox (tenant_id, id, subject, payload, next_attempt_at)
    SELECT t, i, s, p, now() + make_interval(secs => $40::float8)
    FROM unnest($36::uuid[], $37::uuid[], $38::text[], $39::bytea[]) AS r (t, i, s, p)
    WHERE {SEES}
    ON CONFLICT DO NOTHING
)
SELECT 1 / (ARRAY[(SELECT count(*) FROM changed), (SELECT count(*) FROM unchanged), (SELECT count(*) FROM people),
                  (SELECT count(*) FROM answered)] = $42::bigint[])::int
"""  # noqa: S608  # made of constants

_WRITE_PARAMETERS = 42


@cache
def and_change_bookings(write: str) -> str:
    """`write` (`WRITE`, or what a test made of it) that also does what `UPDATE_BOOKINGS` does: one round trip less.

    Only for a batch without new bookings: a statement's parts have no order, and a customer who cancels and books again
    must be let go first.
    """
    update = re.sub(r"\$(\d+)", lambda found: f"${int(found[1]) + _WRITE_PARAMETERS}", UPDATE_BOOKINGS)
    head, tail = write.rsplit("\n)\nSELECT 1 / (ARRAY[", 1)
    ended = f"ended AS ({update} AND {SEES} RETURNING 1)"
    return f"{head}\n), {ended}\nSELECT 1 / (ARRAY[(SELECT count(*) FROM ended), {tail}"  # noqa: S608


PUT_ENTRIES: Final = """
INSERT INTO booking.waitlist_entries AS e (tenant_id, id, session_id, customer_id, party_size, priority, status, method,
    contact, booking_id, request_id, joined_at, offered_at, offer_expires_at, ended_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::int[], $6::int[], $7::text[], $8::text[],
    $9::jsonb[], $10::uuid[], $11::uuid[], $12::timestamptz[], $13::timestamptz[], $14::timestamptz[],
    $15::timestamptz[])
ON CONFLICT (tenant_id, id) DO UPDATE SET status = excluded.status, booking_id = excluded.booking_id,
    offered_at = excluded.offered_at, offer_expires_at = excluded.offer_expires_at, ended_at = excluded.ended_at,
    method = excluded.method, priority = excluded.priority, party_size = excluded.party_size
"""

POST: Final = """
INSERT INTO booking.ledger_entries (tenant_id, transaction_id, line, at, kind, account, unit, amount, customer_id,
    booking_id, pass_id, reason)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::timestamptz[], $5::text[], $6::text[], $7::text[],
    $8::bigint[], $9::uuid[], $10::uuid[], $11::uuid[], $12::text[])
ON CONFLICT DO NOTHING
"""

MAKE_SESSION: Final = """
INSERT INTO booking.sessions (tenant_id, id, kind, service_id, staff_id, resource_ids, starts_at, ends_at, capacity,
    buffer_before_minutes, buffer_after_minutes, ignores_buffers)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""

CHANGE_SESSION: Final = """
UPDATE booking.sessions SET staff_id = $3, resource_ids = $4, starts_at = $5, ends_at = $6, capacity = $7,
    held_back = $8, status = $9, overrides = $10, cancel_reason = $11, buffer_before_minutes = $12,
    buffer_after_minutes = $13, ignores_buffers = $14, seats_taken = $15
WHERE tenant_id = $1 AND id = $2
"""

USE_PROMO: Final = f"""
UPDATE booking.promo_codes p SET uses = uses + w.change
FROM (SELECT $1::uuid AS tenant_id, $2::uuid AS id, $3::int AS expected, $4::int AS change) AS w
WHERE p.tenant_id = w.tenant_id AND p.id = w.id AND {PROMO_STANDS}
"""  # noqa: S608

PUT_STANDING: Final = """
INSERT INTO booking.standing_requests (tenant_id, id, customer_id, wish, status, created_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (tenant_id, id) DO UPDATE SET status = excluded.status,
    ended_at = CASE WHEN excluded.status = 'open' THEN NULL ELSE excluded.created_at END
"""
