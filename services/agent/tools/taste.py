"""What would this customer like? A pure score over what they booked, what they said, and what is on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

Because = Literal["staff", "service", "weekday", "time", "level", "preference", "popular"]
"""What speaks for a recommendation, by its kind."""

_WEIGHT: dict[Because, float] = {
    "preference": 4.0,
    "service": 3.0,
    "staff": 2.5,
    "weekday": 1.5,
    "time": 1.5,
    "level": 0.5,
    "popular": 0.5,
}
_RECENT = 12
"""Bookings that count; the newest counts most."""
_NEAR_HOURS = 1.5


@dataclass(frozen=True, slots=True)
class Visit:
    """Something this customer booked or could book. `starts` is naive wall-clock time of the business.

    `liked` is False for what they cancelled or missed. `filled` is the share of places taken (0..1).
    """

    service_id: UUID
    service: str
    staff_id: UUID | None
    staff: str | None
    starts: datetime
    level: str | None = None
    liked: bool = True
    filled: float = 0.0


@dataclass(frozen=True, slots=True)
class Stated:
    """What they told us, resolved against the business. `hours` [from, to) of the day; weekdays 0 is Monday."""

    service_ids: frozenset[UUID] = frozenset()
    staff_ids: frozenset[UUID] = frozenset()
    weekdays: frozenset[int] = frozenset()
    hours: tuple[int, int] | None = None
    level: str | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate (its place in the list), how well it fits, and why, strongest first.

    `like` is the past visit that it is most alike.
    """

    place: int
    score: float
    because: tuple[Because, ...] = ()
    like: Visit | None = None


@dataclass(slots=True)
class _Taste:
    """How often what was chosen: newer visits count more; a cancelled one counts a little against."""

    services: Counter[UUID] = field(default_factory=Counter)
    staff: Counter[UUID] = field(default_factory=Counter)
    weekdays: Counter[int] = field(default_factory=Counter)
    hours: list[tuple[float, float]] = field(default_factory=list)
    levels: Counter[str] = field(default_factory=Counter)


def ranked(past: Sequence[Visit], stated: Stated, candidates: Sequence[Visit]) -> list[Scored]:
    """Candidates that something speaks for, best first; each service once before any comes again.

    For a customer nobody knows, what is fullest is `popular`.
    """
    taste = _taste_of(past)
    scored = [_score(place, one, taste, stated, past) for place, one in enumerate(candidates)]
    known = [one for one in scored if one.because]
    if not known:
        known = [
            Scored(place, one.filled, ("popular",)) for place, one in enumerate(candidates) if one.filled
        ]
    best = sorted(known, key=lambda one: (-one.score, candidates[one.place].starts))
    seen: Counter[UUID] = Counter()
    turns = []
    for one in best:
        seen[candidates[one.place].service_id] += 1
        turns.append((seen[candidates[one.place].service_id], one))
    return [one for _, one in sorted(turns, key=lambda pair: pair[0])]


def _taste_of(past: Sequence[Visit]) -> _Taste:
    taste = _Taste()
    newest = sorted(past, key=lambda visit: visit.starts, reverse=True)[:_RECENT]
    for age, visit in enumerate(newest):
        weight = (1.0 if visit.liked else -0.3) * 0.9**age
        taste.services[visit.service_id] += weight  # type: ignore[assignment]  # shares, not counts
        if visit.staff_id:
            taste.staff[visit.staff_id] += weight  # type: ignore[assignment]
        taste.weekdays[visit.starts.weekday()] += weight  # type: ignore[assignment]
        taste.hours.append((_hour(visit.starts), weight))
        if visit.level:
            taste.levels[visit.level] += weight  # type: ignore[assignment]
    return taste


def _score(place: int, one: Visit, taste: _Taste, stated: Stated, past: Sequence[Visit]) -> Scored:
    near = sum(weight for hour, weight in taste.hours if abs(hour - _hour(one.starts)) <= _NEAR_HOURS)
    shares: dict[Because, float] = {
        "service": _share(taste.services[one.service_id], sum(taste.services.values())),
        "staff": _share(taste.staff[one.staff_id], sum(taste.staff.values())) if one.staff_id else 0.0,
        "weekday": _share(taste.weekdays[one.starts.weekday()], sum(taste.weekdays.values())),
        "time": _share(near, sum(weight for _, weight in taste.hours)),
        "level": _share(taste.levels[one.level], sum(taste.levels.values())) if one.level else 0.0,
        "preference": _agreement(one, stated),
    }
    parts = {why: _WEIGHT[why] * share for why, share in shares.items() if share > 0.2}
    # The same hour or weekday alone is no reason to come.
    if not parts.keys() & {"service", "staff", "preference"}:
        parts = {}
    because = tuple(sorted(parts, key=lambda why: -parts[why]))
    return Scored(place, sum(parts.values()), because, _most_alike(one, past) if because else None)


def _share(part: float, whole: float) -> float:
    return max(0.0, part / whole) if whole > 0 else 0.0


def _agreement(one: Visit, stated: Stated) -> float:
    """The share of what they stated that this fits; 0 when it goes against a named person or service."""
    tests = []
    if stated.service_ids:
        tests.append(one.service_id in stated.service_ids)
    if stated.staff_ids:
        tests.append(one.staff_id in stated.staff_ids)
    if stated.weekdays:
        tests.append(one.starts.weekday() in stated.weekdays)
    if stated.hours:
        tests.append(stated.hours[0] <= _hour(one.starts) < stated.hours[1])
    if stated.level and one.level:
        tests.append(one.level.casefold() == stated.level.casefold())
    return sum(tests) / len(tests) if tests else 0.0


def _most_alike(one: Visit, past: Sequence[Visit]) -> Visit | None:
    """The liked visit that shares most with it: the same service before the same person before the same day."""

    def alike(visit: Visit) -> tuple[int, datetime]:
        same = 4 * (visit.service_id == one.service_id) + 2 * (
            visit.staff_id is not None and visit.staff_id == one.staff_id
        )
        return same + (visit.starts.weekday() == one.starts.weekday()), visit.starts

    liked = [visit for visit in past if visit.liked]
    best = max(liked, key=alike, default=None)
    return best if best is not None and alike(best)[0] >= 2 else None  # more than a weekday


def _hour(moment: datetime) -> float:
    return moment.hour + moment.minute / 60
