"""What a turn costs us besides its model, how many turns a core does with our own model, and 500 conversations at once.

All in this process, on the real PostgreSQL and NATS, with a booking service beside it. The peer is pydantic-ai's agent loop
with the same tools and models, which stores nothing and forgets what it did when it is killed.
"""

from __future__ import annotations

import asyncio
import time
import tracemalloc
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import quantiles
from typing import Any, Final
from uuid import UUID, uuid4

from pydantic import JsonValue
from pydantic_ai import Agent, ToolOutput
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextContent,
    ToolCallPart,
    ToolReturnPart,
)
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings

from devkit.bench import crowd
from devkit.bench.report import Figure
from devkit.bench.thinking import Quick, message_of
from services.agent.answering import Answering
from services.agent.bookings import BusBookings
from services.agent.facts import facts_of
from services.agent.journal import Journal
from services.agent.memory import MOST_TURNS, Memory, Turn, dump, lean
from services.agent.metrics import TURNS_TOTAL
from services.agent.model import REPLY_TOOL, UsherAgent, build_agent
from services.agent.models.settings import TurnSettings
from services.agent.models.source import Always
from services.agent.offline import OfflineModel
from services.agent.prompt import instructions
from services.agent.replay import JournaledTools, TurnDeps
from services.agent.reply import Reply
from services.agent.runs import runner_of
from services.agent.speaker import AgentSpeaker, context_of
from services.agent.store import SCHEMA, PostgresTurns
from services.agent.tools import ToolCall
from services.agent.tools.spec import Ports
from services.agent.turns import Turns
from services.agent.voice import BusVoice
from shared.bus import Bus
from shared.db import Database
from shared.messages.conversation import MessageReceived
from shared.messages.conversation import TextContent as Text
from shared.outbox import Outgoing, TableOutbox
from shared.settings import Settings

CONVERSATIONS: Final = 40
SAID: Final = (
    "hello",
    "I want yoga tomorrow at 7pm",
    "where are you?",
    "who teaches yoga?",
    "what does it cost?",
)
WARM_UP: Final = 4


class Clocked(WrapperModel):
    """A model whose own time is known: `seconds` of it since it was last reset."""

    seconds = 0.0

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """See `Model.request`."""
        began = time.perf_counter()
        try:
            return await self.wrapped.request(messages, model_settings, model_request_parameters)
        finally:
            self.seconds += time.perf_counter() - began


def llm() -> Clocked:
    """A language model that answers at once."""
    return Clocked(Quick())


class BareTools(JournaledTools):
    """The same tools, run as they are called: no journal, no guard."""

    async def run(self, name: str, args: dict[str, Any], call_id: str, deps: TurnDeps) -> JsonValue:
        """See `JournaledTools.run`."""

        async def recall(_part: str, make: Any) -> str | None:
            made: str | None = await make()
            return made

        call = ToolCall(command_id=uuid4(), recall=recall)
        return await self._specs[name].call(deps.ports, deps.context, args, call)


