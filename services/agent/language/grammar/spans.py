"""Which phrases bound a time? "from 9 to 11am", "between monday and friday", "after 6", "not before noon"."""

from __future__ import annotations

from dataclasses import replace

from services.agent.language import dates
from services.agent.language.cascade import Builder, Built, Context, Found, Rule
from services.agent.language.grammar.clocks import COUNTED, likely
from services.agent.language.values import (
    PART_HOURS,
    Clock,
    Day,
    Edge,
    Nothing,
    Open,
    PartOfDay,
    Stretch,
    Unit,
    Window,
)

_MIDNIGHT = 24 * 60


def halves(clock: Clock) -> tuple[Clock, ...]:
    """The times an unsettled clock can mean, earliest first."""
    if clock.settled:
        return (clock,)
    hour = clock.hour % 12
    return (Clock(hour, clock.minute), Clock(hour + 12, clock.minute))


def aligned(start: Clock, end: Clock) -> Window:
    """Both ends of a range, each settling the other: "3:30 to 6pm", "9 to 11am", "11 to 1pm"."""
    if start.settled is end.settled:
        return Window(start, end)
    if end.settled:
        earlier = [c for c in halves(start) if c.minutes < (end.minutes or _MIDNIGHT)]
        return Window(earlier[-1] if earlier else halves(start)[0], end)
    later = [c for c in halves(end) if c.minutes > start.minutes]
    return Window(start, later[0] if later else halves(end)[0])


def _clock(m: Found, name: str, minutes: str = "") -> Clock:
    """The clock captured as `name`, or made of its bare number (and the number of `minutes`)."""
    token = m.token(name)
    if isinstance(token.value, Clock):
        return token.value
    minute = m.n(minutes) if minutes and m.has(minutes) else 0
    return Clock(token.n, minute, settled=not 1 <= token.n <= 12)


def _between(m: Found, _: Context) -> Built:
    return aligned(_clock(m, "A"), _clock(m, "B"))


def from_to(m: Found, ctx: Context) -> Built:
    """A stretch, unless something is moved: "move it from 5 to 6" wants six."""
    return _clock(m, "B") if m.before("move") else _between(m, ctx)


def _days(m: Found, ctx: Context) -> Built:
    if m.before("move"):
        return m.value("B", Day)
    return _day_range(m, ctx)


def _day_range(m: Found, _: Context) -> Built:
    """The end moves on until it lies after the start; the start takes the year the end was given."""
    start, end = _same_year(m.value("A", Day), m.value("B", Day))
    end = dates.catch_up(end, start.start)
    if end.start < start.start or end.end <= start.start:
        return None
    return Day(start.start, end.end, end.grain if end.grain is start.grain else start.grain, start.drift)


def _same_year(start: Day, end: Day) -> tuple[Day, Day]:
    """A start without a year takes it from the end, or lies in the past when the range is running now."""
    if start.drift is not Unit.YEAR or (start.start <= end.start and end.drift is Unit.YEAR):
        return start, end
    years = end.start.year - start.start.year
    moved = [Day.one(dates.shifted(start.start, months=12 * n), start.drift) for n in (years, years - 1)]
    return next((day for day in moved if day.start <= end.start), start), end


def _from_now_to(m: Found, ctx: Context) -> Built:
    end = dates.catch_up(m.value("B", Day), ctx.today)
    return Day(ctx.today, end.end) if end.end > ctx.today else None


def _stretch(m: Found, ctx: Context) -> Built:
    """ "monday 5pm to tuesday noon"; what is moved there begins then."""
    first, last = m.value("A", Day), m.value("B", Day)
    if m.before("move"):
        return (last, m.value("Q", Clock))
    start = likely(m.value("P", Clock), until=ctx.until).on(first.start)
    end = likely(m.value("Q", Clock), until=ctx.until).on(dates.catch_up(last, first.start).start)
    return Stretch(start, end) if end > start else None


def _after(m: Found, _: Context) -> Built:
    return Window(_clock(m, "C"), None)


def _before(m: Found, _: Context) -> Built:
    return Window(None, _clock(m, "C"))


def _open_from(m: Found, ctx: Context) -> Built:
    return Nothing() if m.before("move") else _after(m, ctx)


def _after_before(m: Found, _: Context) -> Built:
    """ "later than 9:30 but before 11"."""
    start, end = m.value("A", Window).start, m.value("B", Window).end
    return aligned(start, end) if start and end else None


def _after_part(m: Found, _: Context) -> Built:
    return Window(Clock(PART_HOURS[m.value("P", PartOfDay).part][1]), None)


def _before_part(m: Found, _: Context) -> Built:
    return Window(None, Clock(PART_HOURS[m.value("P", PartOfDay).part][0]))


def _edge(open_: Open, *, inclusive: bool) -> Builder:
    return lambda m, ctx: Edge(m.value("D", Day), open_, inclusive)


