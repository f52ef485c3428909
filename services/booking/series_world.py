"""What must be known before a series is edited or booked, and before one session gets another teacher, room or time?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from services.booking import people
from services.booking.domain.clash import Diary, Place
from services.booking.domain.customer_series import Calendar, WishedDate, expand_customer_series
from services.booking.domain.decisions.series import Candidates, preview, wish_of
from services.booking.domain.decisions.sessions import Wanted
from services.booking.domain.local import local_times
from services.booking.domain.schedule import InvalidSchedule, local_of
from services.booking.domain.schedule_rows import StoredSchedule
from services.booking.domain.series_found import SeriesFound, StoredSession
from services.booking.domain.state import SessionFacts, SessionState
from services.booking.domain.world import SessionKey, World
from services.booking.loader import Loader
from services.booking.timetable import Laying, laying_of, schedules_of, window
from shared.db import Database, Queries
from shared.messages.booking import BookSeries, ChangeSession, EditSchedule, PreviewSeries, SeriesPreview

SERIES_OF: Final = """
SELECT coalesce(c.series_id, c.id) AS series_id, c.service_id, v.name AS service_name, t.timezone, t.language
FROM booking.schedules c
JOIN booking.services v ON v.tenant_id = c.tenant_id AND v.id = c.service_id
JOIN booking.tenants t ON t.tenant_id = c.tenant_id
WHERE c.tenant_id = $1 AND c.id = $2 AND c.active
"""

ROWS_OF: Final = """
SELECT id, version, room_id, capacity, duration_minutes
FROM booking.schedules WHERE tenant_id = $1 AND coalesce(series_id, id) = $2
"""

SESSIONS_OF: Final = """
SELECT s.id, s.schedule_id, s.local_start, s.starts_at, s.status, s.staff_id, s.resource_ids,
       EXISTS (SELECT 1 FROM booking.bookings b WHERE b.tenant_id = s.tenant_id AND b.session_id = s.id)
       OR EXISTS (SELECT 1 FROM booking.waitlist_entries e WHERE e.tenant_id = s.tenant_id AND e.session_id = s.id)
           AS used
FROM booking.sessions s
JOIN booking.schedules c ON c.tenant_id = s.tenant_id AND c.id = s.schedule_id
WHERE s.tenant_id = $1 AND coalesce(c.series_id, c.id) = $2
  AND (s.starts_at > $3 OR s.local_start >= $4)
ORDER BY s.starts_at, s.id
"""

NAMES: Final = """
SELECT id, name, false AS room, active FROM booking.staff WHERE tenant_id = $1
UNION ALL
SELECT id, name, kind = 'room', active FROM booking.resources WHERE tenant_id = $1
"""

TAKEN: Final = """
SELECT o.session_id, o.resource_id, s.starts_at, s.ends_at, s.buffer_before_minutes, s.buffer_after_minutes,
       s.ignores_buffers, v.name AS what
FROM booking.occupancies o
JOIN booking.sessions s ON s.tenant_id = o.tenant_id AND s.id = o.session_id
JOIN booking.services v ON v.tenant_id = s.tenant_id AND v.id = s.service_id
WHERE o.tenant_id = $1 AND o.resource_id = ANY ($2::uuid[]) AND o.busy && tstzrange($3, $4)
  AND NOT o.session_id = ANY ($5::uuid[])
"""

SERVICE: Final = """
SELECT v.kind, v.name, t.timezone, t.language
FROM booking.services v JOIN booking.tenants t ON t.tenant_id = v.tenant_id
WHERE v.tenant_id = $1 AND v.id = $2 AND v.active
"""

ON_THESE_DAYS: Final = """
SELECT id FROM booking.sessions
WHERE tenant_id = $1 AND service_id = $2 AND kind = 'class' AND status = 'scheduled' AND starts_at > $3
  AND starts_at < $4 AND (starts_at AT TIME ZONE $5)::date = ANY ($6::date[])
