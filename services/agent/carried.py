"""Does a text carry what somebody says yes to: which day, at what time, for how much? Read from its digits and words.

A model may write "7pm" or "19 Uhr", "€15" or "15,00 €": what counts is that the customer could read it.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import get_currency_name, get_currency_symbol

from shared.money import to_decimal

_LANGUAGES = ("en", "es", "pt", "fr", "de", "it")
_SOON = re.compile(
    r"\b(?:today|tonight|tomorrow|hoy|manana|esta noche|hoje|amanha|aujourd|ce soir|demain|heute|morgen|oggi|stasera|"
    r"domani|pasado|apres-demain|ubermorgen|dopodomani)\b"
)
_GROUPING = re.compile(r"(?<=\d)[.,'’ \u00a0\u202f](?=\d{3}(?!\d))")
_HOURS = r"\s?(?:h\b|hs\b|hrs?\b|uhr\b|horas?\b|heures?\b|ore\b|o'clock)"


def plain(text: str) -> str:
    """The text in small letters without accents."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in folded if not unicodedata.combining(c)).replace("ı", "i")


def carries_amount(text: str, minor: int, currency: str) -> bool:
    """Whether the text states this amount, with its decimals or beside its currency. Nothing need not be stated."""
    if not minor:
        return True
    exact = _ungrouped(f"{to_decimal(minor, currency):f}")
    whole, _, decimals = exact.partition(".")
    said = _ungrouped(plain(text))
    if decimals and re.search(rf"(?<![\d.:]){whole}\.{decimals}(?!\d)", said):
        return True
    if decimals.strip("0"):
        return False
    near = _currency_words(currency)
    return bool(
        re.search(rf"(?:{near})\s?{whole}(?![\d:])(?!\.\d)", said)
        or re.search(rf"(?<![\d.:]){whole}\s?(?:{near})", said)
    )


def carries_number(text: str, number: int) -> bool:
    """Whether the text states this number by itself."""
    return bool(re.search(rf"(?<![\d.,:]){number}(?![\d:]|[.,]\d)", text))


def carries_clock(text: str, starts: datetime) -> bool:
    """Whether the text states this time of day, on a clock of 24 or 12 hours."""
    said, hour, minute = plain(text), starts.hour, f"{starts.minute:02}"
    half = "p" if hour >= 12 else "a"
    hour12 = hour % 12 or 12
    patterns = [
        rf"(?<![\d:.])0?{hour}[:.h]{minute}(?!\d)(?!\s?[ap]\.?m)",
        rf"(?<![\d:.])0?{hour12}[:.]{minute}\s?{half}\.?\s?m",
    ]
    if starts.minute == 0:
        patterns.append(rf"(?<![\d:.])0?{hour12}\s?{half}\.?\s?m\b")
        patterns.append(rf"(?<![\d:.])0?{hour}{_HOURS}")
        if hour == 12:
            patterns.append(r"\b(?:noon|mediodia|meio-dia|midi|mittags?|mezzogiorno)\b")
    return any(re.search(pattern, said) for pattern in patterns)


def carries_day(text: str, starts: datetime) -> bool:
    """Whether the text says which day: its number, its weekday, or a word such as tomorrow."""
    said = plain(text)
    return bool(
        re.search(rf"(?<![\d:.,]){starts.day:d}(?![\d:])", said)
        or re.search(rf"(?<![\d:.,]){starts.day:02d}(?![\d:])", said)
        or _SOON.search(said)
        or any(name in said for name in _weekday_names(starts.weekday()))
    )


def names(text: str, thing: str) -> bool:
    """Whether the text has one of the words of a thing's name."""
    said = set(re.findall(r"\w+", plain(text)))
    return any(word in said for word in re.findall(r"\w{3,}", plain(thing)))


def _ungrouped(text: str) -> str:
    """Numbers without separators of thousands, and with a point before decimals."""
    joined = _GROUPING.sub("", text)
    return re.sub(r"(?<=\d),(?=\d)", ".", joined)


@lru_cache(maxsize=64)
def _currency_words(currency: str) -> str:
    words = {currency.lower(), plain(get_currency_symbol(currency, "en"))}
    for language in _LANGUAGES:
        words |= {plain(get_currency_name(currency, count, Locale(language))) for count in (1, 2)}
        words.add(plain(get_currency_symbol(currency, language)))
    last = {name.split()[-1] for name in words}  # "dollars" of "US dollars"
    return "|".join(re.escape(word) for word in sorted(words | last, key=len, reverse=True) if word)


@lru_cache(maxsize=7)
def _weekday_names(weekday: int) -> tuple[str, ...]:
    day = datetime(2024, 1, 1 + weekday)  # a Monday, and the days after it
    return tuple(plain(format_date(day, "EEEE", Locale(language))) for language in _LANGUAGES)
