"""What does a message say, and in which language shall it be answered?"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from services.agent.facts import Facts
from services.agent.language import Intent, Understanding, understand
from services.agent.language.catalogue import named_person
from services.agent.language.detect import language_of
from services.agent.language.folding import fold
from services.agent.language.times import MAX_CHARS
from services.agent.offline.cues import Cues, cues_of
from services.agent.offline.history import Exchange
from services.agent.offline.texts import Words, spoken, words_in

_NOW = frozenset(
    {
        "now",
        "right now",
        "ahora",
        "ahora mismo",
        "ya",
        "agora",
        "agora mesmo",
        "maintenant",
        "tout de suite",
        "jetzt",
    }
    | {"sofort", "gleich", "adesso", "ora", "subito"}
)
_SENTENCE = re.compile(r"[^.!?;\n]+[.!?;\n]*")


@dataclass(frozen=True, slots=True)
class Heard:
    """A message or a part of it: what it says, and the words to answer with."""

    text: str
    folded: str
    said: Understanding
    cues: Cues
    words: Words
    again: Callable[[str], Understanding]

    def has(self, cue: str) -> bool:
        """Whether the message has a cue phrase of this kind."""
        return self.cues.find(cue, self.folded) is not None

    def states(self, intent: Intent) -> bool:
        """Whether a sentence that is no question shows this intent: "is it fine?" is no yes."""
        if "?" not in self.text:
            return intent in self.said.intents
        sentences = [part for part in _SENTENCE.findall(self.text) if not part.rstrip().endswith("?")]
        return any(intent in self.again(part).intents for part in sentences)

    @property
    def denies(self) -> bool:
        """Whether there is a "no" in it, in any of its lines."""
        lines = self.text.splitlines()
        if len(lines) < 2:
            return Intent.DENY in self.said.intents
        return any(Intent.DENY in self.again(line).intents for line in lines)


def hear(text: str, facts: Facts, language: str | None = None) -> Understanding:
    """The message understood with this business's names, at its wall clock; `language` when it is known."""
    return _hear(text, facts, language or _spoken_in(text, facts))


@lru_cache(maxsize=256)
def _spoken_in(text: str, facts: Facts) -> str:
    return language_of(text[:MAX_CHARS], previous=facts.language, home=facts.business.language)


def listen(text: str, facts: Facts, language: str | None = None) -> Heard:
    """The same with all that depends on the language."""
    said = hear(text, facts, language)
    tongue = spoken(said.language, facts.business.language)
    return Heard(
        text,
        fold(text.lower().replace("’", "'")),
        said,
        cues_of(tongue),
        words_in(tongue, facts.business.language),
        lambda part: hear(part, facts, said.language),
    )


def words_of(now: Exchange, facts: Facts) -> Words:
    """The words to answer this message with: a tap is answered in the language of the conversation."""
    if now.choice_id is None:
        return listen(now.said, facts).words
    home = facts.business.language
    return words_in(spoken(facts.language or home, home), home)


@lru_cache(maxsize=1024)
def _hear(text: str, facts: Facts, language: str) -> Understanding:
    business = facts.business
    said = understand(
        text, facts.local_now, language=language, locale=business.language, catalogue=facts.names
    )
    if said.time_words is not None and fold(said.time_words.lower().strip()) in _NOW:
        # "book it now" wants it booked now, not for now
        said = replace(said, start=None, end=None, grain=None, open=None, time_only=False, time_words=None)
    if said.staff is None:
        # Somebody who does not work here is still somebody who was asked for; the business itself is not.
        person = named_person(text, said.language)
        known = business.business_name.lower()
        return replace(said, staff=person) if person and person.lower() not in known else said
    return said
