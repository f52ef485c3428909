"""May this appointment be made at that time, with whom and where? Slots are computed; the booking makes the session."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID
from zoneinfo import ZoneInfo

from services.booking.domain import refusals
from services.booking.domain.appointment import SlotWorld, updated
from services.booking.domain.availability import (
    Interval,
    Moving,
    NoSlot,
    Slot,
    SlotRequest,
    Workload,
    assign,
    count_by_day,
    keeps_notice,
    may_book_slot,
)
from services.booking.domain.availability.times import local_day
from services.booking.domain.decisions import booking as booking_decisions
from services.booking.domain.decisions import freeing, moving, settling
from services.booking.domain.decisions.booking import Wish
from services.booking.domain.decisions.sessions import rendered
from services.booking.domain.events import BookingChanged, SessionMade
from services.booking.domain.refusals import Refused
from services.booking.domain.results import Result
from services.booking.domain.state import Booking, Rendered, SessionFacts, SessionState
from services.booking.domain.world import Draft
from shared.ids import derive
from shared.messages import booking as msg
from shared.messages.booking import BookingStatus, By

_NOBODY_YET = Rendered("", "")


def session_id_of(command_id: UUID) -> UUID:
    """The session that this command makes, if it makes one."""
    return derive("appointment", command_id)


def book_slot(draft: Draft, command: msg.BookSlot) -> Result:
    """Book or hold an appointment. The customer's own hold of the same slot is confirmed; one of another is let go."""
    world = _world(draft, command.command_id)
    if isinstance(world, Refused):
        return world
    unfit = _unfit(world, command)
    if unfit is not None:
        return unfit
    contact = command.contact
    own = _own(draft, world, contact.customer_id)
    same = next((each for each in own if _is_at(each, command)), None)
    if same is not None:
        mine = same.bookings[contact.customer_id]
        if mine.status is not BookingStatus.HELD or (command.hold and mine.party_size == command.party_size):
            return refusals.already_booked(same, mine)
        if mine.party_size == command.party_size:
            return booking_decisions.firm_up(draft, same, mine, command.method, command.pass_id)
    for each in own:
        _let_go(draft, each, each.bookings[contact.customer_id])
    made = _make(
        draft, world, command.starts_at, command.staff_id, command.party_size, command.by,
        ignore_buffers=command.ignore_buffers and command.by == "business",
    )  # fmt: skip
    if isinstance(made, Refused):
        return made
    wish = Wish(
        contact.customer_id,
        contact.model_dump_json(exclude_none=True),
        command.party_size,
        command.attendees,
        command.method,
        command.pass_id,
        command.promo_code,
        command.hold,
        command.by,
    )
    shown = booking_decisions.place(draft, made, wish)
    if not isinstance(shown, Refused):
        _settle_lapsed(draft, world, made.facts)
    return shown


def reschedule_to_slot(draft: Draft, command: msg.RescheduleToSlot) -> Result:
    """Move an appointment: the new time is taken first, then the old one let go, or nothing changes."""
    source = draft.session(command.from_session_id)
    if source is None:
        return refusals.NO_SUCH_BOOKING
    if source.facts.kind != "appointment":
        return refusals.invalid(
            f"{refusals.named(source.facts)} is no appointment: move it to another session."
        )
    booking = moving.own_booking(draft, source, command.booking_id, command.customer_id, command.by)
    if isinstance(booking, Refused):
        return booking
    world = _world(draft, command.command_id)
    if isinstance(world, Refused):
        return world
    if command.staff_id is not None and world.offer.staff_name(command.staff_id) is None:
        return _does_not(world)
    staff_id = source.facts.staff_id
    if command.starts_at == source.facts.starts_at and command.staff_id in (None, staff_id):
        return refusals.invalid("This is the time that the booking is for already.")
    made = _make(
        draft, world, command.starts_at, command.staff_id, booking.party_size, command.by, source=source,
        ignore_buffers=command.ignore_buffers and command.by == "business",
    )  # fmt: skip
    if isinstance(made, Refused):
        return made
    shown = moving.move(draft, source, made, booking, command.by)
    if not isinstance(shown, Refused):
        _settle_lapsed(draft, world, made.facts)
    return shown


