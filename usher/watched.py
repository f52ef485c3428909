"""How do the embedded servers live under a supervisor? Driven from async code, revived when one dies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from usher.child import Progress
from usher.embedded import EmbeddedServers, Ports, Server, ServerError, Urls

WATCH_SECONDS = 0.5
T = TypeVar("T")


class WatchedServers:
    """`EmbeddedServers` for an event loop. Every failure is a ServerError of one sentence."""

    def __init__(
        self, folder: Path, ports: Ports, only: Collection[str], progress: Progress, *, watch: bool = True
    ) -> None:
        """Nothing is started; see `EmbeddedServers` for the arguments. `watch` starts dead ones again."""
        self._make = partial(EmbeddedServers, folder, ports, progress, only)
        self._progress = progress
        self._watch = watch
        # One thread: what is asked of the servers happens one after the other, also after a cancellation.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="usher-servers")
        self._servers: EmbeddedServers | None = None
        self._down: set[str] = set()
        self._watching: asyncio.Task[None] | None = None

    @property
    def embedded(self) -> EmbeddedServers | None:
        """The servers themselves, while they are started."""
        return self._servers

    @property
    def names(self) -> tuple[str, ...]:
        """Those that run here, of `postgres`, `nats`, `redis`."""
        return tuple(self._servers.named()) if self._servers else ()

    async def start(self) -> Urls:
        """Start them all and return where they are."""
        servers = await self._do(self._open)
        if self._watch and self._watching is None:
            self._watching = asyncio.create_task(self._watch_forever(), name="watch servers")
        return servers.urls()

    async def stop(self) -> None:
        """Stop them and let go of the folder; waits for what is still being started."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
            self._watching = None
        await self._do(self._close)

    async def kill(self, name: str) -> None:
        """SIGKILL one; it stays down until `restart`. Raises KeyError for one that does not run here."""
        server = self._server(name)
        self._down.add(name)
        await self._do(server.kill)

    async def restart(self, name: str, *, wipe: bool = False) -> None:
        """Stop one if it runs, delete its store if told to, start it, return when it answers."""
        server = self._server(name)
        self._down.add(name)

        def again() -> None:
            server.stop()
            if wipe:
                server.wipe()
            server.start()

        await self._do(again)
        self._down.discard(name)

    def kill_now(self) -> None:
        """SIGKILL all from any thread; of no use afterwards."""
        if self._servers is not None:
            self._servers.kill()

    # --- inside ------------------------------------------------------------------------------

    async def _do(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _open(self) -> EmbeddedServers:
        if self._servers is None:
            self._servers = self._make()
        self._servers.start()
        return self._servers

    def _close(self) -> None:
        if self._servers is not None:
            self._servers.close()
            self._servers = None

    def _server(self, name: str) -> Server:
        if self._servers is None:
            raise KeyError(name)
        return self._servers.named()[name]

    async def _watch_forever(self) -> None:
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            for name in self.names:
                if name not in self._down and not self._server(name).running:
                    await self._do(partial(self._revive, name))

    def _revive(self, name: str) -> None:
        server = self._server(name)
        if server.running or name in self._down:
            return
        self._progress(f"{server.name} ended (see {server.log}); starting it again")
        try:
            server.start()
        except ServerError as error:
            self._progress(str(error))
