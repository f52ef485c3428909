"""What does the emulator consist of? The composition root: `build(config)` puts the parts together."""

import random
import time
from collections.abc import AsyncIterator, Callable
from typing import Final

from aiohttp import web

from devkit.messenger.config import MessengerConfig
from devkit.messenger.control import ControlApi
from devkit.messenger.faults import FaultBox
from devkit.messenger.graph import GraphApi, graph_errors
from devkit.messenger.network import Network
from devkit.messenger.state import Store
from devkit.messenger.webhooks import Webhooks
from devkit.whatsapp.app import only_own_pages

MOST_REQUEST_BYTES: Final = 32 * 1024 * 1024


def build(config: MessengerConfig, *, clock: Callable[[], float] = time.time) -> web.Application:
    """The emulator as an aiohttp application. `clock` gives unix seconds."""
    faults = FaultBox(random.Random(config.seed))
    webhooks = Webhooks(config, faults, clock)
    network = Network(config, Store(), webhooks, faults, clock)

    async def running(app: web.Application) -> AsyncIterator[None]:
        await webhooks.start()
        yield
        await webhooks.close()

    app = web.Application(client_max_size=MOST_REQUEST_BYTES, middlewares=[only_own_pages, graph_errors])
    app.cleanup_ctx.append(running)
    for api in (GraphApi(network, faults), ControlApi(network, webhooks, faults)):
        app.router.add_routes(api.routes())
    return app
