"""Does the evals' booking in memory answer as booking does? One script, played on both.

What is compared is what a customer would notice: what is found and how many places are left, prices, fees, refusals by
their codes. Sentences, references and ids are each one's own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from services.agent.bookings import BusBookings
from services.agent.evals.desk import Desk
from services.agent.evals.dialogue import World
from services.booking.app import BookingService
from services.booking.seed import seed
from shared import ids
from shared.bus import Bus
from shared.messages.booking import (
    AnswerOffer,
    BookSession,
    BookSlot,
    CancelBooking,
    JoinWaitlist,
    LeaveWaitlist,
    MyBookings,
    RescheduleBooking,
    RescheduleToSlot,
    WaitlistEntryView,
)
from shared.settings import Settings
from tests.integration.agent.noticing import Play
from tests.integration.agent.real_studio import zone_at_ten
from tests.integration.notifier.conftest import until

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


async def script(
    play: Play, place_comes_free: Callable[[WaitlistEntryView], Awaitable[None]], *, accept: bool
) -> list[tuple[object, ...]]:
    """A customer looks, books, is refused, waits, moves and cancels. What they noticed, in order."""
    catalogue = await play.bookings.catalogue(play.tenant_id)
    massage = next(s.service_id for s in catalogue.services if s.name == "Massage")
    zumba, yoga = sorted(await play.find(1), key=lambda one: one.starts_at)
    [later] = await play.find(2)
    await play.find(1, party=5)
    await play.find(1, price_up_to=1000)
    await play.find(1, service_ids=(yoga.service_id,))

    await play.price(session_id=yoga.session_id, party_size=2)
    await play.price(session_id=yoga.session_id, promo_code="NOPE")
    await play.price(session_id=zumba.session_id)
    booked = await play.do(BookSession, session_id=yoga.session_id, party_size=2)
    await play.do(BookSession, again=True, session_id=yoga.session_id, party_size=2)
    await play.do(BookSession, session_id=yoga.session_id)
    await play.do(BookSession, session_id=zumba.session_id)
    await play.find(1)
    await play.mine()

    await play.do(JoinWaitlist, session_id=later.session_id)
    waits = await play.do(JoinWaitlist, session_id=zumba.session_id)
    await play.do(JoinWaitlist, session_id=zumba.session_id)
    await play.mine()
    assert waits.entry is not None
    leaving: dict[str, Any] = {"session_id": zumba.session_id, "entry_id": waits.entry.entry_id}
    await play.do(LeaveWaitlist, **leaving)
    await play.do(LeaveWaitlist, **leaving)
    await play.mine()
    again = await play.do(JoinWaitlist, session_id=zumba.session_id)
    assert again.entry is not None
    await place_comes_free(again.entry)
    await play.mine()
    offer: dict[str, Any] = {
        "session_id": zumba.session_id,
        "entry_id": again.entry.entry_id,
        "accept": accept,
    }
    await play.do(AnswerOffer, **offer)
    await play.do(AnswerOffer, **offer)
    await play.find(1)
    await play.mine()

    assert booked.booking is not None
    mine: dict[str, Any] = {"booking_id": booked.booking.booking_id}
    await play.do(RescheduleBooking, session_id=later.session_id, from_session_id=yoga.session_id, **mine)
    await play.find(1)
    await play.find(2)
    await play.fee(booked.booking.booking_id)
    await play.fee(uuid4())
    await play.do(CancelBooking, session_id=later.session_id, **mine)
    await play.do(CancelBooking, session_id=later.session_id, fee_shown=500, **mine)
    await play.do(CancelBooking, session_id=later.session_id, fee_shown=500, **mine)
    await play.do(CancelBooking, session_id=later.session_id, **(mine | {"booking_id": uuid4()}))
    await play.find(2)
    await play.mine()
    await appointments(play, massage)
    return play.noticed


async def appointments(play: Play, massage: UUID) -> None:
    """They look for a free time, book it, and move it."""
    wish: dict[str, Any] = {"service_id": massage}
    await play.free(massage, 14, 17)
    booked = await play.do(BookSlot, starts_at=play.at(1, 15), **wish)
    await play.free(massage, 14, 17)
    await play.do(BookSlot, starts_at=play.at(1, 15), **wish)
    for starts_at in (play.at(1, 16), play.at(1, 16) + timedelta(minutes=30)):  # these two overlap
        assert booked.booking is not None
        moving: dict[str, Any] = {
            "booking_id": booked.booking.booking_id,
            "from_session_id": booked.booking.session.session_id,
        }
        booked = await play.do(RescheduleToSlot, starts_at=starts_at, **moving)
    await play.free(massage, 14, 17)
    await play.mine()


async def offered(play: Play) -> bool:
    """Whether a place has been offered to them."""
    question = MyBookings(tenant_id=play.tenant_id, customer_id=play.contact.customer_id)
    return [one.status for one in (await play.bookings.mine(question)).waiting] == ["offered"]


def world(zone: ZoneInfo) -> World:
    """Yoga in the evening, a full Zumba tomorrow, massages; cancelling costs €5."""
    now = datetime.now(zone).replace(tzinfo=None)
    midnight = datetime.combine(now.date(), datetime.min.time())

    def at(days: int, hour: int) -> str:
        return (midnight + timedelta(days=days, hours=hour)).isoformat()

    return World.model_validate(
        {
            "world": "contract",
            "now": now.isoformat(),
            "timezone": zone.key,
            "services": [
                {"name": "Yoga", "price": 1500, "staff": ["Ana"]},
                {"name": "Zumba", "price": 1000, "staff": ["Ana"]},
                {"name": "Massage", "kind": "appointment", "price": 5000, "staff": ["Lena"]},
            ],
            "staff": [{"name": "Ana"}, {"name": "Lena"}],
            "sessions": [
                {"service": "Yoga", "at": at(1, 19), "staff": "Ana", "seats": 4},
                {"service": "Yoga", "at": at(2, 19), "staff": "Ana", "seats": 4},
                {"service": "Zumba", "at": at(1, 12), "staff": "Ana", "seats": 0},
            ],
            "cancel_fee": 500,
        }
    )


def document(slug: str, zone: ZoneInfo) -> dict[str, Any]:
    """The same business for booking; the one place in Zumba is still free."""
    tomorrow = datetime.now(zone).date() + timedelta(days=1)
    late = {"late_cancel_fee": {"fixed": 500}, "late_within": "96h"}
    terms = {"cancellation": [late | {"tiers": [{"at_least": "0h", "refund_basis_points": 10000}]}]}
    once = {"rrule": "FREQ=DAILY;COUNT=1", "from": tomorrow.isoformat()}
    return {
        "tenants": [
            {
                "slug": slug,
                "name": "Casa Yoga",
                "timezone": zone.key,
                "currency": "EUR",
                "staff": [
                    {"key": "ana", "name": "Ana"},
                    {
                        "key": "lena",
                        "name": "Lena",
                        "availability": {"weekly": {day: ["09:00-18:00"] for day in DAYS}},
                    },
                ],
                "services": [
                    {"key": "yoga", "name": "Yoga", "duration_minutes": 60, "price": 1500, "capacity": 4,
                     "staff": ["ana"], "policy": terms},
                    {"key": "zumba", "name": "Zumba", "duration_minutes": 60, "price": 1000, "capacity": 1,
                     "staff": ["ana"], "policy": terms | {"waitlist": {"promote_without_asking": False}}},
                    {"key": "massage", "name": "Massage", "kind": "appointment", "duration_minutes": 60,
                     "price": 5000, "staff": ["lena"], "policy": terms | {"slot_minutes": 30}},
                ],
                "schedules": [
                    {"key": "y", "service": "yoga", "staff": "ana", "starts": "19:00", **once,
                     "rrule": "FREQ=DAILY;COUNT=2"},
                    {"key": "z", "service": "zumba", "staff": "ana", "starts": "12:00", **once},
                ],
            }
        ]
    }  # fmt: skip


@pytest.mark.parametrize("accept", [True, False], ids=["taking the offer", "declining it"])
async def test_a_customer_of_the_desk_notices_what_a_customer_of_booking_does(
    quick: Settings, booking: BookingService, bus: Bus, accept: bool
) -> None:
    zone, slug = ZoneInfo(zone_at_ten()), f"contract-{uuid4().hex[:12]}"
    await seed(document(slug, zone), quick)
    tenant_id = ids.tenant_id_of(slug)
    real = BusBookings(bus, every=0.5, deadline=10)
    somebody = Play(real, tenant_id, zone, "351900000001")
    [zumba] = [one for one in await somebody.find(1) if one.service_name == "Zumba"]
    kept = (await somebody.do(BookSession, session_id=zumba.session_id)).booking
    assert kept is not None
    customer, desk = Play(real, tenant_id, zone, "351900000002"), Desk(world(zone))

    async def somebody_cancels(entry: WaitlistEntryView) -> None:
        await somebody.do(
            CancelBooking, session_id=zumba.session_id, booking_id=kept.booking_id, fee_shown=500
        )
        await until(lambda: offered(customer))

    async def a_place_is_offered(entry: WaitlistEntryView) -> None:
        desk.books.queue(entry.session, entry.party_size, 1, offered_at=desk.now)

    theirs = await script(customer, somebody_cancels, accept=accept)
    ours = await script(Play(desk, tenant_id, zone, "351900000002"), a_place_is_offered, accept=accept)

    different = [one for one in zip(ours, theirs, strict=True) if one[0] != one[1]]
    assert different == [], "\n".join(f"desk {a}\nreal {b}" for a, b in different)
