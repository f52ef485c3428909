"""What happens with a message, or several at once? One turn: resumed where it was cut off, and ended once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import orjson

from services.agent import handoffs, phrases
from services.agent.answering import Answering
from services.agent.business import language_of_business
from services.agent.gather import received
from services.agent.groups import Group
from services.agent.handoff import Call, Handoff, Rules, at_words, when_stuck
from services.agent.journal import TRANSCRIPT, Journal
from services.agent.known import Known, known_of
from services.agent.memory import MOST_TURNS, Memory, dump
from services.agent.metrics import TURN_SECONDS, TURNS_TOTAL
from services.agent.opened import ClosedTurn, OpenedTurn, TurnStore
from services.agent.phrases import Phrase
from services.agent.reply import message_of
from services.agent.speaker import Spoken
from services.agent.summaries import Summaries
from services.agent.takeover import is_theirs, takeover
from services.agent.tenant_rules import RulesSource, SameRules
from shared import subjects
from shared.actors.delivery import Delivery
from shared.db import is_transient
from shared.messages.conversation import MessageReceived
from shared.outbox import Outgoing

Publish = Callable[[Sequence[Outgoing]], Awaitable[None]]
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Turns:
    """Runs turns. `publish` is called after the commit. `rules`: when a person of the business is called, and how long they
    answer then or after they have written by hand. `summaries`: what is made of turns that are too many to be shown."""

    store: TurnStore
    answering: Answering
    memory: Memory
    publish: Publish
    clock: Clock
    rules: RulesSource = field(default_factory=lambda: SameRules(Rules()))
    summaries: Summaries | None = None

    async def handle(self, delivery: Delivery) -> None:
        """A delivery of INBOUND. Returns when the turn has ended and its replies are committed.

        Raises what is transient (the delivery is tried again), `ChooseAgain`, and `Poison` for what is no message.
        """
        await self.run(received(delivery))

    async def handle_together(self, deliveries: Sequence[Delivery]) -> None:
        """Deliveries of one conversation that get one turn; as `handle`."""
        await self.run(*(received(delivery) for delivery in deliveries))

    async def run(self, *messages: MessageReceived) -> None:
        """The turn of these messages, or what is left of it.

        One turn, unless some were part of another before a restart: that one is ended first, and they are left out.
        """
        left = list(messages)
        while left:
            with self.answering.running.opening(left[0].conversation_id):
                answered = await self._turn(Group(tuple(left)))
            left = [message for message in left if message.message_id not in answered]

    async def _turn(self, group: Group) -> Collection[UUID]:
        """End the turn of this group, or the one that some of it had before; the ids it answers."""
        conversation_id = group.message.conversation_id
        if self.answering.running.is_given_up(group.message.message_id):
            await self.store.regroup(group)
        rules = await self.rules.of(group.message.tenant_id)
        change = takeover(group.message, rules.hours)
        recalled = self.memory.recall(conversation_id)
        opened = await self.store.open(group, change, known=tuple(recalled), most=MOST_TURNS)
        if opened.done:
            # Its answer is committed; what the gateway has not confirmed is published again.
            self.answering.running.ended(opened.message.message_id)
            await self.publish(opened.unconfirmed)
            return opened.answers
        turns = self.memory.learn(conversation_id, opened.past.order, recalled, opened.past.turns)
        # A turn that is resumed does not know what was sent since it began.
        known = known_of(opened.past, {n: turn for n, turn in turns.items() if n < opened.place})
        with TURN_SECONDS.time():
            spoken = await self._spoken(group, opened, known)
        await self._end(opened, spoken, known, rules)
        if self.summaries is not None:
            self.summaries.consider(opened.message, known)
        return opened.answers

    async def _spoken(self, group: Group, opened: OpenedTurn, known: Known) -> Spoken:
        message, answering = opened.message, self.answering
        journal = Journal(self.store, message.tenant_id, message.message_id, opened.steps)
        # What we had begun to do is ended by us, whoever has taken over meanwhile.
        begun = opened.steps.keys() - {TRANSCRIPT}
        if is_theirs(message, opened.past.human_until) and not begun:
            return await answering.listen_in(message, journal)
        whole = len(opened.answers) == len(group.members)
        return await answering.speak(message, group.members if whole else (), known, journal)

    async def _end(self, opened: OpenedTurn, spoken: Spoken, known: Known, rules: Rules) -> None:
        message = opened.message
        spoken, handoff = await self._called(message, spoken, known, rules)
        try:
            outgoing = await self._close(opened, spoken, handoff)
        except Exception as error:
            if is_transient(error):
                raise
            # An answer that is no message or cannot be stored would end in the dead letters, without a word.
            spoken = await self.answering.apology(message, known, Phrase.FAILED, error)
            outgoing = await self._close(opened, spoken, handoff)
        TURNS_TOTAL.labels(spoken.outcome).inc()
        if handoff is not None:
            handoffs.announce(message.conversation_id, handoff.why)
        self.answering.running.ended(message.message_id)
        await self.publish(outgoing)

    async def _called(
        self, message: MessageReceived, spoken: Spoken, known: Known, rules: Rules
    ) -> tuple[Spoken, Handoff | None]:
        """Whether a person of the business is called now, and the answer that says so."""
        if spoken.outcome == "human" or spoken.called:
            return spoken, None
        call: Call | None = at_words(spoken.said, rules)
        call = call or when_stuck(spoken.stuck, known.history, rules)
        if call is None:
            return spoken, None
        theirs = await language_of_business(self.answering.bookings, message.tenant_id)
        hours = timedelta(hours=rules.hours)
        handoff = handoffs.called(message, call.why, self.clock(), hours, call.note, theirs)
        language = spoken.language or await self.answering.language(message, known)
        return spoken.with_words(phrases.of(Phrase.CALLED, language)), handoff

    async def _close(self, opened: OpenedTurn, spoken: Spoken, handoff: Handoff | None) -> list[Outgoing]:
        """End the turn with this answer; what is to be published then."""
        message = opened.message
        tenant_id, conversation_id = message.tenant_id, message.conversation_id
        replies = [] if spoken.reply.silent else [message_of(spoken.reply, message, 0, spoken.language)]
        subject = subjects.outbound(message.sender.channel, tenant_id, conversation_id)
        outgoing = [Outgoing(tenant_id, r.message_id, subject, r.encode()) for r in replies]
        if handoff is not None:
            outgoing += handoffs.news(tenant_id, conversation_id, handoff)
        closed = ClosedTurn(
            messages=dump(spoken.messages),
            replies=orjson.dumps([r.model_dump(mode="json", exclude_none=True) for r in replies]).decode(),
            language=spoken.language,
            handoff=handoff,
        )
        try:
            await self.store.close(message, closed, outgoing, self.clock())
        except BaseException:
            self.memory.forget(conversation_id)
            raise
        self.memory.add(conversation_id, opened.place, spoken.messages)
        return outgoing
