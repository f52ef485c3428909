"""Two writers and one session: the last seat goes to one, and a capacity that changes meanwhile is never overstepped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest

from services.booking.store import Conflict, Store
from shared.db import Database
from shared.messages.booking import Contact, RefusalCode
from shared.settings import Settings
from tests.integration.booking.races.arena import Arena
from tests.integration.booking.races.racing import (
    NoVersionGuard,
    booked,
    decided,
    did,
    done,
    late,
    now,
    outcome,
    race,
    store,
    without,
)


async def test_the_last_seat_goes_to_one_and_the_other_is_told_that_it_is_full(
    arena: Arena, db: Database
) -> None:
    session = await arena.session(await arena.service())

    _, lost = await race(db, *(arena.booking(session, arena.contact(number)) for number in (1, 2)))
    told = await done(db, lost)

    assert told.refusal is not None
    assert told.refusal.code == RefusalCode.SESSION_FULL
    assert await arena.taken(session) == (1, 1)
    assert await arena.count("outbox") == 1


async def test_negative_control_the_last_seat_is_sold_twice_without_the_version_guard(
    arena: Arena, db: Database
) -> None:
    session = await arena.session(await arena.service())

    await late(
        db,
        (arena.booking(session, arena.contact(1)), arena.booking(session, arena.contact(2))),
        NoVersionGuard,
    )

    assert await arena.taken(session) == (1, 2)


@dataclass(frozen=True)
class Queued:
    """A full session of two, Ana in it; waiting are first a pair, then one person."""

    session: UUID
    ana: Contact
    her_booking: UUID


@pytest.fixture
async def queued(arena: Arena, db: Database) -> Queued:
    session = await arena.session(await arena.service(), capacity=2)
    ana, bea, pair, single = (arena.contact(number) for number in (1, 2, 3, 4))
    hers = await booked(db, arena.booking(session, ana))
    await booked(db, arena.booking(session, bea))
    await did(db, arena.joining(session, pair, party=2))
    await did(db, arena.joining(session, single))
    return Queued(session, ana, hers)


async def test_a_raised_capacity_and_a_cancellation_at_once_give_each_seat_once(
    arena: Arena, db: Database, queued: Queued
) -> None:
    _, lost = await race(
        db,
        arena.changing(queued.session, capacity=4),
        arena.cancelling(queued.session, queued.her_booking, queued.ana),
    )
    await did(db, lost)

    assert await arena.taken(queued.session) == (4, 4)
    assert await arena.count("waitlist_entries", "status = 'accepted'") == 2


async def test_negative_control_a_raise_and_a_cancellation_lose_count_without_the_version_guard(
    arena: Arena, db: Database, queued: Queued
) -> None:
    await late(
        db,
        (
            arena.changing(queued.session, capacity=4),
            arena.cancelling(queued.session, queued.her_booking, queued.ana),
        ),
        NoVersionGuard,
    )
    await did(db, arena.booking(queued.session, arena.contact(5), party_size=2), NoVersionGuard)

    assert await arena.taken(queued.session) == (4, 6), "four seats, six people in them"


async def test_a_refusal_by_the_old_capacity_is_not_given_once_it_was_raised(
    arena: Arena, db: Database
) -> None:
    session = await arena.session(await arena.service())
    await booked(db, arena.booking(session, arena.contact(1)))
    wish, raised = arena.booking(session, arena.contact(2)), arena.changing(session, capacity=2)
    refused, change = await decided(db, wish), await decided(db, raised)
    assert outcome(refused, wish).refusal is not None
    await store(db).write(change, now())

    with pytest.raises(Conflict):
        await store(db).write(refused, now())

    assert (await done(db, wish)).booking is not None
    assert await arena.taken(session) == (2, 2)


async def test_negative_control_a_place_that_is_free_is_refused_without_the_version_guard(
    arena: Arena, db: Database
) -> None:
    session = await arena.session(await arena.service())
    await booked(db, arena.booking(session, arena.contact(1)))
    wish = arena.booking(session, arena.contact(2))
    refused = await decided(db, wish)
    await done(db, arena.changing(session, capacity=2))

    await store(db, NoVersionGuard).write(refused, now())

    assert await arena.count("command_outcomes", "outcome -> 'refusal' ->> 'code' = 'session_full'") == 1
    assert await arena.taken(session) == (1, 1), "refused for ever, with a seat free"


async def test_a_capacity_is_not_lowered_below_a_seat_that_is_taken_at_that_moment(
    arena: Arena, db: Database
) -> None:
    session = await arena.session(await arena.service(), capacity=3)
    await booked(db, arena.booking(session, arena.contact(1), party_size=2))
    book, lower = arena.booking(session, arena.contact(2)), arena.changing(session, capacity=2)

    _, lost = await race(db, book, lower)
    told = await done(db, lost)

    assert told.refusal is not None
    expected = RefusalCode.SESSION_FULL if lost is book else RefusalCode.HAS_BOOKINGS
    assert told.refusal.code == expected
    assert await arena.taken(session) == ((2, 2) if lost is book else (3, 3))


async def test_negative_control_a_lowered_capacity_is_overstepped_only_without_both_guards(
    arena: Arena, db: Database, quick: Settings
) -> None:
    session = await arena.session(await arena.service(), capacity=3)
    await booked(db, arena.booking(session, arena.contact(1), party_size=2))
    book, lower = arena.booking(session, arena.contact(2)), arena.changing(session, capacity=2)

    with pytest.raises(Conflict, match="sessions_seats_taken_check"):
        async with without(quick.database_owner_url) as scratch:
            await late(scratch, (lower, book), NoVersionGuard)
    with pytest.raises(Conflict):
        async with without(quick.database_owner_url, "sessions.sessions_seats_taken_check") as scratch:
            await late(scratch, (lower, book), Store)
    async with without(quick.database_owner_url, "sessions.sessions_seats_taken_check") as scratch:
        await late(scratch, (lower, book), NoVersionGuard)
        async with scratch.tenant(arena.tenant_id) as connection:
            row = await connection.fetchrow(
                "SELECT capacity, seats_taken FROM booking.sessions WHERE id = $1", session
            )
        assert row is not None
        assert (row["capacity"], row["seats_taken"]) == (2, 3)


async def test_a_capacity_is_lowered_to_what_is_left_when_a_hold_is_over(arena: Arena, db: Database) -> None:
    session = await arena.session(await arena.service(), capacity=2)
    await booked(db, arena.booking(session, arena.contact(1), party_size=2, hold=True))

    told = await done(db, arena.changing(session, capacity=1), ahead=timedelta(hours=1))

    assert told.refusal is None
    assert await arena.taken(session) == (0, 0)
    assert await arena.count("sessions", f"id = '{session}' AND capacity = 1") == 1
