"""Requests and messages for the gateway's unit tests."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from services.gateway.channels import Inbound, MessageIn, RawRequest
from services.gateway.channels.whatsapp import WhatsApp
from shared.messages.conversation import Body, ChannelAddress, Choice, MessageSent, TextBody

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FIXTURES = Path(__file__).parents[2] / "fixtures" / "whatsapp"
RECORDED = Path(__file__).parents[4] / "shared" / "data" / "whatsapp"
TENANT = UUID("11111111-1111-4111-8111-111111111111")
MESSAGE = UUID("22222222-2222-4222-8222-222222222222")
CONVERSATION = UUID("33333333-3333-4333-8333-333333333333")


def adapter(
    *secrets: str, token: str = "verify-me", api_url: str = "https://graph.facebook.com/v23.0"
) -> WhatsApp:
    return WhatsApp([secret.encode() for secret in secrets or ("secret",)], token.encode(), api_url)


def signed(raw: bytes, secret: str = "secret") -> RawRequest:
    digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return RawRequest(raw, {"X-Hub-Signature-256": f"sha256={digest}"}, NOW)


def parse(raw: bytes | object) -> list[Inbound]:
    """What the adapter reads from these bytes, or from this as JSON."""
    data = raw if isinstance(raw, bytes) else json.dumps(raw).encode()
    return adapter().parse(RawRequest(data, {}, NOW))


def parse_fixture(name: str) -> list[Inbound]:
    return parse((FIXTURES / f"{name}.json").read_bytes())


def the_message(items: list[Inbound]) -> MessageIn:
    [item] = items
    assert isinstance(item, MessageIn), item
    return item


def message(
    body: Body | str,
    *,
    choices: tuple[Choice, ...] = (),
    to: str = "351910000001",
    reply_to: str | None = None,
) -> MessageSent:
    return MessageSent(
        tenant_id=TENANT,
        message_id=MESSAGE,
        conversation_id=CONVERSATION,
        to=ChannelAddress(channel="whatsapp", account_id="111", user_id=to),
        purpose="reply",
        body=TextBody(text=body, choices=choices) if isinstance(body, str) else body,
        in_reply_to=reply_to,
    )
