"""How do states and outcomes get out of PostgreSQL and back in? Every statement of the writing path, few per batch.

A batch is one transaction. It counts what it wrote: when a session's version had moved, or a command was answered
before, nothing of the batch is kept (`Conflict`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import asyncpg

from services.booking.batch import Batch, BookingRow, CommandKey, SessionKey
from services.booking.cache import Recent
from services.booking.domain import wire
from services.booking.domain.local import local_times
from services.booking.domain.state import NO_BOOKINGS, Booking, SessionFacts, SessionState
from shared.db import Connection, Database
from shared.errors import UsherError
from shared.messages.booking import BusinessView, SessionView
from shared.outbox import TableOutbox

_KNOWN_CUSTOMERS = 50_000
_SHOWN = ("service_id", "service_name", "staff_id", "staff_name", "starts_at", "ends_at", "price", "capacity")


class Conflict(UsherError):
    """Another writer was faster: what was decided must be decided again from fresh states."""


LOAD_SESSIONS: Final = """
SELECT s.tenant_id, s.id, s.service_id, s.staff_id, s.starts_at, s.ends_at, s.capacity, s.seats_taken, s.version,
       s.status, v.name AS service_name, v.price, v.cancellation_deadline_minutes, w.name AS staff_name,
       t.name AS business_name, t.timezone, t.language, t.currency, t.address, t.phone, t.description,
       t.opening_hours
