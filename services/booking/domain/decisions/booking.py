"""May this place be booked or held? Seats, the person, the price; then what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.booking.domain import refusals
from services.booking.domain.decisions import eligible, paying
from services.booking.domain.events import BookingChanged
from services.booking.domain.reference import reference_of
from services.booking.domain.refusals import Refused
from services.booking.domain.results import BookingShown, Result
from services.booking.domain.state import Booking, SessionState
from services.booking.domain.world import Draft
from shared.messages import booking as msg
from shared.messages.booking import BookingStatus, By, Method


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants how many places and how they would pay: what booking, promotion and series have in common."""

    customer_id: UUID
    contact: str  # a `Contact` as JSON
    party_size: int = 1
    attendees: tuple[str, ...] = ()
    method: Method | None = None
    pass_id: UUID | None = None
    promo_code: str | None = None
    hold: bool = False
    by: By = "customer"
    overbook: bool = False
    entry_id: UUID | None = None
    series_id: UUID | None = None


def book_session(draft: Draft, command: msg.BookSession) -> Result:
    """Book or hold places in a session. A hold of the same party by the same customer is confirmed instead."""
    state = draft.session(command.session_id)
    if state is None:
        return refusals.NO_SUCH_SESSION
    contact = command.contact
    mine = state.bookings.get(contact.customer_id)
    if mine is not None:
        if mine.status is BookingStatus.HELD and not command.hold and mine.party_size == command.party_size:
            return firm_up(draft, state, mine, command.method, command.pass_id)
        return refusals.already_booked(state, mine)
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
        command.overbook,
    )
    return place(draft, state, wish)


def place(draft: Draft, state: SessionState, wish: Wish) -> Refused | BookingShown:
    """Give the places that `wish` asks for, all or none."""
    account = draft.account(wish.customer_id)
    refused = (
        eligible.open_session(state, draft.now, wish.by)
        or eligible.room(state, wish.party_size, wish.by, overbook=wish.overbook)
        or eligible.person(account, state.facts, wish.party_size, wish.by, draft.now)
    )
    if refused is not None:
        return refused
    priced = paying.price(draft, state, wish)
    if isinstance(priced, Refused):
        return priced
    booking_id = draft.new_id()
    booking = Booking(
        booking_id=booking_id,
        customer_id=wish.customer_id,
        party_size=wish.party_size,
        price=priced.price,
        total=priced.total,
        reference=reference_of(booking_id),
        booked_at=draft.now,
        contact=wish.contact,
        status=BookingStatus.HELD if wish.hold else BookingStatus.CONFIRMED,
        terms=priced.terms,
    )
    if wish.hold:
        until = min(draft.now + timedelta(minutes=state.facts.policy.hold_minutes), state.facts.starts_at)
        event = BookingChanged(
            booking_id, draft.now, "", state.facts.session_id, replace(booking, expires_at=until)
        )
        draft.emit(event)
        return BookingShown(event)
    return settle_terms(draft, state, booking, None, by=wish.by, event_id=booking_id)


def confirm_hold(draft: Draft, command: msg.ConfirmHold) -> Result:
    """Turn a hold into a booking. It must be the customer's own, and its time not over."""
    state = draft.session(command.session_id)
    if state is None:
        return refusals.NO_SUCH_SESSION
    booking = state.bookings.get(command.customer_id)
    if booking is None or booking.booking_id != command.booking_id:
        return refusals.hold_expired(state.facts)
    if booking.status is not BookingStatus.HELD:
        return refusals.wrong_state("This booking is no longer just held.")
    return firm_up(draft, state, booking, command.method, command.pass_id)


def firm_up(
    draft: Draft, state: SessionState, held: Booking, method: Method | None, pass_id: UUID | None
) -> Result:
    """A hold becomes what the service asks for; the price that was quoted for it stands unless paid otherwise."""
    if held.lapsed(draft.now):
        return refusals.hold_expired(state.facts)
    booking = held
    if (method is not None and method != held.terms.method) or (
        pass_id is not None and pass_id != held.terms.pass_id
    ):
        wish = Wish(
            held.customer_id, held.contact, held.party_size, held.terms.attendees, method, pass_id,
            entry_id=held.terms.entry_id,
        )  # fmt: skip
        priced = paying.price(draft, state, wish)
        if isinstance(priced, Refused):
            return priced
        booking = replace(held, price=priced.price, total=priced.total, terms=priced.terms)
    return settle_terms(draft, state, booking, held)


def settle_terms(
    draft: Draft,
    state: SessionState,
    booking: Booking,
    was: Booking | None,
    *,
    by: By = "customer",
    event_id: UUID | None = None,
    approved: bool = False,
    from_waitlist: bool = False,
) -> Refused | BookingShown:
    """What a place becomes: awaiting approval, awaiting payment, or confirmed; credits and codes are used up here."""
    policy, facts, now = state.facts.policy, state.facts, draft.now
    event_id = event_id or draft.new_id()
    if policy.approval and by == "customer" and not approved:
        until = min(now + timedelta(hours=policy.approval_hours), facts.starts_at)
        booking = replace(booking, status=BookingStatus.PENDING_APPROVAL, expires_at=until)
        event = BookingChanged(event_id, now, msg.BookingPending.name, facts.session_id, booking, was)
        draft.emit(event)
        return BookingShown(event)
    if booking.terms.due_now > booking.terms.paid and booking.terms.method == "card":
        return _await_payment(draft, state, booking, was, event_id)
    taken = paying.take(draft, facts, booking)
    if isinstance(taken, Refused):
        return taken
    if booking.status is not BookingStatus.CONFIRMED or taken is not booking.terms:
        booking = replace(booking, status=BookingStatus.CONFIRMED, expires_at=None, terms=taken)
    event = BookingChanged(
        event_id,
        now,
        msg.BookingConfirmed.name,
        facts.session_id,
        booking,
        was,
        by,
        from_waitlist=from_waitlist,
    )
    draft.emit(event)
    return BookingShown(event)


def _await_payment(
    draft: Draft, state: SessionState, booking: Booking, was: Booking | None, event_id: UUID
) -> BookingShown:
    facts = state.facts
    until: datetime = min(draft.now + timedelta(minutes=facts.policy.payment_minutes), facts.starts_at)
    terms = replace(booking.terms, payment_id=draft.new_id())
    booking = replace(booking, status=BookingStatus.PENDING_PAYMENT, expires_at=until, terms=terms)
    # Nobody is told yet: the message with the link goes out when the processor has made one.
    event = BookingChanged(event_id, draft.now, "", facts.session_id, booking, was)
    draft.emit(event)
    paying.ask(draft, facts, booking, until)
    return BookingShown(event)
