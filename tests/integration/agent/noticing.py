"""A customer of a booking service, real or in memory, who writes down what they notice of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.agent.tools.spec import Bookings
from shared import ids
from shared.messages.booking import (
    Command,
    CommandOutcome,
    Contact,
    FindSessions,
    FindSlots,
    MyBookings,
    QuoteBooking,
    QuoteCancellation,
    SessionView,
    SlotView,
)
from shared.messages.conversation import ChannelAddress


@dataclass
class Play:
    """A customer of one of the two, and what they noticed."""

    bookings: Bookings
    tenant_id: UUID
    zone: ZoneInfo
    user_id: str
    noticed: list[tuple[object, ...]] = field(default_factory=list)
    commands: int = 0

    @property
    def contact(self) -> Contact:
        address = ChannelAddress(channel="whatsapp", account_id="100", user_id=self.user_id, name="Maria")
        return Contact(
            customer_id=ids.customer_id_of(self.tenant_id, "whatsapp", self.user_id),
            conversation_id=ids.conversation_id_of(self.tenant_id, "whatsapp", "100", self.user_id),
            address=address,
        )

    def at(self, days: int, hour: int) -> datetime:
        """So many days from today, on the hour there."""
        day = datetime.now(self.zone).date() + timedelta(days=days)
        return datetime.combine(day, datetime.min.time(), self.zone) + timedelta(hours=hour)

    def when(self, moment: datetime) -> str:
        local = moment.astimezone(self.zone)
        return f"{(local.date() - datetime.now(self.zone).date()).days:+d} {local:%H:%M}"

    def session(self, one: SessionView) -> tuple[object, ...]:
        return (one.service_name, self.when(one.starts_at), one.price, one.seats_left, one.staff_name)

    def slot(self, one: SlotView) -> tuple[object, ...]:
        return (one.service_name, self.when(one.starts_at), one.price, len(one.staff_ids))

    def note(self, *what: object) -> None:
        self.noticed.append(what)

    async def find(self, days: int, party: int = 1, **more: Any) -> list[SessionView]:
        """What there is on that day."""
        question = FindSessions(
            tenant_id=self.tenant_id,
            customer_id=self.contact.customer_id,
            starts_from=self.at(days, 0),
            starts_before=self.at(days + 1, 0),
            party_size=party,
            **more,
        )
        found = await self.bookings.find(question)
        self.note("found", [self.session(one) for one in found.sessions])
        self.note("full", [self.session(one) for one in found.full])
        return [*found.sessions, *found.full]

    async def free(self, service_id: UUID, hour: int, until: int) -> tuple[SlotView, ...]:
        """Which times are free tomorrow."""
        question = FindSlots(
            tenant_id=self.tenant_id,
            customer_id=self.contact.customer_id,
            service_id=service_id,
            starts_from=self.at(1, hour),
            starts_before=self.at(1, until),
        )
        found = await self.bookings.slots(question)
        self.note("slots", [self.slot(one) for one in found.slots])
        return found.slots

    async def mine(self) -> None:
        """What they have."""
        found = await self.bookings.mine(
            MyBookings(tenant_id=self.tenant_id, customer_id=self.contact.customer_id)
        )
        self.note(
            "mine", [(self.session(b.session)[:3], b.party_size, b.total, b.status) for b in found.bookings]
        )
        self.note(
            "waiting",
            [(self.session(e.session)[:3], e.party_size, e.status, e.position) for e in found.waiting],
        )

    async def price(self, **more: Any) -> None:
        """What it would cost."""
        question = QuoteBooking(tenant_id=self.tenant_id, customer_id=self.contact.customer_id, **more)
        told = await self.bookings.quote(question)
        quote = (told.quote.total, told.quote.due_now, told.quote.currency) if told.quote else None
        self.note("quote", quote, told.refusal.code if told.refusal else None)

    async def fee(self, booking_id: UUID) -> None:
        """What cancelling would cost."""
        question = QuoteCancellation(
            tenant_id=self.tenant_id, customer_id=self.contact.customer_id, booking_id=booking_id
        )
        told = await self.bookings.quote_cancellation(question)
        quote = (told.quote.fee, told.quote.currency) if told.quote else None
        self.note("terms", quote, told.refusal.code if told.refusal else None)

    async def do(self, kind: type[Command], again: bool = False, **more: Any) -> CommandOutcome:
        """Do it (`again`: the same command once more)."""
        self.commands += 0 if again else 1
        command_id = ids.derive("play", self.user_id, self.commands)
        whole = {"contact": self.contact, "customer_id": self.contact.customer_id}
        who = {name: value for name, value in whole.items() if name in kind.model_fields}
        command = kind(tenant_id=self.tenant_id, command_id=command_id, **who, **more)
        outcome = await self.bookings.do(command)
        booking, entry = outcome.booking, outcome.entry
        self.note(
            kind.__name__,
            (self.session(booking.session)[:3], booking.party_size, booking.total, booking.status)
            if booking
            else None,
            (self.session(entry.session)[:3], entry.party_size, entry.status, entry.position)
            if entry
            else None,
            outcome.refusal.code if outcome.refusal else None,
        )
        return outcome
