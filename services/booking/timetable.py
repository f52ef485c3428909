"""Which sessions exist for the weeks to come? Schedules become session rows with stable ids, before anybody books."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from services.booking.clock import Clock
from services.booking.domain.schedule import InvalidSchedule, Occurrence, Schedule, occurrences
from shared.db import Connection, Database, is_transient
from shared.tasks import spawn
from shared.telemetry import get_logger

HORIZON = timedelta(weeks=4)
"""Sessions are there from today (in the tenant's zone) up to this much later."""

EXTEND_EVERY_SECONDS = 6 * 3600.0
_RETRY_SECONDS = 5.0

SCHEDULES: Final = """
SELECT c.tenant_id, c.id, c.service_id, c.staff_id, c.rrule, c.starts_on, c.starts_at_local,
       coalesce(c.capacity, v.capacity) AS capacity, v.duration_minutes, t.timezone
FROM booking.schedules c
JOIN booking.services v ON v.tenant_id = c.tenant_id AND v.id = c.service_id
JOIN booking.tenants t ON t.tenant_id = c.tenant_id
WHERE c.tenant_id = $1 AND c.active AND v.active ORDER BY c.id
"""

# A session that is there already is left alone, except for what its schedule says of it; seats that are taken stay.
PUT_SESSIONS: Final = """
INSERT INTO booking.sessions AS s (tenant_id, id, schedule_id, service_id, staff_id, starts_at, ends_at, capacity)
SELECT $1, o.id, $2, $3, $4, o.starts_at, o.ends_at, $5
FROM unnest($6::uuid[], $7::timestamptz[], $8::timestamptz[]) AS o (id, starts_at, ends_at)
ON CONFLICT (tenant_id, id) DO UPDATE SET
    service_id = excluded.service_id, staff_id = excluded.staff_id, starts_at = excluded.starts_at,
    ends_at = excluded.ends_at, capacity = greatest(excluded.capacity, s.seats_taken), version = s.version + 1
WHERE s.starts_at > $9 AND s.status = 'scheduled'
  AND (s.service_id, s.staff_id, s.starts_at, s.ends_at, s.capacity) IS DISTINCT FROM
      (excluded.service_id, excluded.staff_id, excluded.starts_at, excluded.ends_at,
       greatest(excluded.capacity, s.seats_taken))
RETURNING version = 0
"""


@dataclass(frozen=True)
class Clash:
    """A session that was not put down: its staff member is busy then. `local_start` is naive, in the tenant's zone."""

    schedule_id: UUID
    occurrence: Occurrence


@dataclass(frozen=True)
class Laid:
    """What `lay_sessions` did: how many rows are new, and what could not be put down."""

    added: int
    clashes: tuple[Clash, ...]


async def schedules_of(connection: Connection, tenant_id: UUID) -> list[Schedule]:
    """The tenant's schedules in force."""
    return [
        Schedule(
            tenant_id=row["tenant_id"],
            schedule_id=row["id"],
            service_id=row["service_id"],
            staff_id=row["staff_id"],
            rrule=row["rrule"],
            starts_on=row["starts_on"],
            starts_at_local=row["starts_at_local"],
            duration=timedelta(minutes=row["duration_minutes"]),
            capacity=row["capacity"],
            timezone=row["timezone"],
        )
        for row in await connection.fetch(SCHEDULES, tenant_id)
    ]


async def lay_sessions(connection: Connection, schedules: Sequence[Schedule], clock: Clock) -> Laid:
    """Put down the sessions of these schedules for the horizon; what is there stays. Same ids however often.

    Raises `InvalidSchedule` when a rule cannot be used.
    """
    now = clock()
    added = 0
    clashes: list[Clash] = []
    for schedule in schedules:
        today = now.astimezone(ZoneInfo(schedule.timezone)).date()
        coming = [o for o in occurrences(schedule, *window(today)) if o.starts_at > now]
        try:
            async with _savepoint(connection):
                added += await _put(connection, schedule, coming, clock)
        except asyncpg.ExclusionViolationError:
            for occurrence in coming:
                try:
                    async with _savepoint(connection):
                        added += await _put(connection, schedule, [occurrence], clock)
                except asyncpg.ExclusionViolationError:
                    clashes.append(Clash(schedule.schedule_id, occurrence))
    return Laid(added, tuple(clashes))


def window(today: date) -> tuple[date, date]:
    """The local days that the horizon covers: from today, up to and without the second."""
    return today, today + HORIZON + timedelta(days=1)


async def _put(connection: Connection, schedule: Schedule, coming: Sequence[Occurrence], clock: Clock) -> int:
    rows = await connection.fetch(
        PUT_SESSIONS,
        schedule.tenant_id,
        schedule.schedule_id,
        schedule.service_id,
        schedule.staff_id,
        schedule.capacity,
        [o.session_id for o in coming],
        [o.starts_at for o in coming],
        [o.ends_at for o in coming],
        clock(),
    )
    return sum(row[0] for row in rows)


@asynccontextmanager
async def _savepoint(connection: Connection) -> AsyncIterator[None]:
    await connection.execute("SAVEPOINT laying")
    try:
        yield
    except asyncpg.PostgresError:
        await connection.execute("ROLLBACK TO SAVEPOINT laying")
        raise
    await connection.execute("RELEASE SAVEPOINT laying")


class Horizon:
    """Keeps every tenant's sessions laid out as days go by. Any number of instances may do this at once."""

    def __init__(self, db: Database, clock: Clock, *, every: float = EXTEND_EVERY_SECONDS) -> None:
        """`every`: seconds between two looks."""
        self._db = db
        self._clock = clock
        self._every = every
        self._task: asyncio.Task[None] | None = None
        self._log = get_logger("booking")

    def start(self) -> None:
        """Begin, in the background."""
        self._task = spawn(self._run(), name="booking horizon")

    async def stop(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def extend(self) -> int:
        """Lay out the sessions of all tenants; how many are new. One tenant's broken rule does not stop the others."""
        async with self._db.system() as connection:
            tenants = [row[0] for row in await connection.fetch("SELECT tenant_id FROM booking.tenants")]
        added = 0
        for tenant_id in tenants:
            async with self._db.tenant(tenant_id) as connection:
                try:
                    laid = await lay_sessions(
                        connection, await schedules_of(connection, tenant_id), self._clock
                    )
                except InvalidSchedule as error:
                    self._log.error("schedule_unusable", tenant=str(tenant_id), error=str(error))
                    continue
            added += laid.added
            if laid.clashes:
                self._log.warning("staff_busy", tenant=str(tenant_id), sessions=len(laid.clashes))
        return added

    async def _run(self) -> None:
        while True:
            try:
                added = await self.extend()
                self._log.info("horizon_extended", sessions=added)
                await asyncio.sleep(self._every)
            except Exception as error:
                if not is_transient(error):
                    raise
                self._log.warning("horizon_waits", error=str(error) or type(error).__name__)
                await asyncio.sleep(_RETRY_SECONDS)
