"""Is the rest of a long list shown when a person asks for it, by the gateway alone and once?"""

from __future__ import annotations

import pytest

from shared.messages.conversation import Choice
from tests.integration.conftest import eventually
from tests.integration.gateway import bodies
from tests.integration.gateway.conftest import World
from tests.integration.gateway.graph import Graph
from tests.integration.gateway.outbound_rig import wrote

pytestmark = pytest.mark.usefixtures("gateway")
PERSON = "351910000001"


def tap(provider_id: str, row_id: str) -> bodies.Json:
    reply = {"type": "list_reply", "list_reply": {"id": row_id, "title": "More"}}
    return {
        "from": PERSON,
        "id": provider_id,
        "timestamp": "1763800000",
        "type": "interactive",
        "interactive": reply,
    }


async def test_the_rest_of_a_list_comes_once_however_often_the_webhook_does(
    world: World, graph: Graph
) -> None:
    await wrote(world, [PERSON])
    choices = tuple(Choice(choice_id=f"slot:{n}", title=f"Slot {n}") for n in range(14))
    message = world.message("When?", choices=choices)
    await world.send(message)
    await world.becomes(message, "sent")
    more = f"more:{message.message_id}:9"
    assert more in str(graph.taken[0].body)

    for _ in range(2):
        assert await world.say(tap("wamid.more", more)) == 200

    await eventually(lambda: len(graph.taken) == 2)
    assert all(f"slot:{n}" in str(graph.taken[1].body) for n in range(9, 14))
    assert "slot:8" not in str(graph.taken[1].body)
    await world.all_handled()
    assert world.received == []  # the agent is not asked
