"""Whose is this phone number, and with which secrets? The channel accounts of all tenants, in memory, fresh enough."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from services.gateway.domain.account import ChannelAccount
from shared.db import is_transient
from shared.telemetry import get_logger

log = get_logger("gateway")


class Accounts(Protocol):
    """Where the accounts are kept."""

    async def all(self) -> Sequence[ChannelAccount]:
        """Every tenant's accounts, with their secrets."""

    async def find(self, channel: str, account_id: str) -> ChannelAccount | None:
        """This one, whoever's it is."""


class Directory:
    """Finds accounts and their tenants. What it does not know it looks up once more before it says so.

    Changed secrets and settings are known after `refresh_every` seconds at the latest.
    """

    def __init__(self, store: Accounts, *, refresh_every: float = 15.0) -> None:
        self._store = store
        self._every = refresh_every
        self._accounts: dict[tuple[str, str], ChannelAccount] = {}
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
            account = self.account(channel, account_id)
            return None if account is None else account.tenant_id
        tenants = self._by_owner_id.get((channel, owner_id or ""), set())
        return next(iter(tenants)) if len(tenants) == 1 else None

    def owners(self, channel: str, owner_id: str) -> Collection[UUID]:
        """The tenants that have an account of this owner (WABA), as far as is known."""
        return sorted(self._by_owner_id.get((channel, owner_id), ()))

    def account(self, channel: str, account_id: str) -> ChannelAccount | None:
        """The account with its secrets, as far as is known."""
        return self._accounts.get((channel, account_id))

    def tenants(self) -> Collection[UUID]:
        """All tenants that have an account, as far as is known."""
        return {account.tenant_id for account in self._accounts.values()}

    async def look_up(self, channel: str, account_id: str) -> UUID | None:
        """Like `tenant_of`, but asks the database first. Raises transient errors of it."""
        account = await self.look_up_account(channel, account_id)
        return None if account is None else account.tenant_id

    async def look_up_account(self, channel: str, account_id: str) -> ChannelAccount | None:
        """Like `account`, but asks the database first. Raises transient errors of it."""
        # One row, never all of them: strangers can ask for accounts that nobody has.
        account = await self._store.find(channel, account_id)
        if account is None:
            self._accounts.pop((channel, account_id), None)
        else:
            self._remember(account)
        return account

    async def refresh(self) -> None:
        """Read all accounts; callers that come together share one reading."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read())
        await asyncio.shield(self._reading)

    async def _read(self) -> None:
        accounts = await self._store.all()
        self._accounts = {}
        self._by_owner_id = {}
        for account in accounts:
            self._remember(account)

    def _remember(self, account: ChannelAccount) -> None:
        self._accounts[account.channel, account.account_id] = account
        if account.owner_id:
            self._by_owner_id.setdefault((account.channel, account.owner_id), set()).add(account.tenant_id)
