"""The tools over MCP against a real booking service: in memory, and as the process a desktop assistant starts."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters, stdio_client

from services.agent.app import AgentService
from services.agent.bookings import BusBookings
from services.agent.mcp import CustomerUnknown, contexts, customer_address
from services.agent.mcp_server import build_server
from services.agent.tools import TOOLS
from services.booking.app import BookingService
from shared import ids
from shared.bus import Bus
from shared.messages.conversation import ChannelAddress
from shared.settings import Settings
from tests.integration.agent.conftest import Customer


async def book_and_cancel(client: Client) -> None:
    """Find, book, list and cancel through this client."""
    found = (
        await client.call_tool("find_sessions", {"what": "yoga", "when": "tomorrow at 7pm"})
    ).structured_content
    [session] = found["sessions"]
    assert session["line"].endswith("19:00–20:00 with Ana, €15.00, 10 spots left")
    booked = (
        await client.call_tool("book_session", {"session_id": session["session_id"], "party_size": 2})
    ).structured_content
    assert booked["status"] == "done"
    assert booked["booking"]["total"] == "€30.00"
    again = (await client.call_tool("book_session", {"session_id": session["session_id"]})).structured_content
    assert (again["status"], again["code"]) == ("refused", "already_booked")
    [mine] = (await client.call_tool("my_bookings", {})).structured_content["bookings"]
    gone = (await client.call_tool("cancel_booking", {"booking_id": mine["booking_id"]})).structured_content
    assert gone["status"] == "done"
    assert (await client.call_tool("my_bookings", {})).structured_content["bookings"] == []


async def test_a_client_in_memory_books_and_cancels(
    quick: Settings, bus: Bus, booking: BookingService, slug: str
) -> None:
    address = ChannelAddress(channel="whatsapp", account_id="100", user_id="351911")
    bookings = BusBookings(bus, every=0.5, deadline=10)
    server = build_server(TOOLS, bookings, contexts(slug, address, lambda: datetime.now(UTC)), ids.fresh)
    async with Client(server) as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == {spec.name for spec in TOOLS}
        await book_and_cancel(client)


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
