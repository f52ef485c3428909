"""How do many deliveries share one commit? Over a store that refuses, and that takes its time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest

from services.gateway.grouped import COMMITS, GroupedDeliveries
from services.gateway.store.deliveries import DeliveryStore, NewDelivery, OpenDelivery, Success
from tests.unit.gateway.factories import CONVERSATION, TENANT


class Store(DeliveryStore):
    """Notes what is written together; `refused` rows never can be, `gate` holds every write up."""

    def __init__(self) -> None:
        self.writes: list[list[UUID]] = []
        self.refused: set[UUID] = set()
        self.away = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def write(self, new: Sequence[NewDelivery], sent: Sequence[Success]) -> frozenset[UUID]:
        await self.gate.wait()
        if self.away:
            self.away -= 1
            raise ConnectionResetError
        ids = [one.id for one in new] + [one.id for one in sent]
        if self.refused & set(ids):
            raise ValueError("no such thing can be stored")
        self.writes.append(ids)
        return frozenset(row.id for row in new if row.ready)


def new(*, ready: bool = True) -> NewDelivery:
    return NewDelivery(TENANT, uuid4(), 3, uuid4(), "whatsapp", "reply", b"{}", "111", "p", ready)


def opened(row: NewDelivery) -> OpenDelivery:
    return OpenDelivery(
        TENANT, row.id, CONVERSATION, "whatsapp", row.payload, "sending", 0, 1, None, 0.0, 0.0, 0.0
    )


async def test_what_waits_is_written_together_and_each_learns_what_it_has_to_send() -> None:
    store = Store()
    deliveries = GroupedDeliveries(store)
    store.gate.clear()
    blockers = [asyncio.create_task(deliveries.add([new()])) for _ in range(COMMITS)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    one, other, over = new(), new(ready=False), new()
    writes = asyncio.gather(
        deliveries.add([one]), deliveries.add([other]), deliveries.sent(opened(over), "wamid.1")
    )
    await asyncio.sleep(0)
    store.gate.set()

    assert list(await writes) == [frozenset({one.id}), frozenset(), None]
    await asyncio.gather(*blockers)
    assert len(store.writes) <= COMMITS + 1
    assert [one.id, other.id, over.id] in store.writes


async def test_what_can_never_be_stored_fails_alone() -> None:
    store = Store()
    deliveries = GroupedDeliveries(store)
    bad, good, over = new(), new(), new()
    store.refused = {bad.id}

    results = await asyncio.gather(
        deliveries.add([bad]),
        deliveries.add([good]),
        deliveries.sent(opened(over), None),
        return_exceptions=True,
    )

    assert isinstance(results[0], ValueError)
    assert list(results[1:]) == [frozenset({good.id}), None]


async def test_a_database_that_is_away_is_told_to_everybody_and_the_next_write_is_tried() -> None:
    store = Store()
    deliveries = GroupedDeliveries(store)
    store.away = 1
    row = new()

    with pytest.raises(ConnectionResetError):
        await deliveries.add([row])

    assert await deliveries.add([row]) == frozenset({row.id})
