"""Who answers when models fail in the middle of a turn? Nothing is done twice, and somebody always answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextContent,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import Model
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.usage import RequestUsage

from services.agent.known import NOTE
from services.agent.models.budget import CONVERSATION
from services.agent.models.budget import TENANT as TENANTS
from services.agent.models.choices import Choice
from services.agent.models.costs import spent_of
from services.agent.models.handover import CONFIRMED, REPEATABLE, WRITING, handover
from services.agent.models.names import ModelNotUsable, names_of
from services.agent.models.source import FRESH_SECONDS, Models
from services.agent.offline import OfflineModel
from shared.errors import Transient
from shared.settings import Settings
from tests.unit.agent.llm_world import Chosen, ask, parameters, turn_settings
from tests.unit.agent.studio import TENANT

Answer = Callable[[list[ModelMessage], AgentInfo], ModelResponse]


def down(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
    raise ModelHTTPError(503, "some-model", "overloaded")


def says(text: str) -> Answer:
    return lambda messages, info: ModelResponse([TextPart(text)], usage=RequestUsage(input_tokens=10))


class Spending:
    """A budget that says what it is told to, and what it was asked."""

    def __init__(self, over: str | None = None, failure: Exception | None = None) -> None:
        self.over = over
        self.failure = failure
        self.asked: list[tuple[UUID, UUID, int]] = []

    async def spent_up(self, tenant_id: UUID, conversation_id: UUID, tenant_tokens: int) -> str | None:
        self.asked.append((tenant_id, conversation_id, tenant_tokens))
        if self.failure:
            raise self.failure
        return self.over


class World:
    """An installation whose models `a:1`, `b:2`, … are functions."""

    def __init__(self, *answers: Answer, budget: Spending | None = None, **settings: object) -> None:
        self.asked: list[str] = []
        self.answers = {f"{chr(97 + n)}:{n + 1}": answer for n, answer in enumerate(answers)}
        arguments: dict[str, object] = {"llm": ",".join(self.answers), "llm_retries": 0, **settings}
        self.choices = Chosen({})
        self.now = 1000.0
        self.source = Models(
            Settings(**arguments),  # type: ignore[arg-type]
            choices=self.choices,
            budget=budget,
            clock=lambda: self.now,
            make=self._make,
        )

    def _make(self, name: str, source: str) -> Model:
        if name not in self.answers:
            raise ModelNotUsable(f"{source}: {name} is not there")

        def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
            self.asked.append(name)
            return self.answers[name](messages, info)

        return FunctionModel(answer, model_name=name)

    async def model(self) -> Model:
        return await self.source.of(TENANT)


def offline(response: ModelResponse) -> bool:
    return response.model_name == "offline"


def called(*calls: ToolCallPart, by: str = "a:1") -> ModelResponse:
    return ModelResponse(list(calls), model_name=by)


def returned(name: str, content: object, call_id: str) -> ModelRequest:
    return ModelRequest([ToolReturnPart(name, content, call_id)])


async def go_on(model: Model, *messages: ModelMessage) -> ModelResponse:
    return await model.request(list(messages), turn_settings(), parameters())


async def test_models_are_asked_in_order_until_one_answers() -> None:
    world = World(down, lambda m, i: 1 / 0, says("third"), says("fourth"))  # type: ignore[arg-type,return-value]

    assert (await ask(await world.model())).text == "third"
    assert world.asked == ["a:1", "b:2", "c:3"]


async def test_when_the_offline_model_has_begun_it_finishes_the_turn_though_a_model_is_back() -> None:
    world = World(down)
    model = await world.model()
    said = ModelRequest.user_text_prompt("what do you offer?")
    first = await go_on(model, said)
    assert offline(first)
    [call] = first.tool_calls
    world.answers["a:1"] = says("I am back")

    second = await go_on(model, said, first, returned(call.tool_name, {"services": []}, call.tool_call_id))

    assert offline(second)
    assert world.asked == ["a:1"]
    assert (await ask(model, "and now?")).text == "I am back"  # the next turn is the model's again


async def test_the_offline_model_begins_the_turn_anew_when_a_model_dies_between_searches() -> None:
    model = await World(down).model()
    said = ModelRequest.user_text_prompt("what do you offer?")
    alone = await go_on(model, said)
    after = await go_on(
        model,
        said,
        called(ToolCallPart("find_sessions", {"when": "x"}, "c1"), ToolCallPart("staff_info", {}, "c2")),
        returned("find_sessions", {"sessions": []}, "c1"),
        returned("staff_info", {"staff": []}, "c2"),
    )

    assert [call.tool_name for call in after.tool_calls] == [call.tool_name for call in alone.tool_calls]


async def test_the_offline_model_does_not_take_the_notes_for_words_of_the_customer() -> None:
    note = ModelRequest(
        [UserPromptPart([TextContent("Prefers yoga tomorrow at 7pm", metadata={NOTE: True})])]
    )

    assert handover([note, ModelRequest.user_text_prompt("hello")]).messages[0].parts[0].content == "hello"  # type: ignore[union-attr]


def wrote(tool: str, answer: dict[str, object]) -> list[ModelMessage]:
    return [
        ModelRequest.user_text_prompt("yes"),
        called(ToolCallPart(tool, {}, "c1")),
        returned(tool, answer, "c1"),
    ]


@pytest.mark.parametrize("tool", sorted(CONFIRMED & WRITING))
async def test_a_model_that_dies_after_it_has_booked_is_followed_by_no_second_booking_and_no_word(
    tool: str,
) -> None:
    response = await go_on(await World(down).model(), *wrote(tool, {"status": "done"}))

    [reply] = response.tool_calls
    assert reply.tool_name == "reply"
    assert reply.args_as_dict()["text"] == ""  # the confirmation comes from the notifier


@pytest.mark.parametrize("tool", sorted(WRITING - CONFIRMED - REPEATABLE))
async def test_a_model_that_dies_after_something_that_nobody_confirms_leaves_a_word_about_it(
    tool: str,
) -> None:
    response = await go_on(await World(down).model(), *wrote(tool, {"status": "done"}))

    assert response.tool_calls[0].args_as_dict()["text"] == "That is done."


async def test_a_model_that_dies_after_a_refusal_has_done_nothing_so_the_turn_begins_anew() -> None:
    model = await World(down).model()
    tool = sorted(WRITING)[0]
    refused = await go_on(model, *wrote(tool, {"status": "refused", "sentence": "That class is full."}))

    assert refused.parts == (await go_on(model, ModelRequest.user_text_prompt("yes"))).parts


async def test_a_model_whose_calls_do_not_fit_time_and_again_is_followed_by_the_offline_one() -> None:
    world = World(says("another try"))
    misfits = [
        message
        for n in range(2)
        for message in (
            called(ToolCallPart("find_sessions", {"wen": "now"}, f"c{n}")),
            ModelRequest([ToolReturnPart("find_sessions", "wen: no such field", f"c{n}", outcome="retried")]),
        )
    ]
    said = ModelRequest.user_text_prompt("what do you offer?")

    assert not offline(await go_on(await world.model(), said, *misfits[:2]))
    assert offline(await go_on(await world.model(), said, *misfits))


@pytest.mark.parametrize("over", [TENANTS, CONVERSATION])
async def test_when_a_budget_is_used_up_no_model_is_asked(over: str) -> None:
    world = World(says("expensive"), budget=Spending(over))

    assert offline(await ask(await world.model()))
    assert world.asked == []


async def test_a_budget_that_cannot_be_read_is_not_overdrawn() -> None:
    world = World(says("expensive"), budget=Spending(failure=Transient("PostgreSQL is away")))

    assert offline(await ask(await world.model()))
    assert world.asked == []


async def test_a_tenants_own_number_of_tokens_goes_before_the_installations() -> None:
    budget = Spending()
    world = World(says("hi"), budget=budget, llm_tenant_tokens=500)
    await ask(await world.model())
    other = uuid4()
    world.choices.choices[other] = Choice(tokens_per_day=7)
    await ask(await world.source.of(other))

    assert [tokens for _, _, tokens in budget.asked] == [500, 7]


async def test_a_turn_that_has_little_time_left_is_the_offline_models() -> None:
    world = World(says("too late"), turn_deadline_seconds=25)
    begun = replace(ModelRequest.user_text_prompt("hi"), timestamp=datetime.now(UTC) - timedelta(seconds=24))

    assert offline(await go_on(await world.model(), begun))
    assert world.asked == []


async def test_slow_models_together_do_not_take_longer_than_the_turn() -> None:
    async def slow(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        await asyncio.Event().wait()
        raise AssertionError

    source = Models(
        Settings(llm="a:1,b:2", turn_deadline_seconds=3.2, llm_timeout_seconds=0.15),
        make=lambda name, _: FunctionModel(slow, model_name=name),
    )

    assert offline(await ask(await source.of(TENANT)))


async def test_refusals_that_were_paid_for_are_counted_when_the_offline_model_answers() -> None:
    def refuses(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        usage = RequestUsage(input_tokens=900, output_tokens=3)
        return ModelResponse([], usage=usage, finish_reason="content_filter")

    response = await ask(await World(refuses).model())

    assert offline(response)
    assert [spent.tokens for spent in spent_of(response)] == [903]


async def test_a_tenant_may_have_models_of_its_own_behind_the_same_breakers() -> None:
    world = World(down, says("b"), llm_breaker_failures=1)
    own = uuid4()
    world.choices.choices[own] = Choice("a:1,offline")

    assert offline(await ask(await world.source.of(own)))
    assert (await ask(await world.model())).text == "b"
    assert world.asked == ["a:1", "b:2"]  # `a` rests for everybody


async def test_a_tenant_may_want_no_language_model() -> None:
    world = World(says("a"))
    world.choices.choices[TENANT] = Choice("offline")

    assert isinstance(await world.model(), OfflineModel)


@pytest.mark.parametrize("chosen", ["nosuch:model", "gpt", "offline,a:1", ""])
async def test_a_tenants_choice_that_cannot_be_used_is_the_installations(chosen: str) -> None:
    world = World(says("a"))
    world.choices.choices[TENANT] = Choice(chosen)

    assert (await ask(await world.model())).text == "a"


async def test_a_new_choice_is_followed_within_half_a_minute() -> None:
    world = World(says("a"), says("b"))
    assert (await ask(await world.model())).text == "a"
    world.choices.choices[TENANT] = Choice("b:2")
    world.now += FRESH_SECONDS + 1

    assert (await ask(await world.model())).text == "b"


async def test_while_choices_cannot_be_read_the_last_known_one_holds() -> None:
    world = World(says("a"), says("b"))
    world.choices.choices[TENANT] = Choice("b:2")
    await world.model()

    world.choices.failure = Transient("PostgreSQL is away")
    world.now += FRESH_SECONDS + 1

    assert (await ask(await world.model())).text == "b"


def test_an_installation_whose_models_cannot_be_used_does_not_start() -> None:
    with pytest.raises(ModelNotUsable, match="nosuch:model"):
        Models(Settings(llm="nosuch:model,offline"))


@pytest.mark.parametrize(
    ("listed", "names"),
    [
        ("offline", ()),
        ("a:1", ("a:1",)),
        ("a:1,offline", ("a:1",)),
        (" a:1 , b:2:latest , offline ", ("a:1", "b:2:latest")),
    ],
)
def test_a_list_names_models_in_order_and_offline_always_comes_last(
    listed: str, names: Sequence[str]
) -> None:
    assert names_of(listed) == tuple(names)


@pytest.mark.parametrize("listed", ["", "a", "a:", ":1", "a:1,,b:2", "offline,a:1", "a:1,a:1"])
def test_a_list_that_names_no_models_says_what_to_write(listed: str) -> None:
    with pytest.raises(ModelNotUsable, match="USHER_LLM"):
        names_of(listed)


async def test_what_is_between_us_does_not_reach_an_adapter() -> None:
    seen: list[AgentInfo] = []

    def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        seen.append(info)
        return ModelResponse([TextPart("hi")])

    await ask(await World(answer, llm_max_tokens=99).model())

    [info] = seen
    assert info.model_settings is not None
    assert info.model_settings.get("max_tokens") == 99
    assert not {key for key in info.model_settings if key.startswith(("usher", "offline"))}
