"""Which tools of a business's own may the model call? Those of its MCP servers, by name, and never for longer than a moment.

What they answer is data. They never see who the customer is unless the model tells them, only read unless the business
says otherwise, and one that is slow or away only means that its tools are missing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

import httpx2
import orjson
from mcp import Client, types
from mcp.client.streamable_http import streamable_http_client
from pydantic import JsonValue
from pydantic_ai import RunContext
from pydantic_ai.tools import ToolDefinition
from pydantic_ai.toolsets import AbstractToolset, ToolsetTool
from pydantic_core import SchemaValidator, core_schema

from services.agent.replay import TurnDeps
from shared.errors import outline
from shared.tasks import ended, spawn
from shared.telemetry import get_logger

PATIENCE = 1.0
"""Seconds a turn waits for servers whose tools nobody has asked for yet."""
CALL_SECONDS = 8.0
FRESH_SECONDS = 300.0
_AGAIN_SECONDS = 30.0
_LONGEST = 8_000
_DESCRIPTION = 600
_ARGUMENTS = SchemaValidator(
    core_schema.dict_schema(keys_schema=core_schema.str_schema(), values_schema=core_schema.any_schema())
)
_UNAVAILABLE = "This did not answer. Go on without it."
_UNKNOWN = "It is not known whether this was done. Say so; do not try it again."


@dataclass(frozen=True, slots=True)
class TenantServer:
    """An MCP server of a business: which of its tools may be called; `writes`: also those that do not only read."""

    name: str
    url: str
    tools: tuple[str, ...]
    writes: bool = False
    token: str | None = field(default=None, repr=False)


class ServerSource(Protocol):
    """Where the servers of businesses are kept."""

    async def servers(self, tenant_id: UUID) -> Sequence[TenantServer]:
        """The servers of this business. May raise what `shared.db.is_transient` knows."""


@dataclass(slots=True)
class _Offered:
    """What a server offered when it was asked last; `at`: when (monotonic seconds), `ok`: whether it answered."""

    tools: dict[str, types.Tool] = field(default_factory=dict)
    at: float = float("-inf")
    ok: bool = False
    asking: asyncio.Task[None] | None = None

    def stale(self, fresh: float) -> bool:
        """Whether to ask again now."""
        return time.monotonic() - self.at > (fresh if self.ok else _AGAIN_SECONDS)


class TenantTools:
    """Toolsets of businesses. Servers are asked what they offer beside the turns; `seconds` bounds each call."""

    def __init__(
        self, source: ServerSource, *, seconds: float = CALL_SECONDS, fresh: float = FRESH_SECONDS
    ) -> None:
        self._source = source
        self._seconds = seconds
        self._fresh = fresh
        self._servers: dict[UUID, tuple[float, Sequence[TenantServer]]] = {}
        self._offered: dict[TenantServer, _Offered] = {}

    async def of(self, tenant_id: UUID) -> AbstractToolset[TurnDeps] | None:
        """The tools of this business's servers as they are known; None when it has none. Never raises."""
        servers = await self._known(tenant_id)
        if not servers:
            return None
        asking = [task for server in servers if (task := self._ask(server)) is not None]
        if asking:
            await asyncio.wait(asking, timeout=PATIENCE)
        return RemoteTools({server: self._offered[server].tools for server in servers}, self._seconds)

    async def close(self) -> None:
        """Ask nobody any more."""
        await ended(*(offer.asking for offer in self._offered.values() if offer.asking))

    async def _known(self, tenant_id: UUID) -> Sequence[TenantServer]:
        at, servers = self._servers.get(tenant_id, (float("-inf"), ()))
        if time.monotonic() - at <= _AGAIN_SECONDS:
            return servers
        try:
            servers = await self._source.servers(tenant_id)
        except Exception as error:  # noqa: BLE001  # a turn goes on with what was known
            get_logger("agent").warning("tenant_servers_unknown", error=outline(error))
        self._servers[tenant_id] = (time.monotonic(), servers)
        return servers

    def _ask(self, server: TenantServer) -> asyncio.Task[None] | None:
        """Ask what it offers, if that is not known; the task when this is the first time."""
        offer = self._offered.setdefault(server, _Offered())
        first = offer.at == float("-inf")
        if offer.asking is None and offer.stale(self._fresh):
            offer.asking = spawn(self._look(server, offer), name=f"tools of {server.name}")
        return offer.asking if first else None

    async def _look(self, server: TenantServer, offer: _Offered) -> None:
        try:
            async with asyncio.timeout(self._seconds), connected(server) as client:
                listed = (await client.list_tools()).tools
            offer.tools, offer.ok = allowed(server, listed), True
        except Exception as error:  # noqa: BLE001  # whatever a stranger's server does, turns go on
            get_logger("agent").warning("tenant_server_away", server=server.name, error=outline(error))
            offer.tools, offer.ok = {}, False
        finally:
            offer.at, offer.asking = time.monotonic(), None


