"""What a receipt says of the money: what was paid of the total, and what is open."""

from __future__ import annotations

import pytest

from services.media.receipt.labels import LABELS
from services.media.receipt.wording import word
from services.notifier.domain.receipts import plan_receipt
from shared.messages.booking import BookingView
from tests.unit.notifier.factories import booking_view, confirmed


@pytest.mark.parametrize(
    ("booking", "paid", "still_open"),
    [
        (booking_view(), 0, 1500),  # pays at the business
        (booking_view(paid=500, method="card"), 500, 1000),  # a deposit
        (booking_view(paid=1500, method="card"), 1500, 0),
        (booking_view(paid=2000, refund=500, method="card"), 1500, 0),  # moved to a cheaper one
        (booking_view(method="pass", credits=1, total=0), 0, 0),
    ],
)
def test_a_receipt_says_what_was_paid_and_what_is_open(
    booking: BookingView, paid: int, still_open: int
) -> None:
    receipt = plan_receipt(confirmed(booking)).job.receipt

    assert (receipt.paid, receipt.open) == (paid, still_open)


def test_the_page_shows_what_is_open_only_when_something_is() -> None:
    deposit = plan_receipt(confirmed(booking_view(paid=500))).job.receipt
    in_full = plan_receipt(confirmed(booking_view(paid=1500))).job.receipt
    by_pass = plan_receipt(confirmed(booking_view(method="pass", total=0))).job.receipt

    assert word(deposit).payment == (("Paid", "€5.00"), ("Still to pay", "€10.00"))
    assert word(in_full).payment == (("Paid", "€15.00"),)
    assert word(by_pass).payment == ()


def test_a_receipt_from_before_that_says_nothing_of_payment_is_built_as_it_was() -> None:
    receipt = plan_receipt(confirmed()).job.receipt
    before = receipt.model_copy(update={"paid": None, "open": None})

    assert word(before).payment == ()


@pytest.mark.parametrize("language", LABELS)
def test_payment_is_labelled_in_the_receipts_language(language: str) -> None:
    receipt = plan_receipt(confirmed(booking_view(paid=500))).job.receipt

    labels = LABELS[language]
    shown = word(receipt.model_copy(update={"locale": language})).payment
    assert [label for label, _ in shown] == [labels.paid, labels.open]
    assert labels.paid != labels.open
