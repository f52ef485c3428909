"""Which phrases name one calendar day? From "the 4th" to "tuesday next week" and "the last friday of may"."""

from __future__ import annotations

from datetime import date

from services.agent.language import dates
from services.agent.language.cascade import Built, Context, Found, Rule
from services.agent.language.values import Day, Length, Nothing, Unit


def _day(found: date | None, drift: Unit | None = None) -> Day | None:
    return Day.one(found, drift) if found else None


def _month_day(m: Found, ctx: Context) -> Built:
    year = m.n("Y") if "Y" in m.match.groupdict() and m.has("Y") else None
    found = dates.month_day(ctx.today, m.word("M", "month"), m.n("D"), year)
    return _day(found, None if year else Unit.YEAR)


def _month_day_next_year(m: Found, ctx: Context) -> Built:
    return _day(dates.safe_date(ctx.today.year + int(m.has("N")), m.word("M", "month"), m.n("D")))


def _day_pair(m: Found, ctx: Context) -> Built:
    """ "12 to 16 september": the month is said once and holds for both."""
    year = m.n("Y") if m.has("Y") else None
    month = m.word("M", "month")
    drift = None if year else Unit.YEAR
    last = dates.month_day(ctx.today, month, m.n("B"), year)
    if last is None or m.n("A") > m.n("B"):
        return None
    first = dates.safe_date(last.year, month, m.n("A"))
    return (Day(first, dates.shifted(last, days=1), drift=drift),) if first else None


def _numeric_date(m: Found, ctx: Context) -> Built:
    """7/8 by locale; the order that makes a date wins when only one does. 24/7 is no date."""
    token = m.token("D")
    first, then, year = token.words["first"], token.words["then"], token.words.get("year")
    if (first, then, year) == (24, 7, None):
        return Nothing()
    for day, month in ((first, then), (then, first)) if ctx.day_first else ((then, first), (first, then)):
        found = dates.month_day(ctx.today, month, day, year) if 1 <= month <= 12 else None
        if found:
            return _day(found, None if year is not None else Unit.YEAR)
    return Nothing()


def _dashed_date(m: Found, ctx: Context) -> Built:
    """15-2 is a date only when one number cannot be a month; 1-2 and 10-12 stay numbers."""
    a, b = m.n("A"), m.n("B")
    if ctx.day_first and a > 12 >= b >= 1:
        return _day(dates.month_day(ctx.today, b, a), Unit.YEAR)
    if not ctx.day_first and b > 12 >= a >= 1:
        return _day(dates.month_day(ctx.today, a, b), Unit.YEAR)
    return None


def _dashed_month(m: Found, ctx: Context) -> Built:
    return _month_day(m, ctx)


def _dom(m: Found, ctx: Context) -> Built:
    return _day(dates.day_of_month(ctx.today, m.n("D")), Unit.MONTH)


def _dom_of_month(m: Found, ctx: Context) -> Built:
    return _day(dates.day_in_month(ctx.today, m.n("D"), int(m.has("N"))))


def _reldays(m: Found, ctx: Context) -> Built:
    return _day(dates.shifted(ctx.today, days=m.word("R", "reldays")))


def _tonight(_: Found, ctx: Context) -> Built:
    from services.agent.language.values import Part, PartOfDay

    return (Day.one(ctx.today), PartOfDay(Part.NIGHT))


def _this_part(m: Found, ctx: Context) -> Built:
    return (Day.one(ctx.today), m.token("P").value or Nothing())


def _holiday(m: Found, ctx: Context) -> Built:
    month, day = divmod(m.word("H", "holiday"), 100)
    year = m.n("Y") if m.has("Y") else None
    return _day(dates.month_day(ctx.today, month, day, year), None if year else Unit.YEAR)


def _weekday(m: Found, ctx: Context) -> Built:
    return _day(dates.next_weekday(ctx.today, m.word("W", "weekday")), Unit.WEEK)


def _this_weekday(m: Found, ctx: Context) -> Built:
    """The coming one; today counts ("this friday" said on a Friday)."""
    yesterday = dates.shifted(ctx.today, days=-1)
    return _day(dates.next_weekday(yesterday, m.word("W", "weekday")), Unit.WEEK)


def _weekday_of_week(weeks: int) -> object:
    def build(m: Found, ctx: Context) -> Built:
        return _day(dates.weekday_of_week(ctx.today, m.word("W", "weekday"), weeks))

    return build


