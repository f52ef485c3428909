"""Would an edited series put somebody or something in two places? Each session where it will be, against all others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from services.booking.domain.clash import Clashing, Diary, Place
from services.booking.domain.local import local_times
from services.booking.domain.schedule import occurrences
from services.booking.domain.series_found import SeriesFound
from services.booking.domain.series_plan import ExistingSession, PlannedChange, PlannedSession, SessionValues
from services.booking.domain.state import SessionFacts, SessionState


def clashes(
    found: SeriesFound,
    states: Mapping[UUID, SessionState],
    there: tuple[Sequence[ExistingSession], Sequence[ExistingSession]],
    changes: Sequence[PlannedChange],
    added: Sequence[PlannedSession],
    now: datetime,
) -> tuple[Clashing | None, list[PlannedSession]]:
    """The first session that cannot be where it should, or None and the new sessions that can be put down.

    `there`: all sessions of the series that take place now, and those of them that stay. A date that could not be put
    down before, since somebody is busy then, is left out again: only what the edit itself brings is refused.
    """
    moving = {c.session_id: _place(c.session_id, c.new, states[c.session_id].facts) for c in changes}
    # Rows change one after another, so nobody may stand even where another one of the series still is.
    now_taken, final = Diary(found.taken), Diary([*found.taken, *moving.values()])
    for number, diary in enumerate((now_taken, final)):
        for session in there[number]:
            if number == 0 or session.session_id not in moving:
                diary.add(_place(session.session_id, session.values, states[session.session_id].facts))
    for change in changes:
        place = moving[change.session_id]
        clash = (now_taken.clash(place) or final.clash(place)) if _occupies_other(change) else None
        if clash is not None:
            return clash, []
    return _added_clash(found, final, added, now)


def _added_clash(
    found: SeriesFound, final: Diary, added: Sequence[PlannedSession], now: datetime
) -> tuple[Clashing | None, list[PlannedSession]]:
    planned_before = _planned(found, now)
    kept = []
    for each in added:
        values = each.values
        resources = frozenset(r for r in (values.staff_id, *values.resource_ids) if r is not None)
        place = Place(
            each.session_id,
            resources,
            values.starts_at,
            values.ends_at,
            found.buffers,
            what=found.service_name,
        )
        clash = final.clash(place)
        if clash is None:
            final.add(place)
            kept.append(each)
        elif each.session_id not in planned_before or each.own:
            return clash, []
    return None, kept


def _planned(found: SeriesFound, now: datetime) -> set[UUID]:
    """The dates that the series had before the edit."""
    first = now.date() - timedelta(days=1)
    return {o.session_id for s in found.schedules for o in occurrences(s, first, found.before)}


def _occupies_other(change: PlannedChange) -> bool:
    return replace(change.old, capacity=0) != replace(change.new, capacity=0)


def _place(session_id: UUID, values: SessionValues, facts: SessionFacts) -> Place:
    resources = frozenset(r for r in (values.staff_id, *values.resource_ids) if r is not None)
    what = facts.service_name
    return Place(
        session_id, resources, values.starts_at, values.ends_at, facts.buffers, facts.ignores_buffers, what
    )


def sentence(clash: Clashing, found: SeriesFound) -> str:
    """Who or what is busy then, and with what."""
    zone = found.schedules[0].timezone
    who = found.names.get(clash.resource_id, "Somebody")
    taken, wanted = (
        local_times(p.starts_at, p.ends_at, zone, found.language) for p in (clash.taken, clash.wanted)
    )
    return f"{who} is busy then: {clash.taken.what}, {taken}. Nothing was changed ({wanted} was wanted)."
