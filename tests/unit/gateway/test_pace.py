"""May one more go out now? The sums behind the token buckets."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.pace import Limit, pair, per_second, take

RATES = st.one_of(st.integers(1, 1000).map(float), st.floats(0.2, 500))
PAUSES = st.lists(st.floats(0, 3), min_size=1, max_size=60)


def sent_at(arrivals: Iterable[float], limit: Limit) -> list[float]:
    """When those who arrive (in this order) go out, each as soon as it may."""
    due, now, out = 0.0, 0.0, []
    for arrival in arrivals:
        now = max(now, arrival)
        due, wait = take(due, now, limit)
        while wait:
            now += wait
            due, wait = take(due, now, limit)
        out.append(now)
    return out


def arrivals(pauses: list[float], at_once: int) -> list[float]:
    now, result = 1000.0, []
    for pause in pauses:
        now += pause
        result += [now] * at_once
    return result


def most_within(times: list[float], seconds: float) -> int:
    """The most within any half-open window of this length (give or take a rounding error)."""
    return max(sum(0 <= other - time < seconds - 1e-4 for other in times) for time in times)


@given(RATES, PAUSES, st.integers(1, 8))
def test_an_account_never_sends_more_than_its_rate_within_any_second(
    rate: float, pauses: list[float], at_once: int
) -> None:
    assert most_within(sent_at(arrivals(pauses, at_once), per_second(rate)), 1.0) <= max(1.0, -(-rate // 1))


@given(st.floats(0.5, 10), st.integers(1, 60), PAUSES, st.floats(0.1, 100))
def test_a_pair_never_gets_more_than_its_burst_and_what_is_earned_in_any_window(
    seconds: float, burst: int, pauses: list[float], window: float
) -> None:
    times = sent_at(arrivals(pauses, 2), pair(seconds, burst))

    assert most_within(times, window) <= burst + window / seconds + 1


@given(RATES, PAUSES, st.integers(1, 8))
def test_whoever_waits_goes_at_the_earliest_instant(rate: float, pauses: list[float], at_once: int) -> None:
    limit, came = per_second(rate), arrivals(pauses, at_once)
    due = 0.0
    for arrival, now in zip(came, sent_at(came, limit), strict=True):
        if now > arrival:
            assert take(due, now - 1e-3, limit)[1] > 0
        due, wait = take(due, now, limit)
        assert wait == 0.0


@given(RATES, st.integers(1, 500))
def test_no_capacity_is_wasted_while_somebody_waits(rate: float, count: int) -> None:
    limit = per_second(rate)

    last = sent_at([1000.0] * count, limit)[-1] - 1000.0

    assert last <= max(0.0, count - limit.burst) * limit.interval + 1e-3


def test_a_burst_is_borrowed_from_the_next_ones() -> None:
    times = sent_at([1000.0] * 50, pair(6.0, 45))

    assert times[:44] == [1000.0] * 44
    assert times[44] - 1000.0 > 5.9
    assert times[49] - times[48] > 5.9


def test_a_clock_that_was_set_back_delays_nobody_for_longer_than_the_burst() -> None:
    limit = per_second(80)
    due, _ = take(0.0, 1_000_000.0, limit)

    _, wait = take(due, 500_000.0, limit)

    assert wait <= limit.interval
