"""Which inbox row does an item from a channel become? Pure: ids are derived, the tenant is given.

The row's id follows from (channel, account, provider's id [, status]) alone, so the table's primary key is the
deduplication, for ever and however often and in whatever grouping the provider repeats itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final, Literal, NamedTuple
from uuid import UUID

import orjson

from services.gateway.channels import ConsentChanged, EventIn, MessageIn, News, StatusIn, Unremarkable
from services.gateway.domain import consent
from services.gateway.domain.more import More, more_of
from services.gateway.domain.states import RANKS
from shared import ids, subjects
from shared.messages.conversation import (
    ChannelAddress,
    ChoiceContent,
    Content,
    EchoContent,
    EditContent,
    MessageSent,
    PageBody,
    RevokeContent,
)

Kind = Literal["message", "status", "event"]

NOBODY = UUID(int=0)
"""The tenant of rows that belong to no tenant: the operator's."""

WITHOUT_A_NUMBER: Final = frozenset({"whatsapp", "twilio_whatsapp"})
"""Channels in which the same person comes by a number, by another id, or by both."""


class InboxRow(NamedTuple):
    """One row of `gateway.inbox`, and what follows from it once it is new. A tuple: ten times as fast to make as a frozen
    dataclass of this size, which shows with a hundred messages a webhook.

    `payload` is the encoded message of a message, what `StatusReport` reads of a status, else empty. `user_id` is the
    id that the person has now, `begun_as` the one that their conversation is named after. `sent_at` is when the
    person was there (None: it was not them). `claims`: this row says something of who is who. `after_id`: the message
    that this one is about. `delay`: seconds until it may be passed on, `not_before`: the
    instant of that on the event loop's clock. `news`: what it says, at `at`.
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
    begun_as: str | None = None
    phone: str | None = None
    aliases: tuple[str, ...] = ()
    claims: bool = False
    after_id: UUID | None = None
    delay: float = 0.0
    not_before: float = 0.0
    limited: bool = False
    news: News | None = None
    at: datetime | None = None
    owner_id: str | None = None


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What a status says about one of our deliveries, as it is kept in the inbox until it is applied.

    A `watermark` is about all that was sent to the conversation until `at`.
    """

    tenant_id: UUID
    inbox_id: UUID
    provider_id: str
    state: str
    rank: int
    delivery_id: UUID | None
    part: int | None
    reason: str | None
    channel: str = ""
    account_id: str = ""
    watermark: str | None = None
    at: datetime | None = None


def row_of(
    item: MessageIn | StatusIn | EventIn, tenant_id: UUID, channel: str, *, shared: bool = False
) -> InboxRow:
    """The inbox row of an item of this tenant's channel account. `shared`: the news are other tenants', too."""
    match item:
        case MessageIn():
            return message_row(item, family_of(tenant_id, channel, item.account_id))
        case StatusIn():
            account_id = item.account_id
            inbox_id = ids.derive("inbox", channel, account_id, item.key)
            payload = encode_status(item)
            return InboxRow(
                tenant_id, inbox_id, "status", channel, account_id, item.provider_id, payload, b""
            )
        case EventIn():
            account_id = item.account_id or item.owner_id or ""
            whose = (tenant_id,) if shared else ()
            return InboxRow(
                tenant_id,
                ids.derive("inbox", channel, account_id, item.key, *whose),
                "event",
                channel,
                account_id,
                item.key,
                b"",
                item.raw,
                news=None if isinstance(item.news, Unremarkable) else item.news,
                at=item.at,
                owner_id=None if item.account_id else item.owner_id,
            )


def message_row(item: MessageIn, family: Family) -> InboxRow:
    """The inbox row of a message to this account."""
    # The hot path: by position, because each name that is asked for takes time, a hundred times a webhook.
    account_id, provider_id, user_id, _, phone, sent_at, content, _, aliases, _, _ = item
    message_id = family.inbox.derive(provider_id)
    conversation_id = family.conversations.derive(user_id)
    conversation = str(conversation_id)
    row = InboxRow(
        family.tenant_id,
        message_id,
        "message",
        family.channel,
        account_id,
        provider_id,
        _payload(item, family, str(message_id), conversation),
        b"",
        family.subject + conversation,
        conversation_id,
        user_id,
        sent_at,
        user_id,
        phone,
        aliases,
        bool(aliases) or (phone is None and family.channel in WITHOUT_A_NUMBER),
        None,
        0.0,
        0.0,
        True,
        None,
        sent_at,
    )
    # By `kind`: nearly all are texts, and asking pydantic's classes takes time.
    if content.kind != "text":
        return _no_text(row, item, family.inbox)
    allowed = consent.word(content.text, family.channel)
    if allowed is None:
        return row
    row = row._replace(news=ConsentChanged(user_id, allowed, "all", phone))
    if allowed is False:  # nobody answers it
        return row._replace(kind="event", subject=None, payload=b"", limited=False)
    return row


