"""Events as booking publishes them, with what a test wants to vary."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from shared.ids import derive
from shared.messages.booking import (
    BookingCancelled,
    BookingConfirmed,
    BookingStatus,
    BookingView,
    BusinessView,
    Contact,
    SessionView,
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
) -> BookingView:
    """A booking of a session."""
    session = SessionView(
        session_id=uuid4(),
        service_id=uuid4(),
        service_name=service,
        staff_name=staff,
        starts_at=starts_at,
        ends_at=starts_at + lasts,
        timezone=timezone,
        local="not used here",
        price=price,
        currency=currency,
        capacity=10,
        seats_left=4,
    )
    return BookingView(
        booking_id=uuid4(),
        reference=reference,
        status=status,
        party_size=party_size,
        total=price * party_size,
        session=session,
        booked_at=NOW,
    )


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
    )
