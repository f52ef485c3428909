"""What the random test has found, each in its shortest form, so that it stays mended."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from services.booking.audit import audit
from shared.db import Database
from shared.messages import booking as msg
from shared.messages.booking import BookingStatus
from tests.integration.booking.stateful_studio import (
    CODE,
    CUSTOMERS,
    PACK,
    PACK_CREDITS,
    PLACES,
    Business,
)

YOGA, _, COACHING, _ = PLACES  # Coaching has to be approved


@pytest.fixture
async def business(db: Database) -> Business:
    opened = Business(db)
    await opened.open()
    return opened


async def done(business: Business, kind: type[msg.Command], **fields: object) -> msg.CommandOutcome:
    """The outcome of a command that must not be refused."""
    envelope = {"tenant_id": business.tenant_id, "command_id": uuid4()}
    ((_, outcome, _),) = await business.write([kind.model_validate({**envelope, **fields})], 0)
    assert outcome.refusal is None, outcome
    return outcome


async def booked(business: Business, session_id: UUID, **fields: object) -> msg.BookingView:
    contact = business.contact(0)
    outcome = await done(business, msg.BookSession, session_id=session_id, contact=contact, **fields)
    assert outcome.booking is not None
    return outcome.booking


async def assert_sound(business: Business) -> None:
    assert await audit(business.db, business.slug, now=business.now) == ()


async def with_credits(business: Business) -> None:
    await done(business, msg.CancelBooking, **_own(await booked(business, PLACES[3])))  # known from now on
    await done(business, msg.SellPass, customer_id=CUSTOMERS[0], product=PACK)


def _own(booking: msg.BookingView) -> dict[str, object]:
    return {
        "session_id": booking.session.session_id,
        "booking_id": booking.booking_id,
        "customer_id": CUSTOMERS[0],
    }


async def test_a_hold_that_would_have_been_paid_by_pass_gives_no_credit_back_when_the_session_is_cancelled(
    business: Business,
) -> None:
    await with_credits(business)
    held = await booked(business, YOGA, method="pass", hold=True)
    assert (held.status, held.credits) == (BookingStatus.HELD, 1)

    await done(business, msg.CancelSession, session_id=YOGA)

    assert await business.credits(CUSTOMERS[0]) == PACK_CREDITS
    await assert_sound(business)


async def test_a_booking_that_awaits_approval_gives_back_no_credit_that_it_has_not_taken(
    business: Business,
) -> None:
    await with_credits(business)
    pending = await booked(business, COACHING, method="pass")
    assert pending.status is BookingStatus.PENDING_APPROVAL
    assert await business.credits(CUSTOMERS[0]) == PACK_CREDITS

    await done(business, msg.CancelBooking, **_own(pending))

    assert await business.credits(CUSTOMERS[0]) == PACK_CREDITS
    await assert_sound(business)


@pytest.mark.parametrize("ends_by", ["customer", "business", "session"])
async def test_a_promo_code_of_a_booking_that_awaits_approval_was_not_used_and_is_not_given_back(
    business: Business, ends_by: str
) -> None:
    pending = await booked(business, COACHING, promo_code=CODE)
    assert pending.status is BookingStatus.PENDING_APPROVAL

    if ends_by == "session":
        await done(business, msg.CancelSession, session_id=COACHING)
    else:
        await done(business, msg.CancelBooking, **_own(pending), by=ends_by)

    assert await business.promo_uses() == 0
    await assert_sound(business)
