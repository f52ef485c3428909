"""Which open pages must be told something new, and what have they not got yet? The table says; a nudge only says when.

Every page has a position; a pump reads what lies after it, in order, and sends it, so nothing is left out and nothing
comes twice, however many nudges come, or none: pages are also compared with the table now and then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import islice
from typing import Final, Protocol
from uuid import UUID

from services.gateway.channels.webchat import Frame
from services.gateway.store.deliveries import Conversation
from services.gateway.store.webchat import StoredMessage
from services.gateway.webchat import frames
from shared.db import is_transient
from shared.telemetry import get_logger

AT_ONCE: Final = 50
"""Messages a pump reads at a time."""
READERS: Final = 4
"""Pumps that read from the database at a time."""
CHUNK: Final = 500
"""Pages compared with the table in one query."""
AGAIN_SECONDS: Final = 0.5
"""A pump that could not read tries again after this."""
SWEEP_SECONDS: Final = 30.0
"""How often pages are compared with the table while nudges come: one may be lost."""
TYPING: Final[Frame] = {"type": "typing"}

log = get_logger("gateway")


class Messages(Protocol):
    """Where messages are (see `store.webchat`)."""

    async def following(self, conversation: Conversation, after: int, most: int) -> list[StoredMessage]:
        """The next ones after a position."""

    async def behind(self, watched: Sequence[tuple[Conversation, int]]) -> set[UUID]:
        """Which conversations have newer ones."""


class Page(Protocol):
    """An open page (see `socket.Socket`)."""

    conversation: Conversation
    position: int
    pump: asyncio.Task[None] | None
    again: bool
    typing: bool

    async def send(self, frame: Frame) -> bool:
        """Send a frame; False when the page is gone (or does not read, and was cut off)."""


class Hub:
    """The open pages of this process, by conversation."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages
        self._pages: dict[UUID, tuple[Page, ...]] = {}
        self._readers = asyncio.Semaphore(READERS)
        self._sweep_now = asyncio.Event()

    def join(self, page: Page) -> None:
        """From now on `page` gets what comes after its position."""
        key = page.conversation[1]
        self._pages[key] = (*self._pages.get(key, ()), page)

    def leave(self, page: Page) -> None:
        """The page is gone."""
        key = page.conversation[1]
        left = tuple(one for one in self._pages.get(key, ()) if one is not page)
        if left:
            self._pages[key] = left
        else:
            self._pages.pop(key, None)
        if page.pump is not None:
            page.pump.cancel()

    def pages(self, conversation_id: UUID) -> tuple[Page, ...]:
        """The open pages of a conversation."""
        return self._pages.get(conversation_id, ())

    def news(self, conversation_id: UUID, position: int) -> None:
        """The conversation has a message at this position."""
        for page in self.pages(conversation_id):
            if position > page.position:
                self.wake(page)

    def typing(self, conversation_id: UUID) -> None:
        """The business is writing."""
        for page in self.pages(conversation_id):
            page.typing = True
            self.wake(page)

    def wake(self, page: Page) -> None:
        """Have the page's pump look (again, when it is looking now)."""
        page.again = True
        if page.pump is None:
            page.pump = asyncio.create_task(self._pump(page))

    def sweep_now(self) -> None:
        """Nudges may have been lost: compare all pages with the table at once."""
        self._sweep_now.set()

    async def sweep(self, connected: Callable[[], bool], every: float) -> None:
        """Compare all pages with the table, for ever: every so many seconds while nudges do not come (not `connected`),
        seldom while they do, at once after `sweep_now`."""
        loop = asyncio.get_running_loop()
        compared = loop.time()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(every):
                    await self._sweep_now.wait()
            if connected() and not self._sweep_now.is_set() and loop.time() - compared < SWEEP_SECONDS:
                continue
            self._sweep_now.clear()
            compared = loop.time()
            try:
                await self._compare()
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("webchat_not_compared", error=str(error) or type(error).__name__)

    async def _compare(self) -> None:
        for chunk in _chunks([page for pages in self._pages.values() for page in pages]):
            behind = await self._messages.behind([(page.conversation, page.position) for page in chunk])
            for page in chunk:
                if page.conversation[1] in behind and page in self.pages(page.conversation[1]):
                    self.wake(page)

    async def _pump(self, page: Page) -> None:
        try:
            while page.again:
                page.again = False
                if page.typing:
                    page.typing = False
                    await page.send(TYPING)
                if not await self._catch_up(page):
                    return
        except Exception as error:  # our own mistake: reported; the next nudge or sweep begins again
            log.exception("webchat_pump_failed", error=type(error).__name__)
        finally:
            page.pump = None

    async def _catch_up(self, page: Page) -> bool:
        """Send all that lies after the page's position; False when the page is gone."""
        while True:
            try:
                async with self._readers:
                    rows = await self._messages.following(page.conversation, page.position, AT_ONCE)
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("webchat_waits", error=str(error) or type(error).__name__)
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            for row in rows:
                if not await deliver(page, row):
                    return False
            if len(rows) < AT_ONCE:
                return True


async def deliver(page: Page, row: StoredMessage) -> bool:
    """Send one message and move the page's position to it; False when the page is gone."""
    frame = frames.message(row)
    if frame is not None and not await page.send(frame):
        return False
    page.position = row.position
    return True


def _chunks(pages: Iterable[Page]) -> Iterable[list[Page]]:
    left = iter(pages)
    while chunk := list(islice(left, CHUNK)):
        yield chunk
