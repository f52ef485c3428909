"""May this customer have a place here? The checks that every way to a place shares: booking, moving, waitlist, series."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from services.booking.domain import refusals
from services.booking.domain.availability.limits import week_of
from services.booking.domain.refusals import Refused
from services.booking.domain.state import Account, Commitment, SessionFacts, SessionState
from shared.messages.booking import By


def open_session(state: SessionState, now: datetime, by: By) -> Refused | None:
    """The session takes place, has not started, and is inside the window in which customers may book it."""
    facts = state.facts
    if facts.cancelled:
        return refusals.cancelled(state)
    if now >= facts.starts_at:
        return refusals.started(state)
    if by != "customer":
        return None
    policy = facts.policy
    if policy.minimum_notice_minutes and now > facts.starts_at - timedelta(
        minutes=policy.minimum_notice_minutes
    ):
        return refusals.too_soon(facts, policy.minimum_notice_minutes)
    if policy.horizon_days is not None and _days_ahead(facts, now) > policy.horizon_days:
        return refusals.too_far(facts, policy.horizon_days)
    return None


def person(
    account: Account,
    facts: SessionFacts,
    party_size: int,
    by: By,
    now: datetime,
    *,
    leaving: frozenset[UUID] = frozenset(),
) -> Refused | None:
    """The customer is not blocked, not elsewhere at that time, and within the limits of the service.

    `leaving`: sessions that would be left by the same step, which do not count.
    """
    if account.erased:
        return refusals.NO_SUCH_CUSTOMER
    if by == "customer" and account.blocked:
        return refusals.BLOCKED
    if not facts.policy.overlap:
        other = account.at_the_same_time(facts.starts_at, facts.ends_at, leaving | {facts.session_id})
        if other is not None:
            return refusals.booked_elsewhere(facts, other)
    if by == "customer":
        return _limits(account, facts, party_size, now, leaving)
    return None


def room(state: SessionState, party_size: int, by: By, *, overbook: bool = False) -> Refused | None:
    """There are seats for the whole party. Staff may take what is kept back for walk-ins."""
    free = state.seats_free if by == "business" and overbook else state.seats_left
    return refusals.full(state, party_size) if party_size > free else None


def _limits(
    account: Account, facts: SessionFacts, party_size: int, now: datetime, leaving: frozenset[UUID]
) -> Refused | None:
    limits = facts.policy.limits
    if limits.party_size is not None and party_size > limits.party_size:
        return refusals.limit(f"{facts.service_name} takes at most {limits.party_size} places per booking.")
    if limits.active is None and limits.per_day is None and limits.per_week is None:
        return None
    zone = ZoneInfo(facts.business.timezone)
    day, today = facts.starts_at.astimezone(zone).date(), now.astimezone(zone).date()
    week = week_of(day, facts.week_starts_on, today)
    mine = [
        c for c in account.commitments if c.service_id == facts.service_id and c.session_id not in leaving
    ]
    checks: tuple[tuple[int | None, Callable[[Commitment], bool], str], ...] = (
        (limits.active, lambda c: c.ends_at > now, "at a time"),
        (limits.per_day, lambda c: c.local_day == day, "a day"),
        (limits.per_week, lambda c: week_of(c.local_day, facts.week_starts_on, today) == week, "a week"),
    )
    for most, counts, words in checks:
        if most is not None and sum(counts(c) for c in mine) >= most:
            times = "booking" if most == 1 else "bookings"
            return refusals.limit(f"{facts.service_name} allows {most} {times} {words}.")
    return None


def _days_ahead(facts: SessionFacts, now: datetime) -> int:
    zone = ZoneInfo(facts.business.timezone)
    return (facts.starts_at.astimezone(zone).date() - now.astimezone(zone).date()).days
