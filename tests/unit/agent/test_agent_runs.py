"""Do the small loop and pydantic-ai's agent loop do the same with the same model? Run both, compare all they leave."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson
import pytest
from pydantic_ai.messages import ModelMessage, ModelResponse, ModelResponsePart, TextPart, ToolCallPart
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.function import FunctionModel
from pydantic_ai.settings import ModelSettings

from services.agent.model import build_agent
from services.agent.offline import OfflineModel
from services.agent.runs import AgentRunner, Ask, PlainRunner, Ran, Runner, runner_of
from services.agent.speaker import AgentSpeaker
from services.agent.turns import FAILED
from shared.errors import Transient
from shared.messages.booking import FindSessions, SessionsFound
from shared.messages.conversation import TextContent
from tests.unit.agent.studio import VINYASA, Chat, Studio, session, week

AGENT = build_agent()
CLASS = str(session(VINYASA, "2026-11-23 19:00").session_id)


class Chatting(Chat):
    """A chat whose model is run by a given loop."""

    def __init__(self, studio: Studio, runner: Runner, model: Model | None = None, tool_calls: int = 8) -> None:
        super().__init__(studio, model=model, tool_calls=tool_calls)
        speaker = AgentSpeaker(runner, self.model, studio, lambda: self.now, tool_calls)
        self.turns = _with(self, speaker)

    def left(self) -> tuple[object, ...]:
        """Everything that the conversation left behind, without the clock's readings."""
        turns = [_timeless(orjson.loads(turn.messages)) for turn in self.ledger.turns.values() if turn]
        steps = _timeless([[(k, orjson.loads(v)) for k, v in s.items()] for s in self.ledger.steps.values()])
        commands = [command.command_id for command in self.studio.commands]
        return turns, steps, commands, self.studio.questions, self.published


def _with(chat: Chat, speaker: AgentSpeaker) -> object:
    raise NotImplementedError


def _timeless(value: object) -> object:
    if isinstance(value, dict):
        return {key: _timeless(item) for key, item in value.items() if key != "timestamp"}
    return [_timeless(item) for item in value] if isinstance(value, (list, tuple)) else value
