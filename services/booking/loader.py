"""What must be known before a batch is decided? Sessions, queues, customers and whatever else the commands name.

Sessions come from memory where they are known; all else is read each time. What is out of date when the batch is
written makes it a `Conflict`, so nothing here takes locks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from services.booking import statements as sql
from services.booking.domain import wire
from services.booking.domain.local import local_times
from services.booking.domain.policy import DEFAULT_POLICY, ServicePolicy
from services.booking.domain.state import (
    NO_BOOKINGS,
    PLAIN,
    Account,
    Booking,
    Commitment,
    Entry,
    SessionFacts,
    SessionState,
    Terms,
)
from services.booking.domain.world import CustomerKey, SessionKey
from services.booking.store import columns
from shared.db import Database, Queries
from shared.messages.booking import BookingStatus, BusinessView, SessionView

_SHOWN = ("service_id", "service_name", "staff_id", "staff_name", "room", "level", "starts_at", "ends_at", "price",
          "capacity")  # fmt: skip


_BUSINESS = tuple(BusinessView.model_fields)

Row = Mapping[str, Any] | asyncpg.Record
"""Columns by name."""


class Loader:
    """The reading side of the writing path. One object for all sessions of a tenant's business and service policy."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._businesses: dict[UUID, BusinessView] = {}
        self._policies: dict[str, ServicePolicy] = {"{}": DEFAULT_POLICY}

    async def sessions(self, keys: Sequence[SessionKey]) -> dict[SessionKey, SessionState]:
        """The states of these sessions; unknown ones are missing."""
        if not keys:
            return {}
        async with self._db.reading(*{tenant for tenant, _ in keys}) as connection:
            return await self.sessions_on(connection, keys)

    async def sessions_on(
        self, connection: Queries, keys: Sequence[SessionKey]
    ) -> dict[SessionKey, SessionState]:
        """The same, asked by the caller's reader or transaction."""
        rows = await connection.fetch(sql.LOAD_SESSIONS, *columns(keys, 2))
        states = {}
        for row in rows:
            held = [_seated(each) for each in row["bookings"] or ()]
            queue = [entry_of(_named(sql.ENTRY, each)) for each in row["queue"]]
            states[(row["tenant_id"], row["id"])] = SessionState(
                self.facts(row),
                row["version"],
                row["seats_taken"],
                NO_BOOKINGS.update({booking.customer_id: booking for booking in held}),
                tuple(sorted(queue, key=lambda e: e.order)),
                row["due_at"],
            )
        return states

    async def accounts(
        self, keys: Iterable[CustomerKey], now: datetime
    ) -> tuple[dict[CustomerKey, Account], dict[CustomerKey, UUID]]:
        """The customers that are stored, and for those that were merged into another: into whom."""
        wanted = sorted(set(keys), key=lambda key: key[1].int)
        if not wanted:
            return {}, {}
        async with self._db.reading(*{tenant for tenant, _ in wanted}) as connection:
            rows = await connection.fetch(sql.LOAD_ACCOUNTS, *columns(wanted, 2), now)
            known = list({(row["tenant_id"], row["id"]) for row in rows})
            more = any(row["has_more"] for row in rows)
            standing = await connection.fetch(sql.LOAD_STANDING, *columns(known, 2), now) if more else ()
        merged = {(row["tenant_id"], row["asked"]): row["id"] for row in rows if row["asked"] != row["id"]}
        return _accounts(rows, standing), merged

    def facts(self, row: asyncpg.Record) -> SessionFacts:
        """A session's row (see `LOAD_SESSIONS`) as the rules see it."""
        business = self.business(row)
        local = local_times(row["starts_at"], row["ends_at"], business.timezone, business.language)
        fields = {name: row[name] for name in _SHOWN}
        view = SessionView.model_construct(  # our own row: nothing to check
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
            policy=self.policy(row["policy"]),
            kind=row["kind"],
            resource_ids=tuple(row["resource_ids"]),
            held_back=row["held_back"],
            buffers=(row["buffer_before_minutes"], row["buffer_after_minutes"]),
            ignores_buffers=row["ignores_buffers"],
            overrides=tuple(row["overrides"]),
            cancel_reason=row["cancel_reason"],
            week_starts_on=row["week_starts_on"],
            **fields,
        )

    def policy(self, text: str) -> ServicePolicy:
        """A service's policy; the same object for the same document."""
        known = self._policies.get(text)
        if known is None:
            known = self._policies[text] = ServicePolicy.model_validate_json(text)
        return known

    def business(self, row: asyncpg.Record) -> BusinessView:
        """One object for all sessions of a tenant."""
        business = BusinessView.model_construct(**{name: row[name] for name in _BUSINESS})
        known = self._businesses.get(row["tenant_id"])
        if known == business:
            return known
        self._businesses[row["tenant_id"]] = business
        return business


