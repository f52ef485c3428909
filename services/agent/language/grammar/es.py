"""Which time phrases are Spanish only? "esta tarde", "de 6 a 8", "el martes el día once", "el 16"."""

from __future__ import annotations

from datetime import date

from services.agent.language import dates
from services.agent.language.cascade import Built, Context, Found, Rule
from services.agent.language.grammar.clocks import COUNTED
from services.agent.language.grammar.dated import day_pair, dom_of_month, one, weekday_and_day
from services.agent.language.grammar.days import weekday
from services.agent.language.grammar.postposed import less_minutes, whole_hour
from services.agent.language.grammar.spans import from_to
from services.agent.language.grammar.stages import Changes, Hooks, Stage
from services.agent.language.values import Day, Edge, Length, Nothing, Open, Part, PartOfDay, Unit

_AND_A_HALF = {
    Unit.HOUR: Length(minutes=90),
    Unit.DAY: Length(days=1, minutes=720),
    Unit.YEAR: Length(months=18),
}


def _this_part(m: Found, ctx: Context) -> Built:
    """ "esta mañana" is this morning, whatever "mañana" is alone."""
    return (Day.one(ctx.today), PartOfDay(Part(m.word("P", "thisday_part"))))


def _and_a_half(m: Found, _: Context) -> Built:
    """ "hora y media"."""
    return _AND_A_HALF.get(Unit(m.word("U", "unit")))


def _day_of_month(m: Found, ctx: Context) -> Built:
    """ "el 16", "el día once"."""
    return one(dates.day_of_month(ctx.today, m.n("D")), Unit.MONTH)


def _large_day_of_month(m: Found, ctx: Context) -> Built:
    """ "el 20 tienes hueco?"; a small number may be the position in a list."""
    return _day_of_month(m, ctx) if m.n("D") > _LONGEST_LIST else None


def _weekday_with_day(m: Found, ctx: Context) -> Built:
    """ "el lunes 9" is the 9th where that is a Monday of these weeks; otherwise nine o'clock."""
    day = dates.day_of_month(ctx.today, m.n("D"))
    soon = day is not None and day.weekday() == m.word("W", "weekday") and (day - ctx.today).days <= _SOON
    return one(day) if soon else None


def _weekday_morning(m: Found, ctx: Context) -> Built:
    """ "lunes mañana": the morning, not the day after."""
    if m.word("R", "reldays") != 1:
        return None
    return (
        Day.one(dates.next_weekday(ctx.today, m.word("W", "weekday")), Unit.WEEK),
        PartOfDay(Part.MORNING),
    )


def _tomorrow(_: Found, ctx: Context) -> Built:
    """ "las ocho de mañana por la tarde"."""
    return one(dates.shifted(ctx.today, days=1))


def _any_morning(m: Found, _: Context) -> Built:
    """ "cualquier mañana"."""
    return PartOfDay(Part.MORNING) if m.word("R", "reldays") == 1 else None


def _minutes_to(m: Found, ctx: Context) -> Built:
    """ "diez para las ocho", as it is said in the Americas."""
    if m.has("M") and m.n("M") not in (5, 10, 15, 20, 25):
        return None
    return less_minutes(m, ctx)


def _hour_of(m: Found, ctx: Context) -> Built:
    """ "la clase de las 7"; but "una de las dos" is no hour."""
    few = m.n("H") <= 3 and "digits" not in m.token("H").tags
    return None if few else whole_hour(m, ctx)


def _no_time(_: Found, __: Context) -> Built:
    """ "llego 10 minutos tarde" is late, not in the afternoon."""
    return Nothing()


def _counted_from(m: Found, ctx: Context) -> Built:
    """ "de hoy en ocho (días)" is a week from today, "el lunes en quince" two weeks on: both ends are counted."""
    n = m.n("N") if m.has("N") else m.value("L", Length).days
    days = n if n and n % 7 == 0 else {8: 7, 15: 14}.get(n)
    if m.has("R"):
        start: date | None = dates.shifted(ctx.today, days=m.word("R", "reldays"))
    else:
        start = dates.next_weekday(ctx.today, m.word("W", "weekday"))
    return one(dates.shifted(start, days=days)) if start and days else None


