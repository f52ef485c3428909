"""Where does each token of a message begin and end, and which are numbers, clock times and written dates?

Also which digits are none of these: links, phone numbers, prices, model numbers and decimals become opaque tokens
that no rule matches, because a date read out of a phone number is worse than one missed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from services.agent.language.dates import safe_date
from services.agent.language.tokens import Token, number_tags, ordinal_tags, value_tags
from services.agent.language.values import Clock, Day, Value


def _whole(word: str) -> tuple[str, ...]:
    """No compounds: a word stays one token."""
    return (word,)


@dataclass(frozen=True, slots=True)
class Lexing:
    """How a language writes numbers and words; all of them alternatives of a regular expression on lower case.

    `ordinal` is what follows the digits of an ordinal, `units` what may be glued to a number, `currency` words after
    a price, `clock` further ways to write a clock time (its digits are read in order). `elisions` are the words that
    an apostrophe joins to the next ("l" of "l'anno"); `split` parts a compound into words that joined give it again.
    `dotted_dates` is whether "3.4." is a date; `opaque` is what no rule may read (numbers of phones and papers), tried
    first; `mixed` are words that are written with a digit ("2nite").
    """

    ordinal: str = r"(?:st|nd|rd|th)(?!\w)"
    units: str = "[ap]m?|min|mins|minutes?|m|h|hr|hrs|hours?|d|days?|w|weeks?|ish|o|noon|st"
    currency: str = "usd|eur|gbp|dollars?|euros?|pounds?|bucks|quid|percent|cents?"
    clock: str = r"(?<![\d:.])\d{1,2}h\d{2}(?!\w)"
    elisions: frozenset[str] = frozenset()
    split: Callable[[str], tuple[str, ...]] = _whole
    dotted_dates: bool = False
    opaque: str = r"(?!)"
    mixed: str = "2(?:nite|night|moro|morrow|mrw|day)"


PLAIN_LEXING = Lexing()

_LEX = r"""
    (?P<link>OPAQUE|(?:https?://|www\.)\S+|\S+@\S+\.\w+|<[a-z/][^>]*>?)
  | (?P<money>(?:[€£$¥₹]|\b(?:eur|usd|gbp|chf|brl|mxn)\b)\s?\d[\d,.]*k?
      |\d[\d,.]*\s?(?:€|£|\$|¥|₹|%|(?:CURRENCY)(?!\w)))
  | (?P<stamp>\d{4}-\d{2}-\d{2}t\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d{2}:?\d{2})?)
  | (?P<ymd>(?<![\w.])(?:19|20)\d{2}(?P<s1>[-/.])\d{1,2}(?P=s1)\d{1,2}(?![\w/]))
  | (?P<dmy>(?<![\w.])\d{1,2}\s?(?P<s2>[-/.])\s?\d{1,2}\s?(?P=s2)(?:\s?(?:19|20)\d{2}|\d{2})(?![\w/:]|[.-]\d))
  | (?P<phone>\+\d[\d\s().-]{6,}\d|\(?\d{3}\)?[\s.-]?\d{3}[\s.-]?\d{4}(?!\d)|(?<!\d)\d{3}[\s-]\d{4}(?!\d)|\d{7,}
      |(?<!\d)\d{3}(?:[\s.-]\d{3}){2,}(?!\d)|(?<!\d)\d{2}(?:[\s.-]\d{2}){3,}(?!\d)
      |(?<!\d)\d{3}(?:[\s.-]\d{2}){3}(?!\d)|(?<!\d)\(?\d{2}\)?[\s.-]\d{3}[\s.-]\d{2}[\s.-]\d{2}(?!\d)
      |(?<![\d.:/])(?<!\d\s)\(?0\d{1,4}\)?[\s/-]{1,3}\d{4,8}(?!\d)|\(\d{2}\)\s?9?\d{4}-\d{4}(?!\d))
  | (?P<clock>(?<![\d:.])\d{1,2}:\d{2}(?::\d{2})?(?![\d:])|(?<!\d)\d{1,2}\.\d{2}(?=\s?[ap]\.?m)|CLOCK)
  | (?P<slashed>(?<![\d/.])\d{1,2}\s?/\s?\d{1,2}(?![\d/]|\s?/|\.\d)DOTTED)
  | (?P<ordinal>(?<![\w.,])\d{1,3}ORDINAL)
  | (?P<decimal>\d+(?:[.,]\d+)+)
  | (?P<word2>(?<!\w)(?:MIXED)(?!\w))
  | (?P<number>(?<!\w)\d{1,6}(?=(?:UNITS)?(?!\w)|['’"]?o['’"]?clock|[^\W\d_]{3,12}(?!\w)))
  | (?P<code>[#]?\w*\d\w*(?:[-_]\w*\d\w*)*)
  | (?P<mer>(?<!\w)[ap]\s?\.\s?m\s?\.?(?!\w)|(?<!\w)[ap]\ m(?![\w'’]))
  | (?P<oclock>o['’"´`]\s?clock)
  | (?P<word>[^\W\d_]+(?:['’][^\W\d_]+)*['’]?)
  | (?P<mark>[^\w\s]|_)
"""
_DOTTED_DATE = r"|(?<![\d/.])\d{1,2}\.\s?\d{1,2}\.(?!\d)"


@lru_cache(maxsize=16)
def _regex(lexing: Lexing) -> re.Pattern[str]:
    """The token expression of a language."""
    parts = {
        "OPAQUE": lexing.opaque,
        "MIXED": lexing.mixed,
        "CURRENCY": lexing.currency,
        "CLOCK": lexing.clock,
        "DOTTED": _DOTTED_DATE if lexing.dotted_dates else "",
        "ORDINAL": lexing.ordinal,
        "UNITS": lexing.units,
    }
    return re.compile(re.sub("|".join(parts), lambda match: parts[match.group()], _LEX), re.VERBOSE)


def lex(text: str, lexing: Lexing = PLAIN_LEXING) -> list[Token]:
    """The tokens of a lower-cased text; words are still untagged (the lexicon of a language does that)."""
    return [token for match in _regex(lexing).finditer(text) for token in _read(match, lexing)]


def _read(match: re.Match[str], lexing: Lexing) -> Iterator[Token]:
    if match.lastgroup == "word":
        yield from _words(match.group().replace("’", "'"), match.start(), lexing)
    else:
        yield from _tokens(match)


def _words(text: str, start: int, lexing: Lexing) -> Iterator[Token]:
    """A word in its parts: without a closing quote, its elided article apart, its compound parted."""
    word = text.removesuffix("'")
    head, quote, rest = word.partition("'")
    if quote and head in lexing.elisions:
        yield Token(head + quote, start, start + len(head) + 1)
        yield from _words(rest, start + len(head) + 1, lexing)
        return
    if word != text and word in lexing.elisions:
        yield Token(text, start, start + len(text))
        return
    for piece in lexing.split(word):
        yield Token(piece, start, start + len(piece))
        start += len(piece)
    if word != text:
        yield Token("'", start, start + 1)


def _tokens(match: re.Match[str]) -> Iterator[Token]:
    kind, text = match.lastgroup or "mark", match.group()
    reader = _READERS.get(kind)
    if reader:
        yield reader(text, match.start(), match.end())
    elif kind == "stamp":
        day, clock = text.split("t")
        yield _ymd(day, match.start(), match.start() + len(day))
        yield _clock(clock[:5], match.start() + len(day) + 1, match.end())
    else:
        yield Token(text.replace("’", "'"), match.start(), match.end())


_DECIMAL_TAGS = frozenset({"opaque", "decimal"})
_DOTTED_TAGS = frozenset({"opaque", "decimal", "dotted"})  # "8.30": a time where something announces one


def _opaque(text: str, start: int, end: int) -> Token:
    return Token(text, start, end, frozenset({"opaque"}))


def _decimal(text: str, start: int, end: int) -> Token:
    """1.5 or 1,5 in hundredths, for durations; several separators make no number."""
    whole, *fraction = re.split("[.,]", text)
    if len(fraction) != 1 or len(fraction[0]) > 2 or len(whole) > 3:
        return _opaque(text, start, end)
    hundredths = int(whole) * 100 + int(fraction[0].ljust(2, "0"))
    is_clock = "." in text and len(fraction[0]) == 2 and int(whole) < 24 and int(fraction[0]) < 60
    tags = _DOTTED_TAGS if is_clock else _DECIMAL_TAGS
    return Token(text, start, end, tags, {"hundredths": hundredths})


def _built(text: str, start: int, end: int, value: Value) -> Token:
    return Token(text, start, end, value_tags(value, dated=True), {}, value)


def _ymd(text: str, start: int, end: int) -> Token:
    year, month, day = (int(part) for part in re.split(r"[-/.]", text))
    found = safe_date(year, month, day)
    return _built(text, start, end, Day.one(found)) if found else _opaque(text, start, end)


def _numeric(text: str, start: int, end: int) -> Token:
    """A date in digits whose order depends on the locale; a rule decides."""
    numbers = [int(part) for part in re.findall(r"\d+", text)]
    words = dict(zip(("first", "then", "year"), numbers, strict=False))
    return Token(text, start, end, frozenset({"numeric_date"}), words)


def _clock(text: str, start: int, end: int) -> Token:
    hour, minute = [*(int(part) for part in re.findall(r"\d+", text)), 0][:2]
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return _opaque(text, start, end)
    settled = not 1 <= hour <= 12 or text.startswith("0") or not re.match(r"\d+[:.]", text)
    value = Clock(hour, minute, settled)
    return Token(text, start, end, frozenset({"clock_digits"}), {}, value)


def _ordinal(text: str, start: int, end: int) -> Token:
    digits = re.findall(r"\d+", text)[0]
    return Token(text, start, end, ordinal_tags(int(digits), len(digits)), {"n": int(digits)})


def _number(text: str, start: int, end: int) -> Token:
    return Token(text, start, end, number_tags(int(text), len(text)), {"n": int(text)})


def _meridiem(text: str, start: int, end: int) -> Token:
    return Token(text, start, end, frozenset({"mer"}), {"mer": int(text[0] == "p")})


def _oclock(text: str, start: int, end: int) -> Token:
    return Token(text, start, end, frozenset({"oclock"}))


_READERS: dict[str, Callable[[str, int, int], Token]] = {
    "link": _opaque,
    "money": _opaque,
    "phone": _opaque,
    "decimal": _decimal,
    "code": _opaque,
    "ymd": _ymd,
    "dmy": _numeric,
    "slashed": _numeric,
    "clock": _clock,
    "ordinal": _ordinal,
    "number": _number,
    "mer": _meridiem,
    "oclock": _oclock,
}
LEXER_TAG_SETS: tuple[frozenset[str], ...] = (
    _DECIMAL_TAGS,
    _DOTTED_TAGS,
    *(frozenset({tag}) for tag in ("opaque", "numeric_date", "clock_digits", "mer", "oclock")),
)
