"""May an appointment be booked then, with whom and where? What one decision makes, and what the next one sees of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.domain.appointment import Colleague, Offer, Unit, fold
from services.booking.domain.availability import Availability, Busy
from services.booking.domain.availability.intervals import blocked_starts
from services.booking.domain.decisions import decide
from services.booking.domain.decisions.appointments import session_id_of
from services.booking.domain.events import SessionMade
from shared.ids import derive
from shared.messages import booking as msg
from shared.messages.booking import BookingStatus, RefusalCode
from tests.unit.booking.appointments_world import (
    ANA,
    BEA,
    BLUE,
    LASER,
    NINE_TO_FIVE,
    NOW,
    RED,
    TENANT,
    Salon,
    at,
    contact,
    offer,
    refused,
)

TAKEN, WINDOW, HOURS = RefusalCode.SLOT_TAKEN, RefusalCode.OUTSIDE_WINDOW, RefusalCode.OUTSIDE_HOURS


def taken(start: str, end: str) -> tuple[Busy, ...]:
    return (Busy.between(at(start), at(end), session_id=derive("session", "other")),)


def test_booking_a_slot_makes_its_session_with_the_service_s_facts() -> None:
    salon = Salon(offer(rooms=True, buffers=(5, 10), level="all", policy={"minimum_notice_minutes": 30}))
    shown = salon.book(1, "10:00", ANA)
    state, booking = salon.of(shown)
    facts = state.facts
    assert (facts.kind, facts.staff_name, facts.room, facts.level) == (
        "appointment",
        "Ana",
        "Red room",
        "all",
    )
    assert (facts.starts_at, facts.ends_at, facts.buffers) == (at("10:00"), at("11:00"), (5, 10))
    assert (facts.local, facts.price, facts.resource_ids) == ("Mon 23 Nov, 10:00–11:00", 3000, (RED,))
    assert (booking.status, booking.total, state.seats_taken) == (BookingStatus.CONFIRMED, 3000, 1)
    assert facts.session_id == session_id_of(booking.booking_id)  # the booking's id is its command's


def test_deciding_the_same_command_again_makes_the_same_session() -> None:
    assert Salon().session_of(Salon().book(1, "10:00")) == Salon().session_of(Salon().book(1, "10:00"))


def test_nobody_else_can_join_an_appointment() -> None:
    salon = Salon(offer(capacity=4))
    state, _ = salon.of(salon.book(1, "10:00", party_size=2))
    assert (state.facts.capacity, state.seats_left) == (2, 0)


@pytest.mark.parametrize(
    "service", [offer(capacity=2), offer(capacity=9, policy={"limits": {"party_size": 2}})]
)
def test_a_party_larger_than_the_service_takes_is_refused(service: Offer) -> None:
    assert "2 people" in refused(Salon(service).book(1, "10:00", party_size=3), RefusalCode.LIMIT_REACHED)


def test_a_time_that_somebody_has_is_refused_with_the_name_of_who_is_busy() -> None:
    salon = Salon(busy={ANA: taken("10:30", "11:00")})
    assert "with Ana" in refused(salon.book(1, "10:00", ANA), TAKEN)


def test_a_refusal_leaves_nothing_behind() -> None:
    salon = Salon(busy={ANA: taken("10:30", "11:00")})
    refused(salon.book(1, "10:00", ANA), TAKEN)
    assert salon.events == []
    assert salon.world.sessions == {}


def test_whoever_is_free_does_it_when_nobody_is_named() -> None:
    salon = Salon(busy={ANA: taken("10:30", "11:00")})
    assert salon.who(salon.book(1, "10:00")) == "Bea"


def test_appointments_go_in_turn_to_those_with_fewest_on_that_day() -> None:
    salon = Salon(busy={ANA: taken("15:00", "16:00")})
    people = [
        salon.who(salon.book(number, clock)) for number, clock in enumerate(("09:00", "10:00", "11:00"))
    ]
    assert people[0] == "Bea"
    assert sorted(people[1:], key=str) == ["Ana", "Bea"]


def test_of_two_commands_for_one_slot_in_a_batch_the_second_is_refused() -> None:
    salon = Salon()
    salon.book(1, "10:00", ANA)
    refused(salon.book(2, "10:30", ANA), TAKEN)


def test_a_slot_of_another_service_of_the_same_person_is_taken_too() -> None:
    salon = Salon()
    salon.book(1, "10:00", ANA)
    color = offer(service_id=derive("service", "color"), name="Color", duration_minutes=30)
    refused(salon.book(2, "10:30", ANA, service=color), TAKEN)


def test_buffers_of_both_sides_add_up_and_staff_can_ignore_them() -> None:
    salon = Salon(offer(buffers=(0, 15)))
    salon.book(1, "10:00", ANA)
    refused(salon.book(2, "11:00", ANA), TAKEN)
    refused(salon.book(2, "11:00", ANA, ignore_buffers=True), TAKEN)  # a customer cannot
    state, _ = salon.of(salon.book(2, "11:00", ANA, by="business", ignore_buffers=True))
    assert state.facts.ignores_buffers


def test_staff_cannot_ignore_a_real_overlap() -> None:
    salon = Salon()
    salon.book(1, "10:00", ANA)
    refused(salon.book(2, "10:59", ANA, by="business", ignore_buffers=True), TAKEN)


def test_one_free_room_of_those_that_will_do_is_picked_and_none_is_a_refusal() -> None:
    salon = Salon(offer(rooms=True), busy={RED: taken("09:00", "12:00")})
    state, _ = salon.of(salon.book(1, "10:00", ANA))
    assert (state.facts.room, state.facts.resource_ids) == ("Blue room", (BLUE,))
    assert "no room" in refused(salon.book(2, "10:00", BEA), TAKEN)


def test_a_session_shows_its_room_though_it_needs_equipment_first() -> None:
    units = (Unit(LASER, "Laser", False), Unit(RED, "Red room", True))
    state, _ = (salon := Salon(offer(units=units, needs=((LASER,), (RED,))))).of(salon.book(1, "10:00"))
    assert (state.facts.room, state.facts.resource_ids) == ("Red room", (RED, LASER))


def test_a_need_that_nothing_can_meet_any_more_is_a_refusal() -> None:
    refused(Salon(offer(needs=((),))).book(1, "10:00"), TAKEN)


def test_outside_working_hours_is_refused() -> None:
    assert "hours of Ana" in refused(Salon().book(1, "16:30", ANA), HOURS)


def test_minimum_notice_and_horizon_bind_customers_and_not_the_business() -> None:
    salon = Salon(offer(policy={"minimum_notice_minutes": 60, "horizon_days": 7}))
    salon.now = at("09:30")
    assert "1 hour before" in refused(salon.book(1, "10:00"), WINDOW)
    assert "7 days ahead" in refused(salon.book(1, "10:00", days=8), WINDOW)
    salon.of(salon.book(1, "10:00", by="business"))
    salon.of(salon.book(2, "10:00", days=8, by="business"))


def test_what_is_over_cannot_be_booked_by_anybody() -> None:
    salon = Salon()
    salon.now = at("12:00")
    assert "is over" in refused(salon.book(1, "10:00", by="business"), WINDOW)


def test_a_staff_member_s_limit_of_the_day_counts_what_this_batch_booked() -> None:
    few = Availability.model_validate(
        {**NINE_TO_FIVE.model_dump(mode="json"), "limits": {"bookings_per_day": 2}}
    )
    salon = Salon(offer(staff=(Colleague(ANA, "Ana", few),)), busy={ANA: taken("15:00", "16:00")})
    salon.book(1, "10:00")
    refused(salon.book(2, "12:00"), RefusalCode.LIMIT_REACHED)
    salon.of(salon.book(2, "12:00", days=1))


def test_nobody_is_at_two_places_at_once() -> None:
    salon = Salon()
    salon.book(1, "10:00", ANA)
    refused(salon.book(1, "10:30", BEA), RefusalCode.BOOKED_ELSEWHERE)


def test_classes_unknown_services_and_strangers_are_refused_in_words() -> None:
    salon = Salon()
    assert "fixed times" in refused(salon.book(1, "10:00", service=offer(kind="class")), RefusalCode.INVALID)
    refused(salon.book(1, "10:00", derive("somebody")), RefusalCode.INVALID)
    command = msg.BookSlot(
        tenant_id=TENANT,
        command_id=derive("c"),
        service_id=derive("s"),
        starts_at=at("10:00"),
        contact=contact(1),
    )
    refused(decide(salon.world, command, NOW).result, RefusalCode.NOT_FOUND)


# Holds, approval, and what gives the time back.


def test_a_hold_hides_the_slot_until_it_is_over() -> None:
    """Case 35."""
    salon = Salon()
    held = salon.book(1, "10:00", ANA, hold=True)
    refused(salon.book(2, "10:00", ANA), TAKEN)
    salon.now += timedelta(minutes=10)
    again = salon.book(2, "10:00", ANA, lapsed=frozenset({salon.session_of(held)}))
    assert salon.of(again)[1].status is BookingStatus.CONFIRMED
    old, _ = salon.of(held)
    assert (old.facts.cancelled, old.facts.cancel_reason, len(old.bookings)) == (True, "freed", 0)


def test_one_s_own_hold_is_confirmed_once_by_booking_its_slot() -> None:
    """Case 35."""
    salon = Salon()
    held = salon.book(1, "10:00", ANA, hold=True)
    booked = salon.book(1, "10:00")
    assert salon.session_of(booked) == salon.session_of(held)
    assert salon.of(held)[1].status is BookingStatus.CONFIRMED
    assert "reference" in refused(salon.book(1, "10:00"), RefusalCode.ALREADY_BOOKED)


def test_who_asks_again_for_the_slot_they_have_is_told_that_they_have_it() -> None:
    salon = Salon()
    salon.book(1, "10:00", ANA)
    refused(salon.book(1, "10:00", ANA), RefusalCode.ALREADY_BOOKED)
    salon.book(2, "12:00", ANA, hold=True)
    refused(salon.book(2, "12:00", ANA, hold=True), RefusalCode.ALREADY_BOOKED)


def test_a_larger_party_takes_the_place_of_one_s_own_hold_of_the_same_slot() -> None:
    salon = Salon(offer(capacity=3))
    held = salon.book(1, "10:00", ANA, hold=True)
    state, booking = salon.of(salon.book(1, "10:00", ANA, party_size=2))
    assert (state.seats_taken, booking.status) == (2, BookingStatus.CONFIRMED)
    assert salon.of(held)[0].facts.cancelled


def test_booking_another_slot_lets_one_s_own_hold_of_the_service_go() -> None:
    """Case 35."""
    salon = Salon()
    held = salon.book(1, "10:00", ANA, hold=True)
    booked = salon.book(1, "10:30", ANA)
    assert salon.of(held)[0].facts.cancelled
    assert salon.of(booked)[1].booking_id == derive(
        "command", 2
    )  # ids of a command's own booking stay its own
    salon.of(salon.book(2, "09:30", ANA))


def test_a_refused_other_slot_keeps_the_hold() -> None:
    salon = Salon()
    salon.book(2, "12:00", ANA)
    held = salon.book(1, "10:00", ANA, hold=True)
    refused(salon.book(1, "12:30", ANA), TAKEN)
    assert salon.of(held)[1].status is BookingStatus.HELD


def test_the_alarm_of_a_hold_frees_its_calendar() -> None:
    salon = Salon()
    held = salon.book(1, "10:00", ANA, hold=True)
    salon.now += timedelta(minutes=10)
    salon.settle(held)
    state, _ = salon.of(held)
    assert (state.facts.cancelled, state.due_at) == (True, None)


def test_a_cancelled_appointment_frees_exactly_its_slot() -> None:
    """Case 39."""
    salon = Salon()
    first, second = salon.book(1, "10:00", ANA), salon.book(2, "11:00", ANA)
    salon.cancel(first)
    assert salon.of(first)[0].facts.cancelled
    assert not salon.of(second)[0].facts.cancelled
    refused(salon.book(3, "10:30", ANA), TAKEN)
    salon.of(salon.book(3, "10:00", ANA))


def test_a_slot_that_awaits_approval_is_protected_and_declining_frees_it() -> None:
    """Case 39."""
    salon = Salon(offer(policy={"approval": True}))
    asked = salon.book(1, "10:00", ANA)
    state, booking = salon.of(asked)
    assert booking.status is BookingStatus.PENDING_APPROVAL
    refused(salon.book(2, "10:00", ANA), TAKEN)
    decline = msg.DecideApproval(
        tenant_id=TENANT,
        command_id=salon.new_id(),
        session_id=state.facts.session_id,
        booking_id=booking.booking_id,
        approve=False,
    )
    salon.do(decline)
    salon.of(salon.book(2, "10:00", ANA))


def test_an_appointment_that_is_over_keeps_its_session() -> None:
    salon = Salon()
    booked = salon.book(1, "10:00", ANA)
    salon.now = at("11:00")
    salon.settle(booked)
    state, booking = salon.of(booked)
    assert (state.facts.cancelled, booking.status) == (False, BookingStatus.ATTENDED)


def test_an_appointment_given_to_somebody_else_frees_the_first_one_s_time() -> None:
    """Case 39."""
    salon = Salon()
    booked = salon.book(1, "10:00", ANA)
    change = msg.ChangeSession(
        tenant_id=TENANT, command_id=salon.new_id(), session_id=salon.session_of(booked), staff_id=BEA
    )
    decided = decide(salon.world, change, salon.now)
    salon.world.sessions.update(decided.draft.sessions)
    refused(salon.book(2, "10:00", BEA), TAKEN)
    salon.of(salon.book(2, "10:00", ANA))


# Moving.


def test_an_appointment_moves_into_part_of_its_own_time() -> None:
    salon = Salon(offer(rooms=True, buffers=(0, 15)))
    booked = salon.book(1, "10:00", ANA)
    moved = salon.move(booked, "10:30")
    state, booking = salon.of(moved)
    assert (state.facts.starts_at, state.facts.staff_name) == (at("10:30"), "Ana")
    assert booking.terms.moved_from == salon.session_of(booked)
    assert salon.of(booked)[0].facts.cancelled
    refused(salon.book(2, "11:00", ANA), TAKEN)
    salon.of(salon.book(2, "09:00", ANA))


def test_a_refused_move_leaves_everything_as_it_was() -> None:
    salon = Salon(busy={ANA: taken("12:00", "13:00"), BEA: taken("12:00", "13:00")})
    booked = salon.book(1, "10:00", ANA)
    refused(salon.move(booked, "12:30"), TAKEN)
    state, booking = salon.of(booked)
    assert (booking.status, state.facts.cancelled) == (BookingStatus.CONFIRMED, False)
    assert salon.events == []


def test_a_move_stays_with_the_same_person_if_they_are_free_and_goes_to_another_if_not() -> None:
    salon = Salon(busy={ANA: taken("14:00", "15:00")})
    booked = salon.book(1, "10:00", ANA)
    moved = salon.move(booked, "12:00")
    assert salon.who(moved) == "Ana"
    assert salon.who(salon.move(moved, "14:00")) == "Bea"


def test_a_move_to_where_it_is_or_of_another_s_booking_is_refused() -> None:
    salon = Salon()
    booked = salon.book(1, "10:00", ANA)
    refused(salon.move(booked, "10:00"), RefusalCode.INVALID)
    refused(salon.move(booked, "12:00", customer_id=contact(2).customer_id), RefusalCode.NOT_FOUND)
    assert salon.who(salon.move(booked, "10:00", BEA)) == "Bea"


def test_minimum_notice_counts_for_both_ends_of_a_move_of_the_customer() -> None:
    salon = Salon(offer(policy={"minimum_notice_minutes": 180}))
    booked = salon.book(1, "12:00", ANA)
    salon.now = at("07:30")
    refused(salon.move(booked, "10:00"), WINDOW)
    salon.now = at("09:30")
    refused(salon.move(booked, "14:00"), WINDOW)
    salon.of(salon.move(booked, "14:00", by="business"))


def test_a_move_ends_a_lapsed_hold_in_its_way() -> None:
    salon = Salon()
    held = salon.book(2, "12:00", ANA, hold=True)
    booked = salon.book(1, "10:00", ANA)
    salon.now += timedelta(minutes=10)
    state, booking = salon.of(booked)
    command = msg.RescheduleToSlot(
        tenant_id=TENANT,
        command_id=salon.new_id(),
        booking_id=booking.booking_id,
        from_session_id=state.facts.session_id,
        customer_id=booking.customer_id,
        starts_at=at("12:30"),
        staff_id=ANA,
    )
    moved = salon.do(command, lapsed=frozenset({salon.session_of(held)}))
    assert salon.of(moved)[0].facts.starts_at == at("12:30")
    assert salon.of(held)[0].facts.cancelled


def test_a_lapsed_hold_of_somebody_else_s_time_is_left_to_its_alarm() -> None:
    salon = Salon()
    held = salon.book(1, "10:00", BEA, hold=True)
    salon.now += timedelta(minutes=10)
    salon.book(2, "10:00", ANA, lapsed=frozenset({salon.session_of(held)}))
    assert not salon.of(held)[0].facts.cancelled


def test_only_the_session_that_was_made_and_its_booking_happen_in_a_plain_booking() -> None:
    salon = Salon()
    salon.book(1, "10:00", ANA)
    made, booked = salon.events
    assert isinstance(made, SessionMade)
    assert booked.at == NOW  # type: ignore[union-attr]


def test_a_class_in_memory_that_was_moved_there_is_in_the_way() -> None:
    """Case 32."""
    salon = Salon(offer(rooms=True))
    state, _ = salon.of(salon.book(1, "10:00", ANA))
    yoga = replace(
        state,
        facts=replace(
            state.facts, kind="class", session_id=derive("yoga"), starts_at=at("13:00"), ends_at=at("14:00")
        ),
    )
    salon.world.sessions[(TENANT, derive("yoga"))] = yoga
    refused(salon.book(2, "13:30", ANA), TAKEN)
    assert salon.of(salon.book(2, "13:30", BEA))[0].facts.room == "Blue room"


# Searching among folded times.


@given(
    taken=st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 120)), max_size=12),
    footprint=st.integers(5, 180),
)
def test_folding_taken_times_leaves_the_same_starts(taken: list[tuple[int, int]], footprint: int) -> None:
    times = [(start, start + length) for start, length in taken]
    folded = [one.during for one in fold(times, footprint)]
    assert len(folded) <= len(times)
    assert blocked_starts(folded, 0, footprint) == blocked_starts(times, 0, footprint)
