"""What would it cost? The same decision that a command would get, taken on the world of this moment and not written."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from services.booking import series_world
from services.booking.cache import States
from services.booking.clock import Clock
from services.booking.domain import wire
from services.booking.domain.decisions import cancelling, decide, paying
from services.booking.domain.refusals import NO_SUCH_BOOKING, Refused
from services.booking.domain.results import BookingShown
from services.booking.domain.state import SessionState
from services.booking.domain.world import Draft
from services.booking.gather import Gatherer
from services.booking.loader import Loader
from shared.db import Database
from shared.messages.booking import (
    BookingQuoted,
    BookingView,
    BookSession,
    BookSlot,
    CancelBooking,
    CancellationQuoted,
    CancellationQuoteView,
    Contact,
    PreviewSeries,
    QuoteBooking,
    QuoteCancellation,
    SeriesPreview,
)
from shared.messages.conversation import ChannelAddress

SESSION_OF: Final = (
    "SELECT session_id FROM booking.bookings WHERE tenant_id = $1 AND id = $2 AND customer_id = $3"
)

_NOBODY: Final = ChannelAddress(channel="quote", account_id="", user_id="")


class Quotes:
    """Quotes for booking and for cancelling: what the command would do now, never older than the question."""

    def __init__(self, db: Database, gatherer: Gatherer, clock: Clock) -> None:
        self._db = db
        self._gatherer = gatherer
        self._clock = clock

    async def quote_booking(self, query: QuoteBooking) -> BookingQuoted:
        """The price of a session or slot for this customer, with reasons; or the refusal that booking would get."""
        now = self._clock()
        command = _wish(query)
        world, (resolved,) = await self._gatherer.gather([command], States(), now)
        result = (decided := decide(world, resolved, now)).result
        if isinstance(result, Refused):
            return BookingQuoted(refusal=wire.refusal_of(result))
        if not isinstance(result, BookingShown):
            raise TypeError(type(result).__name__)
        booking = result.event.booking
        state = next(iter(decided.draft.sessions.values()))
        priced = paying.Price(booking.price, booking.total, booking.terms)
        return BookingQuoted(quote=paying.view_of(state.facts, priced))

    async def preview_series(self, query: PreviewSeries) -> SeriesPreview:
        """Which dates of a repeating wish could be booked now, and which conflict."""
        return await series_world.preview_series(self._db, Loader(self._db), query, self._clock())

    async def quote_cancellation(self, query: QuoteCancellation) -> CancellationQuoted:
        """What cancelling costs and gives back now, and how long these terms hold."""
        now = self._clock()
        state, draft = await self._around(query, now)
        booking = state.booking(query.booking_id) if state is not None else None
        if state is None or booking is None:
            return CancellationQuoted(refusal=wire.refusal_of(NO_SUCH_BOOKING))
        terms = cancelling.quote(draft, state, booking, "customer")
        view = BookingView.model_validate_json(wire.booking_json(state, booking))
        if isinstance(terms, Refused):
            return CancellationQuoted(refusal=wire.refusal_of(terms), booking=view)
        quote = CancellationQuoteView(
            refund=terms.refund,
            fee=terms.keeps + terms.due,
            credits_returned=terms.credits_returned,
            currency=state.facts.business.currency,
            reason=terms.label,
            until=terms.holds_until,
        )
        return CancellationQuoted(quote=quote, booking=view)

    async def _around(self, query: QuoteCancellation, now: datetime) -> tuple[SessionState | None, Draft]:
        async with self._db.reading(query.tenant_id) as connection:
            session_id: UUID | None = await connection.fetchval(
                SESSION_OF, query.tenant_id, query.booking_id, query.customer_id
            )
        command = CancelBooking(
            tenant_id=query.tenant_id,
            command_id=uuid4(),
            session_id=session_id or UUID(int=0),
            booking_id=query.booking_id,
            customer_id=query.customer_id,
        )
        world, _ = await self._gatherer.gather([command], States(), now)
        draft = Draft(world, query.tenant_id, command.command_id, now)
        return (draft.session(session_id) if session_id is not None else None), draft


def _wish(query: QuoteBooking) -> BookSession | BookSlot:
    contact = Contact(customer_id=query.customer_id, conversation_id=query.customer_id, address=_NOBODY)
    if query.session_id is not None:
        return BookSession(
            tenant_id=query.tenant_id,
            command_id=uuid4(),
            session_id=query.session_id,
            contact=contact,
            party_size=query.party_size,
            method=query.method,
            gift_code=query.gift_code,
            promo_code=query.promo_code,
        )
    if query.service_id is None or query.starts_at is None:
        raise ValueError("a quote is for a session, or for a service and a start")
    return BookSlot(
        tenant_id=query.tenant_id,
        command_id=uuid4(),
        service_id=query.service_id,
        staff_id=query.staff_id,
        starts_at=query.starts_at,
        contact=contact,
        party_size=query.party_size,
        method=query.method,
        gift_code=query.gift_code,
        promo_code=query.promo_code,
    )
