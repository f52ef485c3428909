"""Who may wait for a place, and who need not or cannot?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.booking.domain.policy import ServicePolicy
from services.booking.domain.world import commitment
from shared.ids import derive
from shared.messages import booking as msg
from shared.messages.booking import RefusalCode
from tests.unit.booking.waitlist.waitlist_world import (
    ASKING,
    MAIN,
    NOW,
    START,
    TENANT,
    Studio,
    contact,
    facts,
    person,
    refused,
    shown,
)


def test_joining_a_full_session_puts_the_customer_last_and_keeps_how_to_reach_them() -> None:
    studio = Studio()
    studio.join(1)
    entry = shown(studio.join(2, 3, method="card"))
    assert [e.customer_id for e in studio.state().queue] == [person(1), person(2)]
    assert (entry.party_size, entry.method, entry.status) == (3, "card", "waiting")
    assert msg.Contact.model_validate_json(entry.contact) == contact(2)


def test_nobody_waits_for_seats_that_are_free() -> None:
    studio = Studio(taken=9)
    assert "has room" in refused(studio.join(1), RefusalCode.SEATS_FREE).sentence
    shown(studio.join(1, 2))  # the party does not fit


def test_seats_kept_back_for_walk_ins_are_no_reason_not_to_wait() -> None:
    studio = Studio(facts(held_back=2), taken=8)
    shown(studio.join(1))


def test_nobody_waits_twice_for_one_session_however_their_name_is_written() -> None:
    """Case 46."""
    studio = Studio()
    first = shown(studio.join(1))
    again = msg.JoinWaitlist(
        tenant_id=TENANT,
        command_id=derive("again"),
        session_id=MAIN,
        contact=contact(1, "ANA"),
        party_size=2,
    )
    assert "already waiting" in refused(studio.do(again), RefusalCode.ALREADY_WAITING).sentence
    assert studio.state().queue == (first,)


def test_one_person_may_wait_for_several_sessions() -> None:
    """Case 46."""
    other = facts(derive("session", "other"), starts_at=START + timedelta(hours=2))
    studio = Studio(facts(), other)
    shown(studio.join(1))
    shown(studio.join(1, session_id=other.session_id))


def test_who_is_booked_does_not_wait() -> None:
    studio = Studio(taken=9)
    studio.book(1)
    refused(studio.join(1), RefusalCode.ALREADY_BOOKED)


@pytest.mark.parametrize(
    ("minutes", "policy"),
    [(20, {}), (90, {"minimum_notice_minutes": 90})],
    ids=["the waitlist has closed", "customers can no longer book"],
)
def test_the_waitlist_closes_before_the_start(minutes: int, policy: dict[str, int]) -> None:
    studio = Studio(facts(policy=ServicePolicy.model_validate(policy)))
    studio.now = START - timedelta(minutes=minutes, seconds=2)
    shown(studio.join(1))
    studio.now = START - timedelta(minutes=minutes)
    result = studio.join(2)
    assert getattr(result, "code", None) in (RefusalCode.WAITLIST_CLOSED, RefusalCode.OUTSIDE_WINDOW)


def test_there_is_no_queue_where_the_service_has_none() -> None:
    studio = Studio(facts(policy=ServicePolicy.model_validate({"waitlist": {"enabled": False}})))
    refused(studio.join(1), RefusalCode.WAITLIST_CLOSED)


def test_nobody_waits_for_a_session_that_does_not_take_place_or_has_begun() -> None:
    refused(Studio(facts(cancelled=True)).join(1), RefusalCode.SESSION_CANCELLED)
    studio = Studio()
    studio.now = START
    refused(studio.join(1), RefusalCode.SESSION_STARTED)


def test_who_may_never_have_the_place_is_told_at_once() -> None:
    studio = Studio(facts(policy=ServicePolicy.model_validate({"limits": {"party_size": 2}})))
    refused(studio.join(1, 3), RefusalCode.LIMIT_REACHED)
    studio.account(2, blocked=True)
    refused(studio.join(2), RefusalCode.CUSTOMER_BLOCKED)
    assert "has 10 places" in refused(Studio().join(1, 11), RefusalCode.INVALID).sentence


def test_nobody_waits_with_a_gift_card_which_could_be_spent_by_then() -> None:
    refused(Studio().join(1, method="gift_card"), RefusalCode.INVALID)


def test_another_booking_at_that_time_is_looked_at_when_a_place_comes_free_not_when_joining() -> None:
    studio = Studio(facts(policy=ASKING))
    elsewhere = commitment(facts(derive("session", "elsewhere")), derive("booking", "elsewhere"))
    studio.account(1, commitments=(elsewhere,))
    shown(studio.join(1))
    studio.free()
    assert studio.status(1) == "waiting"
    studio.account(1, commitments=())
    studio.change()
    assert studio.offered() == [1]


def test_leaving_ends_the_wait_and_says_so_once() -> None:
    studio = Studio()
    entry = shown(studio.join(1))
    assert shown(studio.leave(1)).status == "withdrawn"
    assert studio.state().queue == ()
    refused(studio.leave(1, entry.entry_id), RefusalCode.NOT_FOUND)


def test_nobody_leaves_for_somebody_else() -> None:
    studio = Studio()
    entry = shown(studio.join(1))
    refused(studio.leave(2, entry.entry_id), RefusalCode.NOT_FOUND)
    assert studio.status(1) == "waiting"


def test_a_session_that_nobody_knows_has_no_queue() -> None:
    studio = Studio()
    unknown = derive("session", "unknown")
    refused(studio.join(1, session_id=unknown), RefusalCode.NOT_FOUND)
    refused(studio.leave(1, derive("entry"), unknown), RefusalCode.NOT_FOUND)
    refused(studio.answer(1, True, derive("entry"), unknown), RefusalCode.NOT_FOUND)
    assert studio.now > NOW
