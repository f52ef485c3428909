"""Which times does a customer not want? "not the morning", "any day but monday"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from services.agent.language.values import PART_HOURS, Clock, Day, PartOfDay, Unit, Value, Window

_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Refused:
    """A time that is not wanted: days, the minutes [`start`, `end`) of every day, or those minutes of those days.

    The days are [`first`, `until`), or every `weekday` (Monday is 0): "not monday" is said of all of them.
    """

    first: date | None = None
    until: date | None = None
    weekday: int | None = None
    start: int = 0
    end: int = _DAY_MINUTES

    @property
    def whole_days(self) -> bool:
        """Whether it is days, and not hours of them."""
        return self.start == 0 and self.end == _DAY_MINUTES

    def covers(self, moment: datetime) -> bool:
        """Whether what starts then (naive, local) is not wanted."""
        if self.weekday is not None and moment.weekday() != self.weekday:
            return False
        if self.first is not None and self.until is not None and not self.first <= moment.date() < self.until:
            return False
        return self.start <= moment.hour * 60 + moment.minute < self.end


def refusals(said: Iterable[tuple[Value, ...]]) -> tuple[Refused, ...]:
    """What was refused, each of `said` being the values of one phrase: days and hours of one belong together."""
    return tuple(each for values in said for each in _of(values))


def _of(values: tuple[Value, ...]) -> list[Refused]:
    days = [value for value in values if isinstance(value, Day)]
    hours = [span for value in values for span in _hours(value)]
    if not days:
        return [Refused(start=start, end=end) for start, end in hours]
    every = hours or [(0, _DAY_MINUTES)]
    return [_on(day, start, end) for day in days for start, end in every]


def _on(day: Day, start: int, end: int) -> Refused:
    if day.single and day.drift is Unit.WEEK:
        return Refused(weekday=day.start.weekday(), start=start, end=end)
    return Refused(day.start, day.end, start=start, end=end)


def _hours(value: Value) -> list[tuple[int, int]]:
    match value:
        case PartOfDay():
            first, last = PART_HOURS[value.part]
            return [(first * 60, last * 60)]
        case Clock():
            halves = {value.minutes} if value.settled else {value.minutes % 720, value.minutes % 720 + 720}
            return [(at, at + 1) for at in sorted(halves)]
        case Window():
            return [
                (value.start.minutes if value.start else 0, value.end.minutes if value.end else _DAY_MINUTES)
            ]
        case _:
            return []
