"""Which Italian phrases name a time of day? "l'una e mezza", "un quarto alle otto", "ore 18.30", "8 di stasera"."""

from __future__ import annotations

from services.agent.language.cascade import Built, Context, Found, Rule
from services.agent.language.grammar.clocks import COUNTED, in_part
from services.agent.language.grammar.de_it import opaque
from services.agent.language.grammar.de_it_clocks import moved, part_alone
from services.agent.language.grammar.spans import aligned
from services.agent.language.tokens import Token
from services.agent.language.values import Clock, Day, Part, PartOfDay

_DAY_MINUTES = 24 * 60


def _hour(m: Found, name: str = "H") -> int:
    """The hour captured: a number, or "una" for one."""
    token = m.token(name)
    return token.n if "n" in token.words else 1


def _minutes(m: Found) -> int:
    if m.has("T"):
        return 45
    if m.has("M"):
        return m.n("M")
    return m.word("Q", "quarter") if m.has("Q") else 30


def _and_minutes(m: Found, _: Context) -> Built:
    """ "l'una e mezza", "le tre e cinque", "le sette e tre quarti"."""
    minutes = _minutes(m)
    if m.has("T") and m.n("T") != 3:
        return None
    return moved(_hour(m), minutes) if 0 < minutes < 60 else None


def _less_minutes(m: Found, _: Context) -> Built:
    """ "l'una meno dieci", "un quarto alle otto"."""
    minutes = _minutes(m)
    return moved(_hour(m), -minutes) if 0 < minutes < 60 else None


def _noon_minutes(m: Found, _: Context) -> Built:
    """ "mezzogiorno e tre quarti", "mancano 10 minuti a mezzogiorno"."""
    minutes = _minutes(m)
    total = (m.word("N", "noon") * 60 + (-minutes if m.has("L") else minutes)) % _DAY_MINUTES
    return Clock(total // 60, total % 60) if 0 < minutes < 60 else None


def _whole(m: Found, _: Context) -> Built:
    return moved(_hour(m), m.n("M") if m.has("M") else 0)


def _side(m: Found, name: str) -> Clock:
    token = m.token(name)
    return token.value if isinstance(token.value, Clock) else moved(_hour(m, name), 0)


def _range(m: Found, _: Context) -> Built:
    """ "dalle 9 alle 11"; where something is moved, the new time."""
    if m.before("move"):
        return _side(m, "B")
    return aligned(_side(m, "A"), _side(m, "B"))


def _before_part(m: Found, _: Context) -> Built:
    return in_part(_side(m, "C"), m.value("P", PartOfDay).part)


def _today_part(m: Found, ctx: Context) -> Built:
    return (Day.one(ctx.today), PartOfDay(Part(m.word("T", "today_part"))))


def _clock_today(m: Found, ctx: Context) -> Built:
    """ "le 8 di stasera"."""
    part = Part(m.word("T", "today_part"))
    return (Day.one(ctx.today), PartOfDay(part), in_part(_side(m, "C"), part))


def _same(m: Found, _: Context) -> Built:
    return m.value("P", PartOfDay)


def _unsaid(m: Found, _: Context) -> Built:
    """ "ora" as the hour in a question, not as now."""
    token = m.token("O")
    return Token(token.text, token.start, token.end, frozenset({"opaque"}))


_SIDE = "clock/clock_digits/dotted/h24/one_hour"
_SIDE_NOW = "clock/h24/one_hour"
_PRE = "(hours_the|le|at|hour_word|the)*"
_OF = "(of|on|in|it_to|the|this)*"

CLOCK_RULES_IT = (
    Rule("title stop? (weekday/month)", opaque),
    Rule("street num", opaque),
    Rule("N=noon and (T=num quarter|Q=quarter)", _noon_minutes),
    Rule("manca (M=num minute_u?|Q=quarter) (L=it_to) N=noon", _noon_minutes),
    Rule("M=num minute_u (L=it_to) N=noon", _noon_minutes),
    Rule("(le/at/delle/before/after/from/hours_the)? H=h24/one_hour and (T=num quarter)", _and_minutes),
    Rule("(?<=le/at/delle/before/after/from) H=one_hour and (M=mins minute_u?|Q=quarter|half)", _and_minutes),
    Rule("(?<=le/at/delle/before/after/from) H=one_hour less (M=num minute_u?|Q=quarter)", _less_minutes),
    Rule("(?<=at/delle/dalle/before/after/hours_the) H=h24 and M=num (?=stop|comma|$)", _and_minutes),
    Rule("manca (M=num minute_u?|Q=quarter) it_to (le|hours_the)? H=h24/one_hour", _less_minutes),
    Rule(
        "(?<!from/dalle/between) (M=num minute_u|Q=quarter) it_to (le|hours_the)? H=h24/one_hour (?!unit)",
        _less_minutes,
    ),
    Rule("(?<!num/a/any) (at|the)? hour_word H=h24 M=mins? (?!unit/people)", _whole),
    Rule("(?<=weekday/weekday_mar/il num) hour_word H=h24 M=mins? (?!unit/people)", _whole),
    Rule("H=h24 hour_word (?=(of|on|in|it_to|the)* partword)", _whole),
    Rule("(?<=le/at/delle/dalle/before/after/starting) H=one_hour (?!unit/people/one_noun)(?!plain)", _whole),
    Rule("delle H=h24 " + COUNTED + "(?!plain)", _whole),
    Rule("delle H=h24 (?=stop|comma|$|(of|on|in)* (partword|weekday|reldays))", _whole),
)

PART_RULES_IT = (
    Rule("this P=part", lambda m, ctx: (Day.one(ctx.today), m.value("P", PartOfDay))),
    Rule(f"{_PRE} C={_SIDE_NOW} of? T=today_part", _clock_today),
    Rule("T=today_part", _today_part),
)

CLOCK_RANGE = Rule(f"(from/dalle)? {_PRE} A=clock (it_to/range_to) {_PRE} B=clock", _range)

EARLY_RANGES_IT = (
    Rule(f"(from/dalle) {_PRE} A={_SIDE_NOW} (it_to/range_to) {_PRE} B={_SIDE_NOW} " + COUNTED, _range),
    Rule(f"between {_PRE} A={_SIDE_NOW} and {_PRE} B={_SIDE_NOW} " + COUNTED, _range),
    Rule(f"A=clock (it_to/range_to) {_PRE} B=clock", _range),
    Rule(f"{_PRE} A=h24 range_to {_PRE} B=clock", _range),
    Rule("(?<=at/hours_the/delle) A=h24 dash B=h24 " + COUNTED, _range),
)

BARE_RULES_IT = (
    Rule(f"C=clock {_OF} P=part", _before_part),
    Rule(f"(?<!num/label) C=h24/one_hour {_OF} P=part", _before_part),
    Rule("P=part (at|le|hours_the|comma)* C=clock", _before_part),
    Rule("P=part (at|le|hours_the) C=h24 " + COUNTED, _before_part),
    Rule("(?<=dalle) H=h24 " + COUNTED, _whole),
    Rule("(?<=at/after/before/starting/dalle) H=h24 (?=(num|a) people)", _whole),
    Rule("(?<=for) hours_the H=h24 " + COUNTED + "(?!plain)", _whole),
    Rule("(?<=day/comma/or/and/correct) hours_the H=h24 (?=stop|comma|$|or|on|of|day|part)", _whole),
    Rule("hours_the H=h24 (?=(of|on)* day)", _whole),
    Rule("(?<!num/label/from/between/the/il/of) H=h24 of (?=day)", _whole),
)

HOURS_IT = (part_alone(24, 4, Part.NIGHT),)
