"""Does each of very many messages reach its person once and in order, within the limits, on a provider's bad day?

The emulator refuses, breaks connections before and after it took a message, and answers without a body, at random; its own
record of what arrived is the proof. `OUTBOUND_MESSAGES=10000` for the full size.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import uuid4

import aiohttp
import pytest
from aiohttp import web

from devkit.whatsapp.app import SENDS, build
from devkit.whatsapp.config import Business, EmulatorConfig
from devkit.whatsapp.faults import TROUBLED
from devkit.whatsapp.sendlog import SendEntry, SendLog
from services.gateway.seed import seed
from shared import ids, subjects
from shared.bus import HEADER_FROM, HEADER_ID, Bus
from shared.db import Database
from shared.messages.conversation import ChannelAddress, MessageSent, TextBody
from shared.settings import Settings
from tests.conftest import make_settings
from tests.integration.gateway.conftest import World, start, until
from usher.embedded import EmbeddedServers
from usher.embedded.ports import choose

MESSAGES = int(os.environ.get("OUTBOUND_MESSAGES", "1000"))
PEOPLE = 500
NUMBERS = 4
RATE = 80
SEED = int(os.environ.get("OUTBOUND_SEED", "20261122"))
OVER = ("sent", "delivered", "read", "rejected", "failed")


@dataclass
class Scene:
    """A tenant with several numbers at an emulator that enforces Meta's limits."""

    world: World
    numbers: list[str]
    url: str
    http: aiohttp.ClientSession
    log: SendLog

    @property
    def people(self) -> list[tuple[str, str]]:
        """(number, person): who is written to, and by which number."""
        return [(self.numbers[n % NUMBERS], str(351_960_000_000 + n)) for n in range(PEOPLE)]

    async def faults(self, **faults: object) -> None:
        async with self.http.post(f"{self.url}/emulator/faults", json=faults) as response:
            assert response.status == 200, await response.text()

    async def say(self, number: str, person: str) -> None:
        async with self.http.post(
            f"{self.url}/phone/{number}/{person}/text", json={"text": "hi"}
        ) as response:
            assert response.status == 200, await response.text()

    def message(self, number: str, person: str, text: str) -> MessageSent:
        return MessageSent(
            tenant_id=self.world.tenant_id,
            message_id=uuid4(),
            conversation_id=ids.conversation_id_of(self.world.tenant_id, "whatsapp", number, person),
            to=ChannelAddress(channel="whatsapp", account_id=number, user_id=person),
            purpose="reply",
            body=TextBody(text=text),
        )

    async def send(self, message: MessageSent) -> None:
        subject = subjects.outbound("whatsapp", message.tenant_id, message.conversation_id)
        headers = {HEADER_ID: str(message.message_id), HEADER_FROM: "probe"}
        payload, msg_id = message.encode(), str(message.message_id)
        await self.world.bus.publish(subject, payload, msg_id=msg_id, headers=headers)

    async def counts(self) -> Counter[str]:
        async with self.world.db.tenant(self.world.tenant_id) as connection:
            rows = await connection.fetch(
                "SELECT state, count(*) AS n FROM gateway.deliveries GROUP BY state"
            )
        return Counter({row["state"]: row["n"] for row in rows})


@pytest.fixture
async def scene(
    servers: EmbeddedServers, database: Settings, http: aiohttp.ClientSession, db: Database, bus: Bus
) -> AsyncIterator[Scene]:
    port = choose()
    settings = make_settings(
        servers,
        http_port=choose(),
        whatsapp_api_url=f"http://127.0.0.1:{port}/v23.0",
        whatsapp_echo_wait_seconds=10.0,
        ownership_interval_seconds=0.1,
    )
    world = World(settings, http, db, bus)
    numbers = [str(uuid4().int)[:15] for _ in range(NUMBERS)]
    accounts = [{"channel": "whatsapp", "account_id": number, "owner_id": "9"} for number in numbers]
    await seed({"tenants": [{"slug": world.slug, "channels": accounts}]}, settings)
    await bus.js.purge_stream(subjects.OUTBOUND)
    config = EmulatorConfig(
        businesses=tuple(
            Business(
                phone_number_id=one, waba_id="90000", display_phone_number=f"+351 21 000 000{n}", name="Yoga"
            )
            for n, one in enumerate(numbers)
        ),
        gateway_webhook_url=world.url,
        app_secret="test-app-secret",
        access_token="test-access-token",
        throughput_per_second=RATE,
        pair_limit=True,
        seed=SEED,
    )
    app = build(config)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    gateway = await start(settings)
    yield Scene(world, numbers, f"http://127.0.0.1:{port}", http, app[SENDS])
    await gateway.stop()
    await runner.cleanup()


def most_within_a_second(entries: Sequence[SendEntry]) -> int:
    """The most requests of a number within any second, by the emulator's clock."""
    times, begin, most = [entry.at for entry in entries], 0, 0
    for end, at in enumerate(times):
        while at - times[begin] >= 1.0:
            begin += 1
        most = max(most, end - begin + 1)
    return most


@pytest.mark.timeout(1200)
async def test_each_message_arrives_once_and_in_order_within_the_limits_or_is_reported(scene: Scene) -> None:
    await scene.faults(batch_size=100, batch_wait_ms=30)
    await asyncio.gather(*(scene.say(*one) for one in scene.people))

    async def all_have_written() -> bool:
        return len(await scene.world.rows("conversations")) == PEOPLE

    await until(all_have_written, within=60)
    troubles = [fault.model_dump() for fault in TROUBLED]
    await scene.faults(batch_size=100, batch_wait_ms=30, chances=troubles, reorder="statuses")
    began = time.monotonic()
    expected: dict[str, list[str]] = defaultdict(list)
    for first in range(0, MESSAGES, PEOPLE):
        batch = []
        for number, person in scene.people[: MESSAGES - first]:
            text = f"{person}: {len(expected[person])}"
            expected[person].append(text)
            batch.append(scene.send(scene.message(number, person, text)))
        await asyncio.gather(*batch)

    async def all_over() -> bool:
        counts = await scene.counts()
        return sum(counts[state] for state in OVER) == MESSAGES

    await until(all_over, within=1000)
    seconds, counts = time.monotonic() - began, await scene.counts()

    report(scene.log.entries(), counts, seconds)
    taken: dict[str, list[str]] = defaultdict(list)
    for entry in scene.log.entries():
        if entry.outcome == "taken":
            taken[entry.to].append(entry.text)
    assert dict(taken) == dict(expected)
    assert counts["rejected"] == counts["failed"] == 0
    # Every refusal was ordered: the gateway kept to all limits by itself.
    assert [entry for entry in scene.log.entries() if entry.outcome == "refused" and not entry.ordered] == []


def report(entries: Sequence[SendEntry], counts: Counter[str], seconds: float) -> None:
    """Figures for whoever runs the full size (`pytest -s`)."""
    went = Counter(f"{entry.outcome} {entry.code or ''}".strip() for entry in entries)
    unanswered = sum(entry.outcome == "taken" and not entry.answered for entry in entries)
    numbers = {entry.number for entry in entries}
    most = max(most_within_a_second([e for e in entries if e.number == one]) for one in numbers)
    print(
        f"\n{MESSAGES} messages to {PEOPLE} people by {NUMBERS} numbers in {seconds:.0f} s; requests: {dict(went)}; "
        f"taken without an answer: {unanswered}; most requests of a number within a second: {most}; "
        f"deliveries: {dict(counts)}; seed {SEED}"
    )
