"""Which question is answered by whom?"""

from __future__ import annotations

from services.booking.mine import Mine
from services.booking.queries import Reads
from services.booking.quotes import Quotes
from services.booking.slot_queries import Slots
from shared.bus import Bus
from shared.messages import booking as msg


def answer_queries(bus: Bus, reads: Reads, slots: Slots, quotes: Quotes, mine: Mine) -> None:
    """Register every `qry.booking.*`. Call before the bus starts."""
    bus.answer(msg.FindSessions.name, msg.FindSessions, reads.find_sessions)
    bus.answer(msg.FindSlots.name, msg.FindSlots, slots.find)
    bus.answer(msg.GetCatalogue.name, msg.GetCatalogue, reads.get_catalogue)
    bus.answer(msg.GetSession.name, msg.GetSession, reads.get_session)
    bus.answer(msg.GetOccupancy.name, msg.GetOccupancy, reads.get_occupancy)
    bus.answer(msg.MyBookings.name, msg.MyBookings, mine.my_bookings)
    bus.answer(msg.MyBalances.name, msg.MyBalances, mine.my_balances)
    bus.answer(msg.ExportCustomer.name, msg.ExportCustomer, mine.export_customer)
    bus.answer(msg.QuoteBooking.name, msg.QuoteBooking, quotes.quote_booking)
    bus.answer(msg.PreviewSeries.name, msg.PreviewSeries, quotes.preview_series)
    bus.answer(msg.QuoteCancellation.name, msg.QuoteCancellation, quotes.quote_cancellation)
