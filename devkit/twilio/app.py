"""What does the emulator consist of? The composition root: `build(config)` puts the parts together."""

import random
import time
from collections.abc import AsyncIterator, Callable
from typing import Final

from aiohttp import web

from devkit.twilio.config import TwilioConfig
from devkit.twilio.control import ControlApi
from devkit.twilio.faults import FaultBox
from devkit.twilio.network import Network
from devkit.twilio.rest import RestApi, rest_errors
from devkit.twilio.state import Store
from devkit.twilio.storage import Storage
from devkit.twilio.webhooks import Webhooks
from devkit.whatsapp.app import only_own_pages

MOST_REQUEST_BYTES: Final = 16 * 1024 * 1024


def build(config: TwilioConfig, *, clock: Callable[[], float] = time.time) -> web.Application:
    """The emulator as an aiohttp application. `clock` gives unix seconds."""
    faults, store = FaultBox(random.Random(config.seed)), Store()
    webhooks = Webhooks(config, faults)
    network = Network(config, store, webhooks, faults, clock)
    storage = Storage(store, config.auth_token.get_secret_value().encode(), clock)

    async def running(app: web.Application) -> AsyncIterator[None]:
        await webhooks.start()
        if config.media_redirect:
            await storage.start(config.host, config.media_port)
        yield
        await storage.close()
        await webhooks.close()

    app = web.Application(client_max_size=MOST_REQUEST_BYTES, middlewares=[only_own_pages, rest_errors])
    app.cleanup_ctx.append(running)
    for api in (RestApi(network, faults, storage), ControlApi(network, webhooks, faults)):
        app.router.add_routes(api.routes())
    return app
