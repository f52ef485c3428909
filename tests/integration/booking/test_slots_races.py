"""Can one person or one room be given away twice? No: and here is what prevents it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from services.booking.store import Conflict
from shared.bus import Bus
from shared.db import Database
from shared.messages.booking import CommandOutcome, RefusalCode
from shared.settings import Settings
from tests.integration.booking.slots_salon import Salon

INSERT = (
    "INSERT INTO booking.sessions (tenant_id, id, kind, service_id, staff_id, resource_ids, starts_at, ends_at,"
    " capacity) VALUES ($1, $2, 'appointment', $3, $4, $5, $6, $7, 1)"
)
OVERLAPS = (
    "SELECT count(*) FROM booking.occupancies a JOIN booking.occupancies b ON a.tenant_id = b.tenant_id"
    " AND a.resource_id = b.resource_id AND a.session_id < b.session_id AND a.during && b.during"
)


@pytest.fixture
async def salon(db: Database, bus: Bus) -> Salon:
    made = Salon(db, bus)
    await made.open()
    return made


def codes(outcomes: list[CommandOutcome]) -> list[str]:
    return sorted(
        "booked" if each.booking else each.refusal.code if each.refusal else "?" for each in outcomes
    )


async def test_the_late_one_of_two_writers_that_give_one_person_away_changes_nothing(salon: Salon) -> None:
    late = await salon.decided(salon.slot(1, "10:00", "Colour"))
    await salon.store().write(await salon.decided(salon.slot(2, "10:00", "Haircut")), salon.now)

    with pytest.raises(Conflict, match="occupancies"):
        await salon.store().write(late, salon.now)

    assert await salon.count(OVERLAPS.removeprefix("SELECT count(*) FROM booking.")) == 0
    assert await salon.count("sessions") == 1
    assert await salon.count("command_outcomes") == 1


async def test_one_slot_asked_for_by_two_services_through_two_instances_goes_to_one(salon: Salon) -> None:
    writers = [salon.writer(), salon.writer()]
    asked = [
        salon.do(
            salon.slot(number, "10:00", ("Haircut", "Colour")[number % 2]), writer=writers[number // 2 % 2]
        )
        for number in range(8)
    ]
    outcomes = [one for each in await asyncio.gather(*asked) for one in each]

    assert codes(outcomes) == ["booked"] + [RefusalCode.SLOT_TAKEN] * 7
    assert await salon.count("bookings") == 1


async def test_one_slot_asked_for_twice_in_one_batch_goes_to_one(salon: Salon) -> None:
    outcomes = await salon.do(*(salon.slot(number, "10:00") for number in range(3)))
    assert codes(outcomes) == ["booked"] + [RefusalCode.SLOT_TAKEN] * 2
    assert outcomes[0].booking is not None


async def test_one_room_wanted_with_two_people_goes_to_one(salon: Salon) -> None:
    late = await salon.decided(salon.slot(1, "10:00", "Massage", "Ana"))
    await salon.store().write(await salon.decided(salon.slot(2, "10:30", "Massage", "Bea")), salon.now)
    with pytest.raises(Conflict, match="occupancies"):
        await salon.store().write(late, salon.now)

    (refused,) = await salon.do(salon.slot(1, "10:00", "Massage", "Ana"))

    assert refused.refusal is not None
    assert refused.refusal.code == RefusalCode.SLOT_TAKEN
    assert "no room" in refused.refusal.sentence


async def test_whoever_is_free_is_shared_fairly_among_many_at_once(salon: Salon) -> None:
    writers = [salon.writer(), salon.writer()]
    asked = [salon.do(salon.slot(n, "10:00", staff=None), writer=writers[n % 2]) for n in range(5)]
    outcomes = [one for each in await asyncio.gather(*asked) for one in each]
    assert codes(outcomes) == ["booked"] * 2 + [RefusalCode.SLOT_TAKEN] * 3
    assert {o.booking.session.staff_name for o in outcomes if o.booking} == {"Ana", "Bea"}


@pytest.mark.parametrize("shared", ["Ana", "Red"])
async def test_negative_control_without_the_constraints_the_same_rows_overlap(
    salon: Salon, quick: Settings, shared: str
) -> None:
    owner = await asyncpg.connect(quick.database_owner_url)
    try:
        for guarded in (True, False):
            await owner.execute(f"BEGIN; SET LOCAL app.tenants = '{salon.tenant_id}'")
            if not guarded:
                for name in ("occupancies_during_excl", "occupancies_busy_excl"):
                    await owner.execute(f"ALTER TABLE booking.occupancies DROP CONSTRAINT {name}")
            staff = (salon.id_of("Ana"), salon.id_of("Ana" if shared == "Ana" else "Bea"))
            rooms = [] if shared == "Ana" else [salon.id_of("Red")]
            refused = 0
            for service, who, clock in (("Haircut", staff[0], "10:00"), ("Massage", staff[1], "10:30")):
                start = salon.at(clock)
                await owner.execute("SAVEPOINT one")
                try:
                    await owner.execute(
                        INSERT, salon.tenant_id, uuid4(), salon.id_of(service), who, rooms, start,
                        start + timedelta(hours=1),
                    )  # fmt: skip
                except asyncpg.ExclusionViolationError:
                    refused += 1
                    await owner.execute("ROLLBACK TO SAVEPOINT one")
            assert (refused, await owner.fetchval(OVERLAPS)) == ((1, 0) if guarded else (0, 1))
            await owner.execute("ROLLBACK")
    finally:
        await owner.close()


async def test_two_customers_who_swap_their_times_never_share_one(salon: Salon) -> None:
    first, second = await salon.do(salon.slot(1, "10:00"), salon.slot(2, "11:00"))
    one, other = salon.writer(), salon.writer()
    crossing = await asyncio.gather(
        salon.do(salon.move(first, 1, "11:00", "Ana"), writer=one),
        salon.do(salon.move(second, 2, "10:00", "Ana"), writer=other),
    )
    moved = sum(each.booking is not None for (each,) in crossing)
    assert moved == 0  # each is in the other's way; nobody loses what they have
    assert await salon.count("bookings WHERE status = 'confirmed'") == 2
    assert await salon.starts() == ["09:00", "12:00"]
