"""How does a document become rows? One tenant in one transaction; again changes only what the document changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.booking.clock import utc_now
from services.booking.document import Document, InvalidDocument, Mistake, TenantPart
from services.booking.document.difference import Change, difference
from services.booking.document.ids import Ids
from services.booking.document.parts import KINDS, things
from services.booking.domain.availability import skipped_blocks
from services.booking.exporting import read_tenant
from services.booking.import_rows import write_rows
from services.booking.timetable import LOCK, Clash, coming, lay_sessions, schedules_of
from shared.db import Connection, Database
from shared.errors import UsherError
from shared.ids import tenant_id_of

# Sessions that nobody ever booked or waited for and that no rule gives any more. Others stay: to drop one is a decision.
PRUNE: Final = """
DELETE FROM booking.sessions s
WHERE s.tenant_id = $1 AND s.starts_at > $2 AND s.schedule_id IS NOT NULL AND NOT s.id = ANY ($3::uuid[])
  AND NOT EXISTS (SELECT 1 FROM booking.bookings b WHERE b.tenant_id = s.tenant_id AND b.session_id = s.id)
  AND NOT EXISTS (SELECT 1 FROM booking.waitlist_entries e WHERE e.tenant_id = s.tenant_id AND e.session_id = s.id)
"""

# Whoever holds a coming session in memory must look again: names, prices and deadlines are not in its row. Where
# somebody waits the session is due at once: there may be more places now.
TOUCH: Final = """
UPDATE booking.sessions s SET version = version + 1,
    due_at = CASE WHEN EXISTS (SELECT 1 FROM booking.waitlist_entries e WHERE e.tenant_id = s.tenant_id
        AND e.session_id = s.id AND e.status = 'waiting') THEN least(s.due_at, $2) ELSE s.due_at END
WHERE s.tenant_id = $1 AND s.starts_at > $2
"""

SESSIONS: Final = """
SELECT id, service_id, staff_id, resource_ids, starts_at, ends_at, capacity, buffer_before_minutes, buffer_after_minutes,
       held_back, seats_taken FROM booking.sessions
WHERE tenant_id = $1 AND starts_at > $2 AND schedule_id IS NOT NULL AND status = 'scheduled'
"""


_CLASHES_SHOWN = 10


class _DryRun(Exception):
    """Ends a transaction that must leave nothing behind."""


@dataclass(frozen=True, slots=True)
class SessionCounts:
    """What becomes of the coming sessions. `kept`: no schedule gives them any more, but they are booked."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    kept: int = 0

    def __str__(self) -> str:
        kept = f", {self.kept} kept since they are booked" if self.kept else ""
        return f"{self.added} sessions added, {self.changed} changed, {self.removed} removed{kept}"


@dataclass(frozen=True, slots=True)
class Imported:
    """What importing one tenant does (or would do). `notes`: what may not be meant."""

    slug: str
    changes: tuple[Change, ...]
    sessions: SessionCounts
    notes: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether everything was so already."""
        return not self.changes and self.sessions == SessionCounts(kept=self.sessions.kept)

    def lines(self) -> list[str]:
        """The difference, for people."""
        inner = [line for change in self.changes for line in change.lines()]
        head = f"{self.slug}: no change" if self.nothing else f"{self.slug}: {self.sessions}"
        return [head, *(f"  {line}" for line in inner), *(f"  note: {note}" for note in self.notes)]


async def import_tenant(
    db: Database, document: Document, position: int, *, now: datetime | None = None, dry_run: bool = False
) -> Imported:
    """Write one of the document's tenants with its sessions for the horizon from `now`: all of it, or nothing.

    `dry_run` does the same and takes it back. Raises `InvalidDocument` when somebody would be in two places.
    """
    tenant = document.tenants[position]
    done: Imported | None = None
    try:
        async with db.tenant(tenant_id_of(tenant.slug)) as connection:
            done = await put_tenant(connection, tenant, position, now or utc_now())
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    except (asyncpg.UniqueViolationError, asyncpg.CheckViolationError) as error:
        raise ImportImpossible(f"{tenant.slug}: {error}. Nothing was changed.") from error
    if done is None:
        raise AssertionError("a transaction that ends well has a result")
    return done


class ImportImpossible(UsherError):
    """The database does not take this document."""


async def put_tenant(connection: Connection, tenant: TenantPart, position: int, now: datetime) -> Imported:
    """The same in the caller's transaction. `position`: of the tenant in its document, for mistakes."""
    ids = Ids(tenant)
    tenant_id = ids.tenant_id
    await connection.execute(LOCK, str(tenant_id))
    known = {kind: [thing.key for thing in things(tenant, kind)] for kind in KINDS}
    changes = difference(await read_tenant(connection, tenant_id, known), tenant)
    before = await _sessions(connection, tenant_id, now)
    changed = await write_rows(connection, tenant, ids)
    schedules = await schedules_of(connection, tenant_id)
    wanted = await coming(connection, schedules, now)
    if changed:
        await connection.execute(PRUNE, tenant_id, now, list(wanted))
        await connection.execute(TOUCH, tenant_id, now)
    laid = await lay_sessions(connection, schedules, lambda: now)
    if laid.clashes:
        raise InvalidDocument(
            [_clash(tenant, ids, position, clash) for clash in laid.clashes[:_CLASHES_SHOWN]],
            "Nobody and nothing can be in two places",
        )
    after = await _sessions(connection, tenant_id, now)
    kept = sum(1 for i, row in after.items() if i not in wanted and row["seats_taken"])
    return Imported(
        tenant.slug, changes, _counts(before, after, kept), (*_untold(before, after), *_notes(tenant))
    )


