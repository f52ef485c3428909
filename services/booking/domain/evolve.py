"""What is the session after this fact? Total: it never refuses, the decisions already have."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from services.booking.domain.events import BookingChanged, BookingMoved, EntryChanged, FactsChanged
from services.booking.domain.state import SEATED, TENTATIVE, Booking, Entry, SessionState
from shared.messages.booking import BookingStatus


def booking_changed(state: SessionState, event: BookingChanged) -> SessionState:
    """The state after a booking of it changed: seats, who is in it, when to look again; the version grown by one."""
    booking, was = event.booking, event.was
    before = was.party_size if was is not None and was.status in SEATED else 0
    if booking.status in SEATED:
        after = booking.party_size
        bookings = state.bookings.insert(booking.customer_id, booking)
    else:
        after = 0
        bookings = state.bookings.discard(booking.customer_id)
    grown = SessionState(
        state.facts,
        state.version + 1,
        state.seats_taken - before + after,
        bookings,
        state.queue,
        state.due_at,
    )
    simple = booking.status is BookingStatus.CONFIRMED and (was is None or was.status not in TENTATIVE)
    if simple and state.due_at is not None:
        return grown  # its end is awaited already
    return replace(grown, due_at=next_due(grown, event.at))


def booking_arrived(state: SessionState, event: BookingMoved) -> SessionState:
    """The state of the session that a booking moved to."""
    booking = event.booking
    grown = replace(
        state,
        version=state.version + 1,
        seats_taken=state.seats_taken + booking.party_size,
        bookings=state.bookings.insert(booking.customer_id, booking),
    )
    return replace(grown, due_at=next_due(grown, event.at))


def booking_left(state: SessionState, event: BookingMoved) -> SessionState:
    """The state of the session that a booking moved away from."""
    grown = replace(
        state,
        version=state.version + 1,
        seats_taken=state.seats_taken - event.was.party_size,
        bookings=state.bookings.discard(event.was.customer_id),
    )
    return replace(grown, due_at=next_due(grown, event.at))


def entry_changed(state: SessionState, event: EntryChanged) -> SessionState:
    """The state after somebody joined, was offered a place, or left the queue."""
    others = tuple(e for e in state.queue if e.entry_id != event.entry.entry_id)
    queue = others
    if event.entry.status in ("waiting", "offered"):
        queue = tuple(sorted((*others, event.entry), key=_order))
    grown = replace(state, version=state.version + 1, queue=queue)
    return replace(grown, due_at=next_due(grown, event.at))


def facts_changed(state: SessionState, event: FactsChanged) -> SessionState:
    """The state after the session itself changed."""
    grown = replace(state, version=state.version + 1, facts=event.facts)
    return replace(grown, due_at=next_due(grown, event.at))


def settled(state: SessionState, at: datetime) -> SessionState:
    """The state after a moment at which nothing had to change."""
    return replace(state, version=state.version + 1, due_at=next_due(state, at))


def next_due(state: SessionState, now: datetime) -> datetime | None:
    """When something must be done without being asked: the earliest of all ends of holds and offers, the decision on
    too few attendees, the start (for who still waits) and the end (for who came). None: never again."""
    facts = state.facts
    coming: list[datetime] = [b.expires_at for b in state.bookings.values() if _tentative(b)]  # type: ignore[misc]
    coming += [e.offer_expires_at for e in state.queue if e.offer_expires_at is not None]
    if state.queue and not facts.cancelled:
        policy = facts.policy.waitlist
        coming += [
            moment
            for moment in (
                facts.starts_at - timedelta(minutes=policy.broadcast_minutes),
                facts.starts_at - timedelta(minutes=policy.closes_minutes),
                facts.starts_at,
            )
            if moment > now
        ]
    if facts.policy.minimum is not None and not facts.cancelled and len(state.bookings):
        check = facts.starts_at - timedelta(hours=facts.policy.minimum.hours_before)
        if check > now:
            coming.append(check)
    if facts.ends_at > now and any(b.status is BookingStatus.CONFIRMED for b in state.bookings.values()):
        coming.append(facts.ends_at)
    return min(coming, default=None)


def _tentative(booking: Booking) -> bool:
    return booking.status in TENTATIVE and booking.expires_at is not None


def _order(entry: Entry) -> tuple[int, datetime, object]:
    return entry.order
