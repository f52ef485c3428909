"""Are messages of one key that belong together handled together, once each, with all others as ever?"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from types import SimpleNamespace
from typing import cast

import pytest
from nats.aio.msg import Msg

from shared.actors.delivery import Delivery
from shared.actors.mailboxes import ChooseAgain, Mailboxes, Waiting
from shared.bus import HEADER_ID, Bus
from shared.errors import Poison


class Wire:
    """A connection that counts acknowledgements by the message's reply subject."""

    def __init__(self) -> None:
        self.said: Counter[tuple[str, bytes]] = Counter()
        self.nc = self

    async def publish(self, subject: str, word: bytes) -> None:
        self.said[subject, word] += 1


class Log:
    """Receipts and dead letters."""

    def __init__(self) -> None:
        self.confirmed: list[str] = []
        self.dead: list[str] = []

    async def confirm(self, delivery: Delivery) -> None:
        self.confirmed.append(delivery.message_id)

    async def put(self, delivery: Delivery, reason: str, tries: int) -> None:
        self.dead.append(delivery.message_id)


class Pairs:
    """Groups by a rule that a test sets; handles by what a test sets."""

    def __init__(self) -> None:
        self.looks: list[list[Waiting]] = []
        self.rule: Callable[[Sequence[Waiting]], tuple[Sequence[Delivery], float]] = _all_at_once
        self.handled: list[list[str]] = []
        self.work: Callable[[Sequence[Delivery]], Awaitable[None]] = _nothing

    def choose(self, waiting: Sequence[Waiting]) -> tuple[Sequence[Delivery], float]:
        self.looks.append(list(waiting))
        return self.rule(waiting)

    async def handle(self, deliveries: Sequence[Delivery]) -> None:
        self.handled.append([d.message_id for d in deliveries])
        await self.work(deliveries)

    async def handle_one(self, delivery: Delivery) -> None:
        await self.handle([delivery])


async def _nothing(_deliveries: Sequence[Delivery]) -> None:
    return


def _all_at_once(waiting: Sequence[Waiting]) -> tuple[Sequence[Delivery], float]:
    return [one.delivery for one in waiting], 0.0


def three_at_least(waiting: Sequence[Waiting]) -> tuple[Sequence[Delivery], float]:
    """Waits (for as long as any test lasts) until three are there."""
    return [one.delivery for one in waiting], 0.0 if len(waiting) >= 3 else 60.0


class World:
    def __init__(self) -> None:
        self.wire, self.log, self.groups = Wire(), Log(), Pairs()
        self.mailboxes = Mailboxes(
            "test", "INBOUND", self.groups.handle_one, self.log, self.log, max_tries=2, groups=self.groups
        )
        self._sequence = 0

    def delivery(self, name: str, key: str = "key") -> Delivery:
        self._sequence += 1
        reply = f"reply.{self._sequence}"
        msg = SimpleNamespace(
            subject=f"in.0.whatsapp.00000000-0000-0000-0000-000000000001.{key}",
            reply=reply,
            data=b"",
            headers={HEADER_ID: name},
            metadata=SimpleNamespace(sequence=SimpleNamespace(stream=self._sequence)),
        )
        return Delivery(cast(Bus, self.wire), cast(Msg, msg), 0)

    async def arrive(self, *names: str) -> None:
        await self.mailboxes.accept(0, [self.delivery(name) for name in names])

    async def confirmed(self, count: int) -> list[str]:
        async with asyncio.timeout(10):
            while len(self.log.confirmed) < count:
                await asyncio.sleep(0)
        return self.log.confirmed

    @property
    def acknowledged(self) -> int:
        return sum(n for (_, word), n in self.wire.said.items() if word == b"+ACK")


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    await made.mailboxes.stop()


async def test_a_group_is_handled_together_and_each_of_it_confirmed_and_acknowledged(world: World) -> None:
    await world.arrive("a", "b", "c")

    assert await world.confirmed(3) == ["a", "b", "c"]
    assert world.groups.handled == [["a", "b", "c"]]
    assert world.acknowledged == 3