def _checkout(m: Found, _: Context) -> Built:
    return Edge(m.value("D", Day), Open.BEFORE, weak=True)


def _from_day(m: Found, _: Context) -> Built:
    return Nothing() if m.before("move") else Edge(m.value("D", Day), Open.AFTER)


def _nothing(_: Found, __: Context) -> Built:
    return Nothing()


def refused(m: Found, _: Context) -> Built:
    """ "not the morning", "anything but monday": what is said is not wanted."""
    inside = m.tokens[m.match.start() : m.match.end()]
    return Nothing(tuple(token.value for token in inside if token.value is not None))


def _unable(m: Found, ctx: Context) -> Built:
    """ "monday doesn't work", "can't do monday"; as a question it asks for monday."""
    after = m.tokens[m.match.end()] if m.match.end() < len(m.tokens) else None
    if after is not None and after.text == "?":
        return None
    built = refused(m, ctx)
    return replace(built, unable=True) if isinstance(built, Nothing) and built.but else None


def _refused_plural(m: Found, ctx: Context) -> Built:
    """ "no mornings"; but "no, monday" is a correction."""
    return refused(m, ctx) if m.tokens[m.match.end() - 1].text.endswith("s") else None


def _or(m: Found, _: Context) -> Built:
    """ "5 or 6pm": the first with the half of the day of the second, then the second."""
    window = aligned(_clock(m, "A"), m.value("B", Clock))
    return (window.start, m.value("B", Clock)) if window.start else None


_X = "clock/h24"
_THE = "(at/hours_the)?"
EARLY_RANGE_RULES = (
    Rule("from C=h24 onward", _after),
    Rule("A=clock/h24 or B=clock", _or),
    Rule(f"(from/span_from) {_THE} A={_X} range_to {_THE} B={_X}" + COUNTED, from_to),
    Rule(f"between {_THE} A={_X} (and|range_to|or) {_THE} B={_X}" + COUNTED, _between),
    Rule("A=clock range_to B=clock", _between),
    Rule(f"A=clock range_to B={_X}" + COUNTED, _between),
    Rule("(?<!num/month/any/label) A=h24 range_to B=clock", _between),
    Rule("(?<=day/part) at? A=h24 range_to B=h24" + COUNTED, _between),
    Rule("(?<!num/month/any/label) A=h24 range_to B=h24 (?=(in the|on|on the|this)? (day|part))", _between),
)

SPAN_RULES = (
    Rule("(from|between)? A=day (on|at|comma)* P=clock range_to B=day (on|at|comma)* Q=clock", _stretch),
    Rule("A=clock range_to B=clock", _between),
    Rule("from (on|the)* A=day/period range_to (on|the)* B=day/period", _days),
    Rule("between (on|the)* A=day/period (and|range_to) the? B=day/period", _day_range),
    Rule("A=day/period range_to (on|the)* B=day/period", _days),
    Rule("(from? now|fromnow) range_to B=day/period", _from_now_to),
    Rule("between now and (the|on)* B=day/period", _from_now_to),
    Rule("(after|starting) (at|on)* C=clock", _after),
    Rule("from at* C=clock onward?", _open_from),
    Rule("C=clock onward", _after),
    Rule("before (at|the)* C=clock", _before),
    Rule("C=clock backward", _before),
    Rule("after the? P=part", _after_part),
    Rule("before the? P=part", _before_part),
    Rule("A=window (and|comma)* B=window", _after_before),
    Rule("starting (on|the)* D=day/period", _edge(Open.AFTER, inclusive=True)),
    Rule("after (on|the)* D=day/period", _edge(Open.AFTER, inclusive=False)),
    Rule("upto (on|the)* D=day/period", _edge(Open.BEFORE, inclusive=True)),
    Rule("before (on|the)* D=day/period", _edge(Open.BEFORE, inclusive=False)),
    Rule("checkout (on|the|for|in)* D=day", _checkout),
    Rule("from (on|the)* D=day/period onward?", _from_day),
    Rule("D=day/period onward", _edge(Open.AFTER, inclusive=True)),
    Rule("D=day/period backward", _edge(Open.BEFORE, inclusive=True)),
)

UNABLE_RULES = (
    Rule(
        "(day|period|part|clock|window) ((on|at|in|hours_the)* (part|clock|window))* one_noun? unfit", _unable
    ),
    Rule("(day|period|part)+ comma? pronoun cannot (?=comma|stop|and|$)", _unable),
    Rule("cant_do (on|at|in|the|for|of|this|hours_the)* (day|period|part|clock|window)+", _unable),
)

NEGATION_RULES = (
    *UNABLE_RULES,
    Rule("not (on|at|for|this|in|the|good)* (clock|day|period|window|part|edge|moment|stretch)+", refused),
    Rule("no_plural (day|part)+", _refused_plural),
    Rule("less (the|on|in)* (day|part)+", refused),
    Rule("(the|on|in)* (day|part)+ (not|no_word) (?=comma|stop|please|$)", refused),
)
