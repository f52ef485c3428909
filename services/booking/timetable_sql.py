"""The SQL of the timetable: schedules with what their services need, and their sessions."""

from __future__ import annotations

from typing import Final

# A schedule's room comes first. What its service needs besides is taken when there is no choice; a schedule that names
# a room needs no other room.
SCHEDULES: Final = """
SELECT c.tenant_id, c.id, c.series_id, c.split_from, c.service_id, c.staff_id, c.rrule, c.starts_on, c.starts_at_local,
       c.until, c.times, c.first_times, c.left_out, c.extra, coalesce(c.capacity, v.capacity) AS capacity,
       coalesce(c.duration_minutes, v.duration_minutes) AS duration_minutes, t.timezone,
       array_remove(ARRAY[c.room_id], NULL) || ARRAY(
           SELECT (array_agg(n.resource_id))[1]
           FROM booking.service_resources n
           JOIN booking.resources r ON r.tenant_id = n.tenant_id AND r.id = n.resource_id AND r.active
           WHERE n.tenant_id = c.tenant_id AND n.service_id = c.service_id
               AND (c.room_id IS NULL OR r.kind <> 'room')
           GROUP BY n.need HAVING count(*) = 1
           ORDER BY min(r.kind) = 'room' DESC, n.need
       ) AS resource_ids
FROM booking.schedules c
JOIN booking.services v ON v.tenant_id = c.tenant_id AND v.id = c.service_id
JOIN booking.tenants t ON t.tenant_id = c.tenant_id
WHERE c.tenant_id = $1 AND c.active AND v.active AND ($2::uuid IS NULL OR coalesce(c.series_id, c.id) = $2)
ORDER BY c.id
"""

SERVICES: Final = """
SELECT id, buffer_before_minutes, buffer_after_minutes, policy
FROM booking.services WHERE tenant_id = $1 AND id = ANY ($2::uuid[])
"""


def _own(field: str, otherwise: str) -> str:
    return f"CASE WHEN '{field}' = ANY (s.overrides) THEN s.{field} ELSE {otherwise} END"


_START = _own("starts_at", "excluded.starts_at")
_LENGTH = (
    "CASE WHEN 'ends_at' = ANY (s.overrides) THEN s.ends_at - s.starts_at"
    " ELSE excluded.ends_at - excluded.starts_at END"
)

# What a session's row becomes by its schedule, apart from what was edited for that date alone; nobody loses a seat.
_VALUES: Final = {
    "service_id": "excluded.service_id",
    "staff_id": _own("staff_id", "excluded.staff_id"),
    "resource_ids": _own("resource_ids", "excluded.resource_ids"),
    "starts_at": _START,
    "ends_at": f"{_START} + ({_LENGTH})",
    "capacity": _own("capacity", "greatest(excluded.capacity, s.seats_taken)"),
    "held_back": _own("held_back", "excluded.held_back"),
    "buffer_before_minutes": "excluded.buffer_before_minutes",
    "buffer_after_minutes": "excluded.buffer_after_minutes",
    "local_start": "excluded.local_start",
}
_SET: Final = ", ".join(f"{name} = {value}" for name, value in _VALUES.items())
_THERE: Final = ", ".join(f"s.{name}" for name in _VALUES)

# A new session that somebody's standing request may mean is due at once: settling it lets them in first.
PUT_SESSIONS: Final = f"""
INSERT INTO booking.sessions AS s (tenant_id, id, kind, schedule_id, service_id, staff_id, resource_ids, capacity,
    buffer_before_minutes, buffer_after_minutes, held_back, starts_at, ends_at, local_start, due_at)
SELECT $1, o.id, 'class', $2, $3, $4, $5::uuid[], $6, $7, $8, $9, o.starts_at, o.ends_at, o.local_start,
       CASE WHEN EXISTS (SELECT FROM booking.standing_requests r WHERE r.tenant_id = $1 AND r.status = 'open')
            THEN $14::timestamptz END
FROM unnest($10::uuid[], $11::timestamptz[], $12::timestamptz[], $13::timestamp[])
    AS o (id, starts_at, ends_at, local_start)
ON CONFLICT (tenant_id, id) DO UPDATE SET {_SET}, version = s.version + 1
WHERE s.starts_at > $14 AND s.status = 'scheduled'
  AND ({_THERE}) IS DISTINCT FROM ({", ".join(_VALUES.values())})
RETURNING version = 0
"""  # noqa: S608  # made of constants

BUSY_THEN: Final = """
WITH wanted AS (
    SELECT CASE WHEN 'staff_id' = ANY (s.overrides) THEN s.staff_id ELSE $3 END AS staff_id,
           CASE WHEN 'resource_ids' = ANY (s.overrides) THEN s.resource_ids ELSE $4::uuid[] END AS resource_ids,
           CASE WHEN 'starts_at' = ANY (s.overrides) THEN s.starts_at ELSE $5 END AS starts_at,
           CASE WHEN 'starts_at' = ANY (s.overrides) THEN s.ends_at ELSE $6 END AS ends_at
    FROM (SELECT 1) AS one LEFT JOIN booking.sessions s ON s.tenant_id = $1 AND s.id = $2
)
SELECT o.resource_id, coalesce(p.name, r.name) AS name
FROM wanted w
JOIN booking.occupancies o ON o.tenant_id = $1 AND o.session_id <> $2
    AND (o.resource_id = w.staff_id OR o.resource_id = ANY (w.resource_ids))
    AND (o.during && tstzrange(w.starts_at, w.ends_at) OR (NOT o.ignores_buffers AND o.busy && tstzrange(
        w.starts_at - make_interval(mins => $7), w.ends_at + make_interval(mins => $8))))
LEFT JOIN booking.staff p ON p.tenant_id = o.tenant_id AND p.id = o.resource_id
LEFT JOIN booking.resources r ON r.tenant_id = o.tenant_id AND r.id = o.resource_id
ORDER BY o.during LIMIT 1
"""
