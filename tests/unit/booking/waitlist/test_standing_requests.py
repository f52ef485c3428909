"""May one wish wait in many queues, and does it end in all of them once it is met?"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.booking.domain.decisions import standing
from services.booking.domain.decisions.standing import MOST_REQUESTS, MOST_SESSIONS, Candidates
from services.booking.domain.events import StandingChanged
from services.booking.domain.policy import ServicePolicy
from services.booking.domain.refusals import Refused
from services.booking.domain.results import Done, RequestShown, Result
from services.booking.domain.standing import OpenRequest, StandingWish, matches, problem, window
from services.booking.domain.state import NO_BOOKINGS, SessionFacts, SessionState
from services.booking.domain.world import commitment
from shared.ids import derive
from shared.messages import booking as msg
from shared.messages.booking import RefusalCode
from tests.unit.booking.waitlist.waitlist_world import (
    ASKING,
    NOW,
    START,
    TENANT,
    Studio,
    contact,
    facts,
    person,
    refused,
)

MONDAY = date(2026, 11, 23)
SUNDAY = date(2026, 11, 29)


def evening(day: int, policy: ServicePolicy = ASKING) -> SessionFacts:
    """The class at 19:00 on day `day` (0: Monday) of the week."""
    return facts(derive("session", "evening", day), starts_at=START + timedelta(days=day), policy=policy)


WEEK = tuple(evening(day) for day in range(5))


def ask(studio: Studio, number: int, ordinal: int = 0, **wish: Any) -> Result:
    """Customer `number` wants any evening class this week."""
    wished = {
        "first_day": MONDAY,
        "last_day": SUNDAY,
        "starts_from": time(17),
        "party_size": 1,
        **wish,
    }
    command = msg.RequestStanding(
        tenant_id=TENANT, command_id=derive("standing", number, ordinal), contact=contact(number), **wished
    )
    sessions = tuple(session_id for _, session_id in studio.world.sessions)
    return studio.do(command, Candidates("Europe/Lisbon", sessions))


def withdraw(studio: Studio, number: int, request_id: UUID) -> Result:
    """Customer `number` gives the wish up."""
    command = msg.WithdrawStanding(
        tenant_id=TENANT,
        command_id=derive("withdraw", number, request_id),
        customer_id=person(number),
        request_id=request_id,
    )
    return studio.do(command)


def requested(result: Result) -> UUID:
    """The id of the request that was taken."""
    assert isinstance(result, RequestShown), result
    return result.request_id


def ended(studio: Studio) -> list[tuple[UUID, str]]:
    """What became of requests."""
    return [(e.request_id, e.status) for e in studio.events if isinstance(e, StandingChanged)]


def test_a_wish_waits_in_every_session_that_it_means() -> None:
    studio = Studio(*WEEK)
    request_id = requested(ask(studio, 1, weekdays=(0, 2)))
    assert [studio.status(1, s.session_id) for s in WEEK] == ["waiting", "none", "waiting", "none", "none"]
    assert {e.request_id for s in WEEK for e in studio.state(s.session_id).queue} == {request_id}
    assert studio.account(1).open_requests == {request_id}


def test_the_stored_wish_reads_as_it_was_made() -> None:
    studio = Studio(*WEEK)
    ask(studio, 1, weekdays=(0, 2), method="pass", service_ids=(WEEK[0].service_id,))
    stored = next(e.wish for e in studio.events if isinstance(e, StandingChanged))
    assert stored is not None
    wish = StandingWish.model_validate_json(stored)
    assert (wish.weekdays, wish.method, wish.contact) == ((0, 2), "pass", contact(1))
    assert matches(wish, WEEK[0])


def test_a_wish_that_can_be_booked_now_is_answered_with_the_soonest_such_session() -> None:
    studio = Studio(*WEEK)
    for day in (3, 1):
        studio.free(1, WEEK[day].session_id)
    answer = refused(ask(studio, 1), RefusalCode.SEATS_FREE)
    assert WEEK[1].local in answer.sentence
    assert studio.account(1).open_requests == frozenset()


def test_free_seats_at_a_time_when_the_customer_is_busy_are_no_answer() -> None:
    studio = Studio(*WEEK)
    studio.free(1, WEEK[1].session_id)
    there = facts(derive("session", "elsewhere"), starts_at=WEEK[1].starts_at)
    studio.account(1, commitments=(commitment(there, derive("booking")),))
    requested(ask(studio, 1))
    assert studio.status(1, WEEK[1].session_id) == "none"
    assert studio.status(1, WEEK[0].session_id) == "waiting"


def test_once_met_a_wish_ends_everywhere_and_what_was_offered_goes_on() -> None:
    studio = Studio(*WEEK)
    request_id = requested(ask(studio, 1))
    studio.join(2, session_id=WEEK[2].session_id)
    studio.free(1, WEEK[1].session_id)
    studio.free(1, WEEK[2].session_id)
    studio.answer(1, True, session_id=WEEK[1].session_id)
    assert ended(studio)[-1] == (request_id, "fulfilled")
    assert [studio.status(1, s.session_id) for s in WEEK] == [
        "withdrawn",
        "accepted",
        "withdrawn",
        "withdrawn",
        "withdrawn",
    ]
    assert studio.offered(WEEK[2].session_id) == [2]
    assert studio.account(1).open_requests == frozenset()


def test_a_promotion_meets_a_wish_too() -> None:
    free = tuple(evening(day, ServicePolicy()) for day in range(2))
    studio = Studio(*free)
    request_id = requested(ask(studio, 1))
    studio.free(1, free[1].session_id)
    assert studio.place(1, free[1].session_id) is not None
    assert ended(studio) == [(request_id, "open"), (request_id, "fulfilled")]
    assert studio.status(1, free[0].session_id) == "withdrawn"


def test_an_entry_of_a_met_wish_in_a_session_that_was_not_loaded_ends_when_its_turn_comes() -> None:
    studio = Studio(*WEEK)
    requested(ask(studio, 1))
    aside = studio.world.sessions.pop((TENANT, WEEK[4].session_id))
    studio.free(1, WEEK[0].session_id)
    studio.answer(1, True, session_id=WEEK[0].session_id)
    studio.world.sessions[(TENANT, WEEK[4].session_id)] = aside
    assert studio.status(1, WEEK[4].session_id) == "waiting"
    studio.join(2, session_id=WEEK[4].session_id)
    studio.free(1, WEEK[4].session_id)
    assert studio.status(1, WEEK[4].session_id) == "withdrawn"
    assert studio.offered(WEEK[4].session_id) == [2]


def test_declining_one_offer_or_leaving_one_queue_does_not_end_the_wish() -> None:
    studio = Studio(*WEEK)
    request_id = requested(ask(studio, 1))
    studio.free(1, WEEK[0].session_id)
    studio.answer(1, False, session_id=WEEK[0].session_id)
    studio.leave(1, session_id=WEEK[1].session_id)
    assert studio.account(1).open_requests == {request_id}
    assert studio.status(1, WEEK[2].session_id) == "waiting"


def test_a_withdrawn_wish_waits_nowhere_and_gives_back_what_it_was_offered() -> None:
    studio = Studio(*WEEK)
    request_id = requested(ask(studio, 1))
    studio.join(2, session_id=WEEK[0].session_id)
    studio.free(1, WEEK[0].session_id)
    assert isinstance(withdraw(studio, 1, request_id), Done)
    assert {studio.status(1, s.session_id) for s in WEEK} == {"withdrawn"}
    assert studio.offered(WEEK[0].session_id) == [2]
    refused(withdraw(studio, 1, derive("another")), RefusalCode.NOT_FOUND)


def test_nobody_withdraws_the_wish_of_somebody_else() -> None:
    studio = Studio(*WEEK)
    request_id = requested(ask(studio, 1))
    refused(withdraw(studio, 2, request_id), RefusalCode.NOT_FOUND)
    assert studio.status(1, WEEK[0].session_id) == "waiting"


def test_the_close_of_one_of_many_sessions_is_not_told_to_whoever_waits_for_others_too() -> None:
    studio = Studio(*WEEK)
    ask(studio, 1)
    studio.join(2, session_id=WEEK[0].session_id)
    studio.at(WEEK[0].starts_at)
    assert (studio.status(1, WEEK[0].session_id), studio.heard(1)) == ("expired", [])
    assert studio.heard(2) == ["waitlist_closed"]


def test_a_wish_leaves_out_sessions_where_its_customer_could_never_come_or_already_waits() -> None:
    policy = ServicePolicy.model_validate({"waitlist": {"enabled": False}})
    small = facts(derive("session", "small"), capacity=1, starts_at=START + timedelta(days=6))
    studio = Studio(*WEEK[:2], evening(5, policy), small)
    studio.join(1, 2, session_id=WEEK[0].session_id)
    requested(ask(studio, 1, party_size=2))
    waits = [studio.entry(1, s) for _, s in studio.world.sessions]
    assert [e is not None and e.request_id is not None for e in waits] == [False, True, False, False]


def test_a_wish_with_no_session_yet_is_kept_for_those_that_come() -> None:
    studio = Studio(*WEEK[:1])
    requested(ask(studio, 1, first_day=SUNDAY))
    assert len(studio.account(1).open_requests) == 1


def stored(studio: Studio, number: int, minutes: int = 0) -> OpenRequest:
    """The request of customer `number` as the store gives it."""
    mine = [e for e in studio.events if isinstance(e, StandingChanged) and e.customer_id == person(number)]
    assert mine[-1].wish is not None
    wish = StandingWish.model_validate_json(mine[-1].wish)
    return OpenRequest(mine[-1].request_id, wish, NOW + timedelta(minutes=minutes))


def test_a_new_session_goes_first_to_the_oldest_wishes_that_mean_it() -> None:
    studio = Studio(*WEEK)
    for number in (1, 2, 3):
        ask(studio, number)
    ask(studio, 4, weekdays=(0,))
    added = facts(derive("session", "added"), capacity=2, starts_at=START + timedelta(days=1), policy=ASKING)
    studio.world.sessions[(TENANT, added.session_id)] = SessionState(added, 0, 0, NO_BOOKINGS)
    requests = (stored(studio, 2, 5), stored(studio, 3, 1), stored(studio, 1, 9), stored(studio, 4))
    for name in ("once", "again"):
        draft = studio.draft("admit", name)
        standing.admit(draft, added.session_id, requests)
        studio.keep(draft)
    assert studio.offered(added.session_id) == [3, 2]
    assert studio.status(1, added.session_id) == "waiting"
    assert studio.status(4, added.session_id) == "none"


def test_a_wish_that_was_withdrawn_meanwhile_gets_no_place_in_a_new_session() -> None:
    studio = Studio(*WEEK)
    request_id = requested(ask(studio, 1))
    request = stored(studio, 1)
    withdraw(studio, 1, request_id)
    added = evening(6)
    studio.world.sessions[(TENANT, added.session_id)] = SessionState(added, 0, 0, NO_BOOKINGS)
    draft = studio.draft("admit")
    standing.admit(draft, added.session_id, (request,))
    assert draft.events == []


def test_who_may_not_book_may_not_wish_either() -> None:
    studio = Studio(*WEEK)
    studio.account(1, blocked=True)
    refused(ask(studio, 1), RefusalCode.CUSTOMER_BLOCKED)
    studio.account(2, erased=True)
    refused(ask(studio, 2), RefusalCode.NOT_FOUND)


def test_one_customer_has_only_so_many_wishes() -> None:
    studio = Studio(*WEEK)
    for ordinal in range(MOST_REQUESTS):
        requested(ask(studio, 1, ordinal))
    refused(ask(studio, 1, MOST_REQUESTS), RefusalCode.LIMIT_REACHED)


def test_a_wish_that_means_half_the_timetable_must_be_narrowed_down() -> None:
    many = tuple(
        facts(derive("session", "many", n), capacity=1, starts_at=START + timedelta(minutes=n))
        for n in range(MOST_SESSIONS + 1)
    )
    studio = Studio(*many)
    assert "too many" in refused(ask(studio, 1), RefusalCode.INVALID).sentence


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"first_day": SUNDAY, "last_day": MONDAY}, "before the first day"),
        ({"first_day": date(2026, 11, 1), "last_day": date(2026, 11, 21)}, "passed"),
        ({"last_day": date(2027, 11, 1)}, "at most"),
        ({"weekdays": (7,)}, "Monday"),
        ({"starts_from": time(19), "starts_before": time(18)}, "after the earliest"),
        ({"starts_from": time(19, tzinfo=UTC)}, "offset"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_with_what_is_wrong(wish: dict[str, Any], words: str) -> None:
    answer = ask(Studio(*WEEK), 1, **wish)
    assert isinstance(answer, Refused)
    assert (answer.code, words in answer.sentence) == (RefusalCode.INVALID, True)


def test_today_by_the_business_clocks_can_still_be_wished_for() -> None:
    assert problem(MONDAY, MONDAY, (), None, None, MONDAY) is None


@pytest.mark.parametrize(
    ("changed", "meant"),
    [
        ({}, True),
        ({"starts_at": datetime(2026, 11, 23, 18, 0, tzinfo=UTC)}, True),
        ({"starts_at": datetime(2026, 11, 23, 17, 59, tzinfo=UTC)}, False),
        ({"starts_at": datetime(2026, 11, 23, 21, 0, tzinfo=UTC)}, False),
        ({"starts_at": datetime(2026, 11, 24, 19, 0, tzinfo=UTC)}, False),
        ({"starts_at": datetime(2026, 11, 30, 19, 0, tzinfo=UTC)}, False),
        ({"service_id": derive("service", "pilates")}, False),
        ({"kind": "appointment"}, False),
        ({"cancelled": True}, False),
    ],
)
def test_a_wish_means_a_session_by_service_day_weekday_and_time(changed: dict[str, Any], meant: bool) -> None:
    wish = StandingWish(
        contact=contact(1),
        service_ids=(derive("service", "yoga"),),
        first_day=MONDAY,
        last_day=SUNDAY,
        weekdays=(0,),
        starts_from=time(18),
        starts_before=time(21),
    )
    assert matches(wish, facts(**changed)) is meant


def test_days_and_times_are_those_of_the_business_clocks_across_the_change_of_the_clocks() -> None:
    wish = StandingWish(
        contact=contact(1), first_day=date(2026, 10, 25), last_day=date(2026, 10, 25), starts_before=time(1)
    )
    assert matches(wish, facts(starts_at=datetime(2026, 10, 24, 23, 30, tzinfo=UTC)))  # 00:30, summer time
    assert not matches(wish, facts(starts_at=datetime(2026, 10, 26, 0, 30, tzinfo=UTC)))
    begin, end = window(date(2026, 10, 25), date(2026, 10, 25), "Europe/Lisbon")
    assert (begin, end) == (
        datetime(2026, 10, 24, 23, 0, tzinfo=UTC),
        datetime(2026, 10, 26, 0, 0, tzinfo=UTC),
    )
