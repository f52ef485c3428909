"""How does a series change when somebody edits this session, this and all following ones, or all of them?

A session's identity is its original local start: it keeps its id (and its bookings) through every move. A split gives
the later part a schedule of its own in the same series; done twice, the ids are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import Enum, StrEnum
from typing import Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from services.booking.domain.rule import has_own_times, part_of
from services.booking.domain.schedule import (
    Occurrence,
    Schedule,
    first_time_of,
    instant_of,
    local_of,
    occurrences,
    start_times,
)
from services.booking.domain.series_plan import (
    ExistingSession,
    Field,
    Override,
    SessionPlan,
    plan,
    values_of,
    with_own,
)
from services.booking.domain.series_split import split
from shared.errors import UsherError

_DAY = timedelta(days=1)


class InvalidEdit(UsherError):
    """This edit of a series cannot be done."""


class Scope(StrEnum):
    """Which sessions an edit is about, seen from one of them."""

    THIS = "this"
    FOLLOWING = "following"
    ALL = "all"


class Unchanged(Enum):
    """A field that an edit leaves alone, where None means something."""

    UNCHANGED = "unchanged"


UNCHANGED: Final = Unchanged.UNCHANGED


@dataclass(frozen=True, slots=True)
class Change:
    """What an edit sets; what is not given stays.

    `staff_id` None: nobody. `starts_at_local`: wall-clock time, for the sessions that start when the edited one does.
    `on`: another day, for one session only. `overwrite_own`: also where a session was edited by itself before.
    """

    staff_id: UUID | Literal[Unchanged.UNCHANGED] | None = UNCHANGED
    resource_ids: tuple[UUID, ...] | None = None
    starts_at_local: time | None = None
    on: date | None = None
    duration: timedelta | None = None
    capacity: int | None = None
    rrule: str | None = None
    cancel: bool = False
    overwrite_own: bool = False

    @property
    def fields(self) -> frozenset[Field]:
        """The fields of a session that this sets."""
        given = {
            Field.START: self.starts_at_local is not None or self.on is not None,
            Field.DURATION: self.duration is not None,
            Field.STAFF: self.staff_id is not UNCHANGED,
            Field.RESOURCES: self.resource_ids is not None,
            Field.CAPACITY: self.capacity is not None,
        }
        return frozenset(field for field, is_set in given.items() if is_set)


@dataclass(frozen=True, slots=True)
class SeriesEdit:
    """What an edit comes to.

    - `schedules`: the series' schedules in force afterwards, earliest first; `changed`: those to write (new or other).
    - `ended`: ids of schedules to switch off, as nothing of them is left.
    - `overrides`: sessions edited by themselves. `plan`: what becomes of the session rows.
    """

    schedules: tuple[Schedule, ...]
    changed: tuple[Schedule, ...]
    ended: tuple[UUID, ...]
    overrides: tuple[Override, ...]
    plan: SessionPlan


def edit(
    series: Sequence[Schedule],
    original_start: datetime,
    scope: Scope,
    change: Change,
    *,
    sessions: Sequence[ExistingSession],
    now: datetime,
    before: date,
) -> SeriesEdit:
    """The series after `change`, made on its session with this original local start (naive).

    `series`: all its schedules in force (one, unless it was split). `sessions`: its scheduled rows. `now`: aware;
    what has begun stays as it was. `before`: the local day up to which sessions are laid out.
    Raises `InvalidEdit` and `InvalidSchedule`.
    """
    _check(scope, change)
    pieces = sorted(series, key=lambda s: (s.starts_on, s.schedule_id))
    piece, occurrence = find(pieces, original_start)
    overrides: tuple[Override, ...] = ()
    if scope is Scope.THIS:
        row = next((s for s in sessions if s.session_id == occurrence.session_id), None)
        if (row.values.starts_at if row else occurrence.starts_at) <= now:
            raise InvalidEdit("This session has begun: what was stays as it was.")
        if not change.cancel:
            overrides = (_override(piece, occurrence, row, change, now),)
    after = _after(pieces, piece, occurrence, scope, change)
    _refuse_count(after, change)
    left = {schedule.schedule_id for schedule in after}
    overwrites = change.overwrite_own and scope is not Scope.THIS
    return SeriesEdit(
        schedules=tuple(after),
        changed=tuple(s for s in after if s not in pieces),
        ended=tuple(p.schedule_id for p in pieces if p.schedule_id not in left),
        overrides=overrides,
        plan=plan(
            after,
            sessions,
            now,
            before,
            overrides=overrides,
            overwrite=change.fields if overwrites else frozenset(),
        ),
    )


def find(series: Sequence[Schedule], original_start: datetime) -> tuple[Schedule, Occurrence]:
    """The schedule and the session with this original local start (naive). Raises `InvalidEdit` without one."""
    day = original_start.date()
    for piece in series:
        for occurrence in occurrences(piece, day, day + _DAY):
            if occurrence.original_start == original_start:
                return piece, occurrence
    raise InvalidEdit(f"No session of this series was planned for {original_start:%Y-%m-%d %H:%M}.")


def _check(scope: Scope, change: Change) -> None:
    if scope is Scope.THIS and change.rrule is not None:
        raise InvalidEdit(
            "One session has no rule: change the rule of this and the following ones, or of all."
        )
    if scope is not Scope.THIS and change.on is not None:
        raise InvalidEdit("Only one session can move to a date: give a rule (rrule) for more.")
    if change.cancel and (change.fields or change.rrule):
        raise InvalidEdit("Cancel, or change: not both at once.")
    if change.duration is not None and change.duration <= timedelta():
        raise InvalidEdit("A session takes longer than no time.")
    if change.capacity is not None and change.capacity < 1:
        raise InvalidEdit("A session has at least one seat. To take it off, cancel it.")


def _after(
    pieces: list[Schedule], piece: Schedule, occurrence: Occurrence, scope: Scope, change: Change
) -> list[Schedule]:
    """The schedules in force after the edit."""
    first = occurrence.original_start.time()
    at = pieces.index(piece)
    if scope is Scope.THIS:
        return [*pieces[:at], _without(piece, occurrence), *pieces[at + 1 :]] if change.cancel else pieces
    if scope is Scope.ALL:
        return [] if change.cancel else [_changed(p, first, change) for p in pieces]
    old, new = split(piece, occurrence, change.rrule)
    kept = [*pieces[:at], *([old] if old else [])]
    rest = [] if change.cancel else [new, *pieces[at + 1 :]]
    return [*kept, *(_changed(p, first, change) for p in rest)]


def _override(
    piece: Schedule, occurrence: Occurrence, row: ExistingSession | None, change: Change, now: datetime
) -> Override:
    """One session with values of its own, on top of those that it has."""
    zone = ZoneInfo(piece.timezone)
    present = row.values if row else values_of(piece, occurrence)
    general = replace(
        present,
        staff_id=present.staff_id if change.staff_id is UNCHANGED else change.staff_id,
        resource_ids=present.resource_ids if change.resource_ids is None else change.resource_ids,
        capacity=change.capacity or present.capacity,
        ends_at=present.starts_at + (change.duration or present.ends_at - present.starts_at),
    )
    if Field.START in change.fields:
        local = local_of(present.starts_at, piece.timezone)
        start = datetime.combine(change.on or local.date(), change.starts_at_local or local.time())
        moved = replace(general, starts_at=instant_of(start, zone))
        general = with_own(general, moved, {Field.START})
    if general.starts_at <= now:
        raise InvalidEdit("A session cannot move to a time that has passed.")
    own = (row.own if row else frozenset()) | change.fields
    return Override(occurrence.session_id, piece.schedule_id, occurrence.original_start, general, own)


def _without(piece: Schedule, occurrence: Occurrence) -> Schedule:
    """The schedule without one session, whether the rule gives it or it was added."""
    start = occurrence.local_start
    extra = tuple(e for e in piece.extra if local_of(e, piece.timezone) != start)
    return replace(piece, extra=extra, excluded=(*piece.excluded, start))


def _changed(piece: Schedule, first: time, change: Change) -> Schedule:
    """The schedule after an edit; the start time is that of its sessions whose original time of day is `first`."""
    changed = replace(
        piece,
        staff_id=piece.staff_id if change.staff_id is UNCHANGED else change.staff_id,
        resource_ids=piece.resource_ids if change.resource_ids is None else change.resource_ids,
        duration=change.duration or piece.duration,
        capacity=change.capacity or piece.capacity,
        rrule=change.rrule or piece.rrule,
    )
    if change.starts_at_local is None:
        return changed
    return _moved(changed, first, change.starts_at_local)


def _moved(piece: Schedule, first: time, at: time) -> Schedule:
    """The schedule with one of its start times moved; the sessions keep the ids that follow from `first`."""
    if has_own_times(piece.rrule):
        raise InvalidEdit(
            f"{piece.rrule!r} says the times itself: give a new rule (rrule) with other BYHOUR."
        )
    extra = tuple(local_of(moment, piece.timezone) for moment in piece.extra)
    used = {*start_times(piece), *(moment.time() for moment in extra)}
    now = next((t for t in used if first_time_of(piece, t) == first), None)
    if now is None or now == at:
        return piece
    if at in used:
        raise InvalidEdit(f"There is a session at {at:%H:%M} already: two would become one.")
    names = {t: name for t, name in piece.first_times if t != now} | {at: first}
    return replace(
        piece,
        starts_at_local=at if piece.starts_at_local == now else piece.starts_at_local,
        times=tuple(sorted(at if t == now else t for t in piece.times)),
        excluded=tuple(_shifted(moment, now, at, piece.timezone) for moment in piece.excluded),
        extra=tuple(datetime.combine(moment, at) if moment.time() == now else moment for moment in extra),
        first_times=tuple(sorted((t, name) for t, name in names.items() if t != name)),
    )


def _shifted(excluded: datetime | date, now: time, at: time, timezone: str) -> datetime | date:
    """An exclusion goes along with the session that it leaves out."""
    if not isinstance(excluded, datetime):
        return excluded
    local = local_of(excluded, timezone)
    return datetime.combine(local, at) if local.time() == now else local


def _refuse_count(after: Sequence[Schedule], change: Change) -> None:
    several = len([s for s in after if s.rrule == change.rrule]) > 1
    if change.rrule and several and part_of(change.rrule, "COUNT"):
        raise InvalidEdit(
            "The series was split before: give the new rule an end date (UNTIL) in place of COUNT."
        )
