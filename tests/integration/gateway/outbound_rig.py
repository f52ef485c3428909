"""What do the tests of the outgoing half share? People who have written, and a look at what is stored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeVar

import asyncpg

from services.gateway.app import Gateway, build, load_channels
from services.gateway.handover import Unhurried
from services.gateway.outgate import Outbound, Outgate
from shared import ids
from shared.bus import Bus
from shared.messages.conversation import MessageSent
from shared.settings import Settings
from tests.integration.gateway.conftest import World, until

T = TypeVar("T")
NOW = timedelta(0)


class WiredGateway(Gateway):
    """A gateway with the whole outgoing half."""

    outbound: Outbound

    async def _join_bus(self, db, caller, ingate):  # type: ignore[no-untyped-def]  # as `Gateway._join_bus`
        settings = self._settings
        bus = await Bus.connect(settings.nats_url or "", self.name)
        redis = self._seen.redis if self._seen else None
        self.outbound = Outbound(settings, self._channels, db, caller, ingate.directory, redis)
        self.outbound.start(self._loops)
        rows = Unhurried(ingate.store, resend_after=settings.resend_after_seconds)
        gate = Outgate(settings, self._channels, db, caller, bus, ingate, rows, self.outbound)
        await gate.start(self._loops)
        self._outgate = gate  # type: ignore[assignment]  # until `app.py` has this one


async def start(settings: Settings) -> WiredGateway:
    """A gateway that has joined the bus and owns partitions."""
    build(settings)  # says what is missing
    service = WiredGateway(settings, load_channels(settings))
    await service.start()

    async def ready() -> bool:
        return all((await service.ready()).values())

    await until(ready)
    return service


async def wrote(
    world: World,
    people: Iterable[str],
    ago: timedelta = NOW,
    *,
    channel: str = "whatsapp",
    account: str | None = None,
) -> None:
    """These people last wrote so long ago."""
    account = account or world.account
    rows = [(ids.conversation_id_of(world.tenant_id, channel, account, person), person) for person in people]
    async with world.db.tenant(world.tenant_id) as connection:
        await connection.executemany(
            "INSERT INTO gateway.conversations (tenant_id, conversation_id, channel, account_id, user_id,"
            " last_inbound_at) VALUES ($1, $2, $3, $4, $5, now() - $6::interval)"
            " ON CONFLICT (tenant_id, conversation_id) DO UPDATE SET last_inbound_at = excluded.last_inbound_at",
            [(world.tenant_id, conversation, channel, account, person, ago) for conversation, person in rows],
        )


async def said(
    world: World,
    user_id: str,
    *,
    allowed: bool = False,
    scope: str = "all",
    channel: str = "whatsapp",
    phone: str | None = None,
    ago: timedelta = NOW,
) -> None:
    """A person said whether they want to hear from the business."""
    async with world.db.tenant(world.tenant_id) as connection:
        await connection.execute(
            "INSERT INTO gateway.consents (tenant_id, channel, user_id, scope, allowed, phone, source, at)"
            " VALUES ($1, $2, $3, $4, $5, $6, 'test', now() - $7::interval)"
            " ON CONFLICT (tenant_id, channel, user_id, scope) DO UPDATE SET allowed = excluded.allowed, at = excluded.at",
            world.tenant_id,
            channel,
            user_id,
            scope,
            allowed,
            phone,
            ago,
        )


async def row_of(world: World, message: MessageSent) -> asyncpg.Record:
    """The delivery of a message, which must be there."""
    row = await world.delivery(message)
    assert row is not None
    return row


def instant(value: object) -> datetime:
    """A value of the database that is an instant."""
    assert isinstance(value, datetime)
    return value
