"""What the gateway's tests share: a running gateway, a tenant with a number, the agent's and the notifier's side of the bus."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import aiohttp
import asyncpg
import pytest
from nats.aio.msg import Msg

from services.gateway.app import Gateway, build
from services.gateway.secrets import new_key
from services.gateway.seed import seed
from shared import ids, subjects
from shared.actors.delivery import Delivery
from shared.actors.partitions import PartitionedConsumer
from shared.bus import HEADER_FROM, HEADER_ID, Bus
from shared.db import Database
from shared.messages.conversation import Body, ChannelAddress, Choice, MessageReceived, MessageSent, TextBody
from shared.outbox import Receipts
from shared.settings import Settings
from tests.conftest import make_settings
from tests.integration.conftest import eventually
from tests.integration.gateway import bodies
from tests.integration.gateway.graph import Graph
from usher.embedded import EmbeddedServers
from usher.embedded.ports import choose

KEY = new_key()


async def until(check: Callable[[], Awaitable[object]], within: float = 20.0) -> None:
    """Wait until `check` gives something true."""
    await eventually(check, within=within)  # type: ignore[arg-type]  # mypy cannot solve its union for an awaitable


@pytest.fixture
async def graph() -> AsyncIterator[Graph]:
    """A Graph API of our own making that does as the test says."""
    api = Graph()
    await api.start()
    yield api
    await api.stop()


@pytest.fixture
def quick(servers: EmbeddedServers, database: Settings, graph: Graph) -> Settings:
    """Settings that repeat and rebalance soon, on a free port, with the graph of this test."""
    return make_settings(
        servers,
        http_port=choose(),
        channels="whatsapp,echo",
        secrets_key=KEY,
        whatsapp_api_url=graph.url,
        whatsapp_echo_wait_seconds=3.0,
        resend_after_seconds=0.5,
        relay_interval_seconds=0.05,
        ownership_interval_seconds=0.1,
    )


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """A client with no limit of connections."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        yield session


@pytest.fixture
async def db(quick: Settings) -> AsyncIterator[Database]:
    """The database as a service sees it."""
    database = await Database.open(quick.database_url or "", size=4, name="test")
    yield database
    await database.close()


