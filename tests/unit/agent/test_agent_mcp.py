"""Do others see and call the same tools over MCP, and show before they act? Asked with the SDK's own client, in memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from mcp import Client

from services.agent.mcp.bearer import Scope
from services.agent.mcp.callers import Caller, People
from services.agent.mcp.server import Request, Serving, build_server
from services.agent.tools import TOOLS, Ports
from shared import ids
from shared.messages.booking import BookSession, CancelBooking, Command, JoinWaitlist, RescheduleBooking
from shared.messages.conversation import ChannelAddress
from tests.unit.agent.studio import NOW, TENANT, VINYASA, YIN, Studio, session, week

ADDRESS = ChannelAddress(channel="whatsapp", account_id="100", user_id="351911")
SEVEN = str(session(VINYASA, "2026-11-23 19:00").session_id)
EIGHT = str(session(YIN, "2026-11-23 20:30").session_id)
AGREED = {"book", "cancel", "reschedule", "answer_offer"}


class Directory:
    """Who has written: one person, on WhatsApp."""

    async def address(self, tenant_id: UUID, channel: str, user_id: str) -> ChannelAddress | None:
        met = (tenant_id, channel, user_id) == (TENANT, "whatsapp", "351911")
        return ADDRESS if met else None


async def named(tenant_id: UUID, customer_id: UUID) -> tuple[str, str] | None:
    return ("whatsapp", "351911") if customer_id == ids.derive("maria") else None


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def client(
    studio: Studio,
    clock: Callable[[], datetime] = lambda: NOW,
    *,
    scope: Scope = "customer",
    address: ChannelAddress | None = ADDRESS,
    key: bytes = b"k" * 32,
) -> Client:
    counter = iter(range(1000))
    caller = Caller(TENANT, scope, address, key)

    def who() -> Callable[[Request], Awaitable[Caller]]:
        async def always(_request: Request) -> Caller:
            return caller

        return always

    serving = Serving(
        tools=TOOLS,
        ports=Ports(studio),
        caller=who(),
        people=People(Directory(), named),
        new_id=lambda: ids.derive("mcp", key, scope, next(counter)),
        clock=clock,
    )
    return Client(build_server(serving))


async def answer(mcp: Client, tool: str, **arguments: object) -> dict[str, Any]:
    result = await mcp.call_tool(tool, arguments)
    assert not result.is_error, result.content
    content = result.structured_content
    assert isinstance(content, dict)
    return content


async def agreed(mcp: Client, tool: str, **arguments: object) -> dict[str, Any]:
    """Show, say yes, do."""
    shown = await answer(mcp, tool, **arguments)
    assert shown["status"] == "quoted"
    return await answer(mcp, tool, **arguments, quote_token=shown["quote_token"])


async def test_a_client_lists_the_tools_with_their_schemas() -> None:
    async with client(week()) as mcp:
        tools = {tool.name: tool for tool in (await mcp.list_tools()).tools}

    assert set(tools) == {spec.name for spec in TOOLS}
    for name, tool in tools.items():
        assert tool.input_schema["additionalProperties"] is False, name
        assert tool.output_schema is not None, name
        assert ("quote_token" in tool.input_schema["properties"]) == (name in AGREED), name
        assert "customer" not in tool.input_schema["properties"], name
    hints = {name: tool.annotations for name, tool in tools.items()}
    assert {name for name, h in hints.items() if h and not h.read_only_hint} == {
        *AGREED,
        *("join_waitlist", "leave_waitlist", "set_preference", "get_receipt", "talk_to_human"),
    }


async def test_a_client_finds_books_lists_moves_and_cancels_for_the_customer_it_was_started_for() -> None:
    studio = week()
    async with client(studio) as mcp:
        found = await answer(mcp, "find_sessions", what="yoga", when="tomorrow at 7pm")
        assert found["sessions"][0]["line"].startswith(
            "Vinyasa Yoga, Mon 23 Nov 19:00–20:00 with Ana, €15.00"
        )
        assert (await agreed(mcp, "book", session_id=SEVEN))["status"] == "done"
        [booking] = (await answer(mcp, "my_bookings"))["bookings"]
        moved = await agreed(mcp, "reschedule", booking_id=booking["booking_id"], session_id=EIGHT)
        assert moved["booking"]["line"].startswith("Yin Yoga, Mon 23 Nov 20:30")
        assert (await agreed(mcp, "cancel", booking_id=booking["booking_id"]))["status"] == "done"
        assert (await answer(mcp, "my_bookings")) == {"bookings": [], "waiting": []}

    booked, moved_command, cancelled = studio.commands
    assert isinstance(booked, BookSession)
    assert booked.contact.address == ADDRESS
    assert booked.contact.customer_id == ids.customer_id_of(TENANT, "whatsapp", "351911")
    assert isinstance(moved_command, RescheduleBooking)
    assert isinstance(cancelled, CancelBooking)


@pytest.mark.parametrize(
    ("tool", "arguments", "why"),
    [
        ("book", {"session_id": "the yoga one"}, "session_id"),
        ("book", {}, "exactly one of session_id and slot_id"),
        ("quote", {"session_id": SEVEN, "booking_id": SEVEN}, "exactly one"),
        ("find_sessions", {"party_size": 0}, "party_size"),
        ("my_bookings", {"customer_id": "somebody else"}, "customer_id"),
        ("my_bookings", {"customer": "+351911"}, "customer"),
        ("find_sessions", {"tenant": "another"}, "tenant"),
        ("find_sessions", {"quote_token": "x"}, "quote_token"),
        ("book", {"session_id": SEVEN, "quote_token": "x"}, "quote_token is not for this"),
        ("refund", {}, "There is no tool called refund"),
    ],
)
async def test_a_wrong_call_is_told_why_and_does_nothing(
    tool: str, arguments: dict[str, object], why: str
) -> None:
    studio = week()
    async with client(studio) as mcp:
        result = await mcp.call_tool(tool, arguments)

    assert result.is_error
    assert why in str(result.content)
    assert studio.commands == []


async def test_the_first_call_shows_what_it_costs_and_does_nothing() -> None:
    studio = week()
    studio.fee = 500
    async with client(studio) as mcp:
        shown = await answer(mcp, "book", session_id=SEVEN, party_size=2)
        assert shown["shown"]["quote"]["total"] == "€30.00"
        assert shown["shown"]["session"]["local"] == "Mon 23 Nov 19:00–20:00"
        assert studio.commands == []
        booked = await answer(mcp, "book", session_id=SEVEN, party_size=2, quote_token=shown["quote_token"])
        before = await answer(mcp, "cancel", booking_id=booked["booking"]["booking_id"])

    assert before["shown"]["terms"]["sentence"] == "Cancelling it costs €5.00."
    assert len(studio.commands) == 1


async def test_a_quote_is_good_for_what_it_was_for_and_nothing_else() -> None:
    studio = week()
    async with client(studio) as mcp:
        token = (await answer(mcp, "quote", session_id=SEVEN))["quote_token"]
        wrong: list[tuple[str, dict[str, object]]] = [
            ("book", {"session_id": EIGHT}),
            ("book", {"session_id": SEVEN, "party_size": 3}),
            ("cancel", {"booking_id": SEVEN}),
        ]
        for tool, arguments in wrong:
            assert (await mcp.call_tool(tool, {**arguments, "quote_token": token})).is_error
        async with client(studio, key=b"x" * 32) as other:
            assert (await other.call_tool("book", {"session_id": SEVEN, "quote_token": token})).is_error
        assert studio.commands == []
        assert (await answer(mcp, "book", session_id=SEVEN, quote_token=token))["status"] == "done"


async def test_a_quote_that_is_brought_twice_is_one_booking() -> None:
    studio = week()
    async with client(studio) as mcp:
        token = (await answer(mcp, "quote", session_id=SEVEN))["quote_token"]
        first = await answer(mcp, "book", session_id=SEVEN, quote_token=token)
        second = await answer(mcp, "book", session_id=SEVEN, quote_token=token)

    assert first == second
    assert len(studio.bookings) == 1


async def test_a_quote_is_too_old_after_ten_minutes() -> None:
    studio, clock = week(), Clock()
    async with client(studio, clock) as mcp:
        token = (await answer(mcp, "quote", session_id=SEVEN))["quote_token"]
        clock.now = NOW + timedelta(minutes=11)
        assert (await mcp.call_tool("book", {"session_id": SEVEN, "quote_token": token})).is_error

    assert studio.commands == []


async def test_a_price_that_has_risen_since_it_was_shown_is_shown_again() -> None:
    studio = week()
    async with client(studio) as mcp:
        token = (await answer(mcp, "quote", session_id=SEVEN))["quote_token"]
        chosen = studio.sessions[UUID(SEVEN)]
        studio.sessions[UUID(SEVEN)] = chosen.model_copy(update={"price": 2000})
        result = await answer(mcp, "book", session_id=SEVEN, quote_token=token)

    assert (result["status"], result["code"]) == ("refused", "price_changed")
    assert result["quote"]["total"] == "€20.00"
    assert studio.commands == []


async def test_what_cannot_be_had_is_said_instead_of_quoted() -> None:
    studio = week()
    studio.fill(studio.sessions[UUID(SEVEN)])
    async with client(studio) as mcp:
        full = await answer(mcp, "book", session_id=SEVEN)
        stranger = await answer(mcp, "cancel", booking_id=str(ids.derive("somebody's")))
        waits = await answer(mcp, "join_waitlist", session_id=SEVEN)

    assert (full["status"], full["sentence"]) == ("refused", "That class is full.")
    assert stranger["status"] == "refused"
    assert waits["entry"]["line"].endswith("number 1 in the queue")
    assert [type(command) for command in studio.commands] == [JoinWaitlist]


async def test_an_offer_is_shown_before_it_is_taken_and_declined_at_once() -> None:
    studio = week()
    entry = str(studio.queued(studio.sessions[UUID(SEVEN)], offered=True).entry_id)
    async with client(studio) as mcp:
        shown = await answer(mcp, "answer_offer", entry_id=entry, accept=True)
        assert "€15.00" in shown["shown"]["entry"]["line"]
        assert (await answer(mcp, "answer_offer", entry_id=entry, accept=False))["status"] == "done"


async def test_an_operator_says_for_whom_and_it_is_done_for_them() -> None:
    studio = week()
    async with client(studio, scope="operator", address=None) as mcp:
        tools = {tool.name: tool for tool in (await mcp.list_tools()).tools}
        assert all("customer" in tool.input_schema["required"] for tool in tools.values())
        for customer in ("+351 911", "whatsapp:351911", str(ids.derive("maria"))):
            await answer(mcp, "my_bookings", customer=customer)
        done = await agreed(mcp, "book", session_id=SEVEN, customer="+351 911")

    assert done["status"] == "done"
    [booked] = studio.commands
    assert isinstance(booked, BookSession)
    assert booked.contact.address == ADDRESS


@pytest.mark.parametrize(
    ("customer", "why"),
    [
        (None, "Say which customer"),
        ("Maria", "Say which customer"),
        ("+351 999 999 999", "has not written"),
        (str(ids.derive("nobody")), "There is no customer"),
    ],
)
async def test_an_operator_without_a_customer_that_is_known_is_told_what_to_say(
    customer: str | None, why: str
) -> None:
    studio = week()
    async with client(studio, scope="operator", address=None) as mcp:
        result = await mcp.call_tool("my_bookings", {"customer": customer} if customer else {})

    assert result.is_error
    assert why in str(result.content)


async def test_an_operators_quote_is_for_the_customer_it_was_shown_to() -> None:
    studio = week()
    told_on = ADDRESS.model_copy(update={"user_id": ""})
    async with client(studio, scope="operator", address=told_on) as mcp:
        token = (await answer(mcp, "quote", session_id=SEVEN, customer="+351911"))["quote_token"]
        other = {"session_id": SEVEN, "customer": "+351922333444", "quote_token": token}
        assert (await mcp.call_tool("book", other)).is_error
        await agreed(mcp, "book", session_id=SEVEN, customer="+351922333444")

    commands: list[Command] = studio.commands
    [booked] = commands
    assert isinstance(booked, BookSession)
    assert booked.contact.address == ADDRESS.model_copy(update={"user_id": "351922333444"})


async def test_a_calendar_that_is_away_is_an_error_to_the_client_and_not_the_servers_end() -> None:
    studio = week()
    async with client(studio) as mcp:
        token = (await answer(mcp, "quote", session_id=SEVEN))["quote_token"]
        studio.away = True
        assert (await mcp.call_tool("book", {"session_id": SEVEN, "quote_token": token})).is_error
        studio.away = False
        assert not (await mcp.call_tool("book", {"session_id": SEVEN, "quote_token": token})).is_error


async def test_what_is_not_kept_here_is_said() -> None:
    async with client(week()) as mcp:
        kept = await answer(mcp, "set_preference", key="staff", value="Ana")
        human = await answer(mcp, "talk_to_human")

    assert kept["status"] == "refused"
    assert (human["status"], human["phone"]) == ("refused", "+351 210 000 000")
