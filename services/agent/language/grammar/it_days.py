"""Which Italian phrases name a day? "il 15", "dal 13 al 15 luglio", "3 mar.", "oggi a otto", "fine anno"."""

from __future__ import annotations

from services.agent.language import dates
from services.agent.language.cascade import Built, Context, Found, Rule
from services.agent.language.grammar.clocks import likely
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
    now,
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
from services.agent.language.grammar.it_clocks import CLOCK_RANGE
from services.agent.language.grammar.spans import UNABLE_RULES, refused
from services.agent.language.values import Clock, Day, Length, Stretch, Unit


def _in_march(m: Found, ctx: Context) -> Built:
    """ "3 mar": beside a day of month "mar" is March, elsewhere Tuesday."""
    year = dates.full_year(m.n("Y")) if m.has("Y") else None
    found = dates.month_day(ctx.today, m.word("M", "month_mar"), m.n("D"), year)
    return one(found, None if year else Unit.YEAR)


def _to_eight(m: Found, _: Context) -> Built:
    """ "oggi a otto" is a week from today, "a quindici" a fortnight."""
    weeks = {8: 1, 15: 2}.get(m.n("N"))
    return one(dates.shifted(m.value("D", Day).start, days=7 * weeks)) if weeks else None


def _dom_of_month(m: Found, ctx: Context) -> Built:
    """ "il 15 del mese prossimo"."""
    return one(dates.day_in_month(ctx.today, m.n("D"), int(m.has("N"))))


def _weekday_dom(m: Found, ctx: Context) -> Built:
    """ "giovedì 12": within a year, the day that is both; an hour would be said with "alle"."""
    found = (dates.day_in_month(ctx.today, m.n("D"), ahead) for ahead in range(13))
    both = (day for day in found if day and day >= ctx.today and day.weekday() == m.word("W", "weekday"))
    return one(next(both, None))


def _nth_weekday(m: Found, ctx: Context) -> Built:
    """ "il primo martedì del mese di ottobre": this year's, or next year's once it is past."""
    nth = -1 if m.has("L") else m.n("O")
    month, weekday = m.word("M", "month"), m.word("W", "weekday")
    for year in (m.n("Y"),) if m.has("Y") else (ctx.today.year, ctx.today.year + 1):
        found = dates.nth_weekday(year, month, weekday, nth) if nth <= 5 else None
        if found and (m.has("Y") or found >= ctx.today):
            return one(found)
    return None


def _named_month(m: Found, ctx: Context) -> Built:
    """ "nel mese di ottobre"."""
    return dates.named_month(ctx.today, m.word("M", "month"), m.n("Y") if m.has("Y") else None)


def _nth_weekday_of_month(m: Found, ctx: Context) -> Built:
    """ "il secondo sabato del mese": this month's, or (N) the next month's."""
    nth, first = (-1 if m.has("L") else m.n("O")), dates.month(ctx.today, int(m.has("N"))).start
    found = dates.nth_weekday(first.year, first.month, m.word("W", "weekday"), nth) if nth <= 5 else None
    return one(found)


def _and_half(m: Found, _: Context) -> Built:
    """ "un'ora e mezza", "due ore e mezzo"."""
    n = m.n("N") if m.has("N") else 1
    unit = Unit(m.word("U", "unit"))
    whole, half = times(n, unit), {Unit.HOUR: Length(minutes=30), Unit.YEAR: Length(months=6)}.get(unit)
    return whole + half if whole and half else None


def _half_hour(_: Found, __: Context) -> Built:
    return Length(minutes=30)


def _quarters(m: Found, _: Context) -> Built:
    """ "un quarto d'ora", "tre quarti d'ora"."""
    return Length(minutes=15 * (m.n("N") if m.has("N") else 1))


