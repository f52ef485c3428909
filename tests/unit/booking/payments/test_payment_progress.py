"""Does news in any order and number lead to the same payment, and does a due row always have a next step?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.payments.port import Callback, CallbackKind, PaymentStatus, RefundState, RefundStatus
from services.booking.payments.progress import (
    Learnt,
    Pauses,
    Payment,
    Refund,
    Step,
    Wish,
    advance,
    advance_refund,
    due_after_call,
    due_after_change,
    next_step,
    of_callback,
    refund_due,
    settled,
)
from tests.unit.booking.payments.clock import StandingClock

NOW = StandingClock().now
PAUSES = Pauses()
OVER = (PaymentStatus.FAILED, PaymentStatus.VOIDED)
PAYMENT = Payment(
    tenant_id=UUID(int=1),
    id=UUID(int=2),
    booking_id=UUID(int=3),
    session_id=UUID(int=4),
    customer_id=UUID(int=5),
    method="card",
    amount=1500,
    currency="EUR",
    description="Yoga",
    return_url="https://x.example/",
    auto_capture=True,
    expires_at=NOW + timedelta(minutes=30),
    created_at=NOW,
)
REFUND = Refund(UUID(int=1), UUID(int=6), PAYMENT.id, 500)


def told(kind: CallbackKind, minute: int = 0, reason: str | None = None) -> Learnt:
    callback = Callback("evt", "pay_1", PAYMENT.id, kind, 1500, NOW + timedelta(minutes=minute), reason)
    learnt = of_callback(callback)
    assert learnt is not None
    return learnt


def after(*news: Learnt) -> Payment:
    payment = PAYMENT
    for one in news:
        payment = advance(payment, one)
    return payment


PAID = [
    told(CallbackKind.AUTHORISED),
    told(CallbackKind.CAPTURED),
    told(CallbackKind.DECLINED, reason="expired_card"),
]


@given(st.permutations(PAID * 2))
def test_callbacks_in_any_order_and_number_end_in_a_captured_payment(news: list[Learnt]) -> None:
    payment = after(*news)

    assert (payment.status, payment.captured, payment.error) == (PaymentStatus.CAPTURED, 1500, None)


@given(st.lists(st.sampled_from([told(kind) for kind in CallbackKind if not kind.startswith("refund")])))
def test_telling_the_same_story_twice_changes_nothing(news: list[Learnt]) -> None:
    once = after(*news)

    assert after(*news, *news) == once


@pytest.mark.parametrize("over", [CallbackKind.FAILED, CallbackKind.VOIDED])
def test_money_that_was_taken_after_all_is_seen_on_a_payment_that_was_over(over: CallbackKind) -> None:
    assert after(told(over), told(CallbackKind.CAPTURED)).status is PaymentStatus.CAPTURED
    assert after(told(CallbackKind.CAPTURED), told(over)).status is PaymentStatus.CAPTURED


@pytest.mark.parametrize("over", [CallbackKind.FAILED, CallbackKind.VOIDED])
def test_a_late_authorisation_does_not_revive_a_payment_that_is_over(over: CallbackKind) -> None:
    assert after(told(over), told(CallbackKind.AUTHORISED)).status in OVER


def test_a_dispute_is_not_undone_by_a_late_capture_whose_amount_still_counts() -> None:
    payment = after(told(CallbackKind.DISPUTED), told(CallbackKind.CAPTURED))

    assert (payment.status, payment.captured) == (PaymentStatus.DISPUTED, 1500)


def test_a_dispute_that_overtook_its_capture_is_looked_up_at_once() -> None:
    disputed = after(told(CallbackKind.DISPUTED))

    assert due_after_change(disputed, NOW, PAUSES) == NOW
    assert next_step(disputed, NOW, asked=True) is Step.ASK


def test_only_a_newer_decline_is_news() -> None:
    created = after(Learnt(PaymentStatus.CREATED, reference="pay_1", link="l"))
    second = advance(created, told(CallbackKind.DECLINED, 2, "expired_card"))

    assert second.error == "expired_card"
    assert advance(second, told(CallbackKind.DECLINED, 1, "insufficient_funds")) == second
    assert advance(second, told(CallbackKind.DECLINED, 3, "expired_card")) != second


@pytest.mark.parametrize(
    ("refunded", "status"),
    [(0, PaymentStatus.CAPTURED), (500, PaymentStatus.PARTLY_REFUNDED), (1500, PaymentStatus.REFUNDED)],
)
def test_what_was_given_back_decides_how_refunded_a_payment_is(refunded: int, status: PaymentStatus) -> None:
    paid = after(told(CallbackKind.CAPTURED))

    assert settled(replace(paid, refunded=refunded)).status is status


@pytest.mark.parametrize("status", [PaymentStatus.CREATED, PaymentStatus.VOIDED, PaymentStatus.DISPUTED])
def test_a_payment_that_is_not_paid_keeps_its_status_whatever_was_given_back(status: PaymentStatus) -> None:
    assert settled(replace(PAYMENT, status=status, refunded=500)).status is status


@pytest.mark.parametrize(
    ("status", "wish", "asked", "minutes", "step"),
    [
        (PaymentStatus.REQUESTED, Wish.PAY, False, 0, Step.CREATE),
        (PaymentStatus.REQUESTED, Wish.VOID, False, 0, Step.GIVE_UP),
        (PaymentStatus.REQUESTED, Wish.PAY, False, 30, Step.GIVE_UP),
        # It may exist there: ask for it under its key first, then void it.
        (PaymentStatus.REQUESTED, Wish.VOID, True, 0, Step.CREATE),
        (PaymentStatus.REQUESTED, Wish.PAY, True, 30, Step.CREATE),
        (PaymentStatus.CREATED, Wish.PAY, True, 29, Step.ASK),
        (PaymentStatus.CREATED, Wish.PAY, True, 30, Step.VOID),
        (PaymentStatus.CREATED, Wish.VOID, True, 0, Step.VOID),
        (PaymentStatus.CREATED, Wish.CAPTURE, True, 0, Step.ASK),
        (PaymentStatus.AUTHORISED, Wish.PAY, True, 60, Step.ASK),
        (PaymentStatus.AUTHORISED, Wish.CAPTURE, True, 0, Step.CAPTURE),
        (PaymentStatus.AUTHORISED, Wish.VOID, True, 0, Step.VOID),
        (PaymentStatus.CAPTURED, Wish.VOID, True, 0, Step.ASK),
    ],
)
def test_the_next_step_follows_from_status_wish_and_time(
    status: PaymentStatus, wish: Wish, asked: bool, minutes: int, step: Step
) -> None:
    payment = replace(PAYMENT, status=status, wish=wish)

    assert next_step(payment, NOW + timedelta(minutes=minutes), asked=asked) is step


def test_an_open_link_is_looked_at_less_and_less_often_but_at_its_end_for_sure() -> None:
    payment = replace(PAYMENT, status=PaymentStatus.CREATED)
    looks = [
        due_after_call(replace(payment, attempts=attempts), NOW, PAUSES, failed=False)
        for attempts in range(8)
    ]

    assert looks[0] == NOW + timedelta(seconds=20)
    assert looks == sorted(looks, key=lambda look: look or NOW)
    near_its_end = replace(payment, attempts=7, expires_at=NOW + timedelta(seconds=3))
    assert due_after_call(near_its_end, NOW, PAUSES, failed=False) == near_its_end.expires_at


def test_pauses_after_failed_calls_double_up_to_the_longest() -> None:
    pauses = [PAUSES.after_failure(attempts).total_seconds() for attempts in (1, 2, 3, 4, 50)]

    assert pauses == [1, 2, 4, 8, 900]


@pytest.mark.parametrize("status", [PaymentStatus.CAPTURED, PaymentStatus.FAILED, PaymentStatus.VOIDED])
def test_a_payment_that_is_over_is_not_called_about_again(status: PaymentStatus) -> None:
    over = replace(PAYMENT, status=status)

    assert due_after_change(over, NOW, PAUSES) is None
    assert due_after_call(over, NOW, PAUSES, failed=False) is None


def state(status: RefundStatus, refund_round: int = 1) -> RefundState:
    return RefundState("re_1", status, 500, REFUND.id, refund_round)


def test_a_refund_that_the_bank_sent_back_has_failed_and_an_old_success_does_not_hide_it() -> None:
    done = advance_refund(REFUND, state(RefundStatus.DONE))
    bounced = advance_refund(done, state(RefundStatus.FAILED))

    assert bounced.status is RefundStatus.FAILED
    assert advance_refund(bounced, state(RefundStatus.DONE)) == bounced


def test_news_of_an_earlier_round_does_not_touch_the_retry() -> None:
    retried = replace(REFUND, round=2)

    assert advance_refund(retried, state(RefundStatus.FAILED, 1)) == retried
    assert advance_refund(retried, state(RefundStatus.DONE, 2)).status is RefundStatus.DONE


def test_a_settled_refund_is_not_called_about_again_and_a_pending_one_is() -> None:
    for status in (RefundStatus.DONE, RefundStatus.FAILED):
        assert refund_due(replace(REFUND, status=status), NOW, PAUSES, failed=False) is None
    pending = replace(REFUND, status=RefundStatus.PENDING)
    assert refund_due(pending, NOW, PAUSES, failed=False) == NOW + PAUSES.poll
