"""What do the tests of the Messenger emulator talk to? The emulator on a real port, and an app that plays the gateway."""

from __future__ import annotations

import hmac
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from devkit.messenger.app import build
from devkit.messenger.config import MessengerConfig
from tests.unit.devkit.steered import Answering, FakeClock, Steered

SECRET: Final = "an-app-secret"
PAGE, PROFILE = "500000000000042", "17841400000000042"
ACCOUNTS: Final = {"messenger": PAGE, "instagram": PROFILE}
TOKENS: Final = {PAGE: "page-token", PROFILE: "profile-token"}
ANA, RUI = "7700000001", "7700000002"


@dataclass(frozen=True)
class Hook:
    """One webhook as it came in."""

    path: str
    raw: bytes
    headers: Mapping[str, str]

    @property
    def body(self) -> Any:
        """The JSON."""
        return json.loads(self.raw)

    @property
    def items(self) -> list[Any]:
        """All events in it."""
        return [item for entry in self.body["entry"] for item in entry["messaging"]]

    @property
    def is_signed(self) -> bool:
        """By the app secret, over the raw bytes."""
        expected = "sha256=" + hmac.digest(SECRET.encode(), self.raw, "sha256").hex()
        return self.headers.get("X-Hub-Signature-256") == expected


@dataclass
class Gateway(Answering):
    """Receives webhooks."""

    hooks: list[Hook] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        """The webhook endpoint."""
        self.hooks.append(Hook(request.path, await request.read(), request.headers))
        await self.held()
        return web.Response(status=self.next_answer())

    def items(self, key: str) -> list[Any]:
        """What came of one kind: `message`, `postback`, `delivery`, `read`."""
        return [item for hook in self.hooks for item in hook.items if key in item]


@dataclass
class Meta(Steered):
    """A running emulator with its gateway and clock."""

    gateway: Gateway
    clock: FakeClock
    base: str

    @property
    def api(self) -> str:
        """What the gateway's `meta_api_url` would be."""
        return f"{self.base}/v23.0"

    async def writes(
        self, text: str | None = None, person: str = ANA, account_id: str = PAGE, **more: object
    ) -> str:
        """A person writes; the message's id."""
        written = {"account_id": account_id, "person": person, "text": text, **more}
        async with self.client.post("/_control/messages", json=written) as answer:
            assert answer.status == 200, await answer.text()
            return str((await answer.json())["mid"])

    async def sends(
        self, message: object = None, person: str = ANA, account_id: str = PAGE, **more: object
    ) -> tuple[int, Any]:
        """The app sends; HTTP status and JSON."""
        body = {
            "recipient": {"id": person},
            "messaging_type": "RESPONSE",
            "message": message or {"text": "hello"},
            **more,
        }
        headers = {"Authorization": f"Bearer {TOKENS[account_id]}"}
        async with self.client.post("/v23.0/me/messages", json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def sent(self, person: str = ANA, account_id: str = PAGE) -> list[Any]:
        """What this person was sent."""
        query = {"person": person, "account_id": account_id}
        async with self.client.get("/_control/messages", params=query) as answer:
            found: list[Any] = (await answer.json())["messages"]
            return found

    async def about(self, person: str = ANA, account_id: str = PAGE, **about: bool) -> Any:
        """A person blocks, lets back, reads."""
        body = {"account_id": account_id, "person": person, **about}
        async with self.client.post("/_control/people", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()


def config(base: str, **changes: object) -> MessengerConfig:
    """One page and one profile; nothing has to wait."""
    accounts = [
        {
            "account_id": account_id,
            "page_token": TOKENS[account_id],
            "platform": platform,
            "webhook_url": f"{base}/webhooks/{platform}",
        }
        for platform, account_id in ACCOUNTS.items()
    ]
    values = {"accounts": accounts, "app_secret": SECRET, "seed": 7, "retry_schedule_seconds": [0]}
    return MessengerConfig.model_validate({**values, **changes})


@asynccontextmanager
async def running(**changes: object) -> AsyncIterator[Meta]:
    """An emulator, and a gateway of its own."""
    gateway, clock, receiver = Gateway(), FakeClock(), web.Application()
    receiver.router.add_post("/{path:.*}", gateway.handle)
    async with TestServer(receiver) as server:
        app = build(config(str(server.make_url("")).rstrip("/"), **changes), clock=clock)
        async with TestClient(TestServer(app)) as client:
            yield Meta(client, gateway, clock, str(client.make_url("")).rstrip("/"))
