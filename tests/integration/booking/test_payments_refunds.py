"""Is money given back exactly once, never more than was taken, and is a failure somebody's decision to retry?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest

from services.booking.payments.desk import (
    RefundAccepted,
    RefundRefusal,
    RefundRefused,
    RefundStored,
    request_refund,
)
from services.booking.payments.emulator_script import Card, Fault
from services.booking.payments.port import PaymentStatus, RefundStatus
from services.booking.payments.reports import RefundChanged
from shared.db import Database
from shared.settings import Settings
from tests.integration.booking.conftest import until
from tests.integration.booking.payments_bench import Died, DyingAfter, DyingBefore, Till, payment_tables


@pytest.fixture
async def tables(quick: Settings) -> AsyncIterator[None]:
    async for _ in payment_tables(quick):
        yield


@pytest.fixture
def till(db: Database, tables: None) -> Till:
    return Till(db)


def refused(code: RefundRefusal) -> RefundRefused:
    return RefundRefused(code)


async def somebody_waits_for_a_lock(db: Database) -> bool:
    async with db.tenant(uuid4()) as connection:
        return bool(
            await connection.fetchval("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        )


async def failed_refund(till: Till) -> tuple[UUID, UUID]:
    """A refund that the customer's bank did not take: (payment id, refund id)."""
    payment_id, refund_id = await till.paid(Card.REFUND_FAILS), uuid4()
    await till.refund(payment_id, 500, refund_id)
    await till.runner.run_once()
    await till.news()
    return payment_id, refund_id


async def test_a_refund_gives_the_money_back_and_tells_so(till: Till) -> None:
    payment_id, refund_id = await till.paid(), uuid4()
    assert await till.refund(payment_id, 500, refund_id) == RefundAccepted(refund_id)

    await till.runner.run_once()

    payment = await till.payment(payment_id)
    told = [change for change in till.changes if isinstance(change, RefundChanged)]
    assert (payment.status, payment.refunded) == (PaymentStatus.PARTLY_REFUNDED, 500)
    assert till.bank.given_back(payment_id) == 500
    assert [(c.refund_id, c.status, c.amount, c.booking_id) for c in told] == [
        (refund_id, RefundStatus.DONE, 500, payment.booking_id)
    ]


async def test_partial_refunds_add_up_to_a_full_one(till: Till) -> None:
    payment_id = await till.paid()
    for amount in (500, 700, 300):
        await till.refund(payment_id, amount)
    await till.runner.run_once()

    payment = await till.payment(payment_id)
    assert (payment.status, payment.refunded) == (PaymentStatus.REFUNDED, 1500)
    assert till.bank.given_back(payment_id) == 1500


async def test_a_refund_asked_for_again_after_it_was_done_returns_the_stored_result(till: Till) -> None:
    """Case 60. The same id again: the stored result, and nothing is sent."""
    payment_id, refund_id = await till.paid(), uuid4()
    await till.refund(payment_id, 500, refund_id)
    await till.runner.run_once()
    reference = (await till.refund_row(refund_id)).reference

    answer = await till.refund(payment_id, 500, refund_id)
    await till.runner.run_once()

    assert answer == RefundStored(refund_id, RefundStatus.DONE, reference, None)
    assert len(till.calls("refund")) == 1
    assert till.bank.given_back(payment_id) == 500


async def test_a_refund_that_is_under_way_is_refused_a_second_time(till: Till) -> None:
    """Case 60. Pending: neither sent again nor answered with a result that does not exist yet."""
    payment_id, refund_id = await till.paid(), uuid4()
    till.bank.refunds_are_slow()
    await till.refund(payment_id, 500, refund_id)
    before_the_call = await till.refund(payment_id, 500, refund_id)
    await till.runner.run_once()

    after_the_call = await till.refund(payment_id, 500, refund_id)

    assert before_the_call == after_the_call == refused(RefundRefusal.REFUND_PENDING)
    assert await till.retry(refund_id) == refused(RefundRefusal.REFUND_PENDING)
    assert len(till.calls("refund")) == 1


