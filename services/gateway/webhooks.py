"""What does the gateway answer to a provider's webhook? 200 only when every item is on disk.

429 unread for an address that comes too often, 401 with an empty body for a wrong signature, 404 for an account that
nobody has, 413 above 3 MB, 503 when the inbox
cannot be written (the provider comes again), 200 and quarantine for signed bodies that cannot be read or that nobody
owns. This module does no SQL and knows no channel's format.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Final, Protocol

from aiohttp import web

from services.gateway.channels import Channel, NotAuthentic, RawRequest
from services.gateway.domain.account import ChannelAccount
from services.gateway.door import BODY_SECONDS, MOST_BYTES, Door, Reception, Reply
from services.gateway.intake import STORE_SECONDS, Intake
from shared.db import is_transient
from shared.tasks import ended
from shared.telemetry import WEBHOOKS, get_logger

STOP_SECONDS: Final = 5.0
IDLE_SECONDS: Final = 15.0
"""So is a connection on which no request, or not the whole of its head, has come for so long."""
MOST_ID: Final = 200
_TAKEN: Final = Reply(200)
_STATUSES: Final = (200, 401, 403, 404, 408, 413, 429, 503)

log = get_logger("gateway")


class Accounts(Protocol):
    """The channel accounts of all tenants (see `accounts.Directory`)."""

    def account(self, channel: str, account_id: str) -> ChannelAccount | None:
        """The account, as far as it is known."""

    async def look_up_account(self, channel: str, account_id: str) -> ChannelAccount | None:
        """The account, asking the database. Raises transient errors of it."""


class Gate(Protocol):
    """Who may come in (see `limits_in.Limits`)."""

    def refused(self, remote: str | None, forwarded: str | None) -> float:
        """Seconds after which this address may come again; 0: it may come in."""


class Webhooks:
    """GET and POST `/webhooks/<channel>` (the installation's own app) and `/webhooks/<channel>/<account id>`."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        accounts: Accounts,
        intake: Intake,
        gate: Gate,
        public_url: str,
    ) -> None:
        self._channels = channels
        self._accounts = accounts
        self._intake = intake
        self._gate = gate
        self._public_url = public_url.rstrip("/")
        self._count: dict[tuple[str, int], Callable[[], None]] = {
            (name, status): WEBHOOKS.labels(name, str(status)).inc
            for name in channels
            for status in _STATUSES
        }

    def app(self) -> web.Application:
        """The aiohttp application."""
        app = web.Application(client_max_size=MOST_BYTES)
        for name, channel in self._channels.items():
            for path in (f"/webhooks/{name}", f"/webhooks/{name}/{{account}}"):
                app.router.add_get(path, partial(self.handshake, channel))
                app.router.add_post(path, partial(self.receive, channel))
        return app

    async def handshake(self, channel: Channel, request: web.Request) -> web.Response:
        """The provider checks that this URL is ours."""
        if wait := self._wait(request):
            return self._too_many(channel, wait)
        try:
            account_id = request.match_info.get("account")
            account = None if account_id is None else await self._account(channel.name, account_id)
            answer = channel.challenge(request.query, account)
        except LookupError:
            return self._answer(channel, 404)
        except NotAuthentic:
            return self._answer(channel, 403)
        except Exception as error:  # noqa: BLE001  # whoever gets no 200 comes again
            return self._answer(channel, self._failure(channel, error))
        self._count[channel.name, 200]()
        return web.Response(text=answer[:1000], headers={"X-Content-Type-Options": "nosniff"})

    async def receive(self, channel: Channel, request: web.Request) -> web.Response:
        """A webhook that is not plain enough for the door: read it, then the same."""
        if wait := self._wait(request):
            return self._too_many(channel, wait)
        if (request.content_length or 0) > MOST_BYTES:
            return self._answer(channel, 413)
        try:
            # Nearly every body is there already: those few pay for the time limit.
            body = await (request.read() if request.content.is_eof() else _read_slowly(request))
        except web.HTTPRequestEntityTooLarge:
            return self._answer(channel, 413)
        except TimeoutError:
            return self._answer(channel, 408)
        account_id = request.match_info.get("account")
        reply = await self.take(channel.name, account_id, request.path_qs, request.headers, body)
        if not reply.body:
            return web.Response(status=reply.status)
        return web.Response(status=reply.status, text=reply.body, content_type=reply.content_type)

    async def take(
        self, channel: str, account_id: str | None, path: str, headers: Mapping[str, str], body: bytes
    ) -> Reply:
        """See `door.Reception`: verify, parse, store; 200 when all of it is on disk."""
        adapter = self._channels[channel]
        try:
            account = None if account_id is None else await self._account(channel, account_id)
            raw = RawRequest(body, headers, datetime.now(UTC), self._public_url + path, account)
            adapter.verify(raw)
            await self._intake.take(adapter, raw)
        except LookupError:
            return self._reply(channel, 404)
        except NotAuthentic:
            return self._reply(channel, 401)
        except Exception as error:  # noqa: BLE001  # whoever gets no 200 comes again
            return self._reply(channel, self._failure(adapter, error))
        said = adapter.acknowledge(raw)
        self._count[channel, 200]()
        return Reply(200, said.body, said.content_type) if said.body else _TAKEN

    def admits(self, channel: str, remote: str | None, forwarded: str | None) -> bool:
        """See `door.Reception`."""
        return channel in self._channels and not self._gate.refused(remote, forwarded)

    def too_slow(self, channel: str) -> Reply:
        """See `door.Reception`."""
        return self._reply(channel, 408)

    async def _account(self, channel: str, account_id: str) -> ChannelAccount:
        """The account that the URL names. Raises `LookupError` when nobody has it."""
        if len(account_id) > MOST_ID or not account_id.isprintable():
            raise LookupError
        account = self._accounts.account(channel, account_id)
        if account is None:
            async with asyncio.timeout(STORE_SECONDS):
                account = await self._accounts.look_up_account(channel, account_id)
        if account is None:
            raise LookupError
        return account

    def _wait(self, request: web.Request) -> float:
        return self._gate.refused(request.remote, request.headers.get("X-Forwarded-For"))

    def _too_many(self, channel: Channel, wait: float) -> web.Response:
        answer = self._answer(channel, 429)
        answer.headers["Retry-After"] = str(math.ceil(wait))
        answer.force_close()  # what is left of the body is not read
        return answer

    def _failure(self, channel: Channel, error: Exception) -> int:
        if not is_transient(error):  # our own mistake: the provider comes again, for days
            log.exception("webhook_failed", channel=channel.name, error=type(error).__name__)
        return 503

    def _reply(self, channel: str, status: int) -> Reply:
        self._count[channel, status]()
        return Reply(status)

    def _answer(self, channel: Channel, status: int) -> web.Response:
        return web.Response(status=self._reply(channel.name, status).status)


