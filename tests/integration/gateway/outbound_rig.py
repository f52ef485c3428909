"""What do the tests of the outgoing half share? People who have written, and a look at what is stored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import asyncpg

from shared import ids
from shared.messages.conversation import MessageSent
from tests.integration.gateway.conftest import World

NOW = timedelta(0)


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
