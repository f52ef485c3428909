"""Does a document become rows, come out again as it went in, and change only what it changes?"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import devkit
from services.booking.audit import audit
from services.booking.document import Document, InvalidDocument, TenantPart, read_document
from services.booking.document.marks import read_source
from services.booking.document.writing import to_yaml
from services.booking.exporting import NoSuchTenant, export
from services.booking.ics_import import read_timetable
from services.booking.importing import Imported, SessionCounts, import_tenant
from services.booking.seed import seed
from services.booking.timetable_import import UnknownService, with_timetable
from shared.db import Database
from shared.ids import derive, tenant_id_of
from shared.settings import Settings
from tests.integration.booking.conftest import Studio, running
from tests.integration.booking.conftest import document as studio_document
from tests.unit.booking.document_strategies import ordered, tenants

CLINIC = Path(str(devkit.__file__)).parent / "seeds" / "clinic.yaml"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def clinic() -> dict[str, Any]:
    """The full example, under a slug of this test's own."""
    data = copy.deepcopy(dict(read_source(CLINIC.read_text(), "clinic.yaml").data))
    data["tenants"][0]["slug"] = f"clinic-{uuid4().hex[:10]}"
    return data


async def put(db: Database, data: Mapping[str, Any] | Document, *, dry_run: bool = False) -> Imported:
    read = data if isinstance(data, Document) else read_document(data)
    return await import_tenant(db, read, 0, now=NOW, dry_run=dry_run)


async def exported(db: Database, data: Mapping[str, Any]) -> TenantPart:
    return ordered(await export(db, data["tenants"][0]["slug"]))


def said(data: Mapping[str, Any]) -> TenantPart:
    """What the document says of its tenant."""
    return ordered(read_document(data).tenants[0])


def again(tenant: TenantPart) -> Document:
    """What reading the exported YAML gives."""
    return read_document(read_source(to_yaml(tenant), "export.yaml").data)


def shown(imported: Imported) -> list[str]:
    return [line for change in imported.changes for line in change.lines()]


async def test_everything_a_document_says_comes_out_as_it_went_in(db: Database) -> None:
    data = clinic()

    first = await put(db, data)

    assert first.sessions.added > 15
    assert {change.what for change in first.changes} == {"added"}
    assert await exported(db, data) == said(data)


async def test_an_export_imports_to_no_change(db: Database) -> None:
    data = clinic()
    await put(db, data)

    imported = await put(db, again(await exported(db, data)))

    assert imported.nothing, shown(imported)


async def test_the_same_document_again_changes_nothing_not_even_a_version(db: Database) -> None:
    data = clinic()
    await put(db, data)
    versions = "SELECT id, version, xmin::text FROM booking.sessions WHERE tenant_id = $1 ORDER BY id"
    tenant_id = tenant_id_of(data["tenants"][0]["slug"])
    async with db.tenant(tenant_id) as connection:
        before = await connection.fetch(versions, tenant_id)

    assert (await put(db, data)).nothing

    async with db.tenant(tenant_id) as connection:
        assert await connection.fetch(versions, tenant_id) == before


async def test_what_no_document_made_is_exported_with_its_id_and_stays_itself(db: Database) -> None:
    data = clinic()
    await put(db, data)
    tenant_id = tenant_id_of(data["tenants"][0]["slug"])
    own, room = uuid4(), uuid4()
    async with db.tenant(tenant_id) as connection:
        # A schedule that was split by an edit, and a room that was added by hand.
        await connection.execute(
            "INSERT INTO booking.schedules (tenant_id, id, service_id, staff_id, rrule, starts_on, starts_at_local,"
            " series_id, split_from, times, first_times, left_out) SELECT tenant_id, $2, service_id, staff_id,"
            " 'FREQ=WEEKLY;BYDAY=SU', '2026-12-01', '10:00', id, id, '{12:00}', '{\"10:00:00\": \"09:00:00\"}',"
            " '{2026-12-13T10:00:00}' FROM booking.schedules WHERE id = $1",
            derive("schedule", tenant_id, "pilates-evening"), own,
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO booking.resources (tenant_id, id, kind, name, position) VALUES ($1, $2, 'room', 'Gym', 9)",
            tenant_id, room,
        )  # fmt: skip

    tenant = await exported(db, data)
    imported = await put(db, again(tenant))

    added = next(schedule for schedule in tenant.schedules if schedule.id == own)
    assert added.series == added.continues == derive("schedule", tenant_id, "pilates-evening")
    assert [part.key for part in tenant.resources if part.id == room] == ["gym-2"]
    assert imported.changes == ()


