"""How do many webhooks share one commit? The writer takes all that waits, stores it, answers, then hands it on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from services.gateway.inbound import InboxRow
from shared.db import is_transient
from shared.errors import Poison, Transient
from shared.telemetry import get_logger

MOST_ROWS = 5_000
"""Rows of one transaction, about: a request's rows are never divided."""
MOST_WAITING = 50_000
"""Rows that may wait; beyond that the provider is told to come again."""

log = get_logger("gateway")


class Rows(Protocol):
    """Where rows are stored."""

    async def add(self, rows: Sequence[InboxRow]) -> frozenset[UUID]:
        """Store them in one transaction; the ids of the new ones."""


class Seen(Protocol):
    """The cache in front (see `seen.py`)."""

    async def known(self, digests: Sequence[bytes]) -> list[bool]:
        """Which of these bodies are stored for certain."""

    def remember(self, digests: Sequence[bytes]) -> None:
        """These bodies are stored."""


@dataclass(slots=True, eq=False)
class _Request:
    rows: Sequence[InboxRow]
    digest: bytes
    stored: asyncio.Future[None] = field(repr=False)


class InboxWriter:
    """Stores the rows of concurrent requests together. `on_new` gets the new rows of a commit, in inbox order."""

    def __init__(
        self, store: Rows, seen: Seen, on_new: Callable[[list[InboxRow]], None], *, retry_for: float = 4.0
    ) -> None:
        self._store = store
        self._seen = seen
        self._on_new = on_new
        self._retry_for = retry_for
        self._waiting: list[_Request] = []
        self._rows_waiting = 0
        self._some_wait = asyncio.Event()

    async def write(self, rows: Sequence[InboxRow], digest: bytes) -> None:
        """Return when the rows are on disk. `digest` identifies the request's body.

        Raises `Transient` when they could not be stored in time, or when too many wait, `Poison` when they never can
        be; after a cancellation they may or may not be stored.
        """
        if self._rows_waiting > MOST_WAITING:
            raise Transient("Too many webhooks are waiting to be stored.")
        request = _Request(rows, digest, asyncio.get_running_loop().create_future())
        self._waiting.append(request)
        self._rows_waiting += len(rows)
        self._some_wait.set()
        await request.stored

    async def run(self) -> None:
        """Store what waits, for ever."""
        while True:
            await self._some_wait.wait()
            group = self._take()
            try:
                await self._store_group(group)
            except BaseException as error:
                for request in group:
                    _settle(request, Transient(f"The inbox is not writable: {error!r}"))
                raise

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
        # Whoever has stopped waiting was told to come again.
        return [request for request in group if not request.stored.done()]

    async def _store_group(self, group: list[_Request]) -> None:
        known = await self._seen.known([request.digest for request in group])
        fresh = []
        for request, is_known in zip(group, known, strict=True):
            if is_known:
                _settle(request)
            else:
                fresh.append(request)
        rows = [row for request in fresh for row in request.rows]
        if rows:
            try:
                new = await self._until_stored(rows)
            except Transient as error:
                for request in fresh:
                    _settle(request, error)
                return
            except Poison as error:
                await self._one_by_one(fresh, error)
                return
            self._on_new(_first_of_each(rows, new))
        for request in fresh:
            _settle(request)
        self._seen.remember([request.digest for request in fresh])

    async def _one_by_one(self, requests: list[_Request], error: Poison) -> None:
        """One request holds something that cannot be stored: the others must not pay for it."""
        if len(requests) == 1:
            log.error("rows_refused", error=str(error), exc_info=error)
            _settle(requests[0], error)
            return
        for request in requests:
            await self._store_group([request])

    async def _until_stored(self, rows: list[InboxRow]) -> frozenset[UUID]:
        """Store, trying again for a moment: a restart of the database should not show."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._retry_for
        while True:
            try:
                return await self._store.add(rows)
            except Exception as error:
                if not is_transient(error):
                    raise Poison(f"The database refuses these rows: {type(error).__name__}.") from error
                if loop.time() > until:
                    log.warning("inbox_not_writable", error=str(error) or type(error).__name__)
                    raise Transient("The inbox cannot be written now.") from error
                await asyncio.sleep(0.1)


def _first_of_each(rows: Sequence[InboxRow], new: frozenset[UUID]) -> list[InboxRow]:
    """The new rows, once each: a body may hold the same message twice."""
    found: dict[UUID, InboxRow] = {}
    for row in rows:
        if row.id in new:
            found.setdefault(row.id, row)
    return list(found.values())


def _settle(request: _Request, error: Exception | None = None) -> None:
    if request.stored.done():
        return
    if error is None:
        request.stored.set_result(None)
    else:
        request.stored.set_exception(error)
