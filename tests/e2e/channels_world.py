"""All of Usher with a business on every channel, and the people who write to it there.

WhatsApp, Telegram, Twilio, Messenger and Instagram are the emulators; what a program on `echo` would be stands here
(`Outside`).
"""

from __future__ import annotations

import hmac
import itertools
import json
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import aiohttp
import yaml
from aiohttp import web

from devkit.demo.channels import accounts
from devkit.demo.chats import Chat, Heard, SmsChat, TelegramChat, WhatsAppChat, fetch, get, post
from devkit.demo.visitor import Visitor
from devkit.demo.world import World, private_world
from devkit.phone import Phone

SEED: Final = Path(__file__).parent / "seed.yaml"
BUSINESS: Final = "e2e-lisboa"
PAGE, PARTNER, BOT, NUMBER, SITE = "500000000000042", "partner", "7100000042", "+351925000042", "estudio"
SENDER, PROFILE = "+351925000043", "17841400000000042"
BUTTONS: Final = "buttons"
"""The key of a message whose choices are buttons; those of others are quick replies."""
CHANNELS: Final = "whatsapp,telegram,twilio_sms,twilio_whatsapp,messenger,instagram,webchat,echo"
Json = dict[str, Any]

_people = itertools.count(351_940_000_000)


@dataclass
class Outside:
    """The program behind `echo`, at `url`: it takes what is sent, and keeps it by person."""

    url: str = ""
    echo: dict[str, list[Json]] = field(default_factory=dict)

    async def start(self) -> web.AppRunner:
        """Listen on a free port; `cleanup()` what is returned."""
        app = web.Application()
        app.router.add_post("/echo", self._echo)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    async def _echo(self, request: web.Request) -> web.Response:
        message = await request.json()
        self.echo.setdefault(message["to"], []).append(message)
        return web.json_response({})


class MetaChat(Chat):
    """A person who writes to a page in Messenger, or to a profile on Instagram: the Messenger emulator at `url`."""

    def __init__(self, http: aiohttp.ClientSession, url: str, account_id: str, customer: str) -> None:
        super().__init__()
        self.customer = customer
        self._http, self._url, self._account_id = http, url, account_id
        self._count = 0

    async def say(self, text: str) -> None:
        """Write to the page."""
        await self._write(text=text)

    async def speak(self, audio: bytes) -> None:
        """See `Chat.speak`."""
        data = b64encode(audio).decode()
        voice = {"type": "audio", "data": data, "content_type": "audio/ogg", "name": "voice.ogg"}
        await self._write(attachments=[voice])

    async def choose(self, message: Heard, choice: tuple[str, str]) -> None:
        """Tap a button (its postback) or a quick reply."""
        payload, title = choice
        kind = "postback" if message.key == BUTTONS else "quick_reply"
        await self._write(**{kind: {"title": title, "payload": payload}})

    async def fresh(self) -> Sequence[Heard]:
        """See `Chat.fresh`."""
        query = {"account_id": self._account_id, "person": self.customer}
        sent = (await get(self._http, f"{self._url}/_control/messages", **query))["messages"]
        new, self._count = sent[self._count :], len(sent)
        return [_of_messenger(one["message"]) for one in new]

    async def file(self, message: Heard) -> bytes:
        """The bytes that were uploaded."""
        return await fetch(self._http, f"{self._url}/_control/uploads/{message.key}")

    async def _write(self, **said: object) -> None:
        written = {"account_id": self._account_id, "person": self.customer, **said}
        await post(self._http, f"{self._url}/_control/messages", written)


def _of_messenger(message: Mapping[str, Any]) -> Heard:
    attachment = message.get("attachment", {})
    payload = attachment.get("payload", {})
    if attachment.get("type") == "file":
        return Heard("document", "", file="file", key=payload["attachment_id"])
    buttons = tuple((one["payload"], one["title"]) for one in payload.get("buttons", ()))
    replies = tuple((one["payload"], one["title"]) for one in message.get("quick_replies", ()))
    kind, text = "interactive" if buttons or replies else "text", message.get("text") or payload["text"]
    return Heard(kind, text, (*buttons, *replies), key=BUTTONS if buttons else "")


