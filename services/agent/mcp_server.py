"""How do others call our tools? The same definitions as an MCP server, for one tenant and one customer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import orjson
from mcp import Tool, types
from mcp.server import Server
from mcp.server.context import ServerRequestContext
from pydantic import ValidationError

from services.agent.tools import Bookings, ToolCall, ToolSpec, TurnContext
from shared.errors import Transient, outline
from shared.ids import NewId
from shared.telemetry import get_logger

INSTRUCTIONS = (
    "Tools of a booking business, for one customer. Find sessions first; ids come only from earlier "
    "results. Book or "
    "cancel only after the person has said yes to what was shown. The customer is told of a booking or "
    "cancellation on their own channel."
)


def build_server(
    tools: Sequence[ToolSpec[Any]],
    bookings: Bookings,
    context: Callable[[], TurnContext],
    new_id: NewId,
    *,
    version: str = "",
) -> Server[dict[str, Any]]:
    """An MCP server for these tools. `context()` says for whom and when, at each call: no argument of a
    caller does.

    `new_id` makes the command id of each call that writes.
    """
    specs = {spec.name: spec for spec in tools}

    async def list_tools(
        _ctx: ServerRequestContext[dict[str, Any]], _params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[definition(spec) for spec in specs.values()])

    async def call_tool(
        _ctx: ServerRequestContext[dict[str, Any]], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        spec = specs.get(params.name)
        if spec is None:
            return _failed(f"There is no tool called {params.name}. There are: {', '.join(specs)}.")
        call = ToolCall(command_id=new_id(), recall=_make)
        try:
            answer = await spec.call(bookings, context(), params.arguments or {}, call)
        except ValidationError as error:
            return _failed(_why(error))
        except Transient as error:
            return _failed(f"The booking system did not answer; try again in a moment. ({error})")
        except Exception as error:  # noqa: BLE001  # the server's border: caller told, logged
            get_logger("agent").error("mcp_tool_failed", tool=params.name, error=outline(error))
            return _failed(f"{params.name} failed: {type(error).__name__}.")
        text = types.TextContent(type="text", text=orjson.dumps(answer).decode())
        return types.CallToolResult(content=[text], structured_content=answer)

    return Server(
        "usher", version=version, instructions=INSTRUCTIONS, on_list_tools=list_tools, on_call_tool=call_tool
    )


def definition(spec: ToolSpec[Any]) -> Tool:
    """A tool as MCP describes it."""
    return Tool(
        name=spec.name,
        description=spec.description,
        input_schema=spec.args.model_json_schema(),
        output_schema=spec.result.model_json_schema(mode="serialization"),
        annotations=types.ToolAnnotations(
            read_only_hint=not spec.writes,
            destructive_hint=spec.name.startswith("cancel"),
            idempotent_hint=not spec.writes,
            open_world_hint=False,
        ),
    )


async def _make(_name: str, make: Callable[[], Awaitable[str | None]]) -> str | None:
    return await make()


def _failed(text: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=True)


def _why(error: ValidationError) -> str:
    problems = "; ".join(
        f"{'.'.join(str(part) for part in e['loc']) or 'arguments'}: {e['msg']}" for e in error.errors()
    )
    return f"The arguments do not fit: {problems}."
