"""How does an emulator post webhooks? One client, work in the background, and lanes: what is in one keeps its order."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterator
from typing import Generic, TypeVar

import aiohttp

log = logging.getLogger(__name__)


class Sender:
    """Owns the connections to the gateway: `start()` before the first webhook, `close()` at the end.

    `timeout`: seconds for a request (None: the caller sees to it). `connections`: at most so many (0: any number).
    """

    def __init__(self, *, timeout: float | None, connections: int) -> None:
        self._timeout = timeout
        self._connections = connections
        self._client: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self.pending = 0

    @property
    def client(self) -> aiohttp.ClientSession:
        """What to post with."""
        assert self._client is not None, "call start() first"
        return self._client

    async def start(self) -> None:
        """Open the client."""
        self._client = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=self._timeout),
            connector=aiohttp.TCPConnector(limit=self._connections),
        )

    async def close(self) -> None:
        """Stop sending; what was not accepted is lost with the emulator's memory."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.close()

    async def idle(self) -> None:
        """Return when nothing is pending."""
        await self._idle.wait()

    def begin(self) -> None:
        """One more is pending."""
        self.pending += 1
        self._idle.clear()

    def done(self, ended: int = 1) -> None:
        """So many are not pending any more, however they ended."""
        self.pending -= ended
        if self.pending == 0:
            self._idle.set()

    def spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Do this in the background."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._over)
        return task

    def _over(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("the emulator failed: %r", error)


Key = TypeVar("Key", bound=Hashable)
Item = TypeVar("Item")


class Lanes(Generic[Key, Item]):
    """Queues of a sender that empty at the same time. `deliver` takes one or more from its lane and sees them through."""

    def __init__(self, sender: Sender, deliver: Callable[[asyncio.Queue[Item]], Awaitable[None]]) -> None:
        self._sender = sender
        self._deliver = deliver
        self._lanes: dict[Key, asyncio.Queue[Item]] = {}

    def put(self, key: Key, item: Item) -> None:
        """Send it after those before it in its lane; until `done` it is pending."""
        self._sender.begin()
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = asyncio.Queue()
            self._sender.spawn(self._drain(key, lane))
        lane.put_nowait(item)

    def drop(self, is_dropped: Callable[[Key], bool]) -> Iterator[Item]:
        """Take what waits out of these lanes."""
        for key, lane in self._lanes.items():
            while is_dropped(key) and not lane.empty():
                yield lane.get_nowait()

    async def _drain(self, key: Key, lane: asyncio.Queue[Item]) -> None:
        try:
            # An empty lane goes away; nothing awaits between the check and the removal.
            while not lane.empty():
                await self._deliver(lane)
        finally:
            del self._lanes[key]


async def collected(lane: asyncio.Queue[Item], most: int, seconds: float) -> list[Item]:
    """What is in a lane, which is not empty: up to so many, waiting so long for more."""
    items = [lane.get_nowait()]
    try:
        async with asyncio.timeout(seconds):
            while len(items) < most:
                items.append(await lane.get())
    except TimeoutError:
        pass  # nobody else came in time: what is there goes out
    return items
