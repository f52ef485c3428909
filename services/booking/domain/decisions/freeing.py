"""A booking gave its seats back: what follows for the queue, and for the calendar of an appointment?"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from services.booking.domain.decisions import waitlist
from services.booking.domain.events import FactsChanged
from services.booking.domain.state import Booking
from services.booking.domain.world import Draft

FREED = "freed"
"""Why an appointment's session is cancelled when its booking has ended: its time can be booked anew."""


def freed(draft: Draft, session_id: UUID, booking: Booking) -> None:
    """Give the seats of a booking that ended or left to those who wait; an offer that it came from ends with it."""
    waitlist.serve(draft, session_id)
    vacate(draft, session_id)


def vacate(draft: Draft, session_id: UUID, event_id: UUID | None = None) -> None:
    """Let go of the time of an appointment that nobody has a place in any more. A class takes place nevertheless."""
    state = draft.session(session_id)
    if state is None or state.facts.kind != "appointment" or state.facts.cancelled or len(state.bookings):
        return
    facts = replace(state.facts, cancelled=True, cancel_reason=FREED)
    draft.emit(FactsChanged(event_id or draft.new_id(), draft.now, session_id, facts))
