"""Does the database always agree with what people were told? Random commands against it and a little model.

A failure prints the steps that lead to it and a `@reproduce_failure` line. `STATEFUL_EXAMPLES` runs it for longer.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from services.booking.audit import audit
from shared.db import Database
from shared.messages import booking as msg
from shared.messages.booking import BookingStatus
from shared.settings import Settings
from tests.integration.booking.stateful_model import Model
from tests.integration.booking.stateful_studio import (
    ANA,
    CODE,
    CUSTOMERS,
    HAIRCUT,
    PACK,
    PLACES,
    PROMO_USES,
    SESSIONS,
    START,
    Business,
)

EXAMPLES = int(os.environ.get("STATEFUL_EXAMPLES", "50"))
NOBODY = UUID(int=0xDEAD)


@dataclass(frozen=True)
class Intent:
    """Somebody wants something: customer `who`, session (or booking) `where`; `number` is a party, a capacity, a start."""

    what: str
    who: int
    where: int
    number: int


class Desk:
    """Turns intents into commands, from what a customer sees at that moment."""

    def __init__(self, business: Business) -> None:
        self.business = business
        self.seen = [msg.BookingsFound() for _ in CUSTOMERS]
        self._asked = 0

    def command(self, intent: Intent) -> msg.Command:
        """The command that says this."""
        kind, fields = _INTENTS[intent.what](self, intent)
        self._asked += 1
        envelope = {"tenant_id": self.business.tenant_id, "command_id": UUID(int=0xF000 + self._asked)}
        return kind.model_validate({**envelope, **fields})

    def asks(self, intent: Intent, **fields: object) -> dict[str, object]:
        return {"session_id": PLACES[intent.where], "contact": self.business.contact(intent.who), **fields}

    def booking(self, intent: Intent, *wanted: BookingStatus) -> dict[str, object]:
        """Somebody's booking, as they see it: one of these statuses if there is one, one that is not there if there is none."""
        every = [(n, each) for n, found in enumerate(self.seen) for each in found.bookings]
        fitting = [pair for pair in every if pair[1].status in wanted] or every
        if not fitting:
            return {
                "session_id": PLACES[intent.where],
                "booking_id": NOBODY,
                "customer_id": CUSTOMERS[intent.who],
            }
        owner, mine = fitting[(intent.who + len(CUSTOMERS) * intent.where) % len(fitting)]
        return {
            "session_id": mine.session.session_id,
            "booking_id": mine.booking_id,
            "customer_id": CUSTOMERS[owner],
        }

    def moving(self, intent: Intent, **fields: object) -> dict[str, object]:
        found = self.booking(intent, BookingStatus.CONFIRMED)
        return {**found, "from_session_id": found["session_id"], **fields}

    def entry(self, intent: Intent, *wanted: str) -> dict[str, object]:
        """Somebody's place in a queue, likewise."""
        every = [(n, each) for n, found in enumerate(self.seen) for each in found.waiting]
        fitting = [pair for pair in every if pair[1].status in wanted] or every
        if not fitting:
            return {
                "session_id": PLACES[intent.where],
                "entry_id": NOBODY,
                "customer_id": CUSTOMERS[intent.who],
            }
        owner, mine = fitting[(intent.who + len(CUSTOMERS) * intent.where) % len(fitting)]
        return {
            "session_id": mine.session.session_id,
            "entry_id": mine.entry_id,
            "customer_id": CUSTOMERS[owner],
        }

    def slot(self, intent: Intent, **fields: object) -> dict[str, object]:
        contact = self.business.contact(intent.who)
        return {
            "service_id": HAIRCUT,
            "staff_id": ANA,
            "starts_at": _start(intent),
            "contact": contact,
            **fields,
        }


def _start(intent: Intent) -> Any:
    # Half hours around the first two sessions, so that slots overlap each other and them.
    return START + timedelta(hours=25, minutes=30 * (intent.number + 2 * intent.where))


def _of(session: Intent, **fields: object) -> dict[str, object]:
    return {"session_id": PLACES[session.where], **fields}