@dataclass
class Peer:
    """pydantic-ai's loop on its own; the history is kept in memory."""

    ports: Ports
    model: Model
    agent: UsherAgent = field(init=False)
    past: dict[UUID, list[Turn]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        async def told(ctx: Any) -> str:
            return instructions(ctx.deps.facts)

        self.agent = Agent(
            output_type=[ToolOutput(Reply, name=REPLY_TOOL, description="Answer the customer."), str],
            deps_type=TurnDeps,
            instructions=told,
            toolsets=[BareTools()],
        )

    async def run(self, message: MessageReceived) -> None:
        """One turn."""
        assert isinstance(message.content, Text)
        turns = self.past.setdefault(message.conversation_id, [])
        facts = facts_of(await self.ports.bookings.catalogue(message.tenant_id), message.sent_at)
        journal = Journal(_Nowhere(), message.tenant_id, message.message_id)
        deps = TurnDeps(context_of(message, datetime.now(UTC)), facts, self.ports, journal)
        result = await self.agent.run(
            [TextContent(message.content.text)],
            message_history=[m for turn in turns for m in turn],
            model=self.model,
            model_settings=TurnSettings(offline_facts=facts),
            deps=deps,
        )
        turns.append(lean(result.new_messages()))
        del turns[:-10]


class _Nowhere:
    async def add_steps(self, tenant_id: UUID, message_id: UUID, steps: Sequence[object]) -> None:
        """Kept nowhere."""


async def measure(settings: Settings) -> list[Figure]:
    """The overhead of a turn, turns a core, 500 conversations; only the booking service is running."""
    db = await Database.open(settings.database_url or "", size=16, name="bench")
    bus = await Bus.connect(settings.nats_url or "", "bench")
    await bus.start()
    try:
        figures = [await _overhead(db, bus), await _per_core(db, bus), _memory()]
    finally:
        await bus.close()
        await db.close()
    return [*figures, *await crowd.measure(settings)]


def _ours(db: Database, bus: Bus, model: Model) -> Turns:
    ports = Ports(BusBookings(bus, every=2.0, deadline=25.0))
    speaker = AgentSpeaker(runner_of(build_agent()), Always(model), ports, _now, 8)
    outbox = TableOutbox(db, SCHEMA, resend_after=3600.0)

    async def publish(_outgoing: Sequence[Outgoing]) -> None:
        return

    return Turns(
        store=PostgresTurns(db, outbox),
        answering=Answering(speaker, ports.bookings, BusVoice(bus, every=2, deadline=25), 25.0),
        memory=Memory(),
        publish=publish,
        clock=_now,
    )


async def _overhead(db: Database, bus: Bus) -> Figure:
    """Milliseconds of a turn without its model: ours with all that is stored, the peer's with nothing."""
    ours_model, peer_model = llm(), llm()
    ours = _ours(db, bus, ours_model)
    peer = Peer(Ports(BusBookings(bus, every=2.0, deadline=25.0)), peer_model)
    mine: list[float] = []
    bare: list[float] = []
    for conversation in range(CONVERSATIONS):
        for number in range(10):
            message = message_of(f"overhead{conversation}", number, Text(text="where are you?"))
            mine.append(await _timed(ours.run(message), ours_model))
            bare.append(await _timed(peer.run(message), peer_model))
    _all_answered()
    skipped = WARM_UP * 10
    cuts, peers = quantiles(mine[skipped:], n=100), quantiles(bare[skipped:], n=100)
    return Figure(
        "agent_overhead_p95",
        cuts[94],
        "ms",
        peers[94],
        "a bare pydantic-ai loop with the same tools, which stores nothing",
        note=f"{len(mine) - skipped} turns of two model answers and a tool each, one after the other, the model's own time "
        f"left out: p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms (bare: {peers[49]:.1f} and {peers[94]:.1f} ms). In ours: the "
        "turn opened and ended, two answers of the model stored before they are acted on, the reply in the outbox",
    )


def _all_answered() -> None:
    """Raises `RuntimeError` when a turn did not end with an answer of the model: then nothing was measured."""
    others = {
        sample.labels["outcome"]: sample.value
        for metric in TURNS_TOTAL.collect()
        for sample in metric.samples
        if sample.name.endswith("_total") and sample.labels["outcome"] != "answered" and sample.value
    }
    if others:
        raise RuntimeError(f"some turns of the bench were not answered: {others}")


async def _timed(work: Any, model: Clocked) -> float:
    model.seconds = 0.0
    began = time.perf_counter()
    await work
    return (time.perf_counter() - began - model.seconds) * 1000


async def _per_core(db: Database, bus: Bus) -> Figure:
    """Turns a second and core with our own model: by the CPU time of this process."""
    ours = _ours(db, bus, OfflineModel())
    peer = Peer(Ports(BusBookings(bus, every=2.0, deadline=25.0)), OfflineModel())
    per_turn = {"ours": 0.0, "bare": 0.0}
    for name, run in (("warm", ours.run), ("warm", peer.run), ("ours", ours.run), ("bare", peer.run)):
        began = time.process_time()
        await asyncio.gather(*(_dialogue(f"{name}{id(run)}{n}", run) for n in range(CONVERSATIONS)))
        per_turn[name] = (time.process_time() - began) / (CONVERSATIONS * len(SAID))
    _all_answered()
    return Figure(
        "agent_turns_per_core",
        1 / per_turn["ours"],
        "turns/s",
        1 / per_turn["bare"],
        "a bare pydantic-ai loop with the same tools and model, which stores nothing",
        note=f"{CONVERSATIONS} conversations of {len(SAID)} messages with the offline model, booking asked over NATS: "
        f"{per_turn['ours'] * 1000:.1f} ms of CPU a turn in the agent's process (bare: {per_turn['bare'] * 1000:.1f} ms); "
        "PostgreSQL's and booking's are theirs",
        at_least=100.0,
    )


async def _dialogue(user: str, run: Any) -> None:
    for number, text in enumerate(SAID):
        await run(message_of(user, number, Text(text=text)))


def _memory() -> Figure:
    """What a conversation that is not idle yet costs between two messages: its turns, and nothing else."""
    memory = Memory(conversations=10**6)
    read = {n: dump(_sample_turn(n)) for n in range(1, MOST_TURNS + 1)}
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(100):
        memory.learn(uuid4(), tuple(read), {}, read)
    kib = (tracemalloc.get_traced_memory()[0] - before) / 100 / 1024
    tracemalloc.stop()
    return Figure(
        "agent_memory_per_conversation",
        kib,
        "KiB",
        256.0,
        "the floor the project set itself",
        note=f"{MOST_TURNS} turns of a find and a reply, the most that are kept; an idle one is dropped after "
        "USHER_CONVERSATION_IDLE_MINUTES and costs nothing (1,000 are kept at most)",
        at_most=256.0,
    )


def _sample_turn(number: int) -> Turn:
    line = {
        "session_id": str(uuid4()),
        "service": "Vinyasa Yoga",
        "starts": "2026-11-23T19:00",
        "price": "€15.00",
    }
    line |= {"line": f"Vinyasa Yoga, Mon 23 Nov 19:00–20:00 with Ana, €15.00, {number} spots left"}
    found = {"sessions": [line] * 3, "exact": True, "party_size": 1}
    return [
        ModelRequest.user_text_prompt("I want yoga tomorrow at 7pm"),
        ModelResponse([ToolCallPart("find_sessions", {"what": "yoga", "when": "tomorrow at 7pm"}, "a")]),
        ModelRequest([ToolReturnPart("find_sessions", found, "a")]),
        ModelResponse([ToolCallPart(REPLY_TOOL, {"text": str(line["line"]), "choices": []}, "b")]),
    ]


def _now() -> datetime:
    return datetime.now(UTC)
