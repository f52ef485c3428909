"""Which German phrases name a day? "am 3.", "5.8.", "KW 12", "übernächsten Freitag", "heute in 14 Tagen"."""

from __future__ import annotations

from datetime import date, timedelta

from services.agent.language import dates
from services.agent.language.cascade import Built, Context, Found, Rule
from services.agent.language.grammar.dated import one
from services.agent.language.grammar.days import times
from services.agent.language.grammar.de_it import (
    a_few,
    coming_units,
    day_and_length,
    day_less_length,
    dom,
    dotted,
    either_day,
    feast_rules,
    from_to,
    given_up,
    keep,
    last_of_month,
    no_such_day,
    nothing,
    nth_weekday,
    pair_in_month,
    pair_of_days,
    plain_weekday,
    season_of,
    shifted_by,
    short_year,
    week,
    weekday_in,
    weekday_weeks_away,
    weekend_of,
    workweek,
    year_end,
)
from services.agent.language.grammar.spans import refused
from services.agent.language.tokens import Token
from services.agent.language.values import Day, Length, Nothing, Unit

_WEEKS = 53


def _month_number(m: Found, ctx: Context) -> Built:
    """ "am dritten elften": the month by its number."""
    return one(dates.month_day(ctx.today, m.n("M"), m.n("D")), Unit.YEAR) if 1 <= m.n("M") <= 12 else None


def _fraction(m: Found, _: Context) -> Built:
    """ "3/4" alone is a share: German dates are written with full stops."""
    words = m.token("D").words
    share = (words["first"], words["then"]) in {(1, 2), (1, 3), (2, 3), (1, 4), (3, 4)}
    return Nothing() if share and "/" in m.token("D").text and "year" not in words else None


def _week_number(m: Found, ctx: Context) -> Built:
    """The ISO week of this year, or of the next when it is past."""
    if not 1 <= m.n("N") <= _WEEKS:
        return None
    for year in (ctx.today.year, ctx.today.year + 1):
        try:
            found = dates.week(date.fromisocalendar(year, m.n("N"), 1))
        except ValueError:  # a year of 52 weeks
            continue
        if found.end > ctx.today:
            return found
    return None


def _minutes_word(m: Found, _: Context) -> Built:
    """ "eine Viertelstunde"."""
    return Length(minutes=m.word("Q", "minutes_word"))


def _number_and_half(m: Found, _: Context) -> Built:
    """ "anderthalb Stunden", "zwei ein halb Stunden"."""
    n = m.n("N") if m.has("N") else m.word("S", "num_half")
    unit = Unit(m.word("U", "unit"))
    whole, half = times(n, unit), {Unit.HOUR: Length(minutes=30), Unit.YEAR: Length(months=6)}.get(unit)
    return whole + half if whole and half else None


def _month_end(_: Found, ctx: Context) -> Built:
    """The last ten days of the running month."""
    month = dates.month(ctx.today)
    return Day(month.end - timedelta(days=10), month.end)


def _today(_: Found, ctx: Context) -> Built:
    """ "bis Ende des Tages"."""
    return Day.one(ctx.today)


def _this_year(_: Found, ctx: Context) -> Built:
    return dates.year(ctx.today, 0)


def _target(m: Found, _: Context) -> Built:
    """ "von Montag auf Dienstag verschieben": what follows "auf" replaces what was said before it."""
    if not any("move" in token.tags for token in m.tokens):
        return None
    token = m.token("O")
    return Token(token.text, token.start, token.end, frozenset({"correct"}))


_END = "(?!(of|the)* (next|this)? month_u)(?!month/unit/people/oclock/past/clock_digits/h_letter/half_to)"
_NO_CHOICE = "(?!one_noun/people/unit/partword/weekday/num/day_noun)"

