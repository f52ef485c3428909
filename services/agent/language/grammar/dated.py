"""Which phrases give a calendar date? "March 8th", "8/3", "the 4th", "12 to 16 september", "christmas eve"."""

from __future__ import annotations

from datetime import date

from services.agent.language import dates
from services.agent.language.cascade import Built, Context, Found, Rule
from services.agent.language.values import Day, Nothing, Unit


def one(found: date | None, drift: Unit | None = None) -> Day | None:
    """The single day, or a refusal when there is no such date."""
    return Day.one(found, drift) if found else None


def _year(m: Found) -> int | None:
    return m.n("Y") if m.has("Y") else None


def _month_day(m: Found, ctx: Context) -> Built:
    year = _year(m)
    found = dates.month_day(ctx.today, m.word("M", "month"), m.n("D"), year)
    return one(found, None if year else Unit.YEAR) or Nothing()


def _month_day_by_year_word(m: Found, ctx: Context) -> Built:
    year = ctx.today.year + int(m.has("N"))
    return one(dates.safe_date(year, m.word("M", "month"), m.n("D")))


def day_pair(m: Found, ctx: Context) -> Built:
    """The month is said once and holds for both days."""
    year, month = _year(m), m.word("M", "month")
    last = dates.month_day(ctx.today, month, m.n("B"), year)
    first = dates.safe_date(last.year, month, m.n("A")) if last else None
    if last is None or first is None or first > last:
        return None
    return Day(first, dates.shifted(last, days=1), drift=None if year else Unit.YEAR)


def _dom_pair(m: Found, ctx: Context) -> Built:
    """ "29th to 14th" without a month: the second is the first such day after the first."""
    first = dates.day_of_month(ctx.today, m.n("A"))
    last = dates.day_of_month(first, m.n("B")) if first else None
    return Day(first, dates.shifted(last, days=1), drift=Unit.MONTH) if first and last else None


def _numeric(m: Found, ctx: Context) -> Built:
    """7/8 by locale; when only one order makes a date, that one."""
    token = m.token("D")
    first, then, year = token.words["first"], token.words["then"], token.words.get("year")
    if (first, then, year) == (24, 7, None):
        return Nothing()
    for day, month in ((first, then), (then, first)) if ctx.day_first else ((then, first), (first, then)):
        found = dates.month_day(ctx.today, month, day, year) if 1 <= month <= 12 else None
        if found:
            return one(found, None if year is not None else Unit.YEAR)
    return Nothing()


def _not_a_date(_: Found, __: Context) -> Built:
    return Nothing()


def _dashed(m: Found, ctx: Context) -> Built:
    """15-2 is a date only where one number cannot be a month; 1-2 and 10-12 stay numbers."""
    a, b = m.n("A"), m.n("B")
    day, month = (a, b) if ctx.day_first else (b, a)
    if not 1 <= month <= 12 < day:
        return None
    return one(dates.month_day(ctx.today, month, day), Unit.YEAR)


def _dom(m: Found, ctx: Context) -> Built:
    return one(dates.day_of_month(ctx.today, m.n("D")), Unit.MONTH)


def weekday_and_day(m: Found, ctx: Context) -> Built:
    """ "friday the 13th": the next day that is both; just the day of month when no such day comes soon."""
    weekday, day = m.word("W", "weekday"), m.n("D")
    if "digits" in m.token("D").tags and day <= 12:
        return None
    months = (dates.day_in_month(ctx.today, day, ahead) for ahead in range(25))
    both = (found for found in months if found and found >= ctx.today and found.weekday() == weekday)
    return one(next(both, None)) or _dom(m, ctx)


def _last_day(m: Found, ctx: Context) -> Built:
    month = dates.named_month(ctx.today, m.word("M", "month"), _year(m))
    return one(dates.shifted(month.end, days=-1))


def dom_of_month(m: Found, ctx: Context) -> Built:
    """ "the 5th of this month", and of next month where the rule captures N."""
    return one(dates.day_in_month(ctx.today, m.n("D"), int(m.has("N"))))


def _holiday(m: Found, ctx: Context) -> Built:
    month, day = divmod(m.word("H", "holiday"), 100)
    year = _year(m)
    return one(dates.month_day(ctx.today, month, day, year), None if year else Unit.YEAR)


def _nth(m: Found) -> int | None:
    nth = -1 if m.has("L") else m.n("O")
    return nth if nth <= 5 else None


def _nth_weekday(m: Found, ctx: Context) -> Built:
    """ "first tuesday of october": this year's, or next year's once it is past."""
    nth, said = _nth(m), _year(m)
    weekday, month = m.word("W", "weekday"), m.word("M", "month")
    for year in (said,) if said else (ctx.today.year, ctx.today.year + 1):
        found = dates.nth_weekday(year, month, weekday, nth) if nth else None
        if found and (said or found >= ctx.today):
            return one(found)
    return None


