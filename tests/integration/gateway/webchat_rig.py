"""A site with web chat: gateway instances over real HTTP, PostgreSQL and NATS, visitors' pages at protocol level."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import orjson
from aiohttp import web

from services.gateway.channels import HttpAnswer, MessageIn
from services.gateway.channels.webchat import WebChat as Adapter
from services.gateway.domain.account import ChannelAccount
from services.gateway.inbound import row_of
from services.gateway.secrets import Vault, new_key
from services.gateway.store.deliveries import DeliveryStore, NewDelivery
from services.gateway.store.inbox import InboxStore
from services.gateway.store.uploads import UploadStore
from services.gateway.store.webchat import WebChatStore
from services.gateway.webchat.app import WebChat
from services.gateway.webchat.identity import issue
from services.gateway.webchat.limits import Limits
from services.gateway.webchat.surroundings import utc_now
from shared import ids
from shared.bus import Bus
from shared.db import Database
from shared.errors import Transient
from shared.files import Files
from shared.messages.conversation import Body, ChannelAddress, MessageSent, TextBody
from shared.settings import Settings
from usher.embedded.ports import choose

SITE = "https://studio.example"
SECRET = "newest-visitor-secret-0123456789abcdef"
KEY = new_key()
FORMER_SECRET = "former-visitor-secret-0123456789abcdef"
Frame = dict[str, Any]


@dataclass
class Site:
    """A tenant whose site has a chat; `account` may be replaced."""

    db: Database
    account: ChannelAccount
    received: list[MessageIn] = field(default_factory=list)
    is_away: bool = False

    @classmethod
    def new(cls, db: Database, **settings: object) -> Site:
        """A tenant of its own."""
        name = f"studio-{uuid4().hex[:8]}"
        chosen = {"origins": [SITE], **settings}
        secrets = {"visitor_secret": (SECRET, FORMER_SECRET)}
        account = ChannelAccount(ids.tenant_id_of(name), "webchat", name, secrets=secrets, settings=chosen)
        return cls(db, account)

    async def find(self, account_id: str) -> ChannelAccount | None:
        """What the gateway knows of accounts."""
        return self.account if account_id == self.account.account_id else None

    async def receive(self, account: ChannelAccount, item: MessageIn) -> None:
        """The durable intake: into the inbox, once."""
        if self.is_away:
            raise Transient("The inbox cannot be written now.")
        row = row_of(item, account.tenant_id, "webchat")
        if (await InboxStore(self.db, resend_after=3600).add([row])).new:
            self.received.append(item)

    def conversation(self, visitor: str) -> UUID:
        """The visitor's conversation."""
        account = self.account
        return ids.conversation_id_of(account.tenant_id, "webchat", account.account_id, visitor)

    def token(self, visitor: str) -> str:
        """A token as we give them."""
        return issue(self.account, UUID(visitor), utc_now())

    def message(self, visitor: str, body: Body | str) -> MessageSent:
        """A message to a visitor."""
        return MessageSent(
            tenant_id=self.account.tenant_id,
            message_id=uuid4(),
            conversation_id=self.conversation(visitor),
            to=ChannelAddress(channel="webchat", account_id=self.account.account_id, user_id=visitor),
            purpose="reply",
            body=TextBody(text=body) if isinstance(body, str) else body,
        )

    async def store(self, *messages: MessageSent) -> None:
        """Store deliveries as the gateway does when they come from the bus."""
        rows = [
            NewDelivery(
                tenant_id=message.tenant_id,
                id=message.message_id,
                partition=0,
                conversation_id=message.conversation_id,
                channel="webchat",
                purpose=message.purpose,
                payload=message.encode(),
                account_id=self.account.account_id,
                user_id=message.to.user_id,
            )
            for message in messages
        ]
        await DeliveryStore(self.db).write(rows, [])

    async def states(self, visitor: str) -> list[str]:
        """The states of the visitor's deliveries, in order."""
        async with self.db.tenant(self.account.tenant_id) as connection:
            rows = await connection.fetch(
                "SELECT state FROM gateway.deliveries WHERE conversation_id = $1 ORDER BY position",
                self.conversation(visitor),
            )
        return [row["state"] for row in rows]


