"""Which numbers do words say? "hundertzwanzig", "two hundred and fifty", "quatre-vingt-dix-sept", "mil e duzentos".

The words are those of `language`: its cardinals, and the large ones that no time is told with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from services.agent.language import lexicon
from services.agent.language.folding import fold
from services.agent.language.lexicon.large import BOUND, GLUE, LARGE
from services.agent.language.tokens import Token

_HUNDRED: Final = 100
_THOUSAND: Final = 1000
_SCORES: Final = frozenset({60, 80})
"""French counts on from these to nineteen: "soixante-douze", "quatre-vingt-treize"."""


@dataclass(frozen=True, slots=True)
class Numeral:
    """`tokens[first:behind]` say `n`; `digits`: with digits alone."""

    n: int
    first: int
    behind: int
    digits: bool = False


def numerals(tokens: Sequence[Token], language: str) -> list[Numeral]:
    """The numbers of these tokens (`tokens_of`: before any rule ran), each as long as it can be, left to right."""
    found: list[Numeral] = []
    at = 0
    while at < len(tokens):
        one = _numeral(tokens, at, language)
        if one:
            found.append(one)
        at = one.behind if one else at + 1
    return found


def _numeral(tokens: Sequence[Token], first: int, language: str) -> Numeral | None:
    parts = _parts(tokens[first], language)
    total = _sum(parts, language)
    if total is None:
        return None
    digits, behind = "digits" in tokens[first].tags, first + 1
    while behind < len(tokens):
        joint = int(_joins(tokens, behind))
        more = _parts(tokens[behind + joint], language) if behind + joint < len(tokens) else ()
        longer = _sum((*parts, *more), language) if more else None
        if longer is None or "digits" in tokens[behind + joint].tags:
            break
        if digits and more[0] != _THOUSAND:  # "2 mil", and not "room 2 hundred"
            break
        if joint and "and" in tokens[behind].tags and not _said_with_and(parts, more[0], language):
            break
        parts, total, digits, behind = (*parts, *more), longer, False, behind + joint + 1
    return Numeral(total, first, behind, digits)


def _joins(tokens: Sequence[Token], at: int) -> bool:
    """Whether it may stand within a number: "and", or a hyphen without spaces."""
    token = tokens[at]
    tight = (
        tokens[at - 1].end == token.start and tokens[at + 1 : at + 2] and tokens[at + 1].start == token.end
    )
    return "and" in token.tags or ("dash" in token.tags and bool(tight))


def _said_with_and(parts: Sequence[int], n: int, language: str) -> bool:
    """ "hundred and twenty", "vinte e cinco", "vingt et un"; but "twenty and five" are two numbers."""
    whole = _sum(parts, language) or 0
    if language == "fr":
        return n in (1, 11) and whole % _HUNDRED >= 20
    return whole % _HUNDRED == 0 or language in ("pt", "es")


def _parts(token: Token, language: str) -> tuple[int, ...]:
    """What a token says in its parts, "zweihundertfünfzig" as 2, 100, 50; nothing when it is no number."""
    if "num" in token.tags:
        return (token.n,)
    return _compound(fold(token.text), language) if token.text.isalpha() and not token.tags else ()


@lru_cache(maxsize=2048)
def _compound(word: str, language: str) -> tuple[int, ...]:
    glue = GLUE.get(language, "")
    cuts = _cuts(word, _words(language), glue)
    return next((parts for parts in cuts if _sum(parts, language) is not None), ())


def _cuts(word: str, known: Mapping[str, int], glue: str) -> Iterator[tuple[int, ...]]:
    """Every way to part a word into number words, those with a long first one first."""
    if word in known:
        yield (known[word],)
    for cut in range(len(word) - 1, 1, -1):
        head, rest = word[:cut], word[cut:]
        if head in known:
            for tail in dict.fromkeys((rest, rest.removeprefix(glue))):
                yield from ((known[head], *parts) for parts in _cuts(tail, known, glue))


@lru_cache(maxsize=8)
def _words(language: str) -> dict[str, int]:
    """Number words of a language without accents, those that only stand within another included."""
    entries = lexicon.load(language).entries
    small = {fold(word): entry.words["n"] for word, entry in entries.items() if "num" in entry.tags}
    return small | _folded(LARGE.get(language, {})) | _folded(BOUND.get(language, {}))


def _folded(table: Mapping[int, str]) -> dict[str, int]:
    return {fold(word.strip()): n for n, words in table.items() for word in words.split(",")}


def _sum(parts: Sequence[int], language: str) -> int | None:
    """What number words say one after the other; None when they are no single number."""
    thousands = group = 0
    for n in parts:
        if n == _THOUSAND and not thousands:
            thousands, group = (group or 1) * _THOUSAND, 0
        elif n == _HUNDRED and 0 < group < _HUNDRED:
            group *= _HUNDRED
        elif n < _room(group, language) and (n or len(parts) == 1):
            group += n
        else:
            return None
    return thousands + group if parts else None


def _room(group: int, language: str) -> int:
    """Numbers below this may follow: after hundreds up to 99, after tens up to 9."""
    if group % _HUNDRED == 0:
        return _HUNDRED if group else _THOUSAND
    if language == "fr" and group % _HUNDRED in _SCORES:
        return 20
    return 10 if group % 10 == 0 and group % _HUNDRED >= 20 else 1
