"""From which day to which day does a membership hold? Periods by the calendar, lengthened by pauses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Days:
    """From `first` to `last`, both included, on the business's calendar. Raises ValueError when it ends first."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"{self.first} to {self.last} ends before it begins")

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def last_day(first: date, months: int) -> date:
    """The last of `months` months from `first`: the eve of the same day, or the month's end where that is missing.

    28 February + 1 month ends on 27 March; 31 January + 1 month on the last of February.
    """
    same_day = first + relativedelta(months=months)
    return same_day if same_day.day != first.day else same_day - _DAY


def end_of(day: date, zone: str) -> datetime:
    """23:59:59 of that day in an IANA zone, as a UTC instant: the last second that is shown to people."""
    return datetime.combine(day, time(23, 59, 59), ZoneInfo(zone)).astimezone(UTC)


def period_of(first: date, months: int, pauses: Iterable[Days], day: date) -> Days | None:
    """The period that `day` is in, of a membership that renews every `months` from `first`; None: before it.

    Every paused day since `first` adds a day, to the period it lies in. Later periods are counted from `first`,
    so that one from the 31st keeps to the ends of the months.
    """
    if day < first:
        return None
    merged = _merged(pauses)
    begins, number = first, 1
    while True:
        ends = lengthened(first, last_day(first, months * number), merged)
        if day <= ends:
            return Days(begins, ends)
        begins, number = ends + _DAY, number + 1


def lengthened(first: date, nominal: date, pauses: Iterable[Days]) -> date:
    """The last day of `first` to `nominal` when each paused day in it adds one (which may be paused itself)."""
    for pause in _merged(pauses):
        begins = max(pause.first, first)
        if begins <= nominal and pause.last >= begins:
            nominal += pause.last - begins + _DAY
    return nominal


def _merged(pauses: Iterable[Days]) -> tuple[Days, ...]:
    """In order, overlapping ones as one, so that no day is counted twice."""
    merged: list[Days] = []
    for pause in sorted(pauses, key=lambda days: days.first):
        if merged and pause.first <= merged[-1].last:
            merged[-1] = Days(merged[-1].first, max(merged[-1].last, pause.last))
        else:
            merged.append(pause)
    return tuple(merged)
