"""Does every place that shows a session show the same local time? Messages, receipt and calendar, from one tzdata."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from services.booking.domain.local import local_times
from services.media.receipt.wording import word
from services.notifier.domain.calendar import calendar_file
from services.notifier.domain.receipts import plan_receipt
from services.notifier.domain.texts import changed, confirmation, rescheduled
from shared.messages.booking import BookingRescheduled, SessionChanged
from tests.unit.notifier.factories import (
    HOUR,
    booking_view,
    business_view,
    confirmed,
    follows,
    session_view,
)

CLOCK = re.compile(r"\d{1,2}:\d{2}")
ZONES = ["Europe/Lisbon", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Auckland", "Africa/Casablanca"]


def clocks(text: str) -> list[str]:
    return [f"{hour:0>2}:{minute}" for hour, minute in (c.split(":") for c in CLOCK.findall(text))]


@pytest.mark.parametrize("timezone", ZONES)
@given(instant=st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2028, 1, 1)))
def test_messages_receipt_and_calendar_show_the_time_that_booking_shows(
    timezone: str, instant: datetime
) -> None:
    """Case 16."""
    starts_at = instant.replace(tzinfo=UTC, second=0, microsecond=0)
    zone = ZoneInfo(timezone)
    local = local_times(starts_at, starts_at + HOUR, timezone, "pt-PT")
    event = confirmed(
        booking_view(starts_at=starts_at, timezone=timezone, local=local),
        business=business_view("pt-PT", timezone=timezone),
    )
    shown = clocks(local)
    calendar = Calendar.from_ical(calendar_file(event, 0).content)
    assert isinstance(calendar, Calendar)
    (entry,) = calendar.events
    # An hour with a change of the clocks is shown with its offsets, which are no clock times.
    told = re.sub(r"[A-Z]{3}[+\-−]\d{1,2}(:\d{2})?", "", confirmation(event))
    receipt = dict(word(plan_receipt(event).job.receipt).details)

    assert shown == [f"{at.astimezone(zone):%H:%M}" for at in (starts_at, starts_at + HOUR)]
    assert clocks(told) == shown
    assert clocks(receipt["Hora"])[:2] == shown
    assert [f"{entry.decoded(key).astimezone(zone):%H:%M}" for key in ("DTSTART", "DTEND")] == shown


def test_changes_show_the_very_words_that_booking_shows_to_everybody() -> None:
    """Case 16."""
    event = confirmed(booking_view(local="seg., 23/11, 19:00–20:00"))
    before = session_view(local="dom., 22/11, 9:00–10:00")

    for text in (
        rescheduled(follows(BookingRescheduled, event, HOUR, previous=before)),
        changed(follows(SessionChanged, event, HOUR, previous=before, changed=("time",))),
    ):
        assert "\nWas: dom., 22/11, 9:00–10:00\nNow: seg., 23/11, 19:00–20:00 (Lisbon time)\n" in text
