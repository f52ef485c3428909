"""Who calls the card processor? A runner, after the commit, until the row says that nothing is left to do.

The row's id is the idempotency key, so a crash at any point is answered by asking again: never charged twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.booking.payments import store
from services.booking.payments.learning import Ledger
from services.booking.payments.port import (
    Callback,
    CardProcessor,
    Declined,
    PaymentStatus,
    RefundRequest,
    RefundState,
    RefundStatus,
    Unknown,
)
from services.booking.payments.progress import (
    Learnt,
    Pauses,
    Payment,
    Refund,
    Step,
    Wish,
    due_after_call,
    next_step,
    of_callback,
    of_snapshot,
    refund_due,
)
from services.booking.payments.reports import Change, OnChange, Reporter
from shared.db import Database, is_transient
from shared.errors import outline
from shared.tasks import ended, spawn
from shared.telemetry import get_logger

_REPORTS = 100


@dataclass(frozen=True, slots=True)
class Times:
    """How the runner spends its time. `lease` must be longer than `call_timeout`, or two runners make the same call."""

    pauses: Pauses = field(default_factory=Pauses)
    call_timeout: float = 20.0
    lease: timedelta = timedelta(seconds=30)
    report_again: timedelta = timedelta(seconds=2)
    interval: float = 1.0
    parallel: int = 8

    def __post_init__(self) -> None:
        if self.lease.total_seconds() <= self.call_timeout:
            raise ValueError("The lease must be longer than the call timeout.")


class PaymentRunner:
    """Calls the processor for rows that are due, stores what it says, and tells about changes until they are taken."""

    def __init__(
        self,
        db: Database,
        processor: CardProcessor,
        clock: Callable[[], datetime],
        on_change: OnChange,
        times: Times | None = None,
    ) -> None:
        self._db = db
        self._processor = processor
        self._clock = clock
        self._times = times or Times()
        self._ledger = Ledger(db, clock, self._times.pauses)
        self._reporter = Reporter(
            db,
            on_change,
            again=self._times.report_again,
            longest=self._times.pauses.longest,
            limit=_REPORTS,
        )
        self._woken = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._log = get_logger("booking")

    async def start(self) -> None:
        """Begin to work in the background."""
        self._tasks = [spawn(self._work(), name="booking payments")]

    async def stop(self) -> None:
        """Stop; what is under way is done again by the next runner, under the same key."""
        await ended(*self._tasks)

    def wake(self) -> None:
        """There may be work (call it after a commit); without this it is found within the interval."""
        self._woken.set()

    async def run_once(self) -> int:
        """Do what is due now, each row once; returns how many rows and reports that was."""
        limit, lease = self._times.parallel, self._times.lease
        payments = await store.claim_payments(self._db, self._clock(), limit, lease)
        refunds = await store.claim_refunds(self._db, self._clock(), limit, lease)
        await _all([self._pay(p) for p in payments] + [self._refund(r) for r in refunds])
        return len(payments) + len(refunds) + await self._reporter.report(self._clock())

    async def record_callback(self, callback: Callback) -> None:
        """Store what a (verified) callback says; repeats, late ones and strangers change nothing.

        Raises what the database raises: then the processor must deliver it again.
        """
        tenant_id = await store.tenant_of(self._db, callback.payment_id)
        if tenant_id is None:
            self._log.warning("payment_unknown", payment_id=str(callback.payment_id), kind=callback.kind)
            return
        refunds = (callback.refund,) if callback.refund else ()
        if await self._ledger.learn((tenant_id, callback.payment_id), of_callback(callback), refunds):
            self.wake()

    async def reported(self, change: Change) -> None:
        """The change was taken for good (its command is stored): stop telling about it."""
        await self._reporter.reported(change)

    async def _work(self) -> None:
        while True:
            self._woken.clear()
            try:
                if await self.run_once():
                    continue
            except Exception as error:
                if not is_transient(error):
                    raise
                self._log.warning("payments_wait", error=outline(error))
            try:
                async with asyncio.timeout(self._times.interval):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def _pay(self, payment: Payment) -> None:
        await self._guarded("payments", payment, self._step(payment))

    async def _refund(self, refund: Refund) -> None:
        await self._guarded("refunds", refund, self._give_back(refund))

    async def _guarded(
        self, table: str, row: Payment | Refund, work: Coroutine[object, object, None]
    ) -> None:
        """Do one row's work. Whatever goes wrong belongs to that row: it is tried again, later each time."""
        try:
            await work
        except Exception as error:  # noqa: BLE001  # an adapter may raise anything, and the other rows must go on
            code = type(error).__name__.lower()
            log = self._log.warning if is_transient(error) else self._log.error
            log(
                "payment_call_failed",
                table=table,
                row=str(row.id),
                attempts=row.attempts,
                error=outline(error),
            )
            pauses, now = self._times.pauses, self._clock()
            if isinstance(row, Payment):
                until = due_after_call(row, now, pauses, failed=True)
            else:
                until = refund_due(row, now, pauses, failed=True)
            async with self._db.tenant(row.tenant_id) as connection:
                await store.put_off(connection, table, row, until, code)

    async def _step(self, payment: Payment) -> None:
        key = (payment.tenant_id, payment.id)
        step = next_step(payment, self._clock(), asked=payment.attempts > 1)
        try:
            news, refunds = await self._call(payment, step)
        except Declined as refusal:
            news, refunds = Learnt(PaymentStatus.FAILED, reason=refusal.code), ()
        if not await self._ledger.learn(key, news, refunds):
            until = due_after_call(payment, self._clock(), self._times.pauses, failed=False)
            async with self._db.tenant(payment.tenant_id) as connection:
                await store.put_off(connection, "payments", payment, until, None)

    async def _call(self, payment: Payment, step: Step) -> tuple[Learnt, tuple[RefundState, ...]]:
        if step is Step.GIVE_UP and payment.wish is Wish.VOID:
            return Learnt(PaymentStatus.VOIDED), ()
        if step is Step.GIVE_UP:
            return Learnt(PaymentStatus.FAILED, reason="expired"), ()
        async with _answer_within(self._times.call_timeout):
            if step is Step.CREATE:
                created = await self._processor.create(payment.request)
                return Learnt(PaymentStatus.CREATED, reference=created.reference, link=created.link), ()
            reference = payment.reference or ""
            if step is Step.CAPTURE:
                snapshot = await self._processor.capture(reference)
            elif step is Step.VOID:
                snapshot = await self._processor.void(reference)
                if payment.wish is not Wish.VOID and snapshot.status is PaymentStatus.VOIDED:
                    snapshot = replace(snapshot, reason="expired")
            else:
                snapshot = await self._processor.status(reference)
        return of_snapshot(snapshot), snapshot.refunds

    async def _give_back(self, refund: Refund) -> None:
        async with self._db.tenant(refund.tenant_id) as connection:
            payment = await store.read_payment(connection, (refund.tenant_id, refund.payment_id))
        if payment is None or payment.reference is None:
            return  # only a captured payment gets a refund row, and it has a reference
        news, states = await self._call_refund(refund, payment.reference)
        if not await self._ledger.learn((payment.tenant_id, payment.id), news, states):
            until = refund_due(refund, self._clock(), self._times.pauses, failed=False)
            async with self._db.tenant(refund.tenant_id) as connection:
                await store.put_off(connection, "refunds", refund, until, None)

    async def _call_refund(
        self, refund: Refund, reference: str
    ) -> tuple[Learnt | None, tuple[RefundState, ...]]:
        async with _answer_within(self._times.call_timeout):
            if refund.status is RefundStatus.PENDING:
                # The refund call would replay its first answer; only a look shows what became of it.
                snapshot = await self._processor.status(reference)
                return of_snapshot(snapshot), snapshot.refunds
            request = RefundRequest(refund.id, refund.payment_id, reference, refund.amount, refund.round)
            try:
                return None, (await self._processor.refund(request),)
            except Declined as refusal:
                failed = RefundState(
                    "", RefundStatus.FAILED, refund.amount, refund.id, refund.round, refusal.code
                )
                return None, (failed,)


@asynccontextmanager
async def _answer_within(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise Unknown from None


async def _all(work: Sequence[Coroutine[object, object, None]]) -> None:
    """Run all to their end, then raise the first error if there was one."""
    for result in await asyncio.gather(*work, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result
