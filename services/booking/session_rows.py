"""In which order are sessions written? What lets go of time first, then what moves, then what takes it anew.

The calendars' constraints are checked at each row: an appointment that moves by a quarter of an hour, or takes the place
of a hold that is over, would otherwise be in its own way.
"""

from __future__ import annotations

from typing import Final

from services.booking import statements as sql
from services.booking.domain.state import SessionFacts
from services.booking.domain.world import SessionKey, World
from services.booking.rows import Rows
from shared.db import Connection

MAKE_SESSION: Final = """
INSERT INTO booking.sessions (tenant_id, id, kind, service_id, staff_id, resource_ids, starts_at, ends_at, capacity,
    buffer_before_minutes, buffer_after_minutes, ignores_buffers, status, cancel_reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
"""


async def write_sessions(connection: Connection, rows: Rows, world: World) -> None:
    """Write what sessions have become. Raises `ExclusionViolationError` when a calendar is taken."""
    for (tenant_id, session_id), facts in sorted(rows.facts.items(), key=_free_first):
        await connection.execute(
            sql.CHANGE_SESSION, tenant_id, session_id, facts.staff_id, list(facts.resource_ids), facts.starts_at,
            facts.ends_at, facts.capacity, facts.held_back, _status(facts), list(facts.overrides),
            facts.cancel_reason, *facts.buffers, facts.ignores_buffers, _seats(world, (tenant_id, session_id)),
        )  # fmt: skip
    for (tenant_id, session_id), facts in sorted(rows.made.items(), key=_free_first):
        await connection.execute(
            MAKE_SESSION, tenant_id, session_id, facts.kind, facts.service_id, facts.staff_id,
            list(facts.resource_ids), facts.starts_at, facts.ends_at, facts.capacity, *facts.buffers,
            facts.ignores_buffers, _status(facts), facts.cancel_reason,
        )  # fmt: skip


def _seats(world: World, key: SessionKey) -> int:
    # Seats that are let go (of a hold that is over) go with the capacity: the row's constraint compares the two.
    state = world.sessions[key]
    assert state is not None  # noqa: S101  # it was changed
    return state.seats_taken


def _free_first(row: tuple[SessionKey, SessionFacts]) -> tuple[bool, int]:
    # One order for all writers, so that they do not deadlock.
    (_, session_id), facts = row
    return not facts.cancelled, session_id.int


def _status(facts: SessionFacts) -> str:
    return "cancelled" if facts.cancelled else "scheduled"
