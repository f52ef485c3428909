"""Sessions, commands and times for booking's unit tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.booking.domain import wire
from services.booking.domain.decisions import Decided, decide
from services.booking.domain.policy import DEFAULT_POLICY, ServicePolicy
from services.booking.domain.refusals import Refused
from services.booking.domain.state import NO_BOOKINGS, Account, SessionFacts, SessionState
from services.booking.domain.world import World
from shared.ids import derive
from shared.messages.booking import (
    BookingCommand,
    BookSession,
    BusinessView,
    CancelBooking,
    Contact,
    SessionView,
)
from shared.messages.conversation import ChannelAddress

TENANT = derive("tenant", "test")
START = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)
NOW = START - timedelta(days=1)

BUSINESS = BusinessView(
    business_name="Casa Yoga", timezone="Europe/Lisbon", language="en", currency="EUR", address="Rua 1"
)


def session(
    *,
    capacity: int = 10,
    taken: int = 0,
    price: int = 1500,
    cancelled: bool = False,
    deadline: timedelta = timedelta(hours=2),
    version: int = 0,
    policy: ServicePolicy = DEFAULT_POLICY,
    held_back: int = 0,
) -> SessionState:
    """A session tomorrow at 19:00 with `taken` seats gone (to nobody in particular)."""
    shown = SessionView(
        session_id=derive("session"),
        service_id=derive("service"),
        service_name="Vinyasa Yoga",
        staff_id=None,
        staff_name="Ana",
        starts_at=START,
        ends_at=START + timedelta(hours=1),
        timezone=BUSINESS.timezone,
        local="Mon 23 Nov, 19:00–20:00",
        price=price,
        currency="EUR",
        capacity=capacity,
        seats_left=capacity - taken,
    )
    facts = SessionFacts(
        tenant_id=TENANT,
        session_id=shown.session_id,
        service_id=shown.service_id,
        service_name=shown.service_name,
        staff_id=None,
        staff_name=shown.staff_name,
        starts_at=START,
        ends_at=shown.ends_at,
        local=shown.local,
        price=price,
        capacity=capacity,
        cancelled=cancelled,
        cancellation_deadline=deadline,
        business=BUSINESS,
        rendered=wire.render(shown, BUSINESS),
        policy=policy,
        held_back=held_back,
    )
    return SessionState(facts, version, taken, NO_BOOKINGS)


KEY = (TENANT, derive("session"))


def world(state: SessionState | None, *accounts: Account) -> World:
    """A world with this one session, and these customers."""
    return World(sessions={KEY: state}, accounts={(a.tenant_id, a.customer_id): a for a in accounts})


def decided(state: SessionState | None, command: BookingCommand, now: datetime = NOW) -> Decided:
    """What becomes of the command in a world with this one session."""
    return decide(world(state), command, now)


def after(state: SessionState, *commands: BookingCommand, now: datetime = NOW) -> SessionState:
    """The state after these commands, all of which must be done."""
    in_it = world(state)
    for command in commands:
        made = decide(in_it, command, now)
        assert not isinstance(made.result, Refused), made.result
        in_it.sessions.update(made.draft.sessions)
        in_it.accounts.update(made.draft.accounts)
    left = in_it.sessions[KEY]
    assert left is not None
    return left


def view_of(state: SessionState) -> SessionView:
    """The session as the contract's value."""
    return SessionView.model_validate_json(f"{state.facts.rendered.session}{state.seats_left}}}")


def customer(number: int) -> UUID:
    """The id of customer `number`."""
    return derive("customer", number)


def contact(number: int, name: str | None = "Ana") -> Contact:
    """How customer `number` is reached."""
    return Contact(
        customer_id=customer(number),
        conversation_id=derive("conversation", number),
        address=ChannelAddress(channel="whatsapp", account_id="1", user_id=f"351{number}", name=name),
    )


def book(number: int, *, party: int = 1, command: object = None, name: str | None = "Ana") -> BookSession:
    """Customer `number` wants `party` seats; the same `command` is the same command."""
    return BookSession(
        tenant_id=TENANT,
        command_id=derive("command", "book", number, party, command),
        session_id=derive("session"),
        contact=contact(number, name),
        party_size=party,
    )


def cancel(number: int, booking_id: UUID, *, command: object = None) -> CancelBooking:
    """Customer `number` gives `booking_id` back."""
    return CancelBooking(
        tenant_id=TENANT,
        command_id=derive("command", "cancel", number, booking_id, command),
        session_id=derive("session"),
        booking_id=booking_id,
        customer_id=customer(number),
    )
