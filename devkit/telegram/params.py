"""What did the bot ask for? Parameters of a Bot API call: query, form, JSON or multipart, all the same to Telegram."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web

from devkit.telegram.errors import bad_request


@dataclass(frozen=True, slots=True)
class Upload:
    """A file inside the request."""

    data: bytes
    mime: str
    name: str


@dataclass(frozen=True, slots=True)
class Params:
    """Parameters by name; values are texts, or JSON values where the request was JSON."""

    values: Mapping[str, object]
    files: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The text; empty when it is missing."""
        value = self.values.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else json.dumps(value)

    def structure(self, name: str, otherwise: str) -> object:
        """The JSON value (forms hold it as text); None when it is missing. Raises `ApiError` 400 `otherwise`."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            parsed: object = json.loads(value)
        except ValueError:
            raise bad_request(otherwise) from None
        return parsed

    def number(self, name: str) -> int | None:
        """The whole number; None when there is none."""
        text = self.text(name).strip()
        return int(text) if text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() else None

    def flag(self, name: str) -> bool:
        """True for true, yes and 1."""
        return self.text(name).lower() in ("true", "yes", "1")


async def read(request: web.Request) -> Params:
    """Raises `ApiError` 400 for a body that cannot be read; aiohttp's 413 for one that is too large."""
    values: dict[str, object] = dict(request.query)
    if request.content_type == "application/json":
        raw = await request.read()
        try:
            body = json.loads(raw) if raw else {}
        except ValueError:
            raise bad_request("can't parse request body as JSON") from None
        if not isinstance(body, dict):
            raise bad_request("can't parse request body as JSON object")
        return Params(values | body)
    files: dict[str, Upload] = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = Upload(value.file.read(), value.content_type, value.filename)
        else:
            values[name] = value if isinstance(value, str) else value.decode("utf-8", "replace")
    return Params(values, files)
