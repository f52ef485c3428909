"""How long is a text, and where may it be cut? Lengths in UTF-16 units, which is never less than what channels count."""

from __future__ import annotations

from collections.abc import Callable

Length = Callable[[str], int]
"""How a channel counts: never less for a longer beginning of the same text."""


def units(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text) + sum(character > "\uffff" for character in text)


def utf8(text: str) -> int:
    """Length in bytes of UTF-8."""
    return len(text.encode("utf-8", "replace"))


def cut(text: str, limit: int, length: Length = units) -> str:
    """The text within `limit`; what does not fit ends in an ellipsis."""
    if length(text) <= limit:
        return text
    return head(text, limit - length("…"), length).rstrip() + "…"


def split(text: str, limit: int, last_limit: int | None = None, length: Length = units) -> list[str]:
    """The text in parts of at most `limit`, the last of at most `last_limit`; at least one, none empty.

    Breaks between paragraphs, else lines, sentences or words, else anywhere.
    """
    rest = text.strip() or "…"
    last_limit = min(limit, last_limit or limit)
    parts = []
    while (size := length(rest)) > last_limit:
        part = _break(rest, limit if size > limit else last_limit, length)
        parts.append(part.strip())
        rest = rest[len(part) :].strip()
    return [*parts, rest]


def head(text: str, limit: int, length: Length = units) -> str:
    """The longest beginning within `limit`."""
    low, high = 0, min(len(text), max(limit, 0))
    while low < high:
        middle = (low + high + 1) // 2
        if length(text[:middle]) <= limit:
            low = middle
        else:
            high = middle - 1
    return text[:low]


def _break(text: str, limit: int, length: Length) -> str:
    beginning = head(text, limit, length)
    for mark in ("\n\n", "\n", ". ", " "):
        at = beginning.rfind(mark)
        if at > len(beginning) // 4:
            return beginning[: at + len(mark)]
    return beginning or text[:1]
