"""Which time does this text mean? The pipeline: lex, tag, run the rules, resolve."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from services.agent.language import lexicon
from services.agent.language.cascade import Context
from services.agent.language.folding import fold
from services.agent.language.grammar import cascade
from services.agent.language.lexer import lex
from services.agent.language.resolve import Said, When, collect, resolve
from services.agent.language.tokens import Token

MAX_CHARS = 2000  # what follows in a longer message is not looked at, so that a turn stays cheap

_MONTH_FIRST = frozenset({"us", "ca", "ph", "bz", "fm", "pw", "mh"})


@lru_cache(maxsize=len(lexicon.LANGUAGES))
def _evening_words(language: str) -> re.Pattern[str]:
    return re.compile(fold(lexicon.details(language).evening) or r"(?!)")


def day_first(locale: str | None, language: str) -> bool:
    """Whether 3/4 is the third of April here. Without a locale English is read as American, others day first."""
    if language != "en":
        return True
    region = re.split(r"[-_]", locale)[-1].lower() if locale and re.search(r"[-_]", locale) else ""
    if region:
        return region not in _MONTH_FIRST
    return False


def tokens_of(text: str, language: str = "en") -> list[Token]:
    """The tagged tokens of a text, before any rule ran."""
    return lexicon.load(language).annotate(lex(text[:MAX_CHARS].lower(), lexicon.lexing_of(language)))


def read_time(
    text: str, now: datetime, *, locale: str | None = None, language: str = "en"
) -> tuple[When, list[Token], Said]:
    """The time a text means where the local clock shows `now` (naive), its tokens after the rules, and all mentions."""
    details = lexicon.details(language)
    until = details.afternoon_until if not details.literal_hours else 0
    context = Context(now, day_first(locale, language), until)
    tokens = cascade(language).run(tokens_of(text, language), context)
    said = collect(tokens)
    late = bool(_evening_words(language).search(fold(text.lower())))
    when = resolve(said, now, late=late, until=until)
    if said.spans and (when.start or when.end):
        first, last = said.spans[0][0], max(end for _, end in said.spans)
        when = replace(when, words=text[first:last])
    return when, tokens, said
