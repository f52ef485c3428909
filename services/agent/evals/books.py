"""Who has booked what, and who waits, in memory? And how a booking, a place in a queue and a refusal look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from shared import ids
from shared.messages.booking import (
    BookingStatus,
    BookingView,
    Catalogue,
    CommandOutcome,
    NextMove,
    Refusal,
    RefusalCode,
    ServiceView,
    SessionView,
    SlotView,
    WaitlistEntryView,
)

NEAREST = 3
"""How many others are named when what was wanted is not to be had."""

OFFER_HOLDS = timedelta(hours=2)

_SAID = {
    RefusalCode.SESSION_FULL: "That class is full.",
    RefusalCode.SLOT_TAKEN: "That time is taken.",
    RefusalCode.SEATS_FREE: "There is still space: book it.",
    RefusalCode.NOT_FOUND: "There is no such booking.",
    RefusalCode.FEE_CHANGED: "Cancelling costs something else now.",
    RefusalCode.WRONG_STATE: "That is no longer possible.",
    RefusalCode.PROMO_NOT_VALID: "That code is not valid.",
    RefusalCode.ALREADY_BOOKED: "You have already booked that.",
    RefusalCode.ALREADY_WAITING: "You are already waiting for that.",
}


class Stock(Protocol):
    """What a business has to give: its classes and the free starts of its appointments, as they are now."""

    @property
    def now(self) -> datetime:
        """The moment it is (aware)."""

    @property
    def offer(self) -> Catalogue:
        """What the business is and offers."""

    @property
    def sessions(self) -> dict[UUID, SessionView]:
        """Its dated classes."""

    @property
    def services(self) -> dict[UUID, ServiceView]:
        """Its services by id."""

    def free(
        self, service: ServiceView, starts_from: datetime, starts_before: datetime, staff: Sequence[UUID]
    ) -> Iterator[SlotView]:
        """Free starts in [from, before) with any of these people (none: with anybody), soonest first."""

    def slot(self, service_id: UUID, starts_at: datetime, staff_id: UUID | None) -> SlotView | None:
        """The free start at this time, or None."""

    def appointment(self, slot: SlotView, staff_id: UUID | None) -> SessionView:
        """The free start as a session, taken."""

    def take(self, session: SessionView, seats: int) -> None:
        """Take seats, or give them back (negative)."""


@dataclass
class Books:
    """One customer's bookings (`past` ones apart) and places in queues, by id; `outcomes` by command."""

    bookings: dict[UUID, BookingView] = field(default_factory=dict)
    past: list[BookingView] = field(default_factory=list)
    waiting: dict[UUID, WaitlistEntryView] = field(default_factory=dict)
    outcomes: dict[UUID, CommandOutcome] = field(default_factory=dict)

    @property
    def live(self) -> list[BookingView]:
        """Bookings that were not cancelled."""
        return [one for one in self.bookings.values() if one.status is not BookingStatus.CANCELLED]

    def held(self, now: datetime) -> list[BookingView]:
        """The places that are kept for the answer to an offer: bookings, too, as long as it stands."""
        offered = (one for one in self.waiting.values() if one.status == "offered")
        held = (booking_of(ids.derive("held", e.entry_id), e.session, e.party_size, now) for e in offered)
        return [one.model_copy(update={"status": BookingStatus.HELD}) for one in held]

    def has(self, session: SessionView) -> bool:
        """Whether the customer has a place in it."""
        return any(one.session.session_id == session.session_id for one in self.live)

    def has_slot(self, service_id: UUID, starts_at: datetime) -> bool:
        """Whether the customer has an appointment for it then."""
        had = {(one.session.service_id, one.session.starts_at) for one in self.live}
        return (service_id, starts_at) in had

    def waits_for(self, session: SessionView) -> bool:
        """Whether the customer is in its queue."""
        return any(one.session.session_id == session.session_id for one in self.waiting.values())

    def queue(
        self, session: SessionView, party: int, position: int, *, offered_at: datetime | None = None
    ) -> WaitlistEntryView:
        """A place in its queue; `offered_at`: a place has been offered then."""
        entry = WaitlistEntryView(
            entry_id=ids.derive("entry", session.session_id, party),
            session=session,
            party_size=party,
            status="offered" if offered_at else "waiting",
            position=None if offered_at else position,
            offer_expires_at=offered_at + OFFER_HOLDS if offered_at else None,
        )
        self.waiting[entry.entry_id] = entry
        return entry


def booking_of(booking_id: UUID, session: SessionView, party: int, booked_at: datetime) -> BookingView:
    """A confirmed booking at the session's price."""
    return BookingView(
        booking_id=booking_id,
        reference="EVAL",
        status=BookingStatus.CONFIRMED,
        party_size=party,
        total=session.price * party,
        session=session,
        booked_at=booked_at,
    )


def refusal(code: RefusalCode, *moves: NextMove) -> Refusal:
    """Why not, and what there is instead."""
    return Refusal(code=code, sentence=_SAID[code], next=moves)


def roomy(sessions: Iterable[SessionView], party: int, now: datetime) -> list[SessionView]:
    """Those to come that have room for so many, soonest first."""
    found = (one for one in sessions if one.seats_left >= party and one.starts_at >= now)
    return sorted(found, key=lambda one: (one.starts_at, one.service_name))


def name_of(session: SessionView) -> str:
    """A session as effects name it: `Yoga 2026-11-23 19:00`."""
    local = session.starts_at.astimezone(ZoneInfo(session.timezone))
    return f"{session.service_name} {local:%Y-%m-%d %H:%M}"
