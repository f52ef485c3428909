"""Which of the things shown does the customer pick? "the second one", "2", "the later one"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from services.agent.language import lexicon
from services.agent.language.folding import fold
from services.agent.language.intents import joined
from services.agent.language.understanding import Preference

_NEVER = r"(?!)"


@dataclass(frozen=True, slots=True)
class _Compiled:
    """How a language picks: the numbers its words mean and the patterns they stand in."""

    ordinals: Mapping[str, int]
    cardinals: Mapping[str, int]
    pointed: re.Pattern[str]
    numbered: re.Pattern[str]
    whole: re.Pattern[str]
    preferences: tuple[tuple[Preference, re.Pattern[str]], ...]


@lru_cache(maxsize=len(lexicon.LANGUAGES))
def _patterns(language: str) -> _Compiled:
    said = lexicon.details(language)
    words = said.choices
    ordinals = {fold(word): n for word, n in words.ordinals.items()}
    cardinals = {fold(word): n for word, n in words.cardinals.items()}

    def filled(pattern: str) -> re.Pattern[str]:
        pattern = pattern.replace("ORDINAL", "|".join(ordinals) or _NEVER)
        return re.compile(fold(pattern.replace("CARDINAL", "|".join(cardinals) or _NEVER) or _NEVER))

    whole = (
        rf"^\W*(?:(?:{words.before or _NEVER})\W+)*(?:(?P<ordinal>ORDINAL)|(?P<number>[1-9]\d?|CARDINAL))"
        rf"(?P<mark>[.)️⃣]*)(?:\W+(?:{words.after or _NEVER}))*\W*$"
    )
    preferences = tuple((Preference(name), joined(cues)) for name, cues in said.preferences.items())
    return _Compiled(
        ordinals, cardinals, filled(words.pointed), filled(words.numbered), filled(whole), preferences
    )


def choice_of(text: str, language: str = "en") -> int | None:
    """The 1-based position picked from a list, -1 for the last; None when nothing was picked."""
    cues = _patterns(language)
    pointed = cues.pointed.search(text)
    if pointed:
        return _count(pointed.group(1), cues)
    numbered = cues.numbered.search(text)
    if numbered:
        return _count(next(group for group in numbered.groups() if group), cues)
    whole = cues.whole.match(text)
    if not whole:
        return None
    return _count(whole["ordinal"] or whole["number"], cues)


def is_bare_pick(text: str, language: str = "en") -> bool:
    """Whether the whole message is one small number or ordinal: "2nd" is a pick as much as a date."""
    return bool(_patterns(language).whole.match(text))


def preference_of(text: str, language: str = "en") -> Preference | None:
    """The comparison a choice was made by, if any."""
    found = (name for name, pattern in _patterns(language).preferences if pattern.search(text))
    return next(found, None)


def _count(said: str, cues: _Compiled) -> int | None:
    known = cues.ordinals.get(said) or cues.cardinals.get(said)
    digits = re.match(r"\d{1,6}", said)  # the rest is an ending, as of 2nd, 1º or 3ter
    return known or (int(digits[0]) if digits else None)
