"""What is on, and what does the business offer? Sessions with room, one session, the catalogue: read at once.

Nothing here is cached, so what a customer decides on is what is committed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.booking import statements as sql
from services.booking.clock import Clock
from services.booking.domain.local import local_times
from services.booking.domain.policy import ServicePolicy
from shared.db import Database, Queries
from shared.errors import UsherError
from shared.messages.booking import (
    AttendeeView,
    BusinessView,
    Catalogue,
    FindSessions,
    GetCatalogue,
    GetOccupancy,
    GetSession,
    LocationView,
    Occupancy,
    OccupancyLine,
    ProductView,
    ServiceView,
    SessionDetails,
    SessionsFound,
    SessionView,
    StaffView,
)

_ALTERNATIVES = 3

SESSIONS: Final = """
SELECT s.id AS session_id, s.service_id, v.name AS service_name, s.staff_id, w.name AS staff_name, r.name AS room,
       v.level, s.starts_at, s.ends_at, t.timezone, t.language, v.price, t.currency, s.capacity,
       greatest(0, s.capacity - s.held_back - s.seats_taken) AS seats_left, s.status, v.description, v.online,
       l.name AS location
FROM booking.sessions s
JOIN booking.services v ON v.tenant_id = s.tenant_id AND v.id = s.service_id
JOIN booking.tenants t ON t.tenant_id = s.tenant_id
LEFT JOIN booking.staff w ON w.tenant_id = s.tenant_id AND w.id = s.staff_id
LEFT JOIN booking.resources r ON r.tenant_id = s.tenant_id AND r.id = s.resource_ids[1] AND r.kind = 'room'
LEFT JOIN booking.locations l ON l.tenant_id = v.tenant_id AND l.id = v.location_id
WHERE s.tenant_id = $1
"""

# Appointments are somebody's own: what can be booked of those are slots.
_OFFERED = """ AND s.status = 'scheduled' AND s.kind = 'class'
    AND (cardinality($2::uuid[]) = 0 OR s.service_id = ANY ($2))
    AND (cardinality($3::uuid[]) = 0 OR s.staff_id = ANY ($3))
    AND (cardinality($4::uuid[]) = 0 OR v.location_id = ANY ($4))
    AND (cardinality($5::text[]) = 0 OR v.level = ANY ($5))
    AND ($6::int IS NULL OR v.price <= $6)
"""

# Up to $10 sessions with room for $7, and as many without. Names are looked up only for those that are shown.
FOUND: Final = f"""
SELECT f.*, g.has_room FROM (
    SELECT id, has_room, row_number() OVER (PARTITION BY has_room ORDER BY starts_at, id) AS place FROM (
        SELECT s.id, s.starts_at, greatest(0, s.capacity - s.held_back - s.seats_taken) >= $7::int AS has_room
        FROM booking.sessions s
        JOIN booking.services v ON v.tenant_id = s.tenant_id AND v.id = s.service_id
        WHERE s.tenant_id = $1{_OFFERED} AND s.starts_at >= $8 AND s.starts_at < $9
    ) AS b
) AS g
CROSS JOIN LATERAL ({SESSIONS} AND s.id = g.id OFFSET 0) AS f
WHERE g.place <= $10::int ORDER BY f.starts_at, f.session_id
"""  # noqa: S608  # made of constants

# The nearest with room after $8 (or, backwards, before $9), at most $10.
_ROOM: Final = " AND greatest(0, s.capacity - s.held_back - s.seats_taken) >= $7::int AND s.id <> $11::uuid"
AFTER: Final = (
    f"{SESSIONS}{_OFFERED}{_ROOM} AND s.starts_at >= $8 AND s.starts_at > $9 ORDER BY s.starts_at LIMIT $10"
)
BEFORE: Final = f"{SESSIONS}{_OFFERED}{_ROOM} AND s.starts_at < $8 AND s.starts_at > $9 ORDER BY s.starts_at DESC LIMIT $10"

ONE: Final = f"{SESSIONS} AND s.id = $2"

ATTENDEES: Final = f"""
SELECT b.id AS booking_id, b.customer_id, coalesce(c.full_name, c.name) AS name, b.party_size, b.attendees, b.status,
       b.paid - b.refunded AS paid, b.total
