"""A small studio for the waitlist's tests: sessions, people, and every command through `decide`, as the actor does it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from services.booking.domain.decisions import decide, waitlist
from services.booking.domain.events import BookingChanged, EntryChanged, Event, FactsChanged
from services.booking.domain.money.passes import Pack, PackTerms
from services.booking.domain.pass_state import PassState
from services.booking.domain.policy import ServicePolicy
from services.booking.domain.refusals import Refused
from services.booking.domain.results import BookingShown, EntryShown, Result
from services.booking.domain.state import (
    NO_BOOKINGS,
    Account,
    Booking,
    Entry,
    Rendered,
    SessionFacts,
    SessionState,
)
from services.booking.domain.world import Draft, World
from shared.ids import derive
from shared.messages import booking as msg
from shared.messages.booking import BookingCommand, BusinessView, Contact, RefusalCode
from shared.messages.conversation import ChannelAddress

TENANT = derive("tenant", "waitlist")
START = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)  # a Monday; Lisbon's clocks show the same
NOW = START - timedelta(days=1)
BUSINESS = BusinessView(business_name="Casa Yoga", timezone="Europe/Lisbon", language="en", currency="EUR")
MAIN = derive("session", "main")

ASKING = ServicePolicy.model_validate({"waitlist": {"promote_without_asking": False}})
"""A service whose places are always offered, never given unasked."""


def person(number: int) -> UUID:
    return derive("customer", number)


def contact(number: int, name: str = "Ana") -> Contact:
    return Contact(
        customer_id=person(number),
        conversation_id=derive("conversation", number),
        address=ChannelAddress(channel="whatsapp", account_id="1", user_id=f"351{number}", name=name),
    )


def facts(
    session_id: UUID = MAIN,
    *,
    capacity: int = 10,
    policy: ServicePolicy | None = None,
    starts_at: datetime = START,
    **changed: Any,
) -> SessionFacts:
    made = SessionFacts(
        tenant_id=TENANT,
        session_id=session_id,
        service_id=derive("service", "yoga"),
        service_name="Vinyasa Yoga",
        staff_id=None,
        staff_name=None,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        local=f"{starts_at:%a %d %b, %H:%M}",
        price=1500,
        capacity=capacity,
        cancelled=False,
        cancellation_deadline=timedelta(hours=2),
        business=BUSINESS,
        rendered=Rendered("", ""),
        policy=policy or ServicePolicy(),
    )
    return replace(made, **changed)


class Studio:
    """Sessions with `taken` seats booked by strangers, and a clock that tests set."""

    def __init__(self, *sessions: SessionFacts, taken: int | None = None, people: int = 40) -> None:
        self.now = NOW
        self.world = World()
        self.events: list[Event] = []
        for number in range(people):
            self.world.accounts[(TENANT, person(number))] = Account(TENANT, person(number), 1)
        for each in sessions or (facts(),):
            seats = each.capacity if taken is None else taken
            self.world.sessions[(TENANT, each.session_id)] = SessionState(each, 0, 0, NO_BOOKINGS)
            for stranger in range(seats):
                self._seat(each, 1000 + stranger)
        self.events = []
        self._made = 0

    def _seat(self, where: SessionFacts, number: int) -> None:
        booking = Booking(
            derive("booking", where.session_id, number),
            person(number),
            1,
            1500,
            "ABC123",
            NOW - timedelta(days=1),
            "{}",
            1500,
        )
        draft = self.draft("seat", where.session_id, number)
        draft.emit(BookingChanged(booking.booking_id, NOW, "booking_confirmed", where.session_id, booking))
        self.keep(draft)

    def draft(self, *name: object) -> Draft:
        return Draft(self.world, TENANT, derive("draft", *name), self.now)

    def keep(self, draft: Draft) -> list[Event]:
        """What was drafted is now so."""
        self.world.sessions.update(draft.sessions)
        self.world.accounts.update(draft.accounts)
        self.world.passes.update(draft.passes)
        self.events += draft.events
        return draft.events

    def do(self, command: BookingCommand, extra: object = None) -> Result:
        if extra is not None:
            self.world.extras[command.command_id] = extra
        decided = decide(self.world, command, self.now)
        self.keep(decided.draft)
        return decided.result

    def _id(self) -> UUID:
        self._made += 1
        return derive("command", self._made)

    def join(
        self, number: int, party: int = 1, *, priority: int = 0, session_id: UUID = MAIN, **more: Any
    ) -> Result:
        self.now += timedelta(seconds=1)
        return self.do(
            msg.JoinWaitlist(
                tenant_id=TENANT,
                command_id=self._id(),
                session_id=session_id,
                contact=contact(number),
                party_size=party,
                priority=priority,
                **more,
            )
        )

    def leave(self, number: int, entry_id: UUID | None = None, session_id: UUID = MAIN) -> Result:
        command = msg.LeaveWaitlist(
            tenant_id=TENANT,
            command_id=self._id(),
            session_id=session_id,
            entry_id=entry_id or self.entry_id(number, session_id),
            customer_id=person(number),
        )
        return self.do(command)

    def answer(
        self,
        number: int,
        accept: bool,
        entry_id: UUID | None = None,
        session_id: UUID = MAIN,
        extra: object = None,
    ) -> Result:
        command = msg.AnswerOffer(
            tenant_id=TENANT,
            command_id=self._id(),
            session_id=session_id,
            entry_id=entry_id or self.entry_id(number, session_id),
            customer_id=person(number),
            accept=accept,
        )
        return self.do(command, extra)

    def book(self, number: int, party: int = 1, session_id: UUID = MAIN, *, hold: bool = False) -> Result:
        command = msg.BookSession(
            tenant_id=TENANT,
            command_id=self._id(),
            session_id=session_id,
            contact=contact(number),
            party_size=party,
            hold=hold,
        )
        return self.do(command)

    def ring(self, session_id: UUID = MAIN) -> None:
        """The session's alarm."""
        self.do(msg.SettleSession(tenant_id=TENANT, command_id=self._id(), session_id=session_id))

    def at(self, moment: datetime) -> None:
        """It is now `moment`, and the alarms of all sessions have rung."""
        self.now = moment
        for _, session_id in list(self.world.sessions):
            self.ring(session_id)

    def pay(self, number: int, status: Literal["captured", "failed"] = "captured") -> None:
        """The card processor's news of what customer `number` was to pay."""
        place = self.place(number)
        assert place is not None and place.terms.payment_id is not None
        command = msg.RecordPayment(
            tenant_id=TENANT,
            command_id=self._id(),
            session_id=MAIN,
            booking_id=place.booking_id,
            payment_id=place.terms.payment_id,
            method="card",
            status=status,
            amount=place.total,
        )
        self.do(command)

    def cancel(self, number: int, session_id: UUID = MAIN) -> list[Event]:
        """The business cancels the customer's place, whatever it is. All that happened."""
        before = len(self.events)
        command = msg.CancelBooking(
            tenant_id=TENANT,
            command_id=self._id(),
            session_id=session_id,
            booking_id=self.state(session_id).bookings[person(number)].booking_id,
            customer_id=person(number),
            by="business",
        )
        assert isinstance(self.do(command), BookingShown)
        return self.events[before:]

    def free(self, seats: int = 1, session_id: UUID = MAIN) -> list[Event]:
        """So many strangers cancel, one after the other. All that happened."""
        happened: list[Event] = []
        for _ in range(seats):
            strangers = (n for n in range(1000, 1100) if person(n) in self.state(session_id).bookings)
            happened += self.cancel(next(strangers), session_id)
        return happened

    def change(self, session_id: UUID = MAIN, **changed: Any) -> list[Event]:
        """The session itself changes, then its queue is served."""
        draft = self.draft(self._id())
        new = replace(self.state(session_id).facts, **changed)
        draft.emit(FactsChanged(draft.new_id(), self.now, session_id, new))
        waitlist.serve(draft, session_id)
        return self.keep(draft)

    def account(self, number: int, **changed: Any) -> Account:
        key = (TENANT, person(number))
        self.world.accounts[key] = replace(self.world.accounts[key], **changed)
        return self.world.accounts[key]

    def sell_pack(self, number: int, seats: int) -> None:
        pack = Pack(
            derive("pack", number),
            person(number),
            PackTerms(name="Pack", price=1000, credits=seats),
            seats,
            date(2026, 1, 1),
        )
        sold = PassState(pack, person(number), "Pack", pack.terms)
        self.world.passes[(TENANT, sold.pass_id)] = sold
        self.account(number, passes=(sold,))

    def credits(self, number: int) -> int:
        held = self.world.passes[(TENANT, derive("pack", number))].held
        assert isinstance(held, Pack)
        return held.credits_left

    def state(self, session_id: UUID = MAIN) -> SessionState:
        state = self.world.sessions[(TENANT, session_id)]
        assert state is not None
        return state

    def entry(self, number: int, session_id: UUID = MAIN) -> Entry | None:
        return self.state(session_id).entry_of(person(number))

    def entry_id(self, number: int, session_id: UUID = MAIN) -> UUID:
        entry = self.entry(number, session_id)
        assert entry is not None, f"customer {number} is not in the queue"
        return entry.entry_id

    def status(self, number: int, session_id: UUID = MAIN) -> str:
        """Where the customer stands in the queue: as it is, or how it ended; `none`: never was in it."""
        whose = [e for e in self.events if isinstance(e, EntryChanged) and e.session_id == session_id]
        mine = [e.entry.status for e in whose if e.entry.customer_id == person(number)]
        return mine[-1] if mine else "none"

    def place(self, number: int, session_id: UUID = MAIN) -> Booking | None:
        return self.state(session_id).bookings.get(person(number))

    def offered(self, session_id: UUID = MAIN) -> list[int]:
        """Who holds an offer, in the queue's order."""
        people = {person(n): n for n in range(40)}
        return [people[e.customer_id] for e in self.state(session_id).queue if e.status == "offered"]

    def heard(self, number: int) -> list[str]:
        """The names of all that this customer was told."""
        return [name_of(e) for e in self.events if _whose(e) == person(number) and name_of(e)]


def name_of(event: Event) -> str:
    return event.name if isinstance(event, BookingChanged | EntryChanged) else ""


def _whose(event: Event) -> UUID | None:
    if isinstance(event, BookingChanged):
        return event.booking.customer_id
    return event.entry.customer_id if isinstance(event, EntryChanged) else None


def refused(result: Result, code: RefusalCode) -> Refused:
    assert isinstance(result, Refused), result
    assert result.code == code, result
    return result


def shown(result: Result) -> Entry:
    assert isinstance(result, EntryShown), result
    return result.event.entry
