"""A booking service in memory for recorded dialogues: a world's calendar, and what became of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from services.agent.evals.calendar import Calendar
from services.agent.evals.dialogue import World
from services.agent.tools import TurnContext
from services.agent.tools.spec import HandoffReason, Preference, PreferenceKey
from shared import ids
from shared.messages.booking import (
    AnswerOffer,
    Balances,
    BookingQuoted,
    BookingsFound,
    BookingStatus,
    BookingView,
    BookSession,
    BookSlot,
    CancelBooking,
    CancellationQuoted,
    CancellationQuoteView,
    Catalogue,
    Command,
    CommandOutcome,
    FindSessions,
    FindSlots,
    GetSession,
    JoinWaitlist,
    LeaveWaitlist,
    MyBalances,
    MyBookings,
    NextMove,
    QuoteBooking,
    QuoteCancellation,
    QuoteLineView,
    QuoteView,
    Refusal,
    RefusalCode,
    RescheduleBooking,
    RescheduleToSlot,
    SessionDetails,
    SessionsFound,
    SessionView,
    SlotsFound,
    WaitlistEntryView,
)
from shared.messages.receipts import ReceiptSent, SendReceipt

_NEAREST = 3
_SAID = {
    RefusalCode.SESSION_FULL: "That class is full.",
    RefusalCode.SLOT_TAKEN: "That time is taken.",
    RefusalCode.SEATS_FREE: "There is still space: book it.",
    RefusalCode.NOT_FOUND: "There is no such booking.",
    RefusalCode.FEE_CHANGED: "Cancelling costs something else now.",
    RefusalCode.OFFER_EXPIRED: "That offer has run out.",
    RefusalCode.PROMO_NOT_VALID: "That code is not valid.",
    RefusalCode.ALREADY_BOOKED: "You have already booked that.",
}


class Desk:
    """The agent's ports (bookings, preferences, handoff) over one world.

    `effects` are what was changed, each as a short line: `book Yoga 2026-11-23 19:00 x2`, `cancel …`,
    `move <from> -> <to>`, `wait …`, `leave …`, `accept …`, `decline …`, `receipt …`, `prefer staff=Ana`, `human`.
    """

    def __init__(self, world: World, preferences: dict[str, str] | None = None) -> None:
        self.world = world
        self.calendar = Calendar(world)
        self.now = self.calendar.now
        self.offer = self.calendar.offer
        self.effects: list[str] = []
        self.liked = dict(preferences or {})
        self._outcomes: dict[UUID, CommandOutcome] = {}
        self._bookings: dict[UUID, BookingView] = {}
        self._past: list[BookingView] = []
        self._waiting: dict[UUID, WaitlistEntryView] = {}
        self._opening(world)

    # -- what is asked

    async def catalogue(self, tenant_id: UUID) -> Catalogue:
        """See `Bookings`."""
        return self.offer

    async def find(self, question: FindSessions) -> SessionsFound:
        """See `Bookings`."""
        fitting = [
            s
            for s in sorted(self.calendar.sessions.values(), key=lambda s: (s.starts_at, s.service_name))
            if (not question.service_ids or s.service_id in question.service_ids)
            and (not question.staff_ids or s.staff_id in question.staff_ids)
            and (question.price_up_to is None or s.price <= question.price_up_to)
            and s.starts_at >= self.now
        ]
        inside = [s for s in fitting if question.starts_from <= s.starts_at < question.starts_before]
        roomy = [s for s in inside if s.seats_left >= question.party_size][: question.limit]
        others = [s for s in fitting if s.seats_left >= question.party_size and s not in inside]
        near = sorted(others, key=lambda s: abs(s.starts_at - question.starts_from))[:_NEAREST]
        return SessionsFound(
            sessions=tuple(roomy),
            full=tuple(s for s in inside if s.seats_left < question.party_size),
            alternatives=() if roomy else tuple(sorted(near, key=lambda s: s.starts_at)),
        )

    async def slots(self, question: FindSlots) -> SlotsFound:
        """See `Bookings`."""
        service = self.calendar.services[question.service_id]
        inside = list(
            self.calendar.free(service, question.starts_from, question.starts_before, question.staff_ids)
        )
        if inside:
            return SlotsFound(slots=tuple(inside[: question.limit]))
        after = self.calendar.free(
            service, question.starts_before, question.starts_before + timedelta(days=14), question.staff_ids
        )
        return SlotsFound(alternatives=tuple(slot for slot, _ in zip(after, range(_NEAREST), strict=False)))

    async def session(self, question: GetSession) -> SessionDetails:
        """See `Bookings`."""
        found = self.calendar.sessions.get(question.session_id)
        service = self.calendar.services[found.service_id] if found else None
        return SessionDetails(
            session=found, description=service.description if service else None, location=self.world.address
        )

    async def mine(self, question: MyBookings) -> BookingsFound:
        """See `Bookings`."""
        live = [b for b in self._bookings.values() if b.status is not BookingStatus.CANCELLED]
        found = [*live, *(self._past if question.past else ())]
        waiting = sorted(self._waiting.values(), key=lambda entry: entry.session.starts_at)
        return BookingsFound(
            bookings=tuple(sorted(found, key=lambda b: b.session.starts_at)), waiting=tuple(waiting)
        )

    async def balances(self, question: MyBalances) -> Balances:
        """See `Bookings`."""
        return Balances(currency=self.world.currency)

    async def quote(self, question: QuoteBooking) -> BookingQuoted:
        """See `Bookings`."""
        session = self.calendar.sessions.get(question.session_id) if question.session_id else None
        service = self.calendar.services[
            session.service_id if session else question.service_id or UUID(int=0)
        ]
        if session is not None and session.seats_left < question.party_size:
            return BookingQuoted(refusal=_refusal(RefusalCode.SESSION_FULL))
        if question.promo_code and question.promo_code.upper() not in self.world.promo:
            return BookingQuoted(refusal=_refusal(RefusalCode.PROMO_NOT_VALID))
        full = service.price * question.party_size
        off = self.world.promo.get((question.promo_code or "").upper(), 0)
        lines = [QuoteLineView(label=service.name, amount=full)]
        lines += (
            [QuoteLineView(label="Promo", reason=question.promo_code, amount=-full * off // 100)]
            if off
            else []
        )
        total = sum(line.amount for line in lines)
        return BookingQuoted(
            quote=QuoteView(lines=tuple(lines), total=total, due_now=0, currency=self.world.currency)
        )

    async def quote_cancellation(self, question: QuoteCancellation) -> CancellationQuoted:
        """See `Bookings`."""
        booking = self._bookings.get(question.booking_id)
        if booking is None:
            return CancellationQuoted(refusal=_refusal(RefusalCode.NOT_FOUND))
        terms = CancellationQuoteView(
            refund=0, fee=self.world.cancel_fee, currency=self.world.currency, reason="the business's terms"
        )
        return CancellationQuoted(quote=terms, booking=booking)

    async def send_receipt(self, job: SendReceipt) -> ReceiptSent:
        """See `Bookings`."""
        booking = next(
            (b for b in (*self._bookings.values(), *self._past) if b.booking_id == job.booking_id), None
        )
        if booking is None:
            return ReceiptSent(status="none")
        self.effects.append(f"receipt {self.calendar.name_of(booking.session)}")
        return ReceiptSent(status="sent")

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

    # -- what is done

    async def do(self, command: Command) -> CommandOutcome:
        """See `Bookings`."""
        if command.command_id not in self._outcomes:
            self._outcomes[command.command_id] = self._done(command)
        return self._outcomes[command.command_id]

    def _done(self, command: Command) -> CommandOutcome:
        match command:
            case BookSession():
                return self._book(command)
            case BookSlot():
                return self._book_slot(command)
            case CancelBooking():
                return self._cancel(command)
            case RescheduleBooking() | RescheduleToSlot():
                return self._move(command)
            case JoinWaitlist():
                return self._join(command)
            case LeaveWaitlist() | AnswerOffer():
                return self._answer(command)
            case _:
                raise TypeError(f"{command.name} is not part of dialogues")

    def _book(self, command: BookSession) -> CommandOutcome:
        chosen = self.calendar.sessions[command.session_id]
        if chosen.seats_left < command.party_size:
            near = [s for s in self.calendar.sessions.values() if s.seats_left >= command.party_size][
                :_NEAREST
            ]
            moves = tuple(NextMove(move="book", session=s) for s in near)
            refusal = _refusal(RefusalCode.SESSION_FULL).model_copy(update={"next": moves})
            return CommandOutcome(command_id=command.command_id, refusal=refusal)
        self.calendar.take(chosen, command.party_size)
        self.effects.append(f"book {self.calendar.name_of(chosen)} x{command.party_size}")
        return self._booked(command.command_id, chosen, command.party_size)

    def _book_slot(self, command: BookSlot) -> CommandOutcome:
        slot = self.calendar.slot(command.service_id, command.starts_at, command.staff_id)
        if slot is None:
            return CommandOutcome(command_id=command.command_id, refusal=_refusal(RefusalCode.SLOT_TAKEN))
        session = self.calendar.appointment(slot, command.staff_id)
        self.effects.append(f"book {self.calendar.name_of(session)} x{command.party_size}")
        return self._booked(command.command_id, session, command.party_size)

    def _booked(self, command_id: UUID, session: SessionView, party: int) -> CommandOutcome:
        booking = self._booking(ids.derive("booking", command_id), session, party)
        self._bookings[booking.booking_id] = booking
        return CommandOutcome(command_id=command_id, booking=booking)

    def _cancel(self, command: CancelBooking) -> CommandOutcome:
        booking = self._bookings.get(command.booking_id)
        if booking is None:
            return CommandOutcome(command_id=command.command_id, refusal=_refusal(RefusalCode.NOT_FOUND))
        if self.world.cancel_fee > (command.fee_shown or 0):
            return CommandOutcome(command_id=command.command_id, refusal=_refusal(RefusalCode.FEE_CHANGED))
        gone = booking.model_copy(update={"status": BookingStatus.CANCELLED})
        self._bookings[command.booking_id] = gone
        self.calendar.take(booking.session, -booking.party_size)
        self.effects.append(f"cancel {self.calendar.name_of(booking.session)}")
        return CommandOutcome(command_id=command.command_id, booking=gone)

    def _move(self, command: RescheduleBooking | RescheduleToSlot) -> CommandOutcome:
        booking = self._bookings[command.booking_id]
        if isinstance(command, RescheduleBooking):
            there: SessionView | None = self.calendar.sessions[command.session_id]
            code = RefusalCode.SESSION_FULL
            if there is not None and there.seats_left < booking.party_size:
                there = None
        else:
            slot = self.calendar.slot(booking.session.service_id, command.starts_at, command.staff_id)
            there = self.calendar.appointment(slot, command.staff_id) if slot else None
            code = RefusalCode.SLOT_TAKEN
        if there is None:
            return CommandOutcome(command_id=command.command_id, refusal=_refusal(code))
        self.calendar.take(booking.session, -booking.party_size)
        self.calendar.take(there, booking.party_size)
        self.effects.append(
            f"move {self.calendar.name_of(booking.session)} -> {self.calendar.name_of(there)}"
        )
        moved = self._bookings[command.booking_id] = booking.model_copy(update={"session": there})
        return CommandOutcome(command_id=command.command_id, booking=moved)

    def _join(self, command: JoinWaitlist) -> CommandOutcome:
        session = self.calendar.sessions[command.session_id]
        if session.seats_left >= command.party_size:
            return CommandOutcome(command_id=command.command_id, refusal=_refusal(RefusalCode.SEATS_FREE))
        entry = self._entry(session, command.party_size, 1, offered=False)
        self.effects.append(f"wait {self.calendar.name_of(session)} x{command.party_size}")
        return CommandOutcome(command_id=command.command_id, entry=entry)

    def _answer(self, command: LeaveWaitlist | AnswerOffer) -> CommandOutcome:
        entry = self._waiting.pop(command.entry_id, None)
        if entry is None:
            return CommandOutcome(command_id=command.command_id, refusal=_refusal(RefusalCode.OFFER_EXPIRED))
        name = self.calendar.name_of(entry.session)
        if isinstance(command, LeaveWaitlist):
            self.effects.append(f"leave {name}")
            return CommandOutcome(command_id=command.command_id, done="left")
        self.effects.append(f"{'accept' if command.accept else 'decline'} {name}")
        if not command.accept:
            return CommandOutcome(command_id=command.command_id, done="declined")
        return self._booked(command.command_id, entry.session, entry.party_size)

    # -- the calendar

    def entry_of(self, service: str, at: datetime) -> WaitlistEntryView:
        """The customer's place in the queue of this class. Raises `StopIteration` when there is none."""
        starts = at.replace(tzinfo=self.calendar.zone)
        return next(
            e
            for e in self._waiting.values()
            if e.session.service_name == service and e.session.starts_at == starts
        )

    def _opening(self, world: World) -> None:
        for number, had in enumerate(world.bookings):
            session = self.calendar.session_at(had.service, had.at, had.staff)
            booking = self._booking(ids.derive("booking", "before", number), session, had.party)
            if had.pay_link:
                booking = booking.model_copy(
                    update={"status": BookingStatus.PENDING_PAYMENT, "pay_link": had.pay_link}
                )
            if had.past:
                self._past.append(booking)
            else:
                self._bookings[booking.booking_id] = booking
        for queue in world.waiting:
            self._entry(
                self.calendar.session_at(queue.service, queue.at, None),
                queue.party,
                queue.position,
                offered=queue.offered,
            )

    def _entry(self, session: SessionView, party: int, position: int, *, offered: bool) -> WaitlistEntryView:
        entry = WaitlistEntryView(
            entry_id=ids.derive("entry", session.session_id, party),
            session=session,
            party_size=party,
            status="offered" if offered else "waiting",
            position=None if offered else position,
            offer_expires_at=self.now + timedelta(hours=2) if offered else None,
        )
        self._waiting[entry.entry_id] = entry
        return entry

    def _booking(self, booking_id: UUID, session: SessionView, party: int) -> BookingView:
        return BookingView(
            booking_id=booking_id,
            reference="EVAL",
            status=BookingStatus.CONFIRMED,
            party_size=party,
            total=session.price * party,
            session=session,
            booked_at=self.now,
        )


def _refusal(code: RefusalCode) -> Refusal:
    return Refusal(code=code, sentence=_SAID[code])
