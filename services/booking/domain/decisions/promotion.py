"""Who in the queue gets what is free? Offers are real holds, made in the decision that freed the seats, so what the
public sees is only what nobody waits for. Order: priority, then time of joining; a party that does not fit, or a person
who cannot be booked now, is passed over and keeps its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from services.booking.domain.decisions import queueing, waiting
from services.booking.domain.decisions.booking import settle_terms
from services.booking.domain.decisions.paying import Price
from services.booking.domain.decisions.queueing import known
from services.booking.domain.events import BookingChanged, EntryChanged, StandingChanged
from services.booking.domain.reference import reference_of
from services.booking.domain.refusals import Refused
from services.booking.domain.state import TENTATIVE, Booking, Entry, SessionState
from services.booking.domain.world import Draft
from shared.messages import booking as msg
from shared.messages.booking import BookingStatus, By

_UNMET = {BookingStatus.PENDING_PAYMENT: "not_paid", BookingStatus.PENDING_APPROVAL: "not_approved"}
"""Why a place that was accepted expires nevertheless."""


def serve(draft: Draft, session_id: UUID) -> None:
    """Give the free seats of the session to its queue. To be called after whatever may have freed some."""
    state = draft.session(session_id)
    if state is None or not state.queue:
        return
    follow(draft, session_id)
    state = known(draft, session_id)
    if waiting.stopped(state, draft.now) is not None:
        return
    if waiting.broadcasting(state.facts, draft.now):
        _tell_all(draft, session_id)
        return
    # Who has just let a payment lapse is not first again at once: those behind have their turn before.
    back = {e.entry.entry_id for e in draft.events if isinstance(e, EntryChanged) and _came_back(e)}
    for entry in sorted(state.queue, key=lambda e: (e.entry_id in back, e.order)):
        _turn(draft, session_id, entry.entry_id)


def follow(draft: Draft, session_id: UUID) -> None:
    """Entries follow what became of their places elsewhere: paid, cancelled, given more time, booked directly."""
    for entry in known(draft, session_id).queue:
        state = known(draft, session_id)
        booking = state.bookings.get(entry.customer_id)
        if state.entry(entry.entry_id) != entry:
            continue
        if booking is not None and booking.status not in TENTATIVE:
            accept(draft, session_id, entry)
        elif entry.status == "offered" and entry.booking_id is not None:
            place = queueing.kept(state, entry)
            if place is None:
                # The place was given back: whoever gave it back is not offered it again.
                queueing.end(draft, session_id, entry, "withdrawn")
            elif place.expires_at != entry.offer_expires_at:
                queueing.change(draft, session_id, entry, replace(entry, offer_expires_at=place.expires_at))


def lapse_offers(draft: Draft, session_id: UUID) -> None:
    """Offers whose time is over: their places are free (call `serve` next), and nobody is offered twice in a row.

    An offer that was not answered ends the entry. One that was accepted and not paid puts it back once.
    """
    state = known(draft, session_id)
    lapsed = (b for b in state.bookings.values() if b.terms.entry_id is not None and b.lapsed(draft.now))
    for booking in sorted(lapsed, key=lambda b: (b.booked_at, b.booking_id)):
        _lapse(draft, session_id, booking)
    for entry in known(draft, session_id).queue:
        told = entry.status == "offered" and entry.booking_id is None
        if told and entry.offer_expires_at is not None and entry.offer_expires_at <= draft.now:
            fits = entry.party_size <= known(draft, session_id).seats_left
            name, reason = (msg.OfferLapsed.name, "") if fits else (msg.WaitlistClosed.name, "full")
            queueing.end(draft, session_id, entry, "expired", name, reason)
    follow(draft, session_id)


def given_up(draft: Draft, session_id: UUID, booking: Booking) -> None:
    """What becomes of the entry whose place has expired; `booking` is the place as it was. Call `serve` next.

    A payment that was abandoned or failed costs the turn, not the place in line; the second time it ends the wait.
    """
    entry_id = booking.terms.entry_id
    entry = None if entry_id is None else known(draft, session_id).entry(entry_id)
    if entry is None or entry.status != "offered" or entry.booking_id != booking.booking_id:
        return
    first = entry.offered_at is None or entry.offered_at >= booking.booked_at
    if booking.status is BookingStatus.PENDING_PAYMENT and first:
        queueing.wait_again(draft, session_id, entry)
        return
    # Who waited for a payment or an approval has just been told that the booking expired.
    reason = _UNMET.get(booking.status)
    name = "" if reason else msg.OfferLapsed.name
    queueing.end(draft, session_id, entry, "expired", name, reason or "unanswered")


def close(draft: Draft, session_id: UUID, reason: str) -> None:
    """The queue ends (`started`, `cancelled`): everyone in it is told once, except for who waits in other sessions too."""
    heard = {e.booking.booking_id for e in draft.events if isinstance(e, BookingChanged) and e.name}
    for entry in known(draft, session_id).queue:
        state = known(draft, session_id)
        booking = state.bookings.get(entry.customer_id)
        if booking is not None and booking.status not in TENTATIVE:
            accept(draft, session_id, entry)
            continue
        place = queueing.kept(state, entry)
        if place is not None:
            queueing.release(draft, session_id, place, BookingStatus.EXPIRED, "system", reason)
        silent = entry.request_id is not None or entry.booking_id in heard
        queueing.end(draft, session_id, entry, "expired", "" if silent else msg.WaitlistClosed.name, reason)


def accept(draft: Draft, session_id: UUID, entry: Entry) -> EntryChanged:
    """The wait is over: the person has the place. A standing request is met by it, and waits nowhere else."""
    event = queueing.end(draft, session_id, entry, "accepted")
    if entry.request_id is not None and entry.request_id in draft.account(entry.customer_id).open_requests:
        draft.emit(StandingChanged(entry.request_id, entry.customer_id, "fulfilled", draft.now))
        leave_all(draft, entry.request_id)
    return event


def leave(
    draft: Draft, session_id: UUID, entry: Entry, status: str = "withdrawn", by: By = "customer"
) -> EntryChanged:
    """The entry ends; what its offer kept goes to the next in line."""
    place = queueing.kept(known(draft, session_id), entry)
    if place is not None:
        queueing.release(draft, session_id, place, BookingStatus.CANCELLED, by, f"offer_{status}")
    event = queueing.end(draft, session_id, entry, status)
    serve(draft, session_id)
    return event


def leave_all(draft: Draft, request_id: UUID) -> None:
    """The entries of a standing request end in all sessions that are loaded; in others when their turn comes."""
    loaded = {key for key in (*draft.world.sessions, *draft.sessions) if key[0] == draft.tenant_id}
    for _, session_id in sorted(loaded):
        state = draft.session(session_id)
        entry = None if state is None else next((e for e in state.queue if e.request_id == request_id), None)
        if entry is not None:
            leave(draft, session_id, entry, by="system")


def took(draft: Draft, session_id: UUID, entry: Entry, event: BookingChanged) -> EntryChanged:
    """The person said yes (or was not asked): the entry is met, or it waits with its place for payment or approval."""
    booking = event.booking
    if booking.status not in TENTATIVE:
        return accept(draft, session_id, entry)
    since = entry.offered_at if entry.booking_id == booking.booking_id else draft.now
    after = replace(
        entry,
        status="offered",
        booking_id=booking.booking_id,
        offered_at=since,
        offer_expires_at=booking.expires_at,
    )
    return queueing.change(draft, session_id, entry, after)


def _turn(draft: Draft, session_id: UUID, entry_id: UUID) -> None:
    state = known(draft, session_id)
    entry = state.entry(entry_id)
    if entry is None or entry.status != "waiting" or not _fits(draft, session_id, entry):
        return
    price = waiting.priced(draft, state, entry)
    if isinstance(price, Refused):
        return
    place = _place(draft, entry, price)
    if not waiting.unasked(state.facts, price):
        _offer(draft, state, entry, place)
        return
    shown = settle_terms(draft, state, place, None, event_id=place.booking_id, from_waitlist=True)
    if not isinstance(shown, Refused) and isinstance(shown.event, BookingChanged):
        took(draft, session_id, entry, shown.event)


def _fits(draft: Draft, session_id: UUID, entry: Entry) -> bool:
    """There is room for the party, and it is known that the person still waits. Ends the entry if not."""
    state = known(draft, session_id)
    if not queueing.seen(draft, entry.customer_id):
        return False
    if waiting.over(draft.account(entry.customer_id), entry):
        queueing.end(draft, session_id, entry, "withdrawn")
        return False
    return entry.party_size <= state.seats_left and entry.customer_id not in state.bookings


def _place(draft: Draft, entry: Entry, price: Price) -> Booking:
    booking_id = draft.new_id()
    return Booking(
        booking_id=booking_id,
        customer_id=entry.customer_id,
        party_size=entry.party_size,
        price=price.price,
        total=price.total,
        reference=reference_of(booking_id),
        booked_at=draft.now,
        contact=entry.contact,
        status=BookingStatus.HELD,
        terms=replace(price.terms, entry_id=entry.entry_id),
    )


def _offer(draft: Draft, state: SessionState, entry: Entry, place: Booking) -> None:
    facts = state.facts
    claim = timedelta(minutes=facts.policy.waitlist.claim_minutes)
    until = min(draft.now + claim, waiting.closing(facts))
    held = replace(place, expires_at=until)
    draft.emit(
        BookingChanged(
            held.booking_id, draft.now, "", facts.session_id, held, by="system", from_waitlist=True
        )
    )
    # A second offer after one that was not paid keeps the time of the first: that is how `_lapse` knows it is the last.
    first = entry.offered_at if entry.booking_id is not None else None
    after = replace(
        entry,
        status="offered",
        booking_id=held.booking_id,
        offered_at=first or draft.now,
        offer_expires_at=until,
    )
    queueing.change(draft, facts.session_id, entry, after, msg.OfferMade.name)


def _tell_all(draft: Draft, session_id: UUID) -> None:
    for entry in known(draft, session_id).queue:
        state = known(draft, session_id)
        if entry.status == "offered":
            if entry.booking_id is None and entry.party_size > state.seats_left:
                queueing.wait_again(draft, session_id, entry)
            continue
        if not _fits(draft, session_id, entry) or isinstance(waiting.priced(draft, state, entry), Refused):
            continue
        until = waiting.closing(state.facts)
        after = replace(
            entry, status="offered", booking_id=None, offered_at=draft.now, offer_expires_at=until
        )
        queueing.change(draft, session_id, entry, after, msg.OfferMade.name)


def _lapse(draft: Draft, session_id: UUID, booking: Booking) -> None:
    queueing.release(draft, session_id, booking, BookingStatus.EXPIRED, "system", _UNMET.get(booking.status))
    given_up(draft, session_id, booking)


def _came_back(event: EntryChanged) -> bool:
    return event.entry.status == "waiting" and event.was is not None and event.was.status == "offered"
