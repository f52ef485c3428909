"""Where do the words of a language live, and how does text become its tokens?

A language is a table: words and phrases to tags and numbers. `load` builds it once from `<language>.py` here;
`details` reads what `<language>_intents.py` and `<language>_details.py` say. Adding a language adds modules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from rapidfuzz import process
from rapidfuzz.distance import OSA

from services.agent.language.folding import fold
from services.agent.language.lexer import PLAIN_LEXING, Lexing, lex
from services.agent.language.lexicon.tables import Details
from services.agent.language.lexicon.words import words
from services.agent.language.tokens import Token, number_tags, ordinal_tags

SHARED_TAGS = words(  # of shared rules that English has no words for
    "hours_the and_min less less_to sharp hour_mark next_post coming_post last_post after_next_post ago_pre moved_to "
    "span_from we_are named but los_u no_word no_plural please"
)
LANGUAGES = ("en", "es", "pt", "fr", "de", "it")
_GUESSED = frozenset({"weekday", "month"})
_GUESSED_FROM = 6  # letters; shorter names have too many neighbours
_OWN_WORDS = words(
    "quarto quartos quinto quanta quantas segundo segundos domenico domenica domingos montage sundry"
)
_FOLDED_FROM = (
    4  # shorter words change their meaning with the accent ("é" and "e"): those are listed both ways
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What one word or phrase can be."""

    tags: frozenset[str]
    words: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of a language; `phrases` maps a first word to its phrases, longest first.

    `guessed` are the words that are known with a slip of a finger too, by their first letter.
    """

    entries: Mapping[str, Entry]
    phrases: Mapping[str, tuple[tuple[str, ...], ...]]
    guessed: Mapping[str, tuple[str, ...]]

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
            phrase = self._phrase(tokens, at)
            if token.tags and not phrase:
                yield token
                at += 1
                continue
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

    def _misspelt(self, text: str) -> Entry | None:
        """The weekday or month that is one slip of a finger away ("satuday"); None for anybody's own word."""
        if len(text) < _GUESSED_FROM or text in _OWN_WORDS or not text.isalpha():
            return None
        close = process.extractOne(text, self.guessed.get(text[0], ()), scorer=OSA.distance, score_cutoff=1)
        return self.entries[close[0]] if close else None

    def _known(self, text: str, source: list[Token]) -> Token:
        """One token for `source`, tagged when its text (or its text without 's, or without accents) is known."""
        entry = self.entries.get(text) or self.entries.get(text.removesuffix("'s"))
        if entry is None and len(text) >= _FOLDED_FROM:
            entry = self.entries.get(fold(text)) or self._misspelt(fold(text))
        start, end = source[0].start, source[-1].end
        return Token(text, start, end, entry.tags, entry.words) if entry else Token(text, start, end)


@lru_cache(maxsize=len(LANGUAGES))
def known_languages() -> tuple[str, ...]:
    """The languages that have a lexicon here, English first."""
    return tuple(language for language in LANGUAGES if find_spec(f"{__name__}.{language}"))


@lru_cache(maxsize=len(LANGUAGES))
def load(language: str = "en") -> Lexicon:
    """The lexicon of a language. Raises KeyError for a language without one."""
    tables = module(language)
    if tables is None:
        raise KeyError(f"no lexicon for {language!r}; known are {', '.join(known_languages())}")
    tags: dict[str, set[str]] = {}
    words: dict[str, dict[str, int]] = {}
    lexing = lexing_of(language)
    for tag, names in tables.PLAIN.items():
        for text in _split(names, lexing):
            tags.setdefault(text, set()).add(tag)
    for tag, meanings in tables.MEANINGS.items():
        for names, number in meanings.items():
            for text in _split(names, lexing):
                tags.setdefault(text, set()).add(tag)
                words.setdefault(text, {})[tag] = number
    for number, names in tables.CARDINALS.items():
        for text in _split(names, lexing):
            tags.setdefault(text, set()).update(number_tags(number, 0))
            words.setdefault(text, {})["n"] = number
    for number, names in tables.ORDINALS.items():
        for text in _split(names, lexing):
            tags.setdefault(text, set()).update(ordinal_tags(number, 0))
            words.setdefault(text, {})["n"] = number
    entries = {text: Entry(frozenset(found), words.get(text, {})) for text, found in tags.items()}
    for text in [text for text in entries if len(text) >= _FOLDED_FROM]:
        entries.setdefault(fold(text), entries[text])
    return Lexicon(entries, _phrases(entries), _guessed(entries))


@lru_cache(maxsize=len(LANGUAGES))
def details(language: str) -> Details:
    """What a language's modules `<language>_intents` and `<language>_details` say; what they leave out is empty."""
    sources = [module(f"{language}_details"), module(f"{language}_intents")]
    said = {
        field.name: getattr(source, field.name.upper())
        for field in fields(Details)
        for source in sources
        if source is not None and hasattr(source, field.name.upper())
    }
    return Details(**said)


def lexing_of(language: str) -> Lexing:
    """How digits and words are written in a language: LEXING of its lexicon, or the plain way."""
    found = getattr(module(language), "LEXING", PLAIN_LEXING)
    return found if isinstance(found, Lexing) else PLAIN_LEXING


def module(name: str) -> ModuleType | None:
    """A module of this package, or None when there is none."""
    return import_module(f"{__name__}.{name}") if find_spec(f"{__name__}.{name}") else None


@lru_cache(maxsize=1)
def shared_tags() -> frozenset[str]:
    """The tags that shared rules may name although a language has no word for them."""
    return SHARED_TAGS.union(*load("en").tag_sets())


def _split(names: str, lexing: Lexing) -> list[str]:
    """The names in a comma-separated cell, spaced as the lexer spaces text; a comma itself is spelled COMMA."""
    cells = [name.strip() for name in names.split(",")]
    return ["," if name == "COMMA" else _spaced(name, lexing) for name in cells if name]


def _spaced(name: str, lexing: Lexing) -> str:
    """A name of several tokens ("après-midi", "l'heure") with spaces where the tokens part."""
    if name.replace(" ", "").isalpha():
        return name
    return " ".join(token.text for token in lex(name, lexing))


def _guessed(entries: Mapping[str, Entry]) -> dict[str, tuple[str, ...]]:
    """The long names of weekdays and months, folded, by their first letter."""
    found: dict[str, list[str]] = {}
    for text, entry in entries.items():
        name = not entry.tags.isdisjoint(_GUESSED) and entry.tags.isdisjoint({"ord", "abbr"})
        least = _GUESSED_FROM if "weekday" in entry.tags else _GUESSED_FROM + 1  # "aprite" is no April
        if name and len(text) >= least and text.isalpha() and text == fold(text):
            found.setdefault(text[0], []).append(text)
    return {first: tuple(names) for first, names in found.items()}


def _phrases(entries: Mapping[str, Entry]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Phrases by first word, longest first."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for text in entries:
        parts = tuple(text.split())
        if len(parts) > 1:
            found.setdefault(parts[0], []).append(parts)
    return {first: tuple(sorted(phrases, key=len, reverse=True)) for first, phrases in found.items()}
