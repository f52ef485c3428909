"""Does the player of recorded dialogues see what a model does wrong?"""

from __future__ import annotations

from pathlib import Path

import pytest

from services.agent.evals.dialogue import (
    Dialogue,
    DialogueFileUnreadable,
    Line,
    World,
    WorldService,
    WorldSession,
    read,
)
from services.agent.evals.player import play
from services.agent.evals.report import report
from services.agent.offline import OfflineModel

WORLD = World.model_validate(
    {
        "world": "gym",
        "now": "2026-11-22T14:00",
        "services": [WorldService(name="Yoga").model_dump()],
        "sessions": [WorldSession.model_validate({"service": "Yoga", "at": "2026-11-23T19:00"}).model_dump()],
    }
)
BOOKED = "book Yoga 2026-11-23 19:00 x1"


def dialogue(*turns: str | Line, goal: tuple[str, ...] = ()) -> Dialogue:
    return Dialogue(id="d", world="gym", language="en", turns=turns, goal=goal)


async def test_what_was_wanted_and_done_is_right() -> None:
    played = await play(
        dialogue("yoga tomorrow at 7pm", "yes", goal=(BOOKED,)), {"gym": WORLD}, OfflineModel()
    )

    assert (played.right, played.wrong, played.missing, played.gave_up) == (True, [], [], False)
    assert report([played]).success == 1.0


async def test_a_booking_nobody_wanted_is_wrong_and_one_that_is_missing_was_given_up() -> None:
    unwanted = await play(dialogue("yoga tomorrow at 7pm", "yes"), {"gym": WORLD}, OfflineModel())
    missed = await play(dialogue("yoga tomorrow at 7pm", goal=(BOOKED,)), {"gym": WORLD}, OfflineModel())

    assert unwanted.wrong == [BOOKED]
    assert missed.gave_up
    figures = report([unwanted, missed])
    assert (figures.right, figures.wrong, figures.gave_up) == (0, 1, 1)


async def test_an_answer_that_is_not_as_written_is_told() -> None:
    line = Line(say="yoga tomorrow at 7pm", shows=("21:30",), lacks=("19:00",), silent=True)
    played = await play(dialogue(line), {"gym": WORLD}, OfflineModel())

    assert len(played.unexpected) == 3


async def test_not_being_understood_counts_as_asking_again() -> None:
    played = await play(dialogue("xyzzy", "plugh"), {"gym": WORLD}, OfflineModel())

    assert played.asked_again >= 2


def test_a_line_that_is_no_dialogue_is_named(tmp_path: Path) -> None:
    file = tmp_path / "broken.jsonl"
    file.write_text('# a comment\n{"id": "x"}\n', encoding="utf-8")

    with pytest.raises(DialogueFileUnreadable, match=r"broken\.jsonl, line 2"):
        read(file)


def test_a_world_that_is_not_there_is_named(tmp_path: Path) -> None:
    file = tmp_path / "lost.jsonl"
    file.write_text(dialogue("hi").model_dump_json(), encoding="utf-8")

    with pytest.raises(DialogueFileUnreadable, match="gym"):
        read(file)
