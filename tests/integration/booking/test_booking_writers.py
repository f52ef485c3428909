"""Can two writers that both believe they own a session oversell it? No: and here is what prevents it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from services.booking.batch import Batch
from services.booking.cache import States
from services.booking.gather import Gatherer
from services.booking.loader import Loader
from services.booking.mailbox import Waiting, read_command
from services.booking.statements import VERSION_STANDS, WRITE
from services.booking.store import Conflict, Store
from services.booking.writer import Writer
from shared import subjects
from shared.actors.delivery import Delivery
from shared.bus import HEADER_ID
from shared.db import Database
from shared.messages.booking import BookSession, CancelBooking, CommandOutcome, RefusalCode
from shared.outbox import DeadLetters, TableOutbox
from tests.integration.booking.conftest import Studio


class UnguardedStore(Store):
    """The store without its guard, to show that the guard is what works. Never for use."""

    write_statement = WRITE.replace(VERSION_STANDS, "true")


class Stored:
    """A message as JetStream delivers it."""

    def __init__(self, command: BookSession | CancelBooking) -> None:
        published = subjects.command("booking", command.tenant_id, command.session_id, command.name)
        self.subject = published.replace("cmd.", "cmd.0.", 1)
        self.data = command.encode()
        self.headers = {HEADER_ID: str(command.command_id)}


def waiting(studio: Studio, command: BookSession | CancelBooking) -> Waiting:
    read = read_command(Delivery(studio.bus, Stored(command), 0))  # type: ignore[arg-type]  # stands in for a Msg
    assert isinstance(read, Waiting)
    return read


def book(studio: Studio, session_id: UUID, number: int) -> BookSession:
    return BookSession(
        tenant_id=studio.tenant_id, command_id=uuid4(), session_id=session_id, contact=studio.contact(number)
    )


def now() -> datetime:
    return datetime.now(UTC)


def store(db: Database, kind: type[Store] = Store) -> Store:
    return kind(db, TableOutbox(db, "booking", resend_after=3600))


def writer(db: Database) -> Writer:
    return Writer(store(db), Gatherer(db, Loader(db)), DeadLetters(db, "booking"), now, States(), max_tries=2)


async def outcomes(writer: Writer, batch: list[Waiting]) -> list[CommandOutcome]:
    written = await writer.write(batch, lambda: True)
    return [CommandOutcome.model_validate_json(answer.text) for answer in written.answers.values()]


async def decided(db: Database, studio: Studio, session_id: UUID, number: int) -> Batch:
    """A booking of the session, decided from its state as it is now and not written yet."""
    command = book(studio, session_id, number)
    world, commands = await Gatherer(db, Loader(db)).gather([command], States(), now())
    batch = Batch(world)
    batch.decide(commands[0], now())
    return batch


async def test_the_late_one_of_two_writers_with_the_same_state_changes_nothing(
    db: Database, studio: Studio
) -> None:
    """Case 37. The last seat and two writers: the version of the session decides, under READ COMMITTED."""
    session_id = (await studio.sessions("Private"))[0]
    awake, frozen = store(db), store(db)
    late = await decided(db, studio, session_id, 1)
    await awake.write(await decided(db, studio, session_id, 2), now())

    with pytest.raises(Conflict):
        await frozen.write(late, now())

    assert await studio.seats(session_id) == (1, 1)
    assert await studio.count("command_outcomes") == 1
    assert await studio.count("outbox") == 1


async def test_negative_control_without_the_guard_the_same_two_writers_oversell(
    db: Database, studio: Studio
) -> None:
    """Case 37. The control: the same two writers without the version both sell the last seat."""
    session_id = (await studio.sessions("Private"))[0]
    awake, frozen = store(db, UnguardedStore), store(db, UnguardedStore)
    late = await decided(db, studio, session_id, 1)
    await awake.write(await decided(db, studio, session_id, 2), now())

    await frozen.write(late, now())

    assert await studio.seats(session_id) == (1, 2)


async def test_a_refusal_from_an_outdated_state_is_not_given(db: Database, studio: Studio) -> None:
    session_id = (await studio.sessions("Private"))[0]
    one, other = writer(db), writer(db)
    first = book(studio, session_id, 1)
    await outcomes(one, [waiting(studio, first)])  # `one` remembers a full session
    cancel = CancelBooking(
        tenant_id=studio.tenant_id,
        command_id=uuid4(),
        session_id=session_id,
        booking_id=first.command_id,
        customer_id=first.contact.customer_id,
    )
    await outcomes(other, [waiting(studio, cancel)])

    (outcome,) = await outcomes(one, [waiting(studio, book(studio, session_id, 2))])

    assert outcome.booking is not None


async def test_two_writers_in_turns_fill_a_session_exactly(db: Database, studio: Studio) -> None:
    session_id = (await studio.sessions())[0]
    one, other = writer(db), writer(db)
    codes = []
    for number in range(14):
        turn = one if number % 2 else other
        (outcome,) = await outcomes(turn, [waiting(studio, book(studio, session_id, number))])
        codes.append(outcome.refusal.code if outcome.refusal else "booked")

    assert codes == ["booked"] * 10 + [RefusalCode.SESSION_FULL] * 4
    assert await studio.seats(session_id) == (10, 10)


async def test_a_batch_that_was_partly_answered_before_gives_stored_and_new_outcomes(
    db: Database, studio: Studio
) -> None:
    session_id = (await studio.sessions())[0]
    commands = [book(studio, session_id, number) for number in range(6)]
    before = await outcomes(writer(db), [waiting(studio, command) for command in commands[:3]])

    after = await outcomes(writer(db), [waiting(studio, command) for command in commands])

    by_id = {outcome.command_id: outcome for outcome in after}
    assert [by_id[outcome.command_id] for outcome in before] == before
    assert all(outcome.booking for outcome in after)
    assert await studio.seats(session_id) == (6, 6)


async def test_a_customer_erased_meanwhile_is_written_again(db: Database, studio: Studio) -> None:
    first, second = (await studio.sessions())[:2]
    one = writer(db)
    await outcomes(one, [waiting(studio, book(studio, first, 1))])
    async with db.tenant(studio.tenant_id) as connection:
        await connection.execute("DELETE FROM booking.bookings")
        await connection.execute("DELETE FROM booking.customer_identities")
        await connection.execute("DELETE FROM booking.customers")

    (outcome,) = await outcomes(one, [waiting(studio, book(studio, second, 1))])

    assert outcome.booking is not None
    assert await studio.count("customers") == 1


async def test_a_customers_new_name_is_kept(db: Database, studio: Studio) -> None:
    first, second = (await studio.sessions())[:2]
    one = writer(db)
    await outcomes(one, [waiting(studio, book(studio, first, 1))])
    renamed = book(studio, second, 1)
    address = renamed.contact.address.model_copy(update={"name": "Ana Maria"})
    contact = renamed.contact.model_copy(update={"address": address})

    await outcomes(one, [waiting(studio, renamed.model_copy(update={"contact": contact}))])

    assert await studio.count("customers", "name = 'Ana Maria'") == 1


async def test_a_command_that_cannot_be_written_is_found_among_the_others(
    db: Database, studio: Studio
) -> None:
    session_id = (await studio.sessions())[0]
    commands = [book(studio, session_id, number) for number in range(7)]
    contact = commands[4].contact
    address = contact.address.model_copy(update={"name": "NUL \x00 is no text to PostgreSQL"})
    commands[4] = commands[4].model_copy(update={"contact": contact.model_copy(update={"address": address})})

    answered = await outcomes(writer(db), [waiting(studio, command) for command in commands])

    assert [o.command_id for o in answered] == [command.command_id for command in commands]
    assert [n for n, outcome in enumerate(answered) if outcome.booking is None] == [4]
    assert answered[4].refusal is not None
    assert "will look at it" in answered[4].refusal.sentence
    assert await studio.count("command_outcomes", f"command_id = '{commands[4].command_id}'") == 0
    assert await studio.count("dead_letters", "tries = 2") == 1
    assert await studio.seats(session_id) == (6, 6)
