"""What does a cancellation or a no-show cost, when, and for whom?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.booking.domain.money.cancellation import (
    BookedKind,
    BookedLine,
    CancellationQuote,
    CancellationRequest,
    CancelledBy,
    WhyNot,
    quote_cancellation,
)
from services.booking.domain.money.no_show import NoShowQuote, quote_no_show
from services.booking.domain.money.policy import CancellationPolicy, preset
from tests.unit.booking.money.money_builders import STARTS_AT, before

SEAT, ADD_ON, FEE = BookedKind.SEAT, BookedKind.ADD_ON, BookedKind.FEE
TWO_SEATS = (BookedLine(SEAT, 2300), BookedLine(SEAT, 2300))
ONE_HOUR = timedelta(hours=1)


def keeping(percent: float = 0, fixed: int = 0, per_seat: int = 0, **more: Any) -> CancellationPolicy:
    """A policy that keeps the same at any time."""
    tier = {
        "at_least": "0m",
        "refund_basis_points": round(10_000 - percent * 100),
        "fixed_fee": fixed,
        "fee_per_seat": per_seat,
    }
    return CancellationPolicy.model_validate({"tiers": [tier], **more})


def cancelled(
    *policies: CancellationPolicy,
    lines: tuple[BookedLine, ...] = TWO_SEATS,
    paid: int | None = None,
    now: datetime = STARTS_AT - 72 * ONE_HOUR,
    **changes: Any,
) -> CancellationQuote:
    money = sum(line.amount for line in lines) if paid is None else paid
    return quote_cancellation(CancellationRequest(lines, money, STARTS_AT, now, **changes), policies)


@pytest.mark.parametrize(
    ("hours", "back"),
    [(72, 4600), (24, 4600), (23.99, 2300), (12, 2300), (11.99, 1150), (2, 1150), (1.99, 0), (0.01, 0)],
)
def test_by_default_all_comes_back_for_a_day_then_half_a_quarter_and_nothing(hours: float, back: int) -> None:
    found = cancelled(now=before(hours=hours))

    assert (found.possible, found.refund, found.keeps) == (True, back, 4600 - back)


def test_the_quote_says_until_when_its_terms_hold_and_until_when_it_was_free() -> None:
    early, later = cancelled(), cancelled(now=before(hours=13))

    assert (early.holds_until, early.free_until) == (before(hours=24), before(hours=24))
    assert (later.holds_until, later.free_until) == (before(hours=12), before(hours=24))
    assert (early.label, later.label) == (
        "100 % back until 24 hours before the start",
        "50 % back until 12 hours before the start",
    )


def test_terms_end_at_the_late_fee_or_when_cancelling_closes() -> None:
    policy = keeping(late_within="30h", late_cancel_fee={"fixed": 100}, closes="1h")
    early, late = cancelled(policy), cancelled(policy, now=before(hours=20))

    assert (early.holds_until, late.holds_until) == (before(hours=30), before(hours=1))
    assert early.free_until == before(hours=30)
    assert cancelled(keeping(percent=1)).free_until is None


def test_a_fixed_and_a_percentage_fee_are_taken_off_what_was_paid() -> None:
    """Case 53. 46.00 less 10.00 and 10 % gives 31.40 back."""
    assert cancelled(keeping(percent=10, fixed=1000)).refund == 3140


def test_kept_payment_fees_stay_whole_and_percentages_are_of_the_seats_only() -> None:
    """Case 53. 41.00 of seats and 5.00 of payment fee, 10 % kept: 36.90; with 2.50 of it shipping: 39.40."""
    seats = (BookedLine(SEAT, 1800), BookedLine(SEAT, 2300))
    payment = (*seats, BookedLine(FEE, 500, keep=True))
    mixed = (*seats, BookedLine(FEE, 250, keep=True), BookedLine(FEE, 250))

    assert cancelled(keeping(percent=10), lines=payment).refund == 3690
    assert cancelled(keeping(percent=10), lines=mixed).refund == 3940


@pytest.mark.parametrize(
    ("lines", "back"),
    [
        (TWO_SEATS, 4200),
        ((BookedLine(SEAT, 4600), BookedLine(SEAT, 0)), 4400),
        ((BookedLine(SEAT, 2300), BookedLine(ADD_ON, 2300)), 4400),
    ],
)
def test_free_seats_and_add_ons_carry_no_fee_per_seat(lines: tuple[BookedLine, ...], back: int) -> None:
    """Case 53. 2.00 per seat of 46.00."""
    assert cancelled(keeping(per_seat=200), lines=lines).refund == back


def test_a_partly_paid_booking_below_its_fee_gives_nothing_back_and_costs_nothing_more() -> None:
    """Case 54. 12.00 of 46.00 paid, a fee of 14.60: the business keeps the 12.00 and asks for no more."""
    found = cancelled(keeping(percent=10, fixed=1000), paid=1200)

    assert (found.fee, found.refund, found.keeps, found.due) == (1460, 0, 1200, 0)


def test_a_seat_that_was_checked_in_is_not_refunded_with_the_rest() -> None:
    """Case 55. Of 46.00 the business gives 23.00 back when one of two people is there already."""
    lines = (BookedLine(SEAT, 2300, checked_in=True), BookedLine(SEAT, 2300))

    found = cancelled(lines=lines, by=CancelledBy.BUSINESS)

    assert (found.refund, found.keeps, found.fee) == (2300, 2300, 0)


def test_who_checked_in_cannot_cancel() -> None:
    """Case 56. Nor can the business cancel what was used up whole."""
    there = BookedLine(SEAT, 2300, checked_in=True)

    for by in CancelledBy:
        found = cancelled(lines=(there,), by=by)
        assert (found.why_not, found.refund, found.keeps) == (WhyNot.CHECKED_IN, 0, 2300)
    assert cancelled(lines=(there, BookedLine(SEAT, 2300))).why_not is WhyNot.CHECKED_IN


def test_of_several_policies_a_possible_one_wins_and_then_the_cheapest() -> None:
    """Case 56. One has closed, one keeps half, one keeps 10 %: 10 % is kept."""
    closed = keeping(closes="100h")
    half, tenth = keeping(percent=50), keeping(percent=10)

    assert cancelled(closed, half, tenth).refund == 4140
    assert cancelled(half, closed).refund == 2300
    assert cancelled(closed).why_not is WhyNot.TOO_LATE


def test_a_tier_never_keeps_more_than_the_booking_cost_also_when_more_was_paid() -> None:
    found = cancelled(keeping(percent=50, fixed=9900), paid=5000)

    assert (found.fee, found.keeps, found.refund) == (4600, 4600, 400)


def test_a_percentage_fee_is_exact() -> None:
    """Case 57. 9.9 % of 10.00 is 0.99: 9.01 comes back."""
    found = cancelled(keeping(percent=9.9), lines=(BookedLine(SEAT, 1000),))

    assert (found.fee, found.refund) == (99, 901)


def test_percentage_fees_can_be_rounded_to_whole_units() -> None:
    """Case 57. 9.9 % of 10.00 becomes 1.00 when fees are rounded to whole euros; fixed parts are not rounded."""
    found = cancelled(keeping(percent=9.9, fixed=50, round_fees_to=100), lines=(BookedLine(SEAT, 1000),))

    assert found.fee == 150


@pytest.mark.parametrize("by", [CancelledBy.BUSINESS, CancelledBy.SYSTEM])
def test_only_customers_pay_a_late_fee(by: CancelledBy) -> None:
    """Case 59. When the business or the system cancels, all comes back, whatever the time."""
    policy = keeping(percent=100, late_cancel_fee={"fixed": 1000}, closes="5h")
    for now in (before(minutes=5), STARTS_AT + ONE_HOUR):
        found = cancelled(policy, now=now, by=by, credits=2)

        assert (found.refund, found.fee, found.due, found.credits_returned) == (4600, 0, 0, 2)


@pytest.mark.parametrize(
    ("late_within", "just_late", "in_time"),
    [
        ("30m", timedelta(minutes=29, seconds=59), timedelta(minutes=30)),
        ("6h", timedelta(hours=5, minutes=59), timedelta(hours=6)),
        ("2d", timedelta(days=1, hours=23), timedelta(days=2)),
    ],
)
def test_a_late_fee_counts_from_its_term_in_minutes_hours_or_days(
    late_within: str, just_late: timedelta, in_time: timedelta
) -> None:
    """Case 59. Also when nothing was paid: then it is due."""
    policy = keeping(late_within=late_within, late_cancel_fee={"fixed": 1000})

    assert cancelled(policy, paid=0, now=STARTS_AT - just_late).due == 1000
    assert cancelled(policy, paid=0, now=STARTS_AT - in_time).due == 0


def test_without_a_late_fee_nothing_is_charged_for_what_was_not_paid() -> None:
    """Case 59. A missing setting is no fee."""
    found = cancelled(CancellationPolicy(), paid=0, now=before(minutes=1))

    assert (found.refund, found.due) == (0, 0)


def test_what_a_tier_keeps_counts_towards_the_late_fee() -> None:
    policy = keeping(percent=50, late_within="24h", late_cancel_fee={"fixed": 3000})
    late = before(hours=1)

    assert cancelled(policy, now=late).refund == 1600  # 30.00, not 23.00 + 30.00
    part = cancelled(policy, now=late, paid=1000)
    assert (part.refund, part.keeps, part.due) == (0, 1000, 2000)


def test_a_cancellation_closes_before_the_start_or_at_it() -> None:
    policy = keeping(closes="2h")

    assert cancelled(policy, now=before(hours=2)).possible
    assert cancelled(policy, now=before(hours=1.99)).why_not is WhyNot.TOO_LATE
    assert cancelled(CancellationPolicy(), now=STARTS_AT).why_not is WhyNot.STARTED


def test_where_no_tier_reaches_it_is_too_late() -> None:
    policy = CancellationPolicy.model_validate(
        {"tiers": [{"at_least": "24h", "refund_basis_points": 10_000}]}
    )

    assert cancelled(policy, now=before(hours=23)).why_not is WhyNot.TOO_LATE


def test_credits_come_back_where_all_money_would_and_where_the_tier_says_so() -> None:
    """Case 62. A credit cannot be halved: in time it comes back, late it does not, unless it is said."""
    tiers = [
        {"at_least": "24h", "refund_basis_points": 10_000},
        {"at_least": "12h", "refund_basis_points": 5_000, "returns_credit": True, "label": "late"},
        {"at_least": "0m", "refund_basis_points": 2_500},
    ]
    policy = CancellationPolicy.model_validate({"tiers": tiers})
    found = [cancelled(policy, paid=0, credits=2, now=before(hours=hours)) for hours in (25, 13, 1)]

    assert [one.credits_returned for one in found] == [2, 2, 0]
    assert [one.credit_returned for one in found] == [True, True, False]
    assert [one.label for one in found][1:] == ["late", "25 % back until the start"]


def test_free_late_cancellations_are_used_only_when_they_save_something() -> None:
    policy = CancellationPolicy(free_late_cancels_per_month=2)
    late = before(hours=1)

    first = cancelled(policy, now=late, late_cancels=1)
    assert (first.refund, first.leniency, first.label) == (
        4600,
        True,
        "free late cancellation 2 of 2 this month",
    )
    assert not cancelled(policy, now=late, late_cancels=2).refund
    assert not cancelled(policy).leniency
    assert not cancelled(policy, now=late, paid=0).leniency
    assert cancelled(policy, now=late, paid=0, credits=1).credits_returned == 1


def test_a_free_late_cancellation_is_as_one_in_time_so_kept_fees_stay() -> None:
    policy = CancellationPolicy(free_late_cancels_per_month=1)
    lines = (BookedLine(SEAT, 2000), BookedLine(FEE, 100, keep=True))

    assert cancelled(policy, lines=lines, now=before(hours=1)).refund == 2000
    assert not cancelled(policy, lines=lines).leniency


def test_the_business_can_waive_the_fee() -> None:
    found = cancelled(keeping(percent=100), waived=True)

    assert (found.refund, found.fee, found.label) == (4600, 0, "fees waived")


@pytest.mark.parametrize(
    ("name", "late", "no_show"),
    [
        ("zero", 0, 0),
        ("flexible", 0, 460),
        ("fair", 460, 1380),
        ("moderate", 1380, 2300),
        ("strict", 2300, 4600),
    ],
)
def test_presets_are_pairs_of_a_late_and_a_no_show_fee(name: Any, late: int, no_show: int) -> None:
    policy = preset(name, notice=ONE_HOUR)

    assert cancelled(policy, now=before(hours=1)).refund == 4600
    assert cancelled(policy, now=before(minutes=59)).keeps == late
    assert cancelled(policy, now=before(minutes=59), paid=0).due == late
    assert quote_no_show(TWO_SEATS, 0, policy).due == no_show


def test_not_coming_costs_the_fee_less_what_was_paid_which_stays() -> None:
    policy = CancellationPolicy.model_validate({"no_show_fee": {"basis_points": 5000}})
    half_there = (BookedLine(SEAT, 2300, checked_in=True), BookedLine(SEAT, 2300))

    assert quote_no_show(TWO_SEATS, 4600, policy) == NoShowQuote(fee=2300, keeps=4600, due=0)
    assert quote_no_show(TWO_SEATS, 1000, policy) == NoShowQuote(fee=2300, keeps=1000, due=1300)
    assert quote_no_show(half_there, 2300, policy) == NoShowQuote(fee=1150, keeps=2300, due=1150)
    assert quote_no_show(TWO_SEATS, 0, policy, waived=True) == NoShowQuote(0, 0, 0)
    assert quote_no_show(TWO_SEATS, 0, CancellationPolicy()) == NoShowQuote(0, 0, 0)


def test_policies_are_for_services_and_member_tiers() -> None:
    policy = CancellationPolicy(services=("yoga",), member_tiers=("gold",))

    assert policy.matches("yoga", frozenset({"gold", "old"}))
    assert not policy.matches("yoga", frozenset())
    assert not policy.matches("pilates", frozenset({"gold"}))


@pytest.mark.parametrize(
    "tiers",
    [
        [{"at_least": "24h", "refund_basis_points": 5000}, {"at_least": "12h", "refund_basis_points": 6000}],
        [{"at_least": "24h", "refund_basis_points": 5000}, {"at_least": "1d", "refund_basis_points": 5000}],
        [{"at_least": "24h", "refund_basis_points": 10_001}],
        [{"at_least": 24, "refund_basis_points": 0}],
    ],
)
def test_tiers_that_contradict_each_other_are_refused(tiers: list[dict[str, Any]]) -> None:
    with pytest.raises(ValidationError):
        CancellationPolicy.model_validate({"tiers": tiers})


def test_a_policy_survives_being_stored() -> None:
    policy = preset("fair")

    assert CancellationPolicy.model_validate_json(policy.model_dump_json()) == policy


LINES = st.lists(
    st.builds(BookedLine, st.sampled_from(BookedKind), st.integers(0, 5000), st.booleans()), max_size=5
).map(tuple)
POLICIES = st.builds(
    keeping,
    percent=st.integers(0, 100),
    fixed=st.integers(0, 3000),
    per_seat=st.integers(0, 500),
    round_fees_to=st.sampled_from([1, 100]),
    late_cancel_fee=st.one_of(st.none(), st.builds(lambda f: {"fixed": f}, st.integers(0, 3000))),
)


@given(
    LINES, POLICIES, st.integers(0, 30_000), st.integers(1, 4000), st.booleans(), st.sampled_from(CancelledBy)
)
def test_what_comes_back_and_what_stays_is_what_was_paid(
    lines: tuple[BookedLine, ...],
    policy: CancellationPolicy,
    paid: int,
    minutes: int,
    waived: bool,
    by: CancelledBy,
) -> None:
    found = cancelled(policy, lines=lines, paid=paid, now=before(minutes=minutes), waived=waived, by=by)

    assert found.refund + found.keeps == paid
    assert min(found.refund, found.keeps, found.fee, found.due) >= 0
    if by is not CancelledBy.CUSTOMER or waived:
        assert found.refund == paid


@given(st.integers(0, 100_000), st.integers(0, 6000), st.integers(0, 6000))
def test_cancelling_later_never_brings_back_more(paid: int, one: int, other: int) -> None:
    sooner, later = max(one, other), min(one, other)
    lines = (BookedLine(SEAT, paid),)

    assert (
        cancelled(lines=lines, now=before(minutes=sooner)).refund
        >= cancelled(lines=lines, now=before(minutes=later)).refund
    )