def _last_weekday(m: Found, ctx: Context) -> Built:
    return _day(dates.shifted(dates.next_weekday(ctx.today, m.word("W", "weekday")), days=-7 if ctx.today.weekday() != m.word("W", "weekday") else -14))


def _nth_from_now(m: Found, ctx: Context) -> Built:
    n = m.n("N")
    return _day(dates.next_weekday(ctx.today, m.word("W", "weekday"), n)) if 1 <= n <= 60 else None


def _weeks_from_weekday(m: Found, ctx: Context) -> Built:
    """ "a week on monday", "two weeks from friday", "monday week"."""
    length = m.value("L", Length)
    if not length.whole_days:
        return None
    start = m.value("D", Day).start
    return _day(dates.shifted(start, days=length.days, months=length.months))


def _weekday_week(m: Found, ctx: Context) -> Built:
    return _day(dates.next_weekday(ctx.today, m.word("W", "weekday"), 2))


def _nth_weekday(m: Found, ctx: Context) -> Built:
    nth = -1 if m.has("L") else m.n("O")
    if nth > 5:
        return None
    weekday, month = m.word("W", "weekday"), m.word("M", "month")
    for year in (m.n("Y"),) if m.has("Y") else (ctx.today.year, ctx.today.year + 1):
        found = dates.nth_weekday(year, month, weekday, nth)
        if found and (m.has("Y") or found >= ctx.today):
            return _day(found)
    return None


def _nth_weekday_this(m: Found, ctx: Context) -> Built:
    first = dates.month(ctx.today, int(m.has("N"))).start
    nth = -1 if m.has("L") else m.n("O")
    return _day(dates.nth_weekday(first.year, first.month, m.word("W", "weekday"), nth)) if nth <= 5 else None


def _keep(m: Found, _: Context) -> Built:
    """A weekday beside a full date says nothing new; the date decides."""
    return m.value("D", Day)


def _day_after(m: Found, _: Context) -> Built:
    day = m.value("D", Day)
    return _day(dates.shifted(day.start, days=1 if m.has("A") else -1))


_YEAR = "(comma? (of|in|year_mark)? Y=yr)?"
_NOT_CHOICE = "(?!one_noun/people/unit/part/weekday/of)"

DATED_RULES = (
    Rule("D=numeric_date (?!unit/people)", _numeric_date, dated=True),
    Rule("month the? A=dom/dom_ord range_to the? month? B=dom/dom_ord (?!mer/oclock/people) " + _YEAR, lambda m, c: None),
    Rule("A=dom/dom_ord (range_to|and) the? B=dom/dom_ord of? the? M=month " + _YEAR, _day_pair),
    Rule("M=month the? A=dom/dom_ord (range_to|and) the? B=dom/dom_ord (?!mer/oclock/people/month/past/meridiem_letter) " + _YEAR, _day_pair),
    Rule("D=dom/dom_ord (slash|dash|of)? the? M=month (?!dom) (dash|slash|comma|of|in|year_mark)* Y=yr", _month_day, dated=True),
    Rule("M=month (slash|dash|comma)? the? D=dom/dom_ord (comma|of|in|year_mark|year_u)* Y=yr", _month_day, dated=True),
    Rule("D=dom/dom_ord of? M=month (of|in)? N=next year_u", _month_day_next_year, dated=True),
    Rule("M=month the? D=dom/dom_ord (of|in)? N=next year_u", _month_day_next_year, dated=True),
    Rule("M=month (slash|comma)? the? D=dom/dom_ord (?!unit/people/oclock/mer/past)", _month_day, dated=True),
    Rule("D=dom/dom_ord (slash|of)? (the month_u? of)? M=month", _month_day, dated=True),
    Rule("H=holiday Y=yr?", _holiday, dated=True),
    Rule("(?<!any) A=dom dash B=dom (?!mer/people/unit/oclock/month/part/dash/meridiem_letter)", _dashed_date, dated=True),
    Rule("the? D=dom/dom_ord of? (this|the) month_u", _dom_of_month, dated=True),
    Rule("the? D=dom/dom_ord of? N=next month_u", _dom_of_month, dated=True),
    Rule("the? O=ord W=weekday (of|in) M=month Y=yr?", _nth_weekday_alias := None or _nth_weekday),
    Rule("the? O=ord W=weekday (of|in) (this|the) month_u", _nth_weekday_this),
)
