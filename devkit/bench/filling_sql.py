"""What does a filled database look like? The SQL that makes it, for tenants numbered $1 to $2 around the instant $3.

Per tenant: 9 staff, 4 rooms, 4 classes and one appointment service, 500 sessions over twelve weeks (the last four lie
ahead), 1,000 customers and 5,087 bookings. Ids follow from numbers, so nothing has to be kept to find a row again.
"""

from __future__ import annotations

from typing import Final

from devkit.bench.names import customer_sql, service_sql, session_sql, staff_sql, tenant_sql

SESSIONS: Final = 500
CUSTOMERS: Final = 1_000
PER_CLASS: Final = 12  # the last of them cancelled

HOURS: Final = "(ARRAY[7, 9, 12, 17, 19, 14])[n % 6 + 1]"
"""Five classes a day, and at 14:00 an appointment (n % 6 = 5)."""

WAITED_FOR: Final = "(n % 40 = 39 AND n % 6 < 5)"
"""Full, with a queue of three."""

CONTACT: Final = (
    "jsonb_build_object('customer_id', {c}, 'conversation_id', {c}, 'address', jsonb_build_object("
    "'channel', 'whatsapp', 'account_id', '100', 'user_id', '351' || lpad((t * 1000 + c)::text, 9, '0'),"
    " 'name', 'Customer ' || c))"
)

_T, _CONTACT = tenant_sql("t"), CONTACT.format(c=customer_sql("t", "c"))
_PLAN: Final = f"""
SELECT t, n, n % 6 AS slot, s.starts_at, s.ends_at, s.ends_at <= $3 AS over
FROM generate_series($1::int, $2::int) AS t, generate_series(0, {SESSIONS - 1}) AS n,
LATERAL (SELECT date_trunc('day', $3::timestamptz) + make_interval(days => n / 6 - 56, hours => {HOURS},
                                                                   mins => t * 7 % 60) AS starts_at) AS a,
LATERAL (SELECT a.starts_at, a.starts_at + interval '1 hour' AS ends_at) AS s
"""

# Which customer has the k-th booking of session n: all different within a session.
_BOOKED: Final = f"""
SELECT p.*, k, (n * 7 + k * 83) % {CUSTOMERS} AS c, md5(t || ' booking ' || n || ' ' || k)::uuid AS id
FROM ({_PLAN}) AS p, generate_series(0, CASE WHEN slot = 5 THEN 0 ELSE {PER_CLASS - 1} END) AS k
"""

_WEEK: Final = ", ".join(
    f'"{day}": ["09:00-13:00", "14:00-19:00"]' for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
)
AVAILABILITY: Final = f'{{"weekly": {{{_WEEK}}}}}'

