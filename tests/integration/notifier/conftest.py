"""What the notifier's tests share: a running notifier, booking's side of EVENTS, and the gateway's side of OUTBOUND."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID, uuid4

import pytest
from nats.aio.msg import Msg

from services.notifier.app import Notifier, build
from services.notifier.domain.plan import about
from shared import subjects
from shared.bus import HEADER_FROM, HEADER_ID, Bus
from shared.db import Database
from shared.messages.booking import BookingEvent
from shared.messages.conversation import MessageSent
from shared.messages.media import ReceiptReady
from shared.outbox import Receipts
from shared.settings import Settings
from tests.conftest import make_settings
from tests.integration.conftest import eventually
from usher.embedded import EmbeddedServers


async def until(check: Callable[[], Awaitable[object]]) -> None:
    """Wait until `check` gives something true."""
    await eventually(check)  # type: ignore[arg-type]  # mypy cannot solve its union for an awaitable


class World:
    """One tenant's surroundings: says what booking and media say, gets what the gateway gets."""

    def __init__(self, bus: Bus, db: Database) -> None:
        self.bus = bus
        self.db = db
        self.tenant_id = uuid4()
        self.published: list[MessageSent] = []
        self.confirms = True
        self._receipts = Receipts(bus)

    async def listen(self) -> None:
        """Begin to receive what is sent to this tenant's customers."""
        await self.bus.nc.subscribe(f"out.*.{self.tenant_id}.*", cb=self._on_message)

    async def _on_message(self, msg: Msg) -> None:
        message = MessageSent.decode(msg.data)
        self.published.append(message)
        if self.confirms:
            await self._receipts.confirm_id("notifier", self.tenant_id, message.message_id)

    @property
    def delivered(self) -> list[MessageSent]:
        """What the gateway would deliver: each message id once, in the order of arrival."""
        return list({message.message_id: message for message in self.published}.values())

    @property
    def purposes(self) -> list[str]:
        """What the delivered messages are for, in order."""
        return [message.purpose for message in self.delivered]

    async def say(self, event: BookingEvent) -> None:
        """Publish an event as booking does (each call is a publication of its own)."""
        subject = subjects.event("booking", event.tenant_id, about(event), event.name)
        await self.publish(subject, event.encode(), event.event_id)

    async def say_ready(self, ready: ReceiptReady) -> None:
        """Publish that a receipt is ready as media does."""
        subject = subjects.event("media", ready.tenant_id, ready.receipt_id, ready.name)
        await self.bus.publish(subject, ready.encode(), msg_id=str(uuid4()))

    async def publish(self, subject: str, payload: bytes, message_id: UUID) -> None:
        """Put anything into EVENTS."""
        headers = {HEADER_ID: str(message_id), HEADER_FROM: "booking"}
        await self.bus.publish(subject, payload, msg_id=str(uuid4()), headers=headers)

    async def told(self, *purposes: str) -> None:
        """Wait until exactly these messages have been delivered, in this order."""
        await eventually(lambda: self.purposes == list(purposes))

    async def settled(self) -> None:
        """Wait until the notifier has handled every event there is: nothing more can come of them."""
        await until(self._nothing_pending)

    async def _nothing_pending(self) -> bool:
        for partition in range(subjects.PARTITIONS):
            durable = subjects.durable("notifier", subjects.EVENTS, partition)
            info = await self.bus.js.consumer_info(subjects.EVENTS, durable)
            if info.num_pending or info.num_ack_pending:
                return False
        return True

    async def drained(self) -> None:
        """Wait until everything this tenant's notifier has sent is confirmed."""
        await self.waits_for()

    async def waits_for(self, *receivers: str) -> None:
        """Wait until the outbox holds messages to exactly these (`job.media`, `out.whatsapp`)."""

        async def check() -> bool:
            return await self._unconfirmed() == list(receivers)

        await until(check)

    async def _unconfirmed(self) -> list[str]:
        async with self.db.tenant(self.tenant_id) as connection:
            rows = await connection.fetch("SELECT subject FROM notifier.outbox ORDER BY created_at, subject")
        return [".".join(row["subject"].split(".")[:2]) for row in rows]

    async def sequence(self, event: BookingEvent) -> int | None:
        """The number of the event's booking in its customer's calendar (None: it was never in it)."""
        async with self.db.tenant(self.tenant_id) as connection:
            query = "SELECT sequence FROM notifier.calendars WHERE booking_id = $1"
            found: int | None = await connection.fetchval(query, about(event))
        return found

    async def count(self, table: str) -> int:
        """Rows of this tenant in one of the notifier's tables."""
        async with self.db.tenant(self.tenant_id) as connection:
            return int(await connection.fetchval(f"SELECT count(*) FROM notifier.{table}"))


@pytest.fixture(scope="session")
def quick(servers: EmbeddedServers, database: Settings) -> Settings:
    """Settings that repeat and rebalance soon."""
    return make_settings(
        servers, resend_after_seconds=0.5, relay_interval_seconds=0.05, ownership_interval_seconds=0.1
    )


@pytest.fixture(scope="module")
async def notifier(quick: Settings) -> AsyncIterator[Notifier]:
    """A running notifier."""
    service = build(quick)
    await service.start()
    yield service
    await service.stop()


@pytest.fixture
async def db(quick: Settings) -> AsyncIterator[Database]:
    """The database as a service sees it."""
    database = await Database.open(quick.database_url or "", size=4, name="test")
    yield database
    await database.close()


@pytest.fixture
async def world(bus: Bus, db: Database) -> World:
    """A tenant of its own."""
    surroundings = World(bus, db)
    await surroundings.listen()
    return surroundings
