"""Which commands wait to be written? One queue over all partitions of this instance, bounded by who fills it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from pydantic import ValidationError

from shared.actors.delivery import Delivery
from shared.messages.booking import COMMANDS, BookingCommand, Command

_KINDS: dict[str, type[Command]] = {kind.name: kind for kind in COMMANDS}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A command and the delivery it came by."""

    delivery: Delivery
    command: BookingCommand


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A delivery that can never be handled, and why."""

    delivery: Delivery
    reason: str


def read_command(delivery: Delivery) -> Waiting | Unreadable:
    """What a delivery asks for. The subject decides order and tenant, so the command must name the same."""
    kind = _KINDS.get(delivery.name)
    if kind is None:
        return Unreadable(delivery, f"booking knows no command {delivery.name!r}")
    try:
        command = kind.decode(delivery.data)
        if str(command.tenant_id) != delivery.tokens[2] or str(command.key) != delivery.key:
            return Unreadable(delivery, "the subject names another tenant or key than the command")
    except ValidationError as error:
        return Unreadable(delivery, str(error))
    return Waiting(delivery, cast("BookingCommand", command))


class Mailbox:
    """First come, first served. `put` waits for room, `take` for something to do."""

    def __init__(self, limit: int) -> None:
        """`limit`: how many `take` gives at most; `put` waits while twice as many are there."""
        self._limit = limit
        self._queue: deque[Waiting | Unreadable] = deque()
        self._some = asyncio.Event()
        self._room = asyncio.Event()
        self._closed: set[int] = set()

    def open(self, partition: int) -> None:
        """Accept deliveries of this partition from now on."""
        self._closed.discard(partition)

    def close(self, partition: int) -> None:
        """Drop what waits of this partition, and whatever is still put."""
        self._closed.add(partition)
        self._queue = deque(each for each in self._queue if each.delivery.partition != partition)
        self._room.set()

    async def put(self, partition: int, deliveries: Sequence[Delivery]) -> None:
        """Queue these; returns when there is room for more (at once when the partition is closed)."""
        if partition in self._closed:
            return
        self._queue.extend(read_command(delivery) for delivery in deliveries)
        self._some.set()
        while len(self._queue) >= 2 * self._limit and partition not in self._closed:
            self._room.clear()
            await self._room.wait()

    async def take(self) -> list[Waiting | Unreadable]:
        """All that waits, up to the limit, oldest first; at least one."""
        while not self._queue:
            self._some.clear()
            await self._some.wait()
        taken = [self._queue.popleft() for _ in range(min(len(self._queue), self._limit))]
        self._room.set()
        return taken
