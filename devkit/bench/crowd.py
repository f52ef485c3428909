"""500 people at once and a model that takes three seconds: who is answered when, and what does each of them take?"""

from __future__ import annotations

import asyncio
import gc
import resource  # not on Windows, where this bench does not run
import time
from pathlib import Path
from typing import Final
from uuid import UUID

from nats.aio.msg import Msg

from devkit.bench.report import Figure
from devkit.bench.thinking import TENANT, Quick, message_of
from services.agent.app import AgentService
from services.agent.models.source import Models, ModelSource
from services.agent.reply import reply_id
from shared import ids, subjects
from shared.bus import HEADER_ID, Bus
from shared.messages.conversation import ChoiceContent
from shared.settings import Settings

CROWD: Final = 500
TIGHT: Final = 200
"""A budget that the processor is not the limit of."""
THINKS_SECONDS: Final = 3.0
ROUNDS: Final = {CROWD: 2, TIGHT: 4}
"""Turns of each, by budget: where most wait, long enough for the first second of 500 to weigh little."""
WARM_UP: Final = 4


class _Crowd(AgentService):
    """An agent whose model thinks for three seconds, as many at once as the budget allows."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.thinker = Quick(seconds=THINKS_SECONDS, asks=False)

    def models(self, models: Models) -> ModelSource:
        """See `AgentService.models`."""
        settings = self._settings.model_copy(update={"llm": "bench:thinker"})
        return Models(settings, make=lambda _name, _source: self.thinker)


async def measure(settings: Settings) -> list[Figure]:
    """500 conversations, with a budget that lets all think at once, and with one that makes most of them wait."""
    return [await _crowd(settings, CROWD), await _crowd(settings, TIGHT)]


async def _crowd(settings: Settings, budget: int) -> Figure:
    """Turns a second of 500 conversations that write again as soon as they are answered."""
    tight, rounds = budget < CROWD, ROUNDS[budget]
    service = _Crowd(settings.model_copy(update={"llm_concurrency": budget}))
    await service.start()
    bus = await Bus.connect(settings.nats_url or "", "bench-crowd")
    answered: dict[UUID, asyncio.Event] = {}
    order: dict[UUID, list[str]] = {}

    async def on_sent(msg: Msg) -> None:
        conversation_id = UUID(msg.subject.rsplit(".", 1)[1])
        if conversation_id in answered:
            order[conversation_id].append(str((msg.headers or {})[HEADER_ID]))
            answered[conversation_id].set()

    await bus.nc.subscribe(f"out.*.{TENANT}.*", cb=on_sent)
    await _talk(bus, answered, order, f"warm{budget}-", 1, WARM_UP)
    gc.collect()
    before, began = _resident_kib(), time.perf_counter()
    talking = asyncio.ensure_future(_talk(bus, answered, order, f"crowd{budget}-", rounds, CROWD))
    peak = before
    while not talking.done():
        peak = max(peak, _resident_kib())
        await asyncio.sleep(0.1)
    elapsed = time.perf_counter() - began
    talking.result()
    kept = all(
        seen == [str(reply_id(ids.derive("bench", user, n), 0)) for n in range(rounds)]
        for user in (f"crowd{budget}-{n}" for n in range(CROWD))
        for seen in (order[ids.conversation_id_of(TENANT, "whatsapp", "100", user)],)
    )
    await bus.close()
    await service.stop()
    return Figure(
        "agent_500_conversations_budget" if tight else "agent_500_conversations",
        CROWD * rounds / elapsed,
        "turns/s",
        budget / THINKS_SECONDS,
        f"what a budget of {budget} answers of {THINKS_SECONDS:g} s at once allows",
        note=f"{CROWD} conversations at once, each writes again when it is answered, {rounds} times, to a model that takes "
        f"{THINKS_SECONDS:g} s with a budget of {budget} at once: {service.thinker.most} thought at the same time, "
        f"order kept: {kept}; {(peak - before) / CROWD:.0f} KiB of resident memory for each conversation under way"
        + ("" if tight else "; all of them write in the same moment, so the beginning of 500 turns is in it"),
        ratio_at_least=0.95 if tight else 0.5,
    )


async def _talk(
    bus: Bus,
    answered: dict[UUID, asyncio.Event],
    order: dict[UUID, list[str]],
    name: str,
    rounds: int,
    people: int,
) -> None:
    async def one(user: str) -> None:
        for number in range(rounds):
            message = message_of(user, number, ChoiceContent(choice_id="ask:business", title="About you"))
            conversation_id = message.conversation_id
            answered[conversation_id] = asyncio.Event()
            order.setdefault(conversation_id, [])
            subject = subjects.inbound("whatsapp", TENANT, conversation_id)
            headers = {HEADER_ID: str(message.message_id)}
            await bus.publish(subject, message.encode(), msg_id=str(message.message_id), headers=headers)
            await answered[conversation_id].wait()

    async with asyncio.timeout(120):
        await asyncio.gather(*(one(f"{name}{n}") for n in range(people)))


def _resident_kib() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 1024
