"""Which phrases name several days at once? "next week", "this weekend", "in march", "the next three days"."""

from __future__ import annotations

from datetime import timedelta

from services.agent.language import dates
from services.agent.language.cascade import Builder, Built, Context, Found, Rule
from services.agent.language.grammar.days import after_now, times
from services.agent.language.values import Day, Grain, Length, Stretch, Unit


def week(weeks: int) -> Builder:
    """The calendar week `weeks` after this one, for a rule."""
    return lambda m, ctx: dates.week(ctx.today, weeks)


def month(months: int) -> Builder:
    """The calendar month `months` after this one, for a rule."""
    return lambda m, ctx: dates.month(ctx.today, months)


def weekend(weeks: int) -> Builder:
    """The weekend of the calendar week `weeks` after this one, for a rule."""
    return lambda m, ctx: dates.weekend(ctx.today, weeks)


def year(years: int) -> Builder:
    """The calendar year `years` after this one, for a rule."""
    return lambda m, ctx: dates.year(ctx.today, years)


def _named_month(m: Found, ctx: Context) -> Built:
    year = m.n("Y") if m.has("Y") else ctx.today.year + 1 if m.has("N") else None
    return dates.named_month(ctx.today, m.word("M", "month"), year)


def _coming_units(m: Found, ctx: Context) -> Built:
    """ "the next three days" starts tomorrow; hours start now."""
    n = m.n("N") if m.has("N") else m.word("S", "span_words")
    length = times(n, Unit(m.word("U", "unit")))
    if length is None or not n:
        return None
    return _coming(length, ctx)


def _coming_length(m: Found, ctx: Context) -> Built:
    return _coming(m.value("L", Length), ctx)


def _coming(length: Length, ctx: Context) -> Built:
    if not length.whole_days:
        until = after_now(length, ctx)
        return Stretch(ctx.now, until) if until and until > ctx.now else None
    start = dates.shifted(ctx.today, days=1)
    end = dates.shifted(start, days=length.days, months=length.months)
    return Day(start, end) if end > start else None


def _rest(m: Found, ctx: Context) -> Built:
    """What is left of a running week or month; of a coming one, all of it."""
    period = m.value("D", Day)
    return Day(max(period.start, ctx.today), period.end) if period.end > ctx.today else None


def _today_rest(m: Found, ctx: Context) -> Built:
    return Day.one(ctx.today)


def _end_of(m: Found, ctx: Context) -> Built:
    """The last days: friday to sunday of a week, the last ten of a month."""
    period = m.value("D", Day)
    days = 3 if period.grain is Grain.WEEK else 10 if period.grain is Grain.MONTH else 1
    return Day(period.end - timedelta(days=days), period.end)


def _start_of(m: Found, ctx: Context) -> Built:
    period = m.value("D", Day)
    days = 3 if period.grain is Grain.WEEK else 10 if period.grain is Grain.MONTH else 1
    return Day(period.start, period.start + timedelta(days=days))


def _middle_of(m: Found, ctx: Context) -> Built:
    """Wednesday and Thursday of a week, the eleventh to the twentieth of a month."""
    period = m.value("D", Day)
    first, last = (2, 4) if period.grain is Grain.WEEK else (10, 20)
    days = (period.end - period.start).days
    return (
        Day(period.start + timedelta(days=first), period.start + timedelta(days=last))
        if last < days
        else period
    )


def _week_of(m: Found, ctx: Context) -> Built:
    return dates.week(m.value("D", Day).start)


def _week_of_month(m: Found, ctx: Context) -> Built:
    """A week belongs to the month that holds its Thursday."""
    nth = -1 if m.has("L") else m.n("O")
    if m.has("M"):
        month = dates.named_month(ctx.today, m.word("M", "month"), m.n("Y") if m.has("Y") else None)
    else:
        month = dates.month(ctx.today, int(m.has("N")))
    thursday = dates.nth_weekday(month.start.year, month.start.month, 3, nth) if nth <= 5 else None
    return dates.week(thursday) if thursday else None


def _last_week_of_year(m: Found, ctx: Context) -> Built:
    """The week that holds the year's last Thursday."""
    year = m.n("Y") if m.has("Y") else ctx.today.year + int(m.has("N"))
    thursday = dates.nth_weekday(year, 12, 3, -1)
    return dates.week(thursday) if thursday else None


WEEK_OF_MONTH_RULES = (
    Rule("the? last week_u (of|in) the? (Y=yr|N=next year_u|this? year_u)", _last_week_of_year),
    Rule("the? (O=ord|L=last) week_u (of|in) M=month Y=yr?", _week_of_month),
    Rule("the? (O=ord|L=last) week_u (of|in) (this|the|N=next) month_u", _week_of_month),
)

PERIOD_RULES = (
    Rule("(in|for|within)? (next|coming|this) (N=num|S=span_words) coming? U=unit", _coming_units),
    Rule("(in|for|within)? the? (N=num|S=span_words) (next|coming) U=plural_u", _coming_units),
    Rule("(next|coming) L=length", _coming_length),
    Rule("the? week_u (of|starting) D=day", _week_of),
    Rule("the? week_u after next", week(2)),
    Rule("the? month_u after next", month(2)),
    Rule("the? weekend_u after next", weekend(2)),
    Rule("(next|coming) week_u", week(1)),
    Rule("this week_u", week(0)),
    Rule("(?<=in/for/rest/on/end_of/start_of/within) the? week_u", week(0)),
    Rule("(next|coming) month_u", month(1)),
    Rule("this month_u", month(0)),
    Rule("(?<=in/for/rest/end_of/start_of) the? month_u", month(0)),
    Rule("(?<=end_of/start_of) month_u", month(0)),
    Rule("next weekend_u", weekend(1)),
    Rule("(any|the|this|coming)* weekend_u", weekend(0)),
    Rule("next year_u", year(1)),
    Rule(
        "(?<=in/of/from/upto/range_to/mid/early/late/end_of/start_of/before/after/starting/next/this/for) "
        "M=month of? (Y=yr|N=next year_u)?",
        _named_month,
    ),
    Rule("M=month (of|comma)? (Y=yr|N=next year_u)", _named_month),
    Rule("^ (?!abbr) M=month stop? $", _named_month),
    Rule("M=month_name (N=next year_u|Y=yr)?", _named_month),
    Rule("end_of D=period/day", _end_of),
    Rule("start_of D=period/day", _start_of),
    Rule("early D=period", _start_of),
    Rule("late D=period", _end_of),
    Rule("mid D=period", _middle_of),
    Rule("rest (of|on)? D=period", _rest),
    Rule("rest R=reldays", _today_rest),
)
