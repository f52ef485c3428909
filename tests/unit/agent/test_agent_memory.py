"""Is what a conversation remembers bounded, lean and readable, and what a log says about an error harmless?"""

from __future__ import annotations

from uuid import UUID, uuid4

from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.messages import ModelRequest, ModelResponse, TextPart

from services.agent.memory import Memory, Turn, dump, lean, load
from services.agent.replay import ModelFailed
from shared.errors import Unanswered, outline


def turn(words: str) -> Turn:
    said = ModelRequest.user_text_prompt(words, instructions="a long prompt")
    return lean([said, ModelResponse(parts=[TextPart("yes")])])


def test_a_turn_is_kept_without_its_instructions_and_read_back_as_it_was() -> None:
    kept = turn("hello")
    again = load(dump(kept))

    assert "a long prompt" not in dump(kept)
    assert [type(m) for m in again] == [ModelRequest, ModelResponse]
    assert dump(again) == dump(kept)


def test_a_turn_that_cannot_be_read_is_left_out() -> None:
    memory = Memory()
    messages = memory.learn(UUID(int=1), ['[{"kind": "of another version"}]', dump(turn("hello"))])

    assert len(messages) == 2


def test_only_the_last_turns_are_remembered() -> None:
    memory = Memory(turns=3)
    memory.learn(UUID(int=1), [dump(turn("0"))])
    for n in range(1, 6):
        memory.add(UUID(int=1), turn(str(n)))

    assert len(memory.recall(UUID(int=1)) or []) == 6


def test_only_the_conversations_used_last_are_remembered() -> None:
    memory = Memory(conversations=2)
    first, second, third = uuid4(), uuid4(), uuid4()
    memory.learn(first, [])
    memory.learn(second, [])
    memory.recall(first)
    memory.learn(third, [])

    assert memory.recall(second) is None
    assert memory.recall(first) == []


def test_what_was_forgotten_is_read_from_the_table_again() -> None:
    memory = Memory()
    memory.learn(UUID(int=1), [dump(turn("hello"))])
    memory.learn(UUID(int=2), [])
    memory.forget(UUID(int=1))
    assert memory.recall(UUID(int=1)) is None
    assert memory.recall(UUID(int=2)) == []
    memory.forget()
    assert memory.recall(UUID(int=2)) is None


def test_an_error_is_logged_by_kind_and_place_and_never_with_what_a_customer_said() -> None:
    try:
        try:
            raise ModelHTTPError(429, "some-model", {"echo": "my name is Maria"})
        except ModelHTTPError as error:
            raise ModelFailed(f"some-model failed: {outline(error)}") from error
    except ModelFailed as failed:
        line = outline(failed)

    assert "429" in line
    assert "Maria" not in line
    assert "test_an_error_is_logged" in line
    assert outline(ValueError("my name is Maria")) == "ValueError at -"
    assert "booking did not answer" in outline(Unanswered("booking did not answer"))
