"""Where does Twilio keep files? On another host: signed links that live for four hours, and no credentials beside them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from devkit.twilio.state import File, Store

LINK_SECONDS: Final = 4 * 3600
_TWO_MECHANISMS: Final = (
    "<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed; only the Signature query string "
    "parameter or the Authorization header should be specified</Message></Error>"
)
_DENIED: Final = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


class Storage:
    """A server of its own beside the emulator's, at `host` and `port` (0: any). `clock` gives unix seconds. `start` before
    the first link."""

    def __init__(
        self, store: Store, secret: bytes, clock: Callable[[], float], *, host: str, port: int
    ) -> None:
        self._store = store
        self._secret = secret
        self._clock = clock
        self._host = host
        self._port = port
        self._runner: web.AppRunner | None = None
        self._base = ""

    async def start(self) -> None:
        """Listen."""
        app = web.Application()
        app.router.add_get("/{media:\\w+}", self._file)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        self._base = f"http://{self._host}:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    def link(self, file: File) -> str:
        """A link to the file that is good from now on for four hours."""
        expires = str(int(self._clock()) + LINK_SECONDS)
        return f"{self._base}/{file.sid}?{urlencode({'Expires': expires, 'Signature': self._sign(file.sid, expires)})}"

    async def _file(self, request: web.Request) -> web.Response:
        sid, expires = request.match_info["media"], request.query.get("Expires", "")
        if "Authorization" in request.headers:
            return web.Response(status=400, text=_TWO_MECHANISMS, content_type="application/xml")
        given = request.query.get("Signature", "").encode("utf-8", "surrogateescape")
        is_signed = hmac.compare_digest(given, self._sign(sid, expires).encode())
        file = self._store.files.get(sid)
        if not is_signed or float(expires) < self._clock() or file is None:
            return web.Response(status=403, text=_DENIED, content_type="application/xml")
        return web.Response(body=file.data, headers={"Content-Type": file.content_type})

    def _sign(self, sid: str, expires: str) -> str:
        return hmac.new(self._secret, f"{sid} {expires}".encode(), hashlib.sha256).hexdigest()
