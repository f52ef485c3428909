"""Which phrases name a day by its distance in Portuguese and French? "daqui a três dias", "vendredi en huit"."""

from __future__ import annotations

from services.agent.language import dates
from services.agent.language.cascade import Built, Context, Found, Rule
from services.agent.language.grammar.dated import one
from services.agent.language.grammar.days import NOT_THIS_RULES, after_now, times, weekday_in
from services.agent.language.grammar.pt_fr_clocks import nothing
from services.agent.language.grammar.pt_fr_periods import NEXT_WEEK, THIS_WEEK, coming_units
from services.agent.language.values import Day, Edge, Length, Moment, Nothing, Open, Stretch, Unit

_HALF_OF = {
    Unit.HOUR: Length(minutes=30),
    Unit.DAY: Length(minutes=720),
    Unit.MINUTE: Length(seconds=30),
    Unit.YEAR: Length(months=6),
    Unit.MONTH: Length(days=15),
    Unit.WEEK: Length(days=3),
}
_EIGHT = {8: 7, 15: 14, 7: 7, 14: 14}  # counted with the first day, "en huit" is a week


def _length(m: Found, _: Context) -> Built:
    n = m.n("N") if m.has("N") else m.word("S", "span_words") if m.has("S") else 1
    unit = Unit(m.word("U", "unit"))
    length = times(n, unit)
    return length + _HALF_OF[unit] if length and m.has("H") and unit in _HALF_OF else length


def _half_length(m: Found, _: Context) -> Built:
    return _HALF_OF.get(Unit(m.word("U", "unit")))


def _quarter_hour(m: Found, _: Context) -> Built:
    return Length(minutes=45 if m.has("T") else 15)


