"""Which invariants must hold? One read-only statement for each, which finds what breaks it: `subject` (an id), `text`.

Each reads one tenant (`$1`), at a moment (`$2`) where time matters. Nothing here names a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from services.booking.statements import SEATED

GRACE_SECONDS: Final = 60
"""What should happen at once may be this late before it counts as not having happened."""

STUCK_MINUTES: Final = 10
"""A payment that nobody has looked at for so long after it was due is stuck."""


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant. `warning`: worth a look, but nothing is broken."""

    name: str
    holds: str
    statement: str
    warning: bool = False

    @property
    def timed(self) -> bool:
        """Whether the statement also takes the moment."""
        return "$2" in self.statement


_TENTATIVE = "('held', 'pending_payment', 'pending_approval')"

# Holds whose time is over count for nothing, whether or not they were cleared away.
_LIVE = f"b.status IN {SEATED} AND NOT (b.status IN {_TENTATIVE} AND coalesce(b.expires_at <= $2, false))"

SEATS = Check(
    "seats",
    "A session's seats taken are the sum of its seated bookings.",
    f"""
SELECT s.id AS subject, format('%s seats taken, but its bookings add up to %s', s.seats_taken, b.seats) AS text
FROM booking.sessions s
CROSS JOIN LATERAL (SELECT coalesce(sum(b.party_size), 0) AS seats FROM booking.bookings b
    WHERE b.tenant_id = s.tenant_id AND b.session_id = s.id AND b.status IN {SEATED}) AS b
WHERE s.tenant_id = $1 AND s.seats_taken <> b.seats
""",  # noqa: S608
)

CAPACITY = Check(
    "capacity",
    "No session has more seats taken than it has.",
    f"""
SELECT s.id AS subject, format('%s of %s seats are taken', greatest(s.seats_taken, b.seats), s.capacity) AS text
FROM booking.sessions s
CROSS JOIN LATERAL (SELECT coalesce(sum(b.party_size), 0) AS seats FROM booking.bookings b
    WHERE b.tenant_id = s.tenant_id AND b.session_id = s.id AND b.status IN {SEATED}) AS b
WHERE s.tenant_id = $1 AND greatest(s.seats_taken, b.seats) > s.capacity
""",  # noqa: S608
)

CANCELLED = Check(
    "cancelled",
    "Nobody has a place in a session that does not take place.",
    f"""
SELECT s.id AS subject, format('cancelled, but booking %s is %s', b.id, b.status) AS text
FROM booking.sessions s JOIN booking.bookings b ON b.tenant_id = s.tenant_id AND b.session_id = s.id
WHERE s.tenant_id = $1 AND s.status = 'cancelled' AND {_LIVE}
""",  # noqa: S608
)

OVERLAP = Check(
    "overlap",
    "Nobody on the staff, no room and no equipment is in two sessions at once.",
    """
SELECT a.resource_id AS subject, format('in sessions %s and %s at once (%s)', a.session_id, b.session_id,
    CASE WHEN a.during && b.during THEN a.during * b.during ELSE a.busy * b.busy END) AS text
FROM booking.occupancies a
JOIN booking.occupancies b ON b.tenant_id = a.tenant_id AND b.resource_id = a.resource_id
    AND b.session_id > a.session_id AND (b.during && a.during
        OR (b.busy && a.busy AND NOT a.ignores_buffers AND NOT b.ignores_buffers))
WHERE a.tenant_id = $1
""",
)

