"""Can any language model drive the tools? Stand-ins behind pydantic-ai's own port: parallel calls, bad arguments, limits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.models.test import TestModel

from services.agent import phrases
from services.agent.models.names import ModelNotUsable, named_model
from services.agent.models.source import Models
from services.agent.offline import OfflineModel
from services.agent.phrases import Phrase
from shared.messages.booking import BookSession, FindSessions, SessionsFound
from shared.settings import Settings
from tests.unit.agent.chat import Chat
from tests.unit.agent.studio import TENANT, VINYASA, Studio, session, week

FAILED, TOO_SLOW = (phrases.of(phrase, "en") for phrase in (Phrase.FAILED, Phrase.TOO_SLOW))

Answer = Callable[[list[ModelMessage], AgentInfo], ModelResponse]


def results(messages: list[ModelMessage]) -> list[ToolReturnPart]:
    return [p for m in messages for p in m.parts if isinstance(p, ToolReturnPart) and p.outcome == "success"]


def reply(text: str) -> ModelResponse:
    return ModelResponse([ToolCallPart("reply", {"text": text})])


class Meeting(Studio):
    """A studio whose searches wait for each other: they answer only when all are under way."""

    def __init__(self, parties: int) -> None:
        super().__init__(*week().sessions.values())
        self._barrier = asyncio.Barrier(parties)

    async def find(self, question: FindSessions) -> SessionsFound:
        async with asyncio.timeout(10), self._barrier:
            return await super().find(question)


async def test_tools_asked_for_together_run_at_the_same_time() -> None:
    def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        found = results(messages)
        if not found:
            days = ("tomorrow", "on tuesday", "on wednesday")
            return ModelResponse([ToolCallPart("find_sessions", {"when": day}) for day in days])
        return reply(" / ".join(part.content["sessions"][0]["local"] for part in found))

    shown = await Chat(Meeting(3), model=FunctionModel(answer)).say("what is on early this week?")

    assert shown is not None
    assert [day[:10] for day in shown.text.split(" / ")] == ["Mon 23 Nov", "Tue 24 Nov", "Wed 25 Nov"]


async def test_arguments_that_do_not_fit_go_back_to_the_model_and_nothing_is_done() -> None:
    wrong: list[dict[str, object] | str] = [
        {"session_id": "the yoga one", "party_size": 1},
        {"session_id": str(session(VINYASA, "2026-11-23 19:00").session_id), "customer_id": "somebody else"},
    ]
    told: list[str] = []

    def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        told.extend(str(p.content) for p in messages[-1].parts if isinstance(p, ToolReturnPart))
        if wrong:
            return ModelResponse([ToolCallPart("book", wrong.pop(0))])
        return reply("Which class do you mean?")

    chat = Chat(week(), model=FunctionModel(answer))
    shown = await chat.say("book the yoga one")

    assert shown is not None
    assert shown.text == "Which class do you mean?"
    assert chat.studio.commands == []
    assert "session_id" in told[0]
    assert "customer_id" in told[1]


async def test_arguments_that_are_no_json_go_back_to_the_model() -> None:
    tries = ['{"when": "tomorrow"', '{"when": "tomorrow"}']

    def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        if tries:
            return ModelResponse([ToolCallPart("find_sessions", tries.pop(0))])
        return reply("There is Yin.")

    chat = Chat(week(), model=FunctionModel(answer))

    assert await chat.say("tomorrow?") is not None
    assert len(chat.studio.questions) == 1


async def test_a_tool_that_is_not_there_goes_back_to_the_model() -> None:
    calls = ["refund_everything"]

    def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        return ModelResponse([ToolCallPart(calls.pop(), {})]) if calls else reply("I cannot do that.")

    shown = await Chat(week(), model=FunctionModel(answer)).say("refund me")

    assert shown is not None
    assert shown.text == "I cannot do that."


async def test_a_plain_text_answer_is_a_reply_too() -> None:
    model = FunctionModel(lambda messages, info: ModelResponse([TextPart("We open at seven.")]))
    shown = await Chat(week(), model=model).say("when do you open?")

    assert shown is not None
    assert shown.text == "We open at seven."


async def test_who_the_customer_is_comes_from_the_channel_and_no_tool_lets_a_model_say_otherwise() -> None:
    seen: list[AgentInfo] = []
    vinyasa = session(VINYASA, "2026-11-23 19:00").session_id

    def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        seen.append(info)
        found = results(messages)
        match [part.tool_name for part in found if part.tool_name != "reply"]:
            case []:
                return ModelResponse([ToolCallPart("find_sessions", {"what": "vinyasa", "when": "tomorrow"})])
            case ["find_sessions"] if not isinstance(messages[-1].parts[-1], UserPromptPart):
                return reply(f"{found[-1].content['sessions'][0]['line']}. Shall I book it?")
            case ["find_sessions"]:
                return ModelResponse([ToolCallPart("book", {"session_id": str(vinyasa)})])
            case _:
                return reply("")

    chat = Chat(week(), model=FunctionModel(answer))
    await chat.say("vinyasa tomorrow")
    await chat.say("yes")

    [command] = chat.studio.commands
    assert isinstance(command, BookSession)
    assert (command.tenant_id, command.contact.address.user_id) == (TENANT, "351911")
    names = {
        name for tool in seen[0].function_tools for name in tool.parameters_json_schema.get("properties", {})
    }
    assert not {n for n in names if "tenant" in n or "customer" in n or "phone" in n or "contact" in n}
    assert all(
        tool.parameters_json_schema["additionalProperties"] is False for tool in seen[0].function_tools
    )


async def test_the_model_is_told_the_business_and_its_clock_and_sees_the_earlier_turns() -> None:
    seen: list[tuple[list[ModelMessage], AgentInfo]] = []

    def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        seen.append((list(messages), info))
        return reply(f"answer {len(seen)}")

    chat = Chat(week(), model=FunctionModel(answer))
    for n in range(12):
        await chat.say(f"message {n}")

    messages, info = seen[-1]
    said = [p for m in messages for p in m.parts if isinstance(p, UserPromptPart)]
    words = [part.content[0].content for part in said]  # type: ignore[union-attr]
    assert words[-11:] == [f"message {n}" for n in range(1, 12)]  # ten turns and this message, at least
    assert info.instructions is not None
    assert "Casa Yoga" in info.instructions
    assert "Sunday 22 November 2026, 14:00" in info.instructions
    # Only this run's request carries instructions: stored turns are lean.
    assert [m.instructions for m in messages if isinstance(m, ModelRequest)][:-1] == [None] * (
        len([m for m in messages if isinstance(m, ModelRequest)]) - 1
    )


async def test_history_is_the_same_after_a_restart() -> None:
    seen: list[list[ModelMessage]] = []

    def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        seen.append(list(messages))
        return reply("yes?")

    chat = Chat(week(), model=FunctionModel(answer))
    await chat.say("one")
    await chat.say("two")
    chat.restarted()
    await chat.say("three")

    words = [
        item.content if not isinstance(item, str) else item
        for m in seen[-1]
        for p in m.parts
        if isinstance(p, UserPromptPart)
        for item in p.content
    ]
    assert words == ["one", "two", "three"]


async def test_a_model_that_calls_tools_without_end_is_stopped_and_the_customer_told() -> None:
    def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        return ModelResponse([ToolCallPart("find_sessions", {})])

    chat = Chat(week(), model=FunctionModel(answer), tool_calls=4)
    shown = await chat.say("yoga")

    assert shown is not None
    assert shown.text == FAILED
    assert len(chat.studio.questions) == 4


@pytest.mark.parametrize(
    "failure",
    [
        ModelHTTPError(503, "some-model", "overloaded"),
        TimeoutError("the provider hung up"),
        ConnectionResetError(),
        ValueError("a bug in an adapter"),
    ],
)
async def test_a_model_that_fails_is_an_apology_and_the_next_message_is_answered(failure: Exception) -> None:
    failures = [failure]

    def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        if failures:
            raise failures.pop()
        return reply("Here I am.")

    chat = Chat(week(), model=FunctionModel(answer))
    first, second = await chat.say("hello"), await chat.say("hello?")

    assert first is not None
    assert first.text == FAILED
    assert second is not None
    assert second.text == "Here I am."


async def test_a_model_that_hangs_is_cut_off_with_an_apology() -> None:
    async def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        await asyncio.Event().wait()
        raise AssertionError

    shown = await Chat(week(), model=FunctionModel(answer), deadline=0.05).say("hello")

    assert shown is not None
    assert shown.text == TOO_SLOW


async def test_every_tool_runs_with_whatever_a_model_generates_from_its_schema() -> None:
    """pydantic-ai's TestModel calls every tool with arguments made from the schemas: none may raise."""
    tools = ["find_sessions", "my_bookings", "staff_info", "business_info"]
    chat = Chat(week(), model=TestModel(call_tools=tools, custom_output_args={"text": "done"}))
    shown = await chat.say("everything")

    assert shown is not None
    assert shown.text == "done"


async def test_the_default_model_is_ours() -> None:
    assert isinstance(await Models(Settings()).of(TENANT), OfflineModel)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("nosuch:model", "cannot be used"),
        ("mistral:large", "pip install 'pydantic-ai-slim[mistral]'"),
        ("google:gemini", "pip install 'pydantic-ai-slim[google]'"),
    ],
)
def test_a_model_that_cannot_be_used_says_what_to_do(name: str, hint: str) -> None:
    with pytest.raises(ModelNotUsable, match="USHER_LLM") as refused:
        named_model(name)
    assert hint in str(refused.value)


def test_a_provider_without_its_key_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ModelNotUsable, match="OPENAI_API_KEY"):
        named_model("openai:gpt-6.1-terra")
