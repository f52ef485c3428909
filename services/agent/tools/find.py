"""The tool `find_sessions`: which classes or appointments fit what the customer wants?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field

from services.agent.tools.matching import match, services_of, staff_of
from services.agent.tools.render import SessionLine, clock_text, local_start, session_line
from services.agent.tools.spec import Args, Bookings, Result, ToolCall, ToolSpec, TurnContext
from services.agent.tools.when import Span, span_of
from shared.messages.booking import Catalogue, FindSessions, SessionsFound, SessionView

_SAME_START = timedelta(minutes=10)
_NEAREST = 3
_SHOWN = 10

Problem = Literal["unknown_service", "unknown_staff", "time_not_understood", "time_is_past"]


class FindArgs(Args):
    """Arguments of `find_sessions`."""

    what: str | None = Field(
        None,
        max_length=100,
        description="The service or kind of class in the customer's words, e.g. `yoga`. Omit for any.",
    )
    when: str | None = Field(
        None,
        max_length=200,
        description="The time in the customer's own words, e.g. `tomorrow at 7pm`, `next friday evening`; "
        "or an ISO "
        "date `2026-11-24`, which may be followed by a time. Never work out a date yourself. Omit for the "
        "next 7 days.",
    )
    staff: str | None = Field(
        None, max_length=100, description="The staff member the customer asked for, by name. Omit for any."
    )
    party_size: int = Field(1, ge=1, le=100, description="How many people come.")


class SessionsAnswer(Result):
    """What was found. Only sessions in `sessions` and `alternatives` have room for the party.

    `exact` is False when nothing starts at the time asked for: `sessions` are then that day's nearest.
    `searched_from`/`searched_before` and `asked_time` are the business's wall clock (ISO 8601).
    """

    sessions: tuple[SessionLine, ...] = ()
    exact: bool = True
    full: tuple[SessionLine, ...] = ()
    alternatives: tuple[SessionLine, ...] = ()
    party_size: int = 1
    searched_from: str | None = None
    searched_before: str | None = None
    asked_time: str | None = None
    asked_clock: str | None = None
    problem: Problem | None = None
    offered: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Wanted:
    service_ids: tuple[UUID, ...] = ()
    staff_ids: tuple[UUID, ...] = ()


async def find_sessions(
    bookings: Bookings, context: TurnContext, args: FindArgs, _call: ToolCall
) -> SessionsAnswer:
    """Resolve the words against the catalogue and the calendar, ask booking, sort the answer."""
    catalogue = await bookings.catalogue(context.tenant_id)
    wanted = _resolve(args, catalogue)
    if isinstance(wanted, SessionsAnswer):
        return wanted
    zone = ZoneInfo(catalogue.business.timezone)
    now = context.now.astimezone(zone).replace(tzinfo=None)
    span = span_of(args.when, context.said_at.astimezone(zone).replace(tzinfo=None))
    if span is None:
        return SessionsAnswer(
            problem="time_not_understood", party_size=args.party_size, note="Ask for the day and the time."
        )
    if span.end <= now:
        return SessionsAnswer(problem="time_is_past", party_size=args.party_size, note="That time is over.")
    span = replace(span, start=max(span.start, now))
    starts_from, starts_before = span.instants(zone)
    found = await bookings.find(
        FindSessions(
            tenant_id=context.tenant_id,
            service_ids=wanted.service_ids,
            staff_ids=wanted.staff_ids,
            starts_from=starts_from,
            starts_before=starts_before,
            party_size=args.party_size,
            limit=50 if span.at or span.daily or span.days else _SHOWN,
        )
    )
    return _answer(found, span, args.party_size, catalogue.business.language)


def _resolve(args: FindArgs, catalogue: Catalogue) -> _Wanted | SessionsAnswer:
    staff = staff_of(catalogue)
    wanted = _Wanted()
    if args.what:
        services = match(args.what, services_of(catalogue))
        people = () if services else match(args.what, staff)
        if not services and not people:
            return SessionsAnswer(
                problem="unknown_service",
                offered=tuple(s.name for s in catalogue.services),
                party_size=args.party_size,
                note="This business does not offer that; `offered` is what it does.",
            )
        wanted = _Wanted(services, people)
    if args.staff:
        people = match(args.staff, staff)
        if not people:
            return SessionsAnswer(
                problem="unknown_staff",
                offered=tuple(s.name for s in catalogue.staff),
                party_size=args.party_size,
                note="Nobody of that name works here; `offered` are those who do.",
            )
        wanted = replace(wanted, staff_ids=people)
    return wanted


def _answer(found: SessionsFound, span: Span, party_size: int, language: str) -> SessionsAnswer:
    sessions, exact, full = _fitting(found, span)
    alternatives = () if sessions else _alternatives(found, span)
    return SessionsAnswer(
        sessions=_lines(sessions, language),
        exact=exact,
        full=_lines(full, language),
        alternatives=_lines(alternatives, language),
        party_size=party_size,
        searched_from=span.start.isoformat(timespec="minutes"),
        searched_before=span.end.isoformat(timespec="minutes"),
        asked_time=span.at.isoformat(timespec="minutes") if span.at else None,
        asked_clock=clock_text(span.at, language) if span.at else None,
        note=_note(sessions, exact, full),
    )


def _fitting(found: SessionsFound, span: Span) -> tuple[Sequence[SessionView], bool, Sequence[SessionView]]:
    """Sessions to show, whether they start when asked, and the full ones that did fit."""
    if span.at is None:
        rooms = [s for s in found.sessions if span.admits(local_start(s))]
        return rooms[:_SHOWN], True, [s for s in found.full if span.admits(local_start(s))][:_SHOWN]
    for at in (span.at, span.or_at):
        there = [s for s in found.sessions if at and _starts_at(s, at)]
        full = [s for s in found.full if at and _starts_at(s, at)]
        if there or full:
            return there[:_SHOWN], True, () if there else full[:_NEAREST]
    return _nearest(found.sessions, span.at), False, ()


def _starts_at(session: SessionView, at: datetime) -> bool:
    return abs(local_start(session) - at) <= _SAME_START


def _alternatives(found: SessionsFound, span: Span) -> Sequence[SessionView]:
    """Where there is room instead: the same day after the time asked for comes first."""
    if span.at is None or not found.sessions:
        return (found.sessions or found.alternatives)[:_NEAREST]
    at = span.at
    return sorted(found.sessions, key=lambda s: (local_start(s) < at, abs(local_start(s) - at)))[:_NEAREST]


def _nearest(sessions: Sequence[SessionView], at: datetime) -> Sequence[SessionView]:
    near = sorted(sessions, key=lambda s: abs(local_start(s) - at))[:_NEAREST]
    return sorted(near, key=lambda s: s.starts_at)


def _lines(sessions: Sequence[SessionView], language: str) -> tuple[SessionLine, ...]:
    return tuple(session_line(session, language) for session in sessions)


def _note(sessions: Sequence[SessionView], exact: bool, full: Sequence[SessionView]) -> str:
    if sessions and exact:
        return "Show what, when, with whom, price and spots left, and ask whether to book."
    if sessions:
        return "Nothing starts exactly then: say so, show these, and ask whether to book one."
    if full:
        return "What was asked for is full: say so and offer the alternatives."
    return "Nothing fits: say so and offer the alternatives, if there are any."


FIND_SESSIONS: ToolSpec[FindArgs] = ToolSpec(
    name="find_sessions",
    description="Find classes or appointments with room, by kind, time, staff and number of people. The "
    "answer has their "
    "ids, local times, prices and spots left; only these may be shown or booked.",
    args=FindArgs,
    result=SessionsAnswer,
    run=find_sessions,
)
