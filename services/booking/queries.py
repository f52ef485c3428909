"""What may others ask of booking? Sessions with room, a customer's bookings, the catalogue: read from the tables at once.

Nothing here is cached, so what a customer decides on is what is committed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.booking.clock import Clock
from services.booking.domain.local import local_times
from services.booking.tables import bookings, service_staff, services, sessions, staff, tenants
from shared.db import Database
from shared.errors import UsherError
from shared.messages.booking import (
    BookingsFound,
    BookingStatus,
    BookingView,
    BusinessView,
    Catalogue,
    FindSessions,
    GetCatalogue,
    MyBookings,
    ServiceView,
    SessionsFound,
    SessionView,
    StaffView,
)

_ALTERNATIVES = 3

SEATS_LEFT = sessions.c.capacity - sessions.c.seats_taken

SESSIONS = (
    select(
        sessions.c.id.label("session_id"),
        sessions.c.service_id,
        services.c.name.label("service_name"),
        sessions.c.staff_id,
        staff.c.name.label("staff_name"),
        sessions.c.starts_at,
        sessions.c.ends_at,
        tenants.c.timezone,
        tenants.c.language,
        services.c.price,
        tenants.c.currency,
        sessions.c.capacity,
        SEATS_LEFT.label("seats_left"),
    )
    .join_from(
        sessions,
        services,
        and_(services.c.tenant_id == sessions.c.tenant_id, services.c.id == sessions.c.service_id),
    )
    .join(tenants, tenants.c.tenant_id == sessions.c.tenant_id)
    .outerjoin(staff, and_(staff.c.tenant_id == sessions.c.tenant_id, staff.c.id == sessions.c.staff_id))
)


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
        found = _found(bool(query.service_ids), bool(query.staff_ids))
        values = {
            "tenant": query.tenant_id,
            "first": max(query.starts_from, now),
            "last": query.starts_before,
            "party": query.party_size,
            "most": query.limit,
            **({"service_ids": query.service_ids} if query.service_ids else {}),
            **({"staff_ids": query.staff_ids} if query.staff_ids else {}),
        }
        async with self._db.read(query.tenant_id) as connection:
            rows = (await connection.execute(found, values)).all()
            free = tuple(session_view(row) for row in rows if row.room)
            full = tuple(session_view(row) for row in rows if not row.room)
            if free:
                return SessionsFound(sessions=free, full=full)
            # Nearest to the whole range: before its start and after its end.
            like = _offered(query.tenant_id, now, query.party_size).where(
                *_only(query.service_ids, query.staff_ids)
            )
            nearest = await _nearest(connection, like, query.starts_from, query.starts_before)
        return SessionsFound(full=full, alternatives=nearest)

    async def instead_of(self, tenant_id: UUID, session_id: UUID, party_size: int) -> tuple[SessionView, ...]:
        """The nearest other sessions of the same service that have room, soonest first; none if it is unknown."""
        this = select(sessions.c.service_id, sessions.c.starts_at).where(
            sessions.c.tenant_id == tenant_id, sessions.c.id == session_id
        )
        async with self._db.read(tenant_id) as connection:
            row = (await connection.execute(this)).first()
            if row is None:
                return ()
            like = _offered(tenant_id, self._clock(), party_size).where(
                sessions.c.service_id == row.service_id, sessions.c.id != session_id
            )
            return await _nearest(connection, like, row.starts_at, row.starts_at)

    async def my_bookings(self, query: MyBookings) -> BookingsFound:
        """The customer's confirmed bookings that have not ended, soonest first."""
        mine = (
            SESSIONS.add_columns(
                bookings.c.id.label("booking_id"),
                bookings.c.reference,
                bookings.c.party_size,
                bookings.c.price.label("booked_price"),
                bookings.c.total,
                bookings.c.booked_at,
            )
            .join(
                bookings,
                and_(bookings.c.tenant_id == sessions.c.tenant_id, bookings.c.session_id == sessions.c.id),
            )
            .where(
                bookings.c.tenant_id == query.tenant_id,
                bookings.c.customer_id == query.customer_id,
                bookings.c.status == "confirmed",
                sessions.c.ends_at > self._clock(),
            )
            .order_by(sessions.c.starts_at, bookings.c.id)
        )
        async with self._db.read(query.tenant_id) as connection:
            rows = (await connection.execute(mine)).all()
        return BookingsFound(bookings=tuple(_booking_view(row) for row in rows))

    async def get_catalogue(self, query: GetCatalogue) -> Catalogue:
        """Who the business is, what it offers and who works there. Raises `UnknownTenant`."""
        of_tenant = query.tenant_id
        async with self._db.read(of_tenant) as connection:
            business = (
                await connection.execute(select(tenants).where(tenants.c.tenant_id == of_tenant))
            ).first()
            if business is None:
                raise UnknownTenant
            offered = await connection.execute(
                select(services)
                .where(services.c.tenant_id == of_tenant, services.c.active)
                .order_by(services.c.position)
            )
            people = await connection.execute(
                select(staff).where(staff.c.tenant_id == of_tenant, staff.c.active).order_by(staff.c.position)
            )
            who = await connection.execute(
                select(
                    service_staff.c.service_id, func.array_agg(service_staff.c.staff_id).label("staff_ids")
                )
                .where(service_staff.c.tenant_id == of_tenant)
                .group_by(service_staff.c.service_id)
            )
            by_service = {row.service_id: tuple(row.staff_ids) for row in who}
            return Catalogue(
                business=business_view(business),
                services=tuple(_service_view(row, business.currency, by_service) for row in offered),
                staff=tuple(_staff_view(row) for row in people),
            )


