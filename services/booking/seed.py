"""How do tenants get in? A document with what they offer becomes rows; again changes only what the document changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from services.booking.clock import utc_now
from services.booking.document import (
    InvalidDocument,
    SchedulePart,
    ServicePart,
    StaffPart,
    TenantPart,
    read_document,
)
from services.booking.domain.schedule import Schedule, occurrences
from services.booking.timetable import lay_sessions, schedules_of, window
from shared.db import Connection, Database
from shared.errors import UsherError
from shared.ids import derive, tenant_id_of
from shared.settings import Settings


class NoDatabase(UsherError):
    """Seeding needs USHER_DATABASE_URL (`usher up` and `make demo` set it)."""


@dataclass(frozen=True)
class Summary:
    """What a document holds, and how many sessions became new by it."""

    tenants: int = 0
    staff: int = 0
    services: int = 0
    schedules: int = 0
    sessions_added: int = 0

    def __str__(self) -> str:
        return (
            f"{self.tenants} tenants, {self.staff} staff, {self.services} services, {self.schedules} schedules;"
            f" {self.sessions_added} new sessions"
        )


TENANT: Final = """
INSERT INTO booking.tenants AS t (tenant_id, slug, name, timezone, currency, language, address, phone, description,
                                  opening_hours)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (tenant_id) DO UPDATE SET name = excluded.name, timezone = excluded.timezone,
    currency = excluded.currency, language = excluded.language, address = excluded.address,
    phone = excluded.phone, description = excluded.description, opening_hours = excluded.opening_hours
WHERE t IS DISTINCT FROM excluded
"""

STAFF: Final = """
INSERT INTO booking.staff AS s (tenant_id, id, name, role, bio, synonyms, position, active)
VALUES ($1, $2, $3, $4, $5, $6, $7, true)
ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, role = excluded.role, bio = excluded.bio,
    synonyms = excluded.synonyms, position = excluded.position, active = true
WHERE s IS DISTINCT FROM excluded
"""

SERVICE: Final = """
INSERT INTO booking.services AS s (tenant_id, id, name, description, duration_minutes, price, capacity, synonyms,
                                   cancellation_deadline_minutes, position, active)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, true)
ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, description = excluded.description,
    duration_minutes = excluded.duration_minutes, price = excluded.price, capacity = excluded.capacity,
    synonyms = excluded.synonyms, cancellation_deadline_minutes = excluded.cancellation_deadline_minutes,
    position = excluded.position, active = true
WHERE s IS DISTINCT FROM excluded
"""

SCHEDULE: Final = """
INSERT INTO booking.schedules AS s (tenant_id, id, service_id, staff_id, rrule, starts_on, starts_at_local, capacity,
                                    active)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, true)
ON CONFLICT (tenant_id, id) DO UPDATE SET service_id = excluded.service_id, staff_id = excluded.staff_id,
    rrule = excluded.rrule, starts_on = excluded.starts_on, starts_at_local = excluded.starts_at_local,
    capacity = excluded.capacity, active = true
WHERE s IS DISTINCT FROM excluded
"""

# Sessions that nobody ever booked and that no rule gives any more. Booked ones stay: dropping them is a decision.
PRUNE: Final = """
DELETE FROM booking.sessions s
WHERE s.tenant_id = $1 AND s.starts_at > $2 AND s.schedule_id IS NOT NULL AND NOT s.id = ANY ($3::uuid[])
  AND NOT EXISTS (SELECT 1 FROM booking.bookings b WHERE b.tenant_id = s.tenant_id AND b.session_id = s.id)
