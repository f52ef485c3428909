"""Why shall nobody's first message wait? What a language needs is compiled and read when it is first used: do it before."""

from __future__ import annotations

from datetime import datetime

from services.agent.language import understand
from services.agent.offline.cues import cues_of
from services.agent.offline.texts import LANGUAGES, plural, words_in
from services.agent.tools.render import clock_text, day_text, minutes_text, money

_SOME_DAY = datetime(2026, 1, 1, 19)


def warm(languages: tuple[str, ...] = LANGUAGES) -> None:
    """Compile all patterns of these languages and read how they write dates and prices.

    About 0.1 s of CPU each, once a process.
    """
    for language in languages:
        cues_of(language)
        plural(language, 1)
        words_in(language, language)
        understand("yoga 19:00", _SOME_DAY, language=language)
        for written in (day_text, clock_text):
            written(_SOME_DAY, language)
        money(1500, "EUR", language)
        minutes_text(60, language)
