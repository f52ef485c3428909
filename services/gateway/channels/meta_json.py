"""How is JSON from Meta read without ever tripping over it? Lenient readers for values of unknown shape."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Final, TypeAlias

import orjson

from services.gateway.channels import Malformed
from shared.errors import UsherError

Json: TypeAlias = dict[str, object]

_LATEST: Final = 32503680000000  # the year 3000, in milliseconds


class ItemError(UsherError):
    """This item is not of the shape that Meta documents."""


def text_of(item: Json, name: str) -> str | None:
    """A text or a whole number as text without NUL (PostgreSQL has none); None for anything else or nothing."""
    value = item.get(name)
    if isinstance(value, str):
        return value.replace("\x00", "") or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def inner(item: Json, name: str) -> Json:
    """The object of this name; an empty one when there is none."""
    value = item.get(name)
    return value if isinstance(value, dict) else {}


def moment(text: str | None, otherwise: datetime) -> datetime:
    """Unix milliseconds (or seconds, in old payloads) as an aware time."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 14 or int(text) > _LATEST:
        return otherwise
    value = int(text)
    return datetime.fromtimestamp(value / 1000 if value > 10**11 else value, UTC)


def load(body: bytes) -> object:
    """The body as JSON; half an emoji (a lone surrogate) does not cost the whole of it. Raises `Malformed`."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        first = error
    try:
        tolerant = json.dumps(json.loads(body), ensure_ascii=False).encode("utf-8", "replace")
        return orjson.loads(tolerant)
    except (ValueError, RecursionError):
        raise Malformed(f"The body is not JSON: {first.msg} at byte {first.pos}.") from None


def dump(value: object) -> bytes:
    """The value as JSON, for somebody to look at."""
    try:
        return orjson.dumps(value)
    except TypeError:  # read to 1024 levels, written to 254
        return b'{"left_out":"nested too deeply"}'


def digest(value: object) -> str:
    """The same for the same content, whatever the order of its keys (hex). Raises `ItemError` for abysses."""
    try:
        return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()
    except TypeError:
        raise ItemError("nested too deeply") from None
