"""Which times, dates, prices and places does a text state? Read from its digits and a few words, in six languages.

A reading is what a phrase may mean: "7:30" is half past seven in the morning or in the evening. So a statement is a set of
readings, and it is known when one of them is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from babel import Locale

from services.agent.carried import plain

LANGUAGES: Final = ("en", "es", "pt", "fr", "de", "it")
_NOON: Final = 12 * 60
_DAY: Final = 24 * 60

_CLOCK: Final = re.compile(
    r"(?<![\d.:,/+-])(?P<h>[01]?\d|2[0-3])(?:(?P<sep>[:.h])(?P<m>[0-5]\d))?\s?(?:(?P<half>[ap])\.?\s?m\b\.?|"
    r"(?P<mark>uhr\b|h\b|hs\b|heures?\b|horas?\b|o'clock\b))?(?![\d%]|[.,]\d)"
)
MONEY_WORDS: Final = (
    r"€|\$|£|¥|r\$|us\$|eur|usd|gbp|brl|chf|mxn|cad|aud|euros?|dollars?|dolares|dollari|pounds?|reais|real|francs?|"
    r"franken|franchi|libras?|sterline|pesos?|quid|bucks"
)
_NUMBER: Final = r"\d{1,3}(?:[.,’' ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_MONEY: Final = re.compile(
    rf"(?:(?<![a-z])(?:{MONEY_WORDS})\s?(?P<after>{_NUMBER})(?!\d)|(?<![\d.,])(?P<before>{_NUMBER})\s?(?:{MONEY_WORDS})(?![a-z]))"
)
_ISO_DATE: Final = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})(?!\d)")
_NUMERIC_DATE: Final = re.compile(
    r"(?<![\d/.:-])(\d{1,2})[/.](\d{1,2})(?:[/.](?:\d{4}|\d{2})(?!\d)|\b(?!\s?(?:h\b|uhr|%))(?![.,]?\d))"
)
_STREET: Final = re.compile(
    r"\b(?:(?:rua|avenida|av\.|praca|largo|calle|plaza|paseo|via|viale|piazza|corso|rue|avenue|boulevard|place)\s+"
    r"(?:d[aeiou]s?\s+|dell[ao]\s+|del\s+|des\s+|du\s+|de\s+la\s+|l')?[^\W\d_][\w'’-]*(?:\s+[^\W\d_][\w'’-]*){0,3}?,?\s+\d{1,4}\b|"
    r"\d{1,4},?\s+(?:[^\W\d_][\w'’-]*\s+){1,3}(?:street|st|road|rd|avenue|ave|lane|square|drive)\b|"
    r"\d{1,4},?\s+(?:bis\s+)?(?:rue|avenue|boulevard|place)\s+[^\W\d_][\w'’-]*(?:\s+[^\W\d_][\w'’-]*){0,2}|"
    r"[^\W\d_][\w-]*(?:strasse|straße|str\.|platz|gasse|weg)\s+\d{1,4}\b)"
)
_ROOM: Final = re.compile(
    # A letter names a room when it is a capital: "a aula é", "la sala è" go on.
    r"\b(?i:room|studio|sala|salle|raum|saal|stanza|aula)\s+(?:n\.?º?\s?)?(?P<name>\d{1,3}[A-Za-z]?|[A-Z])\b(?![’'])"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """`words` as they stand in the text; `readings` are minutes of a day, (month, day), hundredths of money, or a place."""

    kind: str
    words: str
    readings: frozenset[object]


def statements(text: str, *, exact: bool = False) -> list[Statement]:
    """What a text states of times, dates, prices and places, in the order of kinds; `exact`: it writes 19:00 for seven in the
    evening, as tools do."""
    said = plain(text)
    money = [Statement("price", m[0], frozenset(_amounts(m))) for m in _MONEY.finditer(said)]
    dates = list(_dates(said))
    # What is a price or a date is no time of day: 15.00 EUR, 3.4.
    rest = said
    for known in (*money, *dates):
        rest = rest.replace(known.words, " " * len(known.words), 1)
    return [*_clocks(rest, exact=exact), *dates, *money, *_places(said, text)]


def readings(texts: Iterable[str], *, exact: bool = False) -> dict[str, set[object]]:
    """Everything that these texts state, by kind; `exact` as in `statements`."""
    found: dict[str, set[object]] = {}
    for text in texts:
        for statement in statements(text, exact=exact):
            found.setdefault(statement.kind, set()).update(statement.readings)
    return found


def _clocks(said: str, *, exact: bool) -> Iterator[Statement]:
    for match in _CLOCK.finditer(said):
        hour, minute, half = int(match["h"]), int(match["m"] or 0), match["half"]
        if match["m"] is None and half is None and (match["mark"] is None or _is_length(match)):
            continue  # a bare number, or "2 h" of length
        if half is not None and not 1 <= hour <= 12:
            continue
        at = hour * 60 + minute
        if half is not None:
            both = {at % _NOON + (_NOON if half == "p" else 0)}
        elif exact or match["h"][0] == "0" or (match["mark"] or "")[:1] in ("u", "h"):
            both = {at % _DAY}
        elif hour in range(1, 12):
            both = {at, at + _NOON}  # nobody says which half of the day
        else:
            both = {at % _DAY}
        yield Statement("time", match[0].strip(" ."), frozenset(both))


def _is_length(match: re.Match[str]) -> bool:
    return (match["mark"] or "")[:1] == "h" and int(match["h"]) < 6


def _amounts(match: re.Match[str]) -> Iterator[int]:
    """Hundredths; a number with one separator and three digits behind it may be either."""
    number = re.sub(r"[’' ]", "", match["after"] or match["before"])
    decimals = re.fullmatch(r"([\d.,]*\d)[.,](\d{1,2})", number)
    if decimals:
        yield int(re.sub(r"[.,]", "", decimals[1])) * 100 + int(decimals[2].ljust(2, "0"))
    else:
        yield int(re.sub(r"[.,]", "", number)) * 100


def _dates(said: str) -> Iterator[Statement]:
    for match in _ISO_DATE.finditer(said):
        yield Statement("date", match[0], frozenset({(int(match[2]), int(match[3]))}))
    for match in _NUMERIC_DATE.finditer(said):
        first, second = int(match[1]), int(match[2])
        either = {(m, d) for m, d in ((first, second), (second, first)) if 1 <= m <= 12 and 1 <= d <= 31}
        if either:
            yield Statement("date", match[0], frozenset(either))
    for match in _named_dates().finditer(said):
        month = _months()[match["month"] or match["month2"]]
        yield Statement("date", match[0], frozenset({(month, int(match["day"] or match["day2"]))}))


def _places(said: str, text: str) -> Iterator[Statement]:
    for match in _STREET.finditer(said):
        yield Statement("place", match[0], frozenset({" ".join(re.findall(r"\w+", match[0]))}))
    for match in _ROOM.finditer(text):
        yield Statement("room", plain(match[0]), frozenset({plain(match["name"])}))


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    """Names of months, whole and short, without accents."""
    found: dict[str, int] = {}
    for language in LANGUAGES:
        names = Locale(language).months["format"]
        for width in ("wide", "abbreviated"):
            found |= {plain(name).strip("."): month for month, name in names[width].items()}
    return {name: month for name, month in found.items() if len(name) >= 3}


@lru_cache(maxsize=1)
def _named_dates() -> re.Pattern[str]:
    months = "|".join(sorted(map(re.escape, _months()), key=len, reverse=True))
    day = r"[0-3]?\d"
    return re.compile(
        rf"(?<![\d.:])(?P<day>{day})(?:st|nd|rd|th|er|º|°|\.)?\s?(?:of\s|de\s|d'|di\s)?\s?(?P<month>{months})\b|"
        rf"\b(?P<month2>{months})\.?\s(?P<day2>{day})(?:st|nd|rd|th)?\b(?![:.]\d)"
    )
