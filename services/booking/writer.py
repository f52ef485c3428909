"""How is a batch of commands made to stick? Load what is unknown, decide, write under conditions, again if they fail."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.booking.answers import Answer
from services.booking.batch import Batch, CommandKey, key_of
from services.booking.cache import Recent, States
from services.booking.clock import Clock
from services.booking.domain import wire
from services.booking.domain.refusals import PUT_ASIDE
from services.booking.domain.world import SessionKey
from services.booking.gather import Gatherer, session_keys
from services.booking.mailbox import Unreadable, Waiting
from services.booking.store import Conflict, Store
from shared import subjects
from shared.actors.mailboxes import tenant_of
from shared.db import is_transient
from shared.messages.booking import BookingCommand
from shared.outbox import DeadLetters, Outgoing
from shared.telemetry import DEAD_LETTERS, get_logger

_RECENT_ANSWERS = 16_384
_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 2.0
_MOST_CONFLICTS = 50


class Abandoned(Exception):
    """The batch is no longer ours, and the database is away: whoever takes over gets its commands again."""


@dataclass(slots=True)
class Written:
    """What is committed now: the answers, and the events to publish by the command they follow from."""

    answers: dict[CommandKey, Answer]
    outgoing: dict[CommandKey, list[Outgoing]]
    due: dict[SessionKey, datetime]
    effects: bool = False  # something was asked of the card processor


class Writer:
    """Writes batches, also of different sessions at once. Keeps states, so a command on a known session costs no read."""

    def __init__(
        self,
        store: Store,
        gatherer: Gatherer,
        dead_letters: DeadLetters,
        clock: Clock,
        states: States,
        *,
        max_tries: int,
    ) -> None:
        self._store = store
        self._gatherer = gatherer
        self._dead_letters = dead_letters
        self._clock = clock
        self.states = states
        self._max_tries = max_tries
        self._recent: Recent[CommandKey, Answer] = Recent(_RECENT_ANSWERS)
        self._log = get_logger("booking")

    async def write(self, batch: Sequence[Waiting], ours: Callable[[], bool]) -> Written:
        """Decide and commit these commands, whatever it takes.

        A command that fails by itself is found by halving and goes to the dead letters (it has no answer then).
        Raises `Abandoned` when the database is away and `ours()` says that the batch no longer is.
        """
        pause = _Pause()
        attempts = conflicts = tries = 0
        while True:
            attempts += 1
            try:
                return await self._attempt(batch, repeated=attempts > 1)
            except Conflict as conflict:
                self._forget(batch)
                conflicts += 1
                self._log.info("batch_again", commands=len(batch), reason=str(conflict))
                if conflicts < _MOST_CONFLICTS:
                    continue
                failure: Exception = conflict
            except Exception as error:  # noqa: BLE001  # transient ones are repeated, the others end as dead letters
                self._forget(batch)
                failure = error
                if is_transient(error):
                    self._log.warning(
                        "batch_waits", commands=len(batch), error=str(error) or type(error).__name__
                    )
                    await pause.wait(ours)
                    continue
            tries += 1
            if len(batch) > 1:
                return await self._halves(batch, ours)
            if tries >= self._max_tries:
                await self.bury(Unreadable(batch[0].delivery, repr(failure)), ours, tries)
                # Told, not stored: the operator may replay the command, and then it gets its outcome.
                command = batch[0].command
                put_aside = wire.refusal_outcome(command.command_id, PUT_ASIDE)
                return Written({key_of(command): Answer.of(put_aside)}, {}, {})

    async def bury(self, unreadable: Unreadable, ours: Callable[[], bool], tries: int = 1) -> None:
        """Keep a delivery that cannot be handled, with its reason, for the operator."""
        delivery = unreadable.delivery
        pause = _Pause()
        while tenant_of(delivery) is not None:  # without one there is no place to keep it; the log has it
            try:
                await self._dead_letters.put(delivery, unreadable.reason, tries)
                break
            except Exception as error:
                if not is_transient(error):
                    raise
                await pause.wait(ours)
        self._log.error("dead_letter", message_id=delivery.message_id, reason=_first_line(unreadable.reason))
        DEAD_LETTERS.labels("booking", subjects.COMMANDS).inc()

    async def _attempt(self, batch: Sequence[Waiting], *, repeated: bool) -> Written:
        """One try. `repeated`: some may have been answered already, so look for stored outcomes first."""
        keys = [key_of(waiting.command) for waiting in batch]
        answers = {key: known for key in keys if (known := self._recent.get(key)) is not None}
        if repeated:
            stored = await self._store.outcomes(keys)
            answers |= {key: Answer.stored(text) for key, text in stored.items()}
        new = [waiting for waiting, key in zip(batch, keys, strict=True) if key not in answers]
        if not new:
            return Written(answers, {}, {})
        decided = await self._decide_and_write([waiting.command for waiting in new])
        due = self._remember(decided, new)
        answers |= decided.answers
        self._recent.keep(answers)
        return Written(answers, decided.outgoing, due, bool(decided.rows.others))

    def _remember(self, decided: Batch, new: Sequence[Waiting]) -> dict[SessionKey, datetime]:
        """Keep the states of our own sessions, forget others that were changed; when those changed are due next."""
        ours = {
            key: waiting.delivery.partition for waiting in new for key in session_keys(waiting.command)[:1]
        }
        due = {}
        for key, before in decided.before.items():
            state = decided.world.sessions.get(key)
            if state is None:
                continue
            if key in ours:
                self.states.keep(key, state, ours[key])
            elif state.version != before:
                self.states.drop([key])
            if state.version != before and state.due_at is not None:
                due[key] = state.due_at
        return due

    async def _decide_and_write(self, commands: Sequence[BookingCommand]) -> Batch:
        now = self._clock()
        world, resolved = await self._gatherer.gather(commands, self.states, now)
        batch = Batch(world)
        for command in resolved:
            batch.decide(command, now)
        try:
            await self._store.write(batch, now)
        except BaseException:
            self.states.drop(batch.before)  # also those that no command names
            raise
        return batch

    async def _halves(self, batch: Sequence[Waiting], ours: Callable[[], bool]) -> Written:
        middle = len(batch) // 2
        first = await self.write(batch[:middle], ours)
        second = await self.write(batch[middle:], ours)
        return Written(
            first.answers | second.answers,
            first.outgoing | second.outgoing,
            first.due | second.due,
            first.effects or second.effects,
        )

    def _forget(self, batch: Sequence[Waiting]) -> None:
        self.states.drop({key for waiting in batch for key in session_keys(waiting.command)})


class _Pause:
    """Growing pauses between tries."""

    def __init__(self) -> None:
        self._seconds = _FIRST_PAUSE_SECONDS

    async def wait(self, ours: Callable[[], bool]) -> None:
        if not ours():
            raise Abandoned
        await asyncio.sleep(self._seconds)
        self._seconds = min(2 * self._seconds, _LONGEST_PAUSE_SECONDS)
        if not ours():
            raise Abandoned


def _first_line(reason: str) -> str:
    # What follows in pydantic's texts quotes the input, which may hold personal data.
    return reason.split("\n", 1)[0]
