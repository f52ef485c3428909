"""How are amounts of money counted, written, read and rounded?"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from shared.money import (
    InvalidAmount,
    decimals_of,
    format_money,
    is_currency,
    parse_money,
    rounded,
    share_of,
    to_decimal,
)

CURRENCIES = st.sampled_from(["EUR", "USD", "JPY", "KWD", "IQD", "RSD", "LBP", "CLF", "ISK", "BGN"])
AMOUNTS = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    ("currency", "decimals"),
    [
        ("EUR", 2),
        ("JPY", 0),
        ("KWD", 3),
        ("CLF", 4),
        ("RSD", 2),
        ("LBP", 2),
        ("IQD", 3),
        ("IDR", 2),
        ("ISK", 0),
    ],
)
def test_minor_units_are_those_of_iso_4217_also_where_people_show_fewer(currency: str, decimals: int) -> None:
    assert decimals_of(currency) == decimals


def test_a_withdrawn_currency_can_still_be_written_but_not_charged() -> None:
    assert format_money(1550, "HRK", "en") == "HRK15.50"
    assert not is_currency("HRK")


def test_metals_test_codes_and_inventions_are_no_currencies() -> None:
    assert [code for code in ("EUR", "RSD", "XAU", "XXX", "XTS", "ABC", "eur") if is_currency(code)] == [
        "EUR",
        "RSD",
    ]


@pytest.mark.parametrize(
    ("minor", "currency", "language", "shown"),
    [
        (1500, "EUR", "en", "€15.00"),
        (-1500, "EUR", "en", "-€15.00"),
        (1500, "JPY", "en", "¥1,500"),
        (1500, "EUR", "pt-PT", "15,00\xa0€"),
        (1500, "EUR", "pt_PT", "15,00\xa0€"),
        (1500, "EUR", "xx-unknown", "€15.00"),
        (1234, "KWD", "en", "KWD1.234"),
        (150000, "RSD", "en", "RSD1,500"),
        (150050, "RSD", "en", "RSD1,500.50"),
        (150050, "RSD", "sr", "1.500,50\xa0RSD"),
        (1500250, "IQD", "en", "IQD1,500.250"),
        (150050, "LBP", "fr", "1\u202f500,50\xa0£LB"),
        (123456789, "INR", "hi", "₹12,34,567.89"),
    ],
)
def test_an_amount_is_written_whole_and_never_rounded(
    minor: int, currency: str, language: str, shown: str
) -> None:
    assert format_money(minor, currency, language) == shown


def test_a_locale_can_be_given_instead_of_a_language() -> None:
    assert format_money(1, "USD", Locale.parse("en_GB")) == "US$0.01"


@pytest.mark.parametrize(
    ("text", "currency", "language", "minor"),
    [
        ("12.50", "EUR", None, 1250),
        (" 12 ", "EUR", None, 1200),
        ("-3.5", "EUR", None, -350),
        ("1500", "JPY", None, 1500),
        ("1.234", "KWD", None, 1234),
        ("12.500", "EUR", None, 1250),
        ("1.234,50 €", "EUR", "de", 123450),
        ("EUR 12,5", "EUR", "de", 1250),
        ("€1,234.50", "EUR", "en", 123450),
    ],
)
def test_an_amount_is_read_as_it_is_written(
    text: str, currency: str, language: str | None, minor: int
) -> None:
    assert parse_money(text, currency, language) == minor


@pytest.mark.parametrize(
    ("text", "currency", "language"),
    [
        ("", "EUR", None),
        ("12,50", "EUR", None),
        ("1e3", "EUR", None),
        ("NaN", "EUR", None),
        ("1_000", "EUR", None),
        ("12.345", "EUR", None),
        ("12.5", "JPY", None),
        ("1.50", "EUR", "de"),
        ("twelve", "EUR", "en"),
    ],
)
def test_what_is_no_amount_of_the_currency_is_refused_and_never_guessed(
    text: str, currency: str, language: str | None
) -> None:
    with pytest.raises(InvalidAmount):
        parse_money(text, currency, language)


@given(AMOUNTS, CURRENCIES)
def test_an_amount_survives_being_written_plainly_and_read(minor: int, currency: str) -> None:
    assert parse_money(f"{to_decimal(minor, currency):f}", currency) == minor


@given(AMOUNTS, CURRENCIES, st.sampled_from(["en", "de", "pt-PT", "ja", "hi"]))
def test_what_people_are_shown_is_the_exact_amount(minor: int, currency: str, language: str) -> None:
    assert parse_money(format_money(minor, currency, language), currency, language) == minor


def test_percent_of_an_amount_is_exact_where_it_can_be() -> None:
    """Case 57. 9.9 % of 10.00 is 0.99, not 0.98 or 1.00."""
    assert share_of(1000, 990) == 99


@pytest.mark.parametrize(
    ("exact", "whole"), [("1/2", 1), ("-1/2", -1), ("3/2", 2), ("49/100", 0), ("-5/2", -3)]
)
def test_halves_are_rounded_away_from_zero(exact: str, whole: int) -> None:
    assert rounded(Fraction(exact)) == whole


@given(st.integers(-(10**9), 10**9), st.integers(0, 20_000))
def test_rounding_agrees_with_decimal_arithmetic_half_up(amount: int, basis_points: int) -> None:
    exact = Decimal(amount) * basis_points / 10_000

    assert share_of(amount, basis_points) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    assert share_of(-amount, basis_points) == -share_of(amount, basis_points)
