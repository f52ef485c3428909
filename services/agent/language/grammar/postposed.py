"""Which phrases put the minutes or "next" behind: "las siete y media", "otto meno un quarto", "la semaine prochaine"?

Shared by the Romance languages (and whoever tags such words); English has no words for these tags.
"""

from __future__ import annotations

from services.agent.language.cascade import Built, Context, Found, Rule
from services.agent.language.grammar.clocks import COUNTED, with_meridiem
from services.agent.language.grammar.days import this_weekday, weekday_in
from services.agent.language.grammar.periods import month, week, weekend, year
from services.agent.language.values import Clock, Nothing

_DAY_MINUTES = 24 * 60


def _hour(m: Found) -> int:
    """The hour in group H, or noon (12) and midnight (24) in N."""
    return m.n("H") if m.has("H") else m.word("N", "noon")


def _minutes(m: Found) -> int:
    if m.has("M"):
        return m.n("M")
    return m.word("Q", "quarter") if m.has("Q") else 30


def _clock(total: int, m: Found, *, settled: bool) -> Clock:
    clock = Clock(total // 60, total % 60, settled)
    said = next((name for name in ("X", "X1") if m.has(name)), None)
    return with_meridiem(clock, m.word(said, "mer")) if said else clock


def _and_minutes(m: Found, _: Context) -> Built:
    """ "las ocho y cuarto", "midi et demi", "le sette e venti"."""
    hour, minutes = _hour(m), _minutes(m)
    if not 0 < minutes < 60 or hour > 24:
        return None
    total = (hour * 60 + minutes) % _DAY_MINUTES
    return _clock(total, m, settled=m.has("N") or not 1 <= hour <= 12)


def less_minutes(m: Found, _: Context) -> Built:
    """ "las nueve menos cuarto": counted back from the hour."""
    hour, minutes = _hour(m), _minutes(m)
    if not 0 < minutes < 60 or hour > 24:
        return None
    settled = m.has("N") or not 1 <= hour <= 12
    total = (hour * 60 - minutes) % _DAY_MINUTES
    if not settled and total < 60:
        total += 12 * 60  # "la una menos cuarto" is 12:45
    return _clock(total, m, settled=settled)


def _dotted(m: Found, _: Context) -> Built:
    """ "8.30", where something around it announces a time."""
    hour, minute = (int(part) for part in m.token("C").text.split("."))
    return _clock(hour * 60 + minute, m, settled=not 1 <= hour <= 12)


def whole_hour(m: Found, _: Context) -> Built:
    """ "19 Uhr 30", "a las tres en punto"."""
    hour = m.n("H")
    minute = m.n("M") if m.has("M") else 0
    return _clock(hour * 60 + minute, m, settled=not 1 <= hour <= 12) if minute < 60 else None


def _past(_: Found, __: Context) -> Built:
    return Nothing()


def _lone_hour(m: Found, ctx: Context) -> Built:
    """ "las tres" as the whole message; "las dos" are rather both."""
    both = m.n("H") == 2 and "digits" not in m.token("H").tags
    return None if both else whole_hour(m, ctx)


_HOUR = "(H=h24 (hour_u|X1=mer)?|N=noon)"
_ARTICLE = "(hours_the|(?<=at)|(?!h24 hour_u))"  # "una hora y media" is a length, "a la una y media" a time
_MINUTES = "(M=mins minute_u?|Q=quarter|half) X=mer?"
_CLOSED = "(?!of? the? month/unit)"
_NOT_BETWEEN = "(?<!between)(?<!between at)(?<!between hours_the)(?<!for)"

CLOCK_RULES = (
    Rule(f"{_NOT_BETWEEN} {_ARTICLE} {_HOUR} and_min {_MINUTES} {_CLOSED}", _and_minutes),
    Rule(f"{_ARTICLE} {_HOUR} less (M=num minute_u?|Q=quarter|half) X=mer?", less_minutes),
    Rule("(M=num minute_u?|Q=quarter) less_to (hours_the|at|the)? (H=h24|N=noon) X=mer?", less_minutes),
    Rule(
        "(?<=at/from/range_to/between/hours_the/after/before/starting/day/reldays/weekday) C=dotted X=mer?",
        _dotted,
    ),
    Rule(
        "C=dotted (X=mer|hour_u|hour_mark|(?=in? the? partword|range_to (at|hours_the)? (clock/clock_digits/dotted)))",
        _dotted,
    ),
    Rule("(?<=clock range_to) C=dotted X=mer?", _dotted),
    Rule("^ C=dotted stop? $", _dotted),
    Rule("((?<=for/comma/stop/plain)|^) C=dotted (?=on? the? (reldays/weekday/dom_ord))", _dotted),
    Rule("H=h24 hour_mark M=mins? X=mer?", whole_hour),
    Rule("(?<=at/hours_the) H=h24 hour_u (?!and half) M=mins? X=mer?", whole_hour),
    Rule("hours_the H=h24 sharp X=mer?", whole_hour),
    Rule("(?<=at) H=h24 M=mins X=mer? " + COUNTED, whole_hour),
    Rule("hours_the H=h24 M=mins? (X=mer|(?=in? the? partword))", whole_hour),
    Rule("^ hours_the H=h24 M=mins? stop? $", _lone_hour),
)

DAY_RULES = (
    Rule("W=weekday (of|in|comma)* the? week_u (next_post/coming_post)", weekday_in(1)),
    Rule("W=weekday (of|in|comma)* the? (next/coming) week_u", weekday_in(1)),
    Rule("the? week_u next_post (on|comma|the)* W=weekday", weekday_in(1)),
    Rule("W=weekday next_post", weekday_in(1)),
    Rule("W=weekday coming_post", this_weekday),
    Rule("(the|on)* W=weekday last_post", _past),
    Rule("the? (unit/weekend_u/partword) last_post", _past),
    Rule("ago_pre L=length", _past),
)

PERIOD_RULES = (
    Rule("the? week_u after_next_post", week(2)),
    Rule("the? month_u after_next_post", month(2)),
    Rule("the? week_u (next_post/coming_post)", week(1)),
    Rule("the? month_u (next_post/coming_post)", month(1)),
    Rule("the? weekend_u (next_post/coming_post)", weekend(1)),
    Rule("the? year_u (next_post/coming_post)", year(1)),
)

BARE_RULES = ()
