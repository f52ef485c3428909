"""What has come in, and which of it nobody has handled yet? The tables inbox, conversations and quarantine.

Messages and their persons are written by one statement. What is rare (consent, other ids of a person, news of an account)
costs further statements of the same transaction, when it is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from uuid import UUID

import asyncpg

from services.gateway.channels import AccountNotice, ConsentChanged
from services.gateway.inbound import NOBODY, InboxRow, StatusReport, decode_status, report_of
from services.gateway.people import People
from services.gateway.raw import RawBody
from services.gateway.routing import Quarantined
from services.gateway.store import inbox_sql as sql
from services.gateway.store.inbox_columns import arguments
from services.gateway.store.notices import note
from services.gateway.store.people import agree, claim
from shared.db import Connection, Database
from shared.ids import derive
from shared.outbox import Outgoing

PARKED_TRIES: Final = 4
"""How often a status of a message that we do not know is tried again before it is left alone."""
_TIMES_MOVED: Final = 3
WARY_SECONDS: Final = 60.0
"""After a repeat the statement is used for so long that costs more and expects some."""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of rows: the new ones by id, as they are stored and in their order, the new statuses not applied yet,
    and the states that deliveries reached, with their channels.

    A new row that still has an `after_id` waits for the message it is about."""

    new: dict[UUID, InboxRow]
    waiting: tuple[StatusReport, ...] = ()
    reached: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Elsewhere(Exception):
    """Some persons' conversations are named after another id: (tenant, channel, account, id) -> that id."""

    found: dict[tuple[UUID, str, str, str], str] = field(default_factory=dict)