async def test_stored_rules_name_services_and_staff_by_id_and_the_export_by_key(db: Database) -> None:
    data = clinic()
    await put(db, data)
    tenant_id = tenant_id_of(data["tenants"][0]["slug"])

    async with db.tenant(tenant_id) as connection:
        policy = await connection.fetchval(
            "SELECT policy #>> '{pricing,rules,0,staff,0}' FROM booking.services WHERE name = 'Massage'"
        )
        terms = await connection.fetchval(
            "SELECT terms #>> '{services,0}' FROM booking.pass_products WHERE key = 'ten'"
        )
        rule = await connection.fetchval("SELECT rule #>> '{services,0}' FROM booking.promo_codes")

    assert policy == str(derive("staff", tenant_id, "rita"))
    assert terms == str(derive("service", tenant_id, "clinical-pilates"))
    assert rule == str(derive("service", tenant_id, "massage"))


async def test_equipment_of_which_there_are_several_becomes_units(db: Database) -> None:
    data = clinic()
    await put(db, data)
    tenant_id = tenant_id_of(data["tenants"][0]["slug"])
    names = (
        "SELECT array_agg(name ORDER BY name) FROM booking.resources WHERE active AND name LIKE 'Treatment%'"
    )
    async with db.tenant(tenant_id) as connection:
        assert await connection.fetchval(names) == ["Treatment room 1", "Treatment room 2"]

    data["tenants"][0]["resources"][1]["count"] = 3
    imported = await put(db, data)

    assert shown(imported) == ["~ resource treatment", "    count: 2 → 3"]
    async with db.tenant(tenant_id) as connection:
        assert len(await connection.fetchval(names)) == 3
        need = await connection.fetchval(
            "SELECT count(*) FROM booking.service_resources r JOIN booking.services s ON s.id = r.service_id"
            " WHERE s.name = 'Physiotherapy'"
        )
    assert need == 3


async def test_a_dry_run_says_what_would_change_and_changes_nothing(db: Database) -> None:
    data = clinic()
    await put(db, data)
    before = await exported(db, data)
    changed = copy.deepcopy(data)
    tenant = changed["tenants"][0]
    tenant["services"][3] |= {"price": 2000, "capacity": 7}
    tenant["services"][3]["policy"]["waitlist"]["claim_minutes"] = 30
    tenant["staff"].append({"key": "leo", "name": "Leo"})
    del tenant["promo_codes"]
    tenant["schedules"].pop()

    imported = await put(db, changed, dry_run=True)

    assert shown(imported) == [
        "+ staff leo",
        "~ service clinical-pilates",
        "    price: 1800 → 2000",
        "    capacity: 6 → 7",
        "    policy.waitlist.claim_minutes: 45 → 30",
        "- schedule pilates-morning",
        "- promo code WELCOME10",
    ]
    assert imported.sessions.removed > 5
    assert imported.sessions.changed > 5
    assert await exported(db, data) == before
    assert (await put(db, changed)).sessions == imported.sessions  # and that is what then happens


async def test_sessions_that_are_booked_are_kept_and_counted(
    quick: Settings, studio: Studio, db: Database
) -> None:
    booked = (await studio.sessions("Private"))[0]
    async with running(quick):
        await studio.book(booked, studio.contact(1))
    data: dict[str, Any] = studio_document(studio.slug)
    data["tenants"][0]["schedules"].pop()
    coming = await studio.count(
        "sessions s",
        "starts_at > now() AND service_id = (SELECT id FROM booking.services WHERE name = 'Private')",
    )

    imported = await import_tenant(db, read_document(data), 0, dry_run=True)

    assert imported.sessions == SessionCounts(removed=coming - 1, kept=1)
    assert "1 kept since they are booked" in imported.lines()[0]


async def test_the_operator_is_told_that_an_import_tells_nobody(
    quick: Settings, studio: Studio, db: Database
) -> None:
    async with running(quick):
        await studio.book((await studio.sessions())[0], studio.contact(1))
    data: dict[str, Any] = studio_document(studio.slug)
    data["tenants"][0]["schedules"][0]["staff"] = None

    imported = await import_tenant(db, read_document(data), 0, dry_run=True)

    assert (
        "1 booked session gets another teacher, room or time, and nobody is told by an import"
        in imported.notes
    )