FROM booking.bookings b
JOIN booking.customers c ON c.tenant_id = b.tenant_id AND c.id = b.customer_id
WHERE b.tenant_id = $1 AND b.session_id = $2 AND b.status IN {sql.SEATED} ORDER BY b.booked_at, b.id
"""  # noqa: S608

WAITING: Final = """
SELECT count(*) FROM booking.waitlist_entries
WHERE tenant_id = $1 AND session_id = $2 AND status IN ('waiting', 'offered')
"""

OCCUPANCY: Final = """
SELECT v.id AS service_id, v.name AS service_name, count(*) AS sessions, sum(s.capacity) AS capacity,
       sum(s.seats_taken) AS seats_taken, coalesce(sum(e.waiting), 0)::bigint AS waiting
FROM booking.sessions s
JOIN booking.services v ON v.tenant_id = s.tenant_id AND v.id = s.service_id
LEFT JOIN (
    SELECT session_id, count(*) AS waiting FROM booking.waitlist_entries
    WHERE tenant_id = $1 AND status IN ('waiting', 'offered') GROUP BY session_id
) AS e ON e.session_id = s.id
WHERE s.tenant_id = $1 AND s.status = 'scheduled' AND s.starts_at >= $2 AND s.starts_at < $3
GROUP BY v.id, v.name ORDER BY v.name
"""

TENANT: Final = """
SELECT name AS business_name, timezone, language, currency, address, phone, description, opening_hours
FROM booking.tenants WHERE tenant_id = $1
"""

SERVICES: Final = """
SELECT v.id AS service_id, v.name, v.kind, v.description, v.duration_minutes, v.price, v.synonyms, v.tags, v.level,
       v.online, v.image, v.policy,
       coalesce(array_agg(p.staff_id) FILTER (WHERE p.staff_id IS NOT NULL), '{}') AS staff_ids
FROM booking.services v
LEFT JOIN booking.service_staff p ON p.tenant_id = v.tenant_id AND p.service_id = v.id
WHERE v.tenant_id = $1 AND v.active GROUP BY v.tenant_id, v.id ORDER BY v.position
"""

STAFF: Final = """
SELECT id AS staff_id, name, role, bio, synonyms FROM booking.staff
WHERE tenant_id = $1 AND active ORDER BY position
"""

LOCATIONS: Final = """
SELECT id AS location_id, name, address FROM booking.locations WHERE tenant_id = $1 AND active ORDER BY position
"""

PRODUCTS: Final = (
    "SELECT key, name, kind, price FROM booking.pass_products WHERE tenant_id = $1 AND active ORDER BY key"
)

_NONE = UUID(int=0)


class UnknownTenant(UsherError):
    """No such tenant."""


class Reads:
    """Answers to `qry.booking.*`, and what refusals offer instead."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def find_sessions(self, query: FindSessions) -> SessionsFound:
        """Sessions of the range that have not started: those with room, those without, and if need be the nearest."""
        now = self._clock()
        like = (
            query.tenant_id, query.service_ids, query.staff_ids, query.location_ids, query.levels,
            query.price_up_to, query.party_size,
        )  # fmt: skip
        first = max(query.starts_from, now)
        async with self._db.reading(query.tenant_id) as connection:
            rows = await connection.fetch(FOUND, *like, first, query.starts_before, query.limit)
            free = tuple(session_view(row, row["room"]) for row in rows if row["has_room"])
            full = tuple(session_view(row, row["room"]) for row in rows if not row["has_room"])
            if free:
                return SessionsFound(sessions=free, full=full)
            # Nearest to the whole range: before its start and after its end.
            nearest = await _nearest(connection, like, query.starts_from, query.starts_before, now, _NONE)
        return SessionsFound(full=full, alternatives=nearest)

    async def instead_of(self, tenant_id: UUID, session_id: UUID, party_size: int) -> tuple[SessionView, ...]:
        """The nearest other sessions of the same service that have room, soonest first; none if it is unknown."""
        async with self._db.reading(tenant_id) as connection:
            row = await connection.fetchrow(ONE, tenant_id, session_id)
            if row is None:
                return ()
            like = (tenant_id, (row["service_id"],), (), (), (), None, party_size)
            start = row["starts_at"]
            return await _nearest(connection, like, start, start, self._clock(), session_id)

    async def get_session(self, query: GetSession) -> SessionDetails:
        """One session; who is booked in it is for its staff only."""
        async with self._db.reading(query.tenant_id) as connection:
            row = await connection.fetchrow(ONE, query.tenant_id, query.session_id)
            if row is None:
                return SessionDetails()
            waiting = await connection.fetchval(WAITING, query.tenant_id, query.session_id)
            booked: Sequence[asyncpg.Record] = ()
            if query.for_business:
                booked = await connection.fetch(ATTENDEES, query.tenant_id, query.session_id)
        return SessionDetails(
            session=session_view(row, row["room"]),
            description=row["description"],
            location=row["location"],
            online=row["online"],
            cancelled=row["status"] == "cancelled",
            attendees=tuple(_attendee(each) for each in booked),
            waiting=waiting,
        )

    async def get_occupancy(self, query: GetOccupancy) -> Occupancy:
        """How full the sessions of a range are, per service."""
        async with self._db.reading(query.tenant_id) as connection:
            rows = await connection.fetch(OCCUPANCY, query.tenant_id, query.starts_from, query.starts_before)
        return Occupancy(lines=tuple(OccupancyLine(**dict(row)) for row in rows))

    async def get_catalogue(self, query: GetCatalogue) -> Catalogue:
        """Who the business is, what it offers and who works there. Raises `UnknownTenant`."""
        tenant_id = query.tenant_id
        async with self._db.reading(tenant_id) as connection:
            business = await connection.fetchrow(TENANT, tenant_id)
            if business is None:
                raise UnknownTenant
            currency = business["currency"]
            offered = await connection.fetch(SERVICES, tenant_id)
            people = await connection.fetch(STAFF, tenant_id)
            places = await connection.fetch(LOCATIONS, tenant_id)
            products = await connection.fetch(PRODUCTS, tenant_id)
        return Catalogue(
            business=BusinessView(**dict(business)),
            services=tuple(_service_view(row, currency) for row in offered),
            staff=tuple(StaffView(**dict(row)) for row in people),
            locations=tuple(LocationView(**dict(row)) for row in places),
            products=tuple(ProductView(**dict(row), currency=currency) for row in products),
        )


