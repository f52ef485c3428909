"""Which accounts must not send now? A provider's word that concerns a whole account stops all its messages.

Another gateway's pauses, and the operator's (`usher channel pause`), are noticed within `refresh_every` seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from services.gateway.domain.account import ChannelAccount
from services.gateway.store.accounts import NoSuchAccount, Pause
from shared.db import is_transient
from shared.telemetry import DELIVERIES, get_logger

FOREVER: Final = 1e9

log = get_logger("gateway")
Key = tuple[str, str]


class Store(Protocol):
    """Where pauses are kept (see `store.pauses`)."""

    async def paused(self) -> Mapping[Key, Pause]:
        """The accounts that must not send now."""

    async def pause(self, account: ChannelAccount, until: datetime, reason: str) -> None:
        """Store a pause and the operator's notice of it."""


class Pauses:
    """See `ports.Pausing`; `run` keeps it fresh."""

    def __init__(self, store: Store, *, refresh_every: float = 10.0) -> None:
        self._store = store
        self._every = refresh_every
        self._paused: dict[Key, Pause] = {}
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Read the pauses now and then, for ever."""
        while True:
            try:
                self._know(dict(await self._store.paused()))
            except Exception as error:
                if not is_transient(error):
                    raise
            await asyncio.sleep(self._every)

    def left(self, channel: str, account_id: str) -> float:
        """Seconds until the account may send; 0: now."""
        pause = self._paused.get((channel, account_id))
        if pause is None:
            return 0.0
        if pause.until is None:
            return FOREVER
        return max(0.0, (pause.until - datetime.now(UTC)).total_seconds())

    async def over(self, channel: str, account_id: str, within: float) -> None:
        """Return when the account may send, or after so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while left := self.left(channel, account_id):
                    with suppress(TimeoutError):
                        async with asyncio.timeout(left):
                            await self._changed.wait()

    async def pause(self, account: ChannelAccount, after: float, reason: str) -> None:
        """Stop the account for so many seconds, and tell the operator. Raises transient errors of the database."""
        key = (account.channel, account.account_id)
        if self.left(*key) >= after / 2:
            return  # another message of the account has just said so
        until = datetime.now(UTC) + timedelta(seconds=after)
        before = self._paused
        self._know({**before, key: Pause(until, reason)})  # first: the others must not go on meanwhile
        try:
            await self._store.pause(account, until, reason)
        except NoSuchAccount:
            log.warning("paused_account_is_gone", channel=account.channel, account_id=account.account_id)
        except BaseException:
            self._know(before)  # whoever tries again shall store it
            raise
        DELIVERIES.labels(account.channel, "paused").inc()
        log.error("account_paused", channel=account.channel, account_id=account.account_id, reason=reason)

    def _know(self, paused: dict[Key, Pause]) -> None:
        before, self._paused = self._paused, paused
        if before != paused:
            self._changed.set()
            self._changed = asyncio.Event()
