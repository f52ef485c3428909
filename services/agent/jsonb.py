"""What does PostgreSQL's jsonb not take? Text is made fit for it here."""

from __future__ import annotations

import re

_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


def clean(json: str) -> str:
    """JSON without NUL characters, which PostgreSQL's jsonb refuses."""
    return _NUL.sub(r"\1", json)
