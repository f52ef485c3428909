"""How does any text, in any script, become something a PDF font can draw? Pure: no font is opened here.

A stranger's name may hold control characters, right-to-left scripts, emoji or letters no font of ours has.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from enum import StrEnum
from itertools import groupby

import arabic_reshaper  # type: ignore[import-untyped]
from anyascii import anyascii
from bidi import get_display  # type: ignore[import-untyped]


class Face(StrEnum):
    """A font family: ours (in the file), or a standard East Asian one, which every PDF viewer brings."""

    MAIN = "main"
    JAPANESE = "japanese"
    CHINESE = "chinese"
    KOREAN = "korean"


_SPACES = {ord(c): "\u00a0" for c in "\u202f\u2007"} | {ord(c): " " for c in "\u2009\u200a\u2002\u2003"}
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_KANA = re.compile("[\u3040-\u30ff]")
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
_EAST_ASIAN = re.compile("[\u2e80-\u9fff\u1100-\u11ff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")
# The short i is written after its consonants and drawn before them; a shaping engine would do this, a PDF does not.
_SHORT_I = re.compile("((?:[\u0915-\u0939]\u093c?\u094d)*[\u0915-\u0939]\u093c?)\u093f")


def clean(text: str) -> str:
    """One line of visible characters: white space collapsed, control and direction characters removed."""
    spaced = unicodedata.normalize("NFC", text).translate(_SPACES)
    visible = (c if unicodedata.category(c)[0] != "C" else " " if c in "\t\n\r" else "" for c in spaced)
    return re.sub(" +", " ", "".join(visible)).strip()


def drawable(text: str, language: str, has_glyph: Callable[[str], bool]) -> list[tuple[Face, str]]:
    """A cleaned text as runs to draw from left to right, each by one face.

    `language`: ISO 639 code, decides whose form Chinese characters take. `has_glyph`: what the main font can draw.
    Emoji are left out; letters that nobody can draw are transliterated, so that nothing shows as an empty box.
    """
    east_asian = _east_asian_face(text, language)
    runs = groupby((_spell(c, has_glyph) for c in _visual(text, has_glyph)), key=lambda c: _is_east_asian(c))
    return [(east_asian if east else Face.MAIN, joined) for east, run in runs if (joined := "".join(run))]


def shorten(text: str, fits: Callable[[str], bool]) -> str:
    """The text, or as much of its beginning as fits with an ellipsis."""
    if fits(text):
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(text[:middle].rstrip() + "…") else (low, middle - 1)
    return text[:low].rstrip() + "…"


def _visual(text: str, has_glyph: Callable[[str], bool]) -> str:
    text = _SHORT_I.sub("\u093f\\1", text)
    if not _RIGHT_TO_LEFT.search(text):
        return text
    joined = arabic_reshaper.reshape(text)
    known = (c if has_glyph(c) else unicodedata.normalize("NFKC", c) for c in joined)
    return str(get_display("".join(known)))


def _spell(char: str, has_glyph: Callable[[str], bool]) -> str:
    if has_glyph(char) or _is_east_asian(char):
        return char
    return "" if unicodedata.category(char) in ("So", "Sk", "Mn", "Me") else anyascii(char)


def _is_east_asian(char: str) -> bool:
    return bool(_EAST_ASIAN.match(char))


def _east_asian_face(text: str, language: str) -> Face:
    if _HANGUL.search(text) or (language == "ko" and not _KANA.search(text)):
        return Face.KOREAN
    return Face.JAPANESE if _KANA.search(text) or language == "ja" else Face.CHINESE
