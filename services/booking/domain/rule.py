"""Can this RRULE (RFC 5545) be used? Only rules that dateutil reads, that come to an end of thinking, and mean what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from dateutil.rrule import rrule, rrulestr

from shared.errors import UsherError

_FREQUENCY = re.compile(r"(?:^|;)FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(?:;|$)")
_TIME_PARTS = re.compile(r"(?:^|;)BY(?:HOUR|MINUTE|SECOND)=", re.IGNORECASE)
_UNTIL_DAY = re.compile(r"((?:^|;)UNTIL=\d{8})(?=;|$)", re.IGNORECASE)
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

# The largest number that each part may hold, and whether it may count from the end (RFC 5545, 3.3.10). dateutil takes
# any, and then looks for the next date for seconds or for ever.
_LARGEST = {"BYMONTH": (12, False), "BYMONTHDAY": (31, True), "BYSETPOS": (366, True)}
_LARGEST_OF_A_YEAR = {"BYYEARDAY": (366, True), "BYWEEKNO": (53, True)}


class InvalidSchedule(UsherError):
    """The rule of a schedule cannot be used."""


def parse_rule(text: str, first: datetime) -> rrule:
    """The rule counted from `first` (naive local); a date as UNTIL includes that day.

    Raises `InvalidSchedule` with what is wrong.
    """
    if "\n" in text or ":" in text:
        raise InvalidSchedule(f"{text!r} is not a bare RRULE value such as FREQ=WEEKLY;BYDAY=MO,WE.")
    for problem in _problems(text):
        raise InvalidSchedule(f"{text!r}: {problem}.")
    try:
        rule = rrulestr(_UNTIL_DAY.sub(r"\1T235959", text), dtstart=first)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, IndexError) as error:
        raise InvalidSchedule(f"{text!r} is not an RRULE (RFC 5545): {error}") from error
    if not isinstance(rule, rrule) or not _FREQUENCY.search(text):
        raise InvalidSchedule(
            f"{text!r} must repeat DAILY, WEEKLY, MONTHLY or YEARLY (BYHOUR for several a day)."
        )
    return rule


def part_of(rule: str, name: str) -> str | None:
    """The value of one part of an RRULE (`part_of("FREQ=DAILY;COUNT=3", "COUNT")` is "3"); None without it."""
    found = re.search(rf"(?:^|;){name}=([^;]*)", rule, re.IGNORECASE)
    return found[1] if found else None


def has_own_times(rule: str) -> bool:
    """Whether an RRULE says itself at which times of day (BYHOUR, BYMINUTE, BYSECOND)."""
    return _TIME_PARTS.search(rule) is not None


def _problems(text: str) -> Iterator[str]:
    """What dateutil would not see: numbers out of range, parts given twice, rules without any date."""
    names = [part.partition("=")[0].upper() for part in text.split(";")]
    yield from (f"{name} is there twice" for name in sorted({n for n in names if names.count(n) > 1}))
    if "BYEASTER" in names:
        yield "BYEASTER is no part of RFC 5545"
    for name in {"INTERVAL", "COUNT"} & set(names):
        if not re.fullmatch(r"0*[1-9]\d{0,5}", part_of(text, name) or ""):
            yield f"{name} begins at 1"
    if {"COUNT", "UNTIL"} <= set(names):
        yield "give COUNT or UNTIL, not both"
    yearly = part_of(text, "FREQ") == "YEARLY"
    for name, (largest, negative) in (_LARGEST | _LARGEST_OF_A_YEAR).items():
        given = (part_of(text, name) or "").split(",") if name in names else []
        if given and name in _LARGEST_OF_A_YEAR and not yearly:
            yield f"{name} goes with FREQ=YEARLY only"
        if not all(_is_within(number, largest, negative=negative) for number in given):
            yield f"{name} is a list of numbers from {-largest if negative else 1} to {largest} without 0"
    nth = re.findall(r"\d+", part_of(text, "BYDAY") or "")
    of_year = yearly and "BYMONTH" not in names
    if not all(_is_within(number, 53 if of_year else 5, negative=False) for number in nth):
        yield "no month has that many of a weekday (BYDAY)"
    if _never(part_of(text, "BYMONTH"), part_of(text, "BYMONTHDAY")):
        yield "it names a day that none of its months has"


def _is_within(number: str, largest: int, *, negative: bool) -> bool:
    signs = "[+-]?" if negative else r"\+?"
    return re.fullmatch(rf"{signs}[0-9]{{1,3}}", number) is not None and 1 <= abs(int(number)) <= largest


def _never(months: str | None, days: str | None) -> bool:
    listed = [int(month) for month in re.findall(r"\d+", months or "")]
    lengths = [_LONGEST_MONTHS[month - 1] for month in listed if 1 <= month <= len(_LONGEST_MONTHS)]
    numbers = [int(day) for day in re.findall(r"\d+", days or "")]
    return bool(lengths and numbers) and min(numbers) > max(lengths)
