"""What does the customer want? Cue phrases by intent, strongest first; small talk only when nothing else is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from services.agent.language import lexicon
from services.agent.language.folding import fold
from services.agent.language.lexicon.tables import Cues
from services.agent.language.understanding import Intent

Patterns: TypeAlias = tuple[tuple[Intent, re.Pattern[str]], ...]
_NEVER = r"(?!)"


@dataclass(frozen=True, slots=True)
class _Compiled:
    """Requests, weak requests, answers and small talk of a language, each in order of strength."""

    requests: Patterns
    weak: Patterns
    answers: Patterns
    talk: Patterns
    question: re.Pattern[str]
    unless: Mapping[Intent, re.Pattern[str]]


def joined(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern for any of several, without accents as the texts they are matched on."""
    return re.compile(fold("|".join(f"(?:{pattern})" for pattern in patterns) or _NEVER))


@lru_cache(maxsize=len(lexicon.LANGUAGES))
def _patterns(language: str) -> _Compiled:
    said = lexicon.details(language)

    def compiled(cues: Cues) -> Patterns:
        return tuple((Intent(name), joined(patterns)) for name, patterns in cues.items())

    return _Compiled(
        compiled(said.intents),
        compiled(said.weak),
        compiled({"deny": said.deny, "affirm": said.affirm}),
        compiled(said.small_talk),
        joined((said.question,) if said.question else ()),
        {Intent(name): joined((pattern,)) for name, pattern in said.unless.items()},
    )


def requests_of(text: str, language: str) -> list[Intent]:
    """The requests of a lower-cased text without accents, strongest first.

    What cancels or moves a booking is not read again as a wish to book.
    """
    cues = _patterns(language)
    asked: list[Intent] = []
    for intent, pattern in cues.requests:
        unless = cues.unless.get(intent)
        if not pattern.search(text) or (unless and unless.search(text)):
            continue
        asked.append(intent)
        if intent in (Intent.CANCEL, Intent.RESCHEDULE):
            text = pattern.sub("|", text)
    return asked


def intents_of(
    text: str, *, has_choice: bool, has_service: bool, has_time: bool, language: str = "en"
) -> tuple[Intent, ...]:
    """Every intent a lower-cased message without accents shows, the one to act on first; empty when it shows none.

    A message that names a service and nothing else is taken as wanting it.
    """
    cues = _patterns(language)
    asked = requests_of(text, language)
    if has_service or has_time:
        asked += [intent for intent, pattern in cues.weak if intent not in asked and pattern.search(text)]
    answered = [intent for intent, pattern in cues.answers if pattern.search(text)][:1]
    chatted = [intent for intent, pattern in cues.talk if pattern.search(text)]
    asks = bool(cues.question.search(text))  # asks what there is rather than asks for it
    if Intent.BOOK in asked and Intent.FIND in asked:
        asked.remove(Intent.BOOK if asks else Intent.FIND)
    if not asked and has_service:
        asked = [Intent.FIND if asks else Intent.BOOK]
    if has_choice and not (asked and has_time):
        asked = [Intent.CHOOSE, *(i for i in asked if i not in (Intent.BOOK, Intent.FIND))]
    return tuple(dict.fromkeys([*asked, *answered, *chatted]))
