"""The agent service, put together."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime

from nats.js.api import AckPolicy

from services.agent.answering import Answering
from services.agent.bookings import BusBookings
from services.agent.gather import Gather
from services.agent.handoffs import PostgresHandoff
from services.agent.mcp.service import http_server
from services.agent.memory import Memory
from services.agent.metrics import CONVERSATIONS
from services.agent.model import build_agent
from services.agent.models.source import Models, ModelSource
from services.agent.notices import Notices, PostgresNotices
from services.agent.offline import warm
from services.agent.opened import TurnStore
from services.agent.operator_chat import OperatorsApart, OperatorSource
from services.agent.operator_list import KnownOperators
from services.agent.people import People
from services.agent.people_jobs import JOBS_TAKEN, PeopleJobs
from services.agent.preferences import PostgresPreferences
from services.agent.runs import runner_of
from services.agent.speaker import AgentSpeaker
from services.agent.store import SCHEMA, PostgresTurns
from services.agent.summaries import ModelWriter, Summaries
from services.agent.tenant_rules import RulesSource, StoredRules
from services.agent.tenant_servers import TenantServers
from services.agent.tenant_tools import TenantTools
from services.agent.tools.spec import Bookings, Ports
from services.agent.turns import Publish, Turns
from services.agent.typing_sign import TypingSign, nobody, over_the_bus
from services.agent.voice import BusVoice
from shared import subjects
from shared.actors.delivery import Delivery
from shared.actors.jobs import JobConsumer
from shared.actors.mailboxes import Mailboxes
from shared.actors.partitions import PartitionedConsumer
from shared.bus import Bus
from shared.db import Database
from shared.errors import UsherError
from shared.outbox import DeadLetters, Receipts, Sender, TableOutbox
from shared.settings import Settings
from shared.tasks import ended, spawn

CONVERSATIONS_AT_ONCE = 2000
"""Turns under way, at most. A turn waits for its model most of the time: what bounds that is the model's own budget."""
_LOOK_SECONDS = 30.0


def build(settings: Settings) -> AgentService:
    """The service for these settings; nothing is opened before `start`."""
    return AgentService(settings)


