"""What an instance that ended held back is put into the memory of the next one, before anything new is taken."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from uuid import UUID, uuid4

from services.gateway.handover import Publisher
from services.gateway.inbound import InboxRow
from services.gateway.limits_in import Limits
from services.gateway.recall import Recall
from services.gateway.store.held import Held
from shared.outbox import Outgoing
from shared.settings import Settings
from shared.tasks import ended

TENANT, ANA = UUID(int=1), UUID(int=2)


def held(wait: float, person: UUID = ANA, *, late: bool = True) -> Held:
    message_id = uuid4()
    return Held(Outgoing(TENANT, message_id, f"in.echo.{TENANT}.{person}", b"{}"), person, wait, late)


def row() -> InboxRow:
    row = InboxRow(TENANT, uuid4(), "message", "echo", "a", "p", b"{}", b"")
    return row._replace(subject=f"in.echo.{TENANT}.{ANA}", conversation_id=ANA, limited=True)


class Store:
    """Has these; is away the first `away` times."""

    def __init__(self, found: Sequence[Held], away: int = 0) -> None:
        self.found = found
        self.away = away

    async def held(self, limit: int) -> Sequence[Held]:
        if self.away:
            self.away -= 1
            raise ConnectionRefusedError
        return self.found[:limit]


class Bus:
    """Notes what is published."""

    def __init__(self) -> None:
        self.published: list[UUID] = []
        self.some = asyncio.Event()

    async def publish(self, messages: Iterable[Outgoing], attempt: int = 0) -> None:
        assert attempt == 0, "another number would make it another message to the stream"
        self.published += [message.id for message in messages]
        self.some.set()


async def recalled(store: Store) -> tuple[Limits, Publisher]:
    limits = Limits(Settings.model_validate({"sender_per_minute": 60}), asyncio.get_running_loop().time)
    publisher = Publisher()
    recall = Recall(store, limits, publisher)
    running = asyncio.create_task(recall.run())
    await recall.done()
    await ended(running)
    return limits, publisher


async def test_what_is_overdue_goes_first_and_what_is_not_waits() -> None:
    late, later, waiting = held(-5.0), held(-1.0), held(3600.0)
    _, publisher = await recalled(Store([late, later, waiting], away=1))
    bus = Bus()
    await publisher.begin(bus)

    assert bus.published == [late.message.id, later.message.id]


async def test_what_the_person_writes_next_waits_behind_it() -> None:
    limits, _ = await recalled(Store([held(-5.0), held(100.0)]))

    [paced] = limits.paced([row()])
    assert 100.0 < paced.delay <= 101.0


async def test_who_waits_no_longer_is_not_held_back() -> None:
    limits, _ = await recalled(Store([held(-5.0)]))

    [paced] = limits.paced([row()])
    assert paced.delay == 0.0


async def test_nothing_is_published_before_it_is_known_what_was_held_back() -> None:
    publisher, bus = Publisher(), Bus()
    begun = asyncio.create_task(publisher.begin(bus))
    await asyncio.sleep(0)
    assert not begun.done()
    first = held(-1.0)
    publisher.resume([first])
    await begun
    assert bus.published == [first.message.id]


async def test_what_another_instance_held_back_is_taken_over_when_it_ends_and_what_waits_here_stays_once() -> (
    None
):
    limits = Limits(Settings.model_validate({"sender_per_minute": 60}), asyncio.get_running_loop().time)
    publisher, bus = Publisher(), Bus()
    mine, theirs = held(3600.0), held(-1.0)
    store = Store([mine])
    recall = Recall(store, limits, publisher)
    running = asyncio.create_task(recall.run())
    publishing = asyncio.create_task(publisher.run(bus))
    await recall.done()
    store.found = [mine, theirs]

    recall.again()
    async with asyncio.timeout(10):
        await bus.some.wait()

    assert bus.published == [theirs.message.id]
    assert publisher.resume([mine, theirs]) == 0, "it would be published twice"
    assert publisher.resume([held(1.0)]) == 1
    await ended(running, publishing)


async def test_what_was_not_held_back_goes_first_if_more_of_the_same_person_was_and_else_is_left_alone() -> (
    None
):
    bea = UUID(int=3)
    before, between, behind = held(-2.0, late=False), held(-1.0), held(-0.5)
    hers = held(-2.0, bea, late=False)
    limits, publisher = await recalled(Store([before, hers, between, behind]))
    bus = Bus()
    await publisher.begin(bus)

    assert bus.published == [before.message.id, between.message.id, behind.message.id]
    [paced] = limits.paced([row()._replace(conversation_id=bea)])
    assert paced.delay == 0.0, "nobody counts as too fast who was not held back"
