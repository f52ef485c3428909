"""What does a list of numbers say of each? "at seven or eight in the evening" is at seven and at eight in the evening.

A list becomes as many texts, each with one of its numbers, and what reads one number reads them. A list that counts
something ("at seven, two or three places") is left as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Final

from services.agent.carried import plain
from services.agent.language.lexicon.words import words
from services.agent.language.times import tokens_of
from services.agent.language.tokens import Token
from services.agent.language.values import Clock
from services.agent.numerals import Numeral, numerals
from services.agent.stated import MONEY_WORDS

CURRENCY: Final = re.compile(rf"(?:{MONEY_WORDS})s?")
"""A word for money, without accents."""
_ENDS: Final = frozenset({"stop", "partword", "mer", "oclock", "weekday", "reldays", "month", "onward"})
"""What closes a list of hours or days, besides the end of the text."""
_LEADS: Final = frozenset({"in", "of", "on", "the", "from"})
"""Small words before what closes it: "in the evening", "de la tarde"."""
_GOES_ON: Final = frozenset({"and", "or", "comma", "not", "please", "before", "after"})
_ATS: Final = frozenset({"at", "at_shy"})
_COUNTED: Final = frozenset({"people", "unit", "label", "one_noun"})
_SEPARATORS: Final = ("comma", "or", "and")
_BEFORE_MINUTES: Final = frozenset({"past", "to", "min_before", "min_after"})
_MINUTES: Final = frozenset({"half", "half_past", "quarter"})
_MINUTES_BY_AND: Final = frozenset({"es", "pt", "it"})
""" "a las siete y diez" is ten past seven."""
_HOUR_ARTICLES: Final = {"es": ("las", "la"), "it": ("le",), "pt": ("as",)}
_HOURS: Final = frozenset({"heures", "horas", "uhr"})
"""What is said once for all: "um sieben oder acht Uhr". Two of them tell also how long something takes."""
_LENGTHS: Final = frozenset({"heures", "horas"})
_MOST: Final = 48
"""Readings of a line, each of which takes about a millisecond."""
_HOURS_FROM: Final = 6
"""Fewer are rather how many hours something takes, or how many of something there are."""
_AT: Final = {"en": "at", "fr": "à"}
_BEGINS: Final = frozenset({"from", "starting"})
_OPENS: Final = frozenset({"between", "from"})
_JOINS: Final = frozenset({"and", "range_to"})
_SHORT_HOURS: Final = re.compile(r"\d{1,2}\s?h(?:rs?|s)?")
_BEHIND: Final = words(
    "with are is was were if would works work suits suit fits fit which when for but too as because since where "
    "con son esta estan si para por pero tambien que cual hay quedan "
    "com estao sao se mas tambem qual ha ficam "
    "avec sont est pour mais aussi quel lequel "
    "mit sind ist wenn fur aber auch frei was welche passt "
    "sono e per ma anche quale vanno va"
)
"""Words (without accents) that may stand behind a list of hours: who comes, whether it suits. Another one is counted."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The line with one number of a list instead of all. `either`: the list goes over noon ("eleven, twelve or one in the
    afternoon"), so its half of the day need not be this number's."""

    text: str
    either: bool = False


@dataclass(frozen=True, slots=True)
class _Item:
    """`tokens[first:behind]` of which `n` is the number: "half past seven"; `mark` is its "Uhr" or "h"."""

    n: int
    first: int
    behind: int
    mark: str = ""


def listed(line: str, language: str) -> list[Reading]:
    """One reading for each number of each list of this line; the line itself when it has no list, or a table's worth."""
    tokens = tokens_of(line, language)
    items = list(_items(tokens, language))
    said = _plainly(line, tokens, items, language) if items else line
    if said != line:
        tokens = tokens_of(said, language)
        items = list(_items(tokens, language))
    found = [reading for each in _lists(tokens, items, language) for reading in _readings(said, tokens, each)]
    return found if 0 < len(found) <= _MOST else [Reading(said)]


