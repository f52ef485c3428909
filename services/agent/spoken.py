"""Which times, days and prices does a text state in words? "half past seven", "am Dienstag", "vingt euros".

Read by what reads customers (`language`), so that there is one table of words per language. `stated` reads the digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final

from services.agent.carried import plain
from services.agent.language.times import MAX_CHARS, read_time, tokens_of
from services.agent.language.tokens import Token
from services.agent.language.values import (
    PART_HOURS,
    Clock,
    Day,
    Edge,
    Grain,
    Part,
    PartOfDay,
    Stretch,
    Value,
    Window,
)
from services.agent.listed import CURRENCY, listed
from services.agent.numerals import numerals
from services.agent.stated import Statement, statements

_NOON: Final = 12 * 60
_DAY: Final = 24 * 60
_SHORT: Final = 3
"""Letters of a weekday that may be another word ("do", "mar", "sun"): it is one where a time stands in the same line."""
_ARTICLES: Final = frozenset({"a", "as"})
"""Before a Portuguese weekday that also counts: "a segunda" is rather the second one."""
_SAYS_A_CLOCK: Final = frozenset({"num", "noon", "clock_digits", "dotted", "hhmm"})


@dataclass(frozen=True, slots=True)
class Spoken:
    """What words state. `days` are the dates that they may mean: a weekday's is the next one, a weekend's both."""

    statements: tuple[Statement, ...] = ()
    days: frozenset[date] = frozenset()


def spoken(text: str, now: datetime, language: str, locale: str | None = None) -> Spoken:
    """What the text states in words where the clock shows `now` (naive, local); what `stated` reads is left out."""
    today = datetime.combine(now.date(), datetime.min.time())
    parts = [_spoken(part, today, language, locale) for part in _parts(text)]
    return Spoken(
        tuple(each for part in parts for each in part.statements),
        frozenset(day for part in parts for day in part.days),
    )


def _parts(text: str) -> Iterator[str]:
    """Its lines, long ones in pieces: what reads customers does not read on after so many characters."""
    for line in text.splitlines():
        while len(line) > MAX_CHARS:
            cut = line.rfind(" ", 0, MAX_CHARS) + 1 or MAX_CHARS
            yield line[:cut]
            line = line[cut:]
        if line.strip():
            yield line


@lru_cache(maxsize=512)
def _spoken(line: str, today: datetime, language: str, locale: str | None) -> Spoken:
    """Of a line with a list what it says with each number of the list alone; digits of a list are read here, too."""
    found: list[Statement] = []
    days: set[date] = set()
    for one in listed(line, language):
        said = _single(one.text, today, language, locale)
        digits = (
            [each for each in statements(one.text) if each not in statements(line)]
            if one.text != line
            else []
        )
        found += [_either(each) if one.either else each for each in (*said.statements, *digits)]
        days |= said.days
    return Spoken(tuple(dict.fromkeys(found)), frozenset(days))


def _either(one: Statement) -> Statement:
    """A time in both halves of the day."""
    if one.kind != "time":
        return one
    minutes = {at % _NOON for at in one.readings if isinstance(at, int)}
    return Statement("time", one.words, frozenset(minutes | {at + _NOON for at in minutes}))


def _single(line: str, today: datetime, language: str, locale: str | None) -> Spoken:
    tokens = read_time(line, today, locale=locale, language=language)[1]
    before = tokens_of(line, language)
    counted = [word for article, word in pairwise(before) if "ord" in word.tags and article.text in _ARTICLES]
    found: list[Statement] = list(_prices(before, language))
    days: set[date] = set()
    for at, token in enumerate(tokens):
        if token.value is None:
            continue
        said = line[token.start : token.end]
        words = [word for word in before if token.start <= word.start < token.end]
        digits = {each.kind for each in statements(said)} if any(c.isdigit() for c in said) else set()
        if "time" not in digits and any(not word.tags.isdisjoint(_SAYS_A_CLOCK) for word in words):
            found += [
                Statement("time", said, _minutes(clock)) for clock in _clocks(_in_part(tokens, at), words)
            ]
        if any("season" in word.tags for word in words):
            continue  # "in summer" is no day
        for day in _days(token.value):
            found += _dated(day, said, words, counted, in_digits="date" in digits)
            days |= _each(day)
    if not any(one.kind == "time" for one in (*found, *statements(line))):
        found = [one for one in found if one.kind != "weekday" or len(one.words) > _SHORT]
    return Spoken(tuple(dict.fromkeys(found)), frozenset(days))


def _in_part(tokens: Sequence[Token], at: int) -> Value | None:
    """The value of a token, a span of time in the part of the day beside it: "between seven and nine in the evening"."""
    value = tokens[at].value
    behind = at + 1 + (at + 1 < len(tokens) and not tokens[at + 1].tags.isdisjoint({"of", "in"}))  # "di sera"
    beside = [each.value for each in (*tokens[behind : behind + 1], *tokens[max(at - 1, 0) : at])]
    part = next((each.part for each in beside if isinstance(each, PartOfDay)), None)
    if not isinstance(value, Window) or part is None:
        return value
    over_noon = value.start and value.end and value.start.minutes % _NOON > value.end.minutes % _NOON
    start = value.start if over_noon else _settled(value.start, part)
    return replace(value, start=start, end=_settled(value.end, part))


def _settled(clock: Clock | None, part: Part) -> Clock | None:
    """The half of the day that is in this part of it; as it was when both or none are. The evening may begin late: "nueve
    de la tarde"."""
    if clock is None or clock.settled:
        return clock
    (first, last), early = PART_HOURS[part], clock.hour % 12
    inside = [hour for hour in (early, early + 12) if first <= hour <= last]
    inside = inside or ([early + 12] if early >= 6 and first >= 12 else [])
    return Clock(inside[0], clock.minute) if len(inside) == 1 else clock


