"""What an instance remembers may be out of date, and what is held may be used up: is that always noticed?"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

from services.booking.mailbox import Waiting, read_command
from services.booking.writer import Writer
from shared import subjects
from shared.actors.delivery import Delivery
from shared.bus import HEADER_ID
from shared.db import Database
from shared.messages import booking as msg
from shared.messages.booking import BookingStatus, CommandOutcome, RefusalCode
from shared.messages.booking.commands import Command
from tests.integration.booking.races.arena import PRICE, Arena
from tests.integration.booking.races.racing import booked, did, done, writer


class Stored:
    """A message as JetStream delivers it."""

    def __init__(self, command: Command) -> None:
        published = subjects.command("booking", command.tenant_id, command.key, command.name)
        self.subject = published.replace("cmd.", "cmd.0.", 1)
        self.data = command.encode()
        self.headers = {HEADER_ID: str(command.command_id)}


async def by(one: Writer, arena: Arena, command: Command) -> CommandOutcome:
    """The command, written by this instance's writer."""
    read = read_command(Delivery(arena.bus, Stored(command), 0))  # type: ignore[arg-type]  # stands in for a Msg
    assert isinstance(read, Waiting)
    written = await one.write([read], lambda: True)
    (answer,) = written.answers.values()
    return CommandOutcome.model_validate_json(answer.text)


async def two_hours(arena: Arena, capacity: int = 1) -> tuple[UUID, UUID]:
    service = await arena.service()
    return await arena.session(service, capacity), await arena.session(service, capacity, after=3)


async def test_a_move_is_not_refused_by_an_outdated_memory_of_where_the_booking_is(
    arena: Arena, db: Database
) -> None:
    here, there = await two_hours(arena, 2)
    one, other, ana = writer(db), writer(db), arena.contact(1)
    assert (await by(one, arena, arena.booking(here, arena.contact(2)))).booking
    hers = (await by(other, arena, arena.booking(here, ana))).booking
    assert hers is not None  # and `one` remembers the session without her

    moved = await by(one, arena, arena.moving(here, there, hers.booking_id, ana))

    assert moved.refusal is None
    assert (await arena.taken(here), await arena.taken(there)) == ((1, 1), (1, 1))


async def test_a_wish_for_several_sessions_does_not_rest_on_an_outdated_memory_of_them(
    arena: Arena, db: Database
) -> None:
    here, there = await two_hours(arena, 2)
    one, other = writer(db), writer(db)
    for session in (here, there):
        assert (await by(one, arena, arena.booking(session, arena.contact(1)))).booking
        assert (await by(other, arena, arena.booking(session, arena.contact(2)))).booking
    day = (await arena.starts_at(here)).date()
    wish = msg.RequestStanding(
        tenant_id=arena.tenant_id, command_id=uuid4(), contact=arena.contact(3), first_day=day, last_day=day
    )

    told = await by(one, arena, wish)

    assert told.request_id is not None
    assert await arena.count("waitlist_entries", "status = 'waiting'") == 2
    assert await arena.count("dead_letters") == 0


async def test_a_held_place_with_a_code_counts_its_use_when_it_is_confirmed_without_naming_it(
    arena: Arena, db: Database
) -> None:
    await arena.promo(max_uses=1)
    here, there = await two_hours(arena)
    await booked(db, arena.booking(here, arena.contact(1), promo_code="LAST", hold=True))
    told = await did(db, arena.booking(here, arena.contact(1)))
    assert told.booking is not None
    assert told.booking.status is BookingStatus.CONFIRMED

    other = await done(db, arena.booking(there, arena.contact(2), promo_code="LAST"))

    assert other.refusal is not None
    assert other.refusal.code == RefusalCode.PROMO_NOT_VALID
    assert await arena.count("promo_codes", "uses = 1") == 1


async def test_a_held_place_is_paid_by_the_gift_card_that_was_named_for_it(
    arena: Arena, db: Database
) -> None:
    giver, ana = await arena.customer(1), arena.contact(2)
    bought = (
        await did(db, arena.selling(giver, await arena.product({"kind": "gift_card", "name": "Gift"})))
    ).bought
    assert bought is not None
    (session, _) = await two_hours(arena)
    held = await booked(
        db, arena.booking(session, ana, method="gift_card", pass_id=bought.pass_id, hold=True)
    )

    told = await did(db, arena.confirming(session, held, ana))

    assert told.booking is not None
    assert told.booking.status is BookingStatus.CONFIRMED
    assert await arena.held(bought.pass_id) == 0
    assert await arena.balance("deposits") == -PRICE


async def test_a_membership_that_others_used_up_does_not_confirm_a_held_place(
    arena: Arena, db: Database
) -> None:
    ana = await arena.customer(1)
    terms: dict[str, object] = {
        "kind": "membership", "name": "One class a month", "tier": "gold", "price": 3000, "uses_per_period": 1
    }  # fmt: skip
    selling = arena.selling(ana, await arena.product(terms))
    await did(db, selling.model_copy(update={"starts_on": date.today() - timedelta(days=1)}))
    here, there = await two_hours(arena)
    holds = [await booked(db, arena.booking(each, ana, method="pass", hold=True)) for each in (here, there)]
    await did(db, arena.confirming(here, holds[0], ana))

    told = await done(db, arena.confirming(there, holds[1], ana))

    assert told.refusal is not None
    assert told.refusal.code == RefusalCode.NO_CREDIT
    assert await arena.count("bookings", "status = 'confirmed'") == 1
