"""Every tool against the real booking service and notifier: what the agent's schemas promise is what booking does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from mcp import Client

from services.agent.bookings import BusBookings
from services.agent.mcp.callers import Caller, People
from services.agent.mcp.server import Request, Serving, build_server
from services.agent.preferences import PostgresPreferences
from services.agent.store import SCHEMA, PostgresTurns
from services.agent.tools import TOOLS, Ports
from services.booking.app import BookingService
from services.booking.seed import seed
from services.notifier.app import build as build_notifier
from shared import ids
from shared.bus import Bus
from shared.db import Database
from shared.messages.conversation import ChannelAddress
from shared.outbox import TableOutbox
from shared.settings import Settings
from tests.integration.agent.test_agent_over_mcp import agreed, answer

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OPEN = {"weekly": {day: ["09:00-18:00"] for day in WEEK}}
LATE = {
    "late_cancel_fee": {"fixed": 500},
    "late_within": "60d",
    "tiers": [{"at_least": "0m", "refund_basis_points": 10000}],
}


@pytest.fixture
async def house(quick: Settings) -> str:
    """A tenant with a class of one place, a class that costs a fee to cancel, an appointment, and a code."""
    slug = f"house-{uuid4().hex[:12]}"
    document: dict[str, Any] = {
        "slug": slug, "name": "Casa Test", "timezone": "Europe/Lisbon", "currency": "EUR", "phone": "+351 21",
        "staff": [{"key": "ana", "name": "Ana Costa"}, {"key": "rita", "name": "Rita Reis", "availability": OPEN}],
        "services": [
            {"key": "yoga", "name": "Yoga", "duration_minutes": 60, "price": 1500, "capacity": 1, "staff": ["ana"],
             "level": "beginner", "policy": {"waitlist": {"promote_without_asking": False}}},
            {"key": "ride", "name": "Riding", "duration_minutes": 60, "price": 4000, "capacity": 9, "staff": ["ana"],
             "policy": {"cancellation": [LATE]}},
            {"key": "cut", "kind": "appointment", "name": "Haircut", "duration_minutes": 45, "price": 3500,
             "staff": ["rita"]},
        ],
        "schedules": [
            {"key": "e", "service": "yoga", "staff": "ana", "rrule": "FREQ=DAILY", "starts": "19:00"},
            {"key": "r", "service": "ride", "staff": "ana", "rrule": "FREQ=DAILY", "starts": "10:00"},
        ],
        "promo_codes": [{"code": "HALF", "change": {"basis_points": -5000}}],
    }  # fmt: skip
    await seed({"tenants": [document]}, quick)
    return slug


@asynccontextmanager
async def client(quick: Settings, bus: Bus, db: Database, slug: str, user: str) -> AsyncIterator[Client]:
    """The tools for one customer of the house."""
    address = ChannelAddress(channel="whatsapp", account_id="100", user_id=user, name="Maria")
    caller = Caller(ids.tenant_id_of(slug), "customer", address, b"k" * 32)

    async def who(_request: Request) -> Caller:
        return caller

    bookings = BusBookings(bus, every=0.5, deadline=10)
    turns = PostgresTurns(db, TableOutbox(db, SCHEMA, resend_after=1))
    serving = Serving(
        tools=TOOLS,
        ports=Ports(bookings, PostgresPreferences(db)),
        caller=who,
        people=People(turns, bookings.identity),
        new_id=ids.fresh,
        clock=lambda: datetime.now(UTC),
    )
    async with Client(build_server(serving)) as opened:
        yield opened


async def test_an_appointment_is_found_quoted_booked_moved_and_cancelled(
    quick: Settings, bus: Bus, db: Database, booking: BookingService, house: str
) -> None:
    async with client(quick, bus, db, house, "351911") as mcp:
        found = await answer(mcp, "find_slots", what="haircut", when="tomorrow at 11:00")
        [slot] = found["slots"]
        assert slot["line"].endswith("11:00–11:45 with Rita, €35.00")
        quote = await answer(mcp, "quote", slot_id=slot["slot_id"], promo_code="HALF")
        assert quote["quote"]["total"] == "€17.50"
        booked = await answer(
            mcp, "book", slot_id=slot["slot_id"], promo_code="HALF", quote_token=quote["quote_token"]
        )
        assert (booked["status"], booked["booking"]["total"]) == ("done", "€17.50")
        booking_id = booked["booking"]["booking_id"]

        later = await answer(
            mcp, "find_slots", what="haircut", when="tomorrow at 11:15", for_booking_id=booking_id
        )
        target = later["slots"][0]
        assert (later["exact"], target["clock"]) == (True, "11:15")
        moved = await agreed(mcp, "reschedule", booking_id=booking_id, slot_id=target["slot_id"])
        assert moved["booking"]["clock"] == "11:15"
        taken = await answer(mcp, "find_slots", what="haircut", when="tomorrow at 11:15")
        assert taken["exact"] is False
        assert (await agreed(mcp, "cancel", booking_id=booking_id))["status"] == "done"


async def test_a_fee_is_shown_in_the_terms_and_taken_only_after_it_was(
    quick: Settings, bus: Bus, db: Database, booking: BookingService, house: str
) -> None:
    async with client(quick, bus, db, house, "351911") as mcp:
        ride = (await answer(mcp, "find_sessions", what="riding", when="tomorrow"))["sessions"][0]
        await agreed(mcp, "book", session_id=ride["session_id"])
        [mine] = (await answer(mcp, "my_bookings", terms=True))["bookings"]
        assert mine["terms"]["fee"] == "€5.00"
        assert mine["terms"]["sentence"].startswith("Cancelling it costs €5.00.")
        cancelled = await agreed(mcp, "cancel", booking_id=mine["booking_id"])
        assert cancelled["status"] == "done"
        history = (await answer(mcp, "my_bookings", past=True))["bookings"]
        assert [each["status"] for each in history] == ["cancelled"]


async def test_a_full_class_is_waited_for_and_its_offer_taken(
    quick: Settings, bus: Bus, db: Database, booking: BookingService, house: str
) -> None:
    async with client(quick, bus, db, house, "351911") as ana, client(quick, bus, db, house, "351922") as bea:
        yoga = (await answer(ana, "find_sessions", what="yoga", when="tomorrow"))["sessions"][0]
        assert yoga["level"] == "beginner"
        booked = await agreed(ana, "book", session_id=yoga["session_id"])
        full = await answer(bea, "find_sessions", what="yoga", when="tomorrow")
        assert [each["session_id"] for each in full["full"]] == [yoga["session_id"]]
        refused = await answer(bea, "book", session_id=yoga["session_id"])
        assert refused["status"] == "refused"
        joined = await answer(bea, "join_waitlist", session_id=yoga["session_id"])
        assert joined["entry"]["line"].endswith("number 1 in the queue")
        details = await answer(bea, "session_details", session_id=yoga["session_id"])
        assert (details["waiting"], details["session"]["spots_left"]) == (1, 0)

        await agreed(ana, "cancel", booking_id=booked["booking"]["booking_id"])
        [entry] = (await answer(bea, "my_bookings"))["waiting"]
        assert entry["status"] == "offered"
        taken = await agreed(bea, "answer_offer", entry_id=entry["entry_id"], accept=True)
        assert taken["status"] == "done"
        again = await answer(ana, "join_waitlist", session_id=yoga["session_id"])
        left = await answer(ana, "leave_waitlist", entry_id=again["entry"]["entry_id"])
        assert left["status"] == "done"
        assert (await answer(ana, "my_bookings"))["waiting"] == []


async def test_what_was_booked_is_recommended_and_its_receipt_comes_again(
    quick: Settings, bus: Bus, db: Database, booking: BookingService, house: str
) -> None:
    notifier = build_notifier(quick)
    await notifier.start()
    try:
        async with client(quick, bus, db, house, "351911") as mcp:
            assert (await answer(mcp, "get_receipt"))["status"] == "none"
            ride = (await answer(mcp, "find_sessions", what="riding", when="tomorrow"))["sessions"][0]
            await agreed(mcp, "book", session_id=ride["session_id"])
            receipt = await answer(mcp, "get_receipt")
            assert receipt["status"] in ("coming", "none")  # nobody builds it here
            liked = await answer(mcp, "recommend")
            assert liked["known"] is True
            assert liked["sessions"][0]["service"] == "Riding"
            assert "Ana" in liked["sessions"][0]["reason"]
            kept = await answer(mcp, "set_preference", key="staff", value="Ana")
            assert kept["preferences"] == [{"key": "staff", "value": "Ana"}]
            staff = await answer(mcp, "staff_info", what="haircut")
            assert [each["name"] for each in staff["staff"]] == ["Rita Reis"]
            business = await answer(mcp, "business_info")
            assert {each["kind"] for each in business["services"]} == {"class", "appointment"}
    finally:
        await notifier.stop()
