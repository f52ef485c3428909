"""Which accounts must not send now? Over a store of our own making that can be away."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from services.gateway.domain.account import ChannelAccount
from services.gateway.pauses import Pauses
from services.gateway.store.accounts import NoSuchAccount, Pause
from tests.unit.gateway.factories import TENANT

ACCOUNT = ChannelAccount(TENANT, "whatsapp", "111")
KEY = ("whatsapp", "111")


class Store:
    """What another gateway, or the operator, has stored."""

    def __init__(self) -> None:
        self.pauses: dict[tuple[str, str], Pause] = {}
        self.written: list[str] = []
        self.error: Exception | None = None
        self.read = asyncio.Event()

    async def paused(self) -> Mapping[tuple[str, str], Pause]:
        self.read.set()
        return self.pauses

    async def pause(self, account: ChannelAccount, until: datetime, reason: str) -> None:
        if self.error:
            raise self.error
        self.written.append(reason)


async def test_a_pause_counts_at_once_and_for_its_time() -> None:
    pauses = Pauses(Store())

    await pauses.pause(ACCOUNT, 3600.0, "spam")

    assert 3590 < pauses.left(*KEY) <= 3600
    assert pauses.left("whatsapp", "222") == 0


async def test_messages_under_way_that_hear_the_same_tell_it_once() -> None:
    store = Store()
    pauses = Pauses(store)

    await asyncio.gather(*(pauses.pause(ACCOUNT, 3600.0, "spam") for _ in range(10)))

    assert store.written == ["spam"]


async def test_a_pause_that_could_not_be_stored_is_stored_by_the_next_try() -> None:
    store = Store()
    pauses = Pauses(store)
    store.error = ConnectionResetError()
    with pytest.raises(ConnectionResetError):
        await pauses.pause(ACCOUNT, 3600.0, "spam")
    store.error = None

    await pauses.pause(ACCOUNT, 3600.0, "spam")

    assert store.written == ["spam"]


async def test_an_account_that_is_gone_stops_nobody() -> None:
    store = Store()
    store.error = NoSuchAccount("There is no such account.")

    await Pauses(store).pause(ACCOUNT, 3600.0, "spam")


async def test_what_others_paused_and_resumed_is_noticed_and_whoever_waits_goes_on() -> None:
    store = Store()
    store.pauses = {KEY: Pause(None, "by hand")}
    pauses = Pauses(store, refresh_every=0.01)
    running = asyncio.create_task(pauses.run())
    while not pauses.left(*KEY):
        await asyncio.sleep(0)
    waiting = asyncio.create_task(pauses.over(*KEY, within=60))
    store.pauses = {}

    async with asyncio.timeout(10):
        await waiting

    running.cancel()
    assert pauses.left(*KEY) == 0


async def test_a_pause_that_is_over_holds_nobody() -> None:
    store = Store()
    store.pauses = {KEY: Pause(datetime.now(UTC) - timedelta(seconds=1), "spam")}
    pauses = Pauses(store)
    running = asyncio.create_task(pauses.run())
    await store.read.wait()

    async with asyncio.timeout(10):
        await pauses.over(*KEY, within=60)

    running.cancel()
