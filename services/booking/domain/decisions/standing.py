"""May this customer wait for the first place in any of several sessions? An entry in each queue, which end together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from services.booking.domain import refusals
from services.booking.domain.decisions import eligible, promotion, queueing, waiting
from services.booking.domain.events import EntryChanged, StandingChanged
from services.booking.domain.refusals import Refused
from services.booking.domain.results import Done, RequestShown, Result
from services.booking.domain.standing import OpenRequest, StandingWish, entry_id_of, matches, problem
from services.booking.domain.state import Account, Entry, SessionFacts, SessionState
from services.booking.domain.world import Draft
from shared.messages import booking as msg

MOST_SESSIONS = 100
"""A wish that is met by more sessions than this is too wide."""

MOST_REQUESTS = 10
"""So many standing requests may one customer have open."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """What `RequestStanding` needs (as extra): the classes that start within `standing.window` (up to MOST_SESSIONS + 1
    of those that match, soonest first), all of them loaded; `timezone` is the business's (IANA). `unknown`: the business
    has no service of one of the ids that were named."""

    timezone: str
    session_ids: tuple[UUID, ...] = ()
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Admission:
    """What `SettleSession` gets (as extra) for a session that has just come into the timetable."""

    requests: tuple[OpenRequest, ...]


def request_standing(draft: Draft, command: msg.RequestStanding) -> Result:
    """Wait for the first place in any session that matches. Refused with the soonest that can be booked right now."""
    candidates = draft.world.extras.get(command.command_id)
    if not isinstance(candidates, Candidates):
        raise TypeError("RequestStanding is decided with its Candidates as extra")
    if candidates.unknown:
        return refusals.NO_SUCH_SERVICE
    customer_id = command.contact.customer_id
    account = draft.account(customer_id)
    wish = _wish(command, draft.now, candidates.timezone)
    if isinstance(wish, Refused):
        return wish
    if account.erased:
        return refusals.NO_SUCH_CUSTOMER
    if account.blocked:
        return refusals.BLOCKED
    if command.method == "gift_card":
        return waiting.NO_GIFT_CARD
    if len(account.open_requests) >= MOST_REQUESTS:
        return refusals.limit(f"You already wait with {MOST_REQUESTS} requests: withdraw one of them first.")
    states = _matching(draft, candidates, wish)
    if len(states) > MOST_SESSIONS:
        return refusals.invalid("That would be too many sessions: name services, weekdays or fewer days.")
    bookable = next((s for s in states if _bookable(s, account, wish.party_size, draft.now)), None)
    if bookable is not None:
        return refusals.seats_free(bookable.facts)
    request = OpenRequest(draft.new_id(), wish, draft.now)
    stored = wish.model_dump_json(exclude_none=True)
    draft.emit(StandingChanged(request.request_id, customer_id, "open", draft.now, stored))
    for state in states:
        if wish.party_size > state.seats_left:
            _wait(draft, state, request)
    return RequestShown(request.request_id)


def withdraw_standing(draft: Draft, command: msg.WithdrawStanding) -> Result:
    """The customer waits for none of them any more; places that were offered go to the next in line.

    The sessions in which the request has an entry should be loaded; in those that are not, it ends when its turn comes.
    """
    if command.request_id not in draft.account(command.customer_id).open_requests:
        return refusals.no_such_request()
    draft.emit(StandingChanged(command.request_id, command.customer_id, "withdrawn", draft.now))
    promotion.leave_all(draft, command.request_id)
    return Done("standing_request_withdrawn")


def admit(draft: Draft, session_id: UUID, requests: tuple[OpenRequest, ...]) -> None:
    """A session has come into the timetable: open requests that mean it get its places first, oldest request first.

    To be called once for each new class, with all open requests of the tenant and their customers' accounts loaded.
    """
    for request in sorted(requests, key=lambda r: (r.created_at, r.request_id)):
        state = queueing.known(draft, session_id)
        customer_id = request.wish.contact.customer_id
        account = draft.account(customer_id)
        if request.request_id in account.open_requests and matches(request.wish, state.facts):
            _wait(draft, state, request)
    promotion.serve(draft, session_id)


def _wish(command: msg.RequestStanding, now: datetime, timezone: str) -> StandingWish | Refused:
    today = now.astimezone(ZoneInfo(timezone)).date()
    wrong = problem(
        command.first_day,
        command.last_day,
        command.weekdays,
        command.starts_from,
        command.starts_before,
        today,
    )
    if wrong is not None:
        return refusals.invalid(wrong)
    return StandingWish(
        contact=command.contact,
        service_ids=command.service_ids,
        first_day=command.first_day,
        last_day=command.last_day,
        weekdays=command.weekdays,
        starts_from=command.starts_from,
        starts_before=command.starts_before,
        party_size=command.party_size,
        method=command.method,
    )


def _matching(draft: Draft, candidates: Candidates, wish: StandingWish) -> list[SessionState]:
    states = [state for each in candidates.session_ids if (state := draft.session(each)) is not None]
    found = [s for s in states if matches(wish, s.facts) and s.facts.starts_at > draft.now]
    return sorted(found, key=lambda s: (s.facts.starts_at, s.facts.session_id))


def _bookable(state: SessionState, account: Account, party_size: int, now: datetime) -> bool:
    """The customer could book this session at once, instead of waiting."""
    return (
        account.customer_id not in state.bookings
        and party_size <= state.seats_left
        and eligible.open_session(state, now, "customer") is None
        and eligible.person(account, state.facts, party_size, "customer", now) is None
    )


def _wait(draft: Draft, state: SessionState, request: OpenRequest) -> None:
    """Put the request into this queue, unless its customer could never get a place there or has one (or an entry)."""
    wish, facts = request.wish, state.facts
    customer_id = wish.contact.customer_id
    if customer_id in state.bookings or state.entry_of(customer_id) is not None:
        return
    if waiting.stopped(state, draft.now) is not None:
        return
    if waiting.may_wait(draft.account(customer_id), facts, wish.party_size, wish.method) is not None:
        return
    draft.emit(_entry_made(draft, facts, request))


def _entry_made(draft: Draft, facts: SessionFacts, request: OpenRequest) -> EntryChanged:
    wish = request.wish
    entry = Entry(
        entry_id_of(request.request_id, facts.session_id),
        wish.contact.customer_id,
        wish.party_size,
        0,
        request.created_at,
        wish.contact.model_dump_json(exclude_none=True),
        method=wish.method,
        request_id=request.request_id,
    )
    return EntryChanged(draft.new_id(), draft.now, "", facts.session_id, entry)
