"""What becomes of a series, its sessions and their bookings when this, the following or all of them are edited?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.domain.schedule import Schedule, local_of, occurrences
from services.booking.domain.series import Change, InvalidEdit, Scope, SeriesEdit, edit
from services.booking.domain.series_plan import ExistingSession, Field, SessionPlan, values_of

ANA, BEN = UUID(int=11), UUID(int=12)
ROOM = UUID(int=21)
ZONE = "Europe/Lisbon"
NOW = datetime(2026, 11, 4, 12, tzinfo=UTC)
BEFORE = date(2026, 12, 1)
MONDAYS = [datetime(2026, 11, day, 19) for day in (2, 9, 16, 23, 30)]


def weekly(**values: Any) -> Schedule:
    """Mondays at 19:00 from 2 November 2026, with Ana."""
    monday = Schedule(
        tenant_id=UUID(int=1),
        schedule_id=UUID(int=2),
        service_id=UUID(int=3),
        staff_id=ANA,
        rrule="FREQ=WEEKLY;BYDAY=MO",
        starts_on=date(2026, 11, 2),
        starts_at_local=time(19),
        duration=timedelta(hours=1),
        capacity=10,
        timezone=ZONE,
    )
    return replace(monday, **values)


def laid(*series: Schedule, booked: Sequence[datetime] = ()) -> list[ExistingSession]:
    """The rows of these schedules; those with an original start in `booked` have bookings."""
    return [
        ExistingSession(
            session_id=o.session_id,
            schedule_id=schedule.schedule_id,
            original_start=o.original_start,
            values=values_of(schedule, o),
            has_bookings=o.original_start in booked,
        )
        for schedule in series
        for o in occurrences(schedule, date(2026, 11, 1), BEFORE)
    ]


def make(
    series: Schedule | Sequence[Schedule],
    at: datetime,
    scope: Scope,
    change: Change,
    sessions: Sequence[ExistingSession] | None = None,
    now: datetime = NOW,
) -> SeriesEdit:
    pieces = [series] if isinstance(series, Schedule) else list(series)
    rows = laid(*pieces) if sessions is None else sessions
    return edit(pieces, at, scope, change, sessions=rows, now=now, before=BEFORE)


def done(result: SeriesEdit, rows: Sequence[ExistingSession]) -> list[ExistingSession]:
    """The rows after somebody carried out the plan."""
    plan = result.plan
    changes = {c.session_id: c for c in (*plan.move, *plan.change)}
    homes = dict(plan.rehome)
    gone = {*plan.remove, *plan.needs_cancel}
    kept = [r for r in rows if r.session_id not in gone]
    after = [
        replace(
            r,
            values=changes[r.session_id].new if r.session_id in changes else r.values,
            own=changes[r.session_id].own if r.session_id in changes else r.own,
            schedule_id=homes.get(r.session_id, r.schedule_id),
        )
        for r in kept
    ]
    return after + [
        ExistingSession(a.session_id, a.schedule_id, a.original_start, a.values, False, a.own)
        for a in plan.add
    ]


def shown(rows: Sequence[ExistingSession]) -> list[str]:
    """Local starts and who gives them."""
    who = {ANA: "Ana", BEN: "Ben", None: "-"}
    return [
        f"{local_of(r.values.starts_at, ZONE):%m-%d %H:%M} {who[r.values.staff_id]}"
        for r in sorted(rows, key=lambda r: r.values.starts_at)
    ]


def ids(rows: Sequence[ExistingSession]) -> dict[datetime, UUID]:
    return {r.original_start: r.session_id for r in rows}


def test_a_substitute_for_one_session_leaves_the_schedule_and_the_others_alone() -> None:
    """Case 24. Scope this."""
    rows = laid(weekly())
    result = make(weekly(), MONDAYS[1], Scope.THIS, Change(staff_id=BEN), rows)
    assert result.schedules == (weekly(),)
    assert result.changed == ()
    assert shown(done(result, rows)) == [
        "11-02 19:00 Ana", "11-09 19:00 Ben", "11-16 19:00 Ana", "11-23 19:00 Ana", "11-30 19:00 Ana",
    ]  # fmt: skip
    [override] = result.overrides
    assert (override.session_id, override.own) == (rows[1].session_id, {Field.STAFF})


def test_a_session_that_moves_by_itself_keeps_its_id_and_its_bookings() -> None:
    """Case 24. Its identity is the original local start."""
    rows = laid(weekly(), booked=[MONDAYS[1]])
    change = Change(on=date(2026, 11, 10), starts_at_local=time(20), duration=timedelta(minutes=90))
    plan = make(weekly(), MONDAYS[1], Scope.THIS, change, rows).plan
    [moved] = plan.move
    assert moved.session_id == rows[1].session_id
    assert moved.old == rows[1].values
    assert moved.new.starts_at == datetime(2026, 11, 10, 20, tzinfo=UTC)
    assert moved.new.ends_at - moved.new.starts_at == timedelta(minutes=90)
    assert plan.needs_cancel == plan.remove == plan.add == ()


def test_a_session_that_was_moved_is_found_by_its_original_start_again() -> None:
    rows = laid(weekly())
    rows = done(make(weekly(), MONDAYS[1], Scope.THIS, Change(on=date(2026, 11, 11)), rows), rows)
    rows = done(make(weekly(), MONDAYS[1], Scope.THIS, Change(starts_at_local=time(8)), rows), rows)
    assert "11-11 08:00 Ana" in shown(rows)
    assert rows[1].own == {Field.START}


def test_one_session_can_be_edited_before_it_is_laid_out() -> None:
    result = make(weekly(), MONDAYS[3], Scope.THIS, Change(capacity=4), sessions=laid(weekly())[:2])
    late = next(a for a in result.plan.add if a.original_start == MONDAYS[3])
    assert (late.values.capacity, late.own) == (4, {Field.CAPACITY})


def test_cancelling_one_session_keeps_it_away_when_sessions_are_generated_again() -> None:
    """Case 24. It is excluded from the schedule, and its row is removed: nobody had booked."""
    rows = laid(weekly())
    result = make(weekly(), MONDAYS[2], Scope.THIS, Change(cancel=True), rows)
    assert result.plan.remove == (rows[2].session_id,)
    assert rows[2].session_id not in {r.session_id for r in laid(*result.schedules)}


def test_cancelling_an_added_session_takes_the_added_date_away() -> None:
    special = datetime(2026, 11, 12, 10)
    added = weekly(extra=(special,))
    [after] = make(added, special, Scope.THIS, Change(cancel=True)).schedules
    assert ids(laid(after)) == ids(laid(weekly()))


def test_this_and_following_splits_the_series_and_keeps_all_ids() -> None:
    """Case 24. Scope future: the old schedule ends before, a new one of the same series begins."""
    rows = laid(weekly(), booked=[MONDAYS[3]])
    result = make(weekly(), MONDAYS[2], Scope.FOLLOWING, Change(staff_id=BEN), rows)
    old, new = result.schedules
    assert (old.schedule_id, old.until, old.staff_id) == (weekly().schedule_id, date(2026, 11, 15), ANA)
    assert (new.series, new.split_from, new.staff_id) == (weekly().series, weekly().schedule_id, BEN)
    after = done(result, rows)
    assert ids(after) == ids(rows)
    assert ids(laid(*result.schedules)) == ids(rows)
    assert shown(after) == [
        "11-02 19:00 Ana", "11-09 19:00 Ana", "11-16 19:00 Ben", "11-23 19:00 Ben", "11-30 19:00 Ben",
    ]  # fmt: skip
    assert set(result.plan.rehome) == {(r.session_id, new.schedule_id) for r in rows[2:]}


def test_the_same_split_done_twice_is_the_same_split() -> None:
    first = make(weekly(), MONDAYS[2], Scope.FOLLOWING, Change(starts_at_local=time(20)))
    again = make(weekly(), MONDAYS[2], Scope.FOLLOWING, Change(starts_at_local=time(20)))
    on_top = make(first.schedules, MONDAYS[2], Scope.FOLLOWING, Change(starts_at_local=time(20)))
    assert first == again
    assert on_top.schedules == first.schedules
    assert on_top.changed == ()


def test_another_time_for_all_moves_the_sessions_to_come_with_their_ids() -> None:
    """Case 24. Scope all: what has begun stays, the others move and stay who they are."""
    rows = laid(weekly(), booked=MONDAYS)
    result = make(weekly(), MONDAYS[2], Scope.ALL, Change(starts_at_local=time(20, 30)), rows)
    assert shown(done(result, rows)) == [
        "11-02 19:00 Ana", "11-09 20:30 Ana", "11-16 20:30 Ana", "11-23 20:30 Ana", "11-30 20:30 Ana",
    ]  # fmt: skip
    assert result.plan.needs_cancel == result.plan.add == result.plan.remove == ()
    assert result.plan.keep == (rows[0].session_id,)
    assert ids(laid(*result.schedules)) == ids(rows)


def test_exclusions_and_added_dates_go_along_when_all_sessions_move() -> None:
    series = weekly(excluded=(MONDAYS[1],), extra=(datetime(2026, 11, 12, 19), datetime(2026, 11, 13, 8)))
    rows = laid(series)
    result = make(series, MONDAYS[2], Scope.ALL, Change(starts_at_local=time(20)), rows)
    after = done(result, rows)
    assert ids(after) == ids(rows)
    assert ids(laid(*result.schedules)) == ids(rows)
    assert "11-12 20:00 Ana" in shown(after)
    assert "11-13 08:00 Ana" in shown(after)


def test_only_the_sessions_at_the_edited_time_move_when_there_are_several_a_day() -> None:
    rows = laid(weekly(times=(time(9),)))
    result = make(weekly(times=(time(9),)), MONDAYS[2], Scope.ALL, Change(starts_at_local=time(20)), rows)
    assert {s[6:11] for s in shown(done(result, rows))[2:]} == {"09:00", "20:00"}
    assert ids(laid(*result.schedules)) == ids(rows)


def test_a_time_that_was_given_up_and_comes_back_is_another_session() -> None:
    [moved] = make(weekly(), MONDAYS[2], Scope.ALL, Change(starts_at_local=time(20))).schedules
    both = laid(replace(moved, times=(time(19),)))
    assert len({r.session_id for r in both}) == len(both) == 10


def test_two_times_never_become_one() -> None:
    with pytest.raises(InvalidEdit, match="09:00 already"):
        make(weekly(times=(time(9),)), MONDAYS[2], Scope.ALL, Change(starts_at_local=time(9)))


def test_a_split_in_the_middle_of_a_day_leaves_the_morning_alone() -> None:
    twice = weekly(times=(time(9),))
    rows = laid(twice)
    result = make(twice, MONDAYS[2], Scope.FOLLOWING, Change(staff_id=BEN), rows)
    after = done(result, rows)
    assert ids(laid(*result.schedules)) == ids(rows)
    assert shown(after)[4:7] == ["11-16 09:00 Ana", "11-16 19:00 Ben", "11-23 09:00 Ben"]
    assert [r.values for r in laid(*result.schedules)] == [r.values for r in after]


def test_following_from_the_first_session_changes_the_schedule_itself() -> None:
    result = make(weekly(), MONDAYS[0], Scope.FOLLOWING, Change(capacity=12))
    assert result.schedules == (weekly(capacity=12),)


def test_every_other_week_stays_the_same_weeks_after_a_split() -> None:
    fortnightly = weekly(rrule="FREQ=WEEKLY;INTERVAL=2;BYDAY=MO")
    result = make(fortnightly, MONDAYS[2], Scope.FOLLOWING, Change(staff_id=BEN))
    assert ids(laid(*result.schedules)) == ids(laid(fortnightly))


def test_a_count_goes_on_counting_after_a_split() -> None:
    four = weekly(rrule="FREQ=WEEKLY;BYDAY=MO;COUNT=4")
    result = make(four, MONDAYS[1], Scope.FOLLOWING, Change(staff_id=BEN))
    assert result.schedules[1].rrule == "FREQ=WEEKLY;BYDAY=MO;COUNT=3"
    assert ids(laid(*result.schedules)) == ids(laid(four))


def test_all_reaches_every_part_of_a_series_that_was_split() -> None:
    split = make(weekly(), MONDAYS[2], Scope.FOLLOWING, Change(starts_at_local=time(20))).schedules
    rows = laid(*split)
    result = make(split, MONDAYS[1], Scope.ALL, Change(starts_at_local=time(8), staff_id=BEN), rows)
    assert {line[6:] for line in shown(done(result, rows))[1:]} == {"08:00 Ben"}
    assert ids(laid(*result.schedules)) == ids(rows) == ids(laid(weekly()))


def test_following_reaches_the_later_parts_and_not_the_earlier_ones() -> None:
    split = make(weekly(), MONDAYS[3], Scope.FOLLOWING, Change(starts_at_local=time(20))).schedules
    result = make(split, MONDAYS[2], Scope.FOLLOWING, Change(staff_id=BEN))
    assert shown(laid(*result.schedules)) == [
        "11-02 19:00 Ana", "11-09 19:00 Ana", "11-16 19:00 Ben", "11-23 20:00 Ben", "11-30 20:00 Ben",
    ]  # fmt: skip


def test_a_session_edited_by_itself_keeps_its_own_when_all_change() -> None:
    """Case 24. It keeps the field that was edited, and takes the others."""
    rows = laid(weekly())
    rows = done(make(weekly(), MONDAYS[2], Scope.THIS, Change(staff_id=None), rows), rows)
    rows = done(make(weekly(), MONDAYS[3], Scope.THIS, Change(starts_at_local=time(7)), rows), rows)
    result = make(weekly(), MONDAYS[1], Scope.ALL, Change(staff_id=BEN, starts_at_local=time(20)), rows)
    assert shown(done(result, rows))[1:] == [
        "11-09 20:00 Ben", "11-16 20:00 -", "11-23 07:00 Ben", "11-30 20:00 Ben",
    ]  # fmt: skip


def test_an_edit_of_all_may_say_that_it_goes_over_single_edits() -> None:
    rows = laid(weekly())
    rows = done(make(weekly(), MONDAYS[2], Scope.THIS, Change(staff_id=None, capacity=3), rows), rows)
    change = Change(staff_id=BEN, overwrite_own=True)
    [session] = [
        r
        for r in done(make(weekly(), MONDAYS[1], Scope.ALL, change, rows), rows)
        if r.original_start == MONDAYS[2]
    ]
    assert (session.values.staff_id, session.values.capacity, session.own) == (BEN, 3, {Field.CAPACITY})


def test_sessions_that_a_new_rule_lacks_go_and_booked_ones_are_named_for_cancelling() -> None:
    """Case 24. Instances removed from an updated series; nobody's booking goes silently."""
    rows = laid(weekly(), booked=[MONDAYS[3]])
    change = Change(rrule="FREQ=WEEKLY;BYDAY=TU")
    plan = make(weekly(), MONDAYS[2], Scope.FOLLOWING, change, rows).plan
    assert plan.remove == (rows[2].session_id, rows[4].session_id)
    assert plan.needs_cancel == (rows[3].session_id,)
    assert [a.original_start for a in plan.add] == [datetime(2026, 11, 17, 19), datetime(2026, 11, 24, 19)]
    assert plan.keep == (rows[0].session_id, rows[1].session_id)