async def _sessions(connection: Connection, tenant_id: UUID, now: datetime) -> dict[UUID, asyncpg.Record]:
    return {row["id"]: row for row in await connection.fetch(SESSIONS, tenant_id, now)}


def _counts(
    before: dict[UUID, asyncpg.Record], after: dict[UUID, asyncpg.Record], kept: int
) -> SessionCounts:
    return SessionCounts(
        added=sum(1 for i in after if i not in before),
        changed=sum(1 for i, row in after.items() if i in before and tuple(row) != tuple(before[i])),
        removed=sum(1 for i in before if i not in after),
        kept=kept,
    )


def _untold(before: dict[UUID, asyncpg.Record], after: dict[UUID, asyncpg.Record]) -> tuple[str, ...]:
    """An import sends no messages: what customers would want to hear is said to the operator."""
    seen = ("staff_id", "resource_ids", "starts_at", "ends_at")
    count = sum(
        1
        for i, row in after.items()
        if i in before and row["seats_taken"] and any(row[name] != before[i][name] for name in seen)
    )
    if not count:
        return ()
    sessions = "1 booked session gets" if count == 1 else f"{count} booked sessions get"
    return (f"{sessions} another teacher, room or time, and nobody is told by an import",)


def _clash(tenant: TenantPart, ids: Ids, position: int, clash: Clash) -> Mistake:
    """Where it is, and who or what is busy then."""
    when = f"{clash.occurrence.local_start:%Y-%m-%d at %H:%M}"
    keys: dict[UUID | None, str] = {ids.of("staff", part.key): part.key for part in tenant.staff}
    keys |= {unit: part.key for part in tenant.resources for unit in ids.units(part.key)}
    who = keys.get(clash.resource_id) or clash.resource_name or "somebody or something it needs"
    for index, part in enumerate(tenant.schedules):
        if ids.of("schedules", part.key) == clash.schedule_id:
            text = f"{who} is busy when schedule {part.key!r} takes place on {when}"
            return Mistake(("tenants", position, "schedules", index), text)
    return Mistake(("tenants", position, "schedules"), f"{who} is busy at a session of {when}")


def _notes(tenant: TenantPart) -> tuple[str, ...]:
    notes = [
        f"staff {part.key}: {line}"
        for part in tenant.staff
        if part.availability is not None
        for line in skipped_blocks(part.availability)
    ]
    working = {part.key for part in tenant.staff if part.availability is not None}
    notes += [
        f"service {part.key}: nobody of its staff has an availability, so it has no slots"
        for part in tenant.services
        if part.kind == "appointment" and not working.intersection(part.staff)
    ]
    scheduled = Counter(part.service for part in tenant.schedules)
    notes += [
        f"service {part.key}: a class without schedules has no sessions"
        for part in tenant.services
        if part.kind == "class" and not scheduled[part.key]
    ]
    return tuple(notes)
