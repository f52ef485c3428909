"""Which phrases name a day by its distance? "tomorrow", "tuesday next week", "in three days", "a week on monday"."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from services.agent.language import dates
from services.agent.language.cascade import Builder, Built, Context, Found, Rule
from services.agent.language.grammar.dated import one
from services.agent.language.values import Day, Edge, Length, Moment, Nothing, Open, Stretch, Unit

_IN_UNIT = {
    Unit.SECOND: Length(seconds=1),
    Unit.MINUTE: Length(minutes=1),
    Unit.HOUR: Length(minutes=60),
    Unit.DAY: Length(days=1),
    Unit.WEEK: Length(days=7),
    Unit.MONTH: Length(months=1),
    Unit.YEAR: Length(months=12),
}
_HALF_OF = {
    Unit.HOUR: Length(minutes=30),
    Unit.DAY: Length(minutes=720),
    Unit.MINUTE: Length(seconds=30),
    Unit.YEAR: Length(months=6),
}
_LONGEST = 1000


def times(n: int, unit: Unit) -> Length | None:
    """`n` units as a length; None for an absurd count."""
    if not 0 <= n <= _LONGEST:
        return None
    base = _IN_UNIT[unit]
    return Length(base.months * n, base.days * n, base.minutes * n, base.seconds * n)


def _length(m: Found, _: Context) -> Built:
    n = m.n("N") if m.has("N") else m.word("S", "span_words") if m.has("S") else 1
    length = times(n, Unit(m.word("U", "unit")))
    half = _HALF_OF.get(Unit(m.word("U", "unit"))) if m.has("H") else None
    return length + half if length and half else length


def _decimal_length(m: Found, _: Context) -> Built:
    """ "2.5 hours"."""
    return Length(minutes=m.word("N", "hundredths") * 60 // 100)


def _fraction_length(m: Found, _: Context) -> Built:
    """ "1/2 hour" is read as a numeric date at first; a proper fraction of an hour it is."""
    words = m.token("F").words
    parts, whole = words["first"], words["then"]
    return Length(minutes=60 * parts // whole) if 0 < parts < whole and "year" not in words else None


def _nights(m: Found, _: Context) -> Built:
    """A stay, not a time of the night."""
    return times(m.n("N"), Unit.DAY)


def _half_length(m: Found, _: Context) -> Built:
    return _HALF_OF.get(Unit(m.word("U", "unit")))


def _quarter_hour(m: Found, _: Context) -> Built:
    return Length(minutes=15 * (m.n("N") if m.has("N") else 1))


def _fortnight(m: Found, _: Context) -> Built:
    return Length(days=m.word("F", "long_length"))


def _sum(m: Found, _: Context) -> Built:
    return m.value("A", Length) + m.value("B", Length)


def after_now(length: Length, ctx: Context) -> datetime | None:
    """Now moved on by `length`; None when no calendar reaches that far."""
    try:
        return length.after(ctx.now)
    except (ValueError, OverflowError):
        return None


def _from_now(m: Found, ctx: Context) -> Built:
    """A length counted from now: an exact moment when it is in hours, a day when it is in days."""
    length = m.value("L", Length)
    at = after_now(length, ctx)
    if at is None:
        return None
    return Day.one(at.date()) if length.whole_days else Moment(at)


def _month_in(m: Found, ctx: Context) -> Built:
    """ "march in a year": that month of the year so far away."""
    length = m.value("L", Length)
    if length.days or not length.whole_days:
        return None
    return dates.named_month(
        ctx.today, m.word("M", "month"), dates.shifted(ctx.today, months=length.months).year
    )


def _from_day(m: Found, _: Context) -> Built:
    length, day = m.value("L", Length), m.value("D", Day)
    return (
        one(dates.shifted(day.start, days=length.days, months=length.months)) if length.whole_days else None
    )


def _days_from(m: Found, _: Context) -> Built:
    """ "for three days starting next monday": the length gives the end."""
    length, day = m.value("L", Length), m.value("D", Day)
    end = dates.shifted(day.start, days=length.days, months=length.months)
    return Day(day.start, end) if length.whole_days and end > day.start else None


def _after_length(m: Found, ctx: Context) -> Built:
    length = m.value("L", Length)
    start = dates.shifted(ctx.today, days=length.days, months=length.months)
    return Edge(Day.one(start), Open.AFTER)


def _within(m: Found, ctx: Context) -> Built:
    """ "within two weeks" ends with the last of those days; "within two hours" to the minute."""
    length = m.value("L", Length)
    if length.whole_days:
        last = dates.shifted(ctx.today, days=length.days, months=length.months)
        return Stretch(ctx.now, datetime.combine(last, time())) if last > ctx.today else None
    end = after_now(length, ctx)
    return Stretch(ctx.now, end) if end and end > ctx.now else None


def _past(_: Found, __: Context) -> Built:
    return Nothing()


def _now(_: Found, ctx: Context) -> Built:
    return Moment(ctx.now)


def _next_unit(m: Found, ctx: Context) -> Built:
    if m.word("U", "unit") == Unit.HOUR:
        return Moment(ctx.now + timedelta(hours=1))
    return one(dates.shifted(ctx.today, days=1)) if m.word("U", "unit") == Unit.DAY else None


def _reldays(m: Found, ctx: Context) -> Built:
    return one(dates.shifted(ctx.today, days=m.word("R", "reldays")))


def weekday(m: Found, ctx: Context) -> Built:
    """The next one to come; said on that very day it is a week on, as people say "today" for today."""
    return one(dates.next_weekday(ctx.today, m.word("W", "weekday")), Unit.WEEK)


def this_weekday(m: Found, ctx: Context) -> Built:
    """The coming one, and today counts: "this friday" said on a Friday."""
    yesterday = dates.shifted(ctx.today, days=-1)
    return one(dates.next_weekday(yesterday, m.word("W", "weekday")))


def weekday_in(weeks: int) -> Builder:
    """The weekday of the calendar week `weeks` after this one."""

    def build(m: Found, ctx: Context) -> Built:
        return one(dates.weekday_of_week(ctx.today, m.word("W", "weekday"), weeks))

    return build


def _nth_from_now(m: Found, ctx: Context) -> Built:
    n = m.n("N") if m.has("N") else m.word("S", "span_words")
    return one(dates.next_weekday(ctx.today, m.word("W", "weekday"), n)) if 1 <= n <= 60 else None


def _weekday_week(m: Found, ctx: Context) -> Built:
    return one(dates.next_weekday(ctx.today, m.word("W", "weekday"), 2))


def _weeks_from(m: Found, ctx: Context) -> Built:
    """ "a week today", "two weeks tomorrow"."""
    length = m.value("L", Length)
    if not length.days or length.days % 7 or not length.whole_days:
        return None
    return one(dates.shifted(ctx.today, days=length.days + m.word("R", "reldays")))


def _week_from(m: Found, ctx: Context) -> Built:
    """ "tomorrow week"."""
    return one(dates.shifted(ctx.today, days=7 + m.word("R", "reldays")))


def _one_after(m: Found, ctx: Context) -> Built:
    """ "not this friday but the next": the one of the week after."""
    return one(dates.next_weekday(dates.shifted(ctx.today, days=-1), m.word("W", "weekday"), 2))


def _day_beside(m: Found, _: Context) -> Built:
    return one(dates.shifted(m.value("D", Day).start, days=1 if m.has("A") else -1))


LENGTH_RULES = (
    Rule("a? half a? U=unit", _half_length),
    Rule("(a|N=num)? quarter of? a hour_u", _quarter_hour),
    Rule("F=numeric_date of? a? (hour_u|h_letter)", _fraction_length),
    Rule("N=decimal hour_u", _decimal_length),
    Rule("(?<=for) N=num night_u", _nights),
    Rule("N=num nights_u", _nights),
    Rule("N=num (H=and a? half) U=unit", _length),
    Rule("(N=num|S=span_words|a) U=unit (H=and a? half)?", _length),
    Rule("a? F=long_length", _fortnight),
    Rule("A=length (and|comma)? B=length", _sum),
    Rule("A=length (and|comma)? B=length", _sum),
)

_NEXT_ONE = "(plain/correct/and/but/comma)* (the/on)? (next/next_post/coming_post)"
_ENDS = "(?!weekday/unit/weekend_u/partword/month/plural_u/num)"
NOT_THIS_RULES = (
    Rule(f"not (this/on/the)* W=weekday {_NEXT_ONE} vague_one? {_ENDS}", _one_after),
    Rule(f"(the? this) W=weekday not {_NEXT_ONE} vague_one? {_ENDS}", _one_after),
)

DAY_RULES = (
    *NOT_THIS_RULES,
    Rule("(?<!in/for/the/this/past/within/after) L=length_days R=reldays", _weeks_from),
    Rule("R=reldays week_u (?!end_of)", _week_from),
    Rule("R=reldays", _reldays),
    Rule("L=length ago", _past),
    Rule("last (W=weekday|U=unit|weekend_u|partword|length)", _past),
    Rule("next? W=weekday (in|of|on|from|comma)? (next|coming) week_u", weekday_in(1)),
    Rule("(in|on)? (next|coming) week_u (on|comma|the)? W=weekday", weekday_in(1)),
    Rule("(in|on)? the? week_u after next (on|comma)? W=weekday", weekday_in(2)),
    Rule("W=weekday (in|of)? the? week_u after next", weekday_in(2)),
    Rule("W=weekday after next", weekday_in(2)),
    Rule("this? W=weekday (in|of|on|from|comma)? this week_u", weekday_in(0)),
    Rule("this week_u (on|comma|the)? W=weekday", weekday_in(0)),
    Rule("(N=num|S=span_words) W=weekday fromnow", _nth_from_now),
    Rule("W=weekday week_u (?!end_of)", _weekday_week),
    Rule("next W=weekday", weekday_in(1)),
    Rule("(this|coming)+ W=weekday", this_weekday),
    Rule("(?<!pronoun/the) W=weekday", weekday),
    Rule("(?<=pronoun/the) (?!abbr) W=weekday", weekday),
    Rule("(?<=the) W=weekday (?=at/clock/partword/range_to)", weekday),
    Rule("M=month in L=length", _month_in),
    Rule("for L=length comma? (from|starting) (on|the)* D=day", _days_from),
    Rule("L=length starting (on|the)* D=day", _days_from),
    Rule("L=length (from|after|on) D=day", _from_day),
    Rule("after L=length_days", _after_length),
    Rule("the? day_u (A=after|before) D=day", _day_beside),
    Rule("(in|plus) at? L=length", _from_now),
    Rule("L=length (fromnow|later|from now)", _from_now),
    Rule("within L=length", _within),
    Rule("next (?!plural_u) U=unit (?=stop/at/clock/partword/comma|$)", _next_unit),
    Rule("(?<!act) now (?=stop/at/partword|$)", _now),
)
