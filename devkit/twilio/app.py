"""What does the emulator consist of? The composition root: `build(config)` puts the parts together."""

import random
import time
from collections.abc import Callable
from typing import Final

from aiohttp import web

from devkit.emulator.serving import Part, application
from devkit.twilio.config import TwilioConfig
from devkit.twilio.control import ControlApi
from devkit.twilio.faults import FaultBox
from devkit.twilio.network import Network
from devkit.twilio.rest import RestApi, rest_errors
from devkit.twilio.state import Store
from devkit.twilio.storage import Storage
from devkit.twilio.webhooks import Webhooks

MOST_REQUEST_BYTES: Final = 16 * 1024 * 1024


def build(config: TwilioConfig, *, clock: Callable[[], float] = time.time) -> web.Application:
    """The emulator as an aiohttp application. `clock` gives unix seconds."""
    faults, store = FaultBox(random.Random(config.seed)), Store()
    webhooks = Webhooks(config, faults)
    network = Network(config, store, webhooks, faults, clock)
    secret = config.auth_token.get_secret_value().encode()
    storage = Storage(store, secret, clock, host=config.host, port=config.media_port)
    parts: tuple[Part, ...] = (webhooks, storage) if config.media_redirect else (webhooks,)
    apis = (RestApi(network, faults, storage), ControlApi(network, webhooks, faults))
    return application(apis, parts, most_bytes=MOST_REQUEST_BYTES, errors=(rest_errors,))
