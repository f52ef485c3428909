"""Do all gateways together keep to a provider's limits, also when Redis goes away? On a real Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from services.gateway.channels.whatsapp_render import CAPABILITIES
from services.gateway.domain.account import ChannelAccount
from services.gateway.pacing import MOST_BEGINNING, Pacing
from services.gateway.seen import connect
from shared.settings import Settings

TENANT = UUID(int=1)
FREE = replace(CAPABILITIES, pair_seconds=None)


@pytest.fixture
async def redis(settings: Settings) -> AsyncIterator[Redis]:
    client = connect(settings.redis_url or "")
    yield client
    await client.aclose()


def account(**settings: object) -> ChannelAccount:
    return ChannelAccount(TENANT, "whatsapp", str(uuid4()), settings=settings)


async def times(pacing: Pacing, one: ChannelAccount, count: int) -> list[float]:
    """When these many messages, each to a person of its own, go out."""
    loop = asyncio.get_running_loop()

    async def send(n: int) -> float:
        (await pacing.turn(one, FREE, f"person {n}"))()
        return loop.time()

    return list(await asyncio.gather(*(send(n) for n in range(count))))


def most_within_a_second(at: list[float]) -> int:
    return max(sum(0 <= other - one < 1.0 for other in at) for one in at)


async def test_two_gateways_share_the_limit_of_an_account(redis: Redis) -> None:
    one = account(per_second=20)

    at = await asyncio.gather(times(Pacing(redis), one, 20), times(Pacing(redis), one, 20))

    # One more than the limit, because what is measured here comes after the answer of Redis.
    assert most_within_a_second([time for some in at for time in some]) <= 21


async def test_accounts_do_not_share_a_limit(redis: Redis) -> None:
    pacing = Pacing(redis)
    blocked, free = account(per_second=0.01), account()
    await pacing.turn(blocked, FREE, "a")
    waiting = asyncio.create_task(pacing.turn(blocked, FREE, "b"))
    await asyncio.sleep(0)

    await pacing.turn(free, FREE, "a")

    assert not waiting.done()
    waiting.cancel()


async def test_who_waits_for_the_pair_limit_holds_up_nobody_else(redis: Redis) -> None:
    pacing, one = Pacing(redis), account()
    slow = replace(CAPABILITIES, pair_seconds=3600.0, pair_burst=2)
    await pacing.turn(one, slow, "a")
    again = asyncio.create_task(pacing.turn(one, slow, "a"))
    while pacing.room(one, slow):  # until it is in line
        await asyncio.sleep(0)

    await pacing.turn(one, slow, "b")

    assert not again.done()
    again.cancel()


async def test_what_nobody_misses_takes_no_place_from_others(redis: Redis) -> None:
    pacing, one = Pacing(redis), account(per_second=0.01)

    assert await pacing.turn_if_free(one, FREE)
    assert not await pacing.turn_if_free(one, FREE)
    assert not await Pacing(redis).turn_if_free(one, FREE)


async def test_without_redis_each_gateway_counts_for_itself_and_remembers_what_it_sent(redis: Redis) -> None:
    one = account(per_second=0.01)
    away = Pacing(connect("redis://127.0.0.1:1"))

    assert await away.turn_if_free(one, FREE)
    assert not await away.turn_if_free(one, FREE)
    assert await Pacing(None).turn_if_free(one, FREE)


async def test_a_setting_that_is_no_rate_changes_nothing(redis: Redis) -> None:
    pacing = Pacing(redis)

    for wrong in (0, -1, "80", None, True):
        assert pacing.room(account(per_second=wrong), FREE) == int(CAPABILITIES.per_second / 2)


async def test_turns_do_not_pile_up_while_their_requests_do_not_begin() -> None:
    pacing, one = Pacing(None), account(per_second=100_000)
    begun = [await pacing.turn(one, FREE, "a") for _ in range(MOST_BEGINNING)]
    waiting = asyncio.create_task(pacing.turn(one, FREE, "b"))
    await asyncio.sleep(0)
    assert not waiting.done()

    begun[0]()

    async with asyncio.timeout(10):
        await waiting
