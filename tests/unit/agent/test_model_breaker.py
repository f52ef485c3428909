"""When is a model left alone, and when is it tried again?"""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import given

from services.agent.models.breaker import LONGEST_PAUSE, Breaker


class Clock:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def breaker(clock: Clock, failures: int = 3) -> Breaker:
    return Breaker(clock, failures=failures, pause=30)


def test_failures_in_a_row_open_it_and_a_success_between_them_does_not() -> None:
    circuit = breaker(Clock())
    assert [circuit.failed(), circuit.failed()] == [False, False]
    circuit.succeeded()
    assert [circuit.failed(), circuit.failed(), circuit.failed()] == [False, False, True]
    assert not circuit.admit()


def test_after_the_pause_one_request_is_let_through_and_no_other() -> None:
    clock = Clock()
    circuit = breaker(clock, failures=1)
    circuit.failed()
    clock.now += 29.9
    assert not circuit.admit()
    clock.now += 0.2
    assert [circuit.admit() for _ in range(5)] == [True, False, False, False, False]


def test_the_probe_decides() -> None:
    clock = Clock()
    circuit = breaker(clock, failures=3)
    for _ in range(3):
        circuit.failed()
    clock.now += 31
    assert circuit.admit()
    circuit.failed()
    assert not circuit.admit()  # one failure is enough for a probe
    clock.now += 31
    assert circuit.admit()
    circuit.succeeded()
    assert circuit.admit()
    assert circuit.admit()


def test_a_probe_that_nobody_waited_for_leaves_its_place_to_the_next() -> None:
    clock = Clock()
    circuit = breaker(clock, failures=1)
    circuit.failed()
    clock.now += 31
    assert circuit.admit()
    circuit.left()
    assert circuit.admit()


def test_a_provider_that_says_how_long_is_left_alone_for_so_long() -> None:
    clock = Clock()
    circuit = breaker(clock)
    assert circuit.failed(rest=120)
    clock.now += 119
    assert not circuit.admit()
    clock.now += 2
    assert circuit.admit()


def test_nobody_is_left_alone_for_longer_than_ten_minutes() -> None:
    clock = Clock()
    circuit = breaker(clock)
    circuit.failed(rest=86_400)
    clock.now += LONGEST_PAUSE
    assert circuit.admit()


@given(st.lists(st.sampled_from(["ask", "answer", "fail", "leave", "wait"]), max_size=60))
def test_it_never_rests_for_ever(events: list[str]) -> None:
    clock = Clock()
    circuit = breaker(clock)
    under_way = 0
    for event in events:
        if event == "ask":
            under_way += circuit.admit()
        elif event == "wait":
            clock.now += 7
        elif under_way:
            under_way -= 1
            {"answer": circuit.succeeded, "fail": circuit.failed, "leave": circuit.left}[event]()
    for _ in range(under_way):
        circuit.left()
    clock.now += LONGEST_PAUSE
    assert circuit.admit()
