"""What happens to the sessions that are there when their series changes? Kept, moved, changed, added, removed.

Nobody's booking goes silently: a booked session that the series no longer has is named for cancelling by the business.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from services.booking.domain.schedule import Occurrence, Schedule, occurrences


class Field(StrEnum):
    """What one session may have of its own, apart from its schedule."""

    START = "start"
    DURATION = "duration"
    STAFF = "staff"
    RESOURCES = "resources"
    CAPACITY = "capacity"


@dataclass(frozen=True, slots=True)
class SessionValues:
    """What a schedule says of one session. Instants are UTC."""

    starts_at: datetime
    ends_at: datetime
    staff_id: UUID | None
    resource_ids: tuple[UUID, ...]
    capacity: int


@dataclass(frozen=True, slots=True)
class ExistingSession:
    """A scheduled (not cancelled) session as it is. `own`: the fields that were edited for it alone.

    `original_start` is the naive local start that its id follows from, wherever it was moved since.
    """

    session_id: UUID
    schedule_id: UUID
    original_start: datetime
    values: SessionValues
    has_bookings: bool
    own: frozenset[Field] = frozenset()


@dataclass(frozen=True, slots=True)
class Override:
    """One session edited by itself: its values from now on, and all the fields that are its own."""

    session_id: UUID
    schedule_id: UUID
    original_start: datetime
    values: SessionValues
    own: frozenset[Field]


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """A session that is there gets other values; `own` are its own fields afterwards."""

    session_id: UUID
    old: SessionValues
    new: SessionValues
    own: frozenset[Field]


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """A session to put down."""

    session_id: UUID
    schedule_id: UUID
    original_start: datetime
    values: SessionValues
    own: frozenset[Field] = frozenset()


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """Every session is in exactly one of `keep`, `move`, `change`, `remove`, `needs_cancel`; `add` are new ones.

    - `move`: starts or ends at another time (other values may change too). `change`: only other values.
    - `needs_cancel`: gone from the series but booked: cancel it as the business (everyone told and refunded).
    - `rehome`: (session, schedule) whose row belongs to another schedule after a split; concerns no customer.
    """

    keep: tuple[UUID, ...] = ()
    move: tuple[PlannedChange, ...] = ()
    change: tuple[PlannedChange, ...] = ()
    add: tuple[PlannedSession, ...] = ()
    remove: tuple[UUID, ...] = ()
    needs_cancel: tuple[UUID, ...] = ()
    rehome: tuple[tuple[UUID, UUID], ...] = ()


Target = dict[UUID, tuple[Schedule, Occurrence]]


def values_of(schedule: Schedule, occurrence: Occurrence) -> SessionValues:
    """What the schedule says of one of its sessions."""
    return SessionValues(
        occurrence.starts_at, occurrence.ends_at, schedule.staff_id, schedule.resource_ids, schedule.capacity
    )


def plan(
    schedules: Sequence[Schedule],
    sessions: Sequence[ExistingSession],
    now: datetime,
    before: date,
    *,
    overrides: Collection[Override] = (),
    overwrite: frozenset[Field] = frozenset(),
) -> SessionPlan:
    """How the sessions become what these schedules (of one series) say, up to and without the local day `before`.

    What has begun at `now` (UTC) stays as it was. A session keeps its own edits, except for the fields in
    `overwrite`. Raises `InvalidSchedule`.
    """
    target = _target(schedules, sessions, now, before)
    edited = {override.session_id: override for override in overrides}
    keep: list[UUID] = []
    move: list[PlannedChange] = []
    change: list[PlannedChange] = []
    gone: list[ExistingSession] = []
    rehome: list[tuple[UUID, UUID]] = []
    for session in sessions:
        wanted = target.get(session.session_id)
        if session.values.starts_at <= now:
            keep.append(session.session_id)
            continue
        if wanted is None:
            gone.append(session)
            continue
        if wanted[0].schedule_id != session.schedule_id:
            rehome.append((session.session_id, wanted[0].schedule_id))
        planned = _planned(session, values_of(*wanted), now, overwrite, edited.get(session.session_id))
        if planned.new == session.values and planned.own == session.own:
            keep.append(session.session_id)
        else:
            (move if _moves(planned) else change).append(planned)
    return SessionPlan(
        keep=tuple(keep),
        move=tuple(move),
        change=tuple(change),
        add=_added(target, sessions, now, edited),
        remove=tuple(s.session_id for s in gone if not s.has_bookings),
        needs_cancel=tuple(s.session_id for s in gone if s.has_bookings),
        rehome=tuple(rehome),
    )


def _target(
    schedules: Sequence[Schedule], sessions: Sequence[ExistingSession], now: datetime, before: date
) -> Target:
    """The sessions that there should be, over all days that matter to the rows that are there."""
    days = [s.original_start.date() for s in sessions if s.values.starts_at > now]
    end = max([before, *(day + timedelta(days=1) for day in days)])
    target: Target = {}
    for schedule in schedules:
        today = now.astimezone(ZoneInfo(schedule.timezone)).date()
        for occurrence in occurrences(schedule, min([today, *days]), end):
            target[occurrence.session_id] = (schedule, occurrence)
    return target


def _planned(
    session: ExistingSession,
    wanted: SessionValues,
    now: datetime,
    overwrite: frozenset[Field],
    override: Override | None,
) -> PlannedChange:
    if override is not None:
        return PlannedChange(session.session_id, session.values, override.values, override.own)
    own = session.own - overwrite
    new = with_own(wanted, session.values, own)
    if new.starts_at <= now:  # today's session cannot be moved to this morning: it stays, this once
        new = with_own(wanted, session.values, own | {Field.START, Field.DURATION})
    return PlannedChange(session.session_id, session.values, new, own)


def with_own(general: SessionValues, present: SessionValues, own: Collection[Field]) -> SessionValues:
    """The general values, except for the fields that the session has of its own at present."""
    starts_at = present.starts_at if Field.START in own else general.starts_at
    length = present if Field.DURATION in own else general
    return SessionValues(
        starts_at=starts_at,
        ends_at=starts_at + (length.ends_at - length.starts_at),
        staff_id=present.staff_id if Field.STAFF in own else general.staff_id,
        resource_ids=present.resource_ids if Field.RESOURCES in own else general.resource_ids,
        capacity=present.capacity if Field.CAPACITY in own else general.capacity,
    )


def _added(
    target: Target, sessions: Sequence[ExistingSession], now: datetime, edited: Mapping[UUID, Override]
) -> tuple[PlannedSession, ...]:
    there = {session.session_id for session in sessions}
    found = []
    for session_id, (schedule, occurrence) in target.items():
        override = edited.get(session_id)
        values = override.values if override else values_of(schedule, occurrence)
        if session_id not in there and values.starts_at > now:
            own = override.own if override else frozenset()
            found.append(
                PlannedSession(session_id, schedule.schedule_id, occurrence.original_start, values, own)
            )
    return tuple(sorted(found, key=lambda s: (s.values.starts_at, s.session_id)))


def _moves(planned: PlannedChange) -> bool:
    return (planned.old.starts_at, planned.old.ends_at) != (planned.new.starts_at, planned.new.ends_at)
