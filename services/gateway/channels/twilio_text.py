"""How is a text message written so that it costs little? GSM-7 or UCS-2, segments, and typographic characters.

A segment holds 160 GSM-7 characters (153 where several are joined), or 70 UTF-16 units (67). One character outside GSM-7
turns the whole message into UCS-2, so a curly quote can double the price. 3GPP TS 23.038; twilio.com/docs/glossary/
what-is-gsm-7-character-encoding, read November 2026.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("\f^{}\\[~]|€")
"""These take two places: an escape and a character."""

_PLAIN: Final = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−•", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\t", " "),
        "\u200b": "",
        "…": "...",
    }
)


def is_gsm7(text: str) -> bool:
    """True when every character is in the GSM-7 alphabet or its extension."""
    return all(character in _BASIC or character in _EXTENDED for character in text)


def plain(text: str) -> str:
    """The text with typewriter quotes, dashes, dots and spaces."""
    return text.translate(_PLAIN)


def economical(text: str) -> str:
    """The text in plain typography when that alone makes it GSM-7; else as it is."""
    if is_gsm7(text):
        return text
    spelled = plain(text)
    return spelled if is_gsm7(spelled) else text


def segments(text: str) -> int:
    """How many messages the text is billed as; an empty one counts as one."""
    if is_gsm7(text):
        return _packed((2 if character in _EXTENDED else 1 for character in text), 160, 153)
    return _packed((2 if character > "\uffff" else 1 for character in text), 70, 67)


def _packed(sizes: Iterable[int], alone: int, joined: int) -> int:
    """Segments that hold characters of these sizes; none of them is divided between two."""
    total, count, used = 0, 1, 0
    for size in sizes:
        total += size
        if used + size > joined:
            count, used = count + 1, 0
        used += size
    return 1 if total <= alone else count
