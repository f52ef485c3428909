"""When do sessions take place, also when the clocks change, and do they keep their ids?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.domain.schedule import (
    MOST_OCCURRENCES,
    InvalidSchedule,
    Schedule,
    instant_of,
    occurrences,
    parse_dates,
    parse_times,
)

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
    """Case 7. 15:00Z, then 14:00Z in New York."""
    assert starts(schedule("FREQ=DAILY", "10:00"), date(2027, 3, 13), 2) == ["03-13T15:00Z", "03-14T14:00Z"]


def test_a_daily_class_keeps_its_wall_clock_time_across_fall_back() -> None:
    """Case 8. 14:00Z, then 15:00Z in New York."""
    assert starts(schedule("FREQ=DAILY", "10:00"), date(2026, 10, 31), 2) == ["10-31T14:00Z", "11-01T15:00Z"]


def test_half_past_two_on_the_night_that_skips_it_is_half_past_three() -> None:
    """Case 9. As much later as the clocks skip, never a crash."""
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
    """Case 17. No session on another day instead."""
    monthly = schedule("FREQ=MONTHLY;BYMONTHDAY=31", "12:00", zone="UTC")
    assert starts(monthly, date(2026, 1, 1), 151) == ["01-31T12:00Z", "03-31T12:00Z", "05-31T12:00Z"]


def test_every_other_week_is_counted_from_the_first_day_not_from_the_window() -> None:
    fortnightly = schedule("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "09:00", zone="UTC", first=date(2026, 11, 2))
    assert starts(fortnightly, date(2026, 11, 9), 14) == ["11-16T09:00Z"]


def test_the_window_is_of_local_days() -> None:
    # 22:00 on the 23rd in New York is already the 24th in UTC.
    assert starts(schedule("FREQ=DAILY", "22:00"), date(2026, 11, 23), 1) == ["11-24T03:00Z"]


def test_extending_the_window_keeps_the_ids_of_what_was_there() -> None:
    """Case 23. What was there stays; the new is appended."""
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
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=1;INTERVAL= 0",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=3;UNTIL=20270101T000000",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTHDAY=40",
        "FREQ=DAILY;BYMONTH=0",
        "FREQ=WEEKLY;BYWEEKNO=-53",
        "FREQ=YEARLY;BYYEARDAY=400",
        "FREQ=MONTHLY;BYDAY=99SU",
        "FREQ=YEARLY;BYEASTER=500",
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


def days(of: Schedule, first: date, before: date) -> list[str]:
    return [f"{o.local_start:%m-%dT%H:%M}" for o in occurrences(of, first, before)]


def of_year(of: Schedule, year: int = 2026) -> list[str]:
    return days(of, date(year, 1, 1), date(year + 1, 1, 1))


def changed(rrule: str, at: str = "19:00", **values: Any) -> Schedule:
    return replace(schedule(rrule, at, zone="Europe/Lisbon", first=date(2026, 11, 2)), **values)


def test_a_monthly_class_keeps_its_wall_clock_time_across_fall_back() -> None:
    """Case 8. Monthly at 09:00: an hour later in UTC once the clocks went back."""
    monthly = schedule("FREQ=MONTHLY;BYMONTHDAY=15", "09:00")
    assert starts(monthly, date(2026, 10, 1), 61) == ["10-15T13:00Z", "11-15T14:00Z"]


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [(NEW_YORK, "2027-03-08", "2027-03-15"), ("Europe/London", "2027-03-22", "2027-03-29")],
)
def test_a_weekly_class_keeps_its_wall_clock_time_in_every_zone(zone: str, before: str, after: str) -> None:
    """Case 10. The US and the UK change on different Sundays."""
    weekly = schedule("FREQ=WEEKLY;BYDAY=MO", "18:30", zone=zone)
    first, second = occurrences(weekly, date.fromisoformat(before), date(2027, 3, 30))[:2]
    assert (first.local_start.time(), second.local_start.time()) == (time(18, 30), time(18, 30))
    assert second.starts_at - first.starts_at == timedelta(days=7, hours=-1)
    assert f"{second.local_start:%Y-%m-%d}" == after


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=MONTHLY;BYDAY=-1FR", ["01-30", "02-27", "03-27"]),
        ("FREQ=MONTHLY;BYDAY=3WE", ["01-21", "02-18", "03-18"]),
        ("FREQ=MONTHLY;BYDAY=1SU", ["01-04", "02-01", "03-01"]),
    ],
)
def test_the_nth_weekday_of_a_month_is_found(rule: str, expected: list[str]) -> None:
    """Case 18. Last Friday, third Wednesday, first Sunday."""
    found = days(schedule(rule, "10:00", zone="UTC"), date(2026, 1, 1), date(2026, 4, 1))
    assert [day[:5] for day in found] == expected


def test_the_first_friday_may_be_the_1st() -> None:
    """Case 18. 1 May 2026 is a Friday."""
    friday = schedule("FREQ=MONTHLY;BYDAY=1FR", "10:00", zone="UTC")
    assert days(friday, date(2026, 5, 1), date(2026, 6, 1)) == ["05-01T10:00"]


def test_the_order_of_the_days_in_a_rule_does_not_matter() -> None:
    """Case 19. BYDAY=FR,MO is BYDAY=MO,FR."""
    assert of_year(changed("FREQ=WEEKLY;BYDAY=FR,MO")) == of_year(changed("FREQ=WEEKLY;BYDAY=MO,FR"))


@pytest.mark.parametrize("last_day", [{"until": date(2026, 11, 16)}, {"rrule": "FREQ=WEEKLY;UNTIL=20261116"}])
def test_the_last_day_of_a_schedule_is_included(last_day: dict[str, Any]) -> None:
    """Case 19. Whether the schedule or its rule says so."""
    ending = replace(changed("FREQ=WEEKLY"), **last_day)
    assert of_year(ending) == ["11-02T19:00", "11-09T19:00", "11-16T19:00"]


def test_an_exclusion_takes_away_one_time_slot_and_leaves_the_rest_of_the_day() -> None:
    """Case 20. 09:00 goes, 19:00 stays."""
    twice = changed("FREQ=DAILY;COUNT=2", times=(time(9),), excluded=(datetime(2026, 11, 3, 9),))
    assert of_year(twice) == ["11-02T09:00", "11-02T19:00", "11-03T19:00"]


def test_an_exclusion_that_is_a_date_takes_away_the_whole_day() -> None:
    twice = changed("FREQ=DAILY;COUNT=2", times=(time(9),), excluded=(date(2026, 11, 3),))
    assert of_year(twice) == ["11-02T09:00", "11-02T19:00"]


def test_an_added_date_stays_in_spite_of_an_exclusion_and_behind_the_last_day() -> None:
    """Case 20. Both the slot and its whole day are excluded, and the schedule has ended before."""
    special = datetime(2026, 11, 24, 20)
    added = changed(
        "FREQ=WEEKLY", until=date(2026, 11, 9), extra=(special,), excluded=(special, special.date())
    )
    assert of_year(added) == ["11-02T19:00", "11-09T19:00", "11-24T20:00"]


def test_dates_with_an_offset_are_matched_in_the_zone_of_the_business() -> None:
    """Case 21. 23:30Z on 14 June is 00:30 on the 15th in Lisbon, which the rule gives already."""
    moment = datetime(2026, 6, 14, 23, 30, tzinfo=UTC)
    nightly = replace(changed("FREQ=DAILY;COUNT=2", "00:30"), starts_on=date(2026, 6, 15))
    assert of_year(replace(nightly, extra=(moment,))) == ["06-15T00:30", "06-16T00:30"]
    assert of_year(replace(nightly, excluded=(moment,))) == ["06-16T00:30"]
    assert parse_dates(["2026-06-14T19:30-04:00", moment], "Europe/Lisbon") == (datetime(2026, 6, 15, 0, 30),)


def test_times_and_dates_that_are_given_twice_count_once() -> None:
    """Case 22. Times, exclusions and added dates."""
    second = datetime(2026, 11, 3, 19)
    twice = changed("FREQ=DAILY;COUNT=2", times=(time(19), time(21), time(21)), extra=(second, second))
    assert of_year(twice) == ["11-02T19:00", "11-02T21:00", "11-03T19:00", "11-03T21:00"]
    assert parse_times(["21:00", "09:00", "21:00:00"]) == (time(9), time(21))
    assert parse_dates(["2026-12-24", date(2026, 12, 24)], "UTC") == (date(2026, 12, 24),)


@pytest.mark.parametrize("text", ["25:00", "9 pm", "", "19:00+02:00"])
def test_a_time_that_no_clock_shows_is_refused(text: str) -> None:
    """Case 22. Such as 25:00."""
    with pytest.raises(InvalidSchedule, match=r"09:30"):
        parse_times([text])


@pytest.mark.parametrize("text", ["2026-02-30", "tomorrow", "2026-12-24T25:00", ""])
def test_a_date_that_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(InvalidSchedule, match="is not a date"):
        parse_dates([text], "UTC")


def test_too_many_sessions_are_refused_wherever_they_come_from() -> None:
    """Case 22. The cap signals overflow for times and added dates too, and never cuts off silently."""
    minutes = tuple(time(h, m) for h in range(24) for m in range(0, 60, 10))
    many = tuple(datetime(2026, 1, 1) + timedelta(hours=n) for n in range(MOST_OCCURRENCES + 1))
    for overflowing in (changed("FREQ=DAILY", times=minutes), changed("FREQ=YEARLY", extra=many)):
        with pytest.raises(InvalidSchedule, match="more than"):
            of_year(overflowing)


def test_start_times_are_given_in_one_place_only() -> None:
    with pytest.raises(InvalidSchedule, match="not in both"):
        of_year(changed("FREQ=DAILY;BYHOUR=9,14", times=(time(9),)))


def test_a_count_counts_days_when_there_are_several_times_on_each() -> None:
    assert len(of_year(changed("FREQ=DAILY;COUNT=3", times=(time(7), time(12))))) == 9


def test_generating_again_gives_the_same_ids_however_the_rule_is_spelled() -> None:
    """Case 23. Ids follow from the schedule and the local start alone."""
    once = occurrences(changed("FREQ=WEEKLY;BYDAY=MO"), date(2026, 11, 1), date(2027, 1, 1))
    assert once == occurrences(changed("FREQ=WEEKLY"), date(2026, 11, 1), date(2027, 1, 1))


def test_a_later_end_appends_sessions_and_keeps_the_ids_of_the_others() -> None:
    """Case 23. A series that is extended."""
    short = changed("FREQ=WEEKLY", until=date(2026, 11, 23))
    longer = replace(short, until=date(2026, 12, 31))
    before = occurrences(short, date(2026, 11, 1), date(2027, 1, 1))
    after = occurrences(longer, date(2026, 11, 1), date(2027, 1, 1))
    assert after[: len(before)] == before
    assert len(after) > len(before)


LOCAL_TIMES = st.times(min_value=time(0), max_value=time(23, 59)).map(
    lambda t: t.replace(second=0, microsecond=0)
)
SLOTS = st.builds(datetime.combine, st.dates(date(2026, 10, 20), date(2026, 11, 10)), LOCAL_TIMES)


@given(
    st.lists(LOCAL_TIMES, max_size=4),
    st.lists(SLOTS, max_size=4),
    st.lists(st.one_of(SLOTS, st.dates(date(2026, 10, 20), date(2026, 11, 10))), max_size=4),
    st.sampled_from(["Europe/Lisbon", NEW_YORK, "Australia/Lord_Howe", "UTC"]),
)
def test_any_window_is_a_part_of_any_larger_one(
    times: list[time], extra: list[datetime], excluded: list[datetime | date], zone: str
) -> None:
    of = replace(
        schedule("FREQ=DAILY;INTERVAL=2", "02:30", zone=zone, first=date(2026, 10, 21)),
        times=tuple(times), extra=tuple(extra), excluded=tuple(excluded),
    )  # fmt: skip
    whole = occurrences(of, date(2026, 10, 20), date(2026, 11, 11))
    part = occurrences(of, date(2026, 10, 24), date(2026, 11, 2))
    assert [o for o in whole if date(2026, 10, 24) <= o.local_start.date() < date(2026, 11, 2)] == list(part)
    assert all(earlier.starts_at < later.starts_at for earlier, later in pairwise(whole))
    assert len({o.session_id for o in whole}) == len(whole)
    assert {instant_of(moment, ZoneInfo(zone)) for moment in extra} <= {o.starts_at for o in whole}


@given(st.sampled_from([NEW_YORK, "Europe/Lisbon", "Australia/Lord_Howe"]), LOCAL_TIMES)
def test_a_wall_clock_time_is_shown_as_itself_unless_the_clocks_skip_it(zone: str, at: time) -> None:
    """Case 9. Then it is later by what they skip, on the same day."""
    tz = ZoneInfo(zone)
    for day in range(1, 366):
        local = datetime.combine(date(2027, 1, 1) + timedelta(days=day), at)
        shown = instant_of(local, tz).astimezone(tz).replace(tzinfo=None)
        assert shown - local in (timedelta(), timedelta(minutes=30), timedelta(hours=1))
        assert shown.date() == local.date()
