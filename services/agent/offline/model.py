"""The port: our deterministic model as a pydantic-ai model, a pure function of its input."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic_ai.messages import ModelMessage, ModelResponse, ModelResponsePart, TextPart, ToolCallPart
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.settings import ModelSettings

from services.agent.facts import Facts
from services.agent.offline.answer import answer
from services.agent.offline.history import exchanges
from services.agent.offline.plan import hear, plan
from services.agent.offline.request import Request
from services.agent.reply import Reply
from shared.errors import UsherError


class OfflineSettings(ModelSettings, total=False):
    """Model settings with what the offline model needs besides the history; other models ignore it."""

    offline_facts: Facts


class FactsMissing(UsherError):
    """The offline model needs `offline_facts` in its model settings."""


class OfflineModel(Model):
    """Understands English booking requests by rules: no network, no weights, the same answer every time."""

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
    steps = plan(past, now, facts)
    if isinstance(steps, list) and not all(request.tool in tools for request in steps):
        steps = Reply(text="I cannot do that here, I am sorry.")
    if isinstance(steps, Reply):
        return [_final(steps, reply_tool)]
    if not now.uses:
        return _calls(steps)
    reply = answer(steps, now.uses, facts, lambda text: hear(text, facts))
    return [_final(reply, reply_tool)]


def _calls(requests: Sequence[Request]) -> list[ModelResponsePart]:
    # Ids by position: the same message always makes the same calls, so that a repeat finds their results.
    return [ToolCallPart(r.tool, r.args, tool_call_id=f"offline-{n}") for n, r in enumerate(requests)]


def _final(reply: Reply, reply_tool: str | None) -> ModelResponsePart:
    if reply_tool is None:
        return TextPart(reply.text)
    return ToolCallPart(
        reply_tool, reply.model_dump(mode="json", exclude_none=True), tool_call_id="offline-reply"
    )