class InboxStore:
    """The inbox. It is also the outbox of what goes to the agent: a message row stays unhandled until its receipt."""

    def __init__(self, db: Database, *, resend_after: float, people: People | None = None) -> None:
        self._db = db
        self._resend_after = resend_after
        self._people = people or People()
        self._wary_until = 0.0

    # --- storing ----------------------------------------------------------------------------------------

    async def add(self, rows: Sequence[InboxRow], raws: Sequence[RawBody] = ()) -> Added:
        """Write all of it in one transaction, rows in their order, and apply the statuses among them."""
        for _ in range(_TIMES_MOVED):
            rows = self._people.placed(rows)
            try:
                return await self._add_all(rows, raws, check=True)
            except _Elsewhere as error:  # known from now on, so the next try has it right
                self._people.learn(error.found)
        return await self._add_all(self._people.placed(rows), raws, check=False)

    async def _add_all(self, rows: Sequence[InboxRow], raws: Sequence[RawBody], *, check: bool) -> Added:
        """`_add`, taking for granted that all of it is new, as long as no repeats are coming."""
        loop = asyncio.get_running_loop()
        if loop.time() >= self._wary_until:
            try:
                return await self._add(rows, raws, check=check, again=False)
            except asyncpg.UniqueViolationError:  # and nothing was stored
                self._wary_until = loop.time() + WARY_SECONDS
        added = await self._add(rows, raws, check=check, again=True)
        if len(added.new) < len(rows):
            self._wary_until = loop.time() + WARY_SECONDS
        return added

    async def _add(
        self, rows: Sequence[InboxRow], raws: Sequence[RawBody], *, check: bool, again: bool
    ) -> Added:
        reports = [report_of(row) for row in rows if row.kind == "status"]
        at_once = [report for report in reports if report.watermark is None]
        claims = self._people.unknown(rows)
        given = arguments(rows, raws, self._resend_after, check=check)
        if not claims and not at_once and not any(row.news for row in rows):
            async with self._db.single() as connection:
                found = await connection.fetch(sql.INSERT_AGAIN if again else sql.INSERT, *given)
            _all_there(found, check)
            return _added(reports, found, _new(rows, found))
        tenants = {row.tenant_id for row in rows} | ({NOBODY} if raws else set())
        async with self._db.tenant(*tenants) as connection:
            if claims and check:
                _no_other(await claim(connection, claims), rows)
            if at_once:
                statement = sql.INSERT_AND_APPLY_AGAIN if again else sql.INSERT_AND_APPLY
                found = await connection.fetch(statement, *given, *_columns(at_once))
            else:
                found = await connection.fetch(sql.INSERT_AGAIN if again else sql.INSERT, *given)
            _all_there(found, check)
            new = _new(rows, found)
            await _follow(connection, new)
        self._people.known(claims)
        return _added(reports, found, new)

    async def known(self, rows: Sequence[InboxRow]) -> frozenset[UUID]:
        """Which of these rows are there already. Writes nothing."""
        async with self._db.tenant(*{row.tenant_id for row in rows}) as connection:
            found = await connection.fetch(
                "SELECT id FROM gateway.inbox WHERE (tenant_id, id) IN"
                " (SELECT * FROM unnest($1::uuid[], $2::uuid[]))",
                [row.tenant_id for row in rows],
                [row.id for row in rows],
            )
        return frozenset(row["id"] for row in found)

    # --- messages, until their receipt ------------------------------------------------------------------

    async def due(self, limit: int) -> Sequence[tuple[Outgoing, int]]:
        """See `OutboxStore.due`: messages whose turn nobody confirmed, in inbox order."""
        async with self._db.system() as connection:
            rows = await connection.fetch(sql.DUE, limit, self._resend_after, "message")
        rows.sort(key=lambda row: row["position"])
        return [
            (Outgoing(row["tenant_id"], row["id"], row["subject"], row["payload"]), row["attempts"])
            for row in rows
        ]

    async def left(self, after: int, limit: int) -> list[tuple[Outgoing, int]]:
        """See `handover.Inbox.left`."""
        async with self._db.system() as connection:
            rows = await connection.fetch(sql.LEFT, after, limit, self._resend_after)
        return [
            (Outgoing(row["tenant_id"], row["id"], row["subject"], row["payload"]), row["position"])
            for row in rows
        ]

    async def confirmed(self, receipts: Sequence[tuple[UUID, UUID]]) -> None:
        """See `OutboxStore.confirmed`: the rows are marked handled and stay, as the deduplication."""
        async with self._db.system() as connection:
            await connection.execute(
                sql.CONFIRMED, [tenant for tenant, _ in receipts], [row for _, row in receipts]
            )

    async def release(self) -> None:
        """Edits and the like whose message has come are due from now on."""
        async with self._db.system() as connection:
            await connection.execute(sql.RELEASE)

    # --- statuses -----------------------------------------------------------------------------------------

    async def due_statuses(self, limit: int) -> list[StatusReport]:
        """Statuses that a crash left behind, or whose message was not known yet."""
        async with self._db.system() as connection:
            rows = await connection.fetch(sql.DUE, limit, self._resend_after, "status")
        rows.sort(key=lambda row: row["position"])
        return [
            decode_status(row["tenant_id"], row["id"], row["payload"], row["channel"], row["account_id"])
            for row in rows
        ]

    async def apply(self, reports: Sequence[StatusReport]) -> list[tuple[str, str]]:
        """Move the deliveries that these statuses are about, never backwards; the states that were reached,
        with their channels.

        A status whose delivery is not known stays unhandled and comes again (`due_statuses`), a few times.
        """
        marks = [report for report in reports if report.watermark is not None]
        ones = [report for report in reports if report.watermark is None]
        rows: list[asyncpg.Record] = []
        async with self._db.tenant(*{report.tenant_id for report in reports}) as connection:
            if ones:
                rows += await connection.fetch(sql.STATUSES, *_columns(ones), PARKED_TRIES)
            if marks:
                rows += await connection.fetch(sql.WATERMARKS, *self._marks(marks))
        return [(row["channel"], row["state"]) for row in rows]

    def _marks(self, marks: Sequence[StatusReport]) -> Iterable[object]:
        return (
            [mark.tenant_id for mark in marks],
            [mark.inbox_id for mark in marks],
            [self._people.conversation_of(mark) for mark in marks],
            [mark.at for mark in marks],
            [mark.state for mark in marks],
            [mark.rank for mark in marks],
        )

    # --- set aside ----------------------------------------------------------------------------------------

    async def quarantine(self, things: Sequence[Quarantined]) -> None:
        """Keep signed bytes that cannot be read, or that nobody owns; the same bytes again change nothing."""
        async with self._db.tenant(*{thing.tenant_id for thing in things}) as connection:
            await connection.execute(
                sql.QUARANTINE,
                [thing.tenant_id for thing in things],
                [
                    derive("quarantine", t.channel, _storable(t.account_id or ""), sha256(t.body).hexdigest())
                    for t in things
                ],
                [thing.channel for thing in things],
                [_storable(thing.account_id) if thing.account_id else None for thing in things],
                [_storable(thing.reason)[:500] for thing in things],
                [thing.body for thing in things],
            )


