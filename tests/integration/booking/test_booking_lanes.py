"""Does a command wait for strangers? No: only for those of its own session or customer."""

from __future__ import annotations

import asyncio

from services.booking.app import BookingService
from shared.db import Database
from tests.integration.booking.conftest import Studio, until

LOCKED_OUT = """
SELECT count(*) FROM pg_stat_activity
WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid)) AND datname = current_database()
"""


async def test_a_session_that_cannot_be_written_for_a_while_delays_only_its_own_commands(
    db: Database, booking: BookingService, studio: Studio
) -> None:
    stuck, free = (await studio.sessions())[:2]
    async with db.tenant(studio.tenant_id) as holding:
        assert await holding.fetchval("SELECT id FROM booking.sessions WHERE id = $1 FOR UPDATE", stuck)
        waiting = [asyncio.ensure_future(studio.book(stuck, studio.contact(n))) for n in (1, 2)]
        await until(lambda: holding.fetchval(LOCKED_OUT))

        outcome = await studio.book(free, studio.contact(3))

        assert outcome.booking is not None
        assert not any(each.done() for each in waiting)
    told = await asyncio.gather(*waiting)
    assert all(each.booking is not None for each in told)
    assert await studio.seats(stuck) == (2, 2)