async def test_a_service_that_can_be_booked_far_ahead_keeps_its_far_sessions(
    studio: Studio, db: Database
) -> None:
    data: dict[str, Any] = studio_document(studio.slug)
    data["tenants"][0]["services"][0]["policy"] = {"horizon_days": 90}
    far = await import_tenant(db, read_document(data), 0)
    data["tenants"][0]["name"] = "Another name"

    renamed = await import_tenant(db, read_document(data), 0)

    assert far.sessions.added > 55
    assert renamed.sessions == SessionCounts()


async def test_an_edit_that_rests_on_a_schedule_as_it_was_before_the_import_does_not_stand(
    db: Database,
) -> None:
    data = clinic()
    await put(db, data)
    tenant_id = tenant_id_of(data["tenants"][0]["slug"])
    versions = "SELECT version FROM booking.schedules ORDER BY starts_on"
    data["tenants"][0]["schedules"][1]["capacity"] = 4
    async with db.tenant(tenant_id) as connection:
        before = [row[0] for row in await connection.fetch(versions)]

    await put(db, data)

    async with db.tenant(tenant_id) as connection:
        after = [row[0] for row in await connection.fetch(versions)]
    assert (before, after) == ([0, 0], [0, 1])


async def test_a_session_that_somebody_waits_for_is_due_at_once_when_things_change(
    studio: Studio, db: Database
) -> None:
    session = (await studio.sessions("Private"))[0]
    async with db.tenant(studio.tenant_id) as connection:
        customer = uuid4()
        await connection.execute(
            "INSERT INTO booking.customers (tenant_id, id) VALUES ($1, $2)", studio.tenant_id, customer
        )
        await connection.execute(
            "INSERT INTO booking.waitlist_entries (tenant_id, id, session_id, customer_id, party_size, status, contact,"
            " joined_at) VALUES ($1, $2, $3, $2, 1, 'waiting', '{}', now())",
            studio.tenant_id, customer, session,
        )  # fmt: skip
    data: dict[str, Any] = studio_document(studio.slug)
    data["tenants"][0]["services"][1]["capacity"] = 2

    await import_tenant(db, read_document(data), 0)

    async with db.tenant(studio.tenant_id) as connection:
        due = await connection.fetch("SELECT id FROM booking.sessions WHERE due_at <= now()")
    assert [row["id"] for row in due] == [session]


async def test_a_tenant_is_written_whole_or_not_at_all(db: Database) -> None:
    data = clinic()
    await put(db, data)
    before = await exported(db, data)
    wrong = copy.deepcopy(data)
    wrong["tenants"][0]["name"] = "Another name"
    wrong["tenants"][0]["schedules"].append(
        {
            "key": "clash",
            "service": "clinical-pilates",
            "staff": "marta",
            "rrule": "FREQ=DAILY",
            "starts": "18:30",
        }
    )

    with pytest.raises(InvalidDocument, match="busy when schedule") as caught:
        await put(db, wrong)

    assert {mistake.path[:3] for mistake in caught.value.mistakes} == {("tenants", 0, "schedules")}
    assert await exported(db, data) == before


async def test_what_comes_back_has_the_same_id(db: Database) -> None:
    data = clinic()
    await put(db, data)
    less = copy.deepcopy(data)
    less["tenants"][0]["products"].pop(0)
    await put(db, less)

    imported = await put(db, data)

    assert shown(imported) == ["+ product ten"]
    assert await exported(db, data) == said(data)


async def test_a_promo_code_keeps_its_uses(db: Database) -> None:
    data = clinic()
    await put(db, data)
    tenant_id = tenant_id_of(data["tenants"][0]["slug"])
    async with db.tenant(tenant_id) as connection:
        await connection.execute("UPDATE booking.promo_codes SET uses = 3")

    data["tenants"][0]["promo_codes"][0]["max_uses"] = 50
    await put(db, data)

    async with db.tenant(tenant_id) as connection:
        row = await connection.fetchrow("SELECT uses, max_uses FROM booking.promo_codes")
    assert row is not None
    assert tuple(row) == (3, 50)


async def test_two_imports_of_one_tenant_at_once_take_turns(db: Database) -> None:
    data = clinic()

    results = await asyncio.gather(*(put(db, data) for _ in range(3)))

    assert sorted(bool(result.changes) for result in results) == [False, False, True]


