"""Do slots, sessions and texts agree on what a wall clock shows?"""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

import pytest

from services.booking.domain.availability import find_slots
from services.booking.domain.local import local_times
from services.booking.domain.schedule import instant_of
from tests.unit.booking.availability.scenes import request


def test_zones_come_from_the_tzdata_package_and_never_from_the_machine() -> None:
    """Case 16."""
    code = "import services.booking.domain.availability, zoneinfo; print(zoneinfo.TZPATH)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "()"
    packaged = resources.files("tzdata.zoneinfo.Europe").joinpath("Lisbon")
    with packaged.open("rb") as file:
        same = ZoneInfo.from_file(file, key="Europe/Lisbon")
    instant = request().now
    assert instant.astimezone(same).utcoffset() == instant.astimezone(ZoneInfo("Europe/Lisbon")).utcoffset()


@pytest.mark.parametrize("zone", ["Europe/Lisbon", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])
@pytest.mark.parametrize("day", [date(2026, 3, 7), date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 1)])
def test_the_first_slot_of_a_day_is_written_as_the_hour_that_the_hours_say(zone: str, day: date) -> None:
    """Case 16."""
    slots = find_slots(request(zone=zone, now="2026-01-01 00:00", first=day - timedelta(days=1), days=3))
    there = [slot for slot in slots if slot.starts_at.astimezone(ZoneInfo(zone)).date() == day]
    written = local_times(there[0].starts_at, there[0].ends_at, zone, "en")
    assert written.endswith(", 09:00–10:00")


def test_a_slot_and_a_class_at_one_wall_clock_time_are_at_one_instant() -> None:
    """Case 16."""
    for day in (date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25)):
        slots = find_slots(request(zone="Europe/Berlin", now="2026-01-01 00:00", first=day))
        nine = instant_of(
            slots[0].starts_at.astimezone(ZoneInfo("Europe/Berlin")).replace(tzinfo=None),
            ZoneInfo("Europe/Berlin"),
        )
        assert slots[0].starts_at == nine
