"""Is a customer charged exactly once, whatever dies, times out or comes twice on the way?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest

from services.booking.payments.emulator_script import REFUSED_AMOUNT, Card, Fault
from services.booking.payments.port import PaymentStatus
from services.booking.payments.reports import Change, PaymentChanged
from services.booking.payments.runner import PaymentRunner, Times
from shared.db import Database
from shared.settings import Settings
from tests.integration.booking.conftest import until
from tests.integration.booking.payments_bench import (
    Died,
    DyingAfter,
    DyingBefore,
    Till,
    Waiting,
    payment_tables,
)


@pytest.fixture
async def tables(quick: Settings) -> AsyncIterator[None]:
    async for _ in payment_tables(quick):
        yield


@pytest.fixture
def till(db: Database, tables: None) -> Till:
    return Till(db)


async def test_a_requested_payment_becomes_a_link_and_then_money(till: Till) -> None:
    payment_id, link = await till.link()
    created = await till.payment(payment_id)

    till.bank.pay(link)
    await till.news()

    paid = await till.payment(payment_id)
    assert (created.status, created.captured) == (PaymentStatus.CREATED, 0)
    assert (paid.status, paid.captured) == (PaymentStatus.CAPTURED, 1500)
    assert paid.next_attempt_at is None


async def test_asking_for_the_same_payment_twice_is_one_payment(till: Till) -> None:
    payment_id = await till.ask()
    await till.ask(id=payment_id, amount=9900)
    await till.runner.run_once()

    assert (await till.payment(payment_id)).amount == 1500
    assert len(till.calls("create")) == 1


async def test_two_runners_at_once_call_once(till: Till) -> None:
    payment_id = await till.ask()
    slow = Waiting(till.bank)
    first = asyncio.create_task(till.another(slow).run_once())
    await slow.asked.wait()

    await till.another().run_once()

    assert till.calls("create") == []
    slow.let.set()
    await first
    assert len(till.calls("create")) == 1
    assert (await till.payment(payment_id)).status is PaymentStatus.CREATED


async def test_many_runners_at_once_call_once_for_each_payment(till: Till) -> None:
    asked = {await till.ask() for _ in range(20)}

    while sum(await asyncio.gather(*(till.another().run_once() for _ in range(4)))):
        pass

    assert len(till.calls("create")) == 20
    assert {(await till.payment(p)).status for p in asked} == {PaymentStatus.CREATED}


async def test_a_slow_call_that_outlives_its_runners_claim_still_makes_one_payment(till: Till) -> None:
    payment_id = await till.ask()
    frozen = Waiting(till.bank)
    first = asyncio.create_task(till.another(frozen).run_once())
    await frozen.asked.wait()
    till.clock.forward(seconds=31)
    await till.another().run_once()
    before = await till.payment(payment_id)

    frozen.let.set()
    await first

    after = await till.payment(payment_id)
    assert after.link == before.link
    assert after.revision == before.revision
    till.bank.pay(after.link or "")
    assert till.bank.charged(payment_id) == 1500


@pytest.mark.parametrize("dying", [DyingBefore, DyingAfter])
async def test_a_runner_that_dies_around_the_call_is_replaced_without_a_second_payment(
    till: Till, dying: type[DyingBefore | DyingAfter]
) -> None:
    payment_id = await till.ask()
    with pytest.raises(Died):
        await till.another(dying(till.bank)).run_once()

    await till.runner.run_once()
    within_the_lease = await till.payment(payment_id)
    till.clock.forward(seconds=31)
    await till.runner.run_once()

    payment = await till.payment(payment_id)
    assert within_the_lease.status is PaymentStatus.REQUESTED
    assert payment.status is PaymentStatus.CREATED
    till.bank.pay(payment.link or "")
    assert till.bank.charged(payment_id) == 1500
    assert len(set(till.calls("create"))) == 1  # the same request under the same key, however often


async def test_a_runner_that_dies_after_the_capture_finds_the_money_taken_once(till: Till) -> None:
    payment_id = await till.paid(auto_capture=False)
    await till.take(payment_id)
    with pytest.raises(Died):
        await till.another(DyingAfter(till.bank)).run_once()

    till.clock.forward(seconds=31)
    await till.runner.run_once()

    assert (await till.payment(payment_id)).captured == till.bank.charged(payment_id) == 1500


@pytest.mark.parametrize("fault", list(Fault))
async def test_a_call_without_an_answer_is_made_again_under_the_same_key(till: Till, fault: Fault) -> None:
    till.bank.script.fail("create", fault, fault)
    payment_id = await till.ask()
    await till.runner.run_once()
    waiting = await till.payment(payment_id)
    till.clock.forward(seconds=1)
    await till.runner.run_once()
    till.clock.forward(seconds=2)

    await till.runner.run_once()

    payment = await till.payment(payment_id)
    assert waiting.next_attempt_at == till.clock() - timedelta(seconds=2)
    assert waiting.error in ("unavailable", "unknown")
    assert (payment.status, payment.error) == (PaymentStatus.CREATED, None)
    assert len(set(till.calls("create"))) == 1


async def test_a_processor_that_never_answers_counts_as_unknown(till: Till) -> None:
    payment_id = await till.ask()
    deaf = till.another(Waiting(till.bank), Times(call_timeout=0.01))

    await deaf.run_once()

    payment = await till.payment(payment_id)
    assert (payment.status, payment.error) == (PaymentStatus.REQUESTED, "unknown")


async def test_a_row_whose_call_breaks_does_not_stop_the_others(till: Till) -> None:
    class Broken(Waiting):
        async def create(self, request):  # type: ignore[no-untyped-def]  # as of the port
            if request.amount == 1:
                raise RuntimeError("an adapter's own mistake")
            return await self.bank.create(request)

    bad, good = await till.ask(amount=1), await till.ask()

    await till.another(Broken(till.bank)).run_once()

    assert (await till.payment(bad)).error == "runtimeerror"
    assert (await till.payment(good)).status is PaymentStatus.CREATED


async def test_a_payment_that_the_processor_refuses_has_failed_with_its_reason(till: Till) -> None:
    payment_id = await till.ask(amount=REFUSED_AMOUNT)

    await till.runner.run_once()
    await till.runner.run_once()

    payment = await till.payment(payment_id)
    assert (payment.status, payment.error) == (PaymentStatus.FAILED, "amount_not_allowed")
    assert payment.next_attempt_at is None


async def test_authorised_money_waits_until_the_booking_takes_it(till: Till) -> None:
    payment_id = await till.paid(auto_capture=False)
    authorised = await till.payment(payment_id)
    await till.take(payment_id)

    await till.runner.run_once()

    taken = await till.payment(payment_id)
    assert (authorised.status, authorised.captured) == (PaymentStatus.AUTHORISED, 0)
    assert (taken.status, taken.captured) == (PaymentStatus.CAPTURED, 1500)


async def test_a_capture_asked_for_before_the_customer_paid_follows_the_authorisation(till: Till) -> None:
    payment_id, link = await till.link(auto_capture=False)
    await till.take(payment_id)
    till.bank.pay(link)
    await till.news()

    await till.runner.run_once()

    assert (await till.payment(payment_id)).status is PaymentStatus.CAPTURED


async def test_a_refused_capture_fails_the_payment(till: Till) -> None:
    payment_id = await till.paid(Card.CAPTURE_FAILS, auto_capture=False)
    await till.take(payment_id)

    await till.runner.run_once()

    payment = await till.payment(payment_id)
    assert (payment.status, payment.error) == (PaymentStatus.FAILED, "capture_refused")
    assert till.bank.charged(payment_id) == 0


async def test_giving_up_a_payment_nobody_was_asked_for_calls_nobody(till: Till) -> None:
    payment_id = await till.ask()
    await till.give_up(payment_id)

    await till.runner.run_once()

    assert (await till.payment(payment_id)).status is PaymentStatus.VOIDED
    assert till.bank.calls == []


@pytest.mark.parametrize("auto_capture", [True, False])
async def test_giving_up_closes_the_link(till: Till, auto_capture: bool) -> None:
    payment_id, link = await till.link(auto_capture=auto_capture)
    await till.give_up(payment_id)
    await till.runner.run_once()

    till.bank.pay(link)

    assert (await till.payment(payment_id)).status is PaymentStatus.VOIDED
    assert till.bank.charged(payment_id) == 0


async def test_giving_up_releases_authorised_money(till: Till) -> None:
    payment_id = await till.paid(auto_capture=False)
    await till.give_up(payment_id)
    await till.take(payment_id)  # too late: giving up is final

    await till.runner.run_once()

    assert (await till.payment(payment_id)).status is PaymentStatus.VOIDED
    assert till.bank.charged(payment_id) == 0


async def test_giving_up_while_the_first_call_is_unanswered_finds_the_payment_and_closes_it(
    till: Till,
) -> None:
    till.bank.script.fail("create", Fault.TIMED_OUT_DONE)
    payment_id = await till.ask()
    await till.runner.run_once()
    await till.give_up(payment_id)

    await till.runner.run_once()
    await till.runner.run_once()

    payment = await till.payment(payment_id)
    assert payment.status is PaymentStatus.VOIDED
    assert [name for name, _ in till.bank.calls] == ["create", "create", "void"]


async def test_giving_up_during_the_first_call_is_not_forgotten(till: Till) -> None:
    payment_id = await till.ask()
    slow = Waiting(till.bank)
    first = asyncio.create_task(till.another(slow).run_once())
    await slow.asked.wait()
    await till.give_up(payment_id)
    slow.let.set()
    await first

    await till.runner.run_once()

    assert (await till.payment(payment_id)).status is PaymentStatus.VOIDED


async def test_giving_up_during_a_look_that_shows_nothing_new_is_not_put_off(till: Till) -> None:
    payment_id, _ = await till.link()
    till.clock.forward(seconds=20)
    slow = Waiting(till.bank)
    look = asyncio.create_task(till.another(slow).run_once())
    await slow.asked.wait()
    await till.give_up(payment_id)
    slow.let.set()
    await look

    await till.runner.run_once()

    assert (await till.payment(payment_id)).status is PaymentStatus.VOIDED


async def test_money_that_was_taken_before_the_link_closed_is_reported(till: Till) -> None:
    payment_id, link = await till.link()
    till.bank.callbacks.held = True
    till.bank.pay(link)
    await till.give_up(payment_id)

    await till.runner.run_once()

    assert (await till.payment(payment_id)).captured == 1500
    assert till.changes[-1].status is PaymentStatus.CAPTURED


async def test_a_link_that_nobody_used_is_closed_at_its_end(till: Till) -> None:
    payment_id, _ = await till.link()
    till.clock.forward(minutes=31)

    await till.runner.run_once()

    payment = await till.payment(payment_id)
    assert (payment.status, payment.error) == (PaymentStatus.FAILED, "expired")


async def test_a_request_that_waited_past_its_end_is_never_made(till: Till) -> None:
    payment_id = await till.ask()
    till.clock.forward(minutes=31)

    await till.runner.run_once()

    assert (await till.payment(payment_id)).error == "expired"
    assert till.bank.calls == []


async def test_a_payment_whose_callbacks_are_lost_is_found_by_looking(till: Till) -> None:
    payment_id, link = await till.link()
    till.bank.callbacks.held = True
    till.bank.pay(link)
    till.clock.forward(seconds=20)

    await till.runner.run_once()

    assert (await till.payment(payment_id)).status is PaymentStatus.CAPTURED


async def test_a_change_is_told_again_until_it_was_taken(till: Till) -> None:
    await till.ask()
    await till.runner.run_once()
    first = list(till.changes)
    till.clock.forward(seconds=2)
    await till.runner.run_once()
    again = list(till.changes)

    await till.runner.reported(again[-1])

    till.clock.forward(seconds=15)
    await till.runner.run_once()
    assert len(first) == 1
    assert again == first * 2
    assert till.changes == again


async def test_taking_an_old_change_does_not_silence_a_newer_one(till: Till) -> None:
    _, link = await till.link()
    old = till.changes[-1]
    till.bank.pay(link)
    await till.news()

    await till.runner.reported(old)
    await till.runner.run_once()

    newest = till.changes[-1]
    assert isinstance(newest, PaymentChanged)
    assert (newest.status, newest.captured) == (PaymentStatus.CAPTURED, 1500)


async def test_a_report_that_failed_comes_again(till: Till, db: Database) -> None:
    async def away(change: Change) -> None:
        raise TimeoutError

    await till.ask()
    with pytest.raises(TimeoutError):
        await PaymentRunner(db, till.bank, till.clock, away).run_once()
    till.clock.forward(seconds=2)

    await till.runner.run_once()

    assert [change.status for change in till.changes] == [PaymentStatus.CREATED]


async def test_a_change_says_whose_booking_it_is_and_where_to_pay(till: Till) -> None:
    asked = till.new()
    payment_id = await till.ask(
        booking_id=asked.booking_id, session_id=asked.session_id, description=asked.description
    )
    await till.runner.run_once()

    [change] = till.changes
    assert isinstance(change, PaymentChanged)
    assert (change.tenant_id, change.payment_id) == (till.tenant_id, payment_id)
    assert (change.booking_id, change.session_id) == (asked.booking_id, asked.session_id)
    assert change.link
    assert (change.amount, change.currency) == (1500, "EUR")


async def test_a_running_runner_is_woken_by_a_commit(till: Till) -> None:
    runner = till.another(times=Times(interval=3600))
    await runner.start()
    payment_id = await till.ask()
    runner.wake()

    async def created() -> bool:
        return (await till.payment(payment_id)).status is PaymentStatus.CREATED

    await until(created)
    await runner.stop()


async def test_a_tenant_cannot_touch_anothers_payment(till: Till, db: Database) -> None:
    payment_id = await till.paid()
    stranger = Till(db, tenant_id=uuid4(), clock=till.clock)

    await stranger.give_up(payment_id)

    async with db.tenant(stranger.tenant_id) as connection:
        assert await connection.fetchval("SELECT count(*) FROM booking.payments") == 0


def test_a_lease_shorter_than_a_call_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than the call timeout"):
        Times(call_timeout=30, lease=timedelta(seconds=30))
