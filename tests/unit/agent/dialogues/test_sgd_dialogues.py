"""Do other people's customers get their appointments? Whole dialogues of Schema-Guided Dialogue, turn by turn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.agent.evals.player import Played
from services.agent.evals.sgd import Recorded, play_recorded, recorded
from services.agent.offline import OfflineModel

DATA = Path(__file__).parents[5] / "shared" / "data" / "language"
FILES = sorted(DATA.glob("sgd_dialogues*.jsonl"))
EVERY = 7  # a sample: all of them take half a minute

needs_data = pytest.mark.skipif(not FILES, reason="../shared/data/language/sgd_dialogues*.jsonl is not there")

ROW: dict[str, Any] = {
    "id": "one",
    "domain": "dentist",
    "service": "Services_2",
    "reference_date": "2019-03-01",
    "goal": {
        "final_state": {"dentist_name": ["Ann Lee"]},
        "booked": {"appointment_date": "2019-03-08", "appointment_time": "14:30", "dentist_name": "Ann Lee"},
        "service_calls": [],
    },
    "turns": [
        {"speaker": "USER", "text": "I need a dentist.", "services": ["Services_2"], "acts": []},
        {"speaker": "SYSTEM", "text": "How about Ann Lee?", "services": ["Services_2"], "acts": []},
        {"speaker": "USER", "text": "A cab, please.", "services": ["RideSharing_1"], "acts": []},
        {
            "speaker": "USER",
            "text": "Next Friday at 2:30 pm",
            "services": ["Services_2"],
            "acts": [
                ["INFORM", "appointment_date", "next Friday"],
                ["INFORM", "appointment_time", "2:30 pm"],
            ],
        },
        {"speaker": "USER", "text": "Yes.", "services": ["Services_2"], "acts": [["AFFIRM", "", ""]]},
    ],
}


async def test_a_recorded_dialogue_is_played_with_the_practice_that_was_booked_in_it() -> None:
    dialogue = recorded(ROW)
    played = await play_recorded(dialogue, OfflineModel())

    assert dialogue.world.business == "Ann Lee"
    assert [turn.text for turn in dialogue.turns] == ["I need a dentist.", "Next Friday at 2:30 pm", "Yes."]
    assert played.effects == ["book Dentist 2019-03-08 14:30 x1"]
    assert played.right


async def test_a_time_that_failed_in_the_record_is_taken_and_nobody_books_it() -> None:
    failed = {"appointment_date": "2019-03-08", "appointment_time": "14:30"}
    goal = {
        **ROW["goal"],
        "booked": None,
        "service_calls": [{"method": "BookAppointment", "parameters": failed}],
    }
    played = await play_recorded(recorded({**ROW, "goal": goal}), OfflineModel())

    assert played.effects == []
    assert played.right


@pytest.fixture(scope="module")
def sample() -> list[Recorded]:
    rows = [json.loads(line) for file in FILES for line in file.read_text(encoding="utf-8").splitlines()]
    return [recorded(row) for row in rows[::EVERY]]


@needs_data
@pytest.mark.no_cover  # the same lines thousands of times
async def test_everybody_gets_the_appointment_they_wanted_and_nobody_another(sample: list[Recorded]) -> None:
    played = [await play_recorded(dialogue, OfflineModel()) for dialogue in sample]

    assert [each.id for each in played if each.wrong] == []
    assert _share(played) >= 0.95


@needs_data
@pytest.mark.no_cover  # the same lines thousands of times
async def test_a_yes_that_was_meant_for_another_question_rarely_books(sample: list[Recorded]) -> None:
    played = [await play_recorded(dialogue, OfflineModel(), as_recorded=True) for dialogue in sample]

    assert sum(bool(each.wrong) for each in played) <= 0.02 * len(played)
    assert _share(played) >= 0.95


def _share(played: list[Played]) -> float:
    """How many of those who wanted an appointment got exactly that."""
    wanting = [each for each in played if each.goal]
    return sum(each.right for each in wanting) / len(wanting)
