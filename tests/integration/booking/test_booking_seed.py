"""Does a seed document become tenants with sessions, once, and change only what it changes?"""

from __future__ import annotations

import asyncio
import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml

import devkit
from services.booking.document import InvalidDocument
from services.booking.seed import seed
from services.booking.timetable import LOCK, Horizon
from shared.bus import Bus
from shared.db import Database
from shared.ids import derive, tenant_id_of
from shared.settings import Settings
from tests.integration.booking.conftest import Studio, document, running

DEMO = Path(str(devkit.__file__)).parent / "seeds" / "demo.yaml"
WINTER = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
WAITING = """
SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
WHERE l.locktype = 'advisory' AND NOT l.granted AND d.datname = current_database()
"""


def demo() -> dict[str, Any]:
    """The demo document under slugs of this run, so that tests do not meet."""
    loaded: dict[str, Any] = yaml.safe_load(DEMO.read_text())
    for tenant in loaded["tenants"]:
        tenant["slug"] += f"-{uuid4().hex[:8]}"
    return loaded


async def starts(db: Database, slug: str, service: str) -> list[datetime]:
    tenant_id = tenant_id_of(slug)
    async with db.tenant(tenant_id) as connection:
        rows = await connection.fetch(
            "SELECT starts_at FROM booking.sessions WHERE service_id = $1 ORDER BY starts_at",
            derive("service", tenant_id, service),
        )
    return [row["starts_at"] for row in rows]


async def test_the_demo_seed_loads_and_loading_it_again_changes_nothing(
    quick: Settings, db: Database
) -> None:
    loaded = demo()

    first = await seed(loaded, quick, now=WINTER)
    again = await seed(loaded, quick, now=WINTER)

    assert (first.tenants, first.staff, first.services) == (2, 6, 8)
    assert first.sessions_added > 400
    assert again.sessions_added == 0
    assert len(await starts(db, loaded["tenants"][0]["slug"], "private")) == 29


async def test_classes_keep_their_wall_clock_time_when_the_clocks_change(
    quick: Settings, db: Database
) -> None:
    loaded = demo()

    await seed(loaded, quick, now=datetime(2027, 3, 10, 9, 0, tzinfo=UTC))

    # Lisbon leaves winter time on 28 March 2027: 19:00 is then 18:00 UTC.
    evening = [s for s in await starts(db, loaded["tenants"][0]["slug"], "vinyasa") if s.hour in (18, 19)]
    by_day = {start.date().isoformat(): start.hour for start in evening}
    assert by_day["2027-03-27"] == 19
    assert by_day["2027-03-28"] == 18


async def test_the_horizon_moves_on_and_keeps_the_ids_of_what_was_there(
    quick: Settings, db: Database
) -> None:
    loaded = demo()
    slug = loaded["tenants"][0]["slug"]
    await seed(loaded, quick, now=WINTER)
    before = await starts(db, slug, "private")

    await Horizon(db, lambda: WINTER + timedelta(days=2)).extend()

    after = await starts(db, slug, "private")
    assert after[: len(before)] == before
    assert len(after) == len(before) + 2


async def test_a_changed_price_and_capacity_reach_commands_at_once(
    quick: Settings, studio: Studio, db: Database
) -> None:
    session_id = (await studio.sessions("Private"))[0]
    async with running(quick):
        assert (await studio.book(session_id, studio.contact(1))).booking
        assert (await studio.book(session_id, studio.contact(2))).refusal  # now the service remembers: full

        changed: dict[str, Any] = copy.deepcopy(document(studio.slug))
        changed["tenants"][0]["services"][1] |= {"price": 6000, "capacity": 2}
        await seed(changed, quick)

        outcome = await studio.book(session_id, studio.contact(2))
    assert outcome.booking is not None
    assert outcome.booking.total == 6000


async def test_what_left_the_document_is_no_longer_offered_but_bookings_stay(
    quick: Settings, studio: Studio
) -> None:
    booked, free = (await studio.sessions("Private"))[:2]
    async with running(quick):
        await studio.book(booked, studio.contact(1))
        changed: dict[str, Any] = copy.deepcopy(document(studio.slug))
        changed["tenants"][0]["schedules"].pop()
        await seed(changed, quick)

        left = await studio.sessions("Private")
        assert booked in left
        assert free not in left
        assert (await studio.book(free, studio.contact(2))).refusal
        assert len((await studio.bookings_of(studio.contact(1))).bookings) == 1


async def test_the_horizon_waits_for_an_import_and_lays_out_what_it_left(
    studio: Studio, db: Database
) -> None:
    """A timetable that is read while an import replaces it would put back what the import has just removed."""
    async with db.tenant(studio.tenant_id) as connection:
        await connection.execute(LOCK, str(studio.tenant_id))
        laying = asyncio.create_task(Horizon(db, lambda: datetime.now(UTC)).extend())
        while not await connection.fetchval(WAITING):
            assert not laying.done(), "the horizon was extended in the middle of an import"
        removed = await connection.fetchval("SELECT id FROM booking.schedules ORDER BY id LIMIT 1")
        await connection.execute("DELETE FROM booking.sessions WHERE schedule_id = $1", removed)
        await connection.execute("DELETE FROM booking.schedules WHERE id = $1", removed)
    await laying

    async with db.tenant(studio.tenant_id) as connection:
        left = "SELECT count(*) FROM booking.sessions WHERE schedule_id = $1"
        assert await connection.fetchval(left, removed) == 0


async def test_staff_in_two_places_is_refused_and_nothing_is_written(
    quick: Settings, bus: Bus, db: Database
) -> None:
    slug = f"studio-{uuid4().hex[:12]}"
    wrong: dict[str, Any] = document(slug)
    wrong["tenants"][0]["schedules"].append(
        {
            "key": "clash",
            "service": "private",
            "staff": "ana",
            "rrule": "FREQ=WEEKLY;BYDAY=MO",
            "starts": "19:30",
        }
    )

    with pytest.raises(InvalidDocument, match=r"ana is busy when schedule '(clash|evening)' takes place on"):
        await seed(wrong, quick)

    assert await Studio(slug, bus, db).count("tenants") == 0
