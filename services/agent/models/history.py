"""Can every provider read this conversation? Call ids of several turns and models are made unique."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    ModelResponsePart,
    ToolCallPart,
    ToolReturnPart,
)


def with_unique_ids(messages: Sequence[ModelMessage]) -> list[ModelMessage]:
    """The same messages, with a new id for each call whose id was used before, and for its result.

    The offline model names its calls by their order in a turn, so they repeat from turn to turn; Anthropic refuses that.
    """
    used: set[str] = set()
    renamed: dict[str, str] = {}
    found: list[ModelMessage] = []
    for place, message in enumerate(messages):
        if isinstance(message, ModelResponse):
            renamed = {}
            parts = [_call(part, place, used, renamed) for part in message.parts]
            found.append(replace(message, parts=parts) if renamed else message)
        elif renamed:
            found.append(_results(message, renamed))
        else:
            found.append(message)
    return found


def _call(part: ModelResponsePart, place: int, used: set[str], renamed: dict[str, str]) -> ModelResponsePart:
    if not isinstance(part, ToolCallPart):
        return part
    if part.tool_call_id in used:
        renamed[part.tool_call_id] = f"{part.tool_call_id}-{place}"
        part = replace(part, tool_call_id=renamed[part.tool_call_id])
    used.add(part.tool_call_id)
    return part


def _results(message: ModelRequest, renamed: Mapping[str, str]) -> ModelRequest:
    parts: list[ModelRequestPart] = [
        replace(part, tool_call_id=renamed[part.tool_call_id])
        if isinstance(part, ToolReturnPart) and part.tool_call_id in renamed
        else part
        for part in message.parts
    ]
    return replace(message, parts=parts)