class AgentService:
    """Reads INBOUND, one actor per conversation; answers on OUTBOUND, where it also hears what others send."""

    name = "agent"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._db: Database | None = None
        self._bus: Bus | None = None
        self._ending = AsyncExitStack()

    async def start(self) -> None:
        """Open the connections and begin to read. Raises `ModelNotUsable` when USHER_LLM cannot be used."""
        settings, at_end = self._settings, self._ending.push_async_callback
        if not settings.database_url or not settings.nats_url:
            raise UsherError("The agent needs USHER_DATABASE_URL and USHER_NATS_URL (`usher up` sets both).")
        db = self._db = await Database.open(
            settings.database_url, size=settings.database_pool_size, name=self.name
        )
        at_end(db.close)
        models = Models.of_settings(settings, db)
        at_end(models.close)
        bus = self._bus = await Bus.connect(settings.nats_url, self.name)
        at_end(bus.close)
        await bus.start()
        outbox = TableOutbox(db, SCHEMA, resend_after=settings.resend_after_seconds)
        sender = Sender(bus, outbox, interval=settings.relay_interval_seconds)
        at_end(sender.stop)
        await sender.start()
        rules, bookings = StoredRules.of_settings(db, settings), self.bookings(bus)
        handoff = PostgresHandoff(db, outbox, sender.publish, rules, bookings)
        ports = Ports(bookings, PostgresPreferences(db), handoff)
        tenant_tools = TenantTools(TenantServers(db, settings.secrets_key))
        at_end(tenant_tools.close)
        source = self.models(models)
        speaker = AgentSpeaker(
            runner_of(build_agent()), source, ports, _now, settings.turn_tool_calls, tenant_tools
        )
        store = self.store(db, outbox)
        summaries = Summaries(store, ModelWriter(source))
        at_end(summaries.stop)
        await asyncio.to_thread(warm)  # so that nobody's first message waits for it
        self._read(bus, db, self._turns(bus, speaker, store, sender, summaries, rules))
        mcp = http_server(settings, db, bus, ports, PostgresTurns(db, outbox), _now)
        if mcp is not None:
            await mcp.start()
            at_end(mcp.stop)

    def _read(self, bus: Bus, db: Database, turns: Turns) -> None:
        """Begin to read what comes in, and what others send."""
        settings, at_end = self._settings, self._ending.push_async_callback
        url, every = settings.database_url or "", settings.ownership_interval_seconds
        self._memory, self._running = turns.memory, turns.answering.running
        self._mailboxes = Mailboxes(
            self.name,
            subjects.INBOUND,
            turns.handle,
            Receipts(bus),
            DeadLetters(db, SCHEMA),
            max_tries=settings.max_tries,
            concurrency=CONVERSATIONS_AT_ONCE,
            groups=Gather(turns.handle_together, settings.debounce_seconds),
        )
        at_end(self._mailboxes.stop)
        overhear = Notices(PostgresNotices(db)).accept
        # What others have sent is to be known before what is said to it.
        for consumer in (
            PartitionedConsumer(
                bus, subjects.OUTBOUND, url, overhear, interval=every, ack_policy=AckPolicy.ALL
            ),
            PartitionedConsumer(
                bus, subjects.INBOUND, url, self._accept, interval=every, released=self._released
            ),
        ):
            consumer.start()
            at_end(consumer.stop)
        at_end(ended, spawn(self._passivate(), name="idle conversations"))
        people = Mailboxes(
            self.name,
            subjects.JOBS,
            PeopleJobs(People(db), turns.memory).handle,
            Receipts(bus),
            DeadLetters(db, SCHEMA),
            max_tries=settings.max_tries,
        )
        at_end(people.stop)
        jobs = JobConsumer(bus, people.accept, batch=JOBS_TAKEN)
        jobs.start()
        at_end(jobs.stop)

    async def stop(self) -> None:
        """Stop reading, give the partitions back, close the connections; others resume what is open."""
        await self._ending.aclose()
        self._bus = self._db = None

    async def ready(self) -> dict[str, bool]:
        """PostgreSQL and NATS answer."""
        return {
            "postgres": self._db is not None and await self._db.ping(),
            "nats": self._bus is not None and self._bus.connected,
        }

    def store(self, db: Database, outbox: TableOutbox) -> TurnStore:
        """Where turns are kept. Like the methods below, to be overridden by whoever has to know of every step."""
        return PostgresTurns(db, outbox)

    def models(self, models: Models) -> ModelSource:
        """Which model answers (see `store`)."""
        return models

    def bookings(self, bus: Bus) -> Bookings:
        """Where booking is reached (see `store`)."""
        settings = self._settings
        return BusBookings(
            bus, every=settings.command_timeout_seconds, deadline=settings.turn_deadline_seconds
        )

    def operators(self) -> OperatorSource:
        """Who is told that somebody waits (see `store`)."""
        if self._db is None:
            raise UsherError("The agent has no database yet: start it first.")
        return KnownOperators(self._db)

    def publish(self, sender: Sender) -> Publish:
        """How what is committed is published (see `store`)."""
        return sender.publish

    def _turns(
        self,
        bus: Bus,
        speaker: AgentSpeaker,
        store: TurnStore,
        sender: Sender,
        summaries: Summaries,
        rules: RulesSource,
    ) -> Turns:
        settings = self._settings
        every, deadline = settings.command_timeout_seconds, settings.turn_deadline_seconds
        typing = TypingSign(over_the_bus(bus) if settings.show_typing else nobody)
        voice = BusVoice(bus, every=every, deadline=deadline)
        bookings = speaker.ports.bookings
        apart = OperatorsApart(speaker, self.operators(), bookings)
        return Turns(
            store=store,
            answering=Answering(apart, bookings, voice, deadline, typing=typing),
            memory=Memory(idle=60 * settings.conversation_idle_minutes),
            publish=self.publish(sender),
            clock=_now,
            rules=rules,
            summaries=summaries,
        )

    async def _accept(self, partition: int, deliveries: list[Delivery]) -> None:
        await self._mailboxes.accept(partition, deliveries)
        if self._settings.debounce_seconds > 0:  # else each message has its own answer
            self._running.arrived(deliveries)

    async def _released(self, partition: int) -> None:
        await self._mailboxes.forget(partition)
        self._memory.forget()

    async def _passivate(self) -> None:
        while True:
            self._memory.expire()
            CONVERSATIONS.set(len(self._memory))
            await asyncio.sleep(_LOOK_SECONDS)


def _now() -> datetime:
    return datetime.now(UTC)
