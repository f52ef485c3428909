"""Which starts are found: grid, notice, horizon, the customer's day, rooms, holds and own bookings?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from services.booking.domain.availability import (
    CustomerDay,
    Interval,
    Moving,
    NoSlot,
    Slot,
    SlotRules,
    find_slots,
    may_book_slot,
)
from tests.unit.booking.availability.scenes import (
    ANA,
    BEA,
    BLUE_ROOM,
    CAL,
    RED_ROOM,
    at,
    availability,
    busy,
    clocks,
    every_day,
    moments,
    request,
    room,
    staff,
    utc,
)

MINE, OTHERS = UUID(int=1), UUID(int=2)
EITHER_ROOM = (RED_ROOM, BLUE_ROOM)


def test_slots_come_soonest_first_with_everybody_who_can_do_them() -> None:
    slots = find_slots(
        request(
            staff(busy("09:00", "10:00")),
            staff(who=BEA, hours=availability(every_day("09:30-11:00"))),
            staff(who=CAL, hours=availability({"tue": ["09:00-12:00"]})),
        )
    )
    assert [(f"{one.starts_at:%H:%M}", one.staff_ids) for one in slots] == [
        ("09:30", (BEA,)), ("10:00", (ANA, BEA)), ("10:30", (ANA,)), ("11:00", (ANA,)),
    ]  # fmt: skip
    assert slots[0].ends_at - slots[0].starts_at == timedelta(hours=1)


def test_starts_lie_on_the_local_grid_whatever_the_hours_and_the_zone() -> None:
    late = staff(hours=availability(every_day("09:10-12:00")))
    assert clocks(find_slots(request(late, zone="Asia/Kathmandu"))) == ["03:45", "04:15", "04:45", "05:15"]
    shorter = request(late, rules={"step_minutes": 20}, minutes=20)
    assert clocks(find_slots(shorter))[:3] == ["09:20", "09:40", "10:00"]


def test_a_step_that_does_not_divide_the_hour_is_counted_from_midnight_each_day() -> None:
    slots = find_slots(request(rules={"step_minutes": 50}, minutes=30, days=2))
    assert moments(slots) == [
        f"11-{day} {clock}" for day in (23, 24) for clock in ("09:10", "10:00", "10:50")
    ]


def test_the_grid_keeps_its_wall_clock_across_a_change_of_half_an_hour() -> None:
    lord_howe = ZoneInfo("Australia/Lord_Howe")
    slots = find_slots(
        request(
            staff(hours=availability(every_day("00:00-05:00"))),
            zone="Australia/Lord_Howe", now="2026-01-01 00:00", first=date(2026, 10, 3), rules={"step_minutes": 60},
        )
    )  # fmt: skip
    # At 02:00 on the 4th it becomes 02:30: two o'clock does not exist.
    local = [f"{one.starts_at.astimezone(lord_howe):%H:%M}" for one in slots]
    assert local == ["00:00", "01:00", "03:00", "04:00"]


def test_nothing_in_the_past_is_offered_today() -> None:
    """Case 12."""
    assert clocks(find_slots(request(now="2026-11-23 09:30:01"))) == ["10:00", "10:30", "11:00"]
    assert clocks(find_slots(request(now="2026-11-23 10:00")))[0] == "10:00"
    assert find_slots(request(now="2026-11-23 11:01")) == ()


def test_the_same_instant_written_with_two_offsets_is_one_instant() -> None:
    """Case 12."""
    written_in_new_york = busy("09:00-05:00", "09:45-05:00")  # 14:00Z-14:45Z
    asked = request(staff(written_in_new_york, hours=availability(every_day("13:00-16:00"))), minutes=15)
    assert may_book_slot(asked, utc("2026-11-23 14:15Z")) is NoSlot.SLOT_TAKEN
    assert may_book_slot(asked, utc("2026-11-23 19:45+05:30")) is NoSlot.SLOT_TAKEN
    assert isinstance(may_book_slot(asked, utc("2026-11-23 14:45Z")), Slot)


def test_starts_on_the_businesss_next_or_previous_day_are_cut_when_the_customers_day_is_asked() -> None:
    """Case 11."""
    tokyo = staff(hours=availability(every_day("07:00-10:00")))  # 22:00Z-01:00Z
    asked = request(
        tokyo, zone="Asia/Tokyo", days=3, customer_day=CustomerDay(date(2026, 11, 24), "Europe/Lisbon")
    )
    # The 24th in Lisbon: the end of the Tokyo morning of the 24th and the start of that of the 25th.
    assert moments(find_slots(asked)) == [
        "11-24 00:00",
        "11-24 22:00",
        "11-24 22:30",
        "11-24 23:00",
        "11-24 23:30",
    ]


def test_days_ahead_are_counted_in_the_businesss_zone_wherever_the_customer_is() -> None:
    """Case 14."""
    auckland = {"zone": "Pacific/Auckland", "now": "2026-11-23 12:00"}  # already 01:00 on the 24th there
    for customer in ("Pacific/Honolulu", "Pacific/Auckland"):
        found = [
            moment
            for day in range(22, 30)
            for moment in moments(
                find_slots(
                    request(
                        **auckland,  # type: ignore[arg-type]
                        days=9,
                        minutes=180,
                        rules={"horizon": {"kind": "days", "days": 2}},
                        customer_day=CustomerDay(date(2026, 11, day), customer),
                    )
                )
            )
        ]
        assert found == ["11-23 20:00", "11-24 20:00", "11-25 20:00"]  # 24th, 25th and 26th in Auckland


def test_a_horizon_of_dates_includes_its_last_day() -> None:
    dates = {"horizon": {"kind": "dates", "from": "2026-11-24", "until": "2026-11-25"}}
    assert moments(find_slots(request(days=5, minutes=180, rules=dates))) == ["11-24 09:00", "11-25 09:00"]


def test_a_rolling_horizon_counts_only_days_on_which_somebody_works_long_enough() -> None:
    """Case 34."""
    weekly = {"mon": ["09:00-12:00"], "tue": ["09:00-09:30"], "thu": ["09:00-12:00"], "fri": ["09:00-12:00"]}
    asked = request(
        staff(hours=availability(weekly, time_off=[{"from": "2026-11-26", "until": "2026-11-26"}])),
        now="2026-11-23 08:00",
        days=30,
        minutes=180,
        rules={"horizon": {"kind": "bookable_days", "days": 3}},
    )
    # Tuesday is too short, Wednesday is free, Thursday is taken off.
    assert moments(find_slots(asked)) == ["11-23 09:00", "11-27 09:00", "11-30 09:00"]
    assert may_book_slot(asked, utc("2026-12-03 09:00")) is NoSlot.OUTSIDE_WINDOW


def test_a_rolling_horizon_does_not_move_when_days_fill_up() -> None:
    """Case 34."""
    asked = request(
        staff(busy("09:00", "12:00")),
        now="2026-11-23 08:00",
        days=30,
        minutes=180,
        rules={"horizon": {"kind": "bookable_days", "days": 2}},
    )
    assert moments(find_slots(asked)) == ["11-24 09:00"]


def test_a_rolling_horizon_without_any_hours_ends() -> None:
    nobody = request(
        staff(hours=availability({})), rules={"horizon": {"kind": "bookable_days", "days": 2}}, days=900
    )
    assert find_slots(nobody) == ()
    assert may_book_slot(nobody, at("09:00")) is NoSlot.OUTSIDE_HOURS


def test_today_does_not_count_to_a_rolling_horizon_when_the_notice_rules_it_out() -> None:
    asked = request(
        now="2026-11-23 08:00", days=9, minutes=180,
        rules={"notice_minutes": 120, "horizon": {"kind": "bookable_days", "days": 2}},
    )  # fmt: skip
    assert moments(find_slots(asked)) == ["11-24 09:00", "11-25 09:00"]


def test_the_minimum_notice_holds_to_the_minute() -> None:
    asked = request(now="2026-11-23 08:00", rules={"notice_minutes": 120})
    assert clocks(find_slots(asked)) == ["10:00", "10:30", "11:00"]
    assert may_book_slot(asked, at("09:59")) is NoSlot.OUTSIDE_WINDOW


def test_a_booking_can_be_moved_only_when_its_old_and_its_new_start_are_far_enough_ahead() -> None:
    """Case 34."""
    rules: dict[str, object] = {"notice_minutes": 120}
    soon = request(now="2026-11-23 08:00", rules=rules, moving=Moving(at("09:59")))
    assert find_slots(soon) == ()
    assert may_book_slot(soon, at("11:00")) is NoSlot.OUTSIDE_WINDOW
    later = request(now="2026-11-23 08:00", rules=rules, moving=Moving(at("10:00")))
    assert clocks(find_slots(later))[0] == "10:00"
    assert may_book_slot(later, at("09:30")) is NoSlot.OUTSIDE_WINDOW


def test_moving_a_booking_does_not_conflict_with_itself() -> None:
    """Case 31."""
    calendar = staff(busy("09:00", "11:00", session_id=MINE), busy("11:30", "12:00", session_id=OTHERS))
    rooms = room(busy("09:00", "11:00", session_id=MINE))
    others = request(calendar, resources=(rooms,), needs=((RED_ROOM,),))
    assert find_slots(others) == ()
    own = request(calendar, resources=(rooms,), needs=((RED_ROOM,),), except_sessions=frozenset({MINE}))
    assert clocks(find_slots(own)) == ["09:00", "09:30", "10:00", "10:30"]


@pytest.mark.parametrize(
    ("hold", "free"),
    [
        ({"session_id": OTHERS, "until": utc("2026-11-23 08:10")}, False),
        ({"session_id": MINE, "until": utc("2026-11-23 08:10")}, True),
        ({"session_id": OTHERS, "until": utc("2026-11-23 08:00")}, True),
        ({"session_id": OTHERS, "until": utc("2026-11-23 07:59:59")}, True),
    ],
    ids=["another's hold", "my own hold", "a hold that ends now", "an expired hold"],
)
def test_only_a_live_hold_of_somebody_else_hides_a_slot(hold: dict[str, object], free: bool) -> None:
    """Case 35."""
    asked = request(
        staff(busy("10:00", "11:00", **hold)), now="2026-11-23 08:00", except_sessions=frozenset({MINE})
    )
    assert ("10:00" in clocks(find_slots(asked))) is free


def test_a_hold_on_another_service_of_the_same_staff_member_hides_the_slot() -> None:
    """Case 35."""
    massage = busy("09:30", "11:00", after=15, session_id=OTHERS, until=utc("2026-11-23 09:00"))
    asked = request(staff(massage), staff(who=BEA), now="2026-11-23 08:00", minutes=30)
    by_clock = dict(zip(clocks(find_slots(asked)), [one.staff_ids for one in find_slots(asked)], strict=True))
    assert by_clock["10:00"] == (BEA,)
    assert by_clock["11:00"] == (BEA,)
    assert by_clock["11:30"] == (ANA, BEA)


def test_a_room_taken_by_a_class_blocks_appointments_and_the_other_way_round() -> None:
    """Case 32."""
    yoga = busy("10:00", "11:00", session_id=OTHERS)
    appointment = request(resources=(room(yoga),), needs=((RED_ROOM,),))
    assert clocks(find_slots(appointment)) == ["09:00", "11:00"]
    assert may_book_slot(appointment, at("10:30")) is NoSlot.RESOURCE_TAKEN
    # A class is asked for by the same rules: an appointment is in the way of its room.
    facial = busy("11:00", "12:00", session_id=MINE)
    assert (
        may_book_slot(request(resources=(room(facial),), needs=((RED_ROOM,),)), at("10:30"))
        is NoSlot.RESOURCE_TAKEN
    )


def test_any_of_the_named_rooms_will_do_in_their_order() -> None:
    red = room(busy("09:00", "10:00"))
    blue = room(busy("10:00", "11:00"), which=BLUE_ROOM)
    slots = find_slots(request(resources=(red, blue), needs=(EITHER_ROOM,), rules={"step_minutes": 60}))
    assert [one.resource_ids for one in slots] == [(BLUE_ROOM,), (RED_ROOM,), (RED_ROOM,)]


def test_two_needs_never_get_the_same_unit_and_a_narrow_need_goes_first() -> None:
    both = (room(), room(which=BLUE_ROOM))
    narrow = request(resources=both, needs=(EITHER_ROOM, (RED_ROOM,)))
    assert find_slots(narrow)[0].resource_ids == (BLUE_ROOM, RED_ROOM)
    assert find_slots(request(resources=both, needs=((RED_ROOM,), (RED_ROOM,)))) == ()
    assert find_slots(request(resources=(room(),), needs=(EITHER_ROOM, EITHER_ROOM))) == ()


def test_a_needed_room_that_is_not_known_is_not_free() -> None:
    assert find_slots(request(needs=((RED_ROOM,),))) == ()
    assert may_book_slot(request(needs=((RED_ROOM,),)), at("09:00")) is NoSlot.RESOURCE_TAKEN


def test_a_wish_for_one_staff_member_is_not_met_by_another() -> None:
    asked = request(staff(busy("09:00", "10:00")), staff(who=BEA))
    assert may_book_slot(asked, at("09:00"), ANA) is NoSlot.SLOT_TAKEN
    booked = may_book_slot(asked, at("09:00"))
    assert isinstance(booked, Slot)
    assert booked.staff_ids == (BEA,)
    assert may_book_slot(asked, at("10:00"), CAL) is NoSlot.OUTSIDE_HOURS


def test_the_reason_is_that_of_who_came_nearest() -> None:
    full = availability(limits={"bookings_per_day": 0})
    asked = request(
        staff(busy("09:00", "10:00")), staff(who=BEA, hours=full), staff(who=CAL, hours=availability({}))
    )
    assert may_book_slot(asked, at("09:00")) is NoSlot.SLOT_TAKEN
    assert may_book_slot(asked, at("09:00"), BEA) is NoSlot.LIMIT_REACHED
    assert may_book_slot(asked, at("11:30")) is NoSlot.OUTSIDE_HOURS  # ends after 12:00
    assert may_book_slot(asked, utc("2026-11-23 10:00:30")) is NoSlot.OUTSIDE_HOURS


@pytest.mark.parametrize(
    "mistake",
    [
        {"duration_minutes": 0},
        {"duration_minutes": 30, "step_minutes": 0},
        {"duration_minutes": 30, "buffer_before_minutes": -1},
        {"duration_minutes": 30, "horizon": {"kind": "weeks", "weeks": 2}},
        {"duration_minutes": 30, "horizon": {"kind": "dates", "from": "2026-11-25", "until": "2026-11-24"}},
        {"duration_minutes": 30, "notice": 5},
    ],
)
def test_rules_that_make_no_sense_are_refused(mistake: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SlotRules.model_validate(mistake)


def test_rules_written_as_json_are_read_back_the_same() -> None:
    rules = SlotRules.model_validate(
        {"duration_minutes": 30, "horizon": {"kind": "dates", "from": "2026-11-24", "until": "2026-11-25"}}
    )
    assert SlotRules.model_validate_json(rules.model_dump_json()) == rules


def test_a_window_that_begins_and_ends_within_a_minute_holds_the_starts_between() -> None:
    window = Interval(at("09:30:01"), at("10:30:01"))
    assert clocks(find_slots(replace(request(), window=window))) == ["10:00", "10:30"]
    assert find_slots(replace(request(), window=Interval(at("10:00"), at("10:00")))) == ()
