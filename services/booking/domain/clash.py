"""Is somebody or something in two places? Wanted places of sessions against what is taken, as the database sees it:
sessions never overlap, and neither do their buffers unless one of them ignores buffers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a session takes place: staff and resources over [`starts_at`, `ends_at`), instants in UTC.

    `buffers`: minutes before and after that are kept free as well. `what` is how a sentence names the session.
    """

    session_id: UUID
    resources: frozenset[UUID]
    starts_at: datetime
    ends_at: datetime
    buffers: tuple[int, int] = (0, 0)
    ignores_buffers: bool = False
    what: str = ""

    @property
    def busy(self) -> tuple[datetime, datetime]:
        """Start and end with the buffers."""
        before, after = self.buffers
        return self.starts_at - timedelta(minutes=before), self.ends_at + timedelta(minutes=after)

    def overlaps(self, other: Place) -> bool:
        """True when nobody could be in both (touching ends are no overlap)."""
        if self.starts_at < other.ends_at and other.starts_at < self.ends_at:
            return True
        if self.ignores_buffers or other.ignores_buffers:
            return False
        (start, end), (from_, until) = self.busy, other.busy
        return start < until and from_ < end


@dataclass(frozen=True, slots=True)
class Clashing:
    """`wanted` cannot take place, as `resource_id` is in `taken` then."""

    wanted: Place
    taken: Place
    resource_id: UUID


class Diary:
    """The places that are taken, found by resource and day."""

    def __init__(self, taken: Iterable[Place] = ()) -> None:
        self._taken: dict[tuple[UUID, date], list[Place]] = {}
        for place in taken:
            self.add(place)

    def add(self, place: Place) -> None:
        """This place is taken."""
        for key in _keys(place):
            self._taken.setdefault(key, []).append(place)

    def clash(self, wanted: Place) -> Clashing | None:
        """What stands against `wanted`, other than the same session: the first of what is taken, or None."""
        found = [
            Clashing(wanted, place, key[0])
            for key in _keys(wanted)
            for place in self._taken.get(key, ())
            if place.session_id != wanted.session_id and wanted.overlaps(place)
        ]
        return min(found, key=lambda c: (c.taken.starts_at, c.taken.session_id, c.resource_id), default=None)


def _keys(place: Place) -> Iterator[tuple[UUID, date]]:
    start, end = place.busy
    day = start.date()
    while day <= end.date():
        for resource_id in place.resources:
            yield resource_id, day
        day += _DAY
