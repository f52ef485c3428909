"""Which of the things shown does the customer pick? "the second one", "2", "the later one"."""

from __future__ import annotations

import re

from services.agent.language.understanding import Preference

_ORDINALS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5,
    "sixth": 6, "6th": 6, "seventh": 7, "7th": 7, "eighth": 8, "8th": 8, "ninth": 9, "9th": 9, "tenth": 10,
    "10th": 10, "last": -1, "final": -1, "bottom": -1, "top": 1,
}  # fmt: skip
_CARDINALS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
_ORDINAL = "|".join(_ORDINALS)
_CARDINAL = "|".join(_CARDINALS)

_POINTED = re.compile(
    rf"\b(?:the )?({_ORDINAL})(?: (?:one|option|slot|time|choice|class|session|appointment|of (?:them|those|these)))"
    r"(?! (?:of|in|week|month|year|i|we|was|here|coming|ever))\b"
)
_NUMBERED = re.compile(
    rf"\b(?:option|number|no\.?|choice|slot)\s*#?\s*(\d{{1,2}}|{_CARDINAL})\b(?!\s*(?:people|am|pm|:))|#(\d{{1,2}})\b"
)
_WHOLE = re.compile(
    rf"^\W*(?:(?:i(?:'ll| will)? (?:take|want|choose|pick|like|prefer)|i'd like|let's (?:go with|do|"
    rf"take)|go with|take|book|ok|yes|please|um|the)\W+)*"
    rf"(?:(?P<ordinal>{_ORDINAL})|(?P<number>[1-9]\d?|{_CARDINAL}))(?P<mark>[.)️⃣]*)(?:\W+(?:please|pls|"
    rf"thanks|thank you|is fine|works|then))*\W*$"
)
_PREFERENCES: tuple[tuple[Preference, re.Pattern[str]], ...] = (
    (Preference.LATER, re.compile(r"\b(?:the )?(?:later|latest|evening) (?:one|option|slot|time|class|"
    r"session)\b|\bthe later\b|\b(?:something|anything|a bit|any) later\b")),
    (Preference.EARLIER, re.compile(r"\b(?:the )?(?:earlier|earliest|soonest|morning) (?:one|option|slot|"
    r"time|class|session|appointment)\b|\bthe earli(?:er|est)\b|\b(?:something|anything|a bit|"
    r"any) (?:earlier|sooner)\b|\bas (?:soon|early) as possible\b|\b(?:first|next|earliest) available\b")),
    (Preference.CHEAPER, re.compile(r"\b(?:the )?cheap(?:er|est)\b")),
    (Preference.OTHER, re.compile(r"\bthe other (?:one|option|slot|time|class|session)\b|^\W*the other\W*$")),
    (Preference.ANY, re.compile(r"\b(?:any|either)(?: one| of them)? (?:is |works|will do|would be )|"
    r"\b(?:either|any)(?: one| of (?:them|those|these|the two))?\W*$|\bdoesn'?t matter\b|\bdon'?t mind\b|"
    r"\b(?:you|u) (?:choose|pick|decide)\b|\bno preference\b")),
)  # fmt: skip


def choice_of(text: str) -> int | None:
    """The 1-based position picked from a list, -1 for the last; None when nothing was picked."""
    pointed = _POINTED.search(text)
    if pointed:
        return _ORDINALS[pointed.group(1)]
    numbered = _NUMBERED.search(text)
    if numbered:
        return _count(numbered.group(1) or numbered.group(2))
    whole = _WHOLE.match(text)
    if not whole:
        return None
    return _ORDINALS[whole["ordinal"]] if whole["ordinal"] else _count(whole["number"])


def is_bare_pick(text: str) -> bool:
    """Whether the whole message is one small number or ordinal: "2nd" is a pick as much as a date."""
    return bool(_WHOLE.match(text))


def preference_of(text: str) -> Preference | None:
    """The comparison a choice was made by, if any."""
    return next((preference for preference, pattern in _PREFERENCES if pattern.search(text)), None)


def _count(said: str) -> int:
    return _CARDINALS.get(said) or int(said)
