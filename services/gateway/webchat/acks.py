"""How do pages' acknowledgements get to the table? Together, a few times a second; a lost one is given again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol
from uuid import UUID

from services.gateway.domain.states import RANKS, State
from services.gateway.store.webchat import Mark
from shared.db import is_transient
from shared.telemetry import get_logger

TOGETHER_SECONDS: Final = 0.25

log = get_logger("gateway")


class Marks(Protocol):
    """Where states are (see `store.webchat`)."""

    async def mark(self, marks: Sequence[Mark]) -> None:
        """Store them."""


class Acks:
    """Collects what pages have and have read; of several for one conversation the widest counts."""

    def __init__(self, store: Marks) -> None:
        self._store = store
        self._noted: dict[tuple[UUID, State], Mark] = {}
        self._some = asyncio.Event()

    def note(self, mark: Mark) -> None:
        """To be stored soon."""
        key = (mark.conversation_id, mark.state)
        if (noted := self._noted.get(key)) is not None:
            mark = replace(mark, after=min(mark.after, noted.after), until=max(mark.until, noted.until))
        self._noted[key] = mark
        self._some.set()

    async def run(self) -> None:
        """Store what is noted, for ever."""
        while True:
            await self._some.wait()
            await asyncio.sleep(TOGETHER_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Store what is noted now; what cannot be stored stays noted."""
        self._some.clear()
        noted, self._noted = self._noted, {}
        # `delivered` first: what is read then is not counted back.
        marks = sorted(noted.values(), key=lambda mark: (RANKS[mark.state], mark.conversation_id))
        try:
            for state in ("delivered", "read"):
                if some := [mark for mark in marks if mark.state == state]:
                    await self._store.mark(some)
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("webchat_acks_wait", error=str(error) or type(error).__name__)
            for mark in marks:
                self.note(mark)
