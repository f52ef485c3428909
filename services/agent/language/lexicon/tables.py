"""What may a language say about itself besides its words of time? Empty defaults, so that a language can grow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Cues = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class PartyWords:
    """Words for how many people come. Sets are space-separated texts, phrases are comma-separated."""

    heads: str = ""  # what is counted: "people guests adults"
    head_phrases: str = ""  # "of us"
    groups: str = ""  # "party of, group of": a number follows
    companions: str = ""  # "wife friend"
    owners: str = ""  # before a companion: "my a our"
    self_words: str = ""  # "me myself"
    and_self: str = ""  # phrases that add the speaker at the end: "and i, and me"
    self_and: str = ""  # phrases that begin with the speaker: "me and, me with"
    alone: str = ""  # phrases that mean one: "just me"
    pair: str = ""  # phrases that mean two: "both of us"
    before: str = ""  # a bare number after these counts people: "for"
    between: str = ""  # words skipped after them: "just only"
    we_are: str = ""  # a number follows: "we are, there are"
    sized: Mapping[str, int] = field(default_factory=dict)  # "zu zweit" -> 2


@dataclass(frozen=True, slots=True)
class ChoiceWords:
    """How somebody picks from a list. Patterns are folded (no accents); ORDINAL and CARDINAL stand for the words.

    `pointed` captures the ordinal in group 1; `numbered` the number in one of its groups; `before` and `after` are
    alternatives of what may stand around a pick that is the whole message.
    """

    ordinals: Mapping[str, int] = field(default_factory=dict)
    cardinals: Mapping[str, int] = field(default_factory=dict)
    pointed: str = ""
    numbered: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Details:
    """Everything a language says besides words of time; all patterns are matched on folded lower-cased text."""

    intents: Cues = field(default_factory=dict)
    weak: Cues = field(default_factory=dict)
    small_talk: Cues = field(default_factory=dict)
    affirm: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    question: str = ""
    preferences: Cues = field(default_factory=dict)
    shifts: tuple[tuple[str, int], ...] = ()
    evening: str = ""
    choices: ChoiceWords = ChoiceWords()
    party: PartyWords = PartyWords()
    things: Mapping[str, str] = field(default_factory=dict)
    stop_words: str = ""
    common: str = ""
    named: str = ""
    literal_hours: bool = False  # "à 5h" is 05:00 first, where people count to 24
    afternoon_until: int = 7  # else: up to this bare hour it is the afternoon ("at 7" is 19:00)
    unless: Mapping[str, str] = field(default_factory=dict)  # intent -> what a text must not say for it
