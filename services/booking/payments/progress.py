"""What does news change about a payment, what is to be done next, and when? Pure, and indifferent to order and repeats."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.booking.payments.port import (
    Callback,
    CallbackKind,
    PaymentRequest,
    PaymentStatus,
    RefundState,
    RefundStatus,
    Snapshot,
)

# Money that moved beats every other news: a capture that arrives after "failed" or "voided" must be seen.
_RANK = {
    PaymentStatus.REQUESTED: 0,
    PaymentStatus.CREATED: 1,
    PaymentStatus.AUTHORISED: 2,
    PaymentStatus.FAILED: 3,
    PaymentStatus.VOIDED: 3,
    PaymentStatus.CAPTURED: 4,
    PaymentStatus.PARTLY_REFUNDED: 4,
    PaymentStatus.REFUNDED: 4,
    PaymentStatus.DISPUTED: 5,
}
# A bank may bounce a refund that counted as done, so failed is the last word; "done" after it is old news.
_REFUND_RANK = {
    RefundStatus.REQUESTED: 0,
    RefundStatus.PENDING: 1,
    RefundStatus.DONE: 2,
    RefundStatus.FAILED: 3,
}
_PAID = (PaymentStatus.CAPTURED, PaymentStatus.PARTLY_REFUNDED, PaymentStatus.REFUNDED)
_OPEN = (PaymentStatus.REQUESTED, PaymentStatus.CREATED, PaymentStatus.AUTHORISED)

_STATUS_OF = {
    CallbackKind.AUTHORISED: PaymentStatus.AUTHORISED,
    CallbackKind.CAPTURED: PaymentStatus.CAPTURED,
    CallbackKind.FAILED: PaymentStatus.FAILED,
    CallbackKind.VOIDED: PaymentStatus.VOIDED,
    CallbackKind.DISPUTED: PaymentStatus.DISPUTED,
}


class Wish(StrEnum):
    """What we want of a payment: that it runs as created, that authorised money is taken, or that it ends."""

    PAY = "pay"
    CAPTURE = "capture"
    VOID = "void"


class Step(StrEnum):
    """What to ask the processor next."""

    CREATE = "create"
    ASK = "ask"
    CAPTURE = "capture"
    VOID = "void"
    GIVE_UP = "give_up"  # nothing was ever asked, so there is nothing to void


@dataclass(frozen=True, slots=True)
class Payment:
    """A row of `booking.payments`. Amounts are minor units, `captured` and `refunded` are totals."""

    tenant_id: UUID
    id: UUID
    booking_id: UUID
    session_id: UUID
    customer_id: UUID
    method: str
    amount: int
    currency: str
    description: str
    return_url: str
    auto_capture: bool
    expires_at: datetime
    created_at: datetime
    wish: Wish = Wish.PAY
    status: PaymentStatus = PaymentStatus.REQUESTED
    reference: str | None = None
    link: str | None = None
    captured: int = 0
    refunded: int = 0
    error: str | None = None
    declined_at: datetime | None = None
    attempts: int = 0
    next_attempt_at: datetime | None = None
    revision: int = 0

    @property
    def request(self) -> PaymentRequest:
        """What the processor is asked, the same each time."""
        return PaymentRequest(
            payment_id=self.id,
            amount=self.amount,
            currency=self.currency,
            description=self.description,
            expires_at=self.expires_at,
            return_url=self.return_url,
            auto_capture=self.auto_capture,
        )


@dataclass(frozen=True, slots=True)
class Refund:
    """A row of `booking.refunds`. `round` counts explicit retries, from 1."""

    tenant_id: UUID
    id: UUID
    payment_id: UUID
    amount: int
    status: RefundStatus = RefundStatus.REQUESTED
    round: int = 1
    reference: str | None = None
    error: str | None = None
    attempts: int = 0
    next_attempt_at: datetime | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Learnt:
    """News about a payment, from an answer or a callback; nones and zeros say nothing."""

    status: PaymentStatus
    captured: int = 0
    reference: str | None = None
    link: str | None = None
    reason: str | None = None
    declined_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pauses:
    """How long to wait: between failed calls, between looks at an open payment, and at the most."""

    retry: timedelta = timedelta(seconds=1)
    poll: timedelta = timedelta(seconds=20)
    longest: timedelta = timedelta(minutes=15)

    def after_failure(self, attempts: int) -> timedelta:
        """The pause after that many calls in a row without an answer: none after 0, then doubling."""
        return self._grown(self.retry, attempts - 1) if attempts > 0 else timedelta()

    def until_next_look(self, attempts: int) -> timedelta:
        """The pause after that many looks that showed nothing new."""
        return self._grown(self.poll, attempts)

    def _grown(self, first: timedelta, doublings: int) -> timedelta:
        return min(self.longest, first * (1 << min(doublings, 20)))


def next_step(payment: Payment, now: datetime, *, asked: bool) -> Step:
    """What a due payment needs. `asked`: the processor may have heard of it already."""
    ends = payment.wish is Wish.VOID or now >= payment.expires_at
    if payment.status is PaymentStatus.REQUESTED:
        return Step.CREATE if asked or not ends else Step.GIVE_UP
    if payment.status is PaymentStatus.CREATED and ends:
        return Step.VOID
    if payment.status is PaymentStatus.AUTHORISED and payment.wish is not Wish.PAY:
        return Step.VOID if payment.wish is Wish.VOID else Step.CAPTURE
    return Step.ASK


def advance(payment: Payment, news: Learnt) -> Payment:
    """The payment with what the news adds. Old, repeated and reordered news change nothing."""
    later = _RANK[news.status] > _RANK[payment.status]
    known = replace(
        payment,
        status=news.status if later else payment.status,
        captured=max(payment.captured, news.captured),
        reference=payment.reference or news.reference,
        link=payment.link or news.link,
        error=news.reason if later else payment.error,
    )
    return settled(_with_decline(known, news))


def settled(payment: Payment) -> Payment:
    """A paid payment's status follows from its two totals."""
    if payment.status not in _PAID:
        return payment
    if payment.refunded == 0:
        status = PaymentStatus.CAPTURED
    elif payment.refunded < payment.captured:
        status = PaymentStatus.PARTLY_REFUNDED
    else:
        status = PaymentStatus.REFUNDED
    return replace(payment, status=status)


