"""What does the emulated processor know and decide? Its payments and refunds, and the callbacks that follow."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.booking.payments.emulator_script import REFUSED_AMOUNT, Card, Paid
from services.booking.payments.port import (
    Callback,
    CallbackKind,
    Created,
    Declined,
    PaymentRequest,
    PaymentStatus,
    RefundRequest,
    RefundState,
    RefundStatus,
    Snapshot,
    UnknownReference,
)


@dataclass(slots=True)
class Account:
    """One payment as the processor keeps it."""

    request: PaymentRequest
    created: Created
    status: PaymentStatus = PaymentStatus.CREATED
    captured: int = 0
    card: Card = Card.GOOD
    challenged: bool = False
    reason: str | None = None
    refunds: dict[str, RefundState] = field(default_factory=dict)

    @property
    def refunded(self) -> int:
        """Given back or on its way, in minor units."""
        return sum(r.amount for r in self.refunds.values() if r.status is not RefundStatus.FAILED)

    def snapshot(self) -> Snapshot:
        """The account as the port shows it."""
        return Snapshot(
            reference=self.created.reference,
            payment_id=self.request.payment_id,
            status=self.status,
            captured=self.captured,
            refunds=tuple(self.refunds.values()),
            reason=self.reason,
        )


class Books:
    """The processor's side of every payment. `tell` gets the callbacks."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        rng: random.Random,
        tell: Callable[[Callback], None],
        pay_url: str,
    ) -> None:
        self._clock = clock
        self._rng = rng
        self._tell_out = tell
        self._pay_url = pay_url
        self.slow_refunds = False
        self.accounts: dict[str, Account] = {}

    def found(self, reference: str) -> Account:
        """The account with this reference. Raises `UnknownReference`."""
        try:
            return self.accounts[reference]
        except KeyError:
            raise UnknownReference from None

    def by_link(self, link: str) -> Account:
        """The account whose payment page this is. Raises `UnknownReference`."""
        return self.found(link.removeprefix(self._pay_url))

    def create(self, request: PaymentRequest) -> Created:
        """Open an account and its payment page. Raises `Declined`."""
        if request.amount == REFUSED_AMOUNT:
            raise Declined("amount_not_allowed")
        if request.expires_at <= self._clock():
            raise Declined("expired")
        reference = self._name("pay")
        created = Created(reference, self._pay_url + reference)
        self.accounts[reference] = Account(request, created)
        return created

    def capture(self, account: Account) -> Snapshot:
        """Take authorised money; in any other state nothing changes. Raises `Declined`."""
        if account.status is PaymentStatus.AUTHORISED:
            if account.card is Card.CAPTURE_FAILS:
                self.end(account, PaymentStatus.FAILED, CallbackKind.FAILED, "capture_refused")
                raise Declined("capture_refused")
            account.status = PaymentStatus.CAPTURED
            account.captured = account.request.amount
            self._tell(account, CallbackKind.CAPTURED, account.captured)
        return account.snapshot()

    def void(self, account: Account) -> Snapshot:
        """Close the page or release the money; captured money stays."""
        if account.status in (PaymentStatus.CREATED, PaymentStatus.AUTHORISED):
            self.end(account, PaymentStatus.VOIDED, CallbackKind.VOIDED, None)
        return account.snapshot()

    def refund(self, request: RefundRequest) -> RefundState:
        """Give money back. Raises `Declined`, `UnknownReference`."""
        account = self.found(request.reference)
        if account.status is PaymentStatus.DISPUTED:
            raise Declined("charge_disputed")
        if request.amount > account.captured - account.refunded:
            raise Declined("amount_too_large")
        failing = account.card is Card.REFUND_FAILS and request.round == 1
        status = RefundStatus.PENDING if self.slow_refunds or failing else RefundStatus.DONE
        state = RefundState(self._name("re"), status, request.amount, request.refund_id, request.round)
        account.refunds[state.reference] = state
        if failing:
            self.set_refund(account, state, RefundStatus.FAILED, "account_closed")
        elif status is RefundStatus.DONE:
            self.set_refund(account, state, RefundStatus.DONE, None)
        return state

    def refund_by_hand(self, account: Account, amount: int) -> RefundState:
        """A refund that nobody asked for through the port."""
        state = RefundState(self._name("re"), RefundStatus.PENDING, amount, refund_id=None)
        self.set_refund(account, state, RefundStatus.DONE, None)
        return state

    def authorise(self, account: Account) -> Paid:
        """The bank says yes."""
        account.status = PaymentStatus.AUTHORISED
        self._tell(account, CallbackKind.AUTHORISED, account.request.amount)
        if account.request.auto_capture:
            try:
                self.capture(account)
            except Declined:
                return Paid.DECLINED
        return Paid.ACCEPTED

    def decline(self, account: Account, code: str) -> Paid:
        """The bank says no; the page stays open."""
        self._tell(account, CallbackKind.DECLINED, account.request.amount, code)
        return Paid.DECLINED

    def end(self, account: Account, status: PaymentStatus, kind: CallbackKind, reason: str | None) -> None:
        """The payment is over without money."""
        account.status, account.reason = status, reason
        self._tell(account, kind, 0, reason)

    def dispute(self, account: Account) -> None:
        """The cardholder's bank takes the money back."""
        if account.captured and account.status is not PaymentStatus.DISPUTED:
            account.status, account.reason = PaymentStatus.DISPUTED, "disputed"
            self._tell(account, CallbackKind.DISPUTED, account.captured, "disputed")

    def expire(self) -> None:
        """Payment pages that are past their end close."""
        for account in self.accounts.values():
            if account.status is PaymentStatus.CREATED and self._clock() >= account.request.expires_at:
                self.end(account, PaymentStatus.FAILED, CallbackKind.FAILED, "expired")

    def set_refund(
        self, account: Account, refund: RefundState, status: RefundStatus, reason: str | None
    ) -> None:
        """The bank has settled a refund, one way or the other."""
        settled = replace(refund, status=status, reason=reason)
        account.refunds[refund.reference] = settled
        if account.status is not PaymentStatus.DISPUTED:
            account.status = self._paid_status(account)
        kind = CallbackKind.REFUNDED if status is RefundStatus.DONE else CallbackKind.REFUND_FAILED
        self._tell(account, kind, refund.amount, reason, settled)

    def _paid_status(self, account: Account) -> PaymentStatus:
        done = sum(r.amount for r in account.refunds.values() if r.status is RefundStatus.DONE)
        if done == 0:
            return PaymentStatus.CAPTURED
        return PaymentStatus.REFUNDED if done >= account.captured else PaymentStatus.PARTLY_REFUNDED

    def _tell(
        self,
        account: Account,
        kind: CallbackKind,
        amount: int,
        reason: str | None = None,
        refund: RefundState | None = None,
    ) -> None:
        self._tell_out(
            Callback(
                id=self._name("evt"),
                reference=account.created.reference,
                payment_id=account.request.payment_id,
                kind=kind,
                amount=amount,
                at=self._clock(),
                reason=reason,
                refund=refund,
            )
        )

    def _name(self, prefix: str) -> str:
        return f"{prefix}_{self._rng.getrandbits(96):024x}"
