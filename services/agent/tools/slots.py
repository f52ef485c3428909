"""The tool `find_slots`: when is an appointment free, with whom?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field

from services.agent.tools.asked import Problem, Unmet, Wanted, language_of, span_asked, starts_at, wanted_of
from services.agent.tools.find import WHEN
from services.agent.tools.render import SlotLine, clock_text, local_start, slot_line
from services.agent.tools.spec import Args, Ports, Result, ToolCall, ToolSpec, TurnContext
from services.agent.tools.when import Span
from shared.messages.booking import Catalogue, FindSlots, ServiceView, SlotView

_NEAREST = 3
_SHOWN = 8
_LOOKED_AT = 500


class SlotArgs(Args):
    """Arguments of `find_slots`."""

    what: str = Field(
        min_length=1,
        max_length=100,
        description="The appointment in the customer's words, e.g. `haircut`.",
    )
    when: str | None = Field(None, max_length=200, description=WHEN)
    staff: str | None = Field(
        None, max_length=100, description="The staff member the customer asked for, by name. Omit for anyone."
    )
    for_booking_id: UUID | None = Field(
        None,
        description="A booking from an earlier result that would move to one of these (its own place counts as free).",
    )


class SlotsAnswer(Result):
    """Free starts. `exact` is False when none is at the time asked for: `slots` are then the nearest.

    A long list is thinned out evenly. `alternatives` are the next ones when the range has none.
    """

    slots: tuple[SlotLine, ...] = ()
    exact: bool = True
    alternatives: tuple[SlotLine, ...] = ()
    searched_from: str | None = None
    searched_before: str | None = None
    asked_time: str | None = None
    asked_clock: str | None = None
    problem: Problem | None = None
    offered: tuple[str, ...] = ()
    note: str = ""


async def find_slots(ports: Ports, context: TurnContext, args: SlotArgs, _call: ToolCall) -> SlotsAnswer:
    """Resolve the words, ask booking for free starts, choose which to show."""
    catalogue = await ports.bookings.catalogue(context.tenant_id)
    wanted = wanted_of(args.what, args.staff, catalogue)
    if isinstance(wanted, Unmet):
        return _unmet(wanted)
    service = appointment_of(wanted, catalogue)
    if isinstance(service, Unmet):
        return _unmet(service)
    span = span_asked(args.when, context, catalogue.business.timezone)
    if isinstance(span, Unmet):
        return _unmet(span)
    starts_from, starts_before = span.instants(ZoneInfo(catalogue.business.timezone))
    found = await ports.bookings.slots(
        FindSlots(
            tenant_id=context.tenant_id,
            service_id=service.service_id,
            staff_ids=wanted.staff_ids,
            starts_from=starts_from,
            starts_before=starts_before,
            booking_id=args.for_booking_id,
            limit=_LOOKED_AT,
        )
    )
    show = _Lines(wanted.staff_ids, catalogue, language_of(context, catalogue))
    return _answer(found.slots, found.alternatives, span, show)


def appointment_of(wanted: Wanted, catalogue: Catalogue) -> ServiceView | Unmet:
    """The one appointment service that is meant."""
    meant = [s for s in wanted.services(catalogue) if s.kind == "appointment"]
    if wanted.staff_ids and not wanted.service_ids:  # "an appointment with Rita"
        meant = [s for s in meant if set(s.staff_ids) & set(wanted.staff_ids)] or meant
    if not meant:
        return Unmet("is_a_class", tuple(s.name for s in wanted.services(catalogue)))
    if len(meant) > 1:
        return Unmet("which_service", tuple(s.name for s in meant))
    return meant[0]


class _Lines:
    """Slots as lines, with the asked-for person, the only one, or whoever is free."""

    def __init__(self, asked: Sequence[UUID], catalogue: Catalogue, language: str) -> None:
        self._asked = asked
        self._names = {person.staff_id: person.name.split()[0] for person in catalogue.staff}
        self.language = language

    def __call__(self, slots: Sequence[SlotView]) -> tuple[SlotLine, ...]:
        return tuple(self._line(slot) for slot in slots)

    def _line(self, slot: SlotView) -> SlotLine:
        who = [staff for staff in slot.staff_ids if staff in self._asked] or list(slot.staff_ids)
        staff = who[0] if self._asked or len(who) == 1 else None
        return slot_line(slot, staff, self._names.get(staff) if staff else None, self.language)


def _answer(found: Sequence[SlotView], after: Sequence[SlotView], span: Span, show: _Lines) -> SlotsAnswer:
    slots, exact = _fitting(found, span)
    return SlotsAnswer(
        slots=show(slots),
        exact=exact,
        alternatives=() if slots else show(after[:_NEAREST]),
        searched_from=span.start.isoformat(timespec="minutes"),
        searched_before=span.end.isoformat(timespec="minutes"),
        asked_time=span.at.isoformat(timespec="minutes") if span.at else None,
        asked_clock=clock_text(span.at, show.language) if span.at else None,
        note=_note(slots, exact),
    )


def _fitting(found: Sequence[SlotView], span: Span) -> tuple[Sequence[SlotView], bool]:
    if span.at is None:
        return thinned([s for s in found if span.admits(local_start(s))], _SHOWN), True
    for at in (span.at, span.or_at):
        there = [s for s in _nearest(found, at) if starts_at(local_start(s), at)] if at else []
        if at and there:
            return _nearest(there, at, most=1), True
    return _nearest(found, span.at), False


def thinned(slots: Sequence[SlotView], most: int) -> Sequence[SlotView]:
    """At most so many of them, evenly from the first to the last."""
    if len(slots) <= most:
        return slots
    step = (len(slots) - 1) / (most - 1)
    return [slots[round(n * step)] for n in range(most)]


def _nearest(slots: Sequence[SlotView], at: datetime, most: int = _NEAREST) -> Sequence[SlotView]:
    near = sorted(slots, key=lambda s: abs(local_start(s) - at))[:most]
    return sorted(near, key=lambda s: s.starts_at)


def _note(slots: Sequence[SlotView], exact: bool) -> str:
    if slots and exact:
        return "Show what, when, with whom and price, and ask whether to book."
    if slots:
        return "Not free exactly then: say so, show these, and ask whether to book one."
    return "Nothing is free then: say so and offer the alternatives, if there are any."


def _unmet(unmet: Unmet) -> SlotsAnswer:
    return SlotsAnswer(problem=unmet.problem, offered=unmet.offered, note=unmet.note)


FIND_SLOTS: ToolSpec[SlotArgs] = ToolSpec(
    name="find_slots",
    description="Find free times of an appointment (a haircut, a massage, a visit), by time and staff. The answer has "
    "slot ids, local times and prices; only these may be shown or booked.",
    args=SlotArgs,
    result=SlotsAnswer,
    run=find_slots,
)
