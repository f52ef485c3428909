"""How is a model run with our tools until it answers? By a small loop, and by pydantic-ai's for all that is special.

The small loop knows the plain way only: calls whose arguments fit, then one reply. Whatever else happens is left to
pydantic-ai's loop, which finds in the journal what has been done already (docs/adr/0010).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    TextContent,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.tools import ToolDefinition
from pydantic_ai.toolsets import AbstractToolset
from pydantic_ai.usage import UsageLimits

from services.agent.grounding import made_up
from services.agent.known import Known, notes
from services.agent.memory import lean
from services.agent.model import REPLY_TOOL, UsherAgent
from services.agent.models.settings import TurnSettings
from services.agent.offline import OfflineModel
from services.agent.prompt import instructions
from services.agent.replay import JournaledModel, JournaledTools, TurnDeps
from services.agent.reply import Reply

_MODELS = 1000
_CUT_OFF = frozenset({"length", "content_filter", "error"})
_PROCESSED = "Final result processed."  # pydantic-ai's words, so that both loops leave the same history

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ask:
    """What a model is run on: the customer's words, what is known before, and at most `tool_calls` calls.

    `toolsets` are the business's own tools beside ours.
    """

    prompt: TextContent
    known: Known
    model: Model
    deps: TurnDeps
    tool_calls: int
    toolsets: Sequence[AbstractToolset[TurnDeps]] = ()

    @property
    def run_id(self) -> str:
        """The message's id: a turn that is run again is the same run."""
        return str(self.deps.journal.message_id)

    @property
    def conversation_id(self) -> str:
        """Our conversation's id."""
        return str(self.deps.context.contact.conversation_id)

    @property
    def settings(self) -> TurnSettings:
        """What the offline model needs besides the history, and whose turn it is; providers are sent none of it."""
        contact = self.deps.context.contact
        return TurnSettings(
            offline_facts=self.deps.facts,
            usher_tenant_id=self.deps.context.tenant_id,
            usher_conversation_id=contact.conversation_id,
        )


@dataclass(frozen=True, slots=True)
class Ran:
    """The answer and the run's messages, without instructions; how the model was asked, when pydantic-ai's loop did."""

    reply: Reply
    messages: list[ModelMessage]
    parameters: ModelRequestParameters | None = None


class Runner(Protocol):
    """Whatever runs a model until it answers."""

    async def run(self, ask: Ask) -> Ran:
        """The model's answer.

        Raises `ModelFailed`, what the tools raise, and pydantic-ai's `AgentRunError`s when a limit is passed or the
        model's answers fit nothing.
        """


def runner_of(agent: UsherAgent) -> Runner:
    """The small loop, with pydantic-ai's behind it."""
    return PlainRunner(AgentRunner(agent))


@dataclass(frozen=True, slots=True)
class AgentRunner:
    """pydantic-ai's agent loop: any model, retries of bad arguments, all it may say."""

    agent: UsherAgent

    async def run(self, ask: Ask) -> Ran:
        """See `Runner.run`."""
        model = JournaledModel(ask.model, ask.deps.journal)
        result = await self.agent.run(
            [ask.prompt],
            message_history=_before(ask),
            model=model,
            model_settings=ask.settings,
            deps=ask.deps,
            usage_limits=UsageLimits(request_limit=ask.tool_calls + 2, tool_calls_limit=ask.tool_calls),
            run_id=ask.run_id,
            conversation_id=ask.conversation_id,
            toolsets=list(ask.toolsets) or None,
        )
        reply = result.output if isinstance(result.output, Reply) else Reply(text=result.output)
        return Ran(reply, lean(result.new_messages()), model.parameters)


def _before(ask: Ask) -> list[ModelMessage]:
    """What is known before: our own model is told by its facts what others read in a note."""
    history = ask.known.history
    return history if isinstance(ask.model, OfflineModel) else [*notes(ask.known), *history]


def _merged(messages: Sequence[ModelMessage]) -> list[ModelMessage]:
    """The messages with requests that follow each other as one, as pydantic-ai's loop shows them."""
    merged: list[ModelMessage] = []
    for message in messages:
        before = merged[-1] if merged else None
        if isinstance(message, ModelRequest) and isinstance(before, ModelRequest):
            merged[-1] = replace(message, parts=[*before.parts, *message.parts])
        else:
            merged.append(message)
    return merged


class NotPlain(Exception):
    """The small loop does not know this way (no failure: the general loop's cue)."""