@dataclass
class Instance:
    """One gateway process's web chat."""

    site: Site
    chat: WebChat
    url: str

    async def call(self, message: MessageSent) -> HttpAnswer:
        """Send a stored delivery, as the sender does."""
        [call] = Adapter().render(message, self.site.account)
        return await self.chat.local(call)

    async def deliver(self, visitor: str, *bodies: Body | str) -> list[MessageSent]:
        """Store and send messages to a visitor."""
        messages = [self.site.message(visitor, body) for body in bodies]
        for message in messages:
            await self.site.store(message)
            assert (await self.call(message)).status == 200
        return messages


@asynccontextmanager
async def instance(site: Site, bus: Bus | None, limits: Limits | None = None) -> AsyncIterator[Instance]:
    """A running instance; without a bus it sees what others deliver only by looking."""
    port = choose()
    url = f"http://127.0.0.1:{port}"
    chat = WebChat(
        WebChatStore(site.db),
        UploadStore(site.db),
        Vault.from_settings(Settings.model_validate({"secrets_key": KEY})),
        site.receive,
        site.find,
        url,
        limits=limits,
        sweep_alone=0.05,
    )
    app = web.Application()
    chat.routes(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    chat.start()
    if bus is not None:
        await chat.join(bus, Files(bus))
    try:
        yield Instance(site, chat, url)
    finally:
        await chat.stop()
        await runner.cleanup()


class Page:
    """A visitor's page: what it has got, in order, and its socket."""

    def __init__(self, http: aiohttp.ClientSession, site: Site, visitor: str | None = None) -> None:
        self.http = http
        self.site = site
        self.visitor = visitor or str(uuid4())
        self.got: list[Frame] = []
        self.last: int | None = None
        self.ws: aiohttp.ClientWebSocketResponse | None = None

    @property
    def texts(self) -> list[str]:
        """The texts of the messages it has got, in order."""
        return [frame["text"] for frame in self.got]

    async def open(self, url: str, *, origin: str = SITE, token: str | None = None) -> Frame:
        """Connect and say hello; the first answer."""
        socket = f"{url}/webchat/{self.site.account.account_id}/socket"
        self.ws = await self.http.ws_connect(socket, origin=origin, max_msg_size=0)
        await self.say(type="hello", token=token or self.site.token(self.visitor), last=self.last)
        return await self.hear()

    async def say(self, **frame: object) -> None:
        """Send a frame."""
        assert self.ws is not None
        await self.ws.send_str(orjson.dumps(frame).decode())

    async def hear(self) -> Frame:
        """The next frame; `{"type": "closed", "code": …}` at the end. Messages are kept, too."""
        assert self.ws is not None
        message = await self.ws.receive(timeout=20)
        if message.type is not aiohttp.WSMsgType.TEXT:
            return {"type": "closed", "code": self.ws.close_code}
        frame: Frame = orjson.loads(message.data)
        if frame["type"] == "message":
            self.got.append(frame)
            self.last = frame["position"]
        return frame

    async def until(self, kind: str) -> Frame:
        """The next frame of this kind (or the end)."""
        while (frame := await self.hear())["type"] not in (kind, "closed"):
            pass
        return frame

    async def hears(self, *texts: str) -> None:
        """Read until these are the last texts it has got."""
        while self.texts[-len(texts) :] != list(texts):
            frame = await self.hear()
            assert frame["type"] != "closed", (frame, self.texts)

    def drop(self) -> None:
        """The connection is cut, as by a tunnel: nothing more is read or written."""
        assert self.ws is not None
        response = self.ws._response
        assert response.connection is not None
        transport = response.connection.transport
        assert isinstance(transport, asyncio.WriteTransport)
        transport.abort()


def settings_of(account: ChannelAccount, **settings: object) -> Mapping[str, object]:
    """The account's settings with changes."""
    return {**account.settings, **settings}
