"""What does booking do, in memory? Every command of the agent's `Bookings` port; the same command id gets the same outcome."""

from __future__ import annotations

from itertools import islice
from uuid import UUID

from services.agent.evals.answers import LOOK_AHEAD, Answers
from services.agent.evals.books import NEAREST, Stock, booking_of, name_of, refusal, roomy
from shared import ids
from shared.messages.booking import (
    AnswerOffer,
    BookingStatus,
    BookingView,
    BookSession,
    BookSlot,
    CancelBooking,
    Command,
    CommandOutcome,
    JoinWaitlist,
    LeaveWaitlist,
    NextMove,
    RefusalCode,
    RescheduleBooking,
    RescheduleToSlot,
    SessionView,
)
from shared.messages.receipts import ReceiptSent, SendReceipt


class Counter(Answers):
    """The agent's `Bookings` port over a stock, for one customer.

    `effects` are what was changed, each as a short line: `book Yoga 2026-11-23 19:00 x2`, `cancel …`,
    `move <from> -> <to>`, `wait …`, `leave …`, `accept …`, `decline …`, `receipt …`.
    """

    def __init__(self, stock: Stock) -> None:
        super().__init__(stock)
        self.effects: list[str] = []

    async def do(self, command: Command) -> CommandOutcome:
        """See `Bookings`."""
        outcomes = self.books.outcomes
        if command.command_id not in outcomes:
            outcomes[command.command_id] = self._done(command)
        return outcomes[command.command_id]

    async def send_receipt(self, job: SendReceipt) -> ReceiptSent:
        """See `Bookings`."""
        known = (*self.books.bookings.values(), *self.books.past)
        booking = next((one for one in known if one.booking_id == job.booking_id), None)
        if booking is None:
            return ReceiptSent(status="none")
        self.effects.append(f"receipt {name_of(booking.session)}")
        return ReceiptSent(status="sent")

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
        chosen = self.stock.sessions[command.session_id]
        if self.books.has(chosen):
            return _refused(command, RefusalCode.ALREADY_BOOKED)
        if chosen.seats_left < command.party_size:
            return self._full(command, command.party_size)
        self.stock.take(chosen, command.party_size)
        self.effects.append(f"book {name_of(chosen)} x{command.party_size}")
        taken = self.stock.sessions[command.session_id]
        return self._booked(command.command_id, taken, command.party_size)

    def _full(self, command: Command, party: int) -> CommandOutcome:
        near = roomy(self.stock.sessions.values(), party, self.stock.now)[:NEAREST]
        moves = [NextMove(move="book", session=session) for session in near]
        return _refused(command, RefusalCode.SESSION_FULL, *moves)

    def _book_slot(self, command: BookSlot) -> CommandOutcome:
        if self.books.has_slot(command.service_id, command.starts_at):
            return _refused(command, RefusalCode.ALREADY_BOOKED)
        slot = self.stock.slot(command.service_id, command.starts_at, command.staff_id)
        if slot is None:
            return _refused(command, RefusalCode.SLOT_TAKEN, *self._other_slots(command))
        session = self.stock.appointment(slot, command.staff_id)
        self.effects.append(f"book {name_of(session)} x{command.party_size}")
        return self._booked(command.command_id, session, command.party_size)

    def _other_slots(self, command: BookSlot) -> list[NextMove]:
        service, staff = (
            self.stock.services[command.service_id],
            [command.staff_id] if command.staff_id else [],
        )
        free = self.stock.free(service, command.starts_at, command.starts_at + LOOK_AHEAD, staff)
        return [NextMove(move="book_slot", slot=slot) for slot in islice(free, NEAREST)]

    def _booked(self, command_id: UUID, session: SessionView, party: int) -> CommandOutcome:
        booking = booking_of(ids.derive("booking", command_id), session, party, self.stock.now)
        self.books.bookings[booking.booking_id] = booking
        return CommandOutcome(command_id=command_id, booking=booking)

    def _cancel(self, command: CancelBooking) -> CommandOutcome:
        booking = self.books.bookings.get(command.booking_id)
        if booking is None or booking.status is BookingStatus.CANCELLED:
            return _refused(command, RefusalCode.NOT_FOUND)
        if self.fee > (command.fee_shown or 0):
            return _refused(command, RefusalCode.FEE_CHANGED)
        gone = booking.model_copy(update={"status": BookingStatus.CANCELLED})
        self.books.bookings[command.booking_id] = gone
        self.stock.take(booking.session, -booking.party_size)
        self.effects.append(f"cancel {name_of(booking.session)}")
        return CommandOutcome(command_id=command.command_id, booking=gone)

    def _move(self, command: RescheduleBooking | RescheduleToSlot) -> CommandOutcome:
        booking = self.books.bookings.get(command.booking_id)
        if booking is None:
            return _refused(command, RefusalCode.NOT_FOUND)
        if isinstance(command, RescheduleBooking):
            there = self.stock.sessions[command.session_id]
            if there.seats_left < booking.party_size:
                return _refused(command, RefusalCode.SESSION_FULL)
            self.stock.take(there, booking.party_size)
            self.stock.take(booking.session, -booking.party_size)
            there = self.stock.sessions[command.session_id]
        else:
            found = self._moved_to(booking, command)
            if found is None:
                return _refused(command, RefusalCode.SLOT_TAKEN)
            there = found
        self.effects.append(f"move {name_of(booking.session)} -> {name_of(there)}")
        moved = self.books.bookings[command.booking_id] = booking.model_copy(update={"session": there})
        return CommandOutcome(command_id=command.command_id, booking=moved)

    def _moved_to(self, booking: BookingView, command: RescheduleToSlot) -> SessionView | None:
        """The new time, which may overlap with the old one; None when it is not free."""
        self.stock.take(booking.session, -booking.party_size)
        slot = self.stock.slot(booking.session.service_id, command.starts_at, command.staff_id)
        if slot is None:
            self.stock.take(booking.session, booking.party_size)
            return None
        return self.stock.appointment(slot, command.staff_id)

    def _join(self, command: JoinWaitlist) -> CommandOutcome:
        session = self.stock.sessions[command.session_id]
        if self.books.waits_for(session):
            return _refused(command, RefusalCode.ALREADY_WAITING)
        if session.seats_left >= command.party_size:
            return _refused(command, RefusalCode.SEATS_FREE)
        entry = self.books.queue(session, command.party_size, 1)
        self.effects.append(f"wait {name_of(session)} x{command.party_size}")
        return CommandOutcome(command_id=command.command_id, entry=entry)

    def _answer(self, command: LeaveWaitlist | AnswerOffer) -> CommandOutcome:
        entry = self.books.waiting.pop(command.entry_id, None)
        if entry is None:
            return _refused(command, RefusalCode.WRONG_STATE)
        accepts = isinstance(command, AnswerOffer) and command.accept
        word, status = (
            ("leave", "withdrawn") if isinstance(command, LeaveWaitlist) else ("decline", "declined")
        )
        word, status = ("accept", "accepted") if accepts else (word, status)
        self.effects.append(f"{word} {name_of(entry.session)}")
        if entry.status == "offered" and not accepts:  # the place was kept for the answer
            self.stock.take(entry.session, -entry.party_size)
        over = entry.model_copy(update={"status": status, "position": None, "offer_expires_at": None})
        outcome = CommandOutcome(command_id=command.command_id, entry=over)
        if accepts:
            booked = self._booked(command.command_id, entry.session, entry.party_size)
            outcome = outcome.model_copy(update={"booking": booked.booking})
        return outcome


def _refused(command: Command, code: RefusalCode, *moves: NextMove) -> CommandOutcome:
    return CommandOutcome(command_id=command.command_id, refusal=refusal(code, *moves))
