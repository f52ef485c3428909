"""Is there nothing that anybody can write to the offline model that breaks it, or that books at first sight?"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services.agent.evals.desk import Desk
from services.agent.evals.dialogue import read, world_of
from services.agent.evals.player import Talk
from services.agent.offline import OfflineModel
from services.agent.offline.texts import LANGUAGES

FILES = sorted((Path(__file__).parents[3] / "fixtures" / "dialogues").glob("*.jsonl"))
WORLDS, DIALOGUES = read(*FILES)
LINES = sorted({line.say for dialogue in DIALOGUES for line in dialogue.turns if line.say})


def talk(world: str) -> Talk:
    return Talk(Desk(WORLDS[world]), OfflineModel())


@pytest.mark.no_cover  # the same lines thousands of times
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(st.one_of(st.sampled_from(LINES), st.text(max_size=60)), min_size=1, max_size=6))
@example(texts=["le plus tard", "tutti e due"])  # both of ten
async def test_any_lines_in_any_order_and_language_are_answered(texts: list[str]) -> None:
    conversation = talk("studio_en")
    for text in texts:
        reply, _ = await conversation.say(text)
        assert len(reply.choices) <= 10
        assert all(choice.title.strip() and choice.choice_id for choice in reply.choices)


@pytest.mark.no_cover  # the same lines thousands of times
@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_first_message_changes_a_booking(language: str) -> None:
    # the answer to an offer of the notifier is no first message
    firsts = [d for d in DIALOGUES if d.language == language and d.turns[0].notice is None]
    for dialogue in firsts:
        desk = Desk(world_of(dialogue, WORLDS))
        await Talk(desk, OfflineModel()).say(dialogue.turns[0].say or "")
        wrote = [e for e in desk.effects if e.startswith(("book", "cancel", "move", "wait", "leave"))]
        assert wrote == [], dialogue.id


@pytest.mark.parametrize(
    "choice_id",
    [
        "book:x:1",
        "move:a:b",
        "cancel:z",
        "wait:q:1",
        "leave:q",
        "offer:a:b:yes",
        "moving:x",
        "receipt:x",
        "x",
        ":::",
    ],
)
async def test_a_tap_on_what_was_never_shown_does_nothing(choice_id: str) -> None:
    conversation = talk("studio_en")
    reply, _ = await conversation.say("Yes, book it", choice_id)

    assert not reply.silent
    assert conversation.desk.effects == []


async def test_a_tap_is_answered_in_the_language_of_the_conversation() -> None:
    conversation = talk("studio_en")
    shown, _ = await conversation.say("quiero yoga mañana a las 19:00")
    no = next(choice for choice in shown.choices if choice.choice_id == "no")
    reply, _ = await conversation.say(no.title, no.choice_id)

    assert reply.text.startswith("De acuerdo.")


async def test_the_customers_language_is_followed_when_it_changes() -> None:
    conversation = talk("studio_en")
    first, _ = await conversation.say("bonjour !")
    second, _ = await conversation.say("ich möchte morgen um 19 Uhr Yoga")

    assert first.text.startswith("Bonjour")
    assert "Soll ich das buchen?" in second.text
