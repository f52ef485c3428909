"""May this session change? Another teacher, room, capacity or time for one date, or no session at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.booking.domain import refusals, wire
from services.booking.domain.decisions import settling, waitlist
from services.booking.domain.events import BookingChanged, FactsChanged
from services.booking.domain.local import local_times
from services.booking.domain.refusals import Refused
from services.booking.domain.results import Result, SessionShown
from services.booking.domain.state import SessionFacts
from services.booking.domain.world import Draft
from shared.messages import booking as msg
from shared.messages.booking import BookingStatus, SessionView


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a `ChangeSession` names, looked up: names of the new people and rooms, and who or what is busy then."""

    staff_name: str | None = None
    room: str | None = None
    busy: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def change_session(draft: Draft, command: msg.ChangeSession) -> Result:
    """Change this session only. Whoever is booked stays booked and is told of what matters to them."""
    state = draft.session(command.session_id)
    if state is None:
        return refusals.NO_SUCH_SESSION
    if state.facts.cancelled:
        return refusals.cancelled(state)
    extra = draft.world.extras.get(command.command_id)
    wanted = extra if isinstance(extra, Wanted) else Wanted()
    if wanted.unknown:
        return refusals.invalid(f"There is no such {' or '.join(wanted.unknown)}.")
    if wanted.busy:
        return refusals.taken(f"{' and '.join(wanted.busy)} is busy then.")
    if command.capacity is not None and command.capacity < state.seats_taken:
        taken = f"{state.seats_taken} places are taken"
        sentence = f"{taken} in {refusals.named(state.facts)}: cancel or move bookings first."
        return Refused(msg.RefusalCode.HAS_BOOKINGS, sentence)
    before = state.facts
    after = _changed(before, command, wanted)
    draft.emit(FactsChanged(draft.new_id(), draft.now, command.session_id, after))
    tell_changes(draft, command.session_id, before, after)
    waitlist.serve(draft, command.session_id)
    return SessionShown(command.session_id)


def cancel_session(draft: Draft, command: msg.CancelSession) -> Result:
    """The session does not take place: everyone is told and refunded in full."""
    state = draft.session(command.session_id)
    if state is None:
        return refusals.NO_SUCH_SESSION
    if not state.facts.cancelled:
        settling.cancel_all(draft, command.session_id, command.reason, command.by)
    return SessionShown(command.session_id)


def tell_changes(draft: Draft, session_id: UUID, before: SessionFacts, after: SessionFacts) -> None:
    """Tell who is booked what of their session changed: its teacher, its room, its time."""
    changed = tuple(
        word
        for word, old, new in (
            ("staff", before.staff_id, after.staff_id),
            ("room", before.room, after.room),
            ("time", before.starts_at, after.starts_at),
        )
        if old != new
    )
    state = draft.session(session_id)
    if not changed or state is None:
        return
    for booking in sorted(state.bookings.values(), key=lambda b: (b.booked_at, b.booking_id)):
        if booking.status is BookingStatus.HELD:
            continue
        draft.emit(
            BookingChanged(
                draft.new_id(),
                draft.now,
                msg.SessionChanged.name,
                session_id,
                booking,
                booking,
                "business",
                None,
                before,
                changed,
            )
        )


def rendered(facts: SessionFacts) -> SessionFacts:
    """The facts with the parts that are shown made anew."""
    business = facts.business
    local = local_times(facts.starts_at, facts.ends_at, business.timezone, business.language)
    view = SessionView(
        session_id=facts.session_id, service_id=facts.service_id, service_name=facts.service_name,
        staff_id=facts.staff_id, staff_name=facts.staff_name, room=facts.room, level=facts.level,
        starts_at=facts.starts_at, ends_at=facts.ends_at, timezone=business.timezone, local=local, price=facts.price,
        currency=business.currency, capacity=facts.capacity, seats_left=0,
    )  # fmt: skip
    return replace(facts, local=local, rendered=wire.render(view, business))


def _changed(facts: SessionFacts, command: msg.ChangeSession, wanted: Wanted) -> SessionFacts:
    values: dict[str, object] = {}
    if command.staff_id is not None:
        values |= {"staff_id": command.staff_id, "staff_name": wanted.staff_name}
    if command.room_id is not None:
        others = facts.resource_ids[1:] if facts.room is not None else facts.resource_ids
        values |= {"resource_ids": (command.room_id, *others), "room": wanted.room}
    if command.capacity is not None:
        values["capacity"] = command.capacity
    if command.held_back is not None:
        values["held_back"] = command.held_back
    if command.starts_at is not None:
        starts: datetime = command.starts_at
        values |= {"starts_at": starts, "ends_at": starts + (facts.ends_at - facts.starts_at)}
    edited = {"staff_id", "capacity", "held_back", "starts_at", "resource_ids"} & values.keys()
    values["overrides"] = tuple(sorted({*facts.overrides, *edited}))
    return rendered(replace(facts, **values))  # type: ignore[arg-type]  # the names above are the fields'
