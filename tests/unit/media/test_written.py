"""Are clock times written as people type them?"""

from __future__ import annotations

import pytest

from services.media.transcribe.written import written


@pytest.mark.parametrize(
    ("heard", "typed"),
    [
        ("i want yoga tomorrow at seven p.m.", "I want yoga tomorrow at 7 pm"),
        ("at three thirty p.m. please", "at 3:30 pm please"),
        ("eleven forty five a.m.", "11:45 am"),
        ("nine o five a.m.", "9:05 am"),
        ("ten twenty p.m.", "10:20 pm"),
        ("two people at ten a.m.", "two people at 10 am"),
        ("yes please", "yes please"),
        ("i'd like the six o'clock class", "I'd like the six o'clock class"),
        ("in the p.m.", "in the pm"),
        ("", ""),
    ],
)
def test_what_is_heard_is_written_as_a_person_would_type_it(heard: str, typed: str) -> None:
    assert written(heard) == typed
