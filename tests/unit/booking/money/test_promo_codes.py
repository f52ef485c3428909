"""When does a promo code make it cheaper, and what is said when it does not?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.booking.domain.money.quote import LineKind, NotApplied, Quote, QuoteRequest, quote
from services.booking.domain.money.rules import Pricing
from tests.unit.booking.money.money_builders import before, here

NOW = before(hours=72)
CODE = {"kind": "promo_code", "code": "Welcome", "change": {"basis_points": -5000}}


def with_code(
    rule: dict[str, Any], code: str = "welcome", more: tuple[Any, ...] = (), **changes: Any
) -> Quote:
    pricing = Pricing.model_validate({"rules": [*more, rule]})
    return quote(QuoteRequest(2000, "EUR", here(promo_code=code, **changes), pricing))


@pytest.mark.parametrize("code", ["Welcome", " WELCOME ", "welcome"])
def test_a_code_is_known_in_any_case_and_the_quote_says_which_use_to_count(code: str) -> None:
    found = with_code(CODE, code)

    assert (found.total, found.promo_code) == (1000, "Welcome")
    assert found.lines[-1].kind is LineKind.PROMO


def test_without_a_code_the_code_changes_nothing_and_nothing_is_said() -> None:
    found = quote(QuoteRequest(2000, "EUR", here(), Pricing.model_validate({"rules": [CODE]})))

    assert (found.total, found.skipped, found.promo_code) == (2000, (), None)


@pytest.mark.parametrize(
    ("rule", "changes", "why"),
    [
        ({"services": ["pilates"]}, {}, NotApplied.NOT_FOR_SERVICE),
        ({"valid_from": NOW + timedelta(seconds=1)}, {}, NotApplied.NOT_YET_VALID),
        ({"valid_until": NOW}, {}, NotApplied.EXPIRED),
        ({"max_uses": 3}, {"promo_uses": 3}, NotApplied.USED_UP),
        ({"max_uses_per_customer": 1}, {"promo_uses_by_customer": 1}, NotApplied.USED_BY_CUSTOMER),
        ({"minimum": 2001}, {}, NotApplied.BELOW_MINIMUM),
        ({"change": {"fixed": 2000}}, {}, NotApplied.NO_GAIN),
    ],
)
def test_a_code_that_cannot_be_used_says_why_and_costs_nobody_a_use(
    rule: dict[str, Any], changes: dict[str, Any], why: NotApplied
) -> None:
    found = with_code({**CODE, **rule}, **changes)

    assert (found.total, found.promo_code, [one.why for one in found.skipped]) == (2000, None, [why])
    assert found.skipped[0].sentence.endswith(".")


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ({"valid_from": NOW, "valid_until": NOW + timedelta(seconds=1)}, {}),
        ({"max_uses": 3}, {"promo_uses": 2}),
        ({"minimum": 2000}, {}),
        ({"services": ["yoga"]}, {}),
    ],
)
def test_a_code_can_be_used_to_the_last_of_its_limits(rule: dict[str, Any], changes: dict[str, Any]) -> None:
    assert with_code({**CODE, **rule}, **changes).total == 1000


def test_an_unknown_code_is_named_and_the_price_stands() -> None:
    found = with_code(CODE, "wellcome")

    assert (found.total, found.skipped[0].why, found.skipped[0].label) == (
        2000,
        NotApplied.UNKNOWN_CODE,
        "wellcome",
    )


def test_an_amount_is_taken_off_the_booking_once_or_off_each_seat() -> None:
    off = {**CODE, "change": {"amount": -300}}

    assert with_code(off, party_size=3).total == 5700
    assert with_code({**off, "per": "seat"}, party_size=3).total == 5100


def test_a_code_worth_more_than_the_booking_makes_it_free_not_negative() -> None:
    found = with_code({**CODE, "change": {"amount": -9900}})

    assert (found.total, found.lines[-1].amount) == (0, -2000)


def test_a_code_that_is_not_combined_is_refused_beside_another_rule() -> None:
    early = {"kind": "early_bird", "until": "1h", "change": {"amount": -100}, "label": "Early bird"}

    found = with_code({**CODE, "stackable": False}, more=(early,))

    assert (found.total, found.skipped[0].why) == (1900, NotApplied.NOT_COMBINABLE)
    assert "Early bird" in found.skipped[0].sentence


def test_the_minimum_is_of_the_price_after_the_rules_before_the_code() -> None:
    early = {"kind": "early_bird", "until": "1h", "change": {"amount": -100}}

    assert with_code({**CODE, "minimum": 1950}, more=(early,)).skipped[0].why is NotApplied.BELOW_MINIMUM
