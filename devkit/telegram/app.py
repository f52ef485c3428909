"""What does the emulator consist of? The composition root: `build(config)` puts the parts together."""

import random
import time
from collections.abc import AsyncIterator, Callable

from aiohttp import web

from devkit.telegram.api import BotApi, api_errors
from devkit.telegram.config import MEBIBYTE, EmulatorConfig
from devkit.telegram.control import ControlApi
from devkit.telegram.faults import FaultBox
from devkit.telegram.methods import Methods
from devkit.telegram.people import PeopleApi
from devkit.telegram.sender import WebhookSender
from devkit.telegram.state import World
from devkit.telegram.webhook_methods import WebhookMethods
from devkit.whatsapp.app import only_own_pages


def build(config: EmulatorConfig, *, clock: Callable[[], float] = time.time) -> web.Application:
    """The emulator as an aiohttp application. `clock` gives unix seconds."""
    rng = random.Random(config.seed)
    faults, world = FaultBox(rng), World(config)
    sender = WebhookSender(config, faults, rng, clock)
    methods = Methods(config, world, clock)
    api = BotApi(world, faults, methods.table, WebhookMethods(config, sender).table)

    async def running(app: web.Application) -> AsyncIterator[None]:
        await sender.start()
        yield
        await sender.close()

    # A little more than the largest file, for what is wrapped around it.
    app = web.Application(
        client_max_size=config.max_upload + MEBIBYTE, middlewares=[only_own_pages, api_errors]
    )
    app.cleanup_ctx.append(running)
    for part in (api, PeopleApi(world, sender, clock), ControlApi(world, sender, faults, api, methods)):
        app.router.add_routes(part.routes())
    return app
