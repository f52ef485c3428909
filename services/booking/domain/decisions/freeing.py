"""A booking gave its seats back: what follows for the queue?"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from services.booking.domain.decisions import waitlist
from services.booking.domain.events import EntryChanged
from services.booking.domain.state import Booking
from services.booking.domain.world import Draft


def freed(draft: Draft, session_id: UUID, booking: Booking) -> None:
    """End the offer that the booking came from, if it was one, and give the seats to those who wait."""
    state = draft.session(session_id)
    entry = state.entry(booking.terms.entry_id) if state is not None and booking.terms.entry_id else None
    if entry is not None and entry.booking_id == booking.booking_id:
        draft.emit(
            EntryChanged(draft.new_id(), draft.now, "", session_id, replace(entry, status="withdrawn"), entry)
        )
    waitlist.serve(draft, session_id)