async def test_those_that_come_while_one_waits_for_more_join_it(world: World) -> None:
    world.groups.rule = three_at_least
    for name in ("a", "b", "c"):
        await world.arrive(name)
        await asyncio.sleep(0)

    await world.confirmed(3)
    assert world.groups.handled == [["a", "b", "c"]]
    assert not any(one.behind for look in world.groups.looks for one in look)


async def test_waiting_ends_with_its_time_though_nothing_comes(world: World) -> None:
    def once(waiting: Sequence[Waiting]) -> tuple[Sequence[Delivery], float]:
        return [waiting[0].delivery], 0.01 if len(world.groups.looks) == 1 else 0.0

    world.groups.rule = once
    await world.arrive("a")

    assert await world.confirmed(1) == ["a"]
    assert world.groups.looks[1][0].seconds >= 0.009


async def test_those_that_came_during_the_work_are_known_as_such(world: World) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def work(_deliveries: Sequence[Delivery]) -> None:
        begun.set()
        await go.wait()

    world.groups.work = work
    await world.arrive("a")
    await begun.wait()
    await world.arrive("b", "c")
    go.set()

    await world.confirmed(3)
    assert world.groups.handled == [["a"], ["b", "c"]]
    assert [one.behind for one in world.groups.looks[-1]] == [True, True]


async def test_a_group_may_leave_out_what_is_in_between_which_is_handled_next(world: World) -> None:
    def ends(waiting: Sequence[Waiting]) -> tuple[Sequence[Delivery], float]:
        return [one.delivery for n, one in enumerate(waiting) if n in (0, len(waiting) - 1)], 0.0

    world.groups.rule = ends
    await world.arrive("a", "b", "c")

    await world.confirmed(3)
    assert world.groups.handled == [["a", "c"], ["b"]]


async def test_a_member_delivered_again_meanwhile_is_handled_once_and_its_newest_acknowledged(
    world: World,
) -> None:
    world.groups.rule = three_at_least
    await world.arrive("a", "b")
    await world.arrive("a")
    await world.arrive("c")

    assert sorted(await world.confirmed(3)) == ["a", "b", "c"]
    assert world.groups.handled == [["a", "b", "c"]]
    assert world.acknowledged == 4


async def test_of_a_group_that_cannot_be_handled_each_gets_its_own_try_and_only_the_bad_one_is_given_up(
    world: World,
) -> None:
    async def work(deliveries: Sequence[Delivery]) -> None:
        if any(d.message_id == "b" for d in deliveries):
            raise Poison("b cannot be read")

    world.groups.work = work
    await world.arrive("a", "b", "c")

    await world.confirmed(3)
    assert world.groups.handled == [["a", "b", "c"], ["a"], ["b"], ["c"]]
    assert world.log.dead == ["b"]


async def test_a_partition_that_moves_takes_what_waits_for_more_with_it(world: World) -> None:
    world.groups.rule = three_at_least
    await world.arrive("a", "b")
    await asyncio.sleep(0)
    await world.mailboxes.forget(0)

    assert world.groups.handled == []
    assert world.acknowledged == 0
    await world.arrive("a", "b", "c")  # and when it comes back they come again
    await world.confirmed(3)
    assert world.groups.handled == [["a", "b", "c"]]


async def test_what_a_handler_gives_back_is_chosen_again_together_with_what_has_come(world: World) -> None:
    begun, more = asyncio.Event(), asyncio.Event()

    async def work(deliveries: Sequence[Delivery]) -> None:
        if len(deliveries) == 1:
            begun.set()
            await more.wait()
            raise ChooseAgain

    world.groups.work = work
    await world.arrive("a")
    await begun.wait()
    await world.arrive("b")
    more.set()

    assert await world.confirmed(2) == ["a", "b"]
    assert world.groups.handled == [["a"], ["a", "b"]]
    assert world.acknowledged == 2
    assert world.log.dead == []
