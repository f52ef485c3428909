"""A studio for the agent's unit tests: its calendar in memory behind the agent's ports, and a customer who chats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from pydantic_ai.models import Model

from services.agent.answering import Answering
from services.agent.evals.counter import Counter
from services.agent.groups import Group
from services.agent.handoff import Handoff, Rules
from services.agent.journal import Step
from services.agent.memory import Memory, Turn, dump
from services.agent.model import build_agent
from services.agent.models.source import Always
from services.agent.offline import OfflineModel
from services.agent.opened import ClosedTurn, OpenedTurn, Past
from services.agent.runs import runner_of
from services.agent.speaker import AgentSpeaker
from services.agent.summaries import Summaries
from services.agent.takeover import Takeover
from services.agent.tenant_rules import SameRules
from services.agent.tools.spec import HandoffReason, Ports, Preference, PreferenceKey, TurnContext
from services.agent.turns import Turns
from shared import ids
from shared.errors import Transient
from shared.messages.booking import (
    BookingView,
    BookSession,
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
from shared.messages.receipts import ReceiptSent, SendReceipt
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


@dataclass
class Ledger:
    """The turns' store in memory. `preferences` are the customer's, `notices` are what others sent (JSON by place)."""

    turns: dict[UUID, ClosedTurn | None] = field(default_factory=dict)
    steps: dict[UUID, dict[str, str]] = field(default_factory=dict)
    outbox: dict[UUID, Outgoing] = field(default_factory=dict)
    places: dict[UUID, int] = field(default_factory=dict)
    notices: dict[int, str] = field(default_factory=dict)
    members: dict[UUID, frozenset[UUID]] = field(default_factory=dict)
    messages: dict[UUID, MessageReceived] = field(default_factory=dict)
    human_until: datetime | None = None
    handoffs: list[Handoff] = field(default_factory=list)
    preferences: dict[str, str] = field(default_factory=dict)
    language: str | None = None
    summary: str | None = None
    summary_place: int = 0
    read: int = 0
    scissors: Scissors = field(default_factory=Scissors)

    async def open(
        self, group: Group, change: Takeover, *, known: Sequence[int] = (), most: int = 0
    ) -> OpenedTurn:
        past = self._past(known, most)
        message = group.message
        asked = [member.message_id for member in group.members]
        part_of = [turn for turn in self.members if self.members[turn] & set(asked)]
        if not part_of:
            self.scissors.moment("turn not opened")
            self.turns[message.message_id] = None
            self.members[message.message_id] = frozenset(asked)
            self.messages[message.message_id] = message
            self.places[message.message_id] = self._place()
            if change.over or change.until:
                self.human_until = change.until
            self.scissors.moment("turn opened")
        turn_id = part_of[0] if part_of else message.message_id
        message, answers = self.messages[turn_id], self.members[turn_id] & set(asked)
        place, found = self.places[turn_id], self.turns[turn_id]
        if found is not None:
            replies = orjson.loads(found.replies)
            unconfirmed = tuple(self.outbox[UUID(reply["message_id"])] for reply in replies)
            return OpenedTurn(True, {}, message, answers, place, unconfirmed=unconfirmed)
        return OpenedTurn(False, dict(self.steps.get(turn_id, {})), message, answers, place, past)

    async def regroup(self, group: Group) -> None:
        turn_id = group.message.message_id
        if self.turns.get(turn_id, "none") is None:
            self.scissors.moment("turn not regrouped")
            self.members[turn_id] = frozenset(member.message_id for member in group.members)
            self.messages[turn_id] = group.message
            self.steps.pop(turn_id, None)
            self.scissors.moment("turn regrouped")

    def notice(self, turn: Turn) -> None:
        """Somebody else sent something to the person."""
        self.notices[self._place()] = dump(turn)

    def _place(self) -> int:
        return max([0, *self.places.values(), *self.notices]) + 1

    def _past(self, known: Sequence[int], most: int) -> Past:
        closed = {self.places[m]: turn.messages for m, turn in self.turns.items() if turn} | self.notices
        order = [place for place in sorted(closed) if place > self.summary_place][-most:] if most else []
        fresh = {place: closed[place] for place in order if place not in known}
        self.read += len(fresh)
        likes = tuple(self.preferences.items())
        return Past(tuple(order), fresh, self.summary, likes, self.language, self.human_until)

    async def all(self, context: TurnContext) -> tuple[Preference, ...]:
        return tuple(Preference(key, value) for key, value in self.preferences.items())

    async def set(self, context: TurnContext, key: PreferenceKey, value: str | None) -> None:
        self.preferences.pop(key, None)
        if value is not None:
            self.preferences[key] = value

    async def ask(
        self, context: TurnContext, reason: HandoffReason, note: str | None, command_id: UUID
    ) -> None:
        handoff = Handoff(command_id, reason, context.now, context.now + timedelta(hours=12), note)
        if command_id not in {one.handoff_id for one in self.handoffs}:
            self.handoffs.append(handoff)
        self.human_until = handoff.until

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
            self.outbox.update({o.id: o for o in outgoing})
            self.language = turn.language or self.language
            if turn.handoff:
                self.handoffs.append(turn.handoff)
                self.human_until = turn.handoff.until
        self.scissors.moment("turn closed, reply not published")

    async def summarise(self, tenant_id: UUID, conversation_id: UUID, upto: int, summary: str) -> None:
        if upto > self.summary_place:
            self.summary, self.summary_place = summary, upto

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
        self.rules = Rules()
        self.summaries: Summaries | None = None
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

    @property
    def ports(self) -> Ports:
        """What the tools reach."""
        return Ports(self.studio, self.ledger, self.ledger)

    def restarted(self) -> Turns:
        """The agent as a new process: only the ledger is left."""
        speaker = AgentSpeaker(
            runner_of(self._agent), Always(self.model), self.ports, lambda: self.now, self._tool_calls
        )
        self.turns = Turns(
            store=self.ledger,
            answering=Answering(speaker, self.studio, self.voice, self._deadline),
            memory=Memory(),
            publish=self._publish,
            clock=lambda: self.now,
            rules=SameRules(self.rules),
            summaries=self.summaries,
        )
        return self.turns

    @property
    def booked(self) -> list[UUID]:
        """The sessions that booking was asked to book, in order."""
        return [c.session_id for c in self.studio.commands if isinstance(c, BookSession)]

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
        self.published += [MessageSent.decode(o.payload) for o in outgoing if o.subject.startswith("out.")]


def week() -> Studio:
    """A studio with a week of classes: Vinyasa every day at 19:00, Yin on Monday 09:00 and 20:30, Pilates Tuesday."""
    days = [f"2026-11-{day}" for day in range(23, 30)]
    return Studio(
        *(session(VINYASA, f"{day} 19:00") for day in days),
        session(YIN, "2026-11-23 09:00", staff=RUI),
        session(YIN, "2026-11-23 20:30", staff=RUI, seats=2),
        session(PILATES, "2026-11-24 10:00", staff=RUI),
    )
