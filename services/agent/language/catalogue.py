"""Which service or person of a tenant does a message name, typos and synonyms included?"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

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


@dataclass(frozen=True, slots=True)
class _Index:
    """The names of some entries, found by their first word; built once for a catalogue."""

    by_first: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]
    vocabulary: tuple[str, ...]

    def alike(self, said: str) -> dict[str, float]:
        """The catalogue words a said word can be, with how alike they are (0..100)."""
        exact = [
            form
            for form in (said, said.removesuffix("s"), said.removesuffix("es"), said + "s")
            if form in self
        ]
        if exact or len(said) < _SHORT or said in STOP_WORDS:
            return dict.fromkeys(exact, 100.0)
        close = process.extract(said, self.vocabulary, scorer=fuzz.ratio, score_cutoff=CLOSE, limit=4)
        return {word: score for word, score, _ in close if len(word) >= _SHORT and word[0] == said[0]}

    def __contains__(self, word: str) -> bool:
        """Whether some name has this very word."""
        at = bisect_left(self.vocabulary, word)
        return at < len(self.vocabulary) and self.vocabulary[at] == word


@lru_cache(maxsize=512)
def _index(entries: tuple[CatalogueEntry, ...], partial_names: bool) -> _Index:
    by_first: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    words: set[str] = set()
    for entry in entries:
        for name in _names(entry, partial_names):
            by_first.setdefault(name[0], []).append((entry.id, name))
            words.update(name)
    return _Index({first: tuple(names) for first, names in by_first.items()}, tuple(sorted(words)))


def _names(entry: CatalogueEntry, partial_names: bool) -> tuple[tuple[str, ...], ...]:
    """Every name of an entry as words; the single words of a name too where those are enough to know it."""
    full = [tuple(_WORD.findall(name.lower())) for name in (entry.name, *entry.synonyms)]
    parts = [(w,) for words in full for w in words if len(words) > 1 and len(w) > 2 and w not in STOP_WORDS]
    return tuple(dict.fromkeys(name for name in [*full, *(parts if partial_names else ())] if name))


def best_match(
    text: str, entries: tuple[CatalogueEntry, ...], *, partial_names: bool = False
) -> Match | None:
    """The entry a lower-cased text names best, or None. `partial_names` lets a first name stand for a person.

    Longer names win over shorter ones inside them ("hot yoga" over "yoga"); of equals the one said first.
    """
    index = _index(entries, partial_names)
    words = _WORD.findall(text)
    alike = {word: index.alike(word) for word in dict.fromkeys(words)}
    best: Match | None = None
    for at, word in enumerate(words):
        for first in alike[word]:
            for entry_id, name in index.by_first.get(first, ()):
                match = _match(words[at : at + len(name)], alike, entry_id, name)
                if match and (best is None or _rank(match) > _rank(best)):
                    best = match
    return best


def _match(
    said: list[str], alike: Mapping[str, Mapping[str, float]], entry_id: str, name: tuple[str, ...]
) -> Match | None:
    """A name found word for word where it is said; its worst word is its score."""
    if len(said) < len(name):
        return None
    scores = [alike[word].get(meant, 0.0) for word, meant in zip(said, name, strict=True)]
    return Match(entry_id, min(scores), " ".join(said)) if min(scores) > 0 else None


def _rank(match: Match) -> tuple[float, int]:
    """Better, then longer: a full name of two words outweighs a slightly closer single one."""
    return match.score + 3 * len(match.words.split()), len(match.words)


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