def _world(draft: Draft, command_id: UUID) -> SlotWorld | Refused:
    extra = draft.world.extras.get(command_id)
    if not isinstance(extra, SlotWorld):
        return refusals.NO_SUCH_SERVICE
    if extra.offer.kind != "appointment":
        return refusals.invalid(f"{extra.offer.name} takes place at fixed times: book one of its sessions.")
    return extra


def _unfit(world: SlotWorld, command: msg.BookSlot) -> Refused | None:
    offer = world.offer
    if command.staff_id is not None and offer.staff_name(command.staff_id) is None:
        return _does_not(world)
    if command.party_size > offer.most_people:
        people = "person" if offer.most_people == 1 else "people"
        return refusals.limit(f"{offer.name} takes at most {offer.most_people} {people} per booking.")
    return None


def _does_not(world: SlotWorld) -> Refused:
    return refusals.invalid(
        f"Nobody of that name does {world.offer.name}: choose somebody else, or nobody in particular."
    )


def _make(
    draft: Draft,
    world: SlotWorld,
    starts_at: datetime,
    staff_id: UUID | None,
    party_size: int,
    by: By,
    *,
    ignore_buffers: bool,
    source: SessionState | None = None,
) -> SessionState | Refused:
    """Make the session of an appointment at this start, or say why there can be none. `source`: the one that is left."""
    now, offer = draft.now, world.offer
    current, _ = updated(world, _states(draft), now)
    request = current.request(
        Interval(starts_at, starts_at + timedelta(minutes=1)),
        now,
        by=by,
        except_sessions=frozenset() if source is None else frozenset({source.facts.session_id}),
        moving=Moving(source.facts.starts_at) if source is not None else None,
        ignore_buffers=ignore_buffers,
    )
    facts = _facts(draft, world, starts_at, party_size, ignore_buffers=ignore_buffers)
    slot = may_book_slot(request, starts_at, staff_id)
    if isinstance(slot, NoSlot):
        return _why_not(slot, facts, offer.staff_name(staff_id), request)
    chosen = _whose_turn(current, request, slot, source)
    resource_ids = offer.rooms_first(slot.resource_ids)
    made = replace(
        facts,
        staff_id=chosen,
        staff_name=offer.staff_name(chosen),
        resource_ids=resource_ids,
        room=offer.room_name(resource_ids),
    )
    draft.emit(SessionMade(rendered(made)))
    state = draft.session(made.session_id)
    if state is None:
        raise AssertionError("a session that was made is there")
    return state


def _whose_turn(world: SlotWorld, request: SlotRequest, slot: Slot, source: SessionState | None) -> UUID:
    """The one asked for; who had the appointment before; or else whoever had the fewest."""
    if source is not None and source.facts.staff_id in slot.staff_ids:
        return source.facts.staff_id
    if len(slot.staff_ids) == 1:
        return slot.staff_ids[0]
    zone, now = request.zone, request.now
    loads = {
        each: Workload(
            count_by_day(world.busy.get(each, ()), zone, now, request.except_sessions),
            world.assigned.get(each),
        )
        for each in slot.staff_ids
    }
    today = now.astimezone(ZoneInfo(zone)).date()
    chosen = assign(slot.staff_ids, loads, local_day(slot.start, zone), today=today)
    return chosen or slot.staff_ids[0]


def _facts(
    draft: Draft, world: SlotWorld, starts_at: datetime, party_size: int, *, ignore_buffers: bool
) -> SessionFacts:
    """The session as it would be, without its people and rooms. Its capacity is its party: nobody else can join it."""
    offer = world.offer
    return rendered(
        SessionFacts(
            tenant_id=offer.tenant_id,
            session_id=session_id_of(draft.command_id),
            service_id=offer.service_id,
            service_name=offer.name,
            staff_id=None,
            staff_name=None,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=offer.duration_minutes),
            local="",
            price=offer.price,
            capacity=party_size,
            cancelled=False,
            cancellation_deadline=offer.cancellation_deadline,
            business=offer.business,
            rendered=_NOBODY_YET,
            policy=offer.policy,
            kind="appointment",
            level=offer.level,
            buffers=offer.buffers,
            ignores_buffers=ignore_buffers,
            week_starts_on=offer.week_starts_on,
        )
    )


