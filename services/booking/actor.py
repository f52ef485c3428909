"""Who writes bookings? One actor per instance: commands of all its partitions, decided in memory, written in groups.

Partition readers put commands into one queue; the writer takes what waits, decides it in turn and writes it in one
transaction; then the askers are answered and the events published. Safety does not rest on being the only writer: see
`store`.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from services.booking.batch import Answer, Batch, CommandKey
from services.booking.cache import Recent, States
from services.booking.domain.decide import Command
from services.booking.replies import Replies
from services.booking.store import Conflict, Store
from services.booking.timekeeping import Clock
from shared import subjects
from shared.actors.delivery import Delivery
from shared.actors.mailboxes import tenant_of
from shared.db import is_transient
from shared.errors import Poison
from shared.messages.booking import BookSession, CancelBooking
from shared.outbox import DeadLetters
from shared.telemetry import BATCH_SIZE, DEAD_LETTERS, HANDLE_SECONDS, HANDLED, get_logger

_KINDS: dict[str, type[BookSession] | type[CancelBooking]] = {
    kind.name: kind for kind in (BookSession, CancelBooking)
}
_RECENT_ANSWERS = 16_384
_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 2.0
_MOST_CONFLICTS = 50


@dataclass(slots=True)
class Waiting:
    """A command in the queue with the delivery it came by. `poison`: why it can never be handled."""

    delivery: Delivery
    command: Command | None
    poison: str = ""

    @property
    def key(self) -> CommandKey:
        """What its outcome is stored under."""
        assert self.command is not None  # noqa: S101  # poison never gets here
        return (self.command.tenant_id, self.command.command_id)


class Abandoned(Exception):  # noqa: N818  # a signal, not an error
    """The instance stops, or the partition moved, while the database is away."""


def read_command(delivery: Delivery) -> Command:
    """The command of a delivery. Raises `Poison` or `ValidationError` when it can never be handled."""
    kind = _KINDS.get(delivery.name)
    if kind is None:
        raise Poison(f"booking knows no command {delivery.name!r}")
    command = kind.decode(delivery.data)
    if str(command.tenant_id) != delivery.tokens[2] or str(command.session_id) != delivery.key:
        raise Poison("the subject names another tenant or session than the command")
    return command


class BookingActor:
    """The writer of one instance. `accept`, `claimed` and `released` are the hooks of a `PartitionedConsumer`."""

    def __init__(
        self,
        store: Store,
        replies: Replies,
        dead_letters: DeadLetters,
        clock: Clock,
        *,
        batch_limit: int,
        states: States | None = None,
    ) -> None:
        self._store = store
        self._replies = replies
        self._dead_letters = dead_letters
        self._clock = clock
        self._limit = batch_limit
        self._states = states or States()
        self._recent: Recent[CommandKey, Answer] = Recent(_RECENT_ANSWERS)
        self._queue: deque[Waiting] = deque()
        self._some = asyncio.Event()
        self._room = asyncio.Event()
        self._owned: set[int] = set()
        self._writing = asyncio.Lock()
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._answering: asyncio.Task[None] | None = None
        self._log = get_logger("booking")
        self._handled = HANDLED.labels("booking", subjects.COMMANDS, "ok")
        self._seconds = HANDLE_SECONDS.labels("booking", subjects.COMMANDS)

    def start(self) -> None:
        """Begin to write what is accepted."""
        self._task = asyncio.create_task(self._run(), name="booking writer")

    async def stop(self) -> None:
        """Finish the batch under way (unless the database is away) and its answers; accept nothing more."""
        self._stopping.set()
        self._queue.clear()
        self._some.set()
        self._room.set()
        if self._task is not None:
            await self._task

    @property
    def alive(self) -> bool:
        """True while the writer runs."""
        return self._task is not None and not self._task.done()

    # --- hooks of the consumer ----------------------------------------------------------------------

    async def claimed(self, partition: int) -> None:
        """The partition is ours: its commands will come."""
        self._owned.add(partition)

    async def released(self, partition: int) -> None:
        """The partition goes to another instance: forget what waits of it (it comes again there) and its states."""
        self._owned.discard(partition)
        self._queue = deque(waiting for waiting in self._queue if waiting.delivery.partition != partition)
        self._room.set()
        async with self._writing:  # the batch under way is written or abandoned first
            self._states.drop_partition(partition)

    async def accept(self, partition: int, deliveries: Sequence[Delivery]) -> None:
        """Queue what has arrived; returns when there is room for more."""
        for delivery in deliveries:
            try:
                self._queue.append(Waiting(delivery, read_command(delivery)))
            except (Poison, ValidationError, ValueError) as error:
                self._queue.append(Waiting(delivery, None, str(error)))
        self._some.set()
        while len(self._queue) >= 2 * self._limit and not self._stopping.is_set() and partition in self._owned:
            self._room.clear()
            await self._room.wait()

    # --- the writer ---------------------------------------------------------------------------------

    async def _run(self) -> None:
        while not self._stopping.is_set():
            await self._some.wait()
            async with self._writing:
                batch = self._take()
                try:
                    await self._settle(batch)
                except Abandoned:
                    self._log.info("batch_abandoned", commands=len(batch))
                except Exception as error:  # noqa: BLE001  # a bug: its commands come again, the rest goes on
                    self._log.error("writer_failed", error=repr(error), exc_info=error)
        if self._answering is not None:
            await self._answering

    def _take(self) -> list[Waiting]:
        count = min(len(self._queue), self._limit)
        batch = [self._queue.popleft() for _ in range(count)]
        if not self._queue:
            self._some.clear()
        self._room.set()
        return batch

    async def _settle(self, batch: list[Waiting]) -> None:
        """Write a batch, whatever it takes; then let the answers go out while the next one is written."""
        if not batch:
            return
        started = time.monotonic()
        commands = [waiting for waiting in batch if waiting.command is not None]
        answers = await self._write(commands) if commands else {}
        for waiting in batch:
            if waiting.command is None:
                await self._bury(waiting, waiting.poison)
        BATCH_SIZE.observe(len(batch))
        self._handled.inc(len(batch))
        self._seconds.observe(time.monotonic() - started)
        if self._answering is not None:
            await self._answering
        self._answering = asyncio.create_task(
            self._replies.send([(w.delivery, w.command, answers.get(w.key)) for w in commands if w.command], batch[-1:] and _last(batch)),
            name="booking answers",
        )

    async def _write(self, batch: list[Waiting]) -> dict[CommandKey, Answer]:
        """Decide and write until it is done. A command that fails by itself is found by halving, and buried."""
        pause = _FIRST_PAUSE_SECONDS
        conflicts = 0
        while True:
            try:
                return await self._attempt(batch, again=conflicts > 0)
            except Conflict as conflict:
                self._forget(batch)
                conflicts += 1
                self._log.info("batch_again", commands=len(batch), reason=str(conflict))
                if conflicts < _MOST_CONFLICTS:
                    continue
                failure: Exception = conflict
            except Exception as error:
                self._forget(batch)
                if is_transient(error):
                    self._log.warning("batch_waits", commands=len(batch), error=str(error) or type(error).__name__)
                    await self._pause(pause, batch)
                    pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
                    continue
                failure = error
            if len(batch) == 1:
                await self._bury(batch[0], repr(failure))
                return {}
            half = len(batch) // 2
            return await self._write(batch[:half]) | await self._write(batch[half:])

    async def _attempt(self, commands: list[Waiting], *, again: bool) -> dict[CommandKey, Answer]:
        """Decide and write once. `again`: look for outcomes that are stored already first."""
        answers = {w.key: known for w in commands if (known := self._recent.get(w.key)) is not None}
        if again:
            stored = await self._store.outcomes([w.key for w in commands])
            answers |= {key: self._replies.repeated(payload) for key, payload in stored.items()}
        new = [w for w in commands if w.key not in answers]
        work = await self._decide(new)
        await self._store.write(work)
        partitions = {(w.command.tenant_id, w.command.session_id): w.delivery.partition for w in new if w.command}
        self._states.keep(partitions, {key: state for key, state in work.states.items() if state is not None})
        self._recent.keep(work.answers)
        self._publish(work, new)
        return answers | work.answers
