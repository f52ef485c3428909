"""Handing a message to another service without losing it: the row stays until the receiver confirms.

The sender writes the row in the transaction of the effect, publishes after the commit, and the relay publishes again
whatever nobody confirmed in time (a crash, or NATS lost whole). The receiver makes its own effect idempotent and then
sends a receipt, upon which the row is deleted. So an empty outbox means: everything has arrived (docs/adr/0002).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple, Protocol
from uuid import UUID

from nats.aio.msg import Msg

from shared import subjects
from shared.actors.delivery import Delivery
from shared.bus import HEADER_FROM, Bus
from shared.db import Connection, Database, is_transient
from shared.errors import Transient
from shared.ids import derive
from shared.tasks import ended, spawn
from shared.telemetry import RESENT, get_logger, trace_headers

_BATCH = 500


class Outgoing(NamedTuple):
    """A message that must arrive. `id` is the same however often it is published."""

    tenant_id: UUID
    id: UUID
    subject: str
    payload: bytes


class OutboxStore(Protocol):
    """Where a sender keeps what is not confirmed yet."""

    async def due(self, limit: int) -> Sequence[tuple[Outgoing, int]]:
        """Messages to publish again, oldest first, with how often they were tried; their next try is put off."""

    async def confirmed(self, receipts: Sequence[tuple[UUID, UUID]]) -> None:
        """These (tenant id, message id) have arrived."""


class TableOutbox:
    """The `outbox` table of one service's schema."""

    def __init__(self, db: Database, schema: str, *, resend_after: float) -> None:
        self._db = db
        self._schema = schema
        self.resend_after = resend_after

    async def add(self, connection: Connection, messages: Sequence[Outgoing]) -> None:
        """Write the rows inside the caller's transaction; the same id again changes nothing."""
        if not messages:
            return
        await connection.execute(
            f"INSERT INTO {self._schema}.outbox (tenant_id, id, subject, payload, next_attempt_at)"  # noqa: S608
            " SELECT t, i, s, p, now() + make_interval(secs => $5)"
            " FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[]) AS r(t, i, s, p)"
            " ON CONFLICT DO NOTHING",
            [m.tenant_id for m in messages],
            [m.id for m in messages],
            [m.subject for m in messages],
            [m.payload for m in messages],
            self.resend_after,
        )

    async def due(self, limit: int) -> Sequence[tuple[Outgoing, int]]:
        """See `OutboxStore.due`."""
        async with self._db.system() as connection:
            rows = await connection.fetch(
                f"UPDATE {self._schema}.outbox o SET attempts = attempts + 1,"  # noqa: S608
                " next_attempt_at = now() + make_interval(secs => $2 * least(16, 2 ^ o.attempts))"
                f" FROM (SELECT tenant_id, id FROM {self._schema}.outbox WHERE next_attempt_at <= now()"
                "       ORDER BY next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED) d"
                " WHERE o.tenant_id = d.tenant_id AND o.id = d.id"
                " RETURNING o.tenant_id, o.id, o.subject, o.payload, o.attempts, o.created_at",
                limit,
                self.resend_after,
            )
        rows.sort(key=lambda row: row["created_at"])
        return [
            (Outgoing(row["tenant_id"], row["id"], row["subject"], row["payload"]), row["attempts"])
            for row in rows
        ]

    async def confirmed(self, receipts: Sequence[tuple[UUID, UUID]]) -> None:
        """See `OutboxStore.confirmed`: the rows are deleted."""
        async with self._db.system() as connection:
            await connection.execute(
                f"DELETE FROM {self._schema}.outbox o USING unnest($1::uuid[], $2::uuid[]) AS r(t, i)"  # noqa: S608
                " WHERE o.tenant_id = r.t AND o.id = r.i",
                [tenant for tenant, _ in receipts],
                [message for _, message in receipts],
            )