async def test_a_failed_refund_is_sent_again_only_when_somebody_asks_for_it(till: Till) -> None:
    """Case 60. Failed: the same id shows the failure; only an explicit retry sends it, under a new key."""
    payment_id, refund_id = await failed_refund(till)
    shown = await till.refund(payment_id, 500, refund_id)
    till.clock.forward(hours=5)
    await till.runner.run_once()
    sent_by_itself = len(till.calls("refund"))

    assert await till.retry(refund_id) == RefundAccepted(refund_id)
    await till.runner.run_once()

    assert isinstance(shown, RefundStored)
    assert (shown.status, shown.reason) == (RefundStatus.FAILED, "account_closed")
    assert sent_by_itself == 1
    refund = await till.refund_row(refund_id)
    assert (refund.status, refund.round, refund.error) == (RefundStatus.DONE, 2, None)
    assert (await till.payment(payment_id)).refunded == till.bank.given_back(payment_id) == 500
    assert await till.retry(refund_id) == refused(RefundRefusal.REFUND_DONE)


async def test_a_failed_refund_is_told_with_its_reason(till: Till) -> None:
    payment_id, refund_id = await failed_refund(till)
    await till.runner.run_once()

    [told] = [change for change in till.changes if isinstance(change, RefundChanged)]
    assert (told.refund_id, told.status, told.reason) == (refund_id, RefundStatus.FAILED, "account_closed")
    assert (await till.payment(payment_id)).status is PaymentStatus.CAPTURED


async def test_a_late_failure_of_the_first_try_does_not_fail_the_retry(till: Till) -> None:
    payment_id, refund_id = await till.paid(Card.REFUND_FAILS), uuid4()
    await till.refund(payment_id, 500, refund_id)
    await till.runner.run_once()
    [failure] = till.bank.callbacks.take()
    await till.runner.record_callback(failure)
    await till.retry(refund_id)
    await till.runner.run_once()

    await till.runner.record_callback(failure)

    assert (await till.refund_row(refund_id)).status is RefundStatus.DONE
    assert (await till.payment(payment_id)).refunded == 500


async def test_an_id_used_for_another_amount_or_payment_is_refused(till: Till) -> None:
    payment_id, other_id, refund_id = await till.paid(), await till.paid(), uuid4()
    await till.refund(payment_id, 500, refund_id)

    assert await till.refund(payment_id, 600, refund_id) == refused(RefundRefusal.REFUND_DIFFERS)
    assert await till.refund(other_id, 500, refund_id) == refused(RefundRefusal.REFUND_DIFFERS)


async def test_no_more_than_was_taken_is_given_back_counting_what_is_under_way(till: Till) -> None:
    payment_id, failed_id = await failed_refund(till)
    assert await till.refund(payment_id, 1200) != refused(RefundRefusal.REFUND_EXCEEDS)

    assert await till.refund(payment_id, 301) == refused(RefundRefusal.REFUND_EXCEEDS)
    assert await till.retry(failed_id) == refused(RefundRefusal.REFUND_EXCEEDS)


async def test_two_refunds_at_once_do_not_give_back_more_than_was_taken(till: Till, db: Database) -> None:
    payment_id = await till.paid()
    async with db.tenant(till.tenant_id) as connection:
        first = await request_refund(connection, till.tenant_id, uuid4(), payment_id, 1000, till.clock())
        racing = asyncio.create_task(till.refund(payment_id, 1000))

        async def waits_or_went_ahead() -> bool:
            return racing.done() or await somebody_waits_for_a_lock(db)

        await until(waits_or_went_ahead)

    assert isinstance(first, RefundAccepted)
    assert await racing == refused(RefundRefusal.REFUND_EXCEEDS)


