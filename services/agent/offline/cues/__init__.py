"""Which phrases tell the offline model what to do, beyond what `language/` understands? A table per language.

Patterns are matched on lower-cased text without accents.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module

from services.agent.offline.texts import LANGUAGES

_NAMES = (
    "about always any_other balance bare_cancel better_not beyond book_it both call_me cant_come "
    "clause code details earlier forget hours_earlier hours_later human info_hours info_offers "
    "info_packs info_phone info_where instead later leave_list list maybe_pick never_mind no_pick opens pay_link "
    "prefer receipt recommend refines reschedule same_again speak the_one to_target too waitlist was_better where_in_line"
)
NAMES = tuple(_NAMES.split())
"""Every kind of cue there is; a language may lack some."""


@dataclass(frozen=True, slots=True)
class Cues:
    """The cue patterns of a language, and the values of those that carry one (name -> said -> meant)."""

    patterns: Mapping[str, re.Pattern[str]]
    values: Mapping[str, Mapping[str, str]]

    def find(self, name: str, folded: str) -> re.Match[str] | None:
        """The first phrase of this kind in the text."""
        pattern = self.patterns.get(name)
        return pattern.search(folded) if pattern else None

    def split(self, folded: str, text: str) -> list[str]:
        """The text in its clauses; `folded` is only looked at when it is as long as the text."""
        pattern = self.patterns.get("clause")
        if pattern is None:
            return [text]
        where = folded if len(folded) == len(text) else text
        ends = [(match.start(), match.end()) for match in pattern.finditer(where)]
        starts = [0, *(end for _, end in ends)]
        stops = [*(start for start, _ in ends), len(text)]
        return [part for at, to in zip(starts, stops, strict=True) if (part := text[at:to]).strip(" ,")]

    def value(self, name: str, folded: str) -> str | None:
        """What is meant by the first of the named words that the text has: "mornings" -> "morning"."""
        for said, meant in self.values.get(name, {}).items():
            if re.search(said, folded):
                return meant
        return None


@lru_cache(maxsize=len(LANGUAGES))
def cues_of(language: str) -> Cues:
    """The cues of a language. Raises `KeyError` for a kind that there is not."""
    module = import_module(f"{__name__}.{language}")
    unknown = set(module.PATTERNS) - set(NAMES)
    if unknown:
        raise KeyError(f"cues/{language}.py has kinds nobody reads: {sorted(unknown)}")
    return Cues({name: re.compile(pattern) for name, pattern in module.PATTERNS.items()}, module.VALUES)
