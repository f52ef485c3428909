"""What may a decision look at, and what has it led to so far? The loaded states, and a draft on top of them.

The world is filled before deciding; a draft keeps its own changes, so a refused command leaves nothing behind.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, assert_never
from uuid import UUID
from zoneinfo import ZoneInfo

from services.booking.domain import events as ev
from services.booking.domain import evolve
from services.booking.domain.state import NO_BOOKINGS, SEATED, Account, Commitment, SessionFacts, SessionState
from shared.ids import derive

if TYPE_CHECKING:
    from services.booking.domain.pass_state import PassState
    from services.booking.domain.promo import Promo

SessionKey = tuple[UUID, UUID]
"""Tenant and session."""

CustomerKey = tuple[UUID, UUID]
"""Tenant and customer."""


@dataclass(slots=True)
class World:
    """Everything that the commands of a batch may need, by tenant and id. None: looked for, and there is none.

    `extras` holds what one command alone needs (free calendars, the sessions of a series), by command id.
    """

    sessions: dict[SessionKey, SessionState | None] = field(default_factory=dict)
    accounts: dict[CustomerKey, Account] = field(default_factory=dict)
    passes: dict[tuple[UUID, UUID], PassState] = field(default_factory=dict)
    promos: dict[tuple[UUID, str], Promo] = field(default_factory=dict)
    extras: dict[UUID, object] = field(default_factory=dict)


class Draft:
    """One decision under way: reads the world, writes only here. Ids of what it makes follow from the command's."""

    def __init__(self, world: World, tenant_id: UUID, command_id: UUID, now: datetime) -> None:
        self.world = world
        self.tenant_id = tenant_id
        self.command_id = command_id
        self.now = now
        self.events: list[ev.Event] = []
        self.sessions: dict[SessionKey, SessionState] = {}
        self.accounts: dict[CustomerKey, Account] = {}
        self.passes: dict[tuple[UUID, UUID], PassState] = {}
        self.promos: dict[tuple[UUID, str], Promo] = {}
        self._ids = 0
        self._base: Draft | None = None

    def followed_by(self, command_id: UUID) -> Draft:
        """A draft of the next decision, on top of what happened in this one."""
        then = Draft(self.world, self.tenant_id, command_id, self.now)
        then._base = self
        then._restore(self)
        return then

    def roll_back(self) -> None:
        """Forget this decision, not the one it followed."""
        self._restore(self._base or Draft(self.world, self.tenant_id, self.command_id, self.now))

    def _restore(self, other: Draft) -> None:
        self.events = list(other.events)
        self.sessions, self.accounts = dict(other.sessions), dict(other.accounts)
        self.passes, self.promos = dict(other.passes), dict(other.promos)

    def new_id(self) -> UUID:
        """The command's own id first, then ids derived from it."""
        self._ids += 1
        return self.command_id if self._ids == 1 else derive("follows", self.command_id, self._ids)

    def session(self, session_id: UUID) -> SessionState | None:
        """The session as it is after what was drafted."""
        key = (self.tenant_id, session_id)
        return self.sessions.get(key) or self.world.sessions.get(key)

    def account(self, customer_id: UUID) -> Account:
        """The customer as the rules see them; somebody new when nothing is stored."""
        key = (self.tenant_id, customer_id)
        known = self.accounts.get(key) or self.world.accounts.get(key)
        return known or Account(self.tenant_id, customer_id)

    def passes_of(self, customer_id: UUID) -> tuple[PassState, ...]:
        """The customer's passes with their balances after what was drafted."""
        return tuple(
            self.passes.get((self.tenant_id, p.pass_id))
            or self.world.passes.get((self.tenant_id, p.pass_id))
            or p
            for p in self.account(customer_id).passes
        )

    def pass_(self, pass_id: UUID) -> PassState | None:
        """A pass by its id."""
        key = (self.tenant_id, pass_id)
        return self.passes.get(key) or self.world.passes.get(key)

    def promo(self, code: str) -> Promo | None:
        """The promo code with this text (case does not matter)."""
        key = (self.tenant_id, code.strip().upper())
        return self.promos.get(key) or self.world.promos.get(key)

    def promo_now(self, promo: Promo) -> Promo:
        """The promo code after what was drafted."""
        return next((p for p in self.promos.values() if p.promo_id == promo.promo_id), promo)

    def emit(self, event: ev.Event) -> None:
        """It happened: later steps of this decision see it."""
        self.events.append(event)
        match event:
            case ev.BookingChanged():
                self._booking(event)
            case ev.BookingMoved():
                self._moved(event)
            case ev.EntryChanged():
                self._put(event.session_id, evolve.entry_changed(self._known(event.session_id), event))
            case ev.FactsChanged():
                self._put(event.session_id, evolve.facts_changed(self._known(event.session_id), event))
            case ev.SessionSettled(at, session_id):
                self._put(session_id, evolve.settled(self._known(session_id), at))
            case ev.SessionMade(facts):
                self._put(facts.session_id, SessionState(facts, 0, 0, NO_BOOKINGS))
            case ev.PassChanged(after):
                self.passes[(self.tenant_id, after.pass_id)] = after
            case ev.PromoUsed():
                self._promo(event)
            case ev.StandingChanged():
                self._standing(event)
            case (
                ev.Posted()
                | ev.PaymentAsked()
                | ev.PaymentDropped()
                | ev.RefundAsked()
                | ev.CustomerChanged()
                | ev.IdentityLinked()
                | ev.CustomerErased()
                | ev.RowsWritten()
            ):
                pass
            case _:
                assert_never(event)

    def _known(self, session_id: UUID) -> SessionState:
        state = self.session(session_id)
        if state is None:
            raise KeyError(f"nothing can happen to a session that is not there: {session_id}")
        return state

    def _put(self, session_id: UUID, state: SessionState) -> None:
        self.sessions[(self.tenant_id, session_id)] = state

    def _booking(self, event: ev.BookingChanged) -> None:
        state = evolve.booking_changed(self._known(event.session_id), event)
        self._put(event.session_id, state)
        booking = event.booking
        account = self.account(booking.customer_id)
        seated = booking.status in SEATED
        if seated and (event.was is None or event.was.status not in SEATED):
            account = account.with_commitment(commitment(state.facts, booking.booking_id))
        elif not seated:
            account = account.without(booking.booking_id)
        self.accounts[(self.tenant_id, booking.customer_id)] = account

    def _moved(self, event: ev.BookingMoved) -> None:
        old = event.from_facts.session_id
        self._put(event.to_session_id, evolve.booking_arrived(self._known(event.to_session_id), event))
        self._put(old, evolve.booking_left(self._known(old), event))
        customer_id = event.booking.customer_id
        account = self.account(customer_id).without(event.booking.booking_id)
        facts = self._known(event.to_session_id).facts
        self.accounts[(self.tenant_id, customer_id)] = account.with_commitment(
            commitment(facts, event.booking.booking_id)
        )

    def _promo(self, event: ev.PromoUsed) -> None:
        for key, promo in {**self.world.promos, **self.promos}.items():
            if key[0] == event.tenant_id and promo.promo_id == event.promo_id:
                self.promos[key] = replace(promo, uses=promo.uses + event.change)

    def _standing(self, event: ev.StandingChanged) -> None:
        account = self.account(event.customer_id)
        requests = account.open_requests - {event.request_id}
        if event.status == "open":
            requests |= {event.request_id}
        self.accounts[(self.tenant_id, event.customer_id)] = replace(account, open_requests=requests)


def commitment(facts: SessionFacts, booking_id: UUID) -> Commitment:
    """The time that a booking of this session takes."""
    zone = ZoneInfo(facts.business.timezone)
    return Commitment(
        booking_id,
        facts.session_id,
        facts.service_id,
        facts.starts_at,
        facts.ends_at,
        facts.starts_at.astimezone(zone).date(),
    )
