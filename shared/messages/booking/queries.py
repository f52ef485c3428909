"""What booking can be asked to tell: questions and their answers (`qry.booking.*`)."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.messages.booking.values import (
    BookingView,
    BusinessView,
    CancellationQuoteView,
    Method,
    PassView,
    QuoteView,
    Refusal,
    SeriesDate,
    SessionView,
    SlotView,
    WaitlistEntryView,
)
from shared.messages.envelope import Message, Value


class FindSessions(Message):
    """Sessions that start in [`starts_from`, `starts_before`) with room for `party_size`, soonest first.

    When nothing fits, the answer's `alternatives` hold the nearest others of the same service.
    """

    name: ClassVar[str] = "find_sessions"

    service_ids: tuple[UUID, ...] = ()  # none: any service
    staff_ids: tuple[UUID, ...] = ()
    location_ids: tuple[UUID, ...] = ()
    levels: tuple[str, ...] = ()
    starts_from: datetime
    starts_before: datetime
    party_size: int = 1
    price_up_to: int | None = None
    limit: int = Field(10, ge=1, le=50)


class SessionsFound(Value):
    """Answer to `FindSessions`: `full` are sessions in the range without enough room."""

    sessions: tuple[SessionView, ...] = ()
    full: tuple[SessionView, ...] = ()
    alternatives: tuple[SessionView, ...] = ()


class FindSlots(Message):
    """Free start times of an appointment service in [`starts_from`, `starts_before`), soonest first.

    `timezone`: the customer's, for the second local time shown. `booking_id`: one that would move there.
    """

    name: ClassVar[str] = "find_slots"

    service_id: UUID
    staff_ids: tuple[UUID, ...] = ()  # none: anyone who does it
    starts_from: datetime
    starts_before: datetime
    timezone: str | None = None
    booking_id: UUID | None = None
    by_business: bool = False
    limit: int = Field(20, ge=1, le=500)


class SlotsFound(Value):
    """Answer to `FindSlots`; when there is none in the range, `alternatives` are the nearest after it."""

    slots: tuple[SlotView, ...] = ()
    alternatives: tuple[SlotView, ...] = ()


class GetSession(Message):
    """One session. `for_business` shows who is booked; customers never see each other."""

    name: ClassVar[str] = "get_session"

    session_id: UUID
    for_business: bool = False


class AttendeeView(Value):
    """Somebody on the list of a session, for its staff."""

    booking_id: UUID
    customer_id: UUID
    name: str | None = None
    party_size: int
    attendees: tuple[str, ...] = ()
    status: str
    paid: int
    total: int


class SessionDetails(Value):
    """Answer to `GetSession`; `session` is none when there is no such session."""

    session: SessionView | None = None
    description: str | None = None
    location: str | None = None
    online: bool = False
    cancelled: bool = False
    attendees: tuple[AttendeeView, ...] = ()
    waiting: int = 0


class MyBookings(Message):
    """The customer's bookings that take a place and have not ended, soonest first; `past` adds earlier ones."""

    name: ClassVar[str] = "my_bookings"

    customer_id: UUID
    past: bool = False


class BookingsFound(Value):
    """Answer to `MyBookings`."""

    bookings: tuple[BookingView, ...] = ()
    waiting: tuple[WaitlistEntryView, ...] = ()


class MyBalances(Message):
    """What the customer owes, has left on passes, and has open."""

    name: ClassVar[str] = "my_balances"

    customer_id: UUID


class Balances(Value):
    """Answer to `MyBalances`: sums of ledger entries. `owed` is positive when the customer owes."""

    currency: str
    owed: int = 0
    passes: tuple[PassView, ...] = ()


class QuoteBooking(Message):
    """What booking this session (or slot) would cost this customer now, with reasons."""

    name: ClassVar[str] = "quote_booking"

    customer_id: UUID
    session_id: UUID | None = None
    service_id: UUID | None = None
    starts_at: datetime | None = None
    staff_id: UUID | None = None
    party_size: int = 1
    method: Method | None = None
    gift_code: str | None = None
    promo_code: str | None = None


