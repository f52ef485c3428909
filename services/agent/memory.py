"""What was said before in a conversation? The last turns' messages, kept in memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from pydantic import ValidationError
from pydantic_ai.messages import (
    ModelMessage,
    ModelMessagesTypeAdapter,
    ModelRequest,
)

from shared.telemetry import get_logger

TURNS = 10
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


class Memory:
    """The last turns of the conversations used last. Only a cache: the turns table has them all."""

    def __init__(self, *, turns: int = TURNS, conversations: int = _CONVERSATIONS) -> None:
        self._turns = turns
        self._limit = conversations
        self._known: OrderedDict[UUID, list[Turn]] = OrderedDict()

    def recall(self, conversation_id: UUID) -> list[ModelMessage] | None:
        """The messages of the last turns, oldest first; None when they must be read from the table."""
        turns = self._known.get(conversation_id)
        if turns is None:
            return None
        self._known.move_to_end(conversation_id)
        return [message for turn in turns for message in turn]

    def learn(self, conversation_id: UUID, turns: Sequence[str]) -> list[ModelMessage]:
        """Take over what the table has (JSON per turn, oldest first)."""
        self._known[conversation_id] = [load(turn) for turn in turns][-self._turns :]
        while len(self._known) > self._limit:
            self._known.popitem(last=False)
        return self.recall(conversation_id) or []

    def add(self, conversation_id: UUID, turn: Turn) -> None:
        """A turn has ended."""
        known = self._known.get(conversation_id)
        if known is not None and turn:
            known.append(turn)
            del known[: -self._turns]

    def forget(self, conversation_id: UUID | None = None) -> None:
        """Forget one conversation (its last turn's end is not sure), or all (others may own them now)."""
        if conversation_id is None:
            self._known.clear()
        else:
            self._known.pop(conversation_id, None)
