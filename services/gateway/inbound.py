"""Which inbox row does an item from a channel become? Pure: ids are derived, the tenant is given.

The row's id follows from (channel, account, provider's id [, status]) alone, so the table's primary key is the
deduplication, for ever and however often and in whatever grouping the provider repeats itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal
from uuid import UUID

import orjson

from services.gateway.channels import EventIn, MessageIn, StatusIn
from services.gateway.domain.states import RANKS
from shared import ids, subjects

Kind = Literal["message", "status", "event"]

NOBODY = UUID(int=0)
"""The tenant of rows that belong to no tenant: the operator's."""


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One row of `gateway.inbox`. `subject` and the conversation's fields are there for messages only.

    `payload` is the encoded `MessageReceived` of a message, what `StatusReport` reads of a status, else empty.
    """

    tenant_id: UUID
    id: UUID
    kind: Kind
    channel: str
    account_id: str
    provider_id: str
    payload: bytes
    raw: bytes
    subject: str | None = None
    conversation_id: UUID | None = None
    user_id: str | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What a status says about one of our deliveries, as it is kept in the inbox until it is applied."""

    tenant_id: UUID
    inbox_id: UUID
    provider_id: str
    state: str
    rank: int
    delivery_id: UUID | None
    part: int | None
    reason: str | None


def row_of(item: MessageIn | StatusIn | EventIn, tenant_id: UUID, channel: str) -> InboxRow:
    """The inbox row of an item of this tenant's channel account."""
    match item:
        case MessageIn():
            return _message(item, tenant_id, channel)
        case StatusIn():
            kind: Kind = "status"
            account_id, provider_id, payload = item.account_id, item.provider_id, encode_status(item)
        case EventIn():
            kind, payload, provider_id = "event", b"", item.key
            account_id = item.account_id or item.owner_id or ""
    inbox_id = ids.derive("inbox", channel, account_id, item.key)
    return InboxRow(tenant_id, inbox_id, kind, channel, account_id, provider_id, payload, item.raw)


def _message(item: MessageIn, tenant_id: UUID, channel: str) -> InboxRow:
    message_id = ids.derive("inbox", channel, item.account_id, item.provider_id)
    conversation_id = _conversation_id(tenant_id, channel, item.account_id, item.user_id)
    # The same bytes that `MessageReceived.encode` would make, several times faster (a test compares).
    payload = orjson.dumps(
        {
            "tenant_id": tenant_id,
            "message_id": message_id,
            "conversation_id": conversation_id,
            "sender": {
                "channel": channel,
                "account_id": item.account_id,
                "user_id": item.user_id,
                "name": item.name,
                "phone": item.phone,
            },
            "provider_id": item.provider_id,
            "sent_at": item.sent_at,
            "content": vars(item.content),
        }
    )
    return InboxRow(
        tenant_id,
        message_id,
        "message",
        channel,
        item.account_id,
        item.provider_id,
        payload,
        item.raw,
        subjects.inbound(channel, tenant_id, conversation_id),
        conversation_id,
        item.user_id,
        item.sent_at,
    )


@lru_cache(maxsize=16384)
def _conversation_id(tenant_id: UUID, channel: str, account_id: str, user_id: str) -> UUID:
    return ids.conversation_id_of(tenant_id, channel, account_id, user_id)


def encode_status(item: StatusIn) -> bytes:
    """What has to be known of a status to apply it later, as JSON."""
    return orjson.dumps([item.state, item.provider_id, item.delivery_id, item.part, item.reason])


def decode_status(tenant_id: UUID, inbox_id: UUID, payload: bytes) -> StatusReport:
    """The reverse of `encode_status`."""
    state, provider_id, delivery_id, part, reason = orjson.loads(payload)
    delivery = UUID(delivery_id) if delivery_id else None
    return StatusReport(tenant_id, inbox_id, provider_id, state, RANKS[state], delivery, part, reason)
