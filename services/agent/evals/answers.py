"""What does booking answer, in memory? Every question of the agent's `Bookings` port, over a stock and one customer's books."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import islice
from uuid import UUID

from services.agent.evals.books import NEAREST, Books, Stock, refusal, roomy
from shared.messages.booking import (
    Balances,
    BookingQuoted,
    BookingsFound,
    CancellationQuoted,
    CancellationQuoteView,
    Catalogue,
    FindSessions,
    FindSlots,
    GetSession,
    MyBalances,
    MyBookings,
    PassView,
    QuoteBooking,
    QuoteCancellation,
    QuoteLineView,
    QuoteView,
    RefusalCode,
    SessionDetails,
    SessionsFound,
    SlotsFound,
)

LOOK_AHEAD = timedelta(days=14)
"""How far ahead others are looked for."""


class Answers:
    """Questions to a business. `fee`: what cancelling costs; `promo`: percent off by code; `prices`: what a session or service
    costs this customer, where it is not its own price; `passes`: theirs; `location`: where it is.
    """

    def __init__(self, stock: Stock) -> None:
        self.stock = stock
        self.books = Books()
        self.fee = 0
        self.promo: Mapping[str, int] = {}
        self.prices: dict[UUID, QuoteView] = {}
        self.passes: tuple[PassView, ...] = ()
        self.location: str | None = None

    async def catalogue(self, tenant_id: UUID) -> Catalogue:
        """See `Bookings`."""
        return self.stock.offer

    async def find(self, question: FindSessions) -> SessionsFound:
        """See `Bookings`."""
        fitting = [
            s
            for s in roomy(self.stock.sessions.values(), 0, self.stock.now)
            if (not question.service_ids or s.service_id in question.service_ids)
            and (not question.staff_ids or s.staff_id in question.staff_ids)
            and (question.price_up_to is None or s.price <= question.price_up_to)
        ]
        inside = [s for s in fitting if question.starts_from <= s.starts_at < question.starts_before]
        free = [s for s in inside if s.seats_left >= question.party_size][: question.limit]
        others = [s for s in fitting if s.seats_left >= question.party_size and s not in inside]
        near = sorted(others, key=lambda s: abs(s.starts_at - question.starts_from))[:NEAREST]
        return SessionsFound(
            sessions=tuple(free),
            full=tuple(s for s in inside if s.seats_left < question.party_size),
            alternatives=() if free else tuple(sorted(near, key=lambda s: s.starts_at)),
        )

    async def slots(self, question: FindSlots) -> SlotsFound:
        """See `Bookings`."""
        service, staff = self.stock.services[question.service_id], question.staff_ids
        inside = tuple(self.stock.free(service, question.starts_from, question.starts_before, staff))
        if inside:
            return SlotsFound(slots=inside[: question.limit])
        before = question.starts_before + LOOK_AHEAD
        after = self.stock.free(service, question.starts_before, before, staff)
        return SlotsFound(alternatives=tuple(islice(after, NEAREST)))

    async def session(self, question: GetSession) -> SessionDetails:
        """See `Bookings`."""
        found = self.stock.sessions.get(question.session_id)
        service = self.stock.services[found.service_id] if found else None
        return SessionDetails(
            session=found, description=service.description if service else None, location=self.location
        )

    async def mine(self, question: MyBookings) -> BookingsFound:
        """See `Bookings`."""
        kept = self.books.held(self.stock.now)
        found = [*self.books.live, *kept, *(self.books.past if question.past else ())]
        waiting = sorted(self.books.waiting.values(), key=lambda entry: entry.session.starts_at)
        return BookingsFound(
            bookings=tuple(sorted(found, key=lambda b: b.session.starts_at)), waiting=tuple(waiting)
        )

    async def balances(self, question: MyBalances) -> Balances:
        """See `Bookings`."""
        return Balances(currency=self.stock.offer.business.currency, passes=self.passes)

    async def quote(self, question: QuoteBooking) -> BookingQuoted:
        """See `Bookings`."""
        session = self.stock.sessions.get(question.session_id) if question.session_id else None
        place = question.session_id or question.service_id
        service = self.stock.services[session.service_id if session else question.service_id or UUID(int=0)]
        if session is not None and session.seats_left < question.party_size:
            return BookingQuoted(refusal=refusal(RefusalCode.SESSION_FULL))
        code = (question.promo_code or "").upper()
        if code and code not in self.promo:
            return BookingQuoted(refusal=refusal(RefusalCode.PROMO_NOT_VALID))
        if place in self.prices:
            return BookingQuoted(quote=self.prices[place])
        full = (session.price if session else service.price) * question.party_size
        lines = [QuoteLineView(label=service.name, amount=full)]
        if off := self.promo.get(code, 0):
            lines.append(QuoteLineView(label="Promo", reason=question.promo_code, amount=-full * off // 100))
        total = sum(line.amount for line in lines)
        currency = self.stock.offer.business.currency
        return BookingQuoted(quote=QuoteView(lines=tuple(lines), total=total, due_now=0, currency=currency))

    async def quote_cancellation(self, question: QuoteCancellation) -> CancellationQuoted:
        """See `Bookings`."""
        booking = self.books.bookings.get(question.booking_id)
        if booking is None:
            return CancellationQuoted(refusal=refusal(RefusalCode.NOT_FOUND))
        terms = CancellationQuoteView(
            refund=0,
            fee=self.fee,
            currency=self.stock.offer.business.currency,
            reason="late" if self.fee else "in time",
        )
        return CancellationQuoted(quote=terms, booking=booking)
