"""What has this turn done already? Each step has a name, under which a turn that is run again finds it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import orjson

from services.agent.models.costs import Spent
from shared.errors import UsherError

TRANSCRIPT = "transcript"
"""The step that writes a voice note down."""


@dataclass(frozen=True, slots=True)
class Step:
    """One stored step of a turn: `key` (`model:0`, `tool:<call id>`, `transcript`) and its JSON.

    `spent`: what it cost, to be recorded with it.
    """

    key: str
    payload: str
    spent: tuple[Spent, ...] = ()


class Abandoned(UsherError):
    """This try of the turn was given up: it must begin nothing more."""


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
        self.abandoned = False
        """This try was given up; another one takes its place."""
        self._steps = dict(stored or {})
        self._final = any(
            key != TRANSCRIPT for key in self._steps
        )  # what an earlier process wrote is not known
        self._waiting: list[Step] = []
        self._writing = asyncio.Lock()

    def begin_write(self) -> None:
        """Something that changes the world is sent now: from here on the turn must be ended. Raises `Abandoned`."""
        if self.abandoned:
            raise Abandoned
        self._final = True
        # Not lowered when it fails or is cut off: then nobody knows, and the turn must not end.
        self.undecided += 1

    def abandon(self) -> bool:
        """Give this try up, if nothing has been written yet; whether it is."""
        self.abandoned = not self._final
        return self.abandoned

    async def quiet(self) -> None:
        """Wait until no step is being stored."""
        async with self._writing:
            return

    def get(self, key: str) -> str | None:
        """The JSON stored for a step, or None when it has not been done."""
        return self._steps.get(key)

    async def put(self, key: str, payload: str, *, at_once: bool, spent: tuple[Spent, ...] = ()) -> None:
        """Remember a step that has been done, and what it cost."""
        self._steps[key] = payload
        self._waiting.append(Step(key, payload, spent))
        if at_once:
            await self.flush()

    async def flush(self) -> None:
        """Store what waits. Afterwards a repeat of this turn begins behind it."""
        async with self._writing:
            steps = tuple(self._waiting)
            if steps and not self.abandoned:
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
