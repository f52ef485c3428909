"""What does the customer want? Cue phrases by intent, strongest first; small talk only when nothing else is asked."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TypeAlias

from services.agent.language.lexicon import en_intents
from services.agent.language.understanding import Intent

Patterns: TypeAlias = tuple[tuple[Intent, re.Pattern[str]], ...]


def _joined(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


@lru_cache(maxsize=1)
def _patterns() -> tuple[Patterns, Patterns, Patterns, Patterns]:
    """Requests, weak requests, answers and small talk, each in order of strength."""
    requests = tuple((Intent(name), _joined(cues)) for name, cues in en_intents.INTENTS.items())
    answers = ((Intent.DENY, _joined(en_intents.DENY)), (Intent.AFFIRM, _joined(en_intents.AFFIRM)))
    talk = tuple((Intent(name), _joined(cues)) for name, cues in en_intents.SMALL_TALK.items())
    weak = tuple((Intent(name), _joined(cues)) for name, cues in en_intents.WEAK.items())
    return requests, weak, answers, talk


def intents_of(text: str, *, has_choice: bool, has_service: bool, has_time: bool) -> tuple[Intent, ...]:
    """Every intent a lower-cased message shows, the one to act on first; empty when it shows none.

    A message that names a service and nothing else is taken as wanting it.
    """
    requests, weak, answers, talk = _patterns()
    text = text.replace("’", "'")
    asked = [intent for intent, pattern in requests if pattern.search(text)]
    if has_service or has_time:
        asked += [intent for intent, pattern in weak if intent not in asked and pattern.search(text)]
    answered = [intent for intent, pattern in answers if pattern.search(text)][:1]
    chatted = [intent for intent, pattern in talk if pattern.search(text)]
    if Intent.BOOK in asked and Intent.FIND in asked:
        asked.remove(Intent.FIND if not _asks(text) else Intent.BOOK)
    if not asked and has_service:
        asked = [Intent.FIND if _asks(text) else Intent.BOOK]
    if has_choice and not (asked and has_time):
        asked = [Intent.CHOOSE, *(i for i in asked if i not in (Intent.BOOK, Intent.FIND))]
    return tuple(dict.fromkeys([*asked, *answered, *chatted]))


_QUESTION = re.compile(
    r"^\W*(?:(?:hi|hello|hey|ok|okay|and|so|please)\W+)*(?:do|does|is|are|what|which|when|any|have|got|show|list|tell|find|search)\b|"
    r"\b(?:do you have|is there|are there|what (?:times?|classes|slots))\b"
)


def _asks(text: str) -> bool:
    """Whether the message asks what there is rather than asks for it."""
    return bool(_QUESTION.search(text))