def _why_not(reason: NoSlot, facts: SessionFacts, who: str | None, request: SlotRequest) -> Refused:
    match reason:
        case NoSlot.OUTSIDE_WINDOW:
            return _outside_window(facts, request)
        case NoSlot.OUTSIDE_HOURS:
            return refusals.outside_hours(facts, who)
        case NoSlot.LIMIT_REACHED:
            return refusals.day_full(facts, who)
        case NoSlot.SLOT_TAKEN:
            return refusals.slot_taken(facts, who)
        case NoSlot.RESOURCE_TAKEN:
            return refusals.no_room_free(facts)
        case _:
            assert_never(reason)


def _outside_window(facts: SessionFacts, request: SlotRequest) -> Refused:
    if facts.starts_at <= request.now:
        return refusals.past(facts)
    if not keeps_notice(facts.starts_at, request.now, request.rules.notice_minutes):
        return refusals.too_soon(facts, request.rules.notice_minutes)
    return refusals.too_far(facts, facts.policy.horizon_days or 0)


def _own(draft: Draft, world: SlotWorld, customer_id: UUID) -> list[SessionState]:
    """The customer's appointments of this service, as far as they still stand, soonest first."""
    found = []
    for each in draft.account(customer_id).commitments:
        state = draft.session(each.session_id) if each.service_id == world.offer.service_id else None
        mine = state.bookings.get(customer_id) if state is not None else None
        if state is None or mine is None or state.facts.kind != "appointment" or mine.lapsed(draft.now):
            continue
        found.append(state)
    return sorted(found, key=lambda state: state.facts.starts_at)


def _is_at(own: SessionState, command: msg.BookSlot) -> bool:
    """It is at the start that is asked for, with whom is asked for (or with anybody)."""
    return own.facts.starts_at == command.starts_at and command.staff_id in (None, own.facts.staff_id)


def _let_go(draft: Draft, held: SessionState, mine: Booking) -> None:
    """Give it back for another slot if it is just held. The ids are its own: the command's is the new booking's."""
    if mine.status is not BookingStatus.HELD:
        return
    after = replace(mine, status=BookingStatus.CANCELLED, expires_at=None)
    session_id = held.facts.session_id
    event_id = derive("let go", draft.command_id, mine.booking_id)
    draft.emit(BookingChanged(event_id, draft.now, "", session_id, after, mine, "customer", "another slot"))
    freeing.vacate(draft, session_id, derive("vacated", draft.command_id, session_id))


def _settle_lapsed(draft: Draft, world: SlotWorld, facts: SessionFacts) -> None:
    """End the holds that were over before this and still stand in its place: the calendar lets nobody else in before."""
    taken = {facts.staff_id, *facts.resource_ids} - {None}
    margin = timedelta(days=1)
    for session_id in sorted(world.lapsed, key=lambda each: each.int):
        state = draft.session(session_id)
        if state is None or state.facts.cancelled or session_id == facts.session_id:
            continue
        theirs = {state.facts.staff_id, *state.facts.resource_ids}
        near = (
            state.facts.starts_at < facts.ends_at + margin and facts.starts_at < state.facts.ends_at + margin
        )
        if near and not taken.isdisjoint(theirs):
            settling.settle(draft, session_id)


def _states(draft: Draft) -> list[SessionState]:
    """The tenant's sessions as they are in this batch and this decision."""
    return [
        state
        for (tenant_id, _), state in {**draft.world.sessions, **draft.sessions}.items()
        if state is not None and tenant_id == draft.tenant_id
    ]
