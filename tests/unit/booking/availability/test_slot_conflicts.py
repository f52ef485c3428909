"""What is in the way of a slot: overlaps, buffers of both sides, things that can be used several times at once?"""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.domain.availability import Busy, NoSlot, Slot, SlotRequest, find_slots, may_book_slot
from services.booking.domain.availability.intervals import full_ranges, intersect, merge, subtract
from tests.unit.booking.availability.scenes import (
    MONDAY,
    RED_ROOM,
    at,
    availability,
    busy,
    clocks,
    every_day,
    request,
    room,
    staff,
    utc,
)

ALL_DAY = availability(every_day("00:00-24:00"))


def allowed(asked: SlotRequest, start: str) -> bool:
    return isinstance(may_book_slot(asked, at(start)), Slot)


@pytest.mark.parametrize(
    ("taken", "free"),
    [
        (("09:00", "10:00"), True),
        (("11:00", "12:00"), True),
        (("09:00", "10:01"), False),
        (("10:59", "12:00"), False),
        (("09:00", "12:00"), False),
        (("10:15", "10:30"), False),
        (("10:00", "11:00"), False),
        (("10:30", "10:30"), False),
        (("10:00", "10:00"), True),
        (("11:00", "11:00"), True),
    ],
    ids=[
        "ends as it starts", "starts as it ends", "reaches in by a minute", "starts a minute early", "around it",
        "within it", "the same", "no length, within", "no length, at its start", "no length, at its end",
    ],
)  # fmt: skip
def test_touching_is_no_conflict_but_every_overlap_is(taken: tuple[str, str], free: bool) -> None:
    """Case 26."""
    assert allowed(request(staff(busy(*taken))), "10:00") is free


def test_bookings_across_midnight_conflict_with_those_on_either_side() -> None:
    """Case 27."""
    night = Busy.between(at("23:30"), at("23:30") + timedelta(hours=1))
    asked = request(staff(night, hours=ALL_DAY), minutes=60)
    tuesday = MONDAY + timedelta(days=1)
    assert may_book_slot(asked, at("23:00")) is NoSlot.SLOT_TAKEN
    assert may_book_slot(asked, at("23:45")) is NoSlot.SLOT_TAKEN
    assert may_book_slot(asked, at("00:00", tuesday)) is NoSlot.SLOT_TAKEN
    assert isinstance(may_book_slot(asked, at("00:30", tuesday)), Slot)
    assert isinstance(may_book_slot(asked, at("22:30")), Slot)


def test_the_buffers_of_neighbour_and_newcomer_add_up() -> None:
    """Case 28."""
    rules: dict[str, object] = {"buffer_before_minutes": 15, "buffer_after_minutes": 15, "step_minutes": 15}
    neighbours = [busy("08:00", "09:00", after=15), busy("10:30", "11:30", before=15)]
    hours = availability(every_day("08:00-12:00"))
    # The gap is of 90 minutes and the newcomer takes 45 + 2 x 15 = 75, but the neighbours' own buffers leave 60.
    asked = request(staff(*neighbours, hours=hours), minutes=45, rules=rules)
    assert find_slots(asked) == ()
    wider = [neighbours[0], busy("10:45", "11:45", before=15)]
    assert clocks(find_slots(request(staff(*wider, hours=hours), minutes=45, rules=rules))) == ["09:30"]


def test_buffers_hold_rooms_as_well_as_staff() -> None:
    asked = request(
        resources=(room(busy("10:00", "10:30", before=30, after=30)),),
        needs=((RED_ROOM,),),
        rules={"buffer_after_minutes": 30},
        minutes=30,
    )
    assert clocks(find_slots(asked)) == ["11:00", "11:30"]


def test_buffers_may_lie_outside_working_hours() -> None:
    asked = request(rules={"buffer_before_minutes": 60, "buffer_after_minutes": 60})
    assert clocks(find_slots(asked)) == ["09:00", "09:30", "10:00", "10:30", "11:00"]


