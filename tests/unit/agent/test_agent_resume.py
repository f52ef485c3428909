"""Does a turn that is cut off anywhere end as if it had not been: one command, one reply, no model asked twice?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import count

import orjson
import pytest
from pydantic_ai.messages import ModelMessage, ModelResponse, ToolCallPart, ToolReturnPart
from pydantic_ai.models import Model
from pydantic_ai.models.function import AgentInfo, FunctionModel

from services.agent.offline import OfflineModel
from services.agent.reply import reply_id
from shared.messages.booking import CancelBooking
from shared.messages.conversation import MessageReceived, TextContent, VoiceContent
from tests.unit.agent.chat import Chat, Deaf
from tests.unit.agent.scissors import Cut, Scissors
from tests.unit.agent.studio import VINYASA, session, week

_COUNTER = count()
CLASS = session(VINYASA, "2026-11-23 19:00")


OFFER = {
    "text": "Vinyasa Yoga, Mon 23 Nov 19:00 with Ana, €30.00 for two. Shall I book it?",
    "choices": [{"choice_id": f"book:{CLASS.session_id}:2", "title": "Yes, book it"}],
}


class Llm:
    """A stand-in for a paid model: it offers, then at a yes looks up two things at once and books; counts its answers.

    Its call ids differ at every call, as providers' do.
    """

    def __init__(self) -> None:
        self.answers = 0
        self.scissors = Scissors()
        self.model = FunctionModel(self._answer)

    async def _answer(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        self.scissors.moment("model not asked")
        self.answers += 1
        response = self._next(messages)
        self.scissors.moment("model answered, answer not stored")
        return response

    def _next(self, messages: list[ModelMessage]) -> ModelResponse:
        done = [p.tool_name for m in messages for p in m.parts if isinstance(p, ToolReturnPart)]
        if "find_sessions" not in done:
            return self._calls(
                ("find_sessions", {"what": "yoga", "when": "tomorrow at 7pm", "party_size": 2})
            )
        if "reply" not in done:
            return self._calls(("reply", OFFER))
        if "business_info" not in done:
            return self._calls(("business_info", {}), ("my_bookings", {}))
        if "book" not in done:
            return self._calls(("book", {"session_id": str(CLASS.session_id), "party_size": 2}))
        return self._calls(("reply", {"text": f"Booked, answer {self.answers}."}))

    def _calls(self, *calls: tuple[str, dict[str, object]]) -> ModelResponse:
        return ModelResponse([ToolCallPart(name, args, f"call-{next(_COUNTER)}") for name, args in calls])

    async def offers(self, chat: Chat) -> None:
        """The turn before: what is to be said yes to."""
        await chat.say("yoga tomorrow at 7pm for two")
        chat.published.clear()
        self.answers = 0


Made = tuple[Chat, Llm | None, MessageReceived]


async def moments_of(make: Callable[[], Awaitable[Made]]) -> list[str]:
    """Every moment at which a turn can be cut."""
    chat, llm, message = await make()
    scissors = chat.cut_at(None)
    if llm:
        llm.scissors = scissors
    await chat.turns.run(message)
    return scissors.seen


async def cut_and_resume(make: Callable[[], Awaitable[Made]], moment: int) -> Made:
    """The turn after a death at this moment and a new start."""
    chat, llm, message = await make()
    scissors = chat.cut_at(moment)
    if llm:
        llm.scissors = scissors
    with pytest.raises(BaseException) as died:
        await chat.turns.run(message)
    assert died.group_contains(Cut) if isinstance(died.value, BaseExceptionGroup) else died.type is Cut
    scissors = chat.cut_at(None)
    if llm:
        llm.scissors = scissors
    await chat.restarted().run(message)
    return chat, llm, message


async def with_llm() -> Made:
    llm = Llm()
    chat = Chat(week(), model=llm.model)
    await llm.offers(chat)
    return chat, llm, chat.message(TextContent(text="yes, book it"))


async def test_an_llms_turn_cut_at_any_moment_books_once_answers_once_and_repeats_no_stored_answer() -> None:
    moments = await moments_of(with_llm)
    assert len(moments) >= 14  # three answers of the model, the command, five writes: before and after each

    for n, name in enumerate(moments, 1):
        chat, llm, message = await cut_and_resume(with_llm, n)
        assert llm is not None
        assert len({c.command_id for c in chat.studio.commands}) == 1, name
        assert len(chat.studio.bookings) == 1, name
        assert {m.message_id for m in chat.published} == {reply_id(message.message_id, 0)}, name
        # Only an answer that was lost before it was stored is asked for again.
        lost = name == "model answered, answer not stored" or ("not stored" in name and "'model:" in name)
        assert llm.answers == 3 + lost, name


async def offline_until_yes() -> tuple[Chat, MessageReceived]:
    chat = Chat(week())
    await chat.say("yoga tomorrow at 7pm")
    return chat, chat.message(TextContent(text="yes please"))


async def test_the_offline_models_yes_cut_at_any_moment_sends_one_command_and_no_reply() -> None:
    chat, message = await offline_until_yes()
    scissors = chat.cut_at(None)
    await chat.turns.run(message)

    for n, name in enumerate(scissors.seen, 1):
        chat, message = await offline_until_yes()
        published = len(chat.published)
        chat.cut_at(n)
        with pytest.raises(BaseException):  # noqa: B017
            await chat.turns.run(message)
        chat.cut_at(None)
        await chat.restarted().run(message)
        assert len({c.command_id for c in chat.studio.commands}) == 1, name
        assert len(chat.studio.bookings) == 1, name
        assert len(chat.published) == published, name


async def test_a_cancellation_whose_outcome_was_lost_is_not_mistaken_for_an_unknown_booking() -> None:
    async def until_yes() -> tuple[Chat, MessageReceived]:
        chat = Chat(week())
        for words in ("yoga tomorrow at 7pm", "yes", "cancel my booking"):
            await chat.say(words)
        return chat, chat.message(TextContent(text="yes"))

    chat, message = await until_yes()
    scissors = chat.cut_at(None)
    await chat.turns.run(message)
    lost = scissors.seen.index("command done, outcome not received") + 1

    chat, message = await until_yes()
    published = len(chat.published)
    chat.cut_at(lost)
    with pytest.raises(BaseException):  # noqa: B017
        await chat.turns.run(message)
    chat.cut_at(None)
    await chat.restarted().run(message)

    cancels = [c for c in chat.studio.commands if isinstance(c, CancelBooking)]
    assert len(cancels) == 2  # the command was repeated
    assert len({c.command_id for c in cancels}) == 1  # with the same id
    assert len(chat.published) == published  # and done: nothing to say


async def test_a_voice_note_is_written_down_once_even_when_the_turn_is_cut_after_it() -> None:
    voice = Deaf("yoga tomorrow at seven p m")
    chat = Chat(week(), voice=voice)
    message = chat.message(VoiceContent(media_id="m1", mime="audio/ogg"))
    chat.cut_at(4)
    with pytest.raises(Cut, match="steps stored: \\['transcript'\\]"):
        await chat.turns.run(message)
    chat.cut_at(None)
    await chat.restarted().run(message)

    assert voice.asked == 1
    assert "Vinyasa Yoga, Mon 23 Nov" in chat.published[0].model_dump_json()


@pytest.mark.parametrize("model", [OfflineModel(), Llm().model])
async def test_the_same_message_twice_is_answered_once_and_its_reply_published_again_with_the_same_id(
    model: Model,
) -> None:
    chat = Chat(week(), model=model)
    message = chat.message(TextContent(text="yoga tomorrow at 7pm"))
    await chat.turns.run(message)
    commands = len(chat.studio.commands)
    await chat.restarted().run(message)

    first, again = chat.published
    assert first == again
    assert len(chat.studio.commands) == commands


async def test_a_reply_is_stored_with_the_turn_before_it_is_published() -> None:
    moments = await moments_of(with_llm)
    chat, llm, message = await with_llm()
    scissors = chat.cut_at(len(moments))
    assert llm is not None
    llm.scissors = scissors
    with pytest.raises(Cut):
        await chat.turns.run(message)

    assert chat.published == []
    stored = chat.ledger.turns[message.message_id]
    assert stored is not None
    assert orjson.loads(stored.replies)[0]["message_id"] == str(reply_id(message.message_id, 0))
    assert list(chat.ledger.outbox)[-1] == reply_id(message.message_id, 0)


async def test_call_ids_that_repeat_within_a_turn_stay_two_calls() -> None:
    def twice(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        returns = [p for m in messages for p in m.parts if isinstance(p, ToolReturnPart)]
        if len(returns) < 2:
            hour = 19 + len(returns)
            return ModelResponse(
                [ToolCallPart("find_sessions", {"when": f"2026-11-23 {hour}:00"}, tool_call_id="call_0")]
            )
        return ModelResponse([ToolCallPart("reply", {"text": str(len(returns))}, tool_call_id="call_0")])

    chat = Chat(week(), model=FunctionModel(twice))
    await chat.say("anything")

    assert len(chat.studio.questions) == 2
    [message_id] = chat.ledger.steps
    tools = [key for key in chat.ledger.steps[message_id] if key.startswith("tool:")]
    assert len(tools) == 2
