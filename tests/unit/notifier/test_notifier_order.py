"""Is news that arrives late still told? Only while it is true."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.notifier.domain.order import Told, outdated
from shared.messages.booking import (
    BookingCancelled,
    BookingConfirmed,
    BookingEvent,
    BookingExpired,
    BookingNoShow,
    BookingPending,
    BookingRescheduled,
    OfferLapsed,
    OfferMade,
    PaymentChanged,
    SessionChanged,
    WaitlistClosed,
)
from tests.unit.notifier.factories import NOW, of_booking, of_entry, session_view

LATER = Told(changed_at=NOW + timedelta(minutes=1))

ABOUT_THE_PLACE: list[BookingEvent] = [
    of_booking(BookingConfirmed),
    of_booking(BookingPending),
    of_booking(BookingRescheduled, previous=session_view()),
    of_booking(SessionChanged, previous=session_view(), changed=("time",)),
]
ALWAYS_TRUE: list[BookingEvent] = [
    of_booking(BookingCancelled),
    of_booking(BookingExpired, reason="not_paid"),
    of_booking(BookingNoShow),
    of_booking(PaymentChanged, status="refunded", amount=1),
    of_entry(OfferLapsed),
    of_entry(WaitlistClosed, reason="full"),
]


@pytest.mark.parametrize("event", [*ABOUT_THE_PLACE, of_entry(OfferMade)], ids=lambda e: str(e.name))
def test_nothing_is_said_of_a_place_after_its_end_was_told(event: BookingEvent) -> None:
    assert outdated(event, Told(over=True))


@pytest.mark.parametrize("event", ABOUT_THE_PLACE, ids=lambda e: str(e.name))
def test_an_older_state_is_not_told_after_a_newer_one(event: BookingEvent) -> None:
    assert outdated(event, LATER)


@pytest.mark.parametrize("event", [*ABOUT_THE_PLACE, of_entry(OfferMade)], ids=lambda e: str(e.name))
def test_news_in_order_is_told(event: BookingEvent) -> None:
    assert not outdated(event, Told())
    assert not outdated(event, Told(changed_at=NOW))
    assert not outdated(event, Told(changed_at=NOW - timedelta(days=1)))


@pytest.mark.parametrize("event", ALWAYS_TRUE, ids=lambda e: str(e.name))
def test_an_end_and_money_are_told_however_late(event: BookingEvent) -> None:
    assert not outdated(event, Told(over=True, changed_at=NOW + timedelta(days=1)))
