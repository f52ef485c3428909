"""The tools over MCP against a real booking service: as the process a desktop assistant starts, and over HTTP with tokens."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from mcp import Client, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from services.agent.app import AgentService
from services.agent.bookings import BusBookings
from services.agent.mcp.__main__ import customer_address
from services.agent.mcp.callers import CustomerUnknown, People
from services.agent.mcp.http import McpHttp, caller_of, http_app
from services.agent.mcp.server import Serving, build_server
from services.agent.mcp.store import Tokens
from services.agent.preferences import PostgresPreferences
from services.agent.store import SCHEMA, PostgresTurns
from services.agent.tools import TOOLS, Ports
from services.booking.app import BookingService
from shared import ids
from shared.bus import Bus
from shared.db import Database
from shared.messages.conversation import ChannelAddress
from shared.outbox import TableOutbox
from shared.settings import Settings
from tests.integration.agent.conftest import Customer, agent_running

MARIA = ChannelAddress(channel="whatsapp", account_id="100", user_id="351911")


def now() -> datetime:
    return datetime.now(UTC)


async def answer(client: Client, tool: str, **arguments: object) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    content = result.structured_content
    assert isinstance(content, dict)
    return content


async def agreed(client: Client, tool: str, **arguments: object) -> dict[str, Any]:
    """Show, say yes, do."""
    shown = await answer(client, tool, **arguments)
    assert shown["status"] == "quoted", shown
    return await answer(client, tool, **arguments, quote_token=shown["quote_token"])


async def book_and_cancel(client: Client, **who: str) -> None:
    """Find, book, list and cancel through this client."""
    found = await answer(client, "find_sessions", what="yoga", when="tomorrow at 7pm", **who)
    [session] = found["sessions"]
    assert session["line"].endswith("19:00–20:00 with Ana, €15.00, 10 spots left")
    booked = await agreed(client, "book", session_id=session["session_id"], party_size=2, **who)
    assert booked["status"] == "done"
    assert booked["booking"]["total"] == "€30.00"
    again = await answer(client, "book", session_id=session["session_id"], **who)
    assert again["status"] == "refused"
    [mine] = (await answer(client, "my_bookings", **who))["bookings"]
    gone = await agreed(client, "cancel", booking_id=mine["booking_id"], **who)
    assert gone["status"] == "done"
    assert (await answer(client, "my_bookings", **who))["bookings"] == []


@asynccontextmanager
async def over_http(quick: Settings, bus: Bus, db: Database) -> AsyncIterator[str]:
    """The server on a port of its own; its address."""
    bookings = BusBookings(bus, every=0.5, deadline=10)
    turns = PostgresTurns(db, TableOutbox(db, SCHEMA, resend_after=1))
    serving = Serving(
        tools=TOOLS,
        ports=Ports(bookings, PostgresPreferences(db)),
        caller=caller_of,
        people=People(turns, bookings.identity),
        new_id=ids.fresh,
        clock=now,
    )
    tokens = Tokens(db, now, ids.fresh)
    app = http_app(build_server(serving), tokens, host="127.0.0.1", public_url="http://127.0.0.1")
    server = McpHttp(app, "127.0.0.1", 0)
    await server.start()
    try:
        yield f"http://127.0.0.1:{server.port}/mcp"
    finally:
        await server.stop()


@asynccontextmanager
async def client_of(url: str, token: str, **more: str) -> AsyncIterator[Client]:
    """The SDK's client with a bearer token; `more` are further headers."""
    headers = {"Authorization": f"Bearer {token}", **more}
    async with (
        httpx2.AsyncClient(headers=headers) as http,
        Client(streamable_http_client(url, http_client=http)) as client,
    ):
        yield client


async def test_a_customers_token_books_and_cancels_for_that_customer_over_http(
    quick: Settings, bus: Bus, db: Database, booking: BookingService, slug: str
) -> None:
    tokens = Tokens(db, now, ids.fresh)
    _, text = await tokens.give(ids.tenant_id_of(slug), "desktop", "customer", MARIA, timedelta(days=1))
    async with over_http(quick, bus, db) as url, client_of(url, text) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {spec.name for spec in TOOLS}
        assert "customer" not in tools["book"].input_schema["properties"]
        await book_and_cancel(client)
        kept = await answer(client, "set_preference", key="time_of_day", value="evenings")
        assert kept["preferences"] == [{"key": "time_of_day", "value": "evenings"}]
        assert (await answer(client, "recommend"))["known"] is True

    [used] = await tokens.all(ids.tenant_id_of(slug))
    assert used.used_at is not None


