"""How is a word written without its accents? Customers leave them out, so everything is looked up both ways."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_TYPOGRAPHIC = str.maketrans({"’": "'", "‘": "'", "´": "'", "`": "'"})


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """The text without accents: "mañana" -> "manana", "için" -> "icin"; "ß" is written "ss"."""
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFD", text)
    bare = "".join(char for char in parts if not unicodedata.combining(char))
    return bare.replace("ß", "ss").translate(_TYPOGRAPHIC)


def composed(text: str) -> str:
    """The text with every accent and its letter as one character, so that words are compared as they look."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)
