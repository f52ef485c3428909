"""A booking service that commits and then says nothing: what a SIGKILL between the commit and the answer leaves."""

from __future__ import annotations

import asyncio
from datetime import datetime

from services.booking.app import BookingService
from services.booking.batch import Batch
from services.booking.store import Store
from shared.service import run_services
from shared.settings import Settings


class HangsAfterCommit(Store):
    """Writes, and never returns."""

    async def write(self, batch: Batch, now: datetime) -> None:
        """Commit, then wait to be killed."""
        await super().write(batch, now)
        await asyncio.Event().wait()


if __name__ == "__main__":
    settings = Settings()
    asyncio.run(run_services([BookingService(settings, store_class=HangsAfterCommit)], settings))