def _nth_weekday_of_month(m: Found, ctx: Context) -> Built:
    nth, first = _nth(m), dates.month(ctx.today, int(m.has("N"))).start
    return one(dates.nth_weekday(first.year, first.month, m.word("W", "weekday"), nth)) if nth else None


def _keep(m: Found, _: Context) -> Built:
    """A weekday beside a full date says nothing new; the date decides."""
    return m.value("D", Day)


_Y = "(comma? (of|in|year_mark)* Y=yr)?"
_END = "(?!month/unit/people/oclock/mer/past/meridiem_letter/clock_digits)(?!of month)"
_NO_CHOICE = "(?!one_noun/people/unit/partword/weekday/num)"
_BEFORE_DAY = "(?<=on/for/from/to/range_to/before/after/starting/at/between/upto)"

DATED_RULES = (
    Rule("label label? D=numeric_date", _not_a_date),
    Rule("D=numeric_date (?!of? a? hour_u) (unit/people/one_noun/of)", _not_a_date),
    Rule("D=numeric_date (?!of? a? hour_u)", _numeric, dated=True),
    Rule(
        "(from/between)? the? A=dom/dom_ord (range_to|and) the? B=dom/dom_ord of? the? M=month" + _Y,
        day_pair,
    ),
    Rule(
        "(from/between)? M=month the? A=dom/dom_ord (range_to|and) the? B=dom/dom_ord (?!month)" + _END + _Y,
        day_pair,
    ),
    Rule("from? the? A=ord_digits range_to the? B=ord_digits (?!of/month)", _dom_pair),
    Rule("the? (O=ord|L=last) W=weekday (of|in) M=month" + _Y, _nth_weekday, dated=True),
    Rule(
        "the? (O=ord|L=last) W=weekday (of|in) (this|the|N=next) month_u", _nth_weekday_of_month, dated=True
    ),
    Rule(
        "D=dom/dom_ord (of|in)? M=month (of|in|comma)? (N=next|this) year_u",
        _month_day_by_year_word,
        dated=True,
    ),
    Rule(
        "M=month the? D=dom/dom_ord (of|in|comma)? (N=next|this) year_u", _month_day_by_year_word, dated=True
    ),
    Rule(
        "D=dom/dom_ord (slash|dash|of)? the? M=month (dash|slash|comma|of|in|year_mark)* Y=yr",
        _month_day,
        dated=True,
    ),
    Rule("Y=yr comma? M=month (slash|dash|comma)? the? D=dom/dom_ord", _month_day, dated=True),
    Rule("the? last day_u (of|in) M=month" + _Y, _last_day, dated=True),
    Rule(
        "M=month (slash|dash|comma)? the? D=dom/dom_ord (comma|of|in|year_mark)* Y=yr", _month_day, dated=True
    ),
    Rule("M=month (slash|comma|dash)? the? (?!vague_one) D=dom/dom_ord" + _END, _month_day, dated=True),
    Rule("the? (?!vague_one) D=dom/dom_ord (slash|of|dash|day_u)* the? M=month", _month_day, dated=True),
    Rule("H=holiday Y=yr?", _holiday, dated=True),
    Rule(
        "(?<!any/from/between/weekday) (?=digits) A=dom dash (?=digits) B=dom" + _END + "(?!dash/partword)",
        _dashed,
        dated=True,
    ),
    Rule("the? D=dom/dom_ord day_u? of? (this|the) month_u", dom_of_month, dated=True),
    Rule("the? D=dom/dom_ord day_u? of? N=next month_u", dom_of_month, dated=True),
    Rule("W=weekday comma? the? D=ord_digits", weekday_and_day, dated=True),
    Rule("W=weekday comma? the D=dom_ord" + _NO_CHOICE, weekday_and_day, dated=True),
    Rule(
        "W=weekday (?!vague_one) D=dom" + _END + "(?!range_to/num/partword/people)",
        weekday_and_day,
        dated=True,
    ),
    Rule(_BEFORE_DAY + "the? D=ord_digits" + _NO_CHOICE, _dom, dated=True),
    Rule(
        "(?<=on) the? (?=digits) (?!h12 in the? partword) D=dom (?=at/stop/comma/clock/for/in/or|$)",
        _dom,
        dated=True,
    ),
    Rule("the D=ord_digits" + _NO_CHOICE, _dom, dated=True),
    Rule("(?<=on/from/to/before/after/starting/upto) the D=dom_ord" + _NO_CHOICE, _dom, dated=True),
    Rule("^ D=ord_digits (?=at/stop/clock/comma/in/on|$)", _dom, dated=True),
    Rule("weekday (comma/dash/on/the)* D=dated", _keep, dated=True),
    Rule("D=dated (comma/on)* weekday", _keep, dated=True),
)
