"""Where is kept who was called to a conversation? PostgreSQL; each function is part of the caller's transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.agent.business import language_of_business
from services.agent.handoff import NOTE, Handoff, Why, handoff_id
from services.agent.metrics import HANDOFFS
from services.agent.operator_list import told_of
from services.agent.takeover import Takeover
from services.agent.tenant_rules import RulesSource
from services.agent.tools.spec import Bookings, HandoffReason, TurnContext
from shared import subjects
from shared.db import Connection, Database
from shared.messages.conversation import ConversationHandedOver, MessageReceived
from shared.outbox import Outgoing, TableOutbox
from shared.telemetry import get_logger

_BEGIN = """
    WITH lasting AS (
        UPDATE agent.handoffs SET until = greatest(until, $6)
        WHERE tenant_id = $1 AND conversation_id = $2 AND ended_at IS NULL AND until > $5 RETURNING handoff_id),
    over AS (
        UPDATE agent.handoffs SET ended_at = until, ended_by = 'time'
        WHERE tenant_id = $1 AND conversation_id = $2 AND ended_at IS NULL AND until <= $5),
    called AS (
        INSERT INTO agent.handoffs (tenant_id, handoff_id, conversation_id, reason, note, began_at, until)
        SELECT $1, $3, $2, $4, $7, $5, $6 WHERE NOT EXISTS (SELECT FROM lasting)
            AND EXISTS (SELECT FROM agent.conversations WHERE tenant_id = $1 AND conversation_id = $2)
        ON CONFLICT DO NOTHING RETURNING handoff_id),
    paused AS (
        UPDATE agent.conversations SET human_until = greatest(human_until, $6)
        WHERE tenant_id = $1 AND conversation_id = $2
            AND (EXISTS (SELECT FROM lasting) OR EXISTS (SELECT FROM called)))
    SELECT EXISTS (SELECT FROM called)"""


async def begin(connection: Connection, tenant_id: UUID, conversation_id: UUID, handoff: Handoff) -> bool:
    """Pause the agent in this conversation. Whether nobody had been called yet; else what lasts is prolonged.

    One that was ended by hand does not begin again when it is repeated; nothing begins in a conversation that is not
    there (whoever had it is forgotten).
    """
    return bool(
        await connection.fetchval(
            _BEGIN,
            tenant_id,
            conversation_id,
            handoff.handoff_id,
            handoff.why,
            handoff.began_at,
            handoff.until,
            (handoff.note or "").replace("\x00", "")[:NOTE] or None,
        )
    )


async def end(connection: Connection, tenant_id: UUID, conversation_id: UUID, by: str, at: datetime) -> bool:
    """The agent answers again. Whether somebody had been called."""
    ended = await connection.fetchval(
        "WITH over AS (UPDATE agent.handoffs SET ended_at = $4, ended_by = $3"
        "   WHERE tenant_id = $1 AND conversation_id = $2 AND ended_at IS NULL RETURNING handoff_id),"
        " free AS (UPDATE agent.conversations SET human_until = NULL"
        "   WHERE tenant_id = $1 AND conversation_id = $2 AND human_until IS NOT NULL RETURNING conversation_id)"
        " SELECT EXISTS (SELECT FROM over) OR EXISTS (SELECT FROM free)",
        tenant_id,
        conversation_id,
        by,
        at,
    )
    return bool(ended)


async def apply(connection: Connection, message: MessageReceived, change: Takeover) -> None:
    """What a message changes about who answers: somebody wrote by hand, or one of our buttons was tapped."""
    tenant_id, conversation_id = message.tenant_id, message.conversation_id
    if change.until is not None:
        by_hand = called(message, "by_hand", message.sent_at, change.until - message.sent_at)
        await begin(connection, tenant_id, conversation_id, by_hand)
    elif change.over:
        await end(connection, tenant_id, conversation_id, "tap", message.sent_at)


def called(
    message: MessageReceived,
    why: Why,
    now: datetime,
    lasting: timedelta,
    note: str | None = None,
    language: str = "en",
) -> Handoff:
    """Somebody is called because of this message, from `now` (aware) on; `language`: the business's."""
    return Handoff(handoff_id(message.message_id, why), why, now, now + lasting, note, language)


def news(tenant_id: UUID, conversation_id: UUID, handoff: Handoff) -> Sequence[Outgoing]:
    """What the bus is told: somebody is called."""
    event = ConversationHandedOver(
        tenant_id=tenant_id,
        handoff_id=handoff.handoff_id,
        conversation_id=conversation_id,
        reason=handoff.why,
        note=handoff.note,
        at=handoff.began_at,
        until=handoff.until,
    )
    subject = subjects.event("agent", tenant_id, conversation_id, event.name)
    return [Outgoing(tenant_id, handoff.handoff_id, subject, event.encode())]


def announce(conversation_id: UUID, why: str) -> None:
    """Tell the operator that somebody is needed: a line in the log, and a count."""
    HANDOFFS.labels(why).inc()
    get_logger("agent").warning("conversation_handed_over", conversation_id=str(conversation_id), reason=why)


class PostgresHandoff:
    """The tools' `Handoff`: the agent is silent from the end of this turn on, for as long as the business's rules say;
    its operators are told in chat, once each."""

    def __init__(
        self,
        db: Database,
        outbox: TableOutbox,
        publish: Callable[[Sequence[Outgoing]], Awaitable[None]],
        rules: RulesSource,
        bookings: Bookings,
    ) -> None:
        self._db = db
        self._outbox = outbox
        self._publish = publish
        self._rules = rules
        self._bookings = bookings

    async def ask(
        self, context: TurnContext, reason: HandoffReason, note: str | None, command_id: UUID
    ) -> None:
        """See `Handoff.ask`. Raises what `shared.db.is_transient` knows."""
        tenant_id, conversation_id = context.tenant_id, context.contact.conversation_id
        until = context.now + timedelta(hours=(await self._rules.of(tenant_id)).hours)
        language = await language_of_business(self._bookings, tenant_id)
        handoff = Handoff(command_id, reason, context.now, until, note, language)
        outgoing = list(news(tenant_id, conversation_id, handoff))
        async with self._db.tenant(tenant_id) as connection:
            called_now = await begin(connection, tenant_id, conversation_id, handoff)
            if called_now:
                outgoing += await told_of(connection, tenant_id, conversation_id, handoff)
                await self._outbox.add(connection, outgoing)
        if called_now:
            announce(conversation_id, reason)
            await self._publish(outgoing)
