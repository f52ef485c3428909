"""When must a session be settled without being asked? Its row says (`due_at`); NATS rings; this looks after both.

A server-side message schedule rings within milliseconds of its time. It is only an alarm clock: the sweep sets again
what was lost and wakes what is overdue, and every decision looks at the time itself, so a late alarm costs nothing
but the message that somebody's hold is over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from pydantic import ValidationError

from services.booking.cache import Recent
from services.booking.clock import Clock
from services.booking.domain.world import SessionKey
from shared import subjects
from shared.actors.delivery import Delivery
from shared.actors.jobs import JobConsumer
from shared.bus import Bus
from shared.db import Database, is_transient
from shared.errors import Transient
from shared.ids import derive
from shared.messages.booking import SessionDue, SettleSession
from shared.tasks import ended, spawn
from shared.telemetry import get_logger

AHEAD = timedelta(minutes=2)
"""Alarms are set this long before they ring; what is due later is set by a later sweep."""

_OVERDUE = timedelta(seconds=1)
_MOST_AT_ONCE = 500
_MOST_SET = 100_000

DUE: Final = """
SELECT tenant_id, id, due_at FROM booking.sessions WHERE due_at <= $1 ORDER BY due_at LIMIT $2
"""


class Alarms:
    """Sets alarms, hears them ring, and sweeps. Any number of instances may do this at once."""

    def __init__(self, bus: Bus, db: Database, clock: Clock, *, every: float) -> None:
        """`every`: seconds between two sweeps."""
        self._bus = bus
        self._db = db
        self._clock = clock
        self._every = every
        self._set: Recent[tuple[SessionKey, datetime], None] = Recent(_MOST_SET)
        self._consumer = JobConsumer(
            bus,
            self._rung,
            stream=subjects.SCHEDULE,
            filter_subject=subjects.rung_filter(bus.service),
            batch=64,
        )
        self._task: asyncio.Task[None] | None = None
        self._log = get_logger("booking")

    def start(self) -> None:
        """Begin to listen and to sweep."""
        self._consumer.start()
        self._task = spawn(self._run(), name="booking alarms")

    async def stop(self) -> None:
        """Stop."""
        await self._consumer.stop()
        if self._task is not None:
            await ended(self._task)

    async def set(self, due: Mapping[SessionKey, datetime]) -> None:
        """Set the alarms of these sessions, as far as they ring soon. A lost one is set again by the sweep."""
        soon = self._clock() + AHEAD
        for (tenant_id, session_id), at in due.items():
            if at > soon or self._set.has(((tenant_id, session_id), at)):
                continue
            subject = subjects.alarm(self._bus.service, tenant_id, session_id)
            headers = {
                "Nats-Schedule": f"@at {at.astimezone(UTC).isoformat().replace('+00:00', 'Z')}",
                "Nats-Schedule-Target": subjects.rung(self._bus.service, tenant_id, session_id),
            }
            try:
                message = SessionDue(tenant_id=tenant_id, session_id=session_id)
                await self._bus.send(subject, message.encode(), headers)
            except Transient:
                return
            self._set.keep({((tenant_id, session_id), at): None})

    async def sweep(self) -> int:
        """Wake the sessions that are overdue and set the alarms of those that soon will be; how many were overdue."""
        now = self._clock()
        async with self._db.system() as connection:
            rows = await connection.fetch(DUE, now + AHEAD, _MOST_AT_ONCE)
        overdue = [row for row in rows if row["due_at"] <= now - _OVERDUE]
        for row in overdue:
            await self._wake(row["tenant_id"], row["id"], f"{row['due_at'].timestamp()}:{now:%H%M}")
        await self.set(
            {(row["tenant_id"], row["id"]): row["due_at"] for row in rows if row["due_at"] > now - _OVERDUE}
        )
        return len(overdue)

    async def _rung(self, _partition: int, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            try:
                due = SessionDue.decode(delivery.data)
                await self._wake(due.tenant_id, due.session_id, f"rung:{delivery.sequence}")
            except ValidationError as error:
                self._log.error(
                    "alarm_unreadable", problems=error.error_count()
                )  # the sweep knows what is due
            await delivery.ack()

    async def _wake(self, tenant_id: UUID, session_id: UUID, occasion: str) -> None:
        command_id = derive("settle", session_id, occasion)
        command = SettleSession(tenant_id=tenant_id, command_id=command_id, session_id=session_id)
        subject = subjects.command("booking", tenant_id, session_id, command.name)
        try:
            await self._bus.publish(subject, command.encode(), msg_id=str(command_id))
        except Transient:
            return  # the sweep finds it again

    async def _run(self) -> None:
        while True:
            try:
                overdue = await self.sweep()
                if overdue:
                    self._log.info("overdue", sessions=overdue)
            except Exception as error:
                if not is_transient(error):
                    raise
                self._log.warning("sweep_waits", error=str(error) or type(error).__name__)
            await asyncio.sleep(self._every)
