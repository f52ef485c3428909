"""Whole turns with a model behind HTTP: its tools run, its mistakes go back to it, and the offline model takes over."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from devkit.llm.steps import Call, Step
from tests.unit.agent.chat import Chat
from tests.unit.agent.llm_world import MODELS, Emulator, chain, emulating
from tests.unit.agent.studio import week

every_model = pytest.mark.parametrize("name", MODELS)


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    async with emulating() as running:
        yield running


def find(*days: str) -> Step:
    calls = tuple(Call(name="find_sessions", arguments={"what": "vinyasa", "when": day}) for day in days)
    return Step(calls=calls)


@every_model
async def test_parallel_calls_are_run_and_their_results_sent_in_their_order(
    emulator: Emulator, name: str
) -> None:
    await emulator.will(find("tomorrow", "on tuesday", "on wednesday"), Step(text="Every day at seven."))
    async with chain(name) as model:
        shown = await Chat(week(), model=model).say("when is vinyasa?")

    assert shown is not None
    assert shown.text == "Every day at seven."
    _, second = await emulator.requests()
    assert [day in result for day, result in zip(("23", "24", "25"), second["results"], strict=True)] == [
        True
    ] * 3


@every_model
async def test_malformed_arguments_go_back_to_the_model_and_it_may_try_again(
    emulator: Emulator, name: str
) -> None:
    malformed = Step(calls=(Call(name="find_sessions", arguments='{"when": "tomor'),))
    await emulator.will(malformed, find("tomorrow"), Step(text="At seven."))
    chat = Chat(week())
    async with chain(name) as model:
        chat = Chat(week(), model=model)
        shown = await chat.say("vinyasa tomorrow?")

    assert shown is not None
    assert shown.text == "At seven."
    assert len(chat.studio.questions) == 1
    assert (await emulator.stats())["misfits"] == 0


@every_model
async def test_a_model_that_only_talks_nonsense_is_followed_by_the_offline_one(
    emulator: Emulator, name: str
) -> None:
    await emulator.will(Step(calls=(Call(name="find_sessions", arguments={"wen": 7}),), times=0))
    async with chain(name) as model:
        shown = await Chat(week(), model=model).say("vinyasa tomorrow at 7pm")

    assert shown is not None
    assert "19:00" in shown.text
    assert len(await emulator.requests()) == 2


@every_model
async def test_a_model_that_goes_down_in_a_turn_and_comes_back_finds_a_conversation_it_can_read(
    emulator: Emulator, name: str
) -> None:
    await emulator.will(find("tomorrow"), Step(status=500, times=2))
    async with chain(name) as model:
        chat = Chat(week(), model=model)
        first = await chat.say("vinyasa tomorrow at 7pm")
        await emulator.will(Step(status=500, times=2))
        second = await chat.say("and on tuesday?")
        await emulator.will(Step(text="I am back."))
        third = await chat.say("hello?")

    assert first is not None
    assert "19:00" in first.text
    assert second is not None
    assert third is not None
    assert third.text == "I am back."
    assert (await emulator.stats())["misfits"] == 0


@every_model
async def test_a_booking_is_made_once_when_the_model_dies_right_after_it(
    emulator: Emulator, name: str
) -> None:
    async with chain(name) as model:
        chat = Chat(week(), model=model)
        await emulator.will(find("tomorrow"))
        await emulator.will(Step(status=500, times=2))
        shown = await chat.say("vinyasa tomorrow at 7pm")
        assert shown is not None
        chosen = shown.choices[0].choice_id if shown.choices else ""
        session_id = chosen.split(":")[1] if chosen else next(iter(chat.studio.sessions))
        book = Call(name="book", arguments={"session_id": str(session_id)})
        await emulator.will(Step(calls=(book,)), Step(status=500, times=2))
        assert await chat.say("yes please") is None  # the confirmation is the notifier's

    assert len(chat.studio.bookings) == 1
    assert len(chat.studio.commands) == 1
