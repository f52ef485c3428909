"""What can a page get over HTTP, or bring? The widget, a visitor's token, a socket, files, and the demo page."""

from __future__ import annotations

import asyncio
import hashlib
import html
import secrets
from collections.abc import Awaitable, Callable, Mapping
from importlib.resources import files as package_files
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from aiohttp import web

from services.gateway.channels import NotAuthentic
from services.gateway.domain.account import ChannelAccount
from services.gateway.webchat import frames, identity
from services.gateway.webchat.downloads import Downloads
from services.gateway.webchat.limits import Places, Rates
from services.gateway.webchat.socket import Socket
from services.gateway.webchat.surroundings import Surroundings
from services.gateway.webchat.uploads import Refused, Uploads
from shared import ids
from shared.db import is_transient
from shared.telemetry import get_logger

FindAccount = Callable[[str], Awaitable[ChannelAccount | None]]
"""The web chat account of this id. Raises transient errors of the database."""
Address = Callable[[web.Request], str]
"""The address a request comes from, behind whatever proxy there is."""

PLAIN: Final = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}

log = get_logger("gateway")


def peer_address(request: web.Request) -> str:
    """The address of the other end of the connection."""
    return request.remote or ""


class Pages:
    """The routes below `/webchat`."""

    def __init__(
        self,
        around: Surroundings,
        downloads: Downloads,
        uploads: Uploads,
        find: FindAccount,
        public_url: str,
        address: Address = peer_address,
        new_id: ids.NewId = ids.fresh,
    ) -> None:
        self._around = around
        self._downloads = downloads
        self._uploads = uploads
        self._find = find
        self._own_origin = origin_of(public_url)
        self._address = address
        self._new_id = new_id
        limits = around.limits
        self._places = Places(limits.sockets_per_address, limits.sockets)
        self._new_visitors = Rates(limits.visitors_per_minute)
        self._sockets: set[Socket] = set()
        self._widget = package_files(__package__).joinpath("static/widget.js").read_bytes()
        self._demo = package_files(__package__).joinpath("static/demo.html").read_text("utf-8")
        self._widget_tag = f'"{hashlib.sha256(self._widget).hexdigest()[:16]}"'

    def routes(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_get("/webchat/widget.js", self.widget)
        app.router.add_post("/webchat/{account}/visitors", self.visitors)
        app.router.add_options("/webchat/{account}/visitors", self.preflight)
        app.router.add_put("/webchat/{account}/uploads/{upload}", self.upload)
        app.router.add_options("/webchat/{account}/uploads/{upload}", self.preflight)
        app.router.add_get("/webchat/{account}/socket", self.socket)
        app.router.add_get("/webchat/{account}/files/{delivery}", self.file)
        app.router.add_get("/webchat/{account}/demo", self.demo)

    async def close(self) -> None:
        """Tell all pages that we go away."""
        await asyncio.gather(*(socket.close() for socket in self._sockets), return_exceptions=True)

    async def widget(self, request: web.Request) -> web.Response:
        """The script that a business's page loads."""
        headers = {
            **PLAIN,
            "Cache-Control": "public, max-age=600",
            "ETag": self._widget_tag,
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        if request.headers.get("If-None-Match") == self._widget_tag:
            return web.Response(status=304, headers=headers)
        return web.Response(
            body=self._widget, content_type="text/javascript", charset="utf-8", headers=headers
        )

    async def visitors(self, request: web.Request) -> web.Response:
        """A token for a visitor nobody knows yet: {"token"}."""
        account = await self._account(request)
        cors = self._cors(request, account)
        if wait := self._new_visitors.take(self._address(request), asyncio.get_running_loop().time()):
            raise web.HTTPTooManyRequests(headers={**cors, "Retry-After": str(int(wait) + 1)})
        try:
            token = identity.issue(account, self._new_id(), self._around.now())
        except NotAuthentic as error:
            log.warning("webchat_without_secret", account_id=account.account_id, reason=str(error))
            raise web.HTTPServiceUnavailable(headers=cors) from error
        return web.json_response({"token": token}, headers=cors)

    async def preflight(self, request: web.Request) -> web.Response:
        """The browser asks whether a page of another origin may."""
        cors = self._cors(request, await self._account(request))
        allowed = {
            "Access-Control-Allow-Methods": "POST, PUT",
            "Access-Control-Allow-Headers": "Authorization, Content-Type, X-Content-SHA256",
        }
        return web.Response(status=204, headers={**cors, **allowed, "Access-Control-Max-Age": "600"})

    async def upload(self, request: web.Request) -> web.Response:
        """A visitor's file, which is a message: {"type": "stored", "id", "sha256", "size"}, or why not: {"say"}."""
        account = await self._account(request)
        cors = self._cors(request, account) | {"Access-Control-Expose-Headers": "Retry-After"}
        try:
            return web.json_response(
                await self._uploads.take(account, request, self._address(request)), headers=cors
            )
        except Refused as refused:
            if refused.after is not None:
                cors["Retry-After"] = str(int(refused.after) + 1)
            answer = web.json_response({"say": refused.say}, status=refused.status, headers=cors)
            if not request.content.at_eof():
                answer.force_close()  # what else comes is not read
            return answer

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """The page's WebSocket."""
        account = await self._account(request)
        self._cors(request, account)
        address = self._address(request)
        if not self._places.enter(address):
            raise web.HTTPTooManyRequests(headers={**PLAIN, "Retry-After": "30"})
        try:
            ws = web.WebSocketResponse(
                heartbeat=self._around.limits.ping_seconds,
                max_msg_size=frames.MOST_BYTES,
                compress=False,  # a compressor costs more memory than all the rest of a socket
                timeout=self._around.limits.hello_seconds,
            )
            await ws.prepare(request)
            socket = Socket(self._around, account, ws, request.transport)
            self._sockets.add(socket)
            try:
                await socket.run()
            finally:
                self._sockets.discard(socket)
        finally:
            self._places.leave(address)
        return ws

    async def file(self, request: web.Request) -> web.Response:
        """The file of a message, for whoever has a link that was signed lately."""
        account = await self._account(request)
        try:
            delivery_id = UUID(request.match_info["delivery"])
            token = request.query.get("t", "")
            conversation_id = identity.read_file_token(account, token, delivery_id, self._around.now())
        except (ValueError, NotAuthentic) as error:
            raise web.HTTPForbidden(
                text="This link is no longer valid: open the file from the chat.", headers=PLAIN
            ) from error
        try:
            return await self._downloads.answer((account.tenant_id, conversation_id), delivery_id)
        except Exception as error:
            if not is_transient(error):
                raise
            raise _try_later() from error

    async def demo(self, request: web.Request) -> web.Response:
        """A page with the widget, when the account's setting `demo` is true."""
        account = await self._account(request)
        if account.settings.get("demo") is not True:
            raise web.HTTPNotFound(headers=PLAIN)
        nonce = secrets.token_urlsafe(16)
        page = self._demo.replace("{{account}}", html.escape(account.account_id)).replace("{{nonce}}", nonce)
        socket = f"{'wss' if request.secure else 'ws'}://{request.host}"
        policy = (
            f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; connect-src 'self' {socket};"
            " img-src 'self' data:; media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        headers = {**PLAIN, "Content-Security-Policy": policy, "Cache-Control": "no-store"}
        return web.Response(text=page, content_type="text/html", charset="utf-8", headers=headers)

    async def _account(self, request: web.Request) -> ChannelAccount:
        try:
            account = await self._find(request.match_info["account"])
        except Exception as error:
            if not is_transient(error):
                raise
            raise _try_later() from error
        if account is None:
            raise web.HTTPNotFound(text="There is no such web chat.", headers=PLAIN)
        return account

    def _cors(self, request: web.Request, account: ChannelAccount) -> dict[str, str]:
        """The headers that let the page's origin read the answer. Raises 403 for an origin that may not."""
        origin = request.headers.get("Origin", "")
        if not may_embed(origin, account.settings, self._own_origin, request.host):
            log.info("webchat_origin_refused", account_id=account.account_id, origin=origin[:200])
            raise web.HTTPForbidden(
                text="This site may not use this chat: its origin is not in the account's `origins`.",
                headers={**PLAIN, "Vary": "Origin"},
            )
        return {**PLAIN, "Access-Control-Allow-Origin": origin, "Vary": "Origin", "Cache-Control": "no-store"}


def may_embed(origin: str, settings: Mapping[str, object], own_origin: str, host: str) -> bool:
    """Whether pages of this origin may use the account: our own, and those in its setting `origins`."""
    asked = origin_of(origin)
    if not asked:
        return False
    listed = settings.get("origins")
    allowed = (
        {origin_of(one) for one in listed if isinstance(one, str)}
        if isinstance(listed, list | tuple)
        else set()
    )
    return asked in allowed or asked == own_origin or asked.partition("://")[2] == host.lower()


def origin_of(url: str) -> str:
    """`https://Example.com/shop` → `https://example.com`; empty for what is no web address."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc or "@" in parts.netloc:
        return ""
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _try_later() -> web.HTTPServiceUnavailable:
    return web.HTTPServiceUnavailable(
        text="This does not work right now: try again in a moment.", headers={**PLAIN, "Retry-After": "2"}
    )
