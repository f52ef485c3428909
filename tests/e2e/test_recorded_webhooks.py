"""What Meta really sends: every recorded payload is accepted, harms nobody, and is handled once however it is repeated."""

from __future__ import annotations

import copy
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest

from devkit.demo.play import until_quiet
from devkit.demo.world import DemoSupervisor, World

RECORDED = Path(__file__).parents[3] / "shared" / "data" / "whatsapp"
OWN = Path(__file__).parents[1] / "fixtures" / "whatsapp"


def payloads() -> list[Path]:
    recorded = sorted(RECORDED.glob("*.json")) if RECORDED.is_dir() else []
    own = sorted(path for path in OWN.glob("*.json") if not path.name.endswith(".golden.json"))
    return recorded + own


def accounts(bodies: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """(phone_number_id, waba_id) named in these bodies."""
    found = set()
    for body in bodies:
        for entry in body.get("entry", []):
            for change in entry.get("changes", []):
                number = change.get("value", {}).get("metadata", {}).get("phone_number_id")
                if number:
                    found.add((str(number), str(entry["id"])))
    return found


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def send(http: aiohttp.ClientSession, world: World, body: object) -> int:
    async with http.post(f"{world.phone_url}/emulator/webhook", data=json.dumps(body).encode()) as response:
        return int((await response.json())["status"])


async def test_every_recorded_payload_is_accepted_and_none_becomes_a_dead_letter(
    http: aiohttp.ClientSession,
    world: World,
    supervisor: DemoSupervisor,
    database: asyncpg.Connection,
    database_url: str,
) -> None:
    bodies = [json.loads(path.read_text()) for path in payloads()]
    await own_accounts(supervisor, accounts(bodies))

    statuses = {
        path.name: await send(http, world, body) for path, body in zip(payloads(), bodies, strict=True)
    }

    assert {name: status for name, status in statuses.items() if status != 200} == {}
    # Edits of messages that are not among the payloads would wait for them, five minutes long: these are over.
    await database.execute("UPDATE gateway.inbox SET next_attempt_at = now() WHERE after_id IS NOT NULL")
    # Their numbers are not the emulator's, so the replies cannot be delivered; everything else comes to rest.
    await until_inbox_is_handled(database)
    for schema in ("gateway", "agent", "booking", "notifier"):
        letters = await database.fetch(f"SELECT subject, reason FROM {schema}.dead_letters")
        assert [dict(letter) for letter in letters] == []
    assert all(
        supervisor.child(name).running for name in ("gateway", "agent", "booking", "notifier", "media")
    )


async def own_accounts(supervisor: DemoSupervisor, numbers: set[tuple[str, str]]) -> None:
    from services.gateway.seed import seed

    tenants = [
        {
            "slug": "e2e-lisboa",
            "whatsapp": {"phone_number_id": number, "waba_id": waba, "display_phone_number": number},
        }
        for number, waba in sorted(numbers)
    ]
    for tenant in tenants:
        await seed({"tenants": [tenant]}, supervisor.settings)
    await supervisor.restart("gateway")  # it reads the accounts when it starts


async def until_inbox_is_handled(database: asyncpg.Connection) -> None:
    from tests.integration.conftest import eventually

    async def handled() -> bool:
        left = await database.fetchval("SELECT count(*) FROM gateway.inbox WHERE handled_at IS NULL")
        return int(left) == 0

    await eventually(handled, within=60)  # type: ignore[arg-type]  # T is not seen through the union


def text_message(n: int, run: str) -> dict[str, Any]:
    return {
        "from": f"35193555{run}{n}",
        "id": f"wamid.repeat-{run}-{n}",
        "timestamp": "1763800000",
        "type": "text",
        "text": {"body": "hello"},
    }


def body_of(*messages: dict[str, Any]) -> dict[str, Any]:
    return {
        "object": "whatsapp_business_account",
        "entry": [
            {
                "id": "200000000000101",
                "changes": [
                    {
                        "field": "messages",
                        "value": {
                            "messaging_product": "whatsapp",
                            "metadata": {
                                "display_phone_number": "351210000000",
                                "phone_number_id": "200000000000001",
                            },
                            "contacts": [
                                {"profile": {"name": "Rita"}, "wa_id": message["from"]}
                                for message in messages
                            ],
                            "messages": copy.deepcopy(list(messages)),
                        },
                    }
                ],
            }
        ],
    }


async def test_each_message_is_handled_once_whether_repeated_regrouped_or_three_in_one_post(
    http: aiohttp.ClientSession, world: World, database: asyncpg.Connection, database_url: str
) -> None:
    one, two, three, four = (text_message(n, "41") for n in range(4))

    for body in (
        body_of(one, two, three),
        body_of(one, two, three),
        body_of(two, four),
        body_of(three),
        body_of(four),
    ):
        assert await send(http, world, body) == 200

    await until_quiet(database_url)
    for message in (one, two, three, four):
        rows = await database.fetch(
            "SELECT id, handled_at FROM gateway.inbox WHERE provider_id = $1", message["id"]
        )
        assert len(rows) == 1 and rows[0]["handled_at"] is not None
        replies = await database.fetchval(
            "SELECT count(*) FROM gateway.deliveries d JOIN gateway.conversations c USING (tenant_id, conversation_id)"
            " WHERE c.user_id = $1",
            message["from"],
        )
        assert replies == 1
