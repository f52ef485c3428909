"""What comes back when a booking is cancelled, and until when would more? Quoted before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.booking.domain.money.config import in_words
from services.booking.domain.money.policy import CancellationPolicy, CancellationTier
from shared.money import ALL, share_of

_FREE = CancellationTier(at_least=timedelta(0), refund_basis_points=ALL)


class CancelledBy(StrEnum):
    """Who cancels. Only a customer ever pays for it."""

    CUSTOMER = "customer"
    BUSINESS = "business"
    SYSTEM = "system"


class BookedKind(StrEnum):
    """What a booked line is: a seat, an add-on to one, or a fee of the booking."""

    SEAT = "seat"
    ADD_ON = "add_on"
    FEE = "fee"


@dataclass(frozen=True, slots=True)
class BookedLine:
    """One line of a booking in minor units, one per attendee for seats.

    `keep`: a fee that is never given back to a customer. `checked_in`: used up, so it cannot be cancelled.
    """

    kind: BookedKind
    amount: int
    keep: bool = False
    checked_in: bool = False


@dataclass(frozen=True, slots=True)
class CancellationRequest:
    """A booking and who wants to cancel it. `paid` is money (net of refunds); `credits`: the seats paid by passes.

    `late_cancels` counts this customer's free late cancellations used this (local) month; `waived` drops all fees.
    """

    lines: tuple[BookedLine, ...]
    paid: int
    starts_at: datetime
    now: datetime
    by: CancelledBy = CancelledBy.CUSTOMER
    credits: int = 0
    late_cancels: int = 0
    waived: bool = False


class WhyNot(StrEnum):
    """Why a booking cannot be cancelled."""

    TOO_LATE = "too_late_to_cancel"
    STARTED = "session_started"
    CHECKED_IN = "checked_in"


@dataclass(frozen=True, slots=True)
class CancellationQuote:
    """What cancelling at `quoted_at` means, in minor units: `refund + keeps == paid`.

    `fee` is the whole price of cancelling; `keeps` what of the money paid stays (the fee as far as it was paid, and
    lines that are used up); `due` what the customer still has to pay. `holds_until`: the last instant of these
    terms; `free_until`: the last instant at which all came back (both None: no such instant). `why_not`: not
    possible, and all amounts are as if nothing happened. `leniency`: this uses up a free late cancellation.
    """

    refund: int
    fee: int
    keeps: int
    due: int
    label: str
    credits_returned: int
    quoted_at: datetime
    holds_until: datetime | None
    free_until: datetime | None
    why_not: WhyNot | None = None
    leniency: bool = False

    @property
    def possible(self) -> bool:
        """Whether it can be cancelled at all."""
        return self.why_not is None

    @property
    def credit_returned(self) -> bool:
        """Whether the credits used come back."""
        return self.credits_returned > 0


def quote_cancellation(
    request: CancellationRequest, policies: Sequence[CancellationPolicy]
) -> CancellationQuote:
    """The best terms that any of the policies offers: a possible one before an impossible one, then the cheapest.

    Without a policy the default one counts. The cheapest is the one with the most money back, then the least due,
    then the most credits, then the first.
    """
    quotes = [_quoted(request, policy) for policy in policies or (CancellationPolicy(),)]
    return min(quotes, key=_order)


def _quoted(request: CancellationRequest, policy: CancellationPolicy) -> CancellationQuote:
    refused = _refused(request, policy)
    if refused is not None:
        label = f"cannot be cancelled ({refused.value.replace('_', ' ')})"
        free_until = _free_until(request, policy)
        return CancellationQuote(
            0, 0, request.paid, 0, label, 0, request.now, None, free_until, why_not=refused
        )
    if request.by is not CancelledBy.CUSTOMER:
        by = f"cancelled by the {request.by}"
        return replace(_on_terms(request, policy, _FREE, by), holds_until=None)
    cancelled = _cancelled(request)
    if request.waived:
        return _on_terms(request, policy, _FREE, "fees waived")
    tier = policy.tier_at(request.starts_at - request.now) or _FREE  # without one, it was refused
    late_fee = _late_fee(request, policy, cancelled)
    usual = _on_terms(request, policy, tier, _label(tier), _kept(policy, tier, cancelled), late_fee)
    free = policy.free_late_cancels_per_month
    label = f"free late cancellation {request.late_cancels + 1} of {free} this month"
    lenient = _on_terms(request, policy, _FREE, label, _kept(policy, _FREE, cancelled))
    if request.late_cancels < free and _order(lenient) < _order(usual):
        return replace(lenient, leniency=True)
    return usual


def _order(quote: CancellationQuote) -> tuple[bool, int, int, int]:
    """Possible before impossible, then the cheapest."""
    return not quote.possible, -quote.refund, quote.due, -quote.credits_returned


def _on_terms(
    request: CancellationRequest,
    policy: CancellationPolicy,
    tier: CancellationTier,
    label: str,
    kept: int = 0,
    late_fee: int = 0,
) -> CancellationQuote:
    """The quote when `kept` of what was paid stays, or `late_fee` if that is more: never both."""
    stays = sum(line.amount for line in request.lines if line.checked_in)
    fee = max(kept, late_fee)
    keeps = min(request.paid, stays + fee)
    return CancellationQuote(
        refund=request.paid - keeps,
        fee=fee,
        keeps=keeps,
        due=max(0, late_fee - max(0, keeps - stays)),
        label=label,
        credits_returned=request.credits if tier.gives_credit_back else 0,
        quoted_at=request.now,
        holds_until=request.starts_at - _holds(request, policy, tier),
        free_until=_free_until(request, policy),
    )


def _cancelled(request: CancellationRequest) -> tuple[BookedLine, ...]:
    return tuple(line for line in request.lines if not line.checked_in)


def _refused(request: CancellationRequest, policy: CancellationPolicy) -> WhyNot | None:
    """Why it cannot be cancelled. The business can cancel at any time, but not what was used up."""
    if request.lines and all(line.checked_in for line in request.lines):
        return WhyNot.CHECKED_IN
    if request.by is not CancelledBy.CUSTOMER:
        return None
    if any(line.checked_in for line in request.lines):
        return WhyNot.CHECKED_IN
    if request.now >= request.starts_at:
        return WhyNot.STARTED
    lead = request.starts_at - request.now
    return WhyNot.TOO_LATE if lead < policy.closes or policy.tier_at(lead) is None else None


def _kept(policy: CancellationPolicy, tier: CancellationTier, cancelled: tuple[BookedLine, ...]) -> int:
    """What the tier keeps: never more than what the cancelled lines cost.

    Percent are of seats and add-ons, not of fees; a kept fee is added whole; free seats and add-ons carry no
    per-seat fee.
    """
    price = sum(line.amount for line in cancelled if line.kind is not BookedKind.FEE)
    kept_fees = sum(line.amount for line in cancelled if line.kind is BookedKind.FEE and line.keep)
    percent = policy.rounded_fee(share_of(price, ALL - tier.refund_basis_points))
    kept = tier.fixed_fee + percent + tier.fee_per_seat * charged_seats(cancelled) + kept_fees
    return min(kept, sum(line.amount for line in cancelled))


def _late_fee(
    request: CancellationRequest, policy: CancellationPolicy, cancelled: tuple[BookedLine, ...]
) -> int:
    if policy.late_cancel_fee is None or request.starts_at - request.now >= policy.late_within:
        return 0
    price = sum(line.amount for line in cancelled if line.kind is not BookedKind.FEE)
    return policy.late_cancel_fee.of(price, charged_seats(cancelled))


def _holds(request: CancellationRequest, policy: CancellationPolicy, tier: CancellationTier) -> timedelta:
    """How long before the start these terms end: at the next tier, the late fee, or when cancelling closes."""
    lead = request.starts_at - request.now
    ends = [tier.at_least, policy.closes]
    if policy.late_cancel_fee is not None and tier is not _FREE:
        ends.append(policy.late_within)
    return max((end for end in ends if end <= lead), default=timedelta(0))


def charged_seats(lines: tuple[BookedLine, ...]) -> int:
    """How many seats were paid for: free ones and add-ons carry no per-seat fee."""
    return sum(1 for line in lines if line.kind is BookedKind.SEAT and line.amount > 0)


def _free_until(request: CancellationRequest, policy: CancellationPolicy) -> datetime | None:
    lead = policy.free_lead
    return None if lead is None else request.starts_at - lead


def _label(tier: CancellationTier) -> str:
    if tier.label:
        return tier.label
    percent = f"{tier.refund_basis_points / 100:g} % back"
    when = "until the start" if not tier.at_least else f"until {in_words(tier.at_least)} before the start"
    return f"{percent} {when}"