OCCUPANCIES = Check(
    "occupancies",
    "Every session that takes place occupies its staff and resources, with its buffers; no other does.",
    """
SELECT coalesce(w.session_id, o.session_id) AS subject, format('%s %s', coalesce(w.resource_id, o.resource_id),
    CASE WHEN o.session_id IS NULL THEN 'is not occupied by it' WHEN w.session_id IS NULL THEN 'is occupied by it for nothing'
    ELSE 'is occupied by it at another time' END) AS text
FROM (
    SELECT s.id AS session_id, r AS resource_id, tstzrange(s.starts_at, s.ends_at) AS during,
           tstzrange(s.starts_at - make_interval(mins => s.buffer_before_minutes),
                     s.ends_at + make_interval(mins => s.buffer_after_minutes)) AS busy, s.ignores_buffers
    FROM booking.sessions s
    CROSS JOIN LATERAL (SELECT s.staff_id AS r UNION SELECT unnest(s.resource_ids)) AS needed
    WHERE s.tenant_id = $1 AND s.status <> 'cancelled' AND r IS NOT NULL
) AS w
FULL JOIN (SELECT * FROM booking.occupancies WHERE tenant_id = $1) AS o
    ON o.session_id = w.session_id AND o.resource_id = w.resource_id
WHERE (o.during, o.busy, o.ignores_buffers) IS DISTINCT FROM (w.during, w.busy, w.ignores_buffers)
""",
)

ONE_PLACE = Check(
    "one_place",
    "A customer has at most one place in a session.",
    f"""
SELECT b.session_id AS subject, format('customer %s has %s bookings', b.customer_id, count(*)) AS text
FROM booking.bookings b WHERE b.tenant_id = $1 AND b.status IN {SEATED}
GROUP BY b.session_id, b.customer_id HAVING count(*) > 1
""",  # noqa: S608
)

# Sessions that were moved to another time do not count: their bookings stay, and the customer is told. Nor does the past
# of a customer that another one was merged into.
TWO_PLACES = Check(
    "two_places",
    "Nobody is in two places at once, unless the service allows it.",
    f"""
WITH mine AS (
    SELECT b.id, b.customer_id, s.id AS session_id, s.starts_at, s.ends_at, max(s.ends_at) OVER (
        PARTITION BY b.customer_id ORDER BY s.starts_at, b.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until
    FROM booking.bookings b
    JOIN booking.sessions s ON s.tenant_id = b.tenant_id AND s.id = b.session_id AND s.status <> 'cancelled'
    JOIN booking.services v ON v.tenant_id = s.tenant_id AND v.id = s.service_id
    JOIN booking.tenants t ON t.tenant_id = s.tenant_id
    WHERE b.tenant_id = $1 AND {_LIVE} AND NOT coalesce((v.policy ->> 'overlap')::boolean, false)
      AND NOT 'starts_at' = ANY (s.overrides)
      AND coalesce(s.local_start = s.starts_at AT TIME ZONE t.timezone, true)
      AND (s.ends_at > $2 OR NOT EXISTS (SELECT 1 FROM booking.customers c
          WHERE c.tenant_id = b.tenant_id AND c.merged_into = b.customer_id))
)
SELECT m.customer_id AS subject, format('booking %s starts at %s, before another place ends at %s', m.id,
    to_char(m.starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"'),
    to_char(m.busy_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"')) AS text
FROM mine m WHERE m.busy_until > m.starts_at
""",  # noqa: S608
)

LEDGER = Check(
    "ledger",
    "Every transaction of the ledger adds up to nothing in each unit.",
    """
SELECT e.transaction_id AS subject, format('%s is off by %s %s', min(e.kind), sum(e.amount), e.unit) AS text
FROM booking.ledger_entries e WHERE e.tenant_id = $1
GROUP BY e.transaction_id, e.unit HAVING sum(e.amount) <> 0
""",
)

BALANCES = Check(
    "balances",
    "No pass has less than no credit, and no gift card less than nothing on it.",
    """
SELECT e.pass_id AS subject, format('%s is %s', e.account, sum(e.amount)) AS text
FROM booking.ledger_entries e
WHERE e.tenant_id = $1 AND e.account IN ('credits_held', 'gift_held')
GROUP BY e.pass_id, e.account, e.unit HAVING sum(e.amount) < 0
""",
)

