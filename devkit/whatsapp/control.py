"""How do tests steer the emulator? Faults on and off, bodies replayed, and what was sent so far."""

import json
from dataclasses import asdict
from typing import Final

from aiohttp import web

from devkit.emulator.control import Control
from devkit.emulator.meta import Signing
from devkit.whatsapp.faults import FaultBox
from devkit.whatsapp.payloads import encode
from devkit.whatsapp.sender import WebhookSender
from devkit.whatsapp.sendlog import SendLog

_SIGNINGS: Final[dict[str, Signing]] = {"good": "good", "bad": "bad", "none": "none"}


class ControlApi(Control):
    """The handlers of `/emulator/…` and `/health`."""

    base = "/emulator"

    def __init__(self, sender: WebhookSender, faults: FaultBox, sends: SendLog) -> None:
        super().__init__(sender, faults)
        self._webhooks = sender
        self._sends = sends

    def routes(self) -> list[web.RouteDef]:
        """What to mount."""
        return [
            *super().routes(),
            web.post("/emulator/webhook", self.webhook),
            web.get("/emulator/stats", self.stats),
            web.get("/emulator/sends", self.sends),
        ]

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
                {"statuses": [await self._webhooks.once(encode(b), signing) for b in bodies]}
            )
        return web.json_response({"status": await self._webhooks.once(raw, signing)})

    async def stats(self, request: web.Request) -> web.Response:
        """Counts since the start; `?idle_within=<seconds>` waits until nothing is pending, `idle` says if
        so."""
        return web.json_response(await self.waited(request) | asdict(self._webhooks.counts))

    async def sends(self, request: web.Request) -> web.Response:
        """What the business asked to be sent, in order, and what became of it: `?to=<wa_id>&number=<id>&after=<seq>`."""
        after = request.query.get("after", "0")
        found = self._sends.entries(
            number=request.query.get("number"),
            to=request.query.get("to"),
            after=int(after) if after.isdigit() else 0,
        )
        return web.json_response({"sends": [asdict(entry) for entry in found]})
