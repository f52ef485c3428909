"""What does a place cost, who pays it how, and what is given back? Quotes, passes, cards and the ledger behind one door.

Money that comes in before the session is a deposit: the business owes it until the session has taken place (`earn`),
it is given back, or kept as a fee. A booking paid on site is charged when it was attended.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from services.booking.domain.decisions import passes_used
from services.booking.domain.events import PaymentAsked, Posted, PromoUsed, RefundAsked
from services.booking.domain.money import postings
from services.booking.domain.money.cancellation import (
    BookedKind,
    BookedLine,
    CancellationQuote,
    CancellationRequest,
    CancelledBy,
    quote_cancellation,
)
from services.booking.domain.money.ledger import Account as Ledger
from services.booking.domain.money.ledger import Kind, Transaction
from services.booking.domain.money.no_show import quote_no_show
from services.booking.domain.money.policy import CancellationPolicy
from services.booking.domain.money.quote import Quote, QuoteRequest, quote
from services.booking.domain.money.rules import Circumstances, Pricing
from services.booking.domain.promo import Promo
from services.booking.domain.refusals import Refused
from services.booking.domain.state import PLAIN, Account, Booking, SessionFacts, SessionState, Terms
from services.booking.domain.world import Draft
from shared.ids import derive
from shared.messages.booking import BookingStatus, By, Method, QuoteLineView, QuoteView, RefusalCode

if TYPE_CHECKING:
    from services.booking.domain.decisions.booking import Wish

_PLAIN_PRICING = Pricing()
_USED = (BookingStatus.CONFIRMED, BookingStatus.ATTENDED, BookingStatus.NO_SHOW)  # what pays was used up


@dataclass(frozen=True, slots=True)
class Price:
    """What a place costs: per seat, in all (minor units), and on which terms."""

    price: int
    total: int
    terms: Terms


def price(draft: Draft, state: SessionState, wish: Wish) -> Price | Refused:
    """The price of this wish now, or why it cannot be paid as wished."""
    facts = state.facts
    account = draft.account(wish.customer_id)
    if (
        facts.policy.pricing == _PLAIN_PRICING
        and wish.promo_code is None
        and wish.method in (None, "at_business")
        and not account.passes
        and not (wish.attendees or wish.entry_id or wish.series_id)
    ):
        return Price(facts.price, facts.price * wish.party_size, PLAIN)  # what most bookings are
    origin = Terms(attendees=wish.attendees, entry_id=wish.entry_id, series_id=wish.series_id)
    by_pass = passes_used.choose(draft, facts, wish)
    if isinstance(by_pass, Refused):
        return by_pass
    if by_pass is not None:
        terms = replace(origin, method="pass", pass_id=by_pass.pass_id, credits=by_pass.credits)
        return Price(facts.price, 0, replace(terms, quote=_view(facts, None, terms).model_dump_json()))
    promo = draft.promo(wish.promo_code) if wish.promo_code else None
    if wish.promo_code and promo is None:
        return Refused(RefusalCode.PROMO_NOT_VALID, f"There is no code {wish.promo_code}.")
    quoted = _quoted(draft, state, account, wish, promo)
    if wish.promo_code and quoted.promo_code is None:
        sentence = next((s.sentence for s in quoted.skipped), "This code does not apply here.")
        return Refused(RefusalCode.PROMO_NOT_VALID, sentence)
    found = _terms(draft, facts, wish, origin, quoted, promo)
    if isinstance(found, Refused):
        return found
    view = _view(facts, quoted, found).model_dump_json(exclude_none=True)
    return Price(facts.price, quoted.total, replace(found, quote=view))


def take(draft: Draft, facts: SessionFacts, booking: Booking) -> Terms | Refused:
    """Use up what confirms the booking: credits or a membership, a gift card, a promo code."""
    terms = booking.terms
    if terms is PLAIN:
        return terms
    if terms.promo_id is not None:
        refused = _use_promo(draft, terms)
        if refused is not None:
            return refused
    if terms.method == "pass":
        return passes_used.use(draft, facts, booking)
    if terms.method == "gift_card":
        return passes_used.redeem(draft, facts, booking)
    return terms


def ask(draft: Draft, facts: SessionFacts, booking: Booking, until: datetime) -> None:
    """Ask the card processor for what is due now."""
    if booking.terms.payment_id is None:
        raise ValueError("a booking that awaits payment has a payment")
    draft.emit(
        PaymentAsked(
            booking.terms.payment_id,
            facts.session_id,
            booking.booking_id,
            booking.customer_id,
            booking.terms.due_now - booking.terms.paid,
            facts.business.currency,
            until,
            f"{facts.service_name}, {facts.local}",
        )
    )


def cancellation(
    draft: Draft, facts: SessionFacts, booking: Booking, by: By, *, waived: bool = False
) -> CancellationQuote:
    """What cancelling this booking now costs and gives back."""
    account = draft.account(booking.customer_id)
    terms = booking.terms
    request = CancellationRequest(
        lines=_lines(booking),
        paid=terms.paid - terms.refunded,
        starts_at=facts.starts_at,
        now=draft.now,
        by=CancelledBy(by),
        credits=_credits(booking),
        late_cancels=account.late_cancels,
        waived=waived or booking.status is not BookingStatus.CONFIRMED,
    )
    return quote_cancellation(request, _fitting(draft, facts, booking))


def full_refund(facts: SessionFacts, booking: Booking, now: datetime) -> CancellationQuote:
    """What is given back when the business cancels: everything."""
    terms = booking.terms
    request = CancellationRequest(
        _lines(booking),
        terms.paid - terms.refunded,
        facts.starts_at,
        now,
        CancelledBy.BUSINESS,
        _credits(booking),
    )
    return quote_cancellation(request, ())


def give_back(draft: Draft, facts: SessionFacts, booking: Booking, quoted: CancellationQuote) -> Terms:
    """Do what the quote says: refund, keep, charge the rest of the fee, return credits, free the promo code."""
    terms = booking.terms
    if terms is PLAIN and not quoted.due:
        return terms
    cause = _cause(draft, booking)
    currency = facts.business.currency
    if quoted.keeps:
        draft.emit(Posted(postings.deposit_kept(cause, quoted.keeps, currency)))
    if quoted.due:
        draft.emit(Posted(postings.cancellation_fee(cause, quoted.due, currency)))
    after = replace(terms, fee=quoted.keeps + quoted.due)
    if quoted.refund:
        after = pay_back(draft, facts, booking, after, quoted.refund)
    used = booking.status in _USED
    if used and quoted.credits_returned and terms.pass_id is not None and terms.method == "pass":
        passes_used.give_back(draft, facts, booking)
    if used and terms.promo_id is not None:
        promo = next((p for p in draft.world.promos.values() if p.promo_id == terms.promo_id), None)
        if promo is not None:
            draft.emit(PromoUsed(draft.tenant_id, promo.promo_id, -1, draft.promo_now(promo).uses))
    return after


def pay_back(draft: Draft, facts: SessionFacts, booking: Booking, terms: Terms, amount: int) -> Terms:
    """Give `amount` of what was paid back, by the way it came."""
    cause, currency = _cause(draft, booking), facts.business.currency
    if terms.method == "card" and terms.payment_id is not None:
        refund_id = derive("refund", draft.command_id, booking.booking_id)
        draft.emit(RefundAsked(refund_id, terms.payment_id, booking.booking_id, amount))
        draft.emit(Posted(postings.deposit_returned(cause, amount, currency, "card")))
    elif terms.method == "gift_card":
        passes_used.refund_card(draft, facts, booking, amount)
    else:
        draft.emit(Posted(postings.deposit_returned(cause, amount, currency, "cash")))
    return replace(terms, refunded=terms.refunded + amount)


def received(draft: Draft, facts: SessionFacts, booking: Booking, amount: int, means: postings.Means) -> None:
    """Money came in for a booking that has not taken place yet."""
    draft.emit(Posted(postings.deposit_taken(_cause(draft, booking), amount, facts.business.currency, means)))


def earn(draft: Draft, facts: SessionFacts, booking: Booking) -> Terms:
    """The session took place: the price is charged, and what was paid counts towards it."""
    cause, currency = _cause(draft, booking), facts.business.currency
    kept = booking.terms.paid - booking.terms.refunded
    if booking.total > 0:
        draft.emit(Posted(postings.booking_charged(cause, booking.total, currency)))
    if kept > 0:
        draft.emit(Posted(postings.deposit_applied(cause, kept, currency)))
    return booking.terms


def no_show(draft: Draft, facts: SessionFacts, booking: Booking, *, waived: bool) -> Terms:
    """The customer did not come: what was paid stays, and the fee of the terms is charged beyond it."""
    cause, currency = _cause(draft, booking), facts.business.currency
    paid = booking.terms.paid - booking.terms.refunded
    policy = next(iter(_fitting(draft, facts, booking)), CancellationPolicy())
    quoted = quote_no_show(_lines(booking), paid, policy, waived=waived)
    if quoted.keeps:
        draft.emit(Posted(postings.deposit_kept(cause, quoted.keeps, currency)))
    if quoted.due:
        draft.emit(Posted(postings.no_show_fee(cause, quoted.due, currency)))
    fee = quoted.due + quoted.keeps
    return booking.terms if not fee else replace(booking.terms, fee=fee)


def view_of(facts: SessionFacts, priced: Price) -> QuoteView:
    """A price as its customer sees it."""
    if priced.terms.quote is not None:
        return QuoteView.model_validate_json(priced.terms.quote)
    party = priced.total // facts.price if facts.price else 1
    line = QuoteLineView(label=facts.service_name, reason=f"{party} × the usual price", amount=priced.total)
    return QuoteView(lines=(line,), total=priced.total, due_now=0, currency=facts.business.currency)


def _quoted(draft: Draft, state: SessionState, account: Account, wish: Wish, promo: Promo | None) -> Quote:
    facts = state.facts
    pricing = facts.policy.pricing
    if promo is not None:
        pricing = pricing.model_copy(update={"rules": (*pricing.rules, promo.rule)})
    here = Circumstances(
        service=str(facts.service_id),
        starts_at=facts.starts_at,
        now=draft.now,
        zone=facts.business.timezone,
        party_size=wish.party_size,
        staff=str(facts.staff_id) if facts.staff_id else None,
        capacity=facts.capacity,
        seats_taken=state.seats_taken,
        member_tiers=frozenset({account.tier} if account.tier else ()),
        promo_code=wish.promo_code,
        promo_uses=promo.uses if promo else 0,
        promo_uses_by_customer=dict(account.promo_uses).get(promo.promo_id, 0) if promo else 0,
    )
    return quote(QuoteRequest(facts.price, facts.business.currency, here, pricing, facts.service_name))


def _terms(
    draft: Draft, facts: SessionFacts, wish: Wish, origin: Terms, quoted: Quote, promo: Promo | None
) -> Terms | Refused:
    method: Method = wish.method or ("card" if quoted.due_now else "at_business")
    due = quoted.due_now if method != "card" or quoted.due_now else quoted.total  # a card wished for pays all
    if wish.by == "business":
        due = 0
    if method == "at_business" and due > 0:
        method = "card"  # a deposit cannot be paid on site: it is what confirms the place
    terms = replace(origin, method=method, due_now=due, promo_id=promo.promo_id if promo else None)
    if method == "gift_card":
        return passes_used.with_card(draft, facts, wish, terms, quoted.total)
    return terms


def _use_promo(draft: Draft, terms: Terms) -> Refused | None:
    promo = next((p for p in draft.world.promos.values() if p.promo_id == terms.promo_id), None)
    if promo is None:
        return None  # the code is gone from the table: nothing is left to be counted
    promo = draft.promo_now(promo)
    if promo.max_uses is not None and promo.uses >= promo.max_uses:
        return Refused(RefusalCode.PROMO_NOT_VALID, f"The code {promo.code} is used up.")
    draft.emit(PromoUsed(draft.tenant_id, promo.promo_id, 1, promo.uses))
    return None


def _view(facts: SessionFacts, quoted: Quote | None, terms: Terms) -> QuoteView:
    if quoted is None:
        reason = f"{terms.credits} of your credits" if terms.credits else "your membership"
        lines: tuple[QuoteLineView, ...] = (QuoteLineView(label=facts.service_name, reason=reason, amount=0),)
    else:
        lines = tuple(
            QuoteLineView(label=x.label, reason=x.reason or None, amount=x.amount) for x in quoted.lines
        )
    return QuoteView(
        lines=lines,
        total=sum(line.amount for line in lines),
        due_now=terms.due_now,
        currency=facts.business.currency,
        method=terms.method,
        credits=terms.credits,
    )


def _fitting(draft: Draft, facts: SessionFacts, booking: Booking) -> list[CancellationPolicy]:
    """The terms that are for this service and this customer."""
    tier = draft.account(booking.customer_id).tier
    tiers = frozenset({tier} if tier else ())
    return [p for p in facts.policy.cancellation if p.matches(str(facts.service_id), tiers)]


def _lines(booking: Booking) -> tuple[BookedLine, ...]:
    """One line per seat; what does not divide evenly is on the first."""
    seat, rest = divmod(booking.total, booking.party_size)
    used = booking.status is BookingStatus.ATTENDED
    return tuple(
        BookedLine(BookedKind.SEAT, seat + (rest if n == 0 else 0), checked_in=used)
        for n in range(booking.party_size)
    )


def _credits(booking: Booking) -> int:
    terms = booking.terms
    if booking.status not in _USED:
        return 0
    return terms.credits or (1 if terms.pass_id is not None and terms.method == "pass" else 0)


def _cause(draft: Draft, booking: Booking) -> postings.Cause:
    return postings.Cause(
        draft.command_id, draft.now, booking.customer_id, booking.booking_id, booking.terms.pass_id
    )


def deposit_again(
    cause: postings.Cause, amount: int, currency: str, out_of: Literal["receivable", "fees"]
) -> Transaction:
    """What had been applied to a charge or kept as a fee is owed to the customer again."""
    account = Ledger.RECEIVABLE if out_of == "receivable" else Ledger.FEES
    return postings.transaction(
        Kind.DEPOSIT_TAKEN, cause, *postings.moved(amount, currency, account, Ledger.DEPOSITS)
    )
