"""Does somebody who waits, and the staff, learn why no place was given?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from services.booking.domain.decisions.waitlist import why_waiting
from services.booking.domain.world import commitment
from shared.ids import derive
from tests.unit.booking.waitlist.waitlist_world import ASKING, NOW, START, TENANT, Studio, facts, person


def why(studio: Studio, number: int, now: datetime | None = None) -> str:
    """Why customer `number` still waits."""
    entry = studio.entry(number)
    assert entry is not None
    account = studio.world.accounts[(TENANT, person(number))]
    return why_waiting(studio.state(), entry, account, now or studio.now)


def full(*parties: int) -> Studio:
    """A full session with these parties in line."""
    studio = Studio(facts(policy=ASKING))
    for number, party in enumerate(parties, 1):
        studio.join(number, party)
    return studio


def test_a_full_session_says_how_many_are_ahead() -> None:
    assert why(full(1, 2, 1), 3) == "No place is free, 1 is wanted; 2 ahead."


def test_a_party_that_was_passed_over_sees_that_too_few_places_were_free() -> None:
    """pretix #3628."""
    studio = full(3, 1)
    studio.free(2)
    assert studio.offered() == [2]
    assert why(studio, 1) == "Only 1 place is free, 3 are wanted; 0 ahead."


def test_somebody_who_starves_for_a_reason_of_their_own_sees_it_before_the_number_of_seats() -> None:
    """pretix #3628."""
    studio = full(1)
    elsewhere = commitment(facts(derive("session", "elsewhere")), derive("booking"))
    studio.account(1, commitments=(elsewhere,))
    assert "another booking at that time" in why(studio, 1)
    studio.account(1, commitments=(), blocked=True)
    assert "not open to you" in why(studio, 1)


def test_somebody_without_credit_sees_that_their_pass_cannot_pay() -> None:
    """pretix #3628."""
    studio = Studio()
    studio.join(1, method="pass")
    studio.free(1)
    assert "pass cannot pay" in why(studio, 1)


def test_the_queue_itself_may_be_the_reason() -> None:
    studio = full(1)
    assert "closed" in why(studio, 1, START - timedelta(minutes=20))
    assert "started" in why(studio, 1, START)
    studio.change(cancelled=True)
    assert "does not take place" in why(studio, 1)


def test_an_offer_that_stands_says_until_when() -> None:
    studio = full(1)
    studio.free(1)
    assert why(studio, 1) == "A place is offered until 19:30."
    assert studio.now >= NOW


def test_an_entry_of_a_request_that_was_met_elsewhere_says_so() -> None:
    studio = full(1)
    entry = studio.entry(1)
    assert entry is not None
    account = studio.world.accounts[(TENANT, person(1))]
    belongs = replace(entry, request_id=derive("request"))
    assert "met or withdrawn" in why_waiting(studio.state(), belongs, account, studio.now)
    wanted = replace(account, open_requests=frozenset({derive("request")}))
    assert "No place is free" in why_waiting(studio.state(), belongs, wanted, studio.now)


def test_whoever_has_no_hurdle_and_room_is_about_to_be_served() -> None:
    studio = full(1)
    del studio.world.accounts[(TENANT, person(1))]
    studio.free(1)
    studio.world.accounts[(TENANT, person(1))] = studio.draft("new").account(person(1))
    assert "about to be offered" in why(studio, 1)
