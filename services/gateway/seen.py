"""Was exactly this webhook body stored before? A cache in Redis that spares the database repeats; never the truth.

Bodies are remembered only after their rows are committed. Redis being slow, away or emptied costs nothing but that
spared work: short time limits, and after a few failures it is left alone for a while.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from redis.asyncio import Redis
from redis.exceptions import RedisError

from shared.telemetry import get_logger

PERIOD_SECONDS: Final = 600
"""A body is remembered until the next period ends: for ten to twenty minutes."""
SAVE_EVERY_SECONDS: Final = 0.25
MOST_UNSAVED: Final = 20_000
TIMEOUT_SECONDS: Final = 0.05
FAILURES: Final = 3
LEFT_ALONE_SECONDS: Final = 5.0

Result = TypeVar("Result")
log = get_logger("gateway")


class SeenBodies:
    """Remembers digests of webhook bodies (any bytes) for ten to twenty minutes."""

    def __init__(
        self,
        redis: Redis,
        *,
        clock: Callable[[], float] = time.time,
        timeout: float = TIMEOUT_SECONDS,
        left_alone: float = LEFT_ALONE_SECONDS,
    ) -> None:
        self._redis = redis
        self._clock = clock
        self._timeout = timeout
        self._left_alone = left_alone
        self._failures = 0
        self._again_at = 0.0
        self._unsaved: list[bytes] = []
        self._saving: asyncio.Task[None] | None = None

    @property
    def redis(self) -> Redis:
        """The client, for others who can do without it at any time."""
        return self._redis

    async def known(self, digests: Sequence[bytes]) -> list[bool]:
        """For each digest, whether it is known to be stored. Never raises."""

        async def ask() -> list[bool]:
            found = await self._redis.smismember(self._key(), list(digests))
            return [bool(one) for one in found]

        answers = await self._guarded(ask) if digests else None
        return answers or [False] * len(digests)

    def remember(self, digests: Sequence[bytes]) -> None:
        """Note digests whose rows are committed, in the background, several commits at once."""
        if len(self._unsaved) < MOST_UNSAVED:
            self._unsaved += digests
        if self._saving is None or self._saving.done():
            self._saving = asyncio.create_task(self._save())

    async def close(self) -> None:
        """Let go of the connection."""
        if self._saving is not None:
            await asyncio.gather(self._saving, return_exceptions=True)
        await self._redis.aclose()

    async def _save(self) -> None:
        async def save() -> bool:
            pipe = self._redis.pipeline(transaction=False)
            # In this period's set and in the next one's, so that one look is enough.
            for key in (self._key(), self._key(1)):
                pipe.sadd(key, *digests)
                pipe.expire(key, 2 * PERIOD_SECONDS)
            await pipe.execute()
            return True

        await asyncio.sleep(SAVE_EVERY_SECONDS)
        digests, self._unsaved = self._unsaved, []
        await self._guarded(save)

    def _key(self, ahead: int = 0) -> str:
        return f"usher:seen:{int(self._clock() // PERIOD_SECONDS) + ahead}"

    async def _guarded(self, work: Callable[[], Awaitable[Result]]) -> Result | None:
        """The result, or None when Redis fails or is being left alone."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._again_at:
            return None
        try:
            async with asyncio.timeout(self._timeout):
                result = await work()
        except (RedisError, OSError, TimeoutError) as error:
            self._failures += 1
            if self._failures >= FAILURES:
                self._again_at = loop.time() + self._left_alone
                log.info(
                    "redis_left_alone", error=str(error) or type(error).__name__, seconds=self._left_alone
                )
            return None
        self._failures = 0
        return result


def connect(url: str) -> Redis:
    """A client that makes no connection before its first use and never waits for long."""
    return Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=0.5, retry=None)
