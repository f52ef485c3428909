"""Which accounts must not send, and what was the operator told about it?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from services.gateway.domain.account import ChannelAccount
from services.gateway.store.accounts import AccountStore, Pause
from shared.db import Database
from shared.ids import derive

_NOTICE: Final = """
INSERT INTO gateway.account_notices (tenant_id, id, channel, account_id, severity, summary)
VALUES ($1, $2, $3, $4, 'critical', $5) ON CONFLICT DO NOTHING
"""


class PauseStore:
    """Pauses of accounts, each with its notice. All raise transient errors of the database."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._accounts = AccountStore(db)  # without a vault: secrets stay closed

    async def paused(self) -> Mapping[tuple[str, str], Pause]:
        """The accounts that must not send now, by channel and account id."""
        return await self._accounts.paused()

    async def pause(self, account: ChannelAccount, until: datetime, reason: str) -> None:
        """Send nothing by the account until then, and tell the operator: once for the same reason within an hour.

        Raises `NoSuchAccount`.
        """
        await self._accounts.pause(account, until, reason)
        notice = derive("notice", account.channel, account.account_id, reason, until.strftime("%Y%m%d%H"))
        summary = f"Nothing is sent by this account until {until:%Y-%m-%d %H:%M} UTC: {reason}"
        async with self._db.tenant(account.tenant_id) as connection:
            await connection.execute(
                _NOTICE, account.tenant_id, notice, account.channel, account.account_id, summary[:500]
            )
