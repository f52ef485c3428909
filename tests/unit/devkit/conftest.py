"""What do the emulator's tests talk to? The emulator on a real port, and an app that plays the gateway."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from devkit.whatsapp.app import build
from devkit.whatsapp.config import EmulatorConfig
from tests.unit.devkit.steered import Answering, FakeClock, Steered

STUDIO, SALON = "105500000000001", "105500000000002"
MARIA, JOAO, STRANGER = "351911000001", "351911000002", "351911000099"
SECRET, TOKEN = "a-test-secret", "a-test-token"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@dataclass
class Received:
    """One webhook as it came in."""

    raw: bytes
    signature: str | None
    answered: int

    @property
    def body(self) -> Any:
        """The JSON of it."""
        return json.loads(self.raw)

    @property
    def values(self) -> list[Any]:
        """Every `value` of every change of every entry."""
        return [change["value"] for entry in self.body["entry"] for change in entry["changes"]]


@dataclass
class Gateway(Answering):
    """Receives webhooks."""

    posts: list[Received] = field(default_factory=list)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def handle(self, request: web.Request) -> web.Response:
        """The webhook endpoint."""
        raw = await request.read()
        status = self.next_answer()
        self.posts.append(Received(raw, request.headers.get("X-Hub-Signature-256"), status))
        async with self.news:
            self.news.notify_all()
        await self.held()
        return web.Response(status=status)

    def accepted(self, kind: str) -> list[Any]:
        """Every element of `messages` or `statuses` in POSTs answered 200, in order."""
        good = (post for post in self.posts if post.answered == 200)
        return [item for post in good for value in post.values for item in value.get(kind, [])]

    async def until(self, what: Callable[[], bool]) -> None:
        """Return when `what` is true, looked at after each webhook."""
        async with asyncio.timeout(20), self.news:
            await self.news.wait_for(what)


@dataclass
class Emulator(Steered):
    """A running emulator with its gateway and clock."""

    control = "/emulator"

    gateway: Gateway
    clock: FakeClock

    async def say(self, text: str, customer: str = MARIA, business: str = STUDIO) -> str:
        """The customer types; returns the wamid."""
        return await self.customer_does("text", {"text": text}, customer, business)

    async def customer_does(
        self, action: str, body: Mapping[str, object], customer: str = MARIA, business: str = STUDIO
    ) -> str:
        """POST to the phone API; returns the wamid."""
        async with self.client.post(f"/phone/{business}/{customer}/{action}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return str((await answer.json())["wamid"])

    async def send(self, customer: str = MARIA, business: str = STUDIO, **body: object) -> tuple[int, Any]:
        """The business sends by the Graph API; returns the HTTP status and the JSON."""
        whole = {"messaging_product": "whatsapp", "to": customer, **body}
        url = f"/v23.0/{business}/messages"
        async with self.client.post(url, json=whole, headers=BEARER) as answer:
            return answer.status, await answer.json()

    async def reply(self, text: str = "hello", **more: object) -> str:
        """The business sends a text that must be accepted; returns the wamid."""
        status, body = await self.send(MARIA, STUDIO, type="text", text={"body": text}, **more)
        assert status == 200, body
        return str(body["messages"][0]["id"])

    async def messages(self, customer: str = MARIA, business: str = STUDIO, **query: object) -> list[Any]:
        """What the chat shows."""
        params = {key: str(value) for key, value in query.items()}
        async with self.client.get(f"/phone/{business}/{customer}/messages", params=params) as answer:
            assert answer.status == 200, await answer.text()
            return list((await answer.json())["messages"])


Start = Callable[..., Awaitable[Emulator]]


def config(gateway_url: str, **changes: object) -> EmulatorConfig:
    """Two businesses and two customers, and retries without delay."""
    values: dict[str, object] = {
        "businesses": [
            {
                "phone_number_id": STUDIO,
                "waba_id": "205500000000001",
                "display_phone_number": "+351 211 000 001",
                "name": "Studio Mar",
            },
            {
                "phone_number_id": SALON,
                "waba_id": "205500000000002",
                "display_phone_number": "+1 212 555 0100",
                "name": "Hudson Hair",
            },
        ],
        "customers": [{"wa_id": MARIA, "name": "Maria"}, {"wa_id": JOAO, "name": "João"}],
        "gateway_webhook_url": gateway_url,
        "app_secret": SECRET,
        "access_token": TOKEN,
        "retry_schedule_seconds": [0],
        "seed": 7,
    }
    return EmulatorConfig.model_validate(values | changes)


def expected_signature(raw: bytes) -> str:
    """The signature a gateway computes itself."""
    return "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Starts emulators with the given configuration changes, each with a gateway of its own."""
    running: list[TestServer | TestClient[web.Request, web.Application]] = []

    async def start_one(**changes: object) -> Emulator:
        gateway, clock, receiver = Gateway(), FakeClock(), web.Application(client_max_size=8 * 1024 * 1024)
        receiver.router.add_post("/webhooks/whatsapp", gateway.handle)
        server = TestServer(receiver)
        await server.start_server()
        url = str(server.make_url("/webhooks/whatsapp"))
        client = TestClient(TestServer(build(config(url, **changes), clock=clock)))
        await client.start_server()
        running.extend((client, server))
        return Emulator(client, gateway, clock)

    yield start_one
    for one in running:
        await one.close()


@pytest.fixture
async def emulator(start: Start) -> Emulator:
    """An emulator as configured by default."""
    return await start()