FROM unnest($1::uuid[], $2::uuid[]) AS k (tenant_id, id)
JOIN booking.sessions s ON s.tenant_id = k.tenant_id AND s.id = k.id
JOIN booking.services v ON v.tenant_id = s.tenant_id AND v.id = s.service_id
JOIN booking.tenants t ON t.tenant_id = s.tenant_id
LEFT JOIN booking.staff w ON w.tenant_id = s.tenant_id AND w.id = s.staff_id
"""

LOAD_BOOKINGS: Final = """
SELECT b.tenant_id, b.session_id, b.id, b.customer_id, b.party_size, b.price, b.reference, b.booked_at, b.contact
FROM unnest($1::uuid[], $2::uuid[]) AS k (tenant_id, id)
JOIN booking.bookings b ON b.tenant_id = k.tenant_id AND b.session_id = k.id AND b.status = 'confirmed'
"""

LOAD_OUTCOMES: Final = """
SELECT o.tenant_id, o.command_id, o.outcome
FROM unnest($1::uuid[], $2::uuid[]) AS k (tenant_id, id)
JOIN booking.command_outcomes o ON o.tenant_id = k.tenant_id AND o.command_id = k.id
"""

CANCEL_BOOKINGS: Final = """
UPDATE booking.bookings b SET status = 'cancelled', cancelled_at = w.at
FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS w (tenant_id, id, at)
WHERE b.tenant_id = w.tenant_id AND b.id = w.id AND b.status = 'confirmed'
"""

VERSION_STANDS: Final = "s.version = w.expected"
"""The condition that makes a late writer lose. `test_negative_control` shows what happens without it."""

# Sessions that were only refused on are not updated, but the refusal counts only while their version stands too.
WRITE: Final = f"""
WITH changed AS (
    UPDATE booking.sessions s SET seats_taken = w.seats_taken, version = w.version
    FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::int[])
        AS w (tenant_id, id, expected, version, seats_taken)
    WHERE s.tenant_id = w.tenant_id AND s.id = w.id AND {VERSION_STANDS}
    RETURNING 1
), unchanged AS (
    SELECT 1 FROM unnest($6::uuid[], $7::uuid[], $8::bigint[]) AS w (tenant_id, id, expected)
    JOIN booking.sessions s ON s.tenant_id = w.tenant_id AND s.id = w.id AND {VERSION_STANDS}
), people AS (
    INSERT INTO booking.customers AS c (tenant_id, id, name, phone)
    SELECT * FROM unnest($9::uuid[], $10::uuid[], $11::text[], $12::text[])
    ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, phone = coalesce(excluded.phone, c.phone)
), identities AS (
    INSERT INTO booking.customer_identities (tenant_id, customer_id, channel, user_id)
    SELECT * FROM unnest($9::uuid[], $10::uuid[], $13::text[], $14::text[])
    ON CONFLICT DO NOTHING
), booked AS (
    INSERT INTO booking.bookings (tenant_id, id, session_id, customer_id, party_size, price, total, currency,
                                  status, reference, contact, booked_at, cancelled_at)
    SELECT * FROM unnest($15::uuid[], $16::uuid[], $17::uuid[], $18::uuid[], $19::int[], $20::int[], $21::int[],
                         $22::text[], $23::text[], $24::text[], $25::jsonb[], $26::timestamptz[],
                         $27::timestamptz[])
), answered AS (
    INSERT INTO booking.command_outcomes (tenant_id, command_id, outcome)
    SELECT * FROM unnest($28::uuid[], $29::uuid[], $30::jsonb[])
    ON CONFLICT DO NOTHING RETURNING 1
)
SELECT (SELECT count(*) FROM changed), (SELECT count(*) FROM unchanged), (SELECT count(*) FROM answered)
"""  # noqa: S608  # made of constants


class Store:
    """The booking schema as the actor sees it."""

    write_statement: str = WRITE

    def __init__(self, db: Database, outbox: TableOutbox) -> None:
        self._db = db
        self._outbox = outbox
        self._customers: Recent[tuple[UUID, UUID], tuple[str | None, str | None]] = Recent(_KNOWN_CUSTOMERS)
        self._businesses: dict[UUID, BusinessView] = {}

    async def load(self, keys: Sequence[SessionKey]) -> dict[SessionKey, SessionState]:
        """The states of these sessions; unknown ones are missing."""
        if not keys:
            return {}
        columns = _columns(keys, 2)
        async with self._db.tenant(*{tenant for tenant, _ in keys}) as connection:
            # Sessions first: a booking made between the two reads then shows as a version that no longer stands.
            sessions = await connection.fetch(LOAD_SESSIONS, *columns)
            bookings = await connection.fetch(LOAD_BOOKINGS, *columns)
        held: dict[SessionKey, list[Booking]] = {}
        for row in bookings:
            held.setdefault((row["tenant_id"], row["session_id"]), []).append(_booking(row))
        states = {}
        for row in sessions:
            key = (row["tenant_id"], row["id"])
            of = NO_BOOKINGS.update({booking.customer_id: booking for booking in held.get(key, ())})
            states[key] = SessionState(self._facts(row), row["version"], row["seats_taken"], of)
        return states

    async def outcomes(self, keys: Sequence[CommandKey]) -> dict[CommandKey, str]:
        """The stored outcomes (JSON) of those of these commands that were answered before."""
        async with self._db.tenant(*{tenant for tenant, _ in keys}) as connection:
            rows = await connection.fetch(LOAD_OUTCOMES, *_columns(keys, 2))
        return {(row["tenant_id"], row["command_id"]): row["outcome"] for row in rows}

    async def write(self, batch: Batch) -> None:
        """Write everything the batch decided, or nothing. Raises `Conflict` when it must be decided again."""
        if not batch.answers:
            return
        changed, unchanged = versions(batch)
        people = self._new_people(batch.booked.values())
        arguments = (
            *_columns(changed, 5),
            *_columns(unchanged, 3),
            *_columns([(t, c, *names, *identity) for (t, c), (names, identity) in people.items()], 6),
            *_columns([_booking_row(row) for row in batch.booked.values()], 13),
            *_columns([(*key, answer.text) for key, answer in batch.answers.items()], 3),
        )
        expected = (len(changed), len(unchanged), len(batch.answers))
        try:
            async with self._db.tenant(*{tenant for tenant, _ in batch.answers}) as connection:
                await self._cancel(connection, batch)
                if tuple(await connection.fetchrow(self.write_statement, *arguments) or ()) != expected:
                    raise Conflict
                await self._outbox.add(connection, list(batch.outgoing.values()))
        except (asyncpg.UniqueViolationError, asyncpg.ForeignKeyViolationError) as error:
            self._customers.clear()  # one of them may have been erased
            raise Conflict(str(error)) from error
        self._customers.keep({key: names for key, (names, _) in people.items()})

    async def _cancel(self, connection: Connection, batch: Batch) -> None:
        if not batch.cancelled:
            return
        rows = [(tenant, booking, at) for booking, (tenant, at) in batch.cancelled.items()]
        if await connection.execute(CANCEL_BOOKINGS, *_columns(rows, 3)) != f"UPDATE {len(rows)}":
            raise Conflict

    def _new_people(
        self, rows: Iterable[BookingRow]
    ) -> dict[tuple[UUID, UUID], tuple[tuple[str | None, str | None], tuple[str, str]]]:
        """Customers that are not known to be stored as they are, in one order (so that writers do not deadlock)."""
        found = {}
        for row in rows:
            address = row.address
            key = (row.facts.tenant_id, row.booking.customer_id)
            names = (address.name, address.phone)
            if self._customers.get(key) != names:
                found[key] = (names, (address.channel, address.user_id))
        return dict(sorted(found.items(), key=lambda item: item[0][1].int))

    def _facts(self, row: asyncpg.Record) -> SessionFacts:
        business = self._business(row)
        local = local_times(row["starts_at"], row["ends_at"], business.timezone, business.language)
        fields = {name: row[name] for name in _SHOWN}
        view = SessionView(
            session_id=row["id"], timezone=business.timezone, currency=business.currency, local=local, seats_left=0,
            **fields,
        )  # fmt: skip
        return SessionFacts(
            tenant_id=row["tenant_id"],
            session_id=row["id"],
            local=local,
            cancelled=row["status"] == "cancelled",
            cancellation_deadline=timedelta(minutes=row["cancellation_deadline_minutes"]),
            business=business,
            rendered=wire.render(view, business),
            **fields,
        )

    def _business(self, row: asyncpg.Record) -> BusinessView:
        """One object for all sessions of a tenant."""
        business = BusinessView(**{name: row[name] for name in BusinessView.model_fields})
        known = self._businesses.get(row["tenant_id"])
        if known == business:
            return known
        self._businesses[row["tenant_id"]] = business
        return business


def _booking(row: asyncpg.Record) -> Booking:
    return Booking(
        booking_id=row["id"],
        customer_id=row["customer_id"],
        party_size=row["party_size"],
        price=row["price"],
        reference=row["reference"],
        booked_at=row["booked_at"],
        contact=row["contact"],
    )


def _booking_row(row: BookingRow) -> tuple[object, ...]:
    facts, booking = row.facts, row.booking
    return (
        facts.tenant_id,
        booking.booking_id,
        facts.session_id,
        booking.customer_id,
        booking.party_size,
        booking.price,
        booking.total,
        facts.business.currency,
        "confirmed" if row.cancelled_at is None else "cancelled",
        booking.reference,
        booking.contact,
        booking.booked_at,
        row.cancelled_at,
    )


def versions(
    batch: Batch,
) -> tuple[list[tuple[UUID, UUID, int, int, int]], list[tuple[UUID, UUID, int]]]:
    """Sessions to update (expected version, new version, seats) and sessions that must only stand, in one order."""
    changed: list[tuple[UUID, UUID, int, int, int]] = []
    unchanged: list[tuple[UUID, UUID, int]] = []
    for key, expected in sorted(batch.before.items(), key=lambda item: item[0][1].int):
        state = batch.states[key]
        if state is None or state.version == expected:
            unchanged.append((*key, expected))
        else:
            changed.append((*key, expected, state.version, state.seats_taken))
    return changed, unchanged


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> Sequence[Sequence[object]]:
    """Rows as columns, for `unnest`."""
    return list(zip(*rows, strict=True)) if rows else [()] * width
