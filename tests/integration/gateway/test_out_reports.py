"""What does the operator see of messages that did not arrive, and can they be put back?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.gateway.app import Gateway
from services.gateway.store.delivery_reports import DeliveryReports, NoSuchDelivery, masked
from shared.settings import Settings
from tests.integration.gateway.conftest import World, start
from tests.integration.gateway.graph import Graph
from tests.integration.gateway.outbound_rig import wrote

ANA, BEN = "351910000001", "351910000002"


@pytest.fixture
async def gateway(quick: Settings, world: World) -> AsyncIterator[Gateway]:
    service = await start(quick)
    yield service
    await service.stop()


def reports(world: World) -> DeliveryReports:
    return DeliveryReports(world.db, world.tenant_id, datetime.now(UTC) - timedelta(hours=1))


@pytest.mark.usefixtures("gateway")
async def test_what_did_not_arrive_is_listed_with_its_reason_and_neither_words_nor_names(
    world: World, graph: Graph
) -> None:
    await wrote(world, [BEN])
    graph.refuse(400, 131026)
    held, rejected, sent = world.message("secret"), world.message("secret", BEN), world.message("fine", BEN)
    await world.send(held, rejected, sent)
    await world.becomes(held, "held")
    await world.becomes(rejected, "rejected")
    await world.becomes(sent, "sent")

    lines = {line.id: line for line in await reports(world).lines()}
    counts = {(one.account_id, one.state): one.number for one in await reports(world).counts()}

    assert set(lines) == {held.message_id, rejected.message_id}
    assert lines[held.message_id].reason == "held: no template for reply"
    assert lines[rejected.message_id].reason.startswith("131026")
    assert not {"secret", ANA, BEN} & set(str(lines).replace("'", " ").split())
    assert ANA not in str(lines)
    assert counts == {(world.account, state): 1 for state in ("held", "rejected", "sent")}
    [only] = await reports(world).lines(["held"])
    assert only.to == "…01"


@pytest.mark.usefixtures("gateway")
async def test_what_is_put_back_is_sent(world: World, graph: Graph) -> None:
    await wrote(world, [BEN])
    graph.refuse(400, 131026)
    rejected = world.message("again", BEN)
    await world.send(rejected)
    await world.becomes(rejected, "rejected")

    assert await reports(world).put_back([rejected.message_id]) == 1

    await world.becomes(rejected, "sent")
    assert [taken.words for taken in graph.taken] == ["again"]


async def test_all_that_is_held_can_be_put_back_and_nothing_else(world: World) -> None:
    with pytest.raises(NoSuchDelivery):
        await reports(world).put_back([uuid4()])

    assert await reports(world).put_back([], all_held=True) == 0


def test_short_ids_are_not_shown_at_all() -> None:
    assert (masked("351910000001"), masked("123")) == ("…01", "…")
