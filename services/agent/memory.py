"""What was said before in a conversation? The last turns' messages, kept in memory while it is not idle."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from pydantic import ValidationError
from pydantic_ai.messages import (
    ModelMessage,
    ModelMessagesTypeAdapter,
    ModelRequest,
)

from shared.telemetry import get_logger

TURNS = 10
"""Turns that a model always sees as they were."""
MOST_TURNS = 16
"""Turns that it sees at most: when there are so many, all but the last `TURNS` go into the summary."""
IDLE_SECONDS = 900.0
_CONVERSATIONS = 1000

Turn = list[ModelMessage]


def lean(messages: Sequence[ModelMessage]) -> Turn:
    """A turn's messages without the instructions: each run writes its own."""
    return [replace(m, instructions=None) if isinstance(m, ModelRequest) else m for m in messages]


def dump(turn: Turn) -> str:
    """A turn's messages as JSON."""
    return ModelMessagesTypeAdapter.dump_json(turn).decode()


def load(json: str) -> Turn:
    """A turn's messages from JSON; none when another version wrote what this one cannot read."""
    try:
        return ModelMessagesTypeAdapter.validate_json(json)
    except ValidationError as error:
        get_logger("agent").warning("turn_not_readable", problems=error.error_count())
        return []


@dataclass(slots=True)
class _Known:
    """The turns of a conversation by their place in it, in order, and when it was last used (monotonic seconds)."""

    turns: dict[int, Turn] = field(default_factory=dict)
    used: float = 0.0


class Memory:
    """The last turns of the conversations used last. Only a cache: the turns table has them all.

    A conversation is dropped when it was idle for `idle` seconds, or when more than `conversations` are newer.
    """

    def __init__(
        self,
        *,
        turns: int = MOST_TURNS,
        conversations: int = _CONVERSATIONS,
        idle: float = IDLE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._turns = turns
        self._limit = conversations
        self._idle = idle
        self._clock = clock
        self._known: OrderedDict[UUID, _Known] = OrderedDict()

    def __len__(self) -> int:
        """How many conversations are known."""
        return len(self._known)

    def recall(self, conversation_id: UUID) -> dict[int, Turn]:
        """The turns that need not be read from the table, by their place."""
        known = self._known.get(conversation_id)
        return dict(known.turns) if known else {}

    def learn(
        self,
        conversation_id: UUID,
        order: Sequence[int],
        recalled: Mapping[int, Turn],
        read: Mapping[int, str],
    ) -> dict[int, Turn]:
        """The conversation's turns at these places (ascending), recalled or as they were read (JSON).

        They are what is known from now on.
        """
        known = {n: load(read[n]) if n in read else recalled[n] for n in order}
        self._known.pop(conversation_id, None)
        self._known[conversation_id] = _Known(known, self._clock())
        self._passivate()
        return dict(known)

    def add(self, conversation_id: UUID, place: int, turn: Turn) -> None:
        """A turn has ended."""
        known = self._known.get(conversation_id)
        if known is not None:
            known.turns[place] = turn
            while len(known.turns) > self._turns:
                del known.turns[next(iter(known.turns))]

    def forget(self, conversation_id: UUID | None = None) -> None:
        """Forget one conversation (its last turn's end is not sure), or all (others may own them now)."""
        if conversation_id is None:
            self._known.clear()
        else:
            self._known.pop(conversation_id, None)

    def expire(self) -> int:
        """Drop the conversations that have been idle; how many."""
        before, now = len(self._known), self._clock()
        while self._known and now - next(iter(self._known.values())).used >= self._idle:
            self._known.popitem(last=False)
        return before - len(self._known)

    def _passivate(self) -> None:
        self.expire()
        while len(self._known) > self._limit:
            self._known.popitem(last=False)
