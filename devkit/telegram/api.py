"""What does a bot's program see? `/bot<token>/<method>` and `/file/bot<token>/<path>`, with the faults asked for."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from devkit.telegram.errors import ApiError, response, too_many
from devkit.telegram.faults import CallFault, FaultBox
from devkit.telegram.params import Params, read
from devkit.telegram.state import BotState, World

Method = Callable[[BotState, Params], object]
_LOOK_EVERY: Final = 0.05


class BotApi:
    """The handlers. `calls` counts by method and HTTP status as the program saw it ("lost": no answer)."""

    def __init__(self, world: World, faults: FaultBox, *tables: Mapping[str, Method]) -> None:
        self._world = world
        self._faults = faults
        self._methods = {name: method for table in tables for name, method in table.items()}
        self.calls: Counter[str] = Counter()

    def routes(self) -> list[web.RouteDef]:
        """What to mount."""
        return [
            web.get("/bot{token}/{method}", self.call),
            web.post("/bot{token}/{method}", self.call),
            web.get("/file/bot{token}/{path:.+}", self.download),
        ]

    async def call(self, request: web.Request) -> web.Response:
        """One call; counted, whatever becomes of it."""
        name = request.match_info["method"]
        try:
            answer = await self._call(request, name)
        except ApiError as error:
            self.calls[f"{name} {error.code}"] += 1
            raise
        self.calls[f"{name} {'lost' if _is_gone(request) else answer.status}"] += 1
        return answer

    async def _call(self, request: web.Request, name: str) -> web.Response:
        bot = self._bot(request)
        method = self._methods.get(name.lower())
        if method is None:
            raise ApiError(404, "Not Found: method not found")
        params = await read(request)
        fault = self._faults.for_call(name, params.number("chat_id"))
        if fault is not None and fault.kind != "lose_answer":
            return await _fail(request, fault)
        result = method(bot, params)
        if fault is not None:
            await _hang_up(request, fault.hold)
        return web.json_response({"ok": True, "result": result})

    async def download(self, request: web.Request) -> web.Response:
        """The bytes of a file, for an hour at least (here: as long as the emulator runs)."""
        self._bot(request)
        path = request.match_info["path"]
        file = next((file for file in self._world.files.values() if file.path == path), None)
        if file is None:
            raise ApiError(404, "Not Found")
        return web.Response(body=file.data, content_type="application/octet-stream")

    def _bot(self, request: web.Request) -> BotState:
        token = request.match_info["token"]
        if ":" not in token:
            raise ApiError(401, "Unauthorized: invalid token specified")
        bot = self._world.bot_by_token(token)
        if bot is None:
            raise ApiError(401, "Unauthorized")
        return bot


async def _fail(request: web.Request, fault: CallFault) -> web.Response:
    match fault.kind:
        case "too_many":
            raise too_many(fault.retry_after)
        case "error":
            raise ApiError(fault.status, fault.description)
        case "server_error":
            raise ApiError(500, "Internal Server Error: refused on request of the emulator's faults")
        case "bad_gateway":
            return web.Response(
                status=502, text="<html><h1>502 Bad Gateway</h1></html>", content_type="text/html"
            )
        case _:
            await _hang_up(request, fault.hold if fault.kind == "no_answer" else 0)
            return web.Response()  # goes nowhere: the connection is closed


async def _hang_up(request: web.Request, after: float) -> None:
    """Close the connection without an answer after so many seconds; who has gone before is not waited for."""
    until = time.monotonic() + after
    # aiohttp tells of a closed connection only to who asks.
    while (left := until - time.monotonic()) > 0 and not _is_gone(request):  # noqa: ASYNC110
        await asyncio.sleep(min(left, _LOOK_EVERY))
    if request.transport is not None:
        request.transport.abort()


def _is_gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


@web.middleware
async def api_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors of the Bot API in its own shape."""
    if not request.path.startswith(("/bot", "/file/bot")):
        return await handler(request)
    try:
        return await handler(request)
    except ApiError as error:
        return response(error)
    except web.HTTPRequestEntityTooLarge:
        return response(ApiError(413, "Request Entity Too Large"))
    except web.HTTPNotFound:
        return response(ApiError(404, "Not Found"))
