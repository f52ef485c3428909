"""A booking service that stops itself (SIGSTOP) over one command: before its write, or in the middle of its transaction.

`RACE_COMMAND`: the command's id. `RACE_AT`: `write` or `commit`. `RACE_GUARD=off`: its writes rest on no version.
What became of that write is told on stdout when it has been woken: `written` or `conflict` (or `lost`).
"""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import datetime

from services.booking.app import BookingService
from services.booking.batch import Batch
from services.booking.statements import VERSION_STANDS, WRITE
from services.booking.store import Conflict, Store
from shared.db import Connection
from shared.service import run_services
from shared.settings import Settings


class Freezes(Store):
    """Stops the whole process once, and then goes on as if nothing had been."""

    _at = os.environ.get("RACE_AT", "write")
    _frozen = False
    _over_it = False

    async def write(self, batch: Batch, now: datetime) -> None:
        """Write, at a time when nobody waits for it any more, and tell what became of it."""
        named = any(str(command) == os.environ["RACE_COMMAND"] for _, command in batch.answers)
        if named and not self._frozen:
            self._over_it = True
            if self._at == "write":
                self._stop()
        try:
            await super().write(batch, now)
        except Conflict:
            self._tell("conflict")
            raise
        except Exception:
            self._tell("lost")
            raise
        self._tell("written")

    def _is_plain(self, batch: Batch) -> bool:
        # What is written by one statement has no middle to stop in.
        return self._at != "commit" and super()._is_plain(batch)

    async def _rest(self, connection: Connection, batch: Batch, now: datetime) -> None:
        await super()._rest(connection, batch, now)
        if self._over_it and not self._frozen and self._at == "commit":
            self._stop()

    def _tell(self, what: str) -> None:
        if self._over_it:
            self._over_it = False
            print(what, flush=True)

    def _stop(self) -> None:
        self._frozen = True
        os.kill(os.getpid(), signal.SIGSTOP)


class FreezesUnguarded(Freezes):
    """Never for use: the negative control."""

    write_statement = WRITE.replace(VERSION_STANDS, "true")


if __name__ == "__main__":
    settings = Settings()
    kind = FreezesUnguarded if os.environ.get("RACE_GUARD") == "off" else Freezes
    asyncio.run(run_services([BookingService(settings, store_class=kind)], settings))
