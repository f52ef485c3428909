"""How does a turn that is run again skip what it has done? Its model and its tools ask the journal first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import orjson
from pydantic import JsonValue, TypeAdapter
from pydantic_ai import RunContext
from pydantic_ai.messages import ModelMessage, ModelResponse, TextContent, ToolCallPart
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition
from pydantic_ai.toolsets import AbstractToolset, ToolsetTool
from pydantic_core import SchemaValidator, core_schema

from services.agent import guards
from services.agent.facts import Facts
from services.agent.journal import Journal
from services.agent.models.costs import spent_of
from services.agent.tools import TOOLS, ToolCall, ToolSpec, TurnContext
from services.agent.tools.spec import Ports, Shown
from shared import ids
from shared.errors import UsherError, outline

OFFLINE = "offline"
"""The name under which our own model answers, alone or as the last of a chain."""

AGREED = "agreed"
"""The part of a write's step that says what the customer had agreed to when it was begun."""

_RESPONSE = TypeAdapter(ModelResponse)
_SHOWN = TypeAdapter(Shown)


class ModelFailed(UsherError):
    """The model did not answer."""


@dataclass(frozen=True, slots=True)
class TurnDeps:
    """What a run of the agent is given besides words: who asks, the business, and where steps are kept.

    `history` is what was said before, `said` the customer's words now; `results` grows by what each tool gave.
    """

    context: TurnContext
    facts: Facts
    ports: Ports
    journal: Journal
    history: Sequence[ModelMessage] = ()
    said: TextContent = field(default_factory=lambda: TextContent(""))
    results: list[tuple[str, JsonValue]] = field(default_factory=list)


class JournaledModel(WrapperModel):
    """The n-th request of a turn returns its stored response, or calls the model and stores what it said."""

    def __init__(self, wrapped: Model, journal: Journal) -> None:
        super().__init__(wrapped)
        self._journal = journal
        self.parameters: ModelRequestParameters | None = None
        """How it was asked last."""
        self._requests = 0
        self._call_ids: set[str] = set()

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """See `Model.request`. Raises `ModelFailed` for whatever the model raises."""
        self.parameters = model_request_parameters
        key = f"model:{self._requests}"
        self._requests += 1
        stored = self._journal.get(key)
        if stored is not None:
            response = _RESPONSE.validate_json(stored)
            self._call_ids |= {part.tool_call_id for part in response.tool_calls}
            return response
        try:
            response = await self.wrapped.request(messages, model_settings, model_request_parameters)
        except Exception as error:
            # An adapter's OSError or TimeoutError must not read as "PostgreSQL is away: try for ever".
            raise ModelFailed(f"{self.model_name} failed: {outline(error)}") from error
        response = self._with_own_ids(response)
        # Asking our own model again costs nothing and gives the same answer.
        spent = spent_of(response)
        paid = response.model_name != OFFLINE or bool(spent)
        await self._journal.put(key, _RESPONSE.dump_json(response).decode(), at_once=paid, spent=spent)
        return response

    def _with_own_ids(self, response: ModelResponse) -> ModelResponse:
        """Call ids are the steps' names, so one that was used before in this turn gets a suffix."""
        parts = []
        for part in response.parts:
            if isinstance(part, ToolCallPart) and part.tool_call_id in self._call_ids:
                part = replace(part, tool_call_id=f"{part.tool_call_id}-{len(self._call_ids)}")
            if isinstance(part, ToolCallPart):
                self._call_ids.add(part.tool_call_id)
            parts.append(part)
        return replace(response, parts=parts)


