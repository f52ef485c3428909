"""What time is it? Handed to whatever needs it, so that tests decide."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""A source of aware UTC instants."""


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)
