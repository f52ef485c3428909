"""Which phrases give a calendar date in Portuguese and French? "3 de março", "le 15", "du 13 au 15", "Pâques"."""

from __future__ import annotations

from datetime import date, timedelta

from services.agent.language import dates
from services.agent.language.cascade import Built, Context, Found, Rule
from services.agent.language.grammar import feasts
from services.agent.language.grammar.dated import one
from services.agent.language.grammar.pt_fr_clocks import nothing
from services.agent.language.values import Clock, Day, Grain, Nothing, Unit

_FEAST_ZERO = 100  # the lexicon counts days after Easter from here, so that its numbers stay positive


def _year(m: Found) -> int | None:
    return m.n("Y") if m.has("Y") else None


def _next(m: Found) -> bool:
    """Whether the next one is said, before its noun or after it."""
    return m.has("N") or m.has("K")


def _month(m: Found, ctx: Context) -> date:
    """The first day of the month said: by name, or this or the next one."""
    if m.has("M"):
        return dates.named_month(ctx.today, m.word("M", "month"), _year(m)).start
    return dates.month(ctx.today, int(_next(m))).start


def _numeric(m: Found, ctx: Context) -> Built:
    """22/04 by locale; when only one order makes a date, that one."""
    words = m.token("D").words
    first, then, year = words["first"], words["then"], words.get("year")
    if (first, then, year) == (24, 7, None):
        return Nothing()
    for day, month in ((first, then), (then, first)) if ctx.day_first else ((then, first), (first, then)):
        found = dates.month_day(ctx.today, month, day, year) if 1 <= month <= 12 else None
        if found:
            return one(found, None if year is not None else Unit.YEAR)
    return Nothing()


def _spaced(m: Found, ctx: Context) -> Built:
    """ "20 02 2014", "le 17 02": digits with blanks between them."""
    parts = [m.token(name) for name in ("D", "M", "Y", "Z") if m.has(name)]
    if any("digits" not in token.tags for token in parts) or not 1 <= m.n("M") <= 12:
        return None
    if not m.has("Y") and not m.has("Z") and len(m.token("M").text) < len("02"):
        return None
    year = m.n("Y") if m.has("Y") else m.n("Z") if m.has("Z") else None
    found = dates.month_day(ctx.today, m.n("M"), m.n("D"), year)
    return one(found, None if year is not None else Unit.YEAR)


def _month_day(m: Found, ctx: Context) -> Built:
    if m.token("D").text in ("une", "uma"):
        return None
    year = _year(m)
    found = dates.month_day(ctx.today, m.word("M", "month"), m.n("D"), year)
    return one(found, None if year else Unit.YEAR) or Nothing()


def _month_day_by_year_word(m: Found, ctx: Context) -> Built:
    return one(dates.safe_date(ctx.today.year + int(_next(m)), m.word("M", "month"), m.n("D")))


def _day_pair(m: Found, ctx: Context) -> Built:
    """The month is said once and holds for both days."""
    year, month = _year(m), m.word("M", "month")
    last = dates.month_day(ctx.today, month, m.n("B"), year)
    first = dates.safe_date(last.year, month, m.n("A")) if last else None
    if last is None or first is None or first > last:
        return None
    return Day(first, dates.shifted(last, days=1), drift=None if year else Unit.YEAR)


def _either(m: Found, ctx: Context) -> Built:
    """ "le 5 ou 6 avril": the month holds for both."""
    year, month = _year(m), m.word("M", "month")
    first, then = (dates.month_day(ctx.today, month, m.n(name), year) for name in ("A", "B"))
    return (Day.one(first), Day.one(then)) if first and then else None


def _either_dom(m: Found, ctx: Context) -> Built:
    first, then = (dates.day_of_month(ctx.today, m.n(name)) for name in ("A", "B"))
    return (Day.one(first, Unit.MONTH), Day.one(then, Unit.MONTH)) if first and then else None


def _dom_pair(m: Found, ctx: Context) -> Built:
    """ "du 13 au 15" without a month: the second is the first such day after the first."""
    first = dates.day_of_month(ctx.today, m.n("A"))
    last = dates.day_of_month(first, m.n("B")) if first else None
    return Day(first, dates.shifted(last, days=1), drift=Unit.MONTH) if first and last else None


def _dom(m: Found, ctx: Context) -> Built:
    return one(dates.day_of_month(ctx.today, m.n("D")), Unit.MONTH)


def _dom_of_month(m: Found, ctx: Context) -> Built:
    return one(dates.day_in_month(ctx.today, m.n("D"), int(_next(m))))


def _weekday_dom(m: Found, ctx: Context) -> Built:
    """ "vendredi 13": the next day that is both. Where hours follow ("vendredi 9 à 11h"), only a day that is near."""
    weekday, number = m.word("W", "weekday"), m.n("D")
    months = (dates.day_in_month(ctx.today, number, n) for n in range(14))
    both = next((d for d in months if d and d >= ctx.today and d.weekday() == weekday), None)
    if (both is None or both > ctx.today + timedelta(days=31)) and _hours_follow(m, number):
        return None
    return one(both) or _dom(m, ctx)


