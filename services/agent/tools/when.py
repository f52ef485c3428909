"""Which instants do a customer's words for a time mean, in the business's zone? Decided by code, never by a model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.agent.language import Understanding, understand

_DAY = timedelta(days=1)
_DEFAULT_DAYS = 7
_ISO = re.compile(r"\s*(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::\d\d)?)?\s*(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Span:
    """Local wall-clock time [`start`, `end`); `at` is the exact start that was asked for, if one was.

    `whole_days` tells that only days were named; `stated` that any time was.
    """

    start: datetime
    end: datetime
    at: datetime | None = None
    whole_days: bool = False
    stated: bool = True

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """[from, before) as aware UTC instants."""
        return _utc(self.start, zone), _utc(self.end, zone)


def span_of(words: str | None, reference: datetime) -> Span | None:
    """What `words` mean, said at `reference` (naive, the business's wall clock); None when they mean no time.

    No words mean the next seven days. `2026-11-24`, `2026-11-24 19:00` and `2026-11-24 after 18:00` are understood too.
    """
    if words is None or not words.strip():
        return Span(reference, reference + _DEFAULT_DAYS * _DAY, stated=False)
    iso = _ISO.fullmatch(words)
    if iso:
        return _on_day(iso.group(1), iso.group(2), iso.group(3), reference)
    return _span(understand(words, reference), reference)


def _on_day(day_text: str, clock: str | None, rest: str, reference: datetime) -> Span | None:
    try:
        day = datetime.combine(date.fromisoformat(day_text), time())
        at = datetime.combine(day, time.fromisoformat(clock)) if clock else None
    except ValueError:
        return None
    if at is not None:
        return Span(day, day + _DAY, at)
    if not rest.strip():
        return Span(day, day + _DAY, whole_days=True)
    meant = _span(understand(rest, day), day)
    return meant and _moved(meant, day, reference)


def _moved(span: Span, day: datetime, _reference: datetime) -> Span:
    """The same time of day, but on `day` (understanding "7am" may have gone on to the next one)."""
    shift = timedelta(days=(day.date() - span.start.date()).days)
    return Span(
        span.start + shift, span.end + shift, span.at + shift if span.at else None, span.whole_days, span.stated
    )


def _span(said: Understanding, reference: datetime) -> Span | None:
    if said.start is None and said.end is None:
        return None
    start = said.start or reference
    if said.time_only and start < reference:
        # A bare "at 7" that is over for today is tomorrow's.
        start += _DAY
    exact = said.grain in ("minute", "hour")
    if said.open == "after":
        return Span(start, _midnight(start) + (_DAY if exact else _DEFAULT_DAYS * _DAY))
    if said.open == "before":
        end = said.end or start
        return Span(min(max(_midnight(end - timedelta(microseconds=1)), reference), end), end)
    end = said.end
    if exact and (end is None or end - start <= timedelta(minutes=1)):
        day = _midnight(start)
        return Span(day, day + _DAY, at=start)
    if end is None:
        end = start + {"week": 7 * _DAY, "month": 31 * _DAY}.get(said.grain or "day", _DAY)
    return Span(start, max(end, start + timedelta(minutes=1)), whole_days=not exact)


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.date(), time())


def _utc(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=zone).astimezone(UTC)
