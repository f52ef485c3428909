"""What looks like a phone number when somebody looks for a customer."""

from __future__ import annotations

import pytest

from services.booking.people_find import digits_of


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("+351 912-345.678", "351912345678"),
        ("00351 912 345 678", "351912345678"),
        (" (912) 345 678 ", "912345678"),
        ("123", ""),
        ("Maria 912345678", ""),
        ("", ""),
        ("5f0c7d60-0000-4000-8000-000000000000", ""),
    ],
)
def test_only_what_is_spelled_like_a_number_is_looked_for_as_one(text: str, digits: str) -> None:
    assert digits_of(text) == digits
