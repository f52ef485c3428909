"""Does the emulator go wrong in all the ways a real processor does, and only when asked to?"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from services.booking.payments.emulator import Emulator
from services.booking.payments.emulator_script import (
    MAGIC_AMOUNTS,
    REFUSED_AMOUNT,
    Card,
    Chances,
    Fault,
    Paid,
)
from services.booking.payments.port import (
    Callback,
    CallbackKind,
    Created,
    Declined,
    PaymentRequest,
    PaymentStatus,
    RefundRequest,
    RefundStatus,
    Unavailable,
    Unknown,
)
from tests.unit.booking.payments.clock import StandingClock

PAYMENT = UUID(int=1)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


def emulator(clock: StandingClock, **chances: float) -> Emulator:
    return Emulator(clock, random.Random(1), chances=Chances(**chances))  # type: ignore[arg-type]  # late_by is left out


def asked(clock: StandingClock, amount: int = 1500) -> PaymentRequest:
    return PaymentRequest(
        PAYMENT, amount, "EUR", "Yoga", clock() + timedelta(minutes=30), "https://x.example/"
    )


async def captured(bank: Emulator, clock: StandingClock, card: Card = Card.GOOD) -> Created:
    created = await bank.create(asked(clock))
    assert bank.pay(created.link, card) is Paid.ACCEPTED
    return created


async def delivered(bank: Emulator) -> list[Callback]:
    got: list[Callback] = []

    async def handler(callback: Callback) -> None:
        got.append(callback)

    await bank.deliver(handler)
    return got


async def test_the_same_seed_gives_the_same_references_links_and_callbacks(clock: StandingClock) -> None:
    one, other = emulator(clock), emulator(clock)

    assert await captured(one, clock) == await captured(other, clock)
    assert one.callbacks.sent == other.callbacks.sent


async def test_an_unavailable_processor_has_done_nothing(clock: StandingClock) -> None:
    bank = emulator(clock)
    bank.script.fail("create", Fault.UNAVAILABLE)

    with pytest.raises(Unavailable):
        await bank.create(asked(clock))

    assert bank.calls == []


@pytest.mark.parametrize(("fault", "worked_on"), [(Fault.TIMED_OUT_DONE, 1), (Fault.TIMED_OUT_UNDONE, 0)])
async def test_after_a_timeout_nobody_knows_whether_it_happened(
    clock: StandingClock, fault: Fault, worked_on: int
) -> None:
    bank = emulator(clock)
    bank.script.fail("create", fault)

    with pytest.raises(Unknown):
        await bank.create(asked(clock))

    assert len(bank.calls) == worked_on


async def test_a_timeout_hides_a_refusal_that_the_same_key_then_shows(clock: StandingClock) -> None:
    bank = emulator(clock)
    bank.script.fail("create", Fault.TIMED_OUT_DONE)
    request = asked(clock, REFUSED_AMOUNT)
    with pytest.raises(Unknown):
        await bank.create(request)

    with pytest.raises(Declined, match="amount_not_allowed"):
        await bank.create(request)


async def test_chance_makes_all_three_faults_happen(clock: StandingClock) -> None:
    bank = emulator(clock, unavailable=0.2, timed_out_undone=0.2, timed_out_done=0.2)
    seen: set[str] = set()
    for number in range(100):
        try:
            await bank.create(replace(asked(clock), payment_id=UUID(int=number)))
            seen.add("answered")
        except (Unavailable, Unknown) as error:
            seen.add(type(error).__name__)

    assert seen == {"answered", "Unavailable", "Unknown"}


@pytest.mark.parametrize("card", [Card.INSUFFICIENT_FUNDS, Card.EXPIRED_CARD])
async def test_a_declined_card_says_why_and_takes_nothing(clock: StandingClock, card: Card) -> None:
    bank = emulator(clock)
    created = await bank.create(asked(clock))

    assert bank.pay(created.link, card) is Paid.DECLINED

    [told] = await delivered(bank)
    assert (told.kind, told.reason) == (CallbackKind.DECLINED, str(card))
    assert bank.charged(PAYMENT) == 0


@pytest.mark.parametrize(
    ("passed", "outcome", "charged"), [(True, Paid.ACCEPTED, 1500), (False, Paid.DECLINED, 0)]
)
async def test_a_card_with_3d_secure_is_charged_once_the_customer_has_passed(
    clock: StandingClock, passed: bool, outcome: Paid, charged: int
) -> None:
    bank = emulator(clock)
    created = await bank.create(asked(clock))
    assert bank.pay(created.link, Card.AUTHENTICATION_REQUIRED) is Paid.CHALLENGE
    assert bank.charged(PAYMENT) == 0

    assert bank.answer_challenge(created.link, passed=passed) is outcome

    assert bank.charged(PAYMENT) == charged


async def test_an_authorisation_whose_capture_is_refused_ends_without_money(clock: StandingClock) -> None:
    bank = emulator(clock)
    created = await bank.create(replace(asked(clock), auto_capture=False))
    bank.pay(created.link, Card.CAPTURE_FAILS)

    with pytest.raises(Declined, match="capture_refused"):
        await bank.capture(created.reference)

    assert (await bank.status(created.reference)).status is PaymentStatus.FAILED


@pytest.mark.parametrize(("amount", "card"), MAGIC_AMOUNTS.items())
async def test_a_magic_amount_makes_a_good_card_behave_like_a_bad_one(
    clock: StandingClock, amount: int, card: Card
) -> None:
    by_amount, by_card = emulator(clock), emulator(clock)
    first = await by_amount.create(asked(clock, amount))
    second = await by_card.create(asked(clock))

    assert by_amount.pay(first.link) is by_card.pay(second.link, card)
    assert [c.kind for c in by_amount.callbacks.sent] == [c.kind for c in by_card.callbacks.sent]


async def test_a_paid_link_cannot_be_paid_again(clock: StandingClock) -> None:
    bank = emulator(clock)
    created = await captured(bank, clock)

    assert bank.pay(created.link) is Paid.CLOSED
    assert bank.charged(PAYMENT) == 1500


async def test_every_callback_can_come_twice_with_the_same_id(clock: StandingClock) -> None:
    bank = emulator(clock, duplicate=1.0)
    await captured(bank, clock)

    got = await delivered(bank)

    assert len(got) == 4
    assert len({callback.id for callback in got}) == 2


async def test_late_callbacks_arrive_later_and_out_of_order(clock: StandingClock) -> None:
    orders = set()
    for seed in range(10):
        bank = Emulator(clock, random.Random(seed), chances=Chances(late=1.0))
        await captured(bank, clock)
        assert await delivered(bank) == []
        clock.forward(minutes=10)
        orders.add(tuple(callback.kind for callback in await delivered(bank)))

    assert len(orders) == 2


async def test_a_lost_callback_never_comes_and_the_status_still_tells(clock: StandingClock) -> None:
    bank = emulator(clock, lost=1.0)
    created = await captured(bank, clock)

    assert await delivered(bank) == []
    assert (await bank.status(created.reference)).captured == 1500


async def test_a_callback_that_could_not_be_taken_comes_again(clock: StandingClock) -> None:
    bank = emulator(clock)
    await captured(bank, clock)

    async def away(callback: Callback) -> None:
        raise Unavailable

    assert await bank.deliver(away) == 0
    clock.forward(seconds=5)
    assert len(await delivered(bank)) == 2


async def test_a_slow_refund_is_pending_until_the_bank_settles_it(clock: StandingClock) -> None:
    bank = emulator(clock)
    created = await captured(bank, clock)
    bank.refunds_are_slow()
    request = RefundRequest(UUID(int=9), PAYMENT, created.reference, 500)
    first = await bank.refund(request)
    bank.settle_refunds()

    [now] = (await bank.status(created.reference)).refunds
    assert first.status is RefundStatus.PENDING
    assert await bank.refund(request) == first  # the key replays, the status tells
    assert now.status is RefundStatus.DONE


async def test_a_failed_refund_needs_a_new_round_and_then_works(clock: StandingClock) -> None:
    bank = emulator(clock)
    created = await captured(bank, clock, Card.REFUND_FAILS)
    request = RefundRequest(UUID(int=9), PAYMENT, created.reference, 500)
    await bank.refund(request)
    await bank.refund(request)
    assert bank.given_back(PAYMENT) == 0

    again = await bank.refund(replace(request, round=2))

    assert again.status is RefundStatus.DONE
    assert bank.given_back(PAYMENT) == 500


async def test_no_more_is_given_back_than_was_taken(clock: StandingClock) -> None:
    bank = emulator(clock)
    created = await captured(bank, clock)
    await bank.refund(RefundRequest(UUID(int=9), PAYMENT, created.reference, 1000))

    with pytest.raises(Declined, match="amount_too_large"):
        await bank.refund(RefundRequest(UUID(int=10), PAYMENT, created.reference, 501))


async def test_a_disputed_payment_is_not_refunded_as_well(clock: StandingClock) -> None:
    bank = emulator(clock)
    created = await captured(bank, clock)
    bank.dispute(created.reference)

    with pytest.raises(Declined, match="charge_disputed"):
        await bank.refund(RefundRequest(UUID(int=9), PAYMENT, created.reference, 500))

    assert bank.callbacks.sent[-1].kind is CallbackKind.DISPUTED
