"""What is the gateway made of? The composition root: `build(settings)` opens nothing, `start` does.

HTTP comes up first and needs PostgreSQL only: webhooks are stored while the bus is away. Everything that talks to the bus
starts when the bus is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial

from services.gateway.channels import Channel, load
from services.gateway.handover import Unhurried
from services.gateway.ingate import Ingate
from services.gateway.loops import Loops
from services.gateway.outgate import NAME, Outgate
from services.gateway.seen import SeenBodies, connect
from services.gateway.sender import Caller
from shared.bus import Bus
from shared.db import Database
from shared.errors import UsherError
from shared.files import Files
from shared.settings import Settings


class NotConfigured(UsherError):
    """The gateway lacks a setting."""


class CannotListen(UsherError):
    """The gateway's port is taken."""


class Gateway:
    """The service (see `shared.service.Service`)."""

    name = NAME

    def __init__(self, settings: Settings, channels: Mapping[str, Channel]) -> None:
        self._settings = settings
        self._channels = channels
        self._loops = Loops()
        self._db: Database | None = None
        self._seen: SeenBodies | None = None
        self._caller: Caller | None = None
        self._ingate: Ingate | None = None
        self._outgate: Outgate | None = None
        self._listening = False

    async def start(self) -> None:
        """Listen at once; join the bus in the background. Raises `CannotListen`."""
        settings = self._settings
        self._db = await Database.open(
            settings.database_url or "", size=settings.database_pool_size, name="usher gateway"
        )
        self._seen = SeenBodies(connect(settings.redis_url or ""))
        self._caller = Caller()
        await self._caller.start()
        self._ingate = Ingate(settings, self._channels, self._db, self._seen, self._caller)
        await self._ingate.start(self._loops)
        try:
            await self._ingate.site.start()
        except OSError as error:
            await self.stop()
            raise CannotListen(
                f"The gateway cannot listen on {settings.http_host}:{settings.http_port} ({error.strerror}): "
                "stop what listens there, or set USHER_HTTP_PORT to a free port."
            ) from error
        self._listening = True
        self._loops.start("joining the bus", partial(self._join_bus, self._db, self._caller, self._ingate))

    async def stop(self) -> None:
        """Answer the webhooks under way, finish the deliveries under way, close."""
        self._listening = False
        if self._ingate is not None:
            await self._ingate.stop()
        if self._outgate is not None:
            await self._outgate.stop()
        await self._loops.stop()
        if self._caller is not None:
            await self._caller.stop()
        if self._seen is not None:
            await self._seen.close()
        if self._db is not None:
            await self._db.close()

    async def ready(self) -> dict[str, bool]:
        """Listening, and able to reach PostgreSQL and the bus."""
        return {
            "http": self._listening,
            "postgres": self._db is not None and await self._db.ping(),
            "nats": self._outgate is not None and self._outgate.bus.connected,
        }

    async def _join_bus(self, db: Database, caller: Caller, ingate: Ingate) -> None:
        bus = await Bus.connect(self._settings.nats_url or "", NAME)
        inbox = Unhurried(ingate.store, resend_after=self._settings.resend_after_seconds)
        outgate = Outgate(self._settings, self._channels, db, caller, bus, ingate, inbox, ingate.outbound)
        try:
            await outgate.start(self._loops)
            if ingate.webchat is not None:
                await ingate.webchat.join(bus, Files(bus))
        except BaseException:
            await asyncio.shield(outgate.stop())
            raise
        self._outgate = outgate


def build(settings: Settings) -> Gateway:
    """The gateway. Raises `UsherError` saying what to set when it cannot work with these settings."""
    for name in ("database_url", "nats_url", "redis_url"):
        if getattr(settings, name) is None:
            raise NotConfigured(f"The gateway needs USHER_{name.upper()}.")
    return Gateway(settings, load_channels(settings))


def load_channels(settings: Settings) -> dict[str, Channel]:
    """The adapters that `USHER_CHANNELS` names. Raises `UsherError` for one that is not there or lacks a setting."""
    names = [name.strip() for name in settings.channels.split(",") if name.strip()]
    if not names:
        raise NotConfigured("The gateway needs at least one channel: set USHER_CHANNELS.")
    return {name: load(name, settings) for name in names}
