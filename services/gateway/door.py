"""How does a webhook get in without paying for a web framework? Plain ones are read here, all else goes on to aiohttp.

What counts is how little is taken for plain: a POST to a webhook's own path, in a head that came whole, of fields that
leave no doubt where the body ends. Anything else, well formed or not, is aiohttp's from its first byte on, and so is the
rest of its connection: nothing is refused here that aiohttp would take, nor read in another way.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Final, NamedTuple, Protocol, cast

from multidict import CIMultiDict

MOST_BYTES: Final = 3 * 1024 * 1024
BODY_SECONDS: Final = 10.0
"""A request whose body takes longer to arrive is cut off."""

# Visible ASCII only, no folded lines, no bare line ends; a dot in a path may mean something.
_PLAIN: Final = re.compile(
    rb"POST (/webhooks/([a-z_]{1,40})(?:/([A-Za-z0-9_-]{1,200}))?) HTTP/1\.1\r\n"
    rb"(?:[A-Za-z0-9-]{1,80}:[ \t]*+[\x20-\x7e]*+\r\n){1,60}+\r\n"
)
_MOST_HEAD: Final = 8_000
_FIELD: Final = re.compile(r"\r\n([A-Za-z0-9-]+):[ \t]*([\x20-\x7e]*)")
_UNUSUAL: Final = re.compile(
    rb"\r\n(?:transfer-encoding|content-encoding|expect|upgrade|trailer|connection:(?!\s*keep-alive\s*\r\n))",
    re.IGNORECASE,
)


class Reply(NamedTuple):
    """What is answered: most providers look at the status alone."""

    status: int
    body: str = ""
    content_type: str = "text/plain"


class Reception(Protocol):
    """Who takes what comes in (see `webhooks.Webhooks`). Its methods do not raise."""

    def admits(self, channel: str, remote: str | None, forwarded: str | None) -> bool:
        """Whether there is such a channel, and this address may come in now."""

    async def take(
        self, channel: str, account_id: str | None, path: str, headers: Mapping[str, str], body: bytes
    ) -> Reply:
        """Verify, parse, store; the answer."""

    def too_slow(self, channel: str) -> Reply:
        """What is said to somebody whose body does not come."""


class _Request(NamedTuple):
    channel: str
    account_id: str | None
    path: str
    headers: CIMultiDict[str]
    begins: int
    ends: int


class Door(asyncio.Protocol):
    """One connection, until something on it is not plain. `onward` makes the protocol that takes it over then."""

    def __init__(
        self, reception: Reception, onward: Callable[[], asyncio.Protocol], doors: set[Door]
    ) -> None:
        self._reception = reception
        self._onward = onward
        self._doors = doors
        self._loop = asyncio.get_running_loop()
        self._remote: str | None = None
        self._unread = bytearray()
        self._request: _Request | None = None
        self._task: asyncio.Task[None] | None = None
        self._late: asyncio.TimerHandle | None = None
        self._is_full = self._is_paused = self._is_leaving = False
        self.quiet_since: float | None = self._loop.time()
        """Since when nothing has been going on here (None: something is)."""

    # --- the connection ---------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = cast(asyncio.Transport, transport)
        name = transport.get_extra_info("peername")
        self._remote = str(name[0]) if isinstance(name, list | tuple) else None
        self._doors.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`. What is under way goes on: nobody hears its answer, and it comes again."""
        self._unread.clear()
        self._request = None
        self._on_time()
        if self._task is None:
            self._doors.discard(self)

    def pause_writing(self) -> None:
        """See `asyncio.Protocol`: whoever does not read answers gets no further ones."""
        self._is_full = True

    def resume_writing(self) -> None:
        """See `asyncio.Protocol`."""
        self._is_full = False
        self._proceed()

    def leave(self) -> asyncio.Task[None] | None:
        """Close, as soon as what is under way (the task, if any) has been answered."""
        self._is_leaving = True
        if self._task is None:
            self._transport.close()
        return self._task

    def abort(self) -> None:
        """Close at once."""
        self._transport.abort()

    # --- requests ---------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        if self._task is None and not self._unread and not self._is_full:
            self._read(data)  # nearly always: one whole request, and nothing is copied but its body
            return
        self._unread += data
        if self._task is None:
            self._proceed()
        elif len(self._unread) > MOST_BYTES and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()

    def _proceed(self) -> None:
        """Go on with what is there unread."""
        if not self._unread or self._task is not None or self._is_full:
            return
        if self._request is not None and len(self._unread) < self._request.ends:
            return
        data = bytes(self._unread)
        self._unread.clear()
        if self._is_paused:
            self._is_paused = False
            self._transport.resume_reading()
        self._read(data)

    def _read(self, data: bytes) -> None:
        request = self._request
        if request is None:
            request = _plain(data)
            if request is None or not self._admitted(request):
                self._hand_on(data)  # who is refused takes no token, so aiohttp's handler refuses, too
                return
            self.quiet_since = None
        if len(data) < request.ends:
            self._request = request
            self._unread += data
            self._late = self._loop.call_later(BODY_SECONDS, self._too_slow)
            return
        self._on_time()
        self._request = None
        self._unread += data[request.ends :]
        body = data[request.begins : request.ends]
        self._task = self._loop.create_task(self._answer(request, body))

    def _admitted(self, request: _Request) -> bool:
        forwarded = request.headers.get("X-Forwarded-For")
        return self._reception.admits(request.channel, self._remote, forwarded)

    async def _answer(self, request: _Request, body: bytes) -> None:
        try:
            reply = await self._reception.take(
                request.channel, request.account_id, request.path, request.headers, body
            )
        finally:
            self._task = None
        self._say(reply)
        self._proceed()

    def _say(self, reply: Reply, *, close: bool = False) -> None:
        if self._transport.is_closing():
            self._doors.discard(self)
            return
        close = close or self._is_leaving
        self._transport.write(_encoded(reply, close))
        self.quiet_since = self._loop.time()
        if close:
            self._unread.clear()
            self._transport.close()

    def _too_slow(self) -> None:
        if self._request is not None:
            self._say(self._reception.too_slow(self._request.channel), close=True)

    def _on_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _hand_on(self, data: bytes) -> None:
        self._doors.discard(self)
        protocol = self._onward()
        self._transport.set_protocol(protocol)
        protocol.connection_made(self._transport)
        protocol.data_received(data)


