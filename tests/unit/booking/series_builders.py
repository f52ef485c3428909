"""A small studio with a series, for the tests of editing and booking one: sessions, people, and the extras loaded."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from services.booking.domain.clash import Place
from services.booking.domain.decisions import decide
from services.booking.domain.decisions.series import Candidates
from services.booking.domain.events import BookingChanged, Event, RowsWritten
from services.booking.domain.money.passes import Pack, PackTerms
from services.booking.domain.pass_state import PassState
from services.booking.domain.policy import ServicePolicy
from services.booking.domain.results import Result
from services.booking.domain.schedule import Schedule, occurrences
from services.booking.domain.schedule_rows import StoredSchedule
from services.booking.domain.series_found import SeriesFound, StoredSession
from services.booking.domain.state import (
    NO_BOOKINGS,
    Account,
    Booking,
    Entry,
    Rendered,
    SessionFacts,
    SessionState,
)
from services.booking.domain.world import World
from shared.ids import derive
from shared.messages.booking import BookingCommand, BusinessView, Contact
from shared.messages.conversation import ChannelAddress

TENANT = derive("tenant", "series")
SERVICE = derive("service", "yoga")
SCHEDULE = derive("schedule", "mondays")
ANA, BEN = derive("staff", "ana"), derive("staff", "ben")
BIG, SMALL, LAMP = derive("room", "big"), derive("room", "small"), derive("lamp")
NAMES = {ANA: "Ana", BEN: "Ben", BIG: "Big room", SMALL: "Small room", LAMP: "Lamp"}
NOW = datetime(2026, 11, 4, 12, tzinfo=UTC)  # a Wednesday; Lisbon's clocks show the same
BEFORE = date(2026, 12, 3)
MONDAYS = [datetime(2026, 11, day, 19) for day in (9, 16, 23, 30)]
BUSINESS = BusinessView(business_name="Casa Yoga", timezone="Europe/Lisbon", language="en", currency="EUR")
COMMAND = derive("command", "series")


def mondays(**values: Any) -> Schedule:
    """Mondays at 19:00 with Ana in the big room, ten places."""
    schedule = Schedule(
        tenant_id=TENANT, schedule_id=SCHEDULE, service_id=SERVICE, staff_id=ANA, rrule="FREQ=WEEKLY;BYDAY=MO",
        starts_on=date(2026, 11, 2), starts_at_local=time(19), duration=timedelta(hours=1), capacity=10,
        timezone=BUSINESS.timezone, resource_ids=(BIG, LAMP),
    )  # fmt: skip
    return replace(schedule, **values)


def contact(number: int) -> Contact:
    return Contact(
        customer_id=derive("customer", number),
        conversation_id=derive("conversation", number),
        address=ChannelAddress(channel="whatsapp", account_id="1", user_id=f"351{number}", name="Ana"),
    )


class Studio:
    """The sessions of a schedule from now on, and every command through `decide`, as the actor does it."""

    def __init__(self, schedule: Schedule | None = None, policy: ServicePolicy | None = None) -> None:
        self.schedule = schedule or mondays()
        self.world = World()
        self.events: list[Event] = []
        self.taken: tuple[Place, ...] = ()
        self.left_out: frozenset[UUID] = frozenset()
        self.cancelled: frozenset[UUID] = frozenset()
        self.ids: list[UUID] = []
        for each in occurrences(self.schedule, NOW.date(), BEFORE):
            facts = SessionFacts(
                tenant_id=TENANT, session_id=each.session_id, service_id=SERVICE, service_name="Yoga",
                staff_id=self.schedule.staff_id, staff_name="Ana", starts_at=each.starts_at, ends_at=each.ends_at,
                local=f"{each.local_start:%a %d %b, %H:%M}", price=1500, capacity=self.schedule.capacity,
                cancelled=False, cancellation_deadline=timedelta(hours=2), business=BUSINESS,
                rendered=Rendered("", ""), policy=policy or ServicePolicy(),
                resource_ids=self.schedule.resource_ids, room="Big room",
            )  # fmt: skip
            self.world.sessions[(TENANT, each.session_id)] = SessionState(facts, 0, 0, NO_BOOKINGS)
            self.ids.append(each.session_id)

    def state(self, number: int) -> SessionState:
        """The session of the Monday with this number."""
        state = self.world.sessions[(TENANT, self.ids[number])]
        assert state is not None
        return state

    def change(self, number: int, **facts: Any) -> None:
        state = self.state(number)
        self.world.sessions[(TENANT, self.ids[number])] = replace(state, facts=replace(state.facts, **facts))

    def seat(self, number: int, customer: int, party: int = 1) -> None:
        """Somebody is booked."""
        state, who = self.state(number), contact(customer)
        self.world.accounts.setdefault((TENANT, who.customer_id), Account(TENANT, who.customer_id, version=1))
        booking = Booking(
            derive("booking", number, customer), who.customer_id, party, 1500, "ABC", NOW,
            who.model_dump_json(exclude_none=True),
        )  # fmt: skip
        self.world.sessions[(TENANT, self.ids[number])] = replace(
            state,
            seats_taken=state.seats_taken + party,
            bookings=state.bookings.insert(who.customer_id, booking),
        )

    def queue(self, number: int, customer: int) -> None:
        """Somebody waits."""
        state, who = self.state(number), contact(customer)
        self.world.accounts[(TENANT, who.customer_id)] = Account(TENANT, who.customer_id, version=1)
        entry = Entry(
            derive("entry", customer), who.customer_id, 1, 0, NOW, who.model_dump_json(exclude_none=True)
        )
        self.world.sessions[(TENANT, self.ids[number])] = replace(state, queue=(*state.queue, entry))

    def credits(self, customer: int, number: int) -> None:
        """The customer has a pack with so many credits."""
        who = contact(customer).customer_id
        terms = PackTerms(name="Pack", price=1000, credits=number)
        pack = Pack(derive("pass", customer), who, terms, number, date(2026, 1, 1))
        sold = PassState(pack, who, "Pack", pack.terms, version=1)
        self.world.passes[(TENANT, sold.pass_id)] = sold
        self.world.accounts[(TENANT, who)] = Account(TENANT, who, version=1, passes=(sold,), has_passes=True)

    def credits_left(self, customer: int) -> int:
        held = self.world.passes[(TENANT, derive("pass", customer))].held
        assert isinstance(held, Pack)
        return held.credits_left

    def found(self) -> SeriesFound:
        """What the loader would find."""
        rows = [
            StoredSession(
                session_id, SCHEDULE, occurrence.original_start, used=False, cancelled=session_id in self.cancelled
            )
            for session_id, occurrence in zip(
                self.ids, occurrences(self.schedule, NOW.date(), BEFORE), strict=True
            )
            if session_id not in self.left_out
        ]  # fmt: skip
        return SeriesFound(
            tenant_id=TENANT, before=BEFORE, schedules=(self.schedule,), stored={SCHEDULE: StoredSchedule(3)},
            sessions=tuple(rows), service_name="Yoga", names=NAMES, rooms=frozenset({BIG, SMALL}),
            active=frozenset(NAMES), taken=self.taken,
        )  # fmt: skip

    def candidates(self) -> Candidates:
        return Candidates(TENANT, "Yoga", "class", BUSINESS.timezone, BEFORE, tuple(self.ids))

    def do(self, command: BookingCommand, extra: object) -> Result:
        """Decide the command; what happened becomes the world."""
        self.world.extras[command.command_id] = extra
        decided = decide(self.world, command, NOW)
        self.events = list(decided.draft.events)
        self.world.sessions.update(decided.draft.sessions)
        self.world.accounts.update(decided.draft.accounts)
        self.world.passes.update(decided.draft.passes)
        return decided.result

    @property
    def told(self) -> list[str]:
        """The names of what is told, in order."""
        return [e.name for e in self.events if isinstance(e, BookingChanged) and e.name]

    def written(self, statement: str) -> list[tuple[object, ...]]:
        """The rows that a statement writes."""
        return [
            row
            for e in self.events
            if isinstance(e, RowsWritten) and e.statement == statement
            for row in e.rows
        ]
