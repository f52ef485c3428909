"""What does a payment's news mean for its booking? Cash that staff took, and what the card processor reports."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from services.booking.domain import refusals
from services.booking.domain.decisions import booking as booking_decisions
from services.booking.domain.decisions import freeing, paying, settling, waitlist
from services.booking.domain.events import BookingChanged, Posted, RefundAsked
from services.booking.domain.money import postings
from services.booking.domain.results import BookingShown, Done, Result
from services.booking.domain.state import Booking, SessionState
from services.booking.domain.world import Draft
from shared.ids import derive
from shared.messages import booking as msg
from shared.messages.booking import BookingStatus


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the ledger already has of a card payment, in minor units: the rest of what was captured is new."""

    captured: int = 0


def reason_of(payment_id: UUID) -> str:
    """How the ledger names a card payment."""
    return f"payment:{payment_id}"


def record_payment(draft: Draft, command: msg.RecordPayment) -> Result:
    """Money for a booking. News may come late, twice, or out of order: what is known already changes nothing."""
    state = draft.session(command.session_id)
    if state is None:
        return refusals.NO_SUCH_SESSION
    booking = state.booking(command.booking_id)
    if command.method == "cash":
        return _cash(draft, state, booking, command)
    match command.status:
        case "created":
            return _linked(draft, booking, command)
        case "captured":
            return _captured(draft, state, booking, command)
        case "failed" | "voided":
            return _failed(draft, state, booking, command)
        case "disputed":
            # One dispute of a payment is posted once, however often its news comes.
            cause = postings.Cause(
                derive("dispute", command.payment_id), draft.now, booking_id=command.booking_id
            )
            draft.emit(Posted(postings.dispute_opened(cause, command.amount, state.facts.business.currency)))
            return _noted(draft, booking, command)
        case "declined" | "refunded" | "refund_failed":
            return _noted(draft, booking, command)


def _cash(draft: Draft, state: SessionState, booking: Booking | None, command: msg.RecordPayment) -> Result:
    if booking is None:
        return refusals.NO_SUCH_BOOKING
    if booking.status in (BookingStatus.HELD, BookingStatus.PENDING_APPROVAL):
        return refusals.wrong_state(
            "Money is taken once the place is theirs: confirm or approve the booking first."
        )
    if command.amount <= 0:
        return refusals.invalid("How much was taken?")
    terms = booking.terms
    open_amount = booking.total - (terms.paid - terms.refunded)
    if command.amount > open_amount:
        return refusals.invalid(f"Only {open_amount} is open for this booking (in minor units).")
    cause = _cause(draft, booking, command)
    if booking.status is BookingStatus.ATTENDED:
        draft.emit(Posted(postings.paid(cause, command.amount, state.facts.business.currency, "cash")))
    else:
        paying.received(draft, state.facts, booking, command.amount, "cash")
    method = "cash" if terms.method == "at_business" else terms.method
    paid = replace(booking, terms=replace(terms, paid=terms.paid + command.amount, method=method))
    if booking.status is BookingStatus.PENDING_PAYMENT and paid.terms.paid >= paid.terms.due_now:
        return booking_decisions.settle_terms(draft, state, paid, booking, by="business")
    event = BookingChanged(draft.new_id(), draft.now, "", command.session_id, paid, booking, "business")
    draft.emit(event)
    return BookingShown(event)


def _linked(draft: Draft, booking: Booking | None, command: msg.RecordPayment) -> Result:
    """The link to pay is there. For a place that is confirmed already it is about a difference, and told as such."""
    if booking is None or booking.terms.pay_link is not None:
        return Done("linked")
    waits = booking.status is BookingStatus.PENDING_PAYMENT
    if waits and booking.terms.payment_id != command.payment_id:
        return Done("linked")
    after = replace(booking, terms=replace(booking.terms, pay_link=command.link))
    name, reason = (msg.BookingPending.name, None) if waits else (msg.PaymentChanged.name, "due")
    event = BookingChanged(
        draft.new_id(),
        draft.now,
        name,
        command.session_id,
        after,
        booking,
        "system",
        reason,
        amount=command.amount,
    )
    draft.emit(event)
    return BookingShown(event)


def _captured(
    draft: Draft, state: SessionState, booking: Booking | None, command: msg.RecordPayment
) -> Result:
    known = draft.world.extras.get(command.command_id)
    amount = command.amount - (known.captured if isinstance(known, Recorded) else 0)
    if amount <= 0:
        return Done("known")  # a duplicate
    cause, currency = _cause(draft, booking, command), state.facts.business.currency
    draft.emit(Posted(postings.deposit_taken(cause, amount, currency, "card")))
    if booking is None or booking.lapsed(draft.now):
        # The place was given up before the money came: it goes back, whole.
        draft.emit(Posted(postings.deposit_returned(cause, amount, currency, "card")))
        refund_id = derive("refund", "late", command.payment_id)
        draft.emit(RefundAsked(refund_id, command.payment_id, command.booking_id, amount))
        return Done("refunded")
    terms = replace(
        booking.terms,
        paid=booking.terms.paid + amount,
        method="card",
        pay_link=None,
        payment_id=command.payment_id,
    )
    paid = replace(booking, terms=terms)
    if booking.status is BookingStatus.PENDING_PAYMENT and terms.paid >= terms.due_now:
        return booking_decisions.settle_terms(draft, state, paid, booking, by="system")
    event = BookingChanged(draft.new_id(), draft.now, "", command.session_id, paid, booking, "system")
    draft.emit(event)
    return BookingShown(event)


def _failed(draft: Draft, state: SessionState, booking: Booking | None, command: msg.RecordPayment) -> Result:
    waits = booking is not None and booking.status is BookingStatus.PENDING_PAYMENT
    if booking is None or not waits or booking.terms.payment_id != command.payment_id:
        return Done(command.status)
    settling.expire(draft, command.session_id, booking)
    waitlist.given_up(draft, command.session_id, booking)
    freeing.freed(draft, command.session_id, booking)
    return Done(command.status)


def _noted(draft: Draft, booking: Booking | None, command: msg.RecordPayment) -> Result:
    if booking is None:
        return Done(command.status)  # its booking is over: the ledger and the payment's row say it
    event = BookingChanged(
        draft.new_id(), draft.now, msg.PaymentChanged.name, command.session_id, booking, booking, "system",
        command.status, amount=command.amount,
    )  # fmt: skip
    draft.emit(event)
    return BookingShown(event)


def _cause(draft: Draft, booking: Booking | None, command: msg.RecordPayment) -> postings.Cause:
    customer = booking.customer_id if booking is not None else None
    reason = reason_of(command.payment_id) if command.method == "card" else ""
    return postings.Cause(draft.command_id, draft.now, customer, command.booking_id, reason=reason)
