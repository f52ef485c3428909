"""The script of the demo notices what is wrong; it would be worthless if it could not fail."""

from __future__ import annotations

from devkit.demo.play import pdf_problem
from devkit.demo.script import STORIES, VOICES, Expected


def test_another_kind_another_text_or_no_choices_are_problems() -> None:
    expected = Expected("interactive", r"yoga.*\?", choices=True)

    assert expected.problem("interactive", "Yoga at 19:00?", 2) is None
    assert "expected a interactive message" in (expected.problem("text", "Yoga?", 0) or "")
    assert "expected text like" in (expected.problem("interactive", "Pilates?", 2) or "")
    assert "something to tap" in (expected.problem("interactive", "Yoga?", 0) or "")


def test_bytes_that_are_no_pdf_are_a_problem() -> None:
    assert "no PDF" in (pdf_problem(b"hello") or "")


def test_the_script_has_the_conversations_that_ci_must_see() -> None:
    steps = [step for story in STORIES for step in story.steps]

    assert any(step.say for step in steps)
    assert any(step.tap for step in steps)
    assert any(step.voice for step in steps)
    assert any(story.bookings == 0 for story in STORIES)
    assert len({story.customer for story in STORIES}) == len(STORIES)
    assert all((VOICES / step.voice).is_file() for step in steps if step.voice)