DATED_RULES_DE = (
    Rule("numeric_date (unit/people)", nothing),
    Rule("(?<!on/weekday/from/range_to/starting/before/after) D=numeric_date", _fraction),
    Rule("O=onto", _target),
    *feast_rules("in? (N=next|this) year_u|(in? year_mark)? Y=yr"),
    Rule("(?!dom/dom_ord) N=num/ord stop? month", no_such_day),
    Rule("(N=next|this) month_u from? the? A=dom/dom_ord range_to the? B=dom/dom_ord", pair_in_month),
    Rule("from? the? A=dom/dom_ord range_to the? B=dom/dom_ord (N=next|this|the) month_u", pair_in_month),
    Rule("from A=dom/dom_ord zum B=dom/dom_ord M=month (Y=yr)?", pair_of_days, dated=True),
    Rule("from A=ord_digits zum B=ord_digits (?!month)", pair_of_days),
    Rule("the? D=dom/dom_ord M=month (?=digits) Y=mins (?=stop|comma|on|at|$)", short_year, dated=True),
    Rule(
        "(?<=on/the/weekday) D=dom_ord slash? M=ord (?!weekday/month/unit/people/one_noun/day_u)",
        _month_number,
        True,
    ),
    Rule("(?<=on/the/weekday) D=dom_ord slash M=num stop?", _month_number, dated=True),
    Rule("(?<=on/the/weekday) D=dom_ord M=num stop", _month_number, dated=True),
    Rule(
        "(?<=weekday) (comma? the)? D=dom/dom_ord slash? M=ord (?!weekday/month/unit)",
        _month_number,
        dated=True,
    ),
    Rule(
        "(?<=on/for/weekday/from/range_to/starting/zum) (the|comma)* D=decimal (?!oclock/people/unit)",
        dotted,
        dated=True,
    ),
    Rule("the? A=dom/dom_ord or the? B=dom/dom_ord M=month (Y=yr)?", either_day, dated=True),
    Rule("the? last day_u of? the? (N=next|this)? month_u", last_of_month, dated=True),
    Rule("(in|the|on)* week_no stop? N=num", _week_number),
    Rule("(in|the|on)* N=ord_digits week_no", _week_number),
    Rule("(?<=on) D=dom_ord" + _NO_CHOICE + _END, dom, dated=True),
    Rule("(?<=the/starting/upto/range_to) D=ord_digits" + _NO_CHOICE + _END, dom, dated=True),
    Rule("^ W=weekday_so stop? (?=$|at|clock|h24)", plain_weekday("weekday_so")),
    Rule("(?<=on) W=weekday_so stop?", plain_weekday("weekday_so")),
)

AFTER_DATED_DE = (Rule("weekday_so stop? (comma|on|the)* D=dated", keep, dated=True),)

LENGTH_RULES_DE = (
    Rule("(in|the|for)* (next|coming) (N=num|S=span_words) U=unit", coming_units),
    Rule("a? Q=minutes_word", _minutes_word),
    Rule("N=num (a|and)* half_to U=unit", _number_and_half),
    Rule("S=num_half U=unit", _number_and_half),
)

DAY_RULES_DE = (
    Rule("(in|the|for)* (next|coming) U=plural_u", a_few),
    Rule("min_before L=length", nothing),
    Rule("since L=length", nothing),
    Rule("(next|coming) week_u (on|comma|the)* W=weekday", weekday_in(1)),
    Rule("W=weekday (in|of|on|the|comma)* next week_u", weekday_in(1)),
    Rule("after_next week_u (on|comma|the)* W=weekday", weekday_in(2)),
    Rule("W=weekday (in|of|on|the|comma)* after_next week_u", weekday_in(2)),
    Rule("after_next W=weekday", nth_weekday(2)),
    Rule("W=weekday after the? next", nth_weekday(2)),
    Rule("the? (next|coming)+ W=weekday", nth_weekday(1)),
    Rule("in L=length (on|the)* W=weekday", weekday_weeks_away),
    Rule("the W=weekday", plain_weekday()),
)

DAY_AND_LENGTH_DE = (
    Rule("L=length_days before (the|on)* D=day", day_less_length),
    Rule("D=day in L=length", day_and_length),
    Rule("length_days later", shifted_by),
    Rule("on? (next|the) day_u", shifted_by),
)

PERIOD_RULES_DE = (
    Rule("(in|the)* (N=next|this) workweek", workweek),
    Rule("after_next week_u", week(2)),
    Rule("weekend_u (of|the|on|from|comma)* D=dated", weekend_of),
    Rule("(in|this)+ the? S=season", season_of),
    Rule("the? N=next S=season", season_of),
    Rule("year_end", year_end),
    Rule("month_end", _month_end),
    Rule("(end_of|rest) (the|this)* (N=next)? year_u", year_end),
    Rule("(?<=mid) the? week_u", week(0)),
    Rule("end_of (the|this)* day_u", _today),
    Rule("this year_u", _this_year),
)

SPAN_RULES_DE = (
    Rule("since (on|the)* (day/period/clock/part)+", nothing),
    Rule("from D=day onto the? day", keep),
    Rule("from (on|the)* D=day (?!range_to/zum/clock/at)", given_up),
    Rule("from (on|the)* A=day/period zum (on|the)* B=day/period", from_to),
)

NEGATION_RULES_DE = (Rule("D=day/clock not (?=comma|stop|and|$)", refused),)
