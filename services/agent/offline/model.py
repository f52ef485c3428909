"""The port: our deterministic model as a pydantic-ai model, a pure function of its input."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic_ai.messages import ModelMessage, ModelResponse, ModelResponsePart, TextPart, ToolCallPart
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.settings import ModelSettings

from services.agent.facts import Facts
from services.agent.offline.hearing import words_of
from services.agent.offline.history import exchanges
from services.agent.offline.plan import turn
from services.agent.offline.script import play
from services.agent.reply import Reply
from shared.errors import UsherError


class OfflineSettings(ModelSettings, total=False):
    """Model settings with what the offline model needs besides the history; other models ignore it."""

    offline_facts: Facts


class FactsMissing(UsherError):
    """The offline model needs `offline_facts` in its model settings."""


class OfflineModel(Model):
    """Understands booking requests in six languages by rules: no network, no weights, always the same answer."""

    @property
    def model_name(self) -> str:
        """The model's name."""
        return "offline"

    @property
    def system(self) -> str:
        """The provider's name."""
        return "usher"

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """The next response. Raises `FactsMissing` without `OfflineSettings`."""
        facts = (model_settings or {}).get("offline_facts")
        if not isinstance(facts, Facts):
            raise FactsMissing
        outputs = model_request_parameters.output_tools
        tools = frozenset(tool.name for tool in model_request_parameters.function_tools)
        parts = respond(messages, facts, tools, outputs[0].name if outputs else None)
        return ModelResponse(parts=parts, model_name=self.model_name)


def respond(
    messages: Sequence[ModelMessage], facts: Facts, tools: frozenset[str], reply_tool: str | None
) -> list[ModelResponsePart]:
    """Tool calls, or the final reply (by `reply_tool`, or as text when there is none)."""
    *past, now = exchanges(messages, reply_tool or "")
    step = play(turn(past, now, facts), now.uses)
    if isinstance(step, tuple) and not all(call.tool in tools for call in step):
        step = Reply(text=words_of(now, facts)("cannot"), stuck=True)
    if isinstance(step, Reply):
        return [_final(step, reply_tool)]
    # Ids by position: the same message always makes the same calls, so that a repeat finds their results.
    first = len(now.uses)
    return [
        ToolCallPart(call.tool, call.args, tool_call_id=f"offline-{n}") for n, call in enumerate(step, first)
    ]


def _final(reply: Reply, reply_tool: str | None) -> ModelResponsePart:
    if reply_tool is None:
        return TextPart(reply.text)
    return ToolCallPart(
        reply_tool, reply.model_dump(mode="json", exclude_none=True), tool_call_id="offline-reply"
    )
