"""How are sets of words written in these tables? As one spaced text, which reads and diffs better than quotes."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a space-separated text."""
    return frozenset(text.split())
