"""How are the bytes of authentic requests kept for `usher replay-inbound`? Sealed, once each, for a while."""

from __future__ import annotations

import asyncio
import zlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

from services.gateway.channels import RawRequest
from services.gateway.secrets import CannotDecrypt, Vault
from shared.db import is_transient
from shared.telemetry import get_logger

SWEEP_SECONDS: Final = 300.0
SWEEP_ROWS: Final = 2_000
MOST_AS_IT_IS: Final = 2_000
"""Bytes; what is larger PostgreSQL would divide and store in pieces, which takes it longer than us to make it smaller."""
_AS_IT_IS: Final = b"raw_bodies|"
_SMALLER: Final = b"raw_bodies.zlib|"
"""What a sealed body is bound to, before its id: so what it is cannot be mistaken."""

log = get_logger("gateway")


@dataclass(frozen=True, slots=True)
class RawBody:
    """One request's body as it is stored. `account_id` is the one that its URL names. The id follows from channel,
    account and bytes: a repeat is the same row."""

    id: UUID
    channel: str
    account_id: str | None
    url: str
    content_type: str
    sealed: bytes


class Old(Protocol):
    """Where bodies are kept (see `store.raw`)."""

    async def forget(self, older_than: timedelta, limit: int) -> int:
        """Delete the oldest of those; how many it were."""


class RawKeeper:
    """Seals bodies. Keeps none without a key, or with a retention of 0 hours."""

    def __init__(self, vault: Vault, retention_hours: float) -> None:
        self._vault = vault
        self._retention = timedelta(hours=retention_hours)
        self.keeps = vault.has_key and retention_hours > 0
        if retention_hours > 0 and not vault.has_key:
            log.warning(
                "raw_bodies_not_kept",
                reason="There is no USHER_SECRETS_KEY (`usher channel key` makes one): webhooks cannot be replayed.",
            )

    def body(self, channel: str, request: RawRequest, digest: bytes) -> RawBody | None:
        """What is to be stored of an authentic request. `digest`: 16 bytes that identify it."""
        if not self.keeps:
            return None
        raw_id = UUID(bytes=digest)
        return RawBody(
            raw_id,
            channel,
            request.account.account_id if request.account else None,
            request.url,
            request.headers.get("Content-Type", "")[:200],
            _sealed(self._vault, raw_id, request.body),
        )

    async def sweep(self, store: Old, every: float = SWEEP_SECONDS) -> None:
        """Forget what is older than the retention, for ever. Without a key, too: the key may have been taken away."""
        while True:
            deleted = 0
            try:
                deleted = await store.forget(self._retention, SWEEP_ROWS)
            except Exception as error:
                if not is_transient(error):
                    raise
            await asyncio.sleep(0.1 if deleted == SWEEP_ROWS else every)


def opened(vault: Vault, raw_id: UUID, sealed: bytes) -> bytes:
    """The body as it came. Raises `CannotDecrypt`."""
    try:
        return zlib.decompress(vault.open(sealed, _SMALLER + raw_id.bytes))
    except CannotDecrypt:
        return vault.open(sealed, _AS_IT_IS + raw_id.bytes)


def _sealed(vault: Vault, raw_id: UUID, body: bytes) -> bytes:
    # A batch of messages says nearly the same a hundred times. What is sealed stands in the inbox as well, in clear, so
    # its compressed length gives nothing away.
    if len(body) < MOST_AS_IT_IS:
        return vault.seal(body, _AS_IT_IS + raw_id.bytes)
    return vault.seal(zlib.compress(body, level=1), _SMALLER + raw_id.bytes)
