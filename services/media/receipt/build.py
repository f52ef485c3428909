"""Where does each line of a receipt stand? Draws the wording on one A4 page.

Text is drawn by ReportLab's canvas, never by its paragraph markup, so a name is only ever ink: no tag, no path, no link.
"""

from __future__ import annotations

import math
from io import BytesIO

from reportlab.lib import units
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from services.media.receipt import fonts
from services.media.receipt.text import Face, clean, drawable, shorten
from services.media.receipt.wording import Wording, word
from shared.messages.media import ReceiptData

_MM: float = units.mm
_WIDTH, _HEIGHT = (float(side) for side in A4)
_LEFT, _RIGHT = 22 * _MM, _WIDTH - 22 * _MM
_VALUES = _LEFT + 42 * _MM
_INK, _SOFT, _ACCENT, _LINE, _SHADE = (
    HexColor(c) for c in ("#1d2733", "#66717e", "#128c7e", "#d9dee4", "#f0f5f4")
)
_LONGEST = 500  # characters that are looked at: no line holds more


def build_receipt(data: ReceiptData) -> bytes:
    """The receipt as PDF: one A4 page, the same bytes for the same data. Text too long for its place ends in "…".

    Raises ZoneInfoNotFoundError for an unknown time zone.
    """
    fonts.load_fonts()
    wording = word(data)
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1, lang=wording.language, initialFontName="UsherSans")
    canvas.setTitle(clean(f"{wording.labels.receipt} {data.number}"))
    canvas.setAuthor(clean(data.business_name))
    canvas.setCreator("Usher")
    page = Page(canvas, wording.names_language)
    _draw(page, wording)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


class Page:
    """A canvas that takes any text in any script. Positions and sizes in points, y from the bottom."""

    def __init__(self, canvas: Canvas, language: str) -> None:
        self.canvas = canvas
        self._language = language

    def write(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        room: float,
        *,
        bold: bool = False,
        right: bool = False,
        color: Color = _INK,
    ) -> None:
        """One line, at most `room` wide; `x` is its left edge, or with `right` its right edge."""
        shown = shorten(clean(text[:_LONGEST]), lambda part: self._width(part, size, bold) <= room)
        self.canvas.setFillColor(color)
        x -= self._width(shown, size, bold) if right else 0
        for face, run in self._runs(shown):
            self.canvas.setFont(fonts.font_name(face, bold), size)
            self.canvas.drawString(x, y, run)
            x += fonts.width(run, face, size, bold)

    def rule(self, y: float) -> None:
        """A thin line across the page."""
        self.canvas.setStrokeColor(_LINE)
        self.canvas.setLineWidth(0.6)
        self.canvas.line(_LEFT, y, _RIGHT, y)

    def _runs(self, text: str) -> list[tuple[Face, str]]:
        return drawable(text, self._language, fonts.has_glyph)

    def _width(self, text: str, size: float, bold: bool) -> float:
        return math.fsum(fonts.width(run, face, size, bold) for face, run in self._runs(text))


def _draw(page: Page, wording: Wording) -> None:
    y = _draw_head(page, wording)
    y = _draw_rows(page, wording.details, y - 16 * _MM)
    _draw_amounts(page, wording, y - 6 * _MM)
    page.rule(30 * _MM)
    page.write(_LEFT, 22 * _MM, wording.labels.thanks, 10, _RIGHT - _LEFT, color=_SOFT)


def _draw_head(page: Page, wording: Wording) -> float:
    page.canvas.setFillColor(_ACCENT)
    page.canvas.rect(0, _HEIGHT - 6 * _MM, _WIDTH, 6 * _MM, stroke=0, fill=1)
    y = _HEIGHT - 30 * _MM
    page.write(_LEFT, y, wording.business, 20, 105 * _MM, bold=True)
    page.write(_RIGHT, y, wording.labels.receipt, 20, 55 * _MM, right=True, color=_ACCENT)
    for n, line in enumerate(wording.contact, 1):
        page.write(_LEFT, y - n * 5.5 * _MM, line, 10, 105 * _MM, color=_SOFT)
    for n, line in enumerate((wording.number, wording.issued), 1):
        page.write(_RIGHT, y - n * 5.5 * _MM, line, 10, 55 * _MM, right=True, color=_SOFT)
    page.rule(y - 19 * _MM)
    return y - 19 * _MM


def _draw_rows(page: Page, rows: tuple[tuple[str, str], ...], y: float) -> float:
    for label, value in rows:
        page.write(_LEFT, y, label, 10, 38 * _MM, color=_SOFT)
        page.write(_VALUES, y, value, 11, _RIGHT - _VALUES)
        y -= 9 * _MM
    return y


def _draw_amounts(page: Page, wording: Wording, y: float) -> None:
    page.rule(y + 8 * _MM)
    for label, value in wording.amounts:
        page.write(_LEFT, y, label, 10, 75 * _MM, color=_SOFT)
        page.write(_RIGHT, y, value, 11, 85 * _MM, right=True)
        y -= 9 * _MM
    y -= 3 * _MM
    page.canvas.setFillColor(_SHADE)
    page.canvas.roundRect(_LEFT, y - 8 * _MM, _RIGHT - _LEFT, 14 * _MM, 2 * _MM, stroke=0, fill=1)
    page.write(_LEFT + 5 * _MM, y - 2.8 * _MM, wording.labels.total, 13, 60 * _MM, bold=True)
    page.write(_RIGHT - 5 * _MM, y - 2.8 * _MM, wording.total, 15, 95 * _MM, bold=True, right=True)
    y -= 16 * _MM
    for label, value in wording.payment:
        page.write(_LEFT + 5 * _MM, y, label, 10, 75 * _MM, color=_SOFT)
        page.write(_RIGHT - 5 * _MM, y, value, 11, 85 * _MM, right=True)
        y -= 7 * _MM
