"""Who is this visitor, and may this link open that file? Tokens signed with the account's visitor secret. Pure.

A visitor's token is ours (a fresh visitor) or the site's own (it knows its user): both are JWTs, HS256, with `sub` and
`exp`. Every secret in force is accepted, the newest one signs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import jwt
from jwt.types import Options

from services.gateway.channels import NotAuthentic
from services.gateway.channels.webchat import SECRET
from services.gateway.domain.account import ChannelAccount

VISITOR_DAYS: Final = 180
FILE_MINUTES: Final = 10
LEEWAY_SECONDS: Final = 60.0
"""Clocks of sites differ."""
SHORTEST_SECRET: Final = 32
"""Bytes; a shorter one could be guessed offline from any token, so it is not in force."""
MOST_TOKEN: Final = 4096
_ALGORITHM: Final = "HS256"
_FILES: Final = "usher-file"
_OPTIONS: Final = Options(  # times are compared with the clock we are given
    require=["sub", "exp"], verify_exp=False, verify_nbf=False, verify_iat=False
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person on a page: `id` is the channel's user id of them."""

    id: str
    name: str | None = None
    phone: str | None = None


def issue(account: ChannelAccount, visitor_id: UUID, now: datetime) -> str:
    """A token for a visitor nobody knows yet. Raises `NotAuthentic` when the account has no secret in force."""
    expires = int((now + timedelta(days=VISITOR_DAYS)).timestamp())
    claims = {"sub": str(visitor_id), "acc": account.account_id, "iat": int(now.timestamp()), "exp": expires}
    return jwt.encode(claims, _keys(account)[0], _ALGORITHM)


def read(account: ChannelAccount, token: str, now: datetime) -> Visitor:
    """Who this token says its bearer is. Raises `NotAuthentic`."""
    claims = _claims(account, token, now, audience=None)
    if claims.get("acc", account.account_id) != account.account_id:
        raise NotAuthentic("The token is for another account.")
    visitor_id = claims["sub"]
    if not 1 <= len(visitor_id) <= 128 or not visitor_id.isprintable():
        raise NotAuthentic("The token's `sub` must be 1 to 128 printable characters.")
    return Visitor(visitor_id, _text(claims, "name", 100), _text(claims, "phone", 20))


def file_token(account: ChannelAccount, delivery_id: UUID, conversation_id: UUID, now: datetime) -> str:
    """Lets its bearer read the file of one message, for some minutes."""
    expires = int((now + timedelta(minutes=FILE_MINUTES)).timestamp())
    claims = {"aud": _FILES, "sub": str(delivery_id), "con": str(conversation_id), "exp": expires}
    return jwt.encode(claims, _keys(account)[0], _ALGORITHM)


def read_file_token(account: ChannelAccount, token: str, delivery_id: UUID, now: datetime) -> UUID:
    """The conversation of the message. Raises `NotAuthentic`."""
    claims = _claims(account, token, now, audience=_FILES)
    if claims["sub"] != str(delivery_id):
        raise NotAuthentic("The link is for another file.")
    try:
        return UUID(str(claims.get("con")))
    except ValueError as error:
        raise NotAuthentic from error


def _claims(account: ChannelAccount, token: str, now: datetime, audience: str | None) -> dict[str, Any]:
    """The claims of a token that one of the secrets signed and that is in force. Raises `NotAuthentic`."""
    if len(token) > MOST_TOKEN:
        raise NotAuthentic("The token is too long.")
    for key in _keys(account):
        try:
            claims = jwt.decode(token, key, [_ALGORITHM], options=_OPTIONS, audience=audience)
        except jwt.InvalidSignatureError:
            continue
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            raise NotAuthentic(f"The token is not usable: {type(error).__name__}.") from error
        _in_force(claims, now.timestamp())
        return claims
    raise NotAuthentic("The token was not signed with this account's visitor secret.")


def _in_force(claims: dict[str, Any], now: float) -> None:
    try:
        expires, begins = float(claims["exp"]), float(claims.get("nbf") or 0)
    except (TypeError, ValueError) as error:
        raise NotAuthentic("The token's times are not numbers.") from error
    if not begins - LEEWAY_SECONDS <= now < expires + LEEWAY_SECONDS:
        raise NotAuthentic("The token is not in force: it has expired, or its time has not come.")


def _keys(account: ChannelAccount) -> list[bytes]:
    keys = [secret.encode() for secret in account.secrets.get(SECRET, ())]
    keys = [key for key in keys if len(key) >= SHORTEST_SECRET]
    if not keys:
        raise NotAuthentic(
            f"Web chat account {account.account_id} has no {SECRET} of at least {SHORTEST_SECRET} bytes: "
            f"add one with `usher channel add webchat {account.account_id}`."
        )
    return keys


def _text(claims: dict[str, Any], name: str, most: int) -> str | None:
    value = claims.get(name)
    if not isinstance(value, str):
        return None
    return "".join(character for character in value if character.isprintable()).strip()[:most] or None
