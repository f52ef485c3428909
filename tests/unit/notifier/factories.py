"""Events as booking publishes them, with what a test wants to vary."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal, TypeVar
from uuid import UUID, uuid4

from shared.ids import derive
from shared.messages.booking import (
    BookingCancelled,
    BookingConfirmed,
    BookingExpired,
    BookingNoShow,
    BookingPending,
    BookingRescheduled,
    BookingStatus,
    BookingView,
    BusinessView,
    Contact,
    OfferLapsed,
    OfferMade,
    PaymentChanged,
    SessionChanged,
    SessionView,
    WaitlistClosed,
    WaitlistEntryView,
)
from shared.messages.conversation import ChannelAddress

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
EVENING = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def contact(name: str | None = "Zé Costa", phone: str | None = "+351912345678") -> Contact:
    """A customer of their own."""
    address = ChannelAddress(
        channel="whatsapp", account_id="106540352242922", user_id="351912345678", name=name, phone=phone
    )
    return Contact(customer_id=uuid4(), conversation_id=uuid4(), address=address)


def session_view(
    *,
    starts_at: datetime = EVENING,
    lasts: timedelta = HOUR,
    timezone: str = "Europe/Lisbon",
    currency: str = "EUR",
    price: int = 1500,
    service: str = "Vinyasa Yoga",
    staff: str | None = "Ana",
    room: str | None = None,
    local: str = "Mon 23 Nov, 19:00–20:00",
) -> SessionView:
    """A session."""
    return SessionView(
        session_id=uuid4(),
        service_id=uuid4(),
        service_name=service,
        staff_name=staff,
        room=room,
        starts_at=starts_at,
        ends_at=starts_at + lasts,
        timezone=timezone,
        local=local,
        price=price,
        currency=currency,
        capacity=10,
        seats_left=4,
    )


def booking_view(
    *,
    starts_at: datetime = EVENING,
    lasts: timedelta = HOUR,
    timezone: str = "Europe/Lisbon",
    currency: str = "EUR",
    price: int = 1500,
    party_size: int = 1,
    service: str = "Vinyasa Yoga",
    staff: str | None = "Ana",
    reference: str = "ABC123",
    status: BookingStatus = BookingStatus.CONFIRMED,
    room: str | None = None,
    local: str = "not used here",
    **more: object,
) -> BookingView:
    """A booking of a session; `more` are fields of the view (`paid`, `fee`, …)."""
    session = session_view(
        starts_at=starts_at,
        lasts=lasts,
        timezone=timezone,
        currency=currency,
        price=price,
        service=service,
        staff=staff,
        room=room,
        local=local,
    )
    fields: dict[str, object] = {
        "booking_id": uuid4(),
        "reference": reference,
        "status": status,
        "party_size": party_size,
        "total": price * party_size,
        "session": session,
        "booked_at": NOW,
    }
    return BookingView.model_validate(fields | more)


def business_view(
    language: str = "en", timezone: str = "Europe/Lisbon", address: str | None = "Rua das Flores 12, Lisboa"
) -> BusinessView:
    """The business."""
    return BusinessView(
        business_name="Casa Yoga",
        timezone=timezone,
        language=language,
        currency="EUR",
        address=address,
        phone="+351210000000",
    )


def confirmed(
    booking: BookingView | None = None,
    *,
    business: BusinessView | None = None,
    who: Contact | None = None,
    tenant_id: UUID | None = None,
) -> BookingConfirmed:
    """A booking was confirmed."""
    booking = booking or booking_view()
    return BookingConfirmed(
        tenant_id=tenant_id or uuid4(),
        event_id=derive("event", booking.booking_id, "confirmed"),
        at=NOW,
        booking=booking,
        contact=who or contact(),
        business=business or business_view(timezone=booking.session.timezone),
    )


def cancelled(
    event: BookingConfirmed | None = None,
    cancelled_by: Literal["customer", "business", "system"] = "customer",
    reason: str | None = None,
) -> BookingCancelled:
    """The booking of `event` was cancelled."""
    event = event or confirmed()
    return BookingCancelled(
        tenant_id=event.tenant_id,
        event_id=derive("event", event.booking.booking_id, "cancelled"),
        at=NOW,
        booking=event.booking,
        contact=event.contact,
        business=event.business,
        cancelled_by=cancelled_by,
        reason=reason,
    )


OfBooking = TypeVar(
    "OfBooking",
    BookingConfirmed,
    BookingPending,
    BookingCancelled,
    BookingRescheduled,
    BookingExpired,
    BookingNoShow,
    SessionChanged,
    PaymentChanged,
)
OfEntry = TypeVar("OfEntry", OfferMade, OfferLapsed, WaitlistClosed)


def of_booking(
    kind: type[OfBooking],
    booking: BookingView | None = None,
    *,
    at: datetime = NOW,
    business: BusinessView | None = None,
    who: Contact | None = None,
    tenant_id: UUID | None = None,
    **more: object,
) -> OfBooking:
    """Any event of a booking; `more` are the fields of its own."""
    booking = booking or booking_view(local="Mon 23 Nov, 19:00–20:00")
    fields: dict[str, object] = {
        "tenant_id": tenant_id or uuid4(),
        "event_id": derive("event", booking.booking_id, kind.name, at),
        "at": at,
        "booking": booking,
        "contact": who or contact(),
        "business": business or business_view(timezone=booking.session.timezone),
    }
    return kind.model_validate(fields | more)


def follows(kind: type[OfBooking], event: BookingConfirmed, after: timedelta, **more: object) -> OfBooking:
    """What happened to the booking of `event` some time later."""
    return of_booking(
        kind,
        event.booking,
        at=event.at + after,
        business=event.business,
        who=event.contact,
        tenant_id=event.tenant_id,
        **more,
    )


def entry_view(session: SessionView | None = None, **more: object) -> WaitlistEntryView:
    """A place in the queue."""
    fields: dict[str, object] = {
        "entry_id": uuid4(),
        "session": session or session_view(),
        "party_size": 1,
        "status": "offered",
    }
    return WaitlistEntryView.model_validate(fields | more)


def of_entry(
    kind: type[OfEntry],
    entry: WaitlistEntryView | None = None,
    *,
    at: datetime = NOW,
    business: BusinessView | None = None,
    tenant_id: UUID | None = None,
    **more: object,
) -> OfEntry:
    """Any event of a waitlist entry; `more` are the fields of its own."""
    entry = entry or entry_view(offer_expires_at=NOW + HOUR)
    fields: dict[str, object] = {
        "tenant_id": tenant_id or uuid4(),
        "event_id": derive("event", entry.entry_id, kind.name, at),
        "at": at,
        "entry": entry,
        "contact": contact(),
        "business": business or business_view(timezone=entry.session.timezone),
    }
    return kind.model_validate(fields | more)
