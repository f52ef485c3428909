"""What becomes of an authentic request? Parsed, its items brought to their tenants, stored, or set aside.

Webhooks and web chat come through here: when `take` returns, every item is on disk, and so is the request's body, sealed.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Final, Protocol

from services.gateway.channels import Channel, Inbound, Malformed, RawRequest
from services.gateway.domain.account import ChannelAccount
from services.gateway.inbound import NOBODY, InboxRow
from services.gateway.raw import RawBody
from services.gateway.routing import Directory, Quarantined, route
from shared.errors import Poison
from shared.telemetry import get_logger

STORE_SECONDS: Final = 5.0
"""After this long without an answer of the database the provider is told to come again."""

log = get_logger("gateway")


class Inbox(Protocol):
    """The group-committing writer (see `inbox.py`)."""

    async def write(self, rows: Sequence[InboxRow], digest: bytes, raw: RawBody | None = None) -> None:
        """Return when the rows and the body are on disk."""


class Quarantine(Protocol):
    """Where unreadable things are kept."""

    async def quarantine(self, things: Sequence[Quarantined]) -> None:
        """Keep them for the operator."""


class Pace(Protocol):
    """How fast messages may be passed on (see `limits_in.Limits`)."""

    def paced(self, rows: list[InboxRow]) -> list[InboxRow]:
        """The rows, with the delays of those that come too fast."""


class Keeper(Protocol):
    """Seals bodies (see `raw.RawKeeper`)."""

    def body(self, channel: str, request: RawRequest, digest: bytes) -> RawBody | None:
        """What is to be stored of a request; None: nothing."""


class Understands(Protocol):
    """Knows what an answer by number means (see `answers.Answers`)."""

    def concerned(self, channel: Channel, items: Sequence[Inbound]) -> bool:
        """Whether there may be one among them."""

    async def resolved(self, channel: Channel, items: Sequence[Inbound]) -> Sequence[Inbound]:
        """The items, answers by number as the choices they mean."""


class Intake:
    """Takes what channels bring."""

    def __init__(
        self,
        directory: Directory,
        inbox: Inbox,
        quarantine: Quarantine,
        pace: Pace,
        keeper: Keeper,
        answers: Understands,
    ) -> None:
        self._directory = directory
        self._inbox = inbox
        self._quarantine = quarantine
        self._pace = pace
        self._keeper = keeper
        self._answers = answers

    async def take(self, channel: Channel, request: RawRequest) -> None:
        """Store every item of a request that was verified. Raises transient errors when that could not be done now."""
        account, body = request.account, request.body
        digest = digest_of(channel.name, account, body)
        raw = self._keeper.body(channel.name, request, digest)
        try:
            items: Sequence[Inbound] = channel.parse(request)
        except Malformed as error:
            if raw is not None:
                await self._inbox.write((), digest, raw)
            await self._set_aside([Quarantined(NOBODY, channel.name, None, str(error), body)])
            return
        await self._store(channel, items, body, account, digest, raw)

    async def take_items(
        self, channel: Channel, items: Sequence[Inbound], body: bytes, account: ChannelAccount | None = None
    ) -> None:
        """Store items. `body`: the bytes they came in; `account`: the only one whose tenant they may be for."""
        digest = digest_of(channel.name, account, body)
        await self._store(channel, items, body, account, digest, None)

    async def _store(
        self,
        channel: Channel,
        items: Sequence[Inbound],
        body: bytes,
        account: ChannelAccount | None,
        digest: bytes,
        raw: RawBody | None,
    ) -> None:
        if self._answers.concerned(channel, items):
            async with asyncio.timeout(STORE_SECONDS):
                items = await self._answers.resolved(channel, items)
        try:
            rows, aside = await route(items, channel.name, self._directory, account)
            if rows or raw is not None:
                await self._inbox.write(self._pace.paced(rows), digest, raw)
        except Poison as error:
            aside = [Quarantined(NOBODY, channel.name, None, str(error), body)]
        if aside:
            await self._set_aside(aside)

    async def _set_aside(self, things: Sequence[Quarantined]) -> None:
        log.warning(
            "webhook_quarantined", channel=things[0].channel, items=len(things), reason=things[0].reason
        )
        async with asyncio.timeout(STORE_SECONDS):
            await self._quarantine.quarantine(things)


def digest_of(channel: str, account: ChannelAccount | None, body: bytes) -> bytes:
    """16 bytes that identify the body among all that came to this URL."""
    key = f"{channel} {account.account_id if account else ''}".encode()
    return hashlib.blake2b(body, digest_size=16, key=key[:64]).digest()
