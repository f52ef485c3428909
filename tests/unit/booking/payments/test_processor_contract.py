"""What must every card processor's adapter do? The same tests for each; a new adapter is one more `Bench`."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import pytest

from services.booking.payments.emulator import Emulator
from services.booking.payments.emulator_script import Card, Fault
from services.booking.payments.port import (
    Callback,
    CallbackKind,
    CardProcessor,
    Created,
    KeyReused,
    PaymentRequest,
    PaymentStatus,
    RefundRequest,
    RefundStatus,
    Unknown,
    UnknownReference,
)
from tests.unit.booking.payments.clock import StandingClock


class Bench(Protocol):
    """An adapter on its vendor's test system, and the hands of its customers."""

    @property
    def processor(self) -> CardProcessor: ...

    def now(self) -> StandingClock: ...

    def customer_pays(self, created: Created) -> None: ...

    def customer_tries_a_bad_card(self, created: Created) -> None: ...

    def customer_leaves(self, created: Created) -> None: ...

    def next_call_times_out_after_it_happened(self, operation: str) -> None: ...

    async def callbacks(self) -> list[Callback]:
        """What arrived since the last time."""


class EmulatorBench:
    """The emulator's own."""

    def __init__(self) -> None:
        self.clock = StandingClock()
        self.processor = Emulator(self.clock, random.Random(7))

    def now(self) -> StandingClock:
        return self.clock

    def customer_pays(self, created: Created) -> None:
        self.processor.pay(created.link)

    def customer_tries_a_bad_card(self, created: Created) -> None:
        self.processor.pay(created.link, Card.EXPIRED_CARD)

    def customer_leaves(self, created: Created) -> None:
        self.processor.abandon(created.link)

    def next_call_times_out_after_it_happened(self, operation: str) -> None:
        self.processor.script.fail(operation, Fault.TIMED_OUT_DONE)

    async def callbacks(self) -> list[Callback]:
        arrived: list[Callback] = []

        async def arrive(callback: Callback) -> None:
            arrived.append(callback)

        await self.processor.deliver(arrive)
        return arrived


@pytest.fixture(params=[EmulatorBench], ids=["emulator"])
def bench(request: pytest.FixtureRequest) -> Bench:
    make: Callable[[], Bench] = request.param
    return make()


def a_payment(bench: Bench, number: int = 1, *, auto_capture: bool = True) -> PaymentRequest:
    return PaymentRequest(
        payment_id=UUID(int=number),
        amount=1500,
        currency="EUR",
        description="Yoga, Tuesday 19:00",
        expires_at=bench.now()() + timedelta(minutes=30),
        return_url="https://studio.example/thanks",
        auto_capture=auto_capture,
    )


def a_refund(created: Created, amount: int, number: int = 90) -> RefundRequest:
    return RefundRequest(UUID(int=number), UUID(int=1), created.reference, amount)


async def paid(bench: Bench) -> Created:
    created = await bench.processor.create(a_payment(bench))
    bench.customer_pays(created)
    return created


async def test_the_same_payment_asked_for_twice_is_one_payment_with_one_link(bench: Bench) -> None:
    first = await bench.processor.create(a_payment(bench))
    second = await bench.processor.create(a_payment(bench))

    assert first == second


async def test_one_key_for_two_different_payments_is_an_error(bench: Bench) -> None:
    await bench.processor.create(a_payment(bench))

    with pytest.raises(KeyReused):
        await bench.processor.create(replace(a_payment(bench), amount=2500))


async def test_a_timeout_that_did_happen_is_found_again_with_the_same_key(bench: Bench) -> None:
    bench.next_call_times_out_after_it_happened("create")
    with pytest.raises(Unknown):
        await bench.processor.create(a_payment(bench))

    created = await bench.processor.create(a_payment(bench))

    bench.customer_pays(created)
    assert (await bench.processor.status(created.reference)).captured == 1500
    assert created == await bench.processor.create(a_payment(bench))


async def test_a_paid_payment_is_captured_and_says_so_by_callbacks(bench: Bench) -> None:
    created = await paid(bench)

    snapshot = await bench.processor.status(created.reference)
    told = await bench.callbacks()
    assert (snapshot.status, snapshot.captured) == (PaymentStatus.CAPTURED, 1500)
    assert [callback.kind for callback in told] == [CallbackKind.AUTHORISED, CallbackKind.CAPTURED]
    assert {(c.payment_id, c.reference) for c in told} == {(UUID(int=1), created.reference)}
    assert told[1].amount == 1500


