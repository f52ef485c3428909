"""What runs a model with our tools? pydantic-ai's agent. Which model it is: `services.agent.models`."""

from __future__ import annotations

from typing import TypeAlias

from pydantic_ai import Agent, ModelRetry, ToolOutput
from pydantic_ai.tools import RunContext

from services.agent.grounding import complaint, made_up
from services.agent.prompt import instructions
from services.agent.replay import JournaledTools, TurnDeps
from services.agent.reply import Reply

REPLY_TOOL = "reply"
_RETRIES = 2

UsherAgent: TypeAlias = Agent[TurnDeps, Reply | str]


def build_agent() -> UsherAgent:
    """The agent without a model; each run is given its turn's journaled one."""
    tools: JournaledTools = JournaledTools()
    agent: UsherAgent = Agent(
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
    agent.output_validator(_grounded)
    return agent


async def _grounded(ctx: RunContext[TurnDeps], output: Reply | str) -> Reply | str:
    """The reply, when all that it states was told by a tool. Raises `ModelRetry` with what was not."""
    deps, reply = ctx.deps, output if isinstance(output, Reply) else Reply(text=output)
    if found := made_up(reply, deps.history, deps.said, deps.results, deps.facts):
        raise ModelRetry(complaint(found))
    return output


async def _instructions(ctx: RunContext[TurnDeps]) -> str:
    # Async, because pydantic-ai hands every sync function to a worker thread.
    return instructions(ctx.deps.facts)