def _fraction_length(m: Found, _: Context) -> Built:
    """ "1/2 hora" is read as a numeric date at first; a proper fraction of an hour it is."""
    words = m.token("F").words
    parts, whole = words["first"], words["then"]
    return Length(minutes=60 * parts // whole) if 0 < parts < whole and "year" not in words else None


def _decimal_length(m: Found, _: Context) -> Built:
    return Length(minutes=m.word("N", "hundredths") * 60 // 100)


def _long_length(m: Found, _: Context) -> Built:
    return Length(days=m.word("F", "long_length"))


def _sum(m: Found, _: Context) -> Built:
    return m.value("A", Length) + m.value("B", Length)


def in_eight(m: Found, ctx: Context) -> Built:
    """ "vendredi en huit", "de hoje a oito": a week, or two, after that day; today counts as its own weekday."""
    weeks = m.word("F", "long_length") if m.has("F") else _EIGHT.get(m.n("N"))
    if weeks is None:
        return None
    if m.has("R"):
        first = dates.shifted(ctx.today, days=m.word("R", "reldays"))
    else:
        first = dates.next_weekday(dates.shifted(ctx.today, days=-1), m.word("W", "weekday"))
    return one(dates.shifted(first, days=weeks))


def _from_now(m: Found, ctx: Context) -> Built:
    """An exact moment when it is in hours, a day when it is in days, a month when it is in years."""
    length = m.value("L", Length)
    at = after_now(length, ctx)
    if at is None:
        return None
    if length.months >= 12 and not length.days:
        return dates.month(at.date())
    return Day.one(at.date()) if length.whole_days else Moment(at)


def _within(m: Found, ctx: Context) -> Built:
    length = m.value("L", Length)
    end = after_now(length, ctx)
    if end and length.whole_days:
        end = end.replace(minute=0, second=0, microsecond=0)
    return Stretch(ctx.now, end) if end and end > ctx.now else None


def _now(_: Found, ctx: Context) -> Built:
    return Moment(ctx.now)


def _reldays(m: Found, ctx: Context) -> Built:
    return one(dates.shifted(ctx.today, days=m.word("R", "reldays")))


def _next_day(m: Found, ctx: Context) -> Built:
    """The day after today; behind another day the one after that, which is no date of its own (nor is a 0)."""
    days = m.word("N", "next_day")
    if not days or any(m.before(tag) for tag in ("weekday", "day", "period")):
        return Nothing()
    return one(dates.shifted(ctx.today, days=days))


def _weekday(m: Found, ctx: Context) -> Built:
    """The next one to come; said on that very day it is a week on."""
    return one(dates.next_weekday(ctx.today, m.word("W", "weekday")), Unit.WEEK)


def _next_weekday(m: Found, ctx: Context) -> Built:
    """ "mardi prochain" is the next one, and said on a Tuesday not today."""
    return one(dates.next_weekday(ctx.today, m.word("W", "weekday")))


def _this_weekday(m: Found, ctx: Context) -> Built:
    """ "ce vendredi" said on a Friday is today."""
    return one(dates.next_weekday(dates.shifted(ctx.today, days=-1), m.word("W", "weekday")))


def _weekday_after(m: Found, ctx: Context) -> Built:
    """ "jeudi dans deux semaines": that weekday of the week so far away."""
    length = m.value("L", Length)
    if length.months or length.minutes or length.days % 7 or not length.days:
        return None
    return one(dates.weekday_of_week(ctx.today, m.word("W", "weekday"), length.days // 7))


def _beside_day(m: Found, _: Context) -> Built:
    """ "deux jours après vendredi", "3 dias antes do Natal"."""
    length, day = m.value("L", Length), m.value("D", Day)
    sign = -1 if m.has("B") else 1
    if not length.whole_days:
        return None
    return one(dates.shifted(day.start, days=sign * length.days, months=sign * length.months))


def _after_length(m: Found, ctx: Context) -> Built:
    length = m.value("L", Length)
    return Edge(Day.one(dates.shifted(ctx.today, days=length.days, months=length.months)), Open.AFTER)


_THE = "(the|le|dayn|in|of|comma)*"
_COUNT = "(N=num|S=span_words)"

LENGTH_RULES = (
    Rule("num? half dash? U=unit", _half_length),
    Rule("(quarter|T=three_quarters) of hour_u", _quarter_hour),
    Rule("F=numeric_date of? hour_u", _fraction_length),
    Rule("N=decimal hour_u", _decimal_length),
    Rule(f"{_COUNT} U=unit H=and half", _length),
    Rule("F=long_length", _long_length),
    Rule("(within|in|the|le|for|in_time)* (N=num|S=span_words) next/following U=unit", coming_units),
    Rule("(within|in|the|le|for|in_time)* (next (N=num|S=span_words)) U=unit", coming_units),
    Rule("(within|in|the|le|for|in_time)* (N=num|S=span_words) U=unit next/following", coming_units),
    Rule("(within|in|the|le|for|this)* next U=many_days", coming_units),
    Rule(f"{_COUNT} U=unit", _length),
    Rule("A=length (and|comma)? B=length", _sum),
    Rule("A=length (and|comma)? B=length", _sum),
)  # fmt: skip

DAY_RULES = (
    *NOT_THIS_RULES,
    Rule("R=reldays", _reldays),
    Rule("(correct|and|or) (comma|the|le|in)* next_day", nothing),
    Rule("(the|le|in)* N=next_day", _next_day),
    Rule("L=length ago (?!(the|le|of|at|at_shy|hours_art)* (day/weekday/reldays/clock))", nothing),
    Rule("ago_before (the)? L=length", nothing),
    Rule("(the|le)* last (weekday/unit/weekend_u/partword/length)", nothing),
    Rule("(the|le)* (weekday/unit/weekend_u) last", nothing),
    Rule(f"next? W=weekday {_THE} {NEXT_WEEK}", weekday_in(1)),
    Rule(f"{NEXT_WEEK} {_THE} W=weekday", weekday_in(1)),
    Rule(f"W=weekday {_THE} {THIS_WEEK}", weekday_in(0)),
    Rule(f"{THIS_WEEK} {_THE} W=weekday", weekday_in(0)),
    Rule("W=weekday in_time L=length_days", _weekday_after),
    Rule("(in_time L=length_days) comma? (the|le)* W=weekday", _weekday_after),
    Rule("(the|le|this)* W=weekday following", weekday_in(1)),
    Rule("(the|le|this|in)* next W=weekday", _next_weekday),
    Rule("(the|le|this|in)* W=weekday next", _next_weekday),
    Rule("this W=weekday here?", _this_weekday),
    Rule("W=weekday here", _this_weekday),
    Rule("W=weekday (?!one_noun)", _weekday),
    Rule("L=length (after/after_day|B=before/before_day) (the|le|of)* D=day", _beside_day),
    Rule("within (the|at)* L=length", _within),
    Rule("in_time (the|at)* L=length", _from_now),
    Rule("L=length later (?!(the|le|of|at|at_shy|hours_art)* (day/clock))", _from_now),
    Rule("after L=length_days", _after_length),
    Rule("(?<!plain) now (?=stop/comma|$)", _now),
    Rule("(?<=plain) now (?=stop|$)", _now),
    Rule("^ now_shy stop? $", _now),
)  # fmt: skip
