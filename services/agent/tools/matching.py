"""Which of a business's services or staff do the customer's words mean?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from rapidfuzz import fuzz

from shared.messages.booking import Catalogue

_GOOD = 80.0
_CLOSE = 4.0
_FILLER = frozenset(
    {"a", "an", "the", "class", "classes", "session", "sessions", "lesson", "lessons", "course"}
    | {"appointment", "appointments", "with", "for", "some", "any"}
)


@dataclass(frozen=True, slots=True)
class Named:
    """Something that customers name: its id and all that it is called, its own name first."""

    id: UUID
    names: tuple[str, ...]


def services_of(catalogue: Catalogue) -> tuple[Named, ...]:
    """The services of a business, as named things."""
    return tuple(Named(s.service_id, (s.name, *s.synonyms)) for s in catalogue.services)


def staff_of(catalogue: Catalogue) -> tuple[Named, ...]:
    """The staff of a business, as named things."""
    return tuple(Named(s.staff_id, (s.name, *s.synonyms)) for s in catalogue.staff)


def is_filler(words: str) -> bool:
    """Whether the words name nothing: "a class", "an appointment"."""
    return not _normal(words)


def match(words: str, things: Sequence[Named]) -> tuple[UUID, ...]:
    """Ids of the things that `words` can mean, in the given order; empty when none does.

    An exact name wins, then a synonym (the business says what "yoga" means there); else everything that has
    all
    the words in a name; else what is named inside the words; else the nearest spelling, if it is near ("yogga").
    """
    query = _normal(words)
    if not query:
        return ()
    wanted = set(query.split())
    names = {thing.id: [_normal(name) for name in thing.names] for thing in things}
    tests: tuple[Callable[[list[str]], bool], ...] = (
        lambda called: called[0] == query,
        lambda called: query in called,
        lambda called: any(wanted <= set(name.split()) for name in called),
        lambda called: any(name and set(name.split()) <= wanted for name in called),
    )
    for test in tests:
        found = tuple(thing_id for thing_id, called in names.items() if test(called))
        if found:
            return found
    return _nearest(query, things)


def _nearest(query: str, things: Sequence[Named]) -> tuple[UUID, ...]:
    scores = [max(_score(query, _normal(name)) for name in thing.names) for thing in things]
    best = max(scores, default=0.0)
    if best < _GOOD:
        return ()
    return tuple(thing.id for thing, score in zip(things, scores, strict=True) if score >= best - _CLOSE)


def _score(query: str, name: str) -> float:
    whole = fuzz.ratio(query, name)
    words = max((fuzz.ratio(query, word) for word in name.split() if len(word) > 2), default=0.0)
    return max(whole, words)


def _normal(words: str) -> str:
    folded = unicodedata.normalize("NFKD", words.casefold())
    letters = "".join(c for c in folded if not unicodedata.combining(c))
    tokens = [t for t in re.findall(r"\w+", letters) if t not in _FILLER]
    return " ".join(_singular(t) for t in tokens)


def _singular(word: str) -> str:
    return (
        word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
    )
