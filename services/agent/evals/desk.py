"""A booking service in memory for recorded dialogues: a world's calendar, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from services.agent.evals.dialogue import World, WorldService
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
    BusinessView,
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
    ProductView,
    QuoteBooking,
    QuoteCancellation,
    QuoteLineView,
    QuoteView,
    Refusal,
    RefusalCode,
    RescheduleBooking,
    RescheduleToSlot,
    ServiceView,
    SessionDetails,
    SessionsFound,
    SessionView,
    SlotsFound,
    SlotView,
    StaffView,
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
        self.zone = ZoneInfo(world.timezone)
        self.now = world.now.replace(tzinfo=self.zone)
        self.offer = _catalogue(world)
        self.effects: list[str] = []
        self.liked = dict(preferences or {})
        self._services = {service.service_id: service for service in self.offer.services}
        self._by_name = {service.name: service for service in self.offer.services}
        self._outcomes: dict[UUID, CommandOutcome] = {}
        self._sessions = {s.session_id: s for s in self._dated(world)}
        self._bookings: dict[UUID, BookingView] = {}
        self._past: list[BookingView] = []
        self._waiting: dict[UUID, WaitlistEntryView] = {}
        self._busy: set[tuple[datetime, UUID]] = set()
        self._opening(world)

    # -- what is asked

    async def catalogue(self, tenant_id: UUID) -> Catalogue:
        """See `Bookings`."""
        return self.offer

    async def find(self, question: FindSessions) -> SessionsFound:
        """See `Bookings`."""
        fitting = [
            s
            for s in sorted(self._sessions.values(), key=lambda s: (s.starts_at, s.service_name))
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
        service = self._services[question.service_id]
        inside = list(self._free(service, question.starts_from, question.starts_before, question.staff_ids))
        if inside:
            return SlotsFound(slots=tuple(inside[: question.limit]))
        after = self._free(
            service, question.starts_before, question.starts_before + timedelta(days=14), question.staff_ids
        )
        return SlotsFound(alternatives=tuple(slot for slot, _ in zip(after, range(_NEAREST), strict=False)))

    async def session(self, question: GetSession) -> SessionDetails:
        """See `Bookings`."""
        found = self._sessions.get(question.session_id)
        service = self._services[found.service_id] if found else None
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
        session = self._sessions.get(question.session_id) if question.session_id else None
        service = self._services[session.service_id if session else question.service_id or UUID(int=0)]
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
        self.effects.append(f"receipt {self._name(booking.session)}")
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
        chosen = self._sessions[command.session_id]
        if chosen.seats_left < command.party_size:
            near = [s for s in self._sessions.values() if s.seats_left >= command.party_size][:_NEAREST]
            moves = tuple(NextMove(move="book", session=s) for s in near)
            refusal = _refusal(RefusalCode.SESSION_FULL).model_copy(update={"next": moves})
            return CommandOutcome(command_id=command.command_id, refusal=refusal)
        self._take(chosen, command.party_size)
        self.effects.append(f"book {self._name(chosen)} x{command.party_size}")
        return self._booked(command.command_id, chosen, command.party_size)

    def _book_slot(self, command: BookSlot) -> CommandOutcome:
        slot = self._slot(command.service_id, command.starts_at, command.staff_id)
        if slot is None:
            return CommandOutcome(command_id=command.command_id, refusal=_refusal(RefusalCode.SLOT_TAKEN))
        session = self._appointment(slot, command.staff_id)
        self.effects.append(f"book {self._name(session)} x{command.party_size}")
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
        self._take(booking.session, -booking.party_size)
        self.effects.append(f"cancel {self._name(booking.session)}")
        return CommandOutcome(command_id=command.command_id, booking=gone)

    def _move(self, command: RescheduleBooking | RescheduleToSlot) -> CommandOutcome:
        booking = self._bookings[command.booking_id]
        if isinstance(command, RescheduleBooking):
            there: SessionView | None = self._sessions[command.session_id]
            code = RefusalCode.SESSION_FULL
            if there is not None and there.seats_left < booking.party_size:
                there = None
        else:
            slot = self._slot(booking.session.service_id, command.starts_at, command.staff_id)
            there = self._appointment(slot, command.staff_id) if slot else None
            code = RefusalCode.SLOT_TAKEN
        if there is None:
            return CommandOutcome(command_id=command.command_id, refusal=_refusal(code))
        self._take(booking.session, -booking.party_size)
        self._take(there, booking.party_size)
        self.effects.append(f"move {self._name(booking.session)} -> {self._name(there)}")
        moved = self._bookings[command.booking_id] = booking.model_copy(update={"session": there})
        return CommandOutcome(command_id=command.command_id, booking=moved)

    def _join(self, command: JoinWaitlist) -> CommandOutcome:
        session = self._sessions[command.session_id]
        if session.seats_left >= command.party_size:
            return CommandOutcome(command_id=command.command_id, refusal=_refusal(RefusalCode.SEATS_FREE))
        entry = self._entry(session, command.party_size, 1, offered=False)
        self.effects.append(f"wait {self._name(session)} x{command.party_size}")
        return CommandOutcome(command_id=command.command_id, entry=entry)

    def _answer(self, command: LeaveWaitlist | AnswerOffer) -> CommandOutcome:
        entry = self._waiting.pop(command.entry_id, None)
        if entry is None:
            return CommandOutcome(command_id=command.command_id, refusal=_refusal(RefusalCode.OFFER_EXPIRED))
        name = self._name(entry.session)
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
        starts = at.replace(tzinfo=self.zone)
        return next(
            e
            for e in self._waiting.values()
            if e.session.service_name == service and e.session.starts_at == starts
        )

    def _opening(self, world: World) -> None:
        for number, had in enumerate(world.bookings):
            session = self._session(had.service, had.at, had.staff)
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
                self._session(queue.service, queue.at, None),
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

    def _dated(self, world: World) -> Iterator[SessionView]:
        for told in world.sessions:
            yield self._made(told.service, told.at, told.staff, told.seats, 10)

    def _session(self, service: str, at: datetime, staff: str | None) -> SessionView:
        """The class there is at that time, or an appointment made for it."""
        starts = at.replace(tzinfo=self.zone)
        for session in self._sessions.values():
            if session.service_name == service and session.starts_at == starts:
                return session
        made = self._made(service, at, staff, 0, 1)
        if made.staff_id is not None:
            self._busy.add((made.starts_at, made.staff_id))
        return made

    def _made(self, service: str, at: datetime, staff: str | None, seats: int, capacity: int) -> SessionView:
        offer = self._by_name[service]
        person = next((p for p in self.offer.staff if staff and p.name.startswith(staff)), None)
        starts = at.replace(tzinfo=self.zone)
        return SessionView(
            session_id=ids.derive("session", offer.service_id, at.isoformat()),
            service_id=offer.service_id,
            service_name=offer.name,
            staff_id=person.staff_id if person else None,
            staff_name=person.name.split()[0] if person else None,
            level=offer.level,
            starts_at=starts,
            ends_at=starts + timedelta(minutes=offer.duration_minutes),
            timezone=self.world.timezone,
            local=_local(starts, starts + timedelta(minutes=offer.duration_minutes)),
            price=offer.price,
            currency=offer.currency,
            capacity=capacity,
            seats_left=seats,
        )

    def _take(self, session: SessionView, seats: int) -> None:
        now = self._sessions.get(session.session_id)
        if now is not None:
            self._sessions[session.session_id] = now.model_copy(update={"seats_left": now.seats_left - seats})
        elif session.staff_id is not None:
            key = (session.starts_at, session.staff_id)
            self._busy.add(key) if seats > 0 else self._busy.discard(key)

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

    def _free(
        self, service: ServiceView, starts_from: datetime, starts_before: datetime, staff: Sequence[UUID]
    ) -> Iterator[SlotView]:
        people = [p for p in service.staff_ids if not staff or p in staff]
        taken = {at.replace(tzinfo=self.zone) for at in self.world.taken}
        at = max(starts_from, self.now).astimezone(self.zone)
        step = self.world.slot_minutes
        at = at.replace(minute=at.minute // step * step if step < 60 else 0, second=0, microsecond=0)
        while at < starts_before:
            free = tuple(p for p in people if (at, p) not in self._busy)
            open_ = time(self.world.opens) <= at.time() and at.hour < self.world.closes
            if at >= starts_from and at >= self.now and open_ and free and at not in taken:
                yield self._slot_view(service, at, free)
            at = (at.replace(tzinfo=None) + timedelta(minutes=step)).replace(tzinfo=self.zone)

    def _slot_view(self, service: ServiceView, at: datetime, staff: tuple[UUID, ...]) -> SlotView:
        ends = at + timedelta(minutes=service.duration_minutes)
        return SlotView(
            service_id=service.service_id,
            service_name=service.name,
            staff_ids=staff,
            starts_at=at,
            ends_at=ends,
            timezone=self.world.timezone,
            local=_local(at, ends),
            price=service.price,
            currency=service.currency,
        )

    def _slot(self, service_id: UUID, starts_at: datetime, staff_id: UUID | None) -> SlotView | None:
        staff = (staff_id,) if staff_id else ()
        until = starts_at + timedelta(minutes=1)
        return next(self._free(self._services[service_id], starts_at, until, staff), None)

    def _appointment(self, slot: SlotView, staff_id: UUID | None) -> SessionView:
        chosen = staff_id or slot.staff_ids[0]
        person = next(p for p in self.offer.staff if p.staff_id == chosen)
        self._busy.add((slot.starts_at, chosen))
        starts = slot.starts_at.astimezone(self.zone).replace(tzinfo=None)
        return self._made(slot.service_name, starts, person.name, 0, 1)

    def _name(self, session: SessionView) -> str:
        return f"{session.service_name} {session.starts_at.astimezone(self.zone):%Y-%m-%d %H:%M}"


def _refusal(code: RefusalCode) -> Refusal:
    return Refusal(code=code, sentence=_SAID[code])


def _local(starts: datetime, ends: datetime) -> str:
    return f"{starts:%a} {starts.day} {starts:%b}, {starts:%H:%M}–{ends:%H:%M}"


def _catalogue(world: World) -> Catalogue:
    staff = tuple(
        StaffView(
            staff_id=ids.derive("staff", p.name), name=p.name, role=p.role, bio=p.bio, synonyms=p.synonyms
        )
        for p in world.staff
    )
    return Catalogue(
        business=BusinessView(
            business_name=world.business,
            timezone=world.timezone,
            language=world.language,
            currency=world.currency,
            address=world.address,
            phone=world.phone,
            opening_hours=world.opening_hours,
        ),
        services=tuple(_service(service, world, staff) for service in world.services),
        staff=staff,
        products=tuple(
            ProductView(key=p.name.lower(), name=p.name, kind=p.kind, price=p.price, currency=world.currency)
            for p in world.products
        ),
    )


def _service(service: WorldService, world: World, staff: tuple[StaffView, ...]) -> ServiceView:
    return ServiceView(
        service_id=ids.derive("service", service.name),
        name=service.name,
        kind=service.kind,
        description=service.description,
        duration_minutes=service.minutes,
        price=service.price,
        currency=world.currency,
        synonyms=service.synonyms,
        level=service.level,
        staff_ids=tuple(p.staff_id for p in staff if not service.staff or p.name in service.staff),
    )