"""

# Whoever holds a coming session in memory must look again: names, prices and deadlines are not in its row.
TOUCH: Final = "UPDATE booking.sessions SET version = version + 1 WHERE tenant_id = $1 AND starts_at > $2"


async def seed(document: Mapping[str, Any], settings: Settings, *, now: datetime | None = None) -> Summary:
    """Write the tenants of `document` with their sessions for the horizon from `now` (default: this moment).

    Safe to repeat, also while the service runs. What is no longer in the document is no longer offered. Raises
    `InvalidDocument` with every mistake, or `NoDatabase`.
    """
    tenants = read_document(document).tenants
    if not settings.database_url:
        raise NoDatabase
    db = await Database.open(settings.database_url, size=2, name="booking seed")
    try:
        summary = Summary()
        for tenant in tenants:
            async with db.tenant(tenant_id_of(tenant.slug)) as connection:
                added = await _put_tenant(connection, tenant, now or utc_now())
            summary = _add(summary, tenant, added)
        return summary
    finally:
        await db.close()


def _add(summary: Summary, tenant: TenantPart, added: int) -> Summary:
    return replace(
        summary,
        tenants=summary.tenants + 1,
        staff=summary.staff + len(tenant.staff),
        services=summary.services + len(tenant.services),
        schedules=summary.schedules + len(tenant.schedules),
        sessions_added=summary.sessions_added + added,
    )


async def _put_tenant(connection: Connection, tenant: TenantPart, now: datetime) -> int:
    """One tenant in the caller's transaction; how many sessions are new."""
    tenant_id = tenant_id_of(tenant.slug)
    changed = await _changed(
        connection, TENANT, tenant_id, tenant.slug, tenant.name, tenant.timezone, tenant.currency,
        tenant.language, tenant.address, tenant.phone, tenant.description, tenant.opening_hours,
    )  # fmt: skip
    changed |= await _put_staff(connection, tenant_id, tenant.staff)
    changed |= await _put_services(connection, tenant_id, tenant.services)
    changed |= await _put_schedules(connection, tenant_id, tenant.schedules)
    schedules = await schedules_of(connection, tenant_id)
    if changed:
        await connection.execute(PRUNE, tenant_id, now, _coming(schedules, now))
        await connection.execute(TOUCH, tenant_id, now)
    laid = await lay_sessions(connection, schedules, lambda: now)
    if laid.clashes:
        names = {_id(tenant_id, "schedule", part.key): part for part in tenant.schedules}
        lines = [
            f"{tenant.slug}: {names[c.schedule_id].staff} is busy when schedule {names[c.schedule_id].key!r} "
            f"takes place on {c.occurrence.local_start:%Y-%m-%d at %H:%M}"
            for c in laid.clashes[:10]
        ]
        raise InvalidDocument("Nobody can be in two places:\n  " + "\n  ".join(lines))
    return laid.added


async def _put_staff(connection: Connection, tenant_id: UUID, staff: Sequence[StaffPart]) -> bool:
    changed = await _retire(connection, "staff", tenant_id, [s.key for s in staff])
    for position, part in enumerate(staff):
        changed |= await _changed(
            connection, STAFF, tenant_id, _id(tenant_id, "staff", part.key), part.name, part.role, part.bio,
            part.synonyms, position,
        )  # fmt: skip
    return changed


async def _put_services(connection: Connection, tenant_id: UUID, services: Sequence[ServicePart]) -> bool:
    changed = await _retire(connection, "service", tenant_id, [s.key for s in services])
    await connection.execute("DELETE FROM booking.service_staff WHERE tenant_id = $1", tenant_id)
    for position, part in enumerate(services):
        service_id = _id(tenant_id, "service", part.key)
        changed |= await _changed(
            connection, SERVICE, tenant_id, service_id, part.name, part.description, part.duration_minutes,
            part.price, part.capacity, part.synonyms, part.cancellation_deadline_minutes, position,
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO booking.service_staff (tenant_id, service_id, staff_id) SELECT $1, $2, unnest($3::uuid[])",
            tenant_id,
            service_id,
            [_id(tenant_id, "staff", key) for key in dict.fromkeys(part.staff)],
        )
    return changed


async def _put_schedules(connection: Connection, tenant_id: UUID, schedules: Sequence[SchedulePart]) -> bool:
    changed = await _retire(connection, "schedule", tenant_id, [s.key for s in schedules])
    for part in schedules:
        changed |= await _changed(
            connection, SCHEDULE, tenant_id, _id(tenant_id, "schedule", part.key),
            _id(tenant_id, "service", part.service),
            _id(tenant_id, "staff", part.staff) if part.staff else None,
            part.rrule, part.first_day, part.starts, part.capacity,
        )  # fmt: skip
    return changed


_TABLES: Final = {"staff": "staff", "service": "services", "schedule": "schedules"}


async def _retire(connection: Connection, kind: str, tenant_id: UUID, keys: Sequence[str]) -> bool:
    """What is not in the document any more is no longer offered; its history stays."""
    return await _changed(
        connection,
        f"UPDATE booking.{_TABLES[kind]} SET active = false WHERE tenant_id = $1 AND active AND NOT id = ANY ($2)",  # noqa: S608
        tenant_id,
        [_id(tenant_id, kind, key) for key in keys],
    )


async def _changed(connection: Connection, statement: str, *arguments: object) -> bool:
    return not (await connection.execute(statement, *arguments)).endswith(" 0")


def _coming(schedules: Sequence[Schedule], now: datetime) -> list[UUID]:
    return [
        occurrence.session_id
        for schedule in schedules
        for occurrence in occurrences(schedule, *window(now.astimezone(ZoneInfo(schedule.timezone)).date()))
    ]


def _id(tenant_id: UUID, kind: str, key: str) -> UUID:
    return derive(kind, tenant_id, key)
