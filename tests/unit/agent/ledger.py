"""The turns' store of the agent's unit tests: in memory, and a process can die at each of its steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import orjson

from services.agent.groups import Group
from services.agent.handoff import Handoff
from services.agent.journal import Step
from services.agent.memory import Turn, dump
from services.agent.opened import ClosedTurn, OpenedTurn, Past
from services.agent.takeover import Takeover
from services.agent.tools.spec import HandoffReason, Preference, PreferenceKey, TurnContext
from shared.messages.conversation import ChannelAddress, MessageReceived
from shared.outbox import Outgoing
from tests.unit.agent.scissors import Scissors


@dataclass
class Ledger:
    """The turns' store in memory. `preferences` are the customer's, `notices` are what others sent (JSON by place)."""

    turns: dict[UUID, ClosedTurn | None] = field(default_factory=dict)
    steps: dict[UUID, dict[str, str]] = field(default_factory=dict)
    outbox: dict[UUID, Outgoing] = field(default_factory=dict)
    places: dict[UUID, int] = field(default_factory=dict)
    notices: dict[int, str] = field(default_factory=dict)
    members: dict[UUID, frozenset[UUID]] = field(default_factory=dict)
    messages: dict[UUID, MessageReceived] = field(default_factory=dict)
    human_until: datetime | None = None
    handoffs: list[Handoff] = field(default_factory=list)
    preferences: dict[str, str] = field(default_factory=dict)
    language: str | None = None
    summary: str | None = None
    summary_place: int = 0
    read: int = 0
    scissors: Scissors = field(default_factory=Scissors)

    async def open(
        self, group: Group, change: Takeover, *, known: Sequence[int] = (), most: int = 0
    ) -> OpenedTurn:
        past = self._past(known, most)
        message = group.message
        asked = [member.message_id for member in group.members]
        part_of = [turn for turn in self.members if self.members[turn] & set(asked)]
        if not part_of:
            self.scissors.moment("turn not opened")
            self.turns[message.message_id] = None
            self.members[message.message_id] = frozenset(asked)
            self.messages[message.message_id] = message
            self.places[message.message_id] = self._place()
            if change.over or change.until:
                self.human_until = change.until
            self.scissors.moment("turn opened")
        turn_id = part_of[0] if part_of else message.message_id
        message, answers = self.messages[turn_id], self.members[turn_id] & set(asked)
        place, found = self.places[turn_id], self.turns[turn_id]
        if found is not None:
            replies = orjson.loads(found.replies)
            unconfirmed = tuple(self.outbox[UUID(reply["message_id"])] for reply in replies)
            return OpenedTurn(True, {}, message, answers, place, unconfirmed=unconfirmed)
        return OpenedTurn(False, dict(self.steps.get(turn_id, {})), message, answers, place, past)

    async def regroup(self, group: Group) -> None:
        turn_id = group.message.message_id
        if self.turns.get(turn_id, "none") is None:
            self.scissors.moment("turn not regrouped")
            self.members[turn_id] = frozenset(member.message_id for member in group.members)
            self.messages[turn_id] = group.message
            self.steps.pop(turn_id, None)
            self.scissors.moment("turn regrouped")

    def notice(self, turn: Turn) -> None:
        """Somebody else sent something to the person."""
        self.notices[self._place()] = dump(turn)

    def _place(self) -> int:
        return max([0, *self.places.values(), *self.notices]) + 1

    def _past(self, known: Sequence[int], most: int) -> Past:
        closed = {self.places[m]: turn.messages for m, turn in self.turns.items() if turn} | self.notices
        order = [place for place in sorted(closed) if place > self.summary_place][-most:] if most else []
        fresh = {place: closed[place] for place in order if place not in known}
        self.read += len(fresh)
        likes = tuple(self.preferences.items())
        return Past(tuple(order), fresh, self.summary, likes, self.language, self.human_until)

    async def all(self, context: TurnContext) -> tuple[Preference, ...]:
        return tuple(Preference(key, value) for key, value in self.preferences.items())

    async def set(self, context: TurnContext, key: PreferenceKey, value: str | None) -> None:
        self.preferences.pop(key, None)
        if value is not None:
            self.preferences[key] = value

    async def ask(
        self, context: TurnContext, reason: HandoffReason, note: str | None, command_id: UUID
    ) -> None:
        handoff = Handoff(command_id, reason, context.now, context.now + timedelta(hours=12), note)
        if command_id not in {one.handoff_id for one in self.handoffs}:
            self.handoffs.append(handoff)
        self.human_until = handoff.until

    async def add_steps(self, tenant_id: UUID, message_id: UUID, steps: Sequence[Step]) -> None:
        self.scissors.moment(f"steps not stored: {[s.key for s in steps]}")
        for step in steps:
            orjson.loads(step.payload)  # the real store keeps JSON
            self.steps.setdefault(message_id, {}).setdefault(step.key, step.payload)
        self.scissors.moment(f"steps stored: {[s.key for s in steps]}")

    async def close(
        self, message: MessageReceived, turn: ClosedTurn, outgoing: Sequence[Outgoing], at: datetime
    ) -> None:
        self.scissors.moment("turn not closed")
        if self.turns[message.message_id] is None:
            self.turns[message.message_id] = turn
            self.outbox.update({o.id: o for o in outgoing})
            self.language = turn.language or self.language
            if turn.handoff:
                self.handoffs.append(turn.handoff)
                self.human_until = turn.handoff.until
        self.scissors.moment("turn closed, reply not published")

    async def summarise(self, tenant_id: UUID, conversation_id: UUID, upto: int, summary: str) -> None:
        if upto > self.summary_place:
            self.summary, self.summary_place = summary, upto

    async def address(self, tenant_id: UUID, channel: str, user_id: str) -> ChannelAddress | None:
        return None
