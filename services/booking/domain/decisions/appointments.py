"""To be written."""

from __future__ import annotations

from services.booking.domain import refusals
from services.booking.domain.results import Result
from services.booking.domain.world import Draft
from shared.messages import booking as msg


def book_slot(draft: Draft, command: msg.BookSlot) -> Result:
    """To be written."""
    return refusals.invalid("not yet")


def reschedule_to_slot(draft: Draft, command: msg.RescheduleToSlot) -> Result:
    """To be written."""
    return refusals.invalid("not yet")
