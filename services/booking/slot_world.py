"""What must be read before an appointment is booked or a slot shown? The offer, and what takes people's and rooms' time.

Two reads; the second says how often the catalogue has changed, so whoever kept the offer needs no more than that. Times
come from sessions (what `occupancies` are made of) by their start: its index can be used under row-level security, a
range's cannot, and a calendar would be read back to its first day.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID

import asyncpg

from services.booking.business_hours import hours_of
from services.booking.domain.appointment import MARGIN, Colleague, Offer, SlotWorld, Unit, fold
from services.booking.domain.availability import Availability, Busy, Interval, LocationHours
from services.booking.domain.policy import ServicePolicy
from services.booking.domain.world import SessionKey, World
from services.booking.statements import SEATED
from shared.db import Queries
from shared.messages.booking import BookSlot, BusinessView, RescheduleToSlot

_WEEK = timedelta(days=7)

LOAD_OFFER: Final = """
SELECT v.name, v.kind, v.duration_minutes, v.price, v.capacity, v.level, v.buffer_before_minutes,
       v.buffer_after_minutes, v.cancellation_deadline_minutes, v.policy, l.closures,
       t.name AS business_name, t.timezone, t.language, t.currency, t.address, t.phone, t.description, t.opening_hours,
       t.settings, t.catalogue,
       (SELECT json_agg(json_build_array(w.id, w.name, w.availability::text) ORDER BY w.position, w.id)
        FROM booking.service_staff x
        JOIN booking.staff w ON w.tenant_id = x.tenant_id AND w.id = x.staff_id AND w.active
        WHERE x.tenant_id = v.tenant_id AND x.service_id = v.id) AS staff,
       (SELECT json_agg(json_build_array(n.need, r.id, r.name, r.kind) ORDER BY n.need, r.position, r.id)
        FROM booking.service_resources n
        LEFT JOIN booking.resources r ON r.tenant_id = n.tenant_id AND r.id = n.resource_id AND r.active
        WHERE n.tenant_id = v.tenant_id AND n.service_id = v.id) AS units
FROM booking.services v
JOIN booking.tenants t ON t.tenant_id = v.tenant_id
LEFT JOIN booking.locations l ON l.tenant_id = v.tenant_id AND l.id = v.location_id
WHERE v.tenant_id = $1 AND v.id = $2 AND v.active
"""

# Only an appointment with something due can have lapsed, so the bookings of all others are not looked at.
_LAPSED = f"""
CASE WHEN s.kind = 'appointment' AND s.due_at <= $4 THEN NOT EXISTS (
    SELECT FROM booking.bookings b WHERE b.tenant_id = s.tenant_id AND b.session_id = s.id
      AND b.status IN {SEATED} AND (b.expires_at IS NULL OR b.expires_at > $4)) ELSE false END
"""

_AROUND = """
FROM booking.sessions s
WHERE s.tenant_id = $1 AND s.starts_at > $2 AND s.starts_at < $3 AND s.status <> 'cancelled'
  AND (s.staff_id = ANY ($5::uuid[]) OR s.resource_ids && $5::uuid[])
"""


def _with_catalogue(statement: str) -> str:
    # The count stands first in each row, and comes alone when there is nothing else.
    return (
        "SELECT t.catalogue, found.* FROM booking.tenants t"  # noqa: S608  # made of constants
        f" LEFT JOIN ({statement}) AS found ON true WHERE t.tenant_id = $1"
    )


LOAD_BUSY: Final = _with_catalogue(
    f"""
SELECT s.id, s.staff_id, s.resource_ids, floor(date_part('epoch', s.starts_at) / 60)::int AS starts,
       ceil(date_part('epoch', s.ends_at) / 60)::int AS ends, s.buffer_before_minutes, s.buffer_after_minutes,
       s.ignores_buffers, {_LAPSED} AS lapsed
{_AROUND}
"""
)

# The same for a search: the times of all who are together, as two arrays, since a value costs less there than a row.
LOAD_TAKEN: Final = _with_catalogue(
    f"""
SELECT s.staff_id, s.resource_ids,
       array_agg(floor(date_part('epoch', s.starts_at) / 60)::int
                 - CASE WHEN s.ignores_buffers THEN 0 ELSE s.buffer_before_minutes END) AS starts,
       array_agg(ceil(date_part('epoch', s.ends_at) / 60)::int
                 + CASE WHEN s.ignores_buffers THEN 0 ELSE s.buffer_after_minutes END) AS ends
{_AROUND} AND NOT s.id = ANY ($6::uuid[]) AND NOT {_LAPSED}
GROUP BY s.staff_id, s.resource_ids
"""
)

LOAD_ASSIGNED: Final = f"""
SELECT s.staff_id, max(b.booked_at) AS at
FROM booking.sessions s
JOIN booking.bookings b ON b.tenant_id = s.tenant_id AND b.session_id = s.id AND b.status IN {SEATED}
WHERE s.tenant_id = $1 AND s.starts_at > $2 AND s.starts_at < $3 AND s.status <> 'cancelled'
  AND s.kind = 'appointment' AND s.staff_id = ANY ($4::uuid[])