def _plain(data: bytes) -> _Request | None:
    """The request that begins here, if it is plain and its head is all there."""
    found = _PLAIN.match(data, 0, _MOST_HEAD)
    if found is None or _UNUSUAL.search(data, 0, found.end()):
        return None
    begins = found.end()
    headers = CIMultiDict(_FIELD.findall(data[:begins].decode("ascii")))
    lengths = headers.getall("Content-Length", [])
    if len(lengths) != 1 or not lengths[0].isdigit() or len(lengths[0]) > 7:
        return None
    length = int(lengths[0])
    if length > MOST_BYTES:
        return None
    path, channel, account_id = found.groups()
    return _Request(
        channel.decode(),
        account_id.decode() if account_id else None,
        path.decode(),
        headers,
        begins,
        begins + length,
    )


def _encoded(reply: Reply, close: bool) -> bytes:
    body = reply.body.encode()
    about_it = f"Content-Type: {reply.content_type}; charset=utf-8\r\n" if body else ""
    head = _head(reply.status, len(body), about_it, close, int(time.time()))
    return head + body if body else head


@lru_cache(maxsize=32)
def _head(status: int, length: int, about_it: str, close: bool, now: int) -> bytes:
    connection = "Connection: close\r\n" if close else ""
    return (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Length: {length}\r\n{about_it}"
        f"Date: {formatdate(now, usegmt=True)}\r\n{connection}\r\n"
    ).encode()