# Who could not have been booked keeps the place in line, and others go first: blocked, busy then, paying with a pass (it
# may be empty), or with limits. Who let an offer lapse has had their turn.
QUEUE_ORDER = Check(
    "queue_order",
    "Nobody waits for a place that is free while somebody further back got one.",
    f"""
SELECT e.id AS subject, format('waits for %s of %s free seats of session %s, but entry %s behind it got a place',
    e.party_size, s.capacity - s.held_back - s.seats_taken, s.id, min(o.id::text)) AS text
FROM booking.waitlist_entries e
JOIN booking.sessions s ON s.tenant_id = e.tenant_id AND s.id = e.session_id AND s.status = 'scheduled'
    AND (s.due_at IS NULL OR s.due_at > $2::timestamptz - interval '{GRACE_SECONDS} seconds')
JOIN booking.services v ON v.tenant_id = s.tenant_id AND v.id = s.service_id
JOIN booking.customers c ON c.tenant_id = e.tenant_id AND c.id = e.customer_id AND c.blocked_at IS NULL
JOIN booking.waitlist_entries o ON o.tenant_id = e.tenant_id AND o.session_id = e.session_id AND o.booking_id IS NOT NULL
    AND (o.status = 'accepted' OR o.status = 'offered')
    AND (-o.priority, o.joined_at, o.id) > (-e.priority, e.joined_at, e.id)
    AND coalesce(o.ended_at, o.offered_at) > e.joined_at
WHERE e.tenant_id = $1 AND e.status = 'waiting' AND e.offered_at IS NULL AND coalesce(e.method, '') <> 'pass'
  AND e.party_size <= s.capacity - s.held_back - s.seats_taken AND o.party_size >= e.party_size
  AND coalesce((v.policy #>> '{{waitlist,enabled}}')::boolean, true) AND NOT v.policy ? 'limits'
  AND s.starts_at - make_interval(mins => greatest(coalesce((v.policy #>> '{{waitlist,closes_minutes}}')::int, 20),
      coalesce((v.policy #>> '{{waitlist,broadcast_minutes}}')::int, 60),
      coalesce((v.policy ->> 'minimum_notice_minutes')::int, 0))) > $2
  AND NOT EXISTS (SELECT 1 FROM booking.bookings b
      JOIN booking.sessions z ON z.tenant_id = b.tenant_id AND z.id = b.session_id
      WHERE b.tenant_id = e.tenant_id AND b.customer_id = e.customer_id AND b.status IN {SEATED}
        AND z.starts_at < s.ends_at AND s.starts_at < z.ends_at)
  AND NOT EXISTS (SELECT 1 FROM booking.passes p WHERE p.tenant_id = e.tenant_id AND p.customer_id = e.customer_id)
GROUP BY e.id, e.party_size, s.id, s.capacity, s.held_back, s.seats_taken
""",  # noqa: S608
)

OFFERS = Check(
    "offers",
    "Whoever was offered a place of their own has it kept for them.",
    f"""
SELECT e.id AS subject, format('is offered booking %s, which keeps no place', e.booking_id) AS text
FROM booking.waitlist_entries e
WHERE e.tenant_id = $1 AND e.status = 'offered' AND e.booking_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM booking.bookings b WHERE b.tenant_id = e.tenant_id AND b.id = e.booking_id
      AND b.session_id = e.session_id AND b.status IN {_TENTATIVE})
""",  # noqa: S608
)

HOLDS = Check(
    "holds",
    "What is only held ends by its time.",
    f"""
SELECT b.id AS subject, CASE WHEN b.expires_at IS NULL THEN format('%s without an end', b.status)
    ELSE format('still %s, %s seconds after its end', b.status, extract(epoch FROM $2 - b.expires_at)::bigint) END AS text
FROM booking.bookings b
WHERE b.tenant_id = $1 AND b.status IN {_TENTATIVE}
  AND CASE WHEN b.expires_at IS NULL THEN b.status <> 'pending_approval'
      ELSE b.expires_at < $2::timestamptz - interval '{GRACE_SECONDS} seconds' END
""",  # noqa: S608
)

PROMO_USES = Check(
    "promo_uses",
    "A promo code was used as often as it says, and no more often than it may be.",
    """
SELECT p.id AS subject, format('%s uses, %s bookings, at most %s', p.uses, b.uses, coalesce(p.max_uses::text, 'any number'))
    AS text
FROM booking.promo_codes p
CROSS JOIN LATERAL (SELECT count(*) AS uses FROM booking.bookings b WHERE b.tenant_id = p.tenant_id AND b.promo_id = p.id
    AND b.status IN ('confirmed', 'attended', 'no_show')) AS b
WHERE p.tenant_id = $1 AND (p.uses <> b.uses OR p.uses > p.max_uses)
""",
)