class EchoChat(Chat):
    """Somebody at the other end of a program that speaks `echo`."""

    def __init__(
        self, http: aiohttp.ClientSession, gateway: str, secret: str, outside: Outside, customer: str
    ) -> None:
        super().__init__()
        self.customer = customer
        self._http, self._url, self._secret = http, f"{gateway}/webhooks/echo/{PARTNER}", secret
        self._outside, self._count = outside, 0

    async def say(self, text: str) -> None:
        """What the program brings of the person's."""
        item = {"id": f"{self.customer}-{time.monotonic_ns()}", "from": self.customer, "text": text}
        body = json.dumps(item).encode()
        signature = hmac.digest(self._secret.encode(), body, "sha256").hex()
        async with self._http.post(self._url, data=body, headers={"X-Echo-Signature": signature}) as answer:
            answer.raise_for_status()

    async def choose(self, message: Heard, choice: tuple[str, str]) -> None:
        """Answer with the number."""
        await self.say(choice[0])

    async def fresh(self) -> Sequence[Heard]:
        """See `Chat.fresh`."""
        sent = self._outside.echo.get(self.customer, [])
        new, self._count = sent[self._count :], len(sent)
        return [Heard.numbered(one["text"], one["id"]) for one in new]

    async def file(self, message: Heard) -> bytes:
        """Echo knows words only."""
        raise NotImplementedError


@dataclass
class People:
    """Makes persons nobody has met before, each with a chat of their own."""

    http: aiohttp.ClientSession
    world: World
    outside: Outside
    chats: list[Chat] = field(default_factory=list)

    async def meet(self, channel: str, phone: str | None = None) -> Chat:
        """A person on this channel. `phone`: their number (digits), on WhatsApp and by SMS."""
        chat = self._chat(channel, phone or str(next(_people)))
        await chat.introduce()
        self.chats.append(chat)
        return chat

    def new_phone(self) -> str:
        """Digits of a number nobody has."""
        return str(next(_people))

    def _chat(self, channel: str, digits: str) -> Chat:
        http, world, settings = self.http, self.world, self.world.settings
        if channel == "whatsapp":
            number = world.seed["tenants"][0]["whatsapp"]["phone_number_id"]
            return WhatsAppChat(Phone(http, world.phone_url, number, digits))
        [account] = accounts(world.seed, channel)
        match channel:
            case "telegram":
                token = account["secrets"]["bot_token"]
                return TelegramChat(http, settings.telegram_api_url, token, digits[-9:], f"P {digits}")
            case "twilio_sms":
                return SmsChat(http, settings.twilio_api_url, NUMBER, f"+{digits}")
            case "webchat":
                return Visitor(http, settings.public_url, SITE)
            case "twilio_whatsapp":
                return SmsChat(http, settings.twilio_api_url, SENDER, f"+{digits}", "whatsapp")
            case "messenger" | "instagram":
                assert world.messenger is not None
                url = f"http://{world.messenger.host}:{world.messenger.port}"
                return MetaChat(http, url, account["account_id"], f"77{digits}")
            case _:
                words = account["secrets"]["secret"]
                return EchoChat(http, settings.public_url, words, self.outside, f"echo {quote(digits)}")


@asynccontextmanager
async def outside() -> AsyncIterator[Outside]:
    """Run what stands for the world outside."""
    there = Outside()
    runner = await there.start()
    try:
        yield there
    finally:
        await runner.cleanup()


def world_on_all_channels(folder: Path, there: Outside) -> World:
    """The tenants of the end-to-end tests, the first of them with an account on every channel."""
    seed = yaml.safe_load(SEED.read_text())
    seed["tenants"][0]["channels"] = [
        {"channel": "telegram", "account_id": BOT},
        {"channel": "twilio_sms", "account_id": NUMBER},
        {"channel": "twilio_whatsapp", "account_id": SENDER},
        {"channel": "webchat", "account_id": SITE},
        {"channel": "messenger", "account_id": PAGE},
        {"channel": "instagram", "account_id": PROFILE},
        {"channel": "echo", "account_id": PARTNER, "settings": {"url": f"{there.url}/echo"}},
    ]
    path = folder / "seed.yaml"
    path.write_text(yaml.safe_dump(seed))
    return private_world(
        folder / "data",
        seed_file=path,
        channels=CHANNELS,
        resend_after_seconds=2.0,
        relay_interval_seconds=0.2,
        command_timeout_seconds=1.0,
        whatsapp_echo_wait_seconds=5.0,
    )