ORDER BY starts_at, id LIMIT $7
"""

_DAY = timedelta(days=1)
MOST_SESSIONS: Final = 2_000


def session_keys(extra: SeriesFound | Candidates) -> list[SessionKey]:
    """The sessions that must be in the world before this series is edited or booked."""
    if isinstance(extra, SeriesFound):
        return [(extra.tenant_id, session.session_id) for session in extra.sessions]
    return [(extra.tenant_id, session_id) for session_id in extra.session_ids]


async def load_edit(connection: Queries, command: EditSchedule, now: datetime) -> SeriesFound:
    """The extras of `EditSchedule`."""
    tenant_id = command.tenant_id
    series = await connection.fetchrow(SERIES_OF, tenant_id, command.schedule_id)
    if series is None:
        return SeriesFound(tenant_id)
    schedules = await schedules_of(connection, tenant_id, series["series_id"])
    laying = (await laying_of(connection, tenant_id, [series["service_id"]]))[series["service_id"]]
    zone = ZoneInfo(series["timezone"])
    today = now.astimezone(zone).date()
    before = window(today, laying.horizon_days)[1]
    start_of_day = datetime.combine(today, datetime.min.time())
    rows = await connection.fetch(SESSIONS_OF, tenant_id, series["series_id"], now, start_of_day)
    names = await connection.fetch(NAMES, tenant_id)
    needed = {command.staff_id, command.room_id}
    for schedule in schedules:
        needed |= {schedule.staff_id, *schedule.resource_ids}
    for row in rows:
        needed |= {row["staff_id"], *row["resource_ids"]}
    ids = [each for each in needed if each is not None]
    # A date moved by itself may lie behind the horizon.
    last = max([datetime.combine(before, datetime.min.time(), zone), *(row["starts_at"] for row in rows)])
    stored = {
        row["id"]: StoredSchedule(row["version"], row["room_id"], row["capacity"], row["duration_minutes"])
        for row in await connection.fetch(ROWS_OF, tenant_id, series["series_id"])
    }
    return SeriesFound(
        tenant_id=tenant_id,
        before=before,
        schedules=tuple(schedules),
        stored=stored,
        sessions=tuple(_stored_session(row, series["timezone"]) for row in rows),
        buffers=laying.buffers,
        held_back=laying.held_back,
        service_name=series["service_name"],
        language=series["language"],
        names={row["id"]: row["name"] for row in names},
        rooms=frozenset(row["id"] for row in names if row["room"]),
        active=frozenset(row["id"] for row in names if row["active"]),
        taken=await _taken(
            connection, tenant_id, ids, (now - _DAY, last + 2 * _DAY), [r["id"] for r in rows]
        ),
    )


async def load_series(connection: Queries, command: BookSeries | PreviewSeries, now: datetime) -> Candidates:
    """The extras of `BookSeries` (and what a `PreviewSeries` is answered from): the classes of the wanted days."""
    tenant_id = command.tenant_id
    service = await connection.fetchrow(SERVICE, tenant_id, command.service_id)
    if service is None:
        return Candidates(tenant_id)
    timezone = service["timezone"]
    laying = (await laying_of(connection, tenant_id, [command.service_id])).get(command.service_id, Laying())
    before = window(now.astimezone(ZoneInfo(timezone)).date(), laying.horizon_days)[1]
    known = Candidates(tenant_id, service["name"], service["kind"], timezone, before)
    try:
        wish = wish_of(command, timezone)
        days = _wanted_days(expand_customer_series(wish, (), Calendar(), now=now, before=before))
    except InvalidSchedule:
        return known  # refused with what is wrong when it is decided
    if not days:
        return known
    zone = ZoneInfo(timezone)
    from_ = max(now, datetime.combine(min(days), datetime.min.time(), zone))
    until = datetime.combine(max(days) + _DAY, datetime.min.time(), zone)
    rows = await connection.fetch(
        ON_THESE_DAYS, tenant_id, command.service_id, from_, until, timezone, days, MOST_SESSIONS
    )
    return Candidates(
        tenant_id, known.service_name, known.kind, timezone, before, tuple(row["id"] for row in rows)
    )


async def preview_series(db: Database, loader: Loader, query: PreviewSeries, now: datetime) -> SeriesPreview:
    """The answer to `PreviewSeries`: read afresh, so it says what booking at this moment would say."""
    asked = (query.tenant_id, query.customer_id)
    accounts, merged = await loader.accounts([asked], now)
    who = merged.get(asked, query.customer_id)
    async with db.tenant(query.tenant_id) as connection:
        found = await load_series(connection, query, now)
        passes = await people.load_passes(connection, query.tenant_id, [who])
    world = World(accounts=accounts)
    world.sessions.update(await loader.sessions(session_keys(found)))
    account = accounts.get((query.tenant_id, who))
    if account is not None and passes.get(who):
        world.accounts[(query.tenant_id, who)] = replace(account, passes=passes[who])
        world.passes.update({(query.tenant_id, each.pass_id): each for each in passes[who]})
    return preview(world, found, query.model_copy(update={"customer_id": who}), now)


async def wanted(connection: Queries, command: ChangeSession, state: SessionState | None) -> Wanted:
    """The extras of `ChangeSession`: names of the new teacher and room, and who or what is busy at that time."""
    if state is None or (command.staff_id, command.room_id, command.starts_at) == (None, None, None):
        return Wanted()
    facts, tenant_id = state.facts, command.tenant_id
    known = {row["id"]: row for row in await connection.fetch(NAMES, tenant_id)}
    staff = _known(known, command.staff_id, room=False)
    room = _known(known, command.room_id, room=True)
    unknown = tuple(
        word
        for word, asked, found in (
            ("staff member", command.staff_id, staff),
            ("room", command.room_id, room),
        )
        if asked is not None and found is None
    )
    place = _place_wanted(command, facts)
    taken = await _taken(
        connection,
        tenant_id,
        list(place.resources),
        (place.busy[0] - _DAY, place.busy[1] + _DAY),
        [facts.session_id],
    )
    busy = []
    for resource_id in sorted(place.resources):
        clash = Diary(t for t in taken if resource_id in t.resources).clash(place)
        if clash is not None:
            business, other = facts.business, clash.taken
            when = local_times(other.starts_at, other.ends_at, business.timezone, business.language)
            busy.append(f"{known[resource_id]['name']} ({other.what}, {when})")
    return Wanted(staff, room, tuple(busy), unknown)


def _place_wanted(command: ChangeSession, facts: SessionFacts) -> Place:
    """Where the session would take place."""
    resources = facts.resource_ids
    if command.room_id is not None:
        resources = (command.room_id, *(resources[1:] if facts.room is not None else resources))
    needed = {command.staff_id or facts.staff_id, *resources}
    starts_at = command.starts_at or facts.starts_at
    return Place(
        facts.session_id,
        frozenset(each for each in needed if each is not None),
        starts_at,
        starts_at + (facts.ends_at - facts.starts_at),
        facts.buffers,
        facts.ignores_buffers,
    )


def _known(known: dict[UUID, asyncpg.Record], asked: UUID | None, *, room: bool) -> str | None:
    row = known.get(asked) if asked is not None else None
    return str(row["name"]) if row is not None and row["active"] and row["room"] is room else None


async def _taken(
    connection: Queries,
    tenant_id: UUID,
    resource_ids: list[UUID],
    between: tuple[datetime, datetime],
    but: list[UUID],
) -> tuple[Place, ...]:
    """The places of other sessions that take any of these staff and resources in this time."""
    rows = await connection.fetch(TAKEN, tenant_id, resource_ids, *between, but)
    return tuple(
        Place(
            row["session_id"],
            frozenset({row["resource_id"]}),
            row["starts_at"],
            row["ends_at"],
            (row["buffer_before_minutes"], row["buffer_after_minutes"]),
            row["ignores_buffers"],
            row["what"],
        )
        for row in rows
    )


def _stored_session(row: asyncpg.Record, timezone: str) -> StoredSession:
    # Rows from before `local_start` was kept were never moved, so their start is the original one.
    original = row["local_start"] or local_of(row["starts_at"], timezone)
    return StoredSession(row["id"], row["schedule_id"], original, row["used"], row["status"] == "cancelled")


def _wanted_days(dates: tuple[WishedDate, ...]) -> list[date]:
    return sorted({each.local_start.date() for each in dates})
