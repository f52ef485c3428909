"""The agent service, put together."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic_ai.models import Model

from services.agent.bookings import BusBookings
from services.agent.gather import Gather
from services.agent.memory import Memory
from services.agent.model import build_agent, build_model
from services.agent.runs import runner_of
from services.agent.speaker import AgentSpeaker
from services.agent.store import SCHEMA, PostgresTurns
from services.agent.turns import Turns
from services.agent.voice import BusVoice
from shared import subjects
from shared.actors.mailboxes import Mailboxes
from shared.actors.partitions import PartitionedConsumer
from shared.bus import Bus
from shared.db import Database
from shared.errors import UsherError
from shared.outbox import DeadLetters, Receipts, Sender, TableOutbox
from shared.settings import Settings


def build(settings: Settings) -> AgentService:
    """The service for these settings; nothing is opened before `start`."""
    return AgentService(settings)


class AgentService:
    """Reads INBOUND, one actor per conversation; answers on OUTBOUND."""

    name = "agent"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._db: Database | None = None
        self._bus: Bus | None = None

    async def start(self) -> None:
        """Open the connections and begin to read. Raises `ModelNotUsable` when USHER_LLM cannot be used."""
        settings = self._settings
        model = build_model(settings.llm)
        if not settings.database_url or not settings.nats_url:
            raise UsherError("The agent needs USHER_DATABASE_URL and USHER_NATS_URL (`usher up` sets both).")
        db = self._db = await Database.open(
            settings.database_url, size=settings.database_pool_size, name=self.name
        )
        bus = self._bus = await Bus.connect(settings.nats_url, self.name)
        await bus.start()
        outbox = TableOutbox(db, SCHEMA, resend_after=settings.resend_after_seconds)
        sender = self._sender = Sender(bus, outbox, interval=settings.relay_interval_seconds)
        await sender.start()

        self._memory = Memory()
        turns = _turns(settings, model, bus, PostgresTurns(db, outbox), self._memory, sender)
        self._mailboxes = Mailboxes(
            self.name,
            subjects.INBOUND,
            turns.handle,
            Receipts(bus),
            DeadLetters(db, SCHEMA),
            max_tries=settings.max_tries,
            groups=Gather(turns.handle_together, settings.debounce_seconds),
        )
        self._consumer = PartitionedConsumer(
            bus,
            subjects.INBOUND,
            settings.database_url,
            self._mailboxes.accept,
            interval=settings.ownership_interval_seconds,
            released=self._released,
        )
        self._consumer.start()

    async def stop(self) -> None:
        """Stop reading, give the partitions back, close the connections; others resume what is open."""
        if self._bus is None or self._db is None:
            return
        if hasattr(self, "_consumer"):
            await self._consumer.stop()
            await self._mailboxes.stop()
            await self._sender.stop()
        await self._bus.close()
        await self._db.close()
        self._bus = self._db = None

    async def ready(self) -> dict[str, bool]:
        """PostgreSQL and NATS answer."""
        return {
            "postgres": self._db is not None and await self._db.ping(),
            "nats": self._bus is not None and self._bus.connected,
        }

    async def _released(self, partition: int) -> None:
        await self._mailboxes.forget(partition)
        self._memory.forget()


def _turns(
    settings: Settings, model: Model, bus: Bus, store: PostgresTurns, memory: Memory, sender: Sender
) -> Turns:
    every, deadline = settings.command_timeout_seconds, settings.turn_deadline_seconds
    bookings = BusBookings(bus, every=every, deadline=deadline)
    return Turns(
        store=store,
        speaker=AgentSpeaker(
            runner_of(model, build_agent()), model, bookings, _now, settings.turn_tool_calls
        ),
        bookings=bookings,
        voice=BusVoice(bus, every=every, deadline=deadline),
        memory=memory,
        publish=sender.publish,
        clock=_now,
        deadline=deadline,
        takeover_hours=settings.human_takeover_hours,
    )


def _now() -> datetime:
    return datetime.now(UTC)
