"""Does the very next answer show what the business has changed, though instances remember what is offered?"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.booking.seed import seed
from services.booking.slot_queries import Slots
from services.booking.slot_world import LOAD_OFFER
from shared.bus import Bus
from shared.db import Connection, Database, Reader, listed
from shared.ids import tenant_id_of
from shared.messages.booking import FindSlots
from shared.settings import Settings
from tests.integration.booking.conftest import document
from tests.integration.booking.slots_salon import ALWAYS, DAYS, Salon

ALL = ["09:00", "10:00", "11:00", "12:00"]
EARLY = json.dumps({"weekly": {day: ["00:00-11:00"] for day in DAYS}})
LIMITED = json.dumps({**json.loads(ALWAYS), "limits": {"bookings_per_day": 9}})
SET_HOURS = "UPDATE booking.staff SET availability = $2 WHERE id = $1"
SET_KIND = "UPDATE booking.services SET kind = $2 WHERE id = $1"
TAKE_OFF = "DELETE FROM booking.service_staff WHERE service_id = $1 AND staff_id = $2"
PUT_ON = "INSERT INTO booking.service_staff VALUES ($1, $2, $3)"


class Watched(Database):
    """A database that counts how often an offer was read from it."""

    offers_read = 0

    @asynccontextmanager
    async def reading(self, *tenant_ids: UUID) -> AsyncIterator[Reader]:
        """The same, watched."""
        async with self.single() as connection:
            yield _Watching(connection, listed(tenant_ids), self)


class _Watching(Reader):
    def __init__(self, connection: Connection, tenants: str, watched: Watched) -> None:
        super().__init__(connection, tenants)
        self._watched = watched

    async def fetchrow(self, query: str, *args: Any) -> asyncpg.Record | None:
        self._watched.offers_read += query == LOAD_OFFER
        return await super().fetchrow(query, *args)


class Instance:
    """One instance that is asked for slots of a morning again and again."""

    def __init__(self, salon: Salon, db: Database) -> None:
        self.salon, self.slots = salon, Slots(db, salon.clock)

    async def shows(self, service: str = "Haircut", staff: str | None = "Ana") -> list[str]:
        """The free starts on whole hours."""
        query = FindSlots(
            tenant_id=self.salon.tenant_id,
            service_id=self.salon.id_of(service),
            staff_ids=(self.salon.id_of(staff),) if staff else (),
            starts_from=self.salon.at("09:00"),
            starts_before=self.salon.at("13:00"),
            limit=500,
        )
        found = await self.slots.find(query)
        return [f"{slot.starts_at:%H:%M}" for slot in found.slots if slot.starts_at.minute == 0]


@pytest.fixture
async def salon(db: Database, bus: Bus) -> Salon:
    """Its clocks show UTC, so that hours of the business are those of the test."""
    made = Salon(db, bus)
    await made.open()
    await made.run("UPDATE booking.tenants SET timezone = 'Etc/UTC'")
    return made


@pytest.fixture
async def watched(quick: Settings) -> AsyncIterator[Watched]:
    """A database of an instance's own."""
    opened = await Watched.open(quick.database_url or "", size=4, name="test")
    assert isinstance(opened, Watched)
    yield opened
    await opened.close()


@pytest.fixture
def instance(salon: Salon, watched: Watched) -> Instance:
    """It remembers nothing yet."""
    return Instance(salon, watched)


async def test_an_offer_is_read_once_and_again_after_each_change_only(
    instance: Instance, salon: Salon, watched: Watched
) -> None:
    for _ in range(5):
        assert await instance.shows() == ALL
    salon.now += timedelta(hours=1)
    await salon.do(salon.slot(1, "10:00"))
    assert await instance.shows() == ["09:00", "11:00", "12:00"]
    assert watched.offers_read == 1
    await salon.run("UPDATE booking.services SET price = 4000")
    for _ in range(5):
        await instance.shows()
    assert watched.offers_read == 2


async def test_changed_hours_show_in_the_next_answer(instance: Instance, salon: Salon) -> None:
    assert await instance.shows() == ALL
    await salon.run(SET_HOURS, salon.id_of("Ana"), EARLY)
    assert await instance.shows() == ["09:00", "10:00"]


async def test_changed_hours_of_somebody_with_limits_show_in_the_next_answer(
    instance: Instance, salon: Salon
) -> None:
    await salon.run(SET_HOURS, salon.id_of("Bea"), LIMITED)
    assert await instance.shows() == ALL
    await salon.run(SET_HOURS, salon.id_of("Ana"), EARLY)
    assert await instance.shows() == ["09:00", "10:00"]


async def test_whoever_is_taken_off_a_service_is_not_shown_any_more_and_comes_back_when_put_on_again(
    instance: Instance, salon: Salon
) -> None:
    haircut, ana = salon.id_of("Haircut"), salon.id_of("Ana")
    assert await instance.shows() == ALL
    await salon.run(TAKE_OFF, haircut, ana)
    assert await instance.shows() == []
    assert await instance.shows(staff="Bea") == ALL  # remembered without Ana from here on
    await salon.run(PUT_ON, salon.tenant_id, haircut, ana)
    assert await instance.shows() == ALL


async def test_a_closure_shows_in_the_next_answer_and_so_does_its_end(
    instance: Instance, salon: Salon
) -> None:
    closed = json.dumps({"hours": {"closures": [{"from": f"{salon.day}", "until": f"{salon.day}"}]}})
    assert await instance.shows() == ALL
    await salon.run("UPDATE booking.tenants SET settings = $1", closed)
    assert await instance.shows() == []
    await salon.run("UPDATE booking.tenants SET settings = '{}'")
    assert await instance.shows() == ALL


