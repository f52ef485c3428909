"""To be written."""

from __future__ import annotations

from services.booking.domain import refusals
from services.booking.domain.results import Result
from services.booking.domain.world import Draft
from shared.messages import booking as msg


def book_series(draft: Draft, command: msg.BookSeries) -> Result:
    """To be written."""
    return refusals.invalid("not yet")
