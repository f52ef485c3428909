"""Which calendar date does "the 4th", "next tuesday" or "March 8th" mean, seen from today?

Pure calendar arithmetic; every function returns None (never raises) for a date that does not exist.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from services.agent.language.values import Day, Grain, Unit

LATEST = 2300


def safe_date(year: int, month: int, day: int) -> date | None:
    """The date, or None when there is none such."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def shifted(day: date, *, days: int = 0, months: int = 0) -> date:
    """`day` moved on the calendar, kept inside the years dates can hold."""
    try:
        return day + relativedelta(months=months, days=days)
    except (ValueError, OverflowError):
        return day


def full_year(written: int) -> int:
    """A year as written, two digits meaning this century."""
    return written + 2000 if written < 100 else written


def next_weekday(today: date, weekday: int, nth: int = 1) -> date:
    """The nth such weekday after today (0 = Monday); today itself does not count."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1 + 7 * (nth - 1))


def weekday_of_week(today: date, weekday: int, weeks: int) -> date:
    """That weekday in the calendar week `weeks` after this one (weeks start on Monday)."""
    return today - timedelta(days=today.weekday()) + timedelta(weeks=weeks, days=weekday)


def month_day(today: date, month: int, day: int, year: int | None = None) -> date | None:
    """The date; without a year the first one that is not past. February 29th looks on to the next leap year."""
    if year is not None:
        return safe_date(full_year(year), month, day)
    years = range(today.year, today.year + 9)
    found = (safe_date(y, month, day) for y in years)
    return next((d for d in found if d is not None and d >= today), None)


def day_of_month(today: date, day: int) -> date | None:
    """The first date with that day of month that is not past, skipping months too short for it."""
    return next((d for d in _days_of_month(today, day) if d >= today), None)


def day_in_month(today: date, day: int, months: int) -> date | None:
    """That day in the month `months` after this one."""
    first = shifted(today.replace(day=1), months=months)
    return safe_date(first.year, first.month, day)


def _days_of_month(today: date, day: int) -> Iterator[date]:
    """The given day of this month and of the following twelve, where it exists."""
    for months in range(13):
        found = day_in_month(today, day, months)
        if found:
            yield found


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date | None:
    """The nth (1..5, -1 = last) weekday of a month."""
    first = safe_date(year, month, 1)
    if first is None:
        return None
    if nth < 0:
        last = shifted(first, months=1) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    found = first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    return found if found.month == month else None


def week(today: date, weeks: int = 0) -> Day:
    """The calendar week `weeks` after this one, Monday to Sunday."""
    monday = weekday_of_week(today, 0, weeks)
    return Day(monday, monday + timedelta(days=7), Grain.WEEK)


def weekend(today: date, weeks: int = 0) -> Day:
    """Saturday and Sunday of the calendar week `weeks` after this one."""
    saturday = weekday_of_week(today, 5, weeks)
    return Day(saturday, saturday + timedelta(days=2), Grain.DAY)


def month(today: date, months: int = 0) -> Day:
    """The calendar month `months` after this one."""
    first = shifted(today.replace(day=1), months=months)
    return Day(first, shifted(first, months=1), Grain.MONTH)


def named_month(today: date, number: int, year: int | None = None) -> Day:
    """The month; without a year the running one or the next to come."""
    if year is None:
        year = today.year + (number < today.month)
    first = date(full_year(year), number, 1)
    return Day(first, shifted(first, months=1), Grain.MONTH, Unit.YEAR)


def year(today: date, years: int = 0) -> Day:
    """The calendar year `years` after this one (grain month: the coarsest we answer)."""
    first = date(min(today.year + years, LATEST), 1, 1)
    return Day(first, shifted(first, months=12), Grain.MONTH)


def catch_up(day: Day, after: date) -> Day:
    """`day` moved on by its drift until it starts on or after `after`: the end of "from friday to monday"."""
    step = {Unit.WEEK: {"days": 7}, Unit.MONTH: {"months": 1}, Unit.YEAR: {"months": 12}}.get(
        day.drift or Unit.DAY
    )
    if step is None:
        return day
    length = day.end - day.start
    for count in range(60):
        start = shifted(day.start, **{key: value * count for key, value in step.items()})
        if start >= after:
            return Day(start, start + length, day.grain, day.drift)
    return day
