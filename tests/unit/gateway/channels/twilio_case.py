"""What the contract needs to know of both channels by Twilio: forms, Twilio's signature, its answers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from services.gateway.channels import HttpAnswer, HttpCall, Inbound, RawRequest
from services.gateway.channels.twilio_text import plain
from services.gateway.domain.account import ChannelAccount
from tests.unit.gateway.channels.contract import ChannelContract, Shown, Tap, headers
from tests.unit.gateway.channels.contract_case import FIXTURES, GOLDEN, NOW, TENANT

OURS: Final = "+15550001111"
ACCOUNT_SID: Final = "AC" + "0123456789abcdef" * 2
TOKENS: Final = ("newest-auth-token", "former-auth-token")
DELIVERY: Final = UUID("44444444-4444-4444-8444-444444444444")


def by_the_formula(url: str, form: Mapping[str, str], token: str) -> str:
    """The signature as Twilio's page explains it: the URL, then each name and value, names sorted."""
    text = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def form_of(body: bytes) -> dict[str, str]:
    """The form in a body; tolerant, so that mutated bodies can be signed."""
    text = body.decode("utf-8", "replace")
    return {name: values[0] for name, values in parse_qs(text, True, errors="replace").items()}


class TwilioContract(ChannelContract):
    """Everything that holds of every channel, for a channel by Twilio."""

    signing_secret = "auth_token"
    exact_body = False
    success = HttpAnswer(201, json.dumps({"sid": "SM1", "status": "queued"}).encode())
    folder: ClassVar[str]

    def account(self) -> ChannelAccount:
        return ChannelAccount(TENANT, self.name, OURS, ACCOUNT_SID, secrets={"auth_token": TOKENS})

    def payloads(self) -> list[Path]:
        found = (FIXTURES / "twilio" / self.folder).glob("*.json")
        return sorted(path for path in found if not path.name.endswith(GOLDEN))

    def encode(self, path: Path) -> bytes:
        return urlencode(json.loads(path.read_bytes())["form"]).encode()

    def url(self, *, callback: bool = False) -> str:
        query = f"?delivery={DELIVERY}&part=1" if callback else ""
        return f"https://usher.example/webhooks/{self.name}/{OURS}{query}"

    def signed(self, body: bytes, account: ChannelAccount) -> RawRequest:
        form = form_of(body)
        url = self.url(callback="MessageStatus" in form)
        token = account.secrets["auth_token"][0]
        signature = headers(X_Twilio_Signature=by_the_formula(url, form, token))
        return RawRequest(body, signature, NOW, url, account)

    def unknown_kind(self) -> bytes:
        form = json.loads((FIXTURES / "twilio" / self.folder / "text.json").read_bytes())["form"]
        return urlencode({**form, "Body": "", "MessageType": "hologram"}).encode()

    def shown(self, call: HttpCall) -> list[Shown]:
        body = call.form.get("Body")
        if body is None:
            return [Shown("variables", call.form["ContentVariables"], 16_000)]
        return [Shown("body", body, 1600), Shown("text", plain(body), 100_000)]

    def taps(self, call: HttpCall) -> list[Tap]:
        return []

    def reads(self, text: str) -> str:
        return plain(text)

    def parsed(self, **form: str) -> list[Inbound]:
        """What the text payload with these fields instead is read as."""
        path = FIXTURES / "twilio" / self.folder / "text.json"
        whole = json.loads(path.read_bytes())["form"] | form
        return self.channel().parse(self.signed(urlencode(whole).encode(), self.account()))
