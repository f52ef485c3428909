"""What do the harnesses of all emulators have in common? A clock that stands still, a control API, somebody who gets webhooks."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any, ClassVar

from aiohttp import web
from aiohttp.test_utils import TestClient


class FakeClock:
    """Unix seconds that move only when told."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@dataclass
class Answering:
    """Whoever receives webhooks: `answers` are given first, then 200 for ever, held back while `hold` is not set."""

    answers: deque[int] = field(default_factory=deque)
    hold: asyncio.Event | None = None

    async def held(self) -> None:
        """Wait as long as the test wants."""
        if self.hold is not None:
            await self.hold.wait()

    def next_answer(self) -> int:
        """The status of the next answer."""
        return self.answers.popleft() if self.answers else 200


@dataclass
class Steered:
    """A running emulator, as far as its control API is every emulator's."""

    control: ClassVar[str] = "/_control"
    idle: ClassVar[str] = "/stats?idle_within=20"

    client: TestClient[web.Request, web.Application]

    async def faults(self, **faults: object) -> None:
        """Misbehave from now on."""
        async with self.client.post(f"{self.control}/faults", json=faults) as answer:
            assert answer.status == 200, await answer.text()

    async def settle(self) -> dict[str, Any]:
        """Wait until no webhook is pending; the counts."""
        async with self.client.get(self.control + self.idle) as answer:
            counts: dict[str, Any] = await answer.json()
        assert counts["idle"], counts
        return counts
