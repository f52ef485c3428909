"""Does a command become a booking, once and never too many, on the real servers?"""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from services.booking.app import BookingService
from shared.messages.booking import RefusalCode
from shared.settings import Settings
from tests.integration.booking.conftest import Studio, running


async def test_a_booking_takes_the_seats_and_is_seen_by_its_customer(
    booking: BookingService, studio: Studio
) -> None:
    session_id = (await studio.sessions())[0]
    ana = studio.contact(1)

    outcome = await studio.book(session_id, ana, party=2)

    assert outcome.booking is not None
    assert (outcome.booking.party_size, outcome.booking.total) == (2, 3000)
    assert outcome.booking.session.seats_left == 8
    assert (await studio.bookings_of(ana)).bookings == (outcome.booking,)
    assert await studio.seats(session_id) == (2, 2)


@pytest.mark.parametrize("instances", [1, 2])
async def test_fifty_customers_for_ten_seats_get_exactly_ten(
    quick: Settings, studio: Studio, instances: int
) -> None:
    session_id = (await studio.sessions())[0]
    async with running(quick, instances):
        outcomes = await asyncio.gather(*(studio.book(session_id, studio.contact(n)) for n in range(50)))

    told = Counter(o.refusal.code if o.refusal else "booked" for o in outcomes)
    assert told == {"booked": 10, RefusalCode.SESSION_FULL: 40}
    assert await studio.seats(session_id) == (10, 10)
    assert all(o.refusal.next[0].session for o in outcomes if o.refusal)
