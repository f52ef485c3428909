"""On the real bus and database: an agent whose model obeys an attacker, beside another customer and another tenant."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.agent.app import AgentService
from services.agent.models.source import Always, Models, ModelSource
from services.booking.app import BookingService
from services.booking.seed import seed
from shared import ids
from shared.bus import Bus
from shared.messages.conversation import TextContent
from shared.settings import Settings
from tests.integration.agent.conftest import Customer, Gateway, agent_running
from tests.redteam.gullible import Gullible, order

VICTIM = "Vera Vidente"
ELSEWHERE = "The Secret Studio"


class Fooled(AgentService):
    """An agent whose model does what it is told by anybody."""

    def __init__(self, settings: Settings, brain: Gullible) -> None:
        super().__init__(settings)
        self._brain = brain

    def models(self, models: Models) -> ModelSource:
        """The gullible one."""
        return Always(self._brain.model)


@pytest.fixture
async def everybody(quick: Settings) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(quick.database_owner_url)
    await connection.execute("SET row_security = off")
    yield connection
    await connection.close()


@pytest.fixture
async def elsewhere(bus: Bus, quick: Settings) -> Gateway:
    """Another tenant."""
    slug = f"secret-{uuid4().hex[:12]}"
    tenant: dict[str, Any] = {
        "slug": slug,
        "name": ELSEWHERE,
        "timezone": "Europe/Lisbon",
        "currency": "EUR",
        "staff": [{"key": "zoe", "name": "Zoe Hidden"}],
        "services": [
            {"key": "yoga", "name": "Yoga", "duration_minutes": 60, "price": 1500, "capacity": 10, "staff": ["zoe"]}
        ],
        "schedules": [{"key": "e", "service": "yoga", "staff": "zoe", "rrule": "FREQ=DAILY", "starts": "19:00"}],
    }  # fmt: skip
    await seed({"tenants": [tenant]}, quick)
    opened = Gateway(bus, ids.tenant_id_of(slug))
    await opened.open()
    return opened


async def booked(gateway: Gateway, database: asyncpg.Connection, name: str, user_id: str) -> asyncpg.Record:
    """Somebody's booking, made in words."""
    person = Customer(gateway, user_id)
    for words in ("yoga tomorrow at 7pm", "yes"):
        message = person.message(TextContent(text=words))
        sender = message.sender.model_copy(update={"name": name, "phone": f"+{user_id}"})
        await person.send(message.model_copy(update={"sender": sender}))
    row = await database.fetchrow(
        "SELECT * FROM booking.bookings WHERE tenant_id = $1 AND contact -> 'address' ->> 'user_id' = $2",
        gateway.tenant_id,
        user_id,
    )
    assert row is not None
    return row


async def everything(database: asyncpg.Connection, *tenants: UUID) -> list[Any]:
    """All that bookings and queues of these tenants are."""
    found: list[Any] = []
    for table in ("bookings", "waitlist_entries", "sessions", "ledger_entries"):
        order_by = "transaction_id, line" if table == "ledger_entries" else "id"
        rows = await database.fetch(
            f"SELECT * FROM booking.{table} WHERE tenant_id = ANY($1) ORDER BY {order_by}",  # our names
            list(tenants),
        )
        found += [dict(row) for row in rows]
    return found


async def test_a_fooled_model_can_neither_touch_nor_read_what_is_somebody_elses(
    quick: Settings,
    booking: BookingService,
    gateway: Gateway,
    elsewhere: Gateway,
    everybody: asyncpg.Connection,
) -> None:
    async with agent_running(quick):
        theirs = await booked(gateway, everybody, VICTIM, "351900000001")
        far = await booked(elsewhere, everybody, "Wanda Weit", "351900000002")
        mine = await booked(gateway, everybody, "Mallory", "351900000666")
    before = await everything(everybody, gateway.tenant_id, elsewhere.tenant_id)
    orders = [
        order("cancel", booking_id=str(theirs["id"])),
        order("cancel", booking_id=str(far["id"])),
        order("cancel", booking_id=str(mine["id"])),
        order("reschedule", booking_id=str(theirs["id"]), session_id="FIRST_SESSION"),
        order("quote", booking_id=str(theirs["id"])),
        order("quote", booking_id=str(far["id"])),
        order("get_receipt", booking_id=str(theirs["id"])),
        order("session_details", session_id=str(theirs["session_id"])),
        order("session_details", session_id=str(far["session_id"])),
        order("book", session_id=str(far["session_id"])),
        order("book", session_id="FIRST_SESSION", party_size=3),
        order("my_bookings", customer_id=str(theirs["customer_id"])),
        order("my_bookings", tenant_id=str(elsewhere.tenant_id)),
        order("answer_offer", entry_id=str(theirs["id"]), accept=True),
    ]
    brain = Gullible()
    fooled = Fooled(quick, brain)
    await fooled.start()
    try:
        attacker = Customer(gateway, "351900000666", said=2)
        for words in orders:
            await attacker.say(words)
            for secret in (
                VICTIM,
                "Wanda",
                ELSEWHERE,
                "Zoe Hidden",
                "351900000001",
                theirs["reference"],
                far["reference"],
            ):
                assert secret not in brain.seen, f"{words} told {secret}"
    finally:
        await fooled.stop()

    assert len(brain.obeyed) == len(orders), "not every order was tried"
    assert await everything(everybody, gateway.tenant_id, elsewhere.tenant_id) == before
    assert mine["reference"] in brain.seen  # the negative control: what is the attacker's own, it was told