def test_the_business_may_ignore_buffers_but_never_a_real_overlap() -> None:
    """Case 29."""
    calendar = staff(busy("10:00", "10:30", before=30, after=30))
    rules: dict[str, object] = {"buffer_before_minutes": 15, "buffer_after_minutes": 15}
    assert clocks(find_slots(request(calendar, minutes=30, rules=rules))) == ["11:30"]
    admin = request(calendar, minutes=30, rules=rules, ignore_buffers=True)
    assert clocks(find_slots(admin)) == ["09:00", "09:30", "10:30", "11:00", "11:30"]
    assert may_book_slot(admin, at("10:15")) is NoSlot.SLOT_TAKEN


def test_a_booking_that_was_squeezed_in_has_no_buffers_of_its_own_but_the_newcomer_keeps_theirs() -> None:
    """Case 29."""
    calendar = staff(busy("10:00", "10:30", before=60, after=60, ignores_buffers=True))
    assert clocks(find_slots(request(calendar, minutes=30))) == ["09:00", "09:30", "10:30", "11:00", "11:30"]
    asked = request(calendar, minutes=30, rules={"buffer_after_minutes": 15})
    assert clocks(find_slots(asked)) == ["09:00", "10:30", "11:00", "11:30"]


def test_a_pair_back_to_back_and_one_across_both_are_two_at_once_not_three() -> None:
    """Case 30."""
    pair = (busy("09:00", "10:00"), busy("10:00", "11:00"))
    across = busy("09:00", "11:00")
    for taken, free in (((*pair, across), True), ((*pair, across, across), False)):
        asked = request(resources=(room(*taken, capacity=3),), needs=((RED_ROOM,),), minutes=120)
        assert allowed(asked, "09:00") is free


def test_three_that_start_together_fill_three_places() -> None:
    """Case 30."""
    three = [busy("10:00", "10:30")] * 3
    asked = request(resources=(room(*three, capacity=3),), needs=((RED_ROOM,),), minutes=30)
    assert clocks(find_slots(asked)) == ["09:00", "09:30", "10:30", "11:00", "11:30"]


def test_a_gap_between_full_times_is_free_only_for_what_fits_into_it() -> None:
    """Case 30."""
    taken = [*[busy("09:00", "10:00")] * 3, *[busy("10:30", "12:00")] * 3]
    place = room(*taken, capacity=3)
    assert clocks(find_slots(request(resources=(place,), needs=((RED_ROOM,),), minutes=30))) == ["10:00"]
    assert find_slots(request(resources=(place,), needs=((RED_ROOM,),), minutes=45)) == ()


def test_something_of_no_length_counts_as_one_while_others_are_there() -> None:
    taken = [busy("09:00", "12:00"), busy("10:30", "10:30")]
    asked = request(resources=(room(*taken, capacity=2),), needs=((RED_ROOM,),))
    assert clocks(find_slots(asked)) == ["09:00", "09:30", "10:30", "11:00"]


def test_what_begins_or_ends_within_a_minute_takes_the_whole_minute() -> None:
    taken = Busy.between(utc("2026-11-23 10:00:30"), utc("2026-11-23 10:29:30"))
    assert taken.during == busy("10:00", "10:30").during


def test_something_busy_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="ends before it starts"):
        busy("10:00", "09:59")


RANGES = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: (min(pair), max(pair))), max_size=8
)


def _held(ranges: list[tuple[int, int]]) -> set[int]:
    return {minute for start, end in ranges for minute in range(start, end)}


@given(RANGES, RANGES, st.integers(1, 4))
def test_ranges_are_joined_cut_and_counted_as_their_minutes_are(
    some: list[tuple[int, int]], others: list[tuple[int, int]], capacity: int
) -> None:
    ours, theirs = merge(some), merge(others)
    assert _held(ours) == _held(some)
    assert all(earlier[1] < later[0] for earlier, later in pairwise(ours))
    assert _held(subtract(ours, theirs)) == _held(ours) - _held(theirs)
    assert _held(intersect(ours, theirs)) == _held(ours) & _held(theirs)
    lasting = [one for one in some if one[0] < one[1]]
    full = {n for n in range(60) if sum(start <= n < end for start, end in lasting) >= capacity}
    assert _held(full_ranges(lasting, capacity)) == full
