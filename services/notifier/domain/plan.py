"""Which messages does a fact call for? Their ids follow from the fact and never change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never
from uuid import UUID

from services.notifier.domain import offers, texts
from services.notifier.domain.values import values_of
from shared.ids import derive
from shared.messages.booking import (
    BookingCancelled,
    BookingConfirmed,
    BookingEvent,
    BookingExpired,
    BookingNoShow,
    BookingPending,
    BookingRescheduled,
    Contact,
    OfferLapsed,
    OfferMade,
    PaymentChanged,
    SessionChanged,
    WaitlistClosed,
)
from shared.messages.conversation import Body, MessageSent, TextBody

CONFIRMED = BookingConfirmed.name
"""The purpose of a confirmation. Every event's message has the event's name as its purpose."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one person because of one event. (event, recipient, purpose) is told once, for ever.

    It is about a booking or about a waitlist entry: exactly one of the two ids is given. `at` (aware) is the time of what
    it tells of. `values` are its facts by name (`domain/values.py`), for templates.
    """

    tenant_id: UUID
    event_id: UUID
    at: datetime
    booking_id: UUID | None
    entry_id: UUID | None
    purpose: str
    contact: Contact
    body: Body
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> UUID:
        """The notification's id, and the delivery's: the same for the same event, recipient and purpose."""
        return notice_id(self.event_id, self.contact.customer_id, self.purpose)

    @property
    def message(self) -> MessageSent:
        """The message for the gateway to deliver."""
        return MessageSent(
            tenant_id=self.tenant_id,
            message_id=self.id,
            conversation_id=self.contact.conversation_id,
            to=self.contact.address,
            purpose=self.purpose,
            body=self.body,
            customer_id=self.contact.customer_id,
            values=dict(self.values),
            language=self.values.get("language"),
        )


def notice_id(event_id: UUID, recipient_id: UUID, purpose: str) -> UUID:
    """The id of what is told to this recipient about this event."""
    return derive("notice", event_id, recipient_id, purpose)


def plan(event: BookingEvent) -> list[Notice]:
    """The messages this event calls for at once; none when it is of no concern or the person cannot be reached."""
    body = _body(event)
    if body is None or not reachable(event.contact):
        return []
    is_entry = isinstance(event, OfferMade | OfferLapsed | WaitlistClosed)
    return [
        Notice(
            tenant_id=event.tenant_id,
            event_id=event.event_id,
            at=event.at,
            booking_id=None if is_entry else about(event),
            entry_id=about(event) if is_entry else None,
            purpose=event.name,
            contact=event.contact,
            body=body,
            values=values_of(event),
        )
    ]


def about(event: BookingEvent) -> UUID:
    """The id of the booking or the waitlist entry that the event is about: what events are ordered by."""
    match event:
        case OfferMade() | OfferLapsed() | WaitlistClosed():
            return event.entry.entry_id
        case _:
            return event.booking.booking_id


def reachable(contact: Contact) -> bool:
    """Whether there is anybody to write to: a customer who was erased has no address any more."""
    return bool(contact.address.account_id and contact.address.user_id)


def _body(event: BookingEvent) -> Body | None:
    said = _said(event)
    return TextBody(text=said) if isinstance(said, str) else said


def _said(event: BookingEvent) -> str | TextBody | None:
    match event:
        case BookingConfirmed():
            return texts.confirmation(event)
        case BookingPending():
            return texts.pending(event)
        case BookingCancelled():
            return texts.cancellation(event)
        case BookingRescheduled():
            return texts.rescheduled(event)
        case BookingExpired():
            return texts.expired(event)
        case BookingNoShow():
            return texts.no_show(event)
        case SessionChanged():
            return texts.changed(event)
        case PaymentChanged():
            return texts.payment(event)
        case OfferMade():
            return offers.offer(event)
        case OfferLapsed():
            return offers.lapsed(event)
        case WaitlistClosed():
            return offers.closed(event)
        case _:
            assert_never(event)