FILL: Final = (
    f"""INSERT INTO booking.tenants (tenant_id, slug, name, timezone, currency, language)
    SELECT {_T}, 'filled-' || t, 'Studio ' || t, 'Europe/Lisbon', 'EUR', 'en' FROM generate_series($1::int, $2::int) AS t
    WHERE $3::timestamptz IS NOT NULL""",
    f"""INSERT INTO booking.staff (tenant_id, id, name, position, availability)
    SELECT {_T}, {staff_sql("t", "s")}, 'Staff ' || s, s, CASE WHEN s > 4 THEN '{AVAILABILITY}'::jsonb END
    FROM generate_series($1::int, $2::int) AS t, generate_series(0, 8) AS s WHERE $3::timestamptz IS NOT NULL""",
    f"""INSERT INTO booking.resources (tenant_id, id, kind, name, position)
    SELECT {_T}, md5(t || ' room ' || r)::uuid, 'room', 'Room ' || r, r
    FROM generate_series($1::int, $2::int) AS t, generate_series(0, 3) AS r WHERE $3::timestamptz IS NOT NULL""",
    f"""INSERT INTO booking.services (tenant_id, id, name, duration_minutes, price, capacity, position, kind,
        buffer_before_minutes, buffer_after_minutes)
    SELECT {_T}, {service_sql("t", "v")}, 'Service ' || v, 60, 1500, 30, v,
        CASE WHEN v = 4 THEN 'appointment' ELSE 'class' END, CASE WHEN v = 4 THEN 5 ELSE 0 END,
        CASE WHEN v = 4 THEN 10 ELSE 0 END
    FROM generate_series($1::int, $2::int) AS t, generate_series(0, 4) AS v WHERE $3::timestamptz IS NOT NULL""",
    f"""INSERT INTO booking.service_staff (tenant_id, service_id, staff_id)
    SELECT {_T}, {service_sql("t", "4")}, {staff_sql("t", "s")}
    FROM generate_series($1::int, $2::int) AS t, generate_series(5, 8) AS s WHERE $3::timestamptz IS NOT NULL""",
    f"""INSERT INTO booking.service_resources (tenant_id, service_id, need, resource_id)
    SELECT {_T}, {service_sql("t", "4")}, 0, md5(t || ' room ' || r)::uuid
    FROM generate_series($1::int, $2::int) AS t, generate_series(2, 3) AS r WHERE $3::timestamptz IS NOT NULL""",
    f"""INSERT INTO booking.sessions (tenant_id, id, kind, service_id, staff_id, resource_ids, starts_at, ends_at,
        capacity, seats_taken, version, buffer_before_minutes, buffer_after_minutes, due_at)
    SELECT {_T}, {session_sql("t", "n")}, CASE WHEN slot = 5 THEN 'appointment' ELSE 'class' END,
        {service_sql("t", "least(slot, 4 - slot / 4)")}, {staff_sql("t", "slot")},
        ARRAY[md5(t || ' room ' || CASE WHEN slot = 5 THEN 2 ELSE slot % 2 END)::uuid], starts_at, ends_at,
        CASE WHEN slot = 5 THEN 1 WHEN {WAITED_FOR} THEN {PER_CLASS - 1} ELSE 30 END,
        CASE WHEN slot = 5 THEN 1 ELSE {PER_CLASS - 1} END, {PER_CLASS},
        CASE WHEN slot = 5 THEN 5 ELSE 0 END, CASE WHEN slot = 5 THEN 10 ELSE 0 END,
        CASE WHEN over THEN NULL WHEN {WAITED_FOR} AND starts_at - interval '1 hour' > $3
             THEN starts_at - interval '1 hour' ELSE ends_at END
    FROM ({_PLAN}) AS p""",
    f"""INSERT INTO booking.customers (tenant_id, id, name, version)
    SELECT {_T}, {customer_sql("t", "c")}, 'Customer ' || c, 5
    FROM generate_series($1::int, $2::int) AS t, generate_series(0, {CUSTOMERS - 1}) AS c WHERE $3::timestamptz IS NOT NULL""",
    f"""INSERT INTO booking.customer_identities (tenant_id, channel, user_id, customer_id)
    SELECT {_T}, 'whatsapp', '351' || lpad((t * 1000 + c)::text, 9, '0'), {customer_sql("t", "c")}
    FROM generate_series($1::int, $2::int) AS t, generate_series(0, {CUSTOMERS - 1}) AS c WHERE $3::timestamptz IS NOT NULL""",
    f"""INSERT INTO booking.bookings (tenant_id, id, session_id, customer_id, party_size, price, total, currency, status,
        reference, contact, booked_at, cancelled_at, cancelled_by)
    SELECT {_T}, id, {session_sql("t", "n")}, {customer_sql("t", "c")}, 1, 1500, 1500, 'EUR',
        CASE WHEN k = {PER_CLASS - 1} THEN 'cancelled' WHEN over THEN 'attended' ELSE 'confirmed' END,
        upper(left(md5(id::text), 6)), {_CONTACT}, starts_at - interval '70 days',
        CASE WHEN k = {PER_CLASS - 1} THEN starts_at - interval '69 days' END,
        CASE WHEN k = {PER_CLASS - 1} THEN 'customer' END
    FROM ({_BOOKED}) AS b""",
    f"""INSERT INTO booking.command_outcomes (tenant_id, command_id, outcome, created_at)
    SELECT {_T}, id, jsonb_build_object('command_id', id), starts_at - interval '70 days' FROM ({_BOOKED}) AS b""",
    f"""INSERT INTO booking.waitlist_entries (tenant_id, id, session_id, customer_id, party_size, status, contact,
        joined_at, ended_at)
    SELECT {_T}, md5(t || ' entry ' || n || ' ' || k)::uuid, {session_sql("t", "n")}, {customer_sql("t", "c")}, 1,
        CASE WHEN over THEN 'expired' ELSE 'waiting' END, {_CONTACT}, $3::timestamptz - interval '1 day',
        CASE WHEN over THEN $3::timestamptz END
    FROM (SELECT p.*, k, (n * 7 + k * 83) % {CUSTOMERS} AS c
          FROM ({_PLAN}) AS p, generate_series({PER_CLASS}, {PER_CLASS + 2}) AS k WHERE {WAITED_FOR}) AS w""",
    f"""INSERT INTO booking.passes (tenant_id, id, customer_id, name, kind, terms, version, created_at)
    SELECT {_T}, md5(t || ' pass ' || c)::uuid, {customer_sql("t", "c")}, 'Ten', 'pack',
        '{{"product": {{"kind": "pack", "name": "Ten", "price": 12000, "credits": 10}}}}', 1, $3::timestamptz
    FROM generate_series($1::int, $2::int) AS t, generate_series(0, {CUSTOMERS - 1}, 10) AS c""",
    f"""INSERT INTO booking.ledger_entries (tenant_id, transaction_id, line, at, kind, account, unit, amount, customer_id,
        pass_id)
    SELECT {_T}, md5(t || ' sold ' || c)::uuid, e.line, $3::timestamptz, 'pack_sold', e.account,
        CASE WHEN e.line < 2 THEN 'credit:' || md5(t || ' pass ' || c)::uuid ELSE 'EUR' END, e.amount,
        {customer_sql("t", "c")}, md5(t || ' pass ' || c)::uuid
    FROM generate_series($1::int, $2::int) AS t, generate_series(0, {CUSTOMERS - 1}, 10) AS c,
        (VALUES (0, 'credits_held', 10), (1, 'credits_sold', -10), (2, 'cash', 12000), (3, 'prepaid', -12000))
        AS e (line, account, amount)""",
    f"""INSERT INTO booking.ledger_entries (tenant_id, transaction_id, line, at, kind, account, unit, amount, customer_id,
        booking_id)
    SELECT {_T}, md5(id || e.kind)::uuid, e.line, ends_at, e.kind, e.account, 'EUR', e.amount,
        {customer_sql("t", "c")}, id
    FROM ({_BOOKED}) AS b,
        (VALUES ('booking_charged', 0, 'receivable', 1500), ('booking_charged', 1, 'revenue', -1500),
                ('paid_cash', 0, 'cash', 1500), ('paid_cash', 1, 'receivable', -1500)) AS e (kind, line, account, amount)
    WHERE over AND k = 0""",
)
"""In the order of foreign keys. Triggers are off while it runs, so `OCCUPY` follows."""

