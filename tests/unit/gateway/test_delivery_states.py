"""How far has a delivery come? The order of states."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.backoff import backoff
from services.gateway.domain.states import RANKS, State, furthest

STATES = st.sampled_from(sorted(RANKS))


@given(STATES, STATES)
def test_a_state_never_goes_back(current: State, reported: State) -> None:
    assert RANKS[furthest(current, reported)] >= RANKS[current]


@pytest.mark.parametrize("order", list(permutations(["sent", "delivered", "read"])))
def test_reports_in_any_order_end_in_the_same_state(order: tuple[State, ...]) -> None:
    state: State = "pending"
    for reported in order:
        state = furthest(state, reported)

    assert state == "read"


def test_a_failure_after_sent_counts_and_after_delivered_does_not() -> None:
    assert furthest("sent", "failed") == "failed"
    assert furthest("delivered", "failed") == "delivered"


def test_proof_of_delivery_corrects_a_failure() -> None:
    assert furthest("failed", "delivered") == "delivered"


@given(st.integers(0, 10_000))
def test_waiting_grows_up_to_a_minute(tries: int) -> None:
    assert 0.5 <= backoff(tries) <= backoff(tries + 1) <= 60
