"""With which facts can a template be filled, outside the hours in which free text may be sent?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.notifier.domain.plan import plan
from services.notifier.domain.receipts import ReceiptRequest, plan_receipt, receipt_notice
from shared import subjects
from shared.messages.booking import BookingConfirmed, BookingEvent, OfferMade
from shared.messages.media import FileRef
from tests.unit.notifier.factories import NOW, business_view, confirmed, contact, of_entry
from tests.unit.notifier.test_notifier_events import every_event

FILE = FileRef(bucket=subjects.FILES, key="r.pdf", mime="application/pdf", size=1, sha256="ab")


def values(event: BookingEvent) -> dict[str, str]:
    (notice,) = plan(event)
    return notice.message.values


def test_a_confirmations_facts_are_those_that_its_text_shows() -> None:
    event = confirmed(business=business_view("en"))
    (notice,) = plan(event)

    assert notice.message.values == {
        "language": "en",
        "business": "Casa Yoga",
        "service": "Vinyasa Yoga",
        "staff": "Ana",
        "what": "Vinyasa Yoga with Ana",
        "when": "Monday 23 November, 19:00–20:00 (Lisbon time)",
        "address": "Rua das Flores 12, Lisboa",
        "name": "Zé Costa",
        "places": notice.message.values["places"],
        "price": notice.message.values["price"],
        "reference": event.booking.reference,
    }
    for name in ("what", "when", "reference", "price", "address"):
        assert notice.message.values[name] in notice.body.model_dump()["text"]


def test_facts_are_in_the_words_of_the_business() -> None:
    facts = values(confirmed(business=business_view("pt-PT")))

    assert facts["language"] == "pt"
    assert "novembro" in facts["when"]


@pytest.mark.parametrize("event", every_event(), ids=lambda event: event.name)
def test_every_message_says_who_it_is_for_and_has_facts_of_one_line_that_are_not_empty(
    event: BookingEvent,
) -> None:
    (notice,) = plan(event)

    assert notice.message.customer_id == event.contact.customer_id
    assert {"business", "service", "when", "places", "language"} <= notice.message.values.keys()
    assert all(fact.strip() and "\n" not in fact for fact in notice.message.values.values())


def test_a_fact_that_is_not_known_is_left_out_rather_than_empty() -> None:
    facts = values(confirmed(who=contact(name=None)))

    assert "name" not in facts


def test_an_offer_says_until_when() -> None:
    deadline = NOW + timedelta(hours=1)
    event = of_entry(OfferMade)
    entry = event.entry.model_copy(update={"offer_expires_at": deadline})

    assert values(event.model_copy(update={"entry": entry}))["until"] == "13:00"


def test_a_receipts_message_has_the_facts_of_its_booking_even_when_it_is_built_later() -> None:
    event = confirmed()
    request = ReceiptRequest.model_validate_json(plan_receipt(event).model_dump_json())
    message = receipt_notice(request, FILE).message

    assert message.values == values(BookingConfirmed.decode(event.encode()))
    assert message.customer_id == event.contact.customer_id


def test_a_receipt_that_was_asked_for_by_an_older_version_is_still_delivered() -> None:
    stored = plan_receipt(confirmed()).model_dump(mode="json", exclude={"values"})

    assert receipt_notice(ReceiptRequest.model_validate(stored), FILE).message.values == {}
