"""What becomes of an offer: taken, declined, too late, given back, not paid?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.booking.domain.decisions import queueing, waitlist
from services.booking.domain.decisions.waitlist import EndedEntry
from services.booking.domain.events import PaymentDropped
from services.booking.domain.policy import ServicePolicy
from services.booking.domain.refusals import Refused
from services.booking.domain.results import EntryShown
from shared.ids import derive
from shared.messages.booking import BookingStatus, RefusalCode
from tests.unit.booking.waitlist.waitlist_world import (
    ASKING,
    MAIN,
    START,
    Studio,
    facts,
    person,
    refused,
    shown,
)

BROADCAST = START - timedelta(minutes=50)


def offered_to_first(people: int = 2, policy: ServicePolicy = ASKING) -> Studio:
    """A full session whose first in line has just been offered a place."""
    studio = Studio(facts(policy=policy))
    for number in range(1, people + 1):
        studio.join(number)
    studio.free(1)
    assert studio.offered() == [1]
    return studio


def offered_for_card(people: int = 2) -> Studio:
    """The same, and the first has to pay 15.00 by card before the place is confirmed."""
    studio = Studio()
    studio.join(1, method="card")
    for number in range(2, people + 1):
        studio.join(number, method="card")
    studio.free(1)
    assert studio.offered() == [1]
    return studio


def test_an_accepted_offer_is_a_booking_and_the_wait_is_over() -> None:
    studio = offered_to_first()
    held = studio.place(1)
    result = studio.answer(1, True)
    assert isinstance(result, EntryShown) and result.booking is not None
    assert result.event.entry.status == "accepted"
    assert held is not None and result.booking.booking.booking_id == held.booking_id
    assert result.booking.booking.status is BookingStatus.CONFIRMED
    assert not result.booking.from_waitlist  # asked for at this moment, unlike a promotion
    assert studio.entry(1) is None


def test_a_declined_offer_goes_to_the_next_at_once() -> None:
    studio = offered_to_first()
    assert shown(studio.answer(1, False)).status == "declined"
    assert (studio.place(1), studio.offered(), studio.state().seats_left) == (None, [2], 0)


def test_an_offer_that_was_not_answered_ends_and_goes_to_the_next_when_the_alarm_is_late_too() -> None:
    studio = offered_to_first()
    entry_id = studio.entry_id(1)
    studio.now += timedelta(minutes=30)
    refused(studio.answer(1, True, entry_id), RefusalCode.OFFER_EXPIRED)  # nobody rang
    assert (studio.status(1), studio.offered()) == ("expired", [2])
    assert studio.heard(1) == ["offer_made", "offer_lapsed"]


def test_an_answer_long_after_the_offer_ended_hears_how_it_ended() -> None:
    studio = offered_to_first()
    entry_id = studio.entry_id(1)
    studio.at(studio.now + timedelta(minutes=30))
    expired = EndedEntry(person(1), "expired")
    refused(studio.answer(1, True, entry_id, extra=expired), RefusalCode.OFFER_EXPIRED)
    accepted = EndedEntry(person(1), "accepted")
    refused(studio.answer(1, True, entry_id, extra=accepted), RefusalCode.WRONG_STATE)
    refused(studio.answer(2, True, entry_id, extra=expired), RefusalCode.NOT_FOUND)


@pytest.mark.parametrize("accept", [True, False])
def test_answering_what_was_not_offered_is_a_conflict_not_a_crash(accept: bool) -> None:
    """Case 52."""
    studio = offered_to_first(3)
    refused(studio.answer(3, accept), RefusalCode.WRONG_STATE)
    refused(studio.answer(1, accept, studio.entry_id(3)), RefusalCode.NOT_FOUND)
    refused(studio.answer(1, accept, derive("nothing")), RefusalCode.NOT_FOUND)
    assert [studio.status(n) for n in (1, 2, 3)] == ["offered", "waiting", "waiting"]


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("then", [True, False])
def test_a_second_answer_is_a_conflict_not_a_crash(first: bool, then: bool) -> None:
    """Case 52."""
    studio = offered_to_first()
    entry_id = studio.entry_id(1)
    shown(studio.answer(1, first))
    taken = studio.state().seats_taken
    ended = EndedEntry(person(1), "accepted" if first else "declined")
    refused(studio.answer(1, then, entry_id, extra=ended), RefusalCode.WRONG_STATE)
    assert studio.state().seats_taken == taken


def test_accepting_a_place_that_already_waits_for_its_payment_is_a_conflict() -> None:
    """Case 52."""
    studio = offered_for_card()
    studio.answer(1, True)
    assert "waits for its payment" in refused(studio.answer(1, True), RefusalCode.WRONG_STATE).sentence


def test_who_was_blocked_since_cannot_take_the_offer() -> None:
    studio = offered_to_first()
    studio.account(1, blocked=True)
    refused(studio.answer(1, True), RefusalCode.CUSTOMER_BLOCKED)
    assert studio.offered() == [1]


def test_a_cancelled_session_says_so_to_a_late_answer() -> None:
    studio = offered_to_first()
    entry_id = studio.entry_id(1)
    draft = studio.draft("close")
    waitlist.close(draft, studio.state().facts.session_id, "cancelled")
    studio.keep(draft)
    studio.change(cancelled=True)
    assert studio.place(1) is None
    assert [studio.heard(n)[-1] for n in (1, 2)] == ["waitlist_closed"] * 2
    ended = EndedEntry(person(1), "expired")
    refused(studio.answer(1, True, entry_id, extra=ended), RefusalCode.SESSION_CANCELLED)


def test_leaving_with_an_offer_gives_its_seat_to_the_next() -> None:
    """pretix #1163, #1405."""
    studio = offered_to_first()
    shown(studio.leave(1))
    assert (studio.place(1), studio.offered()) == (None, [2])


