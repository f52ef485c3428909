"""Who is where, as far as customers were told? An independent little model of the booking engine for random tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from shared.messages import booking as msg
from shared.messages.booking import BookingStatus, BookingView, CommandOutcome

GONE = (BookingStatus.CANCELLED, BookingStatus.EXPIRED)
FIRM = (BookingStatus.CONFIRMED, BookingStatus.ATTENDED, BookingStatus.NO_SHOW)
Place = tuple[UUID, UUID]
"""Session and customer."""

Told = tuple[UUID, BookingView | None, "Offer | None"]
"""What an event says: whom, about which booking, or which place is kept for them."""


@dataclass(frozen=True)
class Offer:
    """A place that came free and is kept for somebody who waits."""

    session: msg.SessionView
    party: int
    until: datetime


@dataclass(frozen=True)
class Seat:
    """A place somebody has, until `until` unless they do something (none: for good)."""

    party: int
    status: BookingStatus
    starts_at: datetime
    ends_at: datetime
    until: datetime | None
    booking_id: UUID | None = None
    credits: int = 0
    service_id: UUID | None = None


@dataclass
class Model:
    """The whole of it: what outcomes and events said, and that what is only held ends by its time."""

    seats: dict[Place, Seat] = field(default_factory=dict)
    capacity: dict[UUID, int] = field(default_factory=dict)
    bought: dict[UUID, int] = field(default_factory=dict)
    discounted: set[UUID] = field(default_factory=set)

    def hear(self, told: Sequence[Told]) -> None:
        """Events, in order."""
        for customer_id, view, offer in told:
            if view is not None:
                self._booking(customer_id, view)
            if offer is not None:
                s = offer.session
                seat = Seat(offer.party, BookingStatus.HELD, s.starts_at, s.ends_at, offer.until)
                self.seats[(s.session_id, customer_id)] = seat

    def learn(self, command: msg.Command, outcome: CommandOutcome) -> None:
        """What the asker of a command was answered."""
        if outcome.refusal is not None:
            return
        if outcome.booking is not None:
            whose = self._whose(command, outcome.booking.booking_id)
            if whose is not None:
                self._booking(whose, outcome.booking)
            if (
                getattr(command, "promo_code", None)
                and outcome.booking.booking_id == outcome.command_id
                and outcome.booking.method != "pass"
            ):
                self.discounted.add(outcome.command_id)
        elif outcome.entry is not None and outcome.entry.status in ("withdrawn", "declined"):
            place = (outcome.entry.session.session_id, self._whose(command, None))
            self.seats = {p: s for p, s in self.seats.items() if p != place}
        if isinstance(command, msg.BookSlot) and outcome.booking is not None:
            self._another_slot(command, outcome.booking.booking_id)
        if isinstance(command, msg.CancelSession):
            self.seats = {place: seat for place, seat in self.seats.items() if place[0] != command.session_id}
        if isinstance(command, msg.ChangeSession) and outcome.session is not None:
            self.capacity[command.session_id] = outcome.session.capacity
        if isinstance(command, msg.SellPass) and outcome.bought is not None:
            mine = self.bought.get(command.customer_id, 0)
            self.bought[command.customer_id] = mine + (outcome.bought.left or 0)

    def pass_time(self, now: datetime) -> None:
        """What was only held is over at its end, whatever any alarm does."""
        self.seats = {p: s for p, s in self.seats.items() if s.until is None or s.until > now}

    def coming(self, customer_id: UUID, now: datetime) -> set[tuple[UUID, int, BookingStatus]]:
        """What the customer should find when they look."""
        return {
            (session_id, seat.party, seat.status)
            for (session_id, who), seat in self.seats.items()
            if who == customer_id and seat.ends_at > now
        }

    def taken(self, session_id: UUID) -> int:
        """Seats of a session that somebody has."""
        return sum(seat.party for (where, _), seat in self.seats.items() if where == session_id)

    def credits_left(self, customer_id: UUID) -> int:
        """What is left of all credits bought: each is given back with its place."""
        used = (s.credits for (_, who), s in self.seats.items() if who == customer_id and s.status in FIRM)
        return self.bought.get(customer_id, 0) - sum(used)

    def promo_uses(self) -> int:
        """Confirmed places that were booked with the promo code."""
        return sum(s.booking_id in self.discounted and s.status in FIRM for s in self.seats.values())

    def in_two_places(self, customer_id: UUID) -> bool:
        """Whether the customer has places that overlap in time."""
        times = sorted((s.starts_at, s.ends_at) for (_, who), s in self.seats.items() if who == customer_id)
        return any(ends > starts for (_, ends), (starts, _) in pairwise(times))

    def _booking(self, customer_id: UUID, view: BookingView) -> None:
        for place in [p for p, s in self.seats.items() if s.booking_id == view.booking_id]:
            del self.seats[place]  # it may have moved
        place = (view.session.session_id, customer_id)
        if view.status in GONE:
            self.seats.pop(place, None)
            return
        self.seats[place] = Seat(
            view.party_size, view.status, view.session.starts_at, view.session.ends_at, view.expires_at,
            view.booking_id, view.credits or 0, view.session.service_id,
        )  # fmt: skip

    def _another_slot(self, command: msg.BookSlot, booking_id: UUID) -> None:
        """Who books a slot lets go of others of the service that they only hold."""
        let_go = [
            place for place, seat in self.seats.items()
            if place[1] == command.contact.customer_id and seat.status is BookingStatus.HELD
            and seat.service_id == command.service_id and seat.booking_id != booking_id
        ]  # fmt: skip
        for place in let_go:
            del self.seats[place]

    def _whose(self, command: msg.Command, booking_id: UUID | None) -> UUID | None:
        # Staff name the booking only; one that has just ended was told of already.
        contact = getattr(command, "contact", None)
        asked: UUID | None = contact.customer_id if contact else getattr(command, "customer_id", None)
        if asked is not None:
            return asked
        return next((who for (_, who), seat in self.seats.items() if seat.booking_id == booking_id), None)
