"""How is JSON from outside read without ever tripping over it? Lenient readers for values of unknown shape."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, TypeAlias

import orjson

from services.gateway.channels import Malformed
from shared.errors import UsherError

Json: TypeAlias = dict[str, object]

LATEST: Final = 32503680000  # the year 3000; larger timestamps are nonsense (or milliseconds)
_INT_DIGITS: Final = 15  # what every reader of JSON takes for a whole number


class ItemError(UsherError):
    """This item is not of the shape that the channel documents."""


def loads(body: bytes) -> object:
    """The body as JSON. Raises `Malformed`."""
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


def loads_object(data: str | bytes) -> Json:
    """The JSON object in there; an empty one when there is none."""
    try:
        loaded = orjson.loads(data)
    except ValueError:
        return {}
    return loaded if isinstance(loaded, dict) else {}


def dump(value: object) -> bytes:
    """The value as JSON bytes, for somebody to look at."""
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


def text_of(item: Mapping[str, object], key: str) -> str | None:
    """The text or whole number at this key, see `as_text`."""
    return as_text(item.get(key))


def as_int(value: object) -> int | None:
    """A whole number, or the digits of one; None for anything else and for one that is absurdly large."""
    text = as_text(value)
    is_number = text is not None and text.isascii() and text.isdigit() and len(text) <= _INT_DIGITS
    return int(text) if text is not None and is_number else None


def as_float(value: object) -> float | None:
    """A number; None for anything else."""
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def inner(value: Json, key: str) -> Json:
    """The object at this key; an empty one when there is none."""
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def objects(value: Json, key: str) -> list[Json]:
    """The objects of the list at this key; what is no object is left out."""
    found = value.get(key)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def instant(value: object) -> datetime | None:
    """Unix seconds, as a string or a number, as an aware time; None for anything else."""
    seconds = as_int(value)
    return None if seconds is None or seconds > LATEST else datetime.fromtimestamp(seconds, UTC)


def phone_of(digits: str | None) -> str | None:
    """The E.164 number, when these are its digits."""
    is_number = digits is not None and digits.isascii() and digits.isdigit() and 7 <= len(digits) <= 15
    return f"+{digits}" if is_number else None
