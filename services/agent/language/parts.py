"""Where does a message that wants two things part in two? "cancel thursday and book friday at 9"."""

from __future__ import annotations

import re

from services.agent.language.folding import fold
from services.agent.language.intents import requests_of
from services.agent.language.understanding import Intent

_PAIR = frozenset(
    {Intent.CANCEL, Intent.BOOK}
)  # what must not be mixed up: one day is given up, another is wanted
_SEAM = re.compile(
    r"[.;!?\n]+\s*|,\s+|,?\s+(?:and|then|and then|but|y|e|pero|luego|después|depois|mas|et|puis|mais|und|dann|aber|poi|ma)\s+",
    re.IGNORECASE,
)


def two_requests(text: str, language: str) -> tuple[str, str] | None:
    """The texts of both requests when a message cancels one booking and makes another, else None."""
    for seam in _SEAM.finditer(text):
        left, right = text[: seam.start()], text[seam.end() :]
        wants = {next(iter(requests_of(fold(part.lower()), language)), None) for part in (left, right)}
        if wants == _PAIR:
            return left, right
    return None