def test_a_cancelled_hold_frees_its_seat_at_once_and_is_not_offered_to_the_same_person_again() -> None:
    """pretix #1163, #1405."""
    studio = offered_to_first()
    studio.cancel(1)
    assert (studio.status(1), studio.offered()) == ("withdrawn", [2])
    studio.answer(2, False)
    assert (studio.offered(), studio.state().seats_left) == ([], 1)
    assert studio.heard(1) == ["offer_made"]


def test_a_cancelled_booking_that_came_from_the_queue_does_not_come_back_into_it() -> None:
    """pretix #1163, #1405."""
    studio = offered_to_first(1)
    studio.answer(1, True)
    studio.cancel(1)
    assert (studio.state().queue, studio.state().seats_left) == ((), 1)


def test_an_accepted_offer_that_must_be_paid_keeps_its_place_in_the_queue_until_it_is() -> None:
    studio = offered_for_card()
    result = studio.answer(1, True)
    place = studio.place(1)
    assert place is not None and place.status is BookingStatus.PENDING_PAYMENT
    assert shown(result).status == "offered"
    assert shown(result).offer_expires_at == place.expires_at
    studio.pay(1)
    studio.change()
    assert (studio.status(1), studio.offered()) == ("accepted", [])


def test_the_alarm_sees_that_an_offer_was_paid_when_nobody_said_so() -> None:
    studio = offered_for_card()
    studio.answer(1, True)
    studio.pay(1)
    studio.at(studio.now + timedelta(minutes=15))
    assert (studio.status(1), studio.heard(1)[-1]) == ("accepted", "booking_confirmed")
    due = studio.state().due_at
    assert due is not None and due > studio.now


def test_an_abandoned_payment_costs_the_turn_but_not_the_place_in_line() -> None:
    """Case 51."""
    studio = offered_for_card()
    studio.answer(1, True)
    studio.at(studio.now + timedelta(minutes=15))
    assert studio.heard(1)[-1] == "booking_expired"
    assert (studio.status(1), studio.offered()) == ("waiting", [2])
    assert [e.customer_id for e in studio.state().queue] == [person(1), person(2)]
    assert any(isinstance(e, PaymentDropped) for e in studio.events)
    studio.free(1)
    assert studio.offered() == [1, 2]


def test_a_payment_abandoned_twice_ends_the_wait() -> None:
    """Case 51."""
    studio = offered_for_card(1)
    for status in ("offered", "expired"):
        studio.answer(1, True)
        studio.at(studio.now + timedelta(minutes=15))
        assert studio.status(1) == status  # with nobody behind, the place is offered once more
    assert (studio.state().queue, studio.state().seats_left) == ((), 1)


