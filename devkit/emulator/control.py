"""How do tests steer any emulator? Faults on and off, is it well, has it done all there is to do."""

import asyncio
from typing import Any, ClassVar

from aiohttp import web

from devkit.emulator.faults import FaultBox
from devkit.emulator.sending import Sender
from devkit.emulator.values import model_in


class Control:
    """The handlers of `/health` and `<base>/faults`; each emulator adds its own to `routes`."""

    base: ClassVar[str] = "/_control"
    health_path: ClassVar[str] = "/health"

    def __init__(
        self, sender: Sender, faults: FaultBox[Any, Any, Any]
    ) -> None:  # Any: whatever goes wrong here
        self._sender = sender
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        """What to mount."""
        faults = f"{self.base}/faults"
        return [
            web.get(self.health_path, self.health),
            web.get(faults, self.faults),
            web.post(faults, self.set_faults),
            web.delete(faults, self.clear_faults),
        ]

    async def health(self, request: web.Request) -> web.Response:
        """200 as long as it runs."""
        return web.json_response({"status": "ok", "pending": self._sender.pending})

    async def faults(self, request: web.Request) -> web.Response:
        """The faults in force, with what is left of the counted ones."""
        return web.json_response(self._faults.current.model_dump())

    async def set_faults(self, request: web.Request) -> web.Response:
        """Replace the faults: a `Faults` object; what is left out is off."""
        self._faults.current = await model_in(request, self._faults.kind)
        return await self.faults(request)

    async def clear_faults(self, request: web.Request) -> web.Response:
        """Behave again."""
        self._faults.current = self._faults.kind()
        return await self.faults(request)

    async def waited(self, request: web.Request, parameter: str = "idle_within") -> dict[str, object]:
        """Whether it is `idle` and how much is `pending`, after waiting for that as long as `?<parameter>=<seconds>`
        says, 60 at most. Raises 400 when that is no number."""
        try:
            async with asyncio.timeout(min(float(request.query.get(parameter, 0)), 60)):
                await self._sender.idle()
        except TimeoutError:
            pass  # still busy: the numbers tell
        except ValueError:
            raise web.HTTPBadRequest(text=f"{parameter} must be a number of seconds.") from None
        return {"idle": self._sender.pending == 0, "pending": self._sender.pending}
