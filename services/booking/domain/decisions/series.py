"""Which dates of "every Tuesday at 7" can this customer have, and are they booked? All that fit, under one series."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from services.booking.domain import customer_series, refusals, wire
from services.booking.domain.customer_series import (
    Calendar,
    OfferedSession,
    WishedDate,
    expand_customer_series,
)
from services.booking.domain.decisions import booking, settling
from services.booking.domain.decisions.booking import Wish
from services.booking.domain.events import BookingChanged, Event
from services.booking.domain.refusals import Refused
from services.booking.domain.results import Result, SeriesLine, SeriesShown
from services.booking.domain.schedule import InvalidSchedule
from services.booking.domain.state import SessionState
from services.booking.domain.world import Draft, World
from shared.ids import derive
from shared.messages import booking as msg
from shared.messages.booking import BookingStatus, RefusalCode, SeriesDate, SessionView

_WORDS = {
    RefusalCode.SESSION_FULL: customer_series.Conflict.FULL,
    RefusalCode.ALREADY_BOOKED: customer_series.Conflict.ALREADY_BOOKED,
    RefusalCode.BOOKED_ELSEWHERE: customer_series.Conflict.ELSEWHERE,
}
"""A refusal of one date that the list calls by the same word as a conflict seen before. Others keep their code."""

_CODES = {str(word): code for code, word in _WORDS.items()} | {
    str(customer_series.Conflict.NO_SESSION): RefusalCode.NOT_FOUND,
    str(customer_series.Conflict.OUTSIDE_HORIZON): RefusalCode.OUTSIDE_WINDOW,
}

_OF_ALL_DATES = frozenset({RefusalCode.CUSTOMER_BLOCKED, RefusalCode.INVALID, RefusalCode.NOT_FOUND})
"""Refusals that are not about one date."""

_PAY_FIRST = Refused(
    RefusalCode.PAYMENT_NEEDED,
    "These classes are paid by card in advance: book them one by one, or use a pass.",
    ("my_passes", "contact_business"),
)


@dataclass(frozen=True, slots=True)
class Candidates:
    """What `BookSeries` needs (as extra): the service (no name: there is none), and its classes on the wanted days.

    `timezone` is the business's (IANA); `before` the local day up to (and without) which there are sessions. All of
    `session_ids` are loaded.
    """

    tenant_id: UUID
    service_name: str = ""
    kind: str = "class"
    timezone: str = "UTC"
    before: date = date.max
    session_ids: tuple[UUID, ...] = ()


def book_series(draft: Draft, command: msg.BookSeries) -> Result:
    """Book every date that fits. When some conflict, nothing is booked and all are listed, unless they may be skipped.

    Each booking stands for itself (price, credits, limits; it is cancelled by itself), all carry the series' id, which
    is the command's. One message tells of them: that of the first date.
    """
    found = draft.world.extras.get(command.command_id)
    if not isinstance(found, Candidates):
        raise TypeError("BookSeries is decided with its Candidates as extra")
    contact = command.contact
    wish = Wish(
        contact.customer_id,
        contact.model_dump_json(exclude_none=True),
        command.party_size,
        method=command.method,
        series_id=command.command_id,
    )
    dates = _dates(draft, found, command, wish)
    if isinstance(dates, Refused):
        return dates
    lines, after = dates
    booked = [line for line in lines if line.booking_id is not None]
    if not booked or (len(booked) < len(lines) and not command.skip_conflicts):
        return SeriesShown(tuple(replace(line, booking_id=None) for line in lines), _conflicting(lines))
    for event in _told_once(after.events[len(draft.events) :]):
        draft.emit(event)
    return SeriesShown(tuple(lines))


def preview(world: World, found: Candidates, query: msg.PreviewSeries, now: datetime) -> msg.SeriesPreview:
    """Which dates could be booked and which conflict, by the very rules that booking them follows. Books nothing.

    A wish that makes no sense (rule, number of dates, unknown service) has no dates.
    """
    draft = Draft(world, query.tenant_id, derive("preview", query.customer_id), now)
    dates = _dates(draft, found, query, Wish(query.customer_id, "{}", query.party_size))
    if isinstance(dates, Refused):
        return msg.SeriesPreview()
    lines, _ = dates
    return msg.SeriesPreview(
        dates=tuple(series_date(draft, replace(line, booking_id=None)) for line in lines)
    )


def wish_of(command: msg.BookSeries | msg.PreviewSeries, timezone: str) -> customer_series.Wish:
    """The wish in the words of `customer_series`."""
    return customer_series.Wish(
        service_id=command.service_id,
        rule=command.rrule,
        first=command.first_day,
        at=command.starts_at_local,
        timezone=timezone,
        count=command.count,
        until=command.until,
        party_size=command.party_size,
    )


def series_date(draft: Draft, line: SeriesLine) -> SeriesDate:
    """One date as its asker sees it."""

    def view(session_id: UUID | None) -> SessionView | None:
        state = draft.session(session_id) if session_id is not None else None
        return wire.session_view(state) if state is not None else None

    shown = view(line.session_id)
    return SeriesDate(
        local=shown.local if shown else f"{line.local_start:%a %d %b, %H:%M}",
        session=shown,
        booking_id=line.booking_id,
        conflict=line.conflict,
        nearest=view(line.nearest),
    )


def _dates(
    draft: Draft, found: Candidates, command: msg.BookSeries | msg.PreviewSeries, wish: Wish
) -> tuple[list[SeriesLine], Draft] | Refused:
    """All wanted dates, and a draft on top of this one on which those that fit are booked."""
    if not found.service_name:
        return refusals.NO_SUCH_SERVICE
    if found.kind != "class":
        return refusals.invalid(f"{found.service_name} is by appointment: ask for its free times.")
    states = {s: state for s in found.session_ids if (state := draft.session(s)) is not None}
    for session_id, state in states.items():
        if state.due_at is not None and state.due_at <= draft.now:
            settling.settle(draft, session_id)
    states = {s: state for s in states if (state := draft.session(s)) is not None}
    try:
        wanted = expand_customer_series(
            wish_of(command, found.timezone),
            [_offered(state) for state in states.values() if not state.facts.cancelled],
            _calendar(draft, wish.customer_id, states.values()),
            now=draft.now,
            before=found.before,
        )
    except InvalidSchedule as error:
        return refusals.invalid(str(error))
    if not wanted:
        return refusals.invalid("No date of this wish is still to come.")
    lines, after = [], draft
    for each in wanted:
        placed = _date(after, each, wish)
        if isinstance(placed, Refused):
            return placed
        line, after = placed
        lines.append(line)
    return lines, after


def _date(draft: Draft, each: WishedDate, wish: Wish) -> tuple[SeriesLine, Draft] | Refused:
    """One date, and the draft after it: a further one when it is booked, the same when it cannot be."""
    nearest = each.alternative.session_id if each.alternative is not None else None
    if each.session is None:
        return SeriesLine(each.local_start, conflict=str(each.conflict), nearest=nearest), draft
    session_id = each.session.session_id
    then = draft.followed_by(derive("series date", wish.series_id, session_id))
    state = then.session(session_id)
    if state is None:
        raise KeyError(f"no session {session_id} to book")
    shown = booking.place(then, state, wish)
    if isinstance(shown, Refused):
        if shown.code in _OF_ALL_DATES:
            return shown
        conflict = str(_WORDS.get(shown.code, shown.code))
        return SeriesLine(each.local_start, session_id, conflict=conflict), draft
    made = shown.event.booking
    if made.status is BookingStatus.PENDING_PAYMENT:
        return SeriesLine(each.local_start, session_id, conflict=str(RefusalCode.PAYMENT_NEEDED)), draft
    return SeriesLine(each.local_start, session_id, made.booking_id), then


def _offered(state: SessionState) -> OfferedSession:
    facts = state.facts
    return OfferedSession(
        facts.session_id, facts.service_id, facts.starts_at, facts.ends_at, state.seats_left
    )


def _calendar(draft: Draft, customer_id: UUID, states: Iterable[SessionState]) -> Calendar:
    """What the customer has booked. Where the service allows two bookings at a time, only these sessions count."""
    known = list(states)
    mine = {state.facts.session_id for state in known if customer_id in state.bookings}
    commitments = draft.account(customer_id).commitments
    overlap = any(state.facts.policy.overlap for state in known)
    busy = () if overlap else tuple((c.starts_at, c.ends_at) for c in commitments)
    return Calendar(frozenset(mine | {c.session_id for c in commitments}), busy)


def _told_once(events: Iterable[Event]) -> list[Event]:
    """The customer gets one message, of the first date; the answer to the command lists all of them."""
    told = False
    found: list[Event] = []
    for event in events:
        if isinstance(event, BookingChanged) and event.was is None and event.name:
            found.append(replace(event, name="") if told else event)
            told = True
        else:
            found.append(event)
    return found


def _conflicting(lines: list[SeriesLine]) -> Refused:
    conflicts = [line for line in lines if line.conflict is not None]
    first = conflicts[0].conflict or ""
    code = _CODES.get(first) or RefusalCode(first)
    if code is RefusalCode.PAYMENT_NEEDED:
        return _PAY_FIRST
    those = "the only date" if len(lines) == 1 else f"{len(conflicts)} of {len(lines)} dates"
    return Refused(code, f"Nothing was booked: {those} cannot be booked as wished.")
