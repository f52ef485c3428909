"""Who gets a place that comes free, in which order, and who does not?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.booking.domain.decisions.paying import Price
from services.booking.domain.decisions.waiting import unasked
from services.booking.domain.events import BookingChanged, EntryChanged
from services.booking.domain.policy import ServicePolicy
from services.booking.domain.state import Account, Terms
from services.booking.domain.world import commitment
from shared.ids import derive
from shared.messages.booking import BookingStatus, Method, RefusalCode
from tests.unit.booking.waitlist.waitlist_world import (
    ASKING,
    MAIN,
    NOW,
    START,
    TENANT,
    Studio,
    facts,
    person,
    refused,
)


def asking(**waitlist: object) -> ServicePolicy:
    """A service that offers every place, with these rules."""
    return ServicePolicy.model_validate({"waitlist": {"promote_without_asking": False, **waitlist}})


def waiting_for(policy: ServicePolicy = ASKING, *, people: int, capacity: int = 10) -> Studio:
    """A full session with customers 1, 2, … in its queue."""
    studio = Studio(facts(policy=policy, capacity=capacity))
    for number in range(1, people + 1):
        studio.join(number)
    return studio


def test_the_first_seven_of_ten_get_the_seven_free_places() -> None:
    """Case 41."""
    studio = waiting_for(people=10)
    studio.change(capacity=17)
    assert studio.offered() == [1, 2, 3, 4, 5, 6, 7]
    assert studio.state().seats_left == 0


def test_priority_goes_before_the_time_of_joining() -> None:
    """Case 41."""
    studio = waiting_for(people=2)
    studio.join(3, priority=5)
    studio.join(4, priority=5)
    studio.free(3)
    assert studio.offered() == [3, 4, 1]


def test_where_there_is_room_for_all_everybody_gets_an_offer() -> None:
    """Case 42."""
    studio = waiting_for(people=10)
    studio.change(capacity=10_000)
    assert studio.offered() == list(range(1, 11))


def test_without_a_free_seat_nobody_is_offered_one_and_with_one_exactly_one_is() -> None:
    """Case 42."""
    studio = waiting_for(people=5)
    studio.change()
    assert studio.offered() == []
    studio.free(1)
    assert studio.offered() == [1]


def test_nobody_is_offered_a_place_again_while_an_offer_stands() -> None:
    """Case 43."""
    studio = waiting_for(people=1)
    studio.free(2)
    studio.change()
    assert studio.heard(1) == ["offer_made"]
    assert studio.state().seats_left == 1


def test_an_offer_holds_its_seat_for_the_claim_window_of_the_service() -> None:
    """Case 43."""
    studio = waiting_for(asking(claim_minutes=45), people=2)
    studio.free(1)
    entry, place = studio.entry(1), studio.place(1)
    assert entry is not None and place is not None and entry.offer_expires_at is not None
    assert entry.offer_expires_at == place.expires_at == studio.now + timedelta(minutes=45)
    assert (place.status, place.terms.entry_id) == (BookingStatus.HELD, entry.entry_id)
    studio.at(entry.offer_expires_at - timedelta(microseconds=1))
    assert studio.offered() == [1]
    studio.at(entry.offer_expires_at)
    assert (studio.status(1), studio.offered()) == ("expired", [2])
    assert studio.heard(1) == ["offer_made", "offer_lapsed"]


def test_an_offer_never_lasts_beyond_the_close_of_the_waitlist() -> None:
    """Case 44."""
    studio = waiting_for(asking(claim_minutes=240, broadcast_minutes=0), people=1)
    studio.now = START - timedelta(hours=1)
    studio.free()
    entry = studio.entry(1)
    assert entry is not None and entry.offer_expires_at == START - timedelta(minutes=20)


@pytest.mark.parametrize(
    "policy",
    [
        asking(closes_minutes=20),
        asking(closes_minutes=0).model_copy(update={"minimum_notice_minutes": 20}),
    ],
    ids=["inside the last minutes of the waitlist", "when customers can no longer book"],
)
def test_nothing_is_offered_so_late_that_nobody_can_come(policy: ServicePolicy) -> None:
    """Case 44."""
    studio = waiting_for(policy, people=1)
    studio.now = START - timedelta(minutes=20)
    studio.free()
    assert studio.offered() == []


def test_nothing_is_offered_where_the_waitlist_was_switched_off() -> None:
    """Case 44."""
    studio = waiting_for(people=1)
    studio.change(policy=asking(enabled=False))
    studio.free()
    assert (studio.status(1), studio.offered()) == ("waiting", [])


def test_the_public_sees_only_what_nobody_waits_for() -> None:
    """Case 45."""
    studio = waiting_for(people=1)
    studio.free()
    refused(studio.book(20), RefusalCode.SESSION_FULL)
    studio.answer(1, True)
    studio.free()
    assert studio.state().seats_left == 1  # who has a place holds back no second one
    studio.book(20)
    assert studio.place(20) is not None


def test_answers_do_not_change_the_order_and_nobody_is_asked_twice() -> None:
    """Case 47."""
    studio = waiting_for(people=4)
    studio.free(1)
    studio.answer(1, True)
    studio.free(1)
    studio.answer(2, False)
    assert studio.offered() == [3]
    studio.change()
    studio.free(1)
    assert studio.offered() == [3, 4]
    assert [studio.heard(n).count("offer_made") for n in (1, 2, 3, 4)] == [1, 1, 1, 1]


def test_who_joins_while_others_are_being_asked_still_gets_a_turn_and_nobody_behind_does_when_full() -> None:
    """Case 48."""
    studio = waiting_for(people=2)
    studio.free(1)
    studio.join(3)
    studio.join(4)
    studio.answer(1, False)
    studio.answer(2, False)
    assert studio.offered() == [3]
    studio.answer(3, True)
    assert (studio.offered(), studio.status(4)) == ([], "waiting")


def test_who_has_nothing_to_pay_is_booked_without_being_asked() -> None:
    """Case 49."""
    studio = waiting_for(ServicePolicy(), people=2)
    happened = studio.free(1)
    made = [e for e in happened if isinstance(e, BookingChanged) and e.name == "booking_confirmed"]
    assert [(e.booking.customer_id, e.from_waitlist) for e in made] == [(person(1), True)]
    assert (studio.status(1), studio.status(2)) == ("accepted", "waiting")
    assert studio.heard(1) == ["booking_confirmed"]


def test_who_pays_by_card_is_asked_while_who_pays_on_site_is_booked() -> None:
    """Case 49."""
    studio = Studio()
    studio.join(1, method="card")
    studio.join(2, method="at_business")
    studio.free(2)
    assert (studio.heard(1), studio.heard(2)) == (["offer_made"], ["booking_confirmed"])
    place = studio.place(1)
    assert place is not None and (place.terms.due_now, place.total) == (1500, 1500)


def test_who_waits_to_pay_by_pass_is_skipped_without_credit_and_booked_with_one() -> None:
    studio = waiting_for(ServicePolicy(), people=0)
    studio.join(1, method="pass")
    studio.join(2)
    studio.free(1)
    assert (studio.status(1), studio.status(2)) == ("waiting", "accepted")
    studio.sell_pack(1, 1)
    studio.free(1)
    place = studio.place(1)
    assert place is not None and (place.terms.method, place.total) == ("pass", 0)
    assert studio.credits(1) == 0


def test_one_credit_is_not_spent_in_two_queues() -> None:
    other = facts(derive("session", "other"), starts_at=START + timedelta(hours=2))
    studio = Studio(facts(), other)
    studio.sell_pack(1, 1)
    studio.join(1, method="pass")
    studio.join(1, session_id=other.session_id, method="pass")
    studio.free(1)
    studio.free(1, other.session_id)
    assert (studio.status(1), studio.status(1, other.session_id)) == ("accepted", "waiting")
    assert studio.credits(1) == 0


@pytest.mark.parametrize(
    ("method", "total", "due_now", "given"),
    [
        ("at_business", 1500, 0, True),
        ("pass", 0, 0, True),
        ("card", 0, 0, True),
        ("card", 1500, 1500, False),
        ("at_business", 1500, 500, False),
        ("gift_card", 1500, 0, False),
    ],
)
def test_whoever_would_have_to_pay_is_asked_first(
    method: Method, total: int, due_now: int, given: bool
) -> None:
    """Case 49."""
    price = Price(total, total, Terms(method=method, due_now=due_now))
    assert unasked(facts(), price) is given
    assert unasked(facts(policy=ASKING), price) is False


def test_a_place_that_needs_approval_is_given_to_the_queue_only_as_a_request() -> None:
    studio = waiting_for(ServicePolicy(approval=True, approval_hours=2), people=2)
    studio.free(1)
    place = studio.place(1)
    assert place is not None and place.status is BookingStatus.PENDING_APPROVAL
    assert (studio.offered(), studio.heard(1)) == ([1], ["booking_pending"])
    assert place.expires_at is not None
    studio.at(place.expires_at)
    assert (studio.status(1), studio.heard(1)[-1]) == ("expired", "booking_expired")
    assert studio.offered() == [2]


def test_raising_the_capacity_promotes_and_lowering_it_drops_nobody() -> None:
    """Case 50."""
    studio = waiting_for(people=4)
    studio.change(capacity=12)
    assert studio.offered() == [1, 2]
    studio.change(capacity=5)
    assert studio.offered() == [1, 2]
    assert studio.state().seats_taken == 12
    studio.answer(1, True)
    studio.free(3)
    assert (studio.state().seats_taken, studio.offered()) == (9, [2])  # still more than there is room for


def test_a_party_that_does_not_fit_keeps_its_place_and_lets_a_smaller_one_go() -> None:
    studio = Studio(facts(policy=ASKING))
    studio.join(1, 3)
    studio.join(2, 1)
    studio.join(3, 2)
    studio.free(2)
    assert studio.offered() == [2]
    studio.leave(3)
    studio.free(2)
    place = studio.place(1)
    assert studio.offered() == [1, 2]
    assert place is not None and place.party_size == 3


def test_who_cannot_be_booked_now_is_passed_over_and_keeps_the_place_in_line() -> None:
    studio = waiting_for(people=5)
    there = facts(derive("session", "elsewhere"))
    studio.account(1, blocked=True)
    studio.account(2, commitments=(commitment(there, derive("booking", "elsewhere")),))
    del studio.world.accounts[(TENANT, person(3))]  # beyond those that were loaded
    studio.free(1)
    assert studio.offered() == [4]
    assert [studio.status(n) for n in (1, 2, 3)] == ["waiting"] * 3
    studio.account(1, blocked=False)
    studio.answer(4, False)
    assert studio.offered() == [1]


def test_limits_of_the_service_are_looked_at_when_a_place_comes_free() -> None:
    policy = asking().model_copy(
        update={"limits": ServicePolicy.model_validate({"limits": {"active": 1}}).limits}
    )
    studio = waiting_for(policy, people=2)
    tomorrow = facts(derive("session", "tomorrow"), starts_at=START + timedelta(days=1))
    studio.account(1, commitments=(commitment(tomorrow, derive("booking", "tomorrow")),))
    studio.free(1)
    assert studio.offered() == [2]


def test_who_books_a_place_elsewhere_in_the_session_no_longer_waits() -> None:
    studio = Studio(facts(policy=ASKING))
    studio.join(1, 3)
    studio.join(2, 5)
    studio.free(1)
    studio.book(1)  # the one seat that nobody who waits can use
    studio.free(3)
    assert (studio.status(1), studio.heard(1)) == ("accepted", ["booking_confirmed"])


def test_who_holds_other_seats_of_the_session_is_passed_over_while_they_do() -> None:
    studio = Studio(facts(policy=ASKING))
    studio.join(1, 3)
    studio.free(1)
    studio.book(1, hold=True)
    studio.free(3)
    assert (studio.status(1), studio.offered()) == ("waiting", [])
    studio.at(studio.now + timedelta(minutes=10))  # the hold lapses
    assert studio.offered() == [1]
    assert studio.state().seats_taken == 9


def test_a_walk_in_seat_is_not_given_to_the_queue() -> None:
    studio = Studio(facts(policy=ASKING, held_back=1), taken=9)
    studio.join(1)
    studio.change()
    assert studio.offered() == []


def test_shortly_before_the_start_everybody_who_fits_is_told_at_once_and_no_seat_is_held() -> None:
    studio = Studio(facts(policy=asking(broadcast_minutes=60)))
    for number, party in ((1, 1), (2, 1), (3, 2)):
        studio.join(number, party)
    studio.now = START - timedelta(minutes=59)
    happened = studio.free(1)
    told = [e for e in happened if isinstance(e, EntryChanged) and e.name == "offer_made"]
    assert [e.entry.customer_id for e in told] == [person(1), person(2)]
    assert {e.entry.booking_id for e in told} == {None}
    assert {e.entry.offer_expires_at for e in told} == {START - timedelta(minutes=20)}
    assert studio.state().seats_left == 1


def test_nobody_is_booked_unasked_shortly_before_the_start() -> None:
    studio = waiting_for(ServicePolicy(), people=1)
    studio.now = START - timedelta(minutes=59)
    studio.free(1)
    assert (studio.place(1), studio.offered()) == (None, [1])


def test_when_the_last_hour_begins_those_who_were_passed_over_are_looked_at_again_by_the_alarm() -> None:
    studio = waiting_for(people=2)
    assert studio.state().due_at == START - timedelta(minutes=60)
    studio.at(START - timedelta(minutes=60))
    assert studio.state().due_at == START - timedelta(minutes=20)


def test_at_the_start_everybody_who_still_waits_is_told_and_the_queue_is_empty() -> None:
    studio = waiting_for(people=2)
    studio.at(START)
    assert [studio.status(n) for n in (1, 2)] == ["expired"] * 2
    assert [studio.heard(n) for n in (1, 2)] == [["waitlist_closed"]] * 2
    assert studio.state().queue == ()
    reasons = {e.reason for e in studio.events if isinstance(e, EntryChanged) and e.name == "waitlist_closed"}
    assert reasons == {"started"}


def test_ringing_again_changes_nothing() -> None:
    studio = waiting_for(people=3)
    studio.free(1)
    studio.at(studio.now + timedelta(minutes=30))
    version, told = studio.state().version, len(studio.events)
    studio.ring()
    assert (studio.state().version, len(studio.events)) == (version, told)


def test_serving_an_empty_queue_costs_nothing() -> None:
    studio = Studio(facts())
    assert len(studio.change()) == 1
    assert studio.state().queue == ()


def test_an_account_that_was_not_stored_yet_is_somebody_new_not_somebody_unseen() -> None:
    studio = waiting_for(people=1)
    studio.world.accounts[(TENANT, person(1))] = Account(TENANT, person(1))
    studio.free(1)
    assert (studio.offered(), studio.state(MAIN).seats_left) == ([1], 0)
    assert studio.now >= NOW
