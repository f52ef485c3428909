"""Which rows follow from what happened? The last state of each booking, entry and session; every ledger entry."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.booking.domain import events as ev
from services.booking.domain.state import SEATED, Booking, Entry, SessionFacts
from services.booking.domain.world import SessionKey
from shared.messages.booking import By


@dataclass(slots=True)
class BookingRow:
    """A booking as it is at the end of a batch. `new`: it was made in it. `ended_at`: cancelled or expired."""

    tenant_id: UUID
    session_id: UUID
    booking: Booking
    new: bool
    ended_at: datetime | None = None
    by: By | None = None
    reason: str | None = None


@dataclass(slots=True)
class EntryRow:
    """A waitlist entry as it is at the end of a batch."""

    tenant_id: UUID
    session_id: UUID
    entry: Entry
    ended_at: datetime | None = None


@dataclass(slots=True)
class Rows:
    """What one transaction must write, besides sessions' versions, customers, outcomes and messages.

    `others` are the events that are rare enough to be written one by one, in their order.
    """

    bookings: dict[UUID, BookingRow] = field(default_factory=dict)
    entries: dict[UUID, EntryRow] = field(default_factory=dict)
    facts: dict[SessionKey, SessionFacts] = field(default_factory=dict)
    made: dict[SessionKey, SessionFacts] = field(default_factory=dict)
    posted: list[tuple[UUID, ev.Posted]] = field(default_factory=list)
    others: list[tuple[UUID, ev.Rare]] = field(default_factory=list)

    def add(self, tenant_id: UUID, event: ev.Event) -> None:
        """Remember what this event writes."""
        match event:
            case ev.BookingChanged():
                self._booking(tenant_id, event.session_id, event.booking, event.was is None, event)
            case ev.BookingMoved():
                self._booking(tenant_id, event.to_session_id, event.booking, False, None)
            case ev.EntryChanged():
                ended = event.at if event.entry.status not in ("waiting", "offered") else None
                self.entries[event.entry.entry_id] = EntryRow(tenant_id, event.session_id, event.entry, ended)
            case ev.FactsChanged():
                key = (tenant_id, event.session_id)
                (self.made if key in self.made else self.facts)[key] = event.facts
            case ev.SessionSettled():
                pass  # its row is written with its version
            case ev.SessionMade(facts):
                self.made[(tenant_id, facts.session_id)] = facts
            case ev.Posted():
                self.posted.append((tenant_id, event))
            case _:
                self.others.append((tenant_id, event))

    def _booking(
        self, tenant_id: UUID, session_id: UUID, booking: Booking, new: bool, event: ev.BookingChanged | None
    ) -> None:
        known = self.bookings.get(booking.booking_id)
        row = BookingRow(tenant_id, session_id, booking, new or (known is not None and known.new))
        if event is not None and booking.status not in SEATED:
            row.ended_at, row.by, row.reason = event.at, event.by, event.reason
        self.bookings[booking.booking_id] = row
