"""A studio for the agent's unit tests: its calendar in memory behind the agent's ports, and a customer who chats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from pydantic_ai.models import Model

from services.agent.groups import Group
from services.agent.journal import Step
from services.agent.memory import Memory
from services.agent.model import build_agent
from services.agent.offline import OfflineModel
from services.agent.runs import runner_of
from services.agent.speaker import AgentSpeaker
from services.agent.store import ClosedTurn, OpenedTurn
from services.agent.takeover import Takeover
from services.agent.turns import Turns
from shared import ids
from shared.errors import Transient
from shared.messages.booking import (
    BookingsFound,
    BookingStatus,
    BookingView,
    BookSession,
    BusinessView,
    CancelBooking,
    Catalogue,
    CommandOutcome,
    FindSessions,
    MyBookings,
    NextMove,
    Refusal,
    RefusalCode,
    ServiceView,
    SessionsFound,
    SessionView,
    StaffView,
)
from shared.messages.conversation import (
    ChannelAddress,
    ChoiceContent,
    Content,
    MessageReceived,
    MessageSent,
    TextBody,
    TextContent,
    VoiceContent,
)
from shared.outbox import Outgoing

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


class Cut(BaseException):
    """The process dies here (nothing may catch it)."""


class Scissors:
    """Counts the moments at which a process can die, and lets it die at the chosen one."""

    def __init__(self, at: int | None = None) -> None:
        self.at = at
        self.seen: list[str] = []

    def moment(self, name: str) -> None:
        """Passing here; dies if this is the chosen moment."""
        self.seen.append(name)
        if len(self.seen) == self.at:
            raise Cut(name)


class Studio:
    """The booking service in memory: the agent's `Bookings` port, with the same answers for the same command id."""

    def __init__(self, *sessions: SessionView) -> None:
        self.sessions = {s.session_id: s for s in sessions}
        self.bookings: dict[UUID, BookingView] = {}
        self.outcomes: dict[UUID, CommandOutcome] = {}
        self.commands: list[BookSession | CancelBooking] = []
        self.questions: list[FindSessions] = []
        self.away = False
        self.scissors = Scissors()

    async def catalogue(self, tenant_id: UUID) -> Catalogue:
        return CATALOGUE

    async def find(self, question: FindSessions) -> SessionsFound:
        self.questions.append(question)
        mine = [
            s
            for s in sorted(self.sessions.values(), key=lambda s: s.starts_at)
            if (not question.service_ids or s.service_id in question.service_ids)
            and (not question.staff_ids or s.staff_id in question.staff_ids)
        ]
        inside = [s for s in mine if question.starts_from <= s.starts_at < question.starts_before]
        roomy = tuple(s for s in inside if s.seats_left >= question.party_size)[: question.limit]
        others = [s for s in mine if s.seats_left >= question.party_size and s not in inside]
        near = sorted(others, key=lambda s: abs(s.starts_at - question.starts_from))[:3]
        return SessionsFound(
            sessions=roomy,
            full=tuple(s for s in inside if s.seats_left < question.party_size),
            alternatives=() if roomy else tuple(sorted(near, key=lambda s: s.starts_at)),
        )

    async def mine(self, question: MyBookings) -> BookingsFound:
        found = [b for b in self.bookings.values() if b.status is BookingStatus.CONFIRMED]
        return BookingsFound(bookings=tuple(sorted(found, key=lambda b: b.session.starts_at)))

    async def do(self, command: BookSession | CancelBooking) -> CommandOutcome:
        if self.away:
            raise Transient("booking is away")
        self.scissors.moment("command not sent")
        self.commands.append(command)
        if command.command_id not in self.outcomes:
            self.outcomes[command.command_id] = (
                self._book(command) if isinstance(command, BookSession) else self._cancel(command)
            )
        self.scissors.moment("command done, outcome not received")
        return self.outcomes[command.command_id]

    def fill(self, chosen: SessionView) -> None:
        """Somebody else takes the last places."""
        self.sessions[chosen.session_id] = chosen.model_copy(update={"seats_left": 0})

    def _book(self, command: BookSession) -> CommandOutcome:
        chosen = self.sessions[command.session_id]
        if chosen.seats_left < command.party_size:
            near = [s for s in self.sessions.values() if s.seats_left >= command.party_size]
            moves = tuple(
                NextMove(move="book", session=s) for s in sorted(near, key=lambda s: s.starts_at)[:3]
            )
            refusal = Refusal(code=RefusalCode.SESSION_FULL, sentence="That class is full.", next=moves)
            return CommandOutcome(command_id=command.command_id, refusal=refusal)
        left = chosen.seats_left - command.party_size
        chosen = self.sessions[command.session_id] = chosen.model_copy(update={"seats_left": left})
        booking = BookingView(
            booking_id=ids.derive("booking", command.command_id),
            reference="ABC123",
            status=BookingStatus.CONFIRMED,
            party_size=command.party_size,
            total=chosen.price * command.party_size,
            session=chosen,
            booked_at=NOW,
        )
        self.bookings[booking.booking_id] = booking
        return CommandOutcome(command_id=command.command_id, booking=booking)

    def _cancel(self, command: CancelBooking) -> CommandOutcome:
        booking = self.bookings[command.booking_id]
        gone = booking.model_copy(update={"status": BookingStatus.CANCELLED})
        self.bookings[command.booking_id] = gone
        return CommandOutcome(command_id=command.command_id, booking=gone)


