"""Who works on which partition: fair shares, hand-over when instances come and go, and loss with the connection."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import asyncpg

from shared.actors.ownership import PartitionOwnership
from shared.settings import Settings
from tests.integration.conftest import eventually


class Instance:
    """One member of a group, keeping a list of what it was told."""

    def __init__(self, url: str, group: str) -> None:
        self.events: list[tuple[str, int]] = []
        self.ownership = PartitionOwnership(url, group, 16, self._claimed, self._released, interval=0.05)

    async def _claimed(self, partition: int) -> None:
        self.events.append(("claimed", partition))

    async def _released(self, partition: int) -> None:
        self.events.append(("released", partition))


def group() -> str:
    return f"probe:{uuid4().hex}"


async def test_a_lone_instance_owns_everything(settings: Settings) -> None:
    one = Instance(settings.database_owner_url or "", group())
    one.ownership.start()

    await eventually(lambda: len(one.ownership.owned) == 16)

    await one.ownership.stop()
    assert not one.ownership.owned
    assert one.events[-16:] == [("released", n) for n in range(16)]


async def test_partitions_are_shared_fairly_and_never_owned_twice(settings: Settings) -> None:
    name = group()
    members = [Instance(settings.database_owner_url or "", name) for _ in range(3)]
    for member in members:
        member.ownership.start()

    def balanced() -> bool:
        owned = [member.ownership.owned for member in members]
        return sum(map(len, owned)) == 16 == len(frozenset().union(*owned)) and max(map(len, owned)) <= 6

    await eventually(balanced)
    await asyncio.gather(*(member.ownership.stop() for member in members))


async def test_when_an_instance_stops_the_others_take_over(settings: Settings) -> None:
    name = group()
    first, second = (Instance(settings.database_owner_url or "", name) for _ in range(2))
    first.ownership.start()
    second.ownership.start()
    await eventually(lambda: len(first.ownership.owned) == 8 == len(second.ownership.owned))

    await first.ownership.stop()

    await eventually(lambda: len(second.ownership.owned) == 16)
    await second.ownership.stop()


async def test_claims_die_with_the_connection_and_are_claimed_again(settings: Settings) -> None:
    one = Instance(settings.database_owner_url or "", group())
    one.ownership.start()
    await eventually(lambda: len(one.ownership.owned) == 16)

    admin = await asyncpg.connect(settings.database_owner_url)
    await admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'own ' || $1 || '%'",
        one.ownership._group[:50],
    )
    await admin.close()

    await eventually(lambda: ("released", 0) in one.events)
    await eventually(lambda: len(one.ownership.owned) == 16)
    await one.ownership.stop()
