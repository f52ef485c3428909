"""Which pass pays for a place, and what does using it (or giving it back) do to its balance?

One pass pays for a whole booking: a membership for its holder alone, a pack as many credits as the party has seats.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from services.booking.domain.events import PassChanged, Posted
from services.booking.domain.money import pass_postings, postings
from services.booking.domain.money.choose import NoPass, PassesRefused, PassRequest, PassUse, choose_passes
from services.booking.domain.money.passes import GiftCard, GiftUse, Membership, Pack, Use
from services.booking.domain.money.passes import redeem as card_uses
from services.booking.domain.pass_state import PassState
from services.booking.domain.refusals import Refused
from services.booking.domain.state import Booking, SessionFacts, Terms
from services.booking.domain.world import Draft
from shared.messages.booking import RefusalCode

if TYPE_CHECKING:
    from services.booking.domain.decisions.booking import Wish

_WHY = {
    NoPass.NO_CREDIT: "no credit is left on it",
    NoPass.PARALLEL_USE: "it is used for another booking at that time",
    NoPass.WEEK_USED_UP: "its bookings of that week are used up",
    NoPass.PERIOD_USED_UP: "its bookings of that period are used up",
    NoPass.PAUSED: "it is paused then",
    NoPass.BLOCKED: "it is blocked then",
    NoPass.NOT_YET_VALID: "it is not valid yet on that day",
    NoPass.EXPIRED: "it has expired by then",
    NoPass.NOT_VALID_FOR_SERVICE: "it is not valid for this",
    NoPass.NOT_OWNER: "it is not yours",
    NoPass.NONE_HELD: "you have none",
}


def choose(draft: Draft, facts: SessionFacts, wish: Wish) -> PassUse | Refused | None:
    """The pass that pays for this wish; None: it is paid otherwise. Asked for by name, it must do."""
    asked = wish.method == "pass" or wish.pass_id is not None
    if wish.method not in (None, "pass"):
        return None
    held = [p for p in draft.passes_of(wish.customer_id) if isinstance(p.held, (Pack, Membership))]
    if wish.pass_id is not None:
        held = [p for p in held if p.pass_id == wish.pass_id]
    request = _request(facts, wish.customer_id, wish.party_size)
    # One at a time, in the order of preference that `choose_passes` has among several.
    refused: list[NoPass] = []
    for state in sorted(held, key=lambda p: _preference(p.held)):
        chosen = choose_passes([state.held], request)  # type: ignore[list-item]  # gift cards were left out above
        if not isinstance(chosen, PassesRefused):
            return chosen[0]
        refused.append(chosen.reason)
    if not asked:
        return None
    reason = min(refused, key=list(NoPass).index, default=NoPass.NONE_HELD)
    return _refused(reason)


def use(draft: Draft, facts: SessionFacts, booking: Booking) -> Terms | Refused:
    """Take the credits, or count the use of the membership."""
    terms = booking.terms
    state = draft.pass_(terms.pass_id) if terms.pass_id else None
    if state is None:
        return Refused(RefusalCode.NO_CREDIT, "The pass that was to pay for this is gone.", ("pay",))
    held = state.held
    if isinstance(held, Pack):
        if held.credits_left < terms.credits:
            return Refused(RefusalCode.NO_CREDIT, "No credit is left on your pass.", ("my_passes", "pay"))
        _move_credits(draft, facts, state, held, booking, -terms.credits)
    elif isinstance(held, Membership):
        # Looked at again: since a hold was made under it, others may have used it up.
        chosen = choose_passes([held], _request(facts, booking.customer_id, booking.party_size))
        if isinstance(chosen, PassesRefused):
            return _refused(chosen.reason)
        after = replace(held, uses=(*held.uses, Use(facts.starts_at, facts.ends_at)))
        _changed(draft, state, after)
    return terms


def give_back(draft: Draft, facts: SessionFacts, booking: Booking) -> None:
    """Return the credits to the pass they came from; a membership's use is free again."""
    terms = booking.terms
    state = draft.pass_(terms.pass_id) if terms.pass_id else None
    if state is None:
        raise KeyError(f"the pass of booking {booking.booking_id} was not loaded")
    held = state.held
    if isinstance(held, Pack):
        _move_credits(draft, facts, state, held, booking, terms.credits)
    elif isinstance(held, Membership):
        freed = Use(facts.starts_at, facts.ends_at)
        uses = list(held.uses)
        if freed in uses:
            uses.remove(freed)
        _changed(draft, state, replace(held, uses=tuple(uses)))


