"""How is the booking service put together? The composition root: nothing is opened before `start`."""

from __future__ import annotations

import asyncio
import time

from nats.js.api import AckPolicy

from services.booking.actor import BookingActor
from services.booking.alarms import Alarms
from services.booking.alternatives import Alternatives
from services.booking.answering import answer_queries
from services.booking.cache import States
from services.booking.clock import Clock, utc_now
from services.booking.gather import Gatherer
from services.booking.loader import Loader
from services.booking.mailbox import Mailbox
from services.booking.mine import Mine
from services.booking.payment_news import Payments
from services.booking.payments.emulator import Emulator
from services.booking.queries import Reads
from services.booking.quotes import Quotes
from services.booking.replies import Replies
from services.booking.slot_queries import Slots
from services.booking.store import Store
from services.booking.timetable import Horizon
from services.booking.writer import Writer, Written
from shared import subjects
from shared.actors.partitions import PartitionedConsumer
from shared.bus import Bus
from shared.db import Database
from shared.errors import UsherError
from shared.outbox import DeadLetters, Sender, TableOutbox
from shared.settings import Settings

NAME = "booking"


class NotConfigured(UsherError):
    """Booking needs USHER_DATABASE_URL and USHER_NATS_URL (`usher up` sets both)."""


class BookingService:
    """The only writer of the booking truth, and the one that answers what is free."""

    name = NAME

    def __init__(
        self, settings: Settings, *, clock: Clock = utc_now, store_class: type[Store] = Store
    ) -> None:
        """`clock` and `store_class` are for tests."""
        self._settings = settings
        self._clock = clock
        self._store_class = store_class
        self._started = False

    async def start(self) -> None:
        """Connect (waiting for servers that are away), answer queries, claim partitions, write."""
        settings = self._settings
        if not settings.database_url or not settings.nats_url:
            raise NotConfigured
        self._db = await Database.open(settings.database_url, size=settings.database_pool_size, name=NAME)
        self._bus = await Bus.connect(settings.nats_url, NAME)
        outbox = TableOutbox(self._db, NAME, resend_after=settings.resend_after_seconds)
        self._sender = Sender(self._bus, outbox, interval=settings.relay_interval_seconds)
        reads = Reads(self._db, self._clock)
        self._slots = Slots(self._db, self._clock)
        self._actor = self._build_actor(outbox, reads)
        self._consumer = PartitionedConsumer(
            self._bus,
            subjects.COMMANDS,
            settings.database_url,
            self._actor.accept,
            interval=settings.ownership_interval_seconds,
            batch=settings.booking_batch_limit,
            ack_policy=AckPolicy.ALL,
            claimed=self._actor.claimed,
            released=self._actor.released,
        )
        self._horizon = Horizon(self._db, self._clock)
        self._alarms = Alarms(self._bus, self._db, self._clock, every=settings.alarm_sweep_seconds)
        self._payments = Payments(self._bus, self._db, self._clock)
        quotes, mine = Quotes(self._db, self._gatherer, self._clock), Mine(self._db, self._clock)
        answer_queries(self._bus, reads, self._slots, quotes, mine)
        await self._bus.start()
        await self._sender.start()
        self._actor.start()
        self._consumer.start()
        self._horizon.start()
        self._alarms.start()
        await self._payments.start()
        self._started = True

    async def stop(self) -> None:
        """Finish the batch under way, give the partitions back, disconnect."""
        if not self._started:
            return
        self._started = False
        await self._horizon.stop()
        await self._alarms.stop()
        await self._payments.stop()
        await self._actor.stop()
        await asyncio.gather(self._consumer.stop(), self._sender.stop())
        await self._bus.close()
        await self._db.close()

    async def ready(self) -> dict[str, bool]:
        """Database and bus reachable, the writer running, and partitions claimed."""
        if not self._started:
            return {"started": False}
        return {
            "database": await self._db.ping(),
            "bus": self._bus.connected,
            "writer": self._actor.alive,
            "partitions": bool(self._consumer.owned),
        }

    @property
    def partitions(self) -> frozenset[int]:
        """The partitions of COMMANDS that this instance owns."""
        return self._consumer.owned

    @property
    def card_processor(self) -> Emulator:
        """The emulated card processor, on which tests and the demo pay."""
        return self._payments.processor

    @property
    def horizon(self) -> Horizon:
        """What keeps the timetables laid out."""
        return self._horizon

    @property
    def alarms(self) -> Alarms:
        """The alarm clock."""
        return self._alarms

    def _build_actor(self, outbox: TableOutbox, reads: Reads) -> BookingActor:
        settings = self._settings
        self._gatherer = Gatherer(self._db, Loader(self._db))
        writer = Writer(
            self._store_class(self._db, outbox),
            self._gatherer,
            DeadLetters(self._db, NAME),
            self._clock,
            States(),
            max_tries=settings.max_tries,
        )
        replies = Replies(self._bus, self._sender, Alternatives(reads, time.monotonic), self._slots)
        mailbox = Mailbox(settings.booking_batch_limit)
        lanes = settings.booking_batches_at_once
        return BookingActor(mailbox, writer, replies, self._committed, lanes=lanes)

    async def _committed(self, written: Written) -> None:
        if written.due:
            await self._alarms.set(written.due)
        if written.effects:
            self._payments.wake()


def build(settings: Settings) -> BookingService:
    """The service, not started."""
    return BookingService(settings)
