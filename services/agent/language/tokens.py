"""What is a token, and which values does each kind of value token answer to?

A token is a piece of text with tags (what it can be) and meanings (which weekday, which number). Rules match on
tags only, so a language is a table of words and never code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.agent.language.values import (
    Clock,
    Day,
    Edge,
    Grain,
    Length,
    Moment,
    Nothing,
    PartOfDay,
    Stretch,
    Value,
    Window,
)

PLAIN: frozenset[str] = frozenset()

VALUE_TAGS: dict[type, frozenset[str]] = {
    Clock: frozenset({"clock"}),
    Window: frozenset({"window"}),
    Edge: frozenset({"edge"}),
    Moment: frozenset({"moment"}),
    Stretch: frozenset({"stretch"}),
    PartOfDay: frozenset({"part"}),
    Nothing: frozenset({"nothing"}),
}
DAY_TAGS = frozenset({"day"})
EXACT_DAY_TAGS = frozenset({"day", "dated"})
PERIOD_TAGS = frozenset({"period"})
LENGTH_DAYS_TAGS = frozenset({"length", "length_days"})
LENGTH_TAGS = frozenset({"length"})


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text: `start`/`end` are offsets into it, `words` maps a tag to its number (monday -> 0)."""

    text: str
    start: int
    end: int
    tags: frozenset[str] = PLAIN
    words: Mapping[str, int] = field(default_factory=dict)
    value: Value | None = None

    @property
    def n(self) -> int:
        """The number this token spells. Raises KeyError when it spells none."""
        return self.words["n"]


def value_tags(value: Value, *, dated: bool = False) -> frozenset[str]:
    """The tags under which rules find a built value; `dated` marks a day that was given with its month."""
    if isinstance(value, Day):
        if value.grain is not Grain.DAY or not value.single:
            return PERIOD_TAGS
        return EXACT_DAY_TAGS if dated else DAY_TAGS
    if isinstance(value, Length):
        return LENGTH_DAYS_TAGS if value.whole_days else LENGTH_TAGS
    return VALUE_TAGS[type(value)]


def number_tags(n: int, digits: int) -> frozenset[str]:
    """What a cardinal can stand for. `digits` is how many digits it was written with, 0 for a word."""
    tags = {"num"}
    if digits:
        tags.add("digits")
    if digits <= 2:
        tags |= {
            tag for tag, low, high in (("h12", 1, 12), ("h24", 0, 24), ("dom", 1, 31)) if low <= n <= high
        }
        if n <= 59 and (digits == 2 or (digits == 0 and n >= 10)):
            tags.add("mins")
    if digits == 4 and 1990 <= n <= 2099:
        tags.add("yr")
    if digits in (3, 4) and n // 100 < 24 and n % 100 < 60:
        tags.add("hhmm")
    return frozenset(tags)


def ordinal_tags(n: int, digits: int) -> frozenset[str]:
    """What an ordinal can stand for: a day of month, or a choice when it is small."""
    tags = {"ord", "ord_digits" if digits else "ord_word"}
    if 1 <= n <= 31:
        tags.add("dom_ord")
    return frozenset(tags)


def all_tag_sets() -> set[frozenset[str]]:
    """Every tag set that numbers and built values can have, so that patterns can be compiled ahead."""
    sets = {PLAIN, DAY_TAGS, EXACT_DAY_TAGS, PERIOD_TAGS, LENGTH_DAYS_TAGS, LENGTH_TAGS, *VALUE_TAGS.values()}
    for n in range(2400):
        for digits in (0, 1, 2, 3, 4):
            sets.add(number_tags(n, digits))
            sets.add(ordinal_tags(n, digits))
    return sets
