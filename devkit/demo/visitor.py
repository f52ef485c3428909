"""A visitor's page of a web chat, as a script holds it: what the widget does, over a real socket that can be cut."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import jwt

from devkit.demo.chats import Chat, Heard, fetch
from devkit.phone import NoAnswer

PATIENCE_SECONDS = 30.0


@dataclass
class _Line:
    """One open socket. `told`: what the gateway answered to frames of ours, by the frame's id."""

    ws: aiohttp.ClientWebSocketResponse
    reading: asyncio.Task[None] | None = None
    told: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)


class Visitor(Chat):
    """A page of the web chat `account` at the gateway `url`. `positions` are those of all messages that came, in order."""

    def __init__(self, http: aiohttp.ClientSession, url: str, account: str) -> None:
        super().__init__()
        self.customer = "a visitor"
        self.positions: list[int] = []
        self._http, self._url, self._base = http, url, f"{url}/webchat/{account}"
        self._token = ""
        self._line: _Line | None = None
        self._came: list[Heard] = []

    async def introduce(self) -> None:
        """Get a token, and open the socket."""
        async with self._http.post(f"{self._base}/visitors", headers={"Origin": self._url}) as response:
            response.raise_for_status()
            self._token = (await response.json())["token"]
        self.customer = jwt.decode(self._token, options={"verify_signature": False})["sub"]
        await self.open()

    async def open(self) -> None:
        """Open the socket and say what is there already."""
        ws = await self._http.ws_connect(f"{self._base}/socket", headers={"Origin": self._url})
        last = self.positions[-1] if self.positions else None
        await ws.send_json({"type": "hello", "token": self._token, "last": last})
        self._line = line = _Line(ws)
        line.reading = asyncio.create_task(self._read(line))

    async def drop(self) -> None:
        """Lose the connection, as in a tunnel: nothing more is read, and the other side is not told."""
        line, self._line = self._line, None
        if line is None or line.reading is None:
            return
        line.reading.cancel()
        with suppress(asyncio.CancelledError):
            await line.reading
        connection = line.ws._response.connection  # aiohttp has no other word for it
        if connection is not None and isinstance(connection.transport, asyncio.WriteTransport):
            connection.transport.abort()

    async def close(self) -> None:
        """Leave the page."""
        line, self._line = self._line, None
        if line is not None and line.reading is not None:
            await line.ws.close()
            await line.reading

    async def say(self, text: str) -> None:
        """Write, and see it stored."""
        await self.until_told(await self.send({"type": "message", "text": text}))

    async def speak(self, audio: bytes) -> None:
        """Send a voice note, and see it stored. Raises `aiohttp.ClientResponseError` for a refusal."""
        await self.upload(audio, str(uuid4()))

    async def upload(self, data: bytes, upload_id: str, mime: str = "audio/ogg") -> None:
        """Send a file under this id."""
        headers = {
            "Origin": self._url,
            "Authorization": f"Bearer {self._token}",
            "Content-Type": mime,
            "X-Content-SHA256": hashlib.sha256(data).hexdigest(),
        }
        async with self._http.put(
            f"{self._base}/uploads/{upload_id}", data=data, headers=headers
        ) as response:
            response.raise_for_status()

    async def choose(self, message: Heard, choice: tuple[str, str]) -> None:
        """Tap a choice, and see it stored."""
        await self.until_told(await self.send(tapped(choice)))

    async def send(self, frame: Mapping[str, object], frame_id: str | None = None) -> str:
        """Send a frame, with a new id unless one is given, and wait for nothing; the id."""
        frame_id = frame_id or str(uuid4())
        await self._open_line().ws.send_json({**frame, "id": frame_id})
        return frame_id

    async def until_told(self, frame_id: str) -> Mapping[str, Any]:
        """What the gateway answers to this frame: `stored` or `link`. Raises `NoAnswer` for an error, or nothing."""
        line = self._open_line()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while frame_id not in line.told:
                    line.news.clear()
                    await line.news.wait()
        except TimeoutError:
            raise NoAnswer(f"the gateway did not answer a visitor within {PATIENCE_SECONDS:g} s") from None
        told = line.told.pop(frame_id)
        if told["type"] == "error":
            raise NoAnswer(f"the gateway said {told['code']}: {told['say']}")
        return told

    async def fresh(self) -> Sequence[Heard]:
        """See `Chat.fresh`."""
        came, self._came = self._came, []
        return came

    async def file(self, message: Heard) -> bytes:
        """The bytes of a file, by the link that the page asks for."""
        link = await self.until_told(await self.send({"type": "link"}, str(UUID(message.key))))
        return await fetch(self._http, self._url + link["url"])

    def _open_line(self) -> _Line:
        if self._line is None:
            raise NoAnswer("the page is not connected")
        return self._line

    async def _read(self, line: _Line) -> None:
        async for message in line.ws:
            frame = message.json()
            if frame["type"] == "message":
                self.positions.append(frame["position"])
                self._came.append(_heard(frame))
            elif frame["type"] in ("stored", "link", "error") and "id" in frame:
                line.told[frame["id"]] = frame
                line.news.set()


def tapped(choice: tuple[str, str]) -> Mapping[str, object]:
    """The frame of a tap on a choice (id, title)."""
    return {"type": "choice", "choice_id": choice[0], "title": choice[1]}


def _heard(frame: Mapping[str, Any]) -> Heard:
    choices = tuple((one["id"], one["title"]) for one in frame.get("choices", ()))
    file = frame.get("file")
    kind = "document" if file else "interactive" if choices else "text"
    return Heard(kind, frame["text"], choices, file["name"] if file else None, frame["id"])
