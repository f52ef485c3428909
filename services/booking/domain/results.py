"""What is a command's asker shown? One value per kind of answer; `wire` makes the outcome of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.booking.domain.events import BookingChanged, BookingMoved, EntryChanged
from services.booking.domain.refusals import Refused

if TYPE_CHECKING:
    from services.booking.domain.pass_state import PassState


@dataclass(frozen=True, slots=True)
class BookingShown:
    """The booking as it is after this event."""

    event: BookingChanged | BookingMoved


@dataclass(frozen=True, slots=True)
class EntryShown:
    """The waitlist entry as it is after this event. `booking`: what it became, if it did."""

    event: EntryChanged
    booking: BookingChanged | None = None


@dataclass(frozen=True, slots=True)
class SessionShown:
    """The session as it is now."""

    session_id: UUID


@dataclass(frozen=True, slots=True)
class SeriesLine:
    """One wanted date of a series: booked, or bookable (`session_id`), or the reason why not. Local start is naive."""

    local_start: datetime
    session_id: UUID | None = None
    booking_id: UUID | None = None
    conflict: str | None = None
    nearest: UUID | None = None


@dataclass(frozen=True, slots=True)
class SeriesShown:
    """All dates of a series. `refused`: nothing was booked, since some conflict."""

    lines: tuple[SeriesLine, ...]
    refused: Refused | None = None


@dataclass(frozen=True, slots=True)
class RequestShown:
    """A standing request was taken."""

    request_id: UUID


@dataclass(frozen=True, slots=True)
class PassShown:
    """A pass as it is now."""

    after: PassState


@dataclass(frozen=True, slots=True)
class Done:
    """Something changed that has no view of its own: a word for the log and the asker."""

    word: str


Result = Refused | BookingShown | EntryShown | SessionShown | SeriesShown | RequestShown | PassShown | Done