def _since(m: Found, ctx: Context) -> Built:
    """ "de mañana en adelante", "del lunes en adelante"."""
    return Edge(m.value("D", Day), Open.AFTER)


_ENDS = "(?=at/stop/comma/clock/hours_the/tonight/part/partword/for/in/or/and/range_to/next_post/we_are|$)"

_SOON = 35
_LONGEST_LIST = 10

RULES: Hooks = {
    Stage.CLOCKS: Changes(
        before=(
            Rule("W=weekday comma? D=dom (?=noon)", _weekday_with_day, dated=True),
            Rule(
                "(Q=quarter|(?<=reldays/weekday/comma/range_to/stop/sharp) M=num minute_u?) to_the H=h12 X=mer?",
                _minutes_to,
            ),
            Rule("(?<!for/of) H=h24 h_letter (?=of? (the|next|coming)* (weekday|reldays))", whole_hour),
            Rule("^ (?!digits) M=num minute_u? to_the H=h12 X=mer?", _minutes_to),
        )
    ),
    Stage.DATED: Changes(
        before=(
            Rule("in the ord_digits (?!of? month)", _no_time),
            Rule("on (?=digits) D=dom (?=partword)", _day_of_month, dated=True),
            Rule("the? D=dom/dom_ord of? the? month_u N=next_post", dom_of_month, dated=True),
            Rule("the? D=dom/dom_ord of month_u", dom_of_month, dated=True),
            Rule(
                "the? A=dom/dom_ord of? M=month (range_to|upto) the? B=dom (?!of/month/unit/hour_u)", day_pair
            ),
            Rule(
                "W=weekday comma? D=dom (?!month/unit/people/oclock/mer/range_to/partword/of/hour_u)",
                _weekday_with_day,
            ),
        ),
        after=(
            Rule("(?<=week_u of) the? D=dom/dom_ord (?!of? month)", _day_of_month, dated=True),
            Rule("W=weekday comma? on D=dom/dom_ord (?!of? month)", weekday_and_day, dated=True),
            Rule(
                "on (?!vague_one) D=dom (?!one_noun/people/unit/partword/weekday/num/hour_u/plain)",
                _day_of_month,
                dated=True,
            ),
            Rule("(?<!label/act) the_m (?=digits) D=dom (?=plain)", _large_day_of_month, dated=True),
            Rule(f"(?<!label/act) the_m (?=digits) D=dom {_ENDS}", _day_of_month, dated=True),
        ),
    ),
    Stage.LENGTHS: Changes(after=(Rule("U=unit and half", _and_a_half),)),
    Stage.DAYS: Changes(
        before=(
            Rule("P=thisday_part", _this_part),
            Rule("of_morning (?=partword)", _tomorrow),
            Rule("any R=reldays", _any_morning),
            Rule("W=weekday R=reldays", _weekday_morning),
            Rule("(R=reldays|W=weekday) in (N=num|L=length_days)", _counted_from),
        ),
        after=(Rule("the W=weekday", weekday),),
    ),
    Stage.PARTS: Changes(before=(Rule("length late_word", _no_time),)),
    Stage.EARLY_RANGES: Changes(
        before=(
            Rule("(span_from|from)? A=clock at B=clock/h24" + COUNTED, from_to),
            Rule("(span_from|from) A=clock/h24 at B=clock/h24" + COUNTED, from_to),
        )
    ),
    Stage.BARE: Changes(
        before=(
            Rule(
                "(?<!num/any/people/one_noun) of_hours H=h24 M=mins? (X=mer|hour_u)? "
                "(?=stop/comma/part/on/day/the/for/or/and/instead/correct|$)",
                _hour_of,
            ),
        )
    ),
    Stage.SPANS: Changes(before=(Rule("span_from the? D=day/period onward", _since),)),
}
