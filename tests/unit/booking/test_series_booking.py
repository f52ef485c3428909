"""What is booked of a customer's "every Monday at 7", what is told, and what is listed when something conflicts?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from services.booking.domain.decisions.series import Candidates, preview
from services.booking.domain.decisions.sessions import rendered
from services.booking.domain.events import BookingChanged, PaymentAsked
from services.booking.domain.policy import ServicePolicy
from services.booking.domain.refusals import Refused
from services.booking.domain.results import Result, SeriesShown
from services.booking.domain.state import Account, Commitment
from shared.ids import derive
from shared.messages.booking import BookingStatus, BookSeries, PreviewSeries, RefusalCode
from tests.unit.booking.series_builders import COMMAND, NOW, SERVICE, TENANT, Studio, contact

WISH: dict[str, Any] = {
    "tenant_id": TENANT,
    "service_id": SERVICE,
    "rrule": "FREQ=WEEKLY;BYDAY=MO",
    "first_day": date(2026, 11, 9),
    "starts_at_local": time(19),
    "count": 4,
}


def book(studio: Studio, extra: Candidates | None = None, **changes: Any) -> Result:
    command = BookSeries(**{"command_id": COMMAND, "contact": contact(1), **WISH, **changes})
    return studio.do(command, extra or studio.candidates())


def shown(result: Result) -> SeriesShown:
    assert isinstance(result, SeriesShown), result
    return result


def conflicts(result: Result) -> list[str | None]:
    return [line.conflict for line in shown(result).lines]


def policy(**parts: Any) -> ServicePolicy:
    return ServicePolicy.model_validate(parts)


def test_all_dates_are_booked_under_one_series_and_only_the_first_is_told() -> None:
    """Case 25. One message; the answer lists every date."""
    studio = Studio()
    result = shown(book(studio))
    made = [e for e in studio.events if isinstance(e, BookingChanged)]
    assert [line.session_id for line in result.lines] == studio.ids
    assert [line.booking_id for line in result.lines] == [e.booking.booking_id for e in made]
    assert [e.name for e in made] == ["booking_confirmed", "", "", ""]
    assert {e.booking.terms.series_id for e in made} == {COMMAND}
    assert len({e.booking.booking_id for e in made}) == 4
    assert [studio.state(n).seats_taken for n in range(4)] == [1] * 4


def test_one_conflict_refuses_all_and_lists_every_date() -> None:
    """Case 25. Nothing is booked, nothing is told."""
    studio = Studio()
    studio.seat(1, 9, party=10)
    result = book(studio)
    assert conflicts(result) == [None, "full", None, None]
    assert [line.booking_id for line in shown(result).lines] == [None] * 4
    assert shown(result).refused == Refused(
        RefusalCode.SESSION_FULL, "Nothing was booked: 1 of 4 dates cannot be booked as wished."
    )
    assert studio.events == []


def test_conflicting_dates_are_left_out_on_request() -> None:
    """Case 25. The first date that is booked is the one that is told."""
    studio = Studio()
    studio.seat(0, 9, party=10)
    result = book(studio, skip_conflicts=True)
    assert conflicts(result) == ["full", None, None, None]
    assert shown(result).refused is None
    assert studio.told == ["booking_confirmed"]
    assert [studio.state(n).seats_taken for n in range(4)] == [10, 1, 1, 1]


def test_when_every_date_conflicts_it_is_refused_even_if_conflicts_may_be_skipped() -> None:
    studio = Studio()
    for number in range(4):
        studio.seat(number, 9, party=10)
    assert shown(book(studio, skip_conflicts=True)).refused is not None


def test_a_date_on_which_the_customer_is_elsewhere_conflicts_unless_the_service_allows_it() -> None:
    """Case 25. Nobody is booked into two places."""
    for overlap, expected in ((False, [None, None, "elsewhere", None]), (True, [None] * 4)):
        studio = Studio(policy=policy(overlap=overlap))
        facts = studio.state(2).facts
        there = Commitment(
            derive("x"),
            derive("other"),
            derive("pilates"),
            facts.starts_at,
            facts.ends_at,
            date(2026, 11, 23),
        )
        who = contact(1).customer_id
        studio.world.accounts[(TENANT, who)] = Account(TENANT, who, commitments=(there,))
        assert conflicts(book(studio)) == expected


def test_limits_count_the_dates_of_the_same_series() -> None:
    studio = Studio(policy=policy(limits={"active": 2}))
    result = book(studio, skip_conflicts=True)
    assert conflicts(result) == [None, None, "limit_reached", "limit_reached"]
    assert [studio.state(n).seats_taken for n in range(4)] == [1, 1, 0, 0]


def test_credits_are_used_date_by_date_and_those_without_one_conflict() -> None:
    """Case 25. The lines of the same order count: three credits pay for three dates."""
    studio = Studio()
    studio.credits(1, 3)
    listed = book(studio, method="pass")
    assert conflicts(listed)[:3] == [None] * 3
    assert conflicts(listed)[3] in ("no_credit", "pass_not_valid")
    assert studio.credits_left(1) == 3
    book(studio, method="pass", skip_conflicts=True)
    assert studio.credits_left(1) == 0
    assert [studio.state(n).seats_taken for n in range(4)] == [1, 1, 1, 0]


def test_dates_that_must_be_paid_by_card_first_are_not_booked_as_a_series() -> None:
    """A link for each of many dates, all to be paid within minutes, would lose the customer most of them."""
    studio = Studio()
    result = shown(book(studio, method="card", skip_conflicts=True))
    assert result.refused is not None
    assert result.refused.code is RefusalCode.PAYMENT_NEEDED
    assert not [e for e in studio.events if isinstance(e, PaymentAsked)]
    assert [studio.state(n).seats_taken for n in range(4)] == [0] * 4


def test_what_is_due_in_a_session_happens_before_its_date_is_looked_at() -> None:
    """A hold that lapsed does not keep a place from the series."""
    studio = Studio()
    studio.seat(0, 9, party=10)
    state = studio.state(0)
    [held] = state.bookings.values()
    lapsed = replace(held, status=BookingStatus.HELD, expires_at=NOW)
    studio.world.sessions[(TENANT, studio.ids[0])] = replace(
        state, bookings=state.bookings.insert(held.customer_id, lapsed), due_at=NOW
    )
    assert conflicts(book(studio)) == [None] * 4
    assert studio.state(0).seats_taken == 1


def test_a_party_is_booked_on_every_date_or_conflicts() -> None:
    studio = Studio()
    studio.seat(3, 9, party=9)
    assert conflicts(book(studio, party_size=2)) == [None, None, None, "full"]


@pytest.mark.parametrize(
    ("changes", "extra", "code"),
    [
        ({}, Candidates(TENANT), RefusalCode.NOT_FOUND),
        ({}, Candidates(TENANT, "Massage", "appointment"), RefusalCode.INVALID),
        ({"rrule": "FREQ=SOMETIMES"}, None, RefusalCode.INVALID),
        ({"count": None}, None, RefusalCode.INVALID),
        ({"count": None, "until": date(2026, 11, 1)}, None, RefusalCode.INVALID),
    ],
    ids=["no service", "appointment", "rule", "endless", "past"],
)
def test_a_wish_that_makes_no_sense_is_refused_as_a_whole(
    changes: dict[str, Any], extra: Candidates | None, code: RefusalCode
) -> None:
    studio = Studio()
    result = book(studio, extra, **changes)
    assert isinstance(result, Refused)
    assert result.code is code
    assert studio.events == []


def test_a_blocked_customer_is_told_so_once_and_not_for_every_date() -> None:
    studio = Studio()
    who = contact(1).customer_id
    studio.world.accounts[(TENANT, who)] = Account(TENANT, who, blocked=True)
    result = book(studio)
    assert isinstance(result, Refused)
    assert result.code is RefusalCode.CUSTOMER_BLOCKED


def test_the_preview_says_what_booking_would_say_and_books_nothing() -> None:
    """Case 25. The conflict list is offered before anything is asked for."""
    studio = Studio(policy=policy(limits={"active": 3}))
    studio.seat(1, 9, party=10)
    for number in range(4):  # shown dates are rendered
        studio.change(number, rendered=_rendered(studio, number))
    query = PreviewSeries(customer_id=contact(1).customer_id, **WISH)
    dates = preview(studio.world, studio.candidates(), query, NOW).dates
    booked = conflicts(book(studio))
    assert [d.conflict for d in dates] == booked == [None, "full", None, None]
    assert [d.session.session_id for d in dates if d.session] == [studio.ids[0], *studio.ids[2:]]
    assert [d.booking_id for d in dates] == [None] * 4
    assert [studio.state(n).seats_taken for n in range(4)] == [0, 10, 0, 0]


def _rendered(studio: Studio, number: int) -> Any:
    return rendered(studio.state(number).facts).rendered
