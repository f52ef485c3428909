"""Which turns are under way, and which is given up because its customer wrote again? Then both are answered as one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from pydantic import ValidationError

from services.agent.gather import received
from services.agent.groups import first_group
from services.agent.journal import Journal
from services.agent.metrics import TURNS_GIVEN_UP
from shared.actors.delivery import Delivery
from shared.errors import Poison
from shared.messages.conversation import MessageReceived

MOST = 3
"""How often a turn is given up, at most: whoever goes on writing gets an answer in between."""


@dataclass(slots=True)
class _UnderWay:
    """A try of a turn: its messages, its journal, and what ends it."""

    members: tuple[MessageReceived, ...]
    journal: Journal
    limit: asyncio.Timeout

    def end(self) -> None:
        """End the try now. Until it has ended its journal lets nothing begin."""
        self.limit.reschedule(asyncio.get_running_loop().time())


@dataclass(slots=True)
class Running:
    """The turns that this process is busy with, one per conversation."""

    _now: dict[UUID, _UnderWay | None] = field(default_factory=dict)
    _came: dict[UUID, list[MessageReceived]] = field(default_factory=dict)
    _given_up: dict[UUID, int] = field(default_factory=dict)

    @contextmanager
    def opening(self, conversation_id: UUID) -> Iterator[None]:
        """While this lasts, a turn of this conversation is looked up, run and ended."""
        self._now[conversation_id] = None
        try:
            yield
        finally:
            self._now.pop(conversation_id, None)
            self._came.pop(conversation_id, None)

    @contextmanager
    def turn(
        self, members: Sequence[MessageReceived], journal: Journal, limit: asyncio.Timeout
    ) -> Iterator[None]:
        """While this lasts, a message that belongs to these (at least one) ends `limit`, if nothing was written yet."""
        conversation_id = members[0].conversation_id
        under_way = self._now[conversation_id] = _UnderWay(tuple(members), journal, limit)
        for message in self._came.pop(conversation_id, ()):
            self._consider(under_way, message)
        try:
            yield
        finally:
            self._now[conversation_id] = None

    def arrived(self, deliveries: Sequence[Delivery]) -> None:
        """Messages have come in (they wait in their mailboxes already)."""
        for delivery in deliveries if self._now else ():
            try:
                conversation_id = UUID(delivery.key)
                if conversation_id not in self._now:
                    continue
                message = received(delivery)
            except (Poison, ValidationError, ValueError):
                continue
            under_way = self._now[conversation_id]
            if under_way is None:  # it begins or ends just now
                self._came.setdefault(conversation_id, []).append(message)
            else:
                self._consider(under_way, message)

    def is_given_up(self, turn_id: UUID) -> bool:
        """Whether the turn with this id was given up by this process, and has not ended since."""
        return turn_id in self._given_up

    def ended(self, turn_id: UUID) -> None:
        """The turn with this id has ended."""
        self._given_up.pop(turn_id, None)

    def _consider(self, under_way: _UnderWay, message: MessageReceived) -> None:
        members, turn_id = under_way.members, under_way.journal.message_id
        if not belongs(members, message) or under_way.journal.abandoned:
            return
        times = self._given_up.get(turn_id, 0)
        if times < MOST and under_way.journal.abandon():
            self._given_up[turn_id] = times + 1
            TURNS_GIVEN_UP.inc()
            under_way.end()


def belongs(members: Sequence[MessageReceived], message: MessageReceived) -> bool:
    """Whether a message that came later would have been answered together with these."""
    if any(member.message_id == message.message_id for member in members):
        return False
    return len(first_group([*members, message])) > len(members)
