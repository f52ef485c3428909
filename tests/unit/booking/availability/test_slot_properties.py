"""Are slots what a plain reading of the rules gives, minute by minute, and do finding and booking always agree?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from services.booking.domain.availability import (
    Busy,
    Interval,
    NoSlot,
    Resource,
    Slot,
    SlotRequest,
    SlotRules,
    StaffCalendar,
    count_by_day,
    find_slots,
    may_book_slot,
    working_intervals,
)
from services.booking.domain.availability.times import datetime_of, floor_minute, is_on_grid
from tests.unit.booking.availability.scenes import availability, every_day

ZONES = ("UTC", "Europe/Lisbon", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")
CHANGES = (
    date(2026, 3, 8),
    date(2026, 3, 29),
    date(2026, 4, 5),
    date(2026, 10, 4),
    date(2026, 10, 25),
    date(2026, 11, 1),
)
SESSIONS = [UUID(int=n) for n in range(1, 5)]
ROOMS = [UUID(int=n) for n in range(100, 103)]
NO_NEEDS: tuple[tuple[UUID, ...], ...] = ()
ONE_NEED = (tuple(ROOMS),)
TWO_NEEDS = (tuple(ROOMS[:2]), (ROOMS[0],))
SPAN = timedelta(days=2)


@st.composite
def taken(draw: st.DrawFn, start: datetime) -> tuple[Busy, ...]:
    """Some busy times in the window, some of them holds."""
    quarters = st.integers(0, int(SPAN / timedelta(minutes=15)))
    found = []
    for _ in range(draw(st.integers(0, 7))):
        begins = start + timedelta(minutes=15 * draw(quarters))
        found.append(
            Busy.between(
                begins,
                begins + timedelta(minutes=draw(st.sampled_from((0, 5, 30, 45, 120)))),
                before=draw(st.sampled_from((0, 10))),
                after=draw(st.sampled_from((0, 5, 20))),
                session_id=draw(st.sampled_from([None, *SESSIONS])),
                until=draw(st.sampled_from((None, None, start - SPAN, start + SPAN))),
                ignores_buffers=draw(st.booleans()),
            )
        )
    return tuple(found)


@st.composite
def searches(draw: st.DrawFn, *, plain: bool = False) -> SlotRequest:
    """A search around a change of the clocks, for up to three staff members and two needs (`plain`: none)."""
    zone = draw(st.sampled_from(ZONES))
    start = datetime.combine(draw(st.sampled_from(CHANGES)), datetime.min.time(), UTC) - timedelta(hours=12)
    now = start - timedelta(hours=draw(st.sampled_from((0, 1, 30))), seconds=draw(st.integers(0, 90)))
    hours = st.sampled_from(["00:00-03:15", "08:50-12:00", "13:00-17:30", "22:00-26:00", "00:00-24:00"])
    limits = st.fixed_dictionaries(
        {"bookings_per_day": st.sampled_from((None, 1, 3)), "minutes_per_week": st.sampled_from((None, 150))}
    )
    people = []
    for n in range(draw(st.integers(1, 3))):
        busy = draw(taken(start))
        weekly = every_day(*draw(st.lists(hours, max_size=2)))
        people.append(
            StaffCalendar(
                UUID(int=1000 + n),
                availability(weekly, limits=draw(limits)),
                busy,
                count_by_day(busy, zone, now),
            )
        )
    horizon: object = draw(
        st.sampled_from(
            (None,) if plain else (None, {"kind": "days", "days": 1}, {"kind": "bookable_days", "days": 1})
        )
    )
    return SlotRequest(
        rules=SlotRules.model_validate(
            {
                "duration_minutes": draw(st.sampled_from((15, 50, 90))),
                "buffer_before_minutes": draw(st.sampled_from((0, 10))),
                "buffer_after_minutes": draw(st.sampled_from((0, 15))),
                "step_minutes": draw(st.sampled_from((15, 20, 50))),
                "notice_minutes": draw(st.sampled_from((0, 45))),
                "horizon": horizon,
            }
        ),
        zone=zone,
        now=now,
        window=Interval(start, start + SPAN),
        staff=tuple(people),
        resources=tuple(Resource(one, draw(taken(start)), draw(st.integers(1, 2))) for one in ROOMS),
        needs=draw(st.sampled_from((NO_NEEDS,) if plain else (NO_NEEDS, ONE_NEED, TWO_NEEDS))),
        except_sessions=draw(st.sampled_from((frozenset(), frozenset(SESSIONS[:1])))),
        ignore_buffers=draw(st.booleans()),
    )


@settings(max_examples=50, deadline=None)
@given(searches())
def test_a_start_is_found_exactly_when_it_may_be_booked_and_lies_on_the_grid(asked: SlotRequest) -> None:
    found = {slot.starts_at: slot for slot in find_slots(asked)}
    minute = asked.window.start
    while minute < asked.window.end:
        answer = may_book_slot(asked, minute)
        on_grid = is_on_grid(floor_minute(minute), asked.rules.step_minutes, asked.zone)
        if on_grid and isinstance(answer, Slot):
            assert found.get(minute) == answer
        else:
            assert minute not in found
        minute += timedelta(minutes=5)


@settings(max_examples=60, deadline=None)
@given(searches())
def test_a_slot_for_anybody_is_one_for_each_of_those_it_names_and_for_nobody_else(asked: SlotRequest) -> None:
    for slot in find_slots(asked)[:20]:
        for person in asked.staff:
            alone = may_book_slot(asked, slot.starts_at, person.staff_id)
            if person.staff_id in slot.staff_ids:
                assert isinstance(alone, Slot)
                assert alone.staff_ids == (person.staff_id,)
            else:
                assert isinstance(alone, NoSlot)


@settings(max_examples=60, deadline=None)
@given(searches())
def test_each_need_has_a_resource_of_its_own_that_is_free_for_the_whole_slot(asked: SlotRequest) -> None:
    for slot in find_slots(asked):
        assert len(set(slot.resource_ids)) == len(asked.needs) == len(slot.resource_ids)
        assert all(one in need for one, need in zip(slot.resource_ids, asked.needs, strict=True))
        for one in asked.resources:
            if one.resource_id in slot.resource_ids:
                assert _most_at_once(asked, one.busy, slot) < one.capacity


@settings(max_examples=60, deadline=None)
@given(searches(plain=True))
def test_slots_are_what_looking_at_each_minute_would_give(asked: SlotRequest) -> None:
    found = find_slots(asked)
    for person in asked.staff:
        starts = {slot.start for slot in found if person.staff_id in slot.staff_ids}
        assert starts == _plain_starts(asked, person)


def _first_bookable(asked: SlotRequest) -> float:
    return (asked.now.timestamp() + 60 * asked.rules.notice_minutes) / 60


def _plain_starts(asked: SlotRequest, person: StaffCalendar) -> set[int]:
    """The starts of one staff member, by testing each grid minute against each rule."""
    hours = working_intervals(
        person.availability, None, asked.zone, Interval(asked.window.start - SPAN, asked.window.end + SPAN)
    )
    step, length = asked.rules.step_minutes, asked.rules.duration_minutes
    found = set()
    for minute in range(floor_minute(asked.window.start), floor_minute(asked.window.end)):
        there = datetime_of(minute).astimezone(ZoneInfo(asked.zone))
        if (there.hour * 60 + there.minute) % step or minute < _first_bookable(asked):
            continue
        start, end = datetime_of(minute), datetime_of(minute + length)
        slot = Slot(minute, minute + length, (), ())
        if (
            any(one.start <= start and end <= one.end for one in hours)
            and _within_limits(asked, person, there.date())
            and _most_at_once(asked, person.busy, slot) == 0
        ):
            found.add(minute)
    return found


def _within_limits(asked: SlotRequest, person: StaffCalendar, day: date) -> bool:
    limits = person.availability.limits
    week = day - timedelta(days=day.weekday())
    today = sum(one.bookings for one in person.booked if one.day == day)
    minutes = sum(one.minutes for one in person.booked if week <= one.day < week + timedelta(days=7))
    return (limits.bookings_per_day is None or today < limits.bookings_per_day) and (
        limits.minutes_per_week is None or minutes + asked.rules.duration_minutes <= limits.minutes_per_week
    )


def _most_at_once(asked: SlotRequest, busy: tuple[Busy, ...], slot: Slot) -> int:
    """How many are there at the fullest moment of a slot with its buffers. Half minutes, to see what has no length."""
    rules = asked.rules
    before, after = (
        (0, 0) if asked.ignore_buffers else (rules.buffer_before_minutes, rules.buffer_after_minutes)
    )
    counted = [
        one.during if asked.ignore_buffers else one.busy
        for one in busy
        if one.is_live(asked.now) and (one.session_id is None or one.session_id not in asked.except_sessions)
    ]
    since, until = slot.start - before, slot.end + after
    moments = [since + half / 2 for half in range(1, 2 * (until - since))]
    return max(
        (sum(start < moment < end or start == end == moment for start, end in counted) for moment in moments),
        default=0,
    )
