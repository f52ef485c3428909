"""Which phrases bound a time in Portuguese and French? "das 9 às 11", "entre 9 et 11h", "avant 17h", "d'ici mardi"."""

from __future__ import annotations

import re

from services.agent.language import dates
from services.agent.language.cascade import Builder, Built, Context, Found, Rule
from services.agent.language.grammar.clocks import in_part, likely
from services.agent.language.grammar.pt_fr_clocks import COUNTED, clock, hours
from services.agent.language.grammar.spans import UNABLE_RULES, halves, refused
from services.agent.language.values import (
    PART_HOURS,
    Clock,
    Day,
    Edge,
    Grain,
    Length,
    Open,
    Part,
    PartOfDay,
    Stretch,
    Unit,
    Window,
)


def window(start: Clock, end: Clock, *, to_24: bool = False) -> Window:
    """Both ends of a range, each settling the other; `to_24` is whether the end was counted to 24 ("de 8h à 22h")."""
    if start.settled is end.settled:
        return Window(start, end)
    if end.settled:
        if to_24:
            return Window(start, end)
        earlier = [c for c in halves(start) if c.minutes < (end.minutes or 24 * 60)]
        return Window(earlier[-1] if earlier else halves(start)[0], end)
    later = [c for c in halves(end) if c.minutes > start.minutes]
    return Window(start, later[0] if later else halves(end)[0])


def _clock(m: Found, name: str) -> Clock | None:
    """The clock captured as `name`, or made of its bare number."""
    token = m.token(name)
    return token.value if isinstance(token.value, Clock) else clock(token.n)


def _between(m: Found, _: Context) -> Built:
    start, end = _clock(m, "A"), _clock(m, "B")
    if start is None or end is None:
        return None
    return window(start, end, to_24=_to_24(m))


def _to_24(m: Found) -> bool:
    """Whether the end of a range is counted beyond twelve: "22h", "vingt heures", "minuit", and not "5h du soir"."""
    text = m.token("B").text
    digits = re.findall(r"\d+", text)
    if digits:
        return int(digits[0]) > 12
    value = m.token("B").value
    return isinstance(value, Clock) and (value.hour in (12, 24) or not _HALF_SAID.search(text))


def _from_to(m: Found, ctx: Context) -> Built:
    """Refused where the first number counts people ("mesa de 4 às 19h"); what is moved begins at the second."""
    if m.token("A").value is None and _counts_people(m):
        return None
    return _clock(m, "B") if m.before("move") else _between(m, ctx)


def _counts_people(m: Found) -> bool:
    """Whether the number before the range counts who comes: behind "mesa de", or ten hours from the time after it."""
    first, last = m.token("A"), m.token("B").value
    before = m.tokens[max(0, m.match.start() - 2) : m.match.start("A")]
    if any(not t.tags.isdisjoint({"come", "people", "for", "label"}) for t in before):
        return True
    announced = any(not t.tags.isdisjoint({"from", "hours_art", "day", "part", "between"}) for t in before)
    far = isinstance(last, Clock) and _to_24(m) and last.hour - first.n > 10
    return far and not announced


def _hours_to(m: Found, ctx: Context) -> Built:
    """ "16-17 heures"; "2 à 3 heures" is how long something takes."""
    return _from_to(m, ctx) if m.n("B") > 4 or m.before("from") else None


def _working_hours(m: Found, ctx: Context) -> Built:
    """ "de 9 à 11" may be hours, "de 1 à 10" are numbers."""
    first, last = m.n("A"), m.n("B")
    return _from_to(m, ctx) if first >= 7 and first < last else None


def _part(m: Found, _: Context) -> Built:
    return PartOfDay(Part(m.word("P", "partword")))


def _this_part(m: Found, ctx: Context) -> Built:
    return (Day.one(ctx.today), PartOfDay(Part(m.word("P", "partword"))))


def _hours_word(m: Found, _: Context) -> Built:
    first, last = hours(m)
    return Window(Clock(first), Clock(last))


def _these_hours(m: Found, ctx: Context) -> Built:
    first, last = hours(m)
    return (Day.one(ctx.today), Window(Clock(first), Clock(last)))


def _clock_in_part(m: Found, _: Context) -> Built:
    return in_part(m.value("C", Clock), m.value("P", PartOfDay).part)


def _hour_in_part(m: Found, _: Context) -> Built:
    found = clock(m.n("H"))
    return in_part(found, m.value("P", PartOfDay).part) if found else None


