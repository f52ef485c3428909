"""How does a payment's news reach its booking? As commands to the session's actor, repeated until they were decided."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from services.booking.payments.emulator import Emulator
from services.booking.payments.port import PaymentStatus, RefundStatus
from services.booking.payments.reports import Change, PaymentChanged, RefundChanged
from services.booking.payments.runner import PaymentRunner
from shared import subjects
from shared.bus import Bus
from shared.db import Database
from shared.errors import Transient, Unanswered
from shared.ids import derive
from shared.messages.booking import CommandOutcome, RecordPayment
from shared.tasks import ended, spawn

News = Literal["created", "captured", "declined", "failed", "voided", "disputed", "refunded", "refund_failed"]

_ASK_EVERY_SECONDS = 2.0
_ASK_DEADLINE_SECONDS = 10.0
_DELIVER_EVERY_SECONDS = 0.2


class Payments:
    """The card processor's side of booking: runs what commits asked for, and tells sessions what came of it."""

    def __init__(
        self, bus: Bus, db: Database, clock: Callable[[], datetime], *, processor: Emulator | None = None
    ) -> None:
        """`processor` is for tests; the emulator is the only one there is for now."""
        self._bus = bus
        self.processor = processor or Emulator(clock, random.Random())
        self._runner = PaymentRunner(db, self.processor, clock, self._on_change)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin."""
        await self._runner.start()
        self._tasks = [spawn(self._deliver(), name="booking card callbacks")]

    async def stop(self) -> None:
        """Stop; what is under way is done again by whoever runs next, under the same keys."""
        await ended(*self._tasks)
        await self._runner.stop()

    def wake(self) -> None:
        """Something was asked of the processor."""
        self._runner.wake()

    async def _on_change(self, change: Change) -> None:
        try:
            for command in commands_of(change):
                subject = subjects.command("booking", change.tenant_id, change.session_id, command.name)
                await self._bus.ask(
                    subject,
                    command,
                    CommandOutcome,
                    ask_id=command.command_id,
                    every=_ASK_EVERY_SECONDS,
                    deadline=_ASK_DEADLINE_SECONDS,
                )
        except (Unanswered, Transient):
            return  # told again later
        await self._runner.reported(change)

    async def _deliver(self) -> None:
        # The emulator is in this process; a real processor calls the gateway, which hands its callbacks over.
        while True:
            await self.processor.deliver(self._runner.record_callback)
            await asyncio.sleep(_DELIVER_EVERY_SECONDS)


def commands_of(change: Change) -> tuple[RecordPayment, ...]:
    """What a change means for the booking. A payment's change says how it stands, so it may mean several things."""
    if isinstance(change, RefundChanged):
        words: dict[RefundStatus, News] = {
            RefundStatus.DONE: "refunded",
            RefundStatus.FAILED: "refund_failed",
        }
        word = words.get(change.status)
        return () if word is None else (_command(change, word, change.amount),)
    news: list[RecordPayment] = []
    if change.captured > 0:
        news.append(_command(change, "captured", change.captured))
    if change.status is PaymentStatus.DISPUTED:
        news.append(_command(change, "disputed", change.captured - change.refunded))
    elif change.status is PaymentStatus.CREATED:
        news.append(_command(change, "declined" if change.reason else "created", change.amount))
    elif change.status in (PaymentStatus.FAILED, PaymentStatus.VOIDED) and change.captured == 0:
        news.append(_command(change, "failed" if change.status is PaymentStatus.FAILED else "voided", 0))
    return tuple(news)


def _command(change: PaymentChanged | RefundChanged, status: News, amount: int) -> RecordPayment:
    row = change.refund_id if isinstance(change, RefundChanged) else change.payment_id
    return RecordPayment(
        tenant_id=change.tenant_id,
        command_id=derive("payment_news", row, change.revision, status),
        session_id=change.session_id,
        booking_id=change.booking_id,
        payment_id=change.payment_id,
        method="card",
        status=status,
        amount=amount,
        link=change.link if isinstance(change, PaymentChanged) else None,
        reason=change.reason,
    )
