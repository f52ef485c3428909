"""May a repeating session change, for one date, from it on, or all? Nobody booked is dropped silently: who loses a date
is told and refunded, and who keeps it is told what is different."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from services.booking.domain import refusals, schedule_rows, series_clash
from services.booking.domain.decisions import sessions, settling, waitlist
from services.booking.domain.events import FactsChanged, RowsWritten
from services.booking.domain.refusals import Refused
from services.booking.domain.results import Done, Result
from services.booking.domain.schedule import InvalidSchedule, local_of
from services.booking.domain.series import UNCHANGED, Change, InvalidEdit, Scope, SeriesEdit, edit, find
from services.booking.domain.series_found import SeriesFound
from services.booking.domain.series_plan import (
    ExistingSession,
    Field,
    PlannedChange,
    PlannedSession,
    SessionValues,
)
from services.booking.domain.state import SessionFacts, SessionState
from services.booking.domain.world import Draft
from shared.messages import booking as msg

NO_SUCH_SCHEDULE = Refused(msg.RefusalCode.NOT_FOUND, "There is no such schedule.")

_COLUMNS = {
    Field.START: "starts_at",
    Field.DURATION: "ends_at",
    Field.STAFF: "staff_id",
    Field.RESOURCES: "resource_ids",
    Field.CAPACITY: "capacity",
}
"""How `SessionFacts.overrides` names a session's own fields."""

_FEW = 5


def edit_schedule(draft: Draft, command: msg.EditSchedule) -> Result:
    """Change the series. Refused as a whole when somebody would be in two places or more people are booked than fit."""
    found = draft.world.extras.get(command.command_id)
    if not isinstance(found, SeriesFound):
        raise TypeError("EditSchedule is decided with its SeriesFound as extra")
    if not found.schedules:
        return NO_SUCH_SCHEDULE
    if command.staff_id is not None and command.staff_id not in found.active - found.rooms:
        return refusals.invalid("There is no such staff member.")
    if command.room_id is not None and command.room_id not in found.active & found.rooms:
        return refusals.invalid("There is no such room.")
    zone = found.schedules[0].timezone
    original = local_of(command.occurrence, zone)
    states = {
        s.session_id: state for s in found.sessions if (state := draft.session(s.session_id)) is not None
    }
    existing = _existing(found, states)
    try:
        change = _change(command, found, original, states)
        if not (change.fields or change.cancel or change.rrule):
            return refusals.invalid("Say what should change: teacher, room, time, length, capacity or rule.")
        result = edit(
            found.schedules, original, Scope(command.scope), change, sessions=existing, now=draft.now,
            before=found.before,
        )  # fmt: skip
    except (InvalidEdit, InvalidSchedule) as error:
        return refusals.invalid(str(error))
    changes = [_keeping_seats(each, states, command) for each in (*result.plan.move, *result.plan.change)]
    refused = _too_small(changes, states)
    if refused is not None:
        return refused
    added = _may_be_added(result, found, draft.now)
    gone = {*result.plan.remove, *result.plan.needs_cancel}
    staying = [s for s in existing if s.session_id not in gone]
    clash, added = series_clash.clashes(found, states, (existing, staying), changes, added, draft.now)
    if clash is not None:
        return refusals.taken(series_clash.sentence(clash, found))
    _write(draft, found, result, added)
    for each in changes:
        _carry_out(draft, found, each)
    return Done(_summary(result, added))


def _existing(found: SeriesFound, states: Mapping[UUID, SessionState]) -> list[ExistingSession]:
    """The sessions that take place, as they are loaded for this decision."""
    return [
        ExistingSession(
            row.session_id,
            row.schedule_id,
            row.original_start,
            _values(state.facts),
            row.used or bool(state.bookings) or bool(state.queue),
            frozenset(f for f, name in _COLUMNS.items() if name in state.facts.overrides),
        )
        for row in found.sessions
        if (state := states.get(row.session_id)) is not None and not state.facts.cancelled
    ]


def _values(facts: SessionFacts) -> SessionValues:
    return SessionValues(facts.starts_at, facts.ends_at, facts.staff_id, facts.resource_ids, facts.capacity)


def _change(
    command: msg.EditSchedule, found: SeriesFound, original: datetime, states: Mapping[UUID, SessionState]
) -> Change:
    """The command as the rules see it; another room takes the place of the old one, equipment stays."""
    resources = None
    if command.room_id is not None:
        piece, occurrence = find(found.schedules, original)
        state = states.get(occurrence.session_id) if command.scope == "this" else None
        present = state.facts.resource_ids if state is not None else piece.resource_ids
        resources = (command.room_id, *(r for r in present if r not in found.rooms))
    return Change(
        staff_id=command.staff_id if command.staff_id is not None else UNCHANGED,
        resource_ids=resources,
        starts_at_local=command.starts_at_local,
        duration=timedelta(minutes=command.duration_minutes) if command.duration_minutes else None,
        capacity=command.capacity,
        rrule=command.rrule,
        cancel=command.cancel,
    )


