"""In which language is this message? Counts the words that our own lexicons know, with the conversation in mind.

Messages are short ("ok", "amanhã às 7"), so words say more than letters, and the language spoken before decides ties.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from services.agent.language import lexicon
from services.agent.language.folding import composed, fold
from services.agent.language.lexicon.common import COMMON

MAX_WORDS = 60
_PREVIOUS, _HOME = 1.0, 0.4  # as many words as the language of the conversation and of the business count for
_FOREIGN = 1.5  # what a letter of one language counts for
_NEUTRAL = frozenset({"ok", "okay", "am", "pm", "yoga", "pilates", "spa"})  # said in every language
_ENGLISH_ENDS = frozenset({"s", "re", "ll", "ve", "d", "m", "t"})
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_LETTERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("es", re.compile(r"[ñ¿¡]|ción\b|\bll")),
    ("pt", re.compile(r"[ãõ]|ç[ãõ]|[cs]ões\b|\w(?:lh|nh)[aeo]")),
    ("fr", re.compile(r"[êîûœëï]|\b(?:qu|d|l|j|n|s|c|m|t)'[aeiouyhéèê]|eux\b")),
    ("de", re.compile(r"[äöüß]|sch|(?:keit|heit|ung)\b")),
    ("it", re.compile(r"[òì]|\b(?:dell|all|nell|dall|sull|un|quest|c)'|zione\b|[^\W_]gli")),
)  # fmt: skip


def code_of(tag: str | None) -> str | None:
    """The language of a tag: "pt-BR" -> "pt"; None for none."""
    return re.split(r"[-_]", tag)[0].lower() or None if tag else None


@lru_cache(maxsize=1)
def _owners() -> Mapping[str, Mapping[str, float]]:
    """Which languages have a word, and how much it speaks for each: everyday words more than words of time."""
    owners: dict[str, dict[str, float]] = {}
    for language in lexicon.LANGUAGES:
        said = lexicon.details(language)
        entries = lexicon.load(language).entries if language in lexicon.known_languages() else ()
        for text in entries:
            if text.isalpha() and len(text) > 1:
                owners.setdefault(text, {}).setdefault(language, 0.8)
        for text in (*COMMON.get(language, ()), *said.common.split()):
            owners.setdefault(text, {})[language] = 1.0
            owners.setdefault(fold(text), {}).setdefault(language, 0.9)
    return owners


def scores(text: str) -> dict[str, float]:
    """How strongly a text speaks for each known language, in words; all 0 when nothing tells."""
    lowered = composed(text.lower()).replace("’", "'")
    found = dict.fromkeys(lexicon.LANGUAGES, 0.0)
    owners = _owners()
    said = _WORD.findall(lowered)[:MAX_WORDS]
    for word in said if len("".join(said)) > 1 else ():  # one letter ("y", "n") is an answer in any language
        for language, weight in _speaks_for(word, owners).items():
            found[language] += weight
    for language, letters in _LETTERS:
        if language in found and letters.search(lowered):
            found[language] += _FOREIGN
    return found


def _speaks_for(word: str, owners: Mapping[str, Mapping[str, float]]) -> Mapping[str, float]:
    """The languages a word belongs to; a word joined by an apostrophe is known by its parts."""
    if word in _NEUTRAL:
        return {}
    known = owners.get(word)
    if known is None and "'" in word:
        head, _, rest = word.partition("'")
        if rest in _ENGLISH_ENDS:
            return {"en": 1.0}
        known = owners.get(head + "'") or owners.get(rest)
    return known or {}


def language_of(text: str, *, previous: str | None = None, home: str | None = None) -> str:
    """The ISO 639-1 code of the most likely language among those known.

    `previous` is the language of the conversation so far, `home` that of the business ("pt", "pt-BR"); where the text
    tells nothing, the first of them that is known, else "en".
    """
    found = scores(text)
    for prior, weight in ((code_of(previous), _PREVIOUS), (code_of(home), _HOME)):
        if prior in found:
            found[prior] += weight
    return max(found, key=lambda language: found[language])
