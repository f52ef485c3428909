"""Which words say numbers from 200 on, and which only as a part of one? No time is told with them; prices are.

Apart from CARDINALS, so that the rules of time do not see them. What the table of a language has already is not repeated.
"""

from __future__ import annotations

LARGE: dict[str, dict[int, str]] = {
    "en": {1000: "thousand"},
    "es": {
        200: "doscientos, doscientas", 300: "trescientos, trescientas", 400: "cuatrocientos, cuatrocientas",
        500: "quinientos, quinientas", 600: "seiscientos, seiscientas", 700: "setecientos, setecientas",
        800: "ochocientos, ochocientas", 900: "novecientos, novecientas", 1000: "mil",
    },
    "pt": {
        200: "duzentos, duzentas", 300: "trezentos, trezentas", 400: "quatrocentos, quatrocentas",
        500: "quinhentos, quinhentas", 600: "seiscentos, seiscentas", 700: "setecentos, setecentas",
        800: "oitocentos, oitocentas", 900: "novecentos, novecentas", 1000: "mil",
    },
    "fr": {20: "vingts", 70: "septante", 80: "huitante, octante", 90: "nonante", 100: "cents", 1000: "mille"},
    "de": {1000: "tausend, eintausend"},
    "it": {1000: "mille, mila"},
}  # fmt: skip

BOUND: dict[str, dict[int, str]] = {"de": {1: "ein"}, "it": {100: "cent"}}
"""Only within a number that is written as one word: "hundertein", "centottanta"."""

GLUE: dict[str, str] = {"en": "and", "es": "y", "pt": "e", "fr": "et", "de": "und", "it": "e"}
"""What joins the parts of a number that is written as one word."""
