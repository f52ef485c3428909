"""What do the tests of the Telegram emulator talk to? The emulator on a real port, and a bot's program with a webhook."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from devkit.telegram.app import build
from devkit.telegram.config import EmulatorConfig
from tests.unit.devkit.steered import Answering, FakeClock, Steered

BOT, OTHER_BOT = 7000000001, 7000000002
TOKEN, OTHER_TOKEN = f"{BOT}:AAF-test_token", f"{OTHER_BOT}:AAG-other_token"
SECRET = "webhook-Secret_1"
ANA, JOAO, SILENT = 910000001, 910000002, 910000009


@dataclass
class Received:
    """One webhook as it came in."""

    raw: bytes
    secret: str | None
    answered: int

    @property
    def update(self) -> dict[str, Any]:
        """The JSON of it."""
        found: dict[str, Any] = json.loads(self.raw)
        return found


@dataclass
class Program(Answering):
    """Receives webhooks."""

    posts: list[Received] = field(default_factory=list)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def handle(self, request: web.Request) -> web.Response:
        """The webhook endpoint."""
        raw = await request.read()
        status = self.next_answer()
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        self.posts.append(Received(raw, secret, status))
        async with self.news:
            self.news.notify_all()
        await self.held()
        return web.Response(status=status)

    async def until(self, what: Callable[[], bool]) -> None:
        """Return when `what` is true, looked at after each webhook."""
        async with asyncio.timeout(20), self.news:
            await self.news.wait_for(what)

    def texts(self) -> list[str]:
        """The texts of accepted messages, in order."""
        good = [post.update.get("message", {}) for post in self.posts if post.answered == 200]
        return [message["text"] for message in good if "text" in message]


@dataclass
class Emulator(Steered):
    """A running emulator with a bot's program and its clock."""

    idle = "/idle?within=20"

    program: Program
    clock: FakeClock
    webhook_url: str

    @property
    def api_url(self) -> str:
        """What stands where https://api.telegram.org does."""
        return str(self.client.make_url("")).rstrip("/")

    async def call(self, method: str, *, token: str = TOKEN, **parameters: Any) -> tuple[int, dict[str, Any]]:
        """The bot calls a method; the HTTP status and the JSON."""
        async with self.client.post(f"/bot{token}/{method}", json=parameters) as answer:
            found: dict[str, Any] = await answer.json()
            return answer.status, found

    async def upload(
        self, method: str, kind: str, data: bytes, name: str = "a.bin", **parameters: object
    ) -> tuple[int, dict[str, Any]]:
        """The bot sends a file."""
        form = aiohttp.FormData()
        for key, value in parameters.items():
            form.add_field(key, value if isinstance(value, str) else json.dumps(value))
        form.add_field(kind, data, filename=name, content_type="application/octet-stream")
        async with self.client.post(f"/bot{TOKEN}/{method}", data=form) as answer:
            found: dict[str, Any] = await answer.json()
            return answer.status, found

    async def send(self, text: str = "hello", chat: int = ANA, **more: Any) -> dict[str, Any]:
        """The bot sends a text that must be taken; the message."""
        status, body = await self.call("sendMessage", chat_id=chat, text=text, **more)
        assert status == 200, body
        message: dict[str, Any] = body["result"]
        return message

    async def person(self, what: str, person: int = ANA, bot: int = BOT, **body: object) -> dict[str, Any]:
        """A person does something; what the emulator says of it."""
        url = f"/_control/bots/{bot}/people/{person}/{what}"
        async with self.client.post(url, json=body) as answer:
            assert answer.status == 200, await answer.text()
            found: dict[str, Any] = await answer.json()
            return found

    async def say(self, text: str, person: int = ANA) -> dict[str, Any]:
        """A person writes."""
        return await self.person("text", person, text=text)

    async def connect(self, **more: Any) -> None:
        """The bot sets its webhook."""
        given: dict[str, Any] = {"url": self.webhook_url, "secret_token": SECRET} | more
        status, body = await self.call("setWebhook", **given)
        assert status == 200, body

    async def troubles(self, *calls: Mapping[str, object], **webhooks: object) -> None:
        """Misbehave from now on."""
        await self.faults(calls=list(calls), webhooks=webhooks)

    async def state(self) -> dict[str, Any]:
        """All that the emulator knows."""
        async with self.client.get("/_control/state") as answer:
            found: dict[str, Any] = await answer.json()
            return found

    async def sent(self, chat: int = ANA) -> list[dict[str, Any]]:
        """What the bot sent to this chat, in order."""
        messages = (await self.state())["bots"][str(BOT)]["chats"][str(chat)]["messages"]
        return [message for message in messages if message["sender"] == "bot"]


def config(**changes: object) -> EmulatorConfig:
    """Two bots, three people, no limits, and repeats without pauses."""
    values: dict[str, object] = {
        "bots": [
            {"token": TOKEN, "username": "studio_mar_bot", "first_name": "Studio Mar"},
            {"token": OTHER_TOKEN, "username": "hudson_bot", "first_name": "Hudson Hair"},
        ],
        "people": [
            {"id": ANA, "first_name": "Ana", "last_name": "Sousa", "language_code": "pt"},
            {"id": JOAO, "first_name": "João"},
            {"id": SILENT, "first_name": "Silent"},
        ],
        "limits": False,
        "retry_unit": 0,
        "seed": 7,
    }
    return EmulatorConfig.model_validate(values | changes)


@asynccontextmanager
async def running(*, connected: bool = True, **changes: object) -> AsyncIterator[Emulator]:
    """An emulator with these changes of its configuration; its first bot has a webhook unless told otherwise."""
    program, clock, receiver = Program(), FakeClock(1_795_348_800.0), web.Application()
    receiver.router.add_post("/webhooks/telegram/{bot}", program.handle)
    server = TestServer(receiver)
    await server.start_server()
    client = TestClient(TestServer(build(config(**changes), clock=clock)))
    await client.start_server()
    try:
        emulator = Emulator(client, program, clock, str(server.make_url(f"/webhooks/telegram/{BOT}")))
        if connected:
            await emulator.connect()
        yield emulator
    finally:
        await client.close()
        await server.close()