@cache
def _found(by_service: bool, by_staff: bool) -> Select[Any]:
    """The statement of `find_sessions`, made once: up to `most` sessions with room and as many without."""
    room = (bindparam("party") <= SEATS_LEFT).label("room")
    place = func.row_number().over(partition_by=room, order_by=(sessions.c.starts_at, sessions.c.id))
    coming = SESSIONS.add_columns(room, place.label("place")).where(
        sessions.c.tenant_id == bindparam("tenant"),
        sessions.c.status == "scheduled",
        sessions.c.starts_at >= bindparam("first"),
        sessions.c.starts_at < bindparam("last"),
    )
    if by_service:
        coming = coming.where(sessions.c.service_id.in_(bindparam("service_ids", expanding=True)))
    if by_staff:
        coming = coming.where(sessions.c.staff_id.in_(bindparam("staff_ids", expanding=True)))
    ranked = coming.subquery()
    return select(ranked).where(ranked.c.place <= bindparam("most")).order_by(ranked.c.place)


def _only(service_ids: Sequence[UUID], staff_ids: Sequence[UUID]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if service_ids:
        conditions.append(sessions.c.service_id.in_(service_ids))
    if staff_ids:
        conditions.append(sessions.c.staff_id.in_(staff_ids))
    return conditions


def _offered(tenant_id: UUID, now: datetime, party_size: int) -> Select[Any]:
    """Coming sessions of the tenant with room for the party."""
    return SESSIONS.where(
        sessions.c.tenant_id == tenant_id,
        sessions.c.status == "scheduled",
        sessions.c.starts_at > now,
        party_size <= SEATS_LEFT,
    )


async def _nearest(
    connection: AsyncConnection, offered: Select[Any], first: datetime, last: datetime
) -> tuple[SessionView, ...]:
    """The sessions nearest to the span from `first` to `last` on both sides, soonest first."""
    after = offered.where(sessions.c.starts_at >= last).order_by(sessions.c.starts_at)
    before = offered.where(sessions.c.starts_at < first).order_by(sessions.c.starts_at.desc())
    candidates = [
        *await _views(connection, after.limit(_ALTERNATIVES)),
        *await _views(connection, before.limit(_ALTERNATIVES)),
    ]
    candidates.sort(key=lambda s: s.starts_at - last if s.starts_at >= last else first - s.starts_at)
    return tuple(sorted(candidates[:_ALTERNATIVES], key=lambda s: s.starts_at))


async def _views(connection: AsyncConnection, statement: Select[Any]) -> tuple[SessionView, ...]:
    return tuple(session_view(row) for row in await connection.execute(statement))


def session_view(row: Row[Any]) -> SessionView:
    """A row of `SESSIONS` as a customer sees it."""
    return SessionView(
        session_id=row.session_id,
        service_id=row.service_id,
        service_name=row.service_name,
        staff_id=row.staff_id,
        staff_name=row.staff_name,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        timezone=row.timezone,
        local=local_times(row.starts_at, row.ends_at, row.timezone, row.language),
        price=row.price,
        currency=row.currency,
        capacity=row.capacity,
        seats_left=row.seats_left,
    )


def business_view(row: Row[Any]) -> BusinessView:
    """A tenant's row as customers know the business."""
    return BusinessView(
        business_name=row.name,
        timezone=row.timezone,
        language=row.language,
        currency=row.currency,
        address=row.address,
        phone=row.phone,
        description=row.description,
        opening_hours=row.opening_hours,
    )


def _booking_view(row: Row[Any]) -> BookingView:
    session = session_view(row)
    return BookingView(
        booking_id=row.booking_id,
        reference=row.reference,
        status=BookingStatus.CONFIRMED,
        party_size=row.party_size,
        total=row.total,
        session=session.model_copy(update={"price": row.booked_price}),
        booked_at=row.booked_at,
    )


def _service_view(row: Row[Any], currency: str, staff_of: dict[UUID, tuple[UUID, ...]]) -> ServiceView:
    return ServiceView(
        service_id=row.id,
        name=row.name,
        description=row.description,
        duration_minutes=row.duration_minutes,
        price=row.price,
        currency=currency,
        synonyms=tuple(row.synonyms),
        staff_ids=staff_of.get(row.id, ()),
    )


def _staff_view(row: Row[Any]) -> StaffView:
    return StaffView(staff_id=row.id, name=row.name, role=row.role, bio=row.bio, synonyms=tuple(row.synonyms))
