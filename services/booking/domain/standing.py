"""What does a standing request wish for, and which sessions are meant by it ("any evening class this week")?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from services.booking.domain.state import SessionFacts
from shared.ids import derive
from shared.messages.booking import Contact, Method

LONGEST_DAYS = 92
"""A wish reaches no further than this, first and last day included."""


class StandingWish(BaseModel):
    """Classes of these services (none: any), on these local days and weekdays (0 is Monday; none: any), that start
    in [`starts_from`, `starts_before`) by the business's clocks. Stored as it is, with whom to tell."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contact: Contact
    service_ids: tuple[UUID, ...] = ()
    first_day: date
    last_day: date
    weekdays: tuple[Annotated[int, Field(ge=0, le=6)], ...] = ()
    starts_from: time | None = None
    starts_before: time | None = None
    party_size: int = Field(1, ge=1)
    method: Method | None = None


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A stored standing request that is neither met nor withdrawn."""

    request_id: UUID
    wish: StandingWish
    created_at: datetime


def matches(wish: StandingWish, facts: SessionFacts) -> bool:
    """True when this session is one of those that are wished for (whether or not it has room)."""
    if facts.cancelled or facts.kind != "class":
        return False
    if wish.service_ids and facts.service_id not in wish.service_ids:
        return False
    local = facts.starts_at.astimezone(ZoneInfo(facts.business.timezone))
    if not wish.first_day <= local.date() <= wish.last_day:
        return False
    if wish.weekdays and local.weekday() not in wish.weekdays:
        return False
    at = local.time()
    if wish.starts_from is not None and at < wish.starts_from:
        return False
    return wish.starts_before is None or at < wish.starts_before


def problem(
    first_day: date,
    last_day: date,
    weekdays: tuple[int, ...],
    starts_from: time | None,
    starts_before: time | None,
    today: date,
) -> str | None:
    """Why such a wish makes no sense, in a sentence, or None. `today` by the business's clocks."""
    if last_day < first_day:
        return "The last day is before the first day."
    if last_day < today:
        return "These days have passed."
    if (last_day - first_day).days >= LONGEST_DAYS:
        return f"A request can span at most {LONGEST_DAYS} days."
    if any(not 0 <= day <= 6 for day in weekdays):
        return "Weekdays are numbered from 0 (Monday) to 6 (Sunday)."
    if any(t is not None and t.tzinfo is not None for t in (starts_from, starts_before)):
        return "Times are those of the business's clocks, without an offset."
    if starts_from is not None and starts_before is not None and starts_before <= starts_from:
        return "The latest start must be after the earliest start."
    return None


def window(first_day: date, last_day: date, timezone: str) -> tuple[datetime, datetime]:
    """The instants [from, before) in UTC between which these local days lie: where candidates are to be looked for."""
    zone = ZoneInfo(timezone)
    start = datetime.combine(first_day, time(), zone)
    end = datetime.combine(last_day + timedelta(days=1), time(), zone)
    return start.astimezone(UTC), end.astimezone(UTC)


def entry_id_of(request_id: UUID, session_id: UUID) -> UUID:
    """The entry of a request in the queue of a session: always the same, so that it waits there once."""
    return derive("standing_entry", request_id, session_id)
