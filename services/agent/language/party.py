"""How many people is it for? Read from the tokens that time rules left over, so that "for 3 pm" is no party."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from services.agent.language import lexicon
from services.agent.language.folding import fold
from services.agent.language.lexicon.words import words
from services.agent.language.tokens import Token

MOST = 500
_NOT_COUNTS = words("unit month mer oclock slash opaque minute_u period hour_mark and_min less")
_Phrases = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The party words of a language as sets and as phrases of words."""

    heads: frozenset[str]
    head_phrases: frozenset[str]
    groups: _Phrases
    companions: frozenset[str]
    owners: frozenset[str]
    self_words: frozenset[str]
    and_self: _Phrases
    self_and: _Phrases
    alone: _Phrases
    pair: _Phrases
    before: _Phrases
    between: frozenset[str]
    we_are: _Phrases
    sized: Mapping[tuple[str, ...], int]


@lru_cache(maxsize=len(lexicon.LANGUAGES))
def _words(language: str) -> _Compiled:
    said = lexicon.details(language).party

    def phrases(cell: str) -> _Phrases:
        return tuple(tuple(fold(name).split()) for name in cell.split(",") if name.strip())

    return _Compiled(
        words(fold(said.heads)),
        frozenset(fold(name).strip() for name in said.head_phrases.split(",")) - {""},
        phrases(said.groups),
        words(fold(said.companions)),
        words(fold(said.owners)),
        words(fold(said.self_words)),
        phrases(said.and_self),
        phrases(said.self_and),
        phrases(said.alone),
        phrases(said.pair),
        phrases(said.before if "," in said.before else said.before.replace(" ", ",")),
        words(fold(said.between)),
        phrases(said.we_are),
        {tuple(fold(name).split()): size for name, size in said.sized.items()},
    )


def party_size(tokens: Sequence[Token], language: str = "en") -> int | None:
    """How many people, or None when the message does not say; the speaker is counted where named."""
    cues = _words(language)
    said = _Said(tokens)
    for phrase, size in cues.sized.items():
        if said.find(phrase) is not None:
            return size
    speaks = _speaks(said, cues)
    counted, companions = _counted(said, cues, articles=not speaks), _companions(said, cues)
    if (companions or counted) and speaks:
        return _sane(1 + companions + (counted or 0))
    if counted:  # "we are 5, 2 of them kids" are five
        return _sane(max(counted, _announced(said, cues.we_are, frozenset()) or 0))
    if any(said.find(phrase) is not None for phrase in cues.alone):
        return 1
    if any(said.find(phrase) is not None for phrase in cues.pair):
        return 2
    return _sane(_announced(said, cues.we_are, frozenset()) or _announced(said, cues.before, cues.between))


def _sane(n: int | None) -> int | None:
    return n if n and 1 <= n <= MOST else None


class _Said:
    """The words of a message, phrases of the lexicon parted again, each with the token it came from."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        pairs = [(fold(word), token) for token in tokens for word in token.text.split() or [""]]
        self.words = tuple(word for word, _ in pairs)
        self.tokens = tuple(token for _, token in pairs)
        self._places: dict[str, list[int]] = {}
        for at, word in enumerate(self.words):
            self._places.setdefault(word, []).append(at)

    def __len__(self) -> int:
        """The number of words."""
        return len(self.words)

    def find(self, phrase: tuple[str, ...], start: int = 0) -> int | None:
        """Where a phrase begins at or after `start`, or None."""
        places = self._places.get(phrase[0], ())
        return next((at for at in places if at >= start and self._is(phrase, at)), None)

    def ends(self, phrase: tuple[str, ...]) -> list[int]:
        """The places right behind every occurrence of a phrase."""
        return [at + len(phrase) for at in self._places.get(phrase[0], ()) if self._is(phrase, at)]

    def _is(self, phrase: tuple[str, ...], at: int) -> bool:
        return len(phrase) == 1 or self.words[at : at + len(phrase)] == phrase

    def number(self, at: int) -> int | None:
        """The number said there, if it is one of one token."""
        if not 0 <= at < len(self) or "num" not in self.tokens[at].tags:
            return None
        first = at == 0 or self.tokens[at - 1] is not self.tokens[at]
        return self.tokens[at].n if first else None


def _counted(said: _Said, cues: _Compiled, *, articles: bool) -> int | None:
    """Numbers beside words for people, added up: "2 adults and a child". "A person" alone is anybody."""
    total = singles = 0
    grouped = {end for phrase in cues.groups for end in said.ends(phrase)}
    for at, token in enumerate(said.tokens):
        n, article = said.number(at), "a" in token.tags and "digits" not in token.tags
        after = at + len(token.text.split())
        following = said.words[after : after + 2]
        if not following and at not in grouped:
            continue
        is_head = bool(following) and (following[0] in cues.heads or " ".join(following) in cues.head_phrases)
        near_head = len(following) > 1 and following[1] in cues.heads and not said.tokens[after].tags
        if article:
            singles += is_head and articles
        elif n is not None and (is_head or near_head or at in grouped):
            total += n
    return total + singles if total else None


def _companions(said: _Said, cues: _Compiled) -> int:
    """Named companions: my wife, a friend, our son."""
    return sum(
        1
        for at in range(1, len(said))
        if said.words[at] in cues.companions
        and said.words[at - 1] in cues.owners
        and ("num" not in said.tokens[at - 1].tags or said.words[at] not in cues.heads)
    )


def _speaks(said: _Said, cues: _Compiled) -> bool:
    """Whether the speaker is named beside others: "me and …", "… and I"."""
    if any(said.find(phrase) is not None for phrase in cues.self_and):
        return True
    if any(said.find(phrase, 1) is not None for phrase in cues.and_self):
        return True
    beside = frozenset({"and", "&", ",", "plus", "+", "with"})
    return any(
        word in cues.self_words and following in beside
        for word, following in zip(said.words, said.words[1:], strict=False)
    )


def _announced(said: _Said, phrases: _Phrases, between: frozenset[str]) -> int | None:
    """ "for two", "table for 4": a bare number after such a phrase that nothing makes a time or a duration."""
    for at in sorted(end for phrase in phrases for end in said.ends(phrase)):
        place = at + (at + 1 < len(said) and said.words[at] in between)
        n = said.number(place)
        if n is None or (n == 1 and "a" in said.tokens[place].tags and place + 1 < len(said)):
            continue  # "para una fiesta" is no party of one
        after = place + len(said.tokens[place].text.split())
        if after >= len(said) or said.tokens[after].tags.isdisjoint(_NOT_COUNTS):
            return n
    return None