def with_card(draft: Draft, facts: SessionFacts, wish: Wish, terms: Terms, total: int) -> Terms | Refused:
    """Terms under which a gift card pays all of `total`; it must cover it."""
    state = draft.pass_(wish.pass_id) if wish.pass_id else None
    if state is None or not isinstance(state.held, GiftCard):
        return Refused(
            RefusalCode.PASS_NOT_VALID, "Which gift card? Its code is needed.", ("my_passes", "pay")
        )
    if sum(u.amount for u in _card(draft, facts, state.held, total)) < total:
        return Refused(RefusalCode.NO_CREDIT, "The gift card does not cover the price.", ("pay",))
    return replace(terms, pass_id=state.pass_id, due_now=total)


def redeem(draft: Draft, facts: SessionFacts, booking: Booking) -> Terms | Refused:
    """Take the price from the gift card: it is paid."""
    state = draft.pass_(booking.terms.pass_id) if booking.terms.pass_id else None
    if state is None or not isinstance(state.held, GiftCard):
        return Refused(RefusalCode.NO_CREDIT, "The gift card that was to pay for this is gone.", ("pay",))
    if sum(u.amount for u in _card(draft, facts, state.held, booking.total)) < booking.total:
        return Refused(RefusalCode.NO_CREDIT, "The gift card does not cover the price any more.", ("pay",))
    _move_value(draft, facts, state, state.held, booking, -booking.total)
    return replace(booking.terms, paid=booking.total)


def refund_card(draft: Draft, facts: SessionFacts, booking: Booking, amount: int) -> None:
    """A refund goes back onto the card it came from."""
    state = draft.pass_(booking.terms.pass_id) if booking.terms.pass_id else None
    if state is None or not isinstance(state.held, GiftCard):
        raise KeyError(f"the gift card of booking {booking.booking_id} was not loaded")
    _move_value(draft, facts, state, state.held, booking, amount)


def _request(facts: SessionFacts, customer_id: UUID, party_size: int) -> PassRequest:
    return PassRequest(
        customer_id,
        str(facts.service_id),
        facts.starts_at,
        facts.ends_at,
        facts.business.timezone,
        party_size,
    )


def _refused(reason: NoPass) -> Refused:
    lacking = reason in (NoPass.NO_CREDIT, NoPass.NONE_HELD, NoPass.WEEK_USED_UP, NoPass.PERIOD_USED_UP)
    code = RefusalCode.NO_CREDIT if lacking else RefusalCode.PASS_NOT_VALID
    return Refused(code, f"Your pass cannot pay for this: {_WHY[reason]}.", ("my_passes", "pay"))


def _card(draft: Draft, facts: SessionFacts, card: GiftCard, total: int) -> tuple[GiftUse, ...]:
    return card_uses((card,), total, facts.business.currency, draft.now, facts.business.timezone)


def _move_credits(
    draft: Draft, facts: SessionFacts, state: PassState, held: Pack, booking: Booking, change: int
) -> None:
    cause, currency = _cause(draft, booking, state.pass_id), facts.business.currency
    used = held.terms.credits - held.credits_left
    if change < 0:
        value = pass_postings.credit_value(held.terms.price, held.terms.credits, used, -change)
        draft.emit(Posted(pass_postings.credit_used(cause, -change, value, currency)))
    else:
        value = pass_postings.credit_value(held.terms.price, held.terms.credits, used - change, change)
        draft.emit(Posted(pass_postings.credit_returned(cause, change, value, currency)))
    _changed(draft, state, replace(held, credits_left=held.credits_left + change))


def _move_value(
    draft: Draft, facts: SessionFacts, state: PassState, held: GiftCard, booking: Booking, change: int
) -> None:
    cause, currency = _cause(draft, booking, state.pass_id), facts.business.currency
    # What the card pays before the session is a deposit like any other: it is applied when the session took place.
    if change < 0:
        transaction = pass_postings.gift_card_redeemed(cause, -change, currency)
        held_for = postings.deposit_from_receivable(cause, -change, currency)
    else:
        transaction = pass_postings.gift_card_refunded(cause, change, currency)
        held_for = postings.deposit_to_receivable(cause, change, currency)
    draft.emit(Posted(transaction))
    draft.emit(Posted(held_for))
    _changed(draft, state, replace(held, left=held.left + change))


def _changed(draft: Draft, state: PassState, held: Pack | Membership | GiftCard) -> None:
    draft.emit(PassChanged(state.changed(held)))


def _cause(draft: Draft, booking: Booking, pass_id: UUID) -> postings.Cause:
    return postings.Cause(draft.command_id, draft.now, booking.customer_id, booking.booking_id, pass_id)


def _preference(held: object) -> tuple[bool, object, UUID]:
    if isinstance(held, Pack):
        return True, held.valid_to or date.max, held.pass_id
    assert isinstance(held, Membership)  # noqa: S101  # gift cards were left out
    return False, date.max, held.pass_id
