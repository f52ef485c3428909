"""Values for the money tests: a class on Monday 23 November 2026, 19:00 in Lisbon (which is UTC then)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.booking.domain.money.rules import Circumstances

ANA = UUID(int=1)
RUI = UUID(int=2)
STARTS_AT = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)
ENDS_AT = STARTS_AT + timedelta(hours=1)
LISBON = "Europe/Lisbon"


def before(hours: float = 0, minutes: float = 0) -> datetime:
    """So long before the class starts."""
    return STARTS_AT - timedelta(hours=hours, minutes=minutes)


def here(**changes: Any) -> Circumstances:
    """One seat of the class `yoga`, booked three days ahead."""
    values: dict[str, Any] = {
        "service": "yoga",
        "starts_at": STARTS_AT,
        "now": before(hours=72),
        "zone": LISBON,
    }
    return Circumstances(**{**values, **changes})
