"""What happens to sessions, people and rows when staff edit a series, and when is nothing changed at all?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.domain import schedule_rows as sql
from services.booking.domain.clash import Diary, Place
from services.booking.domain.events import BookingChanged
from services.booking.domain.refusals import Refused
from services.booking.domain.results import Done, Result
from services.booking.domain.series_found import SeriesFound
from shared.ids import derive
from shared.messages.booking import EditSchedule, RefusalCode
from tests.unit.booking.series_builders import (
    ANA,
    BEN,
    BIG,
    COMMAND,
    LAMP,
    MONDAYS,
    NOW,
    SCHEDULE,
    SMALL,
    TENANT,
    Studio,
    mondays,
)

HOUR = timedelta(hours=1)


def edit(
    studio: Studio,
    number: int,
    scope: Literal["this", "following", "all"],
    found: SeriesFound | None = None,
    **changes: Any,
) -> Result:
    command = EditSchedule(
        tenant_id=TENANT, command_id=COMMAND, schedule_id=SCHEDULE, occurrence=MONDAYS[number], scope=scope, **changes
    )  # fmt: skip
    return studio.do(command, found or studio.found())


def busy(resource: Any, starts_at: datetime, length: timedelta = HOUR, **more: Any) -> Place:
    return Place(
        derive("other"), frozenset({resource}), starts_at, starts_at + length, what="Pilates", **more
    )


def refused(result: Result) -> Refused:
    assert isinstance(result, Refused), result
    return result


def test_a_substitute_for_all_is_told_to_everyone_who_is_booked_and_to_nobody_else() -> None:
    studio = Studio()
    studio.seat(0, 1)
    studio.seat(2, 2)
    assert edit(studio, 0, "all", staff_id=BEN) == Done("4 changed")
    assert studio.told == ["session_changed", "session_changed"]
    assert {studio.state(n).facts.staff_name for n in range(4)} == {"Ben"}
    [row] = studio.written(sql.PUT_SCHEDULE)
    assert BEN in row


def test_another_room_keeps_the_equipment_and_shows_its_name() -> None:
    studio = Studio()
    edit(studio, 1, "following", room_id=SMALL)
    facts = [studio.state(n).facts for n in range(4)]
    assert [f.room for f in facts] == ["Big room", *["Small room"] * 3]
    assert facts[1].resource_ids == (SMALL, LAMP)


def test_what_was_edited_for_one_date_survives_an_edit_of_all() -> None:
    """Case 24. Its own teacher stays, the new length reaches it."""
    studio = Studio()
    studio.change(1, staff_id=BEN, staff_name="Ben", overrides=("held_back", "staff_id"))
    edit(studio, 0, "all", staff_id=None, duration_minutes=90)
    facts = studio.state(1).facts
    assert (facts.staff_name, facts.ends_at - facts.starts_at) == ("Ben", timedelta(minutes=90))
    assert facts.overrides == ("held_back", "staff_id")


def test_one_date_with_values_of_its_own_says_which_they_are() -> None:
    studio = Studio()
    edit(studio, 1, "this", staff_id=BEN, starts_at_local=time(20), capacity=5)
    assert studio.state(1).facts.overrides == ("capacity", "staff_id", "starts_at")
    assert studio.written(sql.PUT_SCHEDULE) == []


@pytest.mark.parametrize(
    ("resource", "change", "who"),
    [(BEN, {"staff_id": BEN}, "Ben"), (SMALL, {"room_id": SMALL}, "Small room")],
    ids=["staff", "room"],
)
def test_a_clash_names_who_is_busy_with_what_and_when_and_changes_nothing(
    resource: Any, change: dict[str, Any], who: str
) -> None:
    studio = Studio()
    studio.taken = (busy(resource, studio.state(2).facts.starts_at + HOUR / 2),)
    result = refused(edit(studio, 0, "all", **change))
    assert result.code is RefusalCode.SLOT_TAKEN
    assert result.sentence.startswith(f"{who} is busy then: Pilates, Mon 23 Nov, 19:30–20:30.")
    assert studio.events == []


def test_a_session_does_not_clash_with_itself_and_touching_ones_do_not_clash() -> None:
    """Case 31. Half an hour later overlaps only where the session itself was."""
    studio = Studio()
    end = studio.state(0).facts.ends_at
    studio.taken = (busy(ANA, end + HOUR / 2), busy(BIG, end - 2 * HOUR))
    assert edit(studio, 0, "all", starts_at_local=time(19, 30)) == Done("4 changed")


def test_buffers_of_both_sides_keep_sessions_apart_unless_one_ignores_them() -> None:
    studio = Studio()
    start = studio.state(0).facts.starts_at
    for number in range(4):
        studio.change(number, buffers=(0, 10))
    near = busy(BEN, start + HOUR + timedelta(minutes=15), buffers=(10, 0))
    studio.taken = (near,)
    assert refused(edit(studio, 0, "all", staff_id=BEN)).code is RefusalCode.SLOT_TAKEN
    studio.taken = (replace(near, ignores_buffers=True),)
    assert isinstance(edit(studio, 0, "all", staff_id=BEN), Done)


def test_two_sessions_of_the_series_cannot_end_up_in_one_place() -> None:
    studio = Studio()
    later = studio.state(1).facts.starts_at
    studio.change(0, starts_at=later + HOUR, ends_at=later + 2 * HOUR, overrides=("starts_at",))
    result = refused(edit(studio, 1, "all", duration_minutes=90))
    assert "is busy then: Yoga" in result.sentence


def test_a_date_that_could_not_be_laid_out_does_not_stop_an_edit_but_a_new_one_that_clashes_does() -> None:
    studio = Studio()
    monday = studio.state(2).facts.starts_at
    studio.left_out = frozenset({studio.ids[2]})
    studio.taken = (busy(ANA, monday), busy(ANA, monday + timedelta(days=1)))
    assert edit(studio, 0, "all", capacity=12) == Done("3 changed")
    assert studio.written(sql.ADD_SESSION) == []
    result = refused(edit(studio, 0, "all", rrule="FREQ=WEEKLY;BYDAY=MO,TU"))
    assert "Ana is busy then" in result.sentence


def test_capacity_below_who_is_booked_is_refused_with_all_dates_and_seats() -> None:
    """Case 50. Lowering drops nobody."""
    studio = Studio()
    studio.seat(1, 1, party=4)
    studio.seat(3, 2, party=6)
    result = refused(edit(studio, 0, "all", capacity=3))
    assert result.code is RefusalCode.HAS_BOOKINGS
    assert "Mon 16 Nov, 19:00: 4 places" in result.sentence
    assert "Mon 30 Nov, 19:00: 6 places" in result.sentence
    assert edit(studio, 1, "this", capacity=4) == Done("1 changed")


def test_a_session_that_was_kept_larger_for_its_bookings_stays_so_when_the_teacher_changes() -> None:
    """Case 50. The service became smaller than who was booked before."""
    studio = Studio(mondays(capacity=2))
    studio.change(0, capacity=4)
    studio.seat(0, 1, party=4)
    assert edit(studio, 0, "all", staff_id=BEN) == Done("4 changed")
    assert [studio.state(n).facts.capacity for n in range(4)] == [4, 2, 2, 2]


def test_raising_capacity_gives_the_new_places_to_the_queue_of_each_session() -> None:
    """Case 50. In the same decision."""
    studio = Studio(mondays(capacity=1))
    for number in (0, 2):
        studio.seat(number, number + 1)
        studio.queue(number, number + 10)
    edit(studio, 0, "all", capacity=2)
    assert [studio.state(n).seats_taken for n in range(4)] == [2, 0, 2, 0]
    promoted = [e for e in studio.events if isinstance(e, BookingChanged) and e.from_waitlist]
    assert len(promoted) == 2


def test_the_end_of_a_series_cancels_for_who_is_booked_and_drops_what_nobody_booked() -> None:
    """Case 24. Everyone is told; a session with a queue is kept, too, until it is told."""
    studio = Studio()
    studio.seat(1, 1)
    studio.queue(3, 2)
    assert edit(studio, 1, "following", cancel=True) == Done("1 removed, 2 cancelled")
    assert studio.told == ["booking_cancelled"]
    assert studio.state(1).facts.cancelled
    assert studio.state(1).seats_taken == 0
    assert studio.state(3).queue == ()
    assert studio.written(sql.DROP_SESSION) == [(TENANT, studio.ids[2])]
    assert studio.state(2).facts.cancelled  # nobody books it in the same moment
    assert not studio.state(0).facts.cancelled


def test_all_dates_cancelled_switches_the_schedule_off() -> None:
    studio = Studio()
    edit(studio, 0, "all", cancel=True)
    assert studio.written(sql.END_SCHEDULE) == [(TENANT, SCHEDULE, 4)]


def test_a_date_that_the_business_cancelled_does_not_come_back_with_an_edit() -> None:
    studio = Studio()
    studio.change(2, cancelled=True)
    studio.cancelled = frozenset({studio.ids[2]})
    assert edit(studio, 0, "all", starts_at_local=time(20)) == Done("3 changed")
    assert studio.written(sql.ADD_SESSION) == []


def test_a_split_writes_both_parts_and_moves_the_later_rows_to_the_new_one() -> None:
    studio = Studio()
    edit(studio, 2, "following", starts_at_local=time(20))
    rows = studio.written(sql.PUT_SCHEDULE)
    new = derive("schedule", SCHEDULE, "split", MONDAYS[2].isoformat())
    assert [row[1] for row in rows] == [SCHEDULE, new]
    assert [row[-1] for row in rows] == [4, 0]  # the version after the stored one, and a first
    assert [(row[10], row[11]) for row in rows] == [
        (None, None)
    ] * 2  # length and capacity follow the service
    assert studio.written(sql.REHOME) == [(TENANT, each, new) for each in studio.ids[2:]]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, RefusalCode.INVALID),
        ({"staff_id": SMALL}, RefusalCode.INVALID),
        ({"room_id": LAMP}, RefusalCode.INVALID),
        ({"staff_id": derive("nobody")}, RefusalCode.INVALID),
        ({"rrule": "FREQ=HOURLY"}, RefusalCode.INVALID),
        ({"cancel": True, "capacity": 3}, RefusalCode.INVALID),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused(changes: dict[str, Any], code: RefusalCode) -> None:
    assert refused(edit(Studio(), 0, "all", **changes)).code is code


def test_a_schedule_that_is_not_there_is_not_found() -> None:
    result = edit(Studio(), 0, "all", SeriesFound(TENANT), capacity=3)
    assert refused(result).code is RefusalCode.NOT_FOUND


@given(
    st.integers(-180, 180), st.integers(1, 120), st.integers(1, 120), st.tuples(*[st.integers(0, 30)] * 4),
    st.booleans(), st.booleans(),
)  # fmt: skip
def test_what_clashes_is_what_the_database_would_refuse(
    shift: int, length: int, other: int, buffers: tuple[int, int, int, int], ignores: bool, ignored: bool
) -> None:
    """The same two conditions as the exclusion constraints: never overlapping, and with buffers unless ignored."""
    start = NOW + timedelta(minutes=shift)
    mine = Place(derive("a"), frozenset({ANA}), NOW, NOW + timedelta(minutes=length), buffers[:2], ignores)
    theirs = Place(
        derive("b"), frozenset({ANA}), start, start + timedelta(minutes=other), buffers[2:], ignored
    )
    during = max(mine.starts_at, theirs.starts_at) < min(mine.ends_at, theirs.ends_at)
    busy_then = max(mine.busy[0], theirs.busy[0]) < min(mine.busy[1], theirs.busy[1])
    expected = during or (busy_then and not ignores and not ignored)
    assert (Diary([theirs]).clash(mine) is not None) == expected
    assert Diary([replace(theirs, session_id=mine.session_id)]).clash(mine) is None
    assert Diary([replace(theirs, resources=frozenset({BEN}))]).clash(mine) is None
