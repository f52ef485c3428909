"""What can be asked of the engine: quotes with reasons, sessions by what they are, who is booked, how full it is."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

import pytest
from pydantic import BaseModel

from services.booking.app import BookingService
from shared import subjects
from shared.bus import Bus
from shared.ids import derive
from shared.messages import booking as msg
from shared.messages.booking import BookingStatus, RefusalCode
from shared.messages.envelope import Message
from tests.integration.booking.conftest import Studio
from tests.integration.booking.test_engine import Desk, booked, refused

Answer = TypeVar("Answer", bound=BaseModel)


@pytest.fixture
def desk(studio: Studio, bus: Bus) -> Desk:
    return Desk(studio, bus)


async def query(desk: Desk, kind: type[Message], answer: type[Answer], **fields: object) -> Answer:
    question = kind.model_validate({"tenant_id": desk.studio.tenant_id, **fields})
    return await desk.bus.query(subjects.query("booking", question.name), question, answer)


async def promo(desk: Desk, code: str, percent: int, max_uses: int) -> None:
    rule = {
        "kind": "promo_code",
        "code": code,
        "change": {"basis_points": -100 * percent},
        "max_uses": max_uses,
    }
    async with desk.studio.db.tenant(desk.studio.tenant_id) as connection:
        await connection.execute(
            "INSERT INTO booking.promo_codes (tenant_id, id, code, rule, max_uses) VALUES ($1, $2, $3, $4, $5)",
            desk.studio.tenant_id,
            derive("promo", desk.studio.tenant_id, code),
            code,
            json.dumps(rule),
            max_uses,
        )


async def test_a_quote_says_why_and_booking_costs_just_that(booking: BookingService, desk: Desk) -> None:
    await desk.policy(
        pricing={"rules": [{"kind": "early_bird", "until": "2h", "change": {"basis_points": -1000}}]}
    )
    await promo(desk, "HALF", 50, 1)
    session_id, ana = await desk.private(), desk.studio.contact(1)
    asked = {"customer_id": ana.customer_id, "session_id": session_id}

    plain = await query(desk, msg.QuoteBooking, msg.BookingQuoted, **asked)
    with_code = await query(desk, msg.QuoteBooking, msg.BookingQuoted, promo_code="half", **asked)

    assert plain.quote is not None
    assert with_code.quote is not None
    assert [line.amount for line in plain.quote.lines] == [5000, -500]
    assert all(line.reason for line in plain.quote.lines[1:])
    assert (plain.quote.total, with_code.quote.total) == (4500, 2250)
    made = booked(await desk.book(session_id, ana, promo_code="HALF"))
    assert made.total == with_code.quote.total
    assert await desk.studio.count("promo_codes", "uses = 1") == 1


async def test_a_quote_for_what_cannot_be_booked_is_the_refusal_booking_would_get(
    booking: BookingService, desk: Desk
) -> None:
    session_id, ana = await desk.private(), desk.studio.contact(1)
    booked(await desk.book(session_id, ana))
    quoted = await query(
        desk,
        msg.QuoteBooking,
        msg.BookingQuoted,
        customer_id=desk.studio.contact(2).customer_id,
        session_id=session_id,
    )
    assert quoted.refusal is not None
    assert quoted.refusal.code == RefusalCode.SESSION_FULL
    assert "join_waitlist" in [move.move for move in quoted.refusal.next]
    assert await desk.studio.count("bookings") == 1


async def test_a_used_up_code_is_refused_with_the_reason_and_free_again_after_cancelling(
    booking: BookingService, desk: Desk
) -> None:
    await promo(desk, "ONCE", 10, 1)
    first, second = (await desk.studio.sessions())[:2]
    ana, bea = desk.studio.contact(1), desk.studio.contact(2)
    made = booked(await desk.book(first, ana, promo_code="ONCE"))
    refused(await desk.book(second, bea, promo_code="ONCE"), RefusalCode.PROMO_NOT_VALID)
    await desk.studio.cancel(first, made.booking_id, ana)
    booked(await desk.book(second, bea, promo_code="ONCE"))


async def test_sessions_are_found_by_price_level_and_staff(booking: BookingService, desk: Desk) -> None:
    async with desk.studio.db.tenant(desk.studio.tenant_id) as connection:
        await connection.execute("UPDATE booking.services SET level = 'beginners' WHERE name = 'Yoga'")
    now = datetime.now(UTC)
    span = {"starts_from": now, "starts_before": now + timedelta(days=5), "limit": 50}

    async def names(**fields: object) -> set[str]:
        found = await query(desk, msg.FindSessions, msg.SessionsFound, **span, **fields)
        return {session.service_name for session in found.sessions}

    assert await names() == {"Yoga", "Private"}
    assert await names(price_up_to=1500) == {"Yoga"}
    assert await names(levels=["beginners"]) == {"Yoga"}
    assert await names(levels=["experts"]) == set()
    ana = (await query(desk, msg.GetCatalogue, msg.Catalogue)).staff[0].staff_id
    assert await names(staff_ids=[ana]) == {"Yoga"}
    assert await names(location_ids=[UUID(int=1)]) == set()


async def test_only_the_business_sees_who_is_booked(booking: BookingService, desk: Desk) -> None:
    session_id, ana = await desk.private(), desk.studio.contact(1)
    booked(await desk.book(session_id, ana, attendees=["Ana", "Her brother"]))
    await desk.join(session_id, desk.studio.contact(2))

    for_all = await query(desk, msg.GetSession, msg.SessionDetails, session_id=session_id)
    for_staff = await query(
        desk, msg.GetSession, msg.SessionDetails, session_id=session_id, for_business=True
    )

    assert for_all.attendees == ()
    assert for_all.waiting == 1
    (listed,) = for_staff.attendees
    assert (listed.name, listed.attendees, listed.status) == (
        "Customer 1",
        ("Ana", "Her brother"),
        BookingStatus.CONFIRMED,
    )


async def test_my_bookings_say_where_i_wait_and_past_ones_on_request(
    booking: BookingService, desk: Desk
) -> None:
    session_id, ana, bea = await desk.private(), desk.studio.contact(1), desk.studio.contact(2)
    made = booked(await desk.book(session_id, ana))
    await desk.join(session_id, bea)

    mine = await query(desk, msg.MyBookings, msg.BookingsFound, customer_id=bea.customer_id)
    assert mine.bookings == ()
    assert [(entry.position, entry.status) for entry in mine.waiting] == [(1, "waiting")]

    await desk.studio.cancel(session_id, made.booking_id, ana)
    now_booked = await query(desk, msg.MyBookings, msg.BookingsFound, customer_id=bea.customer_id)
    assert [b.session.session_id for b in now_booked.bookings] == [session_id]
    assert now_booked.waiting == ()
    assert (await query(desk, msg.MyBookings, msg.BookingsFound, customer_id=ana.customer_id)).bookings == ()
    history = await query(desk, msg.MyBookings, msg.BookingsFound, customer_id=ana.customer_id, past=True)
    assert [b.status for b in history.bookings] == [BookingStatus.CANCELLED]


async def test_occupancy_counts_seats_and_who_waits(booking: BookingService, desk: Desk) -> None:
    session_id = await desk.private()
    booked(await desk.book(session_id, desk.studio.contact(1)))
    await desk.join(session_id, desk.studio.contact(2))
    now = datetime.now(UTC)
    found = await query(
        desk, msg.GetOccupancy, msg.Occupancy, starts_from=now, starts_before=now + timedelta(days=30)
    )
    lines = {line.service_name: line for line in found.lines}
    assert (lines["Private"].seats_taken, lines["Private"].waiting) == (1, 1)
    assert lines["Private"].capacity == lines["Private"].sessions
    assert lines["Yoga"].capacity == 10 * lines["Yoga"].sessions


async def test_a_customer_gets_everything_that_is_stored_about_them(
    booking: BookingService, desk: Desk
) -> None:
    session_id, ana = await desk.private(), desk.studio.contact(1)
    booked(await desk.book(session_id, ana))
    exported = await query(desk, msg.ExportCustomer, msg.CustomerExported, customer_id=ana.customer_id)
    assert exported.found
    assert [row["session_id"] for row in exported.data["bookings"]] == [str(session_id)]
    unknown = await query(desk, msg.ExportCustomer, msg.CustomerExported, customer_id=UUID(int=7))
    assert not unknown.found
