"""The gateway is killed again and again, or frozen, while webhooks come in: every message reaches its conversation once.

`WEBHOOKS` and `KILLS` set the size (default 1,000 and 4; the issue's figures are 10,000 and 20), `SEED` repeats a load.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest

from devkit.demo.world import private_world
from services.gateway.seed import seed
from shared.settings import Settings
from tests.e2e.conftest import LISBOA, NEW_YORK, SEED
from tests.e2e.hearing import Hearing, by_key, overtaken
from tests.e2e.meta_load import Webhook, make_load
from tests.e2e.meta_sender import MetaSender
from tests.integration.conftest import eventually
from usher.embedded.ports import choose
from usher.supervisor import Supervisor, service_child

WEBHOOKS = int(os.environ.get("WEBHOOKS", "1000"))
KILLS = int(os.environ.get("KILLS", "4"))
RANDOM_SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 2**32)

FROZEN_SECONDS = 12.0
"""Longer than the ten seconds after which Meta gives a request up."""
SECONDS_A_KILL = 8.0
"""The sender takes so long for its webhooks per kill, so that most are first tried while somebody listens."""
PATIENCE_SECONDS = 120.0
MOST_AIMS = 300


@pytest.fixture(autouse=True)
def audited() -> None:
    """There are no bookings to audit: the gateway runs alone."""


@dataclass
class Said:
    """What the gateways' logs said: how often each event, how many messages were published again, what went wrong."""

    events: Counter[str] = field(default_factory=Counter)
    resent: int = 0
    errors: list[str] = field(default_factory=list)

    def line(self, _name: str, line: str) -> None:
        """One line of a child."""
        try:
            said = json.loads(line)
        except ValueError:
            self.errors.append(line)
            return
        self.events[said["event"]] += 1
        if said["event"] == "resent":
            self.resent += said["messages"]
        if said["level"] in ("error", "critical"):
            self.errors.append(line)


@dataclass
class Alone:
    """A gateway as a process of its own with real servers, what it says, and a connection for looking at its tables."""

    supervisor: Supervisor
    said: Said
    db: asyncpg.Connection

    @property
    def settings(self) -> Settings:
        return self.supervisor.settings

    def sender(self, seconds: float, webhooks: int, *ports: int) -> MetaSender:
        """A sender that takes so many seconds for its webhooks when all goes well."""
        urls = [f"http://127.0.0.1:{port}/webhooks/whatsapp" for port in ports or (self.settings.http_port,)]
        assert self.settings.whatsapp_app_secret
        secret = self.settings.whatsapp_app_secret.get_secret_value()
        return MetaSender(urls, secret, random.Random(RANDOM_SEED), per_second=webhooks / seconds)

    def signal(self, number: signal.Signals) -> None:
        """Send the gateway a signal."""
        pid = self.supervisor.child("gateway").pid
        assert pid is not None
        os.kill(pid, number)

    async def all_handled(self) -> bool:
        """Whether nothing in the inbox waits any more."""
        return bool(await self.db.fetchval("SELECT count(*) = 0 FROM gateway.inbox WHERE handled_at IS NULL"))


@pytest.fixture
async def alone() -> AsyncIterator[Alone]:
    """A gateway whose limits do not matter here, with two tenants' numbers."""
    folder = Path(tempfile.mkdtemp(prefix="usher-kills-"))
    world = private_world(
        folder / "data",
        seed_file=SEED,
        resend_after_seconds=5.0,  # longer than a start takes: what a kill left behind must not be overtaken meanwhile
        relay_interval_seconds=0.2,
        sender_per_minute=1_000_000,
        tenant_per_second=1_000_000,
        ip_per_second=1_000_000,
    )
    said = Said()
    supervisor = Supervisor(world.settings, services=("gateway",), on_line=said.line)
    try:
        await supervisor.start_servers()
        await seed(world.seed, supervisor.settings)
        await supervisor.start_children()
        db = await asyncpg.connect(supervisor.settings.database_owner_url)
        yield Alone(supervisor, said, db)
        await db.close()
    finally:
        await supervisor.stop()
        shutil.rmtree(folder, ignore_errors=True)


def load_of(webhooks: int) -> list[Webhook]:
    return make_load(random.Random(RANDOM_SEED), webhooks, (LISBOA, NEW_YORK), int(time.time()))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await asyncio.sleep(0.001)


