"""Why shall nobody's first message wait? A language's patterns are compiled when it is first heard: do it before."""

from __future__ import annotations

from datetime import datetime

from services.agent.language import understand
from services.agent.offline.cues import cues_of
from services.agent.offline.texts import LANGUAGES, plural


def warm(languages: tuple[str, ...] = LANGUAGES) -> None:
    """Compile all patterns of these languages (about 0.1 s of CPU each, once a process)."""
    for language in languages:
        cues_of(language)
        plural(language, 1)
        understand("yoga 19:00", datetime(2026, 1, 1), language=language)
