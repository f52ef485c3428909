"""Do the gateway and the WhatsApp emulator agree, also when the emulator misbehaves like Meta? Messages in, replies out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp import web

from devkit.whatsapp.app import build
from devkit.whatsapp.config import Business, EmulatorConfig
from services.gateway.seed import seed
from shared.bus import Bus
from shared.db import Database
from shared.settings import Settings
from tests.conftest import make_settings
from tests.integration.conftest import eventually
from tests.integration.gateway.conftest import World, start
from usher.embedded import EmbeddedServers
from usher.embedded.ports import choose

PEOPLE = [str(351940000000 + n) for n in range(12)]


@dataclass
class Emulator:
    """The emulator's HTTP side, and one business of it."""

    url: str
    number: str
    http: aiohttp.ClientSession

    async def faults(self, **faults: object) -> None:
        async with self.http.post(f"{self.url}/emulator/faults", json=faults) as response:
            assert response.status == 200, await response.text()

    async def say(self, person: str, text: str) -> None:
        url = f"{self.url}/phone/{self.number}/{person}/text"
        async with self.http.post(url, json={"text": text}) as response:
            assert response.status < 300, await response.text()

    async def shown(self, person: str) -> list[str]:
        """The texts of the business on this person's phone, in order."""
        url = f"{self.url}/phone/{self.number}/{person}/messages"
        async with self.http.get(url) as response:
            found = (await response.json())["messages"]
        return [one["content"]["text"] for one in found if one["direction"] == "to_customer"]


@pytest.fixture
async def setting(
    servers: EmbeddedServers, database: Settings, http: aiohttp.ClientSession, db: Database, bus: Bus
) -> AsyncIterator[tuple[Emulator, World]]:
    """An emulator and a gateway that talk to each other; the agent's side of the bus is the test's."""
    port, gateway_port = choose(), choose()
    settings = make_settings(
        servers,
        http_port=gateway_port,
        whatsapp_api_url=f"http://127.0.0.1:{port}/v23.0",
        whatsapp_echo_wait_seconds=10.0,
        resend_after_seconds=1.0,
        relay_interval_seconds=0.05,
        ownership_interval_seconds=0.1,
    )
    world = World(settings, http, db, bus)
    number = {"phone_number_id": world.account, "waba_id": f"9{world.account}"}
    await seed({"tenants": [{"slug": world.slug, "whatsapp": number}]}, settings)
    await world.listen()
    config = EmulatorConfig(
        businesses=(
            Business(
                phone_number_id=world.account,
                waba_id=f"9{world.account}",
                display_phone_number="+351 21 000 0000",
                name="Casa Yoga",
            ),
        ),
        gateway_webhook_url=world.url,
        app_secret="test-app-secret",
        access_token="test-access-token",
        auto_read=True,
        seed=7,
    )
    runner = web.AppRunner(build(config), access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    gateway = await start(settings)
    yield Emulator(f"http://127.0.0.1:{port}", world.account, http), world
    await gateway.stop()
    await runner.cleanup()


@pytest.mark.parametrize(
    "faults",
    [
        {},
        {"batch_size": 7, "grouping": "entries", "repeat": 2, "regroup": True, "reorder": "statuses"},
        {
            "drop_answers": 9,
            "repeat": 1,
            "lose_answers": 5,
            "fail_sends": 6,
            "fail_status": 500,
            "fail_code": 131000,
        },
    ],
    ids=["behaving", "repeating and regrouping", "dropping and failing"],
)
async def test_each_message_arrives_once_and_each_answer_is_shown_once_and_read(
    setting: tuple[Emulator, World], faults: dict[str, object]
) -> None:
    emulator, world = setting
    await emulator.faults(**faults)
    for n in range(3):
        for person in PEOPLE:
            await emulator.say(person, f"{person}: {n}")

    await eventually(lambda: len({m.provider_id for m in world.received}) == 3 * len(PEOPLE), within=40)
    await world.all_handled()
    answers = [world.message(f"answer {n}", person) for n in range(3) for person in PEOPLE]
    await world.send(*answers)

    for answer in answers:
        await world.becomes(answer, "read")
    for person in PEOPLE:
        assert await emulator.shown(person) == ["answer 0", "answer 1", "answer 2"]
        heard = dict.fromkeys(m.content.text for m in world.received if m.sender.user_id == person)  # type: ignore[union-attr]
        assert list(heard) == [f"{person}: {n}" for n in range(3)]
    assert len(await world.rows("quarantine")) == len(await world.rows("dead_letters")) == 0
    assert len([row for row in await world.rows("inbox") if row["kind"] == "message"]) == 3 * len(PEOPLE)
