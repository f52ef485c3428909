"""A studio whose timetable is edited: rooms, a second teacher, commands by schedule, and everything that is told."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from nats.aio.msg import Msg

from services.booking.timetable import lay_sessions, schedules_of
from shared import subjects
from shared.ids import derive
from shared.messages.booking import (
    BookSeries,
    ChangeSession,
    CommandOutcome,
    EditSchedule,
    JoinWaitlist,
)
from shared.outbox import Receipts
from tests.integration.booking.conftest import Studio

Asked = BookSeries | ChangeSession | EditSchedule | JoinWaitlist


@dataclass
class Told:
    """The events of one tenant, as (name, customer) in the order they came, each once."""

    by_id: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def all(self) -> list[tuple[str, str]]:
        return sorted(self.by_id.values())


async def listen(studio: Studio) -> Told:
    """Hear what booking decides of this studio from now on, and confirm it as the notifier does.

    What was decided before is not listed when it is said again: nobody had confirmed it.
    """
    told, receipts = Told(), Receipts(studio.bus)
    earlier = {str(row["id"]) for row in await fetch(studio, "SELECT id FROM booking.outbox")}

    async def on_event(message: Msg) -> None:
        event = json.loads(message.data)
        name = message.subject.rsplit(".", 1)[-1]
        if event["event_id"] not in earlier:
            told.by_id[event["event_id"]] = (name, event["contact"]["address"]["name"])
        await receipts.confirm_id("booking", studio.tenant_id, UUID(event["event_id"]))

    await studio.bus.nc.subscribe(f"evt.booking.{studio.tenant_id}.>", cb=on_event)
    await studio.bus.nc.flush()
    return told


async def ask(studio: Studio, command: Asked) -> CommandOutcome:
    """Ask for this, as staff or the agent does."""
    subject = subjects.command("booking", studio.tenant_id, command.key, command.name)
    return await studio.bus.ask(
        subject, command, CommandOutcome, ask_id=command.command_id, every=1, deadline=30
    )


def schedule_id(studio: Studio, key: str = "evening") -> UUID:
    return derive("schedule", studio.tenant_id, key)


async def edit(
    studio: Studio, occurrence: datetime, scope: Literal["this", "following", "all"], **changes: Any
) -> CommandOutcome:
    """Staff edit the series of a schedule (`schedule`: its id), seen from one of its original local starts."""
    schedule = changes.pop("schedule", schedule_id(studio))
    return await ask(
        studio,
        EditSchedule(
            tenant_id=studio.tenant_id, command_id=uuid4(), schedule_id=schedule, occurrence=occurrence,
            scope=scope, **changes,
        ),
    )  # fmt: skip


async def change(studio: Studio, session_id: UUID, **changes: Any) -> CommandOutcome:
    """Staff change one session."""
    command = ChangeSession(tenant_id=studio.tenant_id, command_id=uuid4(), session_id=session_id, **changes)
    return await ask(studio, command)


async def join(studio: Studio, session_id: UUID, number: int) -> CommandOutcome:
    """Customer `number` queues."""
    return await ask(
        studio,
        JoinWaitlist(
            tenant_id=studio.tenant_id,
            command_id=uuid4(),
            session_id=session_id,
            contact=studio.contact(number),
        ),
    )


async def add_room(studio: Studio, name: str) -> UUID:
    """A room that classes can be in."""
    room_id = derive("resource", studio.tenant_id, name)
    await execute(
        studio,
        "INSERT INTO booking.resources (tenant_id, id, kind, name) VALUES ($1, $2, 'room', $3)",
        studio.tenant_id,
        room_id,
        name,
    )
    return room_id


async def add_staff(studio: Studio, name: str) -> UUID:
    """Another teacher."""
    staff_id = derive("staff", studio.tenant_id, name)
    await execute(
        studio,
        "INSERT INTO booking.staff (tenant_id, id, name) VALUES ($1, $2, $3)",
        studio.tenant_id,
        staff_id,
        name,
    )
    return staff_id


async def execute(studio: Studio, statement: str, *arguments: object) -> None:
    async with studio.db.tenant(studio.tenant_id) as connection:
        await connection.execute(statement, *arguments)


async def fetch(studio: Studio, statement: str, *arguments: object) -> list[dict[str, Any]]:
    async with studio.db.tenant(studio.tenant_id) as connection:
        return [dict(row) for row in await connection.fetch(statement, *arguments)]


async def rows(studio: Studio, service: str = "Yoga") -> dict[UUID, dict[str, Any]]:
    """The coming scheduled sessions of a service that start more than a day from now, soonest first."""
    found = await fetch(
        studio,
        "SELECT s.*, s.starts_at AT TIME ZONE 'Europe/Lisbon' AS local FROM booking.sessions s"
        " JOIN booking.services v ON v.tenant_id = s.tenant_id AND v.id = s.service_id"
        " WHERE v.name = $1 AND s.status = 'scheduled' AND s.starts_at > now() + interval '1 day'"
        " ORDER BY s.starts_at",
        service,
    )
    return {row["id"]: row for row in found}


async def lay_again(studio: Studio, now: datetime) -> int:
    """The timetable is extended once more; how many sessions are new."""
    async with studio.db.tenant(studio.tenant_id) as connection:
        schedules = await schedules_of(connection, studio.tenant_id)
        return (await lay_sessions(connection, schedules, lambda: now)).added
