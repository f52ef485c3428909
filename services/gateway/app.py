"""What is the gateway made of? The composition root: `build(settings)` opens nothing, `start` does.

HTTP comes up first and needs PostgreSQL only: webhooks are stored while the bus is away. Everything that talks to the bus
starts when the bus is there.
"""

from __future__ import annotations

import asyncio
import random
from functools import partial

from services.gateway.accounts import Directory
from services.gateway.channels import Channel, load
from services.gateway.courier import Courier
from services.gateway.delivery import Delivering
from services.gateway.grouped import GroupedDeliveries
from services.gateway.handover import Publisher, StatusApplier, Unhurried, pause
from services.gateway.inbound import InboxRow
from services.gateway.inbox import InboxWriter
from services.gateway.loops import Loops
from services.gateway.media import MediaFetcher
from services.gateway.seen import SeenBodies, connect
from services.gateway.sender import Caller
from services.gateway.store.accounts import AccountStore
from services.gateway.store.deliveries import DeliveryStore
from services.gateway.store.inbox import InboxStore
from services.gateway.webhooks import Site, Webhooks
from shared import subjects
from shared.actors.partitions import PartitionedConsumer
from shared.bus import Bus
from shared.db import Database
from shared.errors import UsherError
from shared.files import Files
from shared.messages.conversation import FetchMedia
from shared.outbox import DeadLetters, Receipts, Sender
from shared.settings import Settings
from shared.telemetry import get_logger

SWEEP_SECONDS = 5.0
NAME = "gateway"

log = get_logger(NAME)


class NotConfigured(UsherError):
    """The gateway lacks a setting."""


class CannotListen(UsherError):
    """The gateway's port is taken."""


class Intake:
    """From the webhook to the inbox, and from there to the bus and the deliveries."""

    def __init__(self, settings: Settings, channel: Channel, db: Database, seen: SeenBodies) -> None:
        self.store = InboxStore(db, resend_after=settings.resend_after_seconds)
        self.directory = Directory(AccountStore(db))
        self.publisher = Publisher()
        self.statuses = StatusApplier(
            self.store,
            channel.name,
            sweep_every=max(settings.relay_interval_seconds, pause(settings.resend_after_seconds)),
        )
        self.writer = InboxWriter(self.statuses, seen, self._on_new)
        webhooks = Webhooks(channel, self.directory, self.writer, self.store)
        self.site = Site(webhooks.app(), settings.http_host, settings.http_port)

    def start(self, loops: Loops) -> None:
        """Start everything but the site."""
        loops.start("accounts", self.directory.run)
        loops.start("inbox", self.writer.run)
        loops.start("statuses", self.statuses.run)
        loops.start("status sweep", self.statuses.sweep)

    def _on_new(self, rows: list[InboxRow]) -> None:
        self.publisher.offer(rows)
        for row in rows:
            if row.kind == "event":
                log.info(
                    "channel_event", channel=row.channel, event_type=row.provider_id.partition(":")[0][:60]
                )


class Outgate:
    """Everything that needs the bus: publishing, delivering, fetching media."""

    def __init__(
        self, settings: Settings, channel: Channel, db: Database, caller: Caller, bus: Bus, intake: Intake
    ) -> None:
        self.bus = bus
        self._intake = intake
        files = Files(bus)
        rows = Unhurried(intake.store, resend_after=settings.resend_after_seconds)
        self._relay = Sender(bus, rows, interval=settings.relay_interval_seconds)
        store = GroupedDeliveries(DeliveryStore(db))
        courier = Courier(
            channel,
            store,
            caller,
            files,
            bus,
            settings.whatsapp_echo_wait_seconds,
            lambda: random.uniform(0.75, 1.25),
        )
        self._delivering = Delivering(
            store, courier.attempt, Receipts(bus), DeadLetters(db, NAME), channel=channel.name
        )
        self._consumer = PartitionedConsumer(
            bus,
            subjects.OUTBOUND,
            settings.database_url or "",
            self._delivering.accept,
            interval=settings.ownership_interval_seconds,
            claimed=self._delivering.claim,
            released=self._delivering.release,
        )
        media = MediaFetcher(channel, intake.directory, caller, files)
        bus.answer(FetchMedia.name, FetchMedia, media.fetch)

    async def start(self, loops: Loops) -> None:
        """Begin to publish, to deliver and to answer."""
        await self._relay.start()
        await self.bus.start()
        loops.start("publisher", lambda: self._intake.publisher.run(self._relay))
        loops.start("delivery sweep", lambda: self._delivering.sweep(SWEEP_SECONDS))
        self._consumer.start()

    async def stop(self) -> None:
        """Finish the tries under way, give the partitions back, leave the bus."""
        await self._delivering.stop()
        await self._consumer.stop()
        await self._relay.stop()
        await self.bus.close()


class Gateway:
    """The service (see `shared.service.Service`)."""

    name = NAME

    def __init__(self, settings: Settings, channel: Channel) -> None:
        self._settings = settings
        self._channel = channel
        self._loops = Loops()
        self._db: Database | None = None
        self._seen: SeenBodies | None = None
        self._caller: Caller | None = None
        self._intake: Intake | None = None
        self._outgate: Outgate | None = None
        self._listening = False

    async def start(self) -> None:
        """Listen at once; join the bus in the background. Raises `CannotListen`."""
        settings = self._settings
        self._db = await Database.open(
            settings.database_url or "", size=settings.database_pool_size, name="usher gateway"
        )
        self._seen = SeenBodies(connect(settings.redis_url or ""))
        token = settings.whatsapp_access_token
        self._caller = Caller(settings.whatsapp_api_url, token.get_secret_value() if token else "")
        await self._caller.start()
        self._intake = Intake(settings, self._channel, self._db, self._seen)
        self._intake.start(self._loops)
        try:
            await self._intake.site.start()
        except OSError as error:
            await self.stop()
            raise CannotListen(
                f"The gateway cannot listen on {settings.http_host}:{settings.http_port} ({error.strerror}): "
                "stop what listens there, or set USHER_HTTP_PORT to a free port."
            ) from error
        self._listening = True
        self._loops.start("joining the bus", partial(self._join_bus, self._db, self._caller, self._intake))

    async def stop(self) -> None:
        """Answer the webhooks under way, finish the deliveries under way, close."""
        self._listening = False
        if self._intake is not None:
            await self._intake.site.stop()
        if self._outgate is not None:
            await self._outgate.stop()
        await self._loops.stop()
        if self._caller is not None:
            await self._caller.stop()
        if self._seen is not None:
            await self._seen.close()
        if self._db is not None:
            await self._db.close()

    async def ready(self) -> dict[str, bool]:
        """Listening, and able to reach PostgreSQL and the bus."""
        return {
            "http": self._listening,
            "postgres": self._db is not None and await self._db.ping(),
            "nats": self._outgate is not None and self._outgate.bus.connected,
        }

    async def _join_bus(self, db: Database, caller: Caller, intake: Intake) -> None:
        bus = await Bus.connect(self._settings.nats_url or "", NAME)
        outgate = Outgate(self._settings, self._channel, db, caller, bus, intake)
        try:
            await outgate.start(self._loops)
        except BaseException:
            await asyncio.shield(bus.close())
            raise
        self._outgate = outgate


def build(settings: Settings) -> Gateway:
    """The gateway. Raises `UsherError` saying what to set when it cannot work with these settings."""
    for name in ("database_url", "nats_url", "redis_url"):
        if getattr(settings, name) is None:
            raise NotConfigured(f"The gateway needs USHER_{name.upper()}.")
    return Gateway(settings, load("whatsapp", settings))
