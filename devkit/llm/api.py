"""How does a request get its answer? The step that is next for it, in its provider's wire format, with all its trouble."""

import asyncio
import json
from dataclasses import dataclass

from aiohttp import web

from devkit.llm.anthropic_messages import Messages
from devkit.llm.config import LlmConfig
from devkit.llm.openai_chat import ChatCompletions
from devkit.llm.openai_responses import Responses
from devkit.llm.steps import Provider, Script, Step
from devkit.llm.wire import Format, Misfit, Seen

PIECES = 10


@dataclass(slots=True)
class Counts:
    """What happened so far: `running` now and `most_running` at the same time, `left` by callers that went away."""

    requests: int = 0
    running: int = 0
    most_running: int = 0
    answered: int = 0
    left: int = 0
    misfits: int = 0


class ModelApi:
    """The providers' endpoints, each below its provider's name: `/openai/v1/…`, `/anthropic/v1/…`, `/ollama/v1/…`."""

    def __init__(self, config: LlmConfig, script: Script) -> None:
        self._config = config
        self._script = script
        self.seen: list[Seen] = []
        self.counts = Counts()

    def routes(self) -> list[web.RouteDef]:
        """What to mount."""
        chat = ChatCompletions()
        return [
            self._route("openai", "/openai/v1/chat/completions", chat),
            self._route("openai", "/openai/v1/responses", Responses()),
            self._route("anthropic", "/anthropic/v1/messages", Messages()),
            self._route("ollama", "/ollama/v1/chat/completions", chat),
        ]

    def _route(self, provider: Provider, path: str, wire: Format) -> web.RouteDef:
        async def handler(request: web.Request) -> web.StreamResponse:
            counts = self.counts
            counts.requests += 1
            counts.running += 1
            counts.most_running = max(counts.most_running, counts.running)
            try:
                return await self._handle(request, provider, wire)
            except (asyncio.CancelledError, ConnectionResetError):
                counts.left += 1
                raise
            finally:
                counts.running -= 1

        return web.post(path, handler)

    async def _handle(self, request: web.Request, provider: Provider, wire: Format) -> web.StreamResponse:
        if not self._signed_in(request):
            return web.json_response(wire.error(401, "invalid_api_key", "Incorrect API key."), status=401)
        try:
            body = await request.json()
            if body.get("stream"):
                raise Misfit("The emulator does not stream.")
            seen = wire.read(provider, body)
        except (Misfit, KeyError, TypeError, ValueError) as misfit:
            self.counts.misfits += 1
            return web.json_response(wire.error(400, None, f"{type(misfit).__name__}: {misfit}"), status=400)
        self.seen.append(seen)
        step = self._script.take(provider, seen.model)
        await asyncio.sleep(step.think_seconds)
        if step.cut == "before":
            return _hang_up(request)
        return await self._respond(request, wire, step, seen)

    async def _respond(
        self, request: web.Request, wire: Format, step: Step, seen: Seen
    ) -> web.StreamResponse:
        failed = step.status >= web.HTTPBadRequest.status_code
        document = (
            wire.error(step.status, step.error_code, f"Emulated {step.status}.")
            if failed
            else wire.answer(step, seen)
        )
        text = (json.dumps(document) if step.body is None else step.body).encode()
        headers = {} if step.retry_after is None else {"Retry-After": f"{step.retry_after:g}"}
        response = web.StreamResponse(status=step.status, headers=headers)
        response.content_type = "application/json" if step.body is None else "text/plain"
        response.content_length = len(text)
        await response.prepare(request)
        size = -(-len(text) // PIECES)
        for start in range(0, len(text), size):
            if start and step.cut == "within":
                return _hang_up(request)
            if start and step.dribble_seconds:
                await asyncio.sleep(step.dribble_seconds)
            await response.write(text[start : start + size])
        await response.write_eof()
        self.counts.answered += 1
        return response

    def _signed_in(self, request: web.Request) -> bool:
        key = self._config.api_key
        if key is None:
            return True
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return key.get_secret_value() in (bearer, request.headers.get("x-api-key", ""))


def _hang_up(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    raise ConnectionResetError("hung up, as told")
