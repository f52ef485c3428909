"""A salon on the real database: Ana and Bea, a haircut and a colouring, two rooms; and writers that take appointments."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.booking.batch import Batch
from services.booking.cache import States
from services.booking.gather import Gatherer
from services.booking.loader import Loader
from services.booking.mailbox import Waiting, read_command
from services.booking.slot_queries import Slots
from services.booking.store import Store
from services.booking.writer import Writer
from shared import subjects
from shared.actors.delivery import Delivery
from shared.bus import HEADER_ID, Bus
from shared.db import Connection, Database
from shared.ids import customer_id_of, derive
from shared.messages.booking import (
    BookingCommand,
    BookSlot,
    CancelBooking,
    CommandOutcome,
    Contact,
    FindSlots,
    RescheduleToSlot,
    SlotsFound,
)
from shared.messages.conversation import ChannelAddress
from shared.outbox import DeadLetters, TableOutbox

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = json.dumps({"weekly": {day: ["00:00-24:00"] for day in DAYS}})


class Stored:
    """A message as JetStream delivers it."""

    def __init__(self, command: BookingCommand) -> None:
        published = subjects.command("booking", command.tenant_id, command.key, command.name)
        self.subject = published.replace("cmd.", "cmd.0.", 1)
        self.data = command.encode()
        self.headers = {HEADER_ID: str(command.command_id)}


@dataclass
class Salon:
    """One tenant. `clock` is what its writers and queries take for now; times are of `day`, in UTC."""

    db: Database
    bus: Bus
    tenant_id: UUID = field(default_factory=uuid4)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def id_of(self, name: str) -> UUID:
        return derive(self.tenant_id, name)

    @property
    def day(self) -> date:
        return (self.now + timedelta(days=7)).date()

    def at(self, clock: str, days: int = 0) -> datetime:
        moment = datetime.fromisoformat(f"{self.day} {clock}").replace(tzinfo=UTC)
        return moment + timedelta(days=days)

    def clock(self) -> datetime:
        return self.now

    async def open(self) -> None:
        """Put the salon into the catalogue."""
        tenant = self.tenant_id
        async with self.db.tenant(tenant) as connection:
            await connection.execute(
                "INSERT INTO booking.tenants (tenant_id, slug, name, timezone, currency, language)"
                " VALUES ($1, $2, 'Salon', 'Europe/Lisbon', 'EUR', 'en')", tenant, f"salon-{tenant.hex[:12]}",
            )  # fmt: skip
            for position, name in enumerate(("Ana", "Bea")):
                await connection.execute(
                    "INSERT INTO booking.staff (tenant_id, id, name, position, availability)"
                    " VALUES ($1, $2, $3, $4, $5)", tenant, self.id_of(name), name, position, ALWAYS,
                )  # fmt: skip
            for name in ("Red", "Blue"):
                await connection.execute(
                    "INSERT INTO booking.resources (tenant_id, id, kind, name) VALUES ($1, $2, 'room', $3)",
                    tenant, self.id_of(name), name,
                )  # fmt: skip
            await self._service(connection, "Haircut", 60, ("Ana", "Bea"), rooms=())
            await self._service(connection, "Colour", 30, ("Ana",), rooms=())
            await self._service(connection, "Massage", 60, ("Ana", "Bea"), rooms=("Red",))
            await self._service(connection, "Yoga", 60, ("Ana",), rooms=(), kind="class")

    async def _service(
        self, connection: Connection, name: str, minutes: int, staff: Sequence[str], *, rooms: Sequence[str],
        kind: str = "appointment",
    ) -> None:  # fmt: skip
        tenant, service_id = self.tenant_id, self.id_of(name)
        await connection.execute(
            "INSERT INTO booking.services (tenant_id, id, name, duration_minutes, price, capacity, kind)"
            " VALUES ($1, $2, $3, $4, 3000, 1, $5)", tenant, service_id, name, minutes, kind,
        )  # fmt: skip
        for each in staff:
            await connection.execute(
                "INSERT INTO booking.service_staff VALUES ($1, $2, $3)", tenant, service_id, self.id_of(each)
            )
        for each in rooms:
            await connection.execute(
                "INSERT INTO booking.service_resources VALUES ($1, $2, 1, $3)",
                tenant,
                service_id,
                self.id_of(each),
            )

    async def run(self, statement: str, *arguments: object) -> str:
        async with self.db.tenant(self.tenant_id) as connection:
            return str(await connection.execute(statement, *arguments))

    async def count(self, what: str) -> int:
        async with self.db.tenant(self.tenant_id) as connection:
            return int(await connection.fetchval(f"SELECT count(*) FROM booking.{what}"))

    async def put_class(self, clock: str, staff: str | None = "Ana", room: str | None = None) -> UUID:
        """A class of an hour, as the timetable lays it down."""
        session_id = uuid4()
        await self.run(
            "INSERT INTO booking.sessions (tenant_id, id, service_id, staff_id, resource_ids, starts_at, ends_at,"
            " capacity) VALUES ($1, $2, $3, $4, $5, $6, $7, 10)",
            self.tenant_id, session_id, self.id_of("Yoga"), self.id_of(staff) if staff else None,
            [self.id_of(room)] if room else [], self.at(clock), self.at(clock) + timedelta(hours=1),
        )  # fmt: skip
        return session_id

    def contact(self, number: int) -> Contact:
        user = f"3519{number:08d}"
        return Contact(
            customer_id=customer_id_of(self.tenant_id, "whatsapp", user),
            conversation_id=uuid4(),
            address=ChannelAddress(
                channel="whatsapp", account_id="1", user_id=user, name=f"Customer {number}"
            ),
        )

    def slot(
        self, number: int, clock: str, service: str = "Haircut", staff: str | None = "Ana", **more: Any
    ) -> BookSlot:
        """Customer `number` wants this service at that time."""
        return BookSlot(
            tenant_id=self.tenant_id,
            command_id=uuid4(),
            service_id=self.id_of(service),
            staff_id=self.id_of(staff) if staff else None,
            starts_at=self.at(clock),
            contact=self.contact(number),
            **more,
        )

    def move(
        self, booked: CommandOutcome, number: int, clock: str, staff: str | None = None
    ) -> RescheduleToSlot:
        assert booked.booking is not None
        return RescheduleToSlot(
            tenant_id=self.tenant_id,
            command_id=uuid4(),
            booking_id=booked.booking.booking_id,
            from_session_id=booked.booking.session.session_id,
            customer_id=self.contact(number).customer_id,
            starts_at=self.at(clock),
            staff_id=self.id_of(staff) if staff else None,
        )

    def cancel(self, booked: CommandOutcome, number: int) -> CancelBooking:
        assert booked.booking is not None
        return CancelBooking(
            tenant_id=self.tenant_id,
            command_id=uuid4(),
            session_id=booked.booking.session.session_id,
            booking_id=booked.booking.booking_id,
            customer_id=self.contact(number).customer_id,
        )

    def store(self) -> Store:
        return Store(self.db, TableOutbox(self.db, "booking", resend_after=3600))

    def gatherer(self) -> Gatherer:
        return Gatherer(self.db, Loader(self.db))

    def writer(self) -> Writer:
        """A writer as another instance would have it."""
        dead = DeadLetters(self.db, "booking")
        return Writer(self.store(), self.gatherer(), dead, self.clock, States(), max_tries=2)

    async def do(self, *commands: BookingCommand, writer: Writer | None = None) -> list[CommandOutcome]:
        """Write these commands in one batch; their outcomes in order."""
        waiting = [read_command(Delivery(self.bus, Stored(each), 0)) for each in commands]  # type: ignore[arg-type]
        batch = [each for each in waiting if isinstance(each, Waiting)]
        written = await (writer or self.writer()).write(batch, lambda: True)
        return [
            CommandOutcome.model_validate_json(written.answers[(each.tenant_id, each.command_id)].text)
            for each in commands
        ]

    async def decided(self, command: BookingCommand) -> Batch:
        """What follows from a command as things are now, not written yet."""
        world, commands = await self.gatherer().gather([command], States(), self.now)
        batch = Batch(world)
        batch.decide(commands[0], self.now)
        return batch

    async def find(
        self,
        start: str = "09:00",
        end: str = "13:00",
        service: str = "Haircut",
        staff: str | None = "Ana",
        **more: Any,
    ) -> SlotsFound:
        query = FindSlots(
            tenant_id=self.tenant_id,
            service_id=self.id_of(service),
            staff_ids=(self.id_of(staff),) if staff else (),
            starts_from=self.at(start),
            starts_before=self.at(end),
            **more,
        )
        return await Slots(self.db, self.clock).find(query)

    async def starts(self, start: str = "09:00", end: str = "13:00", **more: Any) -> list[str]:
        """The free starts on whole hours of the day."""
        found = await self.find(start, end, limit=500, **more)
        return [f"{slot.starts_at:%H:%M}" for slot in found.slots if slot.starts_at.minute == 0]