def allowed(server: TenantServer, listed: Sequence[types.Tool]) -> dict[str, types.Tool]:
    """Those that the business has named, and that only read (or may write), by the names the model is given."""
    return {
        f"{server.name}__{tool.name}": tool
        for tool in listed
        if tool.name in server.tools and (server.writes or reads(tool))
    }


def reads(tool: types.Tool) -> bool:
    """Whether its server says that it only reads."""
    return tool.annotations is not None and tool.annotations.read_only_hint is True


class connected:  # noqa: N801  # used as a context manager's name
    """A client of this server, for one conversation with it."""

    def __init__(self, server: TenantServer) -> None:
        self._server = server
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Client:
        """Connect. Raises whatever the network and the SDK raise."""
        headers = {"Authorization": f"Bearer {self._server.token}"} if self._server.token else {}
        http = await self._stack.enter_async_context(httpx2.AsyncClient(headers=headers))
        transport = streamable_http_client(self._server.url, http_client=http, terminate_on_close=False)
        try:
            return await self._stack.enter_async_context(Client(transport))
        except BaseException:
            await self._stack.aclose()
            raise

    async def __aexit__(self, *_: object) -> None:
        """Let go of it."""
        await self._stack.aclose()


class RemoteTools(AbstractToolset[TurnDeps]):
    """Tools of a business's servers for the model. Each call's result is journaled: a repeated turn calls none again."""

    def __init__(
        self, offered: Mapping[TenantServer, Mapping[str, types.Tool]], seconds: float = CALL_SECONDS
    ) -> None:
        self._calls = {
            name: (server, tool) for server, tools in offered.items() for name, tool in tools.items()
        }
        self._seconds = seconds

    @property
    def id(self) -> str:
        """The toolset's name."""
        return "tenant"

    @property
    def names(self) -> set[str]:
        """What the model may call."""
        return set(self._calls)

    async def get_tools(self, ctx: RunContext[TurnDeps]) -> dict[str, ToolsetTool[TurnDeps]]:
        """The definitions."""
        return {
            name: ToolsetTool(
                toolset=self,
                tool_def=ToolDefinition(
                    name=name,
                    description=f"(Of {server.name}, not ours.) {(tool.description or '')[:_DESCRIPTION]}",
                    parameters_json_schema=tool.input_schema,
                    sequential=not reads(tool),
                ),
                max_retries=1,
                args_validator=_ARGUMENTS,
            )
            for name, (server, tool) in self._calls.items()
        }

    async def call_tool(
        self, name: str, tool_args: dict[str, Any], ctx: RunContext[TurnDeps], tool: ToolsetTool[TurnDeps]
    ) -> JsonValue:
        """What the server answered, as data; that it did not, in a sentence."""
        server, definition = self._calls[name]
        journal, key = ctx.deps.journal, f"tool:{ctx.tool_call_id}"
        stored = journal.get(key)
        if stored is not None:
            known: JsonValue = orjson.loads(stored)
            return known
        begun = f"{key}:begun"
        if reads(definition):
            answer = await self._call(server, definition.name, tool_args)
        elif journal.get(begun) is not None:
            answer = {"from": server.name, "problem": _UNKNOWN}
        else:
            await journal.put(begun, "true", at_once=True)
            journal.begin_write()
            answer = await self._call(server, definition.name, tool_args)
            journal.undecided -= 1
        await journal.put(key, orjson.dumps(answer).decode(), at_once=True)
        return answer

    async def _call(self, server: TenantServer, name: str, args: dict[str, Any]) -> dict[str, JsonValue]:
        try:
            async with asyncio.timeout(self._seconds), connected(server) as client:
                result = await client.call_tool(name, args)
        except Exception as error:  # noqa: BLE001  # whatever a stranger's server does, the turn goes on
            get_logger("agent").warning("tenant_tool_failed", server=server.name, error=outline(error))
            return {"from": server.name, "problem": _UNAVAILABLE}
        said = _said(result)
        return {"from": server.name, "problem" if result.is_error else "data": said}


def _said(result: types.CallToolResult) -> JsonValue:
    """The result's data, or its words, cut where they are too long."""
    if result.structured_content is not None:
        encoded = orjson.dumps(result.structured_content).decode()
        if len(encoded) <= _LONGEST:
            content: JsonValue = orjson.loads(encoded)
            return content
        return encoded[:_LONGEST]
    words = [part.text for part in result.content if isinstance(part, types.TextContent)]
    return "\n".join(words)[:_LONGEST]
