"""What may an operator do with a customer? Find, read and export what is stored of them; block, let back in, erase.

Changes are commands to booking, as everybody's are: so all its rules hold, and other services follow.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from pydantic import BaseModel

from shared import ids, subjects
from shared.bus import Bus, QueryFailed
from shared.db import Connection, Database
from shared.errors import Unanswered, UsherError
from shared.messages import booking as msg
from shared.messages.envelope import Message

if TYPE_CHECKING:
    from services.booking.people_find import Found
    from shared.settings import Settings

Answer = TypeVar("Answer", bound=BaseModel)

SHOWN = 10
"""So many are named when several are meant."""
_ASKED_AGAIN_SECONDS = 2.0
_DEADLINE_SECONDS = 20.0


class CustomerError(UsherError):
    """This cannot be done with this customer."""


class CustomerDesk:
    """One business's customers. Every method raises `CustomerError` with what to do next."""

    def __init__(self, db: Database, bus: Bus, slug: str, *, deadline: float = _DEADLINE_SECONDS) -> None:
        """`deadline`: how long to wait for booking, in seconds."""
        self._db = db
        self._bus = bus
        self._slug = slug
        self._tenant_id = ids.tenant_id_of(slug)
        self._deadline = deadline

    async def find(self, text: str, *, limit: int = 50) -> Sequence[Found]:
        """Who has this in their name, ends in these digits, or has this id."""
        from services.booking.people_find import find_customers

        async with self._db.tenant(self._tenant_id) as connection:
            await _known(connection, self._slug, self._tenant_id)
            return await find_customers(connection, self._tenant_id, text, limit=limit)

    async def the_one(self, text: str) -> Found:
        """The one customer with this id, phone number, id on a channel or whole name."""
        from services.booking.people_find import find_customers

        async with self._db.tenant(self._tenant_id) as connection:
            await _known(connection, self._slug, self._tenant_id)
            found = await find_customers(connection, self._tenant_id, text, exactly=True, limit=SHOWN + 1)
        if len(found) == 1:
            return found[0]
        if found:
            names = "; ".join(f"{one.customer_id} {one.name or one.phone or '?'}" for one in found[:SHOWN])
            raise CustomerError(f"Several customers are called that: {names}. Say which by their id.")
        raise CustomerError(
            f"No customer of {self._slug} has this id, phone number (with the country's code) or whole name: "
            f"`usher customer find TEXT --tenant {self._slug}` looks for parts."
        )

    async def export(self, customer_id: UUID) -> msg.CustomerExported:
        """All that booking stores about them."""
        question = msg.ExportCustomer(tenant_id=self._tenant_id, customer_id=customer_id)
        exported = await self._query(question, msg.CustomerExported)
        if not exported.found:
            raise CustomerError("Nothing is stored about this customer (any more).")
        return exported

    async def coming(self, customer_id: UUID) -> Sequence[msg.BookingView]:
        """Their bookings that have not ended, soonest first."""
        question = msg.MyBookings(tenant_id=self._tenant_id, customer_id=customer_id)
        return (await self._query(question, msg.BookingsFound)).bookings

    async def block(self, customer_id: UUID, *, reason: str | None) -> None:
        """They cannot book any more."""
        await self._change(
            msg.UpdateCustomer(
                tenant_id=self._tenant_id,
                command_id=ids.fresh(),
                customer_id=customer_id,
                blocked=True,
                blocked_reason=reason,
            )
        )

    async def unblock(self, customer_id: UUID) -> None:
        """They can book again."""
        await self._change(
            msg.UpdateCustomer(
                tenant_id=self._tenant_id, command_id=ids.fresh(), customer_id=customer_id, blocked=False
            )
        )

    async def erase(self, customer_id: UUID) -> None:
        """Forget them for good."""
        await self._change(
            msg.EraseCustomer(tenant_id=self._tenant_id, command_id=ids.fresh(), customer_id=customer_id)
        )

    async def _change(self, command: msg.Command) -> None:
        try:
            outcome = await self._bus.ask(
                subjects.command("booking", command.tenant_id, command.key, command.name),
                command,
                msg.CommandOutcome,
                ask_id=command.command_id,
                every=_ASKED_AGAIN_SECONDS,
                deadline=self._deadline,
            )
        except Unanswered as error:
            raise CustomerError(
                f"{_silent(self._deadline)} It may still be done when booking is back: `usher customer show` tells, "
                "and the same command again is safe."
            ) from error
        if outcome.refusal:
            raise CustomerError(await self._refused(command, outcome.refusal))

    async def _refused(self, command: msg.Command, refusal: msg.Refusal) -> str:
        if refusal.code is not msg.RefusalCode.HAS_BOOKINGS or not isinstance(command, msg.EraseCustomer):
            return refusal.sentence
        lines = [f"{one.reference} {one.session.service_name}, {one.session.local}"
                 for one in await self.coming(command.customer_id)]  # fmt: skip
        return (
            f"{refusal.sentence} ({'; '.join(lines)}) The customer can do so in chat, or an assistant of yours: "
            f"`usher mcp stdio --tenant {self._slug} --operator`."
        )

    async def _query(self, question: Message, answer: type[Answer]) -> Answer:
        try:
            return await self._bus.query(
                subjects.query("booking", question.name), question, answer, timeout=self._deadline
            )
        except (Unanswered, QueryFailed) as error:
            raise CustomerError(_silent(self._deadline)) from error


@asynccontextmanager
async def open_desk(
    settings: Settings, slug: str, *, deadline: float = _DEADLINE_SECONDS
) -> AsyncIterator[CustomerDesk]:
    """The customers of this business. Raises `CustomerError` when NATS is away."""
    db = await Database.open(settings.database_url or "", size=1, name="usher customer")
    try:
        try:
            async with asyncio.timeout(deadline):
                bus = await Bus.connect(settings.nats_url or "", "customer-cli")
        except TimeoutError as error:
            raise CustomerError(
                f"NATS did not answer within {deadline:g} s: `usher doctor` says what is reachable."
            ) from error
        try:
            yield CustomerDesk(db, bus, slug, deadline=deadline)
        finally:
            await bus.close()
    finally:
        await db.close()


async def _known(connection: Connection, slug: str, tenant_id: UUID) -> None:
    if not await connection.fetchval("SELECT true FROM booking.tenants WHERE tenant_id = $1", tenant_id):
        raise CustomerError(f"There is no business {slug!r}: `usher import FILE` makes one.")


def _silent(deadline: float) -> str:
    return (
        f"Booking did not answer within {deadline:g} s: is it running (`usher up`, or `usher run booking`)?"
    )
