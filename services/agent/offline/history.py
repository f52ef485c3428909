"""What has been said, done and shown in this conversation? Read from the model's message history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic_ai.messages import (
    ModelMessage,
    ModelResponse,
    TextContent,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)

THINGS = ("session_id", "slot_id", "booking_id", "entry_id")
"""The ids by which results tell of things."""
Json = dict[str, Any]
"""JSON data as tools answered it: their shapes are `services.agent.tools`' results."""


@dataclass(slots=True)
class ToolUse:
    """A tool call and its result (None: it failed, or has not come yet)."""

    name: str
    args: Json
    result: Json | None = None
    _things: dict[tuple[str, str], Json] | None = field(default=None, compare=False, repr=False)

    def thing(self, key: str, value: str) -> Json | None:
        """What the result told of the thing of this id (`key` is one of `THINGS`); None when it told nothing."""
        if self._things is None:
            self._things = {}
            _collect(self.result, self._things)
        return self._things.get((key, value))


@dataclass(frozen=True, slots=True)
class Shown:
    """A choice that the customer could tap."""

    choice_id: str
    title: str


@dataclass(slots=True)
class Exchange:
    """One message of the customer and all that followed. `choice_id` is set when it was a tap."""

    said: str = ""
    choice_id: str | None = None
    uses: list[ToolUse] = field(default_factory=list)
    text: str = ""
    choices: tuple[Shown, ...] = ()

    @property
    def notice(self) -> bool:
        """Whether this is what the notifier sent, and nothing the customer said."""
        return self.said.startswith("[sent by the system")


def exchanges(messages: Sequence[ModelMessage], reply_tool: str) -> list[Exchange]:
    """The conversation as exchanges, oldest first; the last one is being answered."""
    found: list[Exchange] = []
    calls: dict[str, ToolUse] = {}
    for message in messages:
        for part in message.parts:
            if isinstance(part, UserPromptPart):
                found.append(_said(part))
            elif not found:
                continue
            elif isinstance(part, ToolReturnPart) and part.tool_call_id in calls:
                content: object = part.content
                if part.outcome == "success" and isinstance(content, dict):
                    calls[part.tool_call_id].result = dict(content)
            elif isinstance(message, ModelResponse):
                _answered(found[-1], part, calls, reply_tool)
    return found


def _said(part: UserPromptPart) -> Exchange:
    content = [part.content] if isinstance(part.content, str) else list(part.content)
    said = Exchange()
    for item in content:
        if isinstance(item, str):
            said.said = f"{said.said} {item}".strip()
        elif isinstance(item, TextContent):
            said.said = f"{said.said} {item.content}".strip()
            if isinstance(item.metadata, dict):
                said.choice_id = item.metadata.get("choice_id")
    return said


def _answered(exchange: Exchange, part: object, calls: dict[str, ToolUse], reply_tool: str) -> None:
    if isinstance(part, TextPart):
        exchange.text = part.content
    elif isinstance(part, ToolCallPart):
        args = part.args_as_dict()
        if part.tool_name == reply_tool:
            exchange.text = str(args.get("text", ""))
            exchange.choices = tuple(
                Shown(str(choice.get("choice_id", "")), str(choice.get("title", "")))
                for choice in args.get("choices", ())
            )
            return
        use = ToolUse(part.tool_name, args)
        calls[part.tool_call_id] = use
        exchange.uses.append(use)


def thing(past: Sequence[Exchange], key: str, value: str) -> Json:
    """The newest session, slot, booking or waitlist entry of this id that a tool told of; {} when none did.

    `key` is one of `THINGS`.
    """
    for exchange in reversed(past):
        for use in reversed(exchange.uses):
            found = use.thing(key, value)
            if found is not None:
                return found
    return {}


def _collect(data: object, things: dict[tuple[str, str], Json]) -> None:
    """Every thing that is told of, by its ids; the outermost and first of several."""
    if isinstance(data, dict):
        if len(data) > 2:
            for key in THINGS:
                value = data.get(key)
                if isinstance(value, str):
                    things.setdefault((key, value), data)
        data = list(data.values())
    if isinstance(data, (list, tuple)):
        for item in data:
            if isinstance(item, (dict, list, tuple)):
                _collect(item, things)


def results(past: Sequence[Exchange], *names: str) -> Iterator[Json]:
    """Results of these tools, newest first."""
    for exchange in reversed(past):
        for use in reversed(exchange.uses):
            if use.name in names and use.result is not None:
                yield use.result