async def test_a_closed_place_shows_in_the_next_answer(instance: Instance, salon: Salon) -> None:
    closed = json.dumps({"closures": [{"from": f"{salon.day}", "until": f"{salon.day}"}]})
    await salon.run(
        "INSERT INTO booking.locations (tenant_id, id, name) VALUES ($1, $1, 'Chiado')", salon.tenant_id
    )
    await salon.run("UPDATE booking.services SET location_id = $1", salon.tenant_id)
    assert await instance.shows() == ALL
    await salon.run("UPDATE booking.locations SET closures = $1", closed)
    assert await instance.shows() == []


async def test_a_room_that_is_no_longer_there_shows_in_the_next_answer(
    instance: Instance, salon: Salon
) -> None:
    assert await instance.shows("Massage") == ALL
    await salon.run("UPDATE booking.resources SET active = false WHERE id = $1", salon.id_of("Red"))
    assert await instance.shows("Massage") == []


async def test_what_is_no_longer_offered_by_appointment_has_no_slots_and_later_has_again(
    instance: Instance, salon: Salon
) -> None:
    assert await instance.shows() == ALL
    await salon.run(SET_KIND, salon.id_of("Haircut"), "class")
    assert await instance.shows() == []
    await salon.run(SET_KIND, salon.id_of("Haircut"), "appointment")
    assert await instance.shows() == ALL


async def test_what_a_refusal_offers_instead_follows_the_next_change_too(
    instance: Instance, salon: Salon
) -> None:
    refused = salon.slot(2, "10:00")
    assert [move.slot for move in await instance.slots.alternatives(refused) if move.slot]
    await salon.run(SET_HOURS, salon.id_of("Ana"), EARLY)
    moves = await instance.slots.alternatives(refused.model_copy(update={"starts_at": salon.at("12:00")}))
    shown = [move.slot.starts_at for move in moves if move.slot]
    assert shown and not [at for at in shown if at.hour > 10 or (at.hour, at.minute) > (10, 0)]


async def test_a_change_of_one_business_costs_another_no_read(
    instance: Instance, salon: Salon, watched: Watched, bus: Bus, db: Database
) -> None:
    other = Salon(db, bus)
    await other.open()
    await instance.shows()
    await other.run("UPDATE booking.services SET price = price + 1")
    assert await instance.shows() == ALL
    assert watched.offers_read == 1


async def test_every_change_of_the_catalogue_counts_and_only_a_change_does(salon: Salon) -> None:
    async def count() -> int:
        async with salon.db.tenant(salon.tenant_id) as connection:
            return int(await connection.fetchval("SELECT catalogue FROM booking.tenants"))

    new = uuid4()
    ids = {"t": salon.tenant_id, "new": new, "haircut": salon.id_of("Haircut"), "red": salon.id_of("Red")}
    changes = [
        "UPDATE booking.tenants SET name = 'Another'",
        "INSERT INTO booking.locations (tenant_id, id, name) VALUES ('{t}', '{new}', 'x')",
        "UPDATE booking.locations SET name = 'y'",
        "DELETE FROM booking.locations",
        "INSERT INTO booking.resources (tenant_id, id, kind, name) VALUES ('{t}', '{new}', 'room', 'x')",
        "UPDATE booking.resources SET name = 'y' WHERE id = '{new}'",
        "DELETE FROM booking.resources WHERE id = '{new}'",
        "INSERT INTO booking.staff (tenant_id, id, name) VALUES ('{t}', '{new}', 'x')",
        "UPDATE booking.staff SET name = 'y' WHERE id = '{new}'",
        "INSERT INTO booking.service_staff VALUES ('{t}', '{haircut}', '{new}')",
        "DELETE FROM booking.service_staff WHERE staff_id = '{new}'",
        "DELETE FROM booking.staff WHERE id = '{new}'",
        "INSERT INTO booking.service_resources VALUES ('{t}', '{haircut}', 1, '{red}')",
        "UPDATE booking.service_resources SET need = 2 WHERE service_id = '{haircut}'",
        "DELETE FROM booking.service_resources WHERE service_id = '{haircut}'",
        "INSERT INTO booking.services (tenant_id, id, name, duration_minutes, price, capacity)"
        " VALUES ('{t}', '{new}', 'x', 60, 1, 1)",
        "UPDATE booking.services SET price = 2 WHERE id = '{new}'",
        "DELETE FROM booking.services WHERE id = '{new}'",
    ]
    for change in changes:
        before = await count()
        await salon.run(change.format(**ids))
        assert await count() > before, change
    before = await count()
    for table in ("tenants", "services", "staff", "resources", "service_staff", "service_resources"):
        await salon.run(f"UPDATE booking.{table} SET tenant_id = tenant_id")
    await salon.do(salon.slot(1, "10:00"))
    assert await count() == before


async def test_the_count_cannot_be_set_back(salon: Salon) -> None:
    async with salon.db.tenant(salon.tenant_id) as connection:
        before = await connection.fetchval("SELECT catalogue FROM booking.tenants")
        await connection.execute("UPDATE booking.tenants SET catalogue = 0")
        assert await connection.fetchval("SELECT catalogue FROM booking.tenants") > before


async def test_importing_a_document_again_without_a_change_counts_nothing(
    quick: Settings, db: Database
) -> None:
    studio = document(slug := f"studio-{uuid4().hex[:12]}")

    async def count() -> int:
        async with db.tenant(tenant_id_of(slug)) as connection:
            return int(await connection.fetchval("SELECT catalogue FROM booking.tenants"))

    await seed(studio, quick)
    before = await count()
    await seed(studio, quick)
    assert await count() == before > 0
    studio["tenants"][0]["services"][1]["price"] = 5500  # type: ignore[index]  # what a document holds is not typed
    await seed(studio, quick)
    assert await count() > before