@dataclass
class Ledger:
    """The turns' store in memory."""

    turns: dict[UUID, ClosedTurn | None] = field(default_factory=dict)
    steps: dict[UUID, dict[str, str]] = field(default_factory=dict)
    outbox: dict[UUID, Outgoing] = field(default_factory=dict)
    order: list[UUID] = field(default_factory=list)
    members: dict[UUID, frozenset[UUID]] = field(default_factory=dict)
    messages: dict[UUID, MessageReceived] = field(default_factory=dict)
    human_until: datetime | None = None
    scissors: Scissors = field(default_factory=Scissors)

    async def open(self, group: Group, change: Takeover, *, history: int) -> OpenedTurn:
        human_until = self.human_until
        message = group.message
        asked = [member.message_id for member in group.members]
        part_of = [turn for turn in self.members if self.members[turn] & set(asked)]
        if not part_of:
            self.scissors.moment("turn not opened")
            self.turns[message.message_id] = None
            self.members[message.message_id] = frozenset(asked)
            self.messages[message.message_id] = message
            if change.over or change.until:
                self.human_until = change.until
            self.scissors.moment("turn opened")
        turn_id = part_of[0] if part_of else message.message_id
        message, answers = self.messages[turn_id], self.members[turn_id] & set(asked)
        found = self.turns[turn_id]
        if found is not None:
            replies = orjson.loads(found.replies)
            unconfirmed = tuple(self.outbox[UUID(reply["message_id"])] for reply in replies)
            return OpenedTurn(True, {}, message, answers, unconfirmed=unconfirmed)
        closed = [self.turns[m] for m in self.order][-history:] if history else []
        steps = dict(self.steps.get(turn_id, {}))
        past = tuple(turn.messages for turn in closed if turn)
        return OpenedTurn(False, steps, message, answers, past, human_until)

    async def add_steps(self, tenant_id: UUID, message_id: UUID, steps: Sequence[Step]) -> None:
        self.scissors.moment(f"steps not stored: {[s.key for s in steps]}")
        for step in steps:
            orjson.loads(step.payload)  # the real store keeps JSON
            self.steps.setdefault(message_id, {}).setdefault(step.key, step.payload)
        self.scissors.moment(f"steps stored: {[s.key for s in steps]}")

    async def close(
        self, message: MessageReceived, turn: ClosedTurn, outgoing: Sequence[Outgoing], at: datetime
    ) -> None:
        self.scissors.moment("turn not closed")
        if self.turns[message.message_id] is None:
            self.turns[message.message_id] = turn
            self.order.append(message.message_id)
            self.outbox.update({o.id: o for o in outgoing})
        self.scissors.moment("turn closed, reply not published")

    async def address(self, tenant_id: UUID, channel: str, user_id: str) -> ChannelAddress | None:
        return None


