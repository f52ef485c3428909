"""How is a model run with our tools until it answers? By pydantic-ai's agent loop; our own by a small one.

The small loop knows the plain way only: calls whose arguments fit, then one reply. Whatever else happens is left to
pydantic-ai's loop, which finds in the journal what has been done already (docs/adr/0010).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    TextContent,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.tools import ToolDefinition
from pydantic_ai.usage import UsageLimits

from services.agent.memory import lean
from services.agent.model import REPLY_TOOL, UsherAgent
from services.agent.offline import OfflineModel
from services.agent.offline.model import OfflineSettings
from services.agent.replay import JournaledModel, JournaledTools, TurnDeps
from services.agent.reply import Reply

_PROCESSED = "Final result processed."  # pydantic-ai's words, so that both loops leave the same history

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ask:
    """What a model is run on: the customer's words, what was said before, and at most `tool_calls` calls."""

    prompt: TextContent
    history: Sequence[ModelMessage]
    model: Model
    deps: TurnDeps
    tool_calls: int

    @property
    def run_id(self) -> str:
        """The message's id: a turn that is run again is the same run."""
        return str(self.deps.journal.message_id)

    @property
    def conversation_id(self) -> str:
        """Our conversation's id."""
        return str(self.deps.context.contact.conversation_id)

    @property
    def settings(self) -> OfflineSettings:
        """What the offline model needs besides the history; other models ignore it."""
        return OfflineSettings(offline_facts=self.deps.facts)


@dataclass(frozen=True, slots=True)
class Ran:
    """The answer and the run's messages, without instructions."""

    reply: Reply
    messages: list[ModelMessage]


class Runner(Protocol):
    """Whatever runs a model until it answers."""

    async def run(self, ask: Ask) -> Ran:
        """The model's answer.

        Raises `ModelFailed`, what the tools raise, and pydantic-ai's `AgentRunError`s when a limit is passed or the
        model's answers fit nothing.
        """


def runner_of(model: Model, agent: UsherAgent) -> Runner:
    """The small loop for our own model, pydantic-ai's for every other."""
    return PlainRunner(AgentRunner(agent)) if isinstance(model, OfflineModel) else AgentRunner(agent)


@dataclass(frozen=True, slots=True)
class AgentRunner:
    """pydantic-ai's agent loop: any model, retries of bad arguments, all it may say."""

    agent: UsherAgent

    async def run(self, ask: Ask) -> Ran:
        """See `Runner.run`."""
        result = await self.agent.run(
            [ask.prompt],
            message_history=ask.history,
            model=JournaledModel(ask.model, ask.deps.journal),
            model_settings=ask.settings,
            deps=ask.deps,
            usage_limits=UsageLimits(request_limit=ask.tool_calls + 2, tool_calls_limit=ask.tool_calls),
            run_id=ask.run_id,
            conversation_id=ask.conversation_id,
        )
        reply = result.output if isinstance(result.output, Reply) else Reply(text=result.output)
        return Ran(reply, lean(result.new_messages()))


class NotPlain(Exception):
    """The small loop does not know this way (no failure: the general loop's cue)."""


class PlainRunner:
    """The small loop: a fraction of the general one's work; hands over to it when something is special."""

    def __init__(self, general: Runner) -> None:
        self._general = general
        self._tools = JournaledTools()
        reply = ToolDefinition(name=REPLY_TOOL, kind="output")
        self._parameters = ModelRequestParameters(
            function_tools=list(self._tools.definitions), output_tools=[reply]
        )

    async def run(self, ask: Ask) -> Ran:
        """See `Runner.run`."""
        try:
            return await self._run(ask)
        except NotPlain:
            # What was answered and done is in the journal: the general loop starts again and repeats none of it.
            return await self._general.run(ask)

    async def _run(self, ask: Ask) -> Ran:
        model = JournaledModel(ask.model, ask.deps.journal)
        settings = ask.settings
        said: list[ModelMessage] = [_request(ask, [UserPromptPart([ask.prompt])])]
        calls_left = ask.tool_calls
        while True:
            response = await model.request([*ask.history, *said], settings, self._parameters)
            said.append(_stamped(response, ask, model))
            calls = _calls(response)
            if calls[0].tool_name == REPLY_TOOL:
                reply = _reply(calls)
                said.append(_request(ask, [ToolReturnPart(REPLY_TOOL, _PROCESSED, calls[0].tool_call_id)]))
                return Ran(reply, said)
            calls_left -= len(calls)
            if calls_left < 0:
                raise NotPlain
            said.append(_request(ask, await self._results(calls, ask.deps)))

    async def _results(self, calls: Sequence[ToolCallPart], deps: TurnDeps) -> list[ModelRequestPart]:
        """What the tools gave, in the calls' order. Those that only read run together, one that writes alone."""
        arguments = [self._arguments(call) for call in calls]
        results: list[ModelRequestPart] = []
        together: list[Awaitable[ModelRequestPart]] = []
        for call, args in zip(calls, arguments, strict=True):
            if self._tools.writes(call.tool_name):
                results += await _gather(together)
                together = []
                results.append(await self._result(call, args, deps))
            else:
                together.append(self._result(call, args, deps))
        return results + await _gather(together)

    def _arguments(self, call: ToolCallPart) -> dict[str, object]:
        try:
            return self._tools.arguments(call.tool_name, call.args_as_dict())
        except (
            KeyError,
            ValueError,
        ) as misfit:  # no such tool; no JSON, or (pydantic's are ValueErrors) no fit
            raise NotPlain from misfit

    async def _result(
        self, call: ToolCallPart, arguments: dict[str, object], deps: TurnDeps
    ) -> ModelRequestPart:
        content = await self._tools.run(call.tool_name, arguments, call.tool_call_id, deps)
        return ToolReturnPart(call.tool_name, content, call.tool_call_id)


def _request(ask: Ask, parts: list[ModelRequestPart]) -> ModelRequest:
    return ModelRequest(
        parts, timestamp=ask.deps.context.now, run_id=ask.run_id, conversation_id=ask.conversation_id
    )


def _stamped(response: ModelResponse, ask: Ask, model: Model) -> ModelResponse:
    return replace(response, run_id=ask.run_id, conversation_id=ask.conversation_id, model_id=model.model_id)


def _calls(response: ModelResponse) -> list[ToolCallPart]:
    """The response as calls; one of them alone when it is the reply."""
    calls = [part for part in response.parts if isinstance(part, ToolCallPart)]
    replies = any(call.tool_name == REPLY_TOOL for call in calls)
    if not calls or len(calls) != len(response.parts) or (replies and len(calls) > 1):
        raise NotPlain
    return calls


def _reply(calls: Sequence[ToolCallPart]) -> Reply:
    try:
        return Reply.model_validate(calls[0].args_as_dict())
    except ValueError as misfit:
        raise NotPlain from misfit


async def _gather(coros: Sequence[Awaitable[T]]) -> list[T]:
    """All of them at the same time; the first failure ends the others and is raised as it is."""
    if len(coros) < 2:
        return [await coro for coro in coros]

    async def one(coro: Awaitable[T]) -> T:
        return await coro

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(coro)) for coro in coros]
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]
