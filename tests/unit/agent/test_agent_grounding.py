"""What is caught of a model's reply: times, dates, prices and places that nobody told it."""

from __future__ import annotations

import pytest
from pydantic_ai.messages import ModelMessage, ModelResponse, TextContent, ToolCallPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from services.agent.facts import facts_of
from services.agent.grounding import complaint, made_up
from services.agent.reply import Reply, ReplyChoice
from services.agent.stated import statements
from tests.unit.agent.chat import Chat
from tests.unit.agent.studio import CATALOGUE, NOW, week

FACTS = facts_of(CATALOGUE, NOW)
FOUND = {
    "sessions": [
        {
            "starts": "2026-03-03T19:00:00",
            "clock": "19:00",
            "day": "Tuesday 3 March",
            "price": "€15.00",
            "price_minor": 1500,
            "room": "Room 2",
            "line": "Vinyasa Yoga, Tue 3 Mar 19:00 with Ana, €15.00",
        }
    ],
    "party_size": 2,
}


def caught(text: str, said: str = "yoga please", result: object = FOUND) -> list[str]:
    found = made_up(Reply(text=text), [], TextContent(said), [("find_sessions", result)], FACTS)  # type: ignore[list-item]
    return [one.words for one in found]


@pytest.mark.parametrize(
    "text",
    [
        "Vinyasa Yoga is on Tuesday at 7pm, €15.00. Shall I book it?",
        "There is yoga at 19:00 on 3 March for 15 euros.",
        "Le 3 mars à 19h, 15 €. Je réserve ?",
        "Am 3.3. um 19 Uhr, 15,00 €.",
        "No dia 3 de março às 19:00, €15,00, na sala 2.",
        "For the two of you that is €30.00.",
        "It takes 60 minutes, and 3 places are left.",
        "Nothing of the kind, sorry.",
    ],
)
def test_what_a_tool_told_may_be_said_in_anybodys_way_of_writing(text: str) -> None:
    assert caught(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It is at 8pm.", ["8pm"]),
        ("Il y a du yoga à 18h30.", ["18h30"]),
        ("On 4 March at 7pm.", ["4 march"]),
        ("Das kostet 12,50 €.", ["12,50 €"]),
        ("For three it is €45.00.", ["€45.00"]),
        ("We are at Rua Inventada 99.", ["rua inventada 99"]),
        ("It is in room 7.", ["room 7"]),
    ],
)
def test_what_nobody_told_is_caught(text: str, words: list[str]) -> None:
    assert caught(text) == words


def test_the_customers_own_words_may_be_said_back() -> None:
    assert caught("There is nothing at 6am.", said="anything at 6am?") == []
    assert caught("There is nothing at 6am.") == ["6am"]


def test_a_choice_states_things_like_the_text() -> None:
    reply = Reply(text="Which?", choices=[ReplyChoice(choice_id="book:x:1", title="Yoga 21:15")])

    found = made_up(reply, [], TextContent("yoga"), [("find_sessions", FOUND)], FACTS)  # type: ignore[list-item]

    assert [one.words for one in found] == ["21:15"]
    assert "21:15" in complaint(found)


@pytest.mark.parametrize(
    "text", ["call +351 910 000 001", "order 4711", "10 % off", "2 h long", "24h before", "version 1.2.3"]
)
def test_other_numbers_state_nothing(text: str) -> None:
    assert statements(text) == []


def test_the_address_of_the_business_is_known() -> None:
    assert FACTS.business.address
    assert caught(f"We are at {FACTS.business.address}.", result={}) == []


class Inventive:
    """A model that makes up the time, until it is told what it did (`learns`), and what it was told."""

    def __init__(self, *, learns: bool) -> None:
        self.learns, self.asked = learns, 0
        self.model = FunctionModel(self._answer, model_name="inventive")

    def _answer(self, messages: list[ModelMessage], _info: AgentInfo) -> ModelResponse:
        self.asked += 1
        text = "Ask me for a class." if self.learns and self.asked > 1 else "Yoga is at 23:15 for €99.00."
        return ModelResponse([ToolCallPart("reply", {"text": text}, f"call-{self.asked}")])


async def test_a_model_that_made_something_up_is_told_and_may_say_it_again_rightly() -> None:
    model = Inventive(learns=True)

    said = await Chat(week(), model=model.model).say("yoga?")

    assert said is not None
    assert said.text == "Ask me for a class."
    assert model.asked == 2


async def test_a_model_that_keeps_making_things_up_is_not_heard() -> None:
    model = Inventive(learns=False)

    said = await Chat(week(), model=model.model).say("yoga?")

    assert said is not None
    assert "23:15" not in said.text
    assert "99" not in said.text