def _clock_in_window(m: Found, _: Context) -> Built:
    """ "en fin d'après-midi vers 18h": the exact hour says more."""
    return m.value("C", Clock)


def _for_length(m: Found, _: Context) -> Built:
    """ "à 14h pendant deux heures": the duration gives the end."""
    start, length = m.value("C", Clock), m.value("L", Length)
    total = start.minutes + length.minutes
    if length.days or length.months or not 0 < length.minutes < 12 * 60:
        return start if length.days else None
    return Window(start, Clock(total // 60 % 24, total % 60, start.settled))


def _moved(m: Found, _: Context) -> Built:
    """ "uma hora depois das 17h", "30 minutes avant midi"."""
    base, length = m.value("C", Clock), m.value("L", Length)
    total = base.minutes + (-length.minutes if m.has("B") else length.minutes)
    if length.days or length.months or not 0 <= total < 24 * 60:
        return None
    return Clock(total // 60, total % 60, base.settled)


def _day_range(m: Found, _: Context) -> Built:
    """The end moves on until it lies after the start; what is moved goes to the second day."""
    start, end = m.value("A", Day), m.value("B", Day)
    if m.before("move"):
        return end
    if start.drift is Unit.YEAR and end.drift is not Unit.YEAR:
        years = end.start.year - start.start.year
        moved = [Day.one(dates.shifted(start.start, months=12 * n), start.drift) for n in (years, years - 1)]
        start = next((day for day in moved if day.start <= end.start), start)
    end = dates.catch_up(end, start.start)
    if end.start < start.start or end.end <= start.start:
        return None
    return Day(start.start, end.end, start.grain, start.drift)


def _from_now_to(m: Found, ctx: Context) -> Built:
    end = dates.catch_up(m.value("B", Day), ctx.today)
    return Day(ctx.today, end.end) if end.end > ctx.today else None


def _stretch(m: Found, ctx: Context) -> Built:
    """ "lundi 17h jusqu'à mardi midi": each hour on its day."""
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


def _both_sides(m: Found, _: Context) -> Built:
    """ "depois das 9 e antes das 11"."""
    first, then = m.value("A", Window), m.value("B", Window)
    start, end = first.start or then.start, first.end or then.end
    return window(start, end) if start and end else None


def _after_part(m: Found, _: Context) -> Built:
    return Window(Clock(PART_HOURS[m.value("P", PartOfDay).part][1]), None)


def _before_part(m: Found, _: Context) -> Built:
    return Window(None, Clock(PART_HOURS[m.value("P", PartOfDay).part][0]))


def _edge(open_: Open, *, inclusive: bool) -> Builder:
    return lambda m, ctx: Edge(m.value("D", Day), open_, inclusive)


def _up_to(m: Found, ctx: Context) -> Built:
    """Up to a day and with it; "até agosto" ends where the month begins."""
    day = m.value("D", Day)
    return Edge(day, Open.BEFORE, inclusive=day.grain is not Grain.MONTH or day.start <= ctx.today)


def _or(m: Found, _: Context) -> Built:
    """ "5 ou 6h da tarde": the first in the half of the day of the second, then the second."""
    first, then = _clock(m, "A"), m.value("B", Clock)
    if first is None:
        return None
    start = window(first, then).start if then.settled else first
    return (start, then) if start else None


_HALF_SAID = re.compile(r"\b(?:soir|matin|apr[eè]s|nuit|tarde|noite|manh|madrugada|[ap]\.?m)")
_X = "clock/h24"
_TO = "range_to (range_to|at|at_shy|the|hours_art)*"
_AT = "(at|at_shy|the|hours_art)*"
_D = "(the|le|dayn|in|of)*"
_NO_COUNT = "(?<!num/label/month/for/come/people/in_time/during/within)"

PART_RULES = (
    Rule("this W=hours_word", _these_hours),
    Rule("(in|the|of|at_shy|le)* W=hours_word", _hours_word),
    Rule("(in|the)* this P=partword", _this_part),
    Rule("(in|the|of|at_shy|le|from)* P=partword", _part),
)

EARLY_RANGE_RULES = (
    Rule(f"A={_X} or {_AT} B=clock", _or),
    Rule(f"from {_AT} A={_X} {_TO} B=clock hour_u?", _from_to),
    Rule(f"(between|between_hours) {_AT} A={_X} (and|range_to)+ {_AT} B=clock", _between),
    Rule(f"(between|between_hours) {_AT} A=clock (and|range_to)+ {_AT} B=h24 hour_u? {COUNTED}", _between),
    Rule(f"between_hours A=h24 and {_AT} B=h24 {COUNTED}", _between),
    Rule(f"(?<=day/part/period) between A=h24 and B=h24 {COUNTED}", _between),
    Rule("^ between A=h24 and B=h24 stop? $", _between),
    Rule("between A=h24 and B=h24 (?=(of|in|the|at_shy|comma|le)* (day/part/period))", _between),
    Rule(f"A=clock {_TO} B=clock", _from_to),
    Rule("A=clock slash B=clock", _between),
    Rule(f"A=clock {_TO} B=h24 hour_u? {COUNTED}", _from_to),
    Rule(f"{_NO_COUNT} A=h24 {_TO} B=clock", _from_to),
    Rule(f"{_NO_COUNT} A=h24 {_TO} B=h24 hour_u", _hours_to),
    Rule(f"hours_art A=h24 {_TO} B=h24 {COUNTED}", _from_to),
    Rule(f"(?<!people/come) from A=h24 {_TO} B=h24 (?=stop/comma/day/part/in|$)", _working_hours),
    Rule(f"(?<=day/part) from? {_AT} A=h24 {_TO} B=h24 {COUNTED}", _between),
    Rule(f"{_NO_COUNT} A=h24 dash B=h24 (?=(of|in|the|at_shy|comma|le)* (day/part))", _between),
)

BARE_RULES = (
    Rule("L=length (after|B=before) (at|the|hours_art)* C=clock", _moved),
    Rule("C=clock (during|for)* L=length", _for_length),
    Rule("C=clock (in|of|the|at|at_shy|comma|le)* P=part", _clock_in_part),
    Rule(
        "P=part ((?!after/before/starting/upto) (at|at_shy|for|comma|of|hours_art))* C=clock", _clock_in_part
    ),
    Rule("P=part at_shy H=h24 " + COUNTED, _hour_in_part),
    Rule("W=window (at|at_shy|comma|hours_art)* C=clock", _clock_in_window),
    Rule("(?<=day/part) at_shy H=h24 (?=stop/comma/and/or/for|$)", lambda m, ctx: clock(m.n("H"))),
)

SPAN_RULES = (
    Rule(f"(from|between)? A=day (at|at_shy|comma|hours_art)* P=clock {_TO} (the|le|dayn)* B=day "
         "(at|at_shy|comma|hours_art)* Q=clock", _stretch),
    Rule(f"(from|starting) {_D} A=day/period (range_to|upto)+ {_D} B=day/period", _day_range),
    Rule(f"between {_D} A=day/period (and|range_to) {_D} B=day/period", _day_range),
    Rule(f"A=day/period (range_to|upto)+ {_D} B=day/period", _day_range),
    Rule(f"from now (range_to|upto)+ {_D} B=day/period", _from_now_to),
    Rule("(after|starting) (at|at_shy|the|le|of|hours_art)* C=clock onward?", _after),
    Rule("before (at|at_shy|the|le|of|hours_art)* C=clock", _before),
    Rule("(at|at_shy|hours_art)* C=clock onward", _after),
    Rule("(at|at_shy|hours_art)* C=clock backward", _before),
    Rule("A=window (and|comma|but)* B=window", _both_sides),
    Rule("after_day (the|le|of|in)* P=part", _after_part),
    Rule("before_day (the|le|of|in)* P=part", _before_part),
    Rule(f"after_day {_D} D=day/period", _edge(Open.AFTER, inclusive=False)),
    Rule(f"starting {_D} D=day/period", _edge(Open.AFTER, inclusive=True)),
    Rule(f"upto {_D} D=day/period", _up_to),
    Rule(f"before_day {_D} D=day/period", _edge(Open.BEFORE, inclusive=False)),
    Rule("D=day/period onward", _edge(Open.AFTER, inclusive=True)),
    Rule("D=day/period backward", _edge(Open.BEFORE, inclusive=True)),
)  # fmt: skip

_ANY = "(clock|day|period|window|part|edge|moment|stretch)+"
NEGATION_RULES = (
    *UNABLE_RULES,
    Rule(f"except (at|at_shy|for|this|in|of|the|le|hours_art)* {_ANY}", refused),
    Rule(f"(?<!plain/come/cant/move) not (at|at_shy|for|this|in|of|the|le|hours_art)* {_ANY}", refused),
    Rule("less (the|le|in|of)* (day|part)+", refused),
    Rule("(the|le|in|of)* (day|part)+ (not|no_word) (?=comma|stop|please|$)", refused),
)
