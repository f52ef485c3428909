"""What must be read before an appointment is booked or a slot shown? The offer, and what takes people's and rooms' time.

Two reads. Times come from sessions (what `occupancies` are made of) by their start: its index can be used under
row-level security, a range's cannot, and a calendar would be read back to its first day.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID

import asyncpg

from services.booking.domain.appointment import MARGIN, Colleague, Offer, SlotWorld, Unit
from services.booking.domain.availability import Availability, Busy, Interval, LocationHours
from services.booking.domain.policy import ServicePolicy
from services.booking.domain.world import World
from services.booking.loader import Loader
from services.booking.statements import SEATED
from shared.db import Connection, Database
from shared.messages.booking import BookingCommand, BookSlot, BusinessView, RescheduleToSlot

_WEEK = timedelta(days=7)

LOAD_OFFER: Final = """
SELECT v.name, v.kind, v.duration_minutes, v.price, v.capacity, v.level, v.buffer_before_minutes,
       v.buffer_after_minutes, v.cancellation_deadline_minutes, v.policy, l.closures,
       t.name AS business_name, t.timezone, t.language, t.currency, t.address, t.phone, t.description, t.opening_hours,
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
LOAD_BUSY: Final = f"""
SELECT s.id, s.staff_id, s.resource_ids, floor(extract(epoch FROM s.starts_at) / 60)::int AS starts,
       ceil(extract(epoch FROM s.ends_at) / 60)::int AS ends, s.buffer_before_minutes, s.buffer_after_minutes,
       s.ignores_buffers,
       CASE WHEN s.kind = 'appointment' AND s.due_at <= $4 THEN NOT EXISTS (
           SELECT FROM booking.bookings b WHERE b.tenant_id = s.tenant_id AND b.session_id = s.id
             AND b.status IN {SEATED} AND (b.expires_at IS NULL OR b.expires_at > $4)) ELSE false END AS lapsed
FROM booking.sessions s
WHERE s.tenant_id = $1 AND s.starts_at > $2 AND s.starts_at < $3 AND s.status <> 'cancelled'
  AND (s.staff_id = ANY ($5::uuid[]) OR s.resource_ids && $5::uuid[])
"""  # noqa: S608  # made of constants

LOAD_ASSIGNED: Final = f"""
SELECT s.staff_id, max(b.booked_at) AS at
FROM booking.sessions s
JOIN booking.bookings b ON b.tenant_id = s.tenant_id AND b.session_id = s.id AND b.status IN {SEATED}
WHERE s.tenant_id = $1 AND s.starts_at > $2 AND s.starts_at < $3 AND s.status <> 'cancelled'
  AND s.kind = 'appointment' AND s.staff_id = ANY ($4::uuid[])
GROUP BY s.staff_id
"""  # noqa: S608


async def load(
    connection: Connection,
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
    return await load_busy(connection, offer, window, staff_ids=staff_ids, except_sessions=except_sessions, now=now)


async def load_offer(connection: Connection, tenant_id: UUID, service_id: UUID) -> Offer | None:
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
        location=_location(row["closures"]),
    )


async def load_busy(
    connection: Connection,
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
    world = SlotWorld(offer, busy, lapsed)
    if fairly:
        found = await connection.fetch(LOAD_ASSIGNED, offer.tenant_id, since, until, staff)
        world = replace(world, assigned={row["staff_id"]: row["at"] for row in found})
    return world


async def for_command(
    connection: Connection, command: BookSlot | RescheduleToSlot, offer: Offer, now: datetime
) -> SlotWorld:
    """What deciding this command needs. `offer` must be read in the same batch: a booking rests on nothing older."""
    window = Interval(command.starts_at, command.starts_at + timedelta(minutes=offer.duration_minutes))
    staff_ids = () if command.staff_id is None else (command.staff_id,)
    return await load_busy(
        connection, offer, window, staff_ids=staff_ids, now=now, fairly=command.staff_id is None
    )


async def for_commands(
    db: Database, loader: Loader, world: World, commands: Sequence[BookingCommand], now: datetime
) -> None:
    """Put into `world` what its `BookSlot`s and `RescheduleToSlot`s need, sessions and accounts being there already.

    As extras their `SlotWorld`s (none: there is no such service), as sessions the lapsed holds that may stand in their
    way and the customer's own appointments of the service.
    """
    wanted: dict[UUID, list[tuple[BookSlot | RescheduleToSlot, UUID]]] = {}
    for command in commands:
        if isinstance(command, BookSlot):
            wanted.setdefault(command.tenant_id, []).append((command, command.service_id))
        elif isinstance(command, RescheduleToSlot):
            source = world.sessions.get((command.tenant_id, command.from_session_id))
            if source is not None:
                wanted.setdefault(command.tenant_id, []).append((command, source.facts.service_id))
    for tenant_id, those in wanted.items():
        async with db.tenant(tenant_id) as connection:
            offers = {each: await load_offer(connection, tenant_id, each) for each in {each for _, each in those}}
            for command, service_id in those:
                offer = offers[service_id]
                if offer is None:
                    continue
                slots = await for_command(connection, command, offer, now)
                world.extras[command.command_id] = slots
                named = {*slots.lapsed, *_own(world, command, service_id, now)}
                keys = [(tenant_id, each) for each in named if (tenant_id, each) not in world.sessions]
                world.sessions.update(await loader.sessions_on(connection, keys) if keys else {})


def _own(world: World, command: BookSlot | RescheduleToSlot, service_id: UUID, now: datetime) -> set[UUID]:
    if not isinstance(command, BookSlot):
        return set()
    account = world.accounts.get((command.tenant_id, command.contact.customer_id))
    mine = account.commitments if account is not None else ()
    return {each.session_id for each in mine if each.service_id == service_id and each.starts_at > now}


def _busy(
    rows: Sequence[asyncpg.Record], ids: frozenset[UUID], but: frozenset[UUID], now: datetime
) -> tuple[dict[UUID, tuple[Busy, ...]], frozenset[UUID]]:
    found: dict[UUID, list[Busy]] = {each: [] for each in ids}
    lapsed = set()
    for session_id, staff_id, resource_ids, start, end, before, after, ignores, over in rows:
        if session_id in but:
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
def _location(text: str | None) -> LocationHours | None:
    return None if text is None or text == "{}" else LocationHours.model_validate_json(text)


@lru_cache(maxsize=1_024)
def _policy(text: str) -> ServicePolicy:
    return ServicePolicy.model_validate_json(text)


__all__ = ["for_command", "for_commands", "load", "load_busy", "load_offer"]
