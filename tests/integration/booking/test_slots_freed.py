"""Which slots are free, on the real tables: classes, holds, cancelled, declined, moved and reassigned appointments."""

from __future__ import annotations

from datetime import timedelta

import asyncpg
import pytest

from services.booking.slot_queries import Slots
from shared.bus import Bus
from shared.db import Database
from shared.messages.booking import (
    BookingStatus,
    ChangeSession,
    CommandOutcome,
    DecideApproval,
    RefusalCode,
)
from tests.integration.booking.slots_salon import Salon

ALL = ["09:00", "10:00", "11:00", "12:00"]
WITHOUT_TEN = ["09:00", "11:00", "12:00"]


@pytest.fixture
async def salon(db: Database, bus: Bus) -> Salon:
    made = Salon(db, bus)
    await made.open()
    return made


def code(outcome: CommandOutcome) -> str:
    return "booked" if outcome.booking else outcome.refusal.code if outcome.refusal else "?"


async def test_what_is_booked_is_stored_with_its_times_and_no_longer_free(salon: Salon) -> None:
    assert await salon.starts() == ALL
    (outcome,) = await salon.do(salon.slot(1, "10:00"))
    assert outcome.booking is not None
    assert (outcome.booking.status, outcome.booking.session.staff_name) == (BookingStatus.CONFIRMED, "Ana")
    assert await salon.starts() == WITHOUT_TEN
    assert await salon.count("sessions WHERE kind = 'appointment' AND seats_taken = 1 AND capacity = 1") == 1
    assert await salon.count("occupancies") == 1


async def test_a_class_blocks_the_slots_of_its_teacher_and_of_its_room_and_the_other_way_round(
    salon: Salon,
) -> None:
    """Case 32."""
    await salon.put_class("10:00", "Ana")
    await salon.put_class("12:00", None, "Red")
    assert await salon.starts() == WITHOUT_TEN
    assert await salon.starts(service="Massage", staff="Bea") == ["09:00", "10:00", "11:00"]
    (by_teacher,) = await salon.do(salon.slot(1, "10:30"))
    (by_room,) = await salon.do(salon.slot(1, "12:30", "Massage", "Bea"))
    assert (code(by_teacher), code(by_room)) == (RefusalCode.SLOT_TAKEN, RefusalCode.SLOT_TAKEN)
    await salon.do(salon.slot(1, "14:00", "Massage", "Bea"))
    for staff, room in (("Bea", None), (None, "Red")):
        with pytest.raises(asyncpg.ExclusionViolationError):
            await salon.put_class("14:30", staff, room)


async def test_a_hold_hides_its_slot_from_others_also_of_another_service_and_not_from_its_owner(
    salon: Salon,
) -> None:
    """Case 35."""
    (held,) = await salon.do(salon.slot(1, "10:00", hold=True))
    assert held.booking is not None
    assert await salon.starts() == WITHOUT_TEN
    assert await salon.starts(service="Colour") == WITHOUT_TEN
    assert await salon.starts(booking_id=held.booking.booking_id) == ALL
    (other,) = await salon.do(salon.slot(2, "10:30", "Colour"))
    (mine,) = await salon.do(salon.slot(1, "10:00"))
    assert code(other) == RefusalCode.SLOT_TAKEN
    assert mine.booking is not None
    assert mine.booking.booking_id == held.booking.booking_id


async def test_a_hold_that_is_over_is_free_though_no_alarm_rang_and_its_place_can_be_taken(
    salon: Salon,
) -> None:
    """Case 35."""
    (held,) = await salon.do(salon.slot(1, "10:00", hold=True))
    assert held.booking is not None
    salon.now += timedelta(minutes=10)
    assert await salon.starts() == ALL
    (other,) = await salon.do(salon.slot(2, "10:30"))
    assert code(other) == "booked"
    assert await salon.count("bookings WHERE status = 'expired'") == 1
    assert await salon.count("sessions WHERE status = 'cancelled' AND cancel_reason = 'freed'") == 1


