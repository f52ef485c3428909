"""What is to be paid or given back when a booking moves?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.domain.money.difference import Difference, Settlement, reschedule_difference

DIRECT, PAY, REFUND = Settlement.DIRECT, Settlement.PAY, Settlement.REFUND


@pytest.mark.parametrize(
    ("new", "settlement", "due", "refund"),
    [(2500, PAY, 500, 0), (1400, REFUND, 0, 600), (2000, DIRECT, 0, 0)],
)
def test_dearer_is_paid_cheaper_is_refunded_and_equal_is_moved_directly(
    new: int, settlement: Settlement, due: int, refund: int
) -> None:
    """Case 61. A booking of 20.00 that was paid."""
    found = reschedule_difference(2000, new, paid=2000)

    assert found == Difference(settlement, new - 2000, due, refund, 0)


def test_from_a_free_session_to_one_that_costs_all_is_to_be_paid() -> None:
    assert reschedule_difference(0, 1500, paid=0).due == 1500


def test_a_fee_for_moving_is_added_or_taken_off_what_goes_back() -> None:
    assert reschedule_difference(2000, 2000, paid=2000, fee=300).due == 300
    assert reschedule_difference(2000, 1400, paid=2000, fee=300).refund == 300


def test_a_deposit_stays_unless_it_exceeds_the_new_price() -> None:
    assert reschedule_difference(2000, 1400, paid=500) == Difference(DIRECT, -600, 0, 0, 900)
    assert reschedule_difference(2000, 400, paid=500).refund == 100
    assert reschedule_difference(2000, 2500, paid=500) == Difference(PAY, 500, 500, 0, 1500)


def test_who_pays_at_the_business_moves_directly_and_owes_the_new_price() -> None:
    assert reschedule_difference(2000, 2500, paid=0, prepaid=False) == Difference(DIRECT, 500, 0, 0, 2500)


@given(*[st.integers(0, 10_000)] * 4, st.booleans())
def test_after_the_move_exactly_its_price_is_paid_or_owed(
    old: int, new: int, paid: int, fee: int, prepaid: bool
) -> None:
    found = reschedule_difference(old, new, paid, fee=fee, prepaid=prepaid)

    assert paid + found.due - found.refund + found.owed == new + fee
    assert min(found.due, found.refund, found.owed) >= 0
    assert not (found.due and found.refund)
