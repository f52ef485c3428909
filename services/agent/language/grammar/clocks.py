"""Which phrases name a time of day? From "19:30" to "a quarter past seven in the evening"."""

from __future__ import annotations

from services.agent.language.cascade import Built, Context, Found, Rule
from services.agent.language.tokens import Token, number_tags, ordinal_tags
from services.agent.language.values import Clock, Day, Length, Nothing, Part, PartOfDay, Window

AM, PM = 0, 1
AFTERNOON_UNTIL = 7
_EVENING_UNTIL = 10  # a table at 11:30 is for lunch
_SMALL_HOURS = 4  # "two at night" is 02:00, "five at night" already 17:00
_EVENINGS = {
    Part.AFTER_SCHOOL,
    Part.AFTERNOON,
    Part.EVENING,
    Part.NIGHT,
    Part.LUNCH,
    Part.AFTER_WORK,
    Part.LATE_NIGHT,
}


def with_meridiem(clock: Clock, meridiem: int) -> Clock:
    """The clock with am (0) or pm (1) said; 17:00 stays 17:00 whatever is said beside it."""
    if clock.hour > 12:
        return Clock(clock.hour, clock.minute)
    return Clock(clock.hour % 12 + 12 * meridiem, clock.minute)


def likely(clock: Clock, *, late: bool = False, literal: bool = False, until: int = AFTERNOON_UNTIL) -> Clock:
    """The half of the day a bare hour most likely means: "at 7" is 19:00, "at 8" is 08:00, at dinner 20:00.

    `until` is the last hour of the afternoon: 0 where people count to 24, so that "um 7" is 07:00 (as `literal` says).
    """
    if clock.settled:
        return clock
    afternoon = (
        clock.hour <= (0 if literal else until) or clock.hour == 12 or (late and clock.hour <= _EVENING_UNTIL)
    )
    return with_meridiem(clock, PM if afternoon else AM)


def in_part(clock: Clock, part: Part) -> Clock:
    """The clock with its part of the day said: 4 in the afternoon is 16:00, 12 in the morning stays by noon."""
    if clock.settled or clock.hour > 12:
        return Clock(clock.hour, clock.minute)
    if part is Part.NIGHT and (clock.hour <= _SMALL_HOURS or clock.hour == 12):
        return Clock(clock.hour % 12, clock.minute) if clock.hour < 12 else Clock(24, clock.minute)
    if part is Part.LUNCH and clock.hour >= 11:
        return Clock(clock.hour, clock.minute)
    if part is Part.SMALL_HOURS:
        return Clock(clock.hour % 12, clock.minute)
    if part in _EVENINGS:
        return with_meridiem(clock, PM)
    return Clock(clock.hour, clock.minute)


def _compose(m: Found, _: Context) -> Built:
    """Twenty + one -> 21, as one number token."""
    tens, ones = m.token("T"), m.token("U")
    if tens.n not in (20, 30, 40, 50) or not 1 <= ones.n <= 9 or "digits" in tens.tags | ones.tags:
        return None
    if "ord" in ones.tags and "ord_digits" in ones.tags:
        return None
    n = tens.n + ones.n
    tags = ordinal_tags(n, 0) if "ord" in ones.tags else number_tags(n, 0)
    return Token(f"{tens.text} {ones.text}", tens.start, ones.end, tags, {"n": n})


def _oh(m: Found, _: Context) -> Built:
    """ "seven oh five": the minutes below ten as they are spoken."""
    return _clock(m.n("H"), m.n("M"), m) if 1 <= m.n("M") <= 9 else None


def _clock(hour: int, minute: int, m: Found) -> Clock:
    """A clock from its numbers, with the meridiem when the match has one in group X."""
    clock = Clock(hour, minute, settled=not 1 <= hour <= 12)
    return with_meridiem(clock, m.word("X", "mer")) if m.has("X") else clock


def _digits(m: Found, _: Context) -> Built:
    value = m.token("C").value
    if not isinstance(value, Clock):
        return None
    return with_meridiem(value, m.word("X", "mer")) if m.has("X") else value


def _hour_minutes(m: Found, _: Context) -> Built:
    return _clock(m.n("H"), m.n("M") if m.has("M") else 0, m)


def _letter(m: Found, _: Context) -> Built:
    """ "at 9p": the short meridiem, only after a word that announces a time."""
    return with_meridiem(Clock(m.n("H")), m.word("X", "meridiem_letter"))


def _past(m: Found, _: Context) -> Built:
    minutes = m.n("M") if m.has("M") else m.word("Q", "quarter") if m.has("Q") else 30
    return _clock(m.n("H"), minutes, m) if 0 < minutes < 60 else None


