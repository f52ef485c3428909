"""Handling messages per key: in order within a key, at the same time across keys, again after a failure.

A failure that a repeat may cure (a server is away) is repeated for ever; one that the message itself causes goes to the
dead letters after `max_tries`, and the rest of its key goes on.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
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


class Confirms(Protocol):
    """Tells senders that their messages have had their effect (`shared.outbox.Receipts`)."""

    async def confirm(self, delivery: Delivery) -> None:
        """This message has had its effect. Losing it only causes a repeat."""


class KeepsDeadLetters(Protocol):
    """Keeps messages that cannot be handled (`shared.outbox.DeadLetters`)."""

    async def put(self, delivery: Delivery, reason: str, tries: int) -> None:
        """Keep this message with the reason, for the operator."""


class Mailboxes:
    """Per-key queues over one stream. `handle(delivery)` returns when the effect is committed.

    After it returns the sender gets its receipt and the message is acknowledged. The same message delivered twice
    while it waits is handled once.
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
    ) -> None:
        self._stream = stream
        self._service = service
        self._handle = handle
        self._receipts = receipts
        self._dead_letters = dead_letters
        self._max_tries = max_tries
        self._heartbeat = heartbeat
        self._limit = asyncio.Semaphore(concurrency)
        self._queues: dict[str, deque[Delivery]] = {}
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
            queue = self._queues.setdefault(delivery.key, deque())
            queue.append(delivery)
            if delivery.key not in self._workers:
                self._workers[delivery.key] = spawn(
                    self._work(delivery.key, queue), name=f"{self._service} {delivery.key}"
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
            queue = self._queues.get(key, deque())
            for delivery in list(queue)[1:]:
                queue.remove(delivery)
                self._waiting.pop(delivery.message_id, None)
        await ended(*running)

    async def stop(self) -> None:
        """Cancel everything under way (it is journaled and comes again)."""
        tasks = [*self._workers.values(), *([self._beat] if self._beat else [])]
        await ended(*tasks)

    async def _work(self, key: str, queue: deque[Delivery]) -> None:
        try:
            while queue:
                delivery = queue[0]
                try:
                    async with self._limit:
                        await self._until_handled(delivery)
                finally:
                    queue.popleft()
                    self._waiting.pop(delivery.message_id, None)
        finally:
            for delivery in queue:
                self._waiting.pop(delivery.message_id, None)
            self._queues.pop(key, None)
            self._workers.pop(key, None)

    async def _until_handled(self, delivery: Delivery) -> None:
        started = time.monotonic()
        tries = 0
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                with span(f"{self._service} {delivery.tokens[0]}", delivery.headers):
                    await self._handle(delivery)
                break
            except Exception as error:  # noqa: BLE001  # the supervisor of all handlers: retried or dead-lettered below
                tries += 0 if is_transient(error) else 1
                fatal = isinstance(error, (Poison, ValidationError))
                if (fatal or tries >= self._max_tries) and await self._give_up(delivery, error, tries):
                    break
                self._log.warning(
                    "handling_failed", message_id=delivery.message_id, error=outline(error), tries=tries
                )
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        self._seconds.observe(time.monotonic() - started)
        self._handled.inc()
        await self._receipts.confirm(delivery)
        await delivery.ack()

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
