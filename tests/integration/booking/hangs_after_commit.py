"""A booking service that commits and then says nothing: what a SIGKILL between the commit and the answer leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from uuid import UUID

from services.booking.app import BookingService
from services.booking.store import Store
from shared.db import Connection
from shared.service import run_services
from shared.settings import Settings


class HangsAfterCommit(Store):
    """Writes, and never returns."""

    @asynccontextmanager
    async def transaction(self, tenants: Collection[UUID]) -> AsyncIterator[Connection]:
        """Commit, then wait to be killed."""
        async with super().transaction(tenants) as connection:
            yield connection
        await asyncio.Event().wait()


if __name__ == "__main__":
    settings = Settings()
    asyncio.run(run_services([BookingService(settings, store_class=HangsAfterCommit)], settings))
