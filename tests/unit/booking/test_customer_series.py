"""Does "every Tuesday at 7" find its sessions, and is every conflict named with a way out?"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.domain.customer_series import (
    MOST_DATES,
    Calendar,
    Conflict,
    Every,
    OfferedSession,
    Wish,
    WishedDate,
    expand_customer_series,
    rule_for,
)
from services.booking.domain.schedule import InvalidSchedule, instant_of

YOGA, PILATES = UUID(int=1), UUID(int=2)
LISBON = "Europe/Lisbon"
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
FIRST = date(2026, 11, 3)  # a Tuesday
HORIZON = date(2026, 12, 1)


def session(local: str, seats: int = 5, service: UUID = YOGA, number: int = 0) -> OfferedSession:
    start = instant_of(datetime.fromisoformat(f"2026-{local}"), ZoneInfo(LISBON))
    return OfferedSession(
        session_id=UUID(int=number or int(start.timestamp())),
        service_id=service,
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        seats_left=seats,
    )


def wish(**values: Any) -> Wish:
    given = {"rule": rule_for(Every.WEEK, FIRST), "count": 4} | values
    return Wish(service_id=YOGA, first=FIRST, at=time(19), timezone=LISBON, **given)


def found(
    of: Wish, *sessions: OfferedSession, calendar: Calendar | None = None, now: datetime = NOW
) -> tuple[WishedDate, ...]:
    return expand_customer_series(of, sessions, calendar or Calendar(), now=now, before=HORIZON)


def test_every_wanted_date_is_checked_and_the_conflicts_are_listed() -> None:
    """Case 25. The free ones can be booked at once, the conflicting ones left out or replaced."""
    free, full, mine = session("11-03T19:00"), session("11-10T19:00", seats=0), session("11-24T19:00")
    calendar = Calendar(session_ids=frozenset({mine.session_id}))
    dates = found(wish(count=5), free, full, mine, calendar=calendar)
    assert [(f"{d.local_start:%m-%d}", d.conflict) for d in dates] == [
        ("11-03", None),
        ("11-10", Conflict.FULL),
        ("11-17", Conflict.NO_SESSION),
        ("11-24", Conflict.ALREADY_BOOKED),
        ("12-01", Conflict.OUTSIDE_HORIZON),
    ]
    assert [d.session for d in dates] == [free, None, None, None, None]


def test_a_conflict_comes_with_the_nearest_open_session_of_that_day() -> None:
    """Case 25. Same service, enough seats, not at a time when the customer is busy."""
    near = session("11-03T20:30")
    others = [
        session("11-03T08:00"),
        session("11-03T18:00", seats=0),
        session("11-03T19:00", seats=1),
        session("11-03T19:30", service=PILATES),
        session("11-03T20:00"),
        session("11-04T19:00"),
    ]
    busy = Calendar(busy=((others[4].starts_at, others[4].starts_at + timedelta(minutes=30)),))
    [day] = found(wish(count=1, party_size=2), near, *others, calendar=busy)
    assert (day.conflict, day.alternative) == (Conflict.FULL, near)


def test_a_date_on_which_the_customer_comes_anyway_gets_no_alternative() -> None:
    mine = session("11-03T19:00")
    calendar = Calendar(session_ids=frozenset({mine.session_id}))
    [day] = found(wish(count=1), mine, session("11-03T20:30"), calendar=calendar)
    assert (day.conflict, day.alternative) == (Conflict.ALREADY_BOOKED, None)


def test_nobody_is_booked_into_two_places_at_once() -> None:
    there = session("11-03T19:00")
    calendar = Calendar(
        busy=((there.starts_at - timedelta(minutes=30), there.starts_at + timedelta(minutes=1)),)
    )
    touching = Calendar(busy=((there.starts_at - timedelta(hours=1), there.starts_at),))
    assert found(wish(count=1), there, calendar=calendar)[0].conflict is Conflict.ELSEWHERE
    assert found(wish(count=1), there, calendar=touching)[0].session == there


def test_of_two_sessions_at_one_time_the_one_with_room_is_taken() -> None:
    full, free = session("11-03T19:00", seats=0, number=7), session("11-03T19:00", number=8)
    assert found(wish(count=1), full, free)[0].session == free


def test_the_wish_keeps_its_wall_clock_time_when_the_clocks_change() -> None:
    """Case 10. The wanted time is the business's wall clock."""
    sessions = [session("10-20T19:00"), session("10-27T19:00")]  # Lisbon leaves summer time on the 25th
    october = Wish(
        YOGA, rule_for(Every.WEEK, date(2026, 10, 20)), date(2026, 10, 20), time(19), LISBON, count=2
    )
    dates = found(october, *sessions, now=datetime(2026, 10, 1, tzinfo=UTC))
    assert [d.session for d in dates] == sessions
    assert sessions[1].starts_at - sessions[0].starts_at == timedelta(days=7, hours=1)


def test_a_date_that_has_passed_does_not_count() -> None:
    evening = datetime(2026, 11, 3, 19, 30, tzinfo=UTC)
    assert [f"{d.local_start:%m-%d}" for d in found(wish(count=2), now=evening)] == ["11-10", "11-17"]


def test_the_last_day_of_a_wish_is_included() -> None:
    dates = found(wish(count=None, until=date(2026, 11, 17)))
    assert [f"{d.local_start:%m-%d}" for d in dates] == ["11-03", "11-10", "11-17"]


@pytest.mark.parametrize(
    ("every", "first", "expected"),
    [
        (Every.WEEK, date(2026, 11, 3), ["11-03", "11-10", "11-17"]),
        (Every.TWO_WEEKS, date(2026, 11, 3), ["11-03", "11-17", "12-01"]),
        (Every.MONTH, date(2026, 11, 10), ["11-10", "12-08", "01-12"]),  # the second Tuesday
        (Every.MONTH, date(2027, 3, 30), ["03-30", "04-27", "05-25"]),  # the fifth is the last
    ],
)
def test_every_week_two_weeks_or_month_is_a_rule(every: Every, first: date, expected: list[str]) -> None:
    of = Wish(YOGA, rule_for(every, first), first, time(19), LISBON, count=3)
    assert [f"{d.local_start:%m-%d}" for d in found(of)] == expected


@pytest.mark.parametrize(
    "bounds",
    [
        {"count": None},
        {"count": 2, "until": FIRST},
        {"count": MOST_DATES + 1},
        {"count": None, "until": date(2030, 1, 1)},
        {"rule": "FREQ=HOURLY"},
    ],
)
def test_a_wish_without_a_sensible_end_is_refused(bounds: dict[str, Any]) -> None:
    with pytest.raises(InvalidSchedule):
        found(wish(**bounds))


@given(
    st.lists(st.tuples(st.integers(3, 28), st.integers(0, 23), st.integers(0, 3)), max_size=20),
    st.integers(1, 3),
)
def test_what_is_offered_can_be_booked(given_sessions: list[tuple[int, int, int]], party: int) -> None:
    """Case 25. Every session and every alternative has the seats, is to come and is of the wanted service and day."""
    sessions = [
        session(f"11-{day:02}T{hour:02}:00", seats, number=n)
        for n, (day, hour, seats) in enumerate(given_sessions, start=1)
    ]
    for day in found(wish(party_size=party), *sessions):
        assert (day.session is None) == (day.conflict is not None)
        for offered in filter(None, (day.session, day.alternative)):
            local = offered.starts_at.astimezone(ZoneInfo(LISBON))
            assert offered.seats_left >= party
            assert offered.starts_at > NOW
            assert local.date() == day.local_start.date()