async def _nearest(
    connection: Queries,
    like: tuple[object, ...],
    first: datetime,
    last: datetime,
    now: datetime,
    but: UUID,
) -> tuple[SessionView, ...]:
    """The sessions nearest to the span from `first` to `last` on both sides, soonest first."""
    rows = [
        *await connection.fetch(AFTER, *like, last, now, _ALTERNATIVES, but),
        *await connection.fetch(BEFORE, *like, first, now, _ALTERNATIVES, but),
    ]
    rows.sort(key=lambda row: max(row["starts_at"] - last, first - row["starts_at"]))
    chosen = sorted(rows[:_ALTERNATIVES], key=lambda row: row["starts_at"])
    return tuple(session_view(row, row["room"]) for row in chosen)


def session_view(row: asyncpg.Record, room: str | None) -> SessionView:
    """A row of `SESSIONS` as a customer sees it."""
    return (
        SessionView.model_construct(  # our own row: checking fifty of them would cost as much as reading them
            session_id=row["session_id"],
            service_id=row["service_id"],
            service_name=row["service_name"],
            staff_id=row["staff_id"],
            staff_name=row["staff_name"],
            room=room,
            level=row["level"],
            starts_at=row["starts_at"],
            ends_at=row["ends_at"],
            timezone=row["timezone"],
            local=local_times(row["starts_at"], row["ends_at"], row["timezone"], row["language"]),
            price=row["price"],
            currency=row["currency"],
            capacity=row["capacity"],
            seats_left=row["seats_left"],
        )
    )


def _attendee(row: asyncpg.Record) -> AttendeeView:
    names = tuple(json.loads(row["attendees"])) if row["attendees"] else ()
    return AttendeeView(**{**dict(row), "attendees": names})


def _service_view(row: asyncpg.Record, currency: str) -> ServiceView:
    values = dict(row)
    policy = ServicePolicy.model_validate_json(values.pop("policy"))
    return ServiceView(**values, currency=currency, questions=tuple(q.text for q in policy.questions))