@pytest.mark.parametrize(("scope", "left"), [(Scope.FOLLOWING, ["11-02", "11-09"]), (Scope.ALL, ["11-02"])])
def test_a_cancelled_series_keeps_only_what_comes_before_or_has_begun(scope: Scope, left: list[str]) -> None:
    """Case 24. And names the booked session."""
    rows = laid(weekly(), booked=[MONDAYS[4]])
    result = make(weekly(), MONDAYS[2], scope, Change(cancel=True), rows)
    assert [line[:5] for line in shown(done(result, rows))] == left
    assert result.plan.needs_cancel == (rows[4].session_id,)
    assert result.ended == ((weekly().schedule_id,) if scope is Scope.ALL else ())


def test_a_series_in_the_past_stays_as_it_was() -> None:
    """Case 24. An edit of all of it touches no session that has begun."""
    rows = laid(weekly(until=date(2026, 11, 30)), booked=MONDAYS)
    later = datetime(2027, 1, 1, tzinfo=UTC)
    for change in (Change(starts_at_local=time(8), staff_id=BEN), Change(cancel=True)):
        plan = make(weekly(until=date(2026, 11, 30)), MONDAYS[1], Scope.ALL, change, rows, later).plan
        assert plan == SessionPlan(keep=tuple(r.session_id for r in rows))


