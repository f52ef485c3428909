"""Which builders do the rules of German and Italian share? Dates of month, feasts, days counted from others."""

from __future__ import annotations

import re
from datetime import date, timedelta

from services.agent.language import dates
from services.agent.language.cascade import Builder, Built, Context, Found, Rule
from services.agent.language.grammar import feasts
from services.agent.language.grammar.dated import one
from services.agent.language.grammar.days import after_now, times
from services.agent.language.grammar.feasts import advent_day, coming, easter_day, sunday_of_month
from services.agent.language.tokens import Token
from services.agent.language.values import (
    Day,
    Length,
    Moment,
    Nothing,
    Stretch,
    Unit,
)

_YEARS_AHEAD = 2
_A_FEW = 3
_WEEK_COUNTED = 8


def inserted(group: tuple[Rule, ...], start: str, more: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """`group` with `more` put before its first rule whose pattern begins with `start`; at its end without one."""
    at = next((i for i, rule in enumerate(group) if rule.pattern.startswith(start)), len(group))
    return (*group[:at], *more, *group[at:])


def without(group: tuple[Rule, ...], *parts: str) -> tuple[Rule, ...]:
    """`group` without the rules whose pattern has one of `parts` in it."""
    return tuple(rule for rule in group if not any(part in rule.pattern for part in parts))


def opaque(m: Found, _: Context) -> Built:
    """Numbers that are no time: a house number, a room."""
    first, last = m.tokens[m.match.start()], m.tokens[m.match.end() - 1]
    return Token(first.text, first.start, last.end, frozenset({"opaque"}))


def nothing(_: Found, __: Context) -> Built:
    """Understood, and no time for us."""
    return Nothing()


def year_of(m: Found, ctx: Context) -> int | None:
    """The year said as Y, or by N as next year; None without one."""
    if m.has("Y"):
        return dates.full_year(m.n("Y"))
    return ctx.today.year + 1 if m.has("N") else None


def feast(tag: str) -> Builder:
    """A feast that moves, by the tag that says from which anchor it is counted."""
    on = {"easter": easter_day, "advent": advent_day, "nth_sunday": sunday_of_month}[tag]

    def build(m: Found, ctx: Context) -> Built:
        return Day.one(coming(ctx.today, on, m.word("H", tag), year_of(m, ctx)))

    return build


def fixed_feast(m: Found, ctx: Context) -> Built:
    """A feast with a fixed date, and next year's when that is said."""
    month, day = divmod(m.word("H", "holiday"), 100)
    year = year_of(m, ctx)
    return one(dates.month_day(ctx.today, month, day, year), None if year else Unit.YEAR)


def feast_rules(in_year: str) -> tuple[Rule, ...]:
    """The rules for feasts; `in_year` is the pattern that captures a year Y or next year N."""
    return (
        *(
            Rule(f"H={tag} ({in_year})?", feast(tag), dated=True)
            for tag in ("easter", "advent", "nth_sunday")
        ),
        Rule(f"H=holiday ({in_year})", fixed_feast, dated=True),
    )


def short_year(m: Found, ctx: Context) -> Built:
    """ "8. Mai 18": two digits are a year only when it is this one or one of the next two."""
    year = 2000 + m.n("Y")
    if not ctx.today.year <= year <= ctx.today.year + _YEARS_AHEAD:
        return None
    return one(dates.safe_date(year, m.word("M", "month"), m.n("D")))


def dotted(m: Found, ctx: Context) -> Built:
    """ "15.2" after a word that announces a day."""
    numbers = [int(part) for part in re.findall(r"\d+", m.token("D").text)]
    if len(numbers) != 2 or "," in m.token("D").text or not 1 <= numbers[1] <= 12:
        return None
    return one(dates.month_day(ctx.today, numbers[1], numbers[0]), Unit.YEAR)


def dom(m: Found, ctx: Context) -> Built:
    """A day of month: the next one that is not past."""
    return one(dates.day_of_month(ctx.today, m.n("D")), Unit.MONTH)


def pair_of_days(m: Found, ctx: Context) -> Built:
    """ "vom 4. zum 9. Mai", "dal 13 al 15 luglio"; without a month both come next."""
    if m.has("M"):
        month = m.word("M", "month")
        last = dates.month_day(ctx.today, month, m.n("B"), year_of(m, ctx))
        first = dates.safe_date(last.year, month, m.n("A")) if last else None
    else:
        first = dates.day_of_month(ctx.today, m.n("A"))
        last = dates.day_of_month(first, m.n("B")) if first else None
    if first is None or last is None or first > last:
        return None
    return Day(first, dates.shifted(last, days=1), drift=Unit.YEAR if m.has("M") else Unit.MONTH)


def either_day(m: Found, ctx: Context) -> Built:
    """ "am 3. oder 4. Mai", "il 3 o il 4 maggio": two days of one month."""
    month, year = m.word("M", "month"), year_of(m, ctx)
    found = [dates.month_day(ctx.today, month, m.n(name), year) for name in "AB"]
    days = tuple(Day.one(day, None if year else Unit.YEAR) for day in found if day)
    return days if len(days) == 2 else None


def keep(m: Found, _: Context) -> Built:
    """Of two words for a day the one that decides (D)."""
    return m.value("D", Day)


def pair_in_month(m: Found, ctx: Context) -> Built:
    """ "nächsten Monat vom 4. bis zum 23."; N says that it is next month."""
    ahead = int(m.has("N"))
    first, last = (dates.day_in_month(ctx.today, m.n(name), ahead) for name in "AB")
    return Day(first, dates.shifted(last, days=1)) if first and last and first <= last else None


def no_such_day(m: Found, _: Context) -> Built:
    """ "32. Oktober" is no date and no month."""
    return Nothing() if m.token("N").tags & {"digits", "ord_digits"} and 31 < m.n("N") < 100 else None


def plain_weekday(tag: str = "weekday") -> Builder:
    """The next such weekday to come."""
    return lambda m, ctx: one(dates.next_weekday(ctx.today, m.word("W", tag)), Unit.WEEK)


def nth_weekday(nth: int) -> Builder:
    """The nth such weekday to come."""
    return lambda m, ctx: one(dates.next_weekday(ctx.today, m.word("W", "weekday"), nth))


def weekday_in(weeks: int) -> Builder:
    """The weekday of the calendar week `weeks` after this one."""
    return lambda m, ctx: one(dates.weekday_of_week(ctx.today, m.word("W", "weekday"), weeks))


def weekday_weeks_away(m: Found, ctx: Context) -> Built:
    """ "in zwei Wochen am Dienstag", "tra due settimane, martedì": that weekday of the week so far away."""
    length = m.value("L", Length)
    if not length.whole_days or length.months or not length.days or length.days % 7:
        return None
    return one(dates.weekday_of_week(ctx.today, m.word("W", "weekday"), length.days // 7))


def day_and_length(m: Found, ctx: Context) -> Built:
    """ "heute in 14 Tagen", "lunedì tra una settimana", "oggi tra due ore"."""
    length, day = m.value("L", Length), m.value("D", Day)
    if not length.whole_days:
        at = after_now(length, ctx) if day.start == ctx.today else None
        return Moment(at) if at else None
    # "Freitag in 8 Tagen" is a week on: both ends are counted.
    days = 7 if length.days == _WEEK_COUNTED and day.drift is Unit.WEEK else length.days
    return one(dates.shifted(day.start, days=days, months=length.months))


def day_less_length(m: Found, _: Context) -> Built:
    """ "eine Woche vor Weihnachten", "due giorni prima di Pasqua"."""
    length, day = m.value("L", Length), m.value("D", Day)
    return one(dates.shifted(day.start, days=-length.days, months=-length.months))


def from_to(m: Found, _: Context) -> Built:
    """ "vom 5.8. zum 16.8.", "da domani a giovedì"; where something is moved, only its new day."""
    first, last = m.value("A", Day), m.value("B", Day)
    if m.before("move"):
        return last
    last = dates.catch_up(last, first.start)
    return Day(first.start, last.end, drift=first.drift) if last.end > first.end else None


def last_of_month(m: Found, ctx: Context) -> Built:
    """ "am letzten Tag des Monats", "l'ultimo giorno del mese": of this one or (N) the next."""
    return one(dates.shifted(dates.month(ctx.today, int(m.has("N"))).end, days=-1))


def weekend_of(m: Found, _: Context) -> Built:
    """ "am Wochenende vom 14. März": the weekend of that day's week."""
    return dates.weekend(m.value("D", Day).start)


def shifted_by(m: Found, _: Context) -> Built:
    """ "nein, einen Tag später": counted from the day talked about, which is not in this message."""
    return Nothing() if m.before("correct") else None


def season_of(m: Found, ctx: Context) -> Built:
    """ "diesen Sommer", "l'inverno prossimo" (N): the running season or the next to come, or the one after it."""
    nth = m.word("S", "season")
    spans = (feasts.season(ctx.today.year + ahead, nth) for ahead in (-1, 0, 1, 2))
    open_ = [span for span in spans if span[1] > ctx.today]
    start, end = open_[1] if m.has("N") and open_[0][0] <= ctx.today else open_[0]
    return Day(start, end)


def a_few(m: Found, ctx: Context) -> Built:
    """ "in den nächsten Tagen", "nei prossimi giorni": three of them."""
    return units_to_come(_A_FEW, Unit(m.word("U", "unit")), ctx)


def units_to_come(count: int, unit: Unit, ctx: Context) -> Built:
    """The `count` whole units after the running one, as "next week" is the week after this one."""
    length = times(count, unit)
    if length is None or not count or unit in (Unit.SECOND, Unit.YEAR):
        return None
    if unit < Unit.DAY:
        begin = ctx.now.replace(second=0, microsecond=0) + timedelta(minutes=1)
        begin = (
            begin
            if unit is Unit.MINUTE
            else ctx.now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        )
        return Stretch(begin, length.after(begin))
    begins = {
        Unit.DAY: dates.shifted(ctx.today, days=1),
        Unit.WEEK: dates.week(ctx.today, 1).start,
        Unit.MONTH: dates.month(ctx.today, 1).start,
    }
    start = begins[unit]
    end = dates.shifted(start, days=length.days, months=length.months)
    return Day(start, end) if end > start else None


def coming_units(m: Found, ctx: Context) -> Built:
    """ "die nächsten drei Stunden", "i prossimi 3 giorni"."""
    count = m.n("N") if m.has("N") else m.word("S", "span_words")
    return units_to_come(count, Unit(m.word("U", "unit")), ctx)


def now(_: Found, ctx: Context) -> Built:
    """This very moment."""
    return Moment(ctx.now)


def given_up(m: Found, _: Context) -> Built:
    """ "verschiebt Yoga von Donnerstag": where something is moved, the day it leaves is named."""
    return m.value("D", Day) if m.before("move") else None


def year_end(m: Found, ctx: Context) -> Built:
    """December 31st, of this year or (N) the next."""
    return Day.one(date(ctx.today.year + int(m.has("N")), 12, 31))


def week(weeks: int) -> Builder:
    """The calendar week so many after this one."""
    return lambda m, ctx: dates.week(ctx.today, weeks)


def workweek(m: Found, ctx: Context) -> Built:
    """Monday to Friday of this week or (N) the next."""
    monday = dates.week(ctx.today, int(m.has("N"))).start
    return Day(monday, dates.shifted(monday, days=5))
