"""Which service or person of a tenant does a message name, typos and synonyms included?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from services.agent.language.lexicon.things import COMMON, STOP_WORDS

CLOSE = 84.0  # of 100; "yogga" scores 89 against yoga, "haircat" 86 against haircut, "toga" 75
_SHORT = 4  # words this short have too many neighbours to be guessed at
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A service or a member of staff: its id, its name, and other names people use."""

    id: str
    name: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What one tenant offers and who works there."""

    services: tuple[CatalogueEntry, ...] = ()
    staff: tuple[CatalogueEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """An entry named by a message: its id, how well it fits (0..100), and the words that named it."""

    id: str
    score: float
    words: str


COMMON_SERVICES: tuple[CatalogueEntry, ...] = tuple(
    CatalogueEntry(name, name, tuple(part.strip() for part in others.split(",") if part.strip()))
    for name, others in COMMON.items()
)


def best_match(text: str, entries: Sequence[CatalogueEntry], *, partial_names: bool = False) -> Match | None:
    """The entry a lower-cased text names best, or None. `partial_names` lets a first name stand for a person.

    Longer names win over shorter ones inside them ("hot yoga" over "yoga").
    """
    words = _WORD.findall(text)
    found = [m for entry in entries for name in _names(entry, partial_names) if (m := _match(words, entry.id, name))]
    return max(found, key=lambda m: (m.score + 3 * len(m.words.split()), len(m.words)), default=None)


@lru_cache(maxsize=4096)
def _names(entry: CatalogueEntry, partial_names: bool) -> tuple[tuple[str, ...], ...]:
    """Every name of an entry as words; single words of a name too where that is enough to know it."""
    full = [tuple(_WORD.findall(name.lower())) for name in (entry.name, *entry.synonyms)]
    parts = [(w,) for words in full for w in words if len(words) > 1 and w not in STOP_WORDS and len(w) > 2]
    return tuple(dict.fromkeys([*full, *(parts if partial_names else ())]))


def _match(words: Sequence[str], entry_id: str, name: tuple[str, ...]) -> Match | None:
    """The best window of the text for one name; every word of the name must be there, in order."""
    size = len(name)
    best: Match | None = None
    for at in range(len(words) - size + 1):
        window = words[at : at + size]
        score = _score(window, name)
        if score >= CLOSE and (best is None or score > best.score):
            best = Match(entry_id, score, " ".join(window))
    return best


def _score(window: Iterable[str], name: tuple[str, ...]) -> float:
    """How alike two runs of words are: each word for itself, the worst one counts."""
    return min((_word_score(said, meant) for said, meant in zip(window, name, strict=True)), default=0.0)


def _word_score(said: str, meant: str) -> float:
    if said == meant or said in (meant + "s", meant + "es") or meant in (said + "s", said + "es"):
        return 100.0
    if min(len(said), len(meant)) < _SHORT or said in STOP_WORDS or said[0] != meant[0]:
        return 0.0
    return fuzz.ratio(said, meant, score_cutoff=CLOSE)


_NAMED = re.compile(
    r"\b(?:[Ww]ith|[Bb]y|[Ss]ee)\s+((?:(?:[Dd]r|[Mm]rs?|[Mm]s)\.?|[Dd]octor)?\s?[A-Z][\w'’-]+(?:\s[A-Z][\w'’-]+)?)|"
    r"\b((?:Dr|Doctor)\.?\s[A-Z][\w'’-]+(?:\s[A-Z][\w'’-]+)?)"
)
_NOT_NAMES = re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|"
                        r"september|october|november|december|whatsapp|i$|i'm", re.IGNORECASE)  # fmt: skip


def named_person(text: str) -> str | None:
    """A person named without a catalogue, by the capital letter: "with Anna", "Dr. Costa"; None in lower case."""
    for match in _NAMED.finditer(text):
        name = (match.group(1) or match.group(2)).strip()
        if not _NOT_NAMES.match(name):
            return name
    return None
