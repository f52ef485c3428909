"""Choices that a text lists already are not listed again, and nothing else is taken for such a list."""

from __future__ import annotations

import pytest

from services.gateway.channels.degrade import listed, numbered
from shared.messages.conversation import Choice

CHOICES = (
    Choice(choice_id="book:1", title="17:00 Yin Yoga", description="Yin Yoga with Tomás, €16.00, 12 left"),
    Choice(
        choice_id="book:2", title="19:00 Vinyasa Yo…", description="Vinyasa Yoga with Ana, €15.00, 10 left"
    ),
)
TEXT = (
    "Here is what has space:\n1. Yin Yoga, Mon 23 Nov 17:00–18:15 with Tomás, €16.00, 12 spots left\n"
    "2. Vinyasa Yoga, Mon 23 Nov 19:00–20:00 with Ana, €15.00, 10 spots left\nWhich one shall I book?"
)


def test_a_text_that_lists_its_choices_stays_as_it_is() -> None:
    assert numbered(TEXT, CHOICES) == TEXT


@pytest.mark.parametrize(
    "text",
    [
        "Which one?",
        "1. Yin Yoga 17:00",  # one of two
        f"{TEXT}\n3. Bring a towel",
        "1. Vinyasa Yoga 19:00\n2. Yin Yoga 17:00",  # in another order
        "1. Come early\n2. Bring a towel",  # another list
        "2. Yin Yoga 17:00\n1. Vinyasa Yoga 19:00",
    ],
)
def test_choices_that_the_text_does_not_list_one_by_one_stand_below_it(text: str) -> None:
    shown = numbered(text, CHOICES)

    assert shown.startswith(f"{text}\n1. 17:00 Yin Yoga (")
    assert "\n2. 19:00 Vinyasa Yo… (" in shown


def test_a_choice_without_a_title_is_never_taken_for_listed() -> None:
    assert not listed("1. anything", (Choice(choice_id="x", title=" "),))