async def test_only_money_that_was_taken_can_be_given_back(till: Till) -> None:
    unpaid, _ = await till.link()

    assert await till.refund(unpaid, 1) == refused(RefundRefusal.REFUND_EXCEEDS)
    assert await till.refund(uuid4(), 1) == refused(RefundRefusal.PAYMENT_UNKNOWN)
    assert await till.retry(uuid4()) == refused(RefundRefusal.REFUND_UNKNOWN)
    with pytest.raises(ValueError, match="positive"):
        await till.refund(unpaid, 0)


async def test_another_tenant_finds_neither_the_payment_nor_the_refund(till: Till, db: Database) -> None:
    payment_id, refund_id = await failed_refund(till)
    stranger = Till(db)

    assert await stranger.refund(payment_id, 100) == refused(RefundRefusal.PAYMENT_UNKNOWN)
    assert await stranger.retry(refund_id) == refused(RefundRefusal.REFUND_UNKNOWN)


@pytest.mark.parametrize("dying", [DyingBefore, DyingAfter])
async def test_a_runner_that_dies_around_a_refund_gives_the_money_back_once(
    till: Till, dying: type[DyingBefore | DyingAfter]
) -> None:
    payment_id, refund_id = await till.paid(), uuid4()
    await till.refund(payment_id, 500, refund_id)
    with pytest.raises(Died):
        await till.another(dying(till.bank)).run_once()
    till.clock.forward(seconds=31)

    await till.runner.run_once()

    assert (await till.refund_row(refund_id)).status is RefundStatus.DONE
    assert till.bank.given_back(payment_id) == 500


@pytest.mark.parametrize("fault", list(Fault))
async def test_a_refund_without_an_answer_is_asked_for_again_under_the_same_key(
    till: Till, fault: Fault
) -> None:
    payment_id, refund_id = await till.paid(), uuid4()
    await till.refund(payment_id, 500, refund_id)
    till.bank.script.fail("refund", fault, fault)
    for seconds in (0, 1, 2):
        till.clock.forward(seconds=seconds)
        await till.runner.run_once()

    assert (await till.refund_row(refund_id)).status is RefundStatus.DONE
    assert till.bank.given_back(payment_id) == 500
    assert len(set(till.calls("refund"))) == 1


async def test_a_refund_that_the_processor_refuses_has_failed_with_its_reason(till: Till) -> None:
    payment_id, refund_id = await till.paid(), uuid4()
    till.bank.dispute((await till.payment(payment_id)).reference or "")
    await till.refund(payment_id, 500, refund_id)
    await till.runner.run_once()

    refund = await till.refund_row(refund_id)
    assert (refund.status, refund.error) == (RefundStatus.FAILED, "charge_disputed")


@pytest.mark.parametrize("failing", [None, "account_closed"])
async def test_a_pending_refund_whose_callback_is_lost_is_found_by_looking(
    till: Till, failing: str | None
) -> None:
    payment_id, refund_id = await till.paid(), uuid4()
    till.bank.refunds_are_slow()
    await till.refund(payment_id, 500, refund_id)
    await till.runner.run_once()
    pending = await till.refund_row(refund_id)
    till.bank.settle_refunds(failing=failing)
    till.bank.callbacks.take()
    till.clock.forward(seconds=20)

    await till.runner.run_once()

    assert pending.status is RefundStatus.PENDING
    refund = await till.refund_row(refund_id)
    assert refund.status is (RefundStatus.FAILED if failing else RefundStatus.DONE)
    assert (await till.payment(payment_id)).refunded == till.bank.given_back(payment_id)


async def test_a_finished_refund_that_the_bank_sends_back_counts_no_longer(till: Till) -> None:
    payment_id, refund_id = await till.paid(), uuid4()
    await till.refund(payment_id, 1500, refund_id)
    await till.runner.run_once()
    till.bank.bounce((await till.refund_row(refund_id)).reference or "")

    await till.news()

    payment = await till.payment(payment_id)
    assert (await till.refund_row(refund_id)).status is RefundStatus.FAILED
    assert (payment.status, payment.refunded) == (PaymentStatus.CAPTURED, 0)
    assert await till.retry(refund_id) == RefundAccepted(refund_id)