async def test_results_over_http_are_in_the_language_that_the_request_accepts(
    quick: Settings, bus: Bus, db: Database, booking: BookingService, slug: str
) -> None:
    tokens, said = Tokens(db, now, ids.fresh), {}
    _, text = await tokens.give(ids.tenant_id_of(slug), "desktop", "customer", MARIA, timedelta(days=1))
    async with over_http(quick, bus, db) as url:
        for header in ("de-AT, en;q=0.5", "ja", "it"):
            async with client_of(url, text, **{"Accept-Language": header}) as client:
                found = await answer(client, "find_sessions", what="yoga", when="tomorrow at 7pm")
                said[header] = found["sessions"][0]["line"].rsplit(", ", 1)[1]

    assert said == {"de-AT, en;q=0.5": "10 Plätze frei", "ja": "10 spots left", "it": "restano 10 posti"}


async def test_an_operators_token_serves_whoever_is_named(
    quick: Settings, bus: Bus, db: Database, booking: BookingService, slug: str
) -> None:
    told_on = MARIA.model_copy(update={"user_id": ""})
    tokens = Tokens(db, now, ids.fresh)
    _, text = await tokens.give(ids.tenant_id_of(slug), "desk", "operator", told_on, timedelta(days=1))
    async with over_http(quick, bus, db) as url, client_of(url, text) as client:
        await book_and_cancel(client, customer="+351 933 444 555")
        customer_id = ids.customer_id_of(ids.tenant_id_of(slug), "whatsapp", "351933444555")
        assert (await answer(client, "my_bookings", customer=str(customer_id)))["bookings"] == []
        nobody = await client.call_tool("my_bookings", {"customer": str(uuid4())})
        assert nobody.is_error


async def test_without_a_good_token_nobody_is_let_in(
    quick: Settings, bus: Bus, db: Database, booking: BookingService, slug: str
) -> None:
    tenant_id = ids.tenant_id_of(slug)
    tokens = Tokens(db, now, ids.fresh)
    good, text = await tokens.give(tenant_id, "desktop", "customer", MARIA, timedelta(days=1))
    _, over = await tokens.give(tenant_id, "old", "customer", MARIA, timedelta(seconds=-1))
    prefix, _tenant, token_id, secret = text.split(".")
    other_tenant = over.split(".")[1][:-2] + "AA"
    forged = [
        *("x", "nonsense", over, text[:-2] + "AA", ".".join([prefix, other_tenant, token_id, secret])),
    ]
    hello = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    async with over_http(quick, bus, db) as url, httpx2.AsyncClient() as http:
        for wrong in forged:
            response = await http.post(url, json=hello, headers={"Authorization": f"Bearer {wrong}"})
            assert response.status_code == 401, wrong
        async with client_of(url, text) as client:
            await client.list_tools()
            assert await tokens.revoke(tenant_id, good.token_id)
            assert not await tokens.revoke(tenant_id, good.token_id)
        response = await http.post(url, json=hello, headers={"Authorization": f"Bearer {text}"})
        assert response.status_code == 401


async def test_a_token_is_kept_as_a_hash_and_seen_by_its_business_only(db: Database, slug: str) -> None:
    tenant_id = ids.tenant_id_of(slug)
    tokens = Tokens(db, now, ids.fresh)
    token, text = await tokens.give(tenant_id, "desktop", "customer", MARIA, timedelta(days=1))
    async with db.tenant(tenant_id) as connection:
        row = await connection.fetchval(
            "SELECT t::text FROM agent.mcp_tokens t WHERE tenant_id = $1", tenant_id
        )
    assert text.split(".")[3] not in row
    assert text not in repr(token)
    assert await tokens.all(uuid4()) == []