def _keeping_seats(
    change: PlannedChange, states: Mapping[UUID, SessionState], command: msg.EditSchedule
) -> PlannedChange:
    """Without being asked to, a session never gets smaller than who is in it."""
    if command.capacity is not None:
        return change
    seats = max(change.new.capacity, states[change.session_id].seats_taken)
    return replace(change, new=replace(change.new, capacity=seats))


def _too_small(changes: Sequence[PlannedChange], states: Mapping[UUID, SessionState]) -> Refused | None:
    over = [s for c in changes if (s := states[c.session_id]).seats_taken > c.new.capacity]
    if not over:
        return None
    over.sort(key=lambda s: s.facts.starts_at)
    dates = "; ".join(f"{s.facts.local}: {s.seats_taken} places are taken" for s in over[:_FEW])
    more = f" and {len(over) - _FEW} more" if len(over) > _FEW else ""
    return Refused(
        msg.RefusalCode.HAS_BOOKINGS, f"Too many are booked ({dates}{more}): cancel or move bookings first."
    )


def _may_be_added(result: SeriesEdit, found: SeriesFound, now: datetime) -> list[PlannedSession]:
    """What is to be put down, without dates that the business cancelled: those do not come back."""
    off = {s.session_id for s in found.sessions if s.cancelled}
    return [each for each in result.plan.add if each.session_id not in off]


def _write(draft: Draft, found: SeriesFound, result: SeriesEdit, added: Sequence[PlannedSession]) -> None:
    """The rows that no session's state has: schedules first, then sessions that come, go, or change their schedule."""
    for statement, rows in _statements(draft, found, result, added):
        if rows:
            draft.emit(RowsWritten(statement, tuple(rows)))
    for session_id in result.plan.needs_cancel:
        settling.settle(draft, session_id)
        settling.cancel_all(draft, session_id, None, "business")
    for session_id in result.plan.remove:
        # Off first: whoever decides on it in this moment must see that it is, and its version must still stand.
        facts = _facts(draft, session_id)
        draft.emit(FactsChanged(draft.new_id(), draft.now, session_id, replace(facts, cancelled=True)))


def _statements(
    draft: Draft, found: SeriesFound, result: SeriesEdit, added: Sequence[PlannedSession]
) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
    tenant_id, stored = draft.tenant_id, found.stored
    yield (
        schedule_rows.PUT_SCHEDULE,
        [schedule_rows.schedule_row(s, stored, result, found.rooms, found.schedules) for s in result.changed],
    )
    yield schedule_rows.END_SCHEDULE, [(tenant_id, each, stored[each].version + 1) for each in result.ended]
    yield schedule_rows.REHOME, [(tenant_id, *each) for each in result.plan.rehome]
    yield schedule_rows.DROP_SESSION, [(tenant_id, each) for each in result.plan.remove]
    service_id = found.schedules[0].service_id
    yield (
        schedule_rows.ADD_SESSION,
        [
            (tenant_id, each.session_id, each.schedule_id, service_id, each.values.staff_id,
             list(each.values.resource_ids), each.values.starts_at, each.values.ends_at, each.values.capacity,
             *found.buffers, found.held_back, each.original_start, _names_of(each.own))
            for each in added
        ],
    )  # fmt: skip


def _carry_out(draft: Draft, found: SeriesFound, change: PlannedChange) -> None:
    """One session gets its new values; who is booked is told, and who waits gets what is free now."""
    session_id, new = change.session_id, change.new
    settling.settle(draft, session_id)
    before = _facts(draft, session_id)
    mine = {name for name in before.overrides if name not in _COLUMNS.values()}
    after = sessions.rendered(
        replace(
            before,
            staff_id=new.staff_id,
            staff_name=found.names.get(new.staff_id) if new.staff_id else None,
            resource_ids=new.resource_ids,
            room=found.room_of(new.resource_ids),
            starts_at=new.starts_at,
            ends_at=new.ends_at,
            capacity=new.capacity,
            overrides=tuple(sorted({*mine, *_names_of(change.own)})),
        )
    )
    draft.emit(FactsChanged(draft.new_id(), draft.now, session_id, after))
    sessions.tell_changes(draft, session_id, before, after)
    waitlist.serve(draft, session_id)


def _names_of(own: frozenset[Field]) -> list[str]:
    return sorted(_COLUMNS[each] for each in own)


def _facts(draft: Draft, session_id: UUID) -> SessionFacts:
    state = draft.session(session_id)
    if state is None:
        raise KeyError(f"no session {session_id} to change")
    return state.facts


def _summary(result: SeriesEdit, added: Sequence[PlannedSession]) -> str:
    plan = result.plan
    counted = (
        (len(plan.move) + len(plan.change), "changed"),
        (len(added), "added"),
        (len(plan.remove), "removed"),
        (len(plan.needs_cancel), "cancelled"),
    )
    return ", ".join(f"{number} {word}" for number, word in counted if number) or "nothing to change"
