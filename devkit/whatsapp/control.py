"""How do tests steer the emulator? Faults on and off, bodies replayed, and what was sent so far."""

import asyncio
import json
from dataclasses import asdict
from typing import Final

from aiohttp import web

from devkit.whatsapp.faults import FaultBox, Faults
from devkit.whatsapp.payloads import encode
from devkit.whatsapp.requests import model_in
from devkit.whatsapp.sender import Signing, WebhookSender
from devkit.whatsapp.sendlog import SendLog

_SIGNINGS: Final[dict[str, Signing]] = {"good": "good", "bad": "bad", "none": "none"}


class ControlApi:
    """The handlers of `/emulator/…` and `/health`."""

    def __init__(self, sender: WebhookSender, faults: FaultBox, sends: SendLog) -> None:
        self._sender = sender
        self._faults = faults
        self._sends = sends

    def routes(self) -> list[web.RouteDef]:
        """What to mount."""
        return [
            web.get("/health", self.health),
            web.get("/emulator/faults", self.faults),
            web.post("/emulator/faults", self.set_faults),
            web.delete("/emulator/faults", self.clear_faults),
            web.post("/emulator/webhook", self.webhook),
            web.get("/emulator/stats", self.stats),
            web.get("/emulator/sends", self.sends),
        ]

    async def health(self, request: web.Request) -> web.Response:
        """200 as long as it runs."""
        return web.json_response({"status": "ok", "pending": self._sender.pending})

    async def faults(self, request: web.Request) -> web.Response:
        """The faults in force, with what is left of the counted ones."""
        return web.json_response(self._faults.current.model_dump())

    async def set_faults(self, request: web.Request) -> web.Response:
        """Replace the faults: a `Faults` object; what is left out is off."""
        self._faults.current = await model_in(request, Faults)
        return await self.faults(request)

    async def clear_faults(self, request: web.Request) -> web.Response:
        """Behave again."""
        self._faults.current = Faults()
        return await self.faults(request)

    async def webhook(self, request: web.Request) -> web.Response:
        """Send a webhook body to the gateway, once and now: `{"status": 200}`, 0 for no answer.

        The body goes out byte for byte. A JSON array is a list of bodies, each encoded as Meta does and sent
        in turn: `{"statuses": [200, …]}`. `?signature=bad` or `none` leaves the good signature out.
        """
        signing = _SIGNINGS.get(request.query.get("signature", "good"))
        if signing is None:
            raise web.HTTPBadRequest(text=f"signature must be one of {', '.join(_SIGNINGS)}.")
        raw = await request.read()
        if raw.lstrip().startswith(b"["):
            try:
                bodies = json.loads(raw)
            except ValueError:
                raise web.HTTPBadRequest(
                    text="A body that starts with [ must be a JSON array of bodies."
                ) from None
            return web.json_response(
                {"statuses": [await self._sender.post_once(encode(b), signing) for b in bodies]}
            )
        return web.json_response({"status": await self._sender.post_once(raw, signing)})

    async def stats(self, request: web.Request) -> web.Response:
        """Counts since the start; `?idle_within=<seconds>` waits until nothing is pending, `idle` says if
        so."""
        try:
            async with asyncio.timeout(min(float(request.query.get("idle_within", 0)), 60)):
                await self._sender.idle()
        except TimeoutError:
            pass  # still busy: the numbers tell
        except ValueError:
            raise web.HTTPBadRequest(text="idle_within must be a number of seconds.") from None
        pending = self._sender.pending
        return web.json_response({"idle": pending == 0, "pending": pending, **asdict(self._sender.counts)})

    async def sends(self, request: web.Request) -> web.Response:
        """What the business asked to be sent, in order, and what became of it: `?to=<wa_id>&number=<id>&after=<seq>`."""
        after = request.query.get("after", "0")
        found = self._sends.entries(
            number=request.query.get("number"),
            to=request.query.get("to"),
            after=int(after) if after.isdigit() else 0,
        )
        return web.json_response({"sends": [asdict(entry) for entry in found]})
