"""What do `usher import`, `export` and `audit` say and do, as an operator runs them?"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

import devkit
from shared.db import Database
from shared.ids import tenant_id_of
from shared.settings import Settings

Usher = Callable[..., "subprocess.CompletedProcess[str]"]

ROOT = Path(str(devkit.__file__)).parents[1]
CLINIC = ROOT / "devkit" / "seeds" / "clinic.yaml"


@pytest.fixture
def slug() -> str:
    return f"clinic-{uuid4().hex[:10]}"


@pytest.fixture
def file(slug: str, tmp_path: Path) -> Path:
    """The example document under a slug and WhatsApp number of its own."""
    text = CLINIC.read_text().replace("slug: clinic-lisboa", f"slug: {slug}")
    number = uuid4().int % 10**15
    path = tmp_path / "studio.yaml"
    path.write_text(
        text.replace(
            "    language: en\n", f"    language: en\n    whatsapp:\n      phone_number_id: '{number}'\n"
        )
    )
    return path


@pytest.fixture
def usher(quick: Settings, tmp_path: Path) -> Usher:
    """Runs the real command with nothing but the services' database URL."""

    def run(*arguments: object, **environment: str | None) -> subprocess.CompletedProcess[str]:
        given: dict[str, str | None] = {
            "USHER_DATABASE_URL": quick.database_url or "",
            "USHER_DATA_DIR": str(tmp_path),
            "NO_COLOR": "1",
        }
        return subprocess.run(
            [sys.executable, "-m", "usher", *map(str, arguments)],
            capture_output=True, text=True, check=False, cwd=tmp_path,
            env={
                name: value
                for name, value in {**os.environ, "PYTHONPATH": str(ROOT), **given, **environment}.items()
                if value is not None
            },
        )  # fmt: skip

    return run


async def rows(db: Database, slug: str, table: str) -> int:
    async with db.tenant(tenant_id_of(slug)) as connection:
        return int(await connection.fetchval(f"SELECT count(*) FROM booking.{table}"))


