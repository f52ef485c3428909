"""How many bookings and minutes may a day and a week have, and in whose zone is that counted?"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.domain.availability import (
    Busy,
    DayCount,
    NoSlot,
    Slot,
    SlotRequest,
    count_by_day,
    find_slots,
    keeps_notice,
    may_book_slot,
)
from services.booking.domain.availability.limits import WEEKDAYS, WeekStart, week_of
from tests.unit.booking.availability.scenes import (
    ANA,
    MONDAY,
    at,
    availability,
    every_day,
    moments,
    request,
    staff,
    utc,
)

NOW = utc("2026-11-20 08:00")


def session(start: str, minutes: int, number: int = 1) -> Busy:
    begins = utc(start)
    return Busy.between(begins, begins + timedelta(minutes=minutes), session_id=UUID(int=number))


def limited(
    limits: dict[str, object],
    *taken: Busy,
    zone: str = "UTC",
    hours: tuple[str, ...] = ("09:00-12:00",),
    **more: object,
) -> SlotRequest:
    calendar = staff(
        *taken,
        hours=availability(every_day(*hours), limits=limits),
        booked=count_by_day(taken, zone, NOW),
    )
    return request(calendar, zone=zone, days=14, **more)  # type: ignore[arg-type]


def test_the_limit_of_a_day_is_counted_in_the_businesss_zone() -> None:
    """Case 13."""
    # 22:00Z on the 23rd is 07:00 on the 24th in Tokyo, 02:00Z on the 24th is 11:00 on the same day.
    asked = limited(
        {"bookings_per_day": 1}, session("2026-11-23 22:00", 60), zone="Asia/Tokyo", hours=("07:00-12:00",)
    )
    assert may_book_slot(asked, utc("2026-11-24 02:00")) is NoSlot.LIMIT_REACHED
    assert isinstance(may_book_slot(asked, utc("2026-11-23 02:00")), Slot)
    days = {(one.starts_at + timedelta(hours=9)).date() for one in find_slots(asked)}
    assert date(2026, 11, 24) not in days
    assert {date(2026, 11, 23), date(2026, 11, 25)} <= days


def test_the_minutes_of_a_day_leave_room_for_what_is_short_enough() -> None:
    taken = session("2026-11-23 09:00", 60)
    short = limited({"minutes_per_day": 90}, taken, minutes=30)
    assert isinstance(may_book_slot(short, at("10:00")), Slot)
    assert (
        may_book_slot(limited({"minutes_per_day": 90}, taken, minutes=31), at("10:00"))
        is NoSlot.LIMIT_REACHED
    )


@pytest.mark.parametrize(
    ("starts_on", "now", "closed"),
    [
        # A booking on Wednesday the 25th; the only one of its week.
        ("mon", "2026-11-20 08:00", [23, 24, 25, 26, 27, 28, 29]),
        ("thu", "2026-11-20 08:00", [23, 24, 25]),
        ("today", "2026-11-24 08:00", [24, 25, 26, 27, 28, 29, 30]),
        ("today", "2026-11-20 08:00", [23, 24, 25, 26]),
    ],
)
def test_a_week_starts_on_the_day_that_is_said(starts_on: str, now: str, closed: list[int]) -> None:
    """Case 33."""
    limits: dict[str, object] = {"bookings_per_week": 1, "week_starts_on": starts_on}
    asked = limited(limits, session("2026-11-25 09:00", 60), now=now, minutes=180)
    first = max(date(2026, 11, 23), utc(now).date())
    found = {one.starts_at.date() for one in find_slots(asked)}
    window = {first + timedelta(days=n) for n in range((date(2026, 12, 7) - first).days)}
    assert sorted(window - found) == [date(2026, 11, day) for day in closed]


def test_minutes_of_a_week_are_a_limit_too() -> None:
    """Case 33."""
    taken = [session("2026-11-23 09:00", 60), session("2026-11-25 09:00", 60, 2)]
    asked = limited({"minutes_per_week": 180}, *taken, minutes=61)
    assert may_book_slot(asked, utc("2026-11-27 09:00")) is NoSlot.LIMIT_REACHED
    assert isinstance(may_book_slot(asked, utc("2026-11-30 09:00")), Slot)
    assert isinstance(
        may_book_slot(limited({"minutes_per_week": 180}, *taken), utc("2026-11-27 09:00")), Slot
    )


def test_a_booking_over_midnight_takes_nothing_from_the_next_day() -> None:
    """Case 33."""
    night = session("2026-11-23 23:00", 120)
    asked = limited({"bookings_per_day": 1, "minutes_per_day": 120}, night, hours=("00:00-24:00",))
    assert count_by_day([night], "UTC", NOW) == (DayCount(MONDAY, 1, 120),)
    assert may_book_slot(asked, at("10:00")) is NoSlot.LIMIT_REACHED
    assert isinstance(may_book_slot(asked, utc("2026-11-24 01:00")), Slot)


def test_a_booking_of_several_weeks_counts_in_the_week_in_which_it_starts() -> None:
    """Case 33."""
    retreat = session("2026-11-28 09:00", 9 * 24 * 60)
    asked = limited({"bookings_per_week": 1}, retreat, first=date(2026, 12, 1))
    # Its week is closed by the limit, the next ones by the retreat itself until it ends on the 7th at 09:00.
    assert may_book_slot(asked, utc("2026-11-24 09:00")) is NoSlot.LIMIT_REACHED
    assert may_book_slot(asked, utc("2026-12-04 09:00")) is NoSlot.SLOT_TAKEN
    assert moments(find_slots(asked))[0] == "12-07 09:00"


def test_only_our_own_live_bookings_count_and_not_the_one_that_is_moved() -> None:
    outside = Busy.between(at("09:00"), at("10:00"))
    expired = Busy.between(at("09:00"), at("10:00"), session_id=UUID(int=2), until=NOW)
    moved, other = session("2026-11-23 10:00", 30, 3), session("2026-11-23 11:00", 45, 4)
    assert count_by_day([outside, expired, moved, other], "UTC", NOW, frozenset({UUID(int=3)})) == (
        DayCount(MONDAY, 1, 45),
    )


def test_a_limit_of_one_staff_member_leaves_the_others() -> None:
    full = staff(hours=availability(limits={"bookings_per_day": 1}), booked=(DayCount(MONDAY, 1, 60),))
    free = staff(who=UUID(int=0xB))
    found = may_book_slot(request(full, free), at("09:00"))
    assert isinstance(found, Slot)
    assert ANA not in found.staff_ids


def test_the_notice_for_moving_and_cancelling_is_kept_to_the_second() -> None:
    """Case 34."""
    start = at("10:00")
    assert keeps_notice(start, utc("2026-11-23 08:00:00"), 120)
    assert not keeps_notice(start, utc("2026-11-23 08:00:01"), 120)
    assert keeps_notice(start, start, 0)
    assert not keeps_notice(start, utc("2026-11-23 10:00:01"), 0)


@given(st.dates(), st.sampled_from([*WEEKDAYS, "today"]), st.dates())
def test_a_week_has_seven_days_and_begins_on_its_weekday(
    day: date, starts_on: WeekStart, today: date
) -> None:
    if day.toordinal() <= 7:
        return  # its week would begin before the calendar does
    first = week_of(day, starts_on, today)
    assert 0 <= (day - first).days < 7
    expected = today.weekday() if starts_on == "today" else WEEKDAYS.index(starts_on)
    assert first.weekday() == expected