def test_a_session_that_has_begun_cannot_be_edited() -> None:
    """Case 24. Nor can one move to a time that has passed."""
    with pytest.raises(InvalidEdit, match="has begun"):
        make(weekly(), MONDAYS[0], Scope.THIS, Change(staff_id=BEN))
    with pytest.raises(InvalidEdit, match="has passed"):
        make(weekly(), MONDAYS[1], Scope.THIS, Change(on=date(2026, 11, 3)))


def test_todays_session_is_not_moved_to_this_morning() -> None:
    noon = datetime(2026, 11, 9, 12, tzinfo=UTC)
    rows = laid(weekly())
    result = make(weekly(), MONDAYS[2], Scope.ALL, Change(starts_at_local=time(8), staff_id=BEN), rows, noon)
    assert shown(done(result, rows))[1:3] == ["11-09 19:00 Ben", "11-16 08:00 Ben"]


@pytest.mark.parametrize(
    ("at", "scope", "change"),
    [
        (datetime(2026, 11, 10, 19), Scope.THIS, Change(staff_id=BEN)),
        (MONDAYS[1], Scope.THIS, Change(rrule="FREQ=DAILY")),
        (MONDAYS[1], Scope.ALL, Change(on=date(2026, 11, 10))),
        (MONDAYS[1], Scope.ALL, Change(cancel=True, capacity=3)),
        (MONDAYS[1], Scope.ALL, Change(capacity=0)),
        (MONDAYS[1], Scope.THIS, Change(duration=timedelta())),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused(at: datetime, scope: Scope, change: Change) -> None:
    with pytest.raises(InvalidEdit):
        make(weekly(), at, scope, change)


def test_a_rule_that_says_its_times_itself_needs_a_new_rule() -> None:
    with pytest.raises(InvalidEdit, match="BYHOUR"):
        hours = weekly(rrule="FREQ=WEEKLY;BYDAY=MO;BYHOUR=9,19")
        make(hours, MONDAYS[1], Scope.ALL, Change(starts_at_local=time(20)))


def test_a_room_and_seats_change_without_a_move() -> None:
    rows = laid(weekly())
    plan = make(weekly(), MONDAYS[1], Scope.ALL, Change(resource_ids=(ROOM,), capacity=8), rows).plan
    assert [(c.new.resource_ids, c.new.capacity) for c in plan.change] == [((ROOM,), 8)] * 4
    assert plan.move == ()


CHANGES = st.builds(
    Change,
    staff_id=st.sampled_from([ANA, BEN, None]),
    starts_at_local=st.sampled_from([None, time(8), time(20), time(21, 15)]),
    duration=st.sampled_from([None, timedelta(minutes=45)]),
    overwrite_own=st.booleans(),
)
EDITS = st.tuples(st.sampled_from(MONDAYS[1:]), st.sampled_from(Scope), CHANGES)


@given(st.lists(EDITS, max_size=6))
def test_no_edit_without_a_new_rule_or_a_cancellation_loses_a_session_or_an_id(
    edits: list[tuple[datetime, Scope, Change]],
) -> None:
    """Case 23. Whatever was edited: rows and schedules agree, and laying out again adds and takes away nothing."""
    series: tuple[Schedule, ...] = (weekly(),)
    rows = laid(weekly(), booked=MONDAYS[1:3])
    original = ids(rows)
    for at, scope, change in edits:
        result = make(series, at, scope, change, rows)
        plan = result.plan
        sorted_out = [*plan.keep, *plan.remove, *plan.needs_cancel]
        sorted_out += [c.session_id for c in (*plan.move, *plan.change)]
        assert sorted(sorted_out) == sorted(r.session_id for r in rows)
        series, rows = result.schedules, done(result, rows)
        assert ids(rows) == original == ids(laid(*series))
        general = {r.session_id: r.values for r in laid(*series)}
        assert all(r.values == general[r.session_id] for r in rows if not r.own and r.values.starts_at > NOW)
        assert {(r.session_id, r.schedule_id) for r in rows if r.values.starts_at > NOW} <= {
            (r.session_id, r.schedule_id) for r in laid(*series)
        }
