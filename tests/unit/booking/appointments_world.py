"""A small salon for the tests of appointments: two people, two rooms, and every command through `decide`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.booking.domain.appointment import Colleague, Offer, SlotWorld, Unit
from services.booking.domain.availability import Availability, Busy
from services.booking.domain.decisions import decide
from services.booking.domain.events import Event
from services.booking.domain.policy import ServicePolicy
from services.booking.domain.refusals import Refused
from services.booking.domain.results import BookingShown, Result
from services.booking.domain.state import Account, Booking, SessionState
from services.booking.domain.world import World
from shared.ids import derive
from shared.messages import booking as msg
from shared.messages.booking import BookingCommand, BusinessView, Contact, RefusalCode
from shared.messages.conversation import ChannelAddress

TENANT = derive("tenant", "salon")
ANA, BEA = UUID(int=0xA), UUID(int=0xB)
RED, BLUE, LASER = UUID(int=0x10), UUID(int=0x11), UUID(int=0x12)
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)  # Lisbon's clocks show the same
NOW = MONDAY - timedelta(days=3)
DAYS = ("mon", "tue", "wed", "thu", "fri")
NINE_TO_FIVE = Availability.model_validate({"weekly": {day: ["09:00-17:00"] for day in DAYS}})
BUSINESS = BusinessView(business_name="Salon", timezone="Europe/Lisbon", language="en", currency="EUR")


def at(clock: str, days: int = 0) -> datetime:
    """A time of the Monday, or of a day after it."""
    hour, minute = map(int, clock.split(":"))
    return MONDAY + timedelta(days=days, hours=hour, minutes=minute)


def contact(number: int) -> Contact:
    return Contact(
        customer_id=derive("customer", number),
        conversation_id=derive("conversation", number),
        address=ChannelAddress(channel="whatsapp", account_id="1", user_id=f"351{number}", name="Rui"),
    )


def offer(*, policy: dict[str, object] | None = None, rooms: bool = False, **changed: Any) -> Offer:
    """A haircut of an hour by Ana or Bea; with `rooms` in the red or the blue room."""
    made = Offer(
        tenant_id=TENANT,
        service_id=derive("service", "haircut"),
        name="Haircut",
        kind="appointment",
        duration_minutes=60,
        price=3000,
        capacity=1,
        level=None,
        buffers=(0, 0),
        cancellation_deadline=timedelta(hours=2),
        policy=ServicePolicy.model_validate(policy or {}),
        business=BUSINESS,
        staff=(Colleague(ANA, "Ana", NINE_TO_FIVE), Colleague(BEA, "Bea", NINE_TO_FIVE)),
    )
    if rooms:
        made = replace(
            made, units=(Unit(RED, "Red room", True), Unit(BLUE, "Blue room", True)), needs=((RED, BLUE),)
        )
    return replace(made, **changed)


class Salon:
    """What was decided stays decided, as within one batch; what `busy` says was read before it."""

    def __init__(
        self, service: Offer | None = None, busy: dict[UUID, tuple[Busy, ...]] | None = None
    ) -> None:
        self.offer = service or offer()
        self.busy = busy or {}
        self.world = World()
        self.events: list[Event] = []
        self.now = NOW
        self._commands = 0
        for number in range(20):
            customer_id = contact(number).customer_id
            self.world.accounts[(TENANT, customer_id)] = Account(TENANT, customer_id, 1)

    def do(
        self, command: BookingCommand, service: Offer | None = None, lapsed: frozenset[UUID] = frozenset()
    ) -> Result:
        """Decide a command and keep what follows."""
        self.world.extras[command.command_id] = SlotWorld(service or self.offer, self.busy, lapsed)
        decided = decide(self.world, command, self.now)
        self.events = decided.draft.events
        self.world.sessions.update(decided.draft.sessions)
        self.world.accounts.update(decided.draft.accounts)
        return decided.result

    def book(
        self, number: int, clock: str, staff: UUID | None = None, *, service: Offer | None = None, days: int = 0,
        lapsed: frozenset[UUID] = frozenset(), **more: Any,
    ) -> Result:  # fmt: skip
        command = msg.BookSlot(
            tenant_id=TENANT,
            command_id=self.new_id(),
            service_id=(service or self.offer).service_id,
            staff_id=staff,
            starts_at=at(clock, days),
            contact=contact(number),
            **more,
        )
        return self.do(command, service, lapsed)

    def move(self, result: Result, clock: str, staff: UUID | None = None, **more: Any) -> Result:
        """Move what `result` shows to another time."""
        state, booking = self.of(result)
        values = {"customer_id": booking.customer_id, **more}
        command = msg.RescheduleToSlot(
            tenant_id=TENANT,
            command_id=self.new_id(),
            booking_id=booking.booking_id,
            from_session_id=state.facts.session_id,
            staff_id=staff,
            starts_at=at(clock),
            **values,
        )
        return self.do(command)

    def cancel(self, result: Result) -> Result:
        state, booking = self.of(result)
        return self.do(
            msg.CancelBooking(
                tenant_id=TENANT,
                command_id=self.new_id(),
                session_id=state.facts.session_id,
                booking_id=booking.booking_id,
                customer_id=booking.customer_id,
            )
        )

    def settle(self, result: Result) -> Result:
        """The alarm of the session that `result` shows."""
        session_id = self.session_of(result)
        return self.do(msg.SettleSession(tenant_id=TENANT, command_id=self.new_id(), session_id=session_id))

    def new_id(self) -> UUID:
        self._commands += 1
        return derive("command", self._commands)

    def session_of(self, result: Result) -> UUID:
        assert isinstance(result, BookingShown), result
        event = result.event
        return getattr(event, "to_session_id", None) or event.session_id  # type: ignore[union-attr]  # one of both

    def of(self, result: Result) -> tuple[SessionState, Booking]:
        """The session and the booking that a result shows, as they are now (a booking that ended: as it was shown)."""
        assert isinstance(result, BookingShown), result
        state = self.world.sessions[(TENANT, self.session_of(result))]
        assert state is not None
        return state, state.booking(result.event.booking.booking_id) or result.event.booking

    def who(self, result: Result) -> str | None:
        return self.of(result)[0].facts.staff_name


def refused(result: Result, code: RefusalCode) -> str:
    """The sentence of a refusal with this code."""
    assert isinstance(result, Refused), result
    assert result.code is code, result
    return result.sentence
