"""Which messages and which receipt a fact calls for."""

from __future__ import annotations

from uuid import uuid4

import pytest

from services.notifier.domain.plan import plan
from services.notifier.domain.receipts import ReceiptRequest, plan_receipt, receipt_notice
from shared import subjects
from shared.messages.booking import BookingCancelled, BookingConfirmed
from shared.messages.conversation import DocumentBody, TextBody
from shared.messages.media import FileRef
from tests.unit.notifier.factories import booking_view, business_view, cancelled, confirmed, contact


def file_of(request: ReceiptRequest) -> FileRef:
    return FileRef(
        bucket=subjects.FILES,
        key=f"receipt-{request.receipt_id}.pdf",
        mime="application/pdf",
        size=1,
        sha256="ab",
    )


@pytest.mark.parametrize("event", [confirmed(), cancelled()], ids=["confirmed", "cancelled"])
def test_each_event_calls_for_one_message_to_the_one_who_booked(
    event: BookingConfirmed | BookingCancelled,
) -> None:
    (notice,) = plan(event)

    assert notice.purpose == event.name
    assert notice.message.to == event.contact.address
    assert notice.message.conversation_id == event.contact.conversation_id
    assert notice.message.tenant_id == event.tenant_id
    assert isinstance(notice.message.body, TextBody)


def test_planning_the_same_event_again_plans_the_same_messages_and_receipt() -> None:
    event = confirmed()
    again = BookingConfirmed.decode(event.encode())

    assert plan(event) == plan(again)
    assert plan(event)[0].id == plan(again)[0].id
    assert plan_receipt(event) == plan_receipt(again)
    assert plan_receipt(event).job_id == plan_receipt(again).job_id


def test_different_events_recipients_and_purposes_never_share_a_message_id() -> None:
    event = confirmed()
    somebody_else = confirmed(event.booking, who=contact())
    request = plan_receipt(event)
    receipt = receipt_notice(request, file_of(request))

    ids = {plan(event)[0].id, plan(somebody_else)[0].id, plan(cancelled(event))[0].id, receipt.id}

    assert len(ids) == 4


def test_two_tenants_never_share_a_receipt() -> None:
    event = confirmed()
    other = event.model_copy(update={"tenant_id": uuid4()})

    assert plan_receipt(event).receipt_id != plan_receipt(other).receipt_id


def test_a_receipts_job_holds_everything_the_receipt_shows() -> None:
    event = confirmed(booking_view(party_size=3, price=1250), business=business_view("pt-PT"))

    receipt = plan_receipt(event).job.receipt

    assert receipt.number == "20261122-ABC123"
    assert (receipt.business_name, receipt.business_address) == ("Casa Yoga", "Rua das Flores 12, Lisboa")
    assert (receipt.customer_name, receipt.service_name, receipt.staff_name) == (
        "Zé Costa",
        "Vinyasa Yoga",
        "Ana",
    )
    assert (receipt.party_size, receipt.unit_price, receipt.total, receipt.currency) == (3, 1250, 3750, "EUR")
    assert (receipt.timezone, receipt.locale) == ("Europe/Lisbon", "pt_PT")
    assert (receipt.starts_at, receipt.issued_at) == (event.booking.session.starts_at, event.at)


def test_a_receipt_is_dated_by_the_day_at_the_business() -> None:
    late = confirmed(booking_view(timezone="Pacific/Auckland"))  # 22 November 12:00 UTC is the 23rd there

    assert plan_receipt(late).job.receipt.number == "20261123-ABC123"


@pytest.mark.parametrize(
    ("name", "phone", "shown"),
    [("Zé", "+351912345678", "Zé"), (None, "+351912345678", "+351912345678"), (None, None, "Guest")],
)
def test_a_receipt_names_the_customer_as_well_as_we_can(
    name: str | None, phone: str | None, shown: str
) -> None:
    event = confirmed(who=contact(name, phone))

    assert plan_receipt(event).job.receipt.customer_name == shown


def test_a_receipts_message_carries_the_job_that_builds_a_lost_file_again() -> None:
    request = plan_receipt(confirmed())

    body = receipt_notice(request, file_of(request)).body

    assert isinstance(body, DocumentBody)
    assert body.file.job == request.job
    assert body.filename == "receipt-ABC123.pdf"


def test_a_stored_receipt_request_reads_back_as_it_was() -> None:
    request = plan_receipt(confirmed())

    assert ReceiptRequest.model_validate_json(request.model_dump_json(exclude_none=True)) == request
