"""Does it matter in which order, how often or how late callbacks come? It must not; and no money is overlooked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import permutations
from uuid import UUID, uuid4

import pytest

from services.booking.payments.emulator_script import Card, Chances, Paid
from services.booking.payments.port import Callback, CallbackKind, PaymentStatus
from services.booking.payments.reports import PaymentChanged, RefundChanged
from shared.db import Database
from shared.settings import Settings
from tests.integration.booking.payments_bench import Till, payment_tables


@pytest.fixture
async def tables(quick: Settings) -> AsyncIterator[None]:
    async for _ in payment_tables(quick):
        yield


@pytest.fixture
def till(db: Database, tables: None) -> Till:
    return Till(db)


async def callbacks_of_a_paid_payment(till: Till) -> tuple[UUID, list[Callback]]:
    """A customer whose first card was declined and whose second one worked; nothing of it was delivered."""
    payment_id, link = await till.link()
    till.bank.pay(link, Card.EXPIRED_CARD)
    till.bank.pay(link)
    return payment_id, till.bank.callbacks.take()


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_callbacks_in_any_order_end_in_the_same_payment(till: Till, order: tuple[int, ...]) -> None:
    payment_id, callbacks = await callbacks_of_a_paid_payment(till)

    for index in order:
        await till.runner.record_callback(callbacks[index])

    payment = await till.payment(payment_id)
    assert (payment.status, payment.captured, payment.error) == (PaymentStatus.CAPTURED, 1500, None)


async def test_a_callback_that_comes_again_changes_nothing_and_is_told_once(till: Till) -> None:
    payment_id, callbacks = await callbacks_of_a_paid_payment(till)
    for callback in callbacks:
        await till.runner.record_callback(callback)
    before = await till.payment(payment_id)
    await till.runner.run_once()
    told = len(till.changes)

    for callback in callbacks * 2:
        await till.runner.record_callback(callback)
    await till.runner.run_once()

    assert await till.payment(payment_id) == before
    assert len(till.changes) == told


async def test_a_declined_card_is_told_while_the_link_stays_open(till: Till) -> None:
    payment_id, link = await till.link()
    assert till.bank.pay(link, Card.INSUFFICIENT_FUNDS) is Paid.DECLINED
    await till.news()
    await till.runner.run_once()
    declined = till.changes[-1]

    till.bank.pay(link)
    await till.news()

    assert isinstance(declined, PaymentChanged)
    assert (declined.status, declined.reason) == (PaymentStatus.CREATED, "insufficient_funds")
    assert declined.link == link
    assert (await till.payment(payment_id)).status is PaymentStatus.CAPTURED


async def test_a_callback_that_overtakes_the_answer_of_the_first_call_counts(till: Till) -> None:
    payment_id = await till.ask()
    created = await till.bank.create((await till.payment(payment_id)).request)
    till.bank.pay(created.link)

    await till.news()
    await till.runner.run_once()

    payment = await till.payment(payment_id)
    assert (payment.status, payment.captured) == (PaymentStatus.CAPTURED, 1500)
    assert payment.reference == created.reference


async def test_a_capture_that_arrives_after_the_booking_was_given_up_is_reported(till: Till) -> None:
    payment_id, callbacks = await callbacks_of_a_paid_payment(till)
    await till.give_up(payment_id)
    failed = replace(callbacks[0], id="evt_f", kind=CallbackKind.FAILED, reason="expired")
    await till.runner.record_callback(failed)
    given_up = await till.payment(payment_id)

    await till.runner.record_callback(callbacks[2])
    await till.runner.run_once()

    assert given_up.status is PaymentStatus.FAILED
    assert (till.changes[-1].status, till.changes[-1].reason) == (PaymentStatus.CAPTURED, None)


async def test_a_customer_who_leaves_the_page_ends_the_payment(till: Till) -> None:
    payment_id, link = await till.link()
    till.bank.abandon(link)
    await till.news()

    payment = await till.payment(payment_id)
    assert (payment.status, payment.error) == (PaymentStatus.FAILED, "abandoned")


async def test_a_dispute_is_told_with_what_was_captured(till: Till) -> None:
    payment_id = await till.paid()
    till.bank.dispute((await till.payment(payment_id)).reference or "")
    await till.news()
    await till.runner.run_once()

    change = till.changes[-1]
    assert isinstance(change, PaymentChanged)
    assert (change.status, change.captured) == (PaymentStatus.DISPUTED, 1500)


async def test_a_dispute_that_overtook_the_capture_is_looked_up(till: Till) -> None:
    payment_id, callbacks = await callbacks_of_a_paid_payment(till)
    till.bank.dispute(callbacks[0].reference)
    [disputed] = till.bank.callbacks.take()
    await till.runner.record_callback(disputed)

    await till.runner.run_once()

    payment = await till.payment(payment_id)
    assert (payment.status, payment.captured) == (PaymentStatus.DISPUTED, 1500)


async def test_a_callback_about_a_payment_of_nobody_is_left_alone(till: Till) -> None:
    payment_id, [callback, *_] = await callbacks_of_a_paid_payment(till)
    before = await till.payment(payment_id)

    await till.runner.record_callback(replace(callback, payment_id=uuid4()))

    assert await till.payment(payment_id) == before


async def test_a_refund_made_in_the_processors_console_counts_once(till: Till) -> None:
    payment_id = await till.paid()
    till.bank.refund_by_hand((await till.payment(payment_id)).reference or "", 400)
    [callback] = till.bank.callbacks.take()
    await till.runner.record_callback(callback)
    await till.runner.record_callback(callback)
    await till.runner.run_once()

    payment = await till.payment(payment_id)
    assert (payment.status, payment.refunded) == (PaymentStatus.PARTLY_REFUNDED, 400)
    assert await till.refunds_of(payment_id) == 1
    assert any(isinstance(change, RefundChanged) and change.amount == 400 for change in till.changes)


@pytest.mark.no_cover  # the same lines thousands of times
@pytest.mark.parametrize("seed", range(5))
async def test_whatever_goes_wrong_the_rows_end_as_the_banks_own_books(
    db: Database, tables: None, seed: int
) -> None:
    mishaps = Chances(
        unavailable=0.1, timed_out_undone=0.1, timed_out_done=0.2, duplicate=0.3, late=0.4, lost=0.2
    )
    till = Till(db, chances=mishaps, seed=seed)
    payments = [await till.ask(auto_capture=number % 2 == 0) for number in range(12)]
    refunds = [uuid4() for _ in payments]
    for _ in range(200):
        await till.runner.run_once()
        await till.news()
        for number, (payment_id, refund_id) in enumerate(zip(payments, refunds, strict=True)):
            payment = await till.payment(payment_id)
            if payment.link and number % 4:
                till.bank.pay(payment.link)
            if payment.status is PaymentStatus.AUTHORISED:
                await till.take(payment_id)
            if payment.captured and number % 3 == 0:
                await till.refund(payment_id, 700, refund_id)
        till.clock.forward(seconds=45)

    for number, payment_id in enumerate(payments):
        payment = await till.payment(payment_id)
        assert payment.captured == till.bank.charged(payment_id) == (1500 if number % 4 else 0)
        assert payment.refunded == till.bank.given_back(payment_id)
        assert payment.refunded == (700 if number % 4 and number % 3 == 0 else 0)
        assert payment.next_attempt_at is None
