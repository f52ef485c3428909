"""When does a callback of the emulated processor arrive? In order and once, unless mishaps are asked for."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.booking.payments.emulator_script import Chances
from services.booking.payments.port import Callback, CallbackHandler
from shared.errors import Transient

REDELIVERED_AFTER = timedelta(seconds=5)


@dataclass(slots=True)
class _Waiting:
    due: datetime
    callback: Callback


class CallbackQueue:
    """Callbacks on their way. A handler that raises `Transient` gets the same callback again later."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._waiting: list[_Waiting] = []
        self.sent: list[Callback] = []
        self.held = False
        """While true nothing is delivered; tests then take callbacks and deliver them as they like."""

    def put(self, callback: Callback, chances: Chances) -> None:
        """Queue it, with whatever mishap chance brings."""
        self.sent.append(callback)
        if self._rng.random() < chances.lost:
            return
        copies = 2 if self._rng.random() < chances.duplicate else 1
        for _ in range(copies):
            late = self._rng.random() < chances.late
            due = callback.at + (chances.late_by * self._rng.random() if late else timedelta())
            self._waiting.append(_Waiting(due, callback))

    def take(self) -> list[Callback]:
        """Remove and return everything that waits, oldest first."""
        taken, self._waiting = self._waiting, []
        return [waiting.callback for waiting in taken]

    async def deliver(self, now: datetime, handler: CallbackHandler) -> int:
        """Hand over what is due; returns how many were taken."""
        if self.held:
            return 0
        due = sorted((w for w in self._waiting if w.due <= now), key=lambda waiting: waiting.due)
        self._waiting = [w for w in self._waiting if w.due > now]
        taken = 0
        for waiting in due:
            try:
                await handler(waiting.callback)
                taken += 1
            except Transient:
                self._waiting.append(_Waiting(now + REDELIVERED_AFTER, waiting.callback))
        return taken
