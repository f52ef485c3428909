"""What does one command alone need? For the rare kinds: a read of their own, in the transaction that gathers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.booking import people_extras, series_world, slot_world
from services.booking import statements as sql
from services.booking.domain.asked import part
from services.booking.domain.decisions.payments import Recorded, reason_of
from services.booking.domain.decisions.standing import Admission, Candidates
from services.booking.domain.decisions.waitlist import EndedEntry
from services.booking.domain.standing import OpenRequest, StandingWish, window
from services.booking.domain.world import CustomerKey, SessionKey, World
from shared.db import Queries
from shared.messages import booking as msg

MOST_CANDIDATES = 101
"""Sessions a standing request may match, and one more to see that it is too many."""

CANDIDATES: Final = """
SELECT s.id FROM booking.sessions s
WHERE s.tenant_id = $1 AND s.starts_at >= greatest($2::timestamptz, $4::timestamptz) AND s.starts_at < $3
  AND s.status = 'scheduled' AND s.kind = 'class' AND (cardinality($5::uuid[]) = 0 OR s.service_id = ANY ($5::uuid[]))
ORDER BY s.starts_at, s.id LIMIT 500
"""

OPEN_REQUESTS: Final = """
SELECT id, customer_id, wish, created_at FROM booking.standing_requests
WHERE tenant_id = $1 AND status = 'open' ORDER BY created_at, id
"""

ENDED_ENTRY: Final = (
    "SELECT customer_id, status FROM booking.waitlist_entries WHERE tenant_id = $1 AND id = $2"
)

WAITS_IN: Final = """
SELECT session_id FROM booking.waitlist_entries
WHERE tenant_id = $1 AND request_id = $2 AND status IN ('waiting', 'offered')
"""

ZONE: Final = """
SELECT timezone, (SELECT count(*) FROM booking.services v WHERE v.tenant_id = $1 AND v.id = ANY ($2::uuid[])) AS known
FROM booking.tenants WHERE tenant_id = $1
"""


@dataclass(slots=True)
class Extra:
    """What a command needs: a value for its decision, and sessions and customers to be loaded too."""

    value: object = None
    sessions: tuple[SessionKey, ...] = field(default=())
    customers: tuple[CustomerKey, ...] = field(default=())


async def _recorded(connection: Queries, command: msg.RecordPayment, _world: World, _now: datetime) -> Extra:
    if command.method != "card":
        return Extra()
    found = await connection.fetchval(
        sql.LOAD_RECORDED, command.tenant_id, command.booking_id, reason_of(command.payment_id)
    )
    return Extra(Recorded(int(found)))


async def _ended(
    connection: Queries, command: msg.AnswerOffer | msg.LeaveWaitlist, world: World, _now: datetime
) -> Extra:
    state = world.sessions.get((command.tenant_id, command.session_id))
    if state is None or state.entry(command.entry_id) is not None:
        return Extra()
    row = await connection.fetchrow(ENDED_ENTRY, command.tenant_id, command.entry_id)
    return Extra() if row is None else Extra(EndedEntry(row["customer_id"], row["status"]))


async def _candidates(
    connection: Queries, command: msg.RequestStanding, _world: World, now: datetime
) -> Extra:
    row = await connection.fetchrow(ZONE, command.tenant_id, list(command.service_ids))
    zone, known = (row["timezone"], row["known"]) if row is not None else ("UTC", 0)
    first, before = window(command.first_day, command.last_day, zone)
    rows = await connection.fetch(
        CANDIDATES, command.tenant_id, first, before, now, list(command.service_ids)
    )
    ids = tuple(row["id"] for row in rows)
    candidates = Candidates(zone, ids, unknown=known < len(set(command.service_ids)))
    return Extra(candidates, tuple((command.tenant_id, session_id) for session_id in ids))


async def _requests(connection: Queries, command: msg.SettleSession, world: World, now: datetime) -> Extra:
    state = world.sessions.get((command.tenant_id, command.session_id))
    if state is None or state.version > 0:
        return Extra()  # only a session that has just been laid out may be wished for and not known of
    rows = await connection.fetch(OPEN_REQUESTS, command.tenant_id)
    requests = tuple(
        OpenRequest(row["id"], StandingWish.model_validate_json(row["wish"]), row["created_at"])
        for row in rows
    )
    customers = tuple((command.tenant_id, row["customer_id"]) for row in rows)
    return Extra(Admission(requests), customers=customers)


async def _waits_in(
    connection: Queries, command: msg.WithdrawStanding, _world: World, _now: datetime
) -> Extra:
    rows = await connection.fetch(WAITS_IN, command.tenant_id, command.request_id)
    return Extra(sessions=tuple((command.tenant_id, row["session_id"]) for row in rows))


async def _selling(connection: Queries, command: msg.SellPass, _world: World, _now: datetime) -> Extra:
    return Extra(await people_extras.load_selling(connection, command.tenant_id, command))


async def _pausing(connection: Queries, command: msg.PausePass, _world: World, _now: datetime) -> Extra:
    return Extra(await people_extras.load_pausing(connection, command.tenant_id, command))


async def _linking(connection: Queries, command: msg.LinkIdentity, _world: World, _now: datetime) -> Extra:
    return Extra(await people_extras.load_linking(connection, command.tenant_id, command))


async def _edit(connection: Queries, command: msg.EditSchedule, _world: World, now: datetime) -> Extra:
    found = await series_world.load_edit(connection, command, now)
    return Extra(found, tuple(series_world.session_keys(found)))


async def _series(connection: Queries, command: msg.BookSeries, _world: World, now: datetime) -> Extra:
    found = await series_world.load_series(connection, command, now)
    return Extra(found, tuple(series_world.session_keys(found)))


async def _slots(
    connection: Queries, command: msg.BookSlot | msg.RescheduleToSlot, world: World, now: datetime
) -> Extra:
    needed = await slot_world.for_command(connection, command, world, now)
    return Extra(needed.value, needed.sessions)


async def _wanted(connection: Queries, command: msg.ChangeSession, world: World, _now: datetime) -> Extra:
    state = world.sessions.get((command.tenant_id, command.session_id))
    return Extra(await series_world.wanted(connection, command, state))


LOADERS: dict[type[Any], Callable[[Queries, Any, World, datetime], Awaitable[Extra]]] = {
    msg.RecordPayment: _recorded,
    msg.AnswerOffer: _ended,
    msg.LeaveWaitlist: _ended,
    msg.RequestStanding: _candidates,
    msg.WithdrawStanding: _waits_in,
    msg.SettleSession: _requests,
    msg.SellPass: _selling,
    msg.PausePass: _pausing,
    msg.LinkIdentity: _linking,
    msg.BookSlot: _slots,
    msg.RescheduleToSlot: _slots,
    msg.EditSchedule: _edit,
    msg.BookSeries: _series,
    msg.ChangeSession: _wanted,
}
"""Which commands need something of their own."""


def pass_named(command: msg.BookingCommand) -> UUID | None:
    """The pass that a command names."""
    found: UUID | None = part(command, "pass_id")
    return found
