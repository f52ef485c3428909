"""How is a race run exactly? Two writers decide in the same world, then both write; with all guards, or without one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

import asyncpg

from services.booking.batch import Batch, key_of
from services.booking.cache import States
from services.booking.gather import Gatherer
from services.booking.loader import Loader
from services.booking.statements import (
    ACCOUNT_STANDS,
    PROMO_STANDS,
    USE_PROMO,
    VERSION_STANDS,
    WRITE,
)
from services.booking.store import Conflict, Store
from services.booking.writer import Writer
from shared.db import Connection, Database, Reader, listed
from shared.messages.booking import BookingCommand, CommandOutcome
from shared.outbox import DeadLetters, TableOutbox

UNMOVED = timedelta()


class NoVersionGuard(Store):
    """A session may be written from any state of it. Never for use, as all of these."""

    write_statement = WRITE.replace(VERSION_STANDS, "true")


class NoAccountGuard(Store):
    """A customer may be written from any state of theirs."""

    write_statement = WRITE.replace(ACCOUNT_STANDS, "true")


class NoAccountNorVersionGuard(Store):
    """A customer and a session may be written from any state of them."""

    write_statement = NoVersionGuard.write_statement.replace(ACCOUNT_STANDS, "true")


class NoPassGuard(Store):
    """A pass may be used from any balance of it."""

    pass_guard = "true"


class NoPassNorAccountGuard(NoPassGuard, NoAccountGuard):
    """A pass and its owner may be written from any state of them."""


class NoPassNorVersionGuard(NoPassGuard, NoVersionGuard):
    """A pass and a session may be written from any state of them."""


class NoPromoGuard(Store):
    """A code may be used however often it was used meanwhile."""

    use_promo_statement = USE_PROMO.replace(PROMO_STANDS, "true")


assert len({WRITE, *(kind.write_statement for kind in (NoVersionGuard, NoAccountGuard))}) == 3
assert NoPromoGuard.use_promo_statement != USE_PROMO


def now() -> datetime:
    """The real time."""
    return datetime.now(UTC)


def store(db: Database, kind: type[Store] = Store) -> Store:
    """A writing side of its own."""
    return kind(db, TableOutbox(db, "booking", resend_after=3600))


def writer(db: Database) -> Writer:
    """An instance's writer, with a memory of its own."""
    return Writer(store(db), Gatherer(db, Loader(db)), DeadLetters(db, "booking"), now, States(), max_tries=2)


async def decided(db: Database, command: BookingCommand, ahead: timedelta = UNMOVED) -> Batch:
    """The command decided from what is stored now, by a clock that is `ahead`, and not written yet."""
    at = now() + ahead
    world, (resolved,) = await Gatherer(db, Loader(db)).gather([command], States(), at)
    batch = Batch(world)
    batch.decide(resolved, at)
    return batch


def outcome(batch: Batch, command: BookingCommand) -> CommandOutcome:
    """What the batch answers to this command."""
    return CommandOutcome.model_validate_json(batch.answers[key_of(command)].text)


async def done(
    db: Database, command: BookingCommand, kind: type[Store] = Store, ahead: timedelta = UNMOVED
) -> CommandOutcome:
    """Decide and write, by a writer without memory."""
    batch = await decided(db, command, ahead)
    await store(db, kind).write(batch, now())
    return outcome(batch, command)


async def did(db: Database, command: BookingCommand, kind: type[Store] = Store) -> CommandOutcome:
    """The same for what must not be refused."""
    told = await done(db, command, kind)
    assert told.refusal is None, told.refusal
    return told


async def booked(db: Database, command: BookingCommand) -> UUID:
    """The same for what must become a booking: its id."""
    told = await did(db, command)
    assert told.booking is not None
    return told.booking.booking_id


async def race(db: Database, *commands: BookingCommand) -> tuple[BookingCommand, BookingCommand]:
    """Two commands, both decided from the same state, both written at the same time: who won, and who lost.

    Fails unless exactly one of the two could be written, and the other one met a `Conflict`.
    """
    batches = [await decided(db, command) for command in commands]
    for batch, command in zip(batches, commands, strict=True):
        assert outcome(batch, command).refusal is None, "it is no race: one of them is refused at once"
    results = await asyncio.gather(
        *(store(db).write(batch, now()) for batch in batches), return_exceptions=True
    )
    won = [command for command, result in zip(commands, results, strict=True) if result is None]
    lost = [c for c, result in zip(commands, results, strict=True) if isinstance(result, Conflict)]
    assert (len(won), len(lost)) == (1, 1), results
    return won[0], lost[0]


async def late(
    db: Database,
    commands: Iterable[BookingCommand],
    kind: type[Store],
    aheads: Sequence[timedelta] = (UNMOVED, UNMOVED),
) -> None:
    """Both decided from the same state; the first is written, then the second, by stores of this kind."""
    batches = [await decided(db, each, ahead) for each, ahead in zip(commands, aheads, strict=True)]
    for batch in batches:
        await store(db, kind).write(batch, now())


class Scratch(Database):
    """The owner's one open transaction: whatever happens in it, none of it stays."""

    def __init__(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        self._connection = connection
        self._one_at_a_time = asyncio.Lock()

    @asynccontextmanager
    async def tenant(self, *tenant_ids: UUID) -> AsyncIterator[Connection]:
        async with self.single() as connection:
            await connection.execute("SELECT set_config('app.tenants', $1, true)", listed(tenant_ids))
            yield connection

    @asynccontextmanager
    async def single(self) -> AsyncIterator[Connection]:
        async with self._one_at_a_time, self._connection.transaction():
            yield cast("Connection", self._connection)

    @asynccontextmanager
    async def reading(self, *tenant_ids: UUID) -> AsyncIterator[Reader]:
        async with self.single() as connection:
            yield Reader(connection, listed(tenant_ids))


@asynccontextmanager
async def without(owner_url: str | None, *constraints: str) -> AsyncIterator[Scratch]:
    """The database without these constraints (`table.name`), for one transaction that is rolled back."""
    connection = await asyncpg.connect(owner_url)
    try:
        transaction = connection.transaction()
        await transaction.start()
        for constraint in constraints:
            table, name = constraint.split(".")
            await connection.execute(f"ALTER TABLE booking.{table} DROP CONSTRAINT {name}")
        yield Scratch(connection)
        await transaction.rollback()
    finally:
        await connection.close()