Built = tuple[type[msg.Command], dict[str, object]]
_INTENTS: dict[str, Callable[[Desk, Intent], Built]] = {
    "book": lambda d, i: (msg.BookSession, d.asks(i, party_size=i.number)),
    "book on site": lambda d, i: (msg.BookSession, d.asks(i, party_size=i.number, method="at_business")),
    "book by pass": lambda d, i: (msg.BookSession, d.asks(i, method="pass")),
    "book by code": lambda d, i: (msg.BookSession, d.asks(i, promo_code=CODE, hold=i.number == 2)),
    "hold": lambda d, i: (msg.BookSession, d.asks(i, party_size=i.number, hold=True)),
    "hold by pass": lambda d, i: (msg.BookSession, d.asks(i, method="pass", hold=True)),
    "staff books": lambda d, i: (
        msg.BookSession, d.asks(i, party_size=i.number, by="business", overbook=i.number == 1)),
    "confirm": lambda d, i: (msg.ConfirmHold, d.booking(i, BookingStatus.HELD)),
    "cancel": lambda d, i: (msg.CancelBooking, d.booking(i)),
    "staff cancels": lambda d, i: (msg.CancelBooking, {**d.booking(i), "by": "business"}),
    "cancel another's": lambda d, i: (msg.CancelBooking, {**d.booking(i), "customer_id": CUSTOMERS[i.who]}),
    "move": lambda d, i: (msg.RescheduleBooking, d.moving(i, session_id=PLACES[i.where - i.number])),
    "join": lambda d, i: (msg.JoinWaitlist, d.asks(i, party_size=i.number)),
    "join first": lambda d, i: (msg.JoinWaitlist, d.asks(i, priority=i.number)),
    "leave": lambda d, i: (msg.LeaveWaitlist, d.entry(i)),
    "accept": lambda d, i: (msg.AnswerOffer, {**d.entry(i, "offered"), "accept": True}),
    "decline": lambda d, i: (msg.AnswerOffer, {**d.entry(i, "offered"), "accept": False}),
    "capacity": lambda _, i: (msg.ChangeSession, _of(i, capacity=i.number + 1)),
    "less capacity": lambda _, i: (msg.ChangeSession, _of(i, capacity=i.number)),
    "keep back": lambda _, i: (msg.ChangeSession, _of(i, held_back=i.number - 1)),
    "cancel session": lambda _, i: (
        (msg.CancelSession, _of(i, reason="ill")) if i.who == 4 else (msg.SettleSession, _of(i))),
    "alarm": lambda _, i: (msg.SettleSession, _of(i)),
    "came": lambda d, i: (msg.MarkAttendance, {**d.booking(i), "attendance": "attended"}),
    "nobody knows": lambda d, i: (
        msg.MarkAttendance, {**d.booking(i, BookingStatus.ATTENDED, BookingStatus.NO_SHOW), "attendance": "unknown"}),
    "did not come": lambda d, i: (msg.MarkAttendance, {**d.booking(i), "attendance": "no_show"}),
    "approve": lambda d, i: (
        msg.DecideApproval, {**d.booking(i, BookingStatus.PENDING_APPROVAL), "approve": True}),
    "turn down": lambda d, i: (
        msg.DecideApproval, {**d.booking(i, BookingStatus.PENDING_APPROVAL), "approve": False}),
    "buy a pack": lambda _, i: (msg.SellPass, {"customer_id": CUSTOMERS[i.who], "product": PACK}),
    "block": lambda _, i: (msg.UpdateCustomer, {"customer_id": CUSTOMERS[i.who], "blocked": True}),
    "let back in": lambda _, i: (msg.UpdateCustomer, {"customer_id": CUSTOMERS[i.who], "blocked": False}),
    "book a slot": lambda d, i: (msg.BookSlot, d.slot(i, hold=i.where == 3)),
    "move a slot": lambda d, i: (msg.RescheduleToSlot, d.moving(i, starts_at=_start(i))),
}  # fmt: skip

# Most of the time people book, wait and change their minds.
_OFTEN = ("book", "book", "book", "book by pass", "book by code", "hold", "confirm", "cancel", "cancel", "move", "join",
          "join", "join", "join", "accept", "accept", "approve", "book a slot", "buy a pack", "let back in")  # fmt: skip

INTENTS = st.builds(
    Intent,
    st.sampled_from(_OFTEN + tuple(_INTENTS)),
    st.integers(0, len(CUSTOMERS) - 1),
    st.integers(0, len(PLACES) - 1),
    st.integers(1, 2),
)
BATCHES = st.lists(INTENTS, min_size=1, max_size=4)


