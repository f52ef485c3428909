"""Is what a conversation remembers bounded, lean and readable, and what a log says about an error harmless?"""

from __future__ import annotations

from uuid import UUID

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


def learn(memory: Memory, conversation: int, *words: str) -> dict[int, Turn]:
    """A conversation is read from the table, as turns 1, 2, …"""
    read = {n: dump(turn(word)) for n, word in enumerate(words, 1)}
    return memory.learn(UUID(int=conversation), tuple(read), {}, read)


def test_a_turn_that_cannot_be_read_is_left_out() -> None:
    memory = Memory()
    read = {1: '[{"kind": "of another version"}]', 2: dump(turn("hello"))}
    turns = memory.learn(UUID(int=1), (1, 2), {}, read)

    assert [len(turns[place]) for place in (1, 2)] == [0, 2]


def test_only_the_last_turns_are_remembered() -> None:
    memory = Memory(turns=3)
    learn(memory, 1, "0")
    for n in range(2, 7):
        memory.add(UUID(int=1), n, turn(str(n)))

    assert list(memory.recall(UUID(int=1))) == [4, 5, 6]


def test_what_others_sent_meanwhile_takes_its_place_among_what_is_remembered() -> None:
    memory = Memory()
    learn(memory, 1, "first")
    memory.add(UUID(int=1), 4, turn("fourth"))
    recalled = memory.recall(UUID(int=1))
    turns = memory.learn(UUID(int=1), (1, 2, 4), recalled, {2: dump(turn("between"))})

    assert list(turns) == [1, 2, 4]
    assert turns[4] is recalled[4]
    assert "between" in dump(turns[2])
    assert list(memory.recall(UUID(int=1))) == [1, 2, 4]


def test_only_the_conversations_used_last_are_remembered() -> None:
    memory = Memory(conversations=2)
    for conversation in (1, 2, 1, 3):
        learn(memory, conversation, "hello")

    assert [bool(memory.recall(UUID(int=n))) for n in (1, 2, 3)] == [True, False, True]


def test_a_conversation_that_is_idle_for_a_while_is_dropped_and_one_that_is_not_stays() -> None:
    now = [0.0]
    memory = Memory(idle=900, clock=lambda: now[0])
    learn(memory, 1, "hello")
    learn(memory, 2, "hello")
    now[0] = 600.0
    learn(memory, 1, "hello", "again")
    now[0] = 900.0

    assert memory.expire() == 1
    assert len(memory) == 1
    assert list(memory.recall(UUID(int=1))) == [1, 2]
    now[0] = 1500.0
    learn(memory, 3, "hello")  # idle ones are dropped by whoever comes, too
    assert len(memory) == 1


def test_what_was_forgotten_is_read_from_the_table_again() -> None:
    memory = Memory()
    learn(memory, 1, "hello")
    learn(memory, 2, "hello")
    memory.forget(UUID(int=1))
    assert memory.recall(UUID(int=1)) == {}
    assert len(memory.recall(UUID(int=2))) == 1
    memory.forget()
    assert memory.recall(UUID(int=2)) == {}


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
