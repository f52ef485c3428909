"""How does a delivery reach open pages, on whichever instance they are? It is stored as sent, then all are nudged.

A nudge is a core NATS message and may be lost; the table is the truth, and the hub looks there by itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Protocol
from urllib.parse import unquote
from uuid import UUID

import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg

from services.gateway.channels import HttpAnswer, HttpCall
from services.gateway.channels.webchat import NAME, UPLOADS
from services.gateway.webchat.hub import Hub
from shared import subjects
from shared.db import is_transient
from shared.errors import Transient
from shared.telemetry import get_logger

AGAIN_SECONDS: Final = 1.0

Give = Callable[[UUID, UUID, str], Awaitable[HttpAnswer]]
"""See `uploads.Uploads.give`."""

log = get_logger("gateway")


class Bus(Protocol):
    """What is needed of the bus (see `shared.bus.Bus`)."""

    reconnect_listeners: set[Callable[[], None]]

    @property
    def nc(self) -> Client:
        """The nats-py client."""

    @property
    def connected(self) -> bool:
        """True while the server is reachable."""

    async def send(self, subject: str, payload: bytes, headers: Mapping[str, str] | None = None) -> None:
        """Send without waiting. Raises `Transient`."""


class Sent(Protocol):
    """Where deliveries are (see `store.webchat`)."""

    async def sent(self, tenant_id: UUID, delivery_id: UUID) -> int | None:
        """Store that it was sent: its position."""


class Local:
    """Answers calls to `local:webchat/<conversation>` (`Caller.answers_locally`), and passes nudges on to the hub."""

    def __init__(self, store: Sent, hub: Hub, give: Give) -> None:
        """`give`: a visitor's file, by tenant, its id, and account."""
        self._store = store
        self._give = give
        self._hub = hub
        self._bus: Bus | None = None

    @property
    def connected(self) -> bool:
        """True while nudges of other instances get here."""
        return self._bus is not None and self._bus.connected

    async def join(self, bus: Bus) -> None:
        """Hear the nudges of all instances. One subscription for all conversations: a page must cost next to nothing."""
        # The first two tokens of `subjects.live`, and whatever tenant and conversation.
        nowhere = UUID(int=0)
        everywhere = subjects.live(NAME, nowhere, nowhere).replace(str(nowhere), "*")
        await bus.nc.subscribe(everywhere, cb=self._on_nudge)
        bus.reconnect_listeners.add(self._hub.sweep_now)
        self._bus = bus
        self._hub.sweep_now()

    async def answer(self, call: HttpCall) -> HttpAnswer:
        """Does what the call says, or gives the file it asks for. 200; 410 for a delivery or a file that is not there, or was
        refused; 429 while the database is away (nothing was done: come again); 400 for a call that is none of ours."""
        if call.url.startswith(UPLOADS):
            return await self._file(call.url.removeprefix(UPLOADS))
        json = call.json or {}
        try:
            tenant_id, conversation_id = UUID(str(json["tenant"])), UUID(str(json["conversation"]))
            delivery_id = None if json.get("typing") else UUID(str(json["id"]))
        except (KeyError, ValueError):
            return HttpAnswer(400, b"{}")
        if delivery_id is None:
            await self._nudge(tenant_id, conversation_id, {"typing": True})
            return HttpAnswer(200, b"{}")
        try:
            position = await self._store.sent(tenant_id, delivery_id)
        except Exception as error:
            if not is_transient(error):
                raise
            return HttpAnswer(429, b"{}", retry_after=AGAIN_SECONDS)
        if position is None:
            return HttpAnswer(410, b"{}")
        await self._nudge(tenant_id, conversation_id, {"position": position, "id": str(delivery_id)})
        return HttpAnswer(200, orjson.dumps({"id": str(delivery_id)}))

    async def _file(self, path: str) -> HttpAnswer:
        tenant_id, account_id, upload_id = path.split("/")
        try:
            return await self._give(UUID(tenant_id), UUID(upload_id), unquote(account_id))
        except Exception as error:
            if not is_transient(error):
                raise
            return HttpAnswer(429, b"", retry_after=AGAIN_SECONDS)

    async def _nudge(self, tenant_id: UUID, conversation_id: UUID, nudge: dict[str, object]) -> None:
        self._pass_on(conversation_id, nudge)  # our own pages need no bus
        if self._bus is None or not self._bus.connected:
            return
        try:
            await self._bus.send(subjects.live(NAME, tenant_id, conversation_id), orjson.dumps(nudge))
        except Transient as error:
            log.warning("webchat_nudge_lost", error=str(error))

    async def _on_nudge(self, msg: Msg) -> None:
        try:
            conversation_id = UUID(msg.subject.rsplit(".", 1)[1])
            nudge = orjson.loads(msg.data)
        except ValueError:
            return
        if isinstance(nudge, dict) and self._hub.pages(conversation_id):
            self._pass_on(conversation_id, nudge)

    def _pass_on(self, conversation_id: UUID, nudge: Mapping[str, object]) -> None:
        position = nudge.get("position")
        if isinstance(position, int):
            self._hub.news(conversation_id, position)
        elif nudge.get("typing"):
            self._hub.typing(conversation_id)