def _no_text(row: InboxRow, item: MessageIn, inbox_ids: ids.Family) -> InboxRow:
    content = item.content
    if isinstance(content, EchoContent):
        return row._replace(sent_at=None, limited=False)
    if isinstance(content, ChoiceContent) and (page := more_of(content.choice_id)):
        return _page(row, item, page)
    about = _about(content)
    return row._replace(after_id=inbox_ids.derive(about)) if about and about != item.provider_id else row


def _payload(item: MessageIn, family: Family, message: str, conversation: str) -> bytes:
    # The same bytes that `MessageReceived.encode` would make, several times faster (a test compares).
    account_id, provider_id, user_id, name, phone, sent_at, content, _, _, quoted, referral = item
    return orjson.dumps(
        {
            "tenant_id": family.tenant,
            "message_id": message,
            "conversation_id": conversation,
            "sender": {
                "channel": family.channel,
                "account_id": account_id,
                "user_id": user_id,
                "name": name,
                "phone": phone,
            },
            "provider_id": provider_id,
            "sent_at": sent_at,
            "content": vars(content),
            "quoted": quoted,
            "referral": referral,
        },
        default=vars,
    )


def _about(content: Content) -> str | None:
    return content.provider_id if isinstance(content, EditContent | RevokeContent) else None


def _page(row: InboxRow, item: MessageIn, page: More) -> InboxRow:
    """Who asks for the rest of the choices is answered by the gateway itself."""
    assert row.conversation_id is not None  # noqa: S101  # it is a message
    address = ChannelAddress(
        channel=row.channel,
        account_id=row.account_id,
        user_id=item.user_id,
        name=item.name,
        phone=item.phone,
    )
    sent = MessageSent(
        tenant_id=row.tenant_id,
        message_id=row.id,
        conversation_id=row.conversation_id,
        to=address,
        purpose="page",
        body=PageBody(of=page.of, offset=page.offset),
        in_reply_to=item.provider_id,
    )
    subject = subjects.outbound(row.channel, row.tenant_id, row.conversation_id)
    return row._replace(subject=subject, payload=sent.encode())


def moved(row: InboxRow, begun_as: str) -> InboxRow:
    """The row of a person whose conversation is named after this other id of theirs."""
    conversation_id = ids.conversation_id_of(row.tenant_id, row.channel, row.account_id, begun_as)
    if row.subject is None:
        return row._replace(conversation_id=conversation_id, begun_as=begun_as)
    payload = orjson.dumps(orjson.loads(row.payload) | {"conversation_id": str(conversation_id)})
    direction = subjects.outbound if row.subject.startswith("out.") else subjects.inbound
    return row._replace(
        conversation_id=conversation_id,
        begun_as=begun_as,
        payload=payload,
        subject=direction(row.channel, row.tenant_id, conversation_id),
    )


class Family:
    """What all rows of an account have in common: the tenant, the beginning of their subjects, the ids of its inbox rows,
    and those of its conversations (`ids.conversation_id_of`)."""

    __slots__ = ("channel", "conversations", "inbox", "subject", "tenant", "tenant_id")

    def __init__(self, tenant_id: UUID, channel: str, account_id: str) -> None:
        self.tenant_id = ids.quick(tenant_id)
        self.channel = channel
        self.tenant = str(tenant_id)
        self.inbox = ids.Family("inbox", channel, account_id)
        self.conversations = ids.Family("conversation", tenant_id, channel, account_id)
        self.subject = subjects.inbound(channel, tenant_id, NOBODY).removesuffix(str(NOBODY))


family_of = lru_cache(maxsize=4096)(Family)


def encode_status(item: StatusIn) -> bytes:
    """What has to be known of a status to apply it later, as JSON. The reason begins with the provider's code."""
    reason = item.reason
    if item.code is not None and not (reason or "").startswith(str(item.code)):
        reason = f"{item.code} {reason or ''}".strip()
    told: list[object] = [item.state, item.provider_id, item.delivery_id, item.part, reason]
    if item.watermark:
        told += [item.user_id, item.at]
    return orjson.dumps(told)


def report_of(row: InboxRow) -> StatusReport:
    """What a status row says. The reverse of `encode_status`."""
    return decode_status(row.tenant_id, row.id, row.payload, row.channel, row.account_id)


def decode_status(
    tenant_id: UUID, inbox_id: UUID, payload: bytes, channel: str = "", account_id: str = ""
) -> StatusReport:
    """The reverse of `encode_status`."""
    state, provider_id, delivery_id, part, reason, *until = orjson.loads(payload)
    delivery = UUID(delivery_id) if delivery_id else None
    user_id, at = (until[0], datetime.fromisoformat(until[1])) if until else (None, None)
    return StatusReport(
        tenant_id,
        inbox_id,
        provider_id,
        state,
        RANKS[state],
        delivery,
        part,
        reason,
        channel,
        account_id,
        user_id,
        at,
    )
