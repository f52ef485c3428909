"""The tool `recommend`: what may this customer like, and why?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field

from services.agent.language import understand
from services.agent.tools.asked import Problem, Unmet, Wanted, language_of, span_asked, wanted_of
from services.agent.tools.find import WHEN
from services.agent.tools.matching import Named, match, services_of, staff_of
from services.agent.tools.reasons import reason_of
from services.agent.tools.render import SessionLine, SlotLine, local_start, session_line, slot_line
from services.agent.tools.spec import Args, Ports, Preference, Result, ToolCall, ToolSpec, TurnContext
from services.agent.tools.taste import Because, Scored, Stated, Visit, ranked
from services.agent.tools.when import Span
from shared.messages.booking import (
    BookingStatus,
    BookingView,
    Catalogue,
    FindSessions,
    FindSlots,
    MyBookings,
    ServiceView,
    SessionView,
    SlotView,
)

_SHOWN = 3
_LOOKED_AT = 50
_AHEAD = timedelta(days=14)
_UNLIKED = (BookingStatus.CANCELLED, BookingStatus.EXPIRED, BookingStatus.NO_SHOW)
_TAKES_PLACE = (
    BookingStatus.CONFIRMED,
    BookingStatus.PENDING_PAYMENT,
    BookingStatus.PENDING_APPROVAL,
    BookingStatus.HELD,
)


class RecommendArgs(Args):
    """Arguments of `recommend`."""

    what: str | None = Field(
        None, max_length=100, description="Only this service or kind of class. Omit for any."
    )
    when: str | None = Field(None, max_length=200, description=WHEN.replace("next 7 days", "next 14 days"))
    party_size: int = Field(1, ge=1, le=100, description="How many people come.")


class RecommendedSession(SessionLine):
    """A session with the reason why; `because` says it for machines, strongest first."""

    reason: str
    because: tuple[Because, ...]


class RecommendedSlot(SlotLine):
    """A free time of an appointment with the reason why."""

    reason: str
    because: tuple[Because, ...]


class RecommendAnswer(Result):
    """What to suggest, best first. `known`: something is known of this customer; else it is what others book."""

    sessions: tuple[RecommendedSession, ...] = ()
    slots: tuple[RecommendedSlot, ...] = ()
    known: bool = False
    party_size: int = 1
    problem: Problem | None = None
    offered: tuple[str, ...] = ()
    note: str = "Say the reason with each, and ask whether to book one."


async def recommend(
    ports: Ports, context: TurnContext, args: RecommendArgs, _call: ToolCall
) -> RecommendAnswer:
    """Look at what they booked and said, and at what is on; rank, and say why."""
    catalogue = await ports.bookings.catalogue(context.tenant_id)
    wanted = wanted_of(args.what, None, catalogue)
    asked = span_asked(args.when, context, catalogue.business.timezone)
    if isinstance(wanted, Unmet):
        return _unmet(wanted)
    if isinstance(asked, Unmet):
        return _unmet(asked)
    span = asked if args.when else replace(asked, end=asked.start + _AHEAD)
    booked = (
        await ports.bookings.mine(
            MyBookings(tenant_id=context.tenant_id, customer_id=context.contact.customer_id, past=True)
        )
    ).bookings
    past = [_visit_of(booking) for booking in booked]
    stated = stated_of(await ports.preferences.all(context), context, catalogue)
    language = language_of(context, catalogue)
    sessions = await _sessions(ports, context, wanted, span, args.party_size)
    taken = {b.session.session_id for b in booked if b.status in _TAKES_PLACE}
    free = [s for s in sessions if s.session_id not in taken and span.admits(local_start(s))]
    slots = await _slots(ports, context, _usual(booked, wanted, catalogue), span)
    return RecommendAnswer(
        sessions=_with_reasons(free, past, stated, language),
        slots=_slots_with_reasons(slots, past, stated, catalogue, language),
        known=bool(past or stated != Stated()),
        party_size=args.party_size,
    )


def _unmet(unmet: Unmet) -> RecommendAnswer:
    return RecommendAnswer(problem=unmet.problem, offered=unmet.offered, note=unmet.note)


def stated_of(preferences: Sequence[Preference], context: TurnContext, catalogue: Catalogue) -> Stated:
    """Stated preferences, resolved against the business; what means nothing there is left out."""
    stated = Stated(
        service_ids=frozenset(_found(preferences, "service", services_of(catalogue))),
        staff_ids=frozenset(_found(preferences, "staff", staff_of(catalogue))),
        level=next((p.value for p in preferences if p.key == "level"), None),
    )
    now = context.now.astimezone(ZoneInfo(catalogue.business.timezone)).replace(tzinfo=None)
    for preference in preferences:
        if preference.key == "day":
            said = understand(preference.value, now)
            days = [said.start, *said.also_days] if said.start else []
            stated = replace(stated, weekdays=frozenset(day.weekday() for day in days))
        elif preference.key == "time_of_day":
            stated = replace(stated, hours=_hours(preference.value, context, catalogue))
    return stated


def _found(preferences: Sequence[Preference], key: str, things: Sequence[Named]) -> Sequence[UUID]:
    return [found for p in preferences if p.key == key for found in match(p.value, things)]


def _hours(words: str, context: TurnContext, catalogue: Catalogue) -> tuple[int, int] | None:
    now = context.now.astimezone(ZoneInfo(catalogue.business.timezone)).replace(tzinfo=None)
    said = understand(words, now)
    if said.daily:
        first, last = said.daily
        return first.hour, last.hour or 24
    if said.start is None:
        return None
    if said.end is None or said.end - said.start <= timedelta(minutes=1):
        return max(0, said.start.hour - 1), said.start.hour + 2
    return said.start.hour, (said.end.hour if said.end.time() != time() else 24) or 24


def _visit_of(booking: BookingView) -> Visit:
    return replace(_candidate(booking.session), liked=booking.status not in _UNLIKED)


def _candidate(session: SessionView) -> Visit:
    return Visit(
        service_id=session.service_id,
        service=session.service_name,
        staff_id=session.staff_id,
        staff=session.staff_name,
        starts=local_start(session),
        level=session.level,
        filled=1 - session.seats_left / session.capacity if session.capacity else 0.0,
    )


async def _sessions(
    ports: Ports, context: TurnContext, wanted: Wanted, span: Span, party_size: int
) -> Sequence[SessionView]:
    zone = ZoneInfo((await ports.bookings.catalogue(context.tenant_id)).business.timezone)
    starts_from, starts_before = span.instants(zone)
    found = await ports.bookings.find(
        FindSessions(
            tenant_id=context.tenant_id,
            service_ids=wanted.service_ids,
            staff_ids=wanted.staff_ids,
            starts_from=starts_from,
            starts_before=starts_before,
            party_size=party_size,
            limit=_LOOKED_AT,
        )
    )
    return found.sessions


def _usual(
    booked: Sequence[BookingView], wanted: Wanted, catalogue: Catalogue
) -> tuple[ServiceView, SessionView] | None:
    """The appointment they had last (of what is wanted), if it is still offered."""
    offered = {s.service_id: s for s in wanted.services(catalogue) if s.kind == "appointment"}
    had = [b.session for b in booked if b.session.service_id in offered and b.status not in _UNLIKED]
    last = max(had, key=lambda session: session.starts_at, default=None)
    return (offered[last.service_id], last) if last else None


async def _slots(
    ports: Ports, context: TurnContext, usual: tuple[ServiceView, SessionView] | None, span: Span
) -> Sequence[SlotView]:
    if usual is None:
        return ()
    service, last = usual
    starts_from, starts_before = span.instants(ZoneInfo(last.timezone))
    found = await ports.bookings.slots(
        FindSlots(
            tenant_id=context.tenant_id,
            service_id=service.service_id,
            staff_ids=(last.staff_id,) if last.staff_id in service.staff_ids and last.staff_id else (),
            starts_from=starts_from,
            starts_before=starts_before,
            limit=500,
        )
    )
    return [slot for slot in found.slots if span.admits(local_start(slot))]


def _with_reasons(
    sessions: Sequence[SessionView], past: Sequence[Visit], stated: Stated, language: str
) -> tuple[RecommendedSession, ...]:
    candidates = [_candidate(session) for session in sessions]
    return tuple(
        RecommendedSession(
            **session_line(sessions[one.place], language).model_dump(),
            reason=_reason(candidates, one, language),
            because=one.because,
        )
        for one in ranked(past, stated, candidates)[:_SHOWN]
    )


def _slots_with_reasons(
    slots: Sequence[SlotView], past: Sequence[Visit], stated: Stated, catalogue: Catalogue, language: str
) -> tuple[RecommendedSlot, ...]:
    names = {person.staff_id: person.name.split()[0] for person in catalogue.staff}
    candidates = []
    for slot in slots:
        staff = slot.staff_ids[0] if len(slot.staff_ids) == 1 else None
        name = names.get(staff) if staff else None
        candidates.append(Visit(slot.service_id, slot.service_name, staff, name, local_start(slot)))
    lines = []
    for one in ranked(past, stated, candidates)[:_SHOWN]:
        chosen = candidates[one.place]
        line = slot_line(slots[one.place], chosen.staff_id, chosen.staff, language)
        reason = _reason(candidates, one, language)
        lines.append(RecommendedSlot(**line.model_dump(), reason=reason, because=one.because))
    return tuple(lines)


def _reason(candidates: Sequence[Visit], one: Scored, language: str) -> str:
    return reason_of(candidates[one.place], one.because, one.like, language)


RECOMMEND: ToolSpec[RecommendArgs] = ToolSpec(
    name="recommend",
    description="What this customer may like, from what they booked and said before, with the reason for each: when they "
    "ask what you recommend, or want “the usual”.",
    args=RecommendArgs,
    result=RecommendAnswer,
    run=recommend,
)
