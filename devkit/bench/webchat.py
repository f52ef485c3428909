"""10,000 open web-chat pages on one gateway process: memory of each, and how soon a message is on one of them.

`python -m devkit.bench.webchat <port>` is the process that is measured (settings from `USHER_*`): web chat on the real
PostgreSQL and NATS, and beside it, at /empty, an aiohttp WebSocket handler that does nothing.
"""

from __future__ import annotations

import asyncio
import gc
import random
import resource  # not on Windows, where this bench does not run
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Final
from uuid import UUID

import aiohttp
import orjson
from aiohttp import web

from devkit.bench.report import Figure
from services.gateway.channels import MessageIn
from services.gateway.channels.webchat import WebChat as Adapter
from services.gateway.domain.account import ChannelAccount
from services.gateway.secrets import Vault
from services.gateway.store.deliveries import DeliveryStore, NewDelivery
from services.gateway.store.uploads import UploadStore
from services.gateway.store.webchat import WebChatStore
from services.gateway.webchat.app import WebChat
from services.gateway.webchat.identity import issue
from services.gateway.webchat.limits import Limits
from shared import ids
from shared.bus import Bus
from shared.db import Database
from shared.files import Files
from shared.messages.conversation import ChannelAddress, MessageSent, TextBody
from shared.settings import Settings
from usher.child import Child, ChildSpec
from usher.embedded.ports import LOOPBACK, choose
from usher.environment import child_environment
from usher.loop import run

SOCKETS: Final = 10_000
MESSAGES: Final = 2_000
PER_SECOND: Final = 200
OPENING_AT_ONCE: Final = 100
MOST_KIB: Final = 20.0
MOST_MS: Final = 100.0
SITE: Final = "https://site.example"
ACCOUNT: Final = ChannelAccount(
    ids.tenant_id_of("web-chat-bench"),
    "webchat",
    "bench",
    secrets={"visitor_secret": ("a-secret-of-the-bench-that-signs-nothing-else",)},
    settings={"origins": [SITE]},
)
# What a browser sends: headers stay in memory as long as the socket does.
BROWSER: Final = {
    "Origin": SITE,
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36",
    "Accept-Language": "pt-PT,pt;q=0.9,en;q=0.8",
    "Cache-Control": "no-cache",
    "Pragma": "no-cache",
    "Accept-Encoding": "gzip, deflate, br, zstd",
}


# --- the process that is measured -------------------------------------------------------------------------


async def serve(settings: Settings, port: int) -> None:
    """Web chat and the empty handler, until the process is ended."""
    _raise_limit()
    database = await Database.open(settings.database_url or "", name="bench")
    bus = await Bus.connect(settings.nats_url or "", "bench")
    chat = _chat(database, f"http://{LOOPBACK}:{port}")
    app = web.Application()
    chat.routes(app)
    app.router.add_get("/empty", _empty)
    app.router.add_get("/memory", _memory)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    chat.start()
    await chat.join(bus, Files(bus))
    await web.TCPSite(runner, LOOPBACK, port, backlog=4096).start()
    await asyncio.Event().wait()


def _chat(database: Database, url: str) -> WebChat:
    limits = Limits(sockets_per_address=2 * SOCKETS, sockets=2 * SOCKETS)
    return WebChat(
        WebChatStore(database), UploadStore(database), Vault([]), _receive, _find, url, limits=limits
    )


async def _receive(account: ChannelAccount, item: MessageIn) -> None:
    raise NotImplementedError("nobody writes here")


async def _find(account_id: str) -> ChannelAccount | None:
    return ACCOUNT if account_id == ACCOUNT.account_id else None


async def _empty(request: web.Request) -> web.StreamResponse:
    socket = web.WebSocketResponse(heartbeat=25.0, max_msg_size=16 * 1024, compress=False)
    await socket.prepare(request)
    async for _ in socket:
        await socket.send_str("{}")
    return socket


async def _memory(request: web.Request) -> web.Response:
    return web.Response(text=str(_resident_bytes()))


def _resident_bytes() -> int:
    """What this process has in memory, as Linux counts it."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def _raise_limit() -> None:
    """As many open files as this user may have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


# --- measuring --------------------------------------------------------------------------------------------


async def measure(settings: Settings) -> list[Figure]:
    """Memory of a page against the empty handler's, then the latency of messages to random ones of 10,000 pages."""
    _raise_limit()
    async with _server(settings) as port:
        empty, _ = await _open(port, "/empty", [])
    async with _server(settings) as port, aiohttp.ClientSession(connector=_unlimited()) as http:
        visitors = [ids.derive("web chat bench", n) for n in range(SOCKETS)]
        ours, pages = await _open(port, f"/webchat/{ACCOUNT.account_id}/socket", visitors, http)
        latencies = await _latencies(settings, list(zip(visitors, pages, strict=True)))
    cuts = quantiles(latencies, n=100)
    return [
        Figure(
            "webchat_memory_per_socket",
            ours / 1024,
            "KiB",
            empty / 1024,
            "an aiohttp WebSocket handler that does nothing",
            note=f"{SOCKETS:,} idle pages after their hello on one process: its resident memory before and after, by page",
            at_most=MOST_KIB,
        ),
        Figure(
            "webchat_latency_p95",
            cuts[94],
            "ms",
            MOST_MS,
            "the floor the project set itself: what a person sees as at once",
            note=f"{MESSAGES:,} messages, {PER_SECOND} a second, each to a random one of {SOCKETS:,} open pages, sent by another "
            f"process: p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, p99 {cuts[98]:.1f} ms, slowest {max(latencies):.1f} ms, "
            "from the sender's call (store as sent, nudge over NATS, read, push) to the page",
            at_most=MOST_MS,
        ),
    ]