async def test_a_document_is_looked_at_imported_and_exported_again(
    usher: Usher, file: Path, slug: str, db: Database
) -> None:
    dry = usher("import", file, "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert f"{slug}: " in dry.stdout
    assert "+ service physio" in dry.stdout
    assert "+ whatsapp account" in dry.stdout
    assert "nothing was changed" in dry.stdout
    assert await rows(db, slug, "services") == 0

    done = usher("import", file)
    assert done.returncode == 0, done.stderr
    assert await rows(db, slug, "services") == 5

    exported = usher("export", slug)
    file.write_text(exported.stdout)
    again = usher("import", file)
    assert again.stdout.splitlines() == [f"{slug}: no change"]
    assert "phone_number_id" in exported.stdout

    file.write_text(exported.stdout.replace("price: 6500", "price: 7000"))
    changed = usher("import", file, "--dry-run")
    assert "    price: 6500 → 7000" in changed.stdout


async def test_all_mistakes_are_shown_with_their_places_and_nothing_is_written(
    usher: Usher, file: Path, slug: str, db: Database
) -> None:
    file.write_text(
        file.read_text().replace("price: 6500", "pricee: 6500").replace("phone_number_id:", "phone_number:")
        .replace("staff: [nuno, rita]", "staff: [nino, rita]")
    )  # fmt: skip

    done = usher("import", file)

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "pricee: there is no such field; did you mean 'price'?" in done.stderr
    assert "there is no staff member 'nino'; did you mean 'nuno'?" in done.stderr
    assert "whatsapp.phone_number" in done.stderr
    assert done.stderr.count(f"{file}:") >= 5
    assert await rows(db, slug, "tenants") == 0


async def test_a_clash_is_shown_where_the_schedule_is(usher: Usher, file: Path) -> None:
    text = file.read_text().replace("BYDAY=TU,TH", "BYDAY=MO").replace('starts: "08:00"', 'starts: "18:30"')
    file.write_text(text)
    done = usher("import", file)

    assert done.returncode == 1
    key = re.search(r"(?:marta|gym) is busy when schedule '([a-z-]+)'", done.stderr)
    assert key is not None, done.stderr
    line = next(n for n, each in enumerate(text.splitlines(), 1) if f"key: {key[1]}" in each)
    assert f"{file}:{line}:9: " in done.stderr


async def test_a_whatsapp_number_of_another_business_is_refused_before_anything_is_written(
    usher: Usher,
    file: Path,
    slug: str,
    db: Database,
) -> None:
    assert usher("import", file).returncode == 0
    file.write_text(file.read_text().replace(f"slug: {slug}", f"slug: {slug}-two"))

    done = usher("import", file)

    assert done.returncode == 1
    assert "belongs to another business" in done.stderr
    assert await rows(db, f"{slug}-two", "tenants") == 0


async def test_customers_and_then_their_passes_come_from_csv(
    usher: Usher, file: Path, slug: str, db: Database
) -> None:
    usher("import", file)
    people = file.with_name("people.csv")
    people.write_text("phone;name\n912 345 678;Ana\n+351912345679;Rui\n")
    options = ("--tenant", slug, "--region", "PT")

    dry = usher("import", "--customers", people, *options, "--dry-run")
    assert "2 to add" in dry.stdout
    assert await rows(db, slug, "customers") == 0
    assert "2 to add" in usher("import", "--customers", people, *options).stdout
    assert "2 as they are" in usher("import", "--customers", people, *options).stdout

    packs = file.with_name("packs.csv")
    packs.write_text("phone,product,credits\n912345678,ten,7\n")
    done = usher("import", "--passes", packs, *options)
    assert done.returncode == 0, done.stderr
    assert await rows(db, slug, "passes") == 1


async def test_wrong_lines_refuse_the_whole_file_unless_they_are_skipped(
    usher: Usher, file: Path, slug: str, db: Database
) -> None:
    usher("import", file)
    people = file.with_name("people.csv")
    people.write_text("phone,name\n+351912345678,Ana\n12,Rui\n")

    done = usher("import", "--customers", people, "--tenant", slug)
    assert done.returncode == 1
    assert f"{people}: line 3, phone" in done.stdout
    assert await rows(db, slug, "customers") == 0

    assert usher("import", "--customers", people, "--tenant", slug, "--skip-bad").returncode == 0
    assert await rows(db, slug, "customers") == 1


async def test_a_timetable_comes_from_a_calendar_file(usher: Usher, file: Path, slug: str) -> None:
    usher("import", file)
    calendar = file.with_name("classes.ics")
    calendar.write_bytes(
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:a@b\r\nDTSTART;TZID=Europe/Lisbon:20260102T070000"
        b"\r\nDTEND;TZID=Europe/Lisbon:20260102T075000\r\nRRULE:FREQ=WEEKLY;BYDAY=FR\r\nSUMMARY:Early group\r\n"
        b"LOCATION:Gym\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    options = ("--timetable", calendar, "--service", "clinical-pilates", "--tenant", slug)

    assert "+ schedule early-group-" in usher("import", *options, "--dry-run").stdout
    done = usher("import", *options)
    assert done.returncode == 0, done.stderr
    assert "sessions added" in done.stdout
    assert usher("import", *options).stdout.splitlines()[0] == f"{slug}: no change"
    assert "room: gym\n    rrule: FREQ=WEEKLY;BYDAY=FR" in usher("export", slug).stdout


async def test_the_audit_tells_by_its_status_whether_all_is_well(
    usher: Usher, file: Path, slug: str, db: Database
) -> None:
    usher("import", file)
    clean = usher("audit", "--tenant", slug)
    assert (clean.returncode, clean.stdout) == (0, ""), clean.stderr

    async with db.tenant(tenant_id_of(slug)) as connection:
        session = await connection.fetchval(
            "UPDATE booking.sessions SET seats_taken = 2 WHERE id = (SELECT min(id::text)::uuid FROM booking.sessions)"
            " RETURNING id"
        )
    broken = usher("audit", "--tenant", slug)
    assert broken.returncode == 1
    assert broken.stdout == f"breach {slug} seats {session}: 2 seats taken, but its bookings add up to 0\n"

    report = usher("audit", "--tenant", slug, "--json")
    assert report.returncode == 1
    (breach,) = json.loads(report.stdout)["breaches"]
    assert (breach["check"], breach["subject"], breach["warning"]) == ("seats", str(session), False)


@pytest.mark.parametrize(
    "environment",
    [{"USHER_DATABASE_URL": None}, {"USHER_DATABASE_URL": "postgresql://nobody:s3cret@127.0.0.1:1/usher"}],
    ids=["no url", "no server"],
)
async def test_an_audit_that_cannot_run_is_told_from_one_that_found_something(
    usher: Usher, environment: dict[str, str | None]
) -> None:
    done = usher("audit", **environment)
    assert done.returncode == 2
    assert "could not run" in done.stderr
    assert "s3cret" not in done.stderr
    assert "Traceback" not in done.stderr


async def test_an_unknown_tenant_is_one_sentence(usher: Usher) -> None:
    for arguments, status in ((("export", "nobody"), 1), (("audit", "--tenant", "nobody"), 2)):
        done = usher(*arguments)
        assert done.returncode == status
        assert "no tenant 'nobody'" in done.stderr


async def test_one_thing_is_imported_at_a_time(usher: Usher, file: Path) -> None:
    for arguments in ((), (file, "--customers", file), ("--customers", file, "--passes", file)):
        done = usher("import", *arguments)
        assert done.returncode == 1
        assert "Name one thing to import" in done.stderr
