"""How do others call our tools? The same definitions as an MCP server, for one customer or for an operator's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from mcp import Tool, types
from mcp.server import Server
from mcp.server.context import ServerRequestContext
from pydantic import BaseModel, JsonValue, ValidationError

from services.agent.mcp.callers import Caller, People, context_of
from services.agent.mcp.languages import in_words
from services.agent.mcp.previews import NOTE, CannotQuote, Preview, preview, quoted_by
from services.agent.mcp.quotes import HOLDS, Quoted, about, redeem, signed
from services.agent.tools import Ports, Shown, ToolCall, ToolSpec, TurnContext
from services.agent.tools.asked import language_of
from services.agent.tools.quoting import QuoteAnswer
from shared import ids
from shared.errors import Transient, UsherError, outline
from shared.ids import NewId
from shared.telemetry import get_logger

Json = dict[str, JsonValue]
Request = ServerRequestContext[dict[str, Any]]

INSTRUCTIONS = (
    "Tools of a booking business. Find first: ids come only from earlier results. What costs or cannot be undone (book, "
    "cancel, reschedule, taking an offer) takes two calls: the first shows what it is and what it costs, the second, with "
    "its quote_token, does it; in between the person must have said yes to what was shown. The customer is told of a "
    "booking or cancellation on their own channel."
)
CUSTOMER = (
    "Which customer this is for: their phone number with country code, `channel:id` (e.g. `telegram:12345`), or their "
    "customer id."
)
BRING_IT_BACK = (
    "From the first call with these arguments. Only after the person has said yes to what that showed."
)


class QuoteWithToken(QuoteAnswer):
    """A quote; with `quote_token` the `book` (or `cancel`) that it is for needs no preview of its own."""

    quote_token: str | None = None


@dataclass(frozen=True, slots=True)
class Serving:
    """What a server needs: the tools and what they reach; who calls (from the request); the customer's address.

    `new_id` makes the command id of each call that writes; `clock` gives aware instants.
    """

    tools: Sequence[ToolSpec[Any]]
    ports: Ports
    caller: Callable[[Request], Awaitable[Caller]]
    people: People
    new_id: NewId
    clock: Callable[[], datetime]


def build_server(serving: Serving, *, version: str = "") -> Server[dict[str, Any]]:
    """An MCP server for these tools. Who calls comes from its connection: no argument of a customer's caller says it."""
    specs = {spec.name: spec for spec in serving.tools}

    async def list_tools(
        request: Request, _params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        scope = (await serving.caller(request)).scope
        return types.ListToolsResult(
            tools=[definition(spec, operator=scope == "operator") for spec in specs.values()]
        )

    async def call_tool(request: Request, params: types.CallToolRequestParams) -> types.CallToolResult:
        spec = specs.get(params.name)
        if spec is None:
            return _failed(f"There is no tool called {params.name}. There are: {', '.join(specs)}.")
        try:
            answer = await _Call(serving, spec, await serving.caller(request)).run(params.arguments or {})
        except ValidationError as error:
            return _failed(_why(error))
        except Transient as error:
            return _failed(f"The booking system did not answer; try again in a moment. ({error})")
        except UsherError as error:
            return _failed(str(error))
        except Exception as error:  # noqa: BLE001  # the server's border: caller told, logged
            get_logger("agent").error("mcp_tool_failed", tool=params.name, error=outline(error))
            return _failed(f"{params.name} failed: {type(error).__name__}.")
        text = types.TextContent(type="text", text=orjson.dumps(answer).decode())
        return types.CallToolResult(content=[text], structured_content=answer)

    return Server(
        "usher", version=version, instructions=INSTRUCTIONS, on_list_tools=list_tools, on_call_tool=call_tool
    )


@dataclass(frozen=True, slots=True)
class _Call:
    """One call of a tool by somebody."""

    serving: Serving
    spec: ToolSpec[Any]
    caller: Caller

    async def run(self, arguments: dict[str, Any]) -> Json:
        """The tool's answer; of one that must be agreed to, first what to show."""
        arguments = dict(arguments)
        customer = arguments.pop("customer", None) if self.caller.scope == "operator" else None
        token = arguments.pop("quote_token", None) if self._agreed(arguments) else None
        args = self.spec.args.model_validate(arguments).model_dump(mode="json", exclude_none=True)
        now = self.serving.clock()
        address = await self.serving.people.address_of(self.caller, _text(customer))
        context = context_of(self.caller.tenant_id, address, now, self.caller.language)
        call = ToolCall(self.serving.new_id(), _make)
        if self._agreed(args):
            if token is None:
                return await self._said(await self._preview(args, context, call), context)
            redeemed = redeem(
                str(token),
                self.caller.quote_key,
                tool=self.spec.name,
                arguments=args,
                tenant_id=context.tenant_id,
                customer_id=context.contact.customer_id,
                now=now,
            )
            command_id = ids.derive("mcp", context.tenant_id, redeemed.quote_id)
            call = ToolCall(command_id, _make, redeemed.shown)
        answer = await self._said(await self.spec.call(self.serving.ports, context, arguments, call), context)
        return await self._with_token(answer, args, context) if self.spec.name == "quote" else answer

    async def _said(self, answer: Json, context: TurnContext) -> Json:
        """The answer with its refusal, if it is one, in the language of the results."""
        if not answer.get("code"):
            return answer
        catalogue = await self.serving.ports.bookings.catalogue(context.tenant_id)
        return in_words(answer, language_of(context, catalogue))

    def _agreed(self, args: dict[str, Any]) -> bool:
        return self.spec.agreed and args.get("accept") is not False

    async def _preview(self, args: Json, context: TurnContext, call: ToolCall) -> Json:
        try:
            shown, agreed = await preview(self.spec.name, args, self.serving.ports, context, call)
        except CannotQuote as error:
            code: Json = {"code": error.code} if error.code else {}
            return {"status": "refused", "sentence": str(error), **code}
        return {
            "status": "quoted",
            "shown": dict(shown),
            "quote_token": self._sign(self.spec.name, args, context, agreed),
            "expires_in_seconds": int(HOLDS.total_seconds()),
            "note": NOTE,
        }

    async def _with_token(self, answer: Json, args: Json, context: TurnContext) -> Json:
        quoted = quoted_by(answer)
        if quoted is None:
            return answer
        if quoted[0] == "cancel":
            args = {"booking_id": args["booking_id"]}
        return {**answer, "quote_token": self._sign(quoted[0], args, context, quoted[1])}

    def _sign(self, tool: str, args: Json, context: TurnContext, shown: Shown) -> str:
        quoted = Quoted(
            tool=tool,
            about=about(args),
            tenant_id=context.tenant_id,
            customer_id=context.contact.customer_id,
            shown=shown,
            until=context.now + HOLDS,
            quote_id=self.serving.new_id(),
        )
        return signed(quoted, self.caller.quote_key)


def definition(spec: ToolSpec[Any], *, operator: bool = False) -> Tool:
    """A tool as MCP describes it; an operator's says for whom, one that must be agreed to takes a quote's token."""
    schema = spec.args.model_json_schema()
    properties, required = dict(schema.get("properties", {})), list(schema.get("required", ()))
    result: type[BaseModel] = spec.result
    if spec.agreed:
        properties["quote_token"] = {"type": "string", "maxLength": 4000, "description": BRING_IT_BACK}
        result = Preview
    if spec.name == "quote":
        result = QuoteWithToken
    if operator:
        properties["customer"] = {"type": "string", "maxLength": 160, "description": CUSTOMER}
        required.append("customer")
    schema = {**schema, "properties": properties, **({"required": required} if required else {})}
    return Tool(
        name=spec.name,
        description=spec.description,
        input_schema=schema,
        output_schema=result.model_json_schema(mode="serialization"),
        annotations=types.ToolAnnotations(
            read_only_hint=not spec.writes,
            destructive_hint=spec.name == "cancel",
            idempotent_hint=not spec.writes or spec.agreed,
            open_world_hint=False,
        ),
    )


async def _make(_name: str, make: Callable[[], Awaitable[str | None]]) -> str | None:
    return await make()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _failed(text: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=True)


def _why(error: ValidationError) -> str:
    problems = "; ".join(
        f"{'.'.join(str(part) for part in e['loc']) or 'arguments'}: {e['msg']}" for e in error.errors()
    )
    return f"The arguments do not fit: {problems}."
