"""What must hold for any bytes that come to a channel's URL? One call per input; whatever it raises is a finding."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from multidict import CIMultiDict

from services.gateway.channels import (
    Channel,
    Malformed,
    MessageIn,
    NotAuthentic,
    RawRequest,
    Unreadable,
    load,
)
from services.gateway.domain.account import ChannelAccount
from services.gateway.inbound import report_of, row_of
from shared.messages.conversation import MessageReceived, MessageSent
from shared.settings import Settings

CHANNELS: Final = (
    "whatsapp",
    "telegram",
    "twilio_sms",
    "twilio_whatsapp",
    "messenger",
    "instagram",
    "webchat",
    "echo",
)
ACCOUNTS: Final = {"twilio_sms": "+15550001111", "twilio_whatsapp": "+15550001111", "telegram": "110201543"}
SID: Final = "AC" + "0123456789abcdef" * 2
SIGNATURES: Final = {
    "whatsapp": "X-Hub-Signature-256",
    "messenger": "X-Hub-Signature-256",
    "instagram": "X-Hub-Signature-256",
    "telegram": "X-Telegram-Bot-Api-Secret-Token",
    "twilio_sms": "X-Twilio-Signature",
    "twilio_whatsapp": "X-Twilio-Signature",
    "echo": "X-Echo-Signature",
}
NOW: Final = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FORM: Final = "application/x-www-form-urlencoded"


class Target:
    """One channel, with an account that has every secret of it."""

    def __init__(self, name: str) -> None:
        settings = Settings.model_validate(
            {"channels": name, "whatsapp_app_secret": "s", "whatsapp_verify_token": "t"}
        )
        self.channel: Channel = load(name, settings)
        secrets = {need.name: (f"secret-{need.name}", "former") for need in self.channel.needs}
        account_id = ACCOUNTS.get(name, "300000000000001")
        owner = SID if name.startswith("twilio") else None
        self.account = ChannelAccount(UUID(int=1), name, account_id, owner, secrets=secrets)
        self._kind = FORM if name.startswith("twilio") else "application/json"

    def try_bytes(self, data: bytes) -> None:
        """Raises whatever is wrong with how the adapter takes these bytes."""
        headers = CIMultiDict({"Content-Type": self._kind})
        if name := SIGNATURES.get(self.channel.name):
            headers[name] = data[:64].decode("latin-1")
        url = f"https://usher.example/webhooks/{self.channel.name}/{self.account.account_id}"
        for account in (self.account, None):
            request = RawRequest(data, headers, NOW, url, account)
            self._refuses(request)
            self._reads(request)

    def _refuses(self, request: RawRequest) -> None:
        try:
            self.channel.verify(request)
        except NotAuthentic:
            return
        raise AssertionError("a request that nobody signed was believed")

    def _reads(self, request: RawRequest) -> None:
        try:
            items = self.channel.parse(request)
        except Malformed:
            return
        assert self.channel.parse(request) == items, "the same bytes were read in two ways"
        for item in items:
            if isinstance(item, Unreadable):
                continue
            row = row_of(item, UUID(int=1), self.channel.name)
            assert "\x00" not in row.provider_id + (row.user_id or "") + (row.phone or ""), "NUL in an id"
            row.provider_id.encode()  # no half of a surrogate pair
            if row.subject is not None and isinstance(item, MessageIn):
                (MessageSent if row.subject.startswith("out.") else MessageReceived).decode(row.payload)
            elif row.kind == "status":
                report_of(row)
        self.channel.acknowledge(request)
