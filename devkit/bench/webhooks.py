"""Webhooks per second, stored and deduplicated before the 200, against an aiohttp handler that does nothing."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import sys
from statistics import median

from devkit.bench import http_load
from devkit.bench.report import Figure
from devkit.demo.world import World
from usher.child import Child, ChildSpec
from usher.embedded.ports import choose
from usher.environment import child_environment

REQUESTS = 8_000
CONNECTIONS = 64
ROUNDS = 3

EMPTY = """
import sys
from aiohttp import web
async def empty(request):
    await request.read()
    return web.Response()
app = web.Application()
app.router.add_post("/webhooks/whatsapp", empty)
app.router.add_get("/health", lambda request: web.Response())
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None{loop})
"""


def signed_requests(world: World, port: int, count: int) -> list[bytes]:
    """Distinct text messages from distinct customers, signed, ready to send."""
    business = world.emulator.businesses[0]
    secret = world.emulator.app_secret.get_secret_value().encode()
    run = secrets.token_hex(4)
    return [
        _request(port, _body(business.phone_number_id, business.waba_id, f"{run}-{n}", n), secret)
        for n in range(count)
    ]


def _request(port: int, body: bytes, secret: bytes) -> bytes:
    signature = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signature}
    return http_load.post("127.0.0.1", port, "/webhooks/whatsapp", body, headers)


def _body(number: str, waba: str, name: str, n: int) -> bytes:
    customer = str(351_940_000_000 + n)
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "351210000000", "phone_number_id": number},
        "contacts": [{"profile": {"name": "Load"}, "wa_id": customer}],
        "messages": [
            {
                "from": customer,
                "id": f"wamid.{name}",
                "timestamp": "1763800000",
                "type": "text",
                "text": {"body": "I want yoga tomorrow at 7pm"},
            }
        ],
    }
    entry = {"id": waba, "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


async def measure(world: World) -> Figure:
    """Interleaved rounds of the two servers; medians. Only the gateway of the services is running."""
    port = choose()
    loop = ", loop=__import__('uvloop').new_event_loop()" if sys.platform != "win32" else ""
    spec = ChildSpec(
        "empty", ("-c", EMPTY.format(loop=loop), str(port)), ready_url=f"http://127.0.0.1:{port}/health"
    )
    empty = Child(spec, child_environment(world.settings), lambda *_: None, lambda _: None)
    await empty.start()
    await empty.wait_ready()
    ours: list[float] = []
    peers: list[float] = []
    try:
        for _ in range(ROUNDS):
            gateway_port = world.settings.http_port
            requests = await asyncio.to_thread(signed_requests, world, gateway_port, REQUESTS)
            load = await http_load.run("127.0.0.1", gateway_port, requests, CONNECTIONS)
            if set(load.statuses) != {200}:
                raise RuntimeError(f"the gateway answered {dict(load.statuses)}")
            ours.append(load.per_second)
            requests = await asyncio.to_thread(signed_requests, world, port, REQUESTS)
            peers.append((await http_load.run("127.0.0.1", port, requests, CONNECTIONS)).per_second)
    finally:
        await empty.stop()
    return Figure(
        "webhooks_vs_empty",
        median(ours),
        "webhooks/s",
        median(peers),
        "an aiohttp handler that reads the body and answers 200",
        note=f"{CONNECTIONS} connections, {REQUESTS} distinct signed messages a round, {ROUNDS} rounds interleaved; "
        "ours are on disk and deduplicated before the 200",
    )
