"""Who was too fast when a gateway died? Their messages keep their turns, and what they write next waits behind.

PostgreSQL knows it (`store/held.py`); the memory of the instance that counted is gone. Read when this instance starts, and
when it takes a partition over: whoever had it may have died.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, Protocol

from services.gateway.handover import MOST_KEPT, Publisher
from services.gateway.limits_in import Limits
from services.gateway.store.held import Held
from shared.db import is_transient
from shared.telemetry import get_logger

RETRY_SECONDS: Final = 0.2
GATHER_SECONDS: Final = 0.05
"""Partitions are taken over several at a time: one look for all of them."""
PATIENCE_SECONDS: Final = 2.0
"""A start waits so long for PostgreSQL; without it nothing can be stored, so nothing can overtake either."""

log = get_logger("gateway")


class HeldBack(Protocol):
    """See `store.held.HeldStore`."""

    async def held(self, limit: int) -> Sequence[Held]:
        """The messages held back whose arrival nobody confirmed, and those that may not be published, by their turns."""


class Recall:
    """Puts what an instance that ended held back into the memory of this one."""

    def __init__(self, store: HeldBack, limits: Limits, publisher: Publisher) -> None:
        self._store = store
        self._limits = limits
        self._publisher = publisher
        self._again = asyncio.Event()
        self._done = asyncio.Event()

    def again(self) -> None:
        """Look soon: another instance may have ended."""
        self._again.set()

    async def run(self) -> None:
        """Recall as soon as PostgreSQL is there, and whenever `again` was called, for ever."""
        while True:
            await self._look()
            self._done.set()
            await self._again.wait()
            await asyncio.sleep(GATHER_SECONDS)

    async def done(self) -> None:
        """Return when it is done, or when PostgreSQL is away for longer than a start may take."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._done.wait()

    async def _look(self) -> None:
        while True:
            self._again.clear()
            try:
                held = await self._store.held(MOST_KEPT)
            except Exception as error:
                if not is_transient(error):
                    raise
                await asyncio.sleep(RETRY_SECONDS)
            else:
                break
        for one in held:
            if one.late:
                self._limits.recall(one.conversation_id, one.wait)
        if recalled := self._publisher.resume(held):
            log.info("held_back_recalled", messages=recalled)
