"""What did the customer ask for? Their words for services, staff and time, resolved against the business."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from services.agent.tools.matching import is_filler, match, services_of, staff_of
from services.agent.tools.spec import TurnContext
from services.agent.tools.when import Span, span_of
from services.agent.tools.words import spoken
from shared.messages.booking import Catalogue, ServiceView

Problem = Literal[
    "unknown_service",
    "unknown_staff",
    "time_not_understood",
    "time_is_past",
    "by_appointment",
    "is_a_class",
    "which_service",
]

NOTES: dict[Problem, str] = {
    "unknown_service": "This business does not offer that; `offered` is what it does.",
    "unknown_staff": "Nobody of that name works here; `offered` are those who do.",
    "time_not_understood": "Ask for the day and the time.",
    "time_is_past": "That time is over.",
    "by_appointment": "That is by appointment: call find_slots.",
    "is_a_class": "That is a class with fixed times: call find_sessions.",
    "which_service": "That can mean several things: ask which of `offered`.",
}
"""What to do about each, for the model."""

SAME_START = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Unmet:
    """What was asked for is not understood or not there."""

    problem: Problem
    offered: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """What to do about it."""
        return NOTES[self.problem]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Services and staff that the words mean; none of a kind: any."""

    service_ids: tuple[UUID, ...] = ()
    staff_ids: tuple[UUID, ...] = ()

    def services(self, catalogue: Catalogue) -> tuple[ServiceView, ...]:
        """The services meant, all of them when none was named."""
        chosen = self.service_ids
        return tuple(s for s in catalogue.services if not chosen or s.service_id in chosen)


def wanted_of(what: str | None, staff: str | None, catalogue: Catalogue) -> Wanted | Unmet:
    """What the words for a service and a person mean. A name given as the service is taken for the person."""
    people = staff_of(catalogue)
    wanted = Wanted()
    if what and not is_filler(what):
        services = match(what, services_of(catalogue))
        named = () if services else match(what, people)
        if not services and not named:
            return Unmet("unknown_service", tuple(s.name for s in catalogue.services))
        wanted = Wanted(services, named)
    if staff:
        found = match(staff, people)
        if not found:
            return Unmet("unknown_staff", tuple(s.name for s in catalogue.staff))
        wanted = replace(wanted, staff_ids=found)
    return wanted


def span_asked(when: str | None, context: TurnContext, timezone: str) -> Span | Unmet:
    """The time asked for on the business's clock, from now on."""
    zone = ZoneInfo(timezone)
    now = context.now.astimezone(zone).replace(tzinfo=None)
    said_at = context.said_at.astimezone(zone).replace(tzinfo=None)
    span = span_of(when, said_at, context.language)
    if span is None:
        return Unmet("time_not_understood")
    if span.end <= now:
        return Unmet("time_is_past")
    return replace(span, start=max(span.start, now))


def starts_at(local: datetime, at: datetime) -> bool:
    """Whether something that starts at `local` starts when asked."""
    return abs(local - at) <= SAME_START


def language_of(context: TurnContext, catalogue: Catalogue) -> str:
    """The language that results are written in."""
    return spoken(context.language, catalogue.business.language)
