"""Which tenant owns which channel account? The table channel_accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from shared.db import Database
from shared.errors import UsherError


@dataclass(frozen=True, slots=True)
class Account:
    """A tenant's account with a channel. WhatsApp: `account_id` is the phone_number_id, `owner_id` the WABA."""

    tenant_id: UUID
    channel: str
    account_id: str
    owner_id: str | None = None
    display_number: str | None = None


class AccountTaken(UsherError):
    """The account belongs to another tenant."""


class AccountStore:
    """Reads all accounts, writes one tenant's."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def all(self) -> Sequence[Account]:
        """Every tenant's accounts."""
        async with self._db.system() as connection:
            rows = await connection.fetch(
                "SELECT tenant_id, channel, account_id, owner_id, display_number FROM gateway.channel_accounts"
            )
        # asyncpg's own UUID class is none that orjson writes.
        return [Account(UUID(int=row["tenant_id"].int), *tuple(row)[1:]) for row in rows]

    async def put(self, account: Account) -> None:
        """Insert or update. Raises `AccountTaken` when another tenant has it."""
        try:
            async with self._db.tenant(account.tenant_id) as connection:
                await connection.execute(
                    "INSERT INTO gateway.channel_accounts (tenant_id, channel, account_id, owner_id, display_number)"
                    " VALUES ($1, $2, $3, $4, $5)"
                    " ON CONFLICT (tenant_id, channel, account_id) DO UPDATE"
                    " SET owner_id = excluded.owner_id, display_number = excluded.display_number, updated_at = now()",
                    account.tenant_id,
                    account.channel,
                    account.account_id,
                    account.owner_id,
                    account.display_number,
                )
        except asyncpg.UniqueViolationError as error:
            raise AccountTaken(
                f"The {account.channel} account {account.account_id} belongs to another tenant: remove it there first."
            ) from error
