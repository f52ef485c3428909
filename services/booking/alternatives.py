"""What do refusals offer instead? The nearest sessions with room, read once for all who are refused at the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from uuid import UUID

from services.booking.queries import Reads
from shared.db import is_transient
from shared.messages.booking import SessionView
from shared.telemetry import get_logger

FRESH_SECONDS = 1.0
"""How old an offered alternative may be. Booking it is decided anew, so this costs a second try, never a seat."""

_MOST_KEPT = 1_000

Key = tuple[UUID, UUID, int]
"""Tenant, session and party size that were refused."""


class Alternatives:
    """Forty people refused at once cause one read, not forty. `clock` gives monotonic seconds."""

    def __init__(self, reads: Reads, clock: Callable[[], float]) -> None:
        self._reads = reads
        self._clock = clock
        self._known: dict[Key, tuple[float, asyncio.Future[tuple[SessionView, ...]]]] = {}
        self._log = get_logger("booking")

    async def of(self, key: Key) -> tuple[SessionView, ...]:
        """The alternatives, at most `FRESH_SECONDS` old; none while the database is away."""
        now = self._clock()
        known = self._known.get(key)
        if known is None or known[0] <= now:
            if len(self._known) >= _MOST_KEPT:
                self._known = {k: v for k, v in self._known.items() if v[0] > now}
            known = (now + FRESH_SECONDS, asyncio.ensure_future(self._reads.instead_of(*key)))
            self._known[key] = known
        try:
            return await asyncio.shield(known[1])
        except Exception as error:
            self._known.pop(key, None)
            if not is_transient(error):
                raise
            self._log.warning("no_alternatives", error=str(error) or type(error).__name__)
            return ()
