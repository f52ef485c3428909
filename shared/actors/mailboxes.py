"""Handling messages per key: in order within a key, at the same time across keys, again after a failure.

A failure that a repeat may cure (a server is away) is repeated for ever; one that the message itself causes goes to the
dead letters after `max_tries`, and the rest of its key goes on. Where a service says so (`Groups`), several that wait
for the same key are handled together.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from pydantic import ValidationError

from shared.actors.delivery import Delivery
from shared.db import is_transient
from shared.errors import Poison, outline
from shared.tasks import ended, spawn
from shared.telemetry import DEAD_LETTERS, HANDLE_SECONDS, HANDLED, get_logger, span

Handle = Callable[[Delivery], Awaitable[None]]

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0


class ChooseAgain(Exception):  # no failure: a handler's word to the mailbox
    """Raised by a handler of `Groups` that has had no effect: more has come, so that what is handled together is to be
    chosen again."""


class Confirms(Protocol):
    """Tells senders that their messages have had their effect (`shared.outbox.Receipts`)."""

    async def confirm(self, delivery: Delivery) -> None:
        """This message has had its effect. Losing it only causes a repeat."""


class KeepsDeadLetters(Protocol):
    """Keeps messages that cannot be handled (`shared.outbox.DeadLetters`)."""

    async def put(self, delivery: Delivery, reason: str, tries: int) -> None:
        """Keep this message with the reason, for the operator."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that waits: for how many seconds, and whether others of its key were being handled when it came."""

    delivery: Delivery
    seconds: float
    behind: bool


class Groups(Protocol):
    """Says which deliveries of a key are handled together."""

    def choose(self, waiting: Sequence[Waiting]) -> tuple[Sequence[Delivery], float]:
        """Of those that wait (at least one, oldest first): the ones to handle next, the first among them.

        And how many seconds to wait for more before that; it is asked again when another comes, or the time is over.
        """

    async def handle(self, deliveries: Sequence[Delivery]) -> None:
        """Handle several at once; returns when the effect of all is committed. When that fails for good, each is
        handled alone."""


@dataclass(slots=True)
class _Box:
    """What waits for one key. `handling` is what its worker is busy with (it stays in the queue until it is done)."""

    queue: deque[Delivery] = field(default_factory=deque)
    arrived: dict[str, tuple[float, bool]] = field(default_factory=dict)
    handling: Sequence[Delivery] = ()
    rung: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, delivery: Delivery) -> None:
        self.queue.append(delivery)
        self.arrived[delivery.message_id] = (time.monotonic(), bool(self.handling))
        self.rung.set()

    def drop(self, delivery: Delivery) -> None:
        self.arrived.pop(delivery.message_id, None)
        with suppress(ValueError):  # forgotten meanwhile
            self.queue.remove(delivery)

    def waiting(self) -> list[Waiting]:
        now = time.monotonic()
        return [
            Waiting(delivery, now - since, behind)
            for delivery in self.queue
            for since, behind in (self.arrived[delivery.message_id],)
        ]


