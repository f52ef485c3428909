"""On which date is a feast that moves? Counted from Easter or from the first Sunday of Advent; pure.

For the rules of any language: its lexicon says which word is how many days after which anchor.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from dateutil.easter import easter

from services.agent.language import dates

SUNDAY = 6


def easter_day(year: int, offset: int) -> date:
    """The day `offset` days after the western Easter Sunday of a year."""
    return easter(year) + timedelta(days=offset)


def advent_day(year: int, offset: int) -> date:
    """The day `offset` days after the first Sunday of Advent, the fourth before Christmas."""
    christmas = date(year, 12, 25)
    fourth = christmas - timedelta(days=christmas.weekday() + 1)
    return fourth + timedelta(days=offset - 21)


def sunday_of_month(year: int, month_and_nth: int) -> date:
    """502 is the second Sunday of May. Raises ValueError for a month without such a Sunday."""
    month, nth = divmod(month_and_nth, 100)
    found = dates.nth_weekday(year, month, SUNDAY, nth)
    if found is None:
        raise ValueError(f"{month_and_nth} names no Sunday of {year}")
    return found


# First day of spring, summer, autumn and winter, as month * 100 + day.
_SEASONS = (320, 621, 923, 1221)


def season(year: int, nth: int) -> tuple[date, date]:
    """Spring (0) to winter (3) beginning in a year: its first day, and the first day of the next."""
    first, then = divmod(_SEASONS[nth], 100), divmod(_SEASONS[(nth + 1) % 4], 100)
    return date(year, *first), date(year + int(nth == len(_SEASONS) - 1), *then)


def coming(today: date, on: Callable[[int, int], date], number: int, year: int | None) -> date:
    """The feast in `year`, or without one its first occurrence that is not past."""
    if year is not None:
        return on(dates.full_year(year), number)
    found = on(today.year, number)
    return found if found >= today else on(today.year + 1, number)
