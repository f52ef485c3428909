"""From which day to which day does a membership hold?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.domain.money.membership import Days, end_of, last_day, lengthened, period_of


def test_a_month_from_28_february_ends_on_27_march_at_the_last_second_of_the_local_day() -> None:
    """Case 63. In Berlin (UTC+1 on that day) and in New York."""
    ends = last_day(date(2026, 2, 28), 1)

    assert ends == date(2026, 3, 27)
    assert end_of(ends, "Europe/Berlin") == datetime(2026, 3, 27, 22, 59, 59, tzinfo=UTC)
    assert end_of(ends, "America/New_York") == datetime(2026, 3, 28, 3, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        (date(2026, 1, 1), 1, date(2026, 1, 31)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 1, 29), 1, date(2026, 2, 28)),
        (date(2026, 1, 28), 1, date(2026, 2, 27)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 3, 15), 12, date(2027, 3, 14)),
    ],
)
def test_a_period_ends_on_the_eve_of_its_day_or_at_the_end_of_a_month_without_it(
    first: date, months: int, last: date
) -> None:
    assert last_day(first, months) == last


def test_renewals_from_the_31st_keep_to_the_ends_of_the_months() -> None:
    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 30), date(2026, 3, 31), date(2026, 4, 30)]

    assert [period_of(date(2026, 1, 31), 1, (), day) for day in days] == [
        Days(date(2026, 1, 31), date(2026, 2, 28)),
        Days(date(2026, 3, 1), date(2026, 3, 30)),
        Days(date(2026, 3, 1), date(2026, 3, 30)),
        Days(date(2026, 3, 31), date(2026, 4, 30)),
        Days(date(2026, 3, 31), date(2026, 4, 30)),
    ]


def test_paused_days_are_added_at_the_end_once_each() -> None:
    first, last = date(2026, 3, 1), date(2026, 3, 31)
    week = Days(date(2026, 3, 10), date(2026, 3, 16))
    overlapping = Days(date(2026, 3, 14), date(2026, 3, 18))

    assert lengthened(first, last, (week,)) == date(2026, 4, 7)
    assert lengthened(first, last, (overlapping, week)) == date(2026, 4, 9)
    assert lengthened(first, last, (Days(date(2026, 4, 1), date(2026, 4, 9)),)) == last
    assert lengthened(first, last, (Days(date(2026, 2, 20), date(2026, 3, 1)),)) == date(2026, 4, 1)


def test_a_pause_moves_the_periods_after_it() -> None:
    pause = (Days(date(2026, 3, 10), date(2026, 3, 16)),)

    assert period_of(date(2026, 3, 1), 1, pause, date(2026, 4, 7)) == Days(date(2026, 3, 1), date(2026, 4, 7))
    assert period_of(date(2026, 3, 1), 1, pause, date(2026, 4, 8)) == Days(date(2026, 4, 8), date(2026, 5, 7))
    assert period_of(date(2026, 3, 1), 1, pause, date(2026, 2, 28)) is None


def test_days_that_end_before_they_begin_are_refused() -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        Days(date(2026, 3, 2), date(2026, 3, 1))


DATES = st.dates(date(2024, 1, 1), date(2028, 12, 31))
PAUSES = st.lists(
    st.builds(lambda d, n: Days(d, d + timedelta(days=n)), DATES, st.integers(0, 40)), max_size=4
)


@given(DATES, st.integers(1, 13), PAUSES)
def test_a_lengthened_period_has_as_many_days_that_can_be_used_as_one_without_pauses(
    first: date, months: int, pauses: list[Days]
) -> None:
    nominal = last_day(first, months)
    ends = lengthened(first, nominal, pauses)
    days = [first + timedelta(days=n) for n in range((ends - first).days + 1)]
    usable = [day for day in days if not any(day in pause for pause in pauses)]

    assert len(usable) == (nominal - first).days + 1
    assert ends not in [day for day in days if day not in usable]


@given(DATES, st.integers(1, 4), PAUSES, st.integers(0, 900))
def test_every_day_is_in_exactly_one_period_and_periods_touch(
    first: date, months: int, pauses: list[Days], after: int
) -> None:
    found = period_of(first, months, pauses, day := first + timedelta(days=after))

    assert found is not None
    assert day in found
    following = period_of(first, months, pauses, found.last + timedelta(days=1))
    assert following is not None
    assert following.first == found.last + timedelta(days=1)
