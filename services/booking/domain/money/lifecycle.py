"""What has become of a payment? Facts about it only grow, so late, repeated and swapped callbacks end in the same state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never


class PaymentStatus(StrEnum):
    """Where a payment is; it follows from its facts."""

    REQUESTED = "requested"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    FAILED = "failed"
    VOIDED = "voided"
    DISPUTED = "disputed"


class SignalKind(StrEnum):
    """What the processor says happened."""

    AUTHORISED = "authorised"
    CAPTURED = "captured"
    REFUNDED = "refunded"
    FAILED = "failed"
    VOIDED = "voided"
    DISPUTED = "disputed"
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"


class Dispute(StrEnum):
    """How far a chargeback is, in the order it can go."""

    NONE = "none"
    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Signal:
    """One callback. `amount` in minor units: all that was authorised or captured, or one refund (`refund_id`)."""

    kind: SignalKind
    amount: int = 0
    refund_id: str | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """The facts about a payment of `amount` minor units. `refunds`: id and amount, by id. They only ever grow."""

    amount: int
    authorised: int = 0
    captured: int = 0
    refunds: tuple[tuple[str, int], ...] = ()
    failed: bool = False
    voided: bool = False
    dispute: Dispute = Dispute.NONE

    @property
    def refunded(self) -> int:
        """All that went back, in minor units."""
        return sum(amount for _, amount in self.refunds)

    @property
    def took_money(self) -> bool:
        """Whether money moved: a refund or dispute proves a capture whose callback is still on its way."""
        return bool(self.captured or self.refunds or self.dispute is not Dispute.NONE)

    @property
    def refundable(self) -> int:
        """What could still go back, in minor units; nothing while or after it is disputed and not won."""
        if self.dispute in (Dispute.OPEN, Dispute.LOST):
            return 0
        return max(0, self.captured - self.refunded)

    @property
    def status(self) -> PaymentStatus:
        """Money that moved says more than an attempt that failed before or after it."""
        if self.dispute in (Dispute.OPEN, Dispute.LOST):
            return PaymentStatus.DISPUTED
        if self.refunds:
            taken = self.captured or self.amount
            return PaymentStatus.REFUNDED if self.refunded >= taken else PaymentStatus.PARTLY_REFUNDED
        if self.took_money:
            return PaymentStatus.CAPTURED
        if self.voided:
            return PaymentStatus.VOIDED
        if self.failed:
            return PaymentStatus.FAILED
        return PaymentStatus.AUTHORISED if self.authorised else PaymentStatus.REQUESTED


@dataclass(frozen=True, slots=True)
class Changed:
    """The payment after a signal. `unexpected`: money came although it had failed or was voided: give it back."""

    payment: Payment
    unexpected: bool = False


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A repeated or late signal: nothing new in it."""

    payment: Payment


@dataclass(frozen=True, slots=True)
class Conflict:
    """The signal or step does not fit the payment, which stays as it is. For people to look at."""

    payment: Payment
    reason: str


Outcome = Changed | Unchanged | Conflict


def receive(payment: Payment, signal: Signal) -> Outcome:
    """The payment after a callback. Never raises, never moves back; the order of callbacks does not matter."""
    if reason := _wrong_amount(payment, signal):
        return Conflict(payment, reason)
    if signal.kind in (SignalKind.FAILED, SignalKind.VOIDED) and payment.took_money:
        return Conflict(payment, f"{signal.kind} after money was taken")
    after = _grown(payment, signal)
    if after == payment:
        return Unchanged(payment)
    unexpected = after.took_money and not payment.took_money and (payment.failed or payment.voided)
    return Changed(after, unexpected)


def may_capture(payment: Payment) -> Conflict | None:
    """Whether to ask the processor to capture it: only what is authorised."""
    return _only(payment, PaymentStatus.AUTHORISED, "captured")


def may_void(payment: Payment) -> Conflict | None:
    """Whether to ask the processor to void it: before any money moved."""
    if payment.status in (PaymentStatus.REQUESTED, PaymentStatus.AUTHORISED):
        return None
    return Conflict(payment, f"a payment that is {payment.status} cannot be voided")


def may_refund(payment: Payment, amount: int, pending: int = 0) -> Conflict | None:
    """Whether to ask for a refund of `amount`, while `pending` of it is asked for already (minor units)."""
    if amount <= 0:
        return Conflict(payment, f"a refund of {amount} gives nothing back")
    left = payment.refundable - pending
    if amount > left:
        return Conflict(payment, f"only {max(0, left)} of this payment can still be refunded, not {amount}")
    return None


def _only(payment: Payment, status: PaymentStatus, done: str) -> Conflict | None:
    if payment.status is status:
        return None
    return Conflict(payment, f"a payment that is {payment.status} cannot be {done}")


def _wrong_amount(payment: Payment, signal: Signal) -> str | None:
    """Why the signal's amount cannot be, if it cannot."""
    if signal.kind not in (SignalKind.AUTHORISED, SignalKind.CAPTURED, SignalKind.REFUNDED):
        return None
    if not 0 < signal.amount <= payment.amount:
        return f"{signal.kind} {signal.amount} of a payment of {payment.amount}"
    if signal.kind is not SignalKind.REFUNDED:
        return None
    if signal.refund_id is None:
        return "a refund without its id"
    known = dict(payment.refunds).get(signal.refund_id)
    if known is not None:
        return (
            None if known == signal.amount else f"refund {signal.refund_id} was {known}, now {signal.amount}"
        )
    total = payment.refunded + signal.amount
    limit = payment.captured or payment.amount  # the capture's callback may be on its way
    return f"refunds of {total} exceed {limit}" if total > limit else None


def _grown(payment: Payment, signal: Signal) -> Payment:
    match signal.kind:
        case SignalKind.AUTHORISED:
            return replace(payment, authorised=max(payment.authorised, signal.amount))
        case SignalKind.CAPTURED:
            return replace(payment, captured=max(payment.captured, signal.amount))
        case SignalKind.REFUNDED:
            refunds = {**dict(payment.refunds), str(signal.refund_id): signal.amount}
            return replace(payment, refunds=tuple(sorted(refunds.items())))
        case SignalKind.FAILED:
            return replace(payment, failed=True)
        case SignalKind.VOIDED:
            return replace(payment, voided=True)
        case SignalKind.DISPUTED:
            return _disputed(payment, Dispute.OPEN)
        case SignalKind.DISPUTE_WON:
            return _disputed(payment, Dispute.WON)
        case SignalKind.DISPUTE_LOST:
            return _disputed(payment, Dispute.LOST)
        case _:
            assert_never(signal.kind)


def _disputed(payment: Payment, stage: Dispute) -> Payment:
    """The farther stage of the two: an `open` that comes after the verdict changes nothing."""
    stages = list(Dispute)
    return replace(payment, dispute=max(payment.dispute, stage, key=stages.index))
