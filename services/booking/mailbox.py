"""Which commands wait to be written, and which of them may be written now?

One queue over all partitions of this instance, bounded by who fills it. What has to do with a session or customer that
a batch under way has to do with waits until that batch is over; what has not goes past it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from pydantic import ValidationError

from services.booking.domain.asked import customer_of, session_ids
from shared.actors.delivery import Delivery
from shared.messages.booking import COMMANDS, BookingCommand, Command

_KINDS: dict[str, type[Command]] = {kind.name: kind for kind in COMMANDS}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A command and the delivery it came by. `keys`: what it has to do with; two that share one keep their order."""

    delivery: Delivery
    command: BookingCommand
    keys: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A delivery that can never be handled, and why."""

    delivery: Delivery
    reason: str
    keys: frozenset[int] = frozenset()


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
    known = cast("BookingCommand", command)
    return Waiting(delivery, known, keys_of(known))


def keys_of(command: BookingCommand) -> frozenset[int]:
    """The sessions and the customer that a command names, and what it is ordered by: ids as numbers, which hash fast.

    Not all that a decision may rest on (a queue's customers, a calendar): the conditions of the write see to the rest.
    """
    customer = customer_of(command)
    own = (command.key.int,) if customer is None else (command.key.int, customer.int)
    return frozenset((*own, *(session_id.int for session_id in session_ids(command))))


class Mailbox:
    """First come, first served. `put` waits for room, `take` for something to do; whoever takes says when it is `over`."""

    def __init__(self, limit: int) -> None:
        """`limit`: how many `take` gives at most; `put` waits while twice as many are there."""
        self._limit = limit
        self._queue: deque[Waiting | Unreadable] = deque()  # not looked at yet
        self._passed: deque[Waiting | Unreadable] = (
            deque()
        )  # older: looked at, and to wait for what is under way
        self._barred: set[int] = set()  # the keys of those: nothing that shares one overtakes them
        self._busy: set[int] = set()  # the keys of what is under way
        self._some = asyncio.Event()
        self._room = asyncio.Event()
        self._closed: set[int] = set()

    def open(self, partition: int) -> None:
        """Accept deliveries of this partition from now on."""
        self._closed.discard(partition)

    def close(self, partition: int) -> None:
        """Drop what waits of this partition, and whatever is still put."""
        self._closed.add(partition)
        self._look_again()
        self._queue = deque(each for each in self._queue if each.delivery.partition != partition)
        self._room.set()

    async def put(self, partition: int, deliveries: Sequence[Delivery]) -> None:
        """Queue these; returns when there is room for more (at once when the partition is closed)."""
        if partition in self._closed:
            return
        self._queue.extend(read_command(delivery) for delivery in deliveries)
        self._some.set()
        while self._size() >= 2 * self._limit and partition not in self._closed:
            self._room.clear()
            await self._room.wait()

    async def take(self) -> list[Waiting | Unreadable]:
        """All that may be written now, up to the limit, oldest first; at least one. Call `over` with it afterwards."""
        while not (taken := self._free()):
            self._some.clear()
            await self._some.wait()
        self._room.set()
        return taken

    def over(self, taken: Sequence[Waiting | Unreadable]) -> None:
        """These are written (or given up): what waited for them may be taken."""
        for each in taken:
            self._busy -= each.keys
        self._look_again()

    def _free(self) -> list[Waiting | Unreadable]:
        taken: list[Waiting | Unreadable] = []
        while self._queue and len(taken) < self._limit:
            each = self._queue.popleft()
            if self._busy.isdisjoint(each.keys) and self._barred.isdisjoint(each.keys):
                taken.append(each)
            else:
                self._passed.append(each)
                self._barred |= each.keys
        for each in taken:
            self._busy |= each.keys
        return taken

    def _look_again(self) -> None:
        self._passed.extend(self._queue)
        self._queue, self._passed = self._passed, deque()
        self._barred.clear()
        self._some.set()

    def _size(self) -> int:
        return len(self._queue) + len(self._passed)
