"""What is a tool: its name, arguments, result and code, defined once for the model in-process and for MCP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, JsonValue

from shared.messages.booking import (
    BookingsFound,
    BookSession,
    CancelBooking,
    Catalogue,
    CommandOutcome,
    Contact,
    FindSessions,
    MyBookings,
    SessionsFound,
)

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

    async def mine(self, question: MyBookings) -> BookingsFound:
        """A customer's bookings that have not ended."""

    async def do(self, command: BookSession | CancelBooking) -> CommandOutcome:
        """Carry out a command; the same `command_id` always gets the first outcome."""


@dataclass(frozen=True, slots=True)
class TurnContext:
    """Who asks and when: from the verified channel and the clock, never from a model.

    `said_at` (aware) is when the customer said it, so that "tomorrow" means their tomorrow; `now` (aware) is
    now.
    """

    tenant_id: UUID
    contact: Contact
    said_at: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call of a tool: `command_id` is the same however often the call is made again."""

    command_id: UUID
    recall: Recall


A = TypeVar("A", bound=Args)


@dataclass(frozen=True, slots=True)
class ToolSpec(Generic[A]):
    """A tool. One that `writes` changes the world: it runs alone, and is journaled first."""

    name: str
    description: str
    args: type[A]
    result: type[Result]
    run: Callable[[Bookings, TurnContext, A, ToolCall], Awaitable[Result]]
    writes: bool = False

    async def call(
        self, bookings: Bookings, context: TurnContext, arguments: dict[str, object], call: ToolCall
    ) -> dict[str, JsonValue]:
        """Check the arguments, run, and give the result as plain JSON data.

        Raises pydantic's `ValidationError` on arguments that do not fit the schema.
        """
        args = self.args.model_validate(arguments)
        result = await self.run(bookings, context, args, call)
        return result.model_dump(mode="json", exclude_none=True)
