"""How does a client outside a conversation show before it acts? The first call quotes and signs, the second brings that back.

A token is bound to the tool, what it is for, the customer and the price; it holds for ten minutes. Bringing it twice is
one command, because the command's id is the token's.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from services.agent.tools import Shown
from shared.errors import UsherError

HOLDS = timedelta(minutes=10)

_ABOUT = (
    *("session_id", "slot_id", "booking_id", "entry_id", "accept"),
    *("party_size", "pay_with", "promo_code", "gift_code"),
)


class BadQuote(UsherError):
    """The quote_token is not for this, or too old: call without it, show the result, ask, and call again with its token."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """What was shown: for which call of which customer, at what price, until when (aware). `quote_id`: the command's."""

    tool: str
    about: Mapping[str, Any]
    tenant_id: UUID
    customer_id: UUID
    shown: Shown
    until: datetime
    quote_id: UUID


def about(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that a quote is bound to, as JSON values; what is unsaid is left out."""
    plain = orjson.loads(orjson.dumps(dict(arguments), default=str))
    found = {name: plain[name] for name in _ABOUT if plain.get(name) is not None}
    if "session_id" in found or "slot_id" in found:
        found.setdefault("party_size", 1)
    return found


def signed(quoted: Quoted, key: bytes) -> str:
    """The token that says so."""
    body = orjson.dumps(
        {
            "tool": quoted.tool,
            "about": quoted.about,
            "tenant": str(quoted.tenant_id),
            "customer": str(quoted.customer_id),
            "totals": sorted(quoted.shown.totals),
            "credits": sorted(quoted.shown.credits),
            "fees": sorted(quoted.shown.fees),
            "until": int(quoted.until.timestamp()),
            "id": str(quoted.quote_id),
        },
        option=orjson.OPT_SORT_KEYS,
    )
    return f"{_text(body)}.{_text(_mac(body, key))}"


@dataclass(frozen=True, slots=True)
class Redeemed:
    """What a token allows: the command's id, and what the person was shown."""

    quote_id: UUID
    shown: Shown


def redeem(
    token: str,
    key: bytes,
    *,
    tool: str,
    arguments: Mapping[str, Any],
    tenant_id: UUID,
    customer_id: UUID,
    now: datetime,
) -> Redeemed:
    """What this token allows this call. Raises `BadQuote` when it is not for exactly that."""
    body = _opened(token, key)
    wanted = {
        "tool": tool,
        "about": about(arguments),
        "tenant": str(tenant_id),
        "customer": str(customer_id),
    }
    if any(body.get(name) != value for name, value in wanted.items()):
        raise BadQuote
    if now.timestamp() > body["until"]:
        raise BadQuote
    shown = Shown(frozenset(body["totals"]), frozenset(body["credits"]), frozenset(body["fees"]))
    return Redeemed(UUID(body["id"]), shown)


def _opened(token: str, key: bytes) -> dict[str, Any]:
    try:
        text, mac = token.split(".")
        body = _bytes(text)
        if not hmac.compare_digest(_bytes(mac), _mac(body, key)):
            raise BadQuote
        opened = orjson.loads(body)
    except (ValueError, binascii.Error) as error:
        raise BadQuote from error
    if not isinstance(opened, dict):
        raise BadQuote
    return opened


def _mac(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, body, hashlib.sha256)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
