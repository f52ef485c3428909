"""Do others see and call the same tools over MCP? Asked with the SDK's own client, in memory."""

from __future__ import annotations

from datetime import datetime

import pytest
from mcp import Client

from services.agent.mcp import contexts
from services.agent.mcp_server import build_server
from services.agent.tools import TOOLS
from shared import ids
from shared.messages.booking import BookSession
from shared.messages.conversation import ChannelAddress
from tests.unit.agent.studio import NOW, VINYASA, Studio, session, week

ADDRESS = ChannelAddress(channel="whatsapp", account_id="100", user_id="351911")


def client(studio: Studio, now: datetime = NOW) -> Client:
    counter = iter(range(1000))
    server = build_server(
        TOOLS, studio, contexts("casa-yoga", ADDRESS, lambda: now), lambda: ids.derive("mcp", next(counter))
    )
    return Client(server)


async def test_a_client_lists_the_tools_with_their_schemas() -> None:
    async with client(week()) as mcp:
        tools = {tool.name: tool for tool in (await mcp.list_tools()).tools}

    assert set(tools) == {spec.name for spec in TOOLS}
    assert tools["book_session"].input_schema["required"] == ["session_id"]
    assert tools["find_sessions"].output_schema is not None
    hints = {name: tool.annotations for name, tool in tools.items()}
    assert all(h is not None for h in hints.values())
    assert {name for name, h in hints.items() if h and not h.read_only_hint} == {
        "book_session",
        "cancel_booking",
    }


async def test_a_client_finds_books_lists_and_cancels_for_the_customer_it_was_started_for() -> None:
    studio = week()
    async with client(studio) as mcp:
        found = (
            await mcp.call_tool("find_sessions", {"what": "yoga", "when": "tomorrow at 7pm"})
        ).structured_content
        assert found["sessions"][0]["line"].startswith(
            "Vinyasa Yoga, Mon 23 Nov 19:00–20:00 with Ana, €15.00"
        )
        done = await mcp.call_tool("book_session", {"session_id": found["sessions"][0]["session_id"]})
        assert done.structured_content["status"] == "done"
        mine = (await mcp.call_tool("my_bookings", {})).structured_content
        booking_id = mine["bookings"][0]["booking_id"]
        gone = await mcp.call_tool("cancel_booking", {"booking_id": booking_id})
        assert gone.structured_content["status"] == "done"
        assert (await mcp.call_tool("my_bookings", {})).structured_content == {"bookings": []}

    [booked, _cancelled] = studio.commands
    assert isinstance(booked, BookSession)
    assert booked.contact.address == ADDRESS
    assert booked.contact.customer_id == ids.customer_id_of(
        ids.tenant_id_of("casa-yoga"), "whatsapp", "351911"
    )


@pytest.mark.parametrize(
    ("tool", "arguments", "why"),
    [
        ("book_session", {"session_id": "the yoga one"}, "session_id"),
        ("book_session", {}, "session_id"),
        ("find_sessions", {"party_size": 0}, "party_size"),
        ("my_bookings", {"customer_id": "somebody else"}, "customer_id"),
        ("find_sessions", {"tenant": "another"}, "tenant"),
        ("refund", {}, "There is no tool called refund"),
    ],
)
async def test_a_wrong_call_is_told_why_and_does_nothing(
    tool: str, arguments: dict[str, object], why: str
) -> None:
    studio = week()
    async with client(studio) as mcp:
        answer = await mcp.call_tool(tool, arguments)

    assert answer.is_error
    assert why in str(answer.content)
    assert studio.commands == []


async def test_a_booking_of_somebody_else_cannot_be_cancelled() -> None:
    studio = week()
    async with client(studio) as mcp:
        answer = await mcp.call_tool("cancel_booking", {"booking_id": str(ids.derive("somebody's"))})

    assert answer.structured_content["status"] == "refused"
    assert studio.commands == []


async def test_a_calendar_that_is_away_is_an_error_to_the_client_and_not_the_servers_end() -> None:
    studio = week()
    chosen = str(session(VINYASA, "2026-11-23 19:00").session_id)
    async with client(studio) as mcp:
        studio.away = True
        assert (await mcp.call_tool("book_session", {"session_id": chosen})).is_error
        studio.away = False
        assert not (await mcp.call_tool("book_session", {"session_id": chosen})).is_error