def _storable(text: str) -> str:
    """What PostgreSQL takes: strangers' words may hold NUL or half a surrogate pair."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


async def _follow(connection: Connection, new: dict[UUID, InboxRow]) -> None:
    """What follows from new rows besides being passed on."""
    telling = [row for row in new.values() if row.news is not None]
    if telling:
        await agree(connection, [row for row in telling if isinstance(row.news, ConsentChanged)])
        await note(connection, [row for row in telling if isinstance(row.news, AccountNotice)])


def _added(
    reports: Sequence[StatusReport],
    found: Sequence[asyncpg.Record],
    new: dict[UUID, InboxRow],
) -> Added:
    settled = {row["id"] for row in found if row["settled"]}
    return Added(
        new,
        tuple(report for report in reports if report.inbox_id in new and report.inbox_id not in settled),
        tuple((row["channel"], row["state"]) for row in found if row["state"]),
    )


def _new(rows: Sequence[InboxRow], found: Sequence[asyncpg.Record]) -> dict[UUID, InboxRow]:
    """The new rows, once each: a body may hold the same message twice. `found`: see `inbox_sql`, `_ANSWER`."""
    waits = {row["id"]: row["waits"] for row in found if row["id"]}
    are_all = any(row["new"] == len(rows) for row in found)
    if are_all and not waits:  # nearly always: all are new, and none waits for another
        return {row.id: row if row.after_id is None else row._replace(after_id=None) for row in rows}
    new: dict[UUID, InboxRow] = {}
    for row in rows:
        if (are_all or row.id in waits) and row.id not in new:
            is_free = row.after_id is None or waits.get(row.id, False)
            new[row.id] = row if is_free else row._replace(after_id=None)
    return new


def _moved(found: Sequence[asyncpg.Record]) -> dict[tuple[UUID, str, str, str], str]:
    return {
        (row["tenant_id"], row["channel"], row["account_id"], row["alias"]): row["begun_as"]
        for row in found
        if row["begun_as"] is not None
    }


def _all_there(found: Sequence[asyncpg.Record], check: bool) -> None:
    """Raises `_Elsewhere` when persons' conversations are named otherwise than was believed: nothing was stored then."""
    if check and (begun := _moved(found)):
        raise _Elsewhere(begun)


def _no_other(begun: dict[tuple[UUID, str, str, str], str], rows: Sequence[InboxRow]) -> None:
    """Raises `_Elsewhere` (and so undoes everything) when a row is in another conversation than its person's."""
    if not begun:
        return
    wrong = {
        key: begun[key]
        for row in rows
        if row.user_id is not None
        and (key := (row.tenant_id, row.channel, row.account_id, row.user_id)) in begun
        and begun[key] != row.begun_as
    }
    if wrong:
        raise _Elsewhere(wrong)


def _columns(reports: Sequence[StatusReport]) -> Iterable[object]:
    return (
        [report.tenant_id for report in reports],
        [report.inbox_id for report in reports],
        [report.delivery_id for report in reports],
        [report.provider_id for report in reports],
        [report.state for report in reports],
        [report.rank for report in reports],
        [report.part for report in reports],
        [report.reason for report in reports],
    )