async def test_an_unknown_tenant_cannot_be_exported(db: Database) -> None:
    with pytest.raises(NoSuchTenant, match="no tenant 'nobody'"):
        await export(db, "nobody")


async def test_an_imported_business_passes_the_audit(db: Database) -> None:
    data = clinic()
    await put(db, data)
    assert await audit(db, data["tenants"][0]["slug"]) == ()


ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:flow@studio
DTSTART;TZID=Europe/Lisbon:20261124T073000
DTEND;TZID=Europe/Lisbon:20261124T083000
RRULE:FREQ=WEEKLY;BYDAY=TU
EXDATE;TZID=Europe/Lisbon:20261208T073000
SUMMARY:Morning Flow
CONTACT:Ana
END:VEVENT
BEGIN:VEVENT
UID:flow@studio
RECURRENCE-ID;TZID=Europe/Lisbon:20261201T073000
DTSTART;TZID=Europe/Lisbon:20261201T063000
DTEND;TZID=Europe/Lisbon:20261201T073000
SUMMARY:Morning Flow
CONTACT:Ana
END:VEVENT
BEGIN:VEVENT
UID:flow@studio
RECURRENCE-ID;TZID=Europe/Lisbon:20261215T073000
DTSTART;TZID=Europe/Lisbon:20261215T073000
DTEND;TZID=Europe/Lisbon:20261215T090000
SUMMARY:Morning Flow
CONTACT:Somebody Else
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


async def test_a_timetable_adds_schedules_and_the_same_file_again_nothing(
    quick: Settings, db: Database
) -> None:
    slug = f"studio-{uuid4().hex[:12]}"
    await seed(studio_document(slug), quick, now=NOW)
    timetable = read_timetable(ICS.encode(), "Europe/Lisbon")

    found = with_timetable(await export(db, slug), timetable, "yoga")
    imported = await put(db, found.document)
    repeated = await put(db, with_timetable(await export(db, slug), timetable, "yoga").document)

    assert [str(problem.text) for problem in found.problems] == [
        "nobody of the staff is called 'Somebody Else'"
    ]
    assert [change.what for change in imported.changes] == ["added", "added"]
    assert repeated.nothing
    tenant_id = tenant_id_of(slug)
    async with db.tenant(tenant_id) as connection:
        rows = await connection.fetch(
            "SELECT starts_at AT TIME ZONE 'Europe/Lisbon' AS at, ends_at - starts_at AS long FROM booking.sessions"
            " WHERE extract(hour FROM starts_at AT TIME ZONE 'Europe/Lisbon') < 12 ORDER BY starts_at"
        )
    assert [(f"{row['at']:%m-%d %H:%M}", row["long"]) for row in rows] == [
        ("11-24 07:30", timedelta(hours=1)),
        ("12-01 06:30", timedelta(hours=1)),
        ("12-15 07:30", timedelta(minutes=90)),
    ]


async def test_a_timetable_of_no_known_service_is_refused(quick: Settings, db: Database) -> None:
    slug = f"studio-{uuid4().hex[:12]}"
    await seed(studio_document(slug), quick, now=NOW)
    tenant = await export(db, slug)

    with pytest.raises(UnknownService, match="no service 'judo'; there are yoga, private"):
        with_timetable(tenant, read_timetable(ICS.encode(), "Europe/Lisbon"), "judo")
    by_name = with_timetable(tenant, read_timetable(ICS.encode(), "Europe/Lisbon"), None)
    assert [p.text for p in by_name.problems] == ["left out: no class is called 'Morning Flow'"]


@given(data=st.data())
@hypothesis_settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_any_document_comes_out_as_it_went_in_and_imports_to_no_change(
    quick: Settings, data: st.DataObject
) -> None:
    # A loop and pool of its own for each example: hypothesis runs them outside the session's loop.
    document = {"tenants": [data.draw(tenants(f"any-{uuid4().hex[:12]}"))]}
    db = await Database.open(quick.database_url or "", size=2, name="test")
    try:
        await put(db, document)
        assert await exported(db, document) == said(document)
        assert (await put(db, again(await exported(db, document)))).nothing
        # Another document for the same business: afterwards it is as if it had been that one from the start.
        other = {"tenants": [data.draw(tenants(document["tenants"][0]["slug"]))]}
        await put(db, other)
        assert await exported(db, other) == said(other)
    finally:
        await db.close()