class JournaledTools(AbstractToolset[TurnDeps]):
    """Our tools for the model. A call returns its stored result, or runs and stores it.

    A tool that writes runs alone, after everything before it is stored, under a command id made of the message's and the
    call's: however often it is tried, booking sees one command. What may not run is answered by `guards` instead.
    """

    def __init__(self, tools: tuple[ToolSpec[Any], ...] = TOOLS) -> None:
        self._specs = {spec.name: spec for spec in tools}
        self._tools = {spec.name: self._tool(spec) for spec in tools}

    @property
    def id(self) -> str:
        """The toolset's name."""
        return "usher"

    @property
    def definitions(self) -> tuple[ToolDefinition, ...]:
        """The tools as a model is told of them."""
        return tuple(tool.tool_def for tool in self._tools.values())

    def writes(self, name: str) -> bool:
        """Whether the tool changes the world. Raises `KeyError` when there is none of that name."""
        return self._specs[name].writes

    def arguments(self, name: str, raw: dict[str, Any]) -> dict[str, Any]:
        """Checked arguments. Raises `KeyError` for an unknown tool, pydantic's `ValidationError` for a misfit."""
        checked: dict[str, Any] = self._tools[name].args_validator.validate_python(raw)
        return checked

    async def get_tools(self, ctx: RunContext[TurnDeps]) -> dict[str, ToolsetTool[TurnDeps]]:
        """The definitions, with pydantic's own validators for the arguments."""
        return self._tools

    async def call_tool(
        self, name: str, tool_args: dict[str, Any], ctx: RunContext[TurnDeps], tool: ToolsetTool[TurnDeps]
    ) -> JsonValue:
        """See `run`."""
        if ctx.tool_call_id is None:
            raise ValueError(f"a call of {name} without an id")
        return await self.run(name, tool_args, ctx.tool_call_id, ctx.deps)

    async def run(self, name: str, args: dict[str, Any], call_id: str, deps: TurnDeps) -> JsonValue:
        """Run a tool on checked arguments, or return what it gave before. Raises what the tool raises."""
        journal, spec = deps.journal, self._specs[name]
        key = f"tool:{call_id}"
        stored = journal.get(key)
        if stored is not None:
            result: JsonValue = orjson.loads(stored)
            deps.results.append((name, result))
            return result
        verdict = self._verdict(name, args, key, deps)
        if verdict.refusal is not None:
            answer: dict[str, JsonValue] = verdict.refusal
            await journal.put(key, orjson.dumps(answer).decode(), at_once=False)
        else:
            call = ToolCall(
                command_id=ids.derive("command", journal.message_id, call_id),
                recall=lambda part, make: journal.once(f"{key}:{part}", make),
                shown=verdict.shown,
            )
            if spec.writes:
                agreed = _SHOWN.dump_json(verdict.shown).decode()
                await journal.put(f"{key}:{AGREED}", agreed, at_once=True)
                journal.begin_write()
            answer = await spec.call(deps.ports, deps.context, args, call)
            await journal.put(key, orjson.dumps(answer).decode(), at_once=spec.writes)
            journal.undecided -= 1 if spec.writes else 0
        deps.results.append((name, answer))
        return answer

    def _verdict(self, name: str, args: dict[str, Any], key: str, deps: TurnDeps) -> guards.Verdict:
        """Whether the call may run. What was begun before this process stays agreed to, whatever was said since."""
        agreed = deps.journal.get(f"{key}:{AGREED}")
        if agreed is not None:
            return guards.Verdict(shown=_SHOWN.validate_json(agreed))
        context, results = deps.context, tuple(deps.results)
        past = guards.Past(deps.history, deps.said, results, context.language, deps.facts.local_now)
        return guards.check(name, args, past)

    def _tool(self, spec: ToolSpec[Any]) -> ToolsetTool[TurnDeps]:
        definition, validator = _told_and_checked(spec)
        return ToolsetTool(toolset=self, tool_def=definition, max_retries=2, args_validator=validator)


@cache
def _told_and_checked(spec: ToolSpec[Any]) -> tuple[ToolDefinition, SchemaValidator]:
    """A tool as a model is told of it, and what checks its arguments: made once, a schema takes milliseconds."""
    definition = ToolDefinition(
        name=spec.name,
        description=spec.description,
        parameters_json_schema=spec.args.model_json_schema(),
        sequential=spec.writes,
    )
    # As a dict, because that is what `call_tool` is given.
    schema = core_schema.no_info_after_validator_function(dict, spec.args.__pydantic_core_schema__)
    return definition, SchemaValidator(schema)
