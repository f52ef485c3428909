"""How do many webhooks share one commit? The writer takes all that waits, stores it, answers, then hands it on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import suppress
from typing import Final, Protocol, cast
from uuid import UUID

from services.gateway.inbound import InboxRow
from services.gateway.raw import RawBody
from shared.db import is_transient
from shared.errors import Poison, Transient
from shared.telemetry import get_logger

MOST_ROWS: Final = 5_000
"""Rows of one transaction, about: a request's rows are never divided."""
MOST_WAITING: Final = 50_000
"""Rows that may wait; beyond that the provider is told to come again."""
COMMITS: Final = 2
"""Transactions at a time at most. While one is under way, what comes gathers for the next: few large ones cost the least
(two at a time stored a fifth fewer single messages a second)."""
SLOW_SECONDS: Final = 0.05
"""One that takes longer than this must not hold up the others: then there may be a second one."""
LINGER_SECONDS: Final = 0.05
"""Statuses wait so long for company; a message never does, and takes along those that wait."""
NO_LINGER_ROWS: Final = 32
"""So many statuses are company enough."""
SHORTEST_TRY_SECONDS: Final = 0.5
WARY_SECONDS: Final = 60.0
"""After a repeat the cache is asked first for so long. Repeats come in storms; without one, asking only costs."""

log = get_logger("gateway")


class Rows(Protocol):
    """Where rows are stored."""

    async def add(self, rows: Sequence[InboxRow], raws: Sequence[RawBody]) -> Mapping[UUID, InboxRow]:
        """Store them in one transaction; the new rows by id, as they are stored and in their order."""


class Seen(Protocol):
    """The cache in front (see `seen.py`)."""

    async def known(self, digests: Sequence[bytes]) -> list[bool]:
        """Which of these bodies are stored for certain."""

    def remember(self, digests: Sequence[bytes]) -> None:
        """These bodies are stored."""


class _Request:
    __slots__ = ("conversations", "digest", "raw", "rows", "since", "stored")

    def __init__(
        self,
        rows: Sequence[InboxRow],
        digest: bytes,
        raw: RawBody | None,
        stored: asyncio.Future[None],
        since: float,
    ) -> None:
        self.rows = rows
        self.raw = raw
        self.digest = digest
        self.stored = stored
        self.since = since
        self.conversations = [row.conversation_id for row in rows if row.conversation_id is not None]