GROUP BY s.staff_id
"""  # noqa: S608

# Under the id that the customer was met by, or is now known by.
LOAD_OWN: Final = f"""
SELECT b.session_id
FROM booking.customers c
JOIN booking.bookings b ON b.tenant_id = c.tenant_id AND b.customer_id = coalesce(c.merged_into, c.id)
    AND b.status IN {SEATED}
JOIN booking.sessions s ON s.tenant_id = b.tenant_id AND s.id = b.session_id AND s.kind = 'appointment'
    AND s.service_id = $3 AND s.starts_at > $4
WHERE c.tenant_id = $1 AND c.id = $2
"""  # noqa: S608


async def load(
    connection: Queries,
    tenant_id: UUID,
    service_id: UUID,
    window: Interval,
    *,
    staff_ids: Iterable[UUID] = (),
    except_sessions: frozenset[UUID] = frozenset(),
    now: datetime,
) -> SlotWorld | None:
    """The world for starts in `window` with these staff members (none named: all); None when there is no such service.

    `except_sessions` are left out altogether: own appointments, which are not in one's own way.
    """
    offer = await load_offer(connection, tenant_id, service_id)
    if offer is None:
        return None
    return await load_busy(
        connection, offer, window, staff_ids=staff_ids, except_sessions=except_sessions, now=now
    )


async def load_offer(connection: Queries, tenant_id: UUID, service_id: UUID) -> Offer | None:
    """The service as the catalogue has it now; None when it is not offered."""
    row = await connection.fetchrow(LOAD_OFFER, tenant_id, service_id)
    if row is None:
        return None
    units: dict[UUID, Unit] = {}
    needs: dict[int, list[UUID]] = {}
    for need, unit_id, name, kind in json.loads(row["units"] or "[]"):
        able = needs.setdefault(need, [])
        if unit_id is not None:  # a need whose units are all gone can no longer be met
            unit = Unit(UUID(unit_id), name, kind == "room")
            able.append(unit.resource_id)
            units[unit.resource_id] = unit
    return Offer(
        tenant_id=tenant_id,
        service_id=service_id,
        name=row["name"],
        kind=row["kind"],
        duration_minutes=row["duration_minutes"],
        price=row["price"],
        capacity=row["capacity"],
        level=row["level"],
        buffers=(row["buffer_before_minutes"], row["buffer_after_minutes"]),
        cancellation_deadline=timedelta(minutes=row["cancellation_deadline_minutes"]),
        policy=_policy(row["policy"]),
        business=BusinessView(**{name: row[name] for name in BusinessView.model_fields}),
        staff=tuple(
            Colleague(UUID(staff_id), name, _availability(text))
            for staff_id, name, text in json.loads(row["staff"] or "[]")
        ),
        units=tuple(units.values()),
        needs=tuple(tuple(able) for able in needs.values()),
        location=_location(row["settings"], row["closures"]),
        week_starts_on=json.loads(row["settings"]).get("week_starts_on", "mon"),
        catalogue=row["catalogue"],
    )


async def load_busy(
    connection: Queries,
    offer: Offer,
    window: Interval,
    *,
    staff_ids: Iterable[UUID] = (),
    except_sessions: frozenset[UUID] = frozenset(),
    now: datetime,
    fairly: bool = False,
) -> SlotWorld:
    """The offer with what takes its people's and units' time around `window`.

    `fairly`: one of them will be chosen, so that whole weeks and who was given the last appointment are read, too.
    """
    staff = [each.staff_id for each in offer.named(staff_ids)]
    ids = [*staff, *(unit.resource_id for unit in offer.units)]
    around = _WEEK + MARGIN if fairly or offer.limits_staff else MARGIN
    since, until = window.start - around, window.end + around
    rows = await connection.fetch(LOAD_BUSY, offer.tenant_id, since, until, now, ids)
    busy, lapsed = _busy(rows, frozenset(ids), except_sessions, now)
    world = SlotWorld(offer, busy, lapsed, outdated=_outdated(offer, rows))
    if fairly:
        found = await connection.fetch(LOAD_ASSIGNED, offer.tenant_id, since, until, staff)
        world = replace(world, assigned={row["staff_id"]: row["at"] for row in found})
    return world


async def load_taken(
    connection: Queries,
    offer: Offer,
    window: Interval,
    *,
    staff_ids: Iterable[UUID] = (),
    except_sessions: frozenset[UUID] = frozenset(),
    now: datetime,
) -> SlotWorld:
    """The same as `load_busy` for a search that only lists what is free: a third of its cost.

    Where staff have limits each booking counts, so that all is read.
    """
    if offer.limits_staff:
        return await load_busy(
            connection, offer, window, staff_ids=staff_ids, except_sessions=except_sessions, now=now
        )
    ids = [*(each.staff_id for each in offer.named(staff_ids)), *(unit.resource_id for unit in offer.units)]
    found: dict[UUID, list[tuple[int, int]]] = {each: [] for each in ids}
    since, until = window.start - MARGIN, window.end + MARGIN
    rows = await connection.fetch(LOAD_TAKEN, offer.tenant_id, since, until, now, ids, list(except_sessions))
    for _, staff_id, resource_ids, starts, ends in rows:
        if starts is None:
            continue  # nothing is taken
        times = list(zip(starts, ends, strict=True))
        for each in (staff_id, *resource_ids):
            if each in found:
                found[each].extend(times)
    busy = {each: fold(times, offer.footprint) for each, times in found.items()}
    return SlotWorld(offer, busy, outdated=_outdated(offer, rows))


@dataclass(frozen=True, slots=True)
class Needed:
    """What deciding a command needs: its world (None: there is no such service), and sessions to load with it.

    Those are lapsed holds that may stand in its way, and the customer's own appointments of the service.
    """

    value: SlotWorld | None = None
    sessions: tuple[SessionKey, ...] = ()


async def for_command(
    connection: Queries, command: BookSlot | RescheduleToSlot, world: World, now: datetime
) -> Needed:
    """What deciding this command needs; `world` has the session that is moved.

    Nothing of it is remembered from one command to the next: a booking rests on nothing older.
    """
    service_id = _service_of(command, world)
    offer = None if service_id is None else await load_offer(connection, command.tenant_id, service_id)
    if offer is None:
        return Needed()
    window = Interval(command.starts_at, command.starts_at + timedelta(minutes=offer.duration_minutes))
    staff_ids = () if command.staff_id is None else (command.staff_id,)
    slots = await load_busy(
        connection, offer, window, staff_ids=staff_ids, now=now, fairly=command.staff_id is None
    )
    sessions = set(slots.lapsed)
    if isinstance(command, BookSlot):
        rows = await connection.fetch(
            LOAD_OWN, command.tenant_id, command.contact.customer_id, offer.service_id, now
        )
        sessions.update(row["session_id"] for row in rows)
    keys = sorted(sessions, key=lambda each: each.int)
    return Needed(slots, tuple((command.tenant_id, each) for each in keys))


def _service_of(command: BookSlot | RescheduleToSlot, world: World) -> UUID | None:
    if isinstance(command, BookSlot):
        return command.service_id
    source = world.sessions.get((command.tenant_id, command.from_session_id))
    return None if source is None else source.facts.service_id


def _outdated(offer: Offer, rows: Sequence[asyncpg.Record]) -> bool:
    # Without a row there is no such business any more.
    return not rows or rows[0]["catalogue"] != offer.catalogue


def _busy(
    rows: Sequence[asyncpg.Record], ids: frozenset[UUID], but: frozenset[UUID], now: datetime
) -> tuple[dict[UUID, tuple[Busy, ...]], frozenset[UUID]]:
    found: dict[UUID, list[Busy]] = {each: [] for each in ids}
    lapsed = set()
    for _, session_id, staff_id, resource_ids, start, end, before, after, ignores, over in rows:
        if session_id is None or session_id in but:
            continue
        if over:
            lapsed.add(session_id)
        one = Busy(start, end, before, after, session_id, now if over else None, ignores)
        if staff_id in found:
            found[staff_id].append(one)
        for each in resource_ids:
            if each in found:
                found[each].append(one)
    return {each: tuple(ones) for each, ones in found.items()}, frozenset(lapsed)


@lru_cache(maxsize=4_096)
def _availability(text: str | None) -> Availability:
    # Nobody works at times that nobody wrote down.
    return Availability() if text is None else Availability.model_validate_json(text)


@lru_cache(maxsize=1_024)
def _location(settings: str, closures: str | None) -> LocationHours | None:
    return hours_of(settings, closures)


@lru_cache(maxsize=1_024)
def _policy(text: str) -> ServicePolicy:
    return ServicePolicy.model_validate_json(text)