# --- the faults ---------------------------------------------------------------------------------------------


@dataclass
class Kills:
    """SIGKILLs spread over a load, and what they hit. Restarts the gateway each time.

    In turn: requests under way, webhooks that were stored and whose sender will never hear of it, and messages that
    were answered and did not get as far as the bus. The last two are aimed at: the gateway is stopped for a moment, and
    killed if it is there, else it goes on.
    """

    alone: Alone
    sender: MetaSender
    heard: Hearing
    rng: random.Random
    done: int = 0
    cut_short: int = 0
    unanswered: int = 0
    unheard: int = 0

    async def run(self, kills: int) -> None:
        """So many kills."""
        aims = (self._in_flight, self._stored_unanswered, self._answered_unheard)
        for n in range(kills):
            share = (n + 0.5) / kills * 0.95
            await until(lambda share=share: self.sender.progress >= share)  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            await self._stop_where(aims[n % len(aims)])
            self.cut_short += self.sender.in_flight
            self.unanswered += await self._stored_unanswered()
            self.unheard += await self._answered_unheard()
            await self.alone.supervisor.kill("gateway")
            await self.alone.supervisor.restart("gateway")
            self.done += 1

    async def _stop_where(self, is_there: Callable[[], Awaitable[int]]) -> None:
        for _ in range(MOST_AIMS):
            await until(lambda: self.sender.in_flight > 0)
            await asyncio.sleep(
                self.rng.uniform(0.0, 0.02)
            )  # how far the requests have come by then is chance
            self.alone.signal(signal.SIGSTOP)
            if await is_there():
                return
            if self.sender.progress == 1.0:
                return  # nothing is left to hit; the counts say so
            self.alone.signal(signal.SIGCONT)

    async def _in_flight(self) -> int:
        return self.sender.in_flight

    async def _stored_unanswered(self) -> int:
        """Messages in the inbox whose sender has no answer. (The gateway is stopped: it does not get one.)"""
        waiting = [update.key for update in self.sender.unanswered if update.kind == "message"]
        return int(
            await self.alone.db.fetchval(
                "SELECT count(*) FROM gateway.inbox WHERE provider_id = ANY($1::text[])", waiting
            )
        )

    async def _answered_unheard(self) -> int:
        """Messages whose sender has its 200 and that the conversation has not heard: nobody will send them again."""
        for _ in range(2):
            heard = set(self.heard.turns.values())
            accepted = [key for key, fate in by_key(self.sender.fates).items() if fate.accepted is not None]
            if heard.issuperset(accepted):
                return 0
            await asyncio.sleep(0.2)  # what is on its way through the bus comes meanwhile
        return len(set(accepted) - heard)


async def freeze_in_the_middle(alone: Alone, sender: MetaSender) -> None:
    """SIGSTOP with requests in flight, SIGCONT after `FROZEN_SECONDS`."""
    await until(lambda: sender.progress >= 0.3 and sender.in_flight > 0)
    alone.signal(signal.SIGSTOP)
    try:
        await asyncio.sleep(FROZEN_SECONDS)
    finally:
        alone.signal(signal.SIGCONT)


# --- what must be true afterwards ---------------------------------------------------------------------------


async def assert_each_once(alone: Alone, sender: MetaSender, heard: Hearing) -> None:
    """Every message has had one effect, every update has one row, all is handled, nothing was set aside."""
    messages = by_key(sender.fates)
    statuses = [update for update in sender.fates if update.kind == "status"]
    await eventually(lambda: len(heard.turns) >= len(messages), within=PATIENCE_SECONDS)
    await eventually(alone.all_handled, within=PATIENCE_SECONDS, every=0.1)  # type: ignore[arg-type]  # mypy cannot solve its union for an awaitable

    effects = Counter(heard.turns.values())
    assert set(effects) == set(messages)
    assert [key for key, times in effects.items() if times != 1] == []
    rows = await alone.db.fetch("SELECT kind, provider_id FROM gateway.inbox")
    stored = Counter(row["kind"] for row in rows)
    assert dict(stored) == {"message": len(messages), "status": len(statuses)}
    assert {row["provider_id"] for row in rows if row["kind"] == "message"} == set(messages)
    for table in ("gateway.quarantine", "gateway.dead_letters", "agent.dead_letters"):
        assert [dict(row) for row in await alone.db.fetch(f"SELECT * FROM {table}")] == []
    assert set(sender.tally.answers) <= {200, 503}
    assert alone.said.errors == []


