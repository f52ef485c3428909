"""How do decisions get into PostgreSQL? Everything a batch decided in one transaction, or nothing of it.

The transaction counts what it wrote: when the version of a session, customer, pass or promo code had moved, when a
calendar was taken, or a command was answered before, nothing of the batch is kept (`Conflict`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

import asyncpg

from services.booking import statements as sql
from services.booking.batch import Batch, CommandKey
from services.booking.cache import Recent
from services.booking.domain import events as ev
from services.booking.domain.state import PLAIN, SEATED
from services.booking.domain.world import SessionKey
from services.booking.others import write_others
from services.booking.rows import BookingRow, EntryRow
from services.booking.session_rows import write_sessions
from shared.db import Connection, Database, listed
from shared.errors import UsherError
from shared.outbox import TableOutbox

_KNOWN_IDENTITIES = 50_000


class Conflict(UsherError):
    """Another writer was faster: what was decided must be decided again from fresh states."""


class Store:
    """The writing side of the booking schema."""

    write_statement: str = sql.WRITE
    use_promo_statement: str = sql.USE_PROMO
    pass_guard: str = sql.PASS_STANDS

    def __init__(self, db: Database, outbox: TableOutbox) -> None:
        self._db = db
        self._outbox = outbox
        self._identities: Recent[tuple[UUID, UUID, str, str], None] = Recent(_KNOWN_IDENTITIES)

    async def outcomes(self, keys: Sequence[CommandKey]) -> dict[CommandKey, str]:
        """The stored outcomes (JSON) of those of these commands that were answered before."""
        async with self._db.tenant(*{tenant for tenant, _ in keys}) as connection:
            rows = await connection.fetch(sql.LOAD_OUTCOMES, *columns(keys, 2))
        return {(row["tenant_id"], row["command_id"]): row["outcome"] for row in rows}

    async def write(self, batch: Batch, now: datetime) -> None:
        """Write everything the batch decided. Raises `Conflict` when it must be decided again."""
        if not batch.answers:
            return
        tenants = {tenant for tenant, _ in batch.answers}
        try:
            if self._is_plain(batch):  # one statement, one round trip
                async with self._db.single() as connection:
                    await self._main(connection, batch, list(batch.rows.bookings.values()))
            else:
                async with self._db.tenant(*tenants) as connection:
                    await self._all(connection, batch, now)
        except asyncpg.DivisionByZeroError as error:  # how `WRITE` says it
            raise Conflict("something that it rests on has moved") from error
        except (
            asyncpg.UniqueViolationError,
            asyncpg.ForeignKeyViolationError,
            asyncpg.ExclusionViolationError,
            asyncpg.CheckViolationError,
        ) as error:
            self._identities.clear()  # one of them may have been erased
            raise Conflict(str(error)) from error
        self._kept(batch)

    async def _all(self, connection: Connection, batch: Batch, now: datetime) -> None:
        await write_sessions(connection, batch.rows, batch.world)
        bookings = list(batch.rows.bookings.values())
        if not _as_one(bookings):
            await self._bookings(connection, [row for row in bookings if not row.new])
            bookings = [row for row in bookings if row.new]
        await self._main(connection, batch, bookings)
        await self._bookings(connection, [row for row in bookings if _detailed(row)])
        await self._rest(connection, batch, now)

    def _is_plain(self, batch: Batch) -> bool:
        """Whether `WRITE` alone writes all of it."""
        rows = batch.rows
        more = rows.facts or rows.made or rows.entries or rows.posted or rows.others
        bookings = list(rows.bookings.values())
        return not more and _as_one(bookings) and not any(_detailed(row) for row in bookings)

    def _kept(self, batch: Batch) -> None:
        self._identities.keep(dict.fromkeys(self._new_identities(batch)))
        if any(isinstance(event, ev.IdentityLinked | ev.CustomerErased) for _, event in batch.rows.others):
            self._identities.clear()  # they belong to somebody else now, or to nobody

    async def _main(self, connection: Connection, batch: Batch, bookings: Sequence[BookingRow]) -> None:
        """`WRITE`, with these bookings (all new, or none)."""
        changed, unchanged = versions(batch)
        people = _people(batch)
        made = [_booking_row(batch, row) for row in bookings if row.new]
        ended = [] if made else bookings
        expected = [len(changed), len(unchanged), len(people), len(batch.answers)]
        statement = self.write_statement
        if ended:
            statement, expected = sql.and_change_bookings(statement), [len(ended), *expected]
        await connection.execute(
            statement,
            *columns(changed, 6),
            *columns(unchanged, 3),
            *columns(people, 5),
            *columns(self._new_identities(batch), 4),
            *columns(made, 14),
            *columns([(*key, answer.text) for key, answer in batch.answers.items()], 3),
            *columns(
                [(m.tenant_id, m.id, m.subject, m.payload) for out in batch.outgoing.values() for m in out], 4
            ),
            self._outbox.resend_after,
            listed(tenant for tenant, _ in batch.answers),
            expected,
            *(_changes(ended) if ended else ()),
        )

    async def _bookings(self, connection: Connection, rows: Sequence[BookingRow]) -> None:
        if rows and await connection.execute(sql.UPDATE_BOOKINGS, *_changes(rows)) != f"UPDATE {len(rows)}":
            raise Conflict

    async def _rest(self, connection: Connection, batch: Batch, now: datetime) -> None:
        rows = batch.rows
        if rows.entries:
            await connection.execute(
                sql.PUT_ENTRIES, *columns([_entry(row) for row in rows.entries.values()], 15)
            )
        if rows.posted:
            values = [
                (tenant_id, t.id, line, t.at, t.kind, e.account, e.unit, e.amount, t.customer_id, t.booking_id,
                 t.pass_id, t.reason or None)
                for tenant_id, posted in rows.posted
                for t in (posted.transaction,)
                for line, e in enumerate(t.entries)
            ]  # fmt: skip
            await connection.execute(sql.POST, *columns(values, 12))
        if rows.others and not await write_others(
            connection, rows.others, now, promo=self.use_promo_statement, pass_guard=self.pass_guard
        ):
            raise Conflict

    def _new_identities(self, batch: Batch) -> list[tuple[UUID, UUID, str, str]]:
        found = {
            (tenant, customer, address.channel, address.user_id)
            for (tenant, customer), (_, address) in batch.people.items()
            if address is not None
        }
        new = (each for each in found if not self._identities.has(each))
        return sorted(new, key=lambda each: (each[2], each[3]))


def versions(
    batch: Batch,
) -> tuple[list[tuple[UUID, UUID, int, int, int, datetime | None]], list[tuple[UUID, UUID, int]]]:
    """Sessions to update (expected version, new version, seats, due) and those that must only stand, in one order."""
    changed: list[tuple[UUID, UUID, int, int, int, datetime | None]] = []
    unchanged: list[tuple[UUID, UUID, int]] = []
    for key, expected in sorted(batch.before.items(), key=lambda item: item[0][1].int):
        state = batch.world.sessions.get(key)
        if state is None or state.version == expected:
            unchanged.append((*key, expected))
        else:
            changed.append((*key, expected, state.version, state.seats_taken, state.due_at))
    return changed, unchanged


def _people(batch: Batch) -> list[tuple[UUID, UUID, int, str | None, str | None]]:
    """Customers with their next versions, in one order (so that writers do not deadlock)."""
    return [
        (tenant, customer, version + 1, address.name if address else None, address.phone if address else None)
        for (tenant, customer), (version, address) in sorted(batch.people.items(), key=lambda i: i[0][1].int)
    ]


def _booking_row(batch: Batch, row: BookingRow) -> tuple[object, ...]:
    booking = row.booking
    state = batch.world.sessions[(row.tenant_id, row.session_id)]
    assert state is not None  # noqa: S101  # a booking was made in it
    return (
        row.tenant_id,
        booking.booking_id,
        row.session_id,
        booking.customer_id,
        booking.party_size,
        booking.price,
        booking.total,
        state.facts.business.currency,
        booking.status,
        booking.reference,
        booking.contact,
        booking.booked_at,
        booking.expires_at,
        row.ended_at,
    )


def _as_one(bookings: Sequence[BookingRow]) -> bool:
    """A statement's parts have no order, so it writes new bookings or changed ones: a customer who cancels and books
    again must be let go first."""
    return len({row.new for row in bookings}) < 2


def _detailed(row: BookingRow) -> bool:
    return row.new and (row.booking.terms is not PLAIN or row.booking.status not in SEATED)


def _changes(rows: Sequence[BookingRow]) -> Sequence[Sequence[object]]:
    """What `UPDATE_BOOKINGS` takes, in one order (so that writers do not deadlock)."""
    return columns([_details(row) for row in sorted(rows, key=lambda row: row.booking.booking_id.int)], 26)


def _details(row: BookingRow) -> tuple[object, ...]:
    booking, terms = row.booking, row.booking.terms
    attendees = None if not terms.attendees else json_list(terms.attendees)
    return (
        row.tenant_id, booking.booking_id, row.session_id, booking.status, booking.party_size, booking.price,
        booking.total, booking.expires_at, row.ended_at, row.by, row.reason, attendees, terms.method, terms.pass_id,
        terms.credits, terms.paid, terms.refunded, terms.fee, terms.due_now, terms.quote, terms.promo_id,
        terms.payment_id, terms.pay_link, terms.entry_id, terms.series_id, terms.moved_from,
    )  # fmt: skip


def _entry(row: EntryRow) -> tuple[object, ...]:
    entry = row.entry
    return (
        row.tenant_id, entry.entry_id, row.session_id, entry.customer_id, entry.party_size, entry.priority,
        entry.status, entry.method, entry.contact, entry.booking_id, entry.request_id, entry.joined_at,
        entry.offered_at, entry.offer_expires_at, row.ended_at,
    )  # fmt: skip


def json_list(texts: Sequence[str]) -> str:
    """A JSON array of strings."""
    return json.dumps(list(texts), ensure_ascii=False)


def columns(rows: Sequence[tuple[object, ...]], width: int) -> Sequence[Sequence[object]]:
    """Rows as columns, for `unnest`."""
    return cast("Sequence[Sequence[object]]", list(zip(*rows, strict=True))) if rows else [()] * width


__all__ = ["Conflict", "SessionKey", "Store", "columns", "versions"]
