"""How is web chat put together? `WebChat(...)` opens nothing; `routes`, `start` and `join` bring it to life.

chat = WebChat(WebChatStore(db), UploadStore(db), vault, receive, find, public_url)
caller.answers_locally("webchat", chat.local)
chat.routes(app)             # before the site starts
chat.start()                 # needs PostgreSQL only
await chat.join(bus, files)  # when the bus is there
await chat.stop()            # before the site stops: pages are told to come back
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Final
from uuid import UUID

from aiohttp import web

from services.gateway.channels import HttpAnswer, HttpCall
from services.gateway.loops import Loops
from services.gateway.secrets import Vault
from services.gateway.store.uploads import UploadStore
from services.gateway.store.webchat import WebChatStore
from services.gateway.webchat.acks import Acks
from services.gateway.webchat.downloads import Downloads
from services.gateway.webchat.http import Address, FindAccount, Pages, peer_address
from services.gateway.webchat.hub import Hub
from services.gateway.webchat.limits import Limits, Rates
from services.gateway.webchat.local import Local
from services.gateway.webchat.surroundings import Clock, Receive, Surroundings, utc_now
from services.gateway.webchat.uploads import Uploads
from shared.bus import Bus
from shared.files import Files

SWEEP_ALONE_SECONDS: Final = 3.0
"""How often while the bus is away, and only this instance's deliveries are noticed at once."""


STOP_SECONDS: Final = 5.0


class WebChat:
    """Visitors' pages: sockets, identity, files, the widget."""

    def __init__(
        self,
        store: WebChatStore,
        uploads: UploadStore,
        vault: Vault,
        receive: Receive,
        find: FindAccount,
        public_url: str,
        *,
        limits: Limits | None = None,
        address: Address = peer_address,
        tenants: Callable[[], Collection[UUID]] = tuple,
        now: Clock = utc_now,
        sweep_alone: float = SWEEP_ALONE_SECONDS,
    ) -> None:
        """`receive`: the durable intake; `find`: the web chat account of an id; `public_url`: our address;
        `tenants`: whose old files are to be forgotten."""
        limits = limits or Limits()
        self._sweep_alone = sweep_alone
        self._hub = Hub(store)
        self._acks = Acks(store)
        self._tenants = tenants
        self._downloads = Downloads(store)
        rates, asks = Rates(limits.messages_per_minute), Rates(limits.asks_per_minute)
        around = Surroundings(store, self._hub, self._acks, receive, rates, asks, limits, now)
        self._uploads = Uploads(around, uploads, vault)
        self._local = Local(store, self._hub, self._uploads.give)
        self._pages = Pages(around, self._downloads, self._uploads, find, public_url, address)
        self._loops = Loops()

    def routes(self, app: web.Application) -> None:
        """Add the routes below `/webchat`."""
        self._pages.routes(app)

    def start(self) -> None:
        """Begin to store acknowledgements and to compare pages with the table."""
        self._loops.start("webchat acks", self._acks.run)
        self._loops.start("webchat sweep", self._sweep)
        self._loops.start("webchat uploads", lambda: self._uploads.sweep(self._tenants))

    async def join(self, bus: Bus, files: Files) -> None:
        """The bus is there: hear other instances' deliveries, serve files."""
        self._downloads.join(files, bus)
        await self._local.join(bus)

    async def local(self, call: HttpCall) -> HttpAnswer:
        """Answers calls to `local:webchat/…` (for `Caller.answers_locally`)."""
        return await self._local.answer(call)

    async def stop(self) -> None:
        """Tell the pages that we go away, store what they have acknowledged."""
        await self._pages.close()
        await self._loops.stop()
        with suppress(TimeoutError):  # they are given again
            async with asyncio.timeout(STOP_SECONDS):
                await self._acks.flush()

    async def _sweep(self) -> None:
        await self._hub.sweep(lambda: self._local.connected, self._sweep_alone)