class Sender:
    """Publishes what a service has committed, and again until it is confirmed."""

    def __init__(self, bus: Bus, store: OutboxStore, *, interval: float) -> None:
        self._bus = bus
        self._store = store
        self._interval = interval
        self._confirmed: list[tuple[UUID, UUID]] = []
        self._some_confirmed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._log = get_logger(bus.service)

    async def start(self) -> None:
        """Listen for receipts and begin to look for unconfirmed messages."""
        await self._bus.nc.subscribe(
            subjects.receipts(self._bus.service), queue=self._bus.service, cb=self._on_receipt
        )
        self._tasks = [
            spawn(self._relay(), name=f"{self._bus.service} relay"),
            spawn(self._settle(), name=f"{self._bus.service} receipts"),
        ]

    async def stop(self) -> None:
        """Stop; what is unconfirmed is sent again by the next instance."""
        await ended(*self._tasks)

    async def publish(self, messages: Iterable[Outgoing], attempt: int = 0) -> None:
        """Publish committed messages, without waiting for the server (the relay repeats what got lost)."""
        headers = {**trace_headers(), HEADER_FROM: self._bus.service}
        with suppress(Transient):
            await self._bus.send_all(
                [(subject, payload, message_id) for _, message_id, subject, payload in messages],
                headers,
                attempt,
            )

    async def _relay(self) -> None:
        while True:
            try:
                due = await self._store.due(_BATCH) if self._bus.connected else []
                for message, attempt in due:
                    await self.publish([message], attempt)
                if due:
                    RESENT.labels(self._bus.service).inc(len(due))
                    self._log.info("resent", messages=len(due))
                if len(due) == _BATCH:
                    continue
            except Exception as error:
                if not is_transient(error):
                    raise
                self._log.warning("relay_waits", error=str(error) or type(error).__name__)
            await asyncio.sleep(self._interval)

    async def _on_receipt(self, msg: Msg) -> None:
        for line in msg.data.decode().split():
            tenant, _, message = line.partition("/")
            self._confirmed.append((UUID(tenant), UUID(message)))
        self._some_confirmed.set()

    async def _settle(self) -> None:
        while True:
            await self._some_confirmed.wait()
            self._some_confirmed.clear()
            batch, self._confirmed = self._confirmed, []
            try:
                await self._store.confirmed(batch)
            except Exception as error:
                if not is_transient(error):
                    raise
                self._confirmed.extend(batch)
                self._some_confirmed.set()
                await asyncio.sleep(self._interval)
            # Receipts that arrive within this moment share one statement.
            await asyncio.sleep(0.02)


class Receipts:
    """The receiver's side: says that a message has had its effect, several at once when they come together."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._lines: dict[str, list[str]] = {}
        self._flusher: asyncio.Task[None] | None = None

    async def confirm(self, delivery: Delivery) -> None:
        """Tell the sender (soon; a lost receipt only causes a repeat). Messages without a sender need none."""
        if delivery.sender:
            await self.confirm_id(delivery.sender, delivery.tenant_id, UUID(delivery.message_id))

    async def confirm_id(self, sender: str, tenant_id: UUID, message_id: UUID) -> None:
        """Tell `sender` that the message with this id has arrived."""
        self._lines.setdefault(sender, []).append(f"{tenant_id}/{message_id}")
        if self._flusher is None or self._flusher.done():
            self._flusher = spawn(self._flush(), name=f"{self._bus.service} receipts out")

    async def _flush(self) -> None:
        await asyncio.sleep(0.005)
        lines, self._lines = self._lines, {}
        for sender, receipts in lines.items():
            for start in range(0, len(receipts), _BATCH):
                try:
                    await self._bus.send(
                        subjects.receipts(sender), "\n".join(receipts[start : start + _BATCH]).encode()
                    )
                except Transient:
                    return
        if self._lines:
            await self._flush()


class DeadLetters:
    """The `dead_letters` table of one service's schema."""

    def __init__(self, db: Database, schema: str) -> None:
        self._db = db
        self._schema = schema

    async def put(self, delivery: Delivery, reason: str, tries: int) -> None:
        """Keep a message that cannot be handled, with its reason, for the operator."""
        tenant_id = delivery.tenant_id
        async with self._db.tenant(tenant_id) as connection:
            await connection.execute(
                f"INSERT INTO {self._schema}.dead_letters (tenant_id, id, subject, payload, reason, tries)"  # noqa: S608
                " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
                tenant_id,
                derive("dead_letter", delivery.message_id),
                delivery.subject,
                delivery.data,
                reason[:2000],
                tries,
            )
