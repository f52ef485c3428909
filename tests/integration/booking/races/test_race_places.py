"""Two writers and one place: two claims of an offer, two cancels of a booking, moves that cross one another."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.booking.store import Conflict
from shared.db import Database
from shared.messages import booking as msg
from shared.messages.booking import Contact, RefusalCode
from shared.settings import Settings
from tests.integration.booking.races.arena import PRICE, Arena
from tests.integration.booking.races.racing import (
    UNMOVED,
    NoAccountGuard,
    NoAccountNorVersionGuard,
    NoPassGuard,
    NoPassNorVersionGuard,
    NoVersionGuard,
    booked,
    decided,
    did,
    done,
    late,
    now,
    race,
    store,
    without,
)

AT_ONCE: dict[str, object] = {"broadcast_minutes": 10_000}
"""Everybody who waits is told at once, days before the start: the first to answer gets the place."""

ASKED: dict[str, object] = {"claim_minutes": 30, "promote_without_asking": False}
"""A place is offered to one after the other, for half an hour each."""


@dataclass(frozen=True)
class Waiters:
    """A session of one place that has just come free, and two who waited for it."""

    session: UUID
    people: tuple[Contact, Contact]
    entries: tuple[UUID, UUID]

    def claim(self, arena: Arena, number: int) -> msg.AnswerOffer:
        return arena.answering(self.session, self.entries[number], self.people[number])


async def waiters(arena: Arena, policy: dict[str, object]) -> Waiters:
    session = await arena.session(await arena.service(waitlist=policy))
    ana, one, other = (arena.contact(number) for number in (1, 2, 3))
    hers = await booked(arena.db, arena.booking(session, ana))
    entries = []
    for person in (one, other):
        told = await did(arena.db, arena.joining(session, person))
        assert told.entry is not None
        entries.append(told.entry.entry_id)
    await did(arena.db, arena.cancelling(session, hers, ana))
    return Waiters(session, (one, other), (entries[0], entries[1]))


async def test_a_place_that_all_were_told_of_goes_to_the_first_claim(arena: Arena, db: Database) -> None:
    there = await waiters(arena, AT_ONCE)

    _, lost = await race(db, there.claim(arena, 0), there.claim(arena, 1))
    told = await done(db, lost)

    assert told.refusal is not None
    assert told.refusal.code == RefusalCode.SESSION_FULL
    assert await arena.taken(there.session) == (1, 1)
    assert await arena.count("waitlist_entries", "status = 'accepted'") == 1


async def test_negative_control_two_claims_get_the_same_place_without_the_version_guard(
    arena: Arena, db: Database
) -> None:
    there = await waiters(arena, AT_ONCE)

    await late(db, (there.claim(arena, 0), there.claim(arena, 1)), NoVersionGuard)

    assert await arena.taken(there.session) == (1, 2)


def lapse(arena: Arena, there: Waiters) -> msg.SettleSession:
    return msg.SettleSession(tenant_id=arena.tenant_id, command_id=uuid4(), session_id=there.session)


@pytest.mark.parametrize("first", ["claim", "lapse"])
async def test_an_offer_is_claimed_or_lapses_and_never_both(arena: Arena, db: Database, first: str) -> None:
    there = await waiters(arena, ASKED)
    claim, lapsed = there.claim(arena, 0), lapse(arena, there)
    in_time, too_late = await decided(db, claim), await decided(db, lapsed, ahead=timedelta(minutes=31))
    order = (in_time, too_late) if first == "claim" else (too_late, in_time)
    await store(db).write(order[0], now())

    with pytest.raises(Conflict):
        await store(db).write(order[1], now())

    if first == "claim":
        await did(db, lapsed)
        assert await arena.count("bookings", "status = 'confirmed'") == 1
    else:
        told = await done(db, claim)
        assert told.refusal is not None
        assert told.refusal.code == RefusalCode.OFFER_EXPIRED
        assert await arena.count("waitlist_entries", "status = 'offered'") == 1, "it is the next one's"
    assert await arena.taken(there.session) == (1, 1)


async def test_negative_control_a_lapsed_offer_is_claimed_and_passed_on_without_the_version_guard(
    arena: Arena, db: Database
) -> None:
    there = await waiters(arena, ASKED)

    await late(
        db, (lapse(arena, there), there.claim(arena, 0)), NoVersionGuard, (timedelta(minutes=31), UNMOVED)
    )

    assert await arena.taken(there.session) == (1, 2), "one has it, the other is offered it"


# --- two cancels ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Paid:
    """A session of two with one booking in it that was paid for."""

    session: UUID
    ana: Contact
    booking_id: UUID

    def cancels(self, arena: Arena) -> tuple[msg.CancelBooking, msg.CancelBooking]:
        return (
            arena.cancelling(self.session, self.booking_id, self.ana),
            arena.cancelling(self.session, self.booking_id, self.ana, by="business"),
        )


@pytest.fixture
async def paid(arena: Arena, db: Database) -> Paid:
    """Paid in cash."""
    session, ana = await arena.session(await arena.service(), 2), arena.contact(1)
    booking_id = await booked(db, arena.booking(session, ana))
    await did(
        db,
        msg.RecordPayment(
            tenant_id=arena.tenant_id,
            command_id=uuid4(),
            session_id=session,
            booking_id=booking_id,
            payment_id=uuid4(),
            method="cash",
            status="captured",
            amount=PRICE,
        ),
    )
    return Paid(session, ana, booking_id)


async def test_two_cancels_of_a_booking_give_the_money_back_once(
    arena: Arena, db: Database, paid: Paid
) -> None:
    assert await arena.balance("cash") == PRICE

    _, lost = await race(db, *paid.cancels(arena))
    told = await done(db, lost)

    assert told.refusal is not None
    assert told.refusal.code == RefusalCode.NOT_FOUND
    assert (await arena.balance("cash"), await arena.balance("deposits")) == (0, 0)
    assert await arena.taken(paid.session) == (0, 0)
    assert await arena.unbalanced() == 0


async def test_negative_control_two_cancels_give_the_money_back_twice_without_the_version_guard(
    arena: Arena, db: Database, paid: Paid
) -> None:
    first, second = paid.cancels(arena)

    await late(db, (first, second), NoVersionGuard)

    assert await arena.balance("cash") == -PRICE


@pytest.fixture
async def prepaid(arena: Arena, db: Database) -> tuple[Paid, UUID]:
    """Paid with the one credit of a pack, which is empty now."""
    session, ana = await arena.session(await arena.service(), 2), await arena.customer(1)
    terms: dict[str, object] = {"kind": "pack", "name": "One class", "price": 1200, "credits": 1}
    told = await did(db, arena.selling(ana, await arena.product(terms)))
    assert told.bought is not None
    booking_id = await booked(db, arena.booking(session, ana, method="pass"))
    return Paid(session, ana, booking_id), told.bought.pass_id


async def test_two_cancels_of_a_booking_give_its_credit_back_once(
    arena: Arena, db: Database, prepaid: tuple[Paid, UUID]
) -> None:
    paid, pass_id = prepaid
    assert await arena.held(pass_id) == 0

    _, lost = await race(db, *paid.cancels(arena))
    await done(db, lost)

    assert await arena.held(pass_id) == 1
    assert await arena.unbalanced() == 0


async def test_negative_control_a_credit_comes_back_twice_only_without_both_guards(
    arena: Arena, db: Database, quick: Settings, prepaid: tuple[Paid, UUID]
) -> None:
    paid, pass_id = prepaid
    for guarded in (NoPassGuard, NoVersionGuard):
        with pytest.raises(Conflict):
            async with without(quick.database_owner_url) as scratch:
                await late(scratch, paid.cancels(arena), guarded)

    await late(db, paid.cancels(arena), NoPassNorVersionGuard)

    assert await arena.held(pass_id) == 2


# --- moves ------------------------------------------------------------------------------------------


async def test_two_moves_that_cross_one_another_both_arrive(arena: Arena, db: Database) -> None:
    service = await arena.service()
    here, there = await arena.session(service, 2), await arena.session(service, 2, after=3)
    ana, bea = arena.contact(1), arena.contact(2)
    hers, theirs = (
        await booked(db, arena.booking(here, ana)),
        await booked(db, arena.booking(there, bea)),
    )

    _, lost = await race(db, arena.moving(here, there, hers, ana), arena.moving(there, here, theirs, bea))
    await did(db, lost)

    assert (await arena.taken(here), await arena.taken(there)) == ((1, 1), (1, 1))
    assert await arena.count("bookings") == 2


async def test_negative_control_two_moves_that_cross_lose_count_without_the_version_guard(
    arena: Arena, db: Database
) -> None:
    service = await arena.service()
    here, there = await arena.session(service, 2), await arena.session(service, 2, after=3)
    ana, bea = arena.contact(1), arena.contact(2)
    hers, theirs = (
        await booked(db, arena.booking(here, ana)),
        await booked(db, arena.booking(there, bea)),
    )

    await late(
        db, (arena.moving(here, there, hers, ana), arena.moving(there, here, theirs, bea)), NoVersionGuard
    )

    assert (await arena.taken(here), await arena.taken(there)) == ((2, 1), (0, 1))


async def moved_to_two_places(arena: Arena) -> tuple[tuple[UUID, ...], list[msg.RescheduleBooking]]:
    service = await arena.service()
    sessions = tuple([await arena.session(service, after=hours) for hours in (0, 3, 6)])
    ana = arena.contact(1)
    hers = await booked(arena.db, arena.booking(sessions[0], ana))
    return sessions, [arena.moving(sessions[0], to, hers, ana) for to in sessions[1:]]


async def test_one_booking_moved_to_two_places_at_once_arrives_at_one(arena: Arena, db: Database) -> None:
    sessions, moves = await moved_to_two_places(arena)

    _, lost = await race(db, *moves)
    told = await done(db, lost)

    assert told.refusal is not None
    assert told.refusal.code == RefusalCode.NOT_FOUND
    assert Counter([await arena.taken(each) for each in sessions]) == {(0, 0): 2, (1, 1): 1}


async def test_negative_control_one_booking_takes_two_places_only_without_both_guards(
    arena: Arena, db: Database, quick: Settings
) -> None:
    sessions, moves = await moved_to_two_places(arena)
    for guarded in (NoAccountGuard, NoVersionGuard):
        with pytest.raises(Conflict):
            async with without(quick.database_owner_url) as scratch:
                await late(scratch, moves, guarded)

    await late(db, moves, NoAccountNorVersionGuard)

    assert [await arena.taken(each) for each in sessions] == [(0, 0), (1, 0), (1, 1)]


async def into_the_last_place(arena: Arena) -> tuple[UUID, list[msg.RescheduleBooking]]:
    service = await arena.service()
    here, there, target = [await arena.session(service, after=hours) for hours in (0, 3, 6)]
    moves = []
    for number, source in enumerate((here, there)):
        person = arena.contact(number)
        booking_id = await booked(arena.db, arena.booking(source, person))
        moves.append(arena.moving(source, target, booking_id, person))
    return target, moves


async def test_of_two_moves_into_the_last_place_one_arrives_and_the_other_stays(
    arena: Arena, db: Database
) -> None:
    target, moves = await into_the_last_place(arena)

    _, lost = await race(db, *moves)
    told = await done(db, lost)

    assert told.refusal is not None
    assert told.refusal.code == RefusalCode.SESSION_FULL
    assert await arena.taken(target) == (1, 1)
    assert isinstance(lost, msg.RescheduleBooking)
    assert await arena.taken(lost.from_session_id) == (1, 1)


async def test_negative_control_two_moves_share_the_last_place_without_the_version_guard(
    arena: Arena, db: Database
) -> None:
    target, moves = await into_the_last_place(arena)

    await late(db, moves, NoVersionGuard)

    assert await arena.taken(target) == (1, 2)
