"""What becomes of a payment when callbacks come late, twice or in the wrong order?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.domain.money.lifecycle import (
    Changed,
    Conflict,
    Payment,
    PaymentStatus,
    Signal,
    SignalKind,
    Unchanged,
    may_capture,
    may_refund,
    may_void,
    receive,
)

AUTHORISED = Signal(SignalKind.AUTHORISED, 1000)
CAPTURED = Signal(SignalKind.CAPTURED, 1000)
FAILED = Signal(SignalKind.FAILED)
VOIDED = Signal(SignalKind.VOIDED)
DISPUTED, WON, LOST = (
    Signal(kind) for kind in (SignalKind.DISPUTED, SignalKind.DISPUTE_WON, SignalKind.DISPUTE_LOST)
)


def back(amount: int, refund_id: str = "r1") -> Signal:
    return Signal(SignalKind.REFUNDED, amount, refund_id)


def after(*signals: Signal) -> Payment:
    payment = Payment(1000)
    for signal in signals:
        payment = receive(payment, signal).payment
    return payment


@pytest.mark.parametrize(
    ("signals", "status"),
    [
        ((), PaymentStatus.REQUESTED),
        ((AUTHORISED,), PaymentStatus.AUTHORISED),
        ((AUTHORISED, CAPTURED), PaymentStatus.CAPTURED),
        ((AUTHORISED, CAPTURED, back(400)), PaymentStatus.PARTLY_REFUNDED),
        ((AUTHORISED, CAPTURED, back(400), back(600, "r2")), PaymentStatus.REFUNDED),
        ((Signal(SignalKind.CAPTURED, 600), back(600)), PaymentStatus.REFUNDED),
        ((FAILED,), PaymentStatus.FAILED),
        ((AUTHORISED, VOIDED), PaymentStatus.VOIDED),
        ((CAPTURED, DISPUTED), PaymentStatus.DISPUTED),
        ((CAPTURED, DISPUTED, WON), PaymentStatus.CAPTURED),
        ((CAPTURED, back(400), DISPUTED, WON), PaymentStatus.PARTLY_REFUNDED),
        ((CAPTURED, DISPUTED, LOST), PaymentStatus.DISPUTED),
    ],
)
def test_a_payment_goes_the_way_its_callbacks_say(signals: tuple[Signal, ...], status: PaymentStatus) -> None:
    assert after(*signals).status is status


@pytest.mark.parametrize(
    ("signals", "late"),
    [
        ((AUTHORISED, CAPTURED), AUTHORISED),
        ((AUTHORISED, CAPTURED), CAPTURED),
        ((CAPTURED, back(400)), back(400)),
        ((CAPTURED, DISPUTED, WON), DISPUTED),
        ((FAILED,), FAILED),
    ],
)
def test_a_late_or_repeated_callback_changes_nothing(signals: tuple[Signal, ...], late: Signal) -> None:
    payment = after(*signals)

    assert receive(payment, late) == Unchanged(payment)


def test_an_authorisation_that_comes_after_the_capture_does_not_move_it_back() -> None:
    found = receive(after(CAPTURED), AUTHORISED)

    assert found.payment.status is PaymentStatus.CAPTURED


@pytest.mark.parametrize("signal", [FAILED, VOIDED])
def test_money_that_was_taken_cannot_have_failed(signal: Signal) -> None:
    for payment in (after(CAPTURED), after(back(100)), after(DISPUTED)):
        found = receive(payment, signal)
        assert isinstance(found, Conflict)
        assert found.payment == payment


@pytest.mark.parametrize("before", [FAILED, VOIDED])
def test_money_that_comes_after_all_is_taken_note_of_and_marked_to_be_given_back(before: Signal) -> None:
    found = receive(after(before), CAPTURED)

    assert isinstance(found, Changed)
    assert found.unexpected
    assert found.payment.status is PaymentStatus.CAPTURED
    given_back = receive(found.payment, back(1000))
    assert isinstance(given_back, Changed)
    assert not given_back.unexpected
    assert receive(Payment(1000), CAPTURED) == Changed(after(CAPTURED), unexpected=False)


@pytest.mark.parametrize(
    "signal",
    [
        Signal(SignalKind.AUTHORISED, 1001),
        Signal(SignalKind.CAPTURED, 0),
        Signal(SignalKind.CAPTURED, -1),
        back(1001),
        Signal(SignalKind.REFUNDED, 10),
    ],
)
def test_amounts_that_cannot_be_are_a_conflict_and_change_nothing(signal: Signal) -> None:
    payment = Payment(1000)

    assert receive(payment, signal).payment == payment
    assert isinstance(receive(payment, signal), Conflict)


def test_more_than_was_captured_never_goes_back() -> None:
    payment = after(Signal(SignalKind.CAPTURED, 600), back(400))

    assert isinstance(receive(payment, back(300, "r2")), Conflict)
    assert isinstance(receive(payment, back(500)), Conflict)  # the same refund, another amount


def test_only_what_is_captured_and_not_given_back_or_asked_for_can_be_refunded() -> None:
    payment = after(CAPTURED, back(400))

    assert may_refund(payment, 600) is None
    assert may_refund(payment, 601) is not None
    assert may_refund(payment, 600, pending=1) is not None
    assert may_refund(payment, 0) is not None
    assert may_refund(after(AUTHORISED), 1) is not None
    assert may_refund(after(CAPTURED, DISPUTED), 1) is not None
    assert may_refund(after(CAPTURED, DISPUTED, WON), 1000) is None


def test_only_an_authorisation_is_captured_and_only_before_money_moved_is_voided() -> None:
    assert may_capture(after(AUTHORISED)) is None
    for signals in ((), (CAPTURED,), (FAILED,), (AUTHORISED, VOIDED)):
        assert may_capture(after(*signals)) is not None
    assert may_void(after(AUTHORISED)) is None
    assert may_void(Payment(1000)) is None
    for signals in ((CAPTURED,), (FAILED,), (AUTHORISED, VOIDED)):
        assert may_void(after(*signals)) is not None


STORY = (AUTHORISED, CAPTURED, back(300, "a"), back(700, "b"), DISPUTED, WON)


@given(st.lists(st.sampled_from(STORY), max_size=12).flatmap(lambda more: st.permutations((*STORY, *more))))
def test_the_callbacks_of_one_payment_end_in_the_same_state_in_any_order_and_number(
    signals: list[Signal],
) -> None:
    assert after(*signals) == after(*STORY)


SIGNALS = st.builds(
    Signal,
    st.sampled_from(SignalKind),
    st.integers(-10, 1200),
    st.one_of(st.none(), st.sampled_from(["a", "b", "c"])),
)


@given(st.lists(SIGNALS, max_size=15))
def test_whatever_comes_money_taken_and_given_back_only_grows_and_stays_within_the_payment(
    signals: list[Signal],
) -> None:
    payment = Payment(1000)
    for signal in signals:
        found = receive(payment, signal).payment
        assert 0 <= payment.captured <= found.captured <= 1000
        assert 0 <= payment.refunded <= found.refunded <= 1000
        assert found.took_money or not payment.took_money
        payment = found
