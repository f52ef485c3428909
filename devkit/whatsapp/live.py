"""How does the page stay up to date? One WebSocket per phone: numbered events, resumed after a break without
gaps."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress

from aiohttp import WSMsgType, web

from devkit.whatsapp.network import Network
from devkit.whatsapp.state import Phone


class LiveApi:
    """The handler of `GET /live/{customer}?after=<seq>&epoch=<epoch>`.

    First comes `{"kind": "hello", "epoch", "last_seq", "restarted"}`, then every event after `after`, each
    once and in order. `restarted` is true when `epoch` is of an earlier run: the client drops what it has,
    everything is sent again.
    The page sends `{"kind": "read", "message_ids": […]}` for what it has shown.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._open: set[web.WebSocketResponse] = set()

    def routes(self) -> list[web.RouteDef]:
        """What to mount."""
        return [web.get(r"/live/{customer:\d{7,15}}", self.live)]

    async def close(self) -> None:
        """Send every page away, so that the server can stop."""
        for socket in list(self._open):
            await socket.close(code=1001, message=b"the emulator stops")

    async def live(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one page until it goes."""
        phone = self._network.store.phone(request.match_info["customer"])
        after, epoch = request.query.get("after", "0"), request.query.get("epoch")
        restarted = epoch is not None and epoch != self._network.store.epoch
        cursor = 0 if restarted or not after.isdigit() else int(after)
        socket = web.WebSocketResponse(heartbeat=20)
        await socket.prepare(request)
        self._open.add(socket)
        hello = {"kind": "hello", "epoch": self._network.store.epoch, "last_seq": phone.last_seq}
        await socket.send_json(hello | {"restarted": restarted})
        sending = asyncio.create_task(_send_events(socket, phone, cursor))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    _handle(message.data, lambda wamids: self._network.read_by_customer(phone, wamids))
        finally:
            # No await in here: when the page is gone, aiohttp may be cancelling this handler already.
            self._open.discard(socket)
            sending.cancel()
        return socket


async def _send_events(socket: web.WebSocketResponse, phone: Phone, cursor: int) -> None:
    # A page that goes away in the middle is no error: it asks for the rest when it comes back.
    with suppress(ConnectionResetError):
        while not socket.closed:
            for event in phone.after(cursor):
                await socket.send_str(event.model_dump_json())
                cursor = event.seq
            await phone.wait(cursor)


def _handle(data: str, on_read: Callable[[list[str]], object]) -> None:
    try:
        said = json.loads(data)
    except ValueError:
        return
    if isinstance(said, dict) and said.get("kind") == "read" and isinstance(said.get("message_ids"), list):
        on_read([wamid for wamid in said["message_ids"] if isinstance(wamid, str)])
