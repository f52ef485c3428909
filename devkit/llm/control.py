"""How do tests steer the emulator? They say what it does with the next requests, and look at those that came."""

from dataclasses import asdict

from aiohttp import web

from devkit.emulator.values import Frozen, model_in
from devkit.llm.api import ModelApi
from devkit.llm.steps import Script, Step


class Steps(Frozen):
    """Steps to come, after those that are there."""

    steps: tuple[Step, ...]


class ControlApi:
    """The handlers of `/_control/…` and `/health`."""

    def __init__(self, script: Script, api: ModelApi) -> None:
        self._script = script
        self._api = api

    def routes(self) -> list[web.RouteDef]:
        """What to mount."""
        return [
            web.get("/health", self.health),
            web.post("/_control/steps", self.add),
            web.get("/_control/steps", self.steps),
            web.delete("/_control/steps", self.clear),
            web.get("/_control/requests", self.requests),
            web.get("/_control/stats", self.stats),
        ]

    async def health(self, request: web.Request) -> web.Response:
        """200 as long as it runs."""
        return web.json_response({"status": "ok", "running": self._api.counts.running})

    async def add(self, request: web.Request) -> web.Response:
        """More steps (`Steps`)."""
        self._script.add((await model_in(request, Steps)).steps)
        return await self.steps(request)

    async def steps(self, request: web.Request) -> web.Response:
        """The steps that are left."""
        return web.json_response({"steps": [step.model_dump(mode="json") for step in self._script.steps]})

    async def clear(self, request: web.Request) -> web.Response:
        """Forget the steps, and the requests that came."""
        self._script.steps.clear()
        self._api.seen.clear()
        return await self.steps(request)

    async def requests(self, request: web.Request) -> web.Response:
        """The requests that came, oldest first: provider, API, model, tools, last words, results, and the whole body."""
        return web.json_response({"requests": [asdict(seen) for seen in self._api.seen]})

    async def stats(self, request: web.Request) -> web.Response:
        """Counts since the start (`Counts`)."""
        return web.json_response(asdict(self._api.counts))
