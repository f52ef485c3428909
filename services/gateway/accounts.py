"""Whose is this phone number? The channel accounts of all tenants, in memory, fresh enough."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from services.gateway.store.accounts import Account
from shared.db import is_transient
from shared.telemetry import get_logger

log = get_logger("gateway")


class Accounts(Protocol):
    """Where the accounts are kept."""

    async def all(self) -> Sequence[Account]:
        """Every tenant's accounts."""


class Directory:
    """Finds the tenant of an account. What it does not know it looks up once more before it says so."""

    def __init__(self, store: Accounts, *, refresh_every: float = 15.0) -> None:
        self._store = store
        self._every = refresh_every
        self._owners: dict[tuple[str, str], UUID] = {}
        self._by_owner_id: dict[tuple[str, str], set[UUID]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Read the accounts now and then, for ever: an account that moved or went away is noticed."""
        while True:
            try:
                await self.refresh()
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("accounts_not_read", error=str(error) or type(error).__name__)
                await asyncio.sleep(min(1.0, self._every))
            else:
                await asyncio.sleep(self._every)

    def tenant_of(self, channel: str, account_id: str | None, owner_id: str | None = None) -> UUID | None:
        """The tenant of this account; without an account, the only tenant of this owner (WABA). None: nobody known."""
        if account_id is not None:
            return self._owners.get((channel, account_id))
        tenants = self._by_owner_id.get((channel, owner_id or ""), set())
        return next(iter(tenants)) if len(tenants) == 1 else None

    async def look_up(self, channel: str, account_id: str) -> UUID | None:
        """Like `tenant_of`, but asks the database first. Raises transient errors of it."""
        # A reading that is under way may have begun before the account was there.
        if self._reading is not None:
            await asyncio.gather(self._reading, return_exceptions=True)
        await self.refresh()
        return self._owners.get((channel, account_id))

    async def refresh(self) -> None:
        """Read all accounts; callers that come together share one reading."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read())
        await asyncio.shield(self._reading)

    async def _read(self) -> None:
        accounts = await self._store.all()
        self._owners = {(one.channel, one.account_id): one.tenant_id for one in accounts}
        by_owner_id: dict[tuple[str, str], set[UUID]] = {}
        for one in accounts:
            if one.owner_id:
                by_owner_id.setdefault((one.channel, one.owner_id), set()).add(one.tenant_id)
        self._by_owner_id = by_owner_id