class PlainRunner:
    """The small loop: a fraction of the general one's work; hands over to it when something is special.

    How a model other than our own is to be asked (its tools' schemas, its output) is learned from the general loop, which
    runs the first turn with it.
    """

    def __init__(self, general: Runner) -> None:
        self._general = general
        self._tools = JournaledTools()
        reply = ToolDefinition(name=REPLY_TOOL, kind="output")
        self._own = ModelRequestParameters(function_tools=list(self._tools.definitions), output_tools=[reply])
        self._learned: dict[
            int, tuple[Model, ModelRequestParameters]
        ] = {}  # by identity: some are not hashable

    async def run(self, ask: Ask) -> Ran:
        """See `Runner.run`."""
        parameters = None if ask.toolsets else self._parameters(ask)
        if parameters is not None:
            try:
                return await self._run(ask, parameters)
            except NotPlain:
                # What was answered and done is in the journal: the general loop starts again and repeats none of it.
                ask.deps.results.clear()
        ran = await self._general.run(ask)
        if ran.parameters is not None and not ask.toolsets:
            if len(self._learned) >= _MODELS:
                self._learned.clear()
            self._learned[id(ask.model)] = (ask.model, ran.parameters)
        return ran

    def _parameters(self, ask: Ask) -> ModelRequestParameters | None:
        """How this model is to be asked; None: nobody knows yet."""
        if isinstance(ask.model, OfflineModel):
            return self._own
        _, learned = self._learned.get(id(ask.model), (None, None))
        parts = learned.instruction_parts if learned is not None else None
        if learned is None or parts is None or len(parts) != 1:
            return None
        told = replace(parts[0], content=instructions(ask.deps.facts))
        return replace(learned, instruction_parts=[told])

    async def _run(self, ask: Ask, parameters: ModelRequestParameters) -> Ran:
        model = JournaledModel(ask.model, ask.deps.journal)
        settings = ask.settings
        history = _before(ask)
        told = parameters.instruction_parts[0].content.strip() if parameters.instruction_parts else None
        said: list[ModelMessage] = [_request(ask, [UserPromptPart([ask.prompt])], told)]
        calls_left = ask.tool_calls
        while True:
            messages = [*history, *said] if told is None else _merged([*history, *said])
            response = await model.request(messages, settings, parameters)
            said.append(_stamped(response, ask, model))
            calls = _calls(response)
            if not calls:
                return Ran(_grounded(Reply(text=_words(response)), ask), lean(said))
            if calls[0].tool_name == REPLY_TOOL:
                reply = _grounded(_reply(calls), ask)
                done = ToolReturnPart(REPLY_TOOL, _PROCESSED, calls[0].tool_call_id)
                return Ran(reply, lean([*said, _request(ask, [done])]))
            calls_left -= len(calls)
            if calls_left < 0:
                raise NotPlain
            said.append(_request(ask, await self._results(calls, ask.deps), told))

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


def _request(ask: Ask, parts: list[ModelRequestPart], told: str | None = None) -> ModelRequest:
    # A chain of models counts a turn's time from the machine's clock, as pydantic-ai writes it.
    now = ask.deps.context.now if told is None else datetime.now(UTC)
    return ModelRequest(
        parts, timestamp=now, instructions=told, run_id=ask.run_id, conversation_id=ask.conversation_id
    )


def _stamped(response: ModelResponse, ask: Ask, model: Model) -> ModelResponse:
    return replace(response, run_id=ask.run_id, conversation_id=ask.conversation_id, model_id=model.model_id)


def _calls(response: ModelResponse) -> list[ToolCallPart]:
    """The calls of the response, which may say or think something beside them; one alone when it is the reply.

    None when it only says something.
    """
    calls = [part for part in response.parts if isinstance(part, ToolCallPart)]
    others = [part for part in response.parts if not isinstance(part, ToolCallPart)]
    replies = any(call.tool_name == REPLY_TOOL for call in calls)
    known = all(isinstance(part, TextPart | ThinkingPart) for part in others)
    if not known or response.finish_reason in _CUT_OFF or (replies and len(calls) > 1):
        raise NotPlain
    if not calls and not _words(response).strip():
        raise NotPlain
    return calls


def _words(response: ModelResponse) -> str:
    return "".join(part.content for part in response.parts if isinstance(part, TextPart))


def _reply(calls: Sequence[ToolCallPart]) -> Reply:
    try:
        return Reply.model_validate(calls[0].args_as_dict())
    except ValueError as misfit:
        raise NotPlain from misfit


def _grounded(reply: Reply, ask: Ask) -> Reply:
    """The reply, unless it states what no tool told: then the general loop asks the model again."""
    deps = ask.deps
    if not isinstance(ask.model, OfflineModel) and made_up(
        reply, deps.history, deps.said, deps.results, deps.facts
    ):
        raise NotPlain
    return reply


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
