"""Is a price, time and day recognised in whatever way it may be written, and nothing else taken for it?"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.agent.carried import carries_amount, carries_clock, carries_day, carries_number, names
from services.agent.tools.render import clock_text, day_text
from shared.money import decimals_of, format_money, to_decimal

LANGUAGES = st.sampled_from(["en", "en-US", "es", "pt", "pt-BR", "fr", "de", "de-CH", "it"])
CURRENCIES = st.sampled_from(["EUR", "USD", "GBP", "CHF", "BRL", "JPY", "KWD"])
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1))


@settings(deadline=None)
@given(st.integers(1, 5_000_000), CURRENCIES, LANGUAGES)
def test_every_price_is_recognised_as_each_language_writes_it(
    minor: int, currency: str, language: str
) -> None:
    assert carries_amount(f"Yoga, {format_money(minor, currency, language)}, ok?", minor, currency)


@settings(deadline=None)
@given(st.integers(1, 500_000), st.integers(1, 500_000), CURRENCIES, LANGUAGES)
def test_no_price_is_taken_for_another(said: int, wanted: int, currency: str, language: str) -> None:
    if said != wanted:
        assert not carries_amount(f"Yoga, {format_money(said, currency, language)}.", wanted, currency)


@settings(deadline=None)
@given(MOMENTS, LANGUAGES)
def test_every_time_and_day_is_recognised_as_each_language_writes_it(moment: datetime, language: str) -> None:
    text = f"Yoga, {day_text(moment.date(), language)} {clock_text(moment, language)}"

    assert carries_clock(text, moment)
    assert carries_day(text, moment)


@settings(deadline=None)
@given(MOMENTS, st.integers(1, 1439), LANGUAGES)
def test_no_time_is_taken_for_another(moment: datetime, minutes: int, language: str) -> None:
    other = moment + timedelta(minutes=minutes)
    assert not carries_clock(f"at {clock_text(moment, language)}", other)


@pytest.mark.parametrize(
    ("text", "carries"),
    [
        ("15 €", True),
        ("€15", True),
        ("15 euros", True),
        ("15,00 EUR", True),
        ("on 15 November", False),
        ("at 15:00", False),
        ("115.00", False),
        ("15.50 €", False),
        ("$15", False),
        ("1500 €", False),
    ],
)
def test_fifteen_euros_are_fifteen_euros(text: str, carries: bool) -> None:
    assert carries_amount(text, 1500, "EUR") is carries


def test_nothing_to_pay_need_not_be_said() -> None:
    assert carries_amount("Come in.", 0, "EUR")
    assert to_decimal(1, "KWD") > 0
    assert decimals_of("KWD") == 3


def test_numbers_and_names_are_whole_words() -> None:
    assert carries_number("uses 1 credit", 1)
    assert not carries_number("at 19:01 for 1.50", 1)
    assert names("Shall I book the vinyása?", "Vinyasa Yoga")
    assert not names("Shall I book it?", "Vinyasa Yoga")
