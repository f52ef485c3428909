"""What is the outgoing half made of? Publishing what came in, delivering, fetching files: all that needs the bus."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Collection, Mapping
from typing import Final, Protocol
from uuid import UUID

from redis.asyncio import Redis

from services.gateway.aftermath import Aftermath
from services.gateway.attention import SeenMarks
from services.gateway.channels import Channel
from services.gateway.courier import Courier
from services.gateway.delivery import Delivering
from services.gateway.forgetting import ForgetJobs
from services.gateway.grouped import GroupedDeliveries
from services.gateway.handover import Inbox, Publisher
from services.gateway.loops import Loops
from services.gateway.media import MediaFetcher
from services.gateway.pacing import Pacing
from services.gateway.pauses import Pauses
from services.gateway.ports import Accounts
from services.gateway.sender import Caller
from services.gateway.store.deliveries import DeliveryStore, NewDelivery
from services.gateway.store.pauses import PauseStore
from services.gateway.window import free_seconds
from shared import subjects
from shared.actors.partitions import PartitionedConsumer
from shared.bus import Bus
from shared.db import Database, is_transient
from shared.files import Files
from shared.messages.conversation import FetchMedia, ShowTyping
from shared.outbox import DeadLetters, Receipts, Sender
from shared.settings import Settings

SWEEP_SECONDS: Final = 5.0
RETRY_SECONDS: Final = 0.2
LEFT_AT_ONCE: Final = 500
NAME: Final = "gateway"


class AccountsOfAll(Accounts, Protocol):
    """Accounts, and whose they are (see `accounts.Directory`)."""

    def tenants(self) -> Collection[UUID]:
        """All tenants that have an account."""


class Incoming(Protocol):
    """The incoming half, as far as the outgoing one needs it."""

    @property
    def directory(self) -> AccountsOfAll:
        """The channel accounts."""

    @property
    def publisher(self) -> Publisher:
        """What came in and is to be published."""

    def took_over(self) -> None:
        """A partition is ours that was another instance's."""


class Outbound:
    """What sends: shared by deliveries and by the marks on what came in. `start` it with the service, bus or not."""

    def __init__(
        self,
        settings: Settings,
        channels: Mapping[str, Channel],
        db: Database,
        caller: Caller,
        accounts: Accounts,
        redis: Redis | None,
    ) -> None:
        self._channels = channels
        self._accounts = accounts
        self._shows_typing = settings.show_typing
        self.pace = Pacing(redis)
        self.pauses = Pauses(PauseStore(db))
        self.seen = SeenMarks(channels, accounts, caller, self.pace, self.pauses)

    def start(self, loops: Loops) -> None:
        """Keep the pauses fresh, and mark what came in."""
        loops.start("pauses", self.pauses.run)
        if self._shows_typing:
            loops.start("seen marks", self.seen.run)

    def room(self, row: NewDelivery) -> int:
        """How many deliveries of this one's account could go out about now."""
        account = self._accounts.account(row.channel, row.account_id)
        if account is None or self.pauses.left(row.channel, row.account_id):
            return 0
        return self.pace.room(account, self._channels[row.channel].capabilities)


class Outgate:
    """Everything that needs the bus: publishing, delivering, fetching media."""

    def __init__(
        self,
        settings: Settings,
        channels: Mapping[str, Channel],
        db: Database,
        caller: Caller,
        bus: Bus,
        ingate: Incoming,
        inbox: Inbox,
        outbound: Outbound,
    ) -> None:
        """`inbox`: what came in, as the outbox of what goes to the agent."""
        self.bus = bus
        self._ingate = ingate
        self._inbox = inbox
        self._forget_jobs = ForgetJobs(bus, db, max_tries=settings.max_tries)
        self._relay = Sender(bus, inbox, interval=settings.relay_interval_seconds)
        files, accounts = Files(bus), ingate.directory
        store = GroupedDeliveries(DeliveryStore(db, _free(channels)))
        echo_wait = settings.whatsapp_echo_wait_seconds
        pace, pauses = outbound.pace, outbound.pauses
        courier = Courier(channels, accounts, store, caller, files, bus, echo_wait, _around_one, pace, pauses)
        self._delivering = Delivering(
            store,
            courier.attempt,
            Receipts(bus),
            DeadLetters(db, NAME),
            channels=channels,
            room=outbound.room,
        )
        self._aftermath = Aftermath(store, channels, accounts, pauses)
        self._consumer = PartitionedConsumer(
            bus,
            subjects.OUTBOUND,
            settings.database_url or "",
            self._delivering.accept,
            interval=settings.ownership_interval_seconds,
            claimed=self._claimed,
            released=self._delivering.release,
        )
        bus.answer(FetchMedia.name, FetchMedia, MediaFetcher(channels, accounts, caller, files).fetch)
        if settings.show_typing:
            bus.answer(ShowTyping.name, ShowTyping, outbound.seen.show)

    async def start(self, loops: Loops) -> None:
        """Begin to publish, to deliver and to answer."""
        await self._relay.start()
        await self.bus.start()
        self._forget_jobs.start()
        publisher = self._ingate.publisher
        await publisher.begin(self._relay)
        await self._publish_left()
        loops.start("publisher", lambda: publisher.run(self._relay))
        loops.start("delivery sweep", lambda: self._delivering.sweep(SWEEP_SECONDS))
        loops.start("failed deliveries", lambda: self._aftermath.run(SWEEP_SECONDS))
        tenants = self._ingate.directory.tenants
        loops.start("forgotten people", lambda: self._forget_jobs.sweep(tenants))
        await self._forget_jobs.caught_up()
        self._consumer.start()

    async def _claimed(self, partition: int) -> None:
        self._ingate.took_over()
        await self._delivering.claim(partition)

    async def _publish_left(self) -> None:
        """What a crash left behind goes first: nothing that comes in from now on may overtake it."""
        position = 0
        while True:
            try:
                left = await self._inbox.left(position, LEFT_AT_ONCE)
            except Exception as error:
                if not is_transient(error):
                    raise
                await asyncio.sleep(RETRY_SECONDS)
                continue
            if not left:
                return
            await self._relay.publish([message for message, _ in left])
            position = left[-1][1]

    async def stop(self) -> None:
        """Finish the tries under way, give the partitions back, leave the bus."""
        await self._forget_jobs.stop()
        await self._delivering.stop()
        await self._consumer.stop()
        await self._relay.stop()
        await self.bus.close()


def _free(channels: Mapping[str, Channel]) -> dict[str, float]:
    """The channels with a window, and how long it is open (seconds)."""
    windows = ((name, free_seconds(channel.capabilities)) for name, channel in channels.items())
    return {name: seconds for name, seconds in windows if seconds is not None}


def _around_one() -> float:
    return random.uniform(0.75, 1.25)
