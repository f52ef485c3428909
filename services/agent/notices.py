"""What do others send in a conversation? What the notifier tells a person becomes part of what the agent remembers.

So "yes" right after the offer of a free place means the offer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from pydantic import ValidationError
from pydantic_ai.messages import ModelRequest, ModelResponse, ToolCallPart, ToolReturnPart

from services.agent.jsonb import clean
from services.agent.memory import Turn, dump
from services.agent.reply import Reply, ReplyChoice
from shared.actors.delivery import Delivery
from shared.db import Database, is_transient
from shared.errors import outline
from shared.messages.conversation import (
    Body,
    DocumentBody,
    ImageBody,
    LinkBody,
    MessageSent,
    PageBody,
    ReactionBody,
    TextBody,
)
from shared.telemetry import get_logger

AGENT = "agent"
REPLY = "reply"
PROCESSED = "Final result processed."
_OURS = frozenset({REPLY, "page"})
_PAUSE_SECONDS = 0.25


class NoticeStore(Protocol):
    """Where notices are kept. Raises what `shared.db.is_transient` knows."""

    async def add(self, tenant_id: UUID, notices: Sequence[MessageSent]) -> None:
        """Keep these, in this order; those that are there already stay as they are."""


class Notices:
    """Handles what is on its way to people (OUTBOUND), in order, besides the gateway: nothing is confirmed here."""

    def __init__(self, store: NoticeStore) -> None:
        self._store = store
        self._log = get_logger(AGENT)

    async def accept(self, _partition: int, deliveries: list[Delivery]) -> None:
        """Keep what is not our own (the `handle` of a `PartitionedConsumer`). Returns when it is kept."""
        by_tenant: dict[UUID, list[MessageSent]] = {}
        for delivery in deliveries:
            message = None if delivery.sender == AGENT else self._read(delivery)
            if message is not None:
                by_tenant.setdefault(message.tenant_id, []).append(message)
        for tenant_id, messages in by_tenant.items():
            await self._keep(tenant_id, messages)
        if deliveries:
            await deliveries[-1].ack()  # and with it all before (AckPolicy.ALL)

    def _read(self, delivery: Delivery) -> MessageSent | None:
        try:
            message = MessageSent.decode(delivery.data)
        except ValidationError as error:
            self._log.warning("notice_not_readable", problems=error.error_count())
            return None
        known = str(message.tenant_id) == delivery.tokens[2] and str(message.conversation_id) == delivery.key
        return message if known and message.purpose not in _OURS and says(message.body) else None

    async def _keep(self, tenant_id: UUID, messages: Sequence[MessageSent]) -> None:
        while True:
            try:
                await self._store.add(tenant_id, messages)
            except Exception as error:
                if not is_transient(error):
                    raise
                self._log.warning("notices_wait", error=outline(error))
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                return


class PostgresNotices:
    """Notices as turns of state `notice`, in the order in which they came among the others."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, tenant_id: UUID, notices: Sequence[MessageSent]) -> None:
        """See `NoticeStore.add`."""
        async with self._db.tenant(tenant_id) as connection:
            await connection.execute(
                "INSERT INTO agent.turns (tenant_id, message_id, conversation_id, status, input, messages, replies,"
                "   finished_at)"
                " SELECT $1, n.id, n.conversation, 'notice', jsonb_build_object('kind', 'notice', 'purpose', n.purpose),"
                "   n.messages::jsonb, '[]', now()"
                " FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[]) WITH ORDINALITY"
                "   AS n(id, conversation, purpose, messages, place) ORDER BY n.place ON CONFLICT DO NOTHING",
                tenant_id,
                [notice.message_id for notice in notices],
                [notice.conversation_id for notice in notices],
                [notice.purpose for notice in notices],
                [clean(dump(told(notice))) for notice in notices],
            )


def told(message: MessageSent) -> Turn:
    """The notice as an exchange of the history: like a reply of ours, with the choices it showed."""
    body = message.body
    choices = body.choices if isinstance(body, TextBody) else ()
    reply = Reply(
        text=says(body),
        choices=[
            ReplyChoice(choice_id=c.choice_id, title=c.title, description=c.description) for c in choices
        ],
    )
    call_id = f"notice-{message.message_id}"
    arguments = reply.model_dump(mode="json", exclude_defaults=True)
    return [
        ModelRequest.user_text_prompt(f"[sent by the system: {message.purpose}]"),
        ModelResponse(
            parts=[ToolCallPart(REPLY, arguments, tool_call_id=call_id)], metadata={"from": message.purpose}
        ),
        ModelRequest(parts=[ToolReturnPart(REPLY, PROCESSED, tool_call_id=call_id)]),
    ]


def says(body: Body) -> str:
    """What a person reads in it; empty when it has no words."""
    match body:
        case DocumentBody():
            return f"[a file: {body.filename}] {body.caption or ''}".strip()
        case ImageBody():
            return f"[a picture] {body.caption or ''}".strip()
        case LinkBody():
            return f"{body.text}\n{body.url}"
        case ReactionBody() | PageBody():
            return ""
        case _:
            return body.text
