"""What does the emulator consist of? The composition root: `build(config)` puts the parts together."""

import random
import time
from collections.abc import Callable

from aiohttp import web

from devkit.emulator.serving import application
from devkit.telegram.api import BotApi, api_errors
from devkit.telegram.config import MEBIBYTE, EmulatorConfig
from devkit.telegram.control import ControlApi
from devkit.telegram.faults import FaultBox
from devkit.telegram.methods import Methods
from devkit.telegram.people import PeopleApi
from devkit.telegram.sender import WebhookSender
from devkit.telegram.state import World
from devkit.telegram.webhook_methods import WebhookMethods


def build(config: EmulatorConfig, *, clock: Callable[[], float] = time.time) -> web.Application:
    """The emulator as an aiohttp application. `clock` gives unix seconds."""
    rng = random.Random(config.seed)
    faults, world = FaultBox(rng), World(config)
    sender = WebhookSender(config, faults, rng, clock)
    methods = Methods(config, world, clock)
    api = BotApi(world, faults, methods.table, WebhookMethods(config, sender).table)
    apis = (api, PeopleApi(world, sender, clock), ControlApi(world, sender, faults, api, methods))
    # A little more than the largest file, for what is wrapped around it.
    return application(apis, (sender,), most_bytes=config.max_upload + MEBIBYTE, errors=(api_errors,))
