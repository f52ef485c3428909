"""What is a turn given when it begins, and what does it leave? The turns' store as the turns see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.agent.groups import Group
from services.agent.handoff import Handoff
from services.agent.journal import StepStore
from services.agent.takeover import Takeover
from shared.messages.conversation import ChannelAddress, MessageReceived
from shared.outbox import Outgoing

MOST_PREFERENCES = 20
"""Preferences that a turn is given: those said last."""


@dataclass(frozen=True, slots=True)
class Past:
    """What a conversation is known by. `order`: the places of its last turns that the summary does not tell of, ascending;
    `turns`: the messages (JSON) of those that were asked for.

    `preferences`: what this customer has said that they like, by key. `human_until` (aware): a person of the business has
    taken over until then. `language`: what was spoken last (BCP 47).
    """

    order: tuple[int, ...] = ()
    turns: Mapping[int, str] = field(default_factory=dict)
    summary: str | None = None
    preferences: tuple[tuple[str, str], ...] = ()
    language: str | None = None
    human_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenedTurn:
    """A turn as it was found: `done` or not, its stored steps, its place, and the conversation so far.

    `unconfirmed` are replies of a turn that is done and that the gateway has not confirmed. `message` stands for all
    messages of the turn, whichever was asked for; `answers` are the ids of those asked for that this turn answers.
    """

    done: bool
    steps: dict[str, str]
    message: MessageReceived
    answers: frozenset[UUID]
    place: int = 0
    past: Past = field(default_factory=Past)
    unconfirmed: tuple[Outgoing, ...] = ()


@dataclass(frozen=True, slots=True)
class ClosedTurn:
    """How a turn ended: its message history (JSON) and what was said (JSON); `handoff`: a person is called."""

    messages: str
    replies: str
    language: str | None = None
    handoff: Handoff | None = None


class TurnStore(StepStore, Protocol):
    """The turns' store. Every method may raise what `shared.db.is_transient` knows."""

    async def open(
        self, group: Group, change: Takeover, *, known: Sequence[int] = (), most: int = 0
    ) -> OpenedTurn:
        """Begin the turn of these messages, with what they change about who answers; and their conversation's last `most`
        turns, without the words of those at `known` places.

        If any of them has a turn already, nothing is begun, and the oldest such turn is found. So no message is ever
        part of two.
        """

    async def regroup(self, group: Group) -> None:
        """Make these messages the members of the open turn of the first one, which starts anew: its steps are dropped.

        Only for a turn that has written nothing. Nothing happens when there is no such open turn.
        """

    async def close(
        self, message: MessageReceived, turn: ClosedTurn, outgoing: Sequence[Outgoing], at: datetime
    ) -> None:
        """End the turn and put its replies into the outbox, at once; nothing if it has ended already."""

    async def summarise(self, tenant_id: UUID, conversation_id: UUID, upto: int, summary: str) -> None:
        """Keep what is to be known of the turns up to this place; nothing if one of later turns is kept."""

    async def address(self, tenant_id: UUID, channel: str, user_id: str) -> ChannelAddress | None:
        """Where the newest conversation with this person takes place."""
