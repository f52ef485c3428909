"""What is a tool: its name, arguments, result and code, defined once for the model in-process and for MCP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Literal, Protocol, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, JsonValue

from shared.errors import UsherError
from shared.messages.booking import (
    Balances,
    BookingQuoted,
    BookingsFound,
    CancellationQuoted,
    Catalogue,
    Command,
    CommandOutcome,
    Contact,
    FindSessions,
    FindSlots,
    GetSession,
    MyBalances,
    MyBookings,
    QuoteBooking,
    QuoteCancellation,
    SessionDetails,
    SessionsFound,
    SlotsFound,
)
from shared.messages.receipts import ReceiptSent, SendReceipt

Recall = Callable[[str, Callable[[], Awaitable[str | None]]], Awaitable[str | None]]
"""`recall(name, make)`: what an earlier try of the same call made under this name, else `make()`, kept."""


class Args(BaseModel):
    """Arguments as a model writes them: nothing beyond the schema, and never who the customer is."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Result(BaseModel):
    """What a tool answers: data ready to be shown, times already in the business's zone."""

    model_config = ConfigDict(frozen=True)


class Bookings(Protocol):
    """The booking service as the tools see it. Every method may raise `shared.errors.Transient`."""

    async def catalogue(self, tenant_id: UUID) -> Catalogue:
        """Who the business is, what it offers, who works there (may be some seconds old)."""

    async def find(self, question: FindSessions) -> SessionsFound:
        """Sessions of a time range."""

    async def slots(self, question: FindSlots) -> SlotsFound:
        """Free starts of an appointment."""

    async def session(self, question: GetSession) -> SessionDetails:
        """One session."""

    async def mine(self, question: MyBookings) -> BookingsFound:
        """A customer's bookings that have not ended (`past`: earlier ones too), and where they wait."""

    async def balances(self, question: MyBalances) -> Balances:
        """What a customer owes and has left on passes."""

    async def quote(self, question: QuoteBooking) -> BookingQuoted:
        """What booking would cost this customer now, or why it cannot be."""

    async def quote_cancellation(self, question: QuoteCancellation) -> CancellationQuoted:
        """What cancelling would cost and give back now, or why it cannot be."""

    async def do(self, command: Command) -> CommandOutcome:
        """Carry out a command; the same `command_id` always gets the first outcome."""

    async def send_receipt(self, job: SendReceipt) -> ReceiptSent:
        """Have a booking's receipt sent once more; once per `request_id`."""


PreferenceKey = Literal[
    "staff",
    "service",
    "level",
    "day",
    "time_of_day",
    "location",
    "payment",
    "language",
    "name",
    "note",
]
"""What a customer can prefer. `name`: how to call them; `note`: anything else, in their words."""


@dataclass(frozen=True, slots=True)
class Preference:
    """Something a customer told us about themselves, in their words."""

    key: str
    value: str


class Preferences(Protocol):
    """What customers have told about themselves. Every method may raise `shared.errors.Transient`."""

    async def all(self, context: TurnContext) -> tuple[Preference, ...]:
        """All of this customer's, at most one per key."""

    async def set(self, context: TurnContext, key: PreferenceKey, value: str | None) -> None:
        """Remember it in place of what was said before, or forget it (None). Doing it twice is doing it once."""


HandoffReason = Literal["asked", "stuck", "complaint", "other"]
"""Why a person of the business is needed."""


class Handoff(Protocol):
    """How a conversation is handed to a person of the business. May raise `shared.errors.Transient`."""

    async def ask(
        self, context: TurnContext, reason: HandoffReason, note: str | None, command_id: UUID
    ) -> None:
        """Pause the agent after this turn and tell the business; once per `command_id`."""


class NotHere(UsherError):
    """This cannot be done from here: there is no conversation, or nothing keeps it."""


class NoPreferences:
    """Nothing is remembered (a client without a database)."""

    async def all(self, context: TurnContext) -> tuple[Preference, ...]:
        """None."""
        return ()

    async def set(self, context: TurnContext, key: PreferenceKey, value: str | None) -> None:
        """Raises `NotHere`."""
        raise NotHere("Preferences are not kept here.")


class NoHandoff:
    """Nobody can take over (a client outside a conversation)."""

    async def ask(
        self, context: TurnContext, reason: HandoffReason, note: str | None, command_id: UUID
    ) -> None:
        """Raises `NotHere`."""
        raise NotHere("Nobody can take over from here; the business's phone number is in business_info.")


@dataclass(frozen=True, slots=True)
class Ports:
    """What the tools reach the world through."""

    bookings: Bookings
    preferences: Preferences = field(default_factory=NoPreferences)
    handoff: Handoff = field(default_factory=NoHandoff)


@dataclass(frozen=True, slots=True)
class TurnContext:
    """Who asks and when: from the verified channel and the clock, never from a model.

    `said_at` (aware) is when the customer said it, so that "tomorrow" means their tomorrow; `now` (aware) is
    now. `language` (BCP 47) is the customer's, in which results are written; None: the business's.
    """

    tenant_id: UUID
    contact: Contact
    said_at: datetime
    now: datetime
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What the customer has agreed to: totals (minor units) and fees that they were shown for exactly this call.

    `credits`: numbers of a pass's credits that were shown to pay for it. Empty sets: nothing was shown.
    """

    totals: frozenset[int] = frozenset()
    credits: frozenset[int] = frozenset()
    fees: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call of a tool: `command_id` is the same however often the call is made again.

    `shown`: what the customer said yes to (`services.agent.guards` reads it from the conversation, an MCP server from
    the quote's token). Without it nothing that costs is done.
    """

    command_id: UUID
    recall: Recall
    shown: Shown = field(default_factory=Shown)


A = TypeVar("A", bound=Args)


@dataclass(frozen=True, slots=True)
class ToolSpec(Generic[A]):
    """A tool. One that `writes` changes the world: it runs alone, and is journaled first.

    `agreed`: only after the customer's yes to what was shown.
    """

    name: str
    description: str
    args: type[A]
    result: type[Result]
    run: Callable[[Ports, TurnContext, A, ToolCall], Awaitable[Result]]
    writes: bool = False
    agreed: bool = False

    async def call(
        self, ports: Ports, context: TurnContext, arguments: dict[str, object], call: ToolCall
    ) -> dict[str, JsonValue]:
        """Check the arguments, run, and give the result as plain JSON data.

        Raises pydantic's `ValidationError` on arguments that do not fit the schema.
        """
        args = self.args.model_validate(arguments)
        result = await self.run(ports, context, args, call)
        return result.model_dump(mode="json", exclude_none=True)
