"""Which receipt does a confirmed booking call for, and what is said with it once it is there?"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field

from services.notifier.domain import texts
from services.notifier.domain.parts import paid_and_open, voice_of
from services.notifier.domain.plan import Notice
from services.notifier.domain.values import values_of
from shared.ids import derive
from shared.messages.booking import BookingConfirmed, Contact
from shared.messages.conversation import DocumentBody
from shared.messages.envelope import Value
from shared.messages.media import BuildReceipt, FileRef, ReceiptData
from shared.messages.receipts import SendReceipt

RECEIPT = "receipt"


class ReceiptRequest(Value):
    """A receipt that was asked for: the job that builds it, and what to say with it once it is there."""

    job: BuildReceipt
    event_id: UUID
    booking_id: UUID
    contact: Contact
    filename: str
    caption: str
    values: dict[str, str] = Field(default_factory=dict)

    @property
    def receipt_id(self) -> UUID:
        """The receipt's id."""
        return self.job.receipt.receipt_id

    @property
    def job_id(self) -> UUID:
        """The id under which the job waits in the outbox until the receipt is ready."""
        return receipt_job_id(self.receipt_id)

    @property
    def at(self) -> datetime:
        """The time of the event: when the receipt is issued."""
        return self.job.receipt.issued_at


def receipt_job_id(receipt_id: UUID) -> UUID:
    """The id under which the job for this receipt waits in the outbox."""
    return derive("receipt_job", receipt_id)


def plan_receipt(event: BookingConfirmed) -> ReceiptRequest:
    """The receipt that a confirmed booking calls for, numbered by the day of issue and the reference."""
    booking, session, business, voice = event.booking, event.booking.session, event.business, voice_of(event)
    receipt_id = derive("receipt", event.tenant_id, booking.booking_id, event.event_id)
    issued_on = event.at.astimezone(ZoneInfo(session.timezone)).date()
    paid, still_open = paid_and_open(booking)
    receipt = ReceiptData(
        receipt_id=receipt_id,
        number=f"{issued_on:%Y%m%d}-{booking.reference}",
        business_name=business.business_name,
        business_address=business.address,
        business_phone=business.phone,
        customer_name=event.contact.address.name or event.contact.address.phone or voice.wording.guest,
        service_name=session.service_name,
        staff_name=session.staff_name,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        timezone=session.timezone,
        locale=str(voice.locale),
        party_size=booking.party_size,
        unit_price=session.price,
        total=booking.total,
        paid=paid,
        open=still_open,
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
        values=values_of(event),
    )


def receipt_notice(request: ReceiptRequest, file: FileRef) -> Notice:
    """The receipt's message: the file with our own job in it, so that a lost one is built again."""
    return Notice(
        tenant_id=request.job.tenant_id,
        event_id=request.event_id,
        at=request.at,
        booking_id=request.booking_id,
        entry_id=None,
        purpose=RECEIPT,
        contact=request.contact,
        body=DocumentBody(
            file=file.model_copy(update={"job": request.job}),
            filename=request.filename,
            caption=request.caption,
        ),
        values=request.values,
    )


def notice_again(job: SendReceipt, request: ReceiptRequest, body: DocumentBody) -> Notice:
    """The same receipt once more, to whoever asked: a message of its own for each request."""
    return Notice(
        tenant_id=job.tenant_id,
        event_id=job.request_id,
        at=request.at,
        booking_id=job.booking_id,
        entry_id=None,
        purpose=RECEIPT,
        contact=job.contact,
        body=body,
        values=request.values,
    )
