"""A booking as a calendar file: read back with the library after unfolding, as a calendar would."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from services.notifier.domain.calendar import CalendarEvent, all_day, calendar_file, method_of, uid_of
from shared.messages.booking import (
    BookingCancelled,
    BookingConfirmed,
    BookingExpired,
    BookingPending,
    BookingRescheduled,
    BookingStatus,
    SessionChanged,
)
from shared.messages.conversation import ChannelAddress
from tests.unit.notifier.factories import (
    HOUR,
    booking_view,
    business_view,
    confirmed,
    contact,
    follows,
    of_booking,
    session_view,
)

CONFIRMED = confirmed()
CHANGES: list[CalendarEvent] = [
    CONFIRMED,
    follows(BookingRescheduled, CONFIRMED, HOUR, previous=session_view()),
    follows(SessionChanged, CONFIRMED, 2 * HOUR, previous=session_view(), changed=("staff",)),
    follows(BookingCancelled, CONFIRMED, 3 * HOUR),
]


def read(event: CalendarEvent, sequence: int = 0) -> tuple[Calendar, Event]:
    calendar = Calendar.from_ical(calendar_file(event, sequence).content)
    assert isinstance(calendar, Calendar)
    (entry,) = calendar.events
    return calendar, entry


def test_a_booking_keeps_one_uid_through_creation_changes_and_cancellation() -> None:
    """Case 64."""
    uids = {str(read(event, n)[1]["UID"]) for n, event in enumerate(CHANGES)}

    assert uids == {uid_of(CONFIRMED.booking.booking_id)}


def test_the_uid_is_the_same_whatever_channel_the_file_is_for_and_another_for_another_booking() -> None:
    """Case 64."""
    by_mail = contact().model_copy(
        update={"address": ChannelAddress(channel="email", account_id="desk", user_id="ze@example.org")}
    )
    files = [read(confirmed(CONFIRMED.booking, who=who))[1]["UID"] for who in (contact(), by_mail)]

    assert files[0] == files[1] != read(confirmed())[1]["UID"]


def test_the_sequence_is_the_one_that_counts_the_changes() -> None:
    """Case 65."""
    assert [read(event, n)[1].sequence for n, event in enumerate(CHANGES)] == [0, 1, 2, 3]


def test_a_booking_is_requested_and_a_cancelled_one_is_taken_out_of_the_calendar() -> None:
    """Case 65."""
    calendars = [read(event) for event in CHANGES]

    assert [calendar["METHOD"] for calendar, _ in calendars] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]
    assert [entry["STATUS"] for _, entry in calendars] == ["CONFIRMED"] * 3 + ["CANCELLED"]
    assert calendar_file(CHANGES[-1], 3).mime == "text/calendar; charset=utf-8; method=CANCEL"


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=300))
def test_lines_are_folded_at_75_octets_and_unfold_to_what_was_put_in(
    service: str, room: str, address: str
) -> None:
    """Case 66."""
    booking = booking_view(service=f"Ioga é ótimo 瑜伽; a, b {service}", room=f"Sala {room}")
    event = confirmed(booking, business=business_view(address=f"Rua {address}"))
    content = calendar_file(event, 0).content

    lines = content.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert b"\n" not in b"".join(lines)
    assert all(line.decode() is not None for line in lines)  # no character is cut in two
    _, entry = read(event)
    assert str(entry["SUMMARY"]).startswith("Ioga é ótimo 瑜伽; a, b")
    assert str(entry["LOCATION"]).startswith("Sala")
    assert set(entry) == {
        "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "STATUS", "SUMMARY", "DESCRIPTION", "LOCATION", "TRANSP",
        "ORGANIZER", "ATTENDEE",
    }  # fmt: skip


def test_the_link_of_an_online_session_is_its_location_whole() -> None:
    """Case 66."""
    link = "https://meet.example/room?id=" + "abc123" * 40
    _, entry = read(confirmed(booking_view(room=link)))

    assert str(entry["LOCATION"]) == link
    assert str(entry["URL"]) == link


def test_a_room_and_the_address_are_the_location_of_a_session_on_site() -> None:
    """Case 66."""
    _, entry = read(confirmed(booking_view(room="Studio 2")))

    assert str(entry["LOCATION"]) == "Studio 2, Rua das Flores 12, Lisboa"


def test_no_ones_address_or_number_is_in_the_file() -> None:
    """Case 66."""
    who = contact(name="Zé Costa", phone="+351912345678")
    content = calendar_file(confirmed(who=who), 0).content.decode().replace("\r\n ", "")

    organiser = next(line for line in content.splitlines() if line.startswith("ORGANIZER"))
    assert "mailto:" not in content.lower()
    assert "351912345678" not in content
    assert "Casa Yoga" in organiser
    assert organiser.split(":", 1)[1].startswith("urn:uuid:")


def test_whole_days_end_on_the_day_after_the_last_one() -> None:
    """Case 67."""
    assert all_day(date(2026, 11, 23), date(2026, 11, 23)) == (date(2026, 11, 23), date(2026, 11, 24))
    assert all_day(date(2026, 12, 31), date(2026, 12, 31)) == (date(2026, 12, 31), date(2027, 1, 1))


@pytest.mark.parametrize(("days", "ends"), [(1, date(2026, 11, 24)), (3, date(2026, 11, 26))])
def test_a_session_from_midnight_to_midnight_is_a_matter_of_days(days: int, ends: date) -> None:
    """Case 67."""
    midnight = datetime(2026, 11, 22, 15, tzinfo=UTC)  # in Tokyo
    _, entry = read(
        confirmed(booking_view(starts_at=midnight, lasts=timedelta(days=days), timezone="Asia/Tokyo"))
    )

    assert (entry.decoded("DTSTART"), entry.decoded("DTEND")) == (date(2026, 11, 23), ends)
    assert entry["DTSTART"].params["VALUE"] == "DATE"


def test_an_hour_that_exists_twice_is_told_apart_because_instants_are_in_utc() -> None:
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # 01:30 for the second time in Lisbon
    content = calendar_file(confirmed(booking_view(starts_at=second)), 0).content

    assert b"DTSTART:20261025T013000Z\r\nDTEND:20261025T023000Z\r\n" in content


def test_the_same_event_gives_the_same_bytes_so_that_a_lost_file_is_built_again() -> None:
    again = BookingConfirmed.decode(CONFIRMED.encode())

    assert calendar_file(CONFIRMED, 4) == calendar_file(again, 4)


def test_the_file_is_named_by_the_reference_in_the_business_language() -> None:
    assert calendar_file(CONFIRMED, 0).filename == "booking-ABC123.ics"
    assert calendar_file(confirmed(business=business_view("pt-PT")), 0).filename == "reserva-ABC123.ics"


def test_what_only_waits_for_a_payment_or_an_approval_is_in_nobodys_calendar() -> None:
    waits = booking_view(status=BookingStatus.PENDING_APPROVAL)
    moved = of_booking(SessionChanged, waits, previous=session_view(), changed=("time",))

    assert method_of(of_booking(BookingPending, waits)) is None
    assert method_of(moved) is None
    assert method_of(of_booking(BookingExpired, waits, reason="not_approved")) == "CANCEL"
    with pytest.raises(ValueError, match="not for calendars"):
        calendar_file(moved, 0)
