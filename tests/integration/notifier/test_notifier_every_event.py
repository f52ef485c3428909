"""Each of booking's events becomes its message once, in order, on the real bus and database; none piles up."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

from nats.aio.msg import Msg

from services.notifier.app import Notifier
from shared import subjects
from shared.messages.booking import (
    BookingCancelled,
    BookingConfirmed,
    BookingEvent,
    BookingExpired,
    BookingNoShow,
    BookingPending,
    BookingRescheduled,
    BookingStatus,
    OfferLapsed,
    OfferMade,
    PaymentChanged,
    SessionChanged,
    WaitlistClosed,
)
from shared.messages.conversation import TextBody
from tests.integration.conftest import eventually
from tests.integration.notifier.conftest import World
from tests.unit.notifier.factories import (
    HOUR,
    NOW,
    booking_view,
    confirmed,
    entry_view,
    follows,
    of_booking,
    of_entry,
    session_view,
)

MINUTE = timedelta(minutes=1)


def life_of_a_booking(world: World) -> list[BookingEvent]:
    """What can happen to one booking, one after the other."""
    event = confirmed(tenant_id=world.tenant_id)
    waits = event.booking.model_copy(
        update={
            "status": BookingStatus.PENDING_PAYMENT,
            "expires_at": NOW + HOUR,
            "pay_link": "https://pay.example/1",
        }
    )
    pending = of_booking(BookingPending, waits, at=NOW - MINUTE, who=event.contact, tenant_id=world.tenant_id)
    was = session_view()
    return [
        pending,
        event,
        follows(SessionChanged, event, MINUTE, previous=was, changed=("staff",)),
        follows(BookingRescheduled, event, 2 * MINUTE, previous=was),
        follows(BookingCancelled, event, 3 * MINUTE),
        follows(PaymentChanged, event, 4 * MINUTE, status="refunded", amount=1500),
    ]


async def test_what_happens_to_a_booking_is_told_in_the_order_in_which_it_happened(
    notifier: Notifier, world: World
) -> None:
    events = life_of_a_booking(world)

    for event in events:
        await world.say(event)

    await world.told(*(event.name for event in events))
    assert await world.count("receipts") == 1


async def test_everything_that_comes_again_later_is_told_once(notifier: Notifier, world: World) -> None:
    events = life_of_a_booking(world)
    for event in events:
        await world.say(event)
    await world.told(*(event.name for event in events))

    await asyncio.gather(*(world.say(event) for event in [*reversed(events), *events]))

    await world.settled()
    assert world.purposes == [event.name for event in events]
    assert await world.sequence(events[0]) == 3  # confirmed 0, changed 1, moved 2, cancelled 3


async def test_each_change_raises_the_calendars_sequence_by_one(notifier: Notifier, world: World) -> None:
    """Case 65."""
    events = [e for e in life_of_a_booking(world) if not isinstance(e, BookingPending | PaymentChanged)]
    seen = []

    for n, event in enumerate(events, 1):
        await world.say(event)
        await world.told(*(e.name for e in events[:n]))
        seen.append(await world.sequence(event))

    assert seen == [0, 1, 2, 3]


async def test_a_request_that_ends_without_a_place_was_never_in_the_calendar(
    notifier: Notifier, world: World
) -> None:
    waits = booking_view(status=BookingStatus.PENDING_APPROVAL, expires_at=NOW + HOUR)
    pending = of_booking(BookingPending, waits, tenant_id=world.tenant_id)
    expired = of_booking(BookingExpired, waits, tenant_id=world.tenant_id, reason="not_approved")

    await world.say(pending)
    await world.say(expired)

    await world.told("booking_pending", "booking_expired")
    assert await world.sequence(expired) is None


async def test_a_no_show_and_an_end_are_told_and_nothing_of_before_after_them(
    notifier: Notifier, world: World
) -> None:
    event = confirmed(tenant_id=world.tenant_id)
    await world.say(follows(BookingNoShow, event, HOUR))
    await world.told("booking_no_show")

    await world.say(event)
    await world.say(follows(SessionChanged, event, MINUTE, previous=session_view(), changed=("time",)))

    await world.settled()
    assert world.purposes == ["booking_no_show"]


async def test_a_confirmation_with_the_old_time_is_not_told_after_the_move_to_the_new_one(
    notifier: Notifier, world: World
) -> None:
    event = confirmed(tenant_id=world.tenant_id)
    await world.say(follows(BookingRescheduled, event, MINUTE, previous=session_view()))
    await world.told("booking_rescheduled")

    await world.say(event)

    await world.settled()
    assert world.purposes == ["booking_rescheduled"]


async def test_an_offer_arrives_with_its_buttons_and_then_how_it_ended(
    notifier: Notifier, world: World
) -> None:
    entry = entry_view(offer_expires_at=NOW + HOUR)
    offered = of_entry(OfferMade, entry, tenant_id=world.tenant_id)
    lapsed = of_entry(OfferLapsed, entry, tenant_id=world.tenant_id, at=NOW + HOUR)

    await world.say(offered)
    await world.say(lapsed)
    await world.told("offer_made", "offer_lapsed")
    await world.say(offered.model_copy(update={"event_id": uuid4()}))  # a lost one that comes after its end

    await world.settled()
    assert world.purposes == ["offer_made", "offer_lapsed"]
    body = world.delivered[0].body
    assert isinstance(body, TextBody)
    assert [choice.choice_id.rpartition(":")[2] for choice in body.choices] == ["yes", "no"]
    assert str(entry.entry_id) in body.choices[0].choice_id


async def test_an_offer_after_one_that_was_not_paid_is_told_again(notifier: Notifier, world: World) -> None:
    entry = entry_view(offer_expires_at=NOW + HOUR)
    await world.say(of_entry(OfferMade, entry, tenant_id=world.tenant_id))
    await world.say(of_entry(OfferMade, entry, tenant_id=world.tenant_id, at=NOW + HOUR))
    await world.say(
        of_entry(WaitlistClosed, entry, tenant_id=world.tenant_id, at=NOW + 2 * HOUR, reason="full")
    )

    await world.told("offer_made", "offer_made", "waitlist_closed")


async def test_every_event_is_confirmed_to_booking_whether_it_is_told_or_not(
    notifier: Notifier, world: World
) -> None:
    confirmations: set[str] = set()

    async def on_receipt(msg: Msg) -> None:
        confirmations.update(msg.data.decode().split())

    await world.bus.nc.subscribe(subjects.receipts("booking"), cb=on_receipt)
    told = life_of_a_booking(world)
    untold: list[BookingEvent] = [
        of_booking(PaymentChanged, tenant_id=world.tenant_id, status="authorised", amount=1),
        of_booking(
            BookingPending,
            booking_view(status=BookingStatus.PENDING_PAYMENT, expires_at=NOW + HOUR),
            tenant_id=world.tenant_id,
        ),
    ]
    unknown = uuid4()

    for event in (*told, *untold):
        await world.say(event)
    await world.publish(
        subjects.event("booking", world.tenant_id, uuid4(), "booking_gifted"), b"\xff not even JSON", unknown
    )

    expected = {f"{world.tenant_id}/{event.event_id}" for event in (*told, *untold)}
    await eventually(lambda: expected | {f"{world.tenant_id}/{unknown}"} <= confirmations)
    await world.settled()
    assert world.purposes == [event.name for event in told]
    assert await world.count("dead_letters") == 0


async def test_the_receipt_of_a_deposit_is_asked_for_with_what_is_paid_and_open(
    notifier: Notifier, world: World
) -> None:
    event = confirmed(booking_view(paid=500, method="card"), tenant_id=world.tenant_id)

    await world.say(event)

    await world.told(BookingConfirmed.name)
    async with world.db.tenant(world.tenant_id) as connection:
        row = await connection.fetchrow(
            "SELECT data #>> '{job,receipt,paid}' AS paid, data #>> '{job,receipt,open}' AS open"
            " FROM notifier.receipts"
        )
    assert row is not None
    assert (row["paid"], row["open"]) == ("500", "1000")
