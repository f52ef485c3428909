"""How do background loops end? Only when the service stops: one that fails is reported and begun again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from shared.tasks import ended
from shared.telemetry import get_logger

log = get_logger("gateway")


class Loops:
    """The background loops of a service."""

    def __init__(self, *, restart_after: float = 1.0) -> None:
        self._restart_after = restart_after
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        """Run it in the background, again whenever it fails, until it returns or `stop` comes."""
        self._tasks.append(asyncio.create_task(self._keep(name, loop), name=f"gateway {name}"))

    async def stop(self) -> None:
        """Cancel all."""
        await ended(*self._tasks)
        self._tasks.clear()

    async def _keep(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await loop()
                return
            except Exception as error:  # the supervisor: reported, and begun again
                log.exception("loop_failed", loop=name, error=type(error).__name__)
                await asyncio.sleep(self._restart_after)
