"""Which phrases name a time of day in Portuguese and French? "às sete e meia", "8h moins le quart", "du matin"."""

from __future__ import annotations

import re
from dataclasses import replace

from services.agent.language.cascade import Built, Context, Found, Rule
from services.agent.language.grammar.clocks import in_part, with_meridiem
from services.agent.language.grammar.days import after_now
from services.agent.language.tokens import Token, number_tags, ordinal_tags
from services.agent.language.values import Clock, Length, Moment, Nothing, Part, Stretch

_DAY = 24 * 60
_SHORT = 4  # "de 2h" lasts two hours, "de 14h" begins at two
_LATE_HOUR = 7  # from here on "para 8 horas" is no duration any more

# What may not follow a bare number for it to be an hour.
COUNTED = "(?!(?!le) unit/people/opaque/month/slash/num/one_noun/half/fortnight_u/street/clock_digits)(?!of (month/unit))"
# What may follow one that nothing but an article announces.
CLOSED = (
    "(?=stop/comma/and/less/of/in/partword/range_to/or/for/sharp/weekday/reldays/hours_word/noon|"
    "$)(?!of month)"
)


def nothing(_: Found, __: Context) -> Built:
    """Understood, and no time."""
    return Nothing()


def clock(hour: int, minute: int = 0, *, settled: bool = False) -> Clock | None:
    """A clock; hours 1 to 12 stay open to either half of the day."""
    if hour > 24 or not 0 <= minute < 60:
        return None
    return Clock(hour, minute, settled or not 1 <= hour <= 12)


def _compose(m: Found, _: Context) -> Built:
    """Vinte e um, trente-cinq: one number token."""
    tens, ones = m.token("T"), m.token("U")
    if tens.n not in (20, 30, 40, 50, 60) or not 1 <= ones.n <= 9 or "digits" in tens.tags | ones.tags:
        return None
    n = tens.n + ones.n
    tags = ordinal_tags(n, 0) if "ord" in ones.tags and "num" not in ones.tags else number_tags(n, 0)
    return Token(f"{tens.text} {ones.text}", tens.start, ones.end, tags, {"n": n})


def _written(token: Token) -> tuple[int, int]:
    """Hour and minute of a token such as 7h30 or 19:30."""
    hour, minute = [*(int(part) for part in re.findall(r"\d+", token.text)), 0][:2]
    return hour, minute


def _lasting(m: Found) -> Length | None:
    """ "2h" and "1h30" as durations."""
    if "h" not in m.token("C").text:
        return None
    hours, minutes = _written(m.token("C"))
    return Length(minutes=60 * hours + minutes)


def _short_length(m: Found, _: Context) -> Built:
    length = _lasting(m)
    return length if length and length.minutes < 60 * (_SHORT + 1) else None


def _brief(m: Found, ctx: Context) -> Built:
    """ "massage 1h30", "massagem 1h": behind what is booked so few hours are how long it takes."""
    return _short_length(m, ctx) if 1 <= _written(m.token("C"))[0] <= 2 else None


def _h_from_now(m: Found, ctx: Context) -> Built:
    length = _lasting(m)
    at = after_now(length, ctx) if length else None
    return Moment(at) if at else None


def _h_within(m: Found, ctx: Context) -> Built:
    length = _lasting(m)
    end = after_now(length, ctx) if length else None
    return Stretch(ctx.now, end) if end and end > ctx.now else None


def _h_ago(m: Found, _: Context) -> Built:
    length = _lasting(m)
    return Nothing() if length and length.minutes < 60 * _LATE_HOUR else None


def _digits(m: Found, _: Context) -> Built:
    hour, minute = _written(m.token("C"))
    if hour == 24 and "h" in m.token("C").text:
        return Nothing()  # "24h/24"
    found = clock(hour, minute, settled=m.token("C").text.startswith("0"))
    return with_meridiem(found, m.word("X", "mer")) if found and m.has("X") else found


def _dotted(m: Found, _: Context) -> Built:
    hour, minute = (int(part) for part in m.token("C").text.split("."))
    return clock(hour, minute)


def _noon(m: Found, _: Context) -> Built:
    minutes = m.n("M") if m.has("M") else 0
    return Clock(m.word("N", "noon"), minutes) if minutes < 60 else None


def bare_hour(m: Found, _: Context) -> Built:
    """The hour of group H, with am or pm when group X has it."""
    found = clock(m.n("H"))
    return with_meridiem(found, m.word("X", "mer")) if found and m.has("X") else found


def _late_hour(m: Found, ctx: Context) -> Built:
    """ "para 15 horas" is a time; "para 2 horas" may last two."""
    return bare_hour(m, ctx) if m.n("H") >= _LATE_HOUR else None


def _alone(m: Found, ctx: Context) -> Built:
    """ "3 heures" may answer a question; "une heure" is as often how long."""
    return bare_hour(m, ctx) if m.n("H") > 1 else None


