"""What is an amount of money worth, and how is it written? Integer minor units, with the decimals of ISO 4217.

The one rounding rule of Usher is here too: exact fractions, half away from zero, once.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import (
    NumberFormatError,
    format_currency,
    get_currency_precision,
    get_currency_symbol,
    list_currencies,
    parse_decimal,
)
from iso4217 import Currency

from shared.errors import UsherError

ALL = 10_000
"""A whole, in basis points: 10,000 = 100 %."""

_DECIMALS = {currency.code: currency.exponent for currency in Currency if currency.exponent is not None}
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?")


class InvalidAmount(UsherError):
    """This is no amount of that currency: write it as 12.50, with at most the currency's decimals."""


def is_currency(code: str) -> bool:
    """Whether a business can charge in it: in ISO 4217 now, with a minor unit, and known to CLDR by name."""
    return code in _DECIMALS and code in list_currencies()


def decimals_of(currency: str) -> int:
    """How many decimals the minor unit has: 2 for EUR, 0 for JPY, 3 for KWD and IQD.

    ISO 4217 decides, not CLDR: CLDR says how many are usually *shown* (none for RSD, LBP, IQD), card
    processors and ledgers count in ISO's. A currency that ISO has withdrawn keeps what CLDR says (2 if unknown).
    """
    found = _DECIMALS.get(currency)
    return get_currency_precision(currency) if found is None else found


def to_decimal(amount_minor: int, currency: str) -> Decimal:
    """1500 of EUR as `Decimal("15.00")`: exact, with the currency's decimals."""
    return Decimal(amount_minor).scaleb(-decimals_of(currency))


@lru_cache(maxsize=4096)
def format_money(amount_minor: int, currency: str, language: str | Locale) -> str:
    """An amount for people: `€15.00`, `¥1,500`, `15,00 €`.

    `language` is a BCP 47 tag (English without a region writes $, € and ¥; an unknown one is English) or a locale.
    Never rounded: where CLDR shows fewer decimals than ISO has, they are left out only when they are zeros.
    """
    locale = language if isinstance(language, Locale) else _locale(language)
    amount = to_decimal(amount_minor, currency)
    needed = decimals_of(currency)
    if needed <= get_currency_precision(currency) or amount == amount.to_integral_value():
        return format_currency(amount, currency, locale=locale)
    standard = str(locale.currency_formats["standard"].pattern)
    exact = re.sub(r"0\.0+", "0." + "0" * needed, standard)
    return format_currency(amount, currency, format=exact, locale=locale, currency_digits=False)


def parse_money(text: str, currency: str, language: str | Locale | None = None) -> int:
    """Minor units from `12.50`; with a language also `12,50 €` or `1.234,50`, as written there.

    Raises:
        InvalidAmount: not a number, or more decimals than the currency has (nothing is rounded away).
    """
    try:
        number = _plain(text) if language is None else _read(text, currency, language)
    except (InvalidOperation, NumberFormatError) as error:
        raise InvalidAmount(f"{text!r} is not an amount such as 12.50.") from error
    exact = number.scaleb(decimals_of(currency))
    if exact != exact.to_integral_value():
        raise InvalidAmount(f"{text!r} has more decimals than {currency} ({decimals_of(currency)}).")
    return int(exact)


def rounded(exact: Fraction) -> int:
    """The nearest whole minor unit; halves away from zero, so that a refund mirrors its charge."""
    doubled = 2 * abs(exact.numerator) + exact.denominator
    nearest = doubled // (2 * exact.denominator)
    return nearest if exact >= 0 else -nearest


def share_of(amount_minor: int, basis_points: int) -> int:
    """`basis_points` of an amount, rounded: 990 of 1000 minor units (9.9 %) is 99."""
    return rounded(Fraction(amount_minor * basis_points, ALL))


def _plain(text: str) -> Decimal:
    if not _PLAIN.fullmatch(text.strip()):
        raise NumberFormatError(text)  # no 1e3, NaN or 1_000
    return Decimal(text.strip())


def _read(text: str, currency: str, language: str | Locale) -> Decimal:
    """`1.234,50 €` in German as 1234.50; strict, so that 1.50 there is a mistake and not 150."""
    locale = language if isinstance(language, Locale) else _locale(language)
    for sign in (currency, get_currency_symbol(currency, locale)):
        text = text.replace(sign, "")
    return parse_decimal(text.strip(), locale=locale, strict=True)


@lru_cache(maxsize=512)
def _locale(language: str) -> Locale:
    language = language.replace("_", "-")
    for tag in (language, language.split("-")[0]):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse("en")
