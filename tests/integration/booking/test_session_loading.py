"""Is a booking loaded with all that commands are decided by, also when only one thing about it is out of the ordinary?"""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from services.booking.domain.state import PLAIN, Terms
from services.booking.loader import Loader
from services.booking.statements import BOOKING, PLAIN_BOOKING
from shared.bus import Bus
from shared.db import Database
from tests.integration.booking.races.arena import Arena
from tests.integration.booking.races.racing import did

ID = UUID(int=7)
UNUSUAL: dict[str, tuple[str, object]] = {
    "method": ("'cash'", "cash"),
    "due_now": ("500", 500),
    "paid": ("500", 500),
    "refunded": ("500", 500),
    "fee": ("500", 500),
    "pass_id": (f"'{ID}'", ID),
    "credits": ("1", 1),
    "promo_id": (f"'{ID}'", ID),
    "quote": ("'{}'", "{}"),
    "payment_id": (f"'{ID}'", ID),
    "pay_link": ("'https://pay.example/1'", "https://pay.example/1"),
    "attendees": ("""'["Ana"]'""", ("Ana",)),
    "entry_id": (f"'{ID}'", ID),
    "series_id": (f"'{ID}'", ID),
    "moved_from": (f"'{ID}'", ID),
}
"""Of each special column a value in SQL and how it is loaded."""


@pytest.fixture
async def arena(bus: Bus, db: Database) -> Arena:
    """A business of its own."""
    arena = Arena(f"loading-{uuid4().hex[:12]}", bus, db)
    await arena.open()
    return arena


async def loaded(arena: Arena, db: Database, change: str = "") -> Terms:
    session_id = await arena.session(await arena.service(), 3)
    await did(db, arena.booking(session_id, arena.contact(1)))
    if change:
        await arena.execute(f"UPDATE booking.bookings SET {change} WHERE tenant_id = $1")
    states = await Loader(db).sessions([(arena.tenant_id, session_id)])
    (booking,) = states[(arena.tenant_id, session_id)].bookings.values()
    return booking.terms


def test_every_special_column_is_tried() -> None:
    assert set(UNUSUAL) == set(BOOKING) - set(PLAIN_BOOKING)


async def test_a_plain_booking_shares_the_plain_terms(arena: Arena, db: Database) -> None:
    assert await loaded(arena, db) is PLAIN


@pytest.mark.parametrize("column", UNUSUAL)
async def test_whatever_is_unusual_about_a_booking_is_loaded(arena: Arena, db: Database, column: str) -> None:
    value, expected = UNUSUAL[column]
    assert getattr(await loaded(arena, db, f"{column} = {value}"), column) == expected