def _with_decline(payment: Payment, news: Learnt) -> Payment:
    if news.declined_at is None or payment.status is not PaymentStatus.CREATED:
        return payment
    if payment.declined_at is not None and news.declined_at <= payment.declined_at:
        return payment
    return replace(payment, error=news.reason, declined_at=news.declined_at)


def due_after_change(payment: Payment, now: datetime, pauses: Pauses) -> datetime | None:
    """When a payment that has just changed needs the runner again; none when callbacks are enough."""
    if payment.status is PaymentStatus.DISPUTED and payment.captured == 0:
        return now  # the dispute overtook the capture: ask how much it was
    if payment.status not in _OPEN:
        return None
    if next_step(payment, now, asked=True) is not Step.ASK:
        return now
    return _next_look(payment, now, pauses)


def due_after_call(payment: Payment, now: datetime, pauses: Pauses, *, failed: bool) -> datetime | None:
    """When to call again after a call that changed nothing (`failed`: it had no answer)."""
    if payment.status not in _OPEN and not failed:
        return None
    if failed or next_step(payment, now, asked=True) is not Step.ASK:
        return now + pauses.after_failure(max(1, payment.attempts))
    return _next_look(payment, now, pauses)


def _next_look(payment: Payment, now: datetime, pauses: Pauses) -> datetime:
    look = now + pauses.until_next_look(payment.attempts)
    if payment.status is PaymentStatus.CREATED and payment.expires_at > now:
        return min(look, payment.expires_at)
    return look


def of_snapshot(snapshot: Snapshot) -> Learnt:
    """What an answer says about the payment itself (its refunds are rows of their own)."""
    paid = snapshot.status in _PAID
    return Learnt(
        status=PaymentStatus.CAPTURED if paid else snapshot.status,
        captured=snapshot.captured,
        reference=snapshot.reference,
        reason=snapshot.reason,
    )


def of_callback(callback: Callback) -> Learnt | None:
    """What a callback says about the payment itself; none when it is about a refund."""
    if callback.kind is CallbackKind.DECLINED:
        return Learnt(
            PaymentStatus.CREATED,
            reference=callback.reference,
            reason=callback.reason,
            declined_at=callback.at,
        )
    status = _STATUS_OF.get(callback.kind)
    if status is None:
        return None
    captured = callback.amount if status is PaymentStatus.CAPTURED else 0
    return Learnt(status, captured=captured, reference=callback.reference, reason=callback.reason)


def advance_refund(refund: Refund, news: RefundState) -> Refund:
    """The refund with what the news adds; news of an earlier round, and old news, change nothing."""
    if news.round != refund.round or _REFUND_RANK[news.status] <= _REFUND_RANK[refund.status]:
        return refund
    return replace(
        refund, status=news.status, reference=news.reference or refund.reference, error=news.reason
    )


def refund_due(refund: Refund, now: datetime, pauses: Pauses, *, failed: bool) -> datetime | None:
    """When a refund needs the runner again (`failed`: the call had no answer); none when it is settled."""
    if refund.status in (RefundStatus.DONE, RefundStatus.FAILED):
        return None
    if failed or refund.status is RefundStatus.REQUESTED:
        return now + pauses.after_failure(refund.attempts)
    return now + pauses.until_next_look(refund.attempts)
