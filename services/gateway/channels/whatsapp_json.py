"""How is JSON from outside read without ever tripping over it? Lenient readers for values of unknown shape."""

from __future__ import annotations

import json
from typing import TypeAlias

import orjson

from services.gateway.channels import Malformed
from shared.errors import UsherError

Json: TypeAlias = dict[str, object]


class ItemError(UsherError):
    """This item is not of the shape that the channel documents."""


def decode(body: bytes) -> list[object]:
    """The `entry` list of a webhook body. Raises `Malformed`."""
    root = _loads(body)
    if not isinstance(root, dict):
        raise Malformed("The body is not a JSON object.")
    if root.get("object") != "whatsapp_business_account":
        raise Malformed("`object` is not whatsapp_business_account.")
    entries = root.get("entry")
    if not isinstance(entries, list) or not entries:
        raise Malformed("`entry` is not a list, or empty.")
    return entries


def _loads(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        first = error
    # Half an emoji (a lone surrogate) must not cost a whole batch: read it the tolerant way, put `?` in its place.
    try:
        tolerant = json.dumps(json.loads(body), ensure_ascii=False).encode("utf-8", "replace")
        return orjson.loads(tolerant)
    except (ValueError, RecursionError):
        raise Malformed(f"The body is not JSON: {first.msg} at byte {first.pos}.") from None


def dump(value: object) -> bytes:
    """The value as JSON bytes."""
    return orjson.dumps(value)


def as_dict(value: object) -> Json:
    """The value when it is an object. Raises `ItemError`."""
    if not isinstance(value, dict):
        raise ItemError("an object was expected")
    return value


def as_list(value: object) -> list[object]:
    """The value when it is a list. Raises `ItemError`."""
    if not isinstance(value, list):
        raise ItemError("a list was expected")
    return value


def as_text(value: object) -> str | None:
    """A text or a whole number as text without NUL (PostgreSQL has none); None for anything else or nothing."""
    if isinstance(value, str):
        return (value.replace("\x00", "") if "\x00" in value else value) or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None
