"""A card processor in this process: everything a real one does, right or wrong, from a seed and a clock.

It keeps the truth about the money, so that a test can ask it what was really charged and given back.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar, cast
from uuid import UUID

from services.booking.payments.emulator_books import Books
from services.booking.payments.emulator_callbacks import CallbackQueue
from services.booking.payments.emulator_script import MAGIC_AMOUNTS, Card, Chances, Fault, Paid, Script
from services.booking.payments.port import (
    CallbackHandler,
    CallbackKind,
    Created,
    Declined,
    KeyReused,
    PaymentRequest,
    PaymentStatus,
    RefundRequest,
    RefundState,
    RefundStatus,
    Snapshot,
    Unavailable,
    Unknown,
)
from shared.errors import UsherError

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class Emulator:
    """A complete `CardProcessor`.

    Customers act by `pay`, `answer_challenge` and `abandon`; banks by `dispute`, `settle_refunds` and `bounce`.
    Callbacks go out when `deliver` is called.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        rng: random.Random,
        *,
        chances: Chances | None = None,
        magic: Mapping[int, Card] = MAGIC_AMOUNTS,
        pay_url: str = "https://pay.example/",
    ) -> None:
        self._clock = clock
        self._rng = rng
        self._magic = magic
        self.script = Script(chances or Chances())
        self.callbacks = CallbackQueue(rng)
        self.calls: list[tuple[str, object]] = []
        """Every call that the processor worked on: its operation and its request or reference."""
        self._books = Books(clock, rng, lambda c: self.callbacks.put(c, self.script.chances), pay_url)
        self._answers: dict[object, tuple[object, object]] = {}

    # What the port asks for.

    async def create(self, request: PaymentRequest) -> Created:
        """See `CardProcessor.create`."""
        key = ("create", request.payment_id)
        return self._call("create", request, lambda: self._once(key, request, self._books.create))

    async def capture(self, reference: str) -> Snapshot:
        """See `CardProcessor.capture`."""
        books = self._books
        return self._call("capture", reference, lambda: books.capture(books.found(reference)))

    async def void(self, reference: str) -> Snapshot:
        """See `CardProcessor.void`."""
        books = self._books
        return self._call("void", reference, lambda: books.void(books.found(reference)))

    async def refund(self, request: RefundRequest) -> RefundState:
        """See `CardProcessor.refund`."""
        key = ("refund", request.refund_id, request.round)
        return self._call("refund", request, lambda: self._once(key, request, self._books.refund))

    async def status(self, reference: str) -> Snapshot:
        """See `CardProcessor.status`."""
        return self._call("status", reference, lambda: self._books.found(reference).snapshot())

    # What customers, banks and time do.

    def pay(self, link: str, card: Card = Card.GOOD) -> Paid:
        """The customer opens the link and pays. A declined card leaves the link open for another one."""
        self._books.expire()
        account = self._books.by_link(link)
        if account.status is not PaymentStatus.CREATED or account.challenged:
            return Paid.CLOSED
        account.card = self._magic.get(account.request.amount, card) if card is Card.GOOD else card
        if account.card in (Card.INSUFFICIENT_FUNDS, Card.EXPIRED_CARD):
            return self._books.decline(account, str(account.card))
        if account.card is Card.AUTHENTICATION_REQUIRED:
            account.challenged = True
            return Paid.CHALLENGE
        return self._books.authorise(account)

    def answer_challenge(self, link: str, *, passed: bool) -> Paid:
        """The customer's bank has asked (3-D Secure): passed or not."""
        self._books.expire()
        account = self._books.by_link(link)
        if account.status is not PaymentStatus.CREATED or not account.challenged:
            return Paid.CLOSED
        account.challenged = False
        if passed:
            return self._books.authorise(account)
        return self._books.decline(account, "authentication_failed")

    def abandon(self, link: str) -> None:
        """The customer cancels on the payment page: the link closes without money."""
        account = self._books.by_link(link)
        if account.status is PaymentStatus.CREATED:
            self._books.end(account, PaymentStatus.FAILED, CallbackKind.FAILED, "abandoned")

    def dispute(self, reference: str) -> None:
        """The cardholder has the bank take the money back."""
        self._books.dispute(self._books.found(reference))

    def refunds_are_slow(self, slow: bool = True) -> None:
        """From now on refunds stay pending until `settle_refunds`, as bank transfers do."""
        self._books.slow_refunds = slow

    def settle_refunds(self, *, failing: str | None = None) -> None:
        """Pending refunds arrive, or fail with the code `failing`."""
        status = RefundStatus.FAILED if failing else RefundStatus.DONE
        for account in self._books.accounts.values():
            for refund in [r for r in account.refunds.values() if r.status is RefundStatus.PENDING]:
                self._books.set_refund(account, refund, status, failing)

    def bounce(self, refund_reference: str) -> None:
        """The bank sends a finished refund back, days later."""
        for account in self._books.accounts.values():
            refund = account.refunds.get(refund_reference)
            if refund is not None and refund.status is RefundStatus.DONE:
                self._books.set_refund(account, refund, RefundStatus.FAILED, "account_closed")

    def refund_by_hand(self, reference: str, amount: int) -> RefundState:
        """Somebody gives money back in the processor's own console, without us."""
        return self._books.refund_by_hand(self._books.found(reference), amount)

    async def deliver(self, handler: CallbackHandler) -> int:
        """Hand over the callbacks that are due by now; returns how many were taken."""
        self._books.expire()
        return await self.callbacks.deliver(self._clock(), handler)

    # What really happened, for tests and the demo.

    def charged(self, payment_id: UUID) -> int:
        """What was really taken for this payment of ours, over all accounts, in minor units."""
        return sum(a.captured for a in self._books.accounts.values() if a.request.payment_id == payment_id)

    def given_back(self, payment_id: UUID) -> int:
        """What was really given back, or is on its way, in minor units."""
        return sum(a.refunded for a in self._books.accounts.values() if a.request.payment_id == payment_id)

    def _call(self, operation: str, asked: object, act: Callable[[], Answer]) -> Answer:
        fault = self.script.fault(operation, self._rng)
        if fault is Fault.UNAVAILABLE:
            raise Unavailable
        if fault is Fault.TIMED_OUT_UNDONE:
            raise Unknown
        self.calls.append((operation, asked))
        self._books.expire()
        try:
            answer = act()
        except UsherError:
            if fault is Fault.TIMED_OUT_DONE:
                raise Unknown from None  # the caller does not learn of the refusal either
            raise
        if fault is Fault.TIMED_OUT_DONE:
            raise Unknown
        return answer

    def _once(self, key: object, asked: Asked, act: Callable[[Asked], Answer]) -> Answer:
        """The stored answer to this key, refusals included, or a new one."""
        if key in self._answers:
            before, answer = self._answers[key]
            if before != asked:
                raise KeyReused
        else:
            try:
                answer = act(asked)
            except Declined as refusal:
                answer = refusal
            self._answers[key] = (asked, answer)
        if isinstance(answer, Declined):
            raise Declined(answer.code)
        return cast("Answer", answer)