def _stretch(m: Found, ctx: Context) -> Built:
    """ "da lunedì alle 17 a martedì alle 12"."""
    first, last = m.value("A", Day), m.value("B", Day)
    if m.before("move"):
        return (last, m.value("Q", Clock))
    start = likely(m.value("P", Clock), until=ctx.until).on(first.start)
    end = likely(m.value("Q", Clock), until=ctx.until).on(dates.catch_up(last, first.start).start)
    return Stretch(start, end) if end > start else None


_YEAR = "((of|in)* year_mark? Y=yr)?"
_END = (
    "(?!(of|the)* next_month)(?!month/month_mar/unit/people/hour_word/and_min/less/clock_digits/opaque/label)"
)
_NO_CHOICE = "(?!one_noun/people/unit/partword/weekday/weekday_mar/num/day_noun)"
_ONE_OF_MONTH = "dom/dom_ord"


def _weeks(m: Found, _: Context) -> Built:
    """ "tra 2 sett" are weeks, and no September."""
    return Length(days=7 * m.n("N")) if m.n("N") <= _MOST_WEEKS else None


_MOST_WEEKS = 52
DATED_RULES_IT = (
    Rule("(?<=in) N=num sett_u", _weeks),
    *feast_rules("(of|in)* the? N=next_year|(of|in|year_mark)* Y=yr"),
    Rule("(?!dom/dom_ord) N=num/ord of? month", no_such_day),
    Rule(
        f"(from/dal) the? A={_ONE_OF_MONTH} it_to the? B={_ONE_OF_MONTH} (of|the)* M=month {_YEAR}",
        pair_of_days,
    ),
    Rule(
        f"between the? A={_ONE_OF_MONTH} and the? B={_ONE_OF_MONTH} (of|the)* M=month {_YEAR}", pair_of_days
    ),
    Rule(
        f"(from/dal) the? A={_ONE_OF_MONTH} it_to the? B={_ONE_OF_MONTH} of? the? (N=next_month|this month_u|month_u)",
        pair_in_month,
    ),
    Rule(f"dal A={_ONE_OF_MONTH} (it_to/range_to) the? B={_ONE_OF_MONTH}" + _END, pair_of_days),
    Rule(f"between il A={_ONE_OF_MONTH} and il B={_ONE_OF_MONTH}" + _END, pair_of_days),
    Rule(
        "the? D=dom/dom_ord (of? the? (N=next_month|this month_u)|of the? month_u)", _dom_of_month, dated=True
    ),
    Rule("the? A=dom/dom_ord or the? B=dom/dom_ord of? M=month (Y=yr)?", either_day, dated=True),
    Rule("the? D=dom/dom_ord of? M=month_mar stop? (Y=yr)?", _in_march, dated=True),
    Rule("the? D=dom/dom_ord M=month (?=digits) Y=mins (?=stop|comma|on|at|$)", short_year, dated=True),
    Rule(
        "the? (O=ord|L=last) W=weekday (of|in)+ (the|month_u|of)* M=month " + _YEAR, _nth_weekday, dated=True
    ),
    Rule(
        "the? (O=ord|L=last) W=weekday (of|in)+ (the|this)* (N=next_month|month_u)",
        _nth_weekday_of_month,
        dated=True,
    ),
    Rule("W=weekday comma? the? D=dom (?=and (the|on)* weekday)", _weekday_dom, dated=True),
    Rule("W=weekday comma? the? D=dom (?=hour_word (num/clock_digits/dotted))", _weekday_dom, dated=True),
    Rule("the? last day_u of? the? (N=next_month|month_u)", last_of_month, dated=True),
    Rule("W=weekday comma? the? D=dom" + _END + "(?!range_to/num/partword)", _weekday_dom, dated=True),
    Rule("(?<=il/on/for/weekday/from) (the|comma)* D=decimal (?!people/unit)", dotted, dated=True),
)

