"""What has this turn done already? Each step has a name, under which a turn that is run again finds it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import orjson


@dataclass(frozen=True, slots=True)
class Step:
    """One stored step of a turn: `key` (`model:0`, `tool:<call id>`, `transcript`) and its JSON."""

    key: str
    payload: str


class StepStore(Protocol):
    """Where steps are kept."""

    async def add_steps(self, tenant_id: UUID, message_id: UUID, steps: Sequence[Step]) -> None:
        """Store steps of a turn, in one transaction; a key that is there already keeps its first value."""


class Journal:
    """The steps of one turn.

    A step whose repetition costs or does something (an LLM's answer, a write and its outcome, a transcript)
    is
    stored at once; one that is cheap and free of effects waits for the next that is, or for the end of the
    turn.
    """

    def __init__(
        self, store: StepStore, tenant_id: UUID, message_id: UUID, stored: Mapping[str, str] | None = None
    ) -> None:
        self._store = store
        self.tenant_id = tenant_id
        self.message_id = message_id
        self.undecided = 0
        """Writes that were sent and whose outcome is not known yet."""
        self._steps = dict(stored or {})
        self._waiting: list[Step] = []
        self._writing = asyncio.Lock()

    def get(self, key: str) -> str | None:
        """The JSON stored for a step, or None when it has not been done."""
        return self._steps.get(key)

    async def put(self, key: str, payload: str, *, at_once: bool) -> None:
        """Remember a step that has been done."""
        self._steps[key] = payload
        self._waiting.append(Step(key, payload))
        if at_once:
            await self.flush()

    async def flush(self) -> None:
        """Store what waits. Afterwards a repeat of this turn begins behind it."""
        async with self._writing:
            steps = tuple(self._waiting)
            if steps:
                await self._store.add_steps(self.tenant_id, self.message_id, steps)
                del self._waiting[: len(steps)]

    async def once(self, key: str, make: Callable[[], Awaitable[str | None]]) -> str | None:
        """The text made under this key: the stored one, or what `make` gives, stored at once."""
        stored = self.get(key)
        if stored is None:
            stored = orjson.dumps(await make()).decode()
            await self.put(key, stored, at_once=True)
        text: str | None = orjson.loads(stored)
        return text