def _readings(line: str, tokens: Sequence[Token], items: Sequence[_Item]) -> Iterator[Reading]:
    """The line with each of these items in the place of all; a "Uhr" that is said once is said of each."""
    mark = next((item.mark for item in reversed(items) if item.mark), "")
    before, behind = line[: tokens[items[0].first].start], line[tokens[items[-1].behind - 1].end :]
    for at, item in enumerate(items):
        said = line[tokens[item.first].start : tokens[item.behind - 1].end]
        marked = said if item.mark or not mark else f"{said} {mark}"
        yield Reading(before + marked + behind, either=any(later.n < item.n for later in items[at + 1 :]))


def _plainly(line: str, tokens: Sequence[Token], items: Sequence[_Item], language: str) -> str:
    """The line with what its hours leave out, for what reads one at a time: "entre sept (heures) et neuf heures", and "at"
    for a beginning that customers do not say so: "from seven on", "à partir de sept heures"."""
    edits: list[tuple[int, int, str]] = []
    lists = list(_lists(tokens, items, language))
    for item, following in zip_longest(items, items[1:]):
        lead = tokens[item.first - 1] if item.first else None
        if item.first and following and _is_range(tokens, item, following):
            end = tokens[item.behind - 1].end
            edits.append((end, end, f" {following.mark}"))
        elif lead and _has(lead, _BEGINS) and language in _AT and _may_begin(tokens, item, lists):
            edits.append((lead.start, lead.end, _AT[language]))
    for start, end, text in reversed(edits):
        line = line[:start] + text + line[end:]
    return line


def _is_range(tokens: Sequence[Token], item: _Item, following: _Item) -> bool:
    """Whether "heures" is left out of the first of two: "entre sept et neuf heures". Few hours may be a length."""
    between = tokens[item.behind : following.first]
    unmarked = not item.mark and following.mark in _LENGTHS and item.n >= _HOURS_FROM
    return (
        unmarked and len(between) == 1 and _has(between[0], _JOINS) and _has(tokens[item.first - 1], _OPENS)
    )


def _may_begin(tokens: Sequence[Token], item: _Item, lists: Sequence[Sequence[_Item]]) -> bool:
    """Whether an hour behind "from" stands alone or begins a list of hours: no range, no price, nothing counted."""
    if item.mark:
        return item.n >= _HOURS_FROM and not _has_at(tokens, item.behind, _JOINS)
    begun = next((items[-1].behind for items in lists if items[0] == item), None)
    return _closes(tokens, item.behind) or (begun is not None and not _is_paid(tokens, begun))


def _is_paid(tokens: Sequence[Token], at: int) -> bool:
    return at < len(tokens) and bool(CURRENCY.fullmatch(plain(tokens[at].text)))


def _lists(tokens: Sequence[Token], items: Sequence[_Item], language: str) -> Iterator[list[_Item]]:
    at = 0
    while at < len(items):
        chain = [items[at]]
        for following in items[at + 1 :]:
            if not _separated(tokens, chain, following, language):
                break
            chain.append(following)
        at += len(chain)
        if len(chain) > 1 and _is_open(tokens, chain):
            yield chain


def _items(tokens: Sequence[Token], language: str) -> Iterator[_Item]:
    """The numbers with what says their minutes, and clock times in digits."""
    found: list[_Item] = []
    for number in sorted([*numerals(tokens, language), *_clocks(tokens)], key=lambda each: each.first):
        between = tokens[found[-1].behind : number.first] if found else ()
        if found and _says_minutes(between, number, language):
            found[-1] = replace(found[-1], behind=number.behind)
        else:
            found.append(_Item(number.n, number.first, number.behind))
        found[-1] = _dressed(tokens, found[-1])
    yield from found


def _clocks(tokens: Sequence[Token]) -> Iterator[Numeral]:
    for at, token in enumerate(tokens):
        if "clock_digits" in token.tags and isinstance(token.value, Clock):
            yield Numeral(token.value.hour, at, at + 1, digits=True)


