"""How is a session's time written for people?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.booking.domain.local import local_times

START = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "language", "text"),
    [
        ("Europe/Lisbon", "en", "Mon 23 Nov, 19:00–20:00"),
        ("America/New_York", "en-US", "Mon, Nov 23, 2:00 PM–3:00 PM"),
        ("Europe/Lisbon", "pt-BR", "seg., 23 de nov., 19:00–20:00"),
        ("Asia/Tokyo", "en", "Tue 24 Nov, 04:00–05:00"),
        ("Europe/Lisbon", "de", "Mo., 23. Nov., 19:00–20:00"),
        ("Europe/Lisbon", "xx-YY", "Mon 23 Nov, 19:00–20:00"),
        ("Europe/Lisbon", "de-XX", "Mo., 23. Nov., 19:00–20:00"),
    ],
)
def test_times_are_written_in_the_zone_and_language_of_the_business(
    zone: str, language: str, text: str
) -> None:
    assert local_times(START, START + timedelta(hours=1), zone, language) == text


def test_a_time_that_the_clocks_repeat_is_written_as_it_is_on_the_wall() -> None:
    # 01:30 EDT and, an hour later, 01:30 EST.
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    written = local_times(first, first + timedelta(minutes=45), "America/New_York", "en")
    assert written == "Sun 1 Nov, 01:30–01:15"