def _to(m: Found, _: Context) -> Built:
    """ "quarter to six in the morning": counted back, so twelve stays on its own side of noon."""
    minutes = m.n("M") if m.has("M") else m.word("Q", "quarter")
    if not 0 < minutes < 60:
        return None
    said = _clock(m.n("H"), 0, m)
    total = (said.minutes - minutes) % (24 * 60)
    hour = total // 60
    return Clock(12 if hour == 0 and not said.settled else hour, total % 60, said.settled)


def _long_to(m: Found, ctx: Context) -> Built:
    """ "twenty five to nine": no hour is that large, so it is no range."""
    return _to(m, ctx) if 24 < m.n("M") < 60 else None


def _spoken_to(m: Found, ctx: Context) -> Built:
    """ "ten to nine" as the whole message; "two to three" is a range."""
    return _to(m, ctx) if m.n("M") in (5, 10, 20, 25) else None


def _evening_to(m: Found, ctx: Context) -> Built:
    """ "ten to six tomorrow evening", where it can be no range; "five to seven" is one."""
    return _spoken_to(m, ctx) if m.n("M") > m.n("H") else None


def _past_noon(m: Found, _: Context) -> Built:
    minutes = m.n("M") if m.has("M") else m.word("Q", "quarter") if m.has("Q") else 30
    total = (m.word("N", "noon") * 60 + (minutes if m.has("P") else -minutes)) % (24 * 60)
    return Clock(total // 60, total % 60) if minutes < 60 else None


def _hyphenated(m: Found, ctx: Context) -> Built:
    """ "five-thirty": one word written with a hyphen, unlike the range "5 - 30"."""
    h, dash, minutes = m.token("H"), m.token("D"), m.token("M")
    return _hour_minutes(m, ctx) if h.end == dash.start and dash.end == minutes.start else None


def _moved(m: Found, _: Context) -> Built:
    """ "half an hour after 5pm", "15 minutes before noon"."""
    clock, length = m.value("C", Clock), m.value("L", Length)
    total = clock.minutes + (-length.minutes if m.has("B") else length.minutes)
    if length.days or length.months or not 0 <= total < 24 * 60:
        return None
    return Clock(total // 60, total % 60, clock.settled)


def _for_length(m: Found, _: Context) -> Built:
    """ "at 4pm for 30 minutes": the duration gives the end."""
    clock, length = m.value("C", Clock), m.value("L", Length)
    total = clock.minutes + length.minutes
    if length.days or length.months or not length.minutes:
        return clock if length.days else None
    return (
        Window(clock, Clock(total // 60 % 24, total % 60, clock.settled))
        if length.minutes < 12 * 60
        else None
    )


def _late_hour(m: Found, _: Context) -> Built:
    """ "18h" is a time; "2h" more likely a duration."""
    return Clock(m.n("H")) if 13 <= m.n("H") <= 23 else None


def _half(m: Found, _: Context) -> Built:
    """British "half seven" is half past seven."""
    return _clock(m.n("H"), 30, m)


def _military(m: Found, _: Context) -> Built:
    n = m.n("H")
    return Clock(n // 100, n % 100, settled=n // 100 > 12 or m.token("H").text.startswith("0"))


def _military_meridiem(m: Found, _: Context) -> Built:
    n = m.n("H")
    return with_meridiem(Clock(n // 100, n % 100), m.word("X", "mer")) if n // 100 <= 12 else None


def _noon(m: Found, _: Context) -> Built:
    """ "twelve noon"; another number before it counts something else ("for two at noon")."""
    if m.has("H") and m.n("H") % 12:
        return None
    return Clock(m.word("N", "noon"))


def _clock_in_part(m: Found, _: Context) -> Built:
    return in_part(m.value("C", Clock), m.value("P", PartOfDay).part)


def _hour_in_part(m: Found, _: Context) -> Built:
    part = m.value("P", PartOfDay).part
    return in_part(_clock(m.n("H"), m.n("M") if m.has("M") else 0, m), part)


def _bare_hour(m: Found, _: Context) -> Built:
    return _clock(m.n("H"), m.n("M") if m.has("M") else 0, m)


def _moved_to(m: Found, ctx: Context) -> Built:
    """ "change it to 6": only where something is moved is a number after "to" an hour."""
    return _bare_hour(m, ctx) if m.before("move") else None


def _part(m: Found, _: Context) -> Built:
    part = Part(m.word("P", "partword"))
    if m.has("E") and part is Part.MORNING:
        return PartOfDay(Part.EARLY_MORNING)
    if m.has("L"):
        return PartOfDay({Part.MORNING: Part.LATE_MORNING, Part.EVENING: Part.LATE_NIGHT}.get(part, part))
    return PartOfDay(part)


def _this_part(m: Found, ctx: Context) -> Built:
    return (Day.one(ctx.today), PartOfDay(m.value("P", PartOfDay).part))


def _tonight(m: Found, ctx: Context) -> Built:
    return (Day.one(ctx.today), PartOfDay(Part.LATE_NIGHT if m.has("L") else Part.NIGHT))


def _greeting(_: Found, __: Context) -> Built:
    return Nothing()


# What may not follow a bare number for it to be an hour: a count, a date, more digits.
COUNTED = (
    "(?!unit/long_length/people/opaque/month/slash/ord/num/one_noun/span_words/half/length/plus)"
    "(?!plain? plain? street)(?!and a? half)"
)

NUMBER_RULES = (
    Rule("T=num dash? U=num/ord", _compose),
    Rule("good any? (partword|weekend_u|week_u|holiday)", _greeting),
    Rule("named (month|weekday)", _greeting),
)

CLOCK_RULES = (
    Rule("C=clock_digits X=mer?", _digits),
    Rule("(?!digits) H=h12 D=dash (?!digits) M=mins X=mer?", _hyphenated),
    Rule("(M=num minute_u?|Q=quarter|half) (P=past|to|of) N=noon", _past_noon),
    Rule("(M=num minute_u?|Q=quarter|half) past H=h24 X=mer?", _past),
    Rule("M=mins minute_u to H=h24 X=mer?", _to),
    Rule("Q=quarter (to|of) H=h24 X=mer?", _to),
    Rule("(?<=at/before/after) M=mins to H=h24 X=mer?", _to),
    Rule("(?<!from/between) M=num to H=h24 (?=(in the)? partword)", _to),
    Rule("(?<!from/between/num) M=num to H=h12 (?=(reldays/weekday) partword)", _evening_to),
    Rule("(?<=at/for/after/before/the) half H=h12 X=mer? " + COUNTED, _half),
    Rule("half H=h12 X=mer", _half),
    Rule("half H=h12 (?=(reldays|weekday|in|partword|on|tonight))", _half),
    Rule("^ half H=h12 stop? $", _half),
    Rule("^ (?!digits) M=num minute_u? to H=h12 stop? $", _spoken_to),
    Rule("H=h12 oh M=num X=mer?", _oh),
    Rule("(?<!from/between) M=num to H=h12 X=mer?", _long_to),
    Rule("H=h12 M=mins X=mer", _hour_minutes),
    Rule("H=h24 dash? (in the|ish)? X=mer ish?", _hour_minutes),
    Rule("H=hhmm X=mer", _military_meridiem),
    Rule("H=h24 oclock X=mer?", _hour_minutes),
    Rule("(?<=at) H=h24 M=mins minute_u X=mer?", _hour_minutes),
    Rule("H=hhmm (hour_u|oclock)", _military),
    Rule("(?<=at/after/before) (?!yr) H=hhmm " + COUNTED, _military),
    Rule("((?<=reldays/weekday)|^) (?!yr) H=hhmm (?=stop? $)", _military),
    Rule("(?<!label/num/dash/month/of/plain) (?!yr) H=hhmm (?=on? (reldays/weekday))", _military),
    Rule("H=h12? N=noon ish?", _noon),
    Rule("(?<=at/range_to/from/between/weekday/reldays/dash) H=h24 h_letter", _hour_minutes),
    Rule("H=h24 h_letter", _late_hour),
    Rule("(?<=at/day/range_to/from/between/weekday/reldays) H=h12 X=meridiem_letter", _letter),
)

PART_RULES = (
    Rule("(E=early|L=late)? in? the? P=partword", _part),
    Rule("this P=part", _this_part),
    Rule("(early|L=late)? tonight", _tonight),
)

BARE_RULES = (
    Rule("L=length (past|from|B=before) C=clock", _moved),
    Rule("C=clock for L=length", _for_length),
    Rule("C=clock (in|at|on|this)? the? P=part", _clock_in_part),
    Rule("P=part (at|for|comma|on)? C=clock", _clock_in_part),
    Rule("(?<!of) H=h24 M=mins? ish? (in the|at|this)? P=part", _hour_in_part),
    Rule("P=part at? H=h24 M=mins? " + COUNTED, _hour_in_part),
    Rule("(?<=range_to) H=h24 M=mins? " + COUNTED, _moved_to),
    Rule("H=h24 ish", _bare_hour),
    Rule(
        "((?<=at/after/before/starting)|(?<=day) (?!vague_one)) H=h24 (M=mins minute_u?)? " + COUNTED,
        _bare_hour,
    ),
    Rule(
        "(?<!for/of/los_u/we_are/day_noun/any/num/label/month/month_name/clock/to/and/dash) "
        "(?!vague_one) H=h24 M=mins? (?=(on the?)? day)",
        _bare_hour,
    ),
    Rule("^ (?!digits) H=h12 M=mins stop? $", _bare_hour),
)
