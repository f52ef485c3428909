"""Why is a message refused before anybody tries to send it? Its person wants to hear no more, or is forgotten."""

from __future__ import annotations

from typing import Final

FORGOTTEN: Final = "the person is forgotten"
"""The reason of what was said, or is an answer to what was said, before its person was forgotten."""


def counted(reason: str) -> str:
    """The word under which metrics count a refusal."""
    return "person_forgotten" if reason == FORGOTTEN else "opted_out"
