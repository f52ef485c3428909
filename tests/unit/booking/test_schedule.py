"""When do sessions take place, also when the clocks change, and do they keep their ids?"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.domain.schedule import InvalidSchedule, Schedule, occurrences

NEW_YORK = "America/New_York"


def schedule(
    rrule: str, at: str, *, zone: str = NEW_YORK, first: date = date(2024, 1, 1), minutes: int = 60
) -> Schedule:
    return Schedule(
        tenant_id=UUID(int=1),
        schedule_id=UUID(int=2),
        service_id=UUID(int=3),
        staff_id=None,
        rrule=rrule,
        starts_on=first,
        starts_at_local=time.fromisoformat(at),
        duration=timedelta(minutes=minutes),
        capacity=10,
        timezone=zone,
    )


def starts(of: Schedule, first: date, days: int) -> list[str]:
    found = occurrences(of, first, first + timedelta(days=days))
    return [f"{o.starts_at:%m-%dT%H:%MZ}" for o in found]


def test_a_daily_class_keeps_its_wall_clock_time_across_spring_forward() -> None:
    assert starts(schedule("FREQ=DAILY", "10:00"), date(2027, 3, 13), 2) == ["03-13T15:00Z", "03-14T14:00Z"]


def test_a_daily_class_keeps_its_wall_clock_time_across_fall_back() -> None:
    assert starts(schedule("FREQ=DAILY", "10:00"), date(2026, 10, 31), 2) == ["10-31T14:00Z", "11-01T15:00Z"]


def test_half_past_two_on_the_night_that_skips_it_is_half_past_three() -> None:
    (night,) = occurrences(schedule("FREQ=DAILY", "02:30"), date(2027, 3, 14), date(2027, 3, 15))
    assert night.starts_at == datetime(2027, 3, 14, 7, 30, tzinfo=UTC)  # 03:30 EDT
    assert night.ends_at - night.starts_at == timedelta(hours=1)


def test_half_past_one_on_the_night_that_has_it_twice_is_the_first_one() -> None:
    (night,) = occurrences(schedule("FREQ=DAILY", "01:30"), date(2026, 11, 1), date(2026, 11, 2))
    assert night.starts_at == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # 01:30 EDT


def test_two_sessions_that_the_skipped_hour_puts_at_one_time_are_one_session() -> None:
    hourly = schedule("FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=0", "01:00")
    assert starts(hourly, date(2027, 3, 14), 1) == ["03-14T06:00Z", "03-14T07:00Z"]


def test_a_rule_may_give_several_sessions_a_day_and_leave_days_out() -> None:
    salon = schedule("FREQ=WEEKLY;BYDAY=TU,SA;BYHOUR=9,14;BYMINUTE=0", "09:00", zone="UTC")
    assert starts(salon, date(2026, 11, 23), 7) == [
        "11-24T09:00Z", "11-24T14:00Z", "11-28T09:00Z", "11-28T14:00Z",
    ]  # fmt: skip


def test_the_31st_skips_short_months() -> None:
    monthly = schedule("FREQ=MONTHLY;BYMONTHDAY=31", "12:00", zone="UTC")
    assert starts(monthly, date(2026, 1, 1), 151) == ["01-31T12:00Z", "03-31T12:00Z", "05-31T12:00Z"]


def test_every_other_week_is_counted_from_the_first_day_not_from_the_window() -> None:
    fortnightly = schedule("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "09:00", zone="UTC", first=date(2026, 11, 2))
    assert starts(fortnightly, date(2026, 11, 9), 14) == ["11-16T09:00Z"]


def test_the_window_is_of_local_days() -> None:
    # 22:00 on the 23rd in New York is already the 24th in UTC.
    assert starts(schedule("FREQ=DAILY", "22:00"), date(2026, 11, 23), 1) == ["11-24T03:00Z"]


def test_extending_the_window_keeps_the_ids_of_what_was_there() -> None:
    daily = schedule("FREQ=DAILY", "19:00")
    week = occurrences(daily, date(2026, 11, 23), date(2026, 11, 30))
    month = occurrences(daily, date(2026, 11, 23), date(2026, 12, 23))
    assert month[: len(week)] == week


def test_a_changed_zone_keeps_the_ids() -> None:
    here = occurrences(schedule("FREQ=DAILY", "19:00"), date(2026, 11, 23), date(2026, 11, 30))
    there = occurrences(
        schedule("FREQ=DAILY", "19:00", zone="Asia/Tokyo"), date(2026, 11, 23), date(2026, 11, 30)
    )
    assert [o.session_id for o in here] == [o.session_id for o in there]
    assert here[0].starts_at != there[0].starts_at


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "every day",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=25",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=DAILY;UNTIL=20270101T000000Z",
        "DTSTART:20240101T000000\nRRULE:FREQ=DAILY",
    ],
)
def test_a_rule_that_cannot_be_used_is_said_to_be(rule: str) -> None:
    with pytest.raises(InvalidSchedule):
        occurrences(schedule(rule, "10:00"), date(2026, 11, 23), date(2026, 11, 24))


def test_a_rule_that_gives_endless_sessions_is_refused() -> None:
    minutes = ",".join(str(m) for m in range(60))
    with pytest.raises(InvalidSchedule, match="more than"):
        hours = ",".join(str(h) for h in range(24))
        rule = f"FREQ=DAILY;BYHOUR={hours};BYMINUTE={minutes}"
        occurrences(schedule(rule, "00:00"), date(2026, 11, 23), date(2026, 11, 30))


@given(
    st.sampled_from(["Europe/Lisbon", NEW_YORK, "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"]),
    st.times(min_value=time(0), max_value=time(23, 59)).map(lambda t: t.replace(second=0, microsecond=0)),
    st.dates(min_value=date(2025, 1, 1), max_value=date(2030, 1, 1)),
)
def test_a_daily_class_takes_place_once_a_day_in_any_zone(zone: str, at: time, first: date) -> None:
    daily = schedule("FREQ=DAILY", at.isoformat(), zone=zone)
    found = occurrences(daily, first, first + timedelta(days=14))
    assert [o.local_start for o in found] == [
        datetime.combine(first + timedelta(days=n), at) for n in range(14)
    ]
    assert len({o.session_id for o in found}) == 14
    assert all(earlier.starts_at < later.starts_at for earlier, later in pairwise(found))
