"""Which rows does an edited series have? The statements that write schedules and their sessions, and their arguments."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.booking.domain.schedule import Schedule
from services.booking.domain.series import SeriesEdit

# An edit that rests on an older row must not stand: -1 is no version, so the transaction fails and is decided again.
_NEXT: Final = "CASE WHEN s.version = {next} - 1 THEN {next} ELSE -1 END"

PUT_SCHEDULE: Final = f"""
INSERT INTO booking.schedules AS s (tenant_id, id, series_id, split_from, service_id, staff_id, room_id, rrule,
    starts_on, starts_at_local, duration_minutes, capacity, until, times, first_times, left_out, extra, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
ON CONFLICT (tenant_id, id) DO UPDATE SET series_id = excluded.series_id, split_from = excluded.split_from,
    service_id = excluded.service_id, staff_id = excluded.staff_id, room_id = excluded.room_id, rrule = excluded.rrule,
    starts_on = excluded.starts_on, starts_at_local = excluded.starts_at_local,
    duration_minutes = excluded.duration_minutes, capacity = excluded.capacity, until = excluded.until,
    times = excluded.times, first_times = excluded.first_times, left_out = excluded.left_out, extra = excluded.extra,
    active = true, version = {_NEXT.format(next="excluded.version")}
"""  # noqa: S608  # made of constants

END_SCHEDULE: Final = f"""
UPDATE booking.schedules s SET active = false, version = {_NEXT.format(next="$3::bigint")}
WHERE tenant_id = $1 AND id = $2
"""  # noqa: S608

REHOME: Final = "UPDATE booking.sessions SET schedule_id = $3 WHERE tenant_id = $1 AND id = $2"

# Only a session that nobody ever booked or waited for: a foreign key holds the others.
DROP_SESSION: Final = "DELETE FROM booking.sessions WHERE tenant_id = $1 AND id = $2"

ADD_SESSION: Final = """
INSERT INTO booking.sessions (tenant_id, id, kind, schedule_id, service_id, staff_id, resource_ids, starts_at, ends_at,
    capacity, buffer_before_minutes, buffer_after_minutes, held_back, local_start, overrides)
VALUES ($1, $2, 'class', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (tenant_id, id) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class StoredSchedule:
    """What a schedule's row says itself; None: as its service says, also when that changes. `version` counts edits."""

    version: int = 0
    room_id: UUID | None = None
    capacity: int | None = None
    duration_minutes: int | None = None


def schedule_row(
    schedule: Schedule,
    stored: Mapping[UUID, StoredSchedule],
    result: SeriesEdit,
    rooms: frozenset[UUID],
    before: Sequence[Schedule],
) -> tuple[object, ...]:
    """The arguments of `PUT_SCHEDULE`. What an edit did not touch goes on following the service."""
    there = stored.get(schedule.schedule_id)
    before_by_id = {s.schedule_id: s for s in before}
    known = schedule.schedule_id if schedule.schedule_id in before_by_id else schedule.split_from
    origin = before_by_id.get(known) if known is not None else None
    source = stored.get(known, StoredSchedule()) if known is not None else StoredSchedule()
    minutes, capacity, room = source.duration_minutes, source.capacity, source.room_id
    if origin is None or origin.duration != schedule.duration:
        minutes = int(schedule.duration.total_seconds()) // 60
    if origin is None or origin.capacity != schedule.capacity:
        capacity = schedule.capacity
    if origin is None or origin.resource_ids != schedule.resource_ids:
        room = next((r for r in schedule.resource_ids if r in rooms), None)
    return (
        schedule.tenant_id, schedule.schedule_id, schedule.series, schedule.split_from, schedule.service_id,
        schedule.staff_id, room, schedule.rrule, schedule.starts_on, schedule.starts_at_local, minutes, capacity,
        schedule.until, list(schedule.times),
        json.dumps({now.isoformat(): first.isoformat() for now, first in schedule.first_times}),
        [moment.isoformat() for moment in schedule.excluded], list(schedule.extra),
        there.version + 1 if there is not None else 0,
    )  # fmt: skip
