"""What does the emulator consist of? The composition root: `build(config)` puts the parts together."""

from typing import Final

from aiohttp import web

from devkit.emulator.serving import only_own_pages
from devkit.llm.api import ModelApi
from devkit.llm.config import LlmConfig
from devkit.llm.control import ControlApi
from devkit.llm.steps import Script

MOST_REQUEST_BYTES: Final = 16 * 1024 * 1024


def build(config: LlmConfig) -> web.Application:
    """The emulator as an aiohttp application."""
    script = Script(config.otherwise)
    api = ModelApi(config, script)
    app = web.Application(client_max_size=MOST_REQUEST_BYTES, middlewares=[only_own_pages])
    app.router.add_routes(api.routes())
    app.router.add_routes(ControlApi(script, api).routes())
    return app
