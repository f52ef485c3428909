"""Adapters, requests, accounts and messages for the tests of WhatsApp."""

from __future__ import annotations

import hashlib
import hmac
import json

from services.gateway.channels import EventIn, HttpAnswer, Inbound, MessageIn, RawRequest, StatusIn
from services.gateway.channels.whatsapp import WhatsApp
from services.gateway.domain.account import ChannelAccount
from shared.messages.conversation import Body, ChannelAddress, Choice, MessageSent, TextBody
from tests.unit.gateway.channels.contract_case import (
    CONVERSATION,
    FIXTURES,
    GOLDEN,
    MESSAGE,
    NOW,
    RECORDED,
    TENANT,
)

API = "https://graph.facebook.com/v23.0"
NUMBER = "300000000000001"
OWNER = "300000000000101"
OWN = sorted(path for path in (FIXTURES / "whatsapp").glob("*.json") if not path.name.endswith(GOLDEN))
RECORDED_BODIES = RECORDED / "whatsapp_send"


def adapter(
    *secrets: str, token: str = "verify-me", api_url: str = API, access: str | None = "installation-token"
) -> WhatsApp:
    return WhatsApp([one.encode() for one in secrets or ("secret",)], token.encode(), api_url, access)


def account(**secrets: tuple[str, ...]) -> ChannelAccount:
    """The number 111 of the WhatsApp account 222."""
    return ChannelAccount(TENANT, "whatsapp", "111", "222", secrets=secrets)


def signed(raw: bytes, secret: str = "secret", of: ChannelAccount | None = None) -> RawRequest:
    digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return RawRequest(raw, {"X-Hub-Signature-256": f"sha256={digest}"}, NOW, account=of)


def parse(raw: bytes | object) -> list[Inbound]:
    """What the adapter reads from these bytes, or from this as JSON."""
    data = raw if isinstance(raw, bytes) else json.dumps(raw).encode()
    return adapter().parse(RawRequest(data, {}, NOW))


def parse_fixture(name: str) -> list[Inbound]:
    return parse((FIXTURES / "whatsapp" / f"{name}.json").read_bytes())


def the_message(items: list[Inbound]) -> MessageIn:
    [item] = items
    assert isinstance(item, MessageIn), item
    return item


def the_status(fixture: str) -> StatusIn:
    [item] = parse_fixture(fixture)
    assert isinstance(item, StatusIn), item
    return item


def the_event(fixture: str) -> EventIn:
    [item] = parse_fixture(fixture)
    assert isinstance(item, EventIn), item
    return item


def message(
    body: Body | str,
    *,
    choices: tuple[Choice, ...] = (),
    to: str = "351910000001",
    reply_to: str | None = None,
    values: dict[str, str] | None = None,
) -> MessageSent:
    return MessageSent(
        tenant_id=TENANT,
        message_id=MESSAGE,
        conversation_id=CONVERSATION,
        to=ChannelAddress(channel="whatsapp", account_id="111", user_id=to),
        purpose="reply",
        body=TextBody(text=body, choices=choices) if isinstance(body, str) else body,
        in_reply_to=reply_to,
        values=values or {},
    )


def error(
    status: int, code: int | None = None, *, retry_after: float | None = None, **more: object
) -> HttpAnswer:
    """An error of the Graph API; without a code, what a proxy says."""
    if code is None:
        return HttpAnswer(status, b"<html>", retry_after)
    details = {"details": "+351 910 000 001"}
    body = {"error": {"code": code, "message": f"(#{code}) Title", "error_data": details, **more}}
    return HttpAnswer(status, json.dumps(body).encode(), retry_after)