class World:
    """One tenant with a WhatsApp number, what the provider posts to it, and the other services' side of the bus."""

    def __init__(self, settings: Settings, http: aiohttp.ClientSession, db: Database, bus: Bus) -> None:
        self.settings = settings
        self.http = http
        self.db = db
        self.bus = bus
        self.slug = f"studio-{uuid4().hex[:8]}"
        self.tenant_id = ids.tenant_id_of(self.slug)
        self.account = str(uuid4().int)[:15]
        self.received: list[MessageReceived] = []
        self.confirms = True
        self._receipts = Receipts(bus)
        self._sent = 0

    # --- the provider -----------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.http_port}/webhooks/whatsapp"

    async def post(self, raw: bytes, signature: str | None = None) -> tuple[int, bytes]:
        """Post a webhook, signed well unless told otherwise; status and body of the answer."""
        headers = {"X-Hub-Signature-256": bodies.signature(raw) if signature is None else signature}
        async with self.http.post(self.url, data=raw, headers=headers) as response:
            return response.status, await response.read()

    async def status(self, *statuses: bodies.Json) -> int:
        """Post these statuses in one webhook."""
        return (await self.post(bodies.body(bodies.value(self.account, statuses=statuses))))[0]

    async def say(self, *messages: bodies.Json) -> int:
        """Post these messages in one webhook."""
        return (await self.post(bodies.body(bodies.value(self.account, messages=messages))))[0]

    # --- the agent --------------------------------------------------------------------------------------

    async def listen(self) -> None:
        """Hear what is published for this tenant (and confirm it, as long as `confirms`)."""
        self._subscription = await self.bus.nc.subscribe(
            f"in.whatsapp.{self.tenant_id}.*", cb=self._on_message
        )

    async def _on_message(self, msg: Msg) -> None:
        message = MessageReceived.decode(msg.data)
        self.received.append(message)
        if self.confirms:
            await self._receipts.confirm_id("gateway", self.tenant_id, message.message_id)

    async def listen_as_a_service(self) -> PartitionedConsumer:
        """Hear only what is in the stream, as the agent does. Stop what is returned."""

        async def handle(_partition: int, deliveries: list[Delivery]) -> None:
            for delivery in deliveries:
                if delivery.tenant_id == self.tenant_id:
                    self.received.append(MessageReceived.decode(delivery.data))
                await self._receipts.confirm(delivery)
                await delivery.ack()

        await self._subscription.unsubscribe()
        url = self.settings.database_url or ""
        consumer = PartitionedConsumer(self.bus, subjects.INBOUND, url, handle, interval=0.1)
        consumer.start()
        await eventually(lambda: len(consumer.owned) == subjects.PARTITIONS)
        return consumer

    async def heard(self, *provider_ids: str) -> None:
        """Wait until exactly these messages were published (once or more), in this order."""
        await eventually(
            lambda: list(dict.fromkeys(m.provider_id for m in self.received)) == list(provider_ids)
        )

    async def all_handled(self) -> None:
        """Wait until no inbox row of the tenant is left unhandled."""

        async def left() -> bool:
            return not any(row["handled_at"] is None for row in await self.rows("inbox"))

        await until(left)

    # --- the notifier -----------------------------------------------------------------------------------

    def message(
        self,
        body: Body | str,
        person: str = "351910000001",
        *,
        choices: tuple[Choice, ...] = (),
        reply_to: str | None = None,
    ) -> MessageSent:
        """A message to a person."""
        return MessageSent(
            tenant_id=self.tenant_id,
            message_id=uuid4(),
            conversation_id=ids.conversation_id_of(self.tenant_id, "whatsapp", self.account, person),
            to=ChannelAddress(channel="whatsapp", account_id=self.account, user_id=person),
            purpose="reply",
            body=TextBody(text=body, choices=choices) if isinstance(body, str) else body,
            in_reply_to=reply_to,
        )

    async def send(self, *messages: MessageSent) -> None:
        """Put messages into OUTBOUND, as a service's outbox does."""
        for message in messages:
            await self.publish(message.conversation_id, message.encode(), message.message_id)

    async def publish(self, conversation_id: UUID, payload: bytes, message_id: UUID) -> None:
        """Put anything into OUTBOUND."""
        self._sent += 1
        subject = subjects.outbound("whatsapp", self.tenant_id, conversation_id)
        headers = {HEADER_ID: str(message_id), HEADER_FROM: "probe"}
        await self.bus.publish(subject, payload, msg_id=f"{message_id}:{self._sent}", headers=headers)

    async def delivery(self, message: MessageSent) -> asyncpg.Record | None:
        """The row of a message."""
        async with self.db.tenant(self.tenant_id) as connection:
            return await connection.fetchrow(
                "SELECT * FROM gateway.deliveries WHERE id = $1", message.message_id
            )

    async def becomes(self, message: MessageSent, state: str) -> asyncpg.Record:
        """Wait until the delivery is in this state; its row."""
        row: asyncpg.Record | None = None

        async def reached() -> bool:
            nonlocal row
            row = await self.delivery(message)
            return row is not None and row["state"] == state

        await until(reached)
        assert row is not None
        return row

    # --- looking ------------------------------------------------------------------------------------------

    async def rows(self, table: str, tenant_id: UUID | None = None) -> list[asyncpg.Record]:
        """All rows of the tenant in a table of the gateway."""
        async with self.db.tenant(tenant_id or self.tenant_id) as connection:
            return await connection.fetch(f"SELECT * FROM gateway.{table}")


@pytest.fixture
async def world(quick: Settings, http: aiohttp.ClientSession, db: Database, bus: Bus) -> World:
    """A tenant of its own, whose number is known before the gateway starts."""
    surroundings = World(quick, http, db, bus)
    number = {"phone_number_id": surroundings.account, "waba_id": f"9{surroundings.account}"}
    await seed({"tenants": [{"slug": surroundings.slug, "whatsapp": number}]}, quick)
    # What the tests of other services said to their customers is still in the stream: it must not be sent here.
    await bus.js.purge_stream(subjects.OUTBOUND)
    await surroundings.listen()
    return surroundings


async def start(settings: Settings) -> Gateway:
    """A gateway that has joined the bus and owns partitions."""
    service = build(settings)
    await service.start()

    async def ready() -> bool:
        return all((await service.ready()).values())

    await until(ready)
    return service


@asynccontextmanager
async def another(settings: Settings) -> AsyncIterator[Gateway]:
    """One more gateway, gone in the end whatever happens."""
    service = await start(settings)
    try:
        yield service
    finally:
        await service.stop()


@pytest.fixture
async def gateway(quick: Settings, world: World) -> AsyncIterator[Gateway]:
    """A running gateway."""
    service = await start(quick)
    yield service
    await service.stop()
