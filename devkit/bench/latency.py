"""Message in to reply out, at a steady rate, with all five services on the machine."""

from __future__ import annotations

import asyncio
from statistics import quantiles

import aiohttp

from devkit.bench.report import Figure
from devkit.demo.world import World
from devkit.phone import Phone

PER_SECOND = 50
SECONDS = 20
WARM_UP = 100
FLOOR_MS = 3000.0


async def measure(world: World) -> Figure:
    """Distinct customers each write once; the emulator's clock stamps the message and its reply (ms)."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        await _send(http, world, 351_950_000_000, WARM_UP)
        phones = await _send(http, world, 351_951_000_000, PER_SECOND * SECONDS)
        latencies = sorted([await _latency(phone) for phone in phones])
    cuts = quantiles(latencies, n=100)
    return Figure(
        "reply_latency_p95",
        cuts[94],
        "ms",
        FLOOR_MS,
        "the floor the project set itself: message to confirmation < 3 s",
        note=f"{PER_SECOND} messages/s for {SECONDS} s, each from another customer (find, answer with price and spots): "
        f"p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms, p99 {cuts[98]:.0f} ms, slowest {latencies[-1]:.0f} ms, "
        "from the customer's words to the Graph API call of the reply, the wait for more words "
        "(USHER_DEBOUNCE_SECONDS) included",
        at_most=FLOOR_MS,
    )


async def _send(http: aiohttp.ClientSession, world: World, first: int, count: int) -> list[Phone]:
    number = world.emulator.businesses[0].phone_number_id
    phones = [Phone(http, world.phone_url, number, str(first + n)) for n in range(count)]
    loop = asyncio.get_running_loop()
    start = loop.time()
    sends = []
    for n, phone in enumerate(phones):
        await asyncio.sleep(max(0.0, start + n / PER_SECOND - loop.time()))
        sends.append(asyncio.create_task(phone.say("I want yoga tomorrow at 7pm")))
    await asyncio.gather(*sends)
    await asyncio.gather(*(phone.answers(within=60) for phone in phones))
    return phones


async def _latency(phone: Phone) -> float:
    async with phone.http.get(f"{phone.url}/phone/{phone.business}/{phone.customer}/messages") as response:
        messages = (await response.json())["messages"]
    sent, reply = (
        next(m for m in messages if m["direction"] == direction)
        for direction in ("from_customer", "to_customer")
    )
    return float(reply["timestamp_ms"] - sent["timestamp_ms"])