BARE_DAYS_IT = (
    Rule("weekday_mar stop? (comma|the)* D=dated", keep, dated=True),
    Rule("(?<=il/day_u) (?=digits) D=dom (?=hour_word (num/clock_digits/dotted))", dom, dated=True),
    Rule("(?<=il/day_u) (?=digits) D=dom" + _NO_CHOICE + _END, dom, dated=True),
    Rule("(?<=il) D=dom (?=stop|comma|at|clock_digits|$)", dom, dated=True),
    Rule("(?<=dal/upto) D=dom_ord" + _NO_CHOICE + _END, dom, dated=True),
    Rule("W=weekday_mar stop?", plain_weekday("weekday_mar")),
)

LENGTH_RULES_IT = (
    Rule("(in|the|for)* (next|coming) (N=num|S=span_words) U=unit", coming_units),
    Rule("(in|the|for)* (N=num|S=span_words) (next|coming) U=unit", coming_units),
    Rule("(N=num|a) U=unit and half", _and_half),
    Rule("a? half hour_u", _half_hour),
    Rule("(a|N=num)? quarter (of|on)? hour_u", _quarters),
)

DAY_RULES_IT = (
    Rule("(in|the|for)* (next|coming) U=plural_u", a_few),
    Rule("(?<!che/num/a/any/at/hours_the) now_word (?=stop|$)", now),
    Rule("(in|the)* next_week (on|comma|the)* W=weekday", weekday_in(1)),
    Rule("W=weekday (in|of|on|the|comma)* next_week", weekday_in(1)),
    Rule("the? next W=weekday", weekday_in(1)),
    Rule("the? (unit/weekend_u/partword/month) last_post", nothing),
    Rule("in L=length (on|the|comma)* W=weekday", weekday_weeks_away),
    Rule("(the|on)+ W=weekday (?!next_post/coming_post/last_post)", plain_weekday()),
)

AFTER_WEEKDAYS_IT = (
    Rule("L=length_days before (the|on)* D=day", day_less_length),
    Rule("D=day in L=length", day_and_length),
    Rule("length_days later", shifted_by),
    Rule("the? day_u (next/next_post)", shifted_by),
    Rule("D=day a_only N=num (?=$|stop|comma)", _to_eight),
)

PERIOD_RULES_IT = (
    Rule("weekend_u (of|the|on)* D=dated", weekend_of),
    Rule("(in|this|next)+ the? S=season", season_of),
    Rule("the? S=season N=next_post", season_of),
    Rule("the? next_week", lambda m, ctx: dates.week(ctx.today, 1)),
    Rule("the? next_month", lambda m, ctx: dates.month(ctx.today, 1)),
    Rule("(end_of|year_end) (of|the)* N=next_year", year_end),
    Rule(
        "M=month (of|in)* the? N=next_year",
        lambda m, ctx: dates.named_month(ctx.today, m.word("M", "month"), ctx.today.year + 1),
    ),
    Rule("(in|the)* month_u of M=month ((of|in)* Y=yr)?", _named_month),
    Rule("this year_u", lambda m, ctx: dates.year(ctx.today, 0)),
    Rule("(?<=mid/start_of/end_of) the? week_u", week(0)),
    Rule("the? next_year", lambda m, ctx: dates.year(ctx.today, 1)),
    Rule("year_end", year_end),
    Rule("(in|the)* (N=next)? workweek", workweek),
)

SPAN_RULES_IT = (
    CLOCK_RANGE,
    Rule(
        "(from/dal)? the? A=day (at|hours_the)* P=clock (it_to/range_to) the? B=day (at|hours_the)* Q=clock",
        _stretch,
    ),
    Rule("(from/dal) (the|on)* A=day/period (it_to/range_to) (the|on)* B=day/period", from_to),
    Rule("between (the|on)* A=day/period and (the|on)* B=day/period", from_to),
    Rule("(from/dal) (on|the)* D=day (?!range_to/it_to/clock)", given_up),
)

NEGATION_RULES_IT = (
    *UNABLE_RULES,
    Rule("not (at|on|of|in|it_to|hours_the|the)* (clock|day|period|window|part|edge)+", refused),
)
