"""When is the gateway killed or frozen? In the middle of its work, at the places where a crash can do harm."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.e2e.hearing import Hearing, by_key
from tests.e2e.lone_gateway import LoneGateway
from tests.e2e.meta_sender import MetaSender

FROZEN_SECONDS = 12.0
"""Longer than the ten seconds after which Meta gives a request up."""
PATIENCE_SECONDS = 120.0
MOST_AIMS = 300


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await asyncio.sleep(0.001)


@dataclass
class Kills:
    """SIGKILLs spread over a load, and what they hit. Restarts the gateway each time.

    In turn: messages that were answered and did not get as far as the bus, webhooks that were stored and whose sender
    will never hear of it, and requests under way. All are aimed at: the gateway is stopped for a moment, and
    killed if it is there, else it goes on.
    """

    gateway: LoneGateway
    sender: MetaSender
    heard: Hearing
    rng: random.Random
    done: int = 0
    cut_short: int = 0
    unanswered: int = 0
    unheard: int = 0

    async def run(self, kills: int) -> None:
        """So many kills."""
        aims = (self._answered_unheard, self._stored_unanswered, self._in_flight)
        for n in range(kills):
            share = (n + 0.5) / kills * 0.95
            await until(lambda share=share: self.sender.progress >= share)  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            await self._stop_where(aims[n % len(aims)])
            self.cut_short += self.sender.in_flight
            self.unanswered += await self._stored_unanswered()
            self.unheard += await self._answered_unheard()
            await self.gateway.supervisor.kill("gateway")
            await self.gateway.supervisor.restart("gateway")
            self.done += 1

    async def _stop_where(self, is_there: Callable[[], Awaitable[int]]) -> None:
        for _ in range(MOST_AIMS):
            await until(lambda: self.sender.in_flight > 0 or self.sender.progress == 1.0)
            # How far the requests have come by then is chance.
            await asyncio.sleep(self.rng.uniform(0.0, 0.02))
            self.gateway.signal(signal.SIGSTOP)
            if await is_there():
                return
            if self.sender.progress == 1.0:
                return  # nothing is left to hit; the counts say so
            self.gateway.signal(signal.SIGCONT)

    async def _in_flight(self) -> int:
        return self.sender.in_flight

    async def _stored_unanswered(self) -> int:
        """Messages in the inbox whose sender has no answer. (The gateway is stopped: it does not get one.)"""
        rows = await self.gateway.db.fetch(
            "SELECT provider_id FROM gateway.inbox WHERE provider_id = ANY($1::text[])",
            [update.key for update in self.sender.unanswered if update.kind == "message"],
        )
        # An answer that was on its way has come meanwhile.
        waiting = {update.key for update in self.sender.unanswered}
        return sum(row["provider_id"] in waiting for row in rows)

    async def _answered_unheard(self) -> int:
        """Messages whose sender has its 200 and that the conversation has not heard: nobody will send them again."""
        for _ in range(2):
            heard = set(self.heard.turns.values())
            accepted = [key for key, fate in by_key(self.sender.fates).items() if fate.accepted is not None]
            if heard.issuperset(accepted):
                return 0
            await asyncio.sleep(0.2)  # what is on its way through the bus comes meanwhile
        return len(set(accepted) - heard)


async def freeze_in_the_middle(gateway: LoneGateway, sender: MetaSender) -> None:
    """SIGSTOP with requests in flight, SIGCONT after `FROZEN_SECONDS`."""
    await until(lambda: sender.progress >= 0.3 and sender.in_flight > 0)
    gateway.signal(signal.SIGSTOP)
    try:
        await asyncio.sleep(FROZEN_SECONDS)
    finally:
        gateway.signal(signal.SIGCONT)
