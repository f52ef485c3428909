"""Smoke."""

from tests.integration.gateway import bodies


async def test_slice(world, gateway, graph):
    assert (
        await world.say(bodies.text("351911", "wamid.1", "hi"), bodies.text("351912", "wamid.2", "ho")) == 200
    )
    await world.heard("wamid.1", "wamid.2")
    await world.all_handled()
    m = world.message("hello there")
    await world.send(m)
    row = await world.becomes(m, "sent")
    await world.status(bodies.status(row["provider_id"], "delivered"))
    await world.becomes(m, "delivered")
