"""Does an edit of a running timetable reach its sessions, the people in them, and nobody else?"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest

from services.booking.app import BookingService
from shared.ids import derive
from shared.messages.booking import RefusalCode
from tests.integration.booking import series_studio as at
from tests.integration.booking.conftest import Studio
from tests.integration.conftest import eventually

pytestmark = pytest.mark.usefixtures("booking")


async def test_raising_the_capacity_of_a_session_promotes_who_waits_for_it(studio: Studio) -> None:
    """Case 50. In the order in which they joined, and not more than fit."""
    [session_id, *_] = await at.rows(studio, "Private")
    await studio.book(session_id, studio.contact(1))
    for number in (2, 3, 4):
        assert (await at.join(studio, session_id, number)).entry is not None

    outcome = await at.change(studio, session_id, capacity=3)

    assert outcome.session is not None
    assert (outcome.session.capacity, outcome.session.seats_left) == (3, 0)
    assert await studio.seats(session_id) == (3, 3)
    assert [len((await studio.bookings_of(studio.contact(n))).bookings) for n in (2, 3, 4)] == [1, 1, 0]


async def test_raising_the_capacity_of_a_series_promotes_in_each_of_its_sessions(studio: Studio) -> None:
    """Case 50. An edit of all does what an edit of each would do."""
    [first, second, *_] = (await at.rows(studio, "Private")).values()
    for row, offset in ((first, 0), (second, 10)):
        await studio.book(row["id"], studio.contact(offset + 1))
        await at.join(studio, row["id"], offset + 2)

    noon = at.schedule_id(studio, "noon")
    outcome = await at.edit(studio, first["local_start"], "all", schedule=noon, capacity=2)

    assert outcome.refusal is None
    assert [await studio.seats(row["id"]) for row in (first, second)] == [(2, 2), (2, 2)]


async def test_lowering_the_capacity_below_who_is_booked_is_refused_and_names_the_date(
    studio: Studio,
) -> None:
    """Case 50. Nobody is dropped silently, in one session or in a series."""
    [row, *_] = (await at.rows(studio)).values()
    await studio.book(row["id"], studio.contact(1), party=4)

    one = await at.change(studio, row["id"], capacity=3)
    series = await at.edit(studio, row["local_start"], "all", capacity=3)
    fits = await at.edit(studio, row["local_start"], "all", capacity=4)

    for refused in (one, series):
        assert refused.refusal is not None
        assert refused.refusal.code == RefusalCode.HAS_BOOKINGS
    assert "4 places are taken" in (series.refusal.sentence if series.refusal else "")
    assert fits.refusal is None
    assert {r["capacity"] for r in (await at.rows(studio)).values()} == {4}
    assert await studio.seats(row["id"]) == (4, 4)


async def test_a_substitute_for_one_date_is_told_to_who_is_booked_and_stays_when_the_timetable_is_laid_again(
    studio: Studio,
) -> None:
    ben = await at.add_staff(studio, "Ben")
    [row, other, *_] = (await at.rows(studio)).values()
    await studio.book(row["id"], studio.contact(1))
    told = await at.listen(studio)

    outcome = await at.change(studio, row["id"], staff_id=ben)
    await at.lay_again(studio, datetime.now(UTC))

    assert outcome.session is not None
    assert outcome.session.staff_name == "Ben"
    after = await at.rows(studio)
    assert (after[row["id"]]["staff_id"], after[row["id"]]["overrides"]) == (ben, ["staff_id"])
    assert after[other["id"]]["staff_id"] == derive("staff", studio.tenant_id, "ana")
    await eventually(lambda: told.all == [("session_changed", "Customer 1")])


async def test_a_substitute_who_is_busy_then_is_refused_by_name_and_with_what(studio: Studio) -> None:
    [yoga, *_] = (await at.rows(studio)).values()
    [private, *_] = (await at.rows(studio, "Private")).values()
    ana = derive("staff", studio.tenant_id, "ana")

    outcome = await at.change(studio, private["id"], staff_id=ana, starts_at=yoga["starts_at"])

    assert outcome.refusal is not None
    assert outcome.refusal.code == RefusalCode.SLOT_TAKEN
    assert "Ana (Yoga, " in outcome.refusal.sentence
    assert (await at.rows(studio, "Private"))[private["id"]]["staff_id"] is None


async def test_somebody_who_does_not_exist_cannot_stand_in(studio: Studio) -> None:
    [session_id, *_] = await at.rows(studio)
    [row, *_] = (await at.rows(studio)).values()
    room = await at.add_room(studio, "Room 1")
    for outcome in (
        await at.change(studio, session_id, staff_id=UUID(int=1)),
        await at.change(studio, session_id, staff_id=room),
        await at.edit(studio, row["local_start"], "all", staff_id=room),
        await at.edit(studio, row["local_start"], "all", room_id=UUID(int=1)),
    ):
        assert outcome.refusal is not None
        assert outcome.refusal.code == RefusalCode.INVALID


async def test_a_room_change_of_one_date_and_of_the_series_is_seen_by_who_books(studio: Studio) -> None:
    big, small = await at.add_room(studio, "Big room"), await at.add_room(studio, "Small room")
    [first, second, *_] = (await at.rows(studio)).values()

    assert (await at.change(studio, first["id"], room_id=small)).refusal is None
    assert (await at.edit(studio, first["local_start"], "all", room_id=big)).refusal is None

    booked = [await studio.book(each["id"], studio.contact(1)) for each in (first, second)]
    assert [b.booking.session.room for b in booked if b.booking] == ["Small room", "Big room"]
    after = list((await at.rows(studio)).values())
    assert [row["resource_ids"] for row in after[:2]] == [[small], [big]]
    assert {row["resource_ids"][0] for row in after[1:]} == {big}


async def test_two_classes_cannot_be_put_into_one_room(studio: Studio) -> None:
    room = await at.add_room(studio, "Room 1")
    [yoga, *_] = (await at.rows(studio)).values()
    [private, *_] = (await at.rows(studio, "Private")).values()
    assert (await at.edit(studio, yoga["local_start"], "all", room_id=room)).refusal is None

    outcome = await at.edit(
        studio, private["local_start"], "all", schedule=at.schedule_id(studio, "noon"), room_id=room,
        starts_at_local=time(18, 30),
    )  # fmt: skip

    assert outcome.refusal is not None
    assert outcome.refusal.code == RefusalCode.SLOT_TAKEN
    assert "Room 1 is busy then: Yoga, " in outcome.refusal.sentence
    assert {row["local"].time() for row in (await at.rows(studio, "Private")).values()} == {time(12)}


async def test_editing_this_date_only_moves_it_and_keeps_its_id_and_its_bookings(studio: Studio) -> None:
    """Case 24. Scope this: the others stay, also when the timetable is laid again."""
    before = await at.rows(studio)
    [row, *_] = before.values()
    await studio.book(row["id"], studio.contact(1))
    told = await at.listen(studio)

    outcome = await at.edit(studio, row["local_start"], "this", starts_at_local=time(20))

    assert outcome.refusal is None
    assert await at.lay_again(studio, datetime.now(UTC)) == 0
    after = await at.rows(studio)
    assert list(after) == list(before)
    assert [r["local"].time() for r in after.values()][:3] == [time(20), time(19), time(19)]
    [mine] = (await studio.bookings_of(studio.contact(1))).bookings
    assert mine.session.starts_at == row["starts_at"] + timedelta(hours=1)
    await eventually(lambda: told.all == [("session_changed", "Customer 1")])


async def test_editing_this_and_the_following_splits_the_series_and_keeps_all_ids(studio: Studio) -> None:
    """Case 24. Scope following: what comes before stays with the first schedule."""
    before = await at.rows(studio)
    chosen = list(before.values())[5]

    outcome = await at.edit(studio, chosen["local_start"], "following", starts_at_local=time(20), capacity=8)

    assert outcome.refusal is None
    assert await at.lay_again(studio, datetime.now(UTC)) == 0
    after = await at.rows(studio)
    assert list(after) == list(before)
    times = [(r["local"].time(), r["capacity"]) for r in after.values()]
    assert times == [(time(19), 10)] * 5 + [(time(20), 8)] * (len(before) - 5)
    pieces = [r["schedule_id"] for r in after.values()]
    assert set(pieces[:5]) == {at.schedule_id(studio)}
    assert len(set(pieces[5:])) == 1
    assert pieces[5] != pieces[0]


async def test_editing_all_after_a_split_reaches_both_parts_and_a_later_edit_rests_on_it(
    studio: Studio,
) -> None:
    """Case 24. Scope all, on a series in two pieces, addressed by either of its schedules."""
    ben = await at.add_staff(studio, "Ben")
    before = await at.rows(studio)
    chosen = list(before.values())[5]
    await at.edit(studio, chosen["local_start"], "following", starts_at_local=time(20))
    later = (await at.rows(studio))[chosen["id"]]["schedule_id"]

    everyone = await at.edit(studio, chosen["local_start"], "all", schedule=later, staff_id=ben)
    again = await at.edit(studio, chosen["local_start"], "all", schedule=later, duration_minutes=90)

    assert (everyone.refusal, again.refusal) == (None, None)
    after = await at.rows(studio)
    assert list(after) == list(before)
    assert {r["staff_id"] for r in after.values()} == {ben}
    assert {r["ends_at"] - r["starts_at"] for r in after.values()} == {timedelta(minutes=90)}
    assert [r["local"].time() for r in after.values()][4:6] == [time(19), time(20)]


async def test_a_date_that_leaves_the_series_is_cancelled_for_who_is_booked_and_gone_where_nobody_was(
    studio: Studio,
) -> None:
    """Case 24. A booked session of an updated series is cancelled as the business: everyone told, nothing owed."""
    before = list((await at.rows(studio)).values())
    booked, empty = before[0], before[1]
    for number in (1, 2):
        await studio.book(booked["id"], studio.contact(number))
    told = await at.listen(studio)

    for row in (booked, empty):
        assert (await at.edit(studio, row["local_start"], "this", cancel=True)).refusal is None

    await eventually(
        lambda: told.all == [("booking_cancelled", "Customer 1"), ("booking_cancelled", "Customer 2")]
    )
    assert await studio.count("sessions", f"id = '{empty['id']}'") == 0
    assert await studio.count("sessions", f"id = '{booked['id']}' AND status = 'cancelled'") == 1
    assert await studio.count("bookings", "status = 'cancelled' AND cancelled_by = 'business'") == 2
    assert await at.lay_again(studio, datetime.now(UTC)) == 0
    assert [r["id"] for r in (await at.rows(studio)).values()] == [r["id"] for r in before[2:]]


async def test_a_series_that_ends_is_cancelled_from_that_date_on(studio: Studio) -> None:
    before = list((await at.rows(studio)).values())
    await studio.book(before[10]["id"], studio.contact(1))

    outcome = await at.edit(studio, before[3]["local_start"], "following", cancel=True)

    assert outcome.done is not None
    assert outcome.done.endswith("1 cancelled")
    assert await at.lay_again(studio, datetime.now(UTC)) == 0
    assert [r["id"] for r in (await at.rows(studio)).values()] == [r["id"] for r in before[:3]]
    assert (await studio.bookings_of(studio.contact(1))).bookings == ()


async def test_another_rule_adds_and_removes_dates_and_an_unknown_schedule_is_not_found(
    studio: Studio,
) -> None:
    [row, *_] = (await at.rows(studio)).values()

    wrong = await at.edit(studio, row["local_start"], "all", schedule=UUID(int=5), capacity=3)
    nothing = await at.edit(studio, row["local_start"], "all")
    unreadable = await at.edit(studio, row["local_start"], "all", rrule="FREQ=SOMETIMES")
    outcome = await at.edit(studio, row["local_start"], "all", rrule="FREQ=DAILY;BYHOUR=9,19")

    codes = [o.refusal.code if o.refusal else None for o in (wrong, nothing, unreadable)]
    assert codes == [RefusalCode.NOT_FOUND, RefusalCode.INVALID, RefusalCode.INVALID]
    assert outcome.refusal is None
    after = await at.rows(studio)
    assert {r["local"].time() for r in after.values()} == {time(9), time(19)}
    assert row["id"] in after
    assert await at.lay_again(studio, datetime.now(UTC)) == 0


async def test_another_tenants_schedule_is_not_found(studio: Studio, other_studio: Studio) -> None:
    [row, *_] = (await at.rows(other_studio)).values()
    theirs = at.schedule_id(other_studio)

    outcome = await at.edit(studio, row["local_start"], "all", schedule=theirs, capacity=1)

    assert outcome.refusal is not None
    assert outcome.refusal.code == RefusalCode.NOT_FOUND
    assert {r["capacity"] for r in (await at.rows(other_studio)).values()} == {10}


async def test_edits_of_the_same_series_at_once_all_count(studio: Studio, booking: BookingService) -> None:
    """Two pieces of one series belong to different writers' queues: no edit may rest on rows that are out of date."""
    ben = await at.add_staff(studio, "Ben")
    rows = list((await at.rows(studio)).values())
    await at.edit(studio, rows[5]["local_start"], "following", starts_at_local=time(20))
    later = (await at.rows(studio))[rows[5]["id"]]["schedule_id"]

    outcomes = await asyncio.gather(
        at.edit(studio, rows[0]["local_start"], "all", capacity=7),
        at.edit(studio, rows[5]["local_start"], "all", schedule=later, staff_id=ben),
    )

    assert [o.refusal for o in outcomes] == [None, None]
    assert {(r["capacity"], r["staff_id"]) for r in (await at.rows(studio)).values()} == {(7, ben)}


async def test_lowering_capacity_while_places_are_booked_never_leaves_more_people_than_seats(
    studio: Studio,
) -> None:
    """Case 50. Either the edit sees the bookings and is refused, or the bookings see the smaller room."""
    rows = list((await at.rows(studio)).values())[:3]
    for row in rows:
        await studio.book(row["id"], studio.contact(50), party=4)

    edited, *booked = await asyncio.gather(
        at.edit(studio, rows[0]["local_start"], "all", capacity=5),
        *(studio.book(row["id"], studio.contact(n)) for n in range(1, 5) for row in rows),
    )

    after = await at.rows(studio)
    for row in rows:
        taken, counted = await studio.seats(row["id"])
        assert (
            taken
            == counted
            == 4 + sum(o.booking is not None and o.booking.session.session_id == row["id"] for o in booked)
        )
        assert taken <= after[row["id"]]["capacity"]
    assert {r["capacity"] for r in after.values()} == ({10} if edited.refusal else {5})
