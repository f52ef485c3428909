"""Which sessions exist for the weeks to come? Schedules become session rows with stable ids, before anybody books."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from services.booking.clock import Clock
from services.booking.domain.policy import ServicePolicy
from services.booking.domain.schedule import InvalidSchedule, Occurrence, Schedule, occurrences, parse_dates
from services.booking.timetable_sql import BUSY_THEN, PUT_SESSIONS, SCHEDULES, SERVICES
from shared.db import Connection, Database, Queries, is_transient
from shared.tasks import spawn
from shared.telemetry import get_logger

HORIZON = timedelta(weeks=4)
"""Sessions are there from today (in the tenant's zone) up to this much later, or to the service's own horizon."""

EXTEND_EVERY_SECONDS: Final = 6 * 3600.0
_RETRY_SECONDS: Final = 5.0

LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('usher import ' || $1::text, 0))"
"""Whoever lays out or imports a tenant's timetable does so alone: an import's schedules are those that are laid out."""


@dataclass(frozen=True)
class Clash:
    """A session that was not put down: a staff member or a room (`resource_id`, `resource_name`) is busy then.

    `occurrence.local_start` is naive, in the tenant's zone. The resource is None when it was freed in the meantime.
    """

    schedule_id: UUID
    occurrence: Occurrence
    resource_id: UUID | None = None
    resource_name: str | None = None


@dataclass(frozen=True)
class Laid:
    """What `lay_sessions` did: how many rows are new, and what could not be put down."""

    added: int
    clashes: tuple[Clash, ...]


@dataclass(frozen=True, slots=True)
class Laying:
    """What a service says of all its sessions: minutes kept free around them, walk-in seats, days laid out ahead."""

    buffers: tuple[int, int] = (0, 0)
    held_back: int = 0
    horizon_days: int | None = None


async def schedules_of(connection: Queries, tenant_id: UUID, series_id: UUID | None = None) -> list[Schedule]:
    """The tenant's schedules in force; with `series_id` those of one series (a schedule that was never split is one)."""
    return [schedule_of(row) for row in await connection.fetch(SCHEDULES, tenant_id, series_id)]


def schedule_of(row: asyncpg.Record) -> Schedule:
    """A row of `SCHEDULES`. Raises `InvalidSchedule` when an exclusion cannot be read."""
    names = json.loads(row["first_times"])
    return Schedule(
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
        until=row["until"],
        times=tuple(row["times"]),
        excluded=parse_dates(row["left_out"], row["timezone"]),
        extra=tuple(row["extra"]),
        resource_ids=tuple(dict.fromkeys(row["resource_ids"])),
        series_id=row["series_id"],
        split_from=row["split_from"],
        first_times=tuple(
            sorted((time.fromisoformat(now), time.fromisoformat(first)) for now, first in names.items())
        ),
    )


async def laying_of(connection: Queries, tenant_id: UUID, service_ids: Sequence[UUID]) -> dict[UUID, Laying]:
    """What these services say of all their sessions."""
    found = {}
    for row in await connection.fetch(SERVICES, tenant_id, list(service_ids)):
        policy = ServicePolicy.model_validate_json(row["policy"])
        buffers = (row["buffer_before_minutes"], row["buffer_after_minutes"])
        found[row["id"]] = Laying(buffers, policy.held_back, policy.horizon_days)
    return found


async def coming(
    connection: Connection, schedules: Sequence[Schedule], now: datetime
) -> dict[UUID, Occurrence]:
    """All sessions that these schedules give for their horizons, by session id. Raises `InvalidSchedule`."""
    services = await _services_of(connection, schedules)
    return {
        occurrence.session_id: occurrence
        for schedule in schedules
        for occurrence in _coming(schedule, _laying(services, schedule), now)
    }


async def lay_sessions(connection: Connection, schedules: Sequence[Schedule], clock: Clock) -> Laid:
    """Put down the sessions of these schedules for the horizon; what is there stays. Same ids however often.

    A session keeps what was edited for it alone, and one that was cancelled stays cancelled. Raises `InvalidSchedule`
    when a rule cannot be used.
    """
    now = clock()
    services = await _services_of(connection, schedules)
    added = 0
    clashes: list[Clash] = []
    for schedule in schedules:
        laying = _laying(services, schedule)
        todo = _coming(schedule, laying, now)
        try:
            async with _savepoint(connection):
                added += await _put(connection, schedule, laying, todo, now)
        except asyncpg.ExclusionViolationError:
            for occurrence in todo:
                try:
                    async with _savepoint(connection):
                        added += await _put(connection, schedule, laying, [occurrence], now)
                except asyncpg.ExclusionViolationError:
                    clashes.append(await _clash(connection, schedule, laying, occurrence))
    return Laid(added, tuple(clashes))


def window(today: date, horizon_days: int | None = None) -> tuple[date, date]:
    """The local days that the horizon covers: from today, up to and without the second.

    `horizon_days`: how far ahead customers may book the service, which may need more than the usual weeks.
    """
    ahead = HORIZON if horizon_days is None else max(HORIZON, timedelta(days=horizon_days))
    return today, today + ahead + timedelta(days=1)


def _laying(services: dict[UUID, Laying], schedule: Schedule) -> Laying:
    return services.get(schedule.service_id, Laying())


def _coming(schedule: Schedule, laying: Laying, now: datetime) -> list[Occurrence]:
    today = now.astimezone(ZoneInfo(schedule.timezone)).date()
    return [o for o in occurrences(schedule, *window(today, laying.horizon_days)) if o.starts_at > now]


async def _services_of(connection: Connection, schedules: Sequence[Schedule]) -> dict[UUID, Laying]:
    found: dict[UUID, Laying] = {}
    for tenant_id in {s.tenant_id for s in schedules}:
        ids = {s.service_id for s in schedules if s.tenant_id == tenant_id}
        found |= await laying_of(connection, tenant_id, list(ids))
    return found


async def _put(
    connection: Connection, schedule: Schedule, laying: Laying, todo: Sequence[Occurrence], now: datetime
) -> int:
    rows = await connection.fetch(
        PUT_SESSIONS,
        schedule.tenant_id,
        schedule.schedule_id,
        schedule.service_id,
        schedule.staff_id,
        list(schedule.resource_ids),
        schedule.capacity,
        *laying.buffers,
        laying.held_back,
        [o.session_id for o in todo],
        [o.starts_at for o in todo],
        [o.ends_at for o in todo],
        [o.original_start for o in todo],
        now,
    )
    return sum(row[0] for row in rows)


async def _clash(connection: Connection, schedule: Schedule, laying: Laying, occurrence: Occurrence) -> Clash:
    """Who or what is busy then. The session may have a teacher or room of its own, so its row counts if it is there."""
    row = await connection.fetchrow(
        BUSY_THEN,
        schedule.tenant_id,
        occurrence.session_id,
        schedule.staff_id,
        list(schedule.resource_ids),
        occurrence.starts_at,
        occurrence.ends_at,
        *laying.buffers,
    )
    if row is None:
        return Clash(schedule.schedule_id, occurrence)
    return Clash(schedule.schedule_id, occurrence, row["resource_id"], row["name"])


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
                await connection.execute(LOCK, str(tenant_id))
                try:
                    laid = await lay_sessions(
                        connection, await schedules_of(connection, tenant_id), self._clock
                    )
                except InvalidSchedule as error:
                    self._log.error("schedule_unusable", tenant=str(tenant_id), error=str(error))
                    continue
            added += laid.added
            if laid.clashes:
                self._log.warning(
                    "busy_then",
                    tenant=str(tenant_id),
                    sessions=len(laid.clashes),
                    who=sorted({str(clash.resource_id) for clash in laid.clashes}),
                )
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
