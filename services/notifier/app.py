"""How is the notifier put together? `build(settings)` makes it; nothing is opened before `start`."""

from __future__ import annotations

from services.notifier.again import ReceiptsAgain
from services.notifier.forgetting import Forgetting
from services.notifier.jobs import Jobs
from services.notifier.store import NotifierStore
from services.notifier.subscribers import Subscribers
from shared import subjects
from shared.actors.mailboxes import Mailboxes
from shared.actors.partitions import PartitionedConsumer
from shared.bus import Bus
from shared.db import Database
from shared.files import Files
from shared.outbox import DeadLetters, Receipts, Sender, TableOutbox
from shared.settings import Settings

_NAME = "notifier"


class Notifier:
    """Facts to messages: confirmations, cancellations and receipts (again, when asked). People are forgotten."""

    name = _NAME

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._bus: Bus | None = None
        self._db: Database | None = None
        self._sender: Sender | None = None
        self._mailboxes: Mailboxes | None = None
        self._consumer: PartitionedConsumer | None = None
        self._jobs: Jobs | None = None

    async def start(self) -> None:
        """Connect, then begin to handle events; waits for NATS when it is away."""
        settings = self._settings
        database_url = settings.database_url or ""
        self._db = await Database.open(database_url, size=settings.database_pool_size, name=_NAME)
        self._bus = await Bus.connect(settings.nats_url or "", _NAME)
        outbox = TableOutbox(self._db, _NAME, resend_after=settings.resend_after_seconds)
        self._sender = Sender(self._bus, outbox, interval=settings.relay_interval_seconds)
        await self._sender.start()
        store = NotifierStore(self._db, outbox)
        subscribers = Subscribers(store, self._sender)
        self._mailboxes = Mailboxes(
            _NAME,
            subjects.EVENTS,
            subscribers.handle,
            Receipts(self._bus),
            DeadLetters(self._db, _NAME),
            max_tries=settings.max_tries,
            concurrency=settings.database_pool_size,
        )
        self._consumer = PartitionedConsumer(
            self._bus,
            subjects.EVENTS,
            database_url,
            self._mailboxes.accept,
            interval=settings.ownership_interval_seconds,
            released=self._mailboxes.forget,
        )
        self._jobs = Jobs(
            self._bus,
            self._db,
            ReceiptsAgain(store, self._sender, self._bus),
            Forgetting(self._db, Files(self._bus)),
            max_tries=settings.max_tries,
        )
        await self._bus.start()
        self._consumer.start()
        self._jobs.start()

    async def stop(self) -> None:
        """Give the partitions back and disconnect; what was not handled comes again to the next instance."""
        if self._jobs:
            await self._jobs.stop()
        if self._consumer:
            await self._consumer.stop()
        if self._mailboxes:
            await self._mailboxes.stop()
        if self._sender:
            await self._sender.stop()
        if self._bus:
            await self._bus.close()
        if self._db:
            await self._db.close()

    async def ready(self) -> dict[str, bool]:
        """Whether the bus is connected and the database answers."""
        return {
            "bus": self._bus is not None and self._bus.connected,
            "database": self._db is not None and await self._db.ping(),
        }


def build(settings: Settings) -> Notifier:
    """The notifier for these settings."""
    return Notifier(settings)
