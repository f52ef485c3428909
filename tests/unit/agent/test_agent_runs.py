"""Do the small loop and pydantic-ai's agent loop do the same with the same model? Run both, compare all they leave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import timedelta

import orjson
import pytest
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    ModelResponsePart,
    TextPart,
    ThinkingPart,
    ToolCallPart,
)
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings

from services.agent import phrases
from services.agent.model import build_agent
from services.agent.models.source import Always
from services.agent.phrases import Phrase
from services.agent.runs import AgentRunner, Ask, PlainRunner, Ran, Runner
from services.agent.speaker import AgentSpeaker
from shared.errors import Transient
from shared.messages.booking import FindSessions, SessionsFound
from shared.messages.conversation import TextContent
from tests.unit.agent.chat import Chat
from tests.unit.agent.studio import VINYASA, Studio, session, week

AGENT = AgentRunner(build_agent())
CLASS = str(session(VINYASA, "2026-11-23 19:00").session_id)


class Counted:
    """The general loop, and how often it was needed."""

    def __init__(self) -> None:
        self.runs = 0

    async def run(self, ask: Ask) -> Ran:
        self.runs += 1
        return await AGENT.run(ask)


class Scripted(Model):
    """A model that gives these answers, one after the other."""

    def __init__(self, *answers: Sequence[ModelResponsePart]) -> None:
        super().__init__()
        self._answers = list(answers)
        self.asked = 0

    @property
    def model_name(self) -> str:
        return "scripted"

    @property
    def system(self) -> str:
        return "tests"

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        self.asked += 1
        return ModelResponse(self._answers[self.asked - 1], model_name=self.model_name)


def chat_on(
    runner: Runner, *, model: Model | None = None, studio: Studio | None = None, calls: int = 8
) -> Chat:
    """A chat whose model is run by this loop."""
    chat = Chat(studio or week(), model=model)
    speaker = AgentSpeaker(runner, Always(chat.model), chat.ports, lambda: chat.now, calls)
    chat.turns = replace(chat.turns, answering=replace(chat.turns.answering, speaker=speaker))
    return chat


def left_by(chat: Chat) -> tuple[object, ...]:
    """Everything that the conversation left behind, without the clock's readings."""
    turns = [_timeless(orjson.loads(turn.messages)) for turn in chat.ledger.turns.values() if turn]
    steps = [{k: _timeless(orjson.loads(v)) for k, v in s.items()} for s in chat.ledger.steps.values()]
    commands = [command.command_id for command in chat.studio.commands]
    return turns, steps, commands, chat.studio.questions, chat.published


def _timeless(value: object) -> object:
    if isinstance(value, dict):
        return {key: _timeless(item) for key, item in value.items() if key != "timestamp"}
    return [_timeless(item) for item in value] if isinstance(value, list) else value


def call(name: str, call_id: str = "c", **arguments: object) -> ToolCallPart:
    return ToolCallPart(name, arguments, tool_call_id=call_id)


REPLY = call("reply", "r", text="There.")


@pytest.mark.parametrize(
    "said",
    [
        ("hello", "I want yoga tomorrow at 7pm", "yes please", "my bookings", "cancel my booking", "yes"),
        ("who teaches yoga on friday, and where are you?", "what does pilates cost?", "thanks, bye"),
        ("yoga on tuesday", "the later one", "no, the day after", "with Ana", "never mind"),
        ("yoga tomorrow at 9am for 3", "both", "knitting on monday?", "blah"),
    ],
)
async def test_our_own_model_leaves_the_same_by_both_loops_and_the_small_one_is_enough(
    said: tuple[str, ...],
) -> None:
    general = Counted()
    small, full = chat_on(PlainRunner(general)), chat_on(AGENT)
    for words in said:
        await small.say(words)
        await full.say(words)

    assert left_by(small) == left_by(full)
    assert len(small.published) >= 3
    assert general.runs == 0


async def test_our_own_models_call_that_fits_no_schema_is_left_to_the_general_loop() -> None:
    general = Counted()
    small, full = chat_on(PlainRunner(general)), chat_on(AGENT)
    for chat in (small, full):
        await chat.say("yoga tomorrow at 7pm")
        await chat.say("yes, for 200 people")

    assert left_by(small) == left_by(full)
    assert general.runs == 1


_SCRIPTS: dict[str, tuple[Sequence[ModelResponsePart], ...]] = {
    "reads together, a write alone, reads after it": (
        [
            call("find_sessions", "a", what="yoga"),
            call("my_bookings", "b"),
            call("book", "c", session_id=CLASS),
            call("my_bookings", "d"),
        ],
        [REPLY],
    ),
    "a call id twice": ([call("my_bookings", "a")], [call("business_info", "a")], [REPLY]),
    "a plain text": ([call("my_bookings")], [TextPart("There.")]),
    "a misfit after a write": (
        [call("book", "a", session_id=CLASS)],
        [call("find_sessions", "b", party_size=0)],
        [REPLY],
    ),
    "no JSON": ([ToolCallPart("find_sessions", '{"when":', tool_call_id="a")], [REPLY]),
    "an unknown tool": ([call("refund", "a"), call("my_bookings", "b")], [REPLY]),
    "a reply that is none": ([call("reply", "a", choices=7)], [REPLY]),
    "a reply among calls": ([call("my_bookings", "a"), REPLY],),
    "a reply before calls": ([REPLY, call("find_sessions", "a")],),
    "a reply after words": ([TextPart("Well."), REPLY],),
}


