"""When does somebody work, in any zone, when clocks change and on special days?"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.booking.domain.availability import (
    Availability,
    Interval,
    LocationHours,
    skipped_blocks,
    working_intervals,
)
from tests.unit.booking.availability.scenes import DAYS, MONDAY, availability, days, every_day, spans, utc

NEW_YORK = "America/New_York"


def worked(
    hours: Availability, window: Interval, zone: str = "UTC", location: LocationHours | None = None
) -> list[str]:
    return spans(working_intervals(hours, location, zone, window))


@pytest.mark.parametrize(
    ("zone", "last"),
    [
        ("Europe/London", date(2026, 3, 31)),
        ("Europe/London", date(2026, 10, 31)),
        (NEW_YORK, date(2026, 3, 31)),
        (NEW_YORK, date(2026, 11, 30)),
    ],
)
def test_the_last_day_of_a_month_in_which_the_clocks_change_has_hours(zone: str, last: date) -> None:
    """Case 1."""
    here = ZoneInfo(zone)
    found = working_intervals(
        availability(),
        None,
        zone,
        Interval(utc(f"{last - timedelta(days=32)}"), utc(f"{last + timedelta(days=2)}")),
    )
    assert [
        f"{one.start.astimezone(here):%H:%M}" for one in found if one.start.astimezone(here).date() == last
    ] == ["09:00"]


def test_hours_keep_their_wall_clock_time_on_the_day_the_clocks_change() -> None:
    """Case 2."""
    hours = availability(every_day("09:00-17:00"))
    assert worked(hours, days(date(2023, 11, 4), 3), NEW_YORK) == [
        "11-04 13:00/21:00", "11-05 14:00/22:00", "11-06 14:00/22:00",
    ]  # fmt: skip


def test_hours_are_the_other_zones_wall_clock_while_travelling() -> None:
    """Case 3."""
    hours = availability(
        every_day("09:00-17:00"),
        travel=[
            {"from": "2026-11-24", "until": "2026-11-24", "zone": NEW_YORK},
            {"from": "2026-11-25", "until": "2026-11-25", "zone": "Asia/Kolkata"},
        ],
    )
    assert worked(hours, days(MONDAY, 4), "Europe/Berlin") == [
        "11-23 08:00/16:00", "11-24 14:00/22:00", "11-25 03:30/11:30", "11-26 08:00/16:00",
    ]  # fmt: skip


def test_hours_of_a_far_zone_do_not_land_a_day_early_for_who_looks_from_elsewhere() -> None:
    """Case 4."""
    honolulu = availability({"mon": ["09:00-17:00"]})
    brussels_monday = Interval(utc("2026-11-23 00:00+01:00"), utc("2026-11-24 00:00+01:00"))
    assert worked(honolulu, brussels_monday, "Pacific/Honolulu") == ["11-23 19:00/23:00"]
    brussels_tuesday = Interval(utc("2026-11-24 00:00+01:00"), utc("2026-11-25 00:00+01:00"))
    assert worked(honolulu, brussels_tuesday, "Pacific/Honolulu") == ["11-23 23:00/03:00"]


@pytest.mark.parametrize("blocks", [[], ["00:00-00:00"]])
def test_an_override_without_time_makes_the_whole_day_unavailable(blocks: list[str]) -> None:
    """Case 5."""
    hours = availability(overrides=[{"on": "2026-11-24", "blocks": blocks}])
    assert worked(hours, days(MONDAY, 3)) == ["11-23 09:00/12:00", "11-25 09:00/12:00"]


def test_a_block_that_ends_before_it_starts_is_skipped_and_reported() -> None:
    """Case 6."""
    hours = availability({"mon": ["22:00-02:00", "09:00-10:00"]})
    assert worked(hours, days(MONDAY, 2)) == ["11-23 09:00/10:00"]
    assert skipped_blocks(hours) == (
        "weekly.mon: 22:00-02:00 ends before it starts; past midnight is written 22:00-26:00",
    )


def test_a_night_block_is_written_past_24_and_goes_on_after_midnight() -> None:
    hours = availability({"mon": ["22:00-26:00"]})
    found = working_intervals(hours, None, "UTC", days(MONDAY, 3))
    assert [(one.start, one.end) for one in found] == [(utc("2026-11-23 22:00"), utc("2026-11-24 02:00"))]
    assert worked(hours, days(MONDAY + timedelta(days=1), 1)) == ["11-24 00:00/02:00"]


def test_a_free_day_does_not_cut_the_night_that_began_the_evening_before_but_time_off_does() -> None:
    free = availability({"mon": ["22:00-26:00"], "tue": ["09:00-10:00"]}, overrides=[{"on": "2026-11-24"}])
    assert worked(free, days(MONDAY, 2)) == ["11-23 22:00/02:00"]
    away = availability(
        {"mon": ["22:00-26:00"], "tue": ["09:00-10:00"]},
        time_off=[{"from": "2026-11-24", "until": "2026-11-24"}],
    )
    assert worked(away, days(MONDAY, 2)) == ["11-23 22:00/00:00"]


def test_an_override_replaces_the_hours_and_the_breaks_of_its_day() -> None:
    hours = availability(
        {"mon": ["09:00-17:00"], "tue": ["09:00-17:00"]},
        breaks=every_day("12:00-13:00"),
        overrides=[{"on": "2026-11-24", "blocks": ["11:00-14:00"]}],
    )
    assert worked(hours, days(MONDAY, 2)) == ["11-23 09:00/12:00", "11-23 13:00/17:00", "11-24 11:00/14:00"]


def test_touching_and_overlapping_blocks_are_one() -> None:
    hours = availability(
        {"mon": ["12:00-15:00", "09:00-12:00", "14:00-16:00", "18:00-24:00"], "tue": ["00:00-01:00"]}
    )
    assert worked(hours, days(MONDAY, 2)) == ["11-23 09:00/16:00", "11-23 18:00/01:00"]


def test_time_off_is_given_in_whole_days_or_in_wall_clock_times() -> None:
    hours = availability(
        time_off=[
            {"from": "2026-11-24", "until": "2026-11-25"},
            {"from": "2026-11-26T10:00", "until": "2026-11-26T11:00"},
        ]
    )
    assert worked(hours, days(MONDAY, 4), "Europe/Berlin") == [
        "11-23 08:00/11:00", "11-26 08:00/09:00", "11-26 10:00/11:00",
    ]  # fmt: skip


def test_a_location_closes_on_its_holidays_and_closures_and_outside_its_opening_hours() -> None:
    lisbon = LocationHours.model_validate(
        {
            "opening": every_day("10:00-19:00"),
            "closures": [{"from": "2026-12-02T11:00", "until": "2026-12-02T12:00", "reason": "fire drill"}],
            "holidays": ["PT"],  # 1 and 8 December
            "open_on": ["2026-12-08"],
        }
    )
    assert worked(availability(), days(date(2026, 11, 30), 3), location=lisbon) == [
        "11-30 10:00/12:00", "12-02 10:00/11:00",
    ]  # fmt: skip
    assert worked(availability(), days(date(2026, 12, 8), 1), location=lisbon) == ["12-08 10:00/12:00"]


def test_a_part_of_a_country_has_holidays_of_its_own() -> None:
    epiphany = days(date(2026, 1, 6), 1)
    for code, open_ in (("DE-BY", False), ("DE-BE", True), ("DE", True)):
        location = LocationHours.model_validate({"holidays": [code]})
        assert bool(worked(availability(), epiphany, location=location)) is open_


def test_hours_that_the_clocks_skip_are_not_worked() -> None:
    night = availability(every_day("01:00-02:30", "02:45-04:00"))
    # 2027-03-14 in New York: 02:00 becomes 03:00, at 07:00Z.
    assert worked(night, days(date(2027, 3, 14), 1), NEW_YORK) == ["03-14 06:00/08:00"]
    only_skipped = availability(every_day("02:00-03:00"))
    assert worked(only_skipped, days(date(2027, 3, 14), 1), NEW_YORK) == []


def test_hours_across_the_repeated_hour_are_an_hour_longer() -> None:
    assert worked(availability(every_day("00:00-03:00")), days(date(2026, 11, 1), 1), NEW_YORK) == [
        "11-01 04:00/08:00"
    ]


def test_a_day_that_a_country_skipped_has_no_hours() -> None:
    apia = ZoneInfo("Pacific/Apia")
    found = working_intervals(availability(), None, "Pacific/Apia", days(date(2011, 12, 28), 5))
    assert [f"{one.start.astimezone(apia):%d %H:%M}" for one in found] == [
        "28 09:00", "29 09:00", "31 09:00", "01 09:00", "02 09:00",
    ]  # fmt: skip


@pytest.mark.parametrize("month", [2, 4, 10, 12])
def test_central_hours_are_an_hour_later_for_eastern_on_either_side_of_the_change(month: int) -> None:
    """Case 15."""
    found = working_intervals(availability(), None, "America/Chicago", days(date(2026, month, 10), 1))
    assert [f"{one.start.astimezone(ZoneInfo(NEW_YORK)):%H:%M}" for one in found] == ["10:00"]


def test_tokyo_hours_move_by_an_hour_for_who_changes_the_clocks_and_by_none_in_tokyo() -> None:
    """Case 15."""
    chicago = ZoneInfo("America/Chicago")
    for day, seen in ((date(2026, 3, 7), "18:00"), (date(2026, 3, 9), "19:00")):
        found = working_intervals(availability(), None, "Asia/Tokyo", days(day, 1))
        assert [f"{one.start.astimezone(chicago):%H:%M}" for one in found] == [seen]
        assert [f"{one.start:%H:%M}" for one in found] == ["00:00"]


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"weekly": {"mon": ["9 to 5"]}}, "is not a block such as 09:00-13:00"),
        ({"weekly": {"mon": ["09:00-49:00"]}}, "end by 48:00"),
        ({"weekly": {"mon": ["25:00-26:00"]}}, "start by 24:00"),
        ({"weekly": {"monday": []}}, "Extra inputs"),
        ({"overrides": [{"on": "2026-11-24"}, {"on": "2026-11-24"}]}, "two for one day"),
        ({"time_off": [{"from": "2026-11-24", "until": "2026-11-23"}]}, "is before"),
        ({"time_off": [{"from": "2026-11-24", "until": "2026-11-25T10:00"}]}, "must both be"),
        ({"time_off": [{"from": "2026-11-24T10:00Z", "until": "2026-11-25T10:00Z"}]}, "no UTC offset"),
        ({"time_off": [{"from": "soon", "until": "later"}]}, "Invalid isoformat"),
        (
            {"travel": [{"from": "2026-11-24", "until": "2026-11-25", "zone": "Mars"}]},
            "not an IANA time zone",
        ),
        (
            {
                "travel": [
                    {"from": "2026-11-24", "until": "2026-11-25", "zone": "UTC"},
                    {"from": "2026-11-25", "until": "2026-11-26", "zone": "UTC"},
                ]
            },
            "two trips share a day",
        ),
    ],
)
def test_a_mistake_in_the_hours_is_said_with_what_to_write(document: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Availability.model_validate(document)


def test_a_country_without_known_holidays_is_refused() -> None:
    with pytest.raises(ValidationError, match="is not a country such as PT"):
        LocationHours.model_validate({"holidays": ["XX"]})


def test_hours_written_as_json_are_read_back_the_same() -> None:
    hours = availability(
        {"mon": ["09:00-13:00", "22:00-26:00"]},
        overrides=[{"on": "2026-11-24", "blocks": ["10:00-11:00"]}],
        time_off=[
            {"from": "2026-11-25", "until": "2026-11-25"},
            {"from": "2026-11-26T00:00", "until": "2026-11-27T00:00"},
        ],
        travel=[{"from": "2026-11-28", "until": "2026-11-29", "zone": NEW_YORK}],
        limits={"bookings_per_day": 5, "week_starts_on": "thu"},
    )
    written = hours.model_dump_json()
    assert Availability.model_validate_json(written) == hours
    assert json.loads(written)["weekly"]["mon"] == ["09:00-13:00", "22:00-26:00"]
    assert json.loads(written)["time_off"][0]["from"] == "2026-11-25"
    assert hash(Availability.model_validate_json(written)) == hash(hours)


BLOCKS = st.lists(
    st.tuples(st.integers(0, 95), st.integers(0, 40)).map(
        lambda pair: (
            f"{pair[0] // 4:02}:{pair[0] % 4 * 15:02}-"
            f"{(pair[0] + pair[1]) // 4:02}:{(pair[0] + pair[1]) % 4 * 15:02}"
        )
    ),
    max_size=3,
)


@given(
    st.fixed_dictionaries(dict.fromkeys(DAYS, BLOCKS)),
    st.sampled_from(["Europe/Lisbon", NEW_YORK, "Australia/Lord_Howe", "Pacific/Apia", "Africa/Cairo"]),
    st.dates(date(2025, 1, 1), date(2028, 1, 1)),
)
def test_intervals_are_sorted_apart_within_the_window_and_do_not_depend_on_it(
    weekly: dict[str, list[str]], zone: str, first: date
) -> None:
    hours = availability(weekly)
    window = days(first, 10)
    found = working_intervals(hours, None, zone, window)
    assert all(one.start < one.end for one in found)
    assert all(earlier.end < later.start for earlier, later in pairwise(found))
    assert all(window.start <= one.start and one.end <= window.end for one in found)
    split = [
        minute
        for n in range(10)
        for one in working_intervals(hours, None, zone, days(first + timedelta(days=n), 1))
        for minute in _quarters(one)
    ]
    assert split == [minute for one in found for minute in _quarters(one)]


def _quarters(one: Interval) -> list[datetime]:
    count = (one.end - one.start) // timedelta(minutes=15)
    return [one.start + timedelta(minutes=15 * n) for n in range(count)]
