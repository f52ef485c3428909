"""How is tax rounded, and what does it never change?"""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.domain.money.quote import LineKind, QuoteRequest, quote
from services.booking.domain.money.rules import Pricing
from services.booking.domain.money.tax import Tax, tax_lines
from shared.money import rounded
from tests.unit.booking.money.money_builders import here


def tax(percent: str, included: bool = True, rounding: str = "line") -> Tax:
    return Tax.model_validate({"percent": percent, "included": included, "rounding": rounding})


def test_rounding_per_line_and_per_sum_differ_by_what_the_lines_lose() -> None:
    """Case 58. Five lines of 100.00 gross at 19 %: 15.97 each (79.85), but 79.83 of the sum."""
    each = tax_lines([10_000] * 5, tax("19"))
    whole = tax_lines([10_000] * 5, tax("19", rounding="sum"))

    assert [line.tax for line in each] == [1597] * 5
    assert sum(line.tax for line in whole) == 7983
    assert sorted(line.tax for line in whole) == [1596, 1596, 1597, 1597, 1597]
    assert {line.gross for line in (*each, *whole)} == {10_000}


def test_a_currency_without_decimals_is_rounded_to_whole_units() -> None:
    """Case 58. 1,500 yen including 10 %: 136 yen of tax; three lines of 999 yen on top of it 300 by sum."""
    assert tax_lines([1500], tax("10"))[0].tax == 136
    assert [line.tax for line in tax_lines([999] * 3, tax("10", included=False, rounding="sum"))] == [100] * 3


@pytest.mark.parametrize("rounding", ["line", "sum"])
def test_free_lines_are_left_untouched(rounding: str) -> None:
    """Case 58. A minor unit that has to go somewhere never lands on a line that costs nothing."""
    lines = tax_lines([0, 333, 0, 334, 333], tax("19", rounding=rounding))

    assert [(line.net, line.tax) for line in lines if line.gross == 0] == [(0, 0), (0, 0)]


def test_a_gross_price_that_no_net_price_gives_stands_as_agreed() -> None:
    """Case 58. At 19 % a net of 0.02 costs 0.02 and one of 0.03 costs 0.04: 0.03 gross exists all the same."""
    on_top = {line.gross for line in tax_lines([1, 2, 3, 4], tax("19", included=False))}
    (line,) = tax_lines([3], tax("19"))

    assert 3 not in on_top
    assert (line.gross, line.net, line.tax) == (3, 3, 0)


def test_a_rate_with_three_decimals_is_exact() -> None:
    (line,) = tax_lines([100_000], tax("8.875", included=False))

    assert line.tax == 8875


@given(
    st.lists(st.integers(0, 10**7), max_size=12),
    st.sampled_from(["0", "5.5", "8.875", "19", "23", "100"]),
    st.booleans(),
)
def test_the_sum_is_rounded_once_and_no_line_is_a_whole_unit_off(
    amounts: list[int], percent: str, included: bool
) -> None:
    terms = tax(percent, included, "sum")
    rate = Fraction(terms.percent) / 100
    part = rate / (1 + rate) if included else rate
    lines = tax_lines(amounts, terms)

    assert sum(line.tax for line in lines) == rounded(sum(amounts) * part)
    for amount, line in zip(amounts, lines, strict=True):
        assert abs(line.tax - amount * part) < 1
        assert amount == (line.gross if included else line.net)


def test_included_tax_is_shown_and_tax_on_top_is_added_to_a_quote() -> None:
    def total(included: bool) -> tuple[int, int, int]:
        pricing = Pricing(tax=tax("23", included))
        found = quote(QuoteRequest(2000, "EUR", here(), pricing))
        assert found.tax is not None
        on_top = sum(line.amount for line in found.lines if line.kind is LineKind.TAX)
        return found.total, found.tax.tax, on_top

    assert total(included=True) == (2000, 374, 0)
    assert total(included=False) == (2460, 460, 460)