def test_a_card_that_was_declined_costs_the_turn_but_not_the_place_in_line() -> None:
    """Case 51."""
    studio = offered_for_card()
    studio.answer(1, True)
    pending = studio.place(1)
    assert pending is not None
    draft = studio.draft("declined")
    queueing.release(draft, MAIN, pending, BookingStatus.EXPIRED, "system", "not_paid")
    waitlist.given_up(draft, MAIN, pending)
    waitlist.serve(draft, MAIN)
    studio.keep(draft)
    assert (studio.status(1), studio.offered()) == ("waiting", [2])


def test_leaving_while_a_payment_is_awaited_drops_the_payment() -> None:
    studio = offered_for_card()
    studio.answer(1, True)
    shown(studio.leave(1))
    assert (studio.heard(1)[-1], studio.offered()) == ("booking_cancelled", [2])
    assert sum(isinstance(e, PaymentDropped) for e in studio.events) == 1


def test_leaving_the_queue_does_not_give_back_a_place_that_was_paid() -> None:
    studio = offered_for_card()
    studio.answer(1, True)
    entry_id = studio.entry_id(1)
    studio.pay(1)
    assert studio.status(1) == "accepted"
    refused(studio.leave(1, entry_id=entry_id), RefusalCode.NOT_FOUND)
    assert studio.place(1) is not None


def broadcast(people: int = 3) -> Studio:
    """One seat came free shortly before the start, and all were told."""
    studio = Studio(facts(policy=ASKING))
    for number in range(1, people + 1):
        studio.join(number)
    studio.now = BROADCAST
    studio.free(1)
    assert studio.offered() == list(range(1, people + 1))
    return studio


def test_of_all_who_were_told_the_first_to_accept_gets_the_place_and_the_others_wait_on() -> None:
    studio = broadcast()
    assert shown(studio.answer(3, True)).status == "accepted"
    assert [studio.status(n) for n in (1, 2, 3)] == ["waiting", "waiting", "accepted"]
    refused(studio.answer(1, True), RefusalCode.SESSION_FULL)
    refused(studio.answer(1, False), RefusalCode.WRONG_STATE)
    assert studio.status(1) == "waiting"


def test_those_who_came_too_late_are_told_again_when_another_place_comes_free() -> None:
    studio = broadcast(2)
    studio.answer(2, True)
    studio.free(1)
    assert (studio.offered(), studio.heard(1)) == ([1], ["offer_made", "offer_made"])
    shown(studio.answer(1, True))
    assert studio.place(1) is not None


def test_a_place_that_all_were_told_of_may_be_booked_by_anybody() -> None:
    studio = broadcast(1)
    studio.book(20)
    refused(studio.answer(1, True), RefusalCode.SESSION_FULL)


def test_a_broadcast_ends_when_the_waitlist_closes() -> None:
    studio = broadcast(2)
    studio.answer(1, False)
    assert (studio.status(1), studio.offered()) == ("declined", [2])
    studio.at(START - timedelta(minutes=20))
    assert (studio.status(2), studio.heard(2)[-1]) == ("expired", "offer_lapsed")
    assert studio.state().queue == ()


def test_who_lost_a_broadcast_is_not_told_that_they_did_not_answer() -> None:
    studio = broadcast(1)
    studio.book(20)
    studio.at(START - timedelta(minutes=20))
    assert studio.heard(1) == ["offer_made"]
    studio.at(START)
    assert studio.heard(1) == ["offer_made", "waitlist_closed"]


def test_a_broadcast_place_that_needs_approval_is_kept_while_the_business_decides() -> None:
    policy = ASKING.model_copy(update={"approval": True})
    studio = Studio(facts(policy=policy))
    studio.join(1)
    studio.join(2)
    studio.now = BROADCAST
    studio.free(1)
    entry = shown(studio.answer(1, True))
    place = studio.place(1)
    assert place is not None and place.status is BookingStatus.PENDING_APPROVAL
    assert (entry.status, entry.booking_id) == ("offered", place.booking_id)
    assert studio.status(2) == "waiting"
    studio.cancel(1)  # the business declines
    assert (studio.status(1), studio.offered()) == ("withdrawn", [2])


def test_answering_after_the_start_is_told_so() -> None:
    studio = broadcast(1)
    entry_id = studio.entry_id(1)
    studio.at(START)
    late = studio.answer(1, True, entry_id, extra=EndedEntry(person(1), "expired"))
    assert isinstance(late, Refused) and late.code is RefusalCode.SESSION_STARTED
