"""How does the agent reach booking? Over the bus, asking again until there is an answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel

from shared import subjects
from shared.bus import Bus, QueryFailed
from shared.errors import Unanswered
from shared.messages.booking import (
    Balances,
    BookingQuoted,
    BookingsFound,
    CancellationQuoted,
    Catalogue,
    Command,
    CommandOutcome,
    CustomerExported,
    ExportCustomer,
    FindSessions,
    FindSlots,
    GetCatalogue,
    GetSession,
    MyBalances,
    MyBookings,
    QuoteBooking,
    QuoteCancellation,
    SessionDetails,
    SessionsFound,
    SlotsFound,
)
from shared.messages.envelope import Message
from shared.messages.receipts import ReceiptSent, SendReceipt

OWNER = "booking"

Answer = TypeVar("Answer", bound=BaseModel)

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 1.0


async def persistently(ask: Callable[[], Awaitable[Answer]], *, deadline: float) -> Answer:
    """`ask()` again, with growing pauses, until it answers. `deadline` in seconds (0: ask once).

    Raises `Unanswered` after the deadline.
    """
    until = time.monotonic() + deadline
    pause = _FIRST_PAUSE
    while True:
        try:
            return await ask()
        except (Unanswered, QueryFailed) as error:
            if time.monotonic() + pause > until:
                raise Unanswered(str(error)) from error
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


class BusBookings:
    """The booking service over the bus (`services.agent.tools.Bookings`).

    `every`: a command is asked again after so many seconds; `deadline`: how long to try, in seconds;
    `fresh`: how old a catalogue may be, in seconds.
    """

    def __init__(self, bus: Bus, *, every: float, deadline: float, fresh: float = 30.0) -> None:
        self._bus = bus
        self._every = every
        self._deadline = deadline
        self._fresh = fresh
        self._catalogues: dict[UUID, tuple[float, Catalogue]] = {}
        self._asking: dict[UUID, asyncio.Lock] = {}

    async def catalogue(self, tenant_id: UUID) -> Catalogue:
        """See `Bookings.catalogue`. Concurrent callers share one question; an old answer is better than
        none.
        """
        async with self._asking.setdefault(tenant_id, asyncio.Lock()):
            at, known = self._catalogues.get(tenant_id, (0.0, None))
            if known is not None and time.monotonic() - at < self._fresh:
                return known
            question = GetCatalogue(tenant_id=tenant_id)
            try:
                catalogue = await self._query(question, Catalogue, deadline=0 if known else self._deadline)
            except Unanswered:
                if known is None:
                    raise
                return known
            self._catalogues[tenant_id] = (time.monotonic(), catalogue)
            return catalogue

    async def find(self, question: FindSessions) -> SessionsFound:
        """See `Bookings.find`."""
        return await self._query(question, SessionsFound, deadline=self._deadline)

    async def slots(self, question: FindSlots) -> SlotsFound:
        """See `Bookings.slots`."""
        return await self._query(question, SlotsFound, deadline=self._deadline)

    async def session(self, question: GetSession) -> SessionDetails:
        """See `Bookings.session`."""
        return await self._query(question, SessionDetails, deadline=self._deadline)

    async def mine(self, question: MyBookings) -> BookingsFound:
        """See `Bookings.mine`."""
        return await self._query(question, BookingsFound, deadline=self._deadline)

    async def balances(self, question: MyBalances) -> Balances:
        """See `Bookings.balances`."""
        return await self._query(question, Balances, deadline=self._deadline)

    async def quote(self, question: QuoteBooking) -> BookingQuoted:
        """See `Bookings.quote`."""
        return await self._query(question, BookingQuoted, deadline=self._deadline)

    async def quote_cancellation(self, question: QuoteCancellation) -> CancellationQuoted:
        """See `Bookings.quote_cancellation`."""
        return await self._query(question, CancellationQuoted, deadline=self._deadline)

    async def do(self, command: Command) -> CommandOutcome:
        """See `Bookings.do`. Raises `Unanswered` when there is no outcome yet: then it is unknown."""
        return await self._bus.ask(
            subjects.command(OWNER, command.tenant_id, command.key, command.name),
            command,
            CommandOutcome,
            ask_id=command.command_id,
            every=self._every,
            deadline=self._deadline,
        )

    async def send_receipt(self, job: SendReceipt) -> ReceiptSent:
        """See `Bookings.send_receipt`. Raises `Unanswered` when the notifier has not answered yet."""
        return await self._bus.ask(
            subjects.job("notifier", job.name, job.tenant_id),
            job,
            ReceiptSent,
            ask_id=job.request_id,
            every=self._every,
            deadline=self._deadline,
        )

    async def identity(self, tenant_id: UUID, customer_id: UUID) -> tuple[str, str] | None:
        """(channel, user id) under which this customer is known; None when there is no such customer."""
        question = ExportCustomer(tenant_id=tenant_id, customer_id=customer_id)
        found = await self._query(question, CustomerExported, deadline=self._deadline)
        for row in found.data.get("customer_identities", []):
            return str(row["channel"]), str(row["user_id"])
        return None

    async def _query(self, question: Message, answer: type[Answer], *, deadline: float) -> Answer:
        subject = subjects.query(OWNER, question.name)
        return await persistently(lambda: self._bus.query(subject, question, answer), deadline=deadline)
