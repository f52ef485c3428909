"""Does a receipt say the right things in the customer's language, the business's time and its currency?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.media.receipt.labels import LABELS
from services.media.receipt.wording import Wording, word
from shared.messages.media import ReceiptData


def receipt(**changes: Any) -> ReceiptData:
    """A receipt of the demo's yoga studio."""
    fields: dict[str, Any] = {
        "receipt_id": UUID(int=1),
        "number": "2026-000123",
        "business_name": "Sunrise Yoga",
        "business_address": "Rua das Flores 12, 1200-195 Lisboa",
        "business_phone": "+351 21 000 0000",
        "customer_name": "Maria João",
        "service_name": "Vinyasa Yoga",
        "staff_name": "Ana Ribeiro",
        "starts_at": datetime(2026, 7, 23, 18, tzinfo=UTC),
        "ends_at": datetime(2026, 7, 23, 19, 15, tzinfo=UTC),
        "timezone": "Europe/Lisbon",
        "party_size": 2,
        "unit_price": 1500,
        "total": 3000,
        "currency": "EUR",
        "booking_reference": "K7QX-4M2P",
        "issued_at": datetime(2026, 7, 22, 23, 30, tzinfo=UTC),
    }
    return ReceiptData(**fields | changes)


def detail(wording: Wording, label: str) -> str:
    return dict(wording.details)[label].replace("\u202f", " ").replace("\u2009", " ")


def test_the_day_and_the_hours_are_those_of_the_business() -> None:
    wording = word(receipt())
    assert detail(wording, "Date") == "Thursday, July 23, 2026"
    assert detail(wording, "Time") == "7:00 – 8:15 PM (Europe/Lisbon, GMT+01:00)"
    assert wording.issued == "Issued July 23, 2026"  # already the 23rd in Lisbon


def test_a_session_over_midnight_names_the_day_it_ends() -> None:
    wording = word(receipt(ends_at=datetime(2026, 7, 23, 23, 30, tzinfo=UTC)))
    assert detail(wording, "Time").startswith("7:00 PM – Jul 24, 2026 12:30 AM")


def test_a_session_in_the_night_the_clocks_change_shows_both_ends() -> None:
    autumn = receipt(
        starts_at=datetime(2026, 10, 25, 0, 30, tzinfo=UTC), ends_at=datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    )
    assert detail(word(autumn), "Time").startswith("1:30 AM – Oct 25, 2026 1:30 AM")


@pytest.mark.parametrize(
    ("locale", "currency", "minor", "shown"),
    [
        ("en", "EUR", 3000, "€30.00"),
        ("en", "JPY", 3000, "¥3,000"),
        ("en-US", "USD", 5, "$0.05"),
        ("en", "KWD", 1234, "KWD1.234"),
        ("pt-PT", "EUR", 123456, "1\u00a0234,56\u00a0€"),
        ("de", "EUR", 123456789, "1.234.567,89\u00a0€"),
        ("en", "EUR", 0, "€0.00"),
    ],
)
def test_money_has_the_decimals_of_its_currency_in_the_locales_form(
    locale: str, currency: str, minor: int, shown: str
) -> None:
    assert word(receipt(locale=locale, currency=currency, total=minor)).total == shown


def test_price_and_people_stand_beside_the_total() -> None:
    assert word(receipt()).amounts[0] == ("Price per person", "2 × €15.00")


@pytest.mark.parametrize("tag", ["pt", "pt-BR", "es-MX", "fr", "de-AT", "pt_PT"])
def test_labels_and_dates_are_in_the_customers_language(tag: str) -> None:
    wording = word(receipt(locale=tag))
    assert wording.labels is LABELS[tag[:2]]
    assert "July" not in detail(wording, wording.labels.date)


@pytest.mark.parametrize("tag", ["ja-JP", "ar-AE", "xx", "not a tag", "", "en-ZZ"])
def test_a_receipt_is_all_english_where_its_language_is_not_known(tag: str) -> None:
    wording = word(receipt(locale=tag))
    assert wording.language == "en"
    assert "July" in detail(wording, "Date")


def test_what_the_business_did_not_say_leaves_no_empty_line() -> None:
    wording = word(receipt(staff_name=None, business_phone=None, business_address=None))
    assert "With" not in dict(wording.details)
    assert wording.contact == ()


def test_an_unknown_time_zone_is_an_error() -> None:
    with pytest.raises(KeyError, match="Atlantis"):
        word(receipt(timezone="Europe/Atlantis"))