class Engine(RuleBasedStateMachine):
    """Two writers in turns, batches of one to four commands, a clock that jumps; the model is asked after every step."""

    run: Callable[[Any], Any]
    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.business = Business(self.database)
        self.desk = Desk(self.business)
        self.model = Model(capacity={p: c for p, (_, _, c) in zip(PLACES, SESSIONS, strict=True)})
        self.given: list[tuple[msg.Command, msg.CommandOutcome]] = []
        self.sound = True
        self.run(self.business.open())

    # Hypothesis leaves some rules out of each run, so each of them ends with people who ask for something.

    @rule(batch=BATCHES, writer=st.integers(0, 1))
    def people_ask(self, batch: list[Intent], writer: int) -> None:
        self._write([self.desk.command(intent) for intent in batch], writer)

    @rule(minutes=st.sampled_from((1, 5, 11, 31, 31, 61, 240, 1500)), batch=BATCHES, writer=st.integers(0, 1))
    def time_passes(self, minutes: int, batch: list[Intent], writer: int) -> None:
        self.business.now += timedelta(minutes=minutes)
        self.sound = False
        self.run(self._agree())
        self.people_ask(batch, writer)

    @rule(minutes=st.sampled_from((0, 11, 31)), batch=BATCHES, writer=st.integers(0, 1))
    def alarms_ring(self, minutes: int, batch: list[Intent], writer: int) -> None:
        self.business.now += timedelta(minutes=minutes)
        self._settle(writer)
        self.people_ask(batch, 1 - writer)

    @rule(batch=BATCHES, which=st.integers(0, 30), writer=st.integers(0, 1))
    def a_command_comes_again(self, batch: list[Intent], which: int, writer: int) -> None:
        self.people_ask(batch, writer)
        command, before = self.given[-1 - which % len(self.given)]
        self.sound = False
        ((_, again, told),) = self.run(self.business.write([command], 1 - writer))
        assert (again, told) == (before, [])
        self.run(self._agree())

    def teardown(self) -> None:
        if not self.sound:
            return  # what was found is told already
        for _ in range(3):  # what one alarm does may make another session due
            self._settle(0)
        assert self.run(self.business.due()) == []
        breaches = self.run(audit(self.database, self.business.slug, now=self.business.now))
        assert [str(breach) for breach in breaches] == []

    def _settle(self, writer: int) -> None:
        due = self.run(self.business.due())
        commands = [self._alarm(session_id) for session_id in due]
        if commands:
            self._write(commands, writer)

    def _alarm(self, session_id: UUID) -> msg.Command:
        bell = self.desk.command(Intent("alarm", 0, 0, 1))
        return bell.model_copy(update={"session_id": session_id})

    def _write(self, commands: list[msg.Command], writer: int) -> None:
        self.sound = False
        self.model.pass_time(self.business.now)
        for command, outcome, told in self.run(self.business.write(commands, writer)):
            self.model.hear(told)
            self.model.learn(command, outcome)
            self.given.append((command, outcome))
        self.run(self._agree())

    async def _agree(self) -> None:
        """The database says what the model says, and that breaks no rule."""
        now, model = self.business.now, self.model
        model.pass_time(now)
        for number, customer_id in enumerate(CUSTOMERS):
            found = self.desk.seen[number] = await self.business.found(customer_id)
            seen = [(b.session.session_id, b.party_size, b.status) for b in found.bookings]
            assert len(seen) == len({session_id for session_id, _, _ in seen}), "twice in one session"
            assert set(seen) == model.coming(customer_id, now), f"customer {number}"
            assert not model.in_two_places(customer_id), f"customer {number} in two places"
            assert await self.business.credits(customer_id) == model.credits_left(customer_id) >= 0
        for place, capacity in model.capacity.items():
            assert model.taken(place) <= capacity, f"session {PLACES.index(place)}"
        assert await self.business.promo_uses() == model.promo_uses() <= PROMO_USES
        self.sound = True


@pytest.fixture(scope="module")
def stage(database: Settings) -> Iterator[type[Engine]]:
    """The machine with an event loop and connections of its own: hypothesis drives it from outside of any loop."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        opened = runner.run(Database.open(database.database_url or "", size=3, name="random"))
        yield type("RandomEngine", (Engine,), {"run": staticmethod(runner.run), "database": opened})
        runner.run(opened.close())


@pytest.mark.no_cover  # the same lines thousands of times
@pytest.mark.timeout(600 + 4 * EXAMPLES)  # finding the shortest way to a failure takes minutes
def test_whatever_people_do_the_database_agrees_with_what_they_were_told(stage: type[Engine]) -> None:
    run_state_machine_as_test(
        stage,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=15,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            print_blob=True,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
