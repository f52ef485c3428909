"""How does Portuguese differ from the rules all languages share? It runs those it has in common with French instead."""

from __future__ import annotations

from services.agent.language.cascade import Built, Context, Found, Rule
from services.agent.language.grammar.clocks import in_part
from services.agent.language.grammar.days import weekday_in
from services.agent.language.grammar.periods import week
from services.agent.language.grammar.pt_fr_clocks import (
    CLOCK_RULES,
    CLOSED,
    COUNTED,
    NUMBER_RULES,
    bare_hour,
    clock,
    moved_back,
    nothing,
    weekday_token,
)
from services.agent.language.grammar.pt_fr_dated import DATED_RULES, MONTH_RULES
from services.agent.language.grammar.pt_fr_days import DAY_RULES, LENGTH_RULES, in_eight
from services.agent.language.grammar.pt_fr_periods import PERIOD_RULES
from services.agent.language.grammar.pt_fr_spans import (
    BARE_RULES,
    EARLY_RANGE_RULES,
    NEGATION_RULES,
    PART_RULES,
    SPAN_RULES,
)
from services.agent.language.grammar.stages import Changes, Hooks, Stage
from services.agent.language.values import Clock, Part

_FIRST_FEIRA, _LAST_FEIRA = 2, 6  # a segunda-feira is the second day of the week, Monday


def _feira(m: Found, _: Context) -> Built:
    """ "2ª feira", "6a-feira"."""
    n = m.n("D")
    return weekday_token(m.token("D"), n - 2) if _FIRST_FEIRA <= n <= _LAST_FEIRA else None


def _to_the_hour(m: Found, _: Context) -> Built:
    """ "dez para as oito", "um quarto para o meio-dia"; only minutes people round to, so that no party is counted."""
    minutes = m.word("Q", "quarter") if m.has("Q") else m.n("M")
    announced = m.match.start() and not {"at", "at_shy"}.isdisjoint(m.tokens[m.match.start() - 1].tags)
    if not m.has("U") and (minutes % 5 or (announced and m.has("M") and "digits" in m.token("M").tags)):
        return None  # "às 10 para as duas" is ten o'clock for both of them
    base = Clock(m.word("N", "noon")) if m.has("N") else clock(m.n("H"))
    return moved_back(base, minutes) if base else None


def _shy_hour(m: Found, ctx: Context) -> Built:
    """ "as duas" at the beginning are both of them."""
    return None if m.match.start() == 0 and m.token("H").text == "duas" else bare_hour(m, ctx)


def _spelled_in_part(m: Found, _: Context) -> Built:
    """ "quatro e quinze da tarde", and not "4 e 5 da tarde"."""
    minutes = m.token("M")
    found = clock(m.n("H"), m.n("M")) if "mins" in minutes.tags or "digits" not in minutes.tags else None
    return in_part(found, Part(m.word("P", "partword"))) if found else None


def _and_a_part(m: Found, _: Context) -> Built:
    """ "sete e meia", "oito e um quarto"."""
    return clock(m.n("H"), m.word("Q", "quarter") if m.has("Q") else 30)


_NUMBERS = (
    Rule("D=ord_digits dash? feira", _feira),
    Rule("from (W=weekday|R=reldays) in_eight (N=num (?!month)(?!of month)|F=long_length) day_u?", in_eight),
    Rule("R=reldays in_eight F=long_length", in_eight),
    Rule("of num in_time num unit", nothing),
    Rule("((?<=stop/comma/or/and)|^) D=ord_digits (?=at/at_shy/clock_digits/partword)", _feira),
    Rule("(?<=in/each) D=ord_digits (?=at/comma/stop/clock_digits/partword|$)", _feira),
)
_CLOCKS = (
    Rule("(?<!for/of/people/in_time/during/num) H=h24 (?=less quarter)", bare_hour),
    Rule(
        "(?<!for/of/from/come/label) (Q=quarter|M=num (U=minute_u)?) less_to the? (H=h24 hour_u?|"
        "N=noon) " + COUNTED,
        _to_the_hour,
    ),
    Rule("H=h24 and M=num (of|in)+ the? P=partword", _spelled_in_part),
    Rule(
        "(?<!for/of/people/in_time/during) H=h24 and (half_past|Q=quarter) (?!hour_u/unit)(?!of plain)",
        _and_a_part,
    ),
)
_BARE = (Rule("at_shy H=h24 " + CLOSED, _shy_hour),)
_DAYS = (
    Rule("W=weekday coming_week next?", weekday_in(1)),
    Rule("coming_week next? (the|in|comma)* W=weekday", weekday_in(1)),
)
_PERIODS = (Rule("coming_week next?", week(1)),)

RULES: Hooks = {
    Stage.NUMBERS: Changes(instead=(*_NUMBERS, *NUMBER_RULES)),
    Stage.CLOCKS: Changes(instead=(*_CLOCKS, *CLOCK_RULES, *_BARE)),
    Stage.WEEKS: Changes(instead=()),
    Stage.DATED: Changes(instead=DATED_RULES),
    Stage.LENGTHS: Changes(instead=LENGTH_RULES),
    Stage.DAYS: Changes(before=_DAYS, instead=DAY_RULES),
    Stage.PERIODS: Changes(before=_PERIODS, instead=(*MONTH_RULES, *PERIOD_RULES)),
    Stage.PARTS: Changes(instead=PART_RULES),
    Stage.EARLY_RANGES: Changes(instead=EARLY_RANGE_RULES),
    Stage.BARE: Changes(instead=BARE_RULES),
    Stage.SPANS: Changes(instead=SPAN_RULES),
    Stage.NEGATIONS: Changes(instead=NEGATION_RULES),
}
