"""Which fonts draw a receipt? FiraGO inside the file, and the East Asian faces that PDF viewers bring themselves.

FiraGO (from the wheel `pymupdf-fonts`) has Latin, Greek, Cyrillic, Arabic, Hebrew, Thai, Devanagari and Georgian.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

import pymupdf_fonts  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

from services.media.receipt.text import Face

_EAST_ASIAN = {
    Face.JAPANESE: "HeiseiKakuGo-W5",
    Face.CHINESE: "STSong-Light",
    Face.KOREAN: "HYGothic-Medium",
}
_MAIN = {False: ("UsherSans", "figo"), True: ("UsherSans-Bold", "figbo")}


@lru_cache(maxsize=1)
def load_fonts() -> frozenset[int]:
    """Registers every face with ReportLab, once; the code points that FiraGO draws."""
    for name, code in _MAIN.values():
        pdfmetrics.registerFont(TTFont(name, BytesIO(pymupdf_fonts.myfont(code))))
    for name in _EAST_ASIAN.values():
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    return frozenset(pdfmetrics.getFont(_MAIN[False][0]).face.charToGlyph)


def font_name(face: Face, bold: bool) -> str:
    """ReportLab's name of a face; the East Asian ones have one weight."""
    return _MAIN[bold][0] if face is Face.MAIN else _EAST_ASIAN[face]


def has_glyph(char: str) -> bool:
    """Whether FiraGO draws this character."""
    return ord(char) in load_fonts()


def width(text: str, face: Face, size: float, bold: bool) -> float:
    """How wide a run is, in points."""
    return float(pdfmetrics.stringWidth(text, font_name(face, bold), size))