async def _read_slowly(request: web.Request) -> bytes:
    async with asyncio.timeout(BODY_SECONDS):
        return await request.read()


class Site:
    """The HTTP server of the gateway. `reception`: who takes the webhooks that are plain (see `door`)."""

    def __init__(
        self,
        app: web.Application,
        host: str,
        port: int,
        *,
        reception: Reception | None = None,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._idle = idle_seconds
        self._cutting: asyncio.Task[None] | None = None
        self._runner = web.AppRunner(
            app,
            access_log=None,
            handle_signals=False,
            shutdown_timeout=STOP_SECONDS,
            keepalive_timeout=idle_seconds,
            lingering_time=2.0,
        )
        self._host = host
        self._port = port
        self._reception = reception
        self._doors: set[Door] = set()
        self._listening: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        await self._runner.setup()
        self._listening = await asyncio.get_running_loop().create_server(
            self._opened, self._host, self._port, backlog=1024
        )
        self._cutting = asyncio.create_task(self._cut_off(), name="gateway idle connections")

    async def stop(self) -> None:
        """Answer what is under way, then close."""
        if self._cutting is not None:
            await ended(self._cutting)
        if self._listening is not None:
            self._listening.close()
        under_way = [task for door in list(self._doors) if (task := door.leave()) is not None]
        if under_way:
            await asyncio.wait(under_way, timeout=STOP_SECONDS)
        for door in list(self._doors):
            door.abort()
        await self._runner.cleanup()

    def _opened(self) -> asyncio.Protocol:
        server = self._runner.server
        assert server is not None  # noqa: S101  # set up before it listens
        return server() if self._reception is None else Door(self._reception, server, self._doors)

    async def _cut_off(self) -> None:
        """Close connections on which no whole head of a request has ever come, and quiet ones at the door;
        `keepalive_timeout` sees to aiohttp's others."""
        loop = asyncio.get_running_loop()
        since: dict[object, float] = {}
        while True:
            await asyncio.sleep(self._idle / 4)
            now, before, since = loop.time(), since, {}
            for door in list(self._doors):
                if door.quiet_since is not None and now - door.quiet_since >= self._idle:
                    door.abort()
            server = self._runner.server
            for connection in server.connections if server is not None else ():
                if connection._request_count == 0:  # aiohttp has no other word for it
                    since[connection] = before.get(connection, now)
                    if now - since[connection] >= self._idle and connection.transport is not None:
                        connection.transport.abort()
