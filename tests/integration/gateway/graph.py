"""A Graph API over real HTTP that does exactly what the test says: refuse, break off after taking, answer late."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

Json = dict[str, object]
Answer = web.StreamResponse


@dataclass
class Taken:
    """A message that the provider took."""

    wamid: str
    body: Json

    @property
    def to(self) -> object:
        return self.body.get("to") or self.body.get("recipient")

    @property
    def words(self) -> str:
        text = self.body.get("text")
        return str(text["body"]) if isinstance(text, dict) else ""

    @property
    def tracker(self) -> str:
        return str(self.body["biz_opaque_callback_data"])


@dataclass
class Graph:
    """`script` holds what happens to the next sends, one each (after it is used up they succeed)."""

    taken: list[Taken] = field(default_factory=list)
    uploads: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    script: list[Callable[[Json], Awaitable[Answer | None]]] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    calls: int = 0
    announce: str = "audio/ogg; codecs=opus"
    _runner: web.AppRunner | None = None
    url: str = ""

    async def start(self, port: int = 0) -> None:
        app = web.Application(client_max_size=32 * 1024 * 1024)
        app.router.add_post("/v23.0/{number}/messages", self._messages)
        app.router.add_post("/v23.0/{number}/media", self._upload)
        app.router.add_get("/v23.0/{media}", self._locate)
        app.router.add_get("/file/{media}", self._download)
        app.router.add_get("/moved/{media}", self._moved)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.port: int = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}/v23.0"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    # --- what a test says -------------------------------------------------------------------------------

    def refuse(self, status: int, code: int | None, *, headers: dict[str, str] | None = None) -> None:
        """The next send is refused."""
        body = (
            b"bad gateway"
            if code is None
            else json.dumps({"error": {"code": code, "message": f"(#{code}) No"}}).encode()
        )

        async def act(_body: Json) -> Answer:
            return web.Response(status=status, body=body, headers=headers)

        self.script.append(act)

    def take_and_break_off(self, *, times: int = 1) -> None:
        """The next send is taken, and the connection closes without an answer."""

        async def act(body: Json) -> None:
            self._take(body)

        self.script += [act] * times

    def break_off(self) -> None:
        """The connection of the next send closes; the message is not taken."""

        async def act(_body: Json) -> None:
            return None

        self.script.append(act)

    def hold(self, gate: asyncio.Event) -> None:
        """The next send is taken, and answered when the gate opens."""

        async def act(body: Json) -> Answer:
            taken = self._take(body)
            await gate.wait()
            return _accepted(taken)

        self.script.append(act)

    # --- handlers -----------------------------------------------------------------------------------------

    async def _messages(self, request: web.Request) -> Answer:
        self.calls += 1
        assert request.headers["Authorization"] == "Bearer test-access-token"
        body: Json = await request.json()
        if self.script:
            answer = await self.script.pop(0)(body)
            if answer is None:
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            return answer
        return _accepted(self._take(body))

    def _take(self, body: Json) -> Taken:
        taken = Taken(f"wamid.out.{len(self.taken)}.{body['biz_opaque_callback_data']}", body)
        self.taken.append(taken)
        return taken

    async def _upload(self, request: web.Request) -> Answer:
        form = await request.post()
        part = form["file"]
        assert isinstance(part, web.FileField)
        media_id = str(1000 + len(self.uploads))
        self.uploads[media_id] = part.file.read()
        return web.json_response({"id": media_id})

    async def _locate(self, request: web.Request) -> Answer:
        media = request.match_info["media"]
        if media not in self.files and media not in self.links:
            error = {"code": 100, "error_subcode": 33, "message": "Unsupported get request."}
            return web.json_response({"error": error}, status=400)
        url = self.links.get(media, f"http://127.0.0.1:{self.port}/file/{media}")
        return web.json_response({"url": url, "mime_type": self.announce, "id": media})

    async def _download(self, request: web.Request) -> Answer:
        assert request.headers["Authorization"] == "Bearer test-access-token"
        data = self.files.get(request.match_info["media"])
        return web.Response(status=404) if data is None else web.Response(body=data)

    async def _moved(self, request: web.Request) -> Answer:
        raise web.HTTPFound(f"http://127.0.0.1:{self.port}/file/{request.match_info['media']}")


def sha256_of(data: bytes) -> str:
    """As the webhook announces it."""
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def _accepted(taken: Taken) -> Answer:
    return web.json_response({"messaging_product": "whatsapp", "messages": [{"id": taken.wamid}]})
