"""Many commands at the same moment, through one running instance and through two: exactly as many succeed as there are."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from uuid import UUID

import pytest

from services.booking.app import BookingService
from shared.db import Database
from shared.messages.booking import CommandOutcome, Contact, RefusalCode
from shared.messages.booking.commands import Command
from tests.integration.booking.races.arena import PRICE, Arena
from tests.integration.booking.races.racing import booked, did

pytestmark = pytest.mark.usefixtures("instances")

DONE = "done"
Instances = list[BookingService]


async def at_once(arena: Arena, commands: Iterable[Command]) -> tuple[list[CommandOutcome], Counter[str]]:
    """All of them asked at the same moment: the outcomes in order, and how often each was given."""
    outcomes = await asyncio.gather(*(arena.told(command) for command in commands))
    return outcomes, Counter(each.refusal.code if each.refusal else DONE for each in outcomes)


async def sessions(arena: Arena, count: int, capacity: int = 1) -> list[UUID]:
    """That many sessions, one after the other: they are in different partitions."""
    service = await arena.service()
    return [await arena.session(service, capacity, after=2 * number) for number in range(count)]


async def sold(arena: Arena, contact: Contact, credits_: int) -> UUID:
    terms = {"kind": "pack", "name": "Pack", "price": 1200 * credits_, "credits": credits_}
    told = await did(arena.db, arena.selling(contact, await arena.product(terms)))
    assert told.bought is not None
    return told.bought.pass_id


async def seats(arena: Arena, of: Sequence[UUID]) -> list[tuple[int, int]]:
    return [await arena.taken(each) for each in of]


async def test_fifty_requests_for_a_session_of_ten_get_exactly_ten_seats(arena: Arena) -> None:
    (session,) = await sessions(arena, 1, capacity=10)

    _, told = await at_once(arena, (arena.booking(session, arena.contact(n)) for n in range(50)))

    assert told == {DONE: 10, RefusalCode.SESSION_FULL: 40}
    assert await arena.taken(session) == (10, 10)


async def test_three_credits_pay_for_exactly_three_of_nine_bookings(arena: Arena) -> None:
    ana = await arena.customer(1)
    pass_id = await sold(arena, ana, 3)
    there = await sessions(arena, 9, capacity=2)

    _, told = await at_once(arena, (arena.booking(each, ana, method="pass") for each in there))

    assert told == {DONE: 3, RefusalCode.NO_CREDIT: 6}
    assert await arena.held(pass_id) == 0
    assert await arena.count("bookings", "credits = 1") == 3
    assert await arena.unbalanced() == 0


async def test_three_uses_of_a_code_go_to_exactly_three_of_nine_people(arena: Arena) -> None:
    await arena.promo(max_uses=3)
    there = await sessions(arena, 9)

    _, told = await at_once(
        arena, (arena.booking(each, arena.contact(n), promo_code="LAST") for n, each in enumerate(there))
    )

    assert told == {DONE: 3, RefusalCode.PROMO_NOT_VALID: 6}
    assert await arena.count("promo_codes", "uses = 3") == 1
    assert await arena.count("bookings", f"total = {PRICE - 500}") == 3


@pytest.mark.parametrize("needs", ["staff", "room"])
async def test_an_hour_asked_for_ten_times_for_two_services_is_given_once(arena: Arena, needs: str) -> None:
    services = [await arena.service(name, kind="appointment") for name in ("Massage", "Facial")]
    at = await arena.starts_at(await arena.session(await arena.service()))
    if needs == "staff":
        staff = [await arena.staff(does=(services[0], services[1]))] * 2
    else:
        await arena.room(needed_by=(services[0], services[1]))
        staff = [await arena.staff(does=(each,)) for each in services]

    _, told = await at_once(
        arena, (arena.slot(services[n % 2], staff[n % 2], at, arena.contact(n)) for n in range(10))
    )

    assert told == {DONE: 1, RefusalCode.SLOT_TAKEN: 9}
    assert await arena.count("sessions", "kind = 'appointment'") == 1
    assert await arena.count("bookings") == 1


async def test_a_place_that_eight_were_told_of_goes_to_exactly_one(arena: Arena, db: Database) -> None:
    service = await arena.service(waitlist={"broadcast_minutes": 10_000})
    session, ana = await arena.session(service), arena.contact(100)
    hers = await booked(db, arena.booking(session, ana))
    entries = []
    for number in range(8):
        told = await did(db, arena.joining(session, arena.contact(number)))
        assert told.entry is not None
        entries.append(told.entry.entry_id)
    await did(db, arena.cancelling(session, hers, ana))

    _, codes = await at_once(
        arena, (arena.answering(session, each, arena.contact(n)) for n, each in enumerate(entries))
    )

    assert codes[DONE] == 1
    assert codes.total() == 8
    assert await arena.taken(session) == (1, 1)
    assert await arena.count("waitlist_entries", "status = 'accepted'") == 1


async def test_a_capacity_raised_and_lowered_at_once_seats_the_first_in_line_and_drops_nobody(
    arena: Arena, db: Database
) -> None:
    (session,) = await sessions(arena, 1, capacity=5)
    for number in range(5):
        await booked(db, arena.booking(session, arena.contact(number)))
    for number in range(5, 13):
        await did(db, arena.joining(session, arena.contact(number)))

    outcomes, _ = await at_once(
        arena, (arena.changing(session, capacity=each) for each in (6, 4, 8, 3, 7, 4, 8, 5))
    )

    codes = [each.refusal.code if each.refusal else DONE for each in outcomes]
    # At the first 6 or more somebody gets in, so neither 3 nor 4 is ever possible; 8 always is.
    assert [codes[n] for n in (1, 2, 3, 5, 6)] == [
        RefusalCode.HAS_BOOKINGS, DONE, RefusalCode.HAS_BOOKINGS, RefusalCode.HAS_BOOKINGS, DONE
    ]  # fmt: skip
    assert await arena.taken(session) == (8, 8)
    first = [arena.contact(number).customer_id for number in range(8)]
    assert (
        await arena.value(
            "SELECT count(*) FROM booking.bookings WHERE tenant_id = $1 AND customer_id = ANY ($2)", first
        )
        == 8
    )


async def test_eight_cancels_of_one_booking_give_its_credit_back_once(arena: Arena, db: Database) -> None:
    ana = await arena.customer(1)
    pass_id = await sold(arena, ana, 1)
    (session,) = await sessions(arena, 1)
    hers = await booked(db, arena.booking(session, ana, method="pass"))

    _, told = await at_once(arena, (arena.cancelling(session, hers, ana) for _ in range(8)))

    assert told == {DONE: 1, RefusalCode.NOT_FOUND: 7}
    assert await arena.held(pass_id) == 1
    assert await arena.taken(session) == (0, 0)
    assert await arena.unbalanced() == 0


async def test_eight_people_in_a_ring_who_all_move_on_all_arrive(arena: Arena, db: Database) -> None:
    there = await sessions(arena, 8, capacity=2)
    people = [arena.contact(number) for number in range(8)]
    theirs = [await booked(db, arena.booking(*pair)) for pair in zip(there, people, strict=True)]

    _, told = await at_once(
        arena,
        (arena.moving(there[n], there[(n + 1) % 8], theirs[n], people[n]) for n in range(8)),
    )

    assert told == {DONE: 8}
    assert await seats(arena, there) == [(1, 1)] * 8


async def test_of_six_moves_into_the_last_place_exactly_one_arrives(arena: Arena, db: Database) -> None:
    target, *there = await sessions(arena, 7)
    people = [arena.contact(number) for number in range(6)]
    theirs = [await booked(db, arena.booking(*pair)) for pair in zip(there, people, strict=True)]

    _, told = await at_once(arena, (arena.moving(there[n], target, theirs[n], people[n]) for n in range(6)))

    assert told == {DONE: 1, RefusalCode.SESSION_FULL: 5}
    assert await arena.taken(target) == (1, 1)
    assert Counter(await seats(arena, there)) == {(1, 1): 5, (0, 0): 1}
