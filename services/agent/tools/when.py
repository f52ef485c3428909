"""Which instants do a customer's words for a time mean, in the business's zone? Code decides, no model."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from services.agent.language import Grain, Open, Understanding, understand

_DAY = timedelta(days=1)
_HALF_DAY = timedelta(hours=12)
_MINUTE = timedelta(minutes=1)
_NIGHT = 6  # nobody comes before this hour where it is only said as "6"
_DEFAULT = 7 * _DAY
_WHOLE = {Grain.WEEK: 7 * _DAY, Grain.MONTH: 31 * _DAY}
_DAYS = re.compile(r"(\d{4}-\d\d-\d\d) to (\d{4}-\d\d-\d\d)")
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::\d\d)?)?\s*(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Span:
    """Local wall-clock time [`start`, `end`).

    `at` is the exact start asked for; `or_at` the same 12 hours off, where "at 7" left the half of the day
    open.
    `daily` narrows every day to those hours, `days` the span to those dates.
    """

    start: datetime
    end: datetime
    at: datetime | None = None
    or_at: datetime | None = None
    daily: tuple[time, time] | None = None
    days: tuple[date, ...] = ()

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """[from, before) as aware UTC instants."""
        return _utc(self.start, zone), _utc(self.end, zone)

    def admits(self, start: datetime) -> bool:
        """Whether a session that starts then (local) is on one of the days and within the hours."""
        if self.days and start.date() not in self.days:
            return False
        if self.daily is None:
            return True
        earliest, latest = self.daily
        return earliest <= start.time() and (start.time() < latest or latest == time())


@lru_cache(maxsize=2048)
def understood(
    words: str, reference: datetime, language: str | None = None, previous: str | None = None
) -> Understanding:
    """The words alone, without a catalogue. A turn asks this about the same words several times."""
    return understand(words, reference, language=language, previous=previous)


def span_of(words: str | None, reference: datetime, language: str | None = None) -> Span | None:
    """What `words` mean, said at `reference` (naive, the business's wall clock); None when they mean no time.

    No words mean the next seven days. `language` (BCP 47) is the customer's; words that mean nothing in it are tried in
    their own. `2026-11-24`, `2026-11-24 19:00`, `2026-11-24 after 18:00` (English in every language) and
    `2026-11-24 to 2026-11-28` (both included) are understood too.
    """
    if words is None or not words.strip():
        return Span(reference, reference + _DEFAULT)
    days = _DAYS.fullmatch(words.strip())
    iso = None if days else _ISO.fullmatch(words.strip())
    if iso is None and days is None:
        return _span(_heard(words, reference, language), reference)
    try:
        if days is not None:
            first, last = (datetime.combine(date.fromisoformat(day), time()) for day in days.groups())
            return Span(first, last + _DAY) if first <= last else None
        return _dated(iso, language) if iso else None
    except ValueError:
        return None


def _dated(iso: re.Match[str], language: str | None) -> Span | None:
    """An ISO date and what follows it. Raises `ValueError` for what is no date or time."""
    day = datetime.combine(date.fromisoformat(iso.group(1)), time())
    clock = time.fromisoformat(iso.group(2)) if iso.group(2) else None
    if clock is not None:
        return Span(day, day + _DAY, at=datetime.combine(day, clock))
    if not iso.group(3):
        return Span(day, day + _DAY)
    # "7am" counts from that day's first moment, so it is that day's.
    english = _span(understood(iso.group(3), day, "en"), day)
    return english or _span(_heard(iso.group(3), day, language), day)


def _heard(words: str, reference: datetime, language: str | None) -> Understanding:
    """The words as written in the customer's language, unless a model has clearly put them into another."""
    said = understood(words, reference, None, language)
    if language is None or said.start is not None or said.end is not None:
        return said
    return understood(words, reference, language)


def by_day(said: Understanding, reference: datetime) -> Understanding:
    """A bare hour up to six in the half of the day in which people come, in every language: "um 4" is 16:00 first.

    Understanding reads it as its language writes hours, where nobody says that something is to be booked.
    """
    before = said.open is Open.BEFORE
    anchor, other = (said.end, None) if before else (said.start, said.end)
    bounds_one_side = other is None or (anchor is not None and other - anchor <= _MINUTE)
    if not said.half_day_guessed or anchor is None or not bounds_one_side or not 1 <= anchor.hour <= _NIGHT:
        return said
    by = _HALF_DAY
    if said.time_only and anchor + by - _DAY >= reference:
        by -= _DAY  # its first occurrence from now on is today
    if before:
        start = said.start + by if said.start is not None and said.time_only else said.start
        return replace(said, start=start, end=anchor + by)
    return replace(said, start=anchor + by, end=other + by if other is not None else None)


def _span(said: Understanding, reference: datetime) -> Span | None:
    if said.start is None and said.end is None:
        return None
    said = by_day(said, reference)
    start, end = said.start or reference, said.end
    exact = said.grain in (Grain.MINUTE, Grain.HOUR)
    if said.open is Open.AFTER:
        return Span(start, _midnight(start) + (_DAY if exact else _DEFAULT))
    if said.open is Open.BEFORE:
        end = end or start
        # "before noon tomorrow" is that morning, not everything from now on.
        return Span(max(_midnight(end - _MINUTE), min(reference, end)) if exact else reference, end)
    if exact and (end is None or end - start <= _MINUTE):
        day = _midnight(start)
        other = start - _HALF_DAY if start.hour >= 12 else start + _HALF_DAY
        return Span(day, day + _DAY, at=start, or_at=other if said.half_day_guessed else None)
    end = end or start + _WHOLE.get(said.grain or Grain.DAY, _DAY)
    return _with_further_days(Span(start, max(end, start + _MINUTE), daily=said.daily), said)


def _with_further_days(span: Span, said: Understanding) -> Span:
    """ "monday or tuesday": both days, and what lies between them not."""
    if not said.also_days:
        return span
    days = tuple(sorted({span.start.date(), *(day.date() for day in said.also_days)}))
    last = datetime.combine(days[-1], time()) + _DAY
    return replace(
        span, start=min(span.start, _midnight(said.also_days[0])), end=max(span.end, last), days=days
    )


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.date(), time())


def _utc(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=zone).astimezone(UTC)