def _clocks(value: Value | None, words: Sequence[Token]) -> Iterable[Clock]:
    match value:
        case Clock():
            return (value,)
        case Window():
            # Of "at seven for an hour" only the beginning was said.
            lasts = any("for" in word.tags for word in words)
            ends = (value.start,) if lasts and value.start else (value.start, value.end)
            first = next((word for word in words if "num" in word.tags), None)
            if first is not None and "digits" not in first.tags and first.n == 1 and value.end:
                ends = (value.end,)  # "há uma às oito": one of them, and not one o'clock
            return [clock for clock in ends if clock is not None]
        case Stretch():
            return [Clock(at.hour, at.minute) for at in (value.start, value.end)]
        case _:
            return ()


def _minutes(clock: Clock) -> frozenset[object]:
    """Minutes of the day; both halves of it when nobody says which."""
    if clock.settled:
        return frozenset({clock.minutes % _DAY})
    return frozenset({clock.minutes % _NOON, clock.minutes % _NOON + _NOON})


def _days(value: Value) -> Iterable[Day]:
    """The days of a value, weeks and longer left out: they say nothing of a day."""
    match value:
        case Day():
            days: Sequence[Day] = (value,)
        case Edge():
            days = (value.day,)
        case Stretch():
            days = (Day.one(value.start.date()), Day.one(value.end.date()))
        case _:
            days = ()
    return [day for day in days if day.grain is Grain.DAY]


def _dated(
    day: Day, said: str, words: Sequence[Token], counted: Sequence[Token], *, in_digits: bool
) -> Iterator[Statement]:
    """Weekdays are known by their names, since "next Friday" is not the same one for everybody."""
    weekdays = [word.words["weekday"] for word in words if "weekday" in word.tags and word not in counted]
    for weekday in weekdays:
        yield Statement("weekday", said, frozenset({weekday}))
    if not any("weekday" in word.tags for word in words) and not in_digits:
        yield Statement("date", said, frozenset((each.month, each.day) for each in _each(day)))


def _each(day: Day) -> set[date]:
    length = min((day.end - day.start).days, 7)
    return {day.start + timedelta(days=n) for n in range(length)}


def _prices(tokens: Sequence[Token], language: str) -> Iterator[Statement]:
    """Numbers in words beside a currency: "twenty-five euros", "neunzehn Euro fünfzig". `tokens`: before any rule."""
    if not any(CURRENCY.fullmatch(plain(token.text)) for token in tokens):
        return
    numbers = [number for number in numerals(tokens, language) if not number.digits]
    before, behind = ({getattr(one, end): one for one in numbers} for end in ("behind", "first"))
    for at, token in enumerate(tokens):
        number = before.get(at) if CURRENCY.fullmatch(plain(token.text)) else None
        if number is None:
            continue
        whole, said = number.n * 100, " ".join(each.text for each in tokens[number.first : at + 1])
        rest = behind.get(at + 1 + (at + 1 < len(tokens) and "and" in tokens[at + 1].tags))
        cents = rest.n if rest else 0
        yield Statement("price", said, frozenset({whole, whole + cents} if 0 < cents < 100 else {whole}))