class InboxWriter:
    """Stores the rows of concurrent requests together. `on_new` gets the new rows of a commit, in their order.

    A request is answered within `patience` seconds, about: stored, or told to come again. What is of one conversation
    is stored in the order in which it came: no two commits under way have one in common.
    """

    def __init__(
        self, store: Rows, seen: Seen, on_new: Callable[[list[InboxRow]], None], *, patience: float = 5.0
    ) -> None:
        self._store = store
        self._seen = seen
        self._on_new = on_new
        self._patience = patience
        self._waiting: list[_Request] = []
        self._rows_waiting = 0
        self._in_a_hurry = asyncio.Event()
        self._wary_until = 0.0
        self._lanes: dict[asyncio.Task[bool], Set[UUID]] = {}  # with the conversations that each is storing
        self._slow: set[asyncio.Task[bool]] = set()
        self._abandoned: set[asyncio.Task[bool]] = set()
        self._is_running = False

    async def write(self, rows: Sequence[InboxRow], digest: bytes, raw: RawBody | None = None) -> None:
        """Return when the rows, and the request's body, are on disk. `digest` identifies that body.

        Raises `Transient` when they could not be stored in time, or when too many wait (they may be stored all the
        same), `Poison` when they never can be.
        """
        if self._rows_waiting > MOST_WAITING:
            raise Transient("Too many webhooks are waiting to be stored.")
        loop = asyncio.get_running_loop()
        request = _Request(rows, digest, raw, loop.create_future(), loop.time())
        self._waiting.append(request)
        self._rows_waiting += len(rows)
        if not self._in_a_hurry.is_set() and (
            self._rows_waiting >= NO_LINGER_ROWS or any(row.kind != "status" for row in rows)
        ):
            self._in_a_hurry.set()
        self._see_to_it()
        await request.stored

    async def run(self) -> None:
        """Store what waits, for ever."""
        self._is_running = True
        try:
            self._see_to_it()
            await asyncio.get_running_loop().create_future()
        finally:
            self._is_running = False
            for lane in self._lanes.keys() | self._abandoned:
                lane.cancel()

    def _see_to_it(self) -> None:
        """Somebody must be at work when something waits: a lane whose transaction takes long does not count."""
        if len(self._lanes) < COMMITS and self._is_running and self._is_worth(len(self._lanes)):
            lane = asyncio.create_task(self._drain())
            self._lanes[lane] = frozenset()
            lane.add_done_callback(self._closed)

    def _is_worth(self, others: int) -> bool:
        """Whether what waits is to be stored now, beside so many others."""
        return others == len(self._slow) and bool(self._waiting)

    def _closed(self, lane: asyncio.Task[bool]) -> None:
        self._leave(lane)
        self._abandoned.discard(lane)
        # A failure has been logged. What could not be taken is for the lane that is in its way.
        if lane.cancelled() or lane.exception() is not None or lane.result() or not self._lanes:
            self._see_to_it()

    def _leave(self, lane: asyncio.Task[bool]) -> None:
        self._lanes.pop(lane, None)
        self._slow.discard(lane)

    async def _drain(self) -> bool:
        """Store groups, as long as it is worth it. False: nothing of what waits can be stored now."""
        lane = _this_task()
        while lane in self._lanes and self._is_worth(len(self._lanes) - 1):
            await self._linger()
            group = self._take(lane)
            if not group:
                return False
            timer = asyncio.get_running_loop().call_later(SLOW_SECONDS, self._takes_long, lane)
            await self._store_group(group)
            timer.cancel()
            self._slow.discard(lane)
            if lane in self._lanes:
                self._lanes[lane] = frozenset()
        return True

    def _takes_long(self, lane: asyncio.Task[bool]) -> None:
        if lane in self._lanes:
            self._slow.add(lane)
            self._see_to_it()

    async def _linger(self) -> None:
        if not self._in_a_hurry.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(LINGER_SECONDS):
                    await self._in_a_hurry.wait()

    def _take(self, lane: asyncio.Task[bool]) -> list[_Request]:
        """The next group: in their order, but for those of conversations that another lane is storing."""
        busy = {each for other, stores in self._lanes.items() if other is not lane for each in stores}
        group: list[_Request] = []
        left: list[_Request] = []
        rows = 0
        for place, request in enumerate(self._waiting):
            if group and rows + len(request.rows) > MOST_ROWS:
                left += self._waiting[place:]
                break
            if busy and not busy.isdisjoint(request.conversations):
                busy.update(request.conversations)  # what comes behind it stays behind it
                left.append(request)
            else:
                group.append(request)
                rows += len(request.rows)
        self._waiting = left
        self._rows_waiting -= rows
        if not left:
            self._in_a_hurry.clear()
        self._lanes[lane] = {each for request in group for each in request.conversations}
        return group

    async def _store_group(self, group: list[_Request]) -> None:
        try:
            if fresh := await self._not_known(group):
                await self._store_fresh(fresh)
        except BaseException as error:
            if isinstance(error, Exception):
                log.exception("inbox_failed", error=type(error).__name__)
            for request in group:  # whoever has no answer by now
                _settle(request, Transient("The inbox writer failed."))
            raise

    async def _not_known(self, group: list[_Request]) -> list[_Request]:
        """Answer what the cache knows to be stored; the rest."""
        now = asyncio.get_running_loop().time()
        if now > self._wary_until:
            return group
        known = await self._seen.known([request.digest for request in group])
        for request, is_known in zip(group, known, strict=True):
            if is_known:
                self._wary_until = now + WARY_SECONDS
                _settle(request)
        return [request for request in group if not request.stored.done()]

    async def _store_fresh(self, fresh: list[_Request]) -> None:
        rows = [row for request in fresh for row in request.rows]
        raws = [request.raw for request in fresh if request.raw is not None]
        try:
            new = await self._until_stored(rows, raws, fresh)
        except Transient as error:
            for request in fresh:
                _settle(request, error)
        except Poison as error:
            await self._one_by_one(fresh, error)
        else:
            # A moment later: first of all the database gets the next group, and works while this one is answered.
            asyncio.get_running_loop().call_soon(self._is_stored, fresh, len(rows), new)

    def _is_stored(self, fresh: list[_Request], rows: int, new: Mapping[UUID, InboxRow]) -> None:
        for request in fresh:
            _settle(request)
        if len(new) < rows:
            self._wary_until = asyncio.get_running_loop().time() + WARY_SECONDS
        self._on_new(list(new.values()))
        self._seen.remember([request.digest for request in fresh])

    async def _one_by_one(self, requests: list[_Request], error: Poison) -> None:
        """One request holds something that cannot be stored: the others must not pay for it."""
        if len(requests) == 1:
            log.error("rows_refused", error=str(error), cause=type(error.__cause__).__name__)
            _settle(requests[0], error)
            return
        for request in requests:
            await self._store_fresh([request])

    async def _until_stored(
        self, rows: list[InboxRow], raws: list[RawBody], requests: list[_Request]
    ) -> Mapping[UUID, InboxRow]:
        """Store, trying again for a moment: a restart of the database should not show."""
        loop = asyncio.get_running_loop()
        since = min(request.since for request in requests)
        until = max(since + self._patience, loop.time() + SHORTEST_TRY_SECONDS)
        hangs = loop.call_at(until, self._abandon, _this_task(), requests)
        try:
            while True:
                try:
                    return await self._store.add(rows, raws)
                except Exception as error:
                    if not is_transient(error):
                        raise Poison("The database refuses these rows.") from error
                    if loop.time() + 0.1 >= until:
                        log.warning("inbox_not_writable", error=str(error) or type(error).__name__)
                        raise Transient("The inbox cannot be written now.") from error
                    await asyncio.sleep(0.1)
        finally:
            hangs.cancel()

    def _abandon(self, lane: asyncio.Task[bool], requests: list[_Request]) -> None:
        """A database that hangs is left hanging: cleaning up after it may take long."""
        log.warning("inbox_not_writable", error="PostgreSQL does not answer")
        for request in requests:
            _settle(request, Transient("The inbox cannot be written now."))
        self._leave(lane)
        self._abandoned.add(lane)
        lane.cancel()
        self._see_to_it()


def _this_task() -> asyncio.Task[bool]:
    return cast("asyncio.Task[bool]", asyncio.current_task())


def _settle(request: _Request, error: Exception | None = None) -> None:
    if request.stored.done():
        return
    if error is None:
        request.stored.set_result(None)
    else:
        request.stored.set_exception(error)
