"""Two writers and one calendar: a staff member's hour, booked for two services; one room, needed by two people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pytest

from services.booking.store import Conflict, Store
from shared.db import Database
from shared.messages import booking as msg
from shared.messages.booking import RefusalCode
from shared.settings import Settings
from tests.integration.booking.races.arena import Arena
from tests.integration.booking.races.racing import Scratch, done, late, race, without

CALENDAR = ("occupancies.occupancies_during_excl", "occupancies.occupancies_busy_excl")
"""What keeps two sessions out of one calendar at the same time."""

CLASHES = """
SELECT count(*) FROM booking.occupancies a JOIN booking.occupancies b ON a.tenant_id = b.tenant_id
  AND a.resource_id = b.resource_id AND a.session_id < b.session_id AND a.during && b.during
"""


@dataclass(frozen=True)
class Two:
    """Two services whose appointments need the same, each with who does it."""

    services: tuple[UUID, UUID]
    staff: tuple[UUID, UUID]
    at: datetime

    def wishes(self, arena: Arena) -> tuple[msg.BookSlot, msg.BookSlot]:
        first, second = (
            arena.slot(service, staff, self.at, arena.contact(number))
            for number, (service, staff) in enumerate(zip(self.services, self.staff, strict=True))
        )
        return first, second


async def appointments(arena: Arena, needs: str) -> Two:
    services = (
        await arena.service("Massage", kind="appointment"),
        await arena.service("Facial", kind="appointment"),
    )
    # The hour of some session is any hour that fits.
    at = await arena.starts_at(await arena.session(await arena.service()))
    if needs == "staff":
        ana = await arena.staff(does=services)
        return Two(services, (ana, ana), at)
    await arena.room(needed_by=services)
    staff = (await arena.staff(does=services[:1]), await arena.staff(does=services[1:]))
    return Two(services, staff, at)


async def clashes(db: Scratch, arena: Arena) -> int:
    async with db.tenant(arena.tenant_id) as connection:
        return int(await connection.fetchval(CLASHES))


@pytest.mark.parametrize("needs", ["staff", "room"])
async def test_one_hour_is_not_booked_for_two_services_that_need_the_same(
    arena: Arena, db: Database, needs: str
) -> None:
    two = await appointments(arena, needs)

    _, lost = await race(db, *two.wishes(arena))
    told = await done(db, lost)

    assert told.refusal is not None
    assert told.refusal.code == RefusalCode.SLOT_TAKEN
    assert await arena.count("sessions", "kind = 'appointment'") == 1
    assert await arena.count("bookings") == 1


@pytest.mark.parametrize("needs", ["staff", "room"])
async def test_negative_control_one_hour_is_booked_twice_without_the_calendars_constraint(
    arena: Arena, quick: Settings, needs: str
) -> None:
    two = await appointments(arena, needs)

    with pytest.raises(Conflict, match="_excl"):
        async with without(quick.database_owner_url) as scratch:
            await late(scratch, two.wishes(arena), Store)
    async with without(quick.database_owner_url, *CALENDAR) as scratch:
        await late(scratch, two.wishes(arena), Store)
        assert await clashes(scratch, arena) == 1


@pytest.mark.parametrize("what", ["staff_id", "room_id"])
async def test_two_classes_are_not_given_the_same_teacher_or_room_at_once(
    arena: Arena, db: Database, what: str
) -> None:
    first, second, needed = await two_classes(arena, what)

    await race(db, *(arena.changing(each, **{what: needed}) for each in (first, second)))

    assert await arena.count("occupancies") == 1


@pytest.mark.parametrize("what", ["staff_id", "room_id"])
async def test_negative_control_two_classes_share_a_teacher_or_room_without_the_calendars_constraint(
    arena: Arena, quick: Settings, what: str
) -> None:
    first, second, needed = await two_classes(arena, what)
    changes = [arena.changing(each, **{what: needed}) for each in (first, second)]

    async with without(quick.database_owner_url, *CALENDAR) as scratch:
        await late(scratch, changes, Store)
        assert await clashes(scratch, arena) == 1


async def two_classes(arena: Arena, what: str) -> tuple[UUID, UUID, UUID]:
    """Two classes at the same time that have nobody and no room, and a teacher (or a room) for one of them."""
    yoga, pilates = await arena.service("Yoga"), await arena.service("Pilates")
    needed = await arena.staff(does=(yoga, pilates)) if what == "staff_id" else await arena.room()
    return await arena.session(yoga), await arena.session(pilates), needed