def _range_end(m: Found, ctx: Context) -> Built:
    """ "16-17 heures" are hours, "dans 2 à 3 heures" and "1 à 2 heures" are not."""
    start = m.match.start()
    lasting = start >= 3 and not m.tokens[start - 3].tags.isdisjoint({"in_time", "within", "during"})
    return None if lasting or m.n("H") <= _SHORT else bare_hour(m, ctx)


def _military(m: Found, _: Context) -> Built:
    found = clock(m.n("H") // 100, m.n("H") % 100)
    return with_meridiem(found, m.word("X", "mer")) if found and found.hour <= 12 else None


def _of_three(m: Found, ctx: Context) -> Built:
    """ "das nove" is an hour, "uma das três" is not, nor is the "um" of "pelas um"."""
    if m.token("H").text in ("um", "un", "une"):
        return None
    start = m.match.start()
    counted = start >= 2 and "num" in m.tokens[start - 2].tags and "from" in m.tokens[start - 1].tags
    return None if counted else bare_hour(m, ctx)


def _hour_minutes(m: Found, _: Context) -> Built:
    """ "sept heures dix", "8 horas e 30 minutos"; the minutes of digits are written with two."""
    minutes = m.token("M")
    if "digits" in minutes.tags and "mins" not in minutes.tags:
        return None
    return clock(m.n("H"), m.n("M"))


def _spoken(m: Found, _: Context) -> Built:
    """ "sept heures et demie"; "une heure et demie" lasts so long unless something announces a time."""
    announced = m.match.start() and not {"at", "at_shy"}.isdisjoint(m.tokens[m.match.start() - 1].tags)
    if m.n("H") <= 2 and not announced:
        return None
    return clock(m.n("H"), _minutes(m))


def _minutes(m: Found) -> int:
    if m.has("M"):
        return m.n("M")
    return m.word("Q", "quarter") if m.has("Q") else 30


def _plus(m: Found, _: Context) -> Built:
    """Half past, a quarter past: only on a full hour."""
    base = m.value("C", Clock)
    return replace(base, minute=_minutes(m)) if not base.minute and 0 < _minutes(m) < 60 else None


def _plus_spelled(m: Found, ctx: Context) -> Built:
    """ "oito e cinco" in words; digits below ten count something else."""
    return None if "digits" in m.token("M").tags or m.n("M") < 2 else _plus(m, ctx)


def _minus(m: Found, _: Context) -> Built:
    base = m.value("C", Clock)
    return None if base.minute else moved_back(base, _minutes(m))


def moved_back(base: Clock, minutes: int) -> Clock | None:
    """`minutes` before a full hour; before one is after twelve."""
    if not 0 < minutes < 60:
        return None
    total = (base.minutes - minutes) % _DAY
    hour = total // 60
    return Clock(12 if hour == 0 and not base.settled else hour, total % 60, base.settled)


def _with_mer(m: Found, _: Context) -> Built:
    return with_meridiem(m.value("C", Clock), m.word("X", "mer"))


def _in_part(m: Found, _: Context) -> Built:
    """ "8 da noite", "5 du matin"."""
    found = clock(m.n("H"), m.n("M") if m.has("M") else 0)
    return in_part(found, Part(m.word("P", "partword"))) if found else None


def _clock_in_part(m: Found, _: Context) -> Built:
    return in_part(m.value("C", Clock), Part(m.word("P", "partword")))


def hours(m: Found) -> tuple[int, int]:
    """The window of group W: from hour to hour."""
    return divmod(m.word("W", "hours_word"), 100)


def _in_hours(m: Found, _: Context) -> Built:
    """ "2 da madrugada", "18h en fin d'après-midi": the half of the day that lies in those hours."""
    found = m.value("C", Clock) if m.has("C") else clock(m.n("H"))
    if found is None or found.settled:
        return found
    first, last = hours(m)
    later = replace(found, hour=found.hour % 12 + 12, settled=True)
    return later if first <= later.hour <= last else replace(found, settled=True)


def weekday_token(token: Token, weekday: int) -> Token:
    """The token as nothing but that weekday (0 = Monday)."""
    return Token(token.text, token.start, token.end, frozenset({"weekday"}), {"weekday": weekday})


def _abbreviated(m: Found, _: Context) -> Built:
    return weekday_token(m.token("W"), m.word("W", "weekday_shy"))


_LASTING = "(?<!in_time/within/during/of/ago_before/each)"
_PART = "(?!many_parts) P=partword"
_SHY = "W=weekday_shy"

NUMBER_RULES = (
    Rule("T=num (dash|and)* U=num/ord_word", _compose),
    Rule("good (end_of (of|the)*)? "
        "(partword/hours_word/week_u/weekend_u/year_u/month_u/holiday/greet_tail/day_u)", nothing),
    Rule("label (stop|colon|comma)? num (dash num)*" + "(?!month/hour_u/of month)", nothing),
    Rule("num comma? street", nothing),
    Rule("street of? dom/dom_ord of? month yr?", nothing),
    Rule("street (plain|of|the){1,4} (comma|label)* num (?!month/hour_u/people/partword)(?!of "
        "(month/partword))", nothing),
    Rule(f"{_SHY} (?=(comma|dash)? le? dom/dom_ord of? month)", _abbreviated),
    Rule(f"^ {_SHY} (?=stop? $|comma? (at/at_shy/clock_digits/dom|le dom))", _abbreviated),
    Rule(f"(?<=each/this/next) {_SHY}", _abbreviated),
    Rule(f"{_SHY} (?=(at|at_shy)? clock_digits)", _abbreviated),
    Rule(f"{_SHY} (?=partword)", _abbreviated),
)  # fmt: skip

CLOCK_RULES = (
    Rule("in_time the? C=clock_digits", _h_from_now),
    Rule("within the? C=clock_digits", _h_within),
    Rule("ago_before C=clock_digits (?!at)", _h_ago),
    Rule("C=clock_digits later", _h_from_now),
    Rule("during the? C=clock_digits", _short_length),
    Rule("(?<=clock_digits for) C=clock_digits", _short_length),
    Rule("(?<=of) C=clock_digits (?!range_to/dash/at/partword)(?!of partword)", _short_length),
    Rule("C=clock_digits (?=of plain)", _short_length),
    Rule("(?<=plain) C=clock_digits (?!sharp/partword)(?!of partword)", _brief),
    Rule("C=clock_digits (hour_u|sharp)? X=mer?", _digits),
    Rule("(?<=at/at_shy/hours_art/range_to/from/between/weekday/reldays) C=dotted hour_u?", _dotted),
    Rule("C=dotted (hour_u|(?=(range_to|at_shy)+ (clock_digits/dotted)))", _dotted),
    Rule("^ C=dotted stop? $", _dotted),
    Rule("N=noon and? M=num minute_u? " + CLOSED, _noon),
    Rule("N=noon", _noon),
    Rule(f"{_LASTING} H=h24 hour_u and? M=num minute_u? " + COUNTED, _hour_minutes),
    Rule(f"{_LASTING} H=h24 hour_u and? (half_past|Q=quarter) (?!of plain)", _spoken),
    Rule("(?<=at/at_shy/hours_art) H=h24 hour_u X=mer?", bare_hour),
    Rule("(?<!in_time/within/ago_before) H=h24 hour_u (?=(of|in|the|this)* partword/hours_word)", bare_hour),
    Rule(f"{_LASTING} H=h24 hour_u (?=less/past)", bare_hour),
    Rule("(?<=weekday/reldays/month/yr/partword) comma? H=h24 hour_u X=mer?", bare_hour),
    Rule("H=h24 hour_u X=mer", bare_hour),
    Rule("(?<=for) H=h24 hour_u", _late_hour),
    Rule("^ H=h24 hour_u (?=stop? $)", _alone),
    Rule("(?<=clock range_to) H=h24 hour_u", bare_hour),
    Rule("(?<=h24 range_to) H=h24 hour_u", _range_end),
    Rule("(?<=from/hours_art) H=h24 hour_u (?=range_to)", bare_hour),
    Rule("(?<=between) H=h24 hour_u (?=and)", bare_hour),
    Rule("(?<=clock and) H=h24 hour_u", bare_hour),
    Rule("H=hhmm X=mer", _military),
    Rule("H=h24 X=mer", bare_hour),
    Rule(f"(?<!le/weekday/num/dom_ord/for/of/dash/less)(?<!num and) H=h24 (of|in|the)* {_PART}", _in_part),
    Rule(f"(?<=from/hours_art) H=h24 (of|in|the)* {_PART}", _in_part),
    Rule(f"(?<=weekday) H=h12 of the? {_PART}", _in_part),
    Rule("(?<=at/hours_art) H=h24 " + COUNTED, _of_three),
    Rule("at_shy H=h24 (?=(and (half_past/quarter/mins))|less)", bare_hour),
    Rule("(?<!le/weekday/num/dom_ord/for/of/dash) H=h24 (of|in)+ the? W=hours_word", _in_hours),
    Rule("C=clock and? (half_past|Q=quarter) (?!hour_u)", _plus),
    Rule("C=clock and? M=mins minute_u? " + COUNTED, _plus),
    Rule("C=clock and M=num minute_u? " + CLOSED, _plus_spelled),
    Rule("C=clock less the? (Q=quarter|M=num minute_u?)", _minus),
    Rule("C=clock past of? the? (Q=quarter|M=num minute_u?)", _plus),
    Rule("C=clock X=mer", _with_mer),
    Rule(f"C=clock (of|in|the|at_shy)* {_PART}", _clock_in_part),
    Rule("C=clock (of|in|the|comma)* W=hours_word", _in_hours),
)
