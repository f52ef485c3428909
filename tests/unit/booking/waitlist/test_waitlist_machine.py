"""What stays true of a session and its queue, whatever people do and however late the alarms ring?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.booking.domain.decisions import waiting
from services.booking.domain.events import BookingChanged, EntryChanged, Event
from services.booking.domain.policy import ServicePolicy
from services.booking.domain.results import Result
from services.booking.domain.state import SEATED, TENTATIVE, Entry
from services.booking.domain.world import commitment
from shared.ids import derive
from tests.unit.booking.waitlist.waitlist_world import START, Studio, facts, person

PEOPLE = st.integers(1, 14)
PARTIES = st.integers(1, 3)
BUSY = (13, 14)
"""These two are elsewhere at that time: nobody can give them a place."""


class Waitlist(RuleBasedStateMachine):
    """Random people in front of one small session."""

    studio: Studio
    seen: int

    @initialize(capacity=st.integers(1, 6), unasked=st.booleans(), broadcast=st.sampled_from([0, 60]))
    def opens(self, capacity: int, unasked: bool, broadcast: int) -> None:
        policy = ServicePolicy.model_validate(
            {"waitlist": {"promote_without_asking": unasked, "broadcast_minutes": broadcast}}
        )
        self.studio = Studio(facts(capacity=capacity, policy=policy))
        self.seen = 0
        there = facts(derive("session", "elsewhere"))
        for number in BUSY:
            self.studio.account(number, commitments=(commitment(there, derive("booking", number)),))

    @rule(number=PEOPLE, party=PARTIES, priority=st.integers(0, 1), method=st.sampled_from([None, "card"]))
    def joins(self, number: int, party: int, priority: int, method: str | None) -> None:
        self.studio.join(number, party, priority=priority, method=method)

    @rule(number=PEOPLE, party=PARTIES)
    def books(self, number: int, party: int) -> None:
        self.studio.book(number, party)

    @rule(pick=st.randoms(use_true_random=False))
    def leaves(self, pick: Random) -> None:
        self._of_queue(pick, lambda number: self.studio.leave(number))

    @rule(pick=st.randoms(use_true_random=False), accept=st.booleans())
    def answers(self, pick: Random, accept: bool) -> None:
        self._of_queue(pick, lambda number: self.studio.answer(number, accept))

    @rule(pick=st.randoms(use_true_random=False))
    def pays(self, pick: Random) -> None:
        self.studio.ring()
        owe = [n for n in range(15) if (b := self.studio.place(n)) and b.status == "pending_payment"]
        if owe:
            self.studio.pay(pick.choice(owe))

    @rule(pick=st.randoms(use_true_random=False))
    def cancels(self, pick: Random) -> None:
        self.studio.ring()
        here = [n for n in (*range(15), *range(1000, 1010)) if self.studio.place(n) is not None]
        if here:
            self.studio.cancel(pick.choice(here))

    @rule(more=st.integers(-2, 3))
    def changes_capacity(self, more: int) -> None:
        self.studio.ring()
        state = self.studio.state()
        self.studio.change(capacity=max(1, state.seats_taken, state.facts.capacity + more))

    @rule(minutes=st.sampled_from([1, 10, 30, 300]), rings=st.booleans())
    @precondition(lambda self: self.studio.now < START - timedelta(minutes=1))
    def passes(self, minutes: int, rings: bool) -> None:
        self.studio.now = min(self.studio.now + timedelta(minutes=minutes), START - timedelta(seconds=30))
        if rings:
            self.studio.ring()

    def _of_queue(self, pick: Random, act: Callable[[int], Result]) -> None:
        queue = self.studio.state().queue
        if queue:
            act(_number(pick.choice(queue)))

    @property
    def settled(self) -> bool:
        due = self.studio.state().due_at
        return due is None or due > self.studio.now

    @invariant()
    def seats_are_never_given_twice(self) -> None:
        state = self.studio.state()
        assert all(b.status in SEATED for b in state.bookings.values())
        assert sum(b.party_size for b in state.bookings.values()) == state.seats_taken
        assert state.seats_taken <= state.facts.capacity

    @invariant()
    def every_offer_has_its_hold_and_every_hold_its_offer(self) -> None:
        state = self.studio.state()
        if not self.settled:
            return
        holds = {b.terms.entry_id for b in state.bookings.values() if b.status in TENTATIVE}
        offers = [e for e in state.queue if e.status == "offered" and e.booking_id is not None]
        places = {e.entry_id: state.bookings[e.customer_id] for e in offers}
        assert [places[e.entry_id].booking_id for e in offers] == [e.booking_id for e in offers]
        # An offer that has just been paid is over when the queue is looked at next.
        assert holds == {entry_id for entry_id, place in places.items() if place.status in TENTATIVE}
        assert len({e.customer_id for e in state.queue}) == len(state.queue)

    @invariant()
    def nobody_who_fits_is_left_waiting_while_seats_are_free(self) -> None:
        state, now = self.studio.state(), self.studio.now
        if not self.settled or waiting.stopped(state, now) is not None:
            return
        left = [e for e in state.queue if e.status == "waiting" and e.party_size <= state.seats_left]
        assert [e for e in left if _number(e) not in BUSY] == []

    @invariant()
    def nobody_goes_before_somebody_who_fits_and_was_first(self) -> None:
        new, self.seen = self.studio.events[self.seen :], len(self.studio.events)
        moved = {e.entry.entry_id for e in new if isinstance(e, EntryChanged)}
        for given in _given(new):
            for other in self.studio.state().queue:
                stayed = other.status == "waiting" and other.entry_id not in moved
                first = other.order < given.order and other.party_size <= given.party_size
                assert not (stayed and first and _number(other) not in BUSY), f"{given} went before {other}"

    @invariant()
    def the_alarm_is_set_for_whatever_must_end(self) -> None:
        state = self.studio.state()
        ends: list[datetime] = [e.offer_expires_at for e in state.queue if e.offer_expires_at is not None]
        ends += [b.expires_at for b in state.bookings.values() if b.expires_at is not None]
        assert state.due_at is not None or not ends
        assert state.due_at is None or all(state.due_at <= end for end in ends)


def _number(entry: Entry) -> int:
    return next(n for n in range(15) if person(n) == entry.customer_id)


def _given(events: list[Event]) -> list[Entry]:
    """Those who waited and were given a place or offered one (not those who booked one themselves)."""
    placed = {e.booking.terms.entry_id for e in events if isinstance(e, BookingChanged) and e.from_waitlist}
    changes = [e for e in events if isinstance(e, EntryChanged)]
    return [e.entry for e in changes if e.name == "offer_made" or e.entry.entry_id in placed]


Waitlist.TestCase.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
TestWhateverHappens = Waitlist.TestCase
