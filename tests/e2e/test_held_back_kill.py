"""A person writes faster than the limit and the gateway is killed meanwhile: what waits keeps its turn, and its order."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence

import aiohttp
import pytest

from tests.e2e.conftest import LISBOA
from tests.e2e.hearing import Hearing
from tests.e2e.lone_gateway import LoneGateway, lone_gateway
from tests.integration.conftest import eventually
from tests.integration.gateway import bodies
from usher.embedded.ports import choose
from usher.supervisor import service_child

PERSON = "351910000001"
AT_ONCE = 60  # and one a second after that
HELD = 15


@pytest.fixture(autouse=True)
def audited() -> None:
    """There are no bookings to audit: the gateway runs alone."""


OWNERS = """
SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND application_name = 'own gateway:OUTBOUND'
"""
"""How many instances have partitions."""


async def post(
    http: aiohttp.ClientSession, gateway: LoneGateway, *provider_ids: str, port: int | None = None
) -> int:
    settings = gateway.settings
    assert settings.whatsapp_app_secret
    messages = [bodies.text(PERSON, provider_id, at=int(time.time())) for provider_id in provider_ids]
    raw = bodies.body(bodies.value(LISBOA, messages=messages))
    signature = bodies.signature(raw, settings.whatsapp_app_secret.get_secret_value())
    url = f"http://127.0.0.1:{port or settings.http_port}/webhooks/whatsapp"
    async with http.post(url, data=raw, headers={"X-Hub-Signature-256": signature}) as response:
        return response.status


async def some_wait(gateway: LoneGateway, heard: Hearing, ids: Sequence[str]) -> None:
    """Insist that somebody waited whom nobody has heard."""
    waiting = await gateway.figure(
        "SELECT count(*) FROM gateway.inbox WHERE next_attempt_at > received_at + interval '600.5 s'"
    )
    held = len(ids) - len(heard.turns)
    assert 0 < held <= waiting, "the kill met nobody waiting: the test proves nothing"


@pytest.mark.chaos
@pytest.mark.timeout(180)
async def test_what_a_killed_gateway_held_back_comes_in_its_turn_and_nothing_overtakes_it() -> None:
    # Nothing is sent again within the test: what arrives after the kill was recalled from PostgreSQL.
    async with (
        lone_gateway(resend_after_seconds=600.0, sender_per_minute=AT_ONCE) as gateway,
        Hearing(gateway.settings) as heard,
        aiohttp.ClientSession() as http,
    ):
        ids = [f"wamid.{n:03d}" for n in range(AT_ONCE + HELD)]
        assert await post(http, gateway, *ids) == 200
        await eventually(lambda: len(heard.turns) >= AT_ONCE)
        await gateway.supervisor.kill("gateway")
        await some_wait(gateway, heard, ids)

        await gateway.supervisor.restart("gateway")
        assert await post(http, gateway, "wamid.last") == 200
        assert len(heard.turns) < len(ids), "nobody waits any more: the last one has nothing to overtake"
        await eventually(lambda: len(heard.turns) > len(ids), within=60.0)

        assert list(heard.conversations.values()) == [[*ids, "wamid.last"]]
        assert gateway.said.resent == 0
        assert gateway.said.events["held_back_recalled"] == 1


@pytest.mark.chaos
@pytest.mark.timeout(180)
async def test_what_a_killed_copy_held_back_comes_in_its_turn_by_the_one_that_is_left() -> None:
    # Nothing is sent again within the test: what arrives after the kill was recalled by the one that took over.
    async with (
        lone_gateway(resend_after_seconds=600.0, sender_per_minute=AT_ONCE) as gateway,
        Hearing(gateway.settings) as heard,
        aiohttp.ClientSession() as http,
    ):
        port = choose()
        spec = service_child(gateway.settings, "gateway", name="gateway-2", ops_port=choose())
        environment = {**spec.environment, "USHER_HTTP_PORT": str(port)}
        await gateway.supervisor.add(dataclasses.replace(spec, environment=environment))

        async def both_own() -> bool:
            return await gateway.figure(OWNERS) == 2

        await eventually(both_own)  # type: ignore[arg-type]  # mypy cannot solve its union for an awaitable
        ids = [f"wamid.{n:03d}" for n in range(AT_ONCE + HELD)]
        assert await post(http, gateway, *ids, port=port) == 200
        await eventually(lambda: len(heard.turns) >= AT_ONCE)
        await gateway.supervisor.kill("gateway-2")
        await some_wait(gateway, heard, ids)

        await eventually(lambda: gateway.said.events["held_back_recalled"] == 1)
        assert await post(http, gateway, "wamid.last") == 200
        assert len(heard.turns) < len(ids), "nobody waits any more: the last one has nothing to overtake"
        await eventually(lambda: len(heard.turns) > len(ids), within=60.0)

        assert list(heard.conversations.values()) == [[*ids, "wamid.last"]]
        assert gateway.said.resent == 0
