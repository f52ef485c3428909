"""Do schedules become the session rows that they should, and does laying them again leave alone what people did?"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.booking.domain.schedule_rows import END_SCHEDULE, PUT_SCHEDULE, StoredSchedule, schedule_row
from services.booking.domain.series import SeriesEdit
from services.booking.domain.series_plan import SessionPlan
from services.booking.timetable import Laid, coming, lay_sessions, schedules_of, window
from shared.ids import derive
from tests.integration.booking import series_studio as at
from tests.integration.booking.conftest import Studio

NOW = datetime.now(UTC)


async def lay(studio: Studio, now: datetime = NOW) -> Laid:
    async with studio.db.tenant(studio.tenant_id) as connection:
        return await lay_sessions(connection, await schedules_of(connection, studio.tenant_id), lambda: now)


async def set_service(studio: Studio, key: str = "yoga", **columns: object) -> None:
    for column, value in columns.items():
        await at.execute(
            studio,
            f"UPDATE booking.services SET {column} = $2 WHERE id = $1",  # the test's own words
            derive("service", studio.tenant_id, key),
            value,
        )


async def need(studio: Studio, number: int, *resources: UUID) -> None:
    for resource_id in resources:
        await at.execute(
            studio,
            "INSERT INTO booking.service_resources (tenant_id, service_id, need, resource_id) VALUES ($1, $2, $3, $4)",
            studio.tenant_id,
            derive("service", studio.tenant_id, "yoga"),
            number,
            resource_id,
        )


async def add_equipment(studio: Studio, name: str) -> UUID:
    resource_id = uuid4()
    await at.execute(
        studio,
        "INSERT INTO booking.resources (tenant_id, id, kind, name) VALUES ($1, $2, 'equipment', $3)",
        studio.tenant_id,
        resource_id,
        name,
    )
    return resource_id


async def test_extending_keeps_the_ids_of_what_is_there_and_appends(studio: Studio) -> None:
    """Case 23. Laying the same rule again changes nothing; a week later a week is added."""
    before = await at.fetch(studio, "SELECT id, version FROM booking.sessions ORDER BY id")

    again = await lay(studio)
    later = await lay(studio, NOW + timedelta(days=7))

    assert (again.added, again.clashes) == (0, ())
    assert later.added == 14  # two schedules, seven days
    after = {
        r["id"]: r["version"] for r in await at.fetch(studio, "SELECT id, version FROM booking.sessions")
    }
    assert {r["id"]: r["version"] for r in before}.items() <= after.items()


async def test_a_session_gets_room_equipment_buffers_and_walk_in_seats_of_its_service(studio: Studio) -> None:
    room, spare = await at.add_room(studio, "Room"), await at.add_room(studio, "Spare")
    lamp, one, two = [await add_equipment(studio, name) for name in ("Lamp", "Mat 1", "Mat 2")]
    await need(studio, 0, spare)
    await need(studio, 1, lamp)
    await need(studio, 2, one, two)  # a choice is nobody's yet
    await set_service(
        studio, buffer_before_minutes=5, buffer_after_minutes=10, policy=json.dumps({"held_back": 2})
    )

    await lay(studio)
    without = next(iter((await at.rows(studio)).values()))
    await at.execute(studio, "UPDATE booking.schedules SET room_id = $1 WHERE staff_id IS NOT NULL", room)
    await lay(studio)
    row = next(iter((await at.rows(studio)).values()))

    assert without["resource_ids"] == [spare, lamp]
    assert row["resource_ids"] == [room, lamp]
    assert (row["buffer_before_minutes"], row["buffer_after_minutes"], row["held_back"]) == (5, 10, 2)
    assert (row["kind"], row["local_start"]) == ("class", row["local"])
    taken = await at.fetch(
        studio, "SELECT resource_id FROM booking.occupancies WHERE session_id = $1", row["id"]
    )
    assert {r["resource_id"] for r in taken} == {room, lamp, derive("staff", studio.tenant_id, "ana")}


@pytest.mark.parametrize("kind", ["staff", "room"])
async def test_who_or_what_is_busy_is_named_and_all_other_dates_are_laid(studio: Studio, kind: str) -> None:
    room, ana = await at.add_room(studio, "Room 1"), derive("staff", studio.tenant_id, "ana")
    column, value = ("staff_id", ana) if kind == "staff" else ("room_id", room)
    await at.execute(studio, "UPDATE booking.schedules SET room_id = $1 WHERE staff_id IS NOT NULL", room)
    await lay(studio)
    other, service = uuid4(), derive("service", studio.tenant_id, "private")
    today = NOW.date()
    await at.execute(
        studio,
        f"INSERT INTO booking.schedules (tenant_id, id, service_id, {column}, rrule, starts_on, starts_at_local,"
        " until) VALUES ($1, $2, $3, $4, 'FREQ=DAILY;BYHOUR=15,19', $5, '15:00', $6)",
        studio.tenant_id,
        other,
        service,
        value,
        today + timedelta(days=1),
        today + timedelta(days=2),
    )

    laid = await lay(studio)

    assert laid.added == 2
    assert [(c.schedule_id, c.resource_id, c.resource_name) for c in laid.clashes] == [
        (other, value, "Ana" if kind == "staff" else "Room 1")
    ] * 2
    assert {c.occurrence.local_start.time() for c in laid.clashes} == {time(19)}


async def test_what_was_edited_for_one_date_is_not_overwritten_and_seats_that_are_taken_stay(
    studio: Studio,
) -> None:
    ben = await at.add_staff(studio, "Ben")
    [own, moved, full, *_] = (await at.rows(studio)).values()
    await at.execute(
        studio,
        "UPDATE booking.sessions SET staff_id = $2, capacity = 3, overrides = '{capacity,staff_id}' WHERE id = $1",
        own["id"],
        ben,
    )
    hour = timedelta(hours=1)
    await at.execute(
        studio,
        "UPDATE booking.sessions SET starts_at = $2, ends_at = $3, overrides = '{starts_at}' WHERE id = $1",
        moved["id"],
        moved["starts_at"] + hour,
        moved["ends_at"] + hour,
    )
    await at.execute(studio, "UPDATE booking.sessions SET seats_taken = 9 WHERE id = $1", full["id"])
    await set_service(studio, duration_minutes=90, capacity=8)

    await lay(studio)

    after = await at.rows(studio)
    assert (after[own["id"]]["staff_id"], after[own["id"]]["capacity"]) == (ben, 3)
    assert after[moved["id"]]["starts_at"] == moved["starts_at"] + hour
    assert {r["ends_at"] - r["starts_at"] for r in after.values()} == {timedelta(minutes=90)}
    assert (after[full["id"]]["capacity"], after[moved["id"]]["capacity"]) == (9, 8)


async def test_a_cancelled_session_is_not_brought_back(studio: Studio) -> None:
    [session_id, *_] = await at.rows(studio)
    await at.execute(studio, "UPDATE booking.sessions SET status = 'cancelled' WHERE id = $1", session_id)
    await set_service(studio, capacity=8)

    assert (await lay(studio)).added == 0

    assert session_id not in await at.rows(studio)


async def test_a_service_that_is_booked_further_ahead_is_laid_out_further_ahead(studio: Studio) -> None:
    await set_service(studio, policy=json.dumps({"horizon_days": 40}))
    await set_service(studio, "private", policy=json.dumps({"horizon_days": 7}))

    laid = await lay(studio)

    assert laid.added == 12  # 40 days instead of 28; a shorter horizon lays out no less
    async with studio.db.tenant(studio.tenant_id) as connection:
        schedules = await schedules_of(connection, studio.tenant_id)
        ids = await coming(connection, schedules, NOW)
    assert set(await at.rows(studio)) <= set(ids)
    today = NOW.date()
    assert window(today) == window(today, 7) == (today, today + timedelta(days=29))


async def test_every_part_of_a_schedule_comes_back_from_its_row(studio: Studio) -> None:
    """What `EditSchedule` writes is what the timetable reads: times, exclusions, added dates, an end, older names."""
    room = await at.add_room(studio, "Room")
    async with studio.db.tenant(studio.tenant_id) as connection:
        [first, *_] = [s for s in await schedules_of(connection, studio.tenant_id) if s.staff_id]
        series = uuid4()
        changed = replace(
            first,
            times=(time(9), time(20, 30)),
            until=NOW.date() + timedelta(days=90),
            excluded=(NOW.date(), datetime(2027, 1, 4, 19)),
            extra=(datetime(2027, 1, 5, 8, 15),),
            resource_ids=(room,),
            series_id=series,
            split_from=uuid4(),
            first_times=((time(20, 30), time(18)),),
            duration=timedelta(minutes=75),
            capacity=7,
        )
        result = SeriesEdit((changed,), (changed,), (), (), SessionPlan())
        stored = {first.schedule_id: StoredSchedule()}
        row = schedule_row(changed, stored, result, frozenset({room}), [first])
        await connection.executemany(PUT_SCHEDULE, [row])
        [again] = await schedules_of(connection, studio.tenant_id, series)

    assert replace(again, excluded=()) == replace(changed, excluded=())
    assert set(again.excluded) == set(changed.excluded)


async def test_an_edit_that_rests_on_an_older_reading_of_a_schedule_is_refused_by_the_database(
    studio: Studio,
) -> None:
    """Whoever read the row before another edit must decide again: nothing of the late one is written."""
    async with studio.db.tenant(studio.tenant_id) as connection:
        [first, *_] = await schedules_of(connection, studio.tenant_id)
    result = SeriesEdit((first,), (first,), (), (), SessionPlan())
    row = schedule_row(first, {first.schedule_id: StoredSchedule()}, result, frozenset(), [first])
    async with studio.db.tenant(studio.tenant_id) as connection:
        await connection.executemany(PUT_SCHEDULE, [row])

    for statement, late in (
        (PUT_SCHEDULE, row),
        (END_SCHEDULE, (studio.tenant_id, first.schedule_id, 1)),
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            async with studio.db.tenant(studio.tenant_id) as connection:
                await connection.executemany(statement, [late])
    async with studio.db.tenant(studio.tenant_id) as connection:
        await connection.executemany(END_SCHEDULE, [(studio.tenant_id, first.schedule_id, 2)])
        assert first not in await schedules_of(connection, studio.tenant_id)
