"""What does the emulator consist of? The composition root: `build(config)` puts the parts together."""

import random
import time
from collections.abc import Callable
from typing import Final

from aiohttp import web

from devkit.emulator.serving import application
from devkit.messenger.config import MessengerConfig
from devkit.messenger.control import ControlApi
from devkit.messenger.faults import FaultBox
from devkit.messenger.graph import GraphApi, graph_errors
from devkit.messenger.network import Network
from devkit.messenger.state import Store
from devkit.messenger.webhooks import Webhooks

MOST_REQUEST_BYTES: Final = 32 * 1024 * 1024


def build(config: MessengerConfig, *, clock: Callable[[], float] = time.time) -> web.Application:
    """The emulator as an aiohttp application. `clock` gives unix seconds."""
    faults = FaultBox(random.Random(config.seed))
    webhooks = Webhooks(config, faults, clock)
    network = Network(config, Store(), webhooks, faults, clock)
    apis = (GraphApi(network, faults), ControlApi(network, webhooks, faults))
    return application(apis, (webhooks,), most_bytes=MOST_REQUEST_BYTES, errors=(graph_errors,))
