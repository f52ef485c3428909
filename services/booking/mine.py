"""What does a customer have? Bookings, places in queues, what they owe and what is left on their passes."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from services.booking import people
from services.booking import statements as sql
from services.booking.clock import Clock
from services.booking.domain import wire
from services.booking.domain.state import NO_BOOKINGS, SessionState
from services.booking.loader import Loader, booking_of
from services.booking.people_export import export_customer
from services.booking.store import columns
from shared.db import Database, Queries
from shared.messages.booking import (
    Balances,
    BookingsFound,
    BookingView,
    CustomerExported,
    ExportCustomer,
    MyBalances,
    MyBookings,
    WaitlistEntryView,
)

# With earlier ones the latest 200 (they are turned round afterwards), else the next 200.
# A merged customer's bookings are their survivor's; whoever still asks by the old id means the same person.
BOOKINGS: Final = f"""
SELECT b.* FROM booking.customers a
JOIN booking.bookings b ON b.tenant_id = a.tenant_id AND b.customer_id = coalesce(a.merged_into, a.id)
JOIN booking.sessions s ON s.tenant_id = b.tenant_id AND s.id = b.session_id
WHERE a.tenant_id = $1 AND a.id = $2
  AND CASE WHEN $4::boolean THEN true ELSE b.status IN {sql.SEATED} AND s.ends_at > $3 END
  AND (b.expires_at IS NULL OR b.expires_at > $3 OR $4)
ORDER BY CASE WHEN $4 THEN s.starts_at END DESC, s.starts_at, b.id LIMIT 200
"""  # noqa: S608  # made of constants

WAITING: Final = """
SELECT e.id FROM booking.customers a
JOIN booking.waitlist_entries e ON e.tenant_id = a.tenant_id AND e.customer_id = coalesce(a.merged_into, a.id)
    AND e.status IN ('waiting', 'offered')
WHERE a.tenant_id = $1 AND a.id = $2
"""

WAITS_IN: Final = """
SELECT tenant_id, session_id AS id FROM booking.waitlist_entries WHERE tenant_id = $1 AND id = ANY ($2::uuid[])
"""

TENANT: Final = "SELECT timezone, currency FROM booking.tenants WHERE tenant_id = $1"

SURVIVOR: Final = "SELECT coalesce(merged_into, id) FROM booking.customers WHERE tenant_id = $1 AND id = $2"


class Mine:
    """Answers about one customer. Nothing is cached: what they decide on is what is committed."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._loader = Loader(db)

    async def my_bookings(self, query: MyBookings) -> BookingsFound:
        """The customer's bookings that have not ended, soonest first, and where they wait."""
        now = self._clock()
        async with self._db.reading(query.tenant_id) as connection:
            rows = await connection.fetch(BOOKINGS, query.tenant_id, query.customer_id, now, query.past)
            waiting = await connection.fetch(WAITING, query.tenant_id, query.customer_id)
            if not rows and not waiting:
                return BookingsFound()
            sessions = [(query.tenant_id, row["session_id"]) for row in rows]
            facts = {
                row["id"]: row
                for row in await connection.fetch(sql.LOAD_FACTS, *columns(sorted(set(sessions), key=str), 2))
            }
            entries = await self._waiting(connection, query.tenant_id, [row["id"] for row in waiting])
        ordered = reversed(rows) if query.past else rows
        return BookingsFound(
            bookings=tuple(self._view(row, facts[row["session_id"]]) for row in ordered), waiting=entries
        )

    async def my_balances(self, query: MyBalances) -> Balances:
        """Sums of ledger entries: what is owed, and what is left on each pass."""
        async with self._db.reading(query.tenant_id) as connection:
            tenant = await connection.fetchrow(TENANT, query.tenant_id)
            zone, currency = (tenant["timezone"], tenant["currency"]) if tenant else ("UTC", "EUR")
            customer_id = await connection.fetchval(SURVIVOR, query.tenant_id, query.customer_id)
            if customer_id is None:
                return Balances(currency=currency)
            owed = await people.owed(connection, query.tenant_id, customer_id, currency)
            passes = await people.load_passes(connection, query.tenant_id, [customer_id])
        now = self._clock()
        views = tuple(each.view(now, zone) for each in passes.get(customer_id, ()))
        return Balances(currency=currency, owed=owed, passes=views)

    async def export_customer(self, query: ExportCustomer) -> CustomerExported:
        """Everything that booking stores about one person."""
        async with self._db.reading(query.tenant_id) as connection:
            return await export_customer(connection, query.tenant_id, query.customer_id)

    async def _waiting(
        self, connection: Queries, tenant_id: UUID, entries: list[UUID]
    ) -> tuple[WaitlistEntryView, ...]:
        if not entries:
            return ()
        rows = await connection.fetch(WAITS_IN, tenant_id, entries)
        states = await self._loader.sessions_on(connection, [(row["tenant_id"], row["id"]) for row in rows])
        return tuple(
            WaitlistEntryView.model_validate_json(wire.entry_json(state, entry))
            for state in sorted(states.values(), key=lambda s: s.facts.starts_at)
            for entry in state.queue
            if entry.entry_id in entries
        )

    def _view(self, row: Any, session: Any) -> BookingView:
        state = SessionState(
            self._loader.facts(session), session["version"], session["seats_taken"], NO_BOOKINGS
        )
        return BookingView.model_validate_json(wire.booking_json(state, booking_of(row)))
