"""Whose turn is it when any staff member will do?"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import permutations
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.booking.domain.availability import DayCount, Workload, assign
from tests.unit.booking.availability.scenes import ANA, BEA, CAL, MONDAY, at

SUNDAY = MONDAY - timedelta(days=1)
TUESDAY = MONDAY + timedelta(days=1)


def load(today: int = 0, tomorrow: int = 0, last: str | None = None, sunday: int = 0) -> Workload:
    counts = ((SUNDAY, sunday), (MONDAY, today), (TUESDAY, tomorrow))
    return Workload(
        tuple(DayCount(day, bookings, bookings * 60) for day, bookings in counts if bookings),
        at(last) if last else None,
    )


def turn(**loads: Workload) -> UUID | None:
    people = {"ana": ANA, "bea": BEA, "cal": CAL}
    workloads = {people[name]: one for name, one in loads.items()}
    answers = {assign(order, workloads, MONDAY, today=MONDAY) for order in permutations(workloads)}
    assert len(answers) == 1  # whatever the order of the candidates
    return answers.pop()


def test_who_has_the_fewest_bookings_that_day_is_next_even_with_a_fuller_week() -> None:
    assert turn(ana=load(today=2), bea=load(today=1, tomorrow=9), cal=load(today=3)) == BEA


def test_on_equal_days_the_week_decides() -> None:
    assert turn(ana=load(today=1, tomorrow=2), bea=load(today=1, tomorrow=1)) == BEA


def test_last_weeks_bookings_do_not_matter() -> None:
    assert turn(ana=load(sunday=9, last="08:00"), bea=load(last="09:00")) == ANA


def test_on_equal_weeks_it_is_who_waited_longest_and_who_was_never_chosen_before_all() -> None:
    assert turn(ana=load(last="09:00"), bea=load(last="08:00")) == BEA
    assert turn(ana=load(last="09:00"), bea=load(last="08:00"), cal=load()) == CAL


def test_otherwise_the_order_is_stable() -> None:
    assert turn(cal=load(), bea=load()) == BEA


def test_somebody_without_a_workload_has_none() -> None:
    assert assign([ANA, BEA], {ANA: load(today=1)}, MONDAY, today=MONDAY) == BEA


def test_nobody_is_assigned_when_there_is_nobody() -> None:
    assert assign([], {}, MONDAY, today=MONDAY) is None


@given(st.integers(1, 40))
def test_bookings_of_one_day_are_spread_as_evenly_as_can_be(count: int) -> None:
    given_out: Counter[UUID] = Counter()
    for n in range(count):
        loads = {who: Workload((DayCount(MONDAY, given_out[who], 0),)) for who in (ANA, BEA, CAL)}
        chosen = assign((ANA, BEA, CAL), loads, MONDAY, today=MONDAY)
        assert chosen is not None
        given_out[chosen] += 1
        assert max(given_out.values()) - min(given_out[who] for who in loads) <= 1, n
