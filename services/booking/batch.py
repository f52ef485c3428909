"""What do these waiting commands lead to, decided in turn? The outcomes, and the rows that one transaction must write.

Pure: states come in, rows come out; `store` reads and writes them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.booking.answers import Answer, answer_to, shown_view
from services.booking.domain import events as ev
from services.booking.domain import wire
from services.booking.domain.asked import contact_of, session_ids
from services.booking.domain.decisions import Decided, decide
from services.booking.domain.refusals import Refused
from services.booking.domain.results import BookingShown
from services.booking.domain.world import CustomerKey, SessionKey, World
from services.booking.rows import Rows
from shared import subjects
from shared.messages.booking import BookingCommand, BookingRescheduled
from shared.messages.conversation import ChannelAddress
from shared.outbox import Outgoing

CommandKey = tuple[UUID, UUID]
"""Tenant and command."""


def key_of(command: BookingCommand) -> CommandKey:
    """What a command's outcome is stored under."""
    return (command.tenant_id, command.command_id)


@dataclass(slots=True)
class Batch:
    """Decides commands one after another on top of `world` and collects what to write.

    `before` are the versions of the sessions that the decisions rest on, `people` the customers that gain or may gain
    something with the versions they had: a write is only valid while all of them stand.
    """

    world: World
    before: dict[SessionKey, int] = field(default_factory=dict)
    people: dict[CustomerKey, tuple[int, ChannelAddress | None]] = field(default_factory=dict)
    answers: dict[CommandKey, Answer] = field(default_factory=dict)
    rows: Rows = field(default_factory=Rows)
    outgoing: dict[CommandKey, list[Outgoing]] = field(default_factory=dict)

    def decide(self, command: BookingCommand, now: datetime) -> None:
        """Decide one command after all earlier ones; one that was already decided here keeps its answer."""
        key = key_of(command)
        if key in self.answers:
            return
        decided = decide(self.world, command, now)
        for session_id in session_ids(command):
            self._rests_on((command.tenant_id, session_id))
        view = shown_view(decided)
        self._apply(key, decided, view)
        self.answers[key] = answer_to(command.command_id, decided, view)
        contact = contact_of(command)
        if contact is not None and not isinstance(decided.result, Refused):
            self._person((command.tenant_id, contact.customer_id), contact.address)

    def _apply(self, key: CommandKey, decided: Decided, view: str) -> None:
        draft = decided.draft
        if not draft.events:
            return
        tenant_id = key[0]
        for session in draft.sessions:
            self._rests_on(session)
        for event in draft.events:
            self.rows.add(tenant_id, event)
            match event:
                case ev.BookingChanged(was=None, booking=booking) | ev.BookingMoved(booking=booking):
                    self._person((tenant_id, booking.customer_id), None)
                case _:
                    pass
        outgoing = [
            out for event in draft.events if (out := told(tenant_id, decided, event, view)) is not None
        ]
        if outgoing:
            self.outgoing.setdefault(key, []).extend(outgoing)
        world = self.world
        world.sessions.update(draft.sessions)
        world.accounts.update(draft.accounts)
        world.passes.update(draft.passes)
        world.promos.update(draft.promos)

    def _rests_on(self, session: SessionKey) -> None:
        # Only the first look counts: what this batch did since is its own.
        if session not in self.before:
            state = self.world.sessions.get(session)
            if state is not None:
                self.before[session] = state.version
            elif session in self.world.sessions:
                return
            else:
                self.before[session] = 0  # an appointment that this batch makes

    def _person(self, customer: CustomerKey, address: ChannelAddress | None) -> None:
        known = self.people.get(customer)
        if known is None:
            account = self.world.accounts.get(customer)
            self.people[customer] = (account.version if account else 0, address)
        elif address is not None:
            self.people[customer] = (known[0], address)


def told(tenant_id: UUID, decided: Decided, event: ev.Event, view: str) -> Outgoing | None:
    """The message that tells others of this event, if it is told. `view`: of the booking that the asker is shown."""
    shown = decided.result.event if isinstance(decided.result, BookingShown) else None
    match event:
        case ev.BookingChanged(name=name, session_id=session_id) if name:
            entity = event.booking.booking_id
        case ev.BookingMoved(to_session_id=session_id):
            name, entity = BookingRescheduled.name, event.booking.booking_id
        case ev.EntryChanged(name=name, session_id=session_id) if name:
            entity = event.entry.entry_id
        case _:
            return None
    state = decided.draft.session(session_id)
    if state is None:
        raise KeyError(f"an event of a session that is not there: {session_id}")
    text = (
        wire.entry_event_json(state, event)
        if isinstance(event, ev.EntryChanged)
        else wire.event_json(state, event, view if event is shown else "")
    )
    return Outgoing(
        tenant_id, event.event_id, subjects.event("booking", tenant_id, entity, name), text.encode()
    )
