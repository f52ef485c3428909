"""How do many deliveries share one commit? New ones and successes that wait at the same time are written together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, Protocol
from uuid import UUID

from services.gateway.ports import Rows
from services.gateway.store.deliveries import Conversation, FailedDelivery, NewDelivery, OpenDelivery, Success
from shared.db import is_transient
from shared.tasks import spawn

COMMITS: Final = 2
"""Transactions at a time: while one waits (for the disk, or for a row that somebody holds), the next goes on."""


class Store(Rows, Protocol):
    """Where deliveries are kept (see `store.deliveries.DeliveryStore`); `sent` is written by `write`."""

    async def write(self, new: Sequence[NewDelivery], sent: Sequence[Success]) -> frozenset[UUID]:
        """Write all of it in one transaction; the ids of the new ones that are stored as `sending`."""

    async def failed_since(self, since: datetime, limit: int) -> list[FailedDelivery]:
        """What failed after it had been taken."""

    async def open_conversations(self, partitions: Sequence[int]) -> list[tuple[Conversation, int]]:
        """Conversations that have something to deliver."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    new: Sequence[NewDelivery]
    sent: Sequence[Success]
    stored: asyncio.Future[frozenset[UUID]]


class GroupedDeliveries:
    """A `DeliveryStore` whose most frequent writes share transactions (`add`, `sent`); the rare ones pass through.

    All raise what the store raises; a write that can never be stored fails alone.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[_Waiting] = []
        self._writers: set[asyncio.Task[None]] = set()
        self.next_open = store.next_open
        self.open_conversations = store.open_conversations
        self.failed_since = store.failed_since
        self.followers = store.followers
        self.payload_of = store.payload_of
        self.sending = store.sending
        self.again = store.again
        self.held = store.held
        self.replaced = store.replaced
        self.merged = store.merged
        self.followed = store.followed
        self.rejected = store.rejected
        self.opted_out = store.opted_out
        self.uploaded = store.uploaded

    async def add(self, deliveries: Sequence[NewDelivery]) -> frozenset[UUID]:
        """Write new ones in this order; the ids of those that are stored as `sending`, to be sent by the caller."""
        return await self._write(deliveries, ())

    async def sent(self, row: OpenDelivery, provider_id: str | None) -> None:
        """Store that the provider took the whole message, under this id."""
        await self._write((), (Success(row.tenant_id, row.id, provider_id),))

    async def _write(self, new: Sequence[NewDelivery], sent: Sequence[Success]) -> frozenset[UUID]:
        one = _Waiting(new, sent, asyncio.get_running_loop().create_future())
        self._waiting.append(one)
        if len(self._writers) < COMMITS:
            writer = spawn(self._drain(), name="gateway deliveries")
            self._writers.add(writer)
            writer.add_done_callback(self._writers.discard)
        return await one.stored

    async def _drain(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            await self._write_group(group)

    async def _write_group(self, group: list[_Waiting]) -> None:
        try:
            started = await self._store.write(
                [row for one in group for row in one.new], [row for one in group for row in one.sent]
            )
        except Exception as error:  # noqa: BLE001  # whoever waits gets it
            if len(group) > 1 and not is_transient(error):
                for one in group:
                    await self._write_group([one])
                return
            for one in group:
                _settle(one, partial(one.stored.set_exception, error))
        else:
            for one in group:
                mine = frozenset(row.id for row in one.new) & started
                _settle(one, partial(one.stored.set_result, mine))
        finally:
            for one in group:  # the loop is closing
                _settle(one, one.stored.cancel)


def _settle(one: _Waiting, answer: Callable[[], object]) -> None:
    if not one.stored.done():
        answer()
