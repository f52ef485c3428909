"""The gateway is killed again and again, or frozen, while webhooks come in: every message reaches its conversation once.

`WEBHOOKS` and `KILLS` set the size (default 1,000 and 4; the issue's figures are 10,000 and 20), `SEED` repeats a load.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Coroutine

import pytest

from tests.e2e.conftest import LISBOA, NEW_YORK
from tests.e2e.hearing import Hearing, by_key, overtaken
from tests.e2e.killing import PATIENCE_SECONDS, Kills, freeze_in_the_middle
from tests.e2e.lone_gateway import LoneGateway, lone_gateway
from tests.e2e.meta_load import Webhook, make_load
from tests.e2e.meta_sender import MetaSender
from tests.integration.conftest import eventually
from usher.embedded.ports import choose
from usher.supervisor import service_child

WEBHOOKS = int(os.environ.get("WEBHOOKS", "1000"))
KILLS = int(os.environ.get("KILLS", "4"))
RANDOM_SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 2**32)

SECONDS_A_KILL = 8.0
"""The sender takes so long for its webhooks per kill, so that most are first tried while somebody listens."""
WHILE_FROZEN = min(WEBHOOKS, 500)
WHILE_FROZEN_A_SECOND = 100.0


@pytest.fixture(autouse=True)
def audited() -> None:
    """There are no bookings to audit: the gateway runs alone."""


@pytest.fixture
async def gateway() -> AsyncIterator[LoneGateway]:
    """A gateway that sends again later than a start takes: what a kill left behind could be overtaken until then."""
    async with lone_gateway(resend_after_seconds=5.0) as running:
        yield running


@pytest.fixture
async def eager_gateway() -> AsyncIterator[LoneGateway]:
    """A gateway that sends again soon."""
    async with lone_gateway(resend_after_seconds=1.0) as running:
        yield running


def load_of(webhooks: int) -> list[Webhook]:
    return make_load(random.Random(RANDOM_SEED), webhooks, (LISBOA, NEW_YORK), int(time.time()))


# --- what must be true afterwards ---------------------------------------------------------------------------


async def deliver(sender: MetaSender, webhooks: int, fault: Coroutine[None, None, None]) -> None:
    """Send a load while a fault happens; return when all is accepted and the fault is over."""
    async with asyncio.TaskGroup() as group:
        group.create_task(fault)
        group.create_task(sender.deliver(load_of(webhooks)))


async def settled(gateway: LoneGateway, sender: MetaSender, heard: Hearing) -> None:
    """Return when every message was heard and nothing in the inbox waits any more."""
    messages = len(by_key(sender.fates))
    await eventually(lambda: len(heard.turns) >= messages, within=PATIENCE_SECONDS)
    await eventually(gateway.all_handled, within=PATIENCE_SECONDS, every=0.1)  # type: ignore[arg-type]  # mypy cannot solve its union for an awaitable


async def assert_each_once(gateway: LoneGateway, sender: MetaSender, heard: Hearing) -> None:
    """Every message has had one effect, every update has one row, nothing was set aside."""
    messages = by_key(sender.fates)
    statuses = [update for update in sender.fates if update.kind == "status"]
    effects = Counter(heard.turns.values())
    assert set(effects) == set(messages)
    assert [key for key, times in effects.items() if times != 1] == []
    rows = await gateway.db.fetch("SELECT kind, provider_id FROM gateway.inbox")
    stored = Counter(row["kind"] for row in rows)
    assert dict(stored) == {"message": len(messages), "status": len(statuses)}
    assert {row["provider_id"] for row in rows if row["kind"] == "message"} == set(messages)
    kept = await gateway.figure("SELECT count(*) FROM gateway.raw_bodies")
    assert len(sender.accepted_bodies) <= kept <= len(sender.posted_bodies)
    for table in ("gateway.quarantine", "gateway.dead_letters", "agent.dead_letters"):
        assert [dict(row) for row in await gateway.db.fetch(f"SELECT * FROM {table}")] == []
    assert set(sender.tally.answers) <= {200, 503}
    assert gateway.said.errors == []


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


def report(sender: MetaSender, heard: Hearing, gateway: LoneGateway, *more: object) -> None:
    """The figures of a run (seen with -s, or when it fails)."""
    fates = by_key(sender.fates)
    first = sum(fate.at_first_try for fate in fates.values())
    print(f"\nseed {RANDOM_SEED}: {len(fates)} messages, {first} of them accepted at the first try,", end=" ")
    print(f"{len(sender.fates) - len(fates)} statuses")
    print(sender.tally)
    print(f"redelivered {heard.redelivered}, published again {gateway.said.resent}", *more)


@pytest.mark.chaos
@pytest.mark.timeout(1500)
async def test_a_gateway_killed_again_and_again_passes_every_message_on_exactly_once(
    gateway: LoneGateway,
) -> None:
    sender = gateway.sender(random.Random(RANDOM_SEED), WEBHOOKS / (KILLS * SECONDS_A_KILL))
    async with Hearing(gateway.settings) as heard:
        kills = Kills(gateway, sender, heard, random.Random(RANDOM_SEED + 1))
        await deliver(sender, WEBHOOKS, kills.run(KILLS))
        await settled(gateway, sender, heard)
        report(
            sender,
            heard,
            gateway,
            f"kills {kills.done}, of them hit: {kills.cut_short} requests, {kills.unanswered} messages stored and not"
            f" answered, {kills.unheard} answered and not heard",
        )
        await assert_each_once(gateway, sender, heard)
        assert_in_order(sender, heard)
    assert kills.done == KILLS
    assert sender.tally.refused > 0, "no request met a dead gateway: the test proves nothing"
    assert sender.tally.cut > 0, "no kill met a request: the test proves nothing"
    assert kills.unanswered > 0, "no kill fell between the commit and the answer"
    assert kills.unheard > 0, "no kill fell between the answer and the bus"


@pytest.mark.chaos
@pytest.mark.timeout(300)
async def test_a_gateway_frozen_longer_than_its_sender_waits_changes_nothing_wrong_when_it_goes_on(
    eager_gateway: LoneGateway,
) -> None:
    sender = eager_gateway.sender(random.Random(RANDOM_SEED), WHILE_FROZEN_A_SECOND)
    async with Hearing(eager_gateway.settings) as heard:
        await deliver(sender, WHILE_FROZEN, freeze_in_the_middle(eager_gateway, sender))
        await settled(eager_gateway, sender, heard)
        report(sender, heard, eager_gateway)
        await assert_each_once(eager_gateway, sender, heard)
        assert_in_order(sender, heard)
    assert sender.tally.timed_out > 0, "no request met the frozen gateway: the test proves nothing"


@pytest.mark.chaos
@pytest.mark.timeout(300)
async def test_a_frozen_gateway_that_goes_on_does_not_repeat_what_another_one_did_meanwhile(
    eager_gateway: LoneGateway,
) -> None:
    port = choose()
    spec = service_child(eager_gateway.settings, "gateway", name="gateway-2", ops_port=choose())
    environment = {**spec.environment, "USHER_HTTP_PORT": str(port)}
    await eager_gateway.supervisor.add(dataclasses.replace(spec, environment=environment))
    ports = eager_gateway.settings.http_port, port
    sender = eager_gateway.sender(random.Random(RANDOM_SEED), WHILE_FROZEN_A_SECOND, *ports)
    async with Hearing(eager_gateway.settings) as heard:
        await deliver(sender, WHILE_FROZEN, freeze_in_the_middle(eager_gateway, sender))
        await settled(eager_gateway, sender, heard)
        report(sender, heard, eager_gateway)
        await assert_each_once(eager_gateway, sender, heard)
    assert sender.tally.timed_out > 0, "no request met the frozen gateway: the test proves nothing"