def _hours_follow(m: Found, number: int) -> bool:
    """Whether `number` begins a range of hours: "9 à 11h", and not "15 à 8h"."""
    following = m.tokens[m.match.end() : m.match.end() + 3]
    if not following or "range_to" not in following[0].tags:
        return False
    ends = [t.value.hour if isinstance(t.value, Clock) else t.words.get("n", 0) for t in following[1:]]
    return any(number < end <= 24 for end in ends)


def _last_day(m: Found, ctx: Context) -> Built:
    return one(dates.shifted(_month(m, ctx), months=1, days=-1))


def _nth_weekday(m: Found, ctx: Context) -> Built:
    """ "le premier mardi d'octobre": this year's, or next year's once it is past."""
    nth = -1 if m.has("L") else m.n("O")
    if nth > 5:
        return None
    first = _month(m, ctx)
    found = dates.nth_weekday(first.year, first.month, m.word("W", "weekday"), nth)
    if found and found < ctx.today and m.has("M") and not m.has("Y"):
        found = dates.nth_weekday(first.year + 1, first.month, m.word("W", "weekday"), nth)
    return one(found)


def _fortnight(m: Found, ctx: Context) -> Built:
    """The first half of a month ends with its fifteenth."""
    first = _month(m, ctx)
    after = dates.shifted(first, months=1)
    if m.has("O") and m.n("O") == 1:
        return Day(first, first.replace(day=16))
    return Day(first.replace(day=15), after) if m.has("L") or m.n("O") == 2 else None


def _nth_month(m: Found, ctx: Context) -> Built:
    return dates.named_month(ctx.today, m.n("O"), m.n("Y")) if 1 <= m.n("O") <= 12 else None


def _nth_quarter(m: Found, ctx: Context) -> Built:
    """Three months; without a year the running one or the next to come."""
    if not 1 <= m.n("O") <= 4:
        return None
    first = date(_year(m) or ctx.today.year, 3 * m.n("O") - 2, 1)
    if not m.has("Y") and dates.shifted(first, months=3) <= ctx.today:
        first = dates.shifted(first, months=12)
    return Day(first, dates.shifted(first, months=3), Grain.MONTH)


def _nth_day(m: Found, ctx: Context) -> Built:
    first = _month(m, ctx)
    return one(dates.safe_date(first.year, first.month, m.n("O")))


def _holiday(m: Found, ctx: Context) -> Built:
    month, day = divmod(m.word("H", "holiday"), 100)
    year = _year(m)
    return one(dates.month_day(ctx.today, month, day, year), None if year else Unit.YEAR)


def _easter(m: Found, ctx: Context) -> Built:
    offset = m.word("H", "easter") - _FEAST_ZERO
    return one(feasts.coming(ctx.today, feasts.easter_day, offset, _year(m)))


def _feast_on(year: int, number: int) -> date:
    """Month * 100 + weekday * 10 + nth; nth 0 is the last."""
    month, rest = divmod(number, 100)
    weekday, nth = divmod(rest, 10)
    return dates.nth_weekday(year, month, weekday, nth or -1) or date(year, month, 1)


def _weekday_feast(m: Found, ctx: Context) -> Built:
    return one(feasts.coming(ctx.today, _feast_on, m.word("H", "weekday_feast"), _year(m)))


def _week_of_dom(m: Found, ctx: Context) -> Built:
    found = dates.day_of_month(ctx.today, m.n("D"))
    return dates.week(found) if found else None


def _week_of_month(m: Found, ctx: Context) -> Built:
    """A week belongs to the month that holds its Thursday."""
    nth = -1 if m.has("L") else m.n("O")
    first = _month(m, ctx)
    thursday = dates.nth_weekday(first.year, first.month, 3, nth) if nth <= 5 else None
    return dates.week(thursday) if thursday else None


def _keep(m: Found, _: Context) -> Built:
    """A weekday beside a full date says nothing new; the date decides."""
    return m.value("D", Day)


def _month_from(m: Found, ctx: Context) -> Built:
    """A named month, with its year or the next to come."""
    year = m.n("Y") if m.has("Y") else ctx.today.year + 1 if _next(m) else None
    return dates.named_month(ctx.today, m.word("M", "month"), year)


_Y = "((of|comma|year_mark|the)* Y=yr)?"
_DOM = "dom/dom_ord"
_ART = "(the|le|dayn|of|comma|weekday)*"
_OF = "(of|the|dayn|in)*"
_NEXT_MONTH = "(month_u N=next/following|K=next/following month_u)"
_THIS_MONTH = "(this? month_u here?)"
_MONTH = f"(M=month{_Y}|{_NEXT_MONTH}|{_THIS_MONTH})"
_NEXT_YEAR = "(year_u N=next|K=next year_u|this year_u|year_u here)"
_NO_COUNT = "(?!unit/people/one_noun/num/opaque/half/half_past/street/hour_u/mer/partword/less/clock_digits)(?!of plain)"
_NO_PEOPLE = "(?!people/hour_u)"

