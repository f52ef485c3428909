"""How do many webhooks share one commit? The writer takes all that waits, stores it, answers, then hands it on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final, Protocol
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
"""Transactions at a time: while one waits for the disk, the next is being written."""
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
    __slots__ = ("digest", "raw", "rows", "since", "stored")

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


class InboxWriter:
    """Stores the rows of concurrent requests together. `on_new` gets the new rows of a commit, in their order.

    A request is answered within `patience` seconds, about: stored, or told to come again.
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
        self._some_wait = asyncio.Event()
        self._in_a_hurry = asyncio.Event()
        self._wary_until = 0.0
        self._commits = asyncio.Semaphore(COMMITS)
        self._under_way: set[asyncio.Task[None]] = set()
        self._abandoned: set[asyncio.Task[Mapping[UUID, InboxRow]]] = set()

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
        self._some_wait.set()
        if self._rows_waiting >= NO_LINGER_ROWS or any(row.kind != "status" for row in rows):
            self._in_a_hurry.set()
        await request.stored

    async def run(self) -> None:
        """Store what waits, for ever."""
        try:
            while True:
                await self._commits.acquire()
                await self._some_wait.wait()
                await self._linger()
                task = asyncio.create_task(self._store_group(self._take()))
                self._under_way.add(task)
                task.add_done_callback(self._finished)
        finally:
            for task in self._under_way:
                task.cancel()

    async def _linger(self) -> None:
        if not self._in_a_hurry.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(LINGER_SECONDS):
                    await self._in_a_hurry.wait()

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._commits.release()

    def _take(self) -> list[_Request]:
        taken, rows = 0, 0
        for request in self._waiting:
            if taken and rows + len(request.rows) > MOST_ROWS:
                break
            taken += 1
            rows += len(request.rows)
        group, self._waiting = self._waiting[:taken], self._waiting[taken:]
        self._rows_waiting -= rows
        if not self._waiting:
            self._some_wait.clear()
            self._in_a_hurry.clear()
        return group

    async def _store_group(self, group: list[_Request]) -> None:
        try:
            if fresh := await self._not_known(group):
                await self._store_fresh(fresh)
        except Exception as error:
            log.exception("inbox_failed", error=type(error).__name__)
            raise
        finally:
            for request in group:  # whoever has no answer by now
                _settle(request, Transient("The inbox writer failed."))

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
            new = await self._until_stored(rows, raws, min(request.since for request in fresh))
        except Transient as error:
            for request in fresh:
                _settle(request, error)
        except Poison as error:
            await self._one_by_one(fresh, error)
        else:
            for request in fresh:
                _settle(request)
            if len(new) < len(rows):
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
        self, rows: list[InboxRow], raws: list[RawBody], since: float
    ) -> Mapping[UUID, InboxRow]:
        """Store, trying again for a moment: a restart of the database should not show."""
        loop = asyncio.get_running_loop()
        until = max(since + self._patience, loop.time() + SHORTEST_TRY_SECONDS)
        while True:
            try:
                return await self._within(until - loop.time(), rows, raws)
            except Exception as error:
                if not is_transient(error):
                    raise Poison("The database refuses these rows.") from error
                if loop.time() + 0.1 >= until:
                    log.warning("inbox_not_writable", error=str(error) or type(error).__name__)
                    raise Transient("The inbox cannot be written now.") from error
                await asyncio.sleep(0.1)

    async def _within(
        self, seconds: float, rows: list[InboxRow], raws: list[RawBody]
    ) -> Mapping[UUID, InboxRow]:
        """Like `add`, but a database that hangs is left hanging: cleaning up after it may take long."""
        task = asyncio.ensure_future(self._store.add(rows, raws))
        done, _ = await asyncio.wait({task}, timeout=max(0.0, seconds))
        if not done:
            self._abandoned.add(task)
            task.add_done_callback(self._forget)
            task.cancel()
            raise TimeoutError("PostgreSQL does not answer")
        return task.result()

    def _forget(self, task: asyncio.Task[Mapping[UUID, InboxRow]]) -> None:
        self._abandoned.discard(task)
        if not task.cancelled():
            task.exception()


def _settle(request: _Request, error: Exception | None = None) -> None:
    if request.stored.done():
        return
    if error is None:
        request.stored.set_result(None)
    else:
        request.stored.set_exception(error)