async def test_booking_another_slot_gives_one_s_hold_back(salon: Salon) -> None:
    """Case 35."""
    await salon.do(salon.slot(1, "10:00", hold=True))
    (booked,) = await salon.do(salon.slot(1, "10:30"))
    assert code(booked) == "booked"
    assert await salon.starts() == ["09:00", "12:00"]
    assert await salon.count("bookings WHERE status = 'cancelled'") == 1


async def test_a_cancelled_appointment_frees_exactly_its_slot(salon: Salon) -> None:
    """Case 39."""
    first, second = await salon.do(salon.slot(1, "10:00"), salon.slot(2, "11:00"))
    assert await salon.starts() == ["09:00", "12:00"]
    await salon.do(salon.cancel(first, 1))
    assert await salon.starts() == ["09:00", "10:00", "12:00"]
    (again,) = await salon.do(salon.slot(3, "10:00"))
    assert (code(again), code(second)) == ("booked", "booked")


async def test_booking_cancelling_and_booking_again_in_one_batch_leaves_one_appointment(salon: Salon) -> None:
    """Case 39."""
    first = salon.slot(1, "10:00")
    (booked,) = await salon.do(first)
    outcomes = await salon.do(salon.cancel(booked, 1), salon.slot(2, "10:00"), salon.slot(3, "10:00"))
    assert [code(each) for each in outcomes[1:]] == ["booked", RefusalCode.SLOT_TAKEN]
    assert await salon.count("occupancies") == 1


async def test_a_slot_that_awaits_approval_is_protected_and_declining_it_frees_it(salon: Salon) -> None:
    """Case 39."""
    await salon.run("UPDATE booking.services SET policy = '{\"approval\": true}'")
    (asked,) = await salon.do(salon.slot(1, "10:00"))
    assert asked.booking is not None
    assert asked.booking.status == BookingStatus.PENDING_APPROVAL
    (other,) = await salon.do(salon.slot(2, "10:00"))
    assert code(other) == RefusalCode.SLOT_TAKEN
    decline = DecideApproval(
        tenant_id=salon.tenant_id,
        command_id=salon.id_of("decline"),
        session_id=asked.booking.session.session_id,
        booking_id=asked.booking.booking_id,
        approve=False,
    )
    await salon.do(decline)
    assert await salon.starts() == ALL


async def test_an_appointment_given_to_somebody_else_frees_the_first_one_s_time(salon: Salon) -> None:
    """Case 39."""
    (booked,) = await salon.do(salon.slot(1, "10:00"))
    assert booked.booking is not None
    change = ChangeSession(
        tenant_id=salon.tenant_id,
        command_id=salon.id_of("change"),
        session_id=booked.booking.session.session_id,
        staff_id=salon.id_of("Bea"),
    )
    await salon.do(change)
    assert await salon.starts() == ALL
    assert await salon.starts(staff="Bea") == WITHOUT_TEN


async def test_an_appointment_moves_into_part_of_its_own_time(salon: Salon) -> None:
    """Case 31."""
    (booked,) = await salon.do(salon.slot(1, "10:00", "Massage"))
    assert booked.booking is not None
    (moved,) = await salon.do(salon.move(booked, 1, "10:30"))
    assert moved.booking is not None
    assert moved.booking.booking_id == booked.booking.booking_id
    assert (moved.booking.session.starts_at, moved.booking.session.room) == (salon.at("10:30"), "Red")
    assert await salon.starts() == ["09:00", "12:00"]
    assert await salon.count("bookings") == 1
    assert await salon.count("outbox WHERE subject LIKE '%booking_rescheduled'") == 1


async def test_slots_come_in_local_times_of_the_business_and_of_the_customer(salon: Salon) -> None:
    found = await salon.find("09:00", "09:30", timezone="Asia/Tokyo")
    here, there = found.slots[0].local, found.slots[0].local_for_customer
    assert found.slots[0].timezone == "Europe/Lisbon"
    assert here.endswith(("09:00–10:00", "10:00–11:00"))
    assert there is not None
    assert there.endswith("18:00–19:00")
    assert (await salon.find("09:00", "09:30", timezone="Mars/Base")).slots[0].local_for_customer is None


