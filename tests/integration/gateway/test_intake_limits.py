"""Who comes too fast, too slowly or too big? Late but in order, told when to come again, or cut off."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from aiohttp import web
from redis.asyncio import Redis

from services.gateway.app import Gateway
from services.gateway.limits_in import Limits
from services.gateway.webhooks import Site
from shared.settings import Settings
from tests.integration.conftest import eventually
from tests.integration.gateway import bodies
from tests.integration.gateway.conftest import World, start, until
from usher.embedded import EmbeddedServers
from usher.embedded.ports import choose

PERSON = "351910000001"


async def test_a_person_who_writes_too_fast_is_heard_in_order_and_completely(
    world: World, quick: Settings
) -> None:
    service = await start(
        quick.model_copy(update={"sender_per_minute": 60})
    )  # one a second after the first 60
    messages = [bodies.text(PERSON, f"wamid.{n}") for n in range(62)]
    assert await world.say(*messages) == 200
    assert await world.say(bodies.text("351910000002", "wamid.other")) == 200

    await eventually(lambda: "wamid.other" in {m.provider_id for m in world.received})
    heard = list(dict.fromkeys(m.provider_id for m in world.received))
    assert "wamid.61" not in heard  # the other person did not wait for this one
    await eventually(lambda: "wamid.61" in {m.provider_id for m in world.received})
    heard = [p for p in dict.fromkeys(m.provider_id for m in world.received) if p != "wamid.other"]
    assert heard == [message["id"] for message in messages]
    await world.all_handled()
    await service.stop()


async def test_what_waits_for_its_turn_survives_a_restart(world: World, quick: Settings) -> None:
    service = await start(quick.model_copy(update={"sender_per_minute": 30}))
    await world.say(*(bodies.text(PERSON, f"wamid.{n}") for n in range(31)))
    await service.stop()

    service = await start(quick)
    await eventually(lambda: "wamid.30" in {m.provider_id for m in world.received})
    await service.stop()


async def test_an_address_that_comes_too_often_is_told_when_to_come_again(
    world: World, quick: Settings
) -> None:
    changed = {"ip_per_second": 5, "trusted_proxies": "127.0.0.0/8"}
    service = await start(quick.model_copy(update=changed))

    async def knock(address: str) -> tuple[int, str | None]:
        async with world.http.post(world.url, data=b"x", headers={"X-Forwarded-For": address}) as response:
            return response.status, response.headers.get("Retry-After")

    answers = await asyncio.gather(*(knock("198.51.100.7") for _ in range(30)))
    assert (429, "1") in answers
    assert (401, None) in answers
    assert await knock("198.51.100.8") == (401, None)
    await service.stop()


async def test_instances_count_together_through_redis_and_alone_without_it(
    quick: Settings, servers: EmbeddedServers
) -> None:
    settings = quick.model_copy(update={"ip_per_second": 10})
    redis = Redis.from_url(quick.redis_url or "")
    await redis.flushall()
    loop = asyncio.get_running_loop()
    one, two = (Limits(settings, loop.time) for _ in range(2))
    tasks = [asyncio.create_task(limits.share(redis)) for limits in (one, two)]
    for _ in range(10):
        assert one.refused("198.51.100.7", None) == 0

    async def heard() -> bool:
        return await redis.exists("usher:limit:ip:198.51.100.7") == 1

    await until(heard)
    for _ in range(6):  # more than half of the other's own bucket: now it asks
        two.refused("198.51.100.7", None)
    await eventually(lambda: two.refused("198.51.100.7", None) > 0)

    await asyncio.to_thread(servers.redis.kill)
    try:
        assert one.refused("198.51.100.8", None) == 0
        assert not any(task.done() for task in tasks)
    finally:
        await asyncio.to_thread(servers.redis.start)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await redis.aclose()


# --- sockets --------------------------------------------------------------------------------------------


async def cut_off(port: int, *said: bytes) -> bytes:
    """Say these with pauses; what the server answers until it closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with suppress(ConnectionError):
        for part in said:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
    answer = b""
    with suppress(ConnectionError):
        async with asyncio.timeout(30):
            answer = await reader.read()
    writer.close()
    return answer


async def test_connections_that_say_nothing_or_not_enough_are_cut_off() -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=204)

    app, port = web.Application(), choose()
    app.router.add_get("/", answer)
    site = Site(app, "127.0.0.1", port, idle_seconds=1.0)
    await site.start()
    head = b"GET / HTTP/1.1\r\nHost: x\r\n"
    answers = await asyncio.gather(
        cut_off(port),
        cut_off(port, b"GET /"),
        cut_off(port, head),
        cut_off(port, head + b"\r\n"),  # answered, then idle
        cut_off(port, head + b"\r\n", head),  # answered, then half a head
    )
    assert answers[:3] == [b"", b"", b""]
    assert all(answer.startswith(b"HTTP/1.1 204") for answer in answers[3:])
    await site.stop()


async def test_heads_that_are_too_large_are_refused(gateway: Gateway, quick: Settings) -> None:
    many = b"".join(b"X-%d: 1\r\n" % n for n in range(20_000))
    answer = await cut_off(
        quick.http_port, b"POST /webhooks/whatsapp HTTP/1.1\r\nHost: x\r\n" + many + b"\r\n"
    )
    assert b" 400 Bad Request" in answer[:30]
    long = await cut_off(
        quick.http_port, b"POST /webhooks/whatsapp HTTP/1.1\r\nX: " + b"a" * 100_000 + b"\r\n\r\n"
    )
    assert b" 400 Bad Request" in long[:30]


async def test_a_body_that_does_not_come_is_cut_off_while_others_are_served(
    gateway: Gateway, world: World, quick: Settings
) -> None:
    head = b"POST /webhooks/whatsapp HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
    slow = [asyncio.create_task(cut_off(quick.http_port, head, b"{")) for _ in range(200)]
    await asyncio.sleep(0)
    assert await world.say(bodies.text(PERSON, "wamid.1")) == 200

    answers = await asyncio.gather(*slow)
    assert all(answer.startswith(b"HTTP/1.1 408") for answer in answers)