def booking_of(row: Row, terms: Terms | None = None) -> Booking:
    """A row of `booking.bookings`; `terms` when they are known."""
    return Booking(
        booking_id=row["id"],
        customer_id=row["customer_id"],
        party_size=row["party_size"],
        price=row["price"],
        total=row["total"],
        reference=row["reference"],
        booked_at=row["booked_at"],
        contact=row["contact"],
        status=BookingStatus(row["status"]),
        expires_at=row["expires_at"],
        terms=terms or terms_of(row),
    )


def _seated(record: Sequence[Any]) -> Booking:
    """A nested record of `LOAD_SESSIONS`: most are plain, and then its special columns were left out."""
    if len(record) == len(sql.PLAIN_BOOKING):
        return booking_of(_named(sql.PLAIN_BOOKING, record), PLAIN)
    return booking_of(_named(sql.BOOKING, record))


def terms_of(row: Row) -> Terms:
    """How the booking of this row is paid and where it comes from; the shared object when there is nothing special."""
    terms = Terms(
        method=row["method"], due_now=row["due_now"], paid=row["paid"], refunded=row["refunded"], fee=row["fee"],
        pass_id=row["pass_id"], credits=row["credits"], promo_id=row["promo_id"], quote=row["quote"],
        payment_id=row["payment_id"], pay_link=row["pay_link"],
        attendees=tuple(json.loads(row["attendees"])) if row["attendees"] else (), entry_id=row["entry_id"],
        series_id=row["series_id"], moved_from=row["moved_from"],
    )  # fmt: skip
    return PLAIN if terms == PLAIN else terms


def entry_of(row: Row) -> Entry:
    """A row of `booking.waitlist_entries`."""
    return Entry(
        entry_id=row["id"],
        customer_id=row["customer_id"],
        party_size=row["party_size"],
        priority=row["priority"],
        joined_at=row["joined_at"],
        contact=row["contact"],
        status=row["status"],
        method=row["method"],
        booking_id=row["booking_id"],
        offered_at=row["offered_at"],
        offer_expires_at=row["offer_expires_at"],
        request_id=row["request_id"],
    )


def _named(names: Sequence[str], record: Sequence[Any]) -> Mapping[str, Any]:
    """A record of a nested query, with the names it came without."""
    return dict(zip(names, record, strict=True))


def _commitment(record: Mapping[str, Any]) -> Commitment:
    day = record["starts_at"].astimezone(ZoneInfo(record["timezone"])).date()
    return Commitment(
        record["id"], record["session_id"], record["service_id"], record["starts_at"], record["ends_at"], day
    )


def _accounts(
    rows: Sequence[asyncpg.Record], standing: Sequence[asyncpg.Record]
) -> dict[CustomerKey, Account]:
    requests: dict[CustomerKey, set[UUID]] = {}
    promos: dict[CustomerKey, list[tuple[UUID, int]]] = {}
    late: dict[CustomerKey, int] = {}
    for row in standing:
        key = (row["tenant_id"], row["customer_id"])
        if row["id"] is not None:
            requests.setdefault(key, set()).add(row["id"])
        elif row["promo_id"] is not None:
            promos.setdefault(key, []).append((row["promo_id"], row["times"]))
        else:
            late[key] = row["times"]
    found = {}
    for row in rows:
        key = (row["tenant_id"], row["id"])
        found[key] = Account(
            *key,
            version=row["version"],
            blocked=row["blocked_at"] is not None,
            erased=row["erased_at"] is not None,
            tier=row["tier"],
            has_passes=row["has_passes"],
            commitments=tuple(_commitment(_named(sql.COMMITMENT, each)) for each in row["commitments"]),
            late_cancels=late.get(key, 0),
            promo_uses=tuple(promos.get(key, ())),
            open_requests=frozenset(requests.get(key, ())),
        )
    return found