@asynccontextmanager
async def _server(settings: Settings) -> AsyncIterator[int]:
    port = choose()
    spec = ChildSpec(
        "webchat", ("-m", "devkit.bench.webchat", str(port)), ready_url=f"http://{LOOPBACK}:{port}/memory"
    )
    child = Child(spec, child_environment(settings), lambda *_: None, lambda _: None)
    await child.start()
    await child.wait_ready()
    try:
        yield port
    finally:
        await child.stop()


def _unlimited() -> aiohttp.TCPConnector:
    return aiohttp.TCPConnector(limit=0)


async def _open(
    port: int, path: str, visitors: Sequence[UUID], http: aiohttp.ClientSession | None = None
) -> tuple[float, list[aiohttp.ClientWebSocketResponse]]:
    """Open all sockets (as these visitors); the bytes that each costs the process. Without `http` they are closed."""
    if http is None:
        async with aiohttp.ClientSession(connector=_unlimited()) as own:
            return await _open(port, path, visitors, own)
    base = f"http://{LOOPBACK}:{port}"
    for _ in range(20):  # what the first requests leave behind is not a socket's
        await (await http.ws_connect(base + "/empty")).close()
    before = await _resident(http, base)
    pages: list[aiohttp.ClientWebSocketResponse] = []
    for first in range(0, SOCKETS, OPENING_AT_ONCE):
        some = range(first, min(first + OPENING_AT_ONCE, SOCKETS))
        tokens = [issue(ACCOUNT, visitors[n], datetime.now(UTC)) if visitors else "" for n in some]
        pages += await asyncio.gather(*(_page(http, base + path, token) for token in tokens))
    return (await _resident(http, base) - before) / SOCKETS, pages


async def _page(http: aiohttp.ClientSession, url: str, token: str) -> aiohttp.ClientWebSocketResponse:
    page = await http.ws_connect(url, headers=BROWSER)
    await page.send_str(orjson.dumps({"type": "hello", "token": token, "last": None}).decode())
    answer = await page.receive(timeout=30)
    if answer.type is not aiohttp.WSMsgType.TEXT:
        raise RuntimeError(f"a page was not welcomed: {answer}")
    return page


async def _resident(http: aiohttp.ClientSession, base: str) -> int:
    async with http.get(f"{base}/memory") as response:
        return int(await response.text())


Opened = tuple[UUID, aiohttp.ClientWebSocketResponse]


async def _latencies(settings: Settings, pages: Sequence[Opened]) -> list[float]:
    """Milliseconds of each message, at a steady rate; the sender is this process."""
    database = await Database.open(settings.database_url or "", name="bench sender")
    bus = await Bus.connect(settings.nats_url or "", "bench-sender")
    chat = _chat(database, "")
    await chat.join(bus, Files(bus))
    loop = asyncio.get_running_loop()
    chosen = random.Random(1).sample(pages, MESSAGES)
    messages = [_message(visitor) for visitor, _ in chosen]
    await DeliveryStore(database).write([_row(message) for message in messages], [])

    async def one(message: MessageSent, page: aiohttp.ClientWebSocketResponse) -> float:
        began = time.perf_counter()  # finer than the loop's clock
        [call] = Adapter().render(message, ACCOUNT)
        await chat.local(call)
        received = await page.receive(timeout=30)
        if str(message.message_id) not in str(received.data):
            raise RuntimeError(f"a page got something else: {received}")
        return (time.perf_counter() - began) * 1000

    began = loop.time()
    sends: list[asyncio.Task[float]] = []
    for n, (message, (_, page)) in enumerate(zip(messages, chosen, strict=True)):
        await asyncio.sleep(max(0.0, began + n / PER_SECOND - loop.time()))
        sends.append(asyncio.create_task(one(message, page)))
    latencies = await asyncio.gather(*sends)
    await bus.close()
    await database.close()
    return latencies


def _message(visitor: UUID) -> MessageSent:
    tenant_id = ACCOUNT.tenant_id
    return MessageSent(
        tenant_id=tenant_id,
        message_id=ids.fresh(),
        conversation_id=ids.conversation_id_of(tenant_id, "webchat", ACCOUNT.account_id, str(visitor)),
        to=ChannelAddress(channel="webchat", account_id=ACCOUNT.account_id, user_id=str(visitor)),
        purpose="reply",
        body=TextBody(text="There are three places left tomorrow at 19:00. Shall I book one?"),
    )


def _row(message: MessageSent) -> NewDelivery:
    return NewDelivery(
        tenant_id=message.tenant_id,
        id=message.message_id,
        partition=0,
        conversation_id=message.conversation_id,
        channel="webchat",
        purpose=message.purpose,
        payload=message.encode(),
        account_id=ACCOUNT.account_id,
        user_id=message.to.user_id,
    )


if __name__ == "__main__":
    run(serve(Settings(), int(sys.argv[1])))