OUTCOMES = Check(
    "outcomes",
    "A command that was answered with a booking has made it.",
    """
SELECT o.command_id AS subject, format('its booking %s is not there', o.outcome #>> '{booking,booking_id}') AS text
FROM booking.command_outcomes o
WHERE o.tenant_id = $1 AND o.outcome #>> '{booking,booking_id}' IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM booking.bookings b
      WHERE b.tenant_id = o.tenant_id AND b.id = (o.outcome #>> '{booking,booking_id}')::uuid)
""",
)

PAYMENTS = Check(
    "payments",
    "No payment gives back more than came in, and none waits for nobody.",
    f"""
SELECT p.id AS subject, CASE
    WHEN p.refunded > p.captured THEN format('%s given back of %s', p.refunded, p.captured)
    WHEN p.refunded <> r.done THEN format('%s given back, but its refunds add up to %s', p.refunded, r.done)
    WHEN p.next_attempt_at IS NULL AND p.status IN ('requested', 'created', 'authorised')
        THEN format('%s, and nobody will look again', p.status)
    ELSE format('%s, and nobody has looked since %s', p.status, least(p.next_attempt_at, p.report_due_at)) END AS text
FROM booking.payments p
CROSS JOIN LATERAL (SELECT coalesce(sum(r.amount) FILTER (WHERE r.status = 'done'), 0) AS done FROM booking.refunds r
    WHERE r.tenant_id = p.tenant_id AND r.payment_id = p.id) AS r
WHERE p.tenant_id = $1 AND (p.refunded > p.captured OR p.refunded <> r.done
  OR (p.next_attempt_at IS NULL AND p.status IN ('requested', 'created', 'authorised'))
  OR least(p.next_attempt_at, p.report_due_at) < $2::timestamptz - interval '{STUCK_MINUTES} minutes')
""",  # noqa: S608
)

REFUNDS = Check(
    "refunds",
    "No refund is forgotten.",
    f"""
SELECT r.id AS subject, CASE WHEN r.next_attempt_at IS NULL AND r.status IN ('requested', 'pending')
    THEN format('%s, and nobody will look again', r.status)
    ELSE format('%s, and nobody has looked since %s', r.status, least(r.next_attempt_at, r.report_due_at)) END AS text
FROM booking.refunds r
WHERE r.tenant_id = $1 AND ((r.next_attempt_at IS NULL AND r.status IN ('requested', 'pending'))
  OR least(r.next_attempt_at, r.report_due_at) < $2::timestamptz - interval '{STUCK_MINUTES} minutes')
""",  # noqa: S608
)

PAID = Check(
    "paid",
    "No booking gives back more than was paid for it.",
    """
SELECT b.id AS subject, format('%s given back of %s', b.refunded, b.paid) AS text
FROM booking.bookings b WHERE b.tenant_id = $1 AND b.refunded > b.paid
""",
)

OUTBOX = Check(
    "outbox",
    "What happened was told to whom it concerns.",
    f"""
SELECT o.id AS subject, format('not confirmed by anybody since %s: %s',
    to_char(o.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), o.subject) AS text
FROM booking.outbox o
WHERE o.tenant_id = $1 AND o.created_at < $2::timestamptz - interval '{GRACE_SECONDS} seconds'
""",  # noqa: S608
)

DEAD_LETTERS = Check(
    "dead_letters",
    "No message had to be given up.",
    """
SELECT d.id AS subject, format('given up after %s tries: %s', d.tries, d.subject) AS text
FROM booking.dead_letters d WHERE d.tenant_id = $1
""",
    warning=True,
)

CHECKS: Final = (
    SEATS, CAPACITY, CANCELLED, OVERLAP, OCCUPANCIES, ONE_PLACE, TWO_PLACES, LEDGER, BALANCES, QUEUE_ORDER, OFFERS,
    HOLDS, PROMO_USES, OUTCOMES, PAYMENTS, REFUNDS, PAID, OUTBOX, DEAD_LETTERS,
)  # fmt: skip