class Mailboxes:
    """Per-key queues over one stream. `handle(delivery)` returns when the effect is committed.

    After it returns the sender gets its receipt and the message is acknowledged. The same message delivered twice
    while it waits is handled once. With `groups`, those it chooses are handled together by its own `handle`.
    """

    def __init__(
        self,
        service: str,
        stream: str,
        handle: Handle,
        receipts: Confirms,
        dead_letters: KeepsDeadLetters,
        *,
        max_tries: int = 5,
        heartbeat: float = 10.0,
        concurrency: int = 256,
        groups: Groups | None = None,
    ) -> None:
        self._stream = stream
        self._service = service
        self._handle = handle
        self._groups = groups
        self._receipts = receipts
        self._dead_letters = dead_letters
        self._max_tries = max_tries
        self._heartbeat = heartbeat
        self._limit = asyncio.Semaphore(concurrency)
        self._boxes: dict[str, _Box] = {}
        self._waiting: dict[str, Delivery] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._beat: asyncio.Task[None] | None = None
        self._log = get_logger(service).bind(stream=stream)
        self._handled = HANDLED.labels(service, stream, "ok")
        self._seconds = HANDLE_SECONDS.labels(service, stream)

    async def accept(self, _partition: int, deliveries: list[Delivery]) -> None:
        """Queue a batch (the `handle` of a `PartitionedConsumer`). Does not wait for it to be handled."""
        if self._beat is None:
            self._beat = spawn(self._keep_alive(), name=f"{self._service} {self._stream} heartbeat")
        for delivery in deliveries:
            known = self._waiting.get(delivery.message_id)
            if known is not None:
                await self._merge(known, delivery)
                continue
            self._waiting[delivery.message_id] = delivery
            box = self._boxes.setdefault(delivery.key, _Box())
            box.put(delivery)
            if delivery.key not in self._workers:
                self._workers[delivery.key] = spawn(
                    self._work(delivery.key, box), name=f"{self._service} {delivery.key}"
                )

    @staticmethod
    async def _merge(known: Delivery, again: Delivery) -> None:
        """Let one delivery stand for both, so that the other one is not delivered once more after `ack_wait`."""
        if known.sequence == again.sequence:
            known.msg = again.msg  # delivered again: acknowledge the newest
        elif known.partition >= 0:
            await again.ack()  # published again: the first one keeps its place in the order
        else:
            await known.ack()  # a job asked again: no order, and the newest knows where to answer
            known.msg = again.msg

    async def forget(self, partition: int) -> None:
        """Drop what waits of a partition that moved; the new owner gets it again. Waits for what is under way."""
        mine = {d.key for d in self._waiting.values() if d.partition == partition}
        running = [self._workers[key] for key in mine if key in self._workers]
        for key in mine:
            box = self._boxes.get(key, _Box())
            for delivery in [d for d in box.queue if not any(d is busy for busy in box.handling)]:
                self._done(box, delivery)
        await ended(*running)

    async def stop(self) -> None:
        """Cancel everything under way (it is journaled and comes again)."""
        tasks = [*self._workers.values(), *([self._beat] if self._beat else [])]
        await ended(*tasks)

    def _done(self, box: _Box, delivery: Delivery) -> None:
        box.drop(delivery)
        self._waiting.pop(delivery.message_id, None)

    async def _work(self, key: str, box: _Box) -> None:
        try:
            while box.queue:
                box.handling = await self._next(box)
                again = False
                try:
                    async with self._limit:
                        await self._until_handled(box.handling)
                except ChooseAgain:
                    again = True
                finally:
                    for delivery in () if again else box.handling:
                        self._done(box, delivery)
                    box.handling = ()
        finally:
            for delivery in box.queue:
                self._waiting.pop(delivery.message_id, None)
            self._boxes.pop(key, None)
            self._workers.pop(key, None)

    async def _next(self, box: _Box) -> Sequence[Delivery]:
        """What to handle next: the first that waits, or the group that has come together around it."""
        while self._groups is not None and box.queue:
            group, patience = self._groups.choose(box.waiting())
            if patience <= 0:
                return group
            box.rung.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await box.rung.wait()
        return list(box.queue)[:1]

    async def _until_handled(self, deliveries: Sequence[Delivery]) -> None:
        """Handle these and confirm them, with as many tries as it takes."""
        if not deliveries:
            return
        first, *more = deliveries
        started = time.monotonic()
        tries = 0
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                with span(f"{self._service} {first.tokens[0]}", first.headers):
                    await self._handle_now(deliveries)
                break
            except ChooseAgain:
                raise
            except Exception as error:  # noqa: BLE001  # the supervisor of all handlers: retried or dead-lettered below
                tries += 0 if is_transient(error) else 1
                fatal = isinstance(error, (Poison, ValidationError)) or tries >= self._max_tries
                if fatal and more:
                    for delivery in deliveries:  # so that only the one that causes it is given up
                        await self._until_handled([delivery])
                    return
                if fatal and await self._give_up(first, error, tries):
                    break
                self._log.warning(
                    "handling_failed", message_id=first.message_id, error=outline(error), tries=tries
                )
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        self._seconds.observe(time.monotonic() - started)
        self._handled.inc(len(deliveries))
        for delivery in deliveries:
            await self._receipts.confirm(delivery)
            await delivery.ack()

    async def _handle_now(self, deliveries: Sequence[Delivery]) -> None:
        if self._groups is None or len(deliveries) == 1:
            await self._handle(deliveries[0])
        else:
            await self._groups.handle(deliveries)

    async def _give_up(self, delivery: Delivery, error: Exception, tries: int) -> bool:
        try:
            if tenant_of(delivery) is not None:  # without one there is no place to keep it; the log has it
                await self._dead_letters.put(delivery, repr(error), tries)
        except Exception as failure:
            if not is_transient(failure):
                raise
            return False
        self._log.error("dead_letter", message_id=delivery.message_id, error=outline(error))
        DEAD_LETTERS.labels(self._service, self._stream).inc()
        return True

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(self._heartbeat)
            for delivery in list(self._waiting.values()):
                await delivery.in_progress()


def tenant_of(delivery: Delivery) -> UUID | None:
    """The tenant of a delivery, or None when its subject names none."""
    try:
        return delivery.tenant_id
    except Poison:
        return None
