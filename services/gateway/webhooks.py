"""What does the gateway answer to a provider's webhook? 200 only when every item is on disk.

401 with an empty body for a wrong signature, 413 above 3 MB, 503 when the inbox cannot be written (the provider comes
again), 200 and quarantine for signed bodies that cannot be read or that nobody owns. This module does no SQL and knows
no channel's format.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

from aiohttp import web

from services.gateway.channels import Channel, Malformed, NotAuthentic, RawRequest
from services.gateway.inbound import NOBODY, InboxRow
from services.gateway.routing import Directory, Quarantined, route
from shared.db import is_transient
from shared.errors import Poison
from shared.telemetry import WEBHOOKS, get_logger

MOST_BYTES: Final = 3 * 1024 * 1024
BODY_SECONDS: Final = 10.0
"""A request whose body takes longer to arrive is cut off."""
STORE_SECONDS: Final = 5.0
"""After this long without a commit (here: of what is set aside) the provider is told to come again."""

log = get_logger("gateway")


class Inbox(Protocol):
    """The group-committing writer (see `inbox.py`)."""

    async def write(self, rows: Sequence[InboxRow], digest: bytes) -> None:
        """Return when the rows are on disk."""


class Quarantine(Protocol):
    """Where unreadable things are kept."""

    async def quarantine(self, things: Sequence[Quarantined]) -> None:
        """Keep them for the operator."""


class Webhooks:
    """GET and POST `/webhooks/<channel>`."""

    def __init__(self, channel: Channel, directory: Directory, inbox: Inbox, quarantine: Quarantine) -> None:
        self._channel = channel
        self._directory = directory
        self._inbox = inbox
        self._quarantine = quarantine
        self._count: dict[int, Callable[[], None]] = {
            status: WEBHOOKS.labels(channel.name, str(status)).inc
            for status in (200, 401, 403, 408, 413, 503)
        }

    def app(self) -> web.Application:
        """The aiohttp application."""
        app = web.Application(client_max_size=MOST_BYTES)
        path = f"/webhooks/{self._channel.name}"
        app.router.add_get(path, self.handshake)
        app.router.add_post(path, self.receive)
        return app

    async def handshake(self, request: web.Request) -> web.Response:
        """The provider checks that this URL is ours."""
        try:
            answer = self._channel.challenge(request.query)
        except NotAuthentic:
            return self._answer(403)
        self._count[200]()
        return web.Response(text=answer[:1000], headers={"X-Content-Type-Options": "nosniff"})

    async def receive(self, request: web.Request) -> web.Response:
        """A webhook: read, verify, parse, store, answer."""
        if (request.content_length or 0) > MOST_BYTES:
            return self._answer(413)
        try:
            # Nearly every body is there already: those few pay for the time limit.
            body = await (request.read() if request.content.is_eof() else _read_slowly(request))
        except web.HTTPRequestEntityTooLarge:
            return self._answer(413)
        except TimeoutError:
            return self._answer(408)
        raw = RawRequest(body, request.headers, datetime.now(UTC))
        try:
            self._channel.verify(raw)
        except NotAuthentic:
            return self._answer(401)
        try:
            await self._store(raw)
        except Exception as error:
            if not is_transient(error):  # our own mistake: the provider comes again, for days
                log.exception("webhook_failed", channel=self._channel.name, error=type(error).__name__)
            return self._answer(503)
        return self._answer(200)

    async def _store(self, raw: RawRequest) -> None:
        name = self._channel.name
        try:
            rows, aside = await route(self._channel.parse(raw), name, self._directory)
            if rows:
                await self._inbox.write(rows, hashlib.blake2b(raw.body, digest_size=16).digest())
        except (Malformed, Poison) as error:
            aside = [Quarantined(NOBODY, name, None, str(error), raw.body)]
        if aside:
            log.warning("webhook_quarantined", channel=name, items=len(aside), reason=aside[0].reason)
            async with asyncio.timeout(STORE_SECONDS):
                await self._quarantine.quarantine(aside)

    def _answer(self, status: int) -> web.Response:
        self._count[status]()
        return web.Response(status=status)


async def _read_slowly(request: web.Request) -> bytes:
    async with asyncio.timeout(BODY_SECONDS):
        return await request.read()


class Site:
    """The HTTP server of the gateway."""

    def __init__(self, app: web.Application, host: str, port: int) -> None:
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=5.0)
        self._host = host
        self._port = port

    async def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port, backlog=1024).start()

    async def stop(self) -> None:
        """Answer what is under way, then close."""
        await self._runner.cleanup()
