"""What does a gateway find of what another one left behind? Rows of the inbox whose turn is to come, or has just been."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from services.gateway.store.held import HeldStore
from tests.integration.gateway.conftest import World

RESEND_AFTER = 30.0


@pytest.fixture(autouse=True)
async def nothing_left(world: World) -> AsyncIterator[None]:
    """What is put into the inbox here is nothing that the next test's gateway should pass on."""
    yield
    async with world.db.tenant(world.tenant_id) as connection:
        await connection.execute("UPDATE gateway.inbox SET handled_at = now()")


async def put(
    world: World, name: str, came: float, delay: float, *, attempts: int = 0, handled: bool = False
) -> None:
    """A message that came so many seconds ago, and may be passed on `delay` seconds after that."""
    async with world.db.tenant(world.tenant_id) as connection:
        await connection.execute(
            "INSERT INTO gateway.inbox (tenant_id, id, kind, channel, account_id, provider_id, subject, payload,"
            " received_at, next_attempt_at, attempts, handled_at)"
            " VALUES ($1, $2, 'message', 'whatsapp', $3, $4, $5, $6, now() - make_interval(secs => $7),"
            " now() + make_interval(secs => $8), $9, CASE WHEN $10 THEN now() END)",
            world.tenant_id, uuid4(), world.account, name, f"in.whatsapp.{world.tenant_id}.{uuid4()}", name.encode(),
            came, RESEND_AFTER + delay - came, attempts, handled,
        )  # fmt: skip


async def found(world: World) -> list[tuple[str, float]]:
    held = await HeldStore(world.db, resend_after=RESEND_AFTER).held(1_000)
    mine = [one for one in held if one.message.tenant_id == world.tenant_id]
    return [(one.message.payload.decode(), one.wait) for one in mine]


async def test_what_waits_comes_behind_what_may_not_have_been_published_in_the_order_of_their_turns(
    world: World,
) -> None:
    await put(world, "its turn is in 20 s", came=10, delay=30)
    await put(world, "its turn is in 5 s", came=10, delay=15)
    await put(world, "its turn was while nobody was there", came=500, delay=30)
    await put(world, "stored a moment ago", came=2, delay=0)

    names, waits = zip(*await found(world), strict=True)
    assert names == (
        "its turn was while nobody was there",
        "stored a moment ago",
        "its turn is in 5 s",
        "its turn is in 20 s",
    )
    assert waits == pytest.approx((-470, -2, 5, 20), abs=1.5)


async def test_what_is_the_relays_business_or_done_is_left_alone(world: World) -> None:
    await put(world, "the stream has forgotten it", came=200, delay=0)
    await put(world, "tried again", came=10, delay=30, attempts=1)
    await put(world, "handled", came=10, delay=30, handled=True)
    await put(world, "the control", came=10, delay=30)

    assert [name for name, _ in await found(world)] == ["the control"]
