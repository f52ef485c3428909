"""Which model answers? `offline`, or any that pydantic-ai knows by name; and the agent that runs it."""

from __future__ import annotations

from typing import TypeAlias

from pydantic_ai import Agent, ToolOutput
from pydantic_ai.exceptions import UserError
from pydantic_ai.models import Model, infer_model
from pydantic_ai.tools import RunContext

from services.agent.offline import OfflineModel
from services.agent.prompt import instructions
from services.agent.replay import JournaledTools, TurnDeps
from services.agent.reply import Reply
from shared.errors import UsherError

REPLY_TOOL = "reply"
_RETRIES = 2

UsherAgent: TypeAlias = Agent[TurnDeps, Reply | str]


class ModelNotUsable(UsherError):
    """The model named by USHER_LLM cannot be used."""


def build_model(llm: str) -> Model:
    """The model that `settings.llm` names; connects to nothing.

    Raises `ModelNotUsable` with what to do about it.
    """
    if llm == "offline":
        return OfflineModel()
    provider, _, name = llm.partition(":")
    if not name:
        raise ModelNotUsable(
            f"USHER_LLM={llm} names no model: write `offline`, or provider:model such as `openai:gpt-5`, "
            "`anthropic:claude-sonnet-4-5` or `ollama:llama3.2`."
        )
    try:
        return infer_model(llm)
    except ImportError as error:
        extra = (
            "openai" if provider == "ollama" else provider.removesuffix("-chat").removesuffix("-responses")
        )
        raise ModelNotUsable(
            f"USHER_LLM={llm} needs a package that is not installed: run `pip install 'usher[{extra}]'` "
            f"(or `pip install 'pydantic-ai-slim[{extra}]'`)."
        ) from error
    except UserError as error:
        raise ModelNotUsable(f"USHER_LLM={llm} cannot be used: {error}") from error
    except Exception as error:
        # Each provider's SDK has its own error for a missing key.
        raise ModelNotUsable(f"USHER_LLM={llm} cannot be used: {type(error).__name__}: {error}") from error


def build_agent() -> UsherAgent:
    """The agent without a model; each run is given its turn's journaled one."""
    tools: JournaledTools = JournaledTools()
    return Agent(
        output_type=[
            ToolOutput(Reply, name=REPLY_TOOL, description="Answer the customer; this ends the turn."),
            str,
        ],
        deps_type=TurnDeps,
        instructions=_instructions,
        toolsets=[tools],
        retries={"tools": _RETRIES, "output": _RETRIES},
        name="usher",
    )


async def _instructions(ctx: RunContext[TurnDeps]) -> str:
    # Async, because pydantic-ai hands every sync function to a worker thread.
    return instructions(ctx.deps.facts)
