"""A booking service in memory for recorded dialogues: a world's calendar, and what became of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from services.agent.evals.books import booking_of
from services.agent.evals.calendar import Calendar
from services.agent.evals.counter import Counter
from services.agent.evals.dialogue import World
from services.agent.tools import TurnContext
from services.agent.tools.spec import HandoffReason, Preference, PreferenceKey
from shared import ids
from shared.messages.booking import BookingStatus, WaitlistEntryView


class Desk(Counter):
    """The agent's ports (bookings, preferences, handoff) over one world, as it is when a dialogue begins.

    Effects beside those of `Counter`: `prefer staff=Ana`, `human`.
    """

    def __init__(self, world: World, preferences: dict[str, str] | None = None) -> None:
        self.world = world
        self.calendar = Calendar(world)
        super().__init__(self.calendar)
        self.fee, self.promo, self.location = world.cancel_fee, world.promo, world.address
        self.now = self.calendar.now
        self.offer = self.calendar.offer
        self.liked = dict(preferences or {})
        self._opening(world)

    # -- preferences and handoff

    async def all(self, context: TurnContext) -> tuple[Preference, ...]:
        """See `Preferences`."""
        return tuple(Preference(key, value) for key, value in self.liked.items())

    async def set(self, context: TurnContext, key: PreferenceKey, value: str | None) -> None:
        """See `Preferences`."""
        if value is None:
            self.liked.pop(key, None)
        else:
            self.liked[key] = value
        self.effects.append(f"prefer {key}={value or ''}")

    async def ask(
        self, context: TurnContext, reason: HandoffReason, note: str | None, command_id: UUID
    ) -> None:
        """See `Handoff`."""
        self.effects.append("human")

    # -- the world

    def entry_of(self, service: str, at: datetime) -> WaitlistEntryView:
        """The customer's place in the queue of this class. Raises `StopIteration` when there is none."""
        starts = at.replace(tzinfo=self.calendar.zone)
        return next(
            e
            for e in self.books.waiting.values()
            if e.session.service_name == service and e.session.starts_at == starts
        )

    def _opening(self, world: World) -> None:
        for number, had in enumerate(world.bookings):
            session = self.calendar.session_at(had.service, had.at, had.staff)
            booking = booking_of(ids.derive("booking", "before", number), session, had.party, self.now)
            if had.pay_link:
                unpaid = {"status": BookingStatus.PENDING_PAYMENT, "pay_link": had.pay_link}
                booking = booking.model_copy(update=unpaid)
            if had.past:
                self.books.past.append(booking)
            else:
                self.books.bookings[booking.booking_id] = booking
        for queue in world.waiting:
            session = self.calendar.session_at(queue.service, queue.at, None)
            offered_at = self.now if queue.offered else None
            self.books.queue(session, queue.party, queue.position, offered_at=offered_at)
