"""How do requests to a provider travel? The shell around the adapters' pure calls: HTTP, time limits, size limits.

What matters most about a failed call is whether the provider may have acted on it: `NotSent` says no, `AnswerLost` says
nobody knows.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

import aiohttp
from yarl import URL

from services.gateway.channels import HttpAnswer, HttpCall, MediaLink
from shared.errors import Transient, UsherError

CONNECT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 20.0
MOST_ANSWER_BYTES: Final = 1024 * 1024
_MOST_REDIRECTS: Final = 3
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class NotSent:
    """The provider cannot have got the request."""

    reason: str


@dataclass(frozen=True, slots=True)
class AnswerLost:
    """The request went out, and no whole answer came back."""

    reason: str


class TooLarge(UsherError):
    """The file is larger than we take."""


class NotTrusted(UsherError):
    """The link leads to a host that is not the provider's."""


LOCAL: Final = "local:"
"""Begins the URL of a call that stays in this process: `local:<channel>/…`, for the channels that are our own."""

Local = Callable[[HttpCall], Awaitable[HttpAnswer]]


class Caller:
    """Calls the providers' APIs. `start` before the first call, `stop` at the end."""

    def __init__(
        self,
        *,
        connections: int = 256,
        per_host: int = 64,
        answer_seconds: float = ANSWER_SECONDS,
        local: Mapping[str, Local] | None = None,
    ) -> None:
        """`local`: who answers calls that stay here, by channel."""
        self._connections = connections
        self._per_host = per_host
        self._answer_seconds = answer_seconds
        self._local = dict(local or {})
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Prepare the connection pool; nothing is connected yet."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._connections, limit_per_host=self._per_host, keepalive_timeout=15.0
            ),
            timeout=aiohttp.ClientTimeout(
                total=self._answer_seconds, connect=None, sock_connect=CONNECT_SECONDS
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=True,
        )

    def answers_locally(self, channel: str, handler: Local) -> None:
        """From now on calls to `local:<channel>/…` go to this handler."""
        self._local[channel] = handler

    async def stop(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    async def call(self, call: HttpCall, data: bytes | None = None) -> HttpAnswer | NotSent | AnswerLost:
        """Make one request; `data` are the bytes of its file part. Never raises for what happens on the network."""
        if call.url.startswith(LOCAL):
            return await self._call_locally(call)
        form = _form(call, data) if call.file else (call.form or None)
        try:
            async with self._open().request(
                call.method,
                call.url,
                headers=call.headers,
                json=call.json,
                data=form,
                allow_redirects=False,
            ) as response:
                body = await response.content.read(MOST_ANSWER_BYTES)
                while chunk := await response.content.read(MOST_ANSWER_BYTES - len(body)):
                    body += chunk
                return HttpAnswer(response.status, body, _seconds(response.headers.get("Retry-After")))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            return NotSent(type(error).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return AnswerLost(type(error).__name__)

    async def download(
        self, link: MediaLink, trusted: Callable[[str], bool], most_bytes: int
    ) -> tuple[int, bytes]:
        """The status and the bytes behind a link, following redirects among trusted hosts only. The
        link's headers go to its own origin only: storage that a provider redirects to refuses them, and must not have them.

        Raises `NotTrusted`, `TooLarge`, or `Transient` when the network fails.
        """
        if link.url.startswith(LOCAL):
            return await self._download_locally(link, trusted, most_bytes)
        session, url, headers = self._open(), link.url, link.headers
        try:
            for _ in range(_MOST_REDIRECTS + 1):
                if not trusted(url):
                    raise NotTrusted
                async with session.get(url, headers=headers, allow_redirects=False) as response:
                    if response.status in _REDIRECTS:
                        there = response.url.join(_location(response))
                        if there.origin() != response.url.origin():
                            headers = {}
                        url = str(there)
                        continue
                    if response.status != 200:
                        return response.status, b""
                    return 200, await _read_at_most(response, most_bytes)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Transient(f"A file could not be downloaded: {type(error).__name__}.") from error
        raise NotTrusted("The link redirects in circles.")

    async def _download_locally(
        self, link: MediaLink, trusted: Callable[[str], bool], most_bytes: int
    ) -> tuple[int, bytes]:
        if not trusted(link.url):
            raise NotTrusted
        answer = await self._call_locally(HttpCall("GET", link.url, link.headers))
        if not isinstance(answer, HttpAnswer):
            raise Transient(f"A file could not be had: {answer.reason}.")
        if len(answer.body) > most_bytes:
            raise TooLarge
        return answer.status, answer.body

    async def _call_locally(self, call: HttpCall) -> HttpAnswer | NotSent:
        handler = self._local.get(call.url.removeprefix(LOCAL).partition("/")[0])
        return NotSent("nobody here answers this channel") if handler is None else await handler(call)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise UsherError("The caller has not been started.")
        return self._session


async def _read_at_most(response: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    if (response.content_length or 0) > most_bytes:
        raise TooLarge
    data = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        data += chunk
        if len(data) > most_bytes:
            raise TooLarge
    return bytes(data)


def _form(call: HttpCall, data: bytes | None) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name, value in call.form.items():
        form.add_field(name, value)
    if call.file is not None:
        form.add_field(
            call.file.field, data or b"", filename=call.file.filename, content_type=call.file.file.mime
        )
    return form


def _location(response: aiohttp.ClientResponse) -> URL:
    try:
        return URL(response.headers.get("Location", ""))
    except ValueError as error:
        raise NotTrusted("The link redirects to nowhere.") from error


def _seconds(header: str | None) -> float | None:
    try:
        return max(0.0, float(header)) if header else None
    except ValueError:
        return None  # a date: our own backoff serves
