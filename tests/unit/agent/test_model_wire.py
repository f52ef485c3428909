"""Do real providers' wire formats reach the agent as they should? Each of them over HTTP, with all its trouble."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from pydantic_ai.messages import (
    ModelRequest,
    ModelResponse,
    ToolCallPart,
    ToolReturnPart,
)

from devkit.llm.steps import Call, Step
from services.agent.models.choices import Choice
from tests.integration.conftest import eventually
from tests.unit.agent.llm_world import MODELS, Chosen, Emulator, ask, chain, emulating, models, other_here
from tests.unit.agent.studio import TENANT

HELLO = Step(text="Hello, this is the model.")
PATIENCE = 0.5
"""Seconds that run out: the model that shall answer in them answers in this process."""
every_model = pytest.mark.parametrize("name", MODELS)


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    async with emulating() as running:
        yield running


def by_offline(response: ModelResponse) -> bool:
    return response.model_name == "offline"


@every_model
async def test_an_answer_arrives_with_what_it_took(emulator: Emulator, name: str) -> None:
    await emulator.will(Step(text="We open at seven.", input_tokens=900, output_tokens=12, cached_tokens=400))
    async with chain(name) as model:
        response = await ask(model, "when do you open?")

    assert response.text == "We open at seven."
    assert (response.usage.input_tokens, response.usage.output_tokens) == (900, 12)
    assert response.usage.cache_read_tokens == 400
    [request] = await emulator.requests()
    assert request["said"] == "when do you open?"
    assert {"find_sessions", "reply"} <= set(request["tools"])


@every_model
async def test_parallel_tool_calls_arrive_together_in_order_with_ids_of_their_own(
    emulator: Emulator, name: str
) -> None:
    days = ("tomorrow", "on tuesday", "on wednesday")
    await emulator.will(
        Step(calls=tuple(Call(name="find_sessions", arguments={"when": day}) for day in days))
    )
    async with chain(name) as model:
        response = await ask(model)

    assert [call.args_as_dict() for call in response.tool_calls] == [{"when": day} for day in days]
    assert len({call.tool_call_id for call in response.tool_calls}) == 3


@every_model
async def test_malformed_arguments_arrive_as_a_call_that_the_agent_can_send_back(
    emulator: Emulator, name: str
) -> None:
    await emulator.will(Step(calls=(Call(name="find_sessions", arguments='{"when": "tomor'),)))
    async with chain(name) as model:
        response = await ask(model)

    [call] = response.tool_calls
    assert call.tool_name == "find_sessions"
    assert call.args != {"when": "tomorrow"}


@every_model
@pytest.mark.parametrize(
    "trouble",
    [
        Step(refusal="I will not talk about that."),
        Step(text="We have yoga at", truncated=True),
        Step(calls=(Call(name="find_sessions", arguments={}),), truncated=True),
        Step(status=500),
        Step(status=503),
        Step(status=529),
        Step(status=429),
        Step(status=429, retry_after=30),
        Step(status=401, error_code="invalid_api_key"),
        Step(status=404, error_code="model_not_found"),
        Step(status=400),
        Step(status=429, error_code="insufficient_quota"),
        Step(cut="before"),
        Step(cut="within", text="We have yoga at seven."),
        Step(body="<html>Bad gateway</html>", status=502),
        Step(body="<html>Sign in to the hotel's WiFi</html>"),
        Step(body='{"choices": 7}'),
    ],
    ids=lambda step: str(step.model_dump(exclude_defaults=True)),
)
async def test_whatever_goes_wrong_the_next_model_answers(
    emulator: Emulator, name: str, trouble: Step
) -> None:
    first = trouble.model_copy(update={"model": name.partition(":")[2]})
    await emulator.will(first, HELLO.model_copy(update={"model": "other"}))
    async with chain(f"{name},ollama:other", llm_retries=0) as model:
        response = await ask(model)

    assert response.text == HELLO.text
    assert [request["model"] for request in await emulator.requests()] == [first.model, "other"]


@every_model
async def test_a_model_that_hangs_is_left_and_the_next_one_answers(emulator: Emulator, name: str) -> None:
    await emulator.will(Step(think_seconds=3600))
    async with chain(f"{name},test:other", make=other_here, llm_timeout_seconds=PATIENCE) as model:
        response = await ask(model)

    assert response.model_name == "other"
    assert len(await emulator.requests()) == 1
    assert (await emulator.stats())["answered"] == 0


@every_model
async def test_an_answer_that_dribbles_in_is_not_waited_for_longer_than_one_that_hangs(
    emulator: Emulator, name: str
) -> None:
    # Every piece arrives soon after the one before, so that no read ever times out.
    await emulator.will(Step(text="slow", dribble_seconds=PATIENCE / 4))
    async with chain(f"{name},test:other", make=other_here, llm_timeout_seconds=PATIENCE) as model:
        response = await ask(model)

    assert response.model_name == "other"
    assert len(await emulator.requests()) == 1


@every_model
async def test_a_failure_that_may_pass_is_asked_again_once(emulator: Emulator, name: str) -> None:
    await emulator.will(Step(status=500), HELLO)
    async with chain(name) as model:
        assert (await ask(model)).text == HELLO.text

    assert len(await emulator.requests()) == 2


@every_model
async def test_a_short_retry_after_is_waited_for_and_a_long_one_is_not(emulator: Emulator, name: str) -> None:
    await emulator.will(Step(status=429, retry_after=0), HELLO, Step(status=429, retry_after=300), HELLO)
    async with chain(name) as model:
        assert (await ask(model)).text == HELLO.text
        assert by_offline(await ask(model))
        # Until then it is not even asked.
        assert by_offline(await ask(model))

    assert len(await emulator.requests()) == 3


@every_model
async def test_our_own_settings_are_not_sent_and_nothing_is_kept_at_the_provider(
    emulator: Emulator, name: str
) -> None:
    async with chain(name, llm_max_tokens=777) as model:
        await ask(model)

    [request] = await emulator.requests()
    body = request["body"]
    assert not {key for key in body if key.startswith(("usher", "offline"))}
    assert 777 in (body.get("max_tokens"), body.get("max_output_tokens"), body.get("max_completion_tokens"))
    assert body.get("store") in (None, False)
    if request["api"] == "responses":
        assert body["store"] is False


@every_model
async def test_turns_of_the_offline_model_are_a_history_that_every_provider_reads(
    emulator: Emulator, name: str
) -> None:
    def turn(number: int) -> list[ModelRequest | ModelResponse]:
        # The offline model's ids repeat from turn to turn.
        return [
            ModelRequest.user_text_prompt(f"yoga {number}"),
            ModelResponse([ToolCallPart("find_sessions", {}, "offline-0")], model_name="offline"),
            ModelRequest([ToolReturnPart("find_sessions", {"sessions": []}, "offline-0")]),
            ModelResponse([ToolCallPart("reply", {"text": "None."}, "offline-reply")], model_name="offline"),
            ModelRequest([ToolReturnPart("reply", "Final result processed.", "offline-reply")]),
        ]

    async with chain(name) as model:
        response = await ask(model, "and now?", *turn(1), *turn(2), *turn(3))

    assert not by_offline(response)
    assert (await emulator.stats())["misfits"] == 0


async def test_no_more_requests_than_places_reach_a_provider_at_the_same_time(emulator: Emulator) -> None:
    await emulator.will(Step(text="ok", think_seconds=0.05, times=0))
    async with chain("openai:gpt-6.1-terra", llm_concurrency=3) as model:
        answers = await asyncio.gather(*(ask(model) for _ in range(12)))

    assert [answer.text for answer in answers] == ["ok"] * 12
    assert (await emulator.stats())["most_running"] == 3


async def test_two_models_of_a_provider_share_its_places(emulator: Emulator) -> None:
    await emulator.will(Step(text="ok", think_seconds=0.05, times=0))
    choices = Chosen({TENANT: Choice("openai:gpt-6-luna")})
    async with models("openai:gpt-6.1-terra", llm_concurrency=2, choices=choices) as source:
        one, other = await source.of(TENANT), await source.of(uuid4())
        assert one is not other
        await asyncio.gather(*(ask(model) for model in (one, other) * 4))

    assert (await emulator.stats())["most_running"] == 2


async def test_who_goes_away_while_a_model_thinks_gives_the_place_back(emulator: Emulator) -> None:
    await emulator.will(Step(think_seconds=3600), HELLO)
    async with chain("openai:gpt-6.1-terra", llm_concurrency=1) as model:
        asking = asyncio.create_task(ask(model))
        await eventually(emulator.busy)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert (await ask(model)).text == HELLO.text


async def test_when_every_model_is_down_the_offline_one_answers_and_they_are_left_alone(
    emulator: Emulator,
) -> None:
    await emulator.will(Step(status=500, times=0))
    async with chain(
        "openai:gpt-6.1-terra,anthropic:claude-sonnet-5-5", llm_retries=0, llm_breaker_failures=2
    ) as model:
        answers = [await ask(model) for _ in range(5)]

    assert all(map(by_offline, answers))
    assert len(await emulator.requests()) == 4


async def test_a_server_that_is_not_there_is_a_failure_like_any_other(emulator: Emulator) -> None:
    os.environ["OLLAMA_BASE_URL"] = "http://127.0.0.1:9/v1"
    async with chain("ollama:llama3.2,openai:gpt-6.1-terra", llm_retries=0) as model:
        response = await ask(model)

    assert response.provider_name == "openai"
