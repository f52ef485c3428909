"""Where do the words of a language live, and how does text become its tokens?

A language is a table: words and phrases to tags and numbers. `load` builds it once; adding a language adds a module.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from services.agent.language.lexicon import en
from services.agent.language.tokens import Token, number_tags, ordinal_tags


@dataclass(frozen=True, slots=True)
class Entry:
    """What one word or phrase can be."""

    tags: frozenset[str]
    words: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of a language; `phrases` maps a first word to its phrases, longest first."""

    entries: Mapping[str, Entry]
    phrases: Mapping[str, tuple[tuple[str, ...], ...]]

    def tag_sets(self) -> set[frozenset[str]]:
        """Every tag set a word of this language can have."""
        return {entry.tags for entry in self.entries.values()}

    def annotate(self, tokens: list[Token]) -> list[Token]:
        """The tokens with known words tagged and known phrases joined into one token."""
        return list(self._annotated(tokens))

    def _annotated(self, tokens: list[Token]) -> Iterator[Token]:
        at = 0
        while at < len(tokens):
            token = tokens[at]
            if token.tags:
                yield token
                at += 1
                continue
            phrase = self._phrase(tokens, at)
            source = tokens[at : at + len(phrase)] if phrase else [token]
            known = self._known(" ".join(phrase) if phrase else token.text, source)
            yield known
            at += len(source)
            if (
                "abbr" in known.tags
                and at < len(tokens)
                and tokens[at].text == "."
                and tokens[at].start == known.end
            ):
                at += 1  # "Dec. 21": the full stop belongs to the abbreviation

    def _phrase(self, tokens: list[Token], at: int) -> tuple[str, ...]:
        """The longest phrase that starts at a token, or nothing."""
        for phrase in self.phrases.get(tokens[at].text, ()):
            span = tokens[at : at + len(phrase)]
            if tuple(token.text for token in span) == phrase:
                return phrase
        return ()

    def _known(self, text: str, source: list[Token]) -> Token:
        """One token for `source`, tagged when its text (or its text without 's) is known."""
        entry = self.entries.get(text) or self.entries.get(text.removesuffix("'s"))
        start, end = source[0].start, source[-1].end
        return Token(text, start, end, entry.tags, entry.words) if entry else Token(text, start, end)


@lru_cache(maxsize=8)
def load(language: str = "en") -> Lexicon:
    """The lexicon of a language. Raises KeyError for a language without one."""
    tables = {"en": en}[language]
    tags: dict[str, set[str]] = {}
    words: dict[str, dict[str, int]] = {}
    for tag, names in tables.PLAIN.items():
        for text in _split(names):
            tags.setdefault(text, set()).add(tag)
    for tag, meanings in tables.MEANINGS.items():
        for names, number in meanings.items():
            for text in _split(names):
                tags.setdefault(text, set()).add(tag)
                words.setdefault(text, {})[tag] = number
    for number, names in tables.CARDINALS.items():
        for text in _split(names):
            tags.setdefault(text, set()).update(number_tags(number, 0))
            words.setdefault(text, {})["n"] = number
    for number, names in tables.ORDINALS.items():
        for text in _split(names):
            tags.setdefault(text, set()).update(ordinal_tags(number, 0))
            words.setdefault(text, {})["n"] = number
    entries = {text: Entry(frozenset(found), words.get(text, {})) for text, found in tags.items()}
    return Lexicon(entries, _phrases(entries))


def _split(names: str) -> list[str]:
    """The names in a comma-separated cell; a comma itself is spelled COMMA."""
    return ["," if name.strip() == "COMMA" else name.strip() for name in names.split(",")]


def _phrases(entries: Mapping[str, Entry]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Phrases by first word, longest first."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for text in entries:
        parts = tuple(text.split())
        if len(parts) > 1:
            found.setdefault(parts[0], []).append(parts)
    return {first: tuple(sorted(phrases, key=len, reverse=True)) for first, phrases in found.items()}