async def test_when_nothing_is_free_in_the_range_the_nearest_after_it_are_offered(salon: Salon) -> None:
    await salon.do(*(salon.slot(number, f"{9 + number:02}:00") for number in range(3)))
    found = await salon.find("09:00", "11:30")
    assert found.slots == ()
    assert [f"{slot.starts_at:%H:%M}" for slot in found.alternatives] == ["12:00", "12:15", "12:30"]


async def test_a_refused_slot_comes_with_the_nearest_ones_that_are_free(salon: Salon) -> None:
    await salon.do(salon.slot(1, "10:00"))
    refused = salon.slot(2, "10:00")
    moves = await Slots(salon.db, salon.clock).alternatives(refused)
    assert [f"{move.slot.starts_at:%H:%M}" for move in moves if move.slot] == ["09:00", "11:00", "08:45"]
    assert {move.move for move in moves} == {"book_slot"}
    (other,) = await salon.do(
        refused.model_copy(update={"starts_at": salon.at("11:00"), "command_id": salon.id_of("x")})
    )
    assert code(other) == "booked"


async def test_another_tenant_s_service_has_no_slots_and_cannot_be_booked(
    salon: Salon, db: Database, bus: Bus
) -> None:
    stranger = Salon(db, bus)
    await stranger.open()
    command = salon.slot(1, "10:00").model_copy(
        update={"tenant_id": stranger.tenant_id, "contact": stranger.contact(1)}
    )
    (outcome,) = await stranger.do(command)
    assert code(outcome) == RefusalCode.NOT_FOUND


async def test_a_listed_slot_is_one_that_can_be_booked_and_any_other_is_not(salon: Salon) -> None:
    await salon.run("UPDATE booking.services SET buffer_before_minutes = 5, buffer_after_minutes = 20")
    await salon.put_class("11:00", "Ana")
    await salon.do(salon.slot(1, "09:00"), salon.slot(2, "13:20", "Massage", "Bea"))
    for service, staff in (("Haircut", "Ana"), ("Massage", "Ana"), ("Massage", None)):
        found = await salon.find("08:00", "16:00", service, staff, limit=500)
        listed = {slot.starts_at: slot.staff_ids for slot in found.slots}
        assert listed
        for quarter in range(32):
            start = salon.at("08:00") + timedelta(minutes=15 * quarter)
            wanted = salon.slot(9, "08:00", service, staff).model_copy(update={"starts_at": start})
            batch = await salon.decided(wanted)
            booked = [facts.staff_id for facts in batch.rows.made.values()]
            assert bool(booked) == (start in listed), start
            assert not booked or booked[0] in listed[start]


async def test_limits_of_staff_hide_their_full_days(salon: Salon) -> None:
    await salon.run(
        'UPDATE booking.staff SET availability = availability || \'{"limits": {"bookings_per_day": 1}}\' WHERE id = $1',
        salon.id_of("Ana"),
    )
    await salon.do(salon.slot(1, "20:00"))
    assert await salon.starts() == []
    assert await salon.starts(staff="Bea") == ALL
    (outcome,) = await salon.do(salon.slot(2, "10:00"))
    assert code(outcome) == RefusalCode.LIMIT_REACHED


async def test_whoever_had_an_appointment_longest_ago_is_next_when_all_have_as_many(salon: Salon) -> None:
    who = []
    for number, clock in enumerate(("08:00", "10:00", "12:00", "14:00")):
        salon.now += timedelta(minutes=1)
        (outcome,) = await salon.do(salon.slot(number, clock, staff=None))
        assert outcome.booking is not None
        who.append(outcome.booking.session.staff_name)
    assert sorted(who[:2], key=str) == sorted(who[2:], key=str) == ["Ana", "Bea"]
    assert who[2] == who[0]


async def test_a_repeated_command_gets_its_first_answer_and_makes_one_appointment(salon: Salon) -> None:
    command = salon.slot(1, "10:00")
    (first,) = await salon.do(command)
    (again,) = await salon.do(command)
    assert again == first
    assert await salon.count("sessions") == 1
