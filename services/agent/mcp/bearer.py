"""What is a bearer token made of? Whose it is, which one, and a secret of which only the hash is kept. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.messages.conversation import ChannelAddress

PREFIX = "usher_mcp"
SECRET_BYTES = 32

Scope = Literal["customer", "operator"]
"""`customer`: acts for one customer. `operator`: for any customer of the business, named in each call."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is kept. `address`: a customer's, or where an operator's customers are told (its `user_id` is empty)."""

    tenant_id: UUID
    token_id: UUID
    label: str
    scope: Scope
    address: ChannelAddress | None
    expires_at: datetime
    revoked_at: datetime | None = None
    used_at: datetime | None = None
    hash: bytes = field(default=b"", repr=False)
    quote_key: bytes = field(default=b"", repr=False)

    def opens_with(self, secret: bytes, now: datetime) -> bool:
        """Whether this secret is its own, and it is neither over nor revoked at `now` (aware)."""
        mine = hmac.compare_digest(hash_of(secret), self.hash)
        return mine and self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class Presented:
    """A bearer token as a client sends it, taken apart."""

    tenant_id: UUID
    token_id: UUID
    secret: bytes = field(repr=False)


def hash_of(secret: bytes) -> bytes:
    """What is kept of a secret. It is 256 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(secret).digest()


def written(tenant_id: UUID, token_id: UUID, secret: bytes) -> str:
    """The token as a client is given it, once."""
    return ".".join([PREFIX, _text(tenant_id.bytes), _text(token_id.bytes), _text(secret)])


def read(text: str) -> Presented | None:
    """The parts of a token; None for what is none."""
    parts = text.strip().split(".")
    if len(parts) != 4 or parts[0] != PREFIX:  # the four that `written` writes
        return None
    try:
        tenant, token, secret = (_bytes(part) for part in parts[1:])
        return Presented(UUID(bytes=tenant), UUID(bytes=token), secret)
    except (binascii.Error, ValueError):
        return None


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
