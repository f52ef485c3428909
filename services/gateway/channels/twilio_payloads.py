"""What stands in a webhook of Twilio? One message or one status a request, as a form; fields are added without notice.

twilio.com/docs/messaging/guides/webhook-request and …/outbound-message-status-in-status-callbacks, read November 2026.
Pure. A form that cannot be read becomes `Unreadable`; only a body that is none of Twilio's raises `Malformed`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import orjson

from services.gateway.channels import (
    ConsentChanged,
    EventIn,
    Inbound,
    Malformed,
    MessageIn,
    RawRequest,
    StatusIn,
    Unreadable,
)
from services.gateway.channels.twilio_content import contents_of
from services.gateway.channels.twilio_errors import reason_of
from services.gateway.channels.twilio_signature import fields
from services.gateway.domain.account import ChannelAccount
from services.gateway.domain.states import ReportedState
from shared.messages.conversation import Referral

WHATSAPP: Final = "whatsapp:"
"""Begins an address on WhatsApp."""
_RECEIVED: Final = frozenset({"", "received", "receiving"})
_ON_THE_WAY: Final = frozenset({"accepted", "queued", "scheduled", "sending"})
"""Twilio has it and has not passed it on yet: nothing that the answer to the send did not say."""
_STATES: Final[Mapping[str, ReportedState]] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
}
_E164: Final = re.compile(r"\+\d{7,15}")


@dataclass(frozen=True, slots=True)
class _Webhook:
    """A request taken apart: `prefix` is what addresses of this channel begin with, `raw` the form as JSON."""

    form: Mapping[str, str]
    account: ChannelAccount
    prefix: str
    sid: str
    url: str
    received_at: datetime
    raw: bytes

    def address(self, name: str) -> str | None:
        """An address without the channel's prefix; None for one of another channel, or none at all."""
        value = self.form.get(name, "").strip()
        if value.startswith(WHATSAPP) != bool(self.prefix):
            return None
        return value.removeprefix(self.prefix).strip() or None


def parse(request: RawRequest, prefix: str) -> list[Inbound]:
    """The items of a request to an account's URL, in order. Raises `Malformed`."""
    if request.account is None:
        raise Malformed("Twilio sends to the URL of an account: /webhooks/<channel>/<our number>.")
    form = _form(request.body)
    sid = form.get("MessageSid") or form.get("SmsSid")
    if not sid:
        raise Malformed("The form has no MessageSid.")
    raw = orjson.dumps(form)
    webhook = _Webhook(form, request.account, prefix, sid, request.url, request.received_at, raw)
    status = form.get("MessageStatus") or form.get("SmsStatus") or ""
    is_message = status.lower() in _RECEIVED
    ours = webhook.address("To" if is_message else "From")
    person = webhook.address("From" if is_message else "To")
    if ours != request.account.account_id or person is None:
        wrong = (
            "From is no address of this channel" if ours == request.account.account_id else "not our number"
        )
        return [Unreadable(request.account.account_id, request.account.owner_id, wrong, raw)]
    return _message(webhook, person) if is_message else _status(webhook, status.lower(), person)


def _form(body: bytes) -> dict[str, str]:
    """The first value of each field, without NUL (PostgreSQL has none)."""
    form: dict[str, str] = {}
    for name, value in fields(body) or ():
        form.setdefault(name.replace("\x00", ""), value.replace("\x00", ""))
    return form


# --- messages ------------------------------------------------------------------------------------------


def _message(webhook: _Webhook, person: str) -> list[Inbound]:
    form, account = webhook.form, webhook.account
    phone = _phone(webhook, person)
    items: list[Inbound] = []
    opted = form.get("OptOutType", "").strip().upper()
    if opted in ("STOP", "START"):
        news = ConsentChanged(person, opted == "START", "all", phone)
        key, at = f"{webhook.sid}:consent", webhook.received_at
        items.append(EventIn(account.account_id, account.owner_id, key, "OptOutType", webhook.raw, news, at))
    if opted == "STOP":
        return items  # nobody answers it: Twilio has said goodbye, and would refuse anything else
    for part, content in enumerate(contents_of(form)):
        message = MessageIn(
            account_id=account.account_id,
            provider_id=webhook.sid if part == 0 else f"{webhook.sid}:{part}",
            user_id=person,
            name=form.get("ProfileName", "").strip() or None,
            phone=phone,
            sent_at=webhook.received_at,  # Twilio tells no time
            content=content,
            raw=webhook.raw,
            aliases=_aliases(webhook, person),
            quoted=form.get("OriginalRepliedMessageSid") or None,
            referral=_referral(form),
        )
        items.append(message)
    return items


def _phone(webhook: _Webhook, person: str) -> str | None:
    """The person's number when Twilio tells it: a person with a user name may have none, a short code is none."""
    for number in (person, f"+{webhook.form.get('WaId', '').strip()}"):
        if _E164.fullmatch(number):
            return number
    return None


def _aliases(webhook: _Webhook, person: str) -> tuple[str, ...]:
    """The other ids of the same person: the BSUID beside the number, and the number as WhatsApp spells it."""
    wa_id = f"+{webhook.form.get('WaId', '').strip()}"
    external = webhook.form.get("ExternalUserId", "").strip().removeprefix(WHATSAPP)
    others = dict.fromkeys((external, wa_id if _E164.fullmatch(wa_id) else ""))
    return tuple(other for other in others if other and other != person)


def _referral(form: Mapping[str, str]) -> Referral | None:
    found = {
        "source_id": form.get("ReferralSourceId") or None,
        "url": form.get("ReferralSourceUrl") or None,
        "headline": form.get("ReferralHeadline") or None,
        "click_id": form.get("ReferralCtwaClid") or None,
    }
    source = form.get("ReferralSourceType") or "ad"
    return Referral(source=source, **found) if any(found.values()) else None


# --- statuses ------------------------------------------------------------------------------------------


def _status(webhook: _Webhook, status: str, person: str) -> list[Inbound]:
    if status in _ON_THE_WAY:
        return []
    account, key = webhook.account, f"{webhook.sid}:{status}"
    state = _STATES.get(status)
    if state is None:
        return [EventIn(account.account_id, account.owner_id, key, f"status:{status}"[:80], webhook.raw)]
    delivery_id, part = _ours(webhook.url)
    code = _number(webhook.form.get("ErrorCode", "")) if state == "failed" else None
    report = StatusIn(
        account_id=account.account_id,
        provider_id=webhook.sid,
        key=key,
        state=state,
        at=webhook.received_at,
        delivery_id=delivery_id,
        part=part,
        reason=reason_of(code) if code else None,
        raw=webhook.raw,
        code=code,
        user_id=person,
    )
    return [report]


def _ours(url: str) -> tuple[UUID | None, int | None]:
    """What we had written into the status callback's URL: the delivery, and which part unless the last."""
    try:
        query = parse_qs(urlsplit(url).query, max_num_fields=100)
        delivery_id = UUID(query["delivery"][0])
    except (ValueError, KeyError):
        return None, None
    part = _number(query.get("part", [""])[0])
    return delivery_id, part


def _number(text: str) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) <= 6
    return int(text) if is_number else None
