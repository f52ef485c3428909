"""Does the offline model hold our own dialogues, in six languages, and do only what the customer wants?"""

from __future__ import annotations

from pathlib import Path

import pytest

from services.agent.evals.dialogue import Dialogue, read
from services.agent.evals.player import play
from services.agent.offline import OfflineModel
from services.agent.offline.texts import LANGUAGES

FILES = sorted((Path(__file__).parents[3] / "fixtures" / "dialogues").glob("*.jsonl"))
WORLDS, DIALOGUES = read(*FILES)


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: dialogue.id)
async def test_the_customer_gets_what_they_want_and_nothing_else(dialogue: Dialogue) -> None:
    played = await play(dialogue, WORLDS, OfflineModel())

    assert played.wrong == []
    assert played.missing == []
    assert played.unexpected == []


def test_there_are_dialogues_of_every_kind_in_every_language() -> None:
    kinds = {about for dialogue in DIALOGUES for about in dialogue.about}

    assert {"classes", "waitlists", "staff", "groups", "changes of mind"} <= kinds
    for language in LANGUAGES:
        mine = {about for dialogue in DIALOGUES if dialogue.language == language for about in dialogue.about}
        assert mine >= {"classes", "waitlists", "staff", "groups", "changes of mind"}, language
    assert len(DIALOGUES) >= 100
    assert len({dialogue.id for dialogue in DIALOGUES}) == len(DIALOGUES)
