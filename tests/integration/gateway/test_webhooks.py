"""What comes of a webhook? Real HTTP, real servers: stored once before the 200, published, and nothing lost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from services.gateway.app import Gateway, build
from services.gateway.inbound import NOBODY
from services.gateway.seed import seed
from services.gateway.webhooks import MOST_BYTES
from shared.db import Database
from shared.errors import UsherError
from shared.messages.conversation import TextContent
from shared.settings import Settings
from tests.conftest import make_settings
from tests.integration.conftest import eventually
from tests.integration.gateway import bodies
from tests.integration.gateway.conftest import World, start, until
from usher.embedded import EmbeddedServers

pytestmark = pytest.mark.usefixtures("gateway")


async def test_a_message_is_stored_published_and_marked_handled(world: World) -> None:
    assert await world.say(bodies.text("351910000001", "wamid.1", "Olá 🧘")) == 200

    await world.heard("wamid.1")
    await world.all_handled()
    [received] = {message.message_id: message for message in world.received}.values()
    [row] = await world.rows("inbox")
    assert received.content == TextContent(text="Olá 🧘")
    assert (received.sender.name, received.sender.account_id) == ("Person 351910000001", world.account)
    assert (row["id"], row["kind"], row["provider_id"]) == (received.message_id, "message", "wamid.1")
    assert row["raw"] == b""
    [conversation] = await world.rows("conversations")
    assert conversation["conversation_id"] == received.conversation_id
    assert conversation["last_inbound_at"] == received.sent_at


async def test_the_handshake_is_answered_and_a_wrong_token_is_not(world: World) -> None:
    async def ask(token: str) -> tuple[int, str]:
        query = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "42"}
        async with world.http.get(world.url, params=query) as response:
            return response.status, await response.text()

    assert await ask("test-verify-token") == (200, "42")
    assert await ask("wrong") == (403, "")


@pytest.mark.parametrize("signature", ["", "sha256=00", "sha256=é"])
async def test_a_bad_signature_gets_401_with_an_empty_body_and_leaves_nothing(
    world: World, signature: str
) -> None:
    raw = bodies.body(bodies.value(world.account, messages=[bodies.text("351910000001", "wamid.1")]))

    assert await world.post(raw, signature) == (401, b"")
    assert await world.rows("inbox") == []


async def test_a_body_of_three_megabytes_is_taken_and_a_larger_one_is_not(world: World) -> None:
    small = bodies.body(bodies.value(world.account, messages=[bodies.text("351910000001", "wamid.1")]))
    padded = small[:-1] + b" " * (MOST_BYTES - len(small)) + b"}"

    assert (await world.post(padded))[0] == 200
    assert (await world.post(padded + b" "))[0] == 413


async def test_a_larger_body_without_a_length_is_cut_off(world: World) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(4):
            yield b" " * 1024 * 1024

    async with world.http.post(world.url, data=chunks()) as response:
        assert response.status == 413


async def test_the_same_message_is_one_row_however_it_is_repeated_and_regrouped(world: World) -> None:
    one, two, three = (bodies.text("351910000001", f"wamid.{n}", str(n)) for n in range(3))
    together = bodies.body(bodies.value(world.account, messages=[one, two, three, one]))
    apart = bodies.body(*(bodies.value(world.account, messages=[message]) for message in (three, one)))

    answers = [await world.post(raw) for raw in (together, together, apart)]
    answers += [(await world.say(two), b"")]
    answers += await asyncio.gather(*(world.post(apart) for _ in range(5)))

    assert {status for status, _ in answers} == {200}
    await world.heard("wamid.0", "wamid.1", "wamid.2")
    await world.all_handled()
    assert len(await world.rows("inbox")) == 3


async def test_a_thousand_updates_in_one_body_are_all_stored_in_order(world: World) -> None:
    messages = [bodies.text(str(351920000000 + n % 7), f"wamid.{n}") for n in range(1000)]

    assert await world.say(*messages) == 200

    async with world.db.tenant(world.tenant_id) as connection:
        rows = await connection.fetch("SELECT provider_id FROM gateway.inbox ORDER BY position")
    assert [row["provider_id"] for row in rows] == [message["id"] for message in messages]
    await eventually(lambda: len({m.provider_id for m in world.received}) == 1000)


async def test_what_nobody_confirms_is_published_again_and_stored_once(world: World) -> None:
    world.confirms = False
    await world.say(bodies.text("351910000001", "wamid.1"))
    await eventually(lambda: len(world.received) >= 2)

    world.confirms = True
    await world.all_handled()
    assert len({message.message_id for message in world.received}) == 1


async def test_signed_nonsense_gets_200_and_is_kept_for_the_operator(world: World) -> None:
    nonsense = f"not json {world.account}".encode()

    assert await world.post(nonsense) == (200, b"")
    assert await world.post(nonsense) == (200, b"")

    kept = [row for row in await world.rows("quarantine", NOBODY) if row["body"] == nonsense]
    assert len(kept) == 1
    assert "JSON" in kept[0]["reason"]


async def test_items_of_an_unknown_account_are_set_aside_and_the_others_go_on(world: World) -> None:
    stranger = f"9{world.account}"
    raw = bodies.body(
        bodies.value(stranger, messages=[bodies.text("351910000001", "wamid.1")]),
        bodies.value(world.account, messages=[bodies.text("351910000001", "wamid.2")]),
    )

    assert (await world.post(raw))[0] == 200

    await world.heard("wamid.2")
    kept = [row for row in await world.rows("quarantine", NOBODY) if row["account_id"] == stranger]
    assert [row["reason"] for row in kept] == ["no tenant owns this account"]


async def test_an_unreadable_item_is_kept_under_its_tenant(world: World) -> None:
    raw = bodies.body(bodies.value(world.account, messages=[{"type": "text"}]))

    assert (await world.post(raw))[0] == 200

    [kept] = await world.rows("quarantine")
    assert "without an id" in kept["reason"]


async def test_an_account_that_is_added_while_the_gateway_runs_is_served(
    world: World, quick: Settings
) -> None:
    added = f"8{world.account}"
    await seed({"tenants": [{"slug": world.slug, "whatsapp": {"phone_number_id": added}}]}, quick)

    raw = bodies.body(bodies.value(added, messages=[bodies.text("351910000001", "wamid.new")]))
    assert (await world.post(raw))[0] == 200

    await world.heard("wamid.new")


async def test_news_about_the_account_are_stored_for_its_tenant(world: World) -> None:
    raw = json.dumps(
        {
            "object": "whatsapp_business_account",
            "entry": [
                {
                    "id": f"9{world.account}",
                    "time": 1763800000,
                    "changes": [{"field": "account_update", "value": {"event": "DISABLED_UPDATE"}}],
                }
            ],
        }
    ).encode()

    assert (await world.post(raw))[0] == 200
    assert (await world.post(raw + b" "))[0] == 200

    [row] = await world.rows("inbox")
    assert (row["kind"], row["provider_id"].split(":")[0]) == ("event", "account_update")
    assert row["handled_at"] is not None


async def test_another_tenants_rows_are_not_to_be_seen(world: World, db: Database) -> None:
    await world.say(bodies.text("351910000001", "wamid.1"))

    async with db.tenant(NOBODY) as connection:
        found = await connection.fetchval(
            "SELECT count(*) FROM gateway.inbox WHERE tenant_id = $1", world.tenant_id
        )
    assert found == 0


# --- servers away ---------------------------------------------------------------------------------------


async def test_without_nats_the_answer_is_200_and_the_message_is_published_later(
    world: World, servers: EmbeddedServers
) -> None:
    agent = await world.listen_as_a_service()
    await asyncio.to_thread(servers.nats.kill)
    try:
        assert await world.say(bodies.text("351910000001", "wamid.1")) == 200
        await asyncio.to_thread(servers.nats.wipe)
    finally:
        await asyncio.to_thread(servers.nats.start)

    await world.heard("wamid.1")
    await world.all_handled()
    await agent.stop()


async def test_without_postgresql_the_answer_is_503_and_afterwards_it_works_again(
    world: World, servers: EmbeddedServers
) -> None:
    await world.say(bodies.text("351910000001", "wamid.0"))
    await asyncio.to_thread(servers.postgres.kill)
    try:
        async with asyncio.timeout(15):
            assert await world.say(bodies.text("351910000001", "wamid.1")) == 503
            assert (await world.post(b"nonsense"))[0] == 503
    finally:
        await asyncio.to_thread(servers.postgres.start)

    async def accepted() -> bool:
        return await world.say(bodies.text("351910000001", "wamid.1")) == 200

    await until(accepted)
    await world.heard("wamid.0", "wamid.1")
    await world.all_handled()


async def test_a_restart_of_postgresql_is_waited_for(world: World, servers: EmbeddedServers) -> None:
    await asyncio.to_thread(servers.postgres.kill)
    asking = asyncio.create_task(world.say(bodies.text("351910000001", "wamid.1")))
    await asyncio.to_thread(servers.postgres.start)

    assert await asking == 200


async def test_losing_redis_costs_nothing_but_work(world: World, servers: EmbeddedServers) -> None:
    message = bodies.text("351910000001", "wamid.1")
    assert await world.say(message) == 200
    await asyncio.to_thread(servers.redis.kill)
    try:
        for _ in range(5):
            assert await world.say(message) == 200
        assert await world.say(bodies.text("351910000001", "wamid.2")) == 200
    finally:
        await asyncio.to_thread(servers.redis.start)

    await world.heard("wamid.1", "wamid.2")
    assert len(await world.rows("inbox")) == 2


# --- starting -------------------------------------------------------------------------------------------


def test_without_the_app_secret_it_does_not_start(servers: EmbeddedServers) -> None:
    with pytest.raises(UsherError, match="USHER_WHATSAPP_APP_SECRET"):
        build(make_settings(servers, whatsapp_app_secret=None))


async def test_a_taken_port_is_one_clear_sentence(world: World, quick: Settings) -> None:
    second = build(quick)
    with pytest.raises(UsherError, match="USHER_HTTP_PORT"):
        await second.start()


async def test_webhooks_are_taken_while_the_bus_is_away_at_the_start(
    gateway: Gateway, world: World, quick: Settings, servers: EmbeddedServers
) -> None:
    await gateway.stop()
    await asyncio.to_thread(servers.nats.kill)
    service = build(quick)
    try:
        await service.start()

        async def stored() -> bool:
            try:
                return await world.say(bodies.text("351910000001", "wamid.1")) == 200
            except aiohttp.ClientConnectionError:
                return False

        await until(stored)
        assert (await service.ready())["nats"] is False
    finally:
        await asyncio.to_thread(servers.nats.start)
    await world.heard("wamid.1")
    await service.stop()


async def test_rows_of_a_gateway_that_died_are_published_by_the_next(
    gateway: Gateway, world: World, quick: Settings
) -> None:
    world.confirms = False
    await world.say(bodies.text("351910000001", "wamid.1"))
    await world.heard("wamid.1")
    await gateway.stop()

    world.received.clear()
    world.confirms = True
    service = await start(quick)
    await world.heard("wamid.1")
    await world.all_handled()
    await service.stop()


async def test_an_account_that_no_database_could_hold_is_set_aside(world: World) -> None:
    raw = bodies.body(bodies.value(f"{world.account}\x00", messages=[bodies.text("351910000001", "wamid.1")]))

    assert (await world.post(raw))[0] == 200
    assert (await world.post(raw + b" "))[0] == 200
