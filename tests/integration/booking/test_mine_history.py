"""A customer's history is cut off at its oldest end, and told soonest first."""

from __future__ import annotations

import pytest

from services.booking.app import BookingService
from shared.bus import Bus
from shared.messages import booking as msg
from tests.integration.booking.conftest import Studio
from tests.integration.booking.test_engine import Desk, booked
from tests.integration.booking.test_engine_reads import query

_COPIES = """
    INSERT INTO booking.bookings
    SELECT (jsonb_populate_record(b, jsonb_build_object('id', gen_random_uuid(), 'reference', 'R' || n))).*
    FROM booking.bookings b, generate_series(1, 205) n WHERE b.tenant_id = $1 AND b.id = $2"""


@pytest.fixture
def desk(studio: Studio, bus: Bus) -> Desk:
    return Desk(studio, bus)


async def test_of_a_long_history_the_newest_bookings_are_told(booking: BookingService, desk: Desk) -> None:
    early, late = (await desk.studio.sessions())[:2]
    ana = desk.studio.contact(1)
    gone = booked(await desk.book(early, ana))
    await desk.studio.cancel(early, gone.booking_id, ana)
    async with desk.studio.db.tenant(desk.studio.tenant_id) as connection:
        await connection.execute(_COPIES, desk.studio.tenant_id, gone.booking_id)
    coming = booked(await desk.book(late, ana))

    history = await query(desk, msg.MyBookings, msg.BookingsFound, customer_id=ana.customer_id, past=True)

    assert len(history.bookings) == 200
    assert history.bookings[-1].booking_id == coming.booking_id
    starts = [each.session.starts_at for each in history.bookings]
    assert starts == sorted(starts)