SALON: Final = (
    """INSERT INTO booking.tenants (tenant_id, slug, name, timezone, currency, language)
    VALUES ($1, 'salon', 'Salon', 'Europe/Lisbon', 'EUR', 'en')""",
    f"""INSERT INTO booking.staff (tenant_id, id, name, position, availability)
    SELECT $1, {staff_sql("0", "s")}, 'Stylist ' || s, s, '{AVAILABILITY}'::jsonb FROM generate_series(0, 19) AS s""",
    """INSERT INTO booking.resources (tenant_id, id, kind, name, position)
    SELECT $1, md5('0 room ' || r)::uuid, 'room', 'Chair ' || r, r FROM generate_series(0, 11) AS r""",
    f"""INSERT INTO booking.services (tenant_id, id, name, duration_minutes, price, capacity, kind,
        buffer_before_minutes, buffer_after_minutes)
    VALUES ($1, {service_sql("0", "4")}, 'Cut and colour', 45, 6000, 1, 'appointment', 5, 10)""",
    f"""INSERT INTO booking.service_staff (tenant_id, service_id, staff_id)
    SELECT $1, {service_sql("0", "4")}, {staff_sql("0", "s")} FROM generate_series(0, 19) AS s""",
    f"""INSERT INTO booking.service_resources (tenant_id, service_id, need, resource_id)
    SELECT $1, {service_sql("0", "4")}, 0, md5('0 room ' || r)::uuid FROM generate_series(0, 11) AS r""",
    # Two stylists share a chair, one working at even hours and one at odd ones; a quarter of the hours is free.
    f"""INSERT INTO booking.sessions (tenant_id, id, kind, service_id, staff_id, resource_ids, starts_at, ends_at,
        capacity, seats_taken, version, buffer_before_minutes, buffer_after_minutes)
    SELECT $1, {session_sql("0", "(s * 10000 + d * 100 + h)")}, 'appointment', {service_sql("0", "4")},
        {staff_sql("0", "s")}, ARRAY[md5('0 room ' || s / 2)::uuid], at, at + interval '45 minutes', 1, 1, 1, 5, 10
    FROM generate_series(0, 19) AS s, generate_series(0, 34) AS d, generate_series(8, 17) AS h,
        LATERAL (SELECT date_trunc('day', $2::timestamptz) + make_interval(days => d, hours => h) AS at) AS a
    WHERE (h + s) % 2 = 0 AND (s * 7 + d * 3 + h) % 4 > 0""",
)
"""One tenant ($1) with 20 staff members, 12 rooms and five weeks of appointments from $2 on."""

OCCUPY: Final = """
INSERT INTO booking.occupancies (tenant_id, session_id, resource_id, during, busy)
SELECT s.tenant_id, s.id, r, tstzrange(s.starts_at, s.ends_at),
       tstzrange(s.starts_at - make_interval(mins => s.buffer_before_minutes),
                 s.ends_at + make_interval(mins => s.buffer_after_minutes))
FROM booking.sessions s, unnest(s.staff_id || s.resource_ids) AS r WHERE s.tenant_id = ANY ($1::uuid[])
"""