class Deaf:
    """A `Voice` that says what it was told to."""

    def __init__(self, words: str | None = None) -> None:
        self.said = words
        self.asked = 0

    async def words(
        self, message: MessageReceived, content: VoiceContent, vocabulary: tuple[str, ...]
    ) -> str | None:
        self.asked += 1
        return self.said


class Chat:
    """A customer's conversation with the agent."""

    def __init__(
        self,
        studio: Studio,
        *,
        model: Model | None = None,
        ledger: Ledger | None = None,
        voice: Deaf | None = None,
        deadline: float = 20.0,
        tool_calls: int = 8,
        now: datetime = NOW,
    ) -> None:
        self.studio = studio
        self.ledger = ledger or Ledger()
        self.model = model or OfflineModel()
        self.voice = voice or Deaf()
        self.now = now
        self.published: list[MessageSent] = []
        self._deadline = deadline
        self._tool_calls = tool_calls
        self._agent = build_agent()
        self._sent = 0
        self.turns = self.restarted()

    def cut_at(self, moment: int | None) -> Scissors:
        """Die at this moment from now on (1 is the first), or not at all."""
        scissors = self.ledger.scissors = self.studio.scissors = Scissors(moment)
        return scissors

    def restarted(self) -> Turns:
        """The agent as a new process: only the ledger is left."""
        self.turns = Turns(
            store=self.ledger,
            speaker=AgentSpeaker(
                runner_of(self.model, self._agent),
                self.model,
                self.studio,
                lambda: self.now,
                self._tool_calls,
            ),
            bookings=self.studio,
            voice=self.voice,
            memory=Memory(),
            publish=self._publish,
            clock=lambda: self.now,
            deadline=self._deadline,
            takeover_hours=12,
        )
        return self.turns

    def message(self, content: Content) -> MessageReceived:
        """The customer's next message."""
        self._sent += 1
        address = ChannelAddress(channel="whatsapp", account_id="100", user_id="351911", name="Maria")
        return MessageReceived(
            tenant_id=TENANT,
            message_id=ids.derive("message", self._sent),
            conversation_id=ids.conversation_id_of(TENANT, "whatsapp", "100", "351911"),
            sender=address,
            provider_id=f"wamid.{self._sent}",
            sent_at=self.now,
            content=content,
        )

    async def say(self, text: str) -> TextBody | None:
        """Type something; the reply, or None when there is none."""
        return await self.send(self.message(TextContent(text=text)))

    async def tap(self, reply: TextBody | None, title: str) -> TextBody | None:
        """Tap a choice of a reply."""
        assert reply is not None
        choice = next(c for c in reply.choices if c.title.startswith(title))
        return await self.send(self.message(ChoiceContent(choice_id=choice.choice_id, title=choice.title)))

    async def send(self, message: MessageReceived) -> TextBody | None:
        """Deliver a message; the reply, or None."""
        return await self.send_together(message)

    async def send_together(self, *messages: MessageReceived) -> TextBody | None:
        """Deliver messages that came within a moment; the reply, or None."""
        before = len(self.published)
        await self.turns.run(*messages)
        replies = self.published[before:]
        assert len(replies) <= 1
        if not replies:
            return None
        body = replies[0].body
        assert isinstance(body, TextBody)
        return body

    async def _publish(self, outgoing: Sequence[Outgoing]) -> None:
        self.published += [MessageSent.decode(o.payload) for o in outgoing]


def week() -> Studio:
    """A studio with a week of classes: Vinyasa every day at 19:00, Yin on Monday 09:00 and 20:30, Pilates Tuesday."""
    days = [f"2026-11-{day}" for day in range(23, 30)]
    return Studio(
        *(session(VINYASA, f"{day} 19:00") for day in days),
        session(YIN, "2026-11-23 09:00", staff=RUI),
        session(YIN, "2026-11-23 20:30", staff=RUI, seats=2),
        session(PILATES, "2026-11-24 10:00", staff=RUI),
    )
