"""Two writers and what can be used once: the last credit of a pack, the last cents of a gift card, a code's last use."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.booking.store import Conflict
from shared.db import Database
from shared.messages.booking import Contact, RefusalCode
from tests.integration.booking.races.arena import PRICE, Arena
from tests.integration.booking.races.racing import (
    NoPassGuard,
    NoPassNorAccountGuard,
    NoPromoGuard,
    booked,
    did,
    done,
    late,
    race,
)

ONE_CLASS: dict[str, object] = {"kind": "pack", "name": "One class", "price": 1200, "credits": 1}
GIFT_CARD: dict[str, object] = {"kind": "gift_card", "name": "Gift card"}


async def bought(arena: Arena, contact: Contact, terms: dict[str, object]) -> UUID:
    """A pass of this customer, sold through the engine."""
    told = await did(arena.db, arena.selling(contact, await arena.product(terms)))
    assert told.bought is not None
    return told.bought.pass_id


async def two_sessions(arena: Arena) -> tuple[UUID, UUID]:
    service = await arena.service()
    return await arena.session(service, 10), await arena.session(service, 10, after=3)


async def test_the_last_credit_pays_for_one_of_two_bookings_at_once(arena: Arena, db: Database) -> None:
    ana = await arena.customer(1)
    pass_id = await bought(arena, ana, ONE_CLASS)
    first, second = await two_sessions(arena)

    _, lost = await race(db, *(arena.booking(session, ana, method="pass") for session in (first, second)))
    told = await done(db, lost)

    assert told.refusal is not None
    assert told.refusal.code == RefusalCode.NO_CREDIT
    assert await arena.held(pass_id) == 0
    assert await arena.count("bookings", "credits = 1 AND status = 'confirmed'") == 1
    assert await arena.unbalanced() == 0


async def test_the_last_credit_confirms_one_of_two_holds_at_once(arena: Arena, db: Database) -> None:
    """Case 38. One credit and two confirmations: the pass's version decides."""
    ana = await arena.customer(1)
    pass_id = await bought(arena, ana, ONE_CLASS)
    sessions = await two_sessions(arena)
    holds = [await booked(db, arena.booking(each, ana, method="pass", hold=True)) for each in sessions]

    _, lost = await race(
        db,
        *(arena.confirming(each, hold, ana) for each, hold in zip(sessions, holds, strict=True)),
    )
    told = await done(db, lost)

    assert told.refusal is not None
    assert told.refusal.code == RefusalCode.NO_CREDIT
    assert await arena.held(pass_id) == 0
    assert await arena.unbalanced() == 0


async def test_negative_control_the_last_credit_is_used_twice_without_the_pass_guard(
    arena: Arena, db: Database
) -> None:
    """Case 38. The control: without the pass's version both take it."""
    ana = await arena.customer(1)
    pass_id = await bought(arena, ana, ONE_CLASS)
    sessions = await two_sessions(arena)
    holds = [await booked(db, arena.booking(each, ana, method="pass", hold=True)) for each in sessions]
    first, second = (arena.confirming(each, hold, ana) for each, hold in zip(sessions, holds, strict=True))

    await late(db, (first, second), NoPassGuard)

    assert await arena.held(pass_id) == -1
    assert await arena.count("bookings", "credits = 1 AND status = 'confirmed'") == 2


async def test_negative_control_two_direct_bookings_are_also_held_apart_by_their_customer(
    arena: Arena, db: Database
) -> None:
    ana = await arena.customer(1)
    pass_id = await bought(arena, ana, ONE_CLASS)
    first, second = await two_sessions(arena)
    wishes = [arena.booking(each, ana, method="pass") for each in (first, second)]

    with pytest.raises(Conflict):
        await late(db, wishes, NoPassGuard)
    assert await arena.held(pass_id) == 0

    bea = await arena.customer(2)
    hers = await bought(arena, bea, ONE_CLASS)
    await late(
        db, (arena.booking(each, bea, method="pass") for each in (first, second)), NoPassNorAccountGuard
    )
    assert await arena.held(hers) == -1


async def test_a_gift_card_is_not_spent_twice_by_two_people_at_once(arena: Arena, db: Database) -> None:
    card = await bought(arena, await arena.customer(1), GIFT_CARD)
    sessions = await two_sessions(arena)

    _, lost = await race(
        db,
        *(
            arena.booking(each, arena.contact(number), method="gift_card", pass_id=card)
            for number, each in enumerate(sessions, 2)
        ),
    )
    told = await done(db, lost)

    assert told.refusal is not None
    assert told.refusal.code == RefusalCode.NO_CREDIT
    assert await arena.held(card) == 0
    assert await arena.balance("deposits") == -PRICE
    assert await arena.unbalanced() == 0


async def test_negative_control_a_gift_card_is_spent_twice_without_the_pass_guard(
    arena: Arena, db: Database
) -> None:
    card = await bought(arena, await arena.customer(1), GIFT_CARD)
    sessions = await two_sessions(arena)

    await late(
        db,
        (
            arena.booking(each, arena.contact(number), method="gift_card", pass_id=card)
            for number, each in enumerate(sessions, 2)
        ),
        NoPassGuard,
    )

    assert await arena.held(card) == -PRICE


async def test_a_codes_last_use_goes_to_one_of_two_people(arena: Arena, db: Database) -> None:
    """Case 38. One use and two people: the code's count decides."""
    await arena.promo(max_uses=1)
    sessions = await two_sessions(arena)

    _, lost = await race(
        db,
        *(
            arena.booking(each, arena.contact(number), promo_code="last")
            for number, each in enumerate(sessions)
        ),
    )
    told = await done(db, lost)

    assert told.refusal is not None
    assert told.refusal.code == RefusalCode.PROMO_NOT_VALID
    assert await arena.count("promo_codes", "uses = 1") == 1
    assert await arena.count("bookings", f"promo_id IS NOT NULL AND total = {PRICE - 500}") == 1


async def test_negative_control_a_code_is_used_once_too_often_without_the_promo_guard(
    arena: Arena, db: Database
) -> None:
    """Case 38. The control: without the count both use it."""
    await arena.promo(max_uses=1)
    sessions = await two_sessions(arena)

    await late(
        db,
        (
            arena.booking(each, arena.contact(number), promo_code="last")
            for number, each in enumerate(sessions)
        ),
        NoPromoGuard,
    )

    assert await arena.count("promo_codes", "uses = 2 AND max_uses = 1") == 1
    assert await arena.count("bookings", "promo_id IS NOT NULL") == 2