class BookingQuoted(Value):
    """Answer to `QuoteBooking`."""

    quote: QuoteView | None = None
    refusal: Refusal | None = None


class QuoteCancellation(Message):
    """What cancelling this booking would cost and give back now. Asked before every cancellation."""

    name: ClassVar[str] = "quote_cancellation"

    customer_id: UUID
    booking_id: UUID


class CancellationQuoted(Value):
    """Answer to `QuoteCancellation`."""

    quote: CancellationQuoteView | None = None
    booking: BookingView | None = None
    refusal: Refusal | None = None


class PreviewSeries(Message):
    """Which dates of a repeating wish could be booked, and which conflict. Books nothing."""

    name: ClassVar[str] = "preview_series"

    customer_id: UUID
    service_id: UUID
    rrule: str
    first_day: date
    starts_at_local: time
    until: date | None = None
    count: int | None = None
    party_size: int = 1


class SeriesPreview(Value):
    """Answer to `PreviewSeries`."""

    dates: tuple[SeriesDate, ...] = ()


class GetOccupancy(Message):
    """How full sessions are, per service, for the business."""

    name: ClassVar[str] = "get_occupancy"

    starts_from: datetime
    starts_before: datetime


class OccupancyLine(Value):
    """One service's sessions in the range."""

    service_id: UUID
    service_name: str
    sessions: int
    capacity: int
    seats_taken: int
    waiting: int


class Occupancy(Value):
    """Answer to `GetOccupancy`."""

    lines: tuple[OccupancyLine, ...] = ()


class ExportCustomer(Message):
    """Everything that is stored about one person, for them."""

    name: ClassVar[str] = "export_customer"

    customer_id: UUID


class CustomerExported(Value):
    """Answer to `ExportCustomer`: table → rows, as JSON values."""

    found: bool
    data: dict[str, list[dict[str, object]]] = Field(default_factory=dict)


class GetCatalogue(Message):
    """Everything the agent needs to know of a business: who it is, what it offers, who works there."""

    name: ClassVar[str] = "get_catalogue"


class ServiceView(Value):
    """What can be booked. `duration_minutes` whole minutes; `synonyms` what customers call it."""

    service_id: UUID
    name: str
    kind: Literal["class", "appointment"] = "class"
    description: str | None = None
    duration_minutes: int
    price: int
    currency: str
    synonyms: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    level: str | None = None
    online: bool = False
    image: str | None = None
    questions: tuple[str, ...] = ()
    staff_ids: tuple[UUID, ...] = ()


class StaffView(Value):
    """Who works there."""

    staff_id: UUID
    name: str
    role: str | None = None
    bio: str | None = None
    synonyms: tuple[str, ...] = ()


class LocationView(Value):
    """Where it takes place."""

    location_id: UUID
    name: str
    address: str | None = None


class ProductView(Value):
    """A pass that can be bought."""

    key: str
    name: str
    kind: Literal["pack", "membership", "gift_card"]
    price: int
    currency: str


class Catalogue(Value):
    """Answer to `GetCatalogue`."""

    business: BusinessView
    services: tuple[ServiceView, ...] = ()
    staff: tuple[StaffView, ...] = ()
    locations: tuple[LocationView, ...] = ()
    products: tuple[ProductView, ...] = ()


QUERIES: dict[type[Message], str] = {
    FindSessions: "SessionsFound",
    FindSlots: "SlotsFound",
    GetSession: "SessionDetails",
    MyBookings: "BookingsFound",
    MyBalances: "Balances",
    QuoteBooking: "BookingQuoted",
    QuoteCancellation: "CancellationQuoted",
    PreviewSeries: "SeriesPreview",
    GetOccupancy: "Occupancy",
    ExportCustomer: "CustomerExported",
    GetCatalogue: "Catalogue",
}
"""Every question with the name of its answer."""
