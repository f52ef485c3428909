"""What does the emulator consist of? The composition root: `build(config)` puts the parts together."""

import random
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from aiohttp import web

from devkit.emulator.serving import application
from devkit.whatsapp.config import EmulatorConfig
from devkit.whatsapp.control import ControlApi
from devkit.whatsapp.faults import FaultBox
from devkit.whatsapp.graph import GraphApi, graph_errors
from devkit.whatsapp.limits import MAX_REQUEST_BYTES
from devkit.whatsapp.live import LiveApi
from devkit.whatsapp.network import Network
from devkit.whatsapp.payloads import Update
from devkit.whatsapp.phone import PhoneApi
from devkit.whatsapp.sender import WebhookSender
from devkit.whatsapp.sendlog import SendLog
from devkit.whatsapp.state import Store

STATIC: Final = Path(__file__).parent / "static"
SENDS: Final = web.AppKey("sends", SendLog)
"""Where a program that runs the emulator in itself finds the record of what was sent."""
CONTENT_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def build(config: EmulatorConfig, *, clock: Callable[[], float] = time.time) -> web.Application:
    """The emulator as an aiohttp application. `clock` gives unix seconds."""
    rng = random.Random(config.seed)
    faults, sends = FaultBox(random.Random(config.seed)), SendLog()
    store = Store(secrets.token_hex(8), config.customers)
    accepted: list[Callable[[Update], None]] = []
    sender = WebhookSender(config, faults, rng, lambda update: accepted[0](update))
    network = Network(config, store, sender, faults, clock)
    accepted.append(network.accepted)
    live = LiveApi(network)

    async def say_goodbye(app: web.Application) -> None:
        await live.close()

    apis = (GraphApi(network, faults, sends), PhoneApi(network), ControlApi(sender, faults, sends), live)
    app = application(apis, (sender,), most_bytes=MAX_REQUEST_BYTES, errors=(graph_errors,))
    app.on_shutdown.append(say_goodbye)
    app.router.add_get("/", _page)
    app.router.add_static("/static", STATIC)
    app[SENDS] = sends
    app.on_response_prepare.append(_harden)
    return app


async def _page(request: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "index.html")


async def _harden(request: web.Request, response: web.StreamResponse) -> None:
    # Not on files: a browser's PDF viewer does not open under such a policy.
    if not request.path.startswith("/phone/"):
        response.headers["Content-Security-Policy"] = CONTENT_POLICY
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    if request.path == "/" or request.path.startswith("/static/"):
        response.headers["Cache-Control"] = "no-cache"
