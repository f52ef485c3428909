"""Do other people's customers get their appointments? Whole dialogues of Schema-Guided Dialogue, turn by turn."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.agent.evals.player import Played
from services.agent.evals.sgd import play_recorded, recorded
from services.agent.offline import OfflineModel

DATA = Path(__file__).parents[5] / "shared" / "data" / "language"
FILES = sorted(DATA.glob("sgd_dialogues*.jsonl"))
EVERY = 6  # a sample: all of them take half a minute

pytestmark = pytest.mark.skipif(not FILES, reason="../shared/data/language/sgd_dialogues*.jsonl is not there")


@pytest.fixture(scope="module")
async def played() -> list[Played]:
    rows = [json.loads(line) for file in FILES for line in file.read_text(encoding="utf-8").splitlines()]
    return [await play_recorded(recorded(row), OfflineModel()) for row in rows[::EVERY]]


async def test_nobody_gets_an_appointment_they_did_not_want(played: list[Played]) -> None:
    assert [each.id for each in played if each.wrong] == []


async def test_nearly_everybody_gets_the_appointment_they_wanted(played: list[Played]) -> None:
    wanting = [each for each in played if each.goal]

    assert sum(each.right for each in wanting) >= 0.95 * len(wanting)
