"""How do rules over tags turn a list of tokens into times?

A cascade of finite-state rules: every token is one character (its tag set), every rule is a regular expression over
those characters, and each match is replaced by the value its builder makes. Rules run once each, in order, so an
earlier rule wins. A builder that returns None refuses, and the text stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias, TypeVar

from services.agent.language.tokens import Token, value_tags
from services.agent.language.values import Value

V = TypeVar("V")

_NEVER = r"[^\s\S]"  # as wide as a token, for lookbehinds; one piece, so that it may be optional
_ATOM = re.compile(r"(?:([A-Z][A-Z0-9]*)=)?([a-z][a-z0-9_]*(?:/[a-z][a-z0-9_]*)*)")


@dataclass(frozen=True, slots=True)
class Context:
    """What a builder may know besides the words: the customer's local now, and whether D/M or M/D is written.

    `until` is the last hour that is of the afternoon when nothing says so: "at 7" is 19:00; 0 where people count to 24.
    """

    now: datetime
    day_first: bool
    until: int = 7

    @property
    def literal(self) -> bool:
        """Whether a bare hour is meant as written: "um 5" is 05:00."""
        return not self.until

    @property
    def today(self) -> date:
        """The customer's local date."""
        return self.now.date()


@dataclass(frozen=True, slots=True)
class Found:
    """One match of a rule: the captured tokens by name, and everything before it."""

    tokens: Sequence[Token]
    match: re.Match[str]

    def has(self, name: str) -> bool:
        """Whether the group `name` took part; False for a rule without such a group."""
        return self.match.groupdict().get(name) is not None

    def token(self, name: str) -> Token:
        """The token captured as `name`. Raises IndexError when the rule has no such group."""
        return self.tokens[self.match.start(name)]

    def n(self, name: str) -> int:
        """The number spelled by group `name`."""
        return self.token(name).n

    def word(self, name: str, tag: str) -> int:
        """What the word captured as `name` means under `tag`, as weekday -> 0 for monday."""
        return self.token(name).words[tag]

    def value(self, name: str, kind: type[V]) -> V:
        """The built value captured as `name`. Raises TypeError when it is of another kind."""
        value = self.token(name).value
        if not isinstance(value, kind):
            raise TypeError(f"{name} is a {type(value).__name__}, the rule expected a {kind.__name__}")
        return value

    def before(self, tag: str) -> bool:
        """Whether a word with `tag` occurs before this match."""
        return any(tag in token.tags for token in self.tokens[: self.match.start()])


Built: TypeAlias = Value | tuple[Value, ...] | Token | None
Builder: TypeAlias = Callable[[Found, Context], Built]


@dataclass(frozen=True, slots=True)
class Rule:
    """`pattern` in tags (`W=weekday of? NEXT=next`, regex operators allowed) and what it means."""

    pattern: str
    build: Builder
    dated: bool = False


class Alphabet:
    """Gives every tag set a character, so that tag patterns become ordinary regular expressions."""

    def __init__(self, tag_sets: Iterable[frozenset[str]], shared: frozenset[str] = frozenset()) -> None:
        """`shared` are further tags that rules may name; here no token has them, so those rules never match."""
        ordered = sorted({frozenset(tags) for tags in tag_sets}, key=sorted)
        self._codes = {tags: chr(0x4E00 + i) for i, tags in enumerate(ordered)}
        self._plain = self._codes[frozenset()]
        self._known = shared.union(*ordered)

    def spell(self, tokens: Iterable[Token]) -> str:
        """One character a token; a tag set never seen while compiling counts as a plain word."""
        return "".join([self._codes.get(token.tags, self._plain) for token in tokens])

    def compile(self, pattern: str) -> re.Pattern[str]:
        """A tag pattern as a regular expression. Raises ValueError for a tag no token can have."""

        def atom(match: re.Match[str]) -> str:
            name, tags = match.group(1), match.group(2).split("/")
            unknown = [tag for tag in tags if tag not in self._known and tag != "plain"]
            if unknown:
                raise ValueError(f"no word has the tag {unknown[0]!r} in {pattern!r}; add it to the lexicon")
            chars = "".join(code for owned, code in self._codes.items() if not owned.isdisjoint(tags))
            if "plain" in tags:
                chars += self._plain
            one = f"[{chars}]" if chars else _NEVER
            return f"(?P<{name}>{one})" if name else one

        return re.compile(_ATOM.sub(atom, pattern.replace("\n", " ")).replace(" ", ""))


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule with its regular expression."""

    regex: re.Pattern[str]
    rule: Rule


class Cascade:
    """The compiled rules of one language."""

    def __init__(self, rules: Iterable[Rule], alphabet: Alphabet) -> None:
        self._alphabet = alphabet
        self._rules = [Compiled(alphabet.compile(rule.pattern), rule) for rule in rules]

    def run(self, tokens: list[Token], context: Context) -> list[Token]:
        """The tokens with every understood phrase replaced by one value token (or several)."""
        spelled = self._alphabet.spell(tokens)
        for compiled in self._rules:
            if not compiled.regex.search(spelled):
                continue
            tokens = _replace(tokens, spelled, compiled, context)
            spelled = self._alphabet.spell(tokens)
        return tokens


def _replace(tokens: list[Token], spelled: str, compiled: Compiled, context: Context) -> list[Token]:
    """All matches of one rule, left to right, replaced by what they mean."""
    out: list[Token] = []
    done = 0
    at = 0
    while (match := compiled.regex.search(spelled, at)) is not None:
        built = compiled.rule.build(Found(tokens, match), context)
        if built is None:  # refused: the next match may begin inside this one
            at = match.start() + 1
            continue
        out += tokens[done : match.start()]
        out += _tokens(built, tokens[match.start() : match.end()], dated=compiled.rule.dated)
        done = at = match.end()
    return out + tokens[done:]


def _tokens(built: Value | tuple[Value, ...] | Token, source: list[Token], *, dated: bool) -> list[Token]:
    """The tokens that replace `source`; each of several values covers the whole of it."""
    if isinstance(built, Token):
        return [built]
    text = " ".join(token.text for token in source)
    values = built if isinstance(built, tuple) else (built,)
    start, end = source[0].start, source[-1].end
    return [Token(text, start, end, value_tags(v, dated=dated), {}, v) for v in values]
