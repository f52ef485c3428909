"""Which messages does a fact call for, and which receipt? Their ids follow from the fact and never change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never
from uuid import UUID
from zoneinfo import ZoneInfo

from services.notifier.domain import texts
from shared.ids import derive
from shared.messages.booking import BookingCancelled, BookingConfirmed, BookingEvent, Contact
from shared.messages.conversation import Body, DocumentBody, MessageSent, TextBody
from shared.messages.envelope import Value
from shared.messages.media import BuildReceipt, FileRef, ReceiptData

CONFIRMED = "booking_confirmed"
CANCELLED = "booking_cancelled"
RECEIPT = "receipt"


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one person because of one event. (event, recipient, purpose) is told once, for ever."""

    tenant_id: UUID
    event_id: UUID
    booking_id: UUID
    purpose: str
    contact: Contact
    body: Body

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
        )


class ReceiptRequest(Value):
    """A receipt that was asked for: the job that builds it, and what to say with it once it is there."""

    job: BuildReceipt
    event_id: UUID
    booking_id: UUID
    contact: Contact
    filename: str
    caption: str

    @property
    def receipt_id(self) -> UUID:
        """The receipt's id."""
        return self.job.receipt.receipt_id

    @property
    def job_id(self) -> UUID:
        """The id under which the job waits in the outbox until the receipt is ready."""
        return derive("receipt_job", self.receipt_id)


def notice_id(event_id: UUID, recipient_id: UUID, purpose: str) -> UUID:
    """The id of what is told to this recipient about this event."""
    return derive("notice", event_id, recipient_id, purpose)


def plan(event: BookingEvent) -> list[Notice]:
    """The messages this event calls for at once."""
    match event:
        case BookingConfirmed():
            return [_notice(event, CONFIRMED, texts.confirmation(event))]
        case BookingCancelled():
            return [_notice(event, CANCELLED, texts.cancellation(event))]
        case _:
            assert_never(event)


def plan_receipt(event: BookingConfirmed) -> ReceiptRequest:
    """The receipt that a confirmed booking calls for, numbered by the day of issue and the reference."""
    booking, session, business = event.booking, event.booking.session, event.business
    wording, locale = texts.words_of(event)
    receipt_id = derive("receipt", event.tenant_id, booking.booking_id, event.event_id)
    issued_on = event.at.astimezone(ZoneInfo(session.timezone)).date()
    receipt = ReceiptData(
        receipt_id=receipt_id,
        number=f"{issued_on:%Y%m%d}-{booking.reference}",
        business_name=business.business_name,
        business_address=business.address,
        business_phone=business.phone,
        customer_name=event.contact.address.name or event.contact.address.phone or wording.guest,
        service_name=session.service_name,
        staff_name=session.staff_name,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        timezone=session.timezone,
        locale=str(locale),
        party_size=booking.party_size,
        unit_price=session.price,
        total=booking.total,
        currency=session.currency,
        booking_reference=booking.reference,
        issued_at=event.at,
    )
    return ReceiptRequest(
        job=BuildReceipt(tenant_id=event.tenant_id, receipt=receipt, reply_token=receipt_id),
        event_id=event.event_id,
        booking_id=booking.booking_id,
        contact=event.contact,
        filename=texts.receipt_filename(event),
        caption=texts.receipt_caption(event),
    )


def receipt_notice(request: ReceiptRequest, file: FileRef) -> Notice:
    """The receipt's message: the file with our own job in it, so that a lost one is built again."""
    return Notice(
        tenant_id=request.job.tenant_id,
        event_id=request.event_id,
        booking_id=request.booking_id,
        purpose=RECEIPT,
        contact=request.contact,
        body=DocumentBody(
            file=file.model_copy(update={"job": request.job}),
            filename=request.filename,
            caption=request.caption,
        ),
    )


def _notice(event: BookingEvent, purpose: str, text: str) -> Notice:
    return Notice(
        tenant_id=event.tenant_id,
        event_id=event.event_id,
        booking_id=event.booking.booking_id,
        purpose=purpose,
        contact=event.contact,
        body=TextBody(text=text),
    )