@pytest.mark.parametrize("script", _SCRIPTS.values(), ids=_SCRIPTS.keys())
async def test_whatever_a_model_says_both_loops_leave_the_same_and_ask_it_as_often(
    script: tuple[Sequence[ModelResponsePart], ...],
) -> None:
    models = Scripted(*script), Scripted(*script)
    small, full = chat_on(PlainRunner(AGENT), model=models[0]), chat_on(AGENT, model=models[1])
    replies = await small.say("hello"), await full.say("hello")

    assert replies[0] == replies[1]
    assert left_by(small) == left_by(full)
    assert models[0].asked == models[1].asked == len(script)


@pytest.mark.parametrize(("calls", "answered"), [(3, True), (2, False)])
async def test_both_loops_stop_at_the_same_number_of_calls(calls: int, answered: bool) -> None:
    script = ([call("my_bookings", "a"), call("staff_info", "b")], [call("find_sessions", "c")], [REPLY])
    for runner in (PlainRunner(AGENT), AGENT):
        chat = chat_on(runner, model=Scripted(*script), calls=calls)
        reply = await chat.say("hello")
        assert reply is not None
        assert reply.text == ("There." if answered else phrases.of(Phrase.FAILED, "en"))
        assert len(chat.studio.questions) == answered


class Fickle(Studio):
    """A studio that does not answer searches."""

    async def find(self, question: FindSessions) -> SessionsFound:
        raise Transient("no answer")


@pytest.mark.parametrize("make", [lambda: PlainRunner(AGENT), lambda: AGENT])
async def test_a_tool_that_fails_beside_others_fails_the_try_as_what_it_is(
    make: Callable[[], Runner],
) -> None:
    script = [call("my_bookings", "a"), call("find_sessions", "b")]
    chat = chat_on(make(), model=Scripted(script), studio=Fickle())

    with pytest.raises(Transient, match="no answer"):
        await chat.turns.run(chat.message(TextContent(text="hello")))


class Asked(WrapperModel):
    """A model that keeps how it is asked."""

    def __init__(self, wrapped: Model) -> None:
        super().__init__(wrapped)
        self.asked: list[tuple[object, object, ModelRequestParameters]] = []

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        parts = [[(p.part_kind, repr(_timeless(asdict(p)))) for p in message.parts] for message in messages]
        newest = messages[-1]
        assert isinstance(newest, ModelRequest)
        said = (parts, newest.instructions)
        self.asked.append((said, model_settings, model_request_parameters))
        return await self.wrapped.request(messages, model_settings, model_request_parameters)


async def test_another_model_is_asked_by_the_small_loop_exactly_as_by_the_general_one_from_its_second_turn_on() -> (
    None
):
    script: list[list[ModelResponsePart]] = [
        [REPLY],
        [call("business_info", "a"), call("my_bookings", "b")],
        [TextPart("Well,"), call("staff_info", "c")],
        [REPLY],
        [ThinkingPart("hm"), TextPart("There.")],
    ]
    asked: list[Asked] = []
    left: list[object] = []
    for runner in (PlainRunner(Counted()), Counted()):
        model = Asked(Scripted(*script))
        chat = chat_on(runner, model=model)
        chat.ledger.preferences = {"time_of_day": "mornings"}
        for words in ("hello", "where are you?", "and now?"):
            await chat.say(words)
            chat.now += timedelta(minutes=1)
        asked.append(model)
        left.append(left_by(chat))
        general = runner if isinstance(runner, Counted) else runner._general
        assert isinstance(general, Counted)
        assert general.runs == (3 if runner is general else 1)

    assert asked[0].asked == asked[1].asked
    assert left[0] == left[1]
    assert len(asked[0].asked) == len(script)


async def test_a_reply_that_states_what_no_tool_told_is_left_to_the_general_loop_which_asks_again() -> None:
    for make in (lambda: PlainRunner(AGENT), lambda: AGENT):
        script: list[list[ModelResponsePart]] = [
            [REPLY],
            [call("reply", "r", text="Come at 3:17pm for €99.")],
            [REPLY],
        ]
        model = Scripted(*script)
        chat = chat_on(make(), model=model)
        await chat.say("hello")
        reply = await chat.say("when?")

        assert reply is not None
        assert reply.text == "There."
        assert model.asked == len(script)
