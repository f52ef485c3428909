"""Which service or person of a tenant does a message name, typos and synonyms included?"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from services.agent.language import lexicon
from services.agent.language.folding import fold
from services.agent.language.lexicon.common import COMMON as EVERYDAY
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


class Entries(tuple[CatalogueEntry, ...]):
    """Entries whose hash is worked out once: they are looked up by it several times a turn."""

    _hash: int | None = None

    def __hash__(self) -> int:
        """The same as a plain tuple's."""
        if self._hash is None:
            self._hash = super().__hash__()
        return self._hash


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What one tenant offers and who works there."""

    services: tuple[CatalogueEntry, ...] = ()
    staff: tuple[CatalogueEntry, ...] = ()

    def __post_init__(self) -> None:
        """Keep the hash of each."""
        object.__setattr__(self, "services", Entries(self.services))
        object.__setattr__(self, "staff", Entries(self.staff))


@dataclass(frozen=True, slots=True)
class Match:
    """An entry named by a message: its id, how well it fits (0..100), and the words that named it."""

    id: str
    score: float
    words: str


def _entries(things: Mapping[str, str]) -> tuple[CatalogueEntry, ...]:
    """A table of things as entries: name -> other names, separated by commas."""
    return Entries(
        CatalogueEntry(name, name, tuple(part.strip() for part in others.split(",") if part.strip()))
        for name, others in things.items()
    )


COMMON_SERVICES: tuple[CatalogueEntry, ...] = _entries(COMMON)


@lru_cache(maxsize=len(lexicon.LANGUAGES))
def common_services(language: str) -> tuple[CatalogueEntry, ...]:
    """What people commonly book, by the names a language has for it (none for English: see COMMON_SERVICES)."""
    return _entries(lexicon.details(language).things)


@lru_cache(maxsize=len(lexicon.LANGUAGES))
def stop_words(language: str) -> frozenset[str]:
    """Words that are never taken for a misspelt name: those of time, and the everyday words of a language."""
    if language == "en":
        return STOP_WORDS
    said = lexicon.details(language)
    listed = " ".join((said.stop_words, said.common, *EVERYDAY[language], *lexicon.load(language).entries))
    return STOP_WORDS | frozenset(fold(listed).split())


@dataclass(frozen=True, slots=True)
class _Index:
    """The names of some entries, found by their first word; built once for a catalogue."""

    by_first: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]
    vocabulary: tuple[str, ...]

    def alike(self, said: str, stop: frozenset[str]) -> dict[str, float]:
        """The catalogue words a said word can be, with how alike they are (0..100)."""
        forms = (
            said,
            *(() if said in stop else (said.removesuffix("s"), said.removesuffix("es"), said + "s")),
        )
        exact = [form for form in forms if form in self]
        if exact or len(said) < _SHORT or said in stop:
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
    full = [tuple(_WORD.findall(fold(name.lower()))) for name in (entry.name, *entry.synonyms)]
    parts = [(w,) for words in full for w in words if len(words) > 1 and len(w) > 2 and w not in STOP_WORDS]
    return tuple(dict.fromkeys(name for name in [*full, *(parts if partial_names else ())] if name))


def best_match(
    text: str,
    entries: tuple[CatalogueEntry, ...],
    *,
    partial_names: bool = False,
    stop: frozenset[str] = STOP_WORDS,
) -> Match | None:
    """The entry a lower-cased text without accents names best, or None.

    `partial_names` lets a first name stand for a person; words in `stop` are never taken for misspelt names.

    Longer names win over shorter ones inside them ("hot yoga" over "yoga"); of equals the one said first.
    """
    index = _index(entries, partial_names)
    words = _WORD.findall(text)
    alike = {word: index.alike(word, stop) for word in dict.fromkeys(words)}
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


_NOT_NAMES = re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|"
                        r"september|october|november|december|whatsapp|i$|i'm", re.IGNORECASE)  # fmt: skip


@lru_cache(maxsize=len(lexicon.LANGUAGES))
def _named(language: str) -> re.Pattern[str]:
    return re.compile(lexicon.details(language).named or r"(?!)")


def named_person(text: str, language: str = "en") -> str | None:
    """A person named without a catalogue, by the capital letter: "with Anna", "Dr. Costa"; None in lower case."""
    for match in _named(language).finditer(text):
        name = next(group for group in match.groups() if group).strip()
        first = _WORD.search(name.lower())
        if not _NOT_NAMES.match(name) and first and first.group() not in lexicon.load(language).entries:
            return name
    return None
