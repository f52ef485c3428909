"""A place comes free: the notifier offers it in the conversation, and "yes" right after it takes it, all five services' way."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from services.agent.app import AgentService
from services.booking.app import BookingService
from services.booking.seed import seed
from services.notifier.app import Notifier
from shared.db import Database
from shared.messages.conversation import ChoiceContent, TextBody
from shared.settings import Settings
from tests.integration.agent.conftest import Customer
from tests.integration.conftest import eventually


@pytest.fixture
async def slug(quick: Settings) -> str:
    """A tenant of its own: `Yoga` (10 places) daily at 19:00 in Lisbon; a place that comes free is offered."""
    name = f"studio-{uuid4().hex[:12]}"
    await seed(
        {
            "tenants": [
                {
                    "slug": name,
                    "name": "Casa Test",
                    "timezone": "Europe/Lisbon",
                    "currency": "EUR",
                    "services": [
                        {
                            "key": "yoga",
                            "name": "Yoga",
                            "duration_minutes": 60,
                            "price": 1500,
                            "capacity": 10,
                            "policy": {"waitlist": {"promote_without_asking": False}},
                        }
                    ],
                    "schedules": [{"key": "e", "service": "yoga", "rrule": "FREQ=DAILY", "starts": "19:00"}],
                }
            ]
        },
        quick,
    )
    return name


async def bookings(db: Database, customer: Customer) -> list[int]:
    """The sizes of the tenant's confirmed bookings."""
    async with db.tenant(customer.gateway.tenant_id) as connection:
        rows = await connection.fetch(
            "SELECT party_size FROM booking.bookings WHERE status = 'confirmed' ORDER BY party_size"
        )
    return [row["party_size"] for row in rows]


async def tap(customer: Customer, prefix: str) -> None:
    """Tap the newest choice whose id begins so."""
    sent = customer.gateway.sent[customer.conversation_id]
    choices = [c for m in reversed(sent) if isinstance(m.body, TextBody) for c in m.body.choices]
    choice = next(c for c in choices if c.choice_id.startswith(prefix))
    await customer.send(customer.message(ChoiceContent(choice_id=choice.choice_id, title=choice.title)))


async def test_yes_after_the_offer_of_a_place_that_came_free_takes_it(
    quick: Settings, booking: BookingService, agent: AgentService, customer: Customer, db: Database
) -> None:
    notifier = Notifier(quick)
    await notifier.start()
    crowd, late = customer, replace(customer, user_id=f"{customer.user_id}9", said=0)
    try:
        await crowd.answered("yoga tomorrow at 7pm for 10")
        await crowd.say("yes")
        assert await bookings(db, customer) == [10]
        await late.answered("yoga tomorrow at 7pm")
        await tap(late, "wait:")
        await crowd.answered("cancel my booking")
        await tap(crowd, "cancel:")
        assert await bookings(db, customer) == []
        await eventually(
            lambda: [m.purpose for m in late.gateway.sent[late.conversation_id]].count("offer_made") == 1
        )
        await eventually(lambda: _heard(db, late))
        await late.say("yes please")
        assert await bookings(db, customer) == [1]
    finally:
        await notifier.stop()


async def _heard(db: Database, customer: Customer) -> bool:
    async with db.tenant(customer.gateway.tenant_id) as connection:
        purposes = await connection.fetch(
            "SELECT input->>'purpose' AS purpose FROM agent.turns WHERE conversation_id = $1",
            customer.conversation_id,
        )
    return "offer_made" in {row["purpose"] for row in purposes}
