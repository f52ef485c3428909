"""What do the tests of the Twilio emulator talk to? The emulator on a real port, and an app that plays the gateway."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from aiohttp import encode_basic_auth, web
from aiohttp.test_utils import TestClient, TestServer

from devkit.twilio.app import build
from devkit.twilio.config import TwilioConfig
from tests.unit.devkit.steered import Answering, FakeClock, Steered

SID: Final = "AC" + "0123456789abcdef" * 2
TOKEN: Final = "a-test-auth-token"
OURS, ANA, RUI = "+15550001111", "+15550002222", "+15550003333"
AUTH: Final = {"Authorization": encode_basic_auth(SID, TOKEN)}


@dataclass(frozen=True)
class Hook:
    """One webhook as it came in: `url` as the sender wrote it."""

    url: str
    raw: bytes
    headers: Mapping[str, str]

    @property
    def form(self) -> dict[str, str]:
        """The form."""
        return dict(parse_qsl(self.raw.decode(), keep_blank_values=True))


@dataclass
class Gateway(Answering):
    """Receives webhooks."""

    hooks: list[Hook] = field(default_factory=list)
    base: str = ""

    async def handle(self, request: web.Request) -> web.Response:
        """The webhook endpoint."""
        url = self.base + request.raw_path
        self.hooks.append(Hook(url, await request.read(), request.headers))
        await self.held()
        status = self.next_answer()
        return web.Response(status=status, text="<Response/>", content_type="text/xml")

    def statuses(self) -> list[str]:
        """Every `MessageStatus` that came, in order."""
        return [hook.form["MessageStatus"] for hook in self.hooks if "MessageStatus" in hook.form]


@dataclass
class Twilio(Steered):
    """A running emulator with its gateway and clock."""

    gateway: Gateway
    clock: FakeClock
    base: str

    def hook_url(self, channel: str) -> str:
        """Where messages on this channel go."""
        return f"{self.gateway.base}/webhooks/twilio_{channel}/{OURS}"

    async def writes(self, body: str = "", person: str = ANA, **more: object) -> Any:
        """A person writes to our number; what the control API answers."""
        written = {"number": OURS, "person": person, "body": body, **more}
        async with self.client.post("/_control/messages", json=written) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def sends(self, **form: str) -> tuple[int, Any]:
        """The account sends; HTTP status and JSON (None: no body)."""
        whole = {"To": ANA, "From": OURS, "Body": "hello", **form}
        url = f"/2010-04-01/Accounts/{SID}/Messages.json"
        async with self.client.post(url, data=whole, headers=AUTH) as answer:
            return answer.status, await answer.json() if await answer.read() else None

    async def get(self, path: str, **options: Any) -> tuple[int, Any]:
        """GET below the account."""
        url = f"/2010-04-01/Accounts/{SID}{path}"
        async with self.client.get(url, **{"headers": AUTH, **options}) as answer:
            return answer.status, await answer.json()

    async def arrived(self, person: str = ANA) -> list[str]:
        """What this person has on the phone."""
        async with self.client.get("/_control/messages", params={"person": person}) as answer:
            found = (await answer.json())["messages"]
        return [one["body"] for one in found if one["arrived"]]


def config(base: str, overrides: str = "", **changes: object) -> TwilioConfig:
    """One number that is a long code and a WhatsApp sender; nothing has to wait."""
    numbers = [
        {
            "number": OURS,
            "channel": channel,
            "webhook_url": f"{base}/webhooks/twilio_{channel}/{OURS}{overrides}",
        }
        for channel in ("sms", "whatsapp")
    ]
    values = {"account_sid": SID, "auth_token": TOKEN, "numbers": numbers, "seed": 7}
    quick = {"long_code_per_second": None, "retry_pause_seconds": 0}
    return TwilioConfig.model_validate({**values, **quick, **changes})


@asynccontextmanager
async def running(overrides: str = "", **changes: object) -> AsyncIterator[Twilio]:
    """An emulator, and a gateway of its own."""
    gateway, clock, receiver = Gateway(), FakeClock(), web.Application()
    receiver.router.add_post("/{path:.*}", gateway.handle)
    async with TestServer(receiver) as server:
        gateway.base = str(server.make_url("")).rstrip("/")
        app = build(config(gateway.base, overrides, **changes), clock=clock)
        async with TestClient(TestServer(app)) as client:
            yield Twilio(client, gateway, clock, str(client.make_url("")).rstrip("/"))


async def closed_port() -> int:
    """A port on which nobody listens."""
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port
