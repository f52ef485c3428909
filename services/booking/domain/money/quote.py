"""What does this booking cost, line by line, and why? A quote is a value: given once, stored, and kept for the hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.booking.domain.money.config import Change
from services.booking.domain.money.rules import (
    Charge,
    Circumstances,
    MembershipPrice,
    Prepayment,
    Pricing,
    PromoCode,
    TimedRule,
)
from services.booking.domain.money.tax import Tax, TaxedLine, tax_lines


class LineKind(StrEnum):
    """What a line of a quote is for."""

    PRICE = "price"
    RULE = "rule"
    PROMO = "promo"
    CHARGE = "charge"
    TAX = "tax"


class NotApplied(StrEnum):
    """Why a rule that was asked for, or that would have applied, did not."""

    UNKNOWN_CODE = "unknown_code"
    NOT_FOR_SERVICE = "not_for_service"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    USED_UP = "used_up"
    USED_BY_CUSTOMER = "used_by_customer"
    BELOW_MINIMUM = "below_minimum"
    NOT_COMBINABLE = "not_combinable"
    NO_GAIN = "no_gain"


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """`amount` for all seats in minor units; `per_seat` when it is the same for each. `keep`: not given back."""

    kind: LineKind
    label: str
    reason: str
    amount: int
    per_seat: int | None = None
    keep: bool = False


@dataclass(frozen=True, slots=True)
class SkippedRule:
    """A promo code or rule that did not apply, with a code and a sentence."""

    label: str
    why: NotApplied
    sentence: str


@dataclass(frozen=True, slots=True)
class TaxAmount:
    """Tax over the whole quote: `net + tax` is the total when it is the only one."""

    label: str
    percent: str
    net: int
    tax: int
    included: bool


@dataclass(frozen=True, slots=True)
class QuoteRequest:
    """A base price per seat (minor units of `currency`), the circumstances and the business's rules.

    `label` heads the first line (the service's name); `expires_at` (usually the hold's) is handed through.
    """

    unit_price: int
    currency: str
    here: Circumstances
    pricing: Pricing
    label: str = "Price"
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """The lines add up to `total`; `due_now` of it is to be paid before the booking is confirmed.

    `seat_price` is what one seat costs after the rules that change seats; `promo_code` the code that was applied
    and has to be counted as used. All amounts in minor units of `currency`.
    """

    currency: str
    party_size: int
    seat_price: int
    lines: tuple[QuoteLine, ...]
    skipped: tuple[SkippedRule, ...]
    total: int
    due_now: int
    tax: TaxAmount | None
    promo_code: str | None
    quoted_at: datetime
    expires_at: datetime | None

    def stands(self, now: datetime) -> bool:
        """Whether the business is still bound by it."""
        return self.expires_at is None or now < self.expires_at


def quote(request: QuoteRequest) -> Quote:
    """The price of the whole party. Each rule is rounded once per seat, so every line is what people can check."""
    here, pricing = request.here, request.pricing
    sums = _priced(request)
    lines = (*sums.lines, *(_charged(charge, here.party_size) for charge in pricing.charges))
    tax = _taxed(lines, pricing.tax) if pricing.tax else None
    if tax is not None and not tax.included and tax.tax:
        lines = (*lines, QuoteLine(LineKind.TAX, tax.label, f"{tax.percent} %", tax.tax))
    total = sum(line.amount for line in lines)
    return Quote(
        currency=request.currency,
        party_size=here.party_size,
        seat_price=sums.seat_price,
        lines=lines,
        skipped=sums.skipped,
        total=total,
        due_now=_due_now(pricing.prepayment, total, here.party_size),
        tax=tax,
        promo_code=sums.promo_code,
        quoted_at=here.now,
        expires_at=request.expires_at,
    )


@dataclass(frozen=True, slots=True)
class _Sums:
    """The price so far, while one rule after the other is applied."""

    seat_price: int
    total: int
    lines: tuple[QuoteLine, ...]
    skipped: tuple[SkippedRule, ...] = ()
    promo_code: str | None = None
    applied: tuple[str, ...] = ()
    alone: bool = False

    def skip(self, label: str, why: NotApplied, sentence: str) -> _Sums:
        return replace(self, skipped=(*self.skipped, SkippedRule(label, why, sentence)))


def _priced(request: QuoteRequest) -> _Sums:
    price, here, pricing = request.unit_price, request.here, request.pricing
    base = QuoteLine(LineKind.PRICE, request.label, "per place", price * here.party_size, price)
    sums = _Sums(price, base.amount, (base,))
    for rule in _in_order(pricing.rules):
        if isinstance(rule, PromoCode):
            sums = _with_promo(sums, rule, here) if rule.answers_to(here.promo_code) else sums
        elif rule.concerns(here) and (found := rule.applies(here)) is not None:
            sums = _with_rule(sums, rule, *found, here.party_size)
    code = (here.promo_code or "").strip()
    known = any(isinstance(rule, PromoCode) and rule.answers_to(code) for rule in pricing.rules)
    return sums if known or not code else sums.skip(code, NotApplied.UNKNOWN_CODE, "There is no such code.")


def _in_order(rules: Iterable[TimedRule | PromoCode]) -> list[TimedRule | PromoCode]:
    return sorted(rules, key=lambda rule: -rule.priority)  # stable: equal ones as they are written


def _with_rule(sums: _Sums, rule: TimedRule, change: Change, reason: str, party_size: int) -> _Sums:
    label = rule.label or rule.kind.replace("_", " ").capitalize()
    if refused := _alone(sums, rule):
        return sums.skip(label, NotApplied.NOT_COMBINABLE, refused)
    added = _bounded(rule, sums.seat_price, change.of(sums.seat_price))
    if added >= 0 and isinstance(rule, MembershipPrice) and change.fixed is not None:
        return sums.skip(label, NotApplied.NO_GAIN, "The price is already as low.")
    if added == 0:
        return sums
    line = QuoteLine(LineKind.RULE, label, reason, added * party_size, added)
    return _applied(sums, rule, label, line)


def _with_promo(sums: _Sums, rule: PromoCode, here: Circumstances) -> _Sums:
    label = rule.label or f"Code {rule.code}"
    if refused := _promo_refused(sums, rule, here):
        return sums.skip(label, *refused)
    change, seats = rule.change, here.party_size
    if change.amount is not None and rule.per == "booking":
        line = QuoteLine(LineKind.PROMO, label, "code given", max(change.amount, -sums.total))
    else:
        added = _bounded(rule, sums.seat_price, change.of(sums.seat_price))
        line = QuoteLine(LineKind.PROMO, label, "code given", added * seats, added)
    if line.amount >= 0:
        return sums.skip(label, NotApplied.NO_GAIN, "The code would not make it cheaper, so it was not used.")
    return replace(_applied(sums, rule, label, line), promo_code=rule.code)


def _applied(sums: _Sums, rule: TimedRule | PromoCode, label: str, line: QuoteLine) -> _Sums:
    # A discount on the whole booking may have left less than a seat rule takes off: never below nothing.
    amount = max(line.amount, -sums.total)
    if amount != line.amount:
        line = replace(line, amount=amount, per_seat=None)
    return replace(
        sums,
        seat_price=sums.seat_price + (line.per_seat or 0),
        total=sums.total + amount,
        lines=(*sums.lines, line),
        applied=(*sums.applied, label),
        alone=not rule.stackable,
    )


def _alone(sums: _Sums, rule: TimedRule | PromoCode) -> str | None:
    """Why the rule cannot join those applied before it."""
    if sums.applied and (sums.alone or not rule.stackable):
        return f"It is not combined with {sums.applied[-1]}."
    return None


def _promo_refused(sums: _Sums, rule: PromoCode, here: Circumstances) -> tuple[NotApplied, str] | None:
    """The first reason why the code cannot be used."""
    if not rule.concerns(here):
        return NotApplied.NOT_FOR_SERVICE, "The code is not for this service."
    if rule.valid_from is not None and here.now < rule.valid_from:
        return NotApplied.NOT_YET_VALID, "The code is not valid yet."
    if rule.valid_until is not None and here.now >= rule.valid_until:
        return NotApplied.EXPIRED, "The code has expired."
    if rule.max_uses is not None and here.promo_uses >= rule.max_uses:
        return NotApplied.USED_UP, "The code has been used as often as it can be."
    if rule.max_uses_per_customer is not None and here.promo_uses_by_customer >= rule.max_uses_per_customer:
        return NotApplied.USED_BY_CUSTOMER, "You have used this code already."
    if sums.total < rule.minimum:
        return NotApplied.BELOW_MINIMUM, "The booking is below the code's minimum."
    refused = _alone(sums, rule)
    return (NotApplied.NOT_COMBINABLE, refused) if refused else None


def _bounded(rule: TimedRule | PromoCode, price: int, change: int) -> int:
    """The change, held within the rule's bounds; a bound never turns a discount into a surcharge, or back."""
    after = price + change
    if change < 0 and rule.min_price is not None:
        after = max(after, min(rule.min_price, price))
    if change > 0 and rule.max_price is not None:
        after = min(after, max(rule.max_price, price))
    return after - price


def _charged(charge: Charge, party_size: int) -> QuoteLine:
    if charge.per == "seat":
        amount, per_seat = charge.amount * party_size, charge.amount
        return QuoteLine(LineKind.CHARGE, charge.label, "per place", amount, per_seat, charge.keep)
    return QuoteLine(LineKind.CHARGE, charge.label, "per booking", charge.amount, None, charge.keep)


def _taxed(lines: Iterable[QuoteLine], tax: Tax) -> TaxAmount:
    """Tax on the seats (one line: what they cost after all rules) and on each charge."""
    lines = tuple(lines)
    seats = sum(line.amount for line in lines if line.kind is not LineKind.CHARGE)
    amounts = [seats, *(line.amount for line in lines if line.kind is LineKind.CHARGE)]
    taxed: tuple[TaxedLine, ...] = tax_lines(amounts, tax)
    net, on_it = sum(line.net for line in taxed), sum(line.tax for line in taxed)
    return TaxAmount(tax.label, f"{tax.percent.normalize():f}", net, on_it, tax.included)


def _due_now(prepayment: Prepayment, total: int, party_size: int) -> int:
    if prepayment.due == "all":
        return total
    return min(total, prepayment.deposit.of(total, party_size)) if prepayment.deposit else 0
