"""The booking service's contracts: commands and their outcomes, events, queries and their answers.

Money is integer minor units of `currency`. Instants are aware datetimes; `local` strings are ready to show.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.messages.conversation import ChannelAddress
from shared.messages.envelope import Message, Value


class Contact(Value):
    """Who books and where they are told about it. Comes from the verified channel, never from a model."""

    customer_id: UUID
    conversation_id: UUID
    address: ChannelAddress


# --- values -----------------------------------------------------------------------------------------


class SessionView(Value):
    """One dated class as a customer sees it. `local` is e.g. `Mon 23 Nov, 19:00–20:00` in the business's zone."""

    session_id: UUID
    service_id: UUID
    service_name: str
    staff_id: UUID | None = None
    staff_name: str | None = None
    starts_at: datetime
    ends_at: datetime
    timezone: str
    local: str
    price: int
    currency: str
    capacity: int
    seats_left: int


class BookingStatus(StrEnum):
    """Where a booking stands."""

    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class BookingView(Value):
    """A booking with its session, as its customer sees it."""

    booking_id: UUID
    reference: str
    status: BookingStatus
    party_size: int
    total: int
    session: SessionView
    booked_at: datetime


class RefusalCode(StrEnum):
    """Why a command was refused: stable, machine-readable."""

    SESSION_FULL = "session_full"
    ALREADY_BOOKED = "already_booked"
    SESSION_STARTED = "session_started"
    SESSION_CANCELLED = "session_cancelled"
    TOO_LATE_TO_CANCEL = "too_late_to_cancel"
    NOT_FOUND = "not_found"
    INVALID = "invalid"


class NextMove(Value):
    """What the customer can do instead: `book` names a session that has room."""

    move: Literal["book", "my_bookings", "contact_business"]
    session: SessionView | None = None


class Refusal(Value):
    """A refusal is data: a code, a sentence for people (English), and the next legal moves."""

    code: RefusalCode
    sentence: str
    next: tuple[NextMove, ...] = ()


# --- commands ---------------------------------------------------------------------------------------


class BookSession(Message):
    """Book `party_size` seats, all or none. The same `command_id` always gets the first outcome."""

    name: ClassVar[str] = "book_session"

    command_id: UUID
    session_id: UUID
    contact: Contact
    party_size: int = Field(1, ge=1, le=100)


class CancelBooking(Message):
    """Cancel the customer's own booking of this session."""

    name: ClassVar[str] = "cancel_booking"

    command_id: UUID
    session_id: UUID
    booking_id: UUID
    customer_id: UUID


class CommandOutcome(Value):
    """What became of a command: `booking` after it was done, or the `refusal`."""

    command_id: UUID
    booking: BookingView | None = None
    refusal: Refusal | None = None


# --- events -----------------------------------------------------------------------------------------


class BusinessView(Value):
    """The tenant as customers know it. `language` is BCP 47 (`en`, `pt-PT`); `timezone` IANA."""

    business_name: str
    timezone: str
    language: str
    currency: str
    address: str | None = None
    phone: str | None = None
    description: str | None = None
    opening_hours: str | None = None


class BookingConfirmed(Message):
    """A customer holds a place."""

    name: ClassVar[str] = "booking_confirmed"

    event_id: UUID
    at: datetime
    booking: BookingView
    contact: Contact
    business: BusinessView


class BookingCancelled(Message):
    """A customer's place was given back."""

    name: ClassVar[str] = "booking_cancelled"

    event_id: UUID
    at: datetime
    booking: BookingView
    contact: Contact
    business: BusinessView
    cancelled_by: Literal["customer", "business", "system"] = "customer"


BookingEvent = BookingConfirmed | BookingCancelled

# --- queries ----------------------------------------------------------------------------------------


class FindSessions(Message):
    """Sessions that start in [`starts_from`, `starts_before`) with room for `party_size`, soonest first.

    When nothing fits, the answer's `alternatives` hold the nearest others of the same service.
    """

    name: ClassVar[str] = "find_sessions"

    service_ids: tuple[UUID, ...] = ()  # none: any service
    staff_ids: tuple[UUID, ...] = ()
    starts_from: datetime
    starts_before: datetime
    party_size: int = 1
    limit: int = Field(10, ge=1, le=50)


class SessionsFound(Value):
    """Answer to `FindSessions`: `full` are sessions in the range without enough room."""

    sessions: tuple[SessionView, ...] = ()
    full: tuple[SessionView, ...] = ()
    alternatives: tuple[SessionView, ...] = ()


class MyBookings(Message):
    """The customer's confirmed bookings that have not ended, soonest first."""

    name: ClassVar[str] = "my_bookings"

    customer_id: UUID


class BookingsFound(Value):
    """Answer to `MyBookings`."""

    bookings: tuple[BookingView, ...] = ()


class GetCatalogue(Message):
    """Everything the agent needs to know of a business: who it is, what it offers, who works there."""

    name: ClassVar[str] = "get_catalogue"


class ServiceView(Value):
    """What can be booked. `duration_minutes` whole minutes; `synonyms` what customers call it."""

    service_id: UUID
    name: str
    description: str | None = None
    duration_minutes: int
    price: int
    currency: str
    synonyms: tuple[str, ...] = ()
    staff_ids: tuple[UUID, ...] = ()


class StaffView(Value):
    """Who works there."""

    staff_id: UUID
    name: str
    role: str | None = None
    bio: str | None = None
    synonyms: tuple[str, ...] = ()


class Catalogue(Value):
    """Answer to `GetCatalogue`."""

    business: BusinessView
    services: tuple[ServiceView, ...] = ()
    staff: tuple[StaffView, ...] = ()


BookingCommand = Annotated[BookSession | CancelBooking, Field()]