async def test_authorised_money_is_taken_only_when_asked(bench: Bench) -> None:
    created = await bench.processor.create(a_payment(bench, auto_capture=False))
    bench.customer_pays(created)
    before = await bench.processor.status(created.reference)

    after = await bench.processor.capture(created.reference)
    again = await bench.processor.capture(created.reference)

    assert (before.status, before.captured) == (PaymentStatus.AUTHORISED, 0)
    assert (after.status, after.captured) == (PaymentStatus.CAPTURED, 1500)
    assert again == after


async def test_authorised_money_can_be_released_once_or_twice(bench: Bench) -> None:
    created = await bench.processor.create(a_payment(bench, auto_capture=False))
    bench.customer_pays(created)

    first = await bench.processor.void(created.reference)
    second = await bench.processor.void(created.reference)

    assert (first.status, first.captured) == (PaymentStatus.VOIDED, 0)
    assert second == first


async def test_voiding_an_unpaid_payment_closes_its_link(bench: Bench) -> None:
    created = await bench.processor.create(a_payment(bench))
    await bench.processor.void(created.reference)

    bench.customer_pays(created)

    assert (await bench.processor.status(created.reference)).status is PaymentStatus.VOIDED


async def test_voiding_a_captured_payment_leaves_the_money_and_says_so(bench: Bench) -> None:
    created = await paid(bench)

    snapshot = await bench.processor.void(created.reference)

    assert (snapshot.status, snapshot.captured) == (PaymentStatus.CAPTURED, 1500)


async def test_a_declined_card_leaves_the_link_open_for_another(bench: Bench) -> None:
    created = await bench.processor.create(a_payment(bench))
    bench.customer_tries_a_bad_card(created)
    [declined] = await bench.callbacks()

    bench.customer_pays(created)

    assert declined.kind is CallbackKind.DECLINED
    assert declined.reason
    assert (await bench.processor.status(created.reference)).captured == 1500


async def test_a_customer_who_leaves_ends_the_payment_without_money(bench: Bench) -> None:
    created = await bench.processor.create(a_payment(bench))
    bench.customer_leaves(created)

    [told] = await bench.callbacks()
    assert told.kind is CallbackKind.FAILED
    assert (await bench.processor.status(created.reference)).status is PaymentStatus.FAILED


async def test_a_link_past_its_end_takes_no_money(bench: Bench) -> None:
    created = await bench.processor.create(a_payment(bench))
    bench.now().forward(minutes=31)

    bench.customer_pays(created)

    snapshot = await bench.processor.status(created.reference)
    assert (snapshot.status, snapshot.captured) == (PaymentStatus.FAILED, 0)


async def test_the_same_refund_asked_for_twice_gives_back_once(bench: Bench) -> None:
    created = await paid(bench)
    first = await bench.processor.refund(a_refund(created, 500))
    second = await bench.processor.refund(a_refund(created, 500))

    snapshot = await bench.processor.status(created.reference)
    assert first == second
    assert [(r.refund_id, r.amount) for r in snapshot.refunds] == [(UUID(int=90), 500)]


async def test_a_refund_that_timed_out_after_it_happened_gives_back_once(bench: Bench) -> None:
    created = await paid(bench)
    bench.next_call_times_out_after_it_happened("refund")
    with pytest.raises(Unknown):
        await bench.processor.refund(a_refund(created, 500))

    await bench.processor.refund(a_refund(created, 500))

    assert len((await bench.processor.status(created.reference)).refunds) == 1


async def test_a_refund_key_with_another_amount_is_an_error(bench: Bench) -> None:
    created = await paid(bench)
    await bench.processor.refund(a_refund(created, 500))

    with pytest.raises(KeyReused):
        await bench.processor.refund(a_refund(created, 600))


async def test_partial_refunds_add_up_and_a_full_one_ends_it(bench: Bench) -> None:
    created = await paid(bench)
    await bench.processor.refund(a_refund(created, 500))
    partly = await bench.processor.status(created.reference)
    await bench.processor.refund(a_refund(created, 1000, number=91))

    fully = await bench.processor.status(created.reference)
    assert partly.status is PaymentStatus.PARTLY_REFUNDED
    assert fully.status is PaymentStatus.REFUNDED
    assert sum(refund.amount for refund in fully.refunds) == 1500
    assert {refund.status for refund in fully.refunds} == {RefundStatus.DONE}


async def test_a_refund_says_by_callback_which_of_ours_it_is(bench: Bench) -> None:
    created = await paid(bench)
    await bench.callbacks()
    await bench.processor.refund(a_refund(created, 500))

    [told] = await bench.callbacks()
    assert told.kind is CallbackKind.REFUNDED
    assert told.refund is not None
    assert (told.refund.refund_id, told.refund.round, told.amount) == (UUID(int=90), 1, 500)


async def test_a_reference_of_nobody_is_an_error(bench: Bench) -> None:
    with pytest.raises(UnknownReference):
        await bench.processor.status("nobody's")