def assert_in_order(sender: MetaSender, heard: Hearing) -> None:
    """What was accepted at its first try is in the order in which it was sent, in every conversation."""
    fates = by_key(sender.fates)
    people = {update.key: update.person for update in sender.fates}
    wrong = []
    for conversation in heard.conversations.values():
        assert len({people[key] for key in conversation}) == 1, "two people share a conversation"
        wrong += overtaken(conversation, fates)
    assert len(heard.conversations) == len({people[key] for key in fates})
    first = sum(fate.at_first_try for fate in fates.values())
    assert wrong == [], f"{len(wrong)} of {first} messages were overtaken; seed {RANDOM_SEED}"


def report(sender: MetaSender, heard: Hearing, alone: Alone, *more: object) -> None:
    """The figures of a run (seen with -s, or when it fails)."""
    fates = by_key(sender.fates)
    first = sum(fate.at_first_try for fate in fates.values())
    print(f"\nseed {RANDOM_SEED}: {len(fates)} messages, {first} of them accepted at the first try,", end=" ")
    print(f"{len(sender.fates) - len(fates)} statuses")
    print(sender.tally)
    print(f"redelivered {heard.redelivered}, published again {alone.said.resent}", *more)


@pytest.mark.chaos
@pytest.mark.timeout(1500)
async def test_a_gateway_killed_again_and_again_passes_every_message_on_exactly_once(alone: Alone) -> None:
    sender = alone.sender(KILLS * SECONDS_A_KILL, WEBHOOKS)
    async with Hearing(alone.settings) as heard:
        kills = Kills(alone, sender, heard, random.Random(RANDOM_SEED + 1))
        killing = asyncio.create_task(kills.run(KILLS))
        await sender.deliver(load_of(WEBHOOKS))
        await killing
        report(
            sender,
            heard,
            alone,
            f"kills {kills.done}, of them hit: {kills.cut_short} requests, {kills.unanswered} messages stored and not"
            f" answered, {kills.unheard} answered and not heard",
        )

        await assert_each_once(alone, sender, heard)
        assert_in_order(sender, heard)
    assert kills.done == KILLS
    assert sender.tally.refused > 0, "no request met a dead gateway: the test proves nothing"
    assert sender.tally.cut > 0, "no kill met a request: the test proves nothing"
    assert kills.unanswered > 0, "no kill fell between the commit and the answer"
    assert kills.unheard > 0, "no kill fell between the answer and the bus"


@pytest.mark.chaos
@pytest.mark.timeout(300)
async def test_a_gateway_frozen_longer_than_its_sender_waits_changes_nothing_wrong_when_it_goes_on(
    alone: Alone,
) -> None:
    webhooks = min(WEBHOOKS, 500)
    sender = alone.sender(5.0, webhooks)
    async with Hearing(alone.settings) as heard:
        freezing = asyncio.create_task(freeze_in_the_middle(alone, sender))
        await sender.deliver(load_of(webhooks))
        await freezing
        report(sender, heard, alone)

        await assert_each_once(alone, sender, heard)
        assert_in_order(sender, heard)
    assert sender.tally.timed_out > 0, "no request met the frozen gateway: the test proves nothing"


@pytest.mark.chaos
@pytest.mark.timeout(300)
async def test_a_frozen_gateway_that_goes_on_does_not_repeat_what_another_one_did_meanwhile(
    alone: Alone,
) -> None:
    webhooks, port = min(WEBHOOKS, 500), choose()
    spec = service_child(alone.settings, "gateway", name="gateway-2", ops_port=choose())
    environment = {**spec.environment, "USHER_HTTP_PORT": str(port)}
    await alone.supervisor.add(dataclasses.replace(spec, environment=environment))
    sender = alone.sender(5.0, webhooks, alone.settings.http_port, port)
    async with Hearing(alone.settings) as heard:
        freezing = asyncio.create_task(freeze_in_the_middle(alone, sender))
        await sender.deliver(load_of(webhooks))
        await freezing
        report(sender, heard, alone)

        await assert_each_once(alone, sender, heard)
    assert sender.tally.timed_out > 0, "no request met the frozen gateway: the test proves nothing"