def _says_minutes(between: Sequence[Token], number: Numeral, language: str) -> bool:
    """Whether this number are the minutes of the one before: "seven thirty", "siete y diez"."""
    if not between:
        return 10 <= number.n < 60
    return (
        len(between) == 1 and "and" in between[0].tags and language in _MINUTES_BY_AND and number.n % 5 == 0
    )


def _dressed(tokens: Sequence[Token], item: _Item) -> _Item:
    """With what belongs to the number: "half past seven", "halb acht", "siete y media", "neuf heures"."""
    first, behind, mark = item.first, item.behind, item.mark
    if first and "half_to" in tokens[first - 1].tags:
        first -= 1
    elif first > 1 and _has(tokens[first - 1], _BEFORE_MINUTES) and _has(tokens[first - 2], _MINUTES):
        first -= 2
    if _SHORT_HOURS.fullmatch(tokens[behind - 1].text):
        mark = "h"
    elif behind < len(tokens) and tokens[behind].text in _HOURS:
        mark, behind = tokens[behind].text, behind + 1
    if behind + 1 < len(tokens) and "and" in tokens[behind].tags and _has(tokens[behind + 1], _MINUTES):
        behind += 2
    return _Item(item.n, first, behind, mark)


def _separated(tokens: Sequence[Token], chain: Sequence[_Item], following: _Item, language: str) -> bool:
    """Whether only what separates a list stands between: a comma, "or", perhaps "and", perhaps "at" or its article."""
    between = list(tokens[chain[-1].behind : following.first])
    at_hours = chain[0].first and _has(tokens[chain[0].first - 1], _ATS)
    article = len(between) > 1 and between[-1].text in _HOUR_ARTICLES.get(language, ())
    said_again = article or (len(between) > 1 and at_hours and _has(between[-1], _ATS))
    if said_again:
        between.pop()
    marks = [next((tag for tag in _SEPARATORS if tag in token.tags), "") for token in between]
    if marks not in (["comma"], ["or"], ["and"], ["comma", "or"], ["comma", "and"]):
        return False
    if marks[-1] != "and":
        return True
    if language in _MINUTES_BY_AND and len(chain) == 1 and not said_again:
        return False
    first = chain[0].first
    return not any("between" in token.tags for token in tokens[max(first - 2, 0) : first])


def _is_open(tokens: Sequence[Token], chain: Sequence[_Item]) -> bool:
    """Whether nothing that is counted stands behind a list; of what is paid only where no time can stand before it."""
    last, behind = chain[-1], chain[-1].behind
    joints = tokens[chain[-2].behind : last.first]
    joined = any(_has(token, frozenset({"or", "and"})) for token in joints)
    if not joined and len(chain) == 2 and last.mark in _LENGTHS and (chain[0].mark or last.mark == "horas"):
        return False  # "à sept heures, deux heures", "às sete, duas horas"
    if _closes(tokens, behind):
        return True
    if not joined:  # "at seven, two with Ana": the second is no hour
        return False
    following, first = tokens[behind], chain[0].first
    if _is_paid(tokens, behind):
        return not (first and "at" in tokens[first - 1].tags)
    if last.mark or _has(following, _GOES_ON) or plain(following.text) in _BEHIND:
        return True
    hours = first and _has(tokens[first - 1], _ATS) and all(item.n >= _HOURS_FROM for item in chain)
    return bool(hours) and not _has(following, _COUNTED)  # "at seven or eight Ana is there"


def _closes(tokens: Sequence[Token], at: int) -> bool:
    """Whether the text ends here, or goes on with a part of a day, a day or a full stop."""
    for token in tokens[at : at + 3]:
        if _has(token, _ENDS):
            return True
        if not _has(token, _LEADS):
            return False
    return at + 3 > len(tokens)


def _has_at(tokens: Sequence[Token], at: int, tags: frozenset[str]) -> bool:
    return at < len(tokens) and _has(tokens[at], tags)


def _has(token: Token, tags: frozenset[str]) -> bool:
    return not tags.isdisjoint(token.tags)