DATED_RULES = (
    Rule("D=numeric_date (?!of? hour_u) (unit/people/one_noun)", nothing),
    Rule("le? D=numeric_date (?!of? hour_u)", _numeric, dated=True),
    Rule("le? D=dom M=num Y=yr", _spaced, dated=True),
    Rule("le D=dom M=num Z=mins (?!people/unit)", _spaced, dated=True),
    Rule("^ D=dom M=num Z=mins stop? $", _spaced, dated=True),
    Rule("le D=dom M=num (?!people/unit/hour_u/num/opaque)", _spaced, dated=True),
    Rule(f"(from|between)* {_ART} A={_DOM} (range_to|and)+ {_ART} B={_DOM} (of|the)* "
        f"M=month{_Y}{_NO_PEOPLE}", _day_pair),
    Rule(f"(between (the|le|dayn)*|(from|the)* (le|dayn)) A={_DOM} ((range_to|and)+ (the|of)* (le|dayn)|"
        f"to_the) B={_DOM} "
         f"{_NO_COUNT}(?!of? month)", _dom_pair),
    Rule(f"(from|between|the)* days_pl A=dom (and|range_to) B=dom {_NO_COUNT}(?!of? month)", _dom_pair),
    Rule("(the|le)* H=holiday" + _Y, _holiday, dated=True),
    Rule("(the|le)* H=easter" + _Y, _easter, dated=True),
    Rule("(the|le)* H=weekday_feast" + _Y, _weekday_feast, dated=True),
    Rule(f"(the|le)* (O=ord|L=last) W=weekday {_OF} {_MONTH}", _nth_weekday, dated=True),
    Rule(f"(the|le)* L=last day_u {_OF} {_MONTH}", _last_day, dated=True),
    Rule(f"(the|le)* (O=ord|L=last) fortnight_u {_OF} {_MONTH}", _fortnight),
    Rule(f"(the|le)* (O=ord|L=last) week_u {_OF} {_MONTH}", _week_of_month),
    Rule("the? O=ord month_u of? Y=yr", _nth_month),
    Rule("(the|le)* O=ord quarter_u ((of|the)* Y=yr)?", _nth_quarter),
    Rule(f"(the|le)* O=ord day_u {_OF} {_MONTH}", _nth_day, dated=True),
    Rule(f"{_ART} D={_DOM} (of|the)* M=month {_OF} {_NEXT_YEAR}", _month_day_by_year_word, dated=True),
    Rule(f"{_ART} D={_DOM} (of|the|dash|slash)* M=month (comma|dash|slash|of|in|year_mark|the)* Y=yr", _month_day,
         dated=True),
    Rule("M=month D=dom/ord_digits comma? Y=yr", _month_day, dated=True),
    Rule(f"(from|between)* M=month A=dom (range_to|and) (the|le|dayn)* B=dom {_NO_COUNT}(?!of? month)", _day_pair),
    Rule(f"(?<!num/in) M=month dash? le? D=dom/ord_digits {_NO_COUNT}(?!of? month)", _month_day, dated=True),
    Rule(f"(le|the)* A={_DOM} or (le|the)* B={_DOM} (of|the)* M=month{_Y}{_NO_PEOPLE}", _either),
    Rule(f"(le|the)* D={_DOM} (of|dash|slash|the)* M=month {_NO_PEOPLE}", _month_day, dated=True),
    Rule(f"le D={_DOM} {_OF} {_NEXT_MONTH}", _dom_of_month, dated=True),
    Rule(f"le D={_DOM} {_OF} (this month_u|month_u here|month_u)", _dom_of_month, dated=True),
    Rule("week_u (of|the|le|dayn)+ D=dom (?!of? month)", _week_of_dom),
    Rule(f"le A=dom or (le|the)* B=dom {_NO_COUNT}", _either_dom),
    Rule(f"W=weekday (comma|the|le)* D=dom/ord_digits {_NO_COUNT} (?!of the? partword)", _weekday_dom, dated=True),
    Rule("W=weekday (comma|the|le)* D=dom (?=at_shy num hour_u)", _weekday_dom, dated=True),
    Rule(f"le D=dom/ord_digits {_NO_COUNT}", _dom, dated=True),
    Rule("weekday (comma|dash|le|the|bracket)* D=dated bracket?", _keep, dated=True),
    Rule("D=dated (comma|le|dash)* weekday (?!one_noun)", _keep, dated=True),
    Rule("(?<!num) M=month (of|the|le|comma)* (Y=yr|year_u N=next|K=next year_u|next/following)", _month_from),
)  # fmt: skip

MONTH_RULES = (
    Rule("(in|the|le|dayn|of)* month_u of M=month" + _Y, _month_from),
    Rule(
        "(?<=in/of/from/upto/range_to/mid/before/after/starting/this/for/end_of/start_of/before_day/"
        "after_day/whole/during) the? M=month" + _Y,
        _month_from,
    ),
    Rule("(?<=between/and/or) the? (?!abbr) M=month" + _Y, _month_from),
    Rule("^ (?!abbr) M=month stop? $", _month_from),
    Rule("(?<!num) M=month_name" + _Y, _month_from),
)
