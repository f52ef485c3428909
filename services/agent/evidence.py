"""What has this conversation shown? Ids, prices and terms out of tool results, and the replies that carried them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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

Json = Mapping[str, Any]
"""JSON data as tools answered it: their shapes are `services.agent.tools`' results."""

REPLY_TOOL = "reply"
IDS = ("session_id", "slot_id", "booking_id", "entry_id")
"""The fields that name things."""
_BY_THE_SYSTEM = "[sent by"
"""How an exchange begins that the customer did not begin: an offer, a reminder (see `services.agent.notices`)."""


@dataclass(frozen=True, slots=True)
class Option:
    """Something the customer could tap: its id and what it says."""

    choice_id: str
    title: str
    description: str = ""


@dataclass(slots=True)
class Round:
    """One message of the customer (or one that was sent to them unasked) and all that followed.

    `results`: (tool, its arguments, what it gave). `text` and `options` are our reply.
    """

    said: str = ""
    results: list[tuple[str, Json, Json]] = field(default_factory=list)
    text: str = ""
    options: tuple[Option, ...] = ()

    @property
    def unasked(self) -> bool:
        """Whether the system sent this, not the model."""
        return self.said.startswith(_BY_THE_SYSTEM)


@dataclass(frozen=True, slots=True)
class Sighting:
    """One time that a thing was in a tool result: in which round, what was told of it, and by which call."""

    round: int
    tool: str
    args: Json
    result: Json
    view: Json


def rounds_of(history: Sequence[ModelMessage], ours: frozenset[str]) -> list[Round]:
    """The conversation so far, oldest first. Only results of `ours` (tools) count: others say what they like."""
    rounds: list[Round] = []
    calls: dict[str, tuple[str, Json]] = {}
    for message in history:
        for part in message.parts:
            if isinstance(part, UserPromptPart):
                rounds.append(Round(said=words_of(part)))
            elif not rounds:
                continue
            elif isinstance(part, ToolReturnPart):
                name, args = calls.get(part.tool_call_id, ("", {}))
                if name in ours and part.outcome == "success" and isinstance(part.content, Mapping):
                    rounds[-1].results.append((name, args, part.content))
            elif isinstance(message, ModelResponse):
                _said_by_us(rounds[-1], part, calls)
    return rounds


def words_of(part: UserPromptPart) -> str:
    """The words of a prompt."""
    content = [part.content] if isinstance(part.content, str) else part.content
    said = [item.content if isinstance(item, TextContent) else item for item in content]
    return " ".join(item for item in said if isinstance(item, str)).strip()


def _said_by_us(current: Round, part: object, calls: dict[str, tuple[str, Json]]) -> None:
    if isinstance(part, TextPart):
        current.text = part.content
    elif isinstance(part, ToolCallPart):
        args = _arguments(part)
        calls[part.tool_call_id] = (part.tool_name, args)
        if part.tool_name == REPLY_TOOL:
            current.text = str(args.get("text", ""))
            current.options = tuple(
                Option(
                    str(choice.get("choice_id", "")),
                    str(choice.get("title", "")),
                    str(choice.get("description") or ""),
                )
                for choice in args.get("choices") or ()
                if isinstance(choice, Mapping)
            )


def _arguments(part: ToolCallPart) -> Json:
    try:
        return part.args_as_dict()
    except ValueError:  # what a model wrote need not be JSON
        return {}


def sightings(rounds: Sequence[Round], field_name: str, wanted: str) -> list[Sighting]:
    """Where a thing was told of, oldest first."""
    return [
        Sighting(number, tool, args, result, view)
        for number, each in enumerate(rounds)
        for tool, args, result in each.results
        for view in _views(result)
        if str(view.get(field_name)) == wanted
    ]


def known_ids(rounds: Sequence[Round]) -> set[str]:
    """Every id that a tool result held, and those of the choices that the system sent."""
    found = {
        str(view[name])
        for each in rounds
        for _, _, result in each.results
        for view in _views(result)
        for name in IDS
        if view.get(name)
    }
    for each in rounds:
        if each.unasked:
            found |= {part for option in each.options for part in option.choice_id.split(":")[1:]}
    return found


def _views(data: object) -> Iterator[Json]:
    """Every object in a result that names something."""
    if isinstance(data, Mapping):
        if any(data.get(name) for name in IDS):
            yield data
        for value in data.values():
            yield from _views(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _views(value)
