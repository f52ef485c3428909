"""Webhooks per second, stored and deduplicated before the 200: against a handler that does nothing, and against pywa.

pywa (a WhatsApp library) on FastAPI answers first and handles afterwards, in memory: it stores nothing. The comparison
is of two different promises, in ours' disfavour.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from statistics import median

from devkit.bench import http_load
from devkit.bench.report import Figure
from devkit.demo.world import World
from usher.child import Child, ChildSpec
from usher.embedded.ports import choose
from usher.environment import child_environment

REQUESTS = 8_000
BATCHES = 800
BATCH = 100
CUSTOMERS = 20_000
"""Who writes: all of them within a round of batches, so that after the first they have written before."""
CONNECTIONS = 64
BATCH_CONNECTIONS = 16
ROUNDS = 5

_EMPTY = """
import sys
from aiohttp import web
async def empty(request):
    await request.read()
    return web.Response()
app = web.Application(client_max_size=3 * 1024 * 1024)
app.router.add_post("/webhooks/whatsapp", empty)
app.router.add_get("/health", lambda request: web.Response())
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), backlog=1024, access_log=None, print=None{loop})
"""

_PYWA = """
import os, sys
import uvicorn
from fastapi import FastAPI
from pywa_async import WhatsApp, types
app = FastAPI()
handled = []
app.get("/health")(lambda: len(handled))
chat = WhatsApp(phone_id="1", token="t", server=app, webhook_endpoint="/webhooks/whatsapp", verify_token="v",
                app_secret=os.environ["BENCH_APP_SECRET"], filter_updates=False)
@chat.on_message
async def on_message(_: WhatsApp, message: types.Message) -> None:
    handled.append(message)
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)
"""


@dataclass(frozen=True)
class Server:
    """A peer that is running: its name for people and its port."""

    name: str
    port: int


async def measure(world: World) -> list[Figure]:
    """Interleaved rounds of all servers; medians. Only the gateway of the services is running."""
    async with AsyncExitStack() as stack:
        loop = ", loop=__import__('uvloop').new_event_loop()" if sys.platform != "win32" else ""
        empty = await _peer(stack, world, "empty", _EMPTY.format(loop=loop))
        pywa = (
            await _peer(stack, world, "pywa", _PYWA) if find_spec("pywa") and find_spec("fastapi") else None
        )
        singles = await _rounds(world, [empty, pywa], _singles)
        batches = await _rounds(world, [pywa], _batches)
    figures = [
        Figure(
            "webhooks_vs_empty",
            singles[0],
            "webhooks/s",
            singles[1],
            "an aiohttp handler that reads the body and answers 200",
            note=f"{CONNECTIONS} connections, {REQUESTS} distinct signed messages a round, {ROUNDS} rounds interleaved; "
            "ours are on disk and deduplicated before the 200",
        )
    ]
    if pywa is not None:
        figures += [
            Figure(
                "webhooks_vs_pywa",
                singles[0],
                "webhooks/s",
                singles[2],
                "pywa 4.5 on FastAPI (uvicorn, uvloop, httptools), signatures checked, nothing stored",
                note="the same messages in the same rounds",
                ratio_at_least=2.0,
            ),
            Figure(
                "events_vs_pywa",
                batches[0] * BATCH,
                "events/s",
                batches[1],
                "pywa 4.5 on FastAPI, which handles the first event of a webhook only",
                note=f"webhooks of {BATCH} messages, {BATCH_CONNECTIONS} connections, {BATCHES} a round, {ROUNDS} rounds "
                f"interleaved, {CUSTOMERS:,} customers; ours are all on disk and deduplicated before the 200",
                ratio_at_least=20.0,
            ),
        ]
    return figures


async def _peer(stack: AsyncExitStack, world: World, name: str, program: str) -> Server:
    port = choose()
    spec = ChildSpec(name, ("-c", program, str(port)), ready_url=f"http://127.0.0.1:{port}/health")
    environment = child_environment(world.settings) | {"BENCH_APP_SECRET": _secret(world)}
    child = Child(spec, environment, lambda *_: None, lambda _: None)
    await child.start()
    stack.push_async_callback(child.stop)
    await child.wait_ready()
    return Server(name, port)


async def _rounds(
    world: World, peers: Sequence[Server | None], load: Callable[[World, int], Awaitable[float]]
) -> list[float]:
    """Requests per second of our gateway, then of each peer: medians of interleaved rounds (a missing peer: 0)."""
    found: list[list[float]] = [[] for _ in range(1 + len(peers))]
    for _ in range(ROUNDS):
        found[0].append(await load(world, world.settings.http_port))
        for number, peer in enumerate(peers, 1):
            found[number].append(await load(world, peer.port) if peer is not None else 0.0)
    return [median(each) for each in found]


async def _singles(world: World, port: int) -> float:
    requests = await asyncio.to_thread(signed_requests, world, port, REQUESTS)
    return await _per_second(port, requests, CONNECTIONS)


async def _batches(world: World, port: int) -> float:
    requests = await asyncio.to_thread(signed_requests, world, port, BATCHES, BATCH)
    return await _per_second(port, requests, BATCH_CONNECTIONS)


async def _per_second(port: int, requests: Sequence[bytes], connections: int) -> float:
    load = await http_load.run("127.0.0.1", port, requests, connections)
    if set(load.statuses) != {200}:
        raise RuntimeError(f"the server answered {dict(load.statuses)}")
    return load.per_second


# --- requests -------------------------------------------------------------------------------------------


def signed_requests(world: World, port: int, count: int, each: int = 1) -> list[bytes]:
    """Signed webhooks of `each` distinct text messages, no two in a webhook of the same customer, ready to send."""
    business = world.emulator.businesses[0]
    secret = _secret(world).encode()
    run = secrets.token_hex(4)
    return [
        _request(
            port,
            _body(business.phone_number_id, business.waba_id, run, range(n * each, (n + 1) * each)),
            secret,
        )
        for n in range(count)
    ]


def _secret(world: World) -> str:
    return world.emulator.app_secret.get_secret_value()


def _request(port: int, body: bytes, secret: bytes) -> bytes:
    signature = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signature}
    return http_load.post("127.0.0.1", port, "/webhooks/whatsapp", body, headers)


def _body(number: str, waba: str, run: str, numbers: range) -> bytes:
    customers = [str(351_940_000_000 + n % CUSTOMERS) for n in numbers]
    now = str(int(time.time()))  # what is old takes a shorter way
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "351210000000", "phone_number_id": number},
        "contacts": [
            {"profile": {"name": "Load"}, "wa_id": customer, "user_id": f"PT.{customer}"}
            for customer in customers
        ],
        "messages": [
            {
                "from": customer,
                "from_user_id": f"PT.{customer}",
                "id": f"wamid.{run}-{n}",
                "timestamp": now,
                "type": "text",
                "text": {"body": "I want yoga tomorrow at 7pm"},
            }
            for n, customer in zip(numbers, customers, strict=True)
        ],
    }
    entry = {"id": waba, "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