async def test_one_tenants_token_sees_nothing_of_another(
    quick: Settings, bus: Bus, db: Database, booking: BookingService, slug: str
) -> None:
    tokens = Tokens(db, now, ids.fresh)
    _, mine = await tokens.give(ids.tenant_id_of(slug), "a", "customer", MARIA, timedelta(days=1))
    _, theirs = await tokens.give(uuid4(), "b", "customer", MARIA, timedelta(days=1))
    async with over_http(quick, bus, db) as url:
        async with client_of(url, mine) as client:
            found = await answer(client, "find_sessions", when="tomorrow")
        async with client_of(url, theirs) as stranger:
            session_id = found["sessions"][0]["session_id"]
            result = await stranger.call_tool("session_details", {"session_id": session_id})
            assert result.is_error or (result.structured_content or {}).get("problem") == "not_found"


async def test_the_agent_service_serves_them_when_a_port_is_set(
    quick: Settings, db: Database, booking: BookingService, slug: str
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    tokens = Tokens(db, now, ids.fresh)
    _, text = await tokens.give(ids.tenant_id_of(slug), "desktop", "customer", MARIA, timedelta(days=1))
    async with (
        agent_running(quick.model_copy(update={"mcp_port": port})),
        client_of(f"http://127.0.0.1:{port}/mcp", text) as client,
    ):
        await book_and_cancel(client)
        assert (await answer(client, "talk_to_human", note="the towels"))["status"] == "done"


async def test_the_process_serves_on_stdin_and_stdout(
    quick: Settings, booking: BookingService, slug: str
) -> None:
    arguments = ["-m", "services.agent.mcp", "--tenant", slug, "--customer", "351912", "--account", "100"]
    environment = {
        "USHER_NATS_URL": quick.nats_url or "",
        "USHER_CONFIG": os.devnull,
        "PYTHONPATH": str(Path.cwd()),
    }
    server = StdioServerParameters(command=sys.executable, args=arguments, env=environment)
    async with Client(stdio_client(server)) as client:
        assert "find_sessions" in {tool.name for tool in (await client.list_tools()).tools}
        await book_and_cancel(client)


COMMANDS = {"module": ("services.agent.mcp",), "usher": ("usher", "mcp", "stdio")}
"""The two ways to start it: bare, and as `usher mcp stdio`."""


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("by", ["setting", "option"])
async def test_the_process_gives_results_in_the_language_it_was_told(
    quick: Settings, booking: BookingService, slug: str, by: str, command: str
) -> None:
    arguments = ["-m", *COMMANDS[command], "--tenant", slug, "--customer", "351912", "--account", "100"]
    environment = {
        "USHER_NATS_URL": quick.nats_url or "",
        "USHER_MCP_LANGUAGE": "pt" if by == "setting" else "fr",
        "USHER_CONFIG": os.devnull,
        "PYTHONPATH": str(Path.cwd()),
    }
    arguments += ["--language", "pt"] if by == "option" else []
    server = StdioServerParameters(command=sys.executable, args=arguments, env=environment)
    async with Client(stdio_client(server)) as client:
        found = await answer(client, "find_sessions", what="yoga", when="tomorrow at 7pm")

    assert found["sessions"][0]["line"].endswith("restam 10 lugares")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_language_that_we_do_not_speak_is_refused_with_those_there_are(command: str) -> None:
    whom = ("--tenant", "t", "--customer", "1", "--account", "2", "--language", "ja")
    arguments = ["-m", *COMMANDS[command], *whom]
    environment = {
        "USHER_CONFIG": os.devnull,
        "USHER_NATS_URL": "nats://127.0.0.1:9",
        "PYTHONPATH": str(Path.cwd()),
    }
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "en, es, pt, fr, de, it" in done.stderr


async def test_a_customer_is_told_where_they_wrote(
    quick: Settings, agent: AgentService, booking: BookingService, customer: Customer, slug: str
) -> None:
    await customer.say("hello")

    address = await customer_address(quick, slug, customer.user_id, None)
    assert (address.account_id, address.user_id) == ("100", customer.user_id)
    with pytest.raises(CustomerUnknown, match="--account"):
        await customer_address(quick, slug, "999", None)


def test_without_nats_the_command_says_what_is_missing() -> None:
    arguments = ["-m", "services.agent.mcp", "--tenant", "t", "--customer", "1", "--account", "2"]
    environment = {"USHER_CONFIG": os.devnull, "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr.startswith("USHER_NATS_URL is not set")
    assert done.stdout == ""
