"""Which phrases name several days at once in Portuguese and French? "semana que vem", "la semaine du 7", "fin mars"."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.agent.language import dates
from services.agent.language.cascade import Builder, Built, Context, Found, Rule
from services.agent.language.grammar.days import after_now, times
from services.agent.language.values import Day, Grain, Length, Stretch, Unit

_WEEKS_MOST = 53

NEXT_WEEK = "(week_u (next/following)|(next/following) week_u)"
THIS_WEEK = "(this week_u here?|week_u here)"
_LIMITED = "(?<=end_of/start_of/mid/rest/whole)"


def _week(weeks: int) -> Builder:
    return lambda m, ctx: dates.week(ctx.today, weeks)


def _month(months: int) -> Builder:
    return lambda m, ctx: dates.month(ctx.today, months)


def _weekend(weeks: int) -> Builder:
    return lambda m, ctx: dates.weekend(ctx.today, weeks)


def _year(years: int) -> Builder:
    return lambda m, ctx: dates.year(ctx.today, years)


def _week_of(m: Found, _: Context) -> Built:
    return dates.week(m.value("D", Day).start)


def _weekend_of(m: Found, _: Context) -> Built:
    return dates.weekend(m.value("D", Day).start)


def _week_number(m: Found, ctx: Context) -> Built:
    """ "semaine 12" by ISO 8601: this year's, or next year's once it is over."""
    number = m.n("N")
    if "digits" not in m.token("N").tags or not 1 <= number <= _WEEKS_MOST:
        return None
    for year in (ctx.today.year, ctx.today.year + 1):
        try:
            monday = datetime.fromisocalendar(year, number, 1).date()
        except ValueError:
            continue
        if monday + timedelta(days=6) >= ctx.today:
            return dates.week(monday)
    return None


def coming_units(m: Found, ctx: Context) -> Built:
    """ "les trois prochains jours", "próximas 2 semanas"; a week of days where no number is said."""
    n = m.n("N") if m.has("N") else m.word("S", "span_words") if m.has("S") else 7
    length = times(n, Unit(m.word("U", "unit")))
    return _coming(length, ctx) if length and n else None


def _coming(length: Length, ctx: Context) -> Built:
    """The next whole units: days from tomorrow on, minutes from the next one on, hours from now on."""
    if length.whole_days:
        start = dates.shifted(ctx.today, days=1)
        end = dates.shifted(start, days=length.days, months=length.months)
        return Day(start, end) if end > start else None
    until = after_now(length, ctx)
    skipped = timedelta(minutes=1) if 0 < length.minutes < 60 else timedelta()
    return Stretch(ctx.now + skipped, until + skipped) if until and until > ctx.now else None


def _part_of_period(
    period: Day, week: tuple[int, int], days: tuple[int, int], months: tuple[int, int]
) -> Day:
    """Some of a period: days [from, to) of a week or a month, months [from, to) of a year."""
    length = (period.end - period.start).days
    if period.grain is Grain.MONTH and length > 31:
        return Day(
            dates.shifted(period.start, months=months[0]),
            dates.shifted(period.start, months=months[1]),
            Grain.MONTH,
        )
    first, last = week if period.grain is Grain.WEEK else days
    start = period.start + timedelta(days=first) if first >= 0 else period.end + timedelta(days=first)
    return Day(start, period.start + timedelta(days=last) if last else period.end)


def _end_of(m: Found, _: Context) -> Built:
    return _part_of_period(m.value("D", Day), (-4, 0), (20, 0), (10, 12))


def _start_of(m: Found, ctx: Context) -> Built:
    return _not_past(m.value("D", Day), ctx, (0, 2), (0, 10), (0, 2))


def _middle_of(m: Found, ctx: Context) -> Built:
    return _not_past(m.value("D", Day), ctx, (2, 4), (9, 19), (5, 7))


def _not_past(
    period: Day, ctx: Context, week: tuple[int, int], days: tuple[int, int], months: tuple[int, int]
) -> Day:
    """That part of the period, or of the next one once it is over: "début du mois" said on the 12th."""
    found = _part_of_period(period, week, days, months)
    if period.grain is Grain.MONTH and found.end <= ctx.today and period == dates.month(ctx.today):
        return _part_of_period(dates.month(ctx.today, 1), week, days, months)
    return found


def _rest(m: Found, ctx: Context) -> Built:
    period = m.value("D", Day)
    return Day(max(period.start, ctx.today), period.end) if period.end > ctx.today else None


PERIOD_RULES = (
    Rule("week_u (of|the|le|dayn)+ D=day", _week_of),
    Rule(f"(the|le|in)* {NEXT_WEEK}", _week(1)),
    Rule(f"in? {THIS_WEEK}", _week(0)),
    Rule("(the)? week_u N=num (?!people/unit/month/hour_u)", _week_number),
    Rule(_LIMITED + "(the|le|of)* week_u", _week(0)),
    Rule("within week_u (?=stop/comma|$)", _week(0)),
    Rule("(the|le|in|dayn)* (month_u (next/following)|(next/following) month_u)", _month(1)),
    Rule("in? (this month_u here?|month_u here)", _month(0)),
    Rule(_LIMITED + "(the|le|of|this)* month_u", _month(0)),
    Rule("(the|le|in)* (year_u (next/following)|(next/following) year_u)", _year(1)),
    Rule("in? (this year_u here?|year_u here)", _year(0)),
    Rule(_LIMITED + "(the|le|of|this)* year_u", _year(0)),
    Rule("(the|in)* weekend_u (of|the|le|dayn)+ D=day", _weekend_of),
    Rule("(the|le|in|dayn)* weekend_u (next/following)", _weekend(1)),
    Rule("(the|le|in|dayn|this|next|each)* weekend_u here?", _weekend(0)),
    Rule("(in|the|le|dayn|from)* end_of (the|le|of|dayn)* D=period", _end_of),
    Rule("(in|the|le|dayn|from)* start_of (the|le|of|dayn)* D=period", _start_of),
    Rule("(in|the|le|dayn|from)* mid (the|le|of|dayn|dash)* D=period", _middle_of),
    Rule("(the|le)* rest (the|le|of|dayn)* D=period", _rest),
    Rule("whole (the|le|of|dayn)* D=period", lambda m, ctx: m.value("D", Day)),
)
