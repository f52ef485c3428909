"""A studio for the agent's unit tests: its calendar in memory behind the agent's ports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from services.agent.evals.counter import Counter
from shared import ids
from shared.errors import Transient
from shared.messages.booking import (
    BookingView,
    BusinessView,
    Catalogue,
    Command,
    CommandOutcome,
    FindSessions,
    PassView,
    ServiceView,
    SessionsFound,
    SessionView,
    SlotView,
    StaffView,
    WaitlistEntryView,
)
from shared.messages.receipts import ReceiptSent, SendReceipt
from tests.unit.agent.scissors import Scissors

TENANT = ids.tenant_id_of("casa-yoga")
ZONE = ZoneInfo("Europe/Lisbon")
NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)  # a Sunday; Lisbon is on UTC then

ANA, RUI = (ids.derive("staff", name) for name in ("Ana", "Rui"))
VINYASA, YIN, PILATES = (ids.derive("service", name) for name in ("Vinyasa", "Yin", "Pilates"))

BUSINESS = BusinessView(
    business_name="Casa Yoga",
    timezone="Europe/Lisbon",
    language="en",
    currency="EUR",
    address="Rua das Flores 10, Lisboa",
    phone="+351 210 000 000",
    opening_hours="every day from 7:00 to 21:00",
)
CATALOGUE = Catalogue(
    business=BUSINESS,
    services=(
        ServiceView(service_id=VINYASA, name="Vinyasa Yoga", duration_minutes=60, price=1500, currency="EUR",
                    synonyms=("flow",), staff_ids=(ANA,)),
        ServiceView(service_id=YIN, name="Yin Yoga", duration_minutes=75, price=1200, currency="EUR",
                    staff_ids=(ANA, RUI)),
        ServiceView(service_id=PILATES, name="Pilates", duration_minutes=50, price=1800, currency="EUR",
                    staff_ids=(RUI,)),
    ),
    staff=(
        StaffView(staff_id=ANA, name="Ana Costa", role="yoga teacher", bio="Teaches with a smile."),
        StaffView(staff_id=RUI, name="Rui Silva", role="pilates teacher"),
    ),
)  # fmt: skip


def session(
    service: UUID, local: str, *, seats: int = 4, staff: UUID | None = ANA, capacity: int = 10
) -> SessionView:
    """A session at a local wall-clock time like `2026-11-23 19:00`."""
    offer = next(s for s in CATALOGUE.services if s.service_id == service)
    person = next((p for p in CATALOGUE.staff if p.staff_id == staff), None)
    starts = datetime.fromisoformat(local).replace(tzinfo=ZONE)
    ends = starts + timedelta(minutes=offer.duration_minutes)
    return SessionView(
        session_id=ids.derive("session", service, local),
        service_id=service,
        service_name=offer.name,
        staff_id=staff,
        staff_name=person.name.split()[0] if person else None,
        starts_at=starts.astimezone(UTC),
        ends_at=ends.astimezone(UTC),
        timezone="Europe/Lisbon",
        local=f"{starts:%a} {starts.day} {starts:%b}, {starts:%H:%M}–{ends:%H:%M}",
        price=offer.price,
        currency="EUR",
        capacity=capacity,
        seats_left=seats,
    )


class Shelf:
    """A stock of these sessions and these `slots`. Whoever is booked for a slot is no longer free then."""

    def __init__(self, sessions: Sequence[SessionView], offer: Catalogue) -> None:
        self.now = NOW
        self.offer = offer
        self.services = {service.service_id: service for service in offer.services}
        self.sessions = {s.session_id: s for s in sessions}
        self.slots: list[SlotView] = []

    def free(
        self, service: ServiceView, starts_from: datetime, starts_before: datetime, staff: Sequence[UUID]
    ) -> Iterator[SlotView]:
        for slot in sorted(self.slots, key=lambda slot: slot.starts_at):
            wanted = slot.service_id == service.service_id and starts_from <= slot.starts_at < starts_before
            if wanted and (not staff or set(slot.staff_ids) & set(staff)):
                yield slot

    def slot(self, service_id: UUID, starts_at: datetime, staff_id: UUID | None) -> SlotView | None:
        return next((s for s in self.slots if (s.service_id, s.starts_at) == (service_id, starts_at)), None)

    def appointment(self, slot: SlotView, staff_id: UUID | None) -> SessionView:
        self.slots.remove(slot)
        staff = next(p for p in self.offer.staff if p.staff_id == (staff_id or slot.staff_ids[0]))
        return SessionView(
            session_id=ids.derive("appointment", slot.service_id, slot.starts_at),
            service_id=slot.service_id,
            service_name=slot.service_name,
            staff_id=staff.staff_id,
            staff_name=staff.name.split()[0],
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            timezone=slot.timezone,
            local=slot.local,
            price=slot.price,
            currency=slot.currency,
            capacity=1,
            seats_left=0,
        )

    def take(self, session: SessionView, seats: int) -> None:
        found = self.sessions.get(session.session_id)
        if found is not None:
            left = {"seats_left": found.seats_left - seats}
            self.sessions[session.session_id] = found.model_copy(update=left)


class Studio(Counter):
    """The booking service in memory (the evals' own), with all that it is asked and told, and where a process can die."""

    def __init__(self, *sessions: SessionView, catalogue: Catalogue = CATALOGUE) -> None:
        self.shelf = Shelf(sessions, catalogue)
        super().__init__(self.shelf)
        self.passes = (PassView(pass_id=ids.derive("pass"), name="10 classes", kind="pack", left=7),)
        self.location = "Upstairs"
        self.commands: list[Command] = []
        self.questions: list[FindSessions] = []
        self.receipts: list[SendReceipt] = []
        self.away = False
        self.scissors = Scissors()

    @property
    def sessions(self) -> dict[UUID, SessionView]:
        return self.shelf.sessions

    @sessions.setter
    def sessions(self, sessions: dict[UUID, SessionView]) -> None:
        self.shelf.sessions = sessions

    @property
    def offer(self) -> Catalogue:
        return self.shelf.offer

    @offer.setter
    def offer(self, catalogue: Catalogue) -> None:
        self.shelf.offer = catalogue

    @property
    def free(self) -> list[SlotView]:
        return self.shelf.slots

    @free.setter
    def free(self, slots: list[SlotView]) -> None:
        self.shelf.slots = slots

    @property
    def bookings(self) -> dict[UUID, BookingView]:
        return self.books.bookings

    @property
    def past(self) -> list[BookingView]:
        return self.books.past

    @past.setter
    def past(self, bookings: list[BookingView]) -> None:
        self.books.past = bookings

    @property
    def waiting(self) -> dict[UUID, WaitlistEntryView]:
        return self.books.waiting

    @property
    def outcomes(self) -> dict[UUID, CommandOutcome]:
        return self.books.outcomes

    async def find(self, question: FindSessions) -> SessionsFound:
        self.questions.append(question)
        return await super().find(question)

    async def do(self, command: Command) -> CommandOutcome:
        if self.away:
            raise Transient("booking is away")
        self.scissors.moment("command not sent")
        self.commands.append(command)
        outcome = await super().do(command)
        self.scissors.moment("command done, outcome not received")
        return outcome

    async def send_receipt(self, job: SendReceipt) -> ReceiptSent:
        self.receipts.append(job)
        return await super().send_receipt(job)

    def fill(self, chosen: SessionView) -> None:
        """Somebody else takes the last places."""
        self.sessions[chosen.session_id] = chosen.model_copy(update={"seats_left": 0})

    def queued(self, chosen: SessionView, *, offered: bool = False) -> WaitlistEntryView:
        """The customer waits for this session, or was offered a place in it."""
        return self.books.queue(chosen, 1, 1, offered_at=NOW if offered else None)


def week() -> Studio:
    """A studio with a week of classes: Vinyasa every day at 19:00, Yin on Monday 09:00 and 20:30, Pilates Tuesday."""
    days = [f"2026-11-{day}" for day in range(23, 30)]
    return Studio(
        *(session(VINYASA, f"{day} 19:00") for day in days),
        session(YIN, "2026-11-23 09:00", staff=RUI),
        session(YIN, "2026-11-23 20:30", staff=RUI, seats=2),
        session(PILATES, "2026-11-24 10:00", staff=RUI),
    )
