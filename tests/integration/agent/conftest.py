"""What the agent's tests share: a studio in booking, running agents, and customers behind a stand-in for the gateway."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from nats.aio.msg import Msg

from services.agent.app import AgentService
from services.booking.app import BookingService
from services.booking.seed import seed
from shared import ids, subjects
from shared.bus import HEADER_FROM, HEADER_ID, MSG_ID, Bus
from shared.db import Database
from shared.errors import Transient
from shared.messages.conversation import (
    ChannelAddress,
    Content,
    MessageReceived,
    MessageSent,
    TextBody,
    TextContent,
)
from shared.settings import Settings
from tests.conftest import make_settings
from tests.integration.conftest import eventually
from usher.embedded import EmbeddedServers

SENDER = "probe"  # as which the stand-in for the gateway hands messages over


@pytest.fixture(scope="session")
def quick(servers: EmbeddedServers, database: Settings) -> Settings:
    """Settings that repeat and rebalance soon."""
    return make_settings(
        servers,
        resend_after_seconds=0.5,
        relay_interval_seconds=0.05,
        ownership_interval_seconds=0.1,
        command_timeout_seconds=0.5,
    )


@asynccontextmanager
async def agent_running(settings: Settings) -> AsyncIterator[AgentService]:
    """One agent of its own in this process."""
    service = AgentService(settings)
    await service.start()
    try:
        yield service
    finally:
        await service.stop()


@asynccontextmanager
async def booking_running(settings: Settings) -> AsyncIterator[BookingService]:
    """One booking service in this process."""
    service = BookingService(settings)
    await service.start()
    try:
        yield service
    finally:
        await service.stop()


@pytest.fixture
async def agent(quick: Settings) -> AsyncIterator[AgentService]:
    """A running agent with the offline model."""
    async with agent_running(quick) as service:
        yield service


@pytest.fixture
async def booking(quick: Settings) -> AsyncIterator[BookingService]:
    """A running booking service."""
    async with booking_running(quick) as service:
        yield service


@pytest.fixture
async def db(quick: Settings) -> AsyncIterator[Database]:
    """The database as a service sees it."""
    opened = await Database.open(quick.database_url or "", size=4, name="test")
    yield opened
    await opened.close()


@pytest.fixture
async def slug(quick: Settings) -> str:
    """A tenant of its own: `Yoga` (10 places, €15.00) daily at 19:00 in Lisbon."""
    name = f"studio-{uuid4().hex[:12]}"
    await seed(
        {
            "tenants": [
                {
                    "slug": name,
                    "name": "Casa Test",
                    "timezone": "Europe/Lisbon",
                    "currency": "EUR",
                    "staff": [{"key": "ana", "name": "Ana"}],
                    "services": [
                        {"key": "yoga", "name": "Yoga", "duration_minutes": 60, "price": 1500, "capacity": 10,
                         "staff": ["ana"]},
                    ],
                    "schedules": [
                        {"key": "e", "service": "yoga", "staff": "ana", "rrule": "FREQ=DAILY", "starts": "19:00"},
                    ],
                }
            ]
        },
        quick,
    )  # fmt: skip
    return name


@dataclass
class Gateway:
    """A stand-in for the gateway: hands messages over until they are confirmed, confirms what it is sent."""

    bus: Bus
    tenant_id: UUID
    confirming: bool = True
    sent: dict[UUID, list[MessageSent]] = field(default_factory=lambda: defaultdict(list))
    deliveries: int = 0
    receipts: list[UUID] = field(default_factory=list)

    async def open(self) -> None:
        """Listen to what is published for this tenant."""
        await self.bus.nc.subscribe(f"out.*.{self.tenant_id}.*", cb=self._on_sent)
        await self.bus.nc.subscribe(subjects.receipts(SENDER), cb=self._on_receipt)

    async def hand_over(self, message: MessageReceived, attempt: int = 0) -> None:
        """Publish a message as the gateway's sender does: again until NATS has stored it."""

        async def stored() -> bool:
            try:
                await self.bus.publish(
                    subjects.inbound("whatsapp", message.tenant_id, message.conversation_id),
                    message.encode(),
                    msg_id=f"{message.message_id}:{attempt}",
                    headers={HEADER_ID: str(message.message_id), HEADER_FROM: SENDER},
                )
            except Transient:
                return False
            return True

        await eventually(stored)

    async def confirm(self, message: MessageSent) -> None:
        """Tell the agent that a reply has arrived."""
        line = f"{message.tenant_id}/{message.message_id}"
        await self.bus.send(subjects.receipts("agent"), line.encode())

    async def _on_sent(self, msg: Msg) -> None:
        message = MessageSent.decode(msg.data)
        assert (msg.headers or {})[HEADER_ID] == str(message.message_id)
        assert (msg.headers or {})[MSG_ID].startswith(str(message.message_id))
        self.deliveries += 1
        known = self.sent[message.conversation_id]
        if message.message_id not in {m.message_id for m in known}:
            known.append(message)
        if self.confirming:
            await self.confirm(message)

    async def _on_receipt(self, msg: Msg) -> None:
        self.receipts += [UUID(line.split("/")[1]) for line in msg.data.decode().split()]


@dataclass
class Customer:
    """Somebody who chats."""

    gateway: Gateway
    user_id: str
    said: int = 0

    @property
    def conversation_id(self) -> UUID:
        return ids.conversation_id_of(self.gateway.tenant_id, "whatsapp", "100", self.user_id)

    @property
    def replies(self) -> list[str]:
        """The texts they were sent, in order."""
        bodies = [m.body for m in self.gateway.sent[self.conversation_id]]
        return [body.text for body in bodies if isinstance(body, TextBody)]

    def message(self, content: Content) -> MessageReceived:
        """Their next message."""
        self.said += 1
        return MessageReceived(
            tenant_id=self.gateway.tenant_id,
            message_id=ids.derive("message", self.gateway.tenant_id, self.user_id, self.said),
            conversation_id=self.conversation_id,
            sender=ChannelAddress(channel="whatsapp", account_id="100", user_id=self.user_id, name="Maria"),
            provider_id=f"wamid.{self.user_id}.{self.said}",
            sent_at=datetime.now(UTC),
            content=content,
        )

    async def say(self, text: str) -> MessageReceived:
        """Type something, and wait until the agent has confirmed that its turn is done."""
        return await self.send(self.message(TextContent(text=text)))

    async def send(self, message: MessageReceived) -> MessageReceived:
        """Send a message, and wait until its turn is done."""
        await self.gateway.hand_over(message)
        await eventually(lambda: message.message_id in self.gateway.receipts)
        return message

    async def answered(self, text: str) -> str:
        """Type something that has a reply; the reply."""
        before = len(self.replies)
        await self.say(text)
        await eventually(lambda: len(self.replies) > before)
        return self.replies[-1]


@pytest.fixture
async def gateway(bus: Bus, slug: str) -> Gateway:
    """The stand-in for the gateway of this tenant."""
    opened = Gateway(bus, ids.tenant_id_of(slug))
    await opened.open()
    return opened


@pytest.fixture
def customer(gateway: Gateway) -> Customer:
    """A customer nobody has met."""
    return Customer(gateway, f"3519{uuid4().int % 10**8:08d}")
