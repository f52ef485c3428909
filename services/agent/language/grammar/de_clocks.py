"""Which German phrases name a time of day? "halb acht", "viertel nach sieben", "8 Uhr 30", "um 12 nachts"."""

from __future__ import annotations

from services.agent.language.cascade import Built, Context, Found, Rule
from services.agent.language.grammar.clocks import COUNTED, in_part
from services.agent.language.grammar.de_it import opaque
from services.agent.language.grammar.de_it_clocks import moved, part_alone
from services.agent.language.values import Clock, Part, PartOfDay

_DAY_MINUTES = 24 * 60


def _half(m: Found, _: Context) -> Built:
    """ "halb acht" is 7:30."""
    return moved(m.n("H"), -30)


def _near_half(m: Found, _: Context) -> Built:
    """ "fünf vor halb acht" is 7:25."""
    minutes = m.n("M")
    return moved(m.n("H"), -30 + (minutes if m.has("A") else -minutes)) if 0 < minutes < 30 else None


def _quarter_of(m: Found, _: Context) -> Built:
    """ "viertel acht" is 7:15 and "dreiviertel acht" 7:45, counted into the hour that is not yet full."""
    if m.has("N") and m.n("N") != 3:
        return None
    return moved(m.n("H"), -45 if m.has("Q") and not m.has("N") else -15)


def _minutes(m: Found) -> int:
    return m.word("Q", "quarter") if m.has("Q") else m.n("M")


def _around(m: Found, _: Context) -> Built:
    """ "zehn vor acht", "viertel nach sieben", "15 Minuten vor 12"."""
    minutes = _minutes(m)
    return moved(m.n("H"), minutes if m.has("A") else -minutes) if 0 < minutes < 60 else None


def _around_noon(m: Found, _: Context) -> Built:
    minutes = _minutes(m)
    total = (m.word("N", "noon") * 60 + (minutes if m.has("A") else -minutes)) % _DAY_MINUTES
    return Clock(total // 60, total % 60) if 0 < minutes < 60 else None


def _hour_minutes(m: Found, _: Context) -> Built:
    return moved(m.n("H"), m.n("M") if m.has("M") else 0)


def _one(_: Found, __: Context) -> Built:
    """ "ein Uhr"."""
    return Clock(1, 0, settled=False)


def _digits(m: Found, _: Context) -> Built:
    """ "8:30 Uhr"."""
    return m.value("C", Clock)


def _noon(_: Found, __: Context) -> Built:
    return Clock(12)


def _in_part(clock: Clock, part: Part) -> Clock:
    """The clock with its part of the day; "12 Uhr abends" is midnight."""
    if clock.hour == 12 and part in (Part.EVENING, Part.NIGHT, Part.LATE_NIGHT):
        return Clock(0, clock.minute) if clock.minute else Clock(24)
    return in_part(clock, part)


def _clock_in_part(m: Found, _: Context) -> Built:
    return _in_part(m.value("C", Clock), m.value("P", PartOfDay).part)


def _hour_in_part(m: Found, _: Context) -> Built:
    return _in_part(moved(m.n("H"), m.n("M") if m.has("M") else 0), m.value("P", PartOfDay).part)


def _morning(_: Found, __: Context) -> Built:
    return PartOfDay(Part.MORNING)


CLOCK_RULES_DE = (
    Rule("title stop? (weekday/month)", opaque),
    Rule("street stop? num", opaque),
    Rule("(?<=weekday/reldays) morning_w", _morning),
    Rule("(on|this|any) morning_w", _morning),
    Rule("(?<=reldays/weekday) early_w", _morning),
    Rule("^ early_w stop? $", _morning),
    Rule("the? a oclock (?!num)", _one),
    Rule("M=num minute_u? (min_before|A=min_after) half_to H=h12 oclock?", _near_half),
    Rule("half_to H=h12 oclock?", _half),
    Rule("N=num Q=quarter H=h12 oclock?", _quarter_of),
    Rule("(Q=quarter|three_quarter) H=h12 oclock?", _quarter_of),
    Rule("(M=num minute_u?|Q=quarter) (min_before|A=min_after) N=noon", _around_noon),
    Rule("Q=quarter (min_before|A=min_after) H=h24 oclock?", _around),
    Rule("M=num minute_u (min_before|A=min_after) H=h24 oclock?", _around),
    Rule(
        "(?<!from/range_to/between/before/after/starting) M=num (min_before|A=min_after) H=h24 oclock? (?!unit)",
        _around,
    ),
    Rule("H=h24 oclock M=mins (?!people/label/month/oclock) minute_u?", _hour_minutes),
    Rule("C=clock_digits (oclock|h_letter)", _digits),
    Rule(
        "(?<=at/before/after/from/starting/range_to/between/and/or/weekday/reldays) H=h24 h_letter",
        _hour_minutes,
    ),
    Rule("(?<=numeric_date/month/yr/comma) H=h24 h_letter", _hour_minutes),
    Rule("H=h24 h_letter (?=(on|in|the|at)* (partword|reldays|weekday|numeric_date))", _hour_minutes),
    Rule("(?<=before/after/starting/between/and/range_to/from) midday", _noon),
)

PART_RULES_DE = (
    Rule("C=clock (on|in|the|this)* P=part", _clock_in_part),
    Rule("P=part (at|comma)? C=clock", _clock_in_part),
    Rule("(?<!of) H=h24 M=mins? (on|in|the|this)* P=part", _hour_in_part),
    Rule("P=part at? H=h24 M=mins? " + COUNTED, _hour_in_part),
    Rule("(?<=at/after/before/starting) H=h24 (?=num people)", _hour_minutes),
)

HOURS_DE = (part_alone(3, 12, Part.MORNING), part_alone(22, 4, Part.NIGHT))
