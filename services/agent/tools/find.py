"""The tool `find_sessions`: which classes fit what the customer wants?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field

from services.agent.tools.asked import (
    Problem,
    Unmet,
    Wanted,
    language_of,
    span_asked,
    starts_at,
    wanted_of,
)
from services.agent.tools.render import SessionLine, clock_text, local_start, session_line
from services.agent.tools.spec import Args, Ports, Result, ToolCall, ToolSpec, TurnContext
from services.agent.tools.when import Span
from shared.messages.booking import Catalogue, FindSessions, SessionsFound, SessionView
from shared.money import decimals_of

_NEAREST = 3
_SHOWN = 10

WHEN = (
    "The time in the customer's own words, e.g. `tomorrow at 7pm`, `next friday evening`; or an ISO date "
    "`2026-11-24`, which may be followed by a time. Never work out a date yourself. Omit for the next 7 days."
)


class FindArgs(Args):
    """Arguments of `find_sessions`."""

    what: str | None = Field(
        None,
        max_length=100,
        description="The service or kind of class in the customer's words, e.g. `yoga`. Omit for any.",
    )
    when: str | None = Field(None, max_length=200, description=WHEN)
    staff: str | None = Field(
        None, max_length=100, description="The staff member the customer asked for, by name. Omit for any."
    )
    party_size: int = Field(1, ge=1, le=100, description="How many people come.")
    level: str | None = Field(None, max_length=40, description="Only this level, e.g. `beginner`.")
    max_price: float | None = Field(
        None, ge=0, le=1_000_000, description="Only up to this price per person, in the business's currency."
    )


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


async def find_sessions(
    ports: Ports, context: TurnContext, args: FindArgs, _call: ToolCall
) -> SessionsAnswer:
    """Resolve the words against the catalogue and the calendar, ask booking, sort the answer."""
    catalogue = await ports.bookings.catalogue(context.tenant_id)
    wanted = wanted_of(args.what, args.staff, catalogue)
    if isinstance(wanted, Unmet):
        return _unmet(wanted, args.party_size)
    if wanted.service_ids and all(s.kind == "appointment" for s in wanted.services(catalogue)):
        names = tuple(s.name for s in wanted.services(catalogue))
        return _unmet(Unmet("by_appointment", names), args.party_size)
    span = span_asked(args.when, context, catalogue.business.timezone)
    if isinstance(span, Unmet):
        return _unmet(span, args.party_size)
    found = await ports.bookings.find(_question(context.tenant_id, args, wanted, span, catalogue))
    return _answer(found, span, args.party_size, language_of(context, catalogue))


def _question(
    tenant_id: UUID, args: FindArgs, wanted: Wanted, span: Span, catalogue: Catalogue
) -> FindSessions:
    starts_from, starts_before = span.instants(ZoneInfo(catalogue.business.timezone))
    scale = 10 ** decimals_of(catalogue.business.currency)
    return FindSessions(
        tenant_id=tenant_id,
        service_ids=wanted.service_ids,
        staff_ids=wanted.staff_ids,
        levels=(args.level,) if args.level else (),
        starts_from=starts_from,
        starts_before=starts_before,
        party_size=args.party_size,
        price_up_to=None if args.max_price is None else int(args.max_price * scale),
        limit=50 if span.at or span.daily or span.days else _SHOWN,
    )


def _unmet(unmet: Unmet, party_size: int) -> SessionsAnswer:
    return SessionsAnswer(
        problem=unmet.problem, offered=unmet.offered, party_size=party_size, note=unmet.note
    )


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
        there = [s for s in found.sessions if at and starts_at(local_start(s), at)]
        full = [s for s in found.full if at and starts_at(local_start(s), at)]
        if there or full:
            return there[:_SHOWN], True, () if there else full[:_NEAREST]
    return _nearest(found.sessions, span.at), False, ()


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
        return (
            "What was asked for is full: say so, offer the alternatives, or the waiting list (join_waitlist)."
        )
    return "Nothing fits: say so and offer the alternatives, if there are any."


FIND_SESSIONS: ToolSpec[FindArgs] = ToolSpec(
    name="find_sessions",
    description="Find classes with room, by kind, time, staff, level, price and number of people. The answer has their "
    "ids, local times, prices and spots left; only these may be shown or booked. For appointments use find_slots.",
    args=FindArgs,
    result=SessionsAnswer,
    run=find_sessions,
)
